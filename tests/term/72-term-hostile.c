// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a process is called never reaches the terminal as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "target.h"
#include "terminal.h"

/*
 * A title, a C1 string opener raw and as UTF-8, an invalid byte, a newline;
 * right-to-left override; a character two columns wide; a combining one.
 */
#define NAME "\033]0;pw\007\x9bZ\xff\n"
#define FILE_NAME \
	"a\033[31mHACK\033]0;own\007b\n\x9b" "2J\xc2\x9b" "3Jc\xff\xfe" \
	"\xe2\x80\xae" "d\xe6\x9c\xac" "e\xcc\x81" "f\xc0\x80"

static char folder[] = "/tmp/vmatlas-term.XXXXXX";
static char file[300];
static struct target target;

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(file, sizeof(file), "%s/%s", folder, FILE_NAME);
	target_start_file(&target, NAME, file);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_end(&target);
	rmdir(folder);
	return 0;
}

/* One UTF-8 character at P of at most LEFT bytes; 0 if it is none. */
static size_t utf8_length(const unsigned char *p, size_t left, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 :
		   p[0] >> 3 == 30 ? 4 : 0;
	if (n == 0 || n > left)
		return 0;
	*c = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return *c < least[n] ? 0 : n;
}

static bool spoils_line(uint32_t c)
{
	return (c >= 0x80 && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void assert_clean_utf8(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t n = utf8_length((const unsigned char *)bytes + i, len - i, &c);
		if (n == 0 && len - i < 4)
			return;
		if (n == 0 || spoils_line(c))
			fprintf(stderr, "# at byte %zu: U+%04X\n", i, (unsigned)c);
		assert_true(n > 0);
		assert_false(spoils_line(c));
		i += n;
	}
}

static void assert_no_raw(struct terminal *t)
{
	size_t len;
	const char *bytes = terminal_bytes(t, &len);
	assert_true(len > 500);
	assert_null(memmem(bytes, len, "\033]0;", 4));
	assert_null(memmem(bytes, len, "\033[31mHACK", 9));
	assert_null(memmem(bytes, len, "\x9bZ", 2));
	assert_null(memmem(bytes, len, "\x9b" "2J", 3));
}

/* Look at it on every screen that could name it. */
static void visit(struct terminal *t)
{
	assert_true(terminal_wait_text(t, "virtual", 5000));
	assert_true(terminal_wait_text(t, "rw-", 5000));
	static const char *const keys[] = { "3", "G", "\r", "\033", "1", "4", "5",
					    "6", "7", "2", "\r", "\033", "?" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		terminal_type(t, keys[i]);
		terminal_pass(t, 250);
	}
	assert_true(terminal_wait_job(t, JOB_RUNS, 0));
}

static void test_utf8(void **state)
{
	(void)state;
	struct terminal_setup setup = { .rows = 50, .cols = 160 };
	char *argv[] = { vmatlas_path(), "-d", "0.3", target.pid_text, NULL };
	struct terminal *t = terminal_start(&setup, argv);
	visit(t);
	assert_no_raw(t);
	size_t len;
	const char *bytes = terminal_bytes(t, &len);
	assert_clean_utf8(bytes, len);
	terminal_free(t);
}

static void test_ascii(void **state)
{
	(void)state;
	struct terminal_setup setup = { .term = "vt100", .locale = "C",
					.rows = 50, .cols = 160 };
	char *argv[] = { vmatlas_path(), "-d", "0.3", target.pid_text, NULL };
	struct terminal *t = terminal_start(&setup, argv);
	visit(t);
	assert_no_raw(t);
	size_t len;
	const char *bytes = terminal_bytes(t, &len);
	for (size_t i = 0; i < len; i++)
		assert_true((unsigned char)bytes[i] < 0x80);
	terminal_free(t);
}

/* The name is shown all the same, taken apart, and the frame stays whole. */
static void test_shown_in_regions(void **state)
{
	(void)state;
	struct terminal_setup setup = { .rows = 60, .cols = 160 };
	char *argv[] = { vmatlas_path(), target.pid_text, NULL };
	struct terminal *t = terminal_start(&setup, argv);
	assert_true(terminal_wait_text(t, "rw-", 5000));
	assert_non_null(strstr(terminal_row(t, 0), target.pid_text));
	terminal_type(t, "3");
	assert_true(terminal_wait_text(t, "HACK", 3000));
	terminal_free(t);
}

/* Nor does what the user cannot see: a message about a hostile argument. */
static void test_message(void **state)
{
	(void)state;
	struct terminal_setup setup = { 0 };
	char *argv[] = { vmatlas_path(), "\033]0;pw\007\x9bZ", NULL };
	struct terminal *t = terminal_start(&setup, argv);
	assert_true(terminal_wait_job(t, JOB_ENDED, 5000));
	size_t len;
	const char *bytes = terminal_bytes(t, &len);
	assert_non_null(memmem(bytes, len, "vmatlas: ", 9));
	assert_null(memmem(bytes, len, "\033]0;", 4));
	assert_null(memchr(bytes, 0x9b, len));
	terminal_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_shown_in_regions),
		cmocka_unit_test(test_message),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
