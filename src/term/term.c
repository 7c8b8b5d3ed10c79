/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/term/term.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "cursesw.h"
#include "keys.h"
#include "kind.h"
#include "mouse.h"
#include "vmatlas/base/key.h"

/* Half a second of a 9600 baud line. */
#define MAX_QUEUED 512
/* Bits a second up to which a line is slow. */
#define SLOW_BAUD 19200
/* Each look is a pair at most, and a pair is needed for few. */
#define PAIRS_MAX (NROLES * 2 + 1)
/* Escape must be known within 50 ms, and a slow line's arrow still be one. */
#define ESCAPE_MS 25

struct style {
	attr_t attributes;
	int pair;
	bool bare;	/* nothing of it is seen in a blank */
};

struct term {
	bool open;		/* there is a curses screen */
	bool away;		/* the terminal was given back */
	bool utf8;
	bool slow;		/* the line */
	enum color_depth depth;
	bool own_default;	/* -1 is a colour */
	int npairs;
	struct look pairs[PAIRS_MAX];	/* from 1; only colours count */
	struct style styles[NROLES][FILL_FULL + 1];
	const struct theme *theme;
	SCREEN *screen;
	FILE *in, *out;
	struct keys keys;

	/* What the terminal shows, to send only rows that differ. */
	struct grid shown;
	bool valid;
};

/* There is one terminal in a process, and term_restore must find it. */
static struct term the_term;

static void files_close(struct term *term)
{
	if (term->in && term->in != stdin)
		fclose(term->in);
	if (term->out && term->out != stdout)
		fclose(term->out);
	term->in = term->out = NULL;
}

static int files_open(struct term *term, struct err *err)
{
	int in, out;

	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		term->in = stdin;
		term->out = stdout;
		return 0;
	}
	in = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	out = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (in >= 0 && out >= 0) {
		term->in = fdopen(in, "r");
		term->out = fdopen(out, "w");
		if (term->in && term->out)
			return 0;
	}
	err_set(err, errno, "there is no terminal here (use --batch for a "
		"report): /dev/tty");
	if (in >= 0 && !term->in)
		close(in);
	if (out >= 0 && !term->out)
		close(out);
	files_close(term);
	return -1;
}

/* ---- curses, kept from what is the app's */

/*
 * newterm() puts handlers on these where they have none.  They are app's,
 * before and after term_open; curses' own never get to run.
 */
static const int app_signals[] = {SIGTSTP, SIGINT, SIGTERM, SIGWINCH};
#define NSIGNALS (sizeof(app_signals) / sizeof(app_signals[0]))

