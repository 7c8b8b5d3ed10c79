/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/fields.h"

#include <string.h>

const char *object_name(enum object object)
{
	static const char *const names[NOBJECTS] = {
		"process", "region", "pages", "zone"
	};

	return names[(unsigned)object < NOBJECTS ? object : 0];
}

void record_fini(struct record *record)
{
	buf_fini(&record->scratch);
}

/* ---- values */

static void set_u64(struct value *value, uint64_t u)
{
	value->kind = VALUE_U64;
	value->u = u;
}

static void set_hex(struct value *value, uint64_t u)
{
	value->kind = VALUE_HEX;
	value->u = u;
}

static void set_bytes(struct value *value, uint64_t u)
{
	value->kind = VALUE_BYTES;
	value->u = u;
}

static void set_text(struct value *value, struct text text)
{
	value->kind = VALUE_TEXT;
	value->text = text;
}

static void set_str(struct value *value, const char *text)
{
	set_text(value, text_of(text));
}

static void set_scratch(struct record *record, struct value *value)
{
	set_text(value, (struct text){ buf_text(&record->scratch),
		record->scratch.len });
}

static void set_figure(struct value *value, const struct usage *usage,
	uint32_t figure, uint64_t nbytes)
{
	if (usage_knows(usage, figure))
		set_bytes(value, nbytes);
}

/* Names of states that can be counted; the hole is nobody's page. */
static const char *state_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	(void)snapshot;
	(void)out;
	return i + 1 < NSTATES ? state_info(i + 1)->name : NULL;
}

static const char *zone_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	if (i < snapshot->machine->nzones)
		return snapshot_zone(snapshot, (int)i, out);
	return i == snapshot->machine->nzones ? "?" : NULL;
}

/* ---- processes */

static const struct process *process_of(const struct record *record)
{
	return record->row ? &record->row->process :
		&record->snapshot->process;
}

static bool stat_known(const struct record *record)
{
	return process_of(record)->answer == ANSWER_OK;
}

static void get_pid(struct record *record, struct value *value)
{
	set_u64(value, (uint64_t)process_of(record)->id.pid);
}

static void get_starttime(struct record *record, struct value *value)
{
	if (stat_known(record))
		set_u64(value, process_of(record)->id.starttime);
}

static void get_ppid(struct record *record, struct value *value)
{
	if (stat_known(record))
		set_u64(value, (uint64_t)process_of(record)->ppid);
}

static void get_process_name(struct record *record, struct value *value)
{
	if (stat_known(record))
		set_str(value, process_of(record)->name);
}

static void get_command(struct record *record, struct value *value)
{
	set_str(value, buf_text(&record->snapshot->commands) +
		record->row->command);
}

static void get_user(struct record *record, struct value *value)
{
	const struct process *process = process_of(record);

	if (process->user[0]) {
		set_str(value, process->user);
		return;
	}
	buf_clear(&record->scratch);
	buf_fmt(&record->scratch, "%u", (unsigned)process->uid);
	set_scratch(record, value);
}

static void get_process_state(struct record *record, struct value *value)
{
	if (!stat_known(record))
		return;
	set_text(value, (struct text){ &record->row->process.state, 1 });
}

static void get_vss(struct record *record, struct value *value)
{
	if (stat_known(record))
		set_bytes(value, process_of(record)->vss);
}

#define PROCESS_FIGURE(name, figure, expr) \
	static void get_process_##name(struct record *record, \
		struct value *value) \
	{ \
		const struct usage *usage = &record->row->usage; \
		set_figure(value, usage, figure, expr); \
	}
PROCESS_FIGURE(rss, USAGE_RSS, usage->rss)
PROCESS_FIGURE(pss, USAGE_PSS, usage_pss(usage))
PROCESS_FIGURE(pss_anon, USAGE_PSS_ANON, usage->pss_anon_fixed >> PSS_SHIFT)
PROCESS_FIGURE(uss, USAGE_USS, usage->uss)
PROCESS_FIGURE(shared, USAGE_SHARED, usage->shared)
PROCESS_FIGURE(anonymous, USAGE_ANONYMOUS, usage->anonymous)
PROCESS_FIGURE(swap, USAGE_SWAP, usage->swap)

/* A page that is only known to be present could be either. */
static void set_cow(struct record *record, struct value *value,
	enum page_state state)
{
	const struct usage *usage = &record->row->usage;

