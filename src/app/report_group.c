/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_group.h"

#include <inttypes.h>
#include <string.h>

/* "RSS 12 K": those of the fields that have a title. */
static void say_titled(struct buf *out, struct record *record)
{
	const struct field *field;
	const char *sep = "";
	unsigned i;

	for (i = 0; (field = field_at(OBJECT_GROUP, i)); i++) {
		struct value value = { .kind = VALUE_NULL };

		if (!field->title)
			continue;
		field->get(record, &value);
		buf_fmt(out, "%s%s ", sep, field->title);
		if (value.kind == VALUE_BYTES)
			buf_fmt(out, "%" PRIu64 " K", value.u >> 10);
		else
			buf_char(out, '?');
		sep = ", ";
	}
}

static void say_group(struct buf *out, struct record *record)
{
	const struct group_figures *group = &record->snapshot->group;
	size_t unread = record->snapshot->nmembers - group->nread;

	buf_fmt(out, "%zu process%s as one: ", group->nread,
		group->nread == 1 ? "" : "es");
	say_titled(out, record);
	if (group->rss_known && group->nspaces < group->nread)
		buf_fmt(out, ", %zu address spaces", group->nspaces);
	if (group->rss_known && group->hugetlb)
		buf_fmt(out, ", %" PRIu64 " K of the huge page pool",
			group->hugetlb >> 10);
	if (unread)
		buf_fmt(out, "; without %zu that could not be read", unread);
	buf_char(out, '\n');
	if (group->rss_known && group->own_known) {
		buf_fmt(out, "ending these frees %" PRIu64 " K; %" PRIu64 " K "
			"more would be mapped by nobody, but stay in memory",
			group->frees >> 10, group->unmaps >> 10);
		if (group->unmaps_shmem)
			buf_fmt(out, " (%" PRIu64 " K of it shared memory)",
				group->unmaps_shmem >> 10);
	} else {
		buf_fmt(out, "ending these frees ?: %s", group->why);
		if (group->why_pid)
			buf_fmt(out, " (process %d)", group->why_pid);
	}
	buf_char(out, '\n');
}

void report_group(struct buf *out, enum format format,
	const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_GROUP,
		.snapshot = snapshot };

	if (format == FORMAT_JSON)
		table_record(out, format, &record);
	else if (format == FORMAT_TEXT)
		say_group(out, &record);
	record_fini(&record);
}
