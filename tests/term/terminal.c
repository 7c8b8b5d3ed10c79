// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "terminal.h"

struct terminal {
	int master, slave;
	int reports;	/* from the shell: pid of the program, then statuses */
	int orders;	/* to the shell: one byte, resume */
	pid_t shell, pid;
	enum job job;
	int status;
	struct termios before;
	int rows, cols;
	VTerm *vt;
	VTermScreen *screen;
	bool alternate, cursor_hidden, mouse;
	char *bytes;	/* all that was written, with a NUL behind it */
	size_t nbytes, room;
	char *text;	/* the last answer of terminal_row or _screen */
};

static void fail_hard(const char *what)
{
	perror(what);
	exit(99);
}

static void *must_alloc(void *p)
{
	if (!p)
		fail_hard("terminal: memory");
	return p;
}

static long long now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* ---- the shell: the session's leader, so that job control works */

static void run_program(const struct terminal_setup *setup, char *const argv[])
{
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(STDIN_FILENO, getpid());
	signal(SIGTTOU, SIG_DFL);
	setenv("TERM", setup->term ? setup->term : "xterm-256color", 1);
	setenv("LC_ALL", setup->locale ? setup->locale : "C.UTF-8", 1);
	setenv("HOME", "/nonexistent", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("LINES");
	unsetenv("COLUMNS");
	if (setup->no_color)
		setenv("NO_COLOR", setup->no_color, 1);
	else
		unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\r\n", argv[0], strerror(errno));
	_exit(127);
}

static void report(int fd, int value)
{
	if (write(fd, &value, sizeof(value)) != sizeof(value))
		_exit(98);
}

static void shell_main(int reports, int orders, const struct terminal_setup *setup,
		       char *const argv[])
{
	pid_t pid = fork();
	if (pid < 0)
		_exit(97);
	if (pid == 0) {
		close(reports);
		close(orders);
		run_program(setup, argv);
	}
	report(reports, pid);
	signal(SIGTTOU, SIG_IGN);
	for (;;) {
		int status;
		if (waitpid(pid, &status, WUNTRACED) < 0)
			_exit(96);
		tcsetpgrp(STDIN_FILENO, getpgrp());
		report(reports, status);
		if (!WIFSTOPPED(status))
			_exit(0);
		char order;
		if (read(orders, &order, 1) != 1)
			_exit(0);
		tcsetpgrp(STDIN_FILENO, pid);
		kill(-pid, SIGCONT);
	}
}

static int take_report(struct terminal *t, int *value)
{
	ssize_t n = read(t->reports, value, sizeof(*value));
	return n == sizeof(*value) ? 0 : -1;
}

static void start_shell(struct terminal *t, const struct terminal_setup *setup,
			char *const argv[])
{
	int reports[2], orders[2];
	if (pipe2(reports, O_CLOEXEC) || pipe2(orders, O_CLOEXEC))
		fail_hard("terminal: pipe");
	fflush(NULL);
	t->shell = fork();
	if (t->shell < 0)
		fail_hard("terminal: fork");
	if (t->shell == 0) {
		close(reports[0]);
		close(orders[1]);
		close(t->master);
		login_tty(t->slave);
		shell_main(reports[1], orders[0], setup, argv);
	}
	close(reports[1]);
	close(orders[0]);
	t->reports = reports[0];
	t->orders = orders[1];
	int pid;
	if (take_report(t, &pid))
		fail_hard("terminal: the shell did not start");
	t->pid = pid;
}

/* ---- the screen */

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct terminal *t = user;
	if (prop == VTERM_PROP_ALTSCREEN)
		t->alternate = value->boolean;
	else if (prop == VTERM_PROP_CURSORVISIBLE)
		t->cursor_hidden = !value->boolean;
	else if (prop == VTERM_PROP_MOUSE)
		t->mouse = value->number != VTERM_PROP_MOUSE_NONE;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property };

static void start_screen(struct terminal *t, bool utf8)
{
	t->vt = must_alloc(vterm_new(t->rows, t->cols));
	vterm_set_utf8(t->vt, utf8);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
}

