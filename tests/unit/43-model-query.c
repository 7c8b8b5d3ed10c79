/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/model/frame_use.h"
#include "vmatlas/model/query.h"

#define T(name) cmocka_unit_test(name)
#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* A query as one line: "va 7f12", "pfn 10-20", "sym main+10 in libc.so". */
static void say(const struct query *query, char *out, size_t size)
{
	static const char *const kinds[] = { "va", "pfn", "pa", "sym",
		"module", "in-file", "in-mapping", "word", "match" };
	size_t n = 0;
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < query->ntargets; i++) {
		const struct query_target *t = &query->targets[i];

		n += (size_t)snprintf(out + n, size - n, "%s%s", i ? "; " : "",
			kinds[t->kind]);
		if (t->kind <= QUERY_PA)
			n += (size_t)snprintf(out + n, size - n, " %" PRIx64,
				t->start);
		if (t->is_range)
			n += (size_t)snprintf(out + n, size - n, "-%" PRIx64,
				t->end);
		if (t->kind >= QUERY_SYMBOL && t->kind < QUERY_MATCH)
			n += (size_t)snprintf(out + n, size - n, " %s+%" PRIx64
				" in %s", t->name, t->offset, t->file);
	}
}

struct line {
	const char *text, *want;
};

static void check(const struct line *lines, size_t n, bool is_report)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct query query;
		struct err err = { 0 };
		char got[1024];

		if (query_parse(&query, text_of(lines[i].text), &err))
			snprintf(got, sizeof(got), "error: %s", err.text);
		else
			say(&query, got, sizeof(got));
		if (strcmp(got, lines[i].want))
			fail_msg("\n  %s\n  is:   %s\n  want: %s",
				lines[i].text, got, lines[i].want);
		assert_int_equal(query.origin != NULL, is_report);
	}
}

static void what_is_typed(void **state)
{
	static const struct line lines[] = {
		{ "0x7f12", "va 7f12" },
		{ " 7f1234567890 ", "va 7f1234567890" },
		{ "4G", "va 100000000" },
		{ "512k", "va 80000" },
		{ "va:1000", "va 1000" },
		{ "7f1234567000-7f1234568000", "va 7f1234567000-7f1234568000" },
		{ "0x1000-2000", "va 1000-2000" },
		{ "pfn:1b2c3", "pfn 1b2c3" },
		{ "pfn:0x10-20", "pfn 10-20" },
		{ "pa:4G", "pa 100000000" },
		{ "pa:a0000-c0000", "pa a0000-c0000" },
		{ "main", "word main+0 in " },
		{ "[heap]", "word [heap]+0 in " },
		{ "my file.dat", "word my file.dat+0 in " },
		{ "sym:main", "sym main+0 in " },
		{ "malloc+0x10", "sym malloc+10 in " },
		{ "libc.so:qsort", "sym qsort+0 in libc.so" },
		{ "libc.so:qsort+4", "sym qsort+4 in libc.so" },
		{ "a::b", "word a::b+0 in " },
		{ "libx.so:a::b", "sym a::b+0 in libx.so" },
		{ "libc.so.6+0x1234", "module +1234 in libc.so.6" },
		{ "/bin/cat+10", "module +10 in /bin/cat" },
		{ "1234567", "word 1234567+0 in " },
		{ "state:swap", "match" },
		{ "name:heap,state:anon|zone:DMA32", "match" },
	};

	(void)state;
	check(lines, LENGTH(lines), false);
}

static void what_cannot_be_meant(void **state)
{
	static const struct line lines[] = {
		{ "", "error: nothing to look for" },
		{ "pfn:xyz", "error: 'xyz' is no hexadecimal number or range "
			"A-B" },
		{ "pfn:20-10", "error: the end of '20-10' is not above its "
			"start" },
		{ "0x2000-1000", "error: the end of '0x2000-1000' is not above "
			"its start" },
		{ "state:nosuch", "error: there is no state 'nosuch'" },
		{ "sym:a b", "error: 'a b' is no address, symbol or name" },
		{ "flags:bogus", "error: there is no flag 'bogus'" },
		{ "state:", "error: 'state:' needs a word of at most 63 bytes" },
	};

	(void)state;
	check(lines, LENGTH(lines), false);
}

