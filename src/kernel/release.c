/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/release.h"

/* The kernel that the facts were verified on stands in for an unknown one. */
#define RECENT_MAJOR 6
#define RECENT_MINOR 18

static bool release_number(struct text *rest, unsigned *out)
{
	uint64_t value;

	if (!text_u64(rest, 10, &value) || value > 9999)
		return false;
	*out = (unsigned)value;
	return true;
}

static bool release_parse(struct text text, unsigned *major, unsigned *minor)
{
	if (!release_number(&text, major) || !text_starts(text, "."))
		return false;
	text.p++;
	text.n--;
	return release_number(&text, minor);
}

static bool release_since(const struct kernel_rules *rules, unsigned major,
			  unsigned minor)
{
	return rules->major > major ||
		(rules->major == major && rules->minor >= minor);
}

void kernel_rules_of(struct text release, struct kernel_rules *rules)
{
	*rules = (struct kernel_rules){ 0 };
	if (!release_parse(release, &rules->major, &rules->minor)) {
		rules->major = RECENT_MAJOR;
		rules->minor = RECENT_MINOR;
	}
	rules->high_bits = release_since(rules, 4, 2);
	rules->pte_markers = release_since(rules, 5, 19);
	rules->anon_exclusive = release_since(rules, 5, 19);
	rules->folio_flags = release_since(rules, 6, 12);
	rules->guard_bit = release_since(rules, 6, 15);
	rules->exact_counters = release_since(rules, 6, 16) &&
		!release_since(rules, 7, 0);
	/* It does not in 6.1, where smaps does already. */
	rules->shared_tables = release_since(rules, 6, 12);
	/* Mended after 7.2, and in some stable releases before. */
	rules->ksm_lies = release_since(rules, 6, 10);
	rules->absent_shared = release_since(rules, 6, 11);
	rules->absent_private = release_since(rules, 5, 17) &&
		!rules->absent_shared;
	rules->poison_counts = release_since(rules, 6, 1);
	rules->poison_is_nothing = !release_since(rules, 5, 14);
}
