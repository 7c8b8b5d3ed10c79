/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/base/key.h"

/* One line of the file, taken apart. */
struct statement {
	enum { NOTHING, SETTING, BIND, UNBIND, UNKNOWN } kind;
	struct text name, value;	/* of a setting */
	struct text key, action;	/* of a binding */
	struct text comment;		/* from its '#' on */
};

struct reader {
	const char *file;
	unsigned line;
	struct buf *complaints;
};

static void complain(const struct reader *reader, struct text about,
	const char *words)
{
	if (!reader->complaints)
		return;
	buf_fmt(reader->complaints, "%s:%u: ", reader->file, reader->line);
	if (about.n > 40)
		about.n = 40;
	text_escape(reader->complaints, about, false);
	buf_fmt(reader->complaints, "%s\n", words);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct text trimmed(struct text text)
{
	while (text.n && is_blank(text.p[text.n - 1]))
		text.n--;
	while (text.n && is_blank(text.p[0])) {
		text.p++;
		text.n--;
	}
	return text;
}

/* "bind # help" binds '#': one that a key's name has to follow is none. */
static struct text cut_comment(struct text *line)
{
	struct text rest = *line, comment = { line->p + line->n, 0 }, word;
	bool binds = text_word(&rest, &word) &&
		(text_is(word, "bind") || text_is(word, "unbind"));
	size_t i, from = 0;

	if (binds && text_word(&rest, &word))
		from = (size_t)(word.p + word.n - line->p);
	for (i = from; i < line->n; i++)
		if (line->p[i] == '#' && (!i || is_blank(line->p[i - 1])) &&
		    (!trimmed((struct text){ line->p, i }).n ||
		     i + 1 == line->n || is_blank(line->p[i + 1]))) {
			comment = (struct text){ line->p + i, line->n - i };
			line->n = i;
			break;
		}
	return comment;
}

static struct statement parse(struct text line)
{
	struct statement statement = { .kind = NOTHING };
	struct text rest, word;
	size_t i;

	statement.comment = cut_comment(&line);
	line = trimmed(line);
	if (!line.n)
		return statement;
	rest = line;
	text_word(&rest, &word);
	if (text_is(word, "bind") || text_is(word, "unbind")) {
		statement.kind = text_is(word, "bind") ? BIND : UNBIND;
		statement.key = text_word(&rest, &word) ? word :
			(struct text){ line.p, 0 };
		statement.action = trimmed(rest);
		return statement;
	}
	for (i = 0; i < line.n && line.p[i] != '='; i++)
		;
	statement.kind = i < line.n ? SETTING : UNKNOWN;
	statement.name = trimmed((struct text){ line.p, i });
	if (i < line.n)
		statement.value = trimmed((struct text){ line.p + i + 1,
			line.n - i - 1 });
	return statement;
}

/* ---- settings */

static void take_setting(struct settings *settings,
	const struct reader *reader, const struct statement *statement)
{
	enum setting setting = setting_of_name(statement->name);
	struct buf words = { 0 };

	if (setting == NSETTINGS) {
		complain(reader, statement->name, " is no setting");
		return;
	}
	if (setting_set(settings, setting, statement->value))
		return;
	buf_fmt(&words, " is no value of %s: ", setting_name(setting));
	setting_values(setting, &words);
	complain(reader, statement->value, buf_text(&words));
	buf_fini(&words);
}

void config_settings(struct settings *settings, const char *name,
	struct text text, struct buf *complaints)
{
	struct reader reader = { name, 0, complaints };
	struct text line;

	while (text_line(&text, &line)) {
		struct statement statement = parse(line);

		reader.line++;
		if (statement.kind == SETTING)
			take_setting(settings, &reader, &statement);
		else if (statement.kind == UNKNOWN)
			complain(&reader, statement.name,
				" is neither NAME = VALUE nor a binding");
	}
}

/* ---- keys */

/* Which line bound a key to what, to name two that contradict. */
struct bound {
	struct key_line {
		uint32_t key;
		enum action action;
		unsigned line;
	} lines[KEYMAP_MAX];
	unsigned n;
};

static void note(struct bound *bound, const struct reader *reader,
	struct text name, uint32_t key, enum action action)
{
	char words[64];
	unsigned i;

	for (i = 0; i < bound->n; i++) {
		struct key_line *line = &bound->lines[i];

		if (line->key != key ||
		    !(action_where(line->action) & action_where(action)))
			continue;
		if (line->action != action) {
			snprintf(words, sizeof(words),
				" is bound in line %u already", line->line);
			complain(reader, name, words);
		}
		line->action = action;
		line->line = reader->line;
		return;
	}
	if (bound->n < KEYMAP_MAX)
		bound->lines[bound->n++] = (struct key_line){ key, action,
			reader->line };
}

static uint32_t key_of(struct text name)
{
	char copy[KEY_NAME_MAX];

	if (!name.n || name.n >= sizeof(copy))
		return KEY_ID_NONE;
	memcpy(copy, name.p, name.n);
	copy[name.n] = '\0';
	/* These are no keys that anybody presses. */
	if (memchr(copy, '\0', name.n))
		return KEY_ID_NONE;
	switch (key_parse(copy)) {
	case KEY_ID_RESIZE:
	case KEY_ID_MOUSE:
	case KEY_ID_EOF:
		return KEY_ID_NONE;
	default:
		return key_parse(copy);
	}
}

static void take_binding(struct keymap *map, struct bound *bound,
	const struct reader *reader, const struct statement *statement)
{
	uint32_t key = key_of(statement->key);
	enum action action = action_of_name(statement->action);

	if (!key)
		complain(reader, statement->key, " is no key");
	else if (statement->kind == UNBIND && statement->action.n)
		complain(reader, statement->action, " is too much: unbind KEY");
	else if (statement->kind == UNBIND)
		keymap_unbind(map, key);
	else if (!action)
		complain(reader, statement->action, " is no action");
	else if (!keymap_bind(map, key, action))
		complain(reader, statement->key,
			" is one key too many: there are too many bindings");
	else
		note(bound, reader, statement->key, key, action);
}

void config_keys(struct keymap *map, const char *name, struct text text,
	struct buf *complaints)
{
	struct reader reader = { name, 0, complaints };
	struct bound bound = { .n = 0 };
	struct text line;

	while (text_line(&text, &line)) {
		struct statement statement = parse(line);

		reader.line++;
		if (statement.kind == BIND || statement.kind == UNBIND)
			take_binding(map, &bound, &reader, &statement);
	}
	if (keymap_key(map, ACTION_QUIT))
		return;
	keymap_unbind(map, 'q');
	keymap_bind(map, 'q', ACTION_QUIT);
	complain(&reader, text_of("q"), " quits, as no other key does");
}

/* ---- writing */

static void put_setting(struct buf *out, const struct settings *settings,
	enum setting setting, struct text comment)
{
	buf_fmt(out, "%s = ", setting_name(setting));
	setting_get(settings, setting, out);
	comment = trimmed(comment);
	if (comment.n) {
		buf_char(out, ' ');
		buf_add(out, comment.p, comment.n);
	}
	buf_char(out, '\n');
}

void config_write(struct buf *out, struct text text,
	const struct settings *settings, uint32_t changed)
{
	uint32_t written = 0;
	struct text line;
	unsigned i;

	if (!text.n)
		buf_str(out, "# Settings of vmatlas: see vmatlas(1).\n");
	while (text_line(&text, &line)) {
		struct statement statement = parse(line);
		enum setting setting = statement.kind == SETTING ?
			setting_of_name(statement.name) : NSETTINGS;

		if (setting == NSETTINGS || !(changed & 1u << setting)) {
			buf_add(out, line.p, line.n);
			buf_char(out, '\n');
			continue;
		}
		/* Of several the last one would hold. */
		if (!(written & 1u << setting))
			put_setting(out, settings, setting, statement.comment);
		written |= 1u << setting;
	}
	for (i = 0; i < NSETTINGS; i++)
		if (changed & ~written & 1u << i)
			put_setting(out, settings, (enum setting)i,
				(struct text){ "", 0 });
}
