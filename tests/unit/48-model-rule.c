/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/model/rule.h"

static struct rule parse(const char *text)
{
	struct rule rule;
	struct err err = { 0 };

	if (rule_parse(&rule, text_of(text), &err))
		fail_msg("%s: %s", text, err.text);
	return rule;
}

static void check_term(const char *text, bool of_regions, const char *field,
	const char *part, const char *regions, bool growth,
	enum rule_compare compare, double bound)
{
	struct rule rule = parse(text);
	const struct rule_term *term = &rule.terms[0];

	assert_int_equal(rule.n, 1);
	assert_int_equal(term->of_regions, of_regions);
	assert_string_equal(term->field->name, field);
	assert_string_equal(term->part, part);
	assert_string_equal(term->regions, regions);
	assert_int_equal(term->growth, growth);
	assert_int_equal(term->compare, compare);
	assert_true(term->bound == bound);
}

static void terms(void **state)
{
	(void)state;
	check_term("rss([heap])>64M", true, "rss", "", "[heap]", false,
		RULE_MORE, 64 << 20);
	check_term(" rss >= 1.5K ", false, "rss", "", "", false,
		RULE_AT_LEAST, 1536);
	check_term("swap+>0", false, "swap", "", "", true, RULE_MORE, 0);
	check_term("swap ( [heap] ) + <= 7", true, "swap", "", "[heap]", true,
		RULE_AT_MOST, 7);
	check_term("state(poisoned)>0", false, "states", "poisoned", "",
		false, RULE_MORE, 0);
	check_term("state(cow-copied, libc.so.6)==2", true, "states",
		"cow-copied", "libc.so.6", false, RULE_EQUAL, 2);
	check_term("states.anon=3", false, "states", "anon", "", false,
		RULE_EQUAL, 3);
	check_term("zones.0/Normal<10G", true, "zones", "0/Normal", "", false,
		RULE_LESS, 10.0 * (1 << 30));
	/* Of regions only: all of them. */
	check_term("locked!=0", true, "locked", "", "", false, RULE_OTHER, 0);
	/* Names have what they like, but for the last operator. */
	check_term("rss(a=>b (deleted))<1T", true, "rss", "", "a=>b (deleted)",
		false, RULE_LESS, 1024.0 * (1 << 30));
	check_term("rss(type:heap)>1", true, "rss", "", "type:heap", false,
		RULE_MORE, 1);
}

static void rules(void **state)
{
	struct rule rule = parse("rss>1M && swap+>0 && state(anon)<9 => exit");

	(void)state;
	assert_int_equal(rule.n, 3);
	assert_int_equal(rule.action, RULE_EXIT);
	assert_true(text_is(rule.text, "rss>1M && swap+>0 && state(anon)<9"));
	assert_true(text_is(rule.terms[1].words, "swap+"));
	assert_int_equal(parse("rss>1").action, RULE_REPORT);
	assert_int_equal(parse("rss>1=>record").action, RULE_RECORD);
}

static void what_is_none(void **state)
{
	static const char *const texts[] = {
		"", " ", "rss", "rss>", ">1", "rss>x", "rss>1X", "rss>-1",
		"rss>1 => go", "rss>1 =>", "=> exit", "rss>1 &&", "&& rss>1",
		"nosuch>1", "command>1", "name>1", "pid>1", "perms>1",
		"states>1", "states.>1", "states.nosuch>1", "state()>1",
		"state(hole)>1", "rss.anon>1", "rss(>1", "rss()>1",
		"rss>1.", "rss>.5", "rss>>1", "rss=<1", "rss>9999999999999999999",
		"rss>1&&rss>1&&rss>1&&rss>1&&rss>1&&rss>1&&rss>1&&rss>1&&rss>1",
		"rss(0123456789012345678901234567890123456789012345678901234"
		"567890123)>1",
	};
	struct rule rule;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		err = (struct err){ 0 };
		if (!rule_parse(&rule, text_of(texts[i]), &err))
			fail_msg("'%s' is a rule", texts[i]);
		assert_true(err.text[0]);
	}
}

static void patterns(void **state)
{
	(void)state;
	assert_true(rule_pattern("[heap]", text_of("[heap]")));
	assert_false(rule_pattern("[heap]", text_of("h")));
	assert_true(rule_pattern("lib*.so*", text_of("libc.so.6")));
	assert_true(rule_pattern("*", text_of("")));
	assert_true(rule_pattern("a*b*c", text_of("abbbcbc")));
	assert_true(rule_pattern("a?c", text_of("abc")));
	assert_false(rule_pattern("a?c", text_of("ac")));
	assert_false(rule_pattern("", text_of("a")));
	assert_false(rule_pattern("*a", text_of("ab")));
}

