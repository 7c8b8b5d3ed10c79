/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_PAGES_H
#define VMATLAS_MODEL_PAGES_H

#include <stddef.h>
#include <stdint.h>

/*
 * A struct pages is what is kept of each page of a block.  While nobody looks
 * at it, it is packed into few bytes, of which all of it comes back: frames
 * (or slots) that go on from page to page are told by the first, others take
 * as many bytes as the largest of them needs; and what else there is of a
 * page, its look, is mostly that of its neighbours.
 *
 * A block whose frames go on takes some 20 bytes; one of a process's own
 * memory whose frames are scattered over less than 64 GiB, 3 a page.
 */
#define BLOCK_SHIFT 9
#define BLOCK_PAGES (1 << BLOCK_SHIFT)

struct pages {
	uint64_t words[BLOCK_PAGES];	/* pagemap entries as last read */
	uint16_t heat[BLOCK_PAGES];	/* HEAT() */
	uint8_t classes[BLOCK_PAGES];	/* CLASS() and CLASS_CHANGED */
};

/* As many bytes as the pages of a block can take. */
#define PAGES_PACKED_MOST (12 * BLOCK_PAGES + 16)

/* Pack the first N of PAGES into OUT (room for the most); how many bytes that
 * took.  The same pages are packed the same way. */
size_t pages_pack(const struct pages *pages, unsigned n, uint8_t *out);
/* N as it was; the pages behind them are left as they are. */
void pages_unpack(const uint8_t *packed, unsigned n, struct pages *pages);

#endif