	if (!usage->state[STATE_PRESENT])
		set_figure(value, usage, USAGE_STATES,
			(uint64_t)usage->state[state] <<
			record->snapshot->machine->page_shift);
}

static void get_process_cow_shared(struct record *record, struct value *value)
{
	set_cow(record, value, STATE_COW_SHARED);
}

static void get_process_cow_copied(struct record *record, struct value *value)
{
	set_cow(record, value, STATE_COW_COPIED);
}

static void get_pss_source(struct record *record, struct value *value)
{
	if (usage_knows(&record->row->usage, USAGE_PSS))
		set_str(value, record->row->by_pagemap ? "pagemap" :
			"smaps_rollup");
}

static void get_minor(struct record *record, struct value *value)
{
	if (stat_known(record))
		set_u64(value, process_of(record)->minor_faults);
}

static void get_major(struct record *record, struct value *value)
{
	if (stat_known(record))
		set_u64(value, process_of(record)->major_faults);
}

static uint64_t process_state_at(const struct record *record, unsigned i)
{
	return record->row->usage.state[i + 1];
}

static void get_process_states(struct record *record, struct value *value)
{
	if (!usage_knows(&record->row->usage, USAGE_STATES))
		return;
	value->kind = VALUE_COUNTS;
	value->n = NSTATES - 1;
	value->at = process_state_at;
}

/* ---- regions */

static const struct region *region_of(const struct record *record)
{
	return &record->snapshot->regions[record->index];
}

static void get_region_start(struct record *record, struct value *value)
{
	set_hex(value, region_of(record)->start);
}

static void get_region_end(struct record *record, struct value *value)
{
	set_hex(value, region_of(record)->end);
}

static void get_perms(struct record *record, struct value *value)
{
	char perms[5];

	buf_clear(&record->scratch);
	buf_str(&record->scratch, region_perms(region_of(record), perms));
	set_scratch(record, value);
}

static void get_offset(struct record *record, struct value *value)
{
	set_u64(value, region_of(record)->offset);
}

static void get_device(struct record *record, struct value *value)
{
	buf_clear(&record->scratch);
	buf_fmt(&record->scratch, "%02x:%02x", (unsigned)region_of(record)->major,
		(unsigned)region_of(record)->minor);
	set_scratch(record, value);
}

static void get_inode(struct record *record, struct value *value)
{
	set_u64(value, region_of(record)->inode);
}

static void get_region_name(struct record *record, struct value *value)
{
	set_text(value, region_name(region_of(record),
		&record->snapshot->names));
}

static void get_type(struct record *record, struct value *value)
{
	set_str(value, region_type_name(region_of(record)->type));
}

static void get_page_size(struct record *record, struct value *value)
{
	const struct region *region = region_of(record);

	if (region->page_size)
		set_u64(value, region->page_size);
	else if (region->type != REGION_HUGETLB)
		set_u64(value, record->snapshot->machine->facts.page_size);
}

static void get_pages(struct record *record, struct value *value)
{
	const struct region *region = region_of(record);

	set_u64(value, (region->end - region->start) >>
		record->snapshot->machine->page_shift);
}

#define REGION_FIGURE(name, figure, expr) \
	static void get_region_##name(struct record *record, \
		struct value *value) \
	{ \
		const struct usage *usage = &region_of(record)->usage; \
		set_figure(value, usage, figure, expr); \
	}
REGION_FIGURE(rss, USAGE_RSS, usage->rss)
REGION_FIGURE(pss, USAGE_PSS, usage_pss(usage))
REGION_FIGURE(uss, USAGE_USS, usage->uss)
REGION_FIGURE(shared, USAGE_SHARED, usage->shared)
REGION_FIGURE(anonymous, USAGE_ANONYMOUS, usage->anonymous)
REGION_FIGURE(swap, USAGE_SWAP, usage->swap)
REGION_FIGURE(swap_pss, USAGE_SWAP_PSS, usage->swap_pss)
REGION_FIGURE(ksm, USAGE_KSM, usage->ksm)
REGION_FIGURE(anon_huge, USAGE_ANON_HUGE, usage->anon_huge)
REGION_FIGURE(hugetlb, USAGE_SHARED_HUGETLB | USAGE_PRIVATE_HUGETLB,
	usage->shared_hugetlb + usage->private_hugetlb)
REGION_FIGURE(locked, USAGE_LOCKED, usage->locked)

