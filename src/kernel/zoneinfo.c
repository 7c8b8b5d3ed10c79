/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/zoneinfo.h"

#include <string.h>

#include "vmatlas/base/mem.h"

/* "Node 0, zone   Normal", the start of a zone in both files. */
static bool zone_header(struct text *line, int *node, struct text *name)
{
	struct text word;
	uint64_t number;

	if (!text_starts(*line, "Node ") || !text_word(line, &word) ||
	    !text_word(line, &word))
		return false;
	if (word.n == 0 || word.p[word.n - 1] != ',')
		return false;
	word.n--;
	if (!text_all_u64(word, 10, &number) || number > INT32_MAX)
		return false;
	*node = (int)number;
	return text_word(line, &word) && text_is(word, "zone") &&
		text_word(line, name);
}

static void zone_name(char out[ZONE_NAME_MAX], struct text name)
{
	if (name.n >= ZONE_NAME_MAX)
		name.n = ZONE_NAME_MAX - 1;
	memcpy(out, name.p, name.n);
	out[name.n] = '\0';
}

/* "protection: (0, 3019, 10955)" */
static void zone_reserve(struct zone *zone, struct text list)
{
	struct text part;
	uint64_t value;

	list = text_trim(list);
	if (!text_starts(list, "(") || list.p[list.n - 1] != ')')
		return;
	list.p++;
	list.n -= 2;
	zone->nreserves = 0;
	while (zone->nreserves < ZONE_TYPES_MAX &&
	       text_until(&list, ',', &part)) {
		if (!text_all_u64(text_trim(part), 10, &value)) {
			zone->nreserves = 0;
			return;
		}
		zone->reserve[zone->nreserves++] = value;
	}
}

/* Keys are matched whole: the "high:" of a CPU is not a zone's. */
static void zone_field(struct zone *zone, struct text key, uint64_t value)
{
	const struct {
		const char *key;
		uint64_t *field;
		bool *has;
	} fields[] = {
		{ "min", &zone->min, NULL },
		{ "low", &zone->low, NULL },
		{ "high", &zone->high, NULL },
		{ "spanned", &zone->spanned, NULL },
		{ "present", &zone->present, NULL },
		{ "managed", &zone->managed, &zone->has_managed },
		{ "cma", &zone->cma, &zone->has_cma },
		{ "nr_free_cma", &zone->free_cma, &zone->has_free_cma },
		{ "boost", &zone->boost, &zone->has_boost },
		{ "promo", &zone->promo, &zone->has_promo },
		{ "start_pfn:", &zone->start_pfn, &zone->has_start },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (text_is(key, fields[i].key)) {
			*fields[i].field = value;
			if (fields[i].has)
				*fields[i].has = true;
		}
}

static void zone_line(struct zone *zone, struct text line)
{
	struct text key, word;
	uint64_t value;

	if (!text_word(&line, &key))
		return;
	if (text_is(key, "protection:")) {
		zone_reserve(zone, line);
		return;
	}
	if (!text_word(&line, &word))
		return;
	if (text_is(key, "pages") && text_is(word, "free")) {
		if (text_word(&line, &word) && text_all_u64(word, 10, &value))
			zone->free = value;
	} else if (text_all_u64(word, 10, &value)) {
		zone_field(zone, key, value);
	}
}

size_t zoneinfo_parse(struct text text, struct zone **out)
{
	struct zone *zones = NULL, *zone = NULL;
	size_t n = 0, cap = 0, i;
	struct text line, head, name;
	int node;

	while (text_line(&text, &line)) {
		head = line;
		if (!text_starts(line, "Node ")) {
			if (zone)
				zone_line(zone, line);
			continue;
		}
		/* The lines of a zone that is passed over are, too. */
		zone = NULL;
		if (n == ZONES_MAX || !zone_header(&head, &node, &name))
			continue;
		zones = mem_grow(zones, &cap, n + 1, sizeof(*zones));
		zone = &zones[n++];
		*zone = (struct zone){ .node = node };
		zone_name(zone->name, name);
	}
	/* A zone that runs past the last PFN is not to be believed. */
	for (i = 0; i < n; i++)
		if (zones[i].spanned > UINT64_MAX - zones[i].start_pfn)
			zones[i].has_start = false;
	*out = zones;
	return n;
}

void buddyinfo_parse(struct text text, struct zone *zones, size_t nzones)
{
	char wanted[ZONE_NAME_MAX];
	struct text line, name, word;
	uint64_t value;
	size_t i;
	int node;

	while (text_line(&text, &line)) {
		if (!zone_header(&line, &node, &name))
			continue;
		zone_name(wanted, name);
		for (i = 0; i < nzones; i++)
			if (zones[i].node == node &&
			    strcmp(zones[i].name, wanted) == 0)
				break;
		if (i == nzones)
			continue;
		zones[i].norders = 0;
		while (zones[i].norders < ZONE_ORDERS_MAX &&
		       text_word(&line, &word) &&
		       text_all_u64(word, 10, &value))
			zones[i].free_blocks[zones[i].norders++] = value;
	}
}
