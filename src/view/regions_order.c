/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regions_impl.h"
#include "vmatlas/base/mem.h"

/* ---- which */

bool regions_matches(const struct snapshot *snapshot, size_t index,
	const char *text)
{
	const struct region *region = &snapshot->regions[index];
	struct text words = text_of(text), word;
	char perms[5], range[40];

	region_perms(region, perms);
	snprintf(range, sizeof(range), "%" PRIx64 "-%" PRIx64, region->start,
		region->end);
	while (text_word(&words, &word))
		if (!text_holds(snapshot_region_title(snapshot, index), word) &&
		    !text_holds(text_of(perms), word) &&
		    !text_holds(text_of(region_type_name(region->type)),
			    word) &&
		    !text_holds(text_of(range), word))
			return false;
	return true;
}

static void choose(struct regions *regions, const struct snapshot *snapshot)
{
	size_t i;

	regions->order = mem_grow(regions->order, &regions->order_cap,
		snapshot->nregions, sizeof(*regions->order));
	regions->norder = 0;
	for (i = 0; i < snapshot->nregions; i++)
		if (!regions->filter[0] ||
		    regions_matches(snapshot, i, regions->filter))
			regions->order[regions->norder++] = (uint32_t)i;
	regions->nhidden = snapshot->nregions - regions->norder;
}

/* ---- sums */

static void add_since(struct region_since *sum,
	const struct region_since *since)
{
	sum->on |= since->on;
	sum->rss_known &= since->rss_known;
	sum->swap_known &= since->swap_known;
	sum->splits_known &= since->splits_known;
	sum->rss += since->rss;
	sum->swap += since->swap;
	sum->splits += since->splits;
}

static void add_to(struct region *sum, const struct region *region)
{
	add_since(&sum->since, &region->since);
	figures_add(&sum->usage, &region->usage);
	sum->end += region->end - region->start;
}

static void add_states(uint64_t *sum, const struct snapshot *snapshot,
	size_t index)
{
	const uint64_t *states = snapshot_states(snapshot, index);
	unsigned i;

	for (i = 0; states && i < NSTATES; i++)
		sum[i] += states[i];
}

static void add_to_all(struct regions *regions, const struct snapshot *snapshot,
	size_t index)
{
	add_to(&regions->sum, &snapshot->regions[index]);
	add_states(regions->states, snapshot, index);
}

static void sum_all(struct regions *regions, const struct snapshot *snapshot)
{
	size_t i;

	memset(&regions->sum, 0, sizeof(regions->sum));
	memset(regions->states, 0, sizeof(regions->states));
	figures_zero(&regions->sum.usage);
	regions->sum.since = (struct region_since){ .rss_known = true,
		.swap_known = true, .splits_known = true };
	if (regions->ntags) {
		for (i = 0; i < snapshot->nregions; i++)
			if (regions_is_tagged(regions, &snapshot->regions[i]))
				add_to_all(regions, snapshot, i);
		return;
	}
	for (i = 0; i < regions->norder; i++)
		add_to_all(regions, snapshot, regions->order[i]);
}

/* ---- groups */

