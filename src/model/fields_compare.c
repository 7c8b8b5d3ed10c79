/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct comparison *all_of(const struct record *record)
{
	return &record->snapshot->comparison;
}

static void set_frames(const struct record *record, struct value *value,
	uint64_t frames)
{
	if (comparison_is_known(all_of(record)))
		set_bytes(value, frames << record->snapshot->machine->page_shift);
}

/* ---- the whole */

#define X(side, ID) \
	static void get_##side(struct record *record, struct value *value) \
	{ \
		set_u64(value, (uint64_t)all_of(record)->processes[ID].id.pid); \
	} \
	static void get_starttime_##side(struct record *record, \
		struct value *value) \
	{ \
		set_u64(value, all_of(record)->processes[ID].id.starttime); \
	} \
	static void get_name_##side(struct record *record, struct value *value) \
	{ \
		set_str(value, all_of(record)->processes[ID].name); \
	} \
	static void get_only_##side(struct record *record, struct value *value) \
	{ \
		set_frames(record, value, all_of(record)->frames.only[ID]); \
	}
X(a, COMPARE_A)
X(b, COMPARE_B)
#undef X

static void get_both(struct record *record, struct value *value)
{
	set_frames(record, value, all_of(record)->frames.both);
}

static void get_differ(struct record *record, struct value *value)
{
	set_frames(record, value, all_of(record)->pages[RELATION_DIFFER]);
}

/* ---- a row: item of the whole, or a record of its own */

static const struct compare_row *row_of(const struct record *record)
{
	return &all_of(record)->rows[record->item];
}

static void get_row_name(struct record *record, struct value *value)
{
	set_str(value, comparison_name(all_of(record), row_of(record)));
}

static void get_row_in(struct record *record, struct value *value)
{
	const bool *is_in = row_of(record)->is_in;

	set_str(value, is_in[COMPARE_A] && is_in[COMPARE_B] ? "both" :
		is_in[COMPARE_A] ? "a" : "b");
}

static void set_start(const struct record *record, struct value *value,
	enum compare_side side)
{
	if (row_of(record)->is_in[side])
		set_hex(value, row_of(record)->start[side] <<
			record->snapshot->machine->page_shift);
	else
		value->kind = VALUE_NONE;
}

static void get_row_start(struct record *record, struct value *value)
{
	set_start(record, value, row_of(record)->is_in[COMPARE_A] ?
		COMPARE_A : COMPARE_B);
}

#define X(side, ID) \
	static void get_row_start_##side(struct record *record, \
		struct value *value) \
	{ \
		set_start(record, value, ID); \
	} \
	static void get_row_only_##side(struct record *record, \
		struct value *value) \
	{ \
		set_frames(record, value, row_of(record)->frames.only[ID]); \
	}
X(a, COMPARE_A)
X(b, COMPARE_B)
#undef X

static void get_row_both(struct record *record, struct value *value)
{
	set_frames(record, value, row_of(record)->frames.both);
}

static void get_row_differ(struct record *record, struct value *value)
{
	set_frames(record, value, row_of(record)->pages[RELATION_DIFFER]);
}

/* "=16 x4 .12": a letter and how many pages. */
static void get_row_pages(struct record *record, struct value *value)
{
	const struct comparison *comparison = all_of(record);
	const struct compare_row *row = row_of(record);
	size_t i, last = row->first_run + row->nruns;

	if (!comparison_is_known(comparison) || !row->nruns)
		return;
	buf_clear(&record->scratch);
	for (i = row->first_run; i < last; i++) {
		const struct compare_run *run = &comparison->runs[i];
		uint64_t end = i + 1 < last ? run[1].page : row->npages;

		buf_fmt(&record->scratch, "%s%c%llu",
			record->scratch.len ? " " : "",
			run->relation == RELATION_NONE ? '.' :
			relation_info(run->relation)->letter,
			(unsigned long long)(end - run->page));
	}
	set_scratch(record, value);
}

#define ROW_FIGURES \
	F("in", NULL, "", 0, true, get_row_in, NULL, \
		"who has something of it: both, a or b"), \
	F("only_a", "ONLY A", "bytes", 9, false, get_row_only_a, NULL, \
		"frames that only A has and that count here"), \
	F("only_b", "ONLY B", "bytes", 9, false, get_row_only_b, NULL, \
		"frames that only B has and that count here"), \
	F("both", "BOTH", "bytes", 9, false, get_row_both, NULL, \
		"frames that both have and that count here"), \
	F("differ", "DIFFER", "bytes", 9, false, get_row_differ, NULL, \
		"pages that each has in a frame of its own"), \
	F("pages", NULL, "", 0, true, get_row_pages, NULL, \
		"the relation of its pages from start on: = same, x different, " \
		"a only A, b only B, . neither, each with a number")

static const struct field row_items[] = {
	F("name", NULL, "", 0, true, get_row_name, NULL, "the region's name"),
	F("start", NULL, "address", 0, false, get_row_start, NULL,
		"where it begins in A, or in B where A has none of it"),
	F("start_b", NULL, "address", 0, false, get_row_start_b, NULL,
		"where it begins in B"),
	ROW_FIGURES,
	{ 0 },
};

const struct field compare_row_fields[] = {
	F("a", NULL, "", 0, false, get_a, NULL, "a process"),
	F("b", NULL, "", 0, false, get_b, NULL, "the other"),
	F("", "IN A", "address", 12, false, get_row_start_a, NULL, ""),
	F("start", NULL, "address", 0, false, get_row_start, NULL,
		"where it begins in A, or in B where A has none of it"),
	F("start_b", "IN B", "address", 12, false, get_row_start_b, NULL,
		"where it begins in B"),
	ROW_FIGURES,
	F("name", "REGION", "", 0, true, get_row_name, NULL,
		"the region's name"),
	{ 0 },
};

static void get_regions(struct record *record, struct value *value)
{
	value->kind = VALUE_OBJECTS;
	value->n = (unsigned)all_of(record)->nrows;
}

const struct field compare_fields[] = {
	F("a", NULL, "", 0, false, get_a, NULL, "a process"),
	F("starttime_a", NULL, "ticks", 0, false, get_starttime_a, NULL,
		"when it started"),
	F("name_a", NULL, "", 0, true, get_name_a, NULL,
		"its command's name"),
	F("b", NULL, "", 0, false, get_b, NULL, "the other"),
	F("starttime_b", NULL, "ticks", 0, false, get_starttime_b, NULL,
		"when it started"),
	F("name_b", NULL, "", 0, true, get_name_b, NULL,
		"its command's name"),
	F("only_a", NULL, "bytes", 0, false, get_only_a, NULL,
		"frames that only A has"),
	F("only_b", NULL, "bytes", 0, false, get_only_b, NULL,
		"frames that only B has"),
	F("both", NULL, "bytes", 0, false, get_both, NULL,
		"frames that both have, each once"),
	F("differ", NULL, "bytes", 0, false, get_differ, NULL,
		"pages side by side that each has in a frame of its own"),
	F_OBJECTS("regions", NULL, "", 0, get_regions, row_items,
		"side by side; their frames add up to the whole"),
	{ 0 },
};
