/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_filter.h"

#include <inttypes.h>

#include "vmatlas/app/message.h"

/* Has REGION a page that is so? */
static enum match has_state(const struct snapshot *snapshot, size_t region,
	const struct filter_term *term)
{
	const uint64_t *state = snapshot_states(snapshot, region);
	enum match best = MATCH_NO;
	unsigned i;

	if (!figures_know(&snapshot->regions[region].usage, USAGE_STATES) ||
	    !state)
		return MATCH_MAYBE;
	for (i = 0; i < NSTATES; i++) {
		const struct filter_facts facts = { .has_state = FACT_KNOWN,
			.state = i };
		enum match match = MATCH_NO;

		if (state[i])
			match = filter_term_match(term, &facts);
		best = match > best ? match : best;
	}
	return best;
}

static enum match has_zone(const struct snapshot *snapshot, size_t region,
	const struct filter_term *term)
{
	const struct machine *machine = snapshot->machine;
	enum match best = MATCH_NO;
	size_t i;

	if (!machine->facts.pfn_visible || !snapshot->zone_pages)
		return MATCH_MAYBE;
	for (i = 0; i < machine->nplaces && i < snapshot->zone_stride; i++) {
		char name[32];
		const struct filter_facts facts = { .has_zone = FACT_KNOWN,
			.zone = machine_zone_name(machine, (int)i, name) };
		enum match match = MATCH_NO;

		if (snapshot->zone_pages[region * snapshot->zone_stride + i])
			match = filter_term_match(term, &facts);
		best = match > best ? match : best;
	}
	return best;
}

bool report_filter_has(struct reporter *reporter,
	const struct snapshot *snapshot, size_t region)
{
	const struct filter *filter = &reporter->options->filter;
	const struct filter_facts facts = {
		.name = snapshot_region_title(snapshot, region) };
	enum match matches[FILTER_TERMS], all;
	unsigned i;

	if (!filter->n)
		return true;
	for (i = 0; i < filter->n; i++) {
		const struct filter_term *term = &filter->terms[i];

		if (term->key == FILTER_STATE)
			matches[i] = has_state(snapshot, region, term);
		else if (term->key == FILTER_ZONE)
			matches[i] = has_zone(snapshot, region, term);
		else
			matches[i] = filter_term_match(term, &facts);
	}
	all = filter_join(filter, matches);
	reporter->unmatched += all == MATCH_MAYBE;
	return all == MATCH_YES;
}

void report_filter_note(struct reporter *reporter)
{
	const char *what = reporter->report == REPORT_REGIONS ? "regions" :
		reporter->report == REPORT_FRAMES ? "frames" : "pages";

	if (reporter->unmatched)
		message("--filter: %s left out, as it is not known whether "
			"they are so: %" PRIu64, what, reporter->unmatched);
	reporter->unmatched = 0;
}
