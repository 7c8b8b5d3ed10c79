/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/usage.h"

#include <string.h>

void usage_zero(struct usage *usage)
{
	memset(usage, 0, sizeof(*usage));
	usage->known = USAGE_ALL;
}

void usage_add(struct usage *into, const struct usage *from)
{
	unsigned i;

#define X(id, member) into->member += from->member;
	USAGE_FIGURES(X)
#undef X
	for (i = 0; i < NSTATES; i++)
		into->state[i] += from->state[i];
	into->known &= from->known;
}
