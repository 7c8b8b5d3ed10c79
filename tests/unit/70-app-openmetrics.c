/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What field tables say of metrics hangs together, and a file that reports
 * replace is there as a whole or as it was.  What the text says is tested in
 * tests/cli/metrics.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmatlas/app/openmetrics.h"
#include "vmatlas/app/output.h"

static const enum object objects[] = {
	OBJECT_PROCESS, OBJECT_REGION, OBJECT_ZONE
};

/* Parts need a label of their own; else they would be left out unseen. */
static void test_parts_have_labels(void **state)
{
	const struct field *field, *other;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(objects) / sizeof(*objects); i++)
		for (field = fields_of(objects[i]); field->name; field++) {
			if (field->part && !field->part_label)
				fail_msg("%s has parts without a label",
					field->name);
			for (other = fields_of(objects[i]); other->name &&
			     field->part_label; other++)
				if ((other->metric == METRIC_LABEL ||
				     other->metric == METRIC_LABEL_OF_ONE) &&
				    !strcmp(other->name, field->part_label))
					fail_msg("%s: label twice",
						field->name);
		}
}

/* A name or a label of other characters is none (OpenMetrics 1.0). */
static void test_names_are_names(void **state)
{
	const struct field *field;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(objects) / sizeof(*objects); i++)
		for (field = fields_of(objects[i]); field->name; field++) {
			if (!field->name[0] || field->metric == METRIC_NONE)
				continue;
			assert_int_equal(strspn(field->name,
				"abcdefghijklmnopqrstuvwxyz_0123456789"),
				strlen(field->name));
			/* The sample's name ends with it; ours would twice. */
			if (strlen(field->name) > 6)
				assert_string_not_equal(field->name +
					strlen(field->name) - 6, "_total");
		}
}

static void test_nothing_reported_is_nothing(void **state)
{
	struct openmetrics *metrics = openmetrics_new();
	struct buf text = { 0 };

	(void)state;
	assert_false(openmetrics_write(metrics, &text));
	assert_int_equal(text.len, 0);
	openmetrics_free(metrics);
	openmetrics_free(NULL);
	buf_fini(&text);
}

static const char *content(const char *path, char text[64])
{
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		return NULL;
	n = fread(text, 1, 63, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static void write_words(struct output *output, const char *words)
{
	struct buf text = { 0 };
	struct err err = { 0 };

	buf_str(&text, words);
	assert_int_equal(output_write(output, &text, &err), 0);
	assert_int_equal(text.len, 0);
	buf_fini(&text);
}

static void test_file_is_whole_or_as_it_was(void **state)
{
	char folder[] = "/tmp/vmatlas-unit.XXXXXX", path[64], beside[72];
	char text[64];
	struct output output;
	struct err err = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/x.prom", folder);
	snprintf(beside, sizeof(beside), "%s.tmp", path);
	assert_int_equal(output_open(&output, path, true, &err), 0);
	/* Not before there is something. */
	assert_int_equal(output_commit(&output, &err), 0);
	assert_int_equal(access(path, F_OK), -1);
	write_words(&output, "one ");
	write_words(&output, "and two\n");
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(output_commit(&output, &err), 0);
	assert_string_equal(content(path, text), "one and two\n");
	write_words(&output, "half");
	assert_string_equal(content(path, text), "one and two\n");
	assert_int_equal(access(beside, F_OK), 0);
	output_close(&output);
	assert_string_equal(content(path, text), "one and two\n");
	assert_int_equal(access(beside, F_OK), -1);

	/* What is not replaced is emptied, and grows. */
	assert_int_equal(output_open(&output, path, false, &err), 0);
	assert_string_equal(content(path, text), "");
	write_words(&output, "a");
	assert_int_equal(output_commit(&output, &err), 0);
	write_words(&output, "b");
	output_close(&output);
	assert_string_equal(content(path, text), "ab");
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_have_labels),
		cmocka_unit_test(test_names_are_names),
		cmocka_unit_test(test_nothing_reported_is_nothing),
		cmocka_unit_test(test_file_is_whole_or_as_it_was),
	};

	return cmocka_run_group_tests_name("app/openmetrics", tests, NULL,
		NULL);
}
