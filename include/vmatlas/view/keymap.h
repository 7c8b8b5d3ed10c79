/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_KEYMAP_H
#define VMATLAS_VIEW_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

/*
 * What keys do, and what help says of it: one table for both.  Columns:
 * identifier (ZOOM_IN is "zoom-in" in the configuration file), where it has a
 * meaning, words for help.
 */
#define ON_LIST 1
#define ON_ATLAS 2
#define ON_MEMORY 4
#define ON_SHARING 8
#define ON_COMPARE 16
#define ON_REGIONS 32
#define ON_EVENTS 64
/* The list of functions, which a region or the atlas leads to. */
#define ON_FUNCTIONS 128
#define ON_ALL 255
/* The settings, which lie over any of them. */
#define ON_SETTINGS 256
/* Screens that are lists to be sorted. */
#define ON_LISTS (ON_LIST | ON_SHARING | ON_REGIONS | ON_FUNCTIONS)
/* And those of them whose columns are chosen, and whose lines are tagged. */
#define ON_TABLES (ON_LIST | ON_REGIONS)
/* Screens whose rows have cells. */
#define ON_CELLS (ON_ATLAS | ON_COMPARE)

/* Screens that show how a process differs from its baseline. */
#define ON_BASELINE (ON_ATLAS | ON_REGIONS | ON_EVENTS)

