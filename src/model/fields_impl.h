/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_FIELDS_IMPL_H
#define VMATLAS_SRC_MODEL_FIELDS_IMPL_H

/*
 * What the field tables share: each object's table is in a file of its own.
 * A getter that sets nothing says that the value is not known.
 */
#include "vmatlas/model/fields.h"

#define X(id, name, fields) extern const struct field fields[];
OBJECTS(X)
#undef X

/* Members that are not named are 0: no column of a screen.  More of them may
 * follow the last argument: .metric = METRIC_LABEL. */
#define F(name_, title_, unit_, width_, left_, get_, part_, ...) \
	{ .name = name_, .title = title_, .unit = unit_, \
	  .width = width_, .left = left_, .get = get_, .part = part_, \
	  .words = __VA_ARGS__ }
/* A field that is also a column of a screen. */
#define F_COLUMN(name_, title_, unit_, width_, left_, get_, words_, column_, \
		column_width_, rank_, ...) \
	{ .name = name_, .title = title_, .unit = unit_, .words = words_, \
	  .width = width_, .left = left_, .get = get_, .column = column_, \
	  .column_width = column_width_, .rank = rank_, .cost = __VA_ARGS__ }
/* One that is nothing else. */
#define F_SCREEN(left_, unit_, get_, column_, column_width_, rank_) \
	F_COLUMN("", NULL, unit_, 0, left_, get_, "", column_, \
		column_width_, rank_, COST_NONE)
/* Numbers of things: sorted from the least on. */
#define F_NUMBER(name_, title_, unit_, width_, get_, words_, column_, \
		column_width_, ...) \
	{ .name = name_, .title = title_, .unit = unit_, .words = words_, \
	  .width = width_, .get = get_, .column = column_, \
	  .column_width = column_width_, .ascending = true, \
	  .rank = __VA_ARGS__ }
/* A list of objects, which have the fields ITEMS. */
#define F_OBJECTS(name_, title_, unit_, width_, get_, items_, words_) \
	{ .name = name_, .title = title_, .unit = unit_, .words = words_, \
	  .width = width_, .left = true, .get = get_, .items = items_ }

/* Parts of COUNTS: the states that can be counted, and the zones. */
const char *fields_state_part(const struct snapshot *snapshot, unsigned i,
	char out[32]);
const char *fields_zone_part(const struct snapshot *snapshot, unsigned i,
	char out[32]);

static inline const struct region *fields_region(const struct record *record)
{
	return record->region ? record->region :
		&record->snapshot->regions[record->index];
}

/* Its pages by state, or NULL. */
static inline const uint64_t *fields_states(const struct record *record)
{
	return record->region ? record->states :
		snapshot_states(record->snapshot, record->index);
}

void fields_cow_pending(struct record *record, struct value *value);
void fields_cow_shared(struct record *record, struct value *value);
void fields_cow_copied(struct record *record, struct value *value);
void fields_region_name(struct record *record, struct value *value);
void fields_region_type(struct record *record, struct value *value);

/* What a region's frames are good for: of a fitness, and of a region. */
void fields_runs(struct record *record, struct value *value);
void fields_longest(struct record *record, struct value *value);
void fields_longest_pfn(struct record *record, struct value *value);
void fields_alignment(struct record *record, struct value *value);
void fields_below(struct record *record, struct value *value);
void fields_tlb(struct record *record, struct value *value);
void fields_tlb_best(struct record *record, struct value *value);
void fields_mappings(struct record *record, struct value *value);
const char *fields_mapping_part(const struct snapshot *snapshot, unsigned i,
	char out[32]);
