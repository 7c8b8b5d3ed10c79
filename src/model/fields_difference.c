/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "fields_impl.h"
#include "vmatlas/model/difference.h"

static const struct difference_row *row_of(const struct record *record)
{
	return &record->difference->rows[record->index];
}

/* The side that says what the region is: the second, where that has it. */
static const struct snapshot *side_of(const struct record *record, long *index)
{
	const struct difference_row *row = row_of(record);

	*index = row->to >= 0 ? row->to : row->from;
	return row->to >= 0 ? record->difference->to :
		record->difference->from;
}

static const struct region *region_of(const struct record *record)
{
	long index;
	const struct snapshot *snapshot = side_of(record, &index);

	return &snapshot->regions[index];
}

/* The region before that; NULL: there was none. */
static const struct region *former_of(const struct record *record)
{
	const struct difference_row *row = row_of(record);

	return row->from < 0 ? NULL :
		&record->difference->from->regions[row->from];
}

static void get_former_pid(struct record *record, struct value *value)
{
	set_u64(value, (uint64_t)record->difference->from->process.id.pid);
}

static void get_former_starttime(struct record *record, struct value *value)
{
	set_u64(value, record->difference->from->process.id.starttime);
}

static void get_start(struct record *record, struct value *value)
{
	set_hex(value, region_of(record)->start);
}

static void get_end(struct record *record, struct value *value)
{
	set_hex(value, region_of(record)->end);
}

static void get_former_start(struct record *record, struct value *value)
{
	value->kind = VALUE_NONE;
	if (former_of(record))
		set_hex(value, former_of(record)->start);
}

static void get_former_end(struct record *record, struct value *value)
{
	value->kind = VALUE_NONE;
	if (former_of(record))
		set_hex(value, former_of(record)->end);
}

static void get_perms(struct record *record, struct value *value)
{
	char perms[5];

	buf_clear(&record->scratch);
	buf_str(&record->scratch, region_perms(region_of(record), perms));
	set_scratch(record, value);
}

static void get_what(struct record *record, struct value *value)
{
	const struct difference_row *row = row_of(record);

	set_str(value, row->from < 0 ? "came" : row->to < 0 ? "went" : "stayed");
}

static void get_type(struct record *record, struct value *value)
{
	set_str(value, region_type_name(region_of(record)->type));
}

static void get_name(struct record *record, struct value *value)
{
	long index;
	const struct snapshot *snapshot = side_of(record, &index);

	set_text(value, region_name(&snapshot->regions[index],
		&snapshot->names));
}

static void get_title(struct record *record, struct value *value)
{
	long index;
	const struct snapshot *snapshot = side_of(record, &index);

	set_text(value, snapshot_region_title(snapshot, (size_t)index));
}

/* ---- figures */

static bool figures(const struct record *record,
	enum difference_figure figure, uint64_t *from, uint64_t *to)
{
	const struct difference *difference = record->difference;
	const struct difference_row *row = row_of(record);
	bool knew = difference_figure(difference->from, &row->from, figure,
		from);

	return difference_figure(difference->to, &row->to, figure, to) && knew;
}

static void set_from(struct record *record, struct value *value,
	enum difference_figure figure)
{
	const struct difference *difference = record->difference;
	uint64_t nbytes;

	if (difference_figure(difference->from, &row_of(record)->from, figure,
		    &nbytes))
		set_bytes(value, nbytes);
}

static void set_to(struct record *record, struct value *value,
	enum difference_figure figure)
{
	const struct difference *difference = record->difference;
	uint64_t nbytes;

	if (difference_figure(difference->to, &row_of(record)->to, figure,
		    &nbytes))
		set_bytes(value, nbytes);
}

static void set_change(struct record *record, struct value *value,
	enum difference_figure figure)
{
	uint64_t from, to;

	if (figures(record, figure, &from, &to))
		set_i64(value, (int64_t)(to - from));
}