static uint64_t region_state_at(const struct record *record, unsigned i)
{
	return region_of(record)->usage.state[i + 1];
}

static void get_region_states(struct record *record, struct value *value)
{
	if (!usage_knows(&region_of(record)->usage, USAGE_STATES))
		return;
	value->kind = VALUE_COUNTS;
	value->n = NSTATES - 1;
	value->at = region_state_at;
}

static uint64_t region_zone_at(const struct record *record, unsigned i)
{
	const struct snapshot *snapshot = record->snapshot;

	return snapshot->zone_pages[record->index * snapshot->zone_stride + i];
}

static void get_region_zones(struct record *record, struct value *value)
{
	if (!usage_knows(&region_of(record)->usage, USAGE_ZONES))
		return;
	value->kind = VALUE_COUNTS;
	value->n = (unsigned)record->snapshot->zone_stride;
	value->at = region_zone_at;
}

/* ---- runs of pages */

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

static void get_run_pfn(struct record *record, struct value *value)
{
	if (run_of(record)->has_pfn)
		set_hex(value, run_of(record)->pfn);
}

static void get_run_mapcount(struct record *record, struct value *value)
{
	if (run_of(record)->has_count)
		set_u64(value, run_of(record)->count);
}

static int run_zone(const struct record *record)
{
	return run_of(record)->has_pfn ?
		machine_zone(record->snapshot->machine, run_of(record)->pfn) :
		-1;
}

static void get_run_zone(struct record *record, struct value *value)
{
	int zone = run_zone(record);

	if (zone >= 0)
		set_str(value, record->snapshot->machine->zones[zone].name);
}

static void get_run_node(struct record *record, struct value *value)
{
	int zone = run_zone(record);

	if (zone >= 0)
		set_u64(value, (uint64_t)
			record->snapshot->machine->zones[zone].node);
}

static void get_run_flags(struct record *record, struct value *value)
{
	if (!run_of(record)->has_flags)
		return;
	buf_clear(&record->scratch);
	snapshot_flags(&record->scratch, run_of(record)->flags, " ");
	set_scratch(record, value);
	value->kind = VALUE_NAMES;
}

static void get_run_marks(struct record *record, struct value *value)
{
	unsigned bit;

	buf_clear(&record->scratch);
	for (bit = 0; bit < NMARKS; bit++)
		if (run_of(record)->marks >> bit & 1)
			buf_fmt(&record->scratch, "%s%s",
				record->scratch.len ? " " : "", mark_name(bit));
	set_scratch(record, value);
	value->kind = VALUE_NAMES;
}

static const char *swap_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	(void)snapshot;
	(void)out;
	return i == 0 ? "type" : i == 1 ? "offset" : NULL;
}

static uint64_t run_swap_at(const struct record *record, unsigned i)
{
	return i ? run_of(record)->swap_offset : run_of(record)->swap_type;
}

static void get_run_swap(struct record *record, struct value *value)
{
	if (!run_of(record)->has_swap)
		return;
	value->kind = VALUE_PARTS;
	value->n = 2;
	value->at = run_swap_at;
}

static void get_run_region(struct record *record, struct value *value)
{
	set_text(value, snapshot_region_title(record->snapshot,
		run_of(record)->region));
}

/* ---- zones */

static const struct zone *zone_of(const struct record *record)
{
	return &record->snapshot->machine->zones[record->index];
}

static void get_zone_node(struct record *record, struct value *value)
{
	set_u64(value, (uint64_t)zone_of(record)->node);
}

static void get_zone_name(struct record *record, struct value *value)
{
	set_str(value, zone_of(record)->name);
}

static void get_zone_start(struct record *record, struct value *value)
{
	if (zone_of(record)->has_start)
		set_hex(value, zone_of(record)->start_pfn);
}

#define ZONE_COUNT(member) \
	static void get_zone_##member(struct record *record, \
		struct value *value) \
	{ \
		set_u64(value, zone_of(record)->member); \
	}
ZONE_COUNT(spanned)
ZONE_COUNT(present)
ZONE_COUNT(free)
ZONE_COUNT(min)
ZONE_COUNT(low)
ZONE_COUNT(high)

static void get_zone_managed(struct record *record, struct value *value)
{
	if (zone_of(record)->has_managed)
		set_u64(value, zone_of(record)->managed);
}

