/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_UI_RECORD_H
#define VMATLAS_APP_UI_RECORD_H

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/history.h"

struct ui;

/*
 * A struct ui_record is the recording that is made while one looks on.  The
 * file is the session's; it is closed here once the sampler has let go of it.
 */
struct ui_record {
	char name[HISTORY_LINE];	/* of the file, as it was typed */
	bool ending;
	bool failed;			/* that was said */
};

/* The key: ask for a file's name, or end it. */
void ui_record_act(struct ui *ui);
/* The name that was typed; it is to be written over, unless NAME is another
 * one than was asked about. */
void ui_record(struct ui *ui, const char *name);
void ui_record_over(struct ui *ui, const char *name);
/* What is recorded is a level, whatever is on screen. */
void ui_record_wish(const struct ui *ui, struct wish *wish);
/* There is a new snapshot. */
void ui_record_take(struct ui *ui);

#endif
