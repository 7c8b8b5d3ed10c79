/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct cow_file *file_of(const struct record *record)
{
	return &record->snapshot->cow_files.files[record->index];
}

static void get_name(struct record *record, struct value *value)
{
	set_text(value, snapshot_region_title(record->snapshot,
		file_of(record)->region));
}

static void set_pages(struct record *record, struct value *value,
	uint64_t pages)
{
	if (file_of(record)->known)
		set_bytes(value,
			pages << record->snapshot->machine->page_shift);
}

#define FIGURE(name) \
	static void get_##name(struct record *record, struct value *value) \
	{ \
		set_pages(record, value, file_of(record)->name); \
	}
FIGURE(pending)
FIGURE(copied)
FIGURE(shared)

static const char *section_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	(void)snapshot;
	(void)out;
	return cow_section_name(i);
}

static uint64_t pending_at(const struct record *record, unsigned i)
{
	return file_of(record)->pending_in[i];
}

static uint64_t copied_at(const struct record *record, unsigned i)
{
	return file_of(record)->copied_in[i];
}

static void set_sections(struct record *record, struct value *value,
	uint64_t (*at)(const struct record *record, unsigned i))
{
	if (!file_of(record)->known)
		return;
	value->kind = VALUE_COUNTS;
	value->n = NCOW_SECTIONS;
	value->at = at;
}

static void get_pending_in(struct record *record, struct value *value)
{
	set_sections(record, value, pending_at);
}

static void get_copied_in(struct record *record, struct value *value)
{
	set_sections(record, value, copied_at);
}

/* Columns for people: the sections that relocation is about. */
static void set_column(struct record *record, struct value *value,
	uint64_t pages)
{
	if (file_of(record)->has_sections)
		set_pages(record, value, pages);
}

static void get_bss(struct record *record, struct value *value)
{
	set_column(record, value, file_of(record)->bss);
}

static void get_data(struct record *record, struct value *value)
{
	set_column(record, value,
		file_of(record)->copied_in[COW_SECTION_DATA]);
}

static void get_relro(struct record *record, struct value *value)
{
	set_column(record, value,
		file_of(record)->copied_in[COW_SECTION_RELRO]);
}

static void get_got(struct record *record, struct value *value)
{
	set_column(record, value,
		file_of(record)->copied_in[COW_SECTION_GOT] +
		file_of(record)->copied_in[COW_SECTION_GOT_PLT]);
}

const struct field cow_file_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("pending", "PENDING", "bytes", 16, false, get_pending, NULL,
		"the file's own frames, that the first write copies"),
	F("copied", "COPIED", "bytes", 10, false, get_copied, NULL,
		"pages of the file that were written, in RAM or swap"),
	F("shared", "SHARED", "bytes", 9, false, get_shared, NULL,
		"of those, what a relative still has too, since a fork"),
	F("bss", "BSS", "bytes", 9, false, get_bss, NULL,
		"data that began as zeros, behind the file's pages"),
	F("", ".data", "bytes", 9, false, get_data, NULL, ""),
	F("", ".rel.ro", "bytes", 9, false, get_relro, NULL, ""),
	F("", ".got", "bytes", 9, false, get_got, NULL, ""),
	F("pending_in", NULL, "pages", 0, false, get_pending_in, section_part,
		"what is pending, by the section that has most of the page"),
	F("copied_in", NULL, "pages", 0, false, get_copied_in, section_part,
		"what was copied, by the section that has most of the page"),
	F("name", NULL, "", 0, true, get_name, NULL,
		"the program or library"),
	F("", "FILE", "", 0, true, get_name, NULL, ""),
	{ 0 },
};
