/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_UI_REPLAY_H
#define VMATLAS_APP_UI_REPLAY_H

#include "vmatlas/base/text.h"
#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/atlas.h"
#include "vmatlas/view/keymap.h"

struct ui;

/*
 * A struct ui_replay is where one is in a recording, and whether it goes on by
 * itself.  Of a live system it does nothing but say so.
 */
struct ui_replay {
	struct go go;		/* in the wish: where to, last */
	uint32_t said;		/* of its serials: what came of it was told */
	bool playing;
	int speed;		/* the delay, halved so often (below 0: doubled) */
	uint32_t kinds;		/* of changes, that were asked for last; 0: any */
};

void ui_replay_init(struct ui *ui);
/* The keys that are about recordings; false: it is none of them. */
bool ui_replay_act(struct ui *ui, enum action action);
/* To the time, or the refresh, that TEXT names; false, with nothing said: that
 * is none (with NUMBERS, a number alone is one), or this is no recording. */
bool ui_replay_to(struct ui *ui, struct text text, bool numbers);
/* On to the next change of the kind that TEXT names ("": the last one again). */
void ui_replay_event(struct ui *ui, struct text text);
void ui_replay_wish(struct ui *ui, struct wish *wish);
/* There is a new snapshot. */
void ui_replay_take(struct ui *ui);
void ui_replay_status(const struct ui *ui, struct atlas_status *status);

#endif