/* Those of one file, or of what has no file by its name. */
static bool is_same_thing(const struct snapshot *snapshot,
	const struct region *a, const struct region *b)
{
	struct text x = region_title(a, &snapshot->names);
	struct text y = region_title(b, &snapshot->names);

	return a->inode == b->inode && a->major == b->major &&
		a->minor == b->minor && x.n == y.n && !memcmp(x.p, y.p, x.n);
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_add(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	while (n--)
		hash = (hash ^ *p++) * UINT64_C(0x100000001b3);
	return hash;
}

/*
 * Whose the code and data of a file are.  What has the program's own code is
 * told by the kernel; where it is not, it is not known of any.
 */
enum owner { OWNER_NOBODY, OWNER_PROGRAM, OWNER_LIBRARY };

static enum owner owner_of(const struct snapshot *snapshot,
	const struct region *region)
{
	long at = regions_find(snapshot->regions, snapshot->nregions,
		snapshot->process.start_code);

	if ((region->type != REGION_CODE && region->type != REGION_DATA &&
	     region->type != REGION_RODATA) ||
	    !snapshot->process.start_code || at < 0)
		return OWNER_NOBODY;
	return is_same_thing(snapshot, region, &snapshot->regions[at]) ?
		OWNER_PROGRAM : OWNER_LIBRARY;
}

static uint64_t id_of(const struct regions *regions,
	const struct snapshot *snapshot, const struct region *region)
{
	struct text title = region_title(region, &snapshot->names);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (regions->by == REGIONS_BY_TYPE)
		return region->type |
			(uint64_t)owner_of(snapshot, region) << 8;
	hash = hash_add(hash, title.p, title.n);
	hash = hash_add(hash, &region->inode, sizeof(region->inode));
	hash = hash_add(hash, &region->major, sizeof(region->major));
	return hash_add(hash, &region->minor, sizeof(region->minor));
}

static const char *const owner_words[] = {
	[OWNER_NOBODY] = "", [OWNER_PROGRAM] = "program ",
	[OWNER_LIBRARY] = "library ",
};

/* Groups by the hash of their name: a table of SIZE (a power of two). */
struct table {
	uint32_t *slots;	/* group + 1; 0: free */
	size_t size;
};

static uint32_t group_add(struct regions *regions,
	const struct snapshot *snapshot, const struct table *table,
	size_t index)
{
	const struct region *region = &snapshot->regions[index];
	uint64_t id = id_of(regions, snapshot, region);
	size_t at = (size_t)(id ^ id >> 32) & (table->size - 1);
	struct regions_group *group;

	for (; table->slots[at]; at = (at + 1) & (table->size - 1)) {
		group = &regions->groups[table->slots[at] - 1];
		if (group->id != id || (regions->by == REGIONS_BY_FILE &&
		    !is_same_thing(snapshot, &group->sum, region)))
			continue;
		add_to(&group->sum, region);
		add_states(group->states, snapshot, index);
		group->n++;
		return table->slots[at] - 1;
	}
	regions->groups = mem_grow(regions->groups, &regions->groups_cap,
		regions->ngroups + 1, sizeof(*regions->groups));
	group = &regions->groups[regions->ngroups++];
	*group = (struct regions_group){ .id = id, .sum = *region, .n = 1,
		.of = regions->by != REGIONS_BY_TYPE ? "" :
			owner_words[id >> 8],
		.open = regions_set_has(regions->opened, regions->nopened, id) };
	add_states(group->states, snapshot, index);
	table->slots[at] = (uint32_t)regions->ngroups;
	return (uint32_t)regions->ngroups - 1;
}

static void set_region(struct record *record, uint32_t number)
{
	record->index = number;
}

/* ---- in which order */

/* What sets a record at a group: there is no room for it in the record. */
struct group_record {
	struct record record;
	const struct regions_group *groups;
};

static void set_group(struct record *record, uint32_t number)
{
	const struct group_record *with = (const void *)record;

	record->region = &with->groups[number].sum;
	record->states = with->groups[number].states;
}

/* Rights, a device: what each region has one of and a group has not. */
static bool is_of_one(const struct field *field)
{
	return field->left && field->column_width &&
		strcmp(field->column, "TYPE") != 0;
}

static void sort_groups(const struct regions *regions,
	const struct snapshot *snapshot, uint32_t *order)
{
	struct columns columns = regions->columns;
	struct group_record with = { .record = { .object = OBJECT_REGION,
		.snapshot = snapshot }, .groups = regions->groups };
	size_t i;

	if (is_of_one(columns.sort))
		columns.sort = columns_field(&columns, "START");
	/* Groups of a type have no other name than that. */
	if (regions->by == REGIONS_BY_TYPE && !columns.sort->column_width)
		columns.sort = columns_field(&columns, "TYPE");
	for (i = 0; i < regions->ngroups; i++)
		order[i] = (uint32_t)i;
	columns_sort(&columns, &with.record, set_group, order,
		regions->ngroups);
	record_fini(&with.record);
}

static void sort_regions(struct regions *regions,
	const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_REGION,
		.snapshot = snapshot };

	/* As they are. */
	if (regions->columns.sort == columns_field(&regions->columns,
			"START") && !regions->columns.invert)
		return;
	columns_sort(&regions->columns, &record, set_region, regions->order,
		regions->norder);
	record_fini(&record);
}

