/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/err.h"
#include "vmatlas/base/mem.h"

static void test_buf(void **state)
{
	struct buf buf = { 0 };
	char *at;
	int i;

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	buf_add(&buf, NULL, 0);
	buf_str(&buf, "ab");
	buf_char(&buf, 'c');
	buf_add(&buf, "d\0e", 3);
	assert_int_equal(buf.len, 6);
	assert_memory_equal(buf.data, "abcd\0e", 7);
	buf_clear(&buf);
	assert_string_equal(buf_text(&buf), "");
	assert_true(buf.cap > 0);

	at = buf_room(&buf, 1000);
	assert_true(buf.cap > 1000);
	memset(at, 'x', 1000);
	buf.len += 1000;
	buf_char(&buf, 'y');
	assert_int_equal(strlen(buf.data), 1001);
	assert_int_equal(buf.data[1000], 'y');

	buf_clear(&buf);
	for (i = 0; i < 10000; i++)
		buf_fmt(&buf, "%04d", i);
	assert_int_equal(buf.len, 40000);
	assert_memory_equal(buf.data + 4 * 4321, "4321", 4);
	assert_true(buf.len < buf.cap && buf.data[buf.len] == '\0');
	buf_fini(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.cap, 0);
}

static void test_numbers(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	buf_u64(&buf, 0);
	buf_u64_right(&buf, 42, 5);
	buf_u64_right(&buf, 12345, 5);
	buf_u64_right(&buf, UINT64_MAX, 3);
	buf_char(&buf, '|');
	buf_hex(&buf, 0xbeef);
	buf_hex_right(&buf, 0xbeef, 6);
	buf_hex_right(&buf, UINT64_MAX, 0);
	assert_string_equal(buf_text(&buf), "0   421234518446744073709551615|"
		"beef  beefffffffffffffffff");
	assert_int_equal(buf.len, strlen(buf.data));
	buf_fini(&buf);
}

/* Little and much; what it is for fits without growing. */
static void test_expected(void **state)
{
	const size_t sizes[] = { 0, 10, 5u << 20 };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct buf buf = { 0 };
		const char *at;

		buf_expect(&buf, sizes[i]);
		assert_string_equal(buf_text(&buf), "");
		at = buf.data;
		for (k = 0; k < sizes[i]; k++)
			buf_char(&buf, 'x');
		assert_ptr_equal(buf.data, at);
		assert_int_equal(buf.len, sizes[i]);
		buf_expect(&buf, 1u << 20);
		assert_ptr_equal(buf.data, at);
		buf_str(&buf, "and more");
		assert_string_equal(buf.data + sizes[i], "and more");
		buf_fini(&buf);
	}
}

/* As printf writes them, however long they are. */
static void test_buf_numbers(void **state)
{
	struct buf buf = { 0 };
	char text[64];
	unsigned bit, i;

	(void)state;
	for (bit = 0; bit < 64; bit++)
		for (i = 0; i < 3; i++) {
			uint64_t value = (UINT64_C(1) << bit) - 1 + i;

			buf_clear(&buf);
			buf_u64(&buf, value);
			buf_char(&buf, ' ');
			buf_hex(&buf, value);
			snprintf(text, sizeof(text), "%llu %llx",
				(unsigned long long)value,
				(unsigned long long)value);
			assert_string_equal(buf_text(&buf), text);
		}
	buf_clear(&buf);
	buf_hex(&buf, UINT64_MAX);
	assert_string_equal(buf_text(&buf), "ffffffffffffffff");
	buf_fini(&buf);
}

