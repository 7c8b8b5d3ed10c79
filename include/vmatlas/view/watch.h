/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_WATCH_H
#define VMATLAS_VIEW_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/grid.h"

/*
 * A struct watch_dialog is the question that is asked before vmatlas writes to
 * a process: what it would write, and what that does to it.  Only a typed 'y'
 * says yes, and only to what was chosen before.
 */
struct watch_dialog {
	bool open;
	enum clear_kind chosen;		/* CLEAR_NOTHING: not yet */
};

enum watch_event {
	WATCH_STAYS,		/* it goes on asking */
	WATCH_CLOSED,		/* no */
	WATCH_AGREED,		/* write CHOSEN, once */
	WATCH_OFF,		/* what is on is to end */
};

void watch_open(struct watch_dialog *dialog);
/* What KEY (base/key.h) means; the dialog closes itself. */
enum watch_event watch_key(struct watch_dialog *dialog,
	const struct snapshot *snapshot, uint32_t key);
/* Draw it over what there is, if it is open. */
void watch_paint(const struct watch_dialog *dialog,
	const struct snapshot *snapshot, struct grid *grid);
/* For the header, as long as something is watched: "WATCHING refs 12s 340K". */
void watch_words(struct buf *out, const struct snapshot *snapshot);

#endif