#define ACTIONS(X) \
	X(NONE, 0, "") \
	X(QUIT, ON_ALL, "quit") \
	X(CLOSE, ON_ALL, "close what is open, never quit") \
	X(HELP, ON_ALL, "this help; again or Esc closes it") \
	X(UP, ON_ALL, "up") \
	X(DOWN, ON_ALL, "down") \
	X(LEFT, ON_CELLS | ON_REGIONS, "left (regions: other columns)") \
	X(RIGHT, ON_CELLS | ON_REGIONS, "right (regions: other columns)") \
	X(PAGE_UP, ON_ALL, "a screen up") \
	X(PAGE_DOWN, ON_ALL, "a screen down") \
	X(HALF_UP, ON_ALL, "half a screen up") \
	X(HALF_DOWN, ON_ALL, "half a screen down") \
	X(ROW_START, ON_CELLS, "first cell of the row") \
	X(ROW_END, ON_CELLS, "last cell of the row") \
	X(TOP, ON_ALL, "to the first") \
	X(BOTTOM, ON_ALL, "to the last") \
	X(OTHER_PANE, ON_ATLAS | ON_SHARING | ON_FUNCTIONS, "the other pane (sharing: by file; inspector: its next part)") \
	X(OTHER_PANE_BACK, ON_ATLAS | ON_SHARING | ON_FUNCTIONS, "the same (inspector: the part before)") \
	X(OPEN, ON_ALL, "inspect the page (lists, compare: go there; memory: count)") \
	X(BACK, ON_ALL, "back to where I was") \
	X(ZOOM_IN, ON_CELLS, "more detail: half as much in a cell") \
	X(ZOOM_OUT, ON_CELLS, "less detail: twice as much in a cell") \
	X(ZOOM_MOST, ON_CELLS, "one page a cell") \
	X(ZOOM_LEAST, ON_CELLS, "as few cells as there can be") \
	X(ZOOM_FIT, ON_CELLS, "fit everything on the screen") \
	X(ONLY_MINE, ON_CELLS, "only what this process has, or all (compare: what differs)") \
	X(SWAP, ON_COMPARE, "swap A and B") \
	X(OTHER, ON_COMPARE, "compare with another process, by its number") \
	X(COLOR_NEXT, ON_ATLAS, "next colouring") \
	X(COLOR_PREV, ON_ATLAS, "previous colouring") \
	X(WATCH, ON_ATLAS, "watch which pages are used or written (asks first: it writes to the process)") \
	X(SORT_LEFT, ON_LISTS, "sort by the column to the left") \
	X(SORT_RIGHT, ON_LISTS, "sort by the column to the right") \
	X(SORT_INVERT, ON_LISTS, "sort the other way round") \
	X(FUNCTIONS, ON_ATLAS | ON_REGIONS, "the functions of the program or library here") \
	X(COLUMNS, ON_TABLES, "choose the columns, and their order") \
	X(TREE, ON_LIST, "as a tree of parents and children, or as a list") \
	X(GROUP, ON_REGIONS, "in groups: by file, by type, or none") \
	X(GROUP_BACK, ON_REGIONS, "the same, the other way round") \
	X(GROUP_OPEN, ON_REGIONS, "open the group") \
	X(GROUP_CLOSE, ON_REGIONS, "close the group") \
	X(GROUPS_OPEN, ON_REGIONS, "open all groups") \
	X(GROUPS_CLOSE, ON_REGIONS, "close all groups") \
	X(TAG, ON_TABLES, "tag it: the sums speak of the tagged (processes: also as one)") \
	X(UNTAG, ON_TABLES, "untag all") \
	X(FILTER, ON_TABLES | ON_ATLAS | ON_EVENTS, "filter: name ... (atlas: name, state: zone: flags:; events: kind, region, state); Esc: all") \
	X(FIND, ON_TABLES | ON_ATLAS | ON_EVENTS, "find (atlas: address, symbol, name, state:, a crash line)") \
	X(FIND_NEXT, ON_TABLES | ON_ATLAS | ON_EVENTS, "find the next") \
	X(FIND_BACK, ON_TABLES | ON_ATLAS | ON_EVENTS, "find the one before") \
	X(COMMAND, ON_ALL, "a command, or what to go to; Tab shows them") \
	X(FREEZE, ON_ALL, "freeze the screen (the target runs on); a replay: pause, play") \
	X(STEP, ON_ALL, "replay: to the next refresh, and pause") \
	X(STEP_BACK, ON_ALL, "replay: to the refresh before, and pause") \
	X(EVENT_NEXT, ON_ALL, "replay: on to the next event (:event KIND says which)") \
	X(SLOWER, ON_ALL, "replay: play half as fast") \
	X(FASTER, ON_ALL, "replay: play twice as fast") \
	X(RECORD, ON_ALL, "record to a file; again: end that") \
	X(BASELINE, ON_BASELINE, "baseline now: from here on show what is another page, and how much") \
	X(BASELINE_DROP, ON_BASELINE, "forget the baseline") \
	X(DELAY, ON_ALL, "set the delay between refreshes") \
	X(READ_AGAIN, ON_ALL, "read again, and repaint") \
	X(MARK_SET, ON_ALL, "set a mark: its letter follows") \
	X(MARK_GO, ON_ALL, "go to a mark: its letter, or ' for back, ? for a list") \
	X(PICTURE, ON_ALL, "the screen as it stands to a file: text, HTML or SVG") \
	X(SETTINGS, ON_ALL, "settings, kept in the configuration file") \
	X(WRITE, ON_SETTINGS, "in settings: write them to the configuration file") \
	X(SCREEN_LIST, ON_ALL, "screen 1: processes") \
	X(SCREEN_ATLAS, ON_ALL, "screen 2: the atlas") \
	X(SCREEN_REGIONS, ON_ALL, "screen 3: its regions, with the figures of smaps") \
	X(SCREEN_SHARING, ON_ALL, "screen 4: what it has in common with others") \
	X(SCREEN_COMPARE, ON_ALL, "screen 5: compare it with another, page by page") \
	X(SCREEN_MEMORY, ON_ALL, "screen 6: memory: what it is spent on") \
	X(SCREEN_EVENTS, ON_ALL, "screen 7: what happened, region by region")

#define X(id, where, words) ACTION_##id,
enum action { ACTIONS(X) NACTIONS };
#undef X

