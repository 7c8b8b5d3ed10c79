/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/usage.h"

#include <string.h>

void figures_zero(struct figures *figures)
{
	memset(figures, 0, sizeof(*figures));
	figures->known = USAGE_ALL;
}

void usage_zero(struct usage *usage)
{
	figures_zero(&usage->figures);
	memset(usage->state, 0, sizeof(usage->state));
}

void figures_add(struct figures *into, const struct figures *from)
{
#define X(id, member) into->member += from->member;
	USAGE_FIGURES(X)
#undef X
	into->known &= from->known;
}

void usage_add(struct usage *into, const struct usage *from)
{
	unsigned i;

	figures_add(&into->figures, &from->figures);
	for (i = 0; i < NSTATES; i++)
		into->state[i] += from->state[i];
}