static void a_pasted_line(void **state)
{
	static const struct line lines[] = {
		{ "[12.3] a.out[77]: segfault at 7f12 ip 00007f3344556677 sp "
		  "00007ffc00001000 error 4 in libc.so.6[7f3344500000+195000]",
		  "va 7f12; va 7f3344556677; va 7ffc00001000; "
		  "in-mapping +56677 in libc.so.6" },
		{ "a.out[77]: segfault at 0 ip 00007f3344556677 sp "
		  "00007ffc00001000 error 4 in libc.so.6[7e677,7f3344500000+"
		  "195000] likely on CPU 1 (core 1, socket 0)",
		  "va 0; va 7f3344556677; va 7ffc00001000; "
		  "in-file +7e677 in libc.so.6" },
		{ "traps: a.out[77] general protection fault ip:55d0c0001139 "
		  "sp:7ffd00002000 error:0 in a.out[55d0c0001000+1000]",
		  "va 55d0c0001139; va 7ffd00002000; "
		  "in-mapping +139 in a.out" },
		{ "BUG: unable to handle page fault for address: "
		  "ffff888012345678", "va ffff888012345678" },
		{ "Unable to handle kernel paging request at virtual address "
		  "dead000000000108", "va dead000000000108" },
		{ "BUG: kernel NULL pointer dereference, address: "
		  "0000000000000008", "va 8" },
		{ "#0  0x00007ffff7e5abcd in foo () from /lib/libfoo.so.1",
		  "va 7ffff7e5abcd; sym foo+0 in /lib/libfoo.so.1" },
		{ "#1  main (argc=1) at main.c:12", "sym main+0 in " },
		{ "./a.out(func+0x15)[0x55d0c0001145]",
		  "va 55d0c0001145; sym func+15 in ./a.out" },
		{ "/lib/libc.so.6(+0x2724a) [0x7f3344527000]",
		  "va 7f3344527000; module +2724a in /lib/libc.so.6" },
		{ "==77==ERROR: AddressSanitizer: heap-use-after-free on "
		  "address 0x602000000014 at pc 0x55d0c00011ab bp 0x7ffd0 sp "
		  "0x7ffc8", "va 602000000014; va 55d0c00011ab; va 7ffc8" },
		{ "==77==ERROR: AddressSanitizer: SEGV on unknown address "
		  "0x000000000010 (pc 0x55d0c00011ab bp 0x7ffd0 sp 0x7ffc8 T0)",
		  "va 10; va 55d0c00011ab; va 7ffc8" },
		{ "    #1 0x4f3abc in main file.c:3 (/path/prog+0x1234)",
		  "va 4f3abc; sym main+0 in ; module +1234 in /path/prog" },
		{ "    #1 0x4f3abc in main (/path/prog+0x1234) (BuildId: "
		  "0123456789)",
		  "va 4f3abc; sym main+0 in ; module +1234 in /path/prog" },
		{ "pc : [<c0012345>]    lr : [<c0012300>]    psr: 60000013",
		  "va c0012345; va c0012300" },
		{ "RIP: 0033:0x7f3344556677", "va 7f3344556677" },
		{ "BUG: Bad page map in process prog  pte:8000000012345067 "
		  "pmd:023456067", "pa 12345000" },
		{ "addr:00007f3344556000 vm_flags:00100073 "
		  "anon_vma:ffff888012345678 mapping:0 index:7f3344556",
		  "va 7f3344556000" },
		{ "BUG: Bad page state in process prog  pfn:12345",
		  "pfn 12345" },
		{ "page:00000000deadbeef refcount:1 mapcount:0 "
		  "mapping:0000000000000000 index:0x0 pfn:0x12345",
		  "pfn 12345" },
		{ "Memory failure: 0x12345: recovery action for dirty LRU "
		  "page: Recovered", "pfn 12345" },
		{ "Soft offlining pfn 0x12345 at process virtual address "
		  "0x7f3344556000", "pfn 12345" },
		{ "EDAC MC0: 1 CE memory read error on CPU_SrcID#0 "
		  "(channel:0 slot:0 page:0x12345 offset:0x40 grain:32)",
		  "pfn 12345" },
		{ "mce: [Hardware Error]: TSC 0 ADDR 12345678 MISC 86",
		  "pa 12345678" },
		{ "[signal SIGSEGV: segmentation violation code=0x1 addr=0x10 "
		  "pc=0x4801a5]", "va 10; va 4801a5" },
		{ "==9==    at 0x48447A5: malloc (vg_replace_malloc.c:393)",
		  "va 48447a5" },
		{ "55d0c0000000-55d0c0001000 r-xp 00001000 fe:01 1234       "
		  "/usr/bin/cat", "va 55d0c0000000-55d0c0001000" },
	};

	(void)state;
	check(lines, LENGTH(lines), true);
}

/* ---- conditions */

static enum match match(const char *text, const struct filter_facts *facts)
{
	struct filter filter;
	struct err err = { 0 };

	if (filter_parse(&filter, text_of(text), &err))
		fail_msg("%s: %s", text, err.text);
	return filter_match(&filter, facts);
}