static const char *order_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	unsigned most = 0;
	size_t k;

	for (k = 0; k < snapshot->machine->nzones; k++)
		if (snapshot->machine->zones[k].norders > most)
			most = snapshot->machine->zones[k].norders;
	if (i >= most)
		return NULL;
	out[0] = (char)('0' + i / 10);
	out[1] = (char)('0' + i % 10);
	out[2] = '\0';
	return i < 10 ? out + 1 : out;
}

static uint64_t zone_order_at(const struct record *record, unsigned i)
{
	return zone_of(record)->free_blocks[i];
}

static void get_zone_free_blocks(struct record *record, struct value *value)
{
	if (!zone_of(record)->norders)
		return;
	value->kind = VALUE_LIST;
	value->n = zone_of(record)->norders;
	value->at = zone_order_at;
}

static void get_nothing(struct record *record, struct value *value)
{
	(void)record;
	(void)value;
}

/* ---- the tables */

#define F(name, title, unit, width, left, get, part, words) \
	{ name, title, unit, words, width, left, get, part }

static const struct field process_fields[] = {
	F("pid", "PID", "", 7, false, get_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, get_starttime, NULL,
		"when it started, in clock ticks after boot"),
	F("ppid", NULL, "", 0, false, get_ppid, NULL, "its parent"),
	F("name", NULL, "", 0, false, get_process_name, NULL, "its comm"),
	F("command", NULL, "", 0, true, get_command, NULL,
		"its command line"),
	F("user", "USER", "", 10, true, get_user, NULL, "its effective user"),
	F("state", "S", "", 1, true, get_process_state, NULL,
		"R S D Z T ..., as ps has it"),
	F("vss", "VSS", "bytes", 10, false, get_vss, NULL,
		"virtual set size: all that is mapped"),
	F("rss", "RSS", "bytes", 9, false, get_process_rss, NULL,
		"resident set size: what is in memory"),
	F("pss", "PSS", "bytes", 9, false, get_process_pss, NULL,
		"proportional set size: shared pages by their share"),
	F("pss_anon", NULL, "bytes", 0, false, get_process_pss_anon, NULL,
		"the anonymous part of it"),
	F("pss_source", NULL, "", 0, true, get_pss_source, NULL,
		"pagemap or smaps_rollup"),
	F("uss", "USS", "bytes", 9, false, get_process_uss, NULL,
		"unique set size: what only it has"),
	F("shared", "SHARED", "bytes", 9, false, get_process_shared, NULL,
		"pages mapped more than once"),
	F("anonymous", NULL, "bytes", 0, false, get_process_anonymous, NULL,
		"pages of no file"),
	F("swap", "SWAP", "bytes", 8, false, get_process_swap, NULL,
		"what is in swap"),
	F("cow_shared", NULL, "bytes", 0, false, get_process_cow_shared, NULL,
		"shared after a fork, not yet written"),
	F("cow_copied", NULL, "bytes", 0, false, get_process_cow_copied, NULL,
		"private copies of file pages"),
	F("minor_faults", NULL, "", 0, false, get_minor, NULL,
		"page faults without I/O"),
	F("major_faults", NULL, "", 0, false, get_major, NULL,
		"page faults with I/O"),
	F("states", NULL, "pages", 0, false, get_process_states, state_part,
		"pages by state"),
	F("", "COMMAND", "", 0, true, get_command, NULL, ""),
	{ 0 },
};

