/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/base/key.h"
#include "vmatlas/view/complete.h"
#include "vmatlas/view/prompt.h"

#define T(name) cmocka_unit_test(name)

/* All words that fit, and how far they agree. */
static void check(const char *text, bool commands, size_t from,
	const char *want, size_t common)
{
	struct completion completion = { 0 };
	struct history asked = { .n = 0 };
	char got[4096] = "";
	const char *word;
	size_t i;

	history_add(&asked, "malloc_usable_size");
	history_add(&asked, "state:zero,mark:swapcache");
	complete_query(&completion, text_of(text), commands, NULL, &asked);
	word = buf_text(&completion.words);
	for (i = 0; i < completion.n; i++, word += strlen(word) + 1)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s",
			i ? " " : "", word);
	assert_string_equal(got, want);
	if (completion.n) {
		assert_int_equal(completion.from, from);
		assert_int_equal(completion.common, common);
	}
	completion_fini(&completion);
}

static void words_that_fit(void **state)
{
	(void)state;
	check("st", false, 0, "state:", 6);
	check("state:hug", false, 6, "hugetlb-unfaulted huge-zero hugetlb", 4);
	check("state:huget", false, 6, "hugetlb-unfaulted hugetlb", 7);
	check("name:x,zo", false, 7, "zone:", 5);
	check("name:x|mark:sw", false, 12, "swapcache", 9);
	check("flags:lru,act", false, 10, "active", 6);
	check("flags:lru,~unc", false, 11, "uncached", 8);
	check("flags:lru=unc", false, 10, "uncached", 8);
	check("flags:lru,state:swa", false, 16, "swap", 4);
	check("flags:lru|unc", false, 10, "", 0);
	check("qu", true, 0, "quit", 4);
	check("qu", false, 0, "", 0);
	check("mall", false, 0, "malloc_usable_size", 18);
	check("state:zero,m", false, 11, "mark:", 5);
	check("pid", true, 0, "pid ", 4);
	check("pid 1", true, 0, "", 0);
	check("filter state:hug", true, 13,
		"hugetlb-unfaulted huge-zero hugetlb", 4);
	check("set vi", true, 4, "vi_keys ", 8);
	check("set  mou", true, 5, "mouse ", 6);
	check("set mouse ", true, 10, "yes no", 0);
	check("set mouse y", true, 10, "yes", 3);
	check("set color", true, 4, "colors  coloring ", 5);
	check("set theme h", true, 10, "high-contrast", 13);
	check("set region_columns RSS US", true, 23, "USS", 3);
	check("set no-such x", true, 12, "", 0);
	check("set vi", false, 0, "", 0);
	check("", false, 0, "name: state: zone: mark: flags: pfn: pa: va: "
		"sym:", 0);
}

/* ---- history */

static void lines_are_recalled(void **state)
{
	struct history history = { .n = 0 };
	unsigned i;
	char line[16];

	(void)state;
	history_add(&history, "");
	assert_int_equal(history.n, 0);
	history_add(&history, "state:swap");
	history_add(&history, "main");
	history_add(&history, "state:anon");
	history_add(&history, "state:swap");	/* moves to the end */
	assert_int_equal(history.n, 3);
	assert_string_equal(history.lines[2], "state:swap");
	assert_int_equal(history_next(&history, 3, 0, "state"), 2);
	assert_int_equal(history_next(&history, 2, 0, "state"), 1);
	assert_int_equal(history_next(&history, 1, 0, "state"), 3);
	assert_int_equal(history_next(&history, 1, 1, "state"), 2);
	assert_int_equal(history_next(&history, 3, 0, "main"), 0);
	for (i = 0; i < 2 * HISTORY_LINES; i++) {
		snprintf(line, sizeof(line), "%u", i);
		history_add(&history, line);
	}
	assert_int_equal(history.n, HISTORY_LINES);
	assert_string_equal(history.lines[HISTORY_LINES - 1], line);
	memset(history.lines[0], 'x', HISTORY_LINE - 1);
}

static void press(struct prompt *prompt, uint32_t key, const char *want)
{
	assert_int_equal(prompt_key(prompt, key), PROMPT_TYPED);
	assert_string_equal(prompt->text, want);
}

static void what_was_typed_comes_back(void **state)
{
	struct history history = { .n = 0 };
	struct prompt prompt;

	(void)state;
	history_add(&history, "alpha");
	history_add(&history, "beta");
	history_add(&history, "atom");
	prompt_open(&prompt, PROMPT_FIND, "");
	prompt_recalls(&prompt, &history);
	press(&prompt, 'a', "a");
	press(&prompt, KEY_ID_DOWN, "a");
	press(&prompt, KEY_ID_UP, "atom");
	press(&prompt, KEY_ID_UP, "alpha");
	press(&prompt, KEY_ID_UP, "alpha");
	press(&prompt, KEY_ID_DOWN, "atom");
	press(&prompt, KEY_ID_DOWN, "a");
	press(&prompt, KEY_ID_UP, "atom");
	press(&prompt, 's', "atoms");
	assert_int_equal(prompt_key(&prompt, KEY_ID_ENTER), PROMPT_DONE);
	assert_string_equal(history.lines[3], "atoms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(words_that_fit), T(lines_are_recalled),
		T(what_was_typed_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