/* A process whose regions have so many KiB; UINT_MAX: that is not known. */
static struct snapshot *process(unsigned heap, unsigned lib)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	const unsigned figures[] = { heap, lib };
	size_t i;

	snapshot->machine = calloc(1, sizeof(*snapshot->machine));
	snapshot->machine->page_shift = 12;
	snapshot->process.id = (struct proc_id){ 42, 5 };
	snapshot->nregions = regions_parse(text_of(
		"1000-9000 rw-p 00000000 00:00 0 [heap]\n"
		"20000-24000 r-xp 00000000 08:01 9 /usr/lib/libb.so.1\n"),
		&snapshot->regions, &snapshot->names, NULL);
	usage_zero(&snapshot->total);
	for (i = 0; i < 2; i++) {
		struct figures *usage = &snapshot->regions[i].usage;

		figures_zero(usage);
		usage->rss = (uint64_t)figures[i] << 10;
		if (figures[i] == UINT32_MAX)
			usage->known &= ~(uint32_t)USAGE_RSS;
		snapshot->total.rss += usage->rss;
	}
	snapshot->total.state[STATE_SWAP] = 3;
	return snapshot;
}

static void process_free(struct snapshot *snapshot)
{
	free(snapshot->regions);
	free(snapshot->machine);
	buf_fini(&snapshot->names);
	free(snapshot);
}

static void holds(const char *text, struct rule_state *state, unsigned heap,
	unsigned lib, enum match want, const char *note)
{
	struct rule rule = parse(text);
	struct snapshot *snapshot = process(heap, lib);
	struct rule_state own = { 0 };
	struct buf notes = { 0 };
	enum match match = rule_check(&rule, state ? state : &own, snapshot,
		&notes);

	if (match != want)
		fail_msg("%s: %d", text, match);
	assert_int_equal(notes.len > 0, note != NULL);
	if (note)
		assert_non_null(strstr(buf_text(&notes), note));
	buf_fini(&notes);
	process_free(snapshot);
}

static void what_holds(void **state)
{
	(void)state;
	holds("rss>=12K", NULL, 8, 4, MATCH_YES, NULL);
	holds("rss>12K", NULL, 8, 4, MATCH_NO, NULL);
	holds("rss([heap])=8K", NULL, 8, 4, MATCH_YES, NULL);
	holds("rss(libb.*)=4K", NULL, 8, 4, MATCH_YES, NULL);
	holds("rss(/usr/lib/*)=4K", NULL, 8, 4, MATCH_YES, NULL);
	holds("rss(type:code)!=4K", NULL, 8, 4, MATCH_NO, NULL);
	holds("rss(*)=12K", NULL, 8, 4, MATCH_YES, NULL);
	holds("pages([heap])=8", NULL, 8, 4, MATCH_YES, NULL);
	holds("state(swap)>2", NULL, 8, 4, MATCH_YES, NULL);
	holds("rss<=12K", NULL, 8, 4, MATCH_YES, NULL);
	holds("rss<12K", NULL, 8, 4, MATCH_NO, NULL);
	holds("rss<12.1K", NULL, 8, 4, MATCH_YES, NULL);
	holds("rss<=11.9K", NULL, 8, 4, MATCH_NO, NULL);
	holds("rss>1&&rss<1", NULL, 8, 4, MATCH_NO, NULL);
	holds("rss(nosuch)>0", NULL, 8, 4, MATCH_NO, "counts as 0");
	holds("rss(nosuch)=0", NULL, 8, 4, MATCH_YES, "counts as 0");
}

/* What is not known makes nothing hold, nor fail; but a term that fails is
 * enough. */
static void what_is_not_known(void **state)
{
	struct rule_state kept = { 0 };

	(void)state;
	holds("rss([heap])>0", NULL, UINT32_MAX, 4, MATCH_MAYBE, "not known");
	holds("rss([heap])<=0", NULL, UINT32_MAX, 4, MATCH_MAYBE, "not known");
	holds("rss(libb*)>0", NULL, UINT32_MAX, 4, MATCH_YES, NULL);
	holds("rss(*)>0", NULL, UINT32_MAX, 4, MATCH_MAYBE, "not known");
	holds("rss([heap])>0 && rss(libb*)>4K", NULL, UINT32_MAX, 4, MATCH_NO,
		"not known");
	/* Said once. */
	holds("rss([heap])>0", &kept, UINT32_MAX, 4, MATCH_MAYBE, "rss([heap])");
	holds("rss([heap])>0", &kept, UINT32_MAX, 4, MATCH_MAYBE, NULL);
	holds("rss([heap])>0", &kept, 4, 4, MATCH_YES, NULL);
}

