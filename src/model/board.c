/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/board.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/devicetree.h"

#define CMA_FOLDER "/sys/kernel/debug/cma/"
#define MEMBLOCK_FILE "/sys/kernel/debug/memblock/reserved"
/* A kernel has room for 64 areas (CONFIG_CMA_AREAS), and lists as many
 * reserved ranges as it likes. */
#define CMA_MOST 256
#define MEMBLOCK_MOST 1024

struct board *board_ref(struct board *board)
{
	__atomic_add_fetch(&board->refs, 1, __ATOMIC_RELAXED);
	return board;
}

void board_unref(struct board *board)
{
	if (!board || __atomic_sub_fetch(&board->refs, 1, __ATOMIC_ACQ_REL))
		return;
	iomem_free(board->names, board->nnames);
	iomem_free(board->layout, board->nlayout);
	free(board);
}

/* BETTER: than what iomem says of the very same range. */
static void add(struct board *board, size_t *cap, uint64_t start,
	uint64_t end, bool better, char *name)
{
	board->names = mem_grow(board->names, cap, board->nnames + 1,
		sizeof(*board->names));
	board->names[board->nnames++] = (struct resource){ .start = start,
		.end = end, .depth = better, .name = name };
}

/* ---- memblock */

static void read_memblock(struct board *board, size_t *cap,
	struct source *src, struct buf *buf)
{
	struct resource range;
	struct text text;
	size_t n = 0;

	if (source_text(src, PROC_NONE, MEMBLOCK_FILE, buf) != ANSWER_OK)
		return;
	text = (struct text){ buf_text(buf), buf->len };
	while (n++ < MEMBLOCK_MOST && memblock_next(&text, &range))
		add(board, cap, range.start, range.end, false,
			mem_text("reserved at boot", 16));
}

/* ---- the device tree, and what the user gave */

static void take_all(struct board *board, size_t *cap,
	struct resource *ranges, size_t n, bool given)
{
	size_t i;

	for (i = 0; i < n; i++)
		add(board, cap, ranges[i].start, ranges[i].end,
			given || ranges[i].depth, ranges[i].name);
	free(ranges);
}

static void read_tree(struct board *board, size_t *cap, struct source *src,
	struct buf *buf)
{
	struct resource *ranges;
	size_t n;

	if (source_text(src, PROC_NONE, SOURCE_DEVICE_TREE, buf) != ANSWER_OK)
		return;
	n = devicetree_parse((struct text){ buf_text(buf), buf->len },
		&ranges);
	take_all(board, cap, ranges, n, false);
}

static void read_given(struct board *board, size_t *cap, struct source *src,
	struct buf *buf)
{
	struct resource *ranges;
	struct text text;
	size_t i, n, wrong;

	if (source_text(src, PROC_NONE, SOURCE_RESOURCES, buf) != ANSWER_OK)
		return;
	text = (struct text){ buf_text(buf), buf->len };
	n = iomem_parse_file(text, &ranges, &wrong);
	for (i = 0; i < n && !board->layout; i++)
		if (!strncmp(ranges[i].name, "System RAM", 10))
			board->nlayout = iomem_parse_file(text, &board->layout,
				&wrong);
	take_all(board, cap, ranges, n, true);
}

/* ---- CMA */

static bool read_number(struct source *src, struct text area,
	const char *file, struct buf *buf, uint64_t *out)
{
	struct buf path = { 0 };
	enum answer answer;
	struct text text;

	buf_str(&path, CMA_FOLDER);
	buf_add(&path, area.p, area.n);
	buf_str(&path, file);
	answer = source_text(src, PROC_NONE, buf_text(&path), buf);
	buf_fini(&path);
	text = (struct text){ buf_text(buf), buf->len };
	return answer == ANSWER_OK && text_u64(&text, 10, out);
}

/* AREA is "NAME/"; since 6.15 it may lie in pieces, whose sizes are not told
 * (mm/cma_debug.c). */
static void read_area(struct board *board, size_t *cap, struct source *src,
	uint32_t page_size, struct text area, struct buf *buf)
{
	uint64_t pfn, count, other;
	struct buf name = { 0 };

	if (!read_number(src, area, "base_pfn", buf, &pfn) ||
	    !read_number(src, area, "count", buf, &count) || !count ||
	    pfn > UINT64_MAX / page_size - count ||
	    read_number(src, area, "ranges/1/base_pfn", buf, &other))
		return;
	area.n--;
	if (text_starts(area, "cma-")) {	/* older kernels put it before */
		area.p += 4;
		area.n -= 4;
	}
	buf_str(&name, "CMA ");
	buf_add(&name, area.p, area.n);
	add(board, cap, pfn * page_size, (pfn + count) * page_size, true,
		mem_text(buf_text(&name), name.len));
	buf_fini(&name);
}

static void read_cma(struct board *board, size_t *cap, struct source *src,
	uint32_t page_size, struct buf *buf)
{
	struct buf list = { 0 };
	struct text rest, line;
	size_t n = 0;

	source_text(src, PROC_NONE, CMA_FOLDER, &list);
	rest = (struct text){ buf_text(&list), list.len };
	while (n++ < CMA_MOST && text_line(&rest, &line))
		if (line.n > 1 && line.p[line.n - 1] == '/')
			read_area(board, cap, src, page_size, line, buf);
	buf_fini(&list);
}

struct board *board_read(struct source *src, uint32_t page_size)
{
	struct board *board = mem_new(1, sizeof(*board));
	struct buf buf = { 0 };
	size_t cap = 0;

	board->refs = 1;
	read_memblock(board, &cap, src, &buf);
	read_tree(board, &cap, src, &buf);
	read_cma(board, &cap, src, page_size, &buf);
	read_given(board, &cap, src, &buf);
	buf_fini(&buf);
	return board;
}

const struct resource *board_name(const struct board *board, uint64_t pa)
{
	const struct resource *found = NULL;
	size_t i;

	for (i = 0; board && i < board->nnames; i++) {
		const struct resource *range = &board->names[i];

		if (pa >= range->start && pa < range->end && (!found ||
			    range->end - range->start <=
				found->end - found->start))
			found = range;
	}
	return found;
}