/* The default keys, in the order in which help shows them. */
#define KEYMAP(X) \
	X("q", QUIT) X("F10", QUIT) \
	X("Esc", CLOSE) \
	X("?", HELP) X("h", HELP) X("F1", HELP) \
	X("Up", UP) X("Down", DOWN) X("Left", LEFT) X("Right", RIGHT) \
	X("PgUp", PAGE_UP) X("C-b", PAGE_UP) \
	X("PgDn", PAGE_DOWN) X("C-f", PAGE_DOWN) \
	X("C-u", HALF_UP) X("C-d", HALF_DOWN) \
	X("Home", ROW_START) X("End", ROW_END) \
	X("g", TOP) X("G", BOTTOM) \
	X("Tab", OTHER_PANE) X("S-Tab", OTHER_PANE_BACK) \
	X("Enter", OPEN) X("Backspace", BACK) \
	X("+", ZOOM_IN) X("=", ZOOM_IN) X("-", ZOOM_OUT) \
	X("[", ZOOM_MOST) X("]", ZOOM_LEAST) X("a", ZOOM_FIT) \
	X("o", ONLY_MINE) X("S", SWAP) X("p", OTHER) \
	X("W", WATCH) X("c", COLOR_NEXT) X("C", COLOR_PREV) \
	X("<", SORT_LEFT) X(">", SORT_RIGHT) X("I", SORT_INVERT) \
	X("f", FUNCTIONS) \
	X("e", COLUMNS) \
	X("F5", TREE) X("y", TREE) \
	X("Tab", GROUP) X("y", GROUP) X("F5", GROUP) X("S-Tab", GROUP_BACK) \
	X("+", GROUP_OPEN) X("=", GROUP_OPEN) X("-", GROUP_CLOSE) \
	X("[", GROUPS_OPEN) X("]", GROUPS_CLOSE) \
	X("Space", TAG) X("U", UNTAG) \
	X("\\", FILTER) X("F4", FILTER) \
	X("/", FIND) X("n", FIND_NEXT) X("N", FIND_BACK) X(":", COMMAND) \
	X("m", MARK_SET) X("'", MARK_GO) \
	X("z", FREEZE) X("b", BASELINE) X("B", BASELINE_DROP) X("d", DELAY) \
	X("r", READ_AGAIN) X("C-l", READ_AGAIN) \
	X("t", STEP) X("T", STEP_BACK) X("E", EVENT_NEXT) \
	X("{", SLOWER) X("}", FASTER) X("w", RECORD) \
	X("P", PICTURE) \
	X("s", SETTINGS) X("F2", SETTINGS) X("w", WRITE) \
	X("1", SCREEN_LIST) X("2", SCREEN_ATLAS) X("3", SCREEN_REGIONS) \
	X("4", SCREEN_SHARING) X("5", SCREEN_COMPARE) X("6", SCREEN_MEMORY) \
	X("7", SCREEN_EVENTS)

/* Default binding I: its key's name; NULL behind the last. */
const char *keymap_binding(unsigned i, enum action *action);
const char *action_words(enum action action);
unsigned action_where(enum action action);
/* "zoom-in"; ACTION_NONE for a name that is none. */
#define ACTION_NAME_MAX 32
const char *action_name(enum action action, char out[ACTION_NAME_MAX]);
enum action action_of_name(struct text name);

/*
 * A struct keymap says what keys do: what the table says, until something
 * else is bound to them.
 *
 * Invariant: a key does one thing in one place.  Where two of its actions
 * mean something in different places, it has both.
 */
#define KEYMAP_MAX 256
struct keymap {
	struct key_binding {
		uint32_t key;
		enum action action;
	} bindings[KEYMAP_MAX];
	unsigned n;
};

/* As the table says; VI: hjkl move, and h is no longer help. */
void keymap_default(struct keymap *map, bool vi);
/* KEY does ACTION, and nothing else where that has a meaning; false: there
 * are too many bindings. */
bool keymap_bind(struct keymap *map, uint32_t key, enum action action);
/* KEY does nothing any more. */
void keymap_unbind(struct keymap *map, uint32_t key);
/* What KEY does at WHERE (one ON_ of them): of several actions the one that
 * means something there. */
enum action keymap_action(const struct keymap *map, uint32_t key,
	unsigned where);
/* The first key that does ACTION; KEY_ID_NONE: there is none. */
uint32_t keymap_key(const struct keymap *map, enum action action);

#endif
