/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_UI_SCREEN_H
#define VMATLAS_APP_UI_SCREEN_H

#include "vmatlas/app/ui.h"

/*
 * A struct ui_screen_kind is what one screen adds to what all screens do: a
 * row of the table in ui_screens.c, each in a file of its own (ui_NAME.c).
 * No function is called before there is a snapshot but WISH, OPEN and LEAVE.
 * NULL for a function: the screen has nothing to add.
 */
struct ui_screen_kind {
	unsigned where;		/* its ON_ of the keymap */
	enum action key;	/* what opens it */
	bool about_process;	/* needs one: else the list's is taken */
	/* Instead of only going there. */
	void (*open)(struct ui *ui);
	void (*wish)(const struct ui *ui, struct wish *wish);
	/* There is a new snapshot; then UPDATE, as after each key. */
	void (*take)(struct ui *ui);
	void (*update)(struct ui *ui);
	/* Is what it shows in the snapshot?  With ABOUT_PROCESS, asked only
	 * once that is about the process. */
	bool (*answered)(const struct ui *ui);
	void (*act)(struct ui *ui, enum action action);
	void (*close)(struct ui *ui);	/* Esc */
	/* The filter it has, and another one, as it is typed. */
	const char *(*filtered)(const struct ui *ui);
	void (*filter)(struct ui *ui, const char *text);
	/* Go to the next that has TEXT ("": the same again). */
	bool (*find)(struct ui *ui, const char *text);
	const char *none;	/* what to say where there is none */
	void (*click)(struct ui *ui, int row, int col);
	/* Where the button also drags: in place of CLICK when it goes down. */
	void (*press)(struct ui *ui, int row, int col);
	void (*drag)(struct ui *ui, int row, int col);
	void (*release)(struct ui *ui);
	void (*scroll)(struct ui *ui, int row, int col, int wheel);
	/* What it has to say where others' lines say nothing, or NULL. */
	const char *(*message)(const struct ui *ui, bool *is_warning);
	void (*paint)(struct ui *ui, const struct atlas_status *status);
};

extern const struct ui_screen_kind ui_list_kind, ui_atlas_kind,
	ui_regions_kind, ui_sharing_kind, ui_compare_kind, ui_memory_kind,
	ui_functions_kind, ui_events_kind;

/* Why the process cannot be shown; NULL: it can. */
const char *ui_obstacle(const struct ui *ui, bool *is_warning);

const struct ui_screen_kind *ui_screen_kind(enum ui_screen screen);

#endif
