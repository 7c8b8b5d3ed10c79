/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct audit_line *line_of(const struct record *record)
{
	return &record->snapshot->audit.lines[record->index];
}

static void get_start(struct record *record, struct value *value)
{
	if (line_of(record)->start)
		set_hex(value, line_of(record)->start);
}

static void get_name(struct record *record, struct value *value)
{
	if (line_of(record)->region >= 0)
		set_text(value, snapshot_region_title(record->snapshot,
			(size_t)line_of(record)->region));
}

static void get_field(struct record *record, struct value *value)
{
	set_str(value, line_of(record)->field);
}

static void get_file(struct record *record, struct value *value)
{
	set_str(value, line_of(record)->file);
}

static void get_ours(struct record *record, struct value *value)
{
	if (line_of(record)->ours_known)
		set_bytes(value, line_of(record)->ours);
}

static void get_kernels(struct record *record, struct value *value)
{
	if (line_of(record)->kernels_known)
		set_bytes(value, line_of(record)->kernels);
}

static void get_agree(struct record *record, struct value *value)
{
	if (line_of(record)->verdict != AUDIT_LEFT_OUT) {
		value->kind = VALUE_BOOL;
		value->u = line_of(record)->verdict == AUDIT_AGREES;
	}
}

static void get_reason(struct record *record, struct value *value)
{
	if (line_of(record)->reason)
		set_str(value, line_of(record)->reason);
}

const struct field audit_fields[] = {
	F("pid", "PID", "", 7, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("start", "START", "address", 16, false, get_start, NULL,
		"of the region; null for the process as a whole"),
	F("name", NULL, "", 0, true, get_name, NULL, "the region's name"),
	F("field", "FIELD", "", 15, true, get_field, NULL,
		"as the kernel calls it; Shared and Private are its sums of clean and dirty"),
	F("file", "FILE", "", 12, true, get_file, NULL,
		"the file that was compared with"),
	F("vmatlas", "VMATLAS", "bytes", 10, false, get_ours, NULL,
		"what was counted page by page"),
	F("kernel", "KERNEL", "bytes", 10, false, get_kernels, NULL,
		"what the kernel says, in whole K"),
	F("agree", "AGREE", "", 5, true, get_agree, NULL,
		"whether they do; null where they could not be compared"),
	F("reason", "WHY", "", 0, true, get_reason, NULL,
		"why not"),
	{ 0 },
};
