/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_SETTINGS_H
#define VMATLAS_VIEW_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/text.h"

/*
 * What a user can set for good: one table for the configuration file, the
 * screen of settings and the manual.  Columns: identifier, name in the file,
 * kind, default, least and most of a number, words.
 */
#define SETTINGS(X) \
	X(THEME, "theme", THEME, 0, 0, 0, "colours: a theme that comes with vmatlas, or one of your own") \
	X(COLORS, "colors", CHOICE, 0, 0, 0, "how many colours; auto: as many as the terminal has") \
	X(ASCII, "ascii", BOOL, 0, 0, 0, "nothing but ASCII on the screen") \
	X(AMBIGUOUS_WIDE, "ambiguous_wide", BOOL, 0, 0, 0, "the terminal draws characters of ambiguous width in two columns") \
	X(LOW_BAUD, "low_baud", BOOL, 0, 0, 0, "send little, as on a slow line; one of 19200 baud or less is known by itself") \
	X(MOUSE, "mouse", BOOL, 1, 0, 0, "the mouse moves, scrolls, zooms and selects; no: it is the terminal's") \
	X(VI_KEYS, "vi_keys", BOOL, 0, 0, 0, "h j k l move; help is then ? and F1") \
	X(DELAY, "delay", NUMBER, 1, 0.05, 86400, "seconds from one refresh to the next") \
	X(CPU, "cpu", NUMBER, 1, 0.01, 100, "percent of a processor for reading in the background") \
	X(NICE, "nice", BOOL, 0, 0, 0, "run with the least priority, for processor and disk") \
	X(SCREEN, "screen", CHOICE, 0, 0, 0, "the screen at the start; auto: the atlas of a process that was named, else the list") \
	X(COLORING, "coloring", CHOICE, 0, 0, 0, "what colours mean at the start") \
	X(ONLY_MINE, "only_mine", BOOL, 0, 0, 0, "at the start, physical memory shows only what the process has") \
	X(SORT, "sort", CHOICE, 0, 0, 0, "the column that the list of processes is sorted by at the start") \
	X(LIST_COLUMNS, "list_columns", COLUMNS, 0, 0, 0, "the columns of processes, in their order; key e chooses them") \
	X(REGION_COLUMNS, "region_columns", COLUMNS, 0, 0, 0, "the columns of regions, in their order; key e chooses them")

#define X(id, name, kind, initial, low, high, words) SETTING_##id,
enum setting { SETTINGS(X) NSETTINGS };
#undef X

enum setting_kind { SETTING_IS_BOOL, SETTING_IS_CHOICE, SETTING_IS_NUMBER,
	SETTING_IS_THEME, SETTING_IS_COLUMNS };

#define SETTING_TEXT_MAX 256

/*
 * A struct settings has a value for each: a number, 0 or 1, which of its
 * choices; or for the theme a name (empty: the default) or a file; or for
 * columns their titles (empty: the default).
 * Invariant: every value is one that its setting can have.
 */
struct settings {
	double number[NSETTINGS];
	char theme[SETTING_TEXT_MAX];
	char list_columns[SETTING_TEXT_MAX], region_columns[SETTING_TEXT_MAX];
};

void settings_default(struct settings *settings);
const char *setting_name(enum setting setting);
enum setting_kind setting_kind(enum setting setting);
const char *setting_words(enum setting setting);
/* NSETTINGS for a name that is none; '-' in it counts as '_'. */
enum setting setting_of_name(struct text name);
/* Choice I of a setting, NULL behind the last; for a theme of those that come
 * with vmatlas. */
const char *setting_choice(enum setting setting, unsigned i);
/* As the file says it: "yes", "0.5", "RSS"; false: it is not one of its
 * values, and nothing is changed. */
bool setting_set(struct settings *settings, enum setting setting,
	struct text value);
void setting_get(const struct settings *settings, enum setting setting,
	struct buf *out);
/* What may be said: "yes or no", "a number from 0.05 to 86400", "auto 0 8". */
void setting_values(enum setting setting, struct buf *out);
bool setting_is_same(const struct settings *a, const struct settings *b,
	enum setting setting);
/* The next value (BY 1) or the one before (BY -1), as a key changes it; columns
 * are the default again.  Not for themes, whose names the caller has. */
void setting_step(struct settings *settings, enum setting setting, int by);

#endif