/* Groups in their order, the members of each in theirs.  OF has the group of
 * each region. */
static void gather(struct regions *regions, const struct snapshot *snapshot,
	const uint32_t *of)
{
	size_t n = regions->norder, i;
	uint32_t *order = mem_new(regions->ngroups + 1, sizeof(*order));
	uint32_t *place = mem_new(regions->ngroups + 1, sizeof(*place));
	uint32_t *sorted = mem_new(n + 1, sizeof(*sorted)), at = 0;
	struct regions_group *groups = mem_new(regions->ngroups + 1,
		sizeof(*groups));

	sort_groups(regions, snapshot, order);
	for (i = 0; i < regions->ngroups; i++) {
		groups[i] = regions->groups[order[i]];
		groups[i].first = place[order[i]] = at;
		at += groups[i].n;
	}
	memcpy(sorted, regions->order, n * sizeof(*sorted));
	for (i = 0; i < n; i++)
		regions->order[place[of[sorted[i]]]++] = sorted[i];
	memcpy(regions->groups, groups, regions->ngroups * sizeof(*groups));
	free(groups);
	free(sorted);
	free(place);
	free(order);
}

static void make_groups(struct regions *regions,
	const struct snapshot *snapshot)
{
	struct table table = { .size = 16 };
	uint32_t *of;
	size_t i;

	regions->ngroups = 0;
	if (regions->by == REGIONS_BY_ADDRESS || !regions->norder) {
		sort_regions(regions, snapshot);
		return;
	}
	while (table.size < 2 * regions->norder)
		table.size *= 2;
	table.slots = mem_new(table.size, sizeof(*table.slots));
	of = mem_new(snapshot->nregions, sizeof(*of));
	for (i = 0; i < regions->norder; i++)
		of[regions->order[i]] = group_add(regions, snapshot, &table,
			regions->order[i]);
	sort_regions(regions, snapshot);
	gather(regions, snapshot, of);
	free(of);
	free(table.slots);
}

static void row_add(struct regions *regions, uint32_t group, uint32_t region)
{
	regions->rows = mem_grow(regions->rows, &regions->rows_cap,
		regions->nrows + 1, sizeof(*regions->rows));
	regions->rows[regions->nrows++] = (struct regions_row){ group, region };
}

void regions_make_rows(struct regions *regions)
{
	uint32_t i, k;

	regions->nrows = 0;
	for (i = 0; i < regions->ngroups; i++) {
		const struct regions_group *group = &regions->groups[i];

		row_add(regions, i, REGIONS_NONE);
		for (k = 0; group->open && k < group->n; k++)
			row_add(regions, i, regions->order[group->first + k]);
	}
	for (i = 0; !regions->ngroups && i < regions->norder; i++)
		row_add(regions, REGIONS_NONE, regions->order[i]);
}

uint32_t regions_group_of(const struct regions *regions,
	const struct snapshot *snapshot, size_t index)
{
	uint64_t id;
	uint32_t i;

	if (!regions->ngroups)
		return REGIONS_NONE;
	id = id_of(regions, snapshot, &snapshot->regions[index]);
	for (i = 0; i < regions->ngroups; i++)
		if (regions->groups[i].id == id &&
		    (regions->by == REGIONS_BY_TYPE ||
		     is_same_thing(snapshot, &regions->groups[i].sum,
			     &snapshot->regions[index])))
			return i;
	return REGIONS_NONE;
}

void regions_make(struct regions *regions, const struct snapshot *snapshot)
{
	choose(regions, snapshot);
	make_groups(regions, snapshot);
	sum_all(regions, snapshot);
	regions_make_rows(regions);
}
