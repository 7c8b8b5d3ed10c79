/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct owner_row *row_of(const struct record *record)
{
	return &record->snapshot->owners[record->index];
}

static const struct process *process_of(const struct record *record)
{
	return &record->snapshot->members[row_of(record)->member].process;
}

static void get_pfn(struct record *record, struct value *value)
{
	set_hex(value, row_of(record)->pfn);
}

static void get_pages(struct record *record, struct value *value)
{
	set_u64(value, row_of(record)->npages);
}

static void get_pid(struct record *record, struct value *value)
{
	set_u64(value, (uint64_t)process_of(record)->id.pid);
}

static void get_starttime(struct record *record, struct value *value)
{
	set_u64(value, process_of(record)->id.starttime);
}

static void get_name(struct record *record, struct value *value)
{
	set_str(value, process_of(record)->name);
}

static void get_va(struct record *record, struct value *value)
{
	set_hex(value, row_of(record)->vpn <<
		record->snapshot->machine->page_shift);
}

static void get_state(struct record *record, struct value *value)
{
	set_str(value, state_info(row_of(record)->state)->name);
}

static void get_marks(struct record *record, struct value *value)
{
	set_marks(record, value, row_of(record)->marks);
}

static void get_region(struct record *record, struct value *value)
{
	set_str(value, buf_text(&record->snapshot->owner_names) +
		row_of(record)->name);
}

static void get_file_offset(struct record *record, struct value *value)
{
	if (row_of(record)->has_offset)
		set_hex(value, row_of(record)->file_offset);
	else
		value->kind = VALUE_NONE;
}

static void get_symbol(struct record *record, struct value *value)
{
	const struct owner_row *row = row_of(record);

	if (row->has_symbol && row->symbol == UINT32_MAX)
		value->kind = VALUE_NONE;
	else if (row->has_symbol)
		set_str(value, buf_text(&record->snapshot->owner_symbols) +
			row->symbol);
}

static const char *symbol_of(const struct record *record)
{
	const struct owner_row *row = row_of(record);

	return row->has_symbol && row->symbol != UINT32_MAX ?
		buf_text(&record->snapshot->owner_symbols) + row->symbol : NULL;
}

static void get_demangled(struct record *record, struct value *value)
{
	if (symbol_of(record))
		fields_demangled(record, value, symbol_of(record));
	else
		get_symbol(record, value);
}

static void get_shown(struct record *record, struct value *value)
{
	if (symbol_of(record))
		fields_shown_symbol(record, value, symbol_of(record));
	else
		get_symbol(record, value);
}

const struct field owner_fields[] = {
	F("pfn", "PFN", "", 10, false, get_pfn, NULL, "the first frame"),
	F("pages", "PAGES", "pages", 7, false, get_pages, NULL,
		"how many frames follow each other, as the pages do"),
	F("pid", "PID", "", 7, false, get_pid, NULL, "who maps them"),
	F("starttime", NULL, "ticks", 0, false, get_starttime, NULL,
		"when it started"),
	F("name", "NAME", "", 15, true, get_name, NULL,
		"its command's name"),
	F("va", "ADDRESS", "address", 16, false, get_va, NULL,
		"where it maps the first frame"),
	F("state", "STATE", "", 14, true, get_state, NULL,
		"the state of its pages there"),
	F("marks", NULL, "", 0, true, get_marks, NULL, "beside the state"),
	F("file_offset", "OFFSET", "offset", 9, false, get_file_offset, NULL,
		"in the region's file, of the first page"),
	F("region", "REGION", "", 32, true, get_region, NULL,
		"the region's name"),
	F("symbol", NULL, "", 0, true, get_symbol, NULL,
		"the function or object that the first page starts in, or that "
		"the address asked about is in, as the linker has it"),
	F("symbol_demangled", NULL, "", 0, true, get_demangled, NULL,
		"the same as C++ or Rust has it; null where that is no other "
		"name"),
	F("", "SYMBOL", "", 0, true, get_shown, NULL, ""),
	{ 0 },
};
