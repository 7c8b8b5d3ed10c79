/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static void get_region_start(struct record *record, struct value *value)
{
	set_hex(value, fields_region(record)->start);
}

static void get_region_end(struct record *record, struct value *value)
{
	set_hex(value, fields_region(record)->end);
}

static void get_perms(struct record *record, struct value *value)
{
	char perms[5];

	buf_clear(&record->scratch);
	buf_str(&record->scratch, region_perms(fields_region(record), perms));
	set_scratch(record, value);
}

static void get_offset(struct record *record, struct value *value)
{
	set_u64(value, fields_region(record)->offset);
}

static void get_device(struct record *record, struct value *value)
{
	buf_clear(&record->scratch);
	buf_fmt(&record->scratch, "%02x:%02x", (unsigned)fields_region(record)->major,
		(unsigned)fields_region(record)->minor);
	set_scratch(record, value);
}

static void get_inode(struct record *record, struct value *value)
{
	set_u64(value, fields_region(record)->inode);
}

void fields_region_name(struct record *record, struct value *value)
{
	set_text(value, region_name(fields_region(record),
		&record->snapshot->names));
}

void fields_region_type(struct record *record, struct value *value)
{
	set_str(value, region_type_name(fields_region(record)->type));
}

static void get_page_size(struct record *record, struct value *value)
{
	const struct region *region = fields_region(record);

	if (region->page_size)
		set_u64(value, region->page_size);
	else if (region->type != REGION_HUGETLB)
		set_u64(value, record->snapshot->machine->facts.page_size);
}

static void get_pages(struct record *record, struct value *value)
{
	const struct region *region = fields_region(record);

	set_u64(value, (region->end - region->start) >>
		record->snapshot->machine->page_shift);
}

#define REGION_FIGURE(name, figure, expr) \
	static void get_region_##name(struct record *record, \
		struct value *value) \
	{ \
		const struct figures *usage = &fields_region(record)->usage; \
		set_figure(value, usage, figure, expr); \
	}
REGION_FIGURE(rss, USAGE_RSS, usage->rss)
REGION_FIGURE(pss, USAGE_PSS, figures_pss(usage))
REGION_FIGURE(uss, USAGE_USS, usage->uss)
REGION_FIGURE(shared, USAGE_SHARED, usage->shared)
REGION_FIGURE(anonymous, USAGE_ANONYMOUS, usage->anonymous)
REGION_FIGURE(swap, USAGE_SWAP, usage->swap)
REGION_FIGURE(swap_pss, USAGE_SWAP_PSS, usage->swap_pss_fixed >> PSS_SHIFT)
REGION_FIGURE(ksm, USAGE_KSM, usage->ksm)
REGION_FIGURE(anon_huge, USAGE_ANON_HUGE, usage->anon_huge)
REGION_FIGURE(hugetlb, USAGE_SHARED_HUGETLB | USAGE_PRIVATE_HUGETLB,
	usage->shared_hugetlb + usage->private_hugetlb)
REGION_FIGURE(locked, USAGE_LOCKED, usage->locked)
REGION_FIGURE(cached, USAGE_CACHED, usage->cached)

