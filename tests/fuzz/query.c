/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/model/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What is understood has a target, ranges are not empty, and names end. */
static void check(struct text line)
{
	struct filter_facts facts = { .has_zone = FACT_KNOWN,
		.zone = "0/Normal", .has_flags = FACT_KNOWN, .flags = 0x868,
		.name = line };
	struct query query;
	struct err err;
	unsigned i;

	if (query_parse(&query, line, &err))
		return;
	assert(query.ntargets >= 1 && query.ntargets <= QUERY_TARGETS);
	for (i = 0; i < query.ntargets; i++) {
		const struct query_target *target = &query.targets[i];

		assert(memchr(target->name, '\0', QUERY_NAME));
		assert(memchr(target->file, '\0', QUERY_NAME));
		if (target->is_range)
			assert(target->start < target->end);
		if (target->kind == QUERY_MATCH)
			assert(query.filter.n && filter_match(&query.filter,
				&facts) <= MATCH_YES);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text text = { (const char *)data, n }, line;

	check(text);
	while (text_line(&text, &line))
		check(line);
	return 0;
}
