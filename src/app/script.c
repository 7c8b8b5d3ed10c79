/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/script.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/app/message.h"
#include "vmatlas/app/ui.h"
#include "vmatlas/base/key.h"
#include "vmatlas/view/picture.h"

/* Nothing here waits longer than this for the kernel. */
#define PATIENCE_MS 20000
#define SCRIPT_BYTES_MAX (1 << 20)

/* Let the wish of the screen as it is now be answered, and that answer's
 * wish, until nothing changes any more. */
static int settle(struct ui *ui, struct err *err)
{
	uint64_t until = session_clock() + PATIENCE_MS;
	struct blocked_file blocked;

	for (;;) {
		struct pollfd pfd = { sampler_fd(ui->session->sampler), POLLIN,
			0 };
		struct err failure = sampler_error(ui->session->sampler);

		ui_wish(ui);
		if (ui_settled(ui) || ui->frozen)
			return 0;
		if (failure.text[0]) {
			*err = failure;
			return -1;
		}
		if (session_clock() > until)
			return err_set(err, 0, "the screen does not settle");
		poll(&pfd, 1, 50);
		if (sampler_check(ui->session->sampler, &blocked)) {
			snprintf(ui->session->blocked,
				sizeof(ui->session->blocked),
				"the kernel does not answer about %s",
				blocked.file);
			ui->wish_serial = 0;
		}
		ui_take(ui);
	}
}

static int refresh(struct ui *ui, struct err *err)
{
	ui->session->wish.asked++;
	return settle(ui, err);
}

static void dump(struct ui *ui, struct text name)
{
	struct buf out = { 0 };

	ui_paint(ui);
	buf_fmt(&out, "dump %.*s\n", (int)name.n, name.p);
	picture_dump(&out, &ui->grid);
	fwrite(buf_text(&out), 1, out.len, stdout);
	buf_fini(&out);
}

static int press(struct ui *ui, struct text names, struct err *err)
{
	struct text word;

	while (text_word(&names, &word)) {
		char name[32];
		uint32_t key;

		snprintf(name, sizeof(name), "%.*s", (int)word.n, word.p);
		key = key_parse(name);
		if (key == KEY_ID_NONE)
			return err_set(err, 0, "there is no key '%s'", name);
		ui_key(ui, key);
		if (settle(ui, err))
			return -1;
	}
	return 0;
}

static int type(struct ui *ui, struct text text, struct err *err)
{
	size_t at = 0;

	while (at < text.n) {
		int32_t code;

		at += text_decode(text.p + at, text.n - at, &code);
		if (code >= 0)
			ui_key(ui, (uint32_t)code);
	}
	return settle(ui, err);
}

static int resize(struct ui *ui, struct text size, struct err *err)
{
	struct text cols;
	uint64_t c, r;

	text_until(&size, 'x', &cols);
	if (!text_all_u64(cols, 10, &c) || !text_all_u64(size, 10, &r) || !c ||
	    !r || c > GRID_MAX || r > GRID_MAX)
		return err_set(err, 0, "a size is COLSxROWS");
	ui_resize(ui, (int)r, (int)c);
	return settle(ui, err);
}

/* What the mouse does at a place of the screen: "double" is two clicks. */
static int move_mouse(struct ui *ui, struct text rest, struct err *err)
{
	static const struct {
		const char *name;
		enum mouse_what what;
		bool ctrl;
	} events[] = {
		{ "press", MOUSE_PRESS, false },
		{ "release", MOUSE_RELEASE, false },
		{ "drag", MOUSE_DRAG, false },
		{ "wheel-up", MOUSE_WHEEL_UP, false },
		{ "wheel-down", MOUSE_WHEEL_DOWN, false },
		{ "ctrl-wheel-up", MOUSE_WHEEL_UP, true },
		{ "ctrl-wheel-down", MOUSE_WHEEL_DOWN, true },
		{ "double", MOUSE_PRESS, false },
	};
	struct text word, row, col;
	uint64_t r, c;
	size_t i;

	if (!text_word(&rest, &word) || !text_word(&rest, &row) ||
	    !text_word(&rest, &col) || !text_all_u64(row, 10, &r) ||
	    !text_all_u64(col, 10, &c) || r >= GRID_MAX || c >= GRID_MAX)
		return err_set(err, 0, "mouse WHAT ROW COLUMN");
	for (i = 0; i < sizeof(events) / sizeof(*events); i++) {
		struct mouse mouse = { (int)r, (int)c, events[i].what,
			events[i].ctrl };

		if (!text_is(word, events[i].name))
			continue;
		/* Time stands still for the second click only. */
		ui_mouse(ui, &mouse, ui->press.ms + 1000);
		if (text_is(word, "double"))
			ui_mouse(ui, &mouse, ui->press.ms);
		return settle(ui, err);
	}
	return err_set(err, 0, "a mouse does not do '%.*s'", (int)word.n,
		word.p);
}

