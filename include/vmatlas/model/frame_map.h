/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FRAME_MAP_H
#define VMATLAS_MODEL_FRAME_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A struct frame_map is a set of frames, each with a number that says which
 * of its owner's things it belongs to.
 *
 * Frames that follow each other and belong to the same thing are one span of
 * 24 bytes, so that gigabytes of shared memory cost little.  Once it is closed
 * the spans are sorted by frame and do not overlap, and each frame has an
 * index of its own, from 0 to NFRAMES: whoever notes something of each frame
 * needs an array of that size.
 */
struct frame_span {
	uint64_t pfn;
	uint64_t index;		/* of its first frame */
	uint32_t n;
	uint32_t thing;
};

struct frame_map {
	struct frame_span *spans;
	size_t n, cap;
	uint64_t nframes;
	/* Frames LOW to HIGH (exclusive) are all in the span last found, or
	 * (AT is n) all in none. */
	uint64_t low, high;
	size_t at;
};

/* Empty it, keeping its memory.  Zero-initialised is empty. */
void frame_map_clear(struct frame_map *map);
void frame_map_fini(struct frame_map *map);
/* Before it is closed: take one more frame in. */
void frame_map_add(struct frame_map *map, uint64_t pfn, uint32_t thing);
/* All are in.  A frame that was added more than once is there once, with one
 * of its things. */
void frame_map_close(struct frame_map *map);
/* After that: the span that PFN is in, or NULL.  Frames asked for in order
 * are found at once. */
const struct frame_span *frame_map_find(struct frame_map *map, uint64_t pfn);

#endif