struct terminal *terminal_start(const struct terminal_setup *setup,
				char *const argv[])
{
	struct terminal *t = must_alloc(calloc(1, sizeof(*t)));
	t->rows = setup->rows ? setup->rows : 24;
	t->cols = setup->cols ? setup->cols : 80;
	struct winsize size = { .ws_row = (unsigned short)t->rows,
				.ws_col = (unsigned short)t->cols };
	if (setup->no_size)
		memset(&size, 0, sizeof(size));
	if (openpty(&t->master, &t->slave, NULL, NULL, &size))
		fail_hard("terminal: openpty");
	fcntl(t->master, F_SETFD, FD_CLOEXEC);
	if (tcgetattr(t->slave, &t->before))
		fail_hard("terminal: tcgetattr");
	if (setup->speed) {
		cfsetspeed(&t->before, setup->speed);
		if (tcsetattr(t->slave, TCSANOW, &t->before))
			fail_hard("terminal: tcsetattr");
	}
	const char *locale = setup->locale ? setup->locale : "C.UTF-8";
	start_screen(t, strstr(locale, "UTF-8") || strstr(locale, "utf8"));
	start_shell(t, setup, argv);
	fcntl(t->slave, F_SETFD, FD_CLOEXEC);
	return t;
}

void terminal_free(struct terminal *t)
{
	if (t->job != JOB_ENDED) {
		kill(t->pid, SIGKILL);
		kill(t->pid, SIGCONT);
		terminal_wait_job(t, JOB_ENDED, 5000);
	}
	close(t->orders);
	kill(t->shell, SIGKILL);
	waitpid(t->shell, NULL, 0);
	close(t->reports);
	close(t->master);
	close(t->slave);
	vterm_free(t->vt);
	free(t->bytes);
	free(t->text);
	free(t);
}

pid_t terminal_pid(const struct terminal *t)
{
	return t->pid;
}

/* ---- taking in */

static void keep_bytes(struct terminal *t, const char *buf, size_t len)
{
	if (t->nbytes + len + 1 > t->room) {
		t->room = (t->nbytes + len + 1) * 2;
		t->bytes = must_alloc(realloc(t->bytes, t->room));
	}
	memcpy(t->bytes + t->nbytes, buf, len);
	t->nbytes += len;
	t->bytes[t->nbytes] = '\0';
}

static void take_output(struct terminal *t)
{
	char buf[4096];
	ssize_t n = read(t->master, buf, sizeof(buf));
	if (n <= 0)
		return;
	keep_bytes(t, buf, (size_t)n);
	vterm_input_write(t->vt, buf, (size_t)n);
	/* What a terminal answers to the questions it is asked. */
	size_t answer = vterm_output_read(t->vt, buf, sizeof(buf));
	if (answer > 0 && write(t->master, buf, answer) < 0)
		perror("terminal: answer");
}

static void take_status(struct terminal *t)
{
	int status;
	if (take_report(t, &status)) {
		t->job = JOB_ENDED;
		return;
	}
	t->status = status;
	t->job = WIFSTOPPED(status) ? JOB_STOPPED : JOB_ENDED;
}

/* One step; output goes first, so that an ended program's last words count. */
static void step(struct terminal *t, int ms)
{
	struct pollfd fds[2] = { { .fd = t->master, .events = POLLIN },
				 { .fd = t->reports, .events = POLLIN } };
	if (poll(fds, t->job == JOB_ENDED ? 1 : 2, ms) <= 0)
		return;
	if (fds[0].revents & POLLIN)
		take_output(t);
	else if (t->job != JOB_ENDED && fds[1].revents)
		take_status(t);
}

bool terminal_wait(struct terminal *t,
		   bool (*condition)(struct terminal *t, void *arg), void *arg,
		   int ms)
{
	long long deadline = now_ms() + ms;
	while (!condition(t, arg)) {
		long long left = deadline - now_ms();
		if (left <= 0)
			return false;
		step(t, left > 100 ? 100 : (int)left);
	}
	return true;
}

static bool has_text(struct terminal *t, void *text)
{
	return strstr(terminal_screen(t), text) != NULL;
}

bool terminal_wait_text(struct terminal *t, const char *text, int ms)
{
	char copy[256];
	snprintf(copy, sizeof(copy), "%s", text);
	if (terminal_wait(t, has_text, copy, ms))
		return true;
	fprintf(stderr, "# \"%s\" did not come within %d ms; the screen:\n%s", text,
		ms, terminal_screen(t));
	return false;
}

static bool never(struct terminal *t, void *arg)
{
	(void)t;
	(void)arg;
	return false;
}

void terminal_pass(struct terminal *t, int ms)
{
	terminal_wait(t, never, NULL, ms);
}