static SCREEN *screen_new(const char *name, FILE *out, FILE *in)
{
	struct sigaction actions[NSIGNALS];
	sigset_t block, before;
	SCREEN *screen;

	sigemptyset(&block);
	for (size_t i = 0; i < NSIGNALS; i++)
		sigaddset(&block, app_signals[i]);
	pthread_sigmask(SIG_BLOCK, &block, &before);
	for (size_t i = 0; i < NSIGNALS; i++)
		sigaction(app_signals[i], NULL, &actions[i]);
	screen = newterm(name, out, in);
	for (size_t i = 0; i < NSIGNALS; i++)
		sigaction(app_signals[i], &actions[i], NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return screen;
}

static void colors_start(struct term *term)
{
	if (term->depth == DEPTH_MONO)
		return;
	if (start_color() == ERR) {
		term->depth = DEPTH_MONO;
		return;
	}
	term->own_default = use_default_colors() == OK;
}

static void screen_set_up(struct term *term)
{
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	/* A screen is sent whole, not stopped by the next key. */
	typeahead(-1);
	curs_set(0);
	colors_start(term);
}

/* The default of a terminal that does not let us ask for its own. */
static int32_t color_known(const struct term *term, int32_t color, int other)
{
	if (color == COLOR_DEFAULT)
		return term->own_default ? -1 : other;
	/* In direct colour the first eight are still the palette. */
	if (term->depth == DEPTH_TRUE && color > 0 && color < 8)
		return 8;
	return color;
}

/* The pair of LOOK's colours, made where there is none; -1: no more room. */
static int pair_of(struct term *term, const struct look *look)
{
	int32_t fg, bg;
	int pair;

	if (term->depth == DEPTH_MONO ||
	    (look->fg == COLOR_DEFAULT && look->bg == COLOR_DEFAULT))
		return 0;
	for (pair = 1; pair <= term->npairs; pair++)
		if (term->pairs[pair].fg == look->fg &&
		    term->pairs[pair].bg == look->bg)
			return pair;
	if (pair >= PAIRS_MAX || pair >= COLOR_PAIRS)
		return -1;
	fg = color_known(term, look->fg, COLOR_WHITE);
	bg = color_known(term, look->bg, COLOR_BLACK);
	if (init_extended_pair(pair, fg, bg) == ERR)
		return -1;
	term->pairs[pair] = *look;
	term->npairs = pair;
	return pair;
}

static struct style style_of(struct term *term, const struct look *look)
{
	static const struct {
		int bit;
		attr_t attribute;
	} attributes[] = {
		{LOOK_BOLD, WA_BOLD}, {LOOK_DIM, WA_DIM},
		{LOOK_UNDERLINE, WA_UNDERLINE}, {LOOK_REVERSE, WA_REVERSE},
		{LOOK_STANDOUT, WA_STANDOUT},
	};
	struct style style = {
		.attributes = WA_NORMAL,
		.pair = pair_of(term, look),
		.bare = look->bg == COLOR_DEFAULT &&
			!(look->attributes &
			  (LOOK_UNDERLINE | LOOK_REVERSE | LOOK_STANDOUT)),
	};

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (look->attributes & attributes[i].bit)
			style.attributes |= attributes[i].attribute;
	if (style.pair < 0) {
		style.pair = 0;
		if (look->bg != COLOR_DEFAULT)
			style.attributes ^= WA_REVERSE;
	}
	return style;
}

/* What a user must find at once, also on a slow line. */
static bool role_points(int role)
{
	return role == ROLE_CURSOR || role == ROLE_CURSOR_OTHER ||
	       role == ROLE_MARK || role == ROLE_SELECTED ||
	       role == ROLE_CHANGED || role == ROLE_WARNING ||
	       role == ROLE_MESSAGE;
}

static struct look look_of(const struct term *term, int role, int fill)
{
	struct look look = theme_look(term->theme, term->depth, role, fill);

	if (term->slow && !role_points(role))
		look.attributes = 0;
	return look;
}

/* Not through curses, which does not know of it. */
static void mouse_set(const struct term *term, bool on)
{
	if (!term->keys.mouse_on)
		return;
	fputs(mouse_mode(on), term->out);
	fflush(term->out);
}

static void styles_make(struct term *term)
{
	term->npairs = 0;
	for (int role = 0; role < NROLES; role++)
		for (int fill = FILL_NONE; fill <= FILL_FULL; fill++) {
			struct look look = look_of(term, role, fill);

			term->styles[role][fill] = style_of(term, &look);
		}
}

/* ---- opening and closing */

static bool line_is_slow(const struct term_options *options)
{
	int baud = options->baud > 0 ? options->baud : baudrate();

	return options->low_baud || (baud > 0 && baud <= SLOW_BAUD);
}

struct term *term_open(const struct term_options *options, struct err *err)
{
	struct term *term = &the_term;
	const char *name = getenv("TERM");
	char best[KIND_NAME_MAX];

	if (term->open) {
		err_set(err, EBUSY, "opening the terminal");
		return NULL;
	}
	memset(term, 0, sizeof(*term));
	if (files_open(term, err))
		return NULL;
	if (kind_check(name, fileno(term->out), err))
		goto close_files;
	term->theme = options->theme;
	term->utf8 = !options->ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
	term->depth = kind_choose(name, options->colors, fileno(term->out),
				  best);
	term->screen = screen_new(best, term->out, term->in);
	if (!term->screen) {
		err_set(err, 0, "TERM=%.60s: curses cannot use this terminal: "
			"set TERM=vt100, or use --batch", name);
		goto close_files;
	}
	term->open = true;
	term->slow = line_is_slow(options);
	if (term->slow && options->colors < 0)
		term->depth = DEPTH_MONO;
	screen_set_up(term);
	keys_init(&term->keys, fileno(term->in), term->utf8, options->mouse);
	mouse_set(term, true);
	styles_make(term);
	return term;
close_files:
	files_close(term);
	return NULL;
}

void term_restore(void)
{
	struct term *term = &the_term;
	const char *other;

	if (!term->open || term->away)
		return;
	term->away = true;
	mouse_set(term, false);
	/* Where there is no other screen to go back to, what comes next must
	 * not be written into the line of keys. */
	other = tigetstr("rmcup");
	endwin();
	if (!other || other == (char *)-1) {
		fputs("\r\n", term->out);
		fflush(term->out);
	}
}

void term_close(struct term *term)
{
	if (!term || !term->open)
		return;
	term_restore();
	keys_fini(&term->keys);
	term->open = false;
	delscreen(term->screen);
	term->screen = NULL;
	files_close(term);
	grid_fini(&term->shown);
}

bool term_utf8(const struct term *term)
{
	return term->utf8;
}

bool term_is_slow(const struct term *term)
{
	return term->slow;
}

int term_fd(const struct term *term)
{
	return term->keys.fd;
}

const struct theme *term_theme(const struct term *term)
{
	return term->theme;
}

enum color_depth term_depth(const struct term *term)
{
	return term->depth;
}

void term_set_theme(struct term *term, const struct theme *theme)
{
	term->theme = theme;
	styles_make(term);
	term_redraw(term);
}

uint32_t term_key(struct term *term)
{
	return term->away ? KEY_ID_NONE : keys_next(&term->keys);
}

struct mouse term_mouse(const struct term *term)
{
	return term->keys.mouse;
}

/* ---- the size */

static int size_clamp(int n)
{
	return n < 1 ? 1 : n > GRID_MAX ? GRID_MAX : n;
}

void term_size(const struct term *term, int *rows, int *cols)
{
	(void)term;
	*rows = size_clamp(LINES);
	*cols = size_clamp(COLS);
}

void term_resize(struct term *term)
{
	struct winsize size;

	/* A serial line says 0 by 0: what terminfo has stays. */
	if (ioctl(fileno(term->out), TIOCGWINSZ, &size) || !size.ws_row ||
	    !size.ws_col)
		return;
	if (size.ws_row == LINES && size.ws_col == COLS)
		return;
	resizeterm(size.ws_row, size.ws_col);
	term_redraw(term);
}

/* ---- showing */

void term_redraw(struct term *term)
{
	term->valid = false;
}

static bool line_is_busy(const struct term *term)
{
	int queued = 0;

	return !ioctl(fileno(term->out), TIOCOUTQ, &queued) &&
	       queued > MAX_QUEUED;
}

/* Both the library's width and ours, or the columns behind would shift. */
static wchar_t code_sendable(const struct term *term, uint32_t code, int columns)
{
	if (code < 0x80)
		return code < 0x20 || code == 0x7f ? L'?' : (wchar_t)code;
	if (!term->utf8 || code > 0x10ffff || wcwidth((wchar_t)code) != columns)
		return L'?';
	return (wchar_t)code;
}

static const struct style *style_at(const struct term *term,
				    const struct grid_cell *cell)
{
	return &term->styles[cell->role < NROLES ? cell->role : 0]
			    [cell->fill <= FILL_FULL ? cell->fill : 0];
}

/*
 * A few blanks between words are sent as the word before them: to go back to
 * the terminal's own colours for them costs more than all the rest of a row.
 * Not at its end, nor where there are many: those curses jumps over.
 */
#define FEW_BLANKS 4

static bool blanks_join(const struct term *term, const struct grid_cell *cells,
			int n)
{
	int i = 0;

	while (i < n && cells[i].code == ' ' && style_at(term, &cells[i])->bare)
		i++;
	return i > 0 && i <= FEW_BLANKS && i < n;
}

static void row_send(const struct term *term, const struct grid *grid, int row,
		     int cols)
{
	const struct grid_cell *cells = grid_at(grid, row, 0);
	const struct style *before = NULL;
	cchar_t line[GRID_MAX + 1];
	int n = 0;

	for (int col = 0; col < cols; col++) {
		const struct grid_cell *cell = &cells[col];
		bool wide = col + 1 < cols && !cells[col + 1].code;
		wchar_t text[2] = {0, 0};
		const struct style *style = style_at(term, cell);

		if (before && before->bare &&
		    blanks_join(term, cell, cols - col))
			style = before;
		before = style;
		/* A second half is met here only where the first became '?'. */
		text[0] = cell->code ? code_sendable(term, cell->code,
						     wide ? 2 : 1)
				     : L' ';
		if (setcchar(&line[n], text, style->attributes, 0,
			     &style->pair))
			continue;
		n++;
		if (wide && text[0] != L'?')
			col++;
	}
	mvwadd_wchnstr(stdscr, row, 0, line, n);
}

static bool row_differs(const struct term *term, const struct grid *grid,
			int row)
{
	const struct grid_cell *new = grid_at(grid, row, 0);
	const struct grid_cell *old = grid_at(&term->shown, row, 0);

	/* By member: padding may differ. */
	for (int col = 0; col < grid->cols; col++)
		if (new[col].code != old[col].code ||
		    new[col].role != old[col].role ||
		    new[col].fill != old[col].fill)
			return true;
	return false;
}

/* True when there is something new.  The terminal may be larger or smaller
 * than the grid. */
static bool rows_send(struct term *term, const struct grid *grid)
{
	size_t ncols = (size_t)grid->cols;
	int rows = grid->rows < LINES ? grid->rows : LINES;
	int cols = grid->cols < COLS ? grid->cols : COLS;
	bool all = !term->valid || grid->rows != term->shown.rows ||
		   grid->cols != term->shown.cols;
	bool sent = all;

	if (all) {
		grid_resize(&term->shown, grid->rows, grid->cols);
		werase(stdscr);
	}
	for (int row = 0; row < rows; row++) {
		if (!all && !row_differs(term, grid, row))
			continue;
		row_send(term, grid, row, cols);
		memcpy(&term->shown.cells[(size_t)row * ncols],
		       grid_at(grid, row, 0), ncols * sizeof(*grid->cells));
		sent = true;
	}
	return sent;
}

static bool cursor_moved(const struct term *term, const struct grid *grid)
{
	return grid->cursor_row != term->shown.cursor_row ||
	       grid->cursor_col != term->shown.cursor_col;
}

static void cursor_send(struct term *term, const struct grid *grid)
{
	bool visible = grid->cursor_row >= 0 && grid->cursor_col >= 0 &&
		       grid->cursor_row < LINES && grid->cursor_col < COLS;

	curs_set(visible);
	if (visible)
		wmove(stdscr, grid->cursor_row, grid->cursor_col);
	term->shown.cursor_row = grid->cursor_row;
	term->shown.cursor_col = grid->cursor_col;
}

bool term_show(struct term *term, const struct grid *grid, bool always)
{
	bool rows_new;

	if (term->away || grid->rows < 1 || grid->cols < 1 ||
	    (!always && line_is_busy(term)))
		return false;
	if (!term->valid)
		clearok(curscr, TRUE);
	rows_new = rows_send(term, grid);
	if (!rows_new && !cursor_moved(term, grid))
		return true;
	cursor_send(term, grid);
	term->valid = true;
	wrefresh(stdscr);
	return true;
}

void term_suspend(struct term *term)
{
	struct sigaction action, before;
	sigset_t stop, mask;

	if (term->away)
		return;
	mouse_set(term, false);
	endwin();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_DFL;
	sigemptyset(&action.sa_mask);
	sigaction(SIGTSTP, &action, &before);
	/* Nothing happens where nobody could continue us: an orphaned group. */
	raise(SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTSTP, &before, NULL);
	reset_prog_mode();
	mouse_set(term, true);
	term_resize(term);
	term_redraw(term);
}
