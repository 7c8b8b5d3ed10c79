/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "vmatlas/model/fields.h"
#include "vmatlas/view/keymap.h"
#include "vmatlas/view/paint.h"

static const struct {
	const char *name;
	enum setting_kind kind;
	double initial, low, high;
	const char *words;
} table[NSETTINGS] = {
#define X(id, name, kind, initial, low, high, words) \
	{ name, SETTING_IS_##kind, initial, low, high, words },
	SETTINGS(X)
#undef X
};

const char *setting_name(enum setting setting)
{
	return table[setting].name;
}

enum setting_kind setting_kind(enum setting setting)
{
	return table[setting].kind;
}

const char *setting_words(enum setting setting)
{
	return table[setting].words;
}

enum setting setting_of_name(struct text name)
{
	char own[32];
	unsigned i;

	if (name.n >= sizeof(own))
		return NSETTINGS;
	for (i = 0; i < name.n; i++)
		own[i] = name.p[i] == '-' ? '_' : name.p[i];
	own[i] = '\0';
	for (i = 0; i < NSETTINGS && strcmp(own, table[i].name); i++)
		;
	return (enum setting)i;
}

/* Where a setting that is no number is. */
static const char *words_of(const struct settings *settings,
	enum setting setting)
{
	switch (setting) {
	case SETTING_LIST_COLUMNS:
		return settings->list_columns;
	case SETTING_REGION_COLUMNS:
		return settings->region_columns;
	default:
		return settings->theme;
	}
}

static bool is_number(enum setting setting)
{
	return table[setting].kind != SETTING_IS_THEME &&
		table[setting].kind != SETTING_IS_COLUMNS;
}

/* ---- choices */

/* Those that have a screen: "atlas" of "screen-atlas". */
static const char *screen_choice(unsigned i)
{
	static const char *const names[] = {
#define X(id, where, words) #id,
		ACTIONS(X)
#undef X
	};
	static const struct {
		const char *id, *name;
	} screens[] = {
		{ "SCREEN_LIST", "list" }, { "SCREEN_ATLAS", "atlas" },
		{ "SCREEN_REGIONS", "regions" },
		{ "SCREEN_SHARING", "sharing" },
		{ "SCREEN_COMPARE", "compare" },
		{ "SCREEN_MEMORY", "memory" }, { "SCREEN_EVENTS", "events" },
	};
	size_t s, k;

	if (!i)
		return "auto";
	for (s = 0; s < sizeof(screens) / sizeof(*screens); s++)
		for (k = 0; k < NACTIONS; k++)
			if (!strcmp(names[k], screens[s].id) && !--i)
				return screens[s].name;
	return NULL;
}

static const char *column_choice(enum object object, unsigned i)
{
	const struct field *field;
	unsigned k;

	for (k = 0; (field = field_at(object, k)); k++)
		if (field->column && !i--)
			return field->column;
	return NULL;
}

const char *setting_choice(enum setting setting, unsigned i)
{
	static const char *const colors[] = { "auto", "0", "8", "16", "256",
		"16777216", NULL };
	static const char *const themes[] = { "default", "light",
		"high-contrast", "colour-blind", "mono", NULL };

	switch (setting) {
	case SETTING_THEME:
		return i < 5 ? themes[i] : NULL;
	case SETTING_COLORS:
		return i < 6 ? colors[i] : NULL;
	case SETTING_SCREEN:
		return screen_choice(i);
	case SETTING_COLORING:
		return i < NCOLORINGS ? coloring_name((enum coloring)i) : NULL;
	case SETTING_SORT:
	case SETTING_LIST_COLUMNS:
		return column_choice(OBJECT_PROCESS, i);
	case SETTING_REGION_COLUMNS:
		return column_choice(OBJECT_REGION, i);
	default:
		return NULL;
	}
}

static bool find_choice(enum setting setting, struct text value, double *out)
{
	const char *name;
	unsigned i;

	for (i = 0; (name = setting_choice(setting, i)); i++)
		if (strlen(name) == value.n &&
		    !strncasecmp(name, value.p, value.n)) {
			*out = i;
			return true;
		}
	return false;
}

void settings_default(struct settings *settings)
{
	unsigned i;

	memset(settings, 0, sizeof(*settings));
	for (i = 0; i < NSETTINGS; i++)
		settings->number[i] = table[i].initial;
	find_choice(SETTING_SORT, text_of("RSS"),
		&settings->number[SETTING_SORT]);
}

/* ---- values as text */

static bool set_bool(double *number, struct text value)
{
	static const char *const words[2][4] = {
		{ "no", "off", "false", "0" }, { "yes", "on", "true", "1" },
	};
	unsigned i, k;

	for (i = 0; i < 2; i++)
		for (k = 0; k < 4; k++)
			if (text_is(value, words[i][k])) {
				*number = i;
				return true;
			}
	return false;
}

static bool set_number(double *number, enum setting setting,
	struct text value)
{
	char copy[32], *end;
	double n;

	/* No hexadecimal, "inf" or "nan": digits with a point. */
	if (!value.n || value.n >= sizeof(copy))
		return false;
	memcpy(copy, value.p, value.n);
	copy[value.n] = '\0';
	if (strspn(copy, "0123456789.") != value.n)
		return false;
	n = strtod(copy, &end);
	if (*end || !(n >= table[setting].low && n <= table[setting].high))
		return false;
	*number = n;
	return true;
}

static bool set_words(struct settings *settings, enum setting setting,
	struct text value)
{
	char *words = (char *)words_of(settings, setting);
	size_t i;

	/* A '#' would be a comment once it is written. */
	if (!value.n || value.n >= SETTING_TEXT_MAX || value.p[0] == '#')
		return false;
	for (i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 127)
			return false;
	memset(words, 0, SETTING_TEXT_MAX);
	if (!text_is(value, "default"))
		memcpy(words, value.p, value.n);
	return true;
}

/* Titles, each of them one that there is. */
static bool set_columns(struct settings *settings, enum setting setting,
	struct text value)
{
	struct text rest = value, word;
	double at;

	while (!text_is(value, "default") && text_word(&rest, &word))
		if (!find_choice(setting, word, &at))
			return false;
	return set_words(settings, setting, value);
}

bool setting_set(struct settings *settings, enum setting setting,
	struct text value)
{
	double *number = &settings->number[setting];

	switch (table[setting].kind) {
	case SETTING_IS_BOOL:
		return set_bool(number, value);
	case SETTING_IS_NUMBER:
		return set_number(number, setting, value);
	case SETTING_IS_THEME:
		return set_words(settings, setting, value);
	case SETTING_IS_COLUMNS:
		return set_columns(settings, setting, value);
	default:
		return find_choice(setting, value, number);
	}
}

void setting_get(const struct settings *settings, enum setting setting,
	struct buf *out)
{
	double number = settings->number[setting];

	switch (table[setting].kind) {
	case SETTING_IS_BOOL:
		buf_str(out, number ? "yes" : "no");
		break;
	case SETTING_IS_NUMBER:
		buf_fmt(out, "%.6g", number);
		break;
	case SETTING_IS_THEME:
	case SETTING_IS_COLUMNS:
		buf_str(out, words_of(settings, setting)[0] ?
			words_of(settings, setting) : "default");
		break;
	default:
		buf_str(out, setting_choice(setting, (unsigned)number));
	}
}

void setting_values(enum setting setting, struct buf *out)
{
	const char *name;
	unsigned i;

	if (table[setting].kind == SETTING_IS_BOOL)
		buf_str(out, "yes or no");
	else if (table[setting].kind == SETTING_IS_NUMBER)
		buf_fmt(out, "a number from %g to %g", table[setting].low,
			table[setting].high);
	else if (table[setting].kind == SETTING_IS_THEME)
		buf_str(out, "a name or a file: ");
	else if (table[setting].kind == SETTING_IS_COLUMNS)
		buf_str(out, "default, or of: ");
	for (i = 0; (name = setting_choice(setting, i)); i++)
		buf_fmt(out, "%s%s", i ? " " : "", name);
}

bool setting_is_same(const struct settings *a, const struct settings *b,
	enum setting setting)
{
	return !is_number(setting) ?
		!strcmp(words_of(a, setting), words_of(b, setting)) :
		!(a->number[setting] < b->number[setting]) &&
		!(a->number[setting] > b->number[setting]);
}

/* ---- changed by a key */

/* 1, 2, 5, 10, ...: what a person would say next. */
static double next_round(double number, int by)
{
	static const double rounds[] = { 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1,
		2, 5, 10, 20, 30, 60, 100, 300, 600, 1800, 3600, 86400 };
	int n = sizeof(rounds) / sizeof(*rounds), i;

	if (by > 0) {
		for (i = 0; i < n - 1 && rounds[i] <= number * 1.000001; i++)
			;
		return rounds[i];
	}
	for (i = n - 1; i > 0 && rounds[i] >= number * 0.999999; i--)
		;
	return rounds[i];
}

void setting_step(struct settings *settings, enum setting setting, int by)
{
	double *number = &settings->number[setting];
	unsigned n = 0, at = (unsigned)*number;

	switch (table[setting].kind) {
	case SETTING_IS_BOOL:
		*number = !*number;
		break;
	case SETTING_IS_NUMBER:
		*number = next_round(*number, by);
		if (*number < table[setting].low)
			*number = table[setting].low;
		if (*number > table[setting].high)
			*number = table[setting].high;
		break;
	case SETTING_IS_CHOICE:
		while (setting_choice(setting, n))
			n++;
		*number = by > 0 ? (at + 1) % n : (at + n - 1) % n;
		break;
	case SETTING_IS_COLUMNS:
		setting_set(settings, setting, text_of("default"));
		break;
	case SETTING_IS_THEME:
		break;
	}
}
