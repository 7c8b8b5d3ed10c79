/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_UI_MARKS_H
#define VMATLAS_APP_UI_MARKS_H

#include <stdbool.h>

#include "vmatlas/view/keymap.h"
#include "vmatlas/view/marks.h"

struct ui;

/*
 * A struct ui_marks is the marks, and the key that waits for the letter of one.
 */
struct ui_marks {
	struct marks marks;
	enum action waits;	/* ACTION_MARK_SET or _GO; else NONE */
	bool listed;		/* the list of them is open */
	struct proc_id expected;	/* the process of the mark gone to, until
					 * it is known whether that is still it */
};

/* A key that begins one: the letter is to follow. */
void ui_marks_begin(struct ui *ui, enum action action);
/* The key that follows. */
void ui_marks_key(struct ui *ui, uint32_t key);
/* There is a new snapshot: is that the process of the mark? */
void ui_marks_take(struct ui *ui);

#endif
