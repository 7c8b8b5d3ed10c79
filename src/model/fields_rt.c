/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "fields_impl.h"
#include "vmatlas/model/symbols.h"

static const struct page_run *run_of(const struct record *record)
{
	return &record->snapshot->runs[record->index];
}

/* ---- pages of which an access would fault */

static void get_start(struct record *record, struct value *value)
{
	set_hex(value, run_of(record)->vpn <<
		record->snapshot->machine->page_shift);
}

static void get_pages(struct record *record, struct value *value)
{
	set_u64(value, run_of(record)->npages);
}

static void get_reason(struct record *record, struct value *value)
{
	set_str(value, rt_reason_name(run_of(record)->reason));
}

static void get_when(struct record *record, struct value *value)
{
	const char *name = rt_when_name(rt_reason_when(
		run_of(record)->reason));

	if (name)
		set_str(value, name);
}

/*
 * What the page cache does not have comes from a disk; of shared memory, it
 * may be in swap, or was never there and is made at once.
 */
static void set_uncached(const struct record *record, struct value *value)
{
	const struct region *region =
		&record->snapshot->regions[run_of(record)->region];

	if (region->type != REGION_SHMEM && region->hidden == HIDDEN_NONE)
		set_str(value, "major");
	else if (region->smaps_known && !region->smaps_swap)
		set_str(value, "minor");
}

/* Of a slot in swap, the swap cache may still have the page. */
static void get_fault(struct record *record, struct value *value)
{
	const struct page_run *run = run_of(record);

	switch ((enum rt_reason)run->reason) {
	case RT_NOT_MAPPED_PAGE:
		if (run->state == STATE_KERNEL)
			set_str(value, "minor");
		else if (run->cached_known && run->marks & MARK_CACHED)
			set_str(value, "minor");
		else if (run->cached_known)
			set_uncached(record, value);
		break;
	case RT_UNTOUCHED_PAGE:
	case RT_ZERO_PAGE:
	case RT_COW_PENDING_PAGE:
	case RT_COW_SHARED_PAGE:
	case RT_WAS_SHARED_PAGE:
	case RT_PROTECTED_PAGE:
	case RT_FILE_WRITE_PAGE:
		set_str(value, "minor");
		break;
	default:
		break;
	}
}

static void get_state(struct record *record, struct value *value)
{
	set_str(value, state_info(run_of(record)->state)->name);
}

static void get_region(struct record *record, struct value *value)
{
	set_text(value, snapshot_region_title(record->snapshot,
		run_of(record)->region));
}

static void set_name(const struct record *record, struct value *value,
	uint32_t name)
{
	if (name != SYMBOL_NONE)
		set_str(value, buf_text(&record->snapshot->run_names) + name);
}

static void get_section(struct record *record, struct value *value)
{
	set_name(record, value, run_of(record)->section);
}

static void get_symbol(struct record *record, struct value *value)
{
	set_name(record, value, run_of(record)->first_symbol);
}

static void get_last_symbol(struct record *record, struct value *value)
{
	set_name(record, value, run_of(record)->last_symbol);
}

/* For people: the region, and what in it. */
static void get_place(struct record *record, struct value *value)
{
	const char *names = buf_text(&record->snapshot->run_names);
	const struct page_run *run = run_of(record);
	struct text title = snapshot_region_title(record->snapshot,
		run->region);
	const char *symbol = run->first_symbol == SYMBOL_NONE ? NULL :
		names + run->first_symbol;

	buf_clear(&record->scratch);
	buf_add(&record->scratch, title.p, title.n);
	if (run->section != SYMBOL_NONE)
		buf_fmt(&record->scratch, " %s", names + run->section);
	if (symbol) {
		buf_char(&record->scratch, ' ');
		fields_add_symbol(record, symbol);
	}
	if (run->last_symbol != SYMBOL_NONE &&
	    (!symbol || strcmp(symbol, names + run->last_symbol))) {
		buf_str(&record->scratch, " ... ");
		fields_add_symbol(record, names + run->last_symbol);
	}
	set_scratch(record, value);
}

const struct field rt_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("start", "START", "address", 16, false, get_start, NULL,
		"first byte"),
	F("pages", "PAGES", "pages", 9, false, get_pages, NULL,
		"how many pages are alike"),
	F("reason", "WHY", "", 15, true, get_reason, NULL,
		"why an access to them would fault"),
	F("when", "WHEN", "", 11, true, get_when, NULL,
		"access, write, maybe-write or later; null: not known"),
	F("fault", "FAULT", "", 5, true, get_fault, NULL,
		"minor, or major (waits for a disk); null: not known"),
	F("state", NULL, "", 0, true, get_state, NULL, "their state"),
	F("region", NULL, "", 0, true, get_region, NULL,
		"the region's name"),
	F("section", NULL, "", 0, true, get_section, NULL,
		"of a program or library, that has most of them"),
	F("symbol", NULL, "", 0, true, get_symbol, NULL,
		"what the first byte is in"),
	F("last_symbol", NULL, "", 0, true, get_last_symbol, NULL,
		"what the last byte is in"),
	F("", "WHERE", "", 0, true, get_place, NULL, ""),
	{ 0 },
};

