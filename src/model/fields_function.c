/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct function *row_of(const struct record *record)
{
	return &record->snapshot->functions.rows[record->index];
}

static const char *name_at(const struct record *record, uint32_t at)
{
	return buf_text(&record->snapshot->functions.names) + at;
}

static void get_start(struct record *record, struct value *value)
{
	set_hex(value, row_of(record)->va);
}

static void get_size(struct record *record, struct value *value)
{
	if (row_of(record)->size)
		set_u64(value, row_of(record)->size);
}

static void set_pages(struct record *record, struct value *value,
	uint64_t pages)
{
	if (record->snapshot->functions.known && row_of(record)->size)
		set_u64(value, pages);
}

static void get_pages(struct record *record, struct value *value)
{
	if (row_of(record)->size)
		set_u64(value, row_of(record)->pages);
}

static void get_present(struct record *record, struct value *value)
{
	set_pages(record, value, row_of(record)->present);
}

static void get_swapped(struct record *record, struct value *value)
{
	set_pages(record, value, row_of(record)->swapped);
}

static void get_absent(struct record *record, struct value *value)
{
	const struct function *row = row_of(record);

	set_pages(record, value, row->pages - row->present - row->swapped);
}

static void get_resident(struct record *record, struct value *value)
{
	set_pages(record, value, row_of(record)->resident);
}

static void get_file_offset(struct record *record, struct value *value)
{
	if (row_of(record)->has_offset)
		set_hex(value, row_of(record)->file_offset);
	else
		value->kind = VALUE_NONE;
}

static void get_section(struct record *record, struct value *value)
{
	if (row_of(record)->section == SYMBOL_NONE)
		value->kind = VALUE_NONE;
	else
		set_str(value, name_at(record, row_of(record)->section));
}

static void get_region(struct record *record, struct value *value)
{
	set_text(value, snapshot_region_title(record->snapshot,
		row_of(record)->region));
}

static void get_symbol(struct record *record, struct value *value)
{
	set_str(value, name_at(record, row_of(record)->name));
}

static void get_demangled(struct record *record, struct value *value)
{
	fields_demangled(record, value, name_at(record, row_of(record)->name));
}

static void get_shown(struct record *record, struct value *value)
{
	fields_shown_symbol(record, value,
		name_at(record, row_of(record)->name));
}

const struct field function_fields[] = {
	F("pid", "PID", "", 7, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("start", "ADDRESS", "address", 16, false, get_start, NULL,
		"where it begins"),
	F("size", NULL, "bytes", 0, false, get_size, NULL,
		"how long it is; null: the file does not tell"),
	F("resident", NULL, "bytes", 0, false, get_resident, NULL,
		"of those, what is on pages that are present here"),
	/* Most are shorter than a K. */
	F("", "BYTES", "", 8, false, get_size, NULL, ""),
	F("", "IN RAM", "", 8, false, get_resident, NULL, ""),
	F("pages", "PAGES", "pages", 6, false, get_pages, NULL,
		"that it has a byte on, in its region"),
	F("present", "PRESENT", "pages", 8, false, get_present, NULL,
		"of those, in memory and mapped here"),
	F("swapped", NULL, "pages", 0, false, get_swapped, NULL,
		"of those, in swap"),
	F("absent", "ABSENT", "pages", 7, false, get_absent, NULL,
		"of those, the rest: the first touch brings them"),
	F("file_offset", NULL, "offset", 0, false, get_file_offset, NULL,
		"in the region's file, of its first byte"),
	F("section", "SECTION", "", 12, true, get_section, NULL,
		"of the program or library"),
	F("region", "REGION", "", 24, true, get_region, NULL,
		"the region's name"),
	F("symbol", NULL, "", 0, true, get_symbol, NULL,
		"its name as the linker has it"),
	F("symbol_demangled", NULL, "", 0, true, get_demangled, NULL,
		"its name as C++ or Rust has it; null where that is the same"),
	F("", "SYMBOL", "", 0, true, get_shown, NULL, ""),
	{ 0 },
};
