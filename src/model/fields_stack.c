/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct stack *stack_of(const struct record *record)
{
	return &record->snapshot->stacks.stacks[record->index];
}

static bool has_region(const struct record *record)
{
	return stack_of(record)->region >= 0;
}

static void get_tid(struct record *record, struct value *value)
{
	if (stack_of(record)->tid)
		set_u64(value, (uint64_t)stack_of(record)->tid);
}

static void get_name(struct record *record, struct value *value)
{
	const struct stack *stack = stack_of(record);

	if (stack->name != UINT32_MAX)
		set_str(value, buf_text(&record->snapshot->stacks.names) +
			stack->name);
}

static void get_by(struct record *record, struct value *value)
{
	const char *name = stack_ground_name(stack_of(record)->by);

	if (name)
		set_str(value, name);
}

static void get_start(struct record *record, struct value *value)
{
	if (has_region(record))
		set_hex(value, stack_of(record)->start);
}

static void get_end(struct record *record, struct value *value)
{
	if (has_region(record))
		set_hex(value, stack_of(record)->end);
}

static void get_guard(struct record *record, struct value *value)
{
	if (has_region(record) && stack_of(record)->guard_known)
		set_bytes(value, stack_of(record)->guard);
	else if (stack_of(record)->grows)
		value->kind = VALUE_NONE;
}

static void get_sp(struct record *record, struct value *value)
{
	if (stack_of(record)->has_sp)
		set_hex(value, stack_of(record)->sp);
}

static void get_used(struct record *record, struct value *value)
{
	const struct stack *stack = stack_of(record);

	if (stack->has_sp && stack->by == STACK_BY_SP)
		set_bytes(value, stack->end - stack->sp);
}

static void get_touched(struct record *record, struct value *value)
{
	if (has_region(record) && stack_of(record)->touched_known)
		set_bytes(value, stack_of(record)->touched);
}

static void get_resident(struct record *record, struct value *value)
{
	if (has_region(record) && stack_of(record)->touched_known)
		set_bytes(value, stack_of(record)->resident);
}

static bool has_limit(const struct record *record)
{
	const struct stack *stack = stack_of(record);

	return has_region(record) && stack->limit_known &&
		stack->limit != UINT64_MAX;
}

static void get_limit(struct record *record, struct value *value)
{
	const struct stack *stack = stack_of(record);

	if (has_limit(record))
		set_bytes(value, stack->limit);
	else if (has_region(record) && stack->limit_known)
		value->kind = VALUE_NONE;
}

static void get_headroom(struct record *record, struct value *value)
{
	const struct stack *stack = stack_of(record);

	if (has_limit(record) && stack->touched_known)
		set_bytes(value, stack->limit > stack->touched ?
			stack->limit - stack->touched : 0);
	else if (has_region(record) && stack->limit_known &&
		 stack->limit == UINT64_MAX)
		value->kind = VALUE_NONE;
}

static void get_region(struct record *record, struct value *value)
{
	if (has_region(record))
		set_text(value, snapshot_region_title(record->snapshot,
			(size_t)stack_of(record)->region));
}

const struct field stack_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("tid", "TID", "", 7, false, get_tid, NULL,
		"the thread; null: nobody's that is known"),
	F("start", "START", "address", 16, false, get_start, NULL,
		"of the region that the stack is in; null: not known"),
	F("end", "END", "address", 16, false, get_end, NULL,
		"of that region"),
	F("by", "BY", "", 5, true, get_by, NULL,
		"how that is known: sp (the stack pointer is in it), name (its name says so), or shape (a guess: private memory right above a small guard)"),
	F("sp", NULL, "address", 0, false, get_sp, NULL,
		"the stack pointer; null while the thread runs, or may not be looked at"),
	F("used", "USED", "bytes", 8, false, get_used, NULL,
		"from the stack pointer to the end"),
	F("touched", "TOUCHED", "bytes", 8, false, get_touched, NULL,
		"from the lowest page in RAM or swap to the end"),
	F("resident", NULL, "bytes", 0, false, get_resident, NULL,
		"of its pages in RAM or swap"),
	F("limit", "LIMIT", "bytes", 9, false, get_limit, NULL,
		"that it may have: RLIMIT_STACK of the first thread, else the region; null: not known, or none"),
	F("headroom", "ROOM", "bytes", 9, false, get_headroom, NULL,
		"of that, below the lowest page touched"),
	F("guard", "GUARD", "bytes", 7, false, get_guard, NULL,
		"below it, that may not be touched; null for the first thread's, whose gap is no mapping"),
	F("name", "NAME", "", 15, true, get_name, NULL,
		"of the thread"),
	F("region", "REGION", "", 0, true, get_region, NULL,
		"the region's name"),
	{ 0 },
};
