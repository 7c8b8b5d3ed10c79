/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

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

static const char *use_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	(void)snapshot;
	(void)out;
	return i < NFRAME_USES ? frame_use_info(i)->name : NULL;
}

static uint64_t zone_use_at(const struct record *record, unsigned i)
{
	return snapshot_uses(record->snapshot, record->index)[i];
}

/* Of a zone with frames that could not be read nothing is known for sure. */
static void get_zone_uses(struct record *record, struct value *value)
{
	if (!record->snapshot->has_uses || zone_use_at(record, NFRAME_USES))
		return;
	value->kind = VALUE_COUNTS;
	value->n = NFRAME_USES;
	value->at = zone_use_at;
}

const struct field zone_fields[] = {
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
	F("uses", NULL, "pages", 0, false, get_zone_uses,
		use_part, "frames by use, with --full; holes included"),
	{ 0 },
};