/* SHOWN: as columns for people. */
#define F_FITNESS(shown) \
	F("runs", (shown) ? "RUNS" : NULL, "", 6, false, fields_runs, NULL, \
		"physically contiguous runs of its present pages"), \
	F("longest_run", (shown) ? "LONGEST" : NULL, "bytes", 9, false, \
		fields_longest, NULL, "the longest of them"), \
	F("longest_run_pfn", (shown) ? "FRAME" : NULL, "frame", 8, false, \
		fields_longest_pfn, NULL, "its first frame"), \
	F("alignment", (shown) ? "ALIGN" : NULL, "bytes", 8, false, \
		fields_alignment, NULL, \
		"largest power of two that divides its physical address"), \
	F("below", (shown) ? "BELOW" : NULL, "bytes", 9, false, fields_below, \
		NULL, "present pages that lie below the limit of --below"), \
	F("tlb_entries", (shown) ? "TLB" : NULL, "", 6, false, fields_tlb, \
		NULL, "TLB entries it needs as it is mapped"), \
	F("tlb_best", (shown) ? "BEST" : NULL, "", 6, false, fields_tlb_best, \
		NULL, "TLB entries at best, its frames being where they are"), \
	F("mappings", NULL, "pages", 0, false, fields_mappings, \
		fields_mapping_part, "present pages by what maps them", \
		.part_label = "mapping")

/* The name and the node of a zone or doubt; -1: not known. */
void fields_set_zone(const struct record *record, struct value *value,
	int zone);
void fields_set_node(const struct record *record, struct value *value,
	int zone);

/* Of the process that any record is about. */
const struct process *fields_process(const struct record *record);
bool fields_stat_known(const struct record *record);
void fields_pid(struct record *record, struct value *value);
void fields_starttime(struct record *record, struct value *value);
/* The same where a record need not be about a process: null without one. */
void fields_owner_pid(struct record *record, struct value *value);
void fields_owner_starttime(struct record *record, struct value *value);

/* A symbol as C++ or Rust has it: null, where that is no other name; and as
 * people see it. */
void fields_demangled(struct record *record, struct value *value,
	const char *symbol);
void fields_shown_symbol(struct record *record, struct value *value,
	const char *symbol);

/* The same, added to words that tell more than the symbol. */
void fields_add_symbol(struct record *record, const char *symbol);

static inline void set_u64(struct value *value, uint64_t u)
{
	value->kind = VALUE_U64;
	value->u = u;
}

static inline void set_i64(struct value *value, int64_t i)
{
	value->kind = VALUE_I64;
	value->i = i;
}

static inline void set_real(struct value *value, double r)
{
	value->kind = VALUE_REAL;
	value->r = r;
}

static inline void set_hex(struct value *value, uint64_t u)
{
	value->kind = VALUE_HEX;
	value->u = u;
}

static inline void set_bytes(struct value *value, uint64_t u)
{
	value->kind = VALUE_BYTES;
	value->u = u;
}

static inline void set_text(struct value *value, struct text text)
{
	value->kind = VALUE_TEXT;
	value->text = text;
}

static inline void set_str(struct value *value, const char *text)
{
	set_text(value, text_of(text));
}

static inline void set_scratch(struct record *record, struct value *value)
{
	set_text(value, (struct text){ buf_text(&record->scratch),
		record->scratch.len });
}

static inline void set_figure(struct value *value,
	const struct figures *figures, uint32_t figure, uint64_t nbytes)
{
	if (figures_know(figures, figure))
		set_bytes(value, nbytes);
}

/* The names of a frame's flags. */
static inline void set_flags(struct record *record, struct value *value,
	uint64_t flags)
{
	buf_clear(&record->scratch);
	snapshot_flags(&record->scratch, flags, " ");
	set_scratch(record, value);
	value->kind = VALUE_NAMES;
}

/* The names of a page's marks. */
static inline void set_marks(struct record *record, struct value *value,
	uint8_t marks)
{
	unsigned bit;

	buf_clear(&record->scratch);
	for (bit = 0; bit < NMARKS; bit++)
		if (marks >> bit & 1)
			buf_fmt(&record->scratch, "%s%s",
				record->scratch.len ? " " : "", mark_name(bit));
	set_scratch(record, value);
	value->kind = VALUE_NAMES;
}

#endif
