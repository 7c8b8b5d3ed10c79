/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct change *change_of(const struct record *record)
{
	return &record->snapshot->changes[record->index];
}

static void get_change(struct record *record, struct value *value)
{
	set_str(value, change_name(change_of(record)->kind));
}

static void get_va(struct record *record, struct value *value)
{
	const struct change *change = change_of(record);

	value->kind = VALUE_NONE;
	if (change->npages)
		set_hex(value, change->vpn <<
			record->snapshot->machine->page_shift);
}

static void get_pages(struct record *record, struct value *value)
{
	set_u64(value, change_of(record)->npages);
}

static bool is_of_pages(const struct change *change)
{
	return change->npages && change->kind != CHANGE_PROTECTED;
}

static void get_from(struct record *record, struct value *value)
{
	const struct change *change = change_of(record);

	value->kind = VALUE_NONE;
	if (is_of_pages(change))
		set_str(value, state_info(change->from)->name);
}

static void get_to(struct record *record, struct value *value)
{
	const struct change *change = change_of(record);

	value->kind = VALUE_NONE;
	if (is_of_pages(change))
		set_str(value, state_info(change->to)->name);
}

/* Only of pages that have a frame may it be a secret. */
static void set_pfn(struct value *value, const struct change *change,
	bool known, uint64_t pfn, enum page_state state)
{
	if (known && !change->scattered)
		set_hex(value, pfn);
	else if (known || !is_of_pages(change) ||
		 state_info(state)->presence != PRESENCE_MAPPED)
		value->kind = VALUE_NONE;
}

static void get_pfn_from(struct record *record, struct value *value)
{
	const struct change *change = change_of(record);

	set_pfn(value, change, change->has_from, change->pfn_from, change->from);
}

static void get_pfn_to(struct record *record, struct value *value)
{
	const struct change *change = change_of(record);

	set_pfn(value, change, change->has_to, change->pfn_to, change->to);
}

static void set_rights(struct record *record, struct value *value,
	unsigned rights)
{
	const struct region region = { .read = rights & RIGHT_READ,
		.write = rights & RIGHT_WRITE, .exec = rights & RIGHT_EXEC,
		.shared = rights & RIGHT_SHARED };
	char perms[5];

	value->kind = VALUE_NONE;
	if (rights == RIGHTS_NONE)
		return;
	buf_clear(&record->scratch);
	buf_str(&record->scratch, region_perms(&region, perms));
	set_scratch(record, value);
}

static void get_perms_from(struct record *record, struct value *value)
{
	set_rights(record, value, change_of(record)->rights_from);
}

static void get_perms_to(struct record *record, struct value *value)
{
	set_rights(record, value, change_of(record)->rights_to);
}

static void get_region(struct record *record, struct value *value)
{
	set_str(value, buf_text(&record->snapshot->change_names) +
		change_of(record)->name);
}

const struct field change_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("va", "ADDRESS", "address", 16, false, get_va, NULL,
		"the first page; null: it is about the whole process"),
	F("pages", "PAGES", "pages", 8, false, get_pages, NULL,
		"how many pages from there on changed alike"),
	F("change", " CHANGE", "", 13, true, get_change, NULL,
		"what happened: one of the kinds below"),
	F("from", "FROM", "", 16, true, get_from, NULL,
		"the state that the pages were in"),
	F("to", "TO", "", 16, true, get_to, NULL, "the state they are in"),
	F("pfn_from", "FRAME", "frame", 9, false, get_pfn_from, NULL,
		"the frame of the first; the others had those behind it"),
	F("pfn_to", "FRAME NOW", "frame", 10, false, get_pfn_to, NULL,
		"its frame now; the others have those behind it"),
	F("perms_from", "PERM", "", 5, false, get_perms_from, NULL,
		"the rights of a region, or of the part of one that went"),
	F("perms_to", "NOW", "", 5, false, get_perms_to, NULL,
		"the rights it has now, or came with"),
	F("region", NULL, "", 0, true, get_region, NULL,
		"the region's name; of exec and ended the process's"),
	F("", "REGION", "", 0, true, get_region, NULL, ""),
	{ 0 },
};
