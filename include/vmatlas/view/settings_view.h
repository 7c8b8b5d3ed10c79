/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_SETTINGS_VIEW_H
#define VMATLAS_VIEW_SETTINGS_VIEW_H

#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"
#include "vmatlas/view/settings.h"

/*
 * The screen of settings: a row for each, of which one is chosen, and below
 * them what that one means and can be.
 */
struct settings_view {
	bool open;
	enum setting at;	/* the one that is chosen */
	int top;		/* the first one on screen */
};

struct settings_facts {
	const struct settings *settings;
	uint32_t unsaved;	/* those changed here and not written: bits */
	const char *path;	/* of the file; NULL: there is no place for it */
	const struct keymap *keys;
	const char *message;	/* or NULL */
	bool is_warning;
};

/* Up and down in the list; false: the action is no such move. */
bool settings_move(struct settings_view *view, enum action action);
/* A click: true if it was on a setting, which is chosen now. */
bool settings_click(struct settings_view *view, int row, int rows);
void settings_paint(struct settings_view *view,
	const struct settings_facts *facts, struct grid *grid);

#endif
