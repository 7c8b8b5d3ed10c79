/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static void get_start(struct record *record, struct value *value)
{
	set_hex(value, fields_region(record)->start);
}

static void get_name(struct record *record, struct value *value)
{
	set_text(value, region_title(fields_region(record),
		&record->snapshot->names));
}

static uint64_t bytes_of(const struct record *record, uint64_t pages)
{
	return pages << record->snapshot->machine->page_shift;
}

/* A page that is only known to be present could be any of these. */
#define COW_STATE(name, id) \
	void fields_cow_##name(struct record *record, struct value *value) \
	{ \
		const uint64_t *state = fields_states(record); \
		if (state && !state[STATE_PRESENT]) \
			set_figure(value, &fields_region(record)->usage, \
				USAGE_STATES, bytes_of(record, state[id])); \
	}
COW_STATE(pending, STATE_COW_PENDING)
COW_STATE(shared, STATE_COW_SHARED)
COW_STATE(copied, STATE_COW_COPIED)

static void get_was_shared(struct record *record, struct value *value)
{
	const uint64_t *state = fields_states(record);

	if (state && snapshot_tells_left(record->snapshot, state))
		set_figure(value, &fields_region(record)->usage, USAGE_STATES,
			bytes_of(record, state[STATE_ANON_WAS_SHARED]));
}

static void get_split_last(struct record *record, struct value *value)
{
	if (fields_region(record)->splits_last_known)
		set_bytes(value, bytes_of(record,
			fields_region(record)->splits_last));
}

static void get_split(struct record *record, struct value *value)
{
	if (fields_region(record)->splits_known)
		set_bytes(value, bytes_of(record, fields_region(record)->splits));
}

const struct field cow_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("start", "START", "address", 16, false, get_start, NULL,
		"first byte of the region"),
	F("pending", "PENDING", "bytes", 10, false, fields_cow_pending, NULL,
		"a file's own frames, that the first write copies"),
	F("shared", "SHARED", "bytes", 9, false, fields_cow_shared, NULL,
		"shared after a fork: the next write copies"),
	F("copied", "COPIED", "bytes", 9, false, fields_cow_copied, NULL,
		"were a file's, and have been written"),
	F("was_shared", "LEFT", "bytes", 9, false, get_was_shared, NULL,
		"were shared after a fork; the others copied theirs, or ended"),
	F("split_since_last", "SPLIT NOW", "bytes", 11, false, get_split_last,
		NULL, "copied here since the refresh before"),
	F("split", "SPLIT", "bytes", 9, false, get_split, NULL,
		"copied here since it is watched, of what is mapped now"),
	F("name", NULL, "", 0, true, get_name, NULL, "the region's name"),
	F("", "REGION", "", 0, true, get_name, NULL, ""),
	{ 0 },
};
