/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_FIELDS_IMPL_H
#define VMATLAS_SRC_MODEL_FIELDS_IMPL_H

/*
 * What the field tables share: each object's table is in a file of its own.
 * A getter that sets nothing says that the value is not known.
 */
#include "vmatlas/model/fields.h"

extern const struct field process_fields[], region_fields[], run_fields[],
	zone_fields[], audit_fields[], frame_fields[], swap_fields[],
	sum_fields[];

#define F(name, title, unit, width, left, get, part, words) \
	{ name, title, unit, words, width, left, get, part }

/* Parts of COUNTS: the states that can be counted, and the zones. */
const char *fields_state_part(const struct snapshot *snapshot, unsigned i,
	char out[32]);
const char *fields_zone_part(const struct snapshot *snapshot, unsigned i,
	char out[32]);

/* Of the process that any record is about. */
const struct process *fields_process(const struct record *record);
bool fields_stat_known(const struct record *record);
void fields_pid(struct record *record, struct value *value);
void fields_starttime(struct record *record, struct value *value);
/* The same where a record need not be about a process: null without one. */
void fields_owner_pid(struct record *record, struct value *value);
void fields_owner_starttime(struct record *record, struct value *value);

static inline void set_u64(struct value *value, uint64_t u)
{
	value->kind = VALUE_U64;
	value->u = u;
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

static inline void set_figure(struct value *value, const struct usage *usage,
	uint32_t figure, uint64_t nbytes)
{
	if (usage_knows(usage, figure))
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

#endif