static void terms_are_joined(void **state)
{
	struct filter_facts page = {
		.name = text_of("/usr/lib/LIBC.so.6"),
		.has_state = FACT_KNOWN, .state = STATE_COW_PENDING,
		.has_zone = FACT_KNOWN, .zone = "0/Normal",
		.has_marks = FACT_KNOWN, .marks = MARK_MLOCKED,
	};

	(void)state;
	assert_int_equal(match("name:libc", &page), MATCH_YES);
	assert_int_equal(match("name:heap", &page), MATCH_NO);
	assert_int_equal(match("state:cow-pending", &page), MATCH_YES);
	assert_int_equal(match("state:cow", &page), MATCH_YES);
	assert_int_equal(match("state:cow-shared", &page), MATCH_NO);
	assert_int_equal(match("zone:normal", &page), MATCH_YES);
	assert_int_equal(match("zone:0/Normal", &page), MATCH_YES);
	assert_int_equal(match("zone:1/Normal", &page), MATCH_NO);
	assert_int_equal(match("zone:Norm", &page), MATCH_NO);
	assert_int_equal(match("mark:mlocked", &page), MATCH_YES);
	assert_int_equal(match("mark:swapcache", &page), MATCH_NO);
	/* And binds more tightly than or. */
	assert_int_equal(match("name:heap,state:cow|zone:Normal", &page),
		MATCH_YES);
	assert_int_equal(match("zone:Normal|name:heap,state:cow", &page),
		MATCH_YES);
	assert_int_equal(match("name:heap|state:cow,zone:DMA", &page),
		MATCH_NO);
	assert_int_equal(match("name:libc , state:cow", &page), MATCH_YES);
}

static void what_is_not_known_may_match(void **state)
{
	struct filter_facts page = {
		.has_state = FACT_KNOWN, .state = STATE_PRESENT,
		.has_zone = FACT_UNKNOWN, .has_flags = FACT_UNKNOWN,
	};

	(void)state;
	assert_int_equal(match("state:anon", &page), MATCH_MAYBE);
	assert_int_equal(match("state:present", &page), MATCH_YES);
	assert_int_equal(match("zone:DMA", &page), MATCH_MAYBE);
	assert_int_equal(match("flags:lru", &page), MATCH_MAYBE);
	assert_int_equal(match("flags:~lru", &page), MATCH_MAYBE);
	assert_int_equal(match("zone:DMA,name:x", &page), MATCH_NO);
	assert_int_equal(match("zone:DMA|state:present", &page), MATCH_YES);
	/* Without a frame there are no flags, set or not. */
	page.has_flags = FACT_NONE;
	assert_int_equal(match("flags:~lru", &page), MATCH_NO);
	page.has_zone = FACT_KNOWN;
	page.zone = "0/Normal or Movable";
	assert_int_equal(match("zone:Movable", &page), MATCH_MAYBE);
	assert_int_equal(match("zone:0/Normal", &page), MATCH_MAYBE);
	assert_int_equal(match("zone:DMA", &page), MATCH_NO);
}

/* As page-types -b has them. */
static void flags_are_as_page_types_has_them(void **state)
{
	static const struct {
		const char *text;
		uint64_t flags;
		bool yes;
	} cases[] = {
		{ "flags:lru", KPF(LRU) | KPF(DIRTY), true },
		{ "flags:lru,active", KPF(ACTIVE), true },
		{ "flags:lru,active", KPF(DIRTY), false },
		{ "flags:lru,active=lru", KPF(LRU) | KPF(DIRTY), true },
		{ "flags:lru,active=lru", KPF(LRU) | KPF(ACTIVE), false },
		{ "flags:lru,~active", KPF(LRU), true },
		{ "flags:lru,~active", KPF(LRU) | KPF(ACTIVE), false },
		{ "flags:lru,~active", 0, false },
		{ "flags:~lru", 0, true },
		{ "flags:=lru", KPF(LRU), true },
		{ "flags:=lru", KPF(LRU) | KPF(DIRTY), false },
		{ "flags:anon_exclusive", KPF(ANON) | KPF(OWNER_2), true },
		{ "flags:anon_exclusive", KPF(OWNER_2), false },
		{ "flags:=anonymous,owner_2,anon_exclusive",
		  KPF(ANON) | KPF(OWNER_2), true },
	};
	struct filter_facts page = { .has_flags = FACT_KNOWN };
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(cases); i++) {
		page.flags = cases[i].flags;
		if (match(cases[i].text, &page) != (cases[i].yes ? MATCH_YES :
				MATCH_NO))
			fail_msg("%s of %" PRIx64, cases[i].text, page.flags);
	}
	page.flags = KPF(LRU);
	page.name = text_of("[heap]");
	assert_int_equal(match("flags:dirty,lru,name:heap", &page), MATCH_YES);
	assert_int_equal(match("flags:dirty,lru,name:stack", &page), MATCH_NO);
	assert_int_equal(match("flags:dirty|name:heap", &page), MATCH_YES);
}

static void frames_have_uses(void **state)
{
	struct filter_facts frame = { .has_use = FACT_KNOWN,
		.use = USE_SLAB };

	(void)state;
	assert_int_equal(match("state:slab", &frame), MATCH_YES);
	assert_int_equal(match("state:free", &frame), MATCH_NO);
	frame.use = USE_ANON;
	assert_int_equal(match("state:anon", &frame), MATCH_YES);
	frame.has_use = FACT_UNKNOWN;
	assert_int_equal(match("state:anon", &frame), MATCH_MAYBE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_typed), T(what_cannot_be_meant), T(a_pasted_line),
		T(terms_are_joined), T(what_is_not_known_may_match),
		T(flags_are_as_page_types_has_them), T(frames_have_uses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