static int run_line(struct ui *ui, struct text line, struct err *err)
{
	struct text word, rest = line;

	if (!text_word(&rest, &word) || word.p[0] == '#')
		return 0;
	rest = text_trim(rest);
	if (text_is(word, "key"))
		return press(ui, rest, err);
	if (text_is(word, "type"))
		return type(ui, rest, err);
	if (text_is(word, "mouse"))
		return move_mouse(ui, rest, err);
	if (text_is(word, "wait"))
		return refresh(ui, err);
	if (text_is(word, "resize"))
		return resize(ui, rest, err);
	if (text_is(word, "dump")) {
		dump(ui, rest);
		return 0;
	}
	if (text_is(word, "quit")) {
		ui->quit = true;
		return 0;
	}
	return err_set(err, 0, "'%.*s' is no command of scripts", (int)word.n,
		word.p);
}

static int read_file(const char *path, struct buf *out, struct err *err)
{
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file)
		return err_set(err, errno, "cannot read %s", path);
	do {
		n = fread(buf_room(out, 4096), 1, 4096, file);
		out->len += n;
		out->data[out->len] = '\0';
	} while (n && out->len < SCRIPT_BYTES_MAX);
	fclose(file);
	return n ? err_set(err, EFBIG, "%s is no script", path) : 0;
}

static struct ui *start(struct session *session)
{
	const struct options *options = session->options;
	bool utf8 = !options->ascii &&
		!strcmp(nl_langinfo(CODESET), "UTF-8");

	session->wish.once = true;
	return ui_new(session, utf8, options->rows ? options->rows : 24,
		options->cols ? options->cols : 80);
}

static int write_picture(struct ui *ui, const char *path,
	const struct theme *theme, struct err *err)
{
	struct buf out = { 0 };
	int result = 0;
	FILE *file;

	ui_paint(ui);
	picture_write(&out, &ui->grid, theme,
		(enum picture_format)picture_format_of(path));
	file = fopen(path, "we");
	if (!file || fwrite(buf_text(&out), 1, out.len, file) != out.len)
		result = err_set(err, errno, "cannot write %s", path);
	if (file && fclose(file) && !result)
		result = err_set(err, errno, "cannot write %s", path);
	buf_fini(&out);
	return result;
}

/* The screen as the script leaves it. */
static int run_lines(struct ui *ui, const char *path, struct text rest)
{
	struct err err = { 0 };
	struct text line;
	int number = 0, result = refresh(ui, &err);

	while (!result && !ui->quit && text_line(&rest, &line)) {
		number++;
		result = run_line(ui, line, &err);
	}
	if (result && number)
		message("%s:%d: %s", path, number, err.text);
	else if (result)
		message("%s", err.text);
	return result;
}

int script_run(struct session *session, const struct theme *theme)
{
	const struct options *options = session->options;
	const char *picture = options->picture;
	struct buf script = { 0 };
	struct err err = { 0 };
	struct ui *ui;
	int result = 0;

	if (picture && picture_format_of(picture) < 0) {
		message("%s: a picture's name ends in .txt .ansi .html or .svg",
			picture);
		return 2;
	}
	if (options->script && read_file(options->script, &script, &err)) {
		message("%s", err.text);
		return 1;
	}
	ui = start(session);
	result = run_lines(ui, options->script,
		(struct text){ buf_text(&script), script.len });
	if (!result && picture) {
		result = write_picture(ui, picture, theme, &err);
		if (result)
			message("%s", err.text);
	}
	if (!result && ui->rules.ended_by)
		result = 3;
	ui_free(ui);
	buf_fini(&script);
	return result < 0 ? 1 : result;
}