static bool has_job(struct terminal *t, void *job)
{
	return t->job == *(enum job *)job;
}

bool terminal_wait_job(struct terminal *t, enum job job, int ms)
{
	if (!terminal_wait(t, has_job, &job, ms)) {
		fprintf(stderr, "# still state %d after %d ms\n", (int)t->job, ms);
		return false;
	}
	if (job == JOB_ENDED)
		terminal_pass(t, 20);
	return true;
}

int terminal_status(const struct terminal *t)
{
	return t->status;
}

/* ---- doing */

void terminal_resume(struct terminal *t)
{
	t->job = JOB_RUNS;
	if (write(t->orders, "f", 1) != 1)
		perror("terminal: resume");
}

void terminal_type(struct terminal *t, const char *bytes)
{
	size_t len = strlen(bytes);
	if (write(t->master, bytes, len) != (ssize_t)len)
		perror("terminal: type");
}

void terminal_resize(struct terminal *t, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
				.ws_col = (unsigned short)cols };
	t->rows = rows;
	t->cols = cols;
	vterm_set_size(t->vt, rows, cols);
	if (ioctl(t->master, TIOCSWINSZ, &size))
		perror("terminal: TIOCSWINSZ");
}

/* ---- looking */

static char *put_utf8(char *p, uint32_t c)
{
	if (c < 0x80) {
		*p++ = (char)c;
	} else if (c < 0x800) {
		*p++ = (char)(0xc0 | c >> 6);
		*p++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*p++ = (char)(0xe0 | c >> 12);
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	} else {
		*p++ = (char)(0xf0 | c >> 18);
		*p++ = (char)(0x80 | (c >> 12 & 0x3f));
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	}
	return p;
}

static char *put_row(struct terminal *t, int row, char *p)
{
	char *end = p;
	for (int col = 0; col < t->cols;) {
		VTermScreenCell cell;
		VTermPos pos = { .row = row, .col = col };
		if (!vterm_screen_get_cell(t->screen, pos, &cell))
			break;
		if (cell.chars[0] == 0)
			*p++ = ' ';
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
			p = put_utf8(p, cell.chars[i]);
		if (cell.chars[0] != 0 && cell.chars[0] != ' ')
			end = p;
		col += cell.width > 0 ? cell.width : 1;
	}
	return end;
}

static char *text_room(struct terminal *t, int rows)
{
	size_t row = (size_t)t->cols * VTERM_MAX_CHARS_PER_CELL * 4 + 2;
	free(t->text);
	t->text = must_alloc(malloc(row * (size_t)rows + 1));
	return t->text;
}

const char *terminal_row(struct terminal *t, int row)
{
	char *text = text_room(t, 1);
	*put_row(t, row, text) = '\0';
	return text;
}

const char *terminal_screen(struct terminal *t)
{
	char *p = text_room(t, t->rows);
	for (int row = 0; row < t->rows; row++) {
		p = put_row(t, row, p);
		*p++ = '\n';
	}
	*p = '\0';
	return t->text;
}

bool terminal_has_colour(struct terminal *t)
{
	VTermScreenCell cell;
	for (int row = 0; row < t->rows; row++) {
		for (int col = 0; col < t->cols; col++) {
			VTermPos pos = { .row = row, .col = col };
			if (vterm_screen_get_cell(t->screen, pos, &cell) &&
			    !(VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) &&
			      VTERM_COLOR_IS_DEFAULT_BG(&cell.bg)))
				return true;
		}
	}
	return false;
}

const char *terminal_bytes(const struct terminal *t, size_t *len)
{
	*len = t->nbytes;
	return t->bytes ? t->bytes : "";
}

static bool same_termios(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag &&
	       a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag &&
	       memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc)) == 0;
}

bool terminal_restored(struct terminal *t)
{
	struct termios after;
	bool good = true;
	if (tcgetattr(t->slave, &after) || !same_termios(&t->before, &after)) {
		fprintf(stderr, "# termios is not what it was\n");
		good = false;
	}
	if (t->alternate)
		fprintf(stderr, "# still on the alternate screen\n");
	if (t->cursor_hidden)
		fprintf(stderr, "# the cursor is still hidden\n");
	if (t->mouse)
		fprintf(stderr, "# the mouse still reports\n");
	return good && !t->alternate && !t->cursor_hidden && !t->mouse;
}
