/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct swap_row *row_of(const struct record *record)
{
	return &record->snapshot->swaps[record->index];
}

static void get_file(struct record *record, struct value *value)
{
	set_text(value, (struct text){ row_of(record)->area.file,
		row_of(record)->area.file_len });
}

static void get_type(struct record *record, struct value *value)
{
	if (row_of(record)->type >= 0)
		set_u64(value, (uint64_t)row_of(record)->type);
}

static void get_size(struct record *record, struct value *value)
{
	set_bytes(value, row_of(record)->area.size);
}

static void get_used(struct record *record, struct value *value)
{
	set_bytes(value, row_of(record)->area.used);
}

static void get_priority(struct record *record, struct value *value)
{
	value->kind = VALUE_I64;
	value->i = row_of(record)->area.priority;
}

static void get_mine(struct record *record, struct value *value)
{
	if (row_of(record)->mine_known)
		set_bytes(value, row_of(record)->mine);
}

static void get_medium(struct record *record, struct value *value)
{
	set_str(value, row_of(record)->area.medium);
}

const struct field swap_fields[] = {
	F("file", NULL, "", 0, true, get_file, NULL, "file or device"),
	F("type", "TYPE", "", 4, false, get_type, NULL,
		"its number in swap entries, where that is certain"),
	F("size", "SIZE", "bytes", 10, false, get_size, NULL, "its size"),
	F("used", "USED", "bytes", 10, false, get_used, NULL,
		"how much of it is in use"),
	F("priority", "PRIO", "", 6, false, get_priority, NULL,
		"the highest is filled first"),
	F("mine", "MINE", "bytes", 10, false, get_mine, NULL,
		"what of it the process named has, but for shared memory"),
	F("medium", "MEDIUM", "", 9, true, get_medium, NULL,
		"file or partition"),
	F("", "FILE", "", 0, true, get_file, NULL, ""),
	F("pid", NULL, "", 0, false, fields_owner_pid, NULL,
		"the process that mine is about"),
	F("starttime", NULL, "ticks", 0, false, fields_owner_starttime, NULL,
		"when it started"),
	{ 0 },
};
