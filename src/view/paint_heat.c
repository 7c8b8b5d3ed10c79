/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "paint_heat.h"

#include <stdio.h>

struct heat_class {
	char letter;
	const char *title, *words;
};

static const struct heat_class ages[NAGES] = {
#define X(id, letter, title, words) { letter, title, words },
	AGES(X)
#undef X
};

static const struct heat_class reclaims[NRECLAIMS] = {
#define X(id, letter, title, words) { letter, title, words },
	RECLAIMS(X)
#undef X
};

/* The hotter, the smaller its figure; other letters have no heat. */
static uint8_t role_of(char letter)
{
	if (letter >= '0' && letter <= '4')
		return (uint8_t)(ROLE_HEAT_0 + (letter - '0'));
	return letter == '-' ? ROLE_COW_NONE : ROLE_OTHER;
}

static struct look_of_cell look(const struct heat_class *class, enum fill fill)
{
	return (struct look_of_cell){ class->letter, role_of(class->letter),
		fill };
}

/* The snapshot answers a wish from before this colouring was chosen. */
static const struct look_of_cell not_yet = { '~', ROLE_STALE, FILL_NONE };

struct look_of_cell look_age(const struct tally *tally,
	const struct snapshot *snapshot, enum fill fill)
{
	return snapshot->has_heat ? look(&ages[tally->age], fill) : not_yet;
}

struct look_of_cell look_reclaim(const struct tally *tally,
	const struct snapshot *snapshot, enum fill fill)
{
	enum reclaim best = RECLAIM_UNKNOWN;
	unsigned i;

	if (!snapshot->has_heat)
		return not_yet;
	/* What is in swap lies on no list. */
	if (tally->state[STATE_SWAP] == tally->content)
		best = RECLAIM_UNLISTED;
	for (i = 0; i < NRECLAIMS; i++)
		if (i != RECLAIM_UNKNOWN && tally->reclaim[i] &&
		    (best == RECLAIM_UNKNOWN ||
		     tally->reclaim[i] > tally->reclaim[best]))
			best = i;
	return look(&reclaims[best], fill);
}

static bool legend(const struct heat_class *classes, unsigned n, unsigned i,
	struct legend_entry *out)
{
	if (i >= n)
		return false;
	*out = (struct legend_entry){ .letter = classes[i].letter,
		.role = role_of(classes[i].letter), .fill = FILL_FULL,
		.words = classes[i].words };
	snprintf(out->title, sizeof(out->title), "%s", classes[i].title);
	return true;
}

bool age_legend(unsigned i, struct legend_entry *out)
{
	return legend(ages, NAGES, i, out);
}

bool reclaim_legend(unsigned i, struct legend_entry *out)
{
	return legend(reclaims, NRECLAIMS, i, out);
}
