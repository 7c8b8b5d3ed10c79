/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmatlas: where every page of a process really lives.
 *
 * (the map)
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmatlas/app/batch.h"
#include "vmatlas/app/message.h"
#include "vmatlas/app/options.h"
#include "vmatlas/app/screen.h"
#include "vmatlas/app/script.h"
#include "vmatlas/app/themes.h"

static volatile sig_atomic_t stop;

static void on_end(int number)
{
	stop = number;
}

static int print(struct buf *text)
{
	int failed = fwrite(buf_text(text), 1, text->len, stdout) !=
		text->len || fflush(stdout);

	buf_fini(text);
	if (failed)
		message("cannot write: %s", strerror(errno));
	return failed ? 1 : 0;
}

static int run(struct session *session, const struct theme *theme)
{
	const struct options *options = session->options;

	if (options->script)
		return script_run(session, options->script);
	if (options->picture)
		return script_picture(session, options->picture, theme);
	if (options->batch) {
		signal(SIGINT, on_end);
		signal(SIGTERM, on_end);
		signal(SIGHUP, on_end);
		return batch_run(session, &stop);
	}
	return screen_run(session, theme);
}

static int look(const struct options *options)
{
	struct session session;
	struct err err = { 0 };
	struct buf extra = { 0 };
	struct theme *theme;
	int status = 1;

	theme = themes_load(options->theme, &err);
	if (!theme) {
		message("%s", err.text);
		return 2;
	}
	if (session_open(&session, options, &err) ||
	    session_target(&session, &extra, &err)) {
		message("%s", err.text);
		fwrite(buf_text(&extra), 1, extra.len, stderr);
	} else {
		if (session.warning.text[0])
			message("%s", session.warning.text);
		status = run(&session, theme);
	}
	if (session_close(&session, &err)) {
		message("%s", err.text);
		status = 1;
	}
	buf_fini(&extra);
	free(theme);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct buf text = { 0 };
	struct err err = { 0 };
	int status;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	if (options_parse(&options, argc, argv, &err)) {
		message("%s (see vmatlas --help)", err.text);
		status = 2;
	} else if (options.help) {
		options_help(&text);
		status = print(&text);
	} else if (options.version) {
		buf_str(&text, "vmatlas " VMATLAS_VERSION "\n");
		status = print(&text);
	} else {
		/* Without a terminal, the demo is a report of itself. */
		if (options.demo && !options.script && !options.picture &&
		    !isatty(STDOUT_FILENO))
			options.batch = true;
		status = look(&options);
	}
	options_fini(&options);
	return status;
}