/* For people: in K, with a sign. */
static void set_words(struct record *record, struct value *value,
	int64_t change)
{
	buf_clear(&record->scratch);
	buf_fmt(&record->scratch, change ? "%+" PRId64 : "%" PRId64,
		change / 1024);
	set_scratch(record, value);
}

static void set_shown(struct record *record, struct value *value,
	enum difference_figure figure)
{
	uint64_t from, to;

	if (figures(record, figure, &from, &to))
		set_words(record, value, (int64_t)(to - from));
}

static int64_t size_change(const struct record *record)
{
	const struct difference_row *row = row_of(record);
	const struct region *is = region_of(record), *was = former_of(record);

	return (int64_t)((row->to < 0 ? 0 : is->end - is->start) -
		(was ? was->end - was->start : 0));
}

static void get_size_change(struct record *record, struct value *value)
{
	set_i64(value, size_change(record));
}

static void get_size_shown(struct record *record, struct value *value)
{
	set_words(record, value, size_change(record));
}

#define X(id, name) \
	static void get_##id##_from(struct record *record, \
		struct value *value) \
	{ \
		set_from(record, value, DIFFERENCE_##id); \
	} \
	static void get_##id(struct record *record, struct value *value) \
	{ \
		set_to(record, value, DIFFERENCE_##id); \
	} \
	static void get_##id##_change(struct record *record, \
		struct value *value) \
	{ \
		set_change(record, value, DIFFERENCE_##id); \
	} \
	static void get_##id##_shown(struct record *record, \
		struct value *value) \
	{ \
		set_shown(record, value, DIFFERENCE_##id); \
	}
DIFFERENCE_FIGURES(X)
#undef X

#define FIGURE(id, name_, title_, words_) \
	F(name_ "_from", NULL, "bytes", 0, false, get_##id##_from, NULL, \
		words_ ", before"), \
	F(name_, NULL, "bytes", 0, false, get_##id, NULL, "the same, behind"), \
	F(name_ "_change", NULL, "bytes", 0, false, get_##id##_change, NULL, \
		"by how much that is more, or less (below 0)"), \
	F("", title_, "bytes", 9, false, get_##id##_shown, NULL, "")

const struct field difference_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("pid_from", NULL, "", 0, false, get_former_pid, NULL,
		"the process before: the same one, or one that it is compared with"),
	F("starttime_from", NULL, "ticks", 0, false, get_former_starttime, NULL,
		"when that started"),
	F("start", "START", "address", 16, false, get_start, NULL,
		"first byte of the region; of one that went, as it was"),
	F("end", NULL, "address", 16, false, get_end, NULL,
		"first byte behind it"),
	F("start_from", NULL, "address", 0, false, get_former_start, NULL,
		"its first byte, before"),
	F("end_from", NULL, "address", 0, false, get_former_end, NULL,
		"first byte behind it, before"),
	F("perms", "PERM", "", 4, true, get_perms, NULL,
		"rights: read, write, execute, private or shared"),
	F("what", "WHAT", "", 6, true, get_what, NULL,
		"stayed, came or went"),
	F("type", NULL, "", 0, true, get_type, NULL, "what it is for"),
	F("name", NULL, "", 0, true, get_name, NULL,
		"file or special name, as in maps"),
	F("size_change", NULL, "bytes", 0, false, get_size_change, NULL,
		"by how much more or less (below 0) is mapped"),
	F("", "VSS+", "bytes", 9, false, get_size_shown, NULL, ""),
	FIGURE(RSS, "rss", "RSS+", "resident, as Rss in smaps"),
	FIGURE(PSS, "pss", "PSS+", "as Pss in smaps"),
	FIGURE(USS, "uss", "USS+", "pages mapped once"),
	FIGURE(SHARED, "shared", NULL, "pages mapped more than once"),
	FIGURE(ANONYMOUS, "anonymous", "ANON+", "as Anonymous in smaps"),
	FIGURE(SWAP, "swap", "SWAP+", "as Swap in smaps"),
	F("", "NAME", "", 0, true, get_title, NULL, ""),
	{ 0 },
};
