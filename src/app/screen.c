/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/app/config.h"
#include "vmatlas/app/message.h"
#include "vmatlas/app/themes.h"
#include "vmatlas/app/ui.h"
#include "vmatlas/base/key.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/term/term.h"

/* Seconds, on a slow line. */
#define SLOW_PERIOD 5
/* So long nothing happens of itself, and when something may. */
#define IDLE_MS 500
#define TICK_MS 100

/* Handlers only set these. */
static volatile sig_atomic_t got_end, got_stop, got_winch;

static void on_signal(int number)
{
	if (number == SIGWINCH)
		got_winch = 1;
	else if (number == SIGTSTP)
		got_stop = 1;
	else
		got_end = number;
}

/* Blocked everywhere but in ppoll, so that none comes at a wrong moment. */
static void catch_signals(sigset_t *while_waiting)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		SIGTSTP, SIGWINCH };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t ours;
	size_t i;

	sigemptyset(&action.sa_mask);
	sigemptyset(&ours);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		sigaddset(&ours, numbers[i]);
		sigaction(numbers[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &ours, while_waiting);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigdelset(while_waiting, numbers[i]);
}

static void take_size(struct ui *ui, struct term *term)
{
	int rows, cols;

	term_resize(term);
	term_size(term, &rows, &cols);
	ui_resize(ui, rows, cols);
}

/* What the terminal was opened with, and what of the settings it shows. */
struct shown {
	struct term_options options;
	struct settings settings;
	struct theme *theme;	/* ours; NULL: the one given at the start */
};

static bool is_new(const struct shown *shown, const struct ui *ui,
	enum setting setting)
{
	return !setting_is_same(&shown->settings, &ui->settings.now, setting);
}

static void show_theme(struct shown *shown, struct ui *ui, struct term *term)
{
	const char *name = ui->settings.now.theme;
	struct err err = { 0 };
	struct theme *theme = themes_load(name[0] ? name : NULL, &err);

	if (!theme) {
		ui_say(ui, true, err.text);
		return;
	}
	term_set_theme(term, theme);
	free(shown->theme);
	shown->theme = theme;
	shown->options.theme = theme;
}

/* Settings that are the terminal's, if they changed.  -1: it is gone. */
static int show_settings(struct shown *shown, struct ui *ui,
	struct term **term, struct err *err)
{
	const struct settings *now = &ui->settings.now;

	if (is_new(shown, ui, SETTING_THEME))
		show_theme(shown, ui, *term);
	if (is_new(shown, ui, SETTING_COLORS) ||
	    is_new(shown, ui, SETTING_ASCII) ||
	    is_new(shown, ui, SETTING_AMBIGUOUS_WIDE) ||
	    is_new(shown, ui, SETTING_LOW_BAUD) ||
	    is_new(shown, ui, SETTING_MOUSE)) {
		shown->options.colors = config_colors(now);
		shown->options.ascii = now->number[SETTING_ASCII];
		shown->options.low_baud = now->number[SETTING_LOW_BAUD];
		shown->options.mouse = now->number[SETTING_MOUSE];
		term_close(*term);
		*term = term_open(&shown->options, err);
		if (!*term)
			return -1;
		take_size(ui, *term);
		ui->grid.utf8 = term_utf8(*term);
	}
	shown->settings = *now;
	return 0;
}

static void take_mouse(struct ui *ui, const struct term *term)
{
	struct mouse mouse = term_mouse(term);

	ui_mouse(ui, &mouse, session_clock());
}

/* All keys that are there; false when the terminal is gone. */
static bool take_keys(struct ui *ui, struct term *term, bool *news,
	bool *redraw)
{
	uint32_t key;

	while (!ui->quit && (key = term_key(term)) != KEY_ID_NONE) {
		if (key == KEY_ID_EOF)
			return false;
		*news = true;
		if (key == KEY_ID_RESIZE)
			take_size(ui, term);
		else if (key == KEY_ID_MOUSE)
			take_mouse(ui, term);
		else
			ui_key(ui, key);
		if (key == KEY_ID_CTRL('l') || key == 'r')
			*redraw = true;
	}
	return true;
}

/* What the handlers saw; true: there was something. */
static bool take_signals(struct ui *ui, struct term *term, bool *redraw)
{
	bool any = got_winch || got_stop;

	if (got_winch) {
		got_winch = 0;
		take_size(ui, term);
	}
	if (got_stop) {
		got_stop = 0;
		term_suspend(term);
		take_size(ui, term);
		*redraw = true;
	}
	return any;
}

/* True: it hangs on another file. */
static bool check_kernel(struct ui *ui)
{
	struct session *session = ui->session;
	struct blocked_file blocked;

	if (!sampler_check(session->sampler, &blocked))
		return false;
	snprintf(session->blocked, sizeof(session->blocked),
		"the kernel does not answer about %s%s%.0d", blocked.file,
		blocked.pid ? " of process " : "", blocked.pid);
	/* The new thread knows nothing yet: everything is wished anew. */
	ui->wish_serial = 0;
	return true;
}

