/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refresh.h"

/* How far the search is, is shown this often. */
#define LOOK_MS 240

static bool has_pages(const struct refresh *refresh)
{
	return refresh->has_space &&
		refresh->space.process.answer == ANSWER_OK &&
		refresh->space.maps == ANSWER_OK &&
		refresh->wish.keep_blocks;
}

/* As far as the budget goes, once all were looked at. */
static bool match_pages(struct refresh *refresh)
{
	struct matches *matches = &refresh->matches;
	uint64_t cpu = refresh_clock_ms(CLOCK_THREAD_CPUTIME_ID);
	uint64_t look = refresh_clock_ms(CLOCK_MONOTONIC) + LOOK_MS;

	matches_begin(matches, &refresh->wish.filter, &refresh->space);
	while (matches_step(matches, &refresh->space)) {
		if (refresh->owner.has_news(refresh->owner.arg)) {
			if (!refresh_serve_between(refresh))
				return false;
			matches_begin(matches, &refresh->wish.filter,
				&refresh->space);
		}
		if (matches->whole && refresh_has_spent(refresh, cpu))
			return true;
		if (refresh_clock_ms(CLOCK_MONOTONIC) >= look) {
			refresh_publish(refresh, false);
			look = refresh_clock_ms(CLOCK_MONOTONIC) + LOOK_MS;
		}
	}
	return true;
}

static bool find(struct refresh *refresh)
{
	struct finder *finder = &refresh->finder;
	uint64_t look = refresh_clock_ms(CLOCK_MONOTONIC) + LOOK_MS;

	if (!refresh->wish.find.serial)
		return true;
	/* What was not read yet may be what is looked for. */
	if (!refresh->space.whole && refresh->wish.find.kind == FIND_MATCH)
		return false;
	finder_begin(finder, &refresh->wish.find, &refresh->space);
	while (finder_step(finder, &refresh->space, &refresh->symbols)) {
		if (refresh->owner.has_news(refresh->owner.arg)) {
			if (!refresh_serve_between(refresh))
				return false;
			finder_begin(finder, &refresh->wish.find,
				&refresh->space);
		}
		if (refresh_clock_ms(CLOCK_MONOTONIC) >= look) {
			refresh_publish(refresh, false);
			look = refresh_clock_ms(CLOCK_MONOTONIC) + LOOK_MS;
		}
	}
	return true;
}

bool refresh_find(struct refresh *refresh)
{
	return !has_pages(refresh) ||
		(match_pages(refresh) && find(refresh));
}
