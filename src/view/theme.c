/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/theme.h"

#include <stdbool.h>
#include <string.h>

#include "color.h"
#include "vmatlas/base/buf.h"
#include "vmatlas/view/grid.h"

static const char default_text[] =
#include "default_theme.inc"
	;

#define BLANK_LOOK ((struct look){COLOR_DEFAULT, COLOR_DEFAULT, 0})

/* One file's lines, before what it leaves open is filled in. */
struct draft {
	struct look looks[NDEPTHS][NROLES];
	bool set[NDEPTHS][NROLES];
	struct look states[NDEPTHS];	/* "state.*" */
	bool states_set[NDEPTHS];
};

struct place {
	const char *name;
	unsigned line;
	enum color_depth depth;
};

static int word_wrong(struct err *err, const struct place *at,
		      const char *what, struct text word)
{
	struct buf shown = {0};

	if (word.n > 40)
		word.n = 40;
	text_escape(&shown, word, false);
	err_set(err, 0, "%.100s, line %u: %s: \"%s\"", at->name, at->line,
		what, buf_text(&shown));
	buf_fini(&shown);
	return -1;
}

static int depth_parse(struct place *at, struct text line, struct err *err)
{
	static const char *const names[DEPTH_TRUE] = {
		[DEPTH_MONO] = "[mono]", [DEPTH_8] = "[8]",
		[DEPTH_16] = "[16]", [DEPTH_256] = "[256]",
	};

	for (int depth = 0; depth < DEPTH_TRUE; depth++)
		if (text_is(line, names[depth])) {
			at->depth = (enum color_depth)depth;
			return 0;
		}
	return word_wrong(err, at,
			  "a variant is [256], [16], [8] or [mono], not", line);
}

static int attribute_parse(struct text word)
{
	static const struct {
		const char *name;
		int bit;
	} names[] = {
		{"bold", LOOK_BOLD}, {"dim", LOOK_DIM},
		{"underline", LOOK_UNDERLINE}, {"reverse", LOOK_REVERSE},
		{"standout", LOOK_STANDOUT},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_is(word, names[i].name))
			return names[i].bit;
	return 0;
}

/* FG on BG in the numbers of DEPTH. */
static struct look look_fit(struct color fg, struct color bg, int attributes,
			    enum color_depth depth)
{
	bool fg_bright, bg_bright;
	struct look look;

	look.fg = color_fit(fg, depth, &fg_bright);
	look.bg = color_fit(bg, depth, &bg_bright);
	if (fg_bright)
		attributes |= LOOK_BOLD;
	look.attributes = (uint8_t)attributes;
	/* Two colours that become one would hide the letter. */
	if (look.fg != COLOR_DEFAULT && look.fg == look.bg &&
	    fg.value != bg.value)
		look.fg = color_light(color_rgb(bg)) > 127 ? 0 : 7;
	return look;
}

static int look_parse(const struct place *at, struct text rest,
		      struct look *look, struct err *err)
{
	struct color colors[2];
	struct text word;
	int attributes = 0;

	for (int i = 0; i < 2; i++) {
		if (!text_word(&rest, &word))
			return word_wrong(err, at, i ? "no background after"
						     : "no foreground after",
					  i ? word : text_of("="));
		if (!color_parse(word, &colors[i]))
			return word_wrong(err, at, "not a colour", word);
	}
	while (text_word(&rest, &word)) {
		int bit = attribute_parse(word);

		if (!bit)
			return word_wrong(err, at, "not an attribute", word);
		attributes |= bit;
	}
	*look = look_fit(colors[0], colors[1], attributes, at->depth);
	return 0;
}

static int role_parse(struct text word)
{
	for (int role = 0; role < NROLES; role++)
		if (text_is(word, role_name((enum role)role)))
			return role;
	return -1;
}

static struct text comment_cut(struct text line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' &&
		    (i + 1 == line.n || strchr(" \t\r", line.p[i + 1]))) {
			line.n = i;
			break;
		}
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return text_trim(line);
}

static int line_parse(struct draft *draft, struct place *at, struct text line,
		      struct err *err)
{
	struct text word;
	struct look look;
	int role;

	line = comment_cut(line);
	if (!line.n)
		return 0;
	if (line.p[0] == '[')
		return depth_parse(at, line, err);
	if (!memchr(line.p, '=', line.n))
		return word_wrong(err, at, "no '=' in", line);
	text_until(&line, '=', &word);
	word = text_trim(word);
	role = role_parse(word);
	if (role < 0 && !text_is(word, "state.*"))
		return word_wrong(err, at, "no such role", word);
	if (look_parse(at, line, &look, err))
		return -1;
	if (role < 0) {
		draft->states[at->depth] = look;
		draft->states_set[at->depth] = true;
	} else {
		draft->looks[at->depth][role] = look;
		draft->set[at->depth][role] = true;
	}
	return 0;
}

static struct look look_convert(struct look look, enum color_depth depth)
{
	struct color fg = {look.fg, depth + 1}, bg = {look.bg, depth + 1};

	return look_fit(fg, bg, look.attributes, depth);
}

/* From the richest depth down: a line, or "state.*", or what the depth above
 * got from this very file; else it stays as it was. */
static void role_resolve(struct theme *theme, const struct draft *draft,
			 int role)
{
	bool touched = false;

	for (int depth = DEPTH_TRUE; depth >= DEPTH_MONO; depth--) {
		struct look *look = &theme->looks[depth][role];

		if (draft->set[depth][role])
			*look = draft->looks[depth][role];
		else if (role >= ROLE_STATE_FIRST && draft->states_set[depth])
			*look = draft->states[depth];
		else if (touched)
			*look = look_convert(theme->looks[depth + 1][role],
					     (enum color_depth)depth);
		else
			continue;
		touched = true;
	}
}

static int text_apply(struct theme *theme, const char *name, struct text text,
		      struct err *err)
{
	struct place at = {name, 0, DEPTH_TRUE};
	struct draft draft;
	struct text line;

	memset(&draft, 0, sizeof(draft));
	while (text_line(&text, &line)) {
		at.line++;
		if (line_parse(&draft, &at, line, err))
			return -1;
	}
	for (int role = 0; role < NROLES; role++)
		role_resolve(theme, &draft, role);
	return 0;
}

void theme_default(struct theme *theme)
{
	for (int depth = 0; depth < NDEPTHS; depth++)
		for (int role = 0; role < NROLES; role++)
			theme->looks[depth][role] = BLANK_LOOK;
	/* Cannot fail: a unit test reads it line by line. */
	text_apply(theme, "default", text_of(default_text), NULL);
}

int theme_parse(struct theme *theme, const char *name, struct text text,
		struct err *err)
{
	struct theme new;

	theme_default(&new);
	if (text_apply(&new, name, text, err))
		return -1;
	*theme = new;
	return 0;
}

struct look theme_look(const struct theme *theme, enum color_depth depth,
		       int role, int fill)
{
	bool state = role >= ROLE_STATE_FIRST;
	struct look look;
	int32_t ground;

	if (role < 0 || role >= NROLES || (unsigned)depth >= NDEPTHS)
		return BLANK_LOOK;
	look = theme->looks[depth][role];
	if (fill == FILL_FULL || (fill == FILL_NONE && !state))
		return look;
	ground = theme->looks[depth][ROLE_TEXT].bg;
	if (look.bg != COLOR_DEFAULT && look.bg != ground) {
		look.fg = look.bg;
		look.bg = ground;
	}
	look.attributes &= (uint8_t)~LOOK_REVERSE;
	return look;
}