/* What is shown is the last refresh that --iterations asks for. */
static bool is_last(const struct ui *ui)
{
	uint64_t iterations = ui->session->options->iterations;

	return iterations && ui_settled(ui) &&
		ui->snapshot->refresh >= iterations;
}

/* For a key, news of the sampler or a signal. */
static void wait_for(struct pollfd fds[2], unsigned ms, const sigset_t *mask)
{
	const struct timespec most = { 0, ms * 1000000L };

	ppoll(fds, 2, &most, mask);
}

/* Between two pieces of news nothing is drawn: it would be the same picture.
 * One that could not be sent yet stays news. */
static int loop(struct ui *ui, struct term **opened, struct shown *shown,
	const sigset_t *mask, struct err *err)
{
	struct term *term = *opened;
	struct pollfd fds[2] = {
		{ term_fd(term), POLLIN, 0 },
		{ sampler_fd(ui->session->sampler), POLLIN, 0 },
	};
	bool redraw = false, news = true;

	while (!ui->quit && !got_end) {
		if (news) {
			ui_wish(ui);
			ui_paint(ui);
			if (redraw)
				term_redraw(term);
			news = !term_show(term, &ui->grid, redraw);
			if (!news && is_last(ui))
				return 0;
			redraw = false;
		}
		wait_for(fds, news || ui->session->demo ? TICK_MS : IDLE_MS,
			mask);
		if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL) &&
		    !(fds[0].revents & POLLIN))
			return 0;
		news |= take_signals(ui, term, &redraw);
		if (!take_keys(ui, term, &news, &redraw))
			return 0;
		if (show_settings(shown, ui, opened, err))
			return -1;
		term = *opened;
		fds[0].fd = term_fd(term);
		news |= check_kernel(ui);
		news |= ui_take(ui) || ui->session->demo;
		*err = sampler_error(ui->session->sampler);
		if (err->text[0])
			return -1;
	}
	return 0;
}

/* Before the terminal is taken: is there such a process at all?  A kernel
 * that takes its time is no reason to wait. */
static int first_look(struct session *session, struct err *err)
{
	struct snapshot *snapshot;
	int result = 0;

	if (!session->pid)
		return 0;
	session->wish.pid = session->pid;
	session->wish.once = true;
	session->wish.keep_blocks = true;
	session->wish.depth = DEPTH_STATES;
	sampler_wish(session->sampler, &session->wish);
	{
		struct pollfd pfd = { sampler_fd(session->sampler), POLLIN, 0 };

		poll(&pfd, 1, 300);
	}
	session->wish.once = false;
	snapshot = sampler_latest(session->sampler);
	if (!snapshot)
		return 0;
	if (snapshot->process.answer == ANSWER_GONE && !snapshot->nregions)
		result = err_set(err, 0, "%d: there is no such process",
			session->pid);
	else if (snapshot->maps == ANSWER_DENIED)
		result = err_set(err, 0, "%d: not permitted to look at it "
			"(needs the same user, or CAP_SYS_PTRACE)",
			session->pid);
	else if (snapshot->process.headless)
		result = err_set(err, 0, "%d: its first thread has ended; look "
			"at another, by its number in /proc/%d/task",
			session->pid, session->pid);
	else if (snapshot->complete && snapshot->maps == ANSWER_OK &&
		 !snapshot->nregions)
		result = err_set(err, 0, "%d: it has no address space "
			"(a kernel thread, or a zombie)", session->pid);
	snapshot_unref(snapshot);
	return result;
}

int screen_run(struct session *session, const struct theme *theme)
{
	const struct options *options = session->options;
	struct shown shown = { .options = {
		.colors = options->colors, .ascii = options->ascii,
		.mouse = options->mouse, .low_baud = options->low_baud,
		.baud = options->baud, .theme = theme,
	} };
	struct err err = { 0 };
	struct term *term;
	struct ui *ui;
	sigset_t mask;
	int rows, cols, result;
	const struct rule *ended_by;

	if (first_look(session, &err)) {
		message("%s", err.text);
		return 1;
	}
	catch_signals(&mask);
	term = term_open(&shown.options, &err);
	if (!term) {
		message("%s", err.text);
		return 1;
	}
	mem_on_exhaustion(term_restore);
	term_size(term, &rows, &cols);
	ui = ui_new(session, term_utf8(term), rows, cols);
	if (term_is_slow(term))
		ui_settings_slow(ui, SLOW_PERIOD);
	shown.settings = ui->settings.now;
	result = loop(ui, &term, &shown, &mask, &err);
	ended_by = ui->rules.ended_by;
	ui_free(ui);
	term_close(term);
	free(shown.theme);
	mem_on_exhaustion(NULL);
	if (!result && ended_by) {
		message("--when: %.*s: it holds", (int)ended_by->text.n,
			ended_by->text.p);
		return 3;
	}
	if (result)
		message("%s", err.text);
	if (got_end == SIGTERM || got_end == SIGHUP)
		return 128 + got_end;
	return result ? 1 : 0;
}