/* Longer than any room that was there: formatted a second time. */
static void test_buf_long_format(void **state)
{
	struct buf buf = { 0 };
	char text[5001];
	int n;

	(void)state;
	memset(text, 'z', 5000);
	text[5000] = '\0';
	buf_str(&buf, "<");
	buf_fmt(&buf, "%s|%d>", text, 42);
	assert_int_equal(buf.len, 5005);
	assert_string_equal(buf.data + 5000, "z|42>");
	buf_fini(&buf);

	/* Around the room that the first try has. */
	for (n = 60; n < 70; n++) {
		buf_fmt(&buf, "%.*s", n, text);
		assert_int_equal(buf.len, n);
		assert_int_equal(strlen(buf.data), n);
		buf_fini(&buf);
	}
}

static void test_mem(void **state)
{
	size_t cap = 0;
	uint64_t *array = NULL;
	char *text;
	size_t i, moves = 0;

	(void)state;
	for (i = 0; i < 100000; i++) {
		size_t before = cap;

		array = mem_grow(array, &cap, i + 1, sizeof(*array));
		assert_true(cap > i);
		array[i] = i * 3;
		moves += cap != before;
	}
	assert_true(array[0] == 0 && array[99999] == 299997);
	assert_in_range(moves, 2, 40);
	assert_ptr_equal(mem_grow(array, &cap, 5, sizeof(*array)), array);
	free(array);

	array = mem_new(7, sizeof(*array));
	for (i = 0; i < 7; i++)
		assert_true(array[i] == 0);
	free(array);
	array = mem_new(0, 8);
	assert_non_null(array);
	free(array);
	text = mem_text("a\0bX", 3);
	assert_memory_equal(text, "a\0b", 4);
	free(text);
	text = mem_text(NULL, 0);
	assert_string_equal(text, "");
	free(text);
}

static void hook(void)
{
	if (write(STDERR_FILENO, "hook ", 5) != 5)
		_exit(9);
}

static void exhaust_new(void)
{
	free(mem_new(SIZE_MAX / 2, 4));
}

static void exhaust_grow(void)
{
	size_t cap = 0;

	free(mem_grow(NULL, &cap, SIZE_MAX / 8 + 2, 8));
}

static void exhaust_room(void)
{
	struct buf buf = { 0 };

	buf_str(&buf, "a");
	buf_room(&buf, SIZE_MAX - 1);
	buf_fini(&buf);
}

/* What DO_IT writes to stderr before it exits, as it must, with status 1. */
static void assert_exhausts(void (*do_it)(void))
{
	char said[200] = "";
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		mem_on_exhaustion(hook);
		do_it();
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], said + strlen(said),
			 sizeof(said) - 1 - strlen(said))) > 0)
		;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_string_equal(said, "hook vmatlas: out of memory\n");
}

static void test_exhaustion(void **state)
{
	(void)state;
	assert_exhausts(exhaust_new);
	assert_exhausts(exhaust_grow);
	assert_exhausts(exhaust_room);
}

static void test_err(void **state)
{
	struct err err;
	char name[400];

	(void)state;
	errno = EINTR;
	assert_int_equal(err_set(&err, ENOENT, "cannot open %s", "/x"), -1);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.text,
			    "cannot open /x: No such file or directory");
	assert_int_equal(errno, EINTR);
	assert_int_equal(err_set(&err, 0, "line %d", 7), -1);
	assert_int_equal(err.code, 0);
	assert_string_equal(err.text, "line 7");
	assert_int_equal(err_set(NULL, EIO, "nobody asks"), -1);

	/* The reason is there however long the name is. */
	memset(name, 'n', 399);
	name[399] = '\0';
	err_set(&err, EACCES, "%s", name);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_string_equal(err.text + sizeof(err.text) - 20,
			    ": Permission denied");
	err_set(&err, 0, "%s", name);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);

	/* A text may be made from the one before. */
	err_set(&err, 0, "inner");
	err_set(&err, EIO, "outer: %s", err.text);
	assert_string_equal(err.text, "outer: inner: Input/output error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_buf_numbers),
		cmocka_unit_test(test_buf_long_format),
		cmocka_unit_test(test_mem),
		cmocka_unit_test(test_exhaustion),
		cmocka_unit_test(test_err),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
