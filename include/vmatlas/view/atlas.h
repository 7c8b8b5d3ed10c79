/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_ATLAS_H
#define VMATLAS_VIEW_ATLAS_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"
#include "vmatlas/view/paint.h"
#include "vmatlas/view/marks.h"
#include "vmatlas/view/pane.h"

/*
 * The atlas: the virtual address space of a process on the left, physical
 * memory on the right, and one cursor for both.  What the cursor is on in
 * the active pane is marked in the other one.
 *
 * Invariants: the layouts of its panes are those of the snapshot last given to
 * atlas_update.
 */
#define ATLAS_BACK 16

/*
 * What the inspector shows of a page, part after part with Tab; a wide screen
 * has several at once, and the part is the one that takes the keys.
 */
#define INSPECT_PARTS(X) \
	X(FACTS, "facts") X(TABLES, "tables") X(CONTENTS, "contents") \
	X(STRINGS, "strings") X(OWNERS, "owners")
#define X(id, name) INSPECT_##id,
enum inspect_part { INSPECT_PARTS(X) NINSPECT_PARTS };
#undef X

struct atlas {
	struct pane panes[2];
	enum side active;
	enum coloring coloring;
	bool only_mine;
	bool inspect;		/* the inspector is open, */
	enum inspect_part part;	/* at this part, */
	uint64_t scroll_vpn;	/* of whose page VPN */
	size_t scroll;		/* this is the first byte, or string, on screen */
	int part_rows;		/* of so many, when it was drawn last */
	int facts_top;		/* rows of the facts above the pop-up */
	int facts_over;		/* that it had no room for, when drawn last */
	size_t owner;		/* the owner that is chosen */
	int rows, cols;
	int side_col;		/* where the side panel is; 0: there is none */
	bool border;
	bool has_caption;	/* a line for one below the header */
	struct place back[ATLAS_BACK];
	unsigned nback;
	/* A range that the mouse chose: pages, or frames. */
	struct atlas_selection {
		bool begun;	/* the button is down */
		bool on;
		enum side side;
		uint64_t anchor, anchor_end;	/* the cell it began in */
		uint64_t start, end;
	} selection;
	/* As soon as process PID is there: this place; or its page alone. */
	struct atlas_goal {
		int pid;	/* 0: none */
		bool both;	/* panes */
		struct place place;
	} goal;
	/* What the layouts were made for. */
	struct proc_id id;
	char name[64];
	uint32_t layout;
	size_t nregions;
	bool laid_out;
};

/* What the app knows and the snapshot does not. */
struct atlas_status {
	double delay;		/* seconds */
	const struct keymap *keys;
	const struct marks *marks;	/* or NULL */
	bool frozen, replay, recording;
	bool playing;		/* of a replay, */
	int speed;		/* and how fast: the delay, halved so often */
	const char *caption;	/* of the demo's act, or NULL */
	const char *filter;	/* what is shown only, or NULL */
	const char *message;	/* for the line above the keys, or NULL */
	bool is_warning;
};

void atlas_init(struct atlas *atlas);
void atlas_fini(struct atlas *atlas);
/* Bring layouts up to date with SNAPSHOT and a screen of this size. */
void atlas_update(struct atlas *atlas, const struct snapshot *snapshot,
	int rows, int cols, bool has_caption);
/* Do what a key asked for; false: it has no meaning here. */
bool atlas_act(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action);
/* Put the cursor on page START and show START..END whole, in the smallest
 * cells that allow it.  atlas_zoom_to: on either side. */
void atlas_zoom_to(struct atlas *atlas, const struct snapshot *snapshot,
	enum side side, uint64_t start, uint64_t end);
void atlas_show(struct atlas *atlas, const struct snapshot *snapshot,
	uint64_t start, uint64_t end);
/* The cursor goes to page or frame INDEX of SIDE; Backspace comes back.  ZOOM:
 * one page a cell.  False: nothing is there, and it stays where it is. */
bool atlas_jump(struct atlas *atlas, const struct snapshot *snapshot,
	enum side side, uint64_t index, bool zoom);
/* The same as atlas_show, with a way back. */
void atlas_jump_range(struct atlas *atlas, const struct snapshot *snapshot,
	uint64_t start, uint64_t end);
/* The same of process PID, which the next snapshots will be about: its page
 * VPN, with 2^SHIFT in a cell. */
void atlas_go(struct atlas *atlas, int pid, uint64_t vpn, unsigned shift);
/* Where it is; false: nowhere yet.  And there again, in process PID. */
bool atlas_place(const struct atlas *atlas, struct place *out);
void atlas_go_place(struct atlas *atlas, int pid, const struct place *place);
/* Back to the inspector's facts; from these, close it. */
void atlas_close(struct atlas *atlas);
/* The inspector lists the owners of the frame that the cursor is on; the one
 * chosen: who, and its page there.  False: it does not. */
bool atlas_lists_owners(const struct atlas *atlas,
	const struct snapshot *snapshot);
bool atlas_owner(const struct atlas *atlas, const struct snapshot *snapshot,
	int *pid, uint64_t *vpn);
/* A click: the cursor goes to the cell at this place of the grid. */
void atlas_click(struct atlas *atlas, int row, int col);
/* The button went down there, moved, and went up: what is between is selected
 * until it is dropped; false: nothing is. */
void atlas_press(struct atlas *atlas, int row, int col);
void atlas_drag(struct atlas *atlas, int row, int col);
void atlas_release(struct atlas *atlas);
bool atlas_drop_selection(struct atlas *atlas);
/* What is selected, in words and counts. */
void atlas_explain_selection(const struct atlas *atlas,
	const struct snapshot *snapshot, struct buf *out);
/* The wheel: scroll the pane that the mouse is over by N rows. */
void atlas_scroll(struct atlas *atlas, int row, int col, int n);
/* Put into WISH what is on screen and what the cursor is on. */
void atlas_wish(const struct atlas *atlas, const struct snapshot *snapshot,
	struct wish *wish);
void atlas_paint(struct atlas *atlas, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid);

#endif
