/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

#include <string.h>

static const struct zone *zone_of(const struct record *record)
{
	return &record->snapshot->machine->zones[record->index];
}

/* A doubt has nothing but a name, and what its frames are. */
static bool is_doubt(const struct record *record)
{
	return record->index >= record->snapshot->machine->nzones;
}

static void get_zone_node(struct record *record, struct value *value)
{
	fields_set_node(record, value, (int)record->index);
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
		if (!is_doubt(record)) \
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

static void get_zone_reserved(struct record *record, struct value *value)
{
	const struct zone *zone = zone_of(record);

	if (zone->has_managed && zone->managed <= zone->present)
		set_u64(value, zone->present - zone->managed);
}

static void get_zone_kernel_image(struct record *record, struct value *value)
{
	uint64_t nframes;

	if (!is_doubt(record) && machine_kernel_image(
		    record->snapshot->machine, (int)record->index, &nframes))
		set_u64(value, nframes);
}

static void set_distance(struct record *record, struct value *value,
	uint64_t mark)
{
	if (is_doubt(record))
		return;
	/* Where nothing is, nothing runs out. */
	value->kind = zone_of(record)->present ? VALUE_I64 : VALUE_NONE;
	value->i = (int64_t)(zone_of(record)->free - mark);
}

static void get_zone_to_min(struct record *record, struct value *value)
{
	set_distance(record, value, zone_of(record)->min);
}

static void get_zone_to_low(struct record *record, struct value *value)
{
	set_distance(record, value, zone_of(record)->low);
}

static void get_zone_to_high(struct record *record, struct value *value)
{
	set_distance(record, value, zone_of(record)->high);
}

static const char *reserve_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	size_t k;

	for (k = 0; k < snapshot->machine->nzones; k++)
		if (i < snapshot->machine->zones[k].nreserves) {
			out[0] = (char)('0' + i);
			out[1] = '\0';
			return out;
		}
	return NULL;
}

static uint64_t zone_reserve_at(const struct record *record, unsigned i)
{
	return zone_of(record)->reserve[i];
}

static void get_zone_reserve(struct record *record, struct value *value)
{
	if (!zone_of(record)->nreserves)
		return;
	value->kind = VALUE_LIST;
	value->n = zone_of(record)->nreserves;
	value->at = zone_reserve_at;
}

static void get_zone_fallback(struct record *record, struct value *value)
{
	const struct machine *machine = record->snapshot->machine;

	buf_clear(&record->scratch);
	if (is_doubt(record))
		return;
	/* Nothing is allocated for device memory. */
	if (!strcmp(zone_of(record)->name, "Device")) {
		value->kind = VALUE_NONE;
	} else if (topology_fallback(machine->topology, &machine->rules,
			   machine->zones, machine->nzones, record->index,
			   &record->scratch)) {
		set_scratch(record, value);
		value->kind = VALUE_NAMES;
	}
}

static void get_zone_cma(struct record *record, struct value *value)
{
	if (zone_of(record)->has_cma)
		set_u64(value, zone_of(record)->cma);
}

static void get_zone_free_cma(struct record *record, struct value *value)
{
	if (zone_of(record)->has_free_cma)
		set_u64(value, zone_of(record)->free_cma);
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

static void get_zone_largest_free(struct record *record, struct value *value)
{
	const struct zone *zone = zone_of(record);
	unsigned order = zone->norders;

	if (!order)
		return;
	while (order && !zone->free_blocks[order - 1])
		order--;
	set_u64(value, order ? UINT64_C(1) << (order - 1) : 0);
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
	if (!record->snapshot->has_uses || zone_use_at(record, USES_UNREAD))
		return;
	value->kind = VALUE_COUNTS;
	value->n = NFRAME_USES;
	value->at = zone_use_at;
}

static void get_zone_longest_free(struct record *record, struct value *value)
{
	if (record->snapshot->has_uses && !zone_use_at(record, USES_UNREAD))
		set_u64(value, zone_use_at(record, USES_LONGEST));
}

const struct field zone_fields[] = {
	F("node", "NODE", "", 4, false, get_zone_node, NULL, "memory node",
		.metric = METRIC_LABEL),
	F("zone", "ZONE", "", 8, true, get_zone_name, NULL,
		"its name; \"A or B\" for frames of which nothing tells it",
		.metric = METRIC_LABEL),
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
		"free blocks of 1, 2, 4 ... pages", .part_label = "order"),
	F("uses", NULL, "pages", 0, false, get_zone_uses,
		use_part, "frames by use, with --full; holes included",
		.part_label = "use"),
	F("reserved", NULL, "pages", 0, false, get_zone_reserved, NULL,
		"frames that the allocator never had: present less managed"),
	F("kernel_image", NULL, "pages", 0, false, get_zone_kernel_image,
		NULL, "frames with the kernel's own code and data"),
	F("to_min", NULL, "pages", 0, false, get_zone_to_min, NULL,
		"free less min"),
	F("to_low", NULL, "pages", 0, false, get_zone_to_low, NULL,
		"free less low"),
	F("to_high", NULL, "pages", 0, false, get_zone_to_high, NULL,
		"free less high"),
	F("reserve", NULL, "pages", 0, false, get_zone_reserve, reserve_part,
		"held back from allocations meant for each zone, lowest first",
		.part_label = "meant_for"),
	F("fallback", NULL, "", 0, true, get_zone_fallback, NULL,
		"the zones that an allocation meant for it walks, in order"),
	F("largest_free", NULL, "pages", 0, false, get_zone_largest_free,
		NULL, "pages of the largest free block"),
	F("longest_free", NULL, "pages", 0, false, get_zone_longest_free,
		NULL, "free frames in a row, with --full"),
	F("cma", NULL, "pages", 0, false, get_zone_cma, NULL,
		"frames that CMA areas have"),
	F("free_cma", NULL, "pages", 0, false, get_zone_free_cma, NULL,
		"free ones of them: for movable pages only"),
	{ 0 },
};
