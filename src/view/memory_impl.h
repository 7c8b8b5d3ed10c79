/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_MEMORY_IMPL_H
#define VMATLAS_SRC_VIEW_MEMORY_IMPL_H

/* What the blocks of the memory screen share. */
#include "vmatlas/view/memory.h"
#include "vmatlas/view/role.h"

/*
 * Writes lines one below the other, in a column of the screen: those that
 * are on screen are drawn, the others only counted.
 */
struct pen {
	struct grid *grid;
	const struct snapshot *snapshot;
	int col, width;		/* of the column */
	int first, rows;	/* rows of the screen for it */
	int top;		/* line that is drawn at FIRST */
	int line;		/* the next one */
};

/* Begin a new line: its row, or -1 where it is not on screen. */
int pen_line(struct pen *pen);
/* An empty line, and a title with words behind it (NULL: none). */
void pen_title(struct pen *pen, const char *title, const char *words);
/* Text at column COL of the pen's, cut at its edge; the column behind it. */
int pen_str(const struct pen *pen, int row, int col, int role,
	const char *text);
int pen_fmt(const struct pen *pen, int row, int col, int role,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* A row's value for people: "23.1M", "12.50%", "no limit", "?". */
#define FIGURE_MAX 24
const char *figure_text(const struct memory_row *row, char out[FIGURE_MAX]);
/* Bytes of NPAGES as a size. */
const char *pages_text(const struct snapshot *snapshot, uint64_t npages,
	char out[TEXT_SIZE_MAX]);

/* How the frames of a use look. */
struct use_look {
	char letter;
	uint8_t role;
};
struct use_look use_look(enum frame_use use);

void memory_ram(struct pen *pen);
void memory_zones(struct pen *pen);
/* Every frame by use and owner, or how to have them counted. */
void memory_frames(struct pen *pen);
/* All rows of a group, side by side, under a title; WITH_ZEROS: those too
 * that are 0.  Nothing where there are no rows. */
void memory_group(struct pen *pen, enum memory_group group,
	const char *title, bool with_zeros);

#endif
