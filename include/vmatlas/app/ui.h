/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_UI_H
#define VMATLAS_APP_UI_H

#include "vmatlas/app/rules.h"
#include "vmatlas/app/ui_marks.h"
#include "vmatlas/app/ui_record.h"
#include "vmatlas/app/ui_replay.h"
#include "vmatlas/app/ui_settings.h"
#include "vmatlas/app/ui_find.h"
#include "vmatlas/term/term.h"
#include "vmatlas/view/atlas.h"
#include "vmatlas/view/compare.h"
#include "vmatlas/view/functions.h"
#include "vmatlas/view/events.h"
#include "vmatlas/view/help.h"
#include "vmatlas/view/list.h"
#include "vmatlas/view/memory.h"
#include "vmatlas/view/prompt.h"
#include "vmatlas/view/regions.h"
#include "vmatlas/view/share.h"
#include "vmatlas/view/watch.h"

/*
 * The interactive program without its terminal: what is on screen, what keys
 * do, what is asked of the sampler.  A terminal (screen.c) and a script
 * (script.c) both drive it.
 */
/* The screens, by their rows in app/ui_screens.h. */
enum ui_screen { UI_LIST, UI_ATLAS, UI_REGIONS, UI_SHARING, UI_COMPARE, UI_MEMORY,
	UI_FUNCTIONS, UI_EVENTS, NUI_SCREENS };

/* Where somebody was before a jump. */
struct ui_place {
	int pid;
	enum ui_screen screen;
	bool has_place;		/* in the atlas of the process */
	struct place place;
	bool inspect;
	unsigned nback;		/* jumps within the atlas, before this one */
};
#define UI_TRAIL 16

struct ui {
	struct session *session;
	enum ui_screen screen;
	struct atlas atlas;
	struct list list;
	struct regions regions;
	struct memory memory;
	struct share share;
	struct compare compare;
	struct function_view functions;
	struct events events;
	uint32_t baselines;		/* asked for so far */
	int other, other_for;		/* who is to be compared, and with whom */
	struct ui_place trail[UI_TRAIL];	/* the last one is the newest */
	unsigned ntrail;
	struct ui_place before;		/* the last jump */
	bool has_before;
	struct ui_marks marks;
	struct ui_replay replay;
	struct ui_record record;
	struct rules rules;
	struct ui_press {		/* of the mouse, the last one */
		bool valid;
		int row, col;
		uint64_t ms;
	} press;
	struct help help;
	struct ui_settings settings;
	struct snapshot *snapshot;	/* what is shown; NULL at first */
	struct grid grid;
	bool frozen, quit;
	int act;			/* of the demo, that is shown; -1: none */
	bool steered;			/* by the user: the demo no longer leads */
	bool chosen_tagged;		/* those that --union chooses */
	bool end_said;			/* that the process ended */
	bool trouble_said;		/* why the recording ended */
	uint64_t left_out_at;		/* the refresh of which that was told last */
	struct watch_dialog watch;	/* takes the keys while it is open */
	struct watch_wish watching;	/* what the user has agreed to, */
	int watching_pid;		/* of which process; 0: nothing */
	struct prompt prompt;		/* takes the keys while it is open */
	char filter_before[PROMPT_MAX];	/* it was opened */
	struct ui_find find;
	char message[240];		/* until the next key */
	bool is_warning;
	char picture[PROMPT_MAX];	/* the file it went to last */
	struct wish sent;		/* the last wish, */
	uint64_t wish_serial;		/* and its number; 0: none was sent */
};

struct ui *ui_new(struct session *session, bool utf8, int rows, int cols);
void ui_free(struct ui *ui);
void ui_resize(struct ui *ui, int rows, int cols);
void ui_key(struct ui *ui, uint32_t key);
/* NOW: of a clock that only goes forward, to tell two clicks from a double
 * one. */
void ui_mouse(struct ui *ui, const struct mouse *mouse, uint64_t now_ms);
/* Something moved: the screen brings itself up to date. */
void ui_update(struct ui *ui);
/* Take the newest snapshot over: true if there was one. */
bool ui_take(struct ui *ui);
/* Tell the sampler what is wanted now, if that changed. */
void ui_wish(struct ui *ui);
/* To the atlas of process PID, at page VPN there (UINT64_MAX: where it was, or
 * begins); ui_go_back comes back here. */
void ui_go(struct ui *ui, int pid, uint64_t vpn);
/* Before any jump of that kind: ui_go_back comes back here. */
void ui_remember(struct ui *ui);
/* Where it is, and there again. */
struct ui_place ui_here(const struct ui *ui);
void ui_go_place(struct ui *ui, const struct ui_place *place);
/* False: there is nowhere to come back to. */
bool ui_go_back(struct ui *ui);
/* The way back leads out of the atlas as it is; false: to a place in it. */
bool ui_back_is_far(const struct ui *ui);
/* Screen 5 (ui_compare.c): go there, to compare with OTHER. */
void ui_compare_go(struct ui *ui, int other);
/* The process with OTHER from now on (0: whoever shares most with it). */
void ui_compare_with(struct ui *ui, int other);
/* To the functions of the region with page VPN (ui_functions.c); it says so where
 * there can be none. */
void ui_functions_go(struct ui *ui, uint64_t vpn);
/* Go to SCREEN as its key does. */
void ui_open(struct ui *ui, enum ui_screen screen);
/* The same, without what the screen itself does then. */
void ui_enter(struct ui *ui, enum ui_screen screen);
/* Show the process that the cursor of the list is on, in the atlas. */
void ui_open_chosen(struct ui *ui);
/* Say TEXT until the next key. */
void ui_say(struct ui *ui, bool is_warning, const char *text);
/* Before anything is written to the process (ui_watch.c): ask, take the answer
 * from its keys, wish what was agreed to, take note of what was done. */
void ui_watch_open(struct ui *ui);
void ui_watch_key(struct ui *ui, uint32_t key);
void ui_watch_wish(const struct ui *ui, struct wish *wish);
void ui_watch_take(struct ui *ui);
void ui_watch_paint(struct ui *ui);
/* Ask for a line of text, and what its keys do. */
void ui_prompt(struct ui *ui, enum prompt_kind kind);
void ui_prompt_key(struct ui *ui, uint32_t key);
/* The screen to a file (ui_picture.c): ask which; NAME it is; it is to be
 * written over, unless NAME is another one than was asked about. */
void ui_picture_ask(struct ui *ui);
void ui_picture(struct ui *ui, const char *name);
void ui_picture_over(struct ui *ui, const char *name);
/* A delay in seconds, as it was typed. */
void ui_set_delay(struct ui *ui, const char *text);
/* Draw into ui->grid. */
void ui_paint(struct ui *ui);
/* What is on screen answers the last wish: nothing more is to come for it. */
bool ui_settled(const struct ui *ui);

#endif
