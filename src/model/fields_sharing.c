/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct share_row *row_of(const struct record *record)
{
	return &record->snapshot->shares.rows[record->index];
}

static const struct process *process_of(const struct record *record)
{
	return &record->snapshot->members[row_of(record)->member].process;
}

static void set_pages(const struct record *record, struct value *value,
	uint64_t pages)
{
	set_bytes(value, pages << record->snapshot->machine->page_shift);
}

static void get_of(struct record *record, struct value *value)
{
	set_u64(value, (uint64_t)record->snapshot->process.id.pid);
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

static void get_bytes(struct record *record, struct value *value)
{
	set_pages(record, value, row_of(record)->pages);
}

#define X(id, name, words) \
	static void get_##id(struct record *record, struct value *value) \
	{ \
		set_pages(record, value, row_of(record)->kinds[SHARE_##id]); \
	}
SHARE_KINDS(X)
#undef X

/* People see the kinds without a column of their own together. */
static void get_rest(struct record *record, struct value *value)
{
	const uint64_t *kinds = row_of(record)->kinds;

	set_pages(record, value, kinds[SHARE_HUGETLB] + kinds[SHARE_KERNEL] +
		kinds[SHARE_OWN] + kinds[SHARE_OTHER]);
}

static void get_same(struct record *record, struct value *value)
{
	if (row_of(record)->same == SPACE_NOT_KNOWN)
		return;
	value->kind = VALUE_BOOL;
	value->u = row_of(record)->same == SPACE_SAME;
}

static void get_space(struct record *record, struct value *value)
{
	if (row_of(record)->same != SPACE_NOT_KNOWN)
		set_str(value, row_of(record)->same == SPACE_SAME ? "same" :
			"own");
}

/* ---- what of each thing is in common */

static const struct share_part *part_of(const struct record *record)
{
	return &record->snapshot->shares.parts[row_of(record)->first +
		record->item];
}

static void get_part_name(struct record *record, struct value *value)
{
	set_str(value, share_thing_name(&record->snapshot->shares,
		part_of(record)->thing));
}

static void get_part_bytes(struct record *record, struct value *value)
{
	set_pages(record, value, part_of(record)->pages);
}

static const struct field part_fields[] = {
	F("name", "NAME", "", 0, true, get_part_name, NULL,
		"the name of the region or regions of the process"),
	F("bytes", "BYTES", "bytes", 0, false, get_part_bytes, NULL,
		"what both have of them"),
	{ 0 },
};

static void get_regions(struct record *record, struct value *value)
{
	value->kind = VALUE_OBJECTS;
	value->n = (unsigned)row_of(record)->nparts;
}

#define F_KIND(id, name, title, width) \
	F(name, title, "bytes", width, false, get_##id, NULL, words_##id)
#define X(id, name, words) static const char words_##id[] = words;
SHARE_KINDS(X)
#undef X

const struct field sharing_fields[] = {
	F("of", NULL, "", 0, false, get_of, NULL, "the process asked about"),
	F("pid", "PID", "", 7, false, get_pid, NULL,
		"another that has some of its frames"),
	F("starttime", NULL, "ticks", 0, false, get_starttime, NULL,
		"when that one started"),
	F("name", "NAME", "", 15, true, get_name, NULL,
		"its command's name"),
	F("bytes", "SHARED", "bytes", 9, false, get_bytes, NULL,
		"all that both have, each frame once; the sum of the kinds"),
	F_KIND(FILE, "file", "FILE", 8),
	F_KIND(SHMEM, "shmem", "SHMEM", 8),
	F_KIND(COW, "cow", "COW", 8),
	F_KIND(KSM, "ksm", "KSM", 7),
	F("", "REST", "bytes", 7, false, get_rest, NULL, ""),
	F_KIND(HUGETLB, "hugetlb", NULL, 0),
	F_KIND(KERNEL, "kernel", NULL, 0),
	F_KIND(OWN, "own", NULL, 0),
	F_KIND(OTHER, "other", NULL, 0),
	F("same_space", NULL, "", 0, false, get_same, NULL,
		"whether both run in one address space (vfork, CLONE_VM)"),
	F("", "SPACE", "", 5, true, get_space, NULL, ""),
	F_OBJECTS("regions", "REGIONS", "bytes", 0, get_regions, part_fields,
		"what it belongs to, the biggest first"),
	{ 0 },
};