static const struct field region_fields[] = {
	F("pid", NULL, "", 0, false, get_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, get_starttime, NULL,
		"when it started"),
	F("start", "START", "address", 16, false, get_region_start, NULL,
		"first byte"),
	F("end", "END", "address", 16, false, get_region_end, NULL,
		"first byte behind it"),
	F("perms", "PERM", "", 4, true, get_perms, NULL,
		"rights: read, write, execute, private or shared"),
	F("offset", NULL, "bytes", 0, false, get_offset, NULL,
		"of its first byte in the file"),
	F("device", NULL, "", 0, true, get_device, NULL,
		"of the file, major:minor in hex"),
	F("inode", NULL, "", 0, false, get_inode, NULL, "of the file"),
	F("name", NULL, "", 0, true, get_region_name, NULL,
		"file or special name, as in maps"),
	F("type", "TYPE", "", 8, true, get_type, NULL, "what it is for"),
	F("page_size", NULL, "bytes", 0, false, get_page_size, NULL,
		"of its pages"),
	F("pages", NULL, "pages", 0, false, get_pages, NULL,
		"all that are mapped"),
	F("rss", "RSS", "bytes", 9, false, get_region_rss, NULL,
		"resident, as Rss in smaps"),
	F("pss", "PSS", "bytes", 9, false, get_region_pss, NULL,
		"as Pss in smaps"),
	F("uss", "USS", "bytes", 9, false, get_region_uss, NULL,
		"pages mapped once"),
	F("shared", "SHARED", "bytes", 9, false, get_region_shared, NULL,
		"Shared_Clean and Shared_Dirty of smaps"),
	F("private", NULL, "bytes", 0, false, get_region_uss, NULL,
		"Private_Clean and Private_Dirty of smaps"),
	F("anonymous", "ANON", "bytes", 9, false, get_region_anonymous, NULL,
		"as Anonymous in smaps"),
	F("swap", "SWAP", "bytes", 8, false, get_region_swap, NULL,
		"as Swap in smaps"),
	F("swap_pss", NULL, "bytes", 0, false, get_region_swap_pss, NULL,
		"as SwapPss in smaps"),
	F("ksm", NULL, "bytes", 0, false, get_region_ksm, NULL,
		"as KSM in smaps"),
	F("anon_huge", NULL, "bytes", 0, false, get_region_anon_huge, NULL,
		"as AnonHugePages in smaps"),
	F("hugetlb", NULL, "bytes", 0, false, get_region_hugetlb, NULL,
		"Shared_Hugetlb and Private_Hugetlb of smaps"),
	F("locked", NULL, "bytes", 0, false, get_region_locked, NULL,
		"as Locked in smaps"),
	F("states", NULL, "pages", 0, false, get_region_states, state_part,
		"pages by state; needs --full"),
	F("zones", NULL, "pages", 0, false, get_region_zones, zone_part,
		"pages by node/zone of their frames"),
	F("", "NAME", "", 0, true, get_region_name, NULL, ""),
	{ 0 },
};

static const struct field run_fields[] = {
	F("pid", NULL, "", 0, false, get_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, get_starttime, NULL,
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
		"slot of the first page; the others follow it"),
	F("region", NULL, "", 0, true, get_run_region, NULL,
		"the region's name"),
	F("", "REGION", "", 0, true, get_run_region, NULL, ""),
	{ 0 },
};

static const struct field zone_fields[] = {
	F("node", "NODE", "", 4, false, get_zone_node, NULL, "memory node"),
	F("zone", "ZONE", "", 8, true, get_zone_name, NULL, "its name"),
	F("start_pfn", "START PFN", "", 12, false, get_zone_start, NULL,
		"first frame; none where the zone is empty"),
	F("spanned", "SPANNED", "pages", 10, false, get_zone_spanned, NULL,
		"from its first frame to its last, holes included"),
	F("present", "PRESENT", "pages", 10, false, get_zone_present, NULL,
		"frames that exist"),
	F("managed", "MANAGED", "pages", 10, false, get_zone_managed, NULL,
		"frames that the allocator has"),
	F("free", "FREE", "pages", 10, false, get_zone_free, NULL,
		"free frames"),
	F("min", "MIN", "pages", 7, false, get_zone_min, NULL,
		"below it only emergencies allocate"),
	F("low", "LOW", "pages", 7, false, get_zone_low, NULL,
		"below it reclaim wakes up"),
	F("high", "HIGH", "pages", 7, false, get_zone_high, NULL,
		"above it reclaim sleeps"),
	F("free_blocks", "FREE BLOCKS BY ORDER", "blocks", 0, true,
		get_zone_free_blocks, order_part,
		"free blocks of 1, 2, 4 ... pages"),
	F("uses", NULL, "pages", 0, false, get_nothing, NULL,
		"frames by use"),
	{ 0 },
};

#undef F

const struct field *field_at(enum object object, unsigned i)
{
	static const struct {
		const struct field *fields;
		unsigned n;
	} tables[NOBJECTS] = {
#define T(fields) { fields, sizeof(fields) / sizeof(*fields) - 1 }
		T(process_fields), T(region_fields), T(run_fields),
		T(zone_fields),
#undef T
	};

	if ((unsigned)object >= NOBJECTS || i >= tables[object].n)
		return NULL;
	return &tables[object].fields[i];
}
