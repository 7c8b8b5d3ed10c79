/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/heat.h"

#include "vmatlas/kernel/kpageflags.h"

_Static_assert(NRECLAIMS <= 8 && NAGES <= 8, "each fits into 3 bits");

enum reclaim reclaim_of_flags(uint64_t flags)
{
	if (flags & KPF(UNEVICTABLE))
		return RECLAIM_HELD;
	if (!(flags & KPF(LRU)))
		return RECLAIM_UNLISTED;
	if (flags & KPF(ACTIVE))
		return flags & KPF(REFERENCED) ? RECLAIM_ACTIVE_USED :
			RECLAIM_ACTIVE;
	return flags & KPF(REFERENCED) ? RECLAIM_USED : RECLAIM_INACTIVE;
}

unsigned heat_stamp(uint64_t now_s)
{
	return HEAT_OLDER + 1 + (unsigned)(now_s % HEAT_SPAN);
}

/* Seconds since the stamp, as long as that is less than HEAT_SPAN. */
static unsigned elapsed(unsigned stamp, uint64_t now_s)
{
	return (unsigned)((now_s + HEAT_SPAN - (stamp - HEAT_OLDER - 1)) %
		HEAT_SPAN);
}

/* Nobody looked for so long that stamps may have come round. */
static bool is_round(uint64_t swept_s, uint64_t now_s)
{
	return now_s - swept_s >= HEAT_SPAN - 2 * HEAT_SWEEP;
}

void heat_sweep(uint16_t *heat, unsigned n, uint64_t swept_s, uint64_t now_s)
{
	bool round = is_round(swept_s, now_s);
	unsigned i;

	for (i = 0; i < n; i++) {
		unsigned stamp = HEAT_STAMP(heat[i]);

		if (stamp > HEAT_OLDER &&
		    (round || elapsed(stamp, now_s) >= HEAT_SWEEP))
			heat[i] = HEAT(HEAT_OLDER, HEAT_RECLAIM(heat[i]));
	}
}

enum age heat_age(uint16_t heat, bool changed, uint64_t swept_s,
	uint64_t now_s)
{
	unsigned stamp = HEAT_STAMP(heat), seconds;

	if (changed)
		return AGE_NOW;
	if (stamp == HEAT_NEVER)
		return AGE_NEVER;
	if (stamp == HEAT_OLDER || is_round(swept_s, now_s))
		return AGE_OLDER;
	seconds = elapsed(stamp, now_s);
	if (seconds < 10)
		return AGE_SECONDS;
	if (seconds < 60)
		return AGE_MINUTE;
	return seconds < 600 ? AGE_MINUTES : AGE_OLDER;
}
