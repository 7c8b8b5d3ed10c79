/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_cow.h"

/* Nothing of it is copied on a write, or was. */
static bool has_no_cow(const struct snapshot *snapshot,
	size_t index)
{
	const struct region *region = &snapshot->regions[index];
	const uint64_t *state = snapshot_states(snapshot, index);

	return figures_know(&region->usage, USAGE_STATES) && state &&
		!region->splits && snapshot_tells_left(snapshot, state) &&
		!state[STATE_COW_PENDING] && !state[STATE_COW_SHARED] &&
		!state[STATE_COW_COPIED] && !state[STATE_ANON_WAS_SHARED];
}

static void report_files(struct buf *out, enum format format,
	const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_COW_FILE,
		.snapshot = snapshot };

	if (format == FORMAT_CSV || !snapshot->cow_files.n)
		return;
	if (format == FORMAT_TEXT)
		buf_char(out, '\n');
	table_head(out, format, OBJECT_COW_FILE, snapshot);
	for (; record.index < snapshot->cow_files.n; record.index++)
		table_record(out, format, &record);
	record_fini(&record);
}

void report_cow(struct buf *out, enum format format,
	const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_COW, .snapshot = snapshot };

	for (; record.index < snapshot->nregions; record.index++)
		if (!has_no_cow(snapshot, record.index))
			table_record(out, format, &record);
	record_fini(&record);
	report_files(out, format, snapshot);
}