/* Pages that are only known to be there may be in any state that has pages. */
static void hidden_states(void **state)
{
	struct rule anon = parse("state(anon)>0"), swap = parse("state(swap)=3");
	struct snapshot *snapshot = process(8, 4);
	struct rule_state own = { 0 };
	struct buf notes = { 0 };

	(void)state;
	assert_int_equal(rule_check(&anon, &own, snapshot, &notes), MATCH_NO);
	snapshot->total.state[STATE_PRESENT] = 1;
	assert_int_equal(rule_check(&anon, &own, snapshot, &notes),
		MATCH_MAYBE);
	assert_int_equal(rule_check(&swap, &own, snapshot, &notes), MATCH_YES);
	buf_fini(&notes);
	process_free(snapshot);
}

static void growth(void **state)
{
	struct rule_state kept = { 0 };

	(void)state;
	holds("rss+>0", &kept, 4, 4, MATCH_MAYBE, NULL);
	holds("rss+>0", &kept, 4, 4, MATCH_NO, NULL);
	holds("rss+>0", &kept, 8, 4, MATCH_YES, NULL);
	assert_true(kept.terms[0].value == 4096);
	holds("rss+>0", &kept, 4, 4, MATCH_NO, NULL);
	assert_true(kept.terms[0].value == -4096);
	/* Another process begins anew. */
	kept.id.starttime = 6;
	holds("rss+>0", &kept, 12, 4, MATCH_MAYBE, NULL);
}

/* Of a recording, what grew did so from the refresh before, not from the one
 * that was looked at before. */
static void growth_in_a_recording(void **state)
{
	struct rule rule = parse("rss+>0");
	struct rule_state kept = { 0 };
	struct buf notes = { 0 };
	const struct {
		uint64_t refresh;
		unsigned heap;
		enum match want;
	} looks[] = {
		{ 3, 4, MATCH_MAYBE }, { 4, 8, MATCH_YES }, { 5, 8, MATCH_NO },
		{ 9, 80, MATCH_MAYBE }, { 10, 90, MATCH_YES },
		{ 2, 4, MATCH_MAYBE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		struct snapshot *snapshot = process(looks[i].heap, 4);

		snapshot->refresh = looks[i].refresh;
		snapshot->go.count = 12;
		assert_int_equal(rule_check(&rule, &kept, snapshot, &notes),
			looks[i].want);
		process_free(snapshot);
	}
	buf_fini(&notes);
}

/* Bytes as people read them, counts as they are, what went with its sign. */
static void words_of_an_event(void **state)
{
	struct rule rule = parse("rss>1 && state(swap)>2 && rss+<0");
	struct rule_state kept = { .terms = {
		{ .value = 64 << 20 }, { .value = 3 }, { .value = -8192 } } };
	struct buf words = { 0 };

	(void)state;
	rule_event_words(&(struct rule_event){ &rule, &kept }, &words);
	assert_string_equal(buf_text(&words),
		"rss 64.0M, state(swap) 3, rss+ -8.0K");
	buf_fini(&words);
}

/* Every field that a rule may name is a number, or has parts that are. */
static void fields(void **state)
{
	static const enum object objects[] = { OBJECT_PROCESS, OBJECT_REGION };
	unsigned i, k, taken = 0;

	(void)state;
	for (k = 0; k < 2; k++) {
		const struct field *field;

		for (i = 0; (field = field_at(objects[k], i)); i++) {
			struct buf text = { 0 };
			struct rule rule;
			struct err err;

			if (!field->name[0])
				continue;
			buf_fmt(&text, "%s%s%s>0", field->name, field->part &&
				strcmp(field->name, "states") ? ".x" :
				field->part ? ".anon" : "", k ? "(*)" : "");
			if (!rule_parse(&rule, text_of(buf_text(&text)), &err)) {
				assert_true(!field->left || field->part);
				taken++;
			}
			buf_fini(&text);
		}
	}
	assert_true(taken > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms), cmocka_unit_test(rules),
		cmocka_unit_test(what_is_none), cmocka_unit_test(patterns),
		cmocka_unit_test(what_holds),
		cmocka_unit_test(what_is_not_known),
		cmocka_unit_test(hidden_states), cmocka_unit_test(growth),
		cmocka_unit_test(growth_in_a_recording),
		cmocka_unit_test(words_of_an_event),
		cmocka_unit_test(fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
