/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct page_run *run_of(const struct record *record)
{
	return &record->snapshot->runs[record->index];
}

static void get_run_start(struct record *record, struct value *value)
{
	set_hex(value, run_of(record)->vpn <<
		record->snapshot->machine->page_shift);
}

static void get_run_pages(struct record *record, struct value *value)
{
	set_u64(value, run_of(record)->npages);
}

static void get_run_state(struct record *record, struct value *value)
{
	set_str(value, state_info(run_of(record)->state)->name);
}

/* Where there is no frame, nothing about it is unknown; a device has some,
 * but they are not always told. */
static bool has_no_frame(const struct record *record, struct value *value)
{
	if (run_of(record)->state == STATE_PFNMAP)
		return false;
	if (state_info(run_of(record)->state)->presence == PRESENCE_MAPPED ||
	    run_of(record)->has_pfn)
		return false;
	value->kind = VALUE_NONE;
	return true;
}

static void get_run_pfn(struct record *record, struct value *value)
{
	if (!has_no_frame(record, value) && run_of(record)->has_pfn)
		set_hex(value, run_of(record)->pfn);
}

static void get_run_mapcount(struct record *record, struct value *value)
{
	if (run_of(record)->state == STATE_PFNMAP)
		value->kind = VALUE_NONE;	/* nobody counts them */
	else if (!has_no_frame(record, value) && run_of(record)->has_count)
		set_u64(value, run_of(record)->count);
}

/* Its first frame's zone, or -1 and what is true instead: frames outside of all
 * zones are no RAM of the kernel's. */
static int run_zone(const struct record *record, struct value *value)
{
	const struct machine *machine = record->snapshot->machine;
	int zone;

	if (has_no_frame(record, value) || !run_of(record)->has_pfn)
		return -1;
	zone = machine_zone(machine, run_of(record)->pfn);
	if (zone < 0 && machine->zoneinfo == ANSWER_OK)
		value->kind = VALUE_NONE;
	return zone;
}

static void get_run_zone(struct record *record, struct value *value)
{
	fields_set_zone(record, value, run_zone(record, value));
}

static void get_run_node(struct record *record, struct value *value)
{
	fields_set_node(record, value, run_zone(record, value));
}

static void get_run_flags(struct record *record, struct value *value)
{
	if (run_of(record)->has_flags)
		set_flags(record, value, run_of(record)->flags);
}

static void get_run_marks(struct record *record, struct value *value)
{
	set_marks(record, value, run_of(record)->marks);
}

static const char *swap_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	(void)snapshot;
	(void)out;
	return i == 0 ? "type" : i == 1 ? "offset" : i == 2 ? "file" : NULL;
}

static void run_swap_member(struct record *record, unsigned i,
	struct value *value)
{
	const struct page_run *run = run_of(record);
	const struct swap_row *row;

	if (i < 2) {
		set_u64(value, i ? run->swap_offset : run->swap_type);
		return;
	}
	row = snapshot_swap_area(record->snapshot, run->swap_type);
	if (row)
		set_text(value, (struct text){ row->area.file,
			row->area.file_len });
}

static void get_run_swap(struct record *record, struct value *value)
{
	if (!run_of(record)->has_swap)
		return;
	value->kind = VALUE_MEMBERS;
	value->n = 3;
	value->member = run_swap_member;
}

static void get_run_region(struct record *record, struct value *value)
{
	set_text(value, snapshot_region_title(record->snapshot,
		run_of(record)->region));
}

static void get_run_resource(struct record *record, struct value *value)
{
	const struct resource *resource;

	if (has_no_frame(record, value) || !run_of(record)->has_pfn)
		return;
	resource = machine_resource(record->snapshot->machine,
		run_of(record)->pfn);
	if (resource)
		set_str(value, resource->name);
}

const struct field run_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("start", "START", "address", 16, false, get_run_start, NULL,
		"first byte"),
	F("pages", "PAGES", "pages", 9, false, get_run_pages, NULL,
		"how many pages are alike"),
	F("state", "STATE", "", 17, true, get_run_state, NULL,
		"their state"),
	F("pfn", "PFN", "", 12, false, get_run_pfn, NULL,
		"frame of the first; the others follow it"),
	F("mapcount", "MAPS", "", 5, false, get_run_mapcount, NULL,
		"how often each frame is mapped"),
	F("zone", "ZONE", "", 8, true, get_run_zone, NULL,
		"of the first frame"),
	F("node", "N", "", 2, false, get_run_node, NULL,
		"of the first frame"),
	F("flags", NULL, "", 0, true, get_run_flags, NULL,
		"of the frames, as page-types names them"),
	F("marks", "MARKS", "", 10, true, get_run_marks, NULL,
		"beside the state"),
	F("swap", NULL, "", 0, false, get_run_swap, swap_part,
		"slot of the first page; the others follow it; file is null where it is not certain"),
	F("region", NULL, "", 0, true, get_run_region, NULL,
		"the region's name"),
	F("resource", NULL, "", 0, true, get_run_resource, NULL,
		"the innermost physical range around the first frame"),
	F("", "REGION", "", 0, true, get_run_region, NULL, ""),
	{ 0 },
};
