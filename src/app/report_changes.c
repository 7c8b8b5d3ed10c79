/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_changes.h"

/* All of it anew at each refresh, flags of frames too: nothing else tells that
 * a file's page became dirty. */
void wish_changes(struct wish *wish, const struct options *options, int pid)
{
	(void)pid;
	if (wish->depth < DEPTH_STATES)
		wish->depth = DEPTH_STATES;
	wish->keep_blocks = wish->want_changes = true;
	/* Nobody reads a line for each frame. */
	wish->want_changed_frames = options->format != FORMAT_TEXT ||
		options->full;
}

static bool is_asked_for(const struct options *options,
	const struct change *change, unsigned shift)
{
	uint64_t start = change->vpn << shift;

	return !options->va_end || (change->npages &&
		start < options->va_end &&
		start + (change->npages << shift) > options->va_start);
}

void report_changes(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	enum format format = reporter->options->format;
	struct record record = { .object = OBJECT_CHANGE,
		.snapshot = snapshot };
	size_t n = 0;

	reporter_head(reporter, OBJECT_CHANGE, snapshot);
	for (; record.index < snapshot->nchanges; record.index++) {
		if (!is_asked_for(reporter->options,
			    &snapshot->changes[record.index],
			    snapshot->machine->page_shift))
			continue;
		table_record(&reporter->text, format, &record);
		n++;
	}
	record_fini(&record);
	if (format == FORMAT_TEXT && !n)
		buf_str(&reporter->text, snapshot->follows ?
			"nothing changed\n" : "from here on\n");
}
