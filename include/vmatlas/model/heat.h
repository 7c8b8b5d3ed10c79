/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_HEAT_H
#define VMATLAS_MODEL_HEAT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The heat of a page: when its entry was last seen to change, and how the
 * kernel's reclaim holds its frame.  Both come from what is read anyway; it
 * takes 16 bits a page.
 *
 * A change is one of state or frame (touched, copied, swapped, moved): a write
 * to a page that is there changes nothing that can be seen without writing to
 * the process's files.  How reclaim holds it is as old as the flags of its
 * frame: those on screen are read at every refresh, others at every 16th pass
 * at least.
 */
#define AGES(X) \
	X(NOW, '0', "this refresh", "changed since the refresh before") \
	X(SECONDS, '1', "< 10 s", "was seen to change in the last 10 seconds") \
	X(MINUTE, '2', "< 1 min", "was seen to change in the last minute") \
	X(MINUTES, '3', "< 10 min", \
	  "was seen to change in the last 10 minutes") \
	X(OLDER, '4', "longer ago", \
	  "was seen to change, more than 10 minutes ago") \
	X(NEVER, '-', "as first seen", \
	  "was never seen to change: as it was when it was first read")

#define X(id, letter, title, words) AGE_##id,
enum age { AGES(X) NAGES };
#undef X

/* The lists that reclaim takes pages from, coldest last. */
#define RECLAIMS(X) \
	X(ACTIVE_USED, '0', "active, used", \
	  "is on the active list, and marked as referenced") \
	X(ACTIVE, '1', "active", "is on the active list") \
	X(USED, '2', "inactive, used", \
	  "is on the inactive list, but marked as referenced: it gets another round") \
	X(HELD, '3', "not evictable", \
	  "is not taken away: locked, or nothing to write it to") \
	X(INACTIVE, '4', "inactive", \
	  "is on the inactive list: among the first to go") \
	X(UNLISTED, '-', "on no list", "is on none of reclaim's lists") \
	X(UNKNOWN, '?', "not known", "whose frame's flags were not read")

#define X(id, letter, title, words) RECLAIM_##id,
enum reclaim { RECLAIMS(X) NRECLAIMS };
#undef X

/* Of a frame's flags (kpageflags; of its folio, from 6.12 on). */
enum reclaim reclaim_of_flags(uint64_t flags);

/* ---- as it is kept: a stamp of 13 bits, and an enum reclaim.  Seconds count
 * from anywhere, forward only. */
#define HEAT_NEVER 0
#define HEAT_OLDER 1
#define HEAT_SPAN 8190		/* seconds until stamps come round */
#define HEAT_SWEEP 600		/* seconds; at least this often... */
#define HEAT(stamp, reclaim) ((uint16_t)((stamp) | (reclaim) << 13))
#define HEAT_STAMP(heat) ((unsigned)(heat) & 0x1fff)
#define HEAT_RECLAIM(heat) ((enum reclaim)((heat) >> 13))

unsigned heat_stamp(uint64_t now_s);
/* ...stamps of N pages are to be swept: those that would come round are made
 * HEAT_OLDER.  SWEPT_S: when they were swept last. */
void heat_sweep(uint16_t *heat, unsigned n, uint64_t swept_s, uint64_t now_s);
/* CHANGED: since the refresh before. */
enum age heat_age(uint16_t heat, bool changed, uint64_t swept_s,
	uint64_t now_s);

/* ---- as a snapshot has it: a byte a page */
#define HEAT_VIEW(age, reclaim) ((uint8_t)((age) | (reclaim) << 3))
#define HEAT_VIEW_AGE(view) ((enum age)((view) & 7))
#define HEAT_VIEW_RECLAIM(view) ((enum reclaim)((view) >> 3 & 7))

#endif
