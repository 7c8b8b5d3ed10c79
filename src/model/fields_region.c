/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

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

void fields_region_name(struct record *record, struct value *value)
{
	set_text(value, region_name(region_of(record),
		&record->snapshot->names));
}

void fields_region_type(struct record *record, struct value *value)
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
REGION_FIGURE(swap_pss, USAGE_SWAP_PSS, usage->swap_pss_fixed >> PSS_SHIFT)
REGION_FIGURE(ksm, USAGE_KSM, usage->ksm)
REGION_FIGURE(anon_huge, USAGE_ANON_HUGE, usage->anon_huge)
REGION_FIGURE(hugetlb, USAGE_SHARED_HUGETLB | USAGE_PRIVATE_HUGETLB,
	usage->shared_hugetlb + usage->private_hugetlb)
REGION_FIGURE(locked, USAGE_LOCKED, usage->locked)
REGION_FIGURE(cached, USAGE_CACHED, usage->cached)

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

static void get_region_changed(struct record *record, struct value *value)
{
	if (!record->snapshot->checked)
		return;
	value->kind = VALUE_BOOL;
	value->u = region_of(record)->changed;
}

/* False, with VALUE set, where the region is no device's memory. */
static bool has_place(const struct record *record, struct value *value)
{
	if (region_of(record)->place != PLACE_NONE)
		return true;
	value->kind = VALUE_NONE;
	return false;
}

static void get_physical(struct record *record, struct value *value)
{
	if (has_place(record, value) &&
	    region_of(record)->place == PLACE_KNOWN)
		set_hex(value, region_of(record)->pa);
}

static void get_physical_why(struct record *record, struct value *value)
{
	if (region_of(record)->place == PLACE_KNOWN)
		value->kind = VALUE_NONE;
	else if (has_place(record, value))
		set_str(value, device_place_words(region_of(record)->place));
}

static void get_resource(struct record *record, struct value *value)
{
	const struct resource *resource;

	if (!has_place(record, value) ||
	    region_of(record)->place != PLACE_KNOWN)
		return;
	resource = machine_resource_at(record->snapshot->machine,
		region_of(record)->pa);
	if (resource)
		set_str(value, resource->name);
}

const struct field region_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
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
	F("name", NULL, "", 0, true, fields_region_name, NULL,
		"file or special name, as in maps"),
	F("type", "TYPE", "", 8, true, fields_region_type, NULL, "what it is for"),
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
		"as SwapPss in smaps; needs --full, and that all processes can be read"),
	F("ksm", NULL, "bytes", 0, false, get_region_ksm, NULL,
		"as KSM in smaps"),
	F("anon_huge", NULL, "bytes", 0, false, get_region_anon_huge, NULL,
		"as AnonHugePages in smaps"),
	F("hugetlb", NULL, "bytes", 0, false, get_region_hugetlb, NULL,
		"Shared_Hugetlb and Private_Hugetlb of smaps"),
	F("locked", NULL, "bytes", 0, false, get_region_locked, NULL,
		"as Locked in smaps"),
	F("cached", NULL, "bytes", 0, false, get_region_cached, NULL,
		"in the page cache, but not mapped in; needs --full"),
	F("changed", NULL, "", 0, false, get_region_changed, NULL,
		"it went, or was cut or stretched, while it was read"),
	F("states", NULL, "pages", 0, false, get_region_states, fields_state_part,
		"pages by state; needs --full"),
	F("zones", NULL, "pages", 0, false, get_region_zones, fields_zone_part,
		"pages by node/zone of their frames"),
	F_FITNESS(false),
	F("physical", NULL, "address", 0, false, get_physical, NULL,
		"of its first byte; only of a device's memory"),
	F("resource", NULL, "", 0, true, get_resource, NULL,
		"the innermost name of that address"),
	F("physical_why", NULL, "", 0, true, get_physical_why, NULL,
		"why physical is not known"),
	F("", "NAME", "", 0, true, fields_region_name, NULL, ""),
	{ 0 },
};
