/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/since.h"

#include <inttypes.h>

#include "vmatlas/base/stamp.h"
#include "vmatlas/base/text.h"

static void add_size(struct buf *out, const char *name, bool known,
	int64_t nbytes)
{
	char size[TEXT_SIZE_MAX];

	if (!known) {
		buf_fmt(out, " %s ?", name);
		return;
	}
	buf_fmt(out, " %s %c%s", name, nbytes < 0 ? '-' : '+',
		text_size(nbytes < 0 ? (uint64_t)-nbytes : (uint64_t)nbytes,
			size));
}

void since_words(struct buf *out, const struct snapshot *snapshot)
{
	const struct baseline_view *view = &snapshot->baseline;
	char at[STAMP_MAX];
	unsigned kind;

	if (!view->on)
		return;
	stamp_local(at, view->time_ms, false);
	if (view->pages_known)
		buf_fmt(out, "since %s: %" PRIu64 " page%s differ", at,
			view->differ, view->differ == 1 ? "" : "s");
	else
		buf_fmt(out, "since %s: ? pages differ", at);
	add_size(out, "RSS", view->rss_known, view->rss);
	add_size(out, "SWAP", view->swap_known, view->swap);
	if (view->splits_known)
		buf_fmt(out, " split %" PRIu64, view->splits);
	else
		buf_str(out, " split ?");
	buf_fmt(out, " faults %" PRId64, view->faults);
	for (kind = 0; view->kinds_known && kind < NCHANGE_KINDS; kind++)
		if (view->pages[kind] && kind != CHANGE_SPLIT)
			buf_fmt(out, " %s %" PRIu64,
				change_name((enum change_kind)kind),
				view->pages[kind]);
}
