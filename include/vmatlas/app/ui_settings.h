/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_UI_SETTINGS_H
#define VMATLAS_APP_UI_SETTINGS_H

#include "vmatlas/view/keymap.h"
#include "vmatlas/view/settings_view.h"

struct ui;

/*
 * A struct ui_settings is what the user has set, and the screen that changes
 * it.  What concerns the terminal (theme, colours, mouse) is done by who has
 * one, as soon as it differs from what the terminal does.
 */
struct ui_settings {
	struct settings now;
	uint32_t unsaved;	/* those changed here and not written: bits */
	struct settings_view view;
	struct keymap keys;	/* what keys do */
};

/* At the start, once all else is: take over what the session's options say. */
void ui_settings_init(struct ui *ui);
/* On a slow line: so many seconds between refreshes, unless the user said
 * something else. */
void ui_settings_slow(struct ui *ui, double seconds);
void ui_settings_open(struct ui *ui);
/* "NAME VALUE" (or "NAME=VALUE", as other programs have it): change it at once,
 * as the screen of settings would; NAME alone: say what it is and can be; "":
 * open that screen. */
void ui_settings_set(struct ui *ui, struct text text);
/* Keys and clicks while the screen of settings is open. */
void ui_settings_act(struct ui *ui, enum action action);
void ui_settings_click(struct ui *ui, int row);
void ui_settings_paint(struct ui *ui);

#endif