/* ---- all of them */

static void get_faulting(struct record *record, struct value *value)
{
	set_u64(value, rt_total(record->rt, RT_ACCESS) +
		rt_total(record->rt, RT_WRITE));
}

static void get_on_access(struct record *record, struct value *value)
{
	set_u64(value, rt_total(record->rt, RT_ACCESS));
}

static void get_on_write(struct record *record, struct value *value)
{
	set_u64(value, rt_total(record->rt, RT_WRITE));
}

static void get_maybe_write(struct record *record, struct value *value)
{
	set_u64(value, rt_total(record->rt, RT_MAY_WRITE));
}

static void get_later(struct record *record, struct value *value)
{
	set_u64(value, rt_total(record->rt, RT_LATER));
}

static void get_untold(struct record *record, struct value *value)
{
	set_u64(value, rt_total(record->rt, RT_UNTOLD));
}

static const char *reason_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	(void)snapshot;
	(void)out;
	return i < NRT_REASONS ? rt_reason_name(i) : NULL;
}

static uint64_t reason_count(const struct record *record, unsigned i)
{
	return record->rt->pages[i];
}

static void get_reasons(struct record *record, struct value *value)
{
	(void)record;
	value->kind = VALUE_COUNTS;
	value->n = NRT_REASONS;
	value->at = reason_count;
}

static void get_locked(struct record *record, struct value *value)
{
	if (record->snapshot->rt.locked_known)
		set_bytes(value, record->snapshot->rt.locked);
}

/* How much of it the first thread's stack lacks: it grows by faults. */
static void get_stack_room(struct record *record, struct value *value)
{
	const struct snapshot *snapshot = record->snapshot;
	const struct rt_process *rt = &snapshot->rt;
	size_t i;

	if (!rt->limit_known || rt->stack_limit == UINT64_MAX)
		return;
	for (i = 0; i < snapshot->nregions; i++) {
		const struct region *region = &snapshot->regions[i];
		uint64_t has = region->end - region->start;

		if (text_is(snapshot_region_title(snapshot, i), "[stack]"))
			set_bytes(value, rt->stack_limit > has ?
				rt->stack_limit - has : 0);
	}
}

static void get_minor(struct record *record, struct value *value)
{
	if (fields_stat_known(record))
		set_u64(value, fields_process(record)->minor_faults);
}

static void get_major(struct record *record, struct value *value)
{
	if (fields_stat_known(record))
		set_u64(value, fields_process(record)->major_faults);
}

static void get_minor_since(struct record *record, struct value *value)
{
	if (record->snapshot->rt.since_known)
		set_u64(value, record->snapshot->rt.minor_since);
}

static void get_major_since(struct record *record, struct value *value)
{
	if (record->snapshot->rt.since_known)
		set_u64(value, record->snapshot->rt.major_since);
}

const struct field rt_total_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("faulting", NULL, "pages", 0, false, get_faulting, NULL,
		"of which the next access, or the next write, faults"),
	F("on_access", NULL, "pages", 0, false, get_on_access, NULL,
		"of those: any access"),
	F("on_write", NULL, "pages", 0, false, get_on_write, NULL,
		"of those: only a write"),
	F("maybe_on_write", NULL, "pages", 0, false, get_maybe_write, NULL,
		"of which a write may fault"),
	F("later", NULL, "pages", 0, false, get_later, NULL,
		"that the kernel may take away, as they are not locked"),
	F("untold", NULL, "pages", 0, false, get_untold, NULL,
		"of which it is not known"),
	F("reasons", NULL, "pages", 0, false, get_reasons, reason_part,
		"all pages by reason; those of none, no-access and kernel have no line of their own"),
	F("locked", NULL, "bytes", 0, false, get_locked, NULL,
		"as the kernel counts them (VmLck)"),
	F("stack_room", NULL, "bytes", 0, false, get_stack_room, NULL,
		"that the first thread's stack may still grow; each page of it faults"),
	F("minor_faults", NULL, "", 0, false, get_minor, NULL,
		"since it started"),
	F("major_faults", NULL, "", 0, false, get_major, NULL,
		"since it started"),
	F("minor_since", NULL, "", 0, false, get_minor_since, NULL,
		"since the first refresh; null in that"),
	F("major_since", NULL, "", 0, false, get_major_since, NULL,
		"since the first refresh; null in that"),
	{ 0 },
};