/* Without a baseline there is no difference to it. */
#define REGION_SINCE(name) \
	static void get_##name##_since(struct record *record, \
		struct value *value) \
	{ \
		const struct region_since *since = \
			&fields_region(record)->since; \
		if (!since->on) \
			value->kind = VALUE_NONE; \
		else if (since->name##_known) \
			set_i64(value, since->name); \
	}
REGION_SINCE(rss)
REGION_SINCE(swap)
REGION_SINCE(splits)

static uint64_t region_state_at(const struct record *record, unsigned i)
{
	return fields_states(record)[i + 1];
}

static void get_region_states(struct record *record, struct value *value)
{
	if (!figures_know(&fields_region(record)->usage, USAGE_STATES) ||
	    !fields_states(record))
		return;
	value->kind = VALUE_COUNTS;
	value->n = NSTATES - 1;
	value->at = region_state_at;
}

static uint64_t region_zone_at(const struct record *record, unsigned i)
{
	const struct snapshot *snapshot = record->snapshot;

	if (record->region)
		return record->zones[i];
	return snapshot->zone_pages[record->index * snapshot->zone_stride + i];
}

static void get_region_zones(struct record *record, struct value *value)
{
	if (!figures_know(&fields_region(record)->usage, USAGE_ZONES) ||
	    (record->region && !record->zones))
		return;
	value->kind = VALUE_COUNTS;
	value->n = (unsigned)record->snapshot->zone_stride;
	value->at = region_zone_at;
}

static void get_region_changed(struct record *record, struct value *value)
{
	if (!record->snapshot->checked)
		return;
	value->kind = VALUE_BOOL;
	value->u = fields_region(record)->changed;
}

/* False, with VALUE set, where the region is no device's memory. */
static bool has_place(const struct record *record, struct value *value)
{
	if (fields_region(record)->place != PLACE_NONE)
		return true;
	value->kind = VALUE_NONE;
	return false;
}

static void get_physical(struct record *record, struct value *value)
{
	if (has_place(record, value) &&
	    fields_region(record)->place == PLACE_KNOWN)
		set_hex(value, fields_region(record)->pa);
}

static void get_physical_why(struct record *record, struct value *value)
{
	if (fields_region(record)->place == PLACE_KNOWN)
		value->kind = VALUE_NONE;
	else if (has_place(record, value))
		set_str(value, device_place_words(fields_region(record)->place));
}

static void get_resource(struct record *record, struct value *value)
{
	const struct resource *resource;

	if (!has_place(record, value) ||
	    fields_region(record)->place != PLACE_KNOWN)
		return;
	resource = machine_resource_at(record->snapshot->machine,
		fields_region(record)->pa);
	if (resource)
		set_str(value, resource->name);
}

/* As maps has it. */
static void get_offset_hex(struct record *record, struct value *value)
{
	if (fields_region(record)->inode)
		set_hex(value, fields_region(record)->offset);
	else
		value->kind = VALUE_NONE;
}

static void get_vss(struct record *record, struct value *value)
{
	set_bytes(value, fields_region(record)->end -
		fields_region(record)->start);
}

/* A column of sizes. */
#define F_SIZE(name_, title_, width_, get_, words_, column_, column_width_) \
	F_COLUMN(name_, title_, "bytes", width_, false, get_, words_, column_, \
		column_width_, 1, COST_NONE)

const struct field region_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process",
		.metric = METRIC_LABEL),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started", .metric = METRIC_LABEL),
	F_NUMBER("start", "START", "address", 16, get_region_start,
		"first byte", "START", 12, 0, .metric = METRIC_LABEL_OF_ONE),
	F_NUMBER("end", "END", "address", 16, get_region_end,
		"first byte behind it", "END", 12, 1),
	F_COLUMN("perms", "PERM", "", 4, true, get_perms,
		"rights: read, write, execute, private or shared",
		"PERM", 4, 1, COST_NONE, .metric = METRIC_LABEL_OF_ONE),
	F("offset", NULL, "bytes", 0, false, get_offset, NULL,
		"of its first byte in the file", .metric = METRIC_NONE),
	F_NUMBER("", NULL, "bytes", 0, get_offset_hex,
		"of its first byte in the file", "OFFSET", 9, 1),
	F_COLUMN("device", NULL, "", 0, true, get_device,
		"of the file, major:minor in hex", "DEV", 6, 1, COST_NONE),
	F_NUMBER("inode", NULL, "", 0, get_inode, "of the file",
		"INODE", 9, 1, .metric = METRIC_NONE),
	F("name", NULL, "", 0, true, fields_region_name, NULL,
		"file or special name, as in maps",
		.metric = METRIC_LABEL_OF_ONE),
	F_COLUMN("type", "TYPE", "", 8, true, fields_region_type,
		"what it is for", "TYPE", 8, 1, COST_NONE,
		.metric = METRIC_LABEL),
	F_COLUMN("page_size", NULL, "bytes", 0, false, get_page_size,
		"of its pages", "PGSZ", 5, 1, COST_NONE,
		.metric = METRIC_NONE),
	F("pages", NULL, "pages", 0, false, get_pages, NULL,
		"all that are mapped"),
	F_SIZE("", NULL, 0, get_vss, "all that is mapped, as Size in smaps",
		"VSS", 5),
	F_SIZE("rss", "RSS", 9, get_region_rss, "resident, as Rss in smaps",
		"RSS", 5),
	F_SIZE("pss", "PSS", 9, get_region_pss, "as Pss in smaps", "PSS", 5),
	F_SIZE("uss", "USS", 9, get_region_uss, "pages mapped once",
		"USS", 5),
	F_SIZE("shared", "SHARED", 9, get_region_shared,
		"Shared_Clean and Shared_Dirty of smaps", "SHARED", 6),
	F_SIZE("private", NULL, 0, get_region_uss,
		"Private_Clean and Private_Dirty of smaps", "PRIV", 5),
	F_SIZE("anonymous", "ANON", 9, get_region_anonymous,
		"as Anonymous in smaps", "ANON", 5),
	F_SIZE("swap", "SWAP", 8, get_region_swap, "as Swap in smaps",
		"SWAP", 5),
	F_SIZE("swap_pss", NULL, 0, get_region_swap_pss,
		"as SwapPss in smaps; needs --full, and that all processes can be read",
		"SWPSS", 5),
	F_SIZE("ksm", NULL, 0, get_region_ksm, "as KSM in smaps", "KSM", 5),
	F_SIZE("anon_huge", NULL, 0, get_region_anon_huge,
		"as AnonHugePages in smaps", "ANHUGE", 6),
	F_SIZE("hugetlb", NULL, 0, get_region_hugetlb,
		"Shared_Hugetlb and Private_Hugetlb of smaps", "HUGETLB", 7),
	F_SIZE("locked", NULL, 0, get_region_locked, "as Locked in smaps",
		"LOCKED", 6),
	F("cached", NULL, "bytes", 0, false, get_region_cached, NULL,
		"in the page cache, but not mapped in; needs --full"),
	F_SIZE("", NULL, 0, fields_cow_pending,
		"a file's own frames, that the first write copies", "PENDING", 7),
	F_SIZE("", NULL, 0, fields_cow_shared,
		"shared after a fork: the next write copies", "FORKED", 6),
	F_SIZE("", NULL, 0, fields_cow_copied,
		"were a file's, and have been written", "COPIED", 6),
	F_SIZE("", NULL, 0, get_rss_since,
		"RSS, more or less than at the baseline (key b); what was unmapped is in no region", "RSS+", 6),
	F_SIZE("", NULL, 0, get_swap_since,
		"swap, more or less than at the baseline", "SWAP+", 6),
	F_SIZE("", NULL, 0, get_splits_since,
		"copied on a write since the baseline, as far as it was seen and is still there",
		"COW+", 6),
	F("changed", NULL, "", 0, false, get_region_changed, NULL,
		"it went, or was cut or stretched, while it was read",
		.metric = METRIC_NONE),
	{ .name = "states", .unit = "pages", .get = get_region_states,
	  .part = fields_state_part, .words = "pages by state; needs --full",
	  .column = "STATES", .column_width = 26, .rank = 1, .left = true,
	  .part_label = "state" },
	F("zones", NULL, "pages", 0, false, get_region_zones, fields_zone_part,
		"pages by node/zone of their frames", .part_label = "zone"),
	F_FITNESS(false),
	F("physical", NULL, "address", 0, false, get_physical, NULL,
		"of its first byte; only of a device's memory"),
	F("resource", NULL, "", 0, true, get_resource, NULL,
		"the innermost name of that address"),
	F("physical_why", NULL, "", 0, true, get_physical_why, NULL,
		"why physical is not known"),
	F_COLUMN("", "NAME", "", 0, true, fields_region_name,
		"file or special name, as in maps", "NAME", 0, 0, COST_NONE),
	{ 0 },
};
