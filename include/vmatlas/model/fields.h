/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FIELDS_H
#define VMATLAS_MODEL_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/model/snapshot.h"
#include "vmatlas/model/sum.h"

/*
 * What can be said about each kind of object, once: every report in every
 * format, and the manual, walk these tables.
 */
/* Columns: identifier, kind of a JSON line, table of fields. */
#define OBJECTS(X) \
	X(PROCESS, "process", process_fields) \
	X(REGION, "region", region_fields) \
	X(PAGES, "pages", run_fields) \
	X(ZONE, "zone", zone_fields) \
	X(AUDIT, "audit", audit_fields) \
	X(FRAMES, "frames", frame_fields) \
	X(SWAP, "swap", swap_fields) \
	X(SUM, "sum", sum_fields) \
	X(FITNESS, "fitness", fitness_fields) \
	X(MEMORY, "memory", memory_fields) \
	X(OWNER, "owner", owner_fields) \
	X(FUNCTION, "function", function_fields) \
	X(COW, "cow", cow_fields) \
	X(COW_FILE, "cow_file", cow_file_fields) \
	X(GROUP, "group", group_fields) \
	X(SHARING, "sharing", sharing_fields) \
	X(COMPARE, "compare", compare_fields) \
	X(COMPARE_ROW, "compare_region", compare_row_fields) \
	X(FILE_USER, "file_user", file_user_fields) \
	X(FILE, "file", file_fields) \
	X(RT, "rt", rt_fields) \
	X(RT_TOTAL, "rt_total", rt_total_fields) \
	X(STACK, "stack", stack_fields) \
	X(CHANGE, "change", change_fields) \
	X(DIFFERENCE, "difference", difference_fields) \
	X(EVENT, "event", event_fields)

#define X(id, name, fields) OBJECT_##id,
enum object { OBJECTS(X) NOBJECTS };
#undef X

/* "process", "region", "pages", "zone" ...: the kind of a JSON line. */
const char *object_name(enum object object);

struct difference;
struct rule_event;

/* The object that a getter is asked about, with where to put words. */
struct record {
	enum object object;
	const struct snapshot *snapshot;
	const struct process_row *row;	/* OBJECT_PROCESS */
	/* OBJECT_REGION: this one instead, which may be the sum of some. */
	const struct region *region;
	/* With that: its pages by zone, and by state (NSTATES), or NULL. */
	const uint64_t *zones, *states;
	const struct sum *sum;		/* OBJECT_SUM */
	const struct rt_totals *rt;	/* OBJECT_RT_TOTAL */
	const struct difference *difference;	/* OBJECT_DIFFERENCE */
	const struct rule_event *event;	/* OBJECT_EVENT */
	size_t index;			/* of a region, run, zone, row ... */
	unsigned item;			/* of an object in a list of that */
	struct buf scratch;		/* a value's words live here */
};
void record_fini(struct record *record);

enum value_kind {
	VALUE_NULL,		/* not known: null, or ? for people */
	VALUE_NONE,		/* there is none: null, or - for people */
	VALUE_TEXT, VALUE_U64, VALUE_I64,
	VALUE_BOOL,		/* u */
	VALUE_HEX,		/* an address or PFN */
	VALUE_REAL,		/* r, to two places */
	VALUE_BYTES,		/* a size: people see it in K */
	VALUE_NAMES,		/* words with blanks between them */
	VALUE_LIST,		/* numbers */
	VALUE_COUNTS,		/* numbers with names: those that are not 0 */
	VALUE_PARTS,		/* the same, all of them */
	VALUE_MEMBERS,		/* values with names, of any kind but these */
	VALUE_OBJECTS,		/* N objects, each with the field's items */
};

struct value {
	enum value_kind kind;
	struct text text;	/* TEXT, NAMES */
	uint64_t u;		/* U64, HEX, BYTES */
	int64_t i;
	double r;
	unsigned n;		/* LIST, COUNTS, PARTS, MEMBERS, OBJECTS: how many */
	uint64_t (*at)(const struct record *record, unsigned i);
	/* MEMBERS: fills VALUE, which comes as VALUE_NULL */
	void (*member)(struct record *record, unsigned i, struct value *value);
};

/* What a field is in OpenMetrics (app/openmetrics.h). */
enum metric {
	METRIC_GAUGE,		/* as all numbers that are nothing else */
	METRIC_COUNTER,		/* it only grows */
	METRIC_LABEL,		/* tells the object from others of its kind */
	METRIC_LABEL_OF_ONE,	/* likewise, unless it is the sum of some */
	METRIC_INFO,		/* a label of what only has labels */
	METRIC_NONE,		/* neither: no amount, or made from others */
};

struct field {
	const char *name;	/* in JSON and CSV: never changes */
	const char *title;	/* column for people, or NULL: not shown */
	const char *unit;	/* "bytes", "pages", ... or "" */
	const char *words;	/* for the manual */
	int width;		/* columns for people; 0: the last one */
	bool left;
	void (*get)(struct record *record, struct value *value);
	/* The name of part I of LIST, COUNTS, PARTS, MEMBERS; NULL behind the last.
	 * OUT has room for 32. */
	const char *(*part)(const struct snapshot *snapshot, unsigned i,
		char out[32]);
	/* OBJECTS: what can be said of each, of any kind but the lists;
	 * getters find it by the record's item. */
	const struct field *items;
	/* On a screen that lists them: the title, or NULL; its width, 0: what is
	 * left; the higher the rank, the sooner it is left out; and what it
	 * costs to read, so how old it may be. */
	const char *column;
	int column_width;
	unsigned rank;
	bool ascending;		/* its numbers are names, not amounts */
	enum column_cost { COST_NONE, COST_USAGE, COST_STATES } cost;
	enum metric metric;
	const char *part_label;		/* the label that tells its parts apart */
};

/* The fields of an object; behind the last is one without a name. */
const struct field *fields_of(enum object object);
/* Field I of an object, or NULL behind the last. */
const struct field *field_at(enum object object, unsigned i);

#endif
