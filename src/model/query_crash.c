/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines that kernels, debuggers and sanitizers write when something broke.
 * Their wording: arch/x86/mm/fault.c (show_signal_msg, show_fault_oops),
 * print_vma_addr and print_bad_pte in mm/memory.c, mm/memory-failure.c,
 * mm/debug.c, drivers/edac/edac_mc.c, backtrace_symbols(3), gdb's and ASan's
 * manuals.
 */
#include "vmatlas/model/query.h"

#include <string.h>

#define ORIGIN_SEGFAULT "a segfault"
#define ORIGIN_OOPS "a kernel fault"
#define ORIGIN_ASAN "an AddressSanitizer report"
#define ORIGIN_RAM "a report of broken memory"
#define ORIGIN_PAGE "a report of a bad page"
#define ORIGIN_REGISTERS "registers"
#define ORIGIN_STACK "a stack trace"
#define ORIGIN_SIGNAL "a signal"

/* What a number behind these words is, the most telling first.  ORIGIN is of
 * the line, unless one above said so already. */
static const struct marker {
	const char *words;
	enum query_kind kind;
	const char *origin, *what;
} markers[] = {
	{ "segfault at", QUERY_VA, ORIGIN_SEGFAULT, "the fault address" },
	{ "page fault for address", QUERY_VA, ORIGIN_OOPS,
	  "the fault address" },
	{ "request at virtual address", QUERY_VA, ORIGIN_OOPS,
	  "the fault address" },
	{ "paging request at", QUERY_VA, ORIGIN_OOPS, "the fault address" },
	{ "dereference at virtual address", QUERY_VA, ORIGIN_OOPS,
	  "the fault address" },
	{ "dereference, address", QUERY_VA, ORIGIN_OOPS, "the fault address" },
	{ "dereference at", QUERY_VA, ORIGIN_OOPS, "the fault address" },
	{ "on unknown address", QUERY_VA, ORIGIN_ASAN, "the fault address" },
	{ " on address", QUERY_VA, ORIGIN_ASAN, "the address" },
	{ "emory failure:", QUERY_PFN, ORIGIN_RAM, "the frame" },
	{ "oft offline:", QUERY_PFN, ORIGIN_RAM, "the frame" },
	{ "soft_offline_page:", QUERY_PFN, ORIGIN_RAM, "the frame" },
	{ "offlining pfn", QUERY_PFN, ORIGIN_RAM, "the frame" },
	{ "at pfn", QUERY_PFN, ORIGIN_RAM, "the frame" },
	{ " page:0x", QUERY_PFN, ORIGIN_RAM, "the frame" },
	{ "physical_address:", QUERY_PA, ORIGIN_RAM, "the physical address" },
	{ "physical address", QUERY_PA, ORIGIN_RAM, "the physical address" },
	{ " ADDR", QUERY_PA, ORIGIN_RAM, "the physical address" },
	{ "addr:", QUERY_VA, ORIGIN_PAGE, "the address" },
	{ " addr=", QUERY_VA, ORIGIN_SIGNAL, "the fault address" },
	{ "pfn:", QUERY_PFN, ORIGIN_PAGE, "the frame" },
	{ " ip:", QUERY_VA, ORIGIN_SEGFAULT, "the instruction" },
	{ " ip ", QUERY_VA, ORIGIN_SEGFAULT, "the instruction" },
	{ "RIP: 0033:", QUERY_VA, ORIGIN_REGISTERS, "the instruction" },
	{ "RIP: 0010:", QUERY_VA, ORIGIN_REGISTERS, "the instruction" },
	{ "pc :", QUERY_VA, ORIGIN_REGISTERS, "the instruction" },
	{ " pc=", QUERY_VA, ORIGIN_SIGNAL, "the instruction" },
	{ " pc ", QUERY_VA, ORIGIN_ASAN, "the instruction" },
	{ "(pc ", QUERY_VA, ORIGIN_ASAN, "the instruction" },
	{ "lr :", QUERY_VA, ORIGIN_REGISTERS, "the return address" },
	{ " sp:", QUERY_VA, ORIGIN_SEGFAULT, "the stack pointer" },
	{ " sp ", QUERY_VA, ORIGIN_SEGFAULT, "the stack pointer" },
};

/* ---- words of a line */

static struct text from(struct text line, size_t at)
{
	at = at < line.n ? at : line.n;
	return (struct text){ line.p + at, line.n - at };
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* A hexadecimal number, behind what may stand before one. */
static bool take_number(struct text rest, uint64_t *out)
{
	while (rest.n && is_one_of(rest.p[0], " :=[<("))
		rest = from(rest, 1);
	if (!text_u64(&rest, 16, out))
		return false;
	/* "add" of a word is none. */
	return !rest.n || is_one_of(rest.p[0], " ,;:.>])+/\t");
}

/* The word that ends before AT. */
static struct text word_before(struct text line, size_t at)
{
	size_t start = at;

	while (start && !is_one_of(line.p[start - 1], " \t("))
		start--;
	return (struct text){ line.p + start, at - start };
}

static void say_origin(struct query *query, const char *origin)
{
	if (!query->origin)
		query->origin = origin;
}

/* ---- parts of lines */

static void take_markers(struct query *query, struct text line)
{
	size_t i;

	for (i = 0; i < sizeof(markers) / sizeof(*markers); i++) {
		const struct marker *marker = &markers[i];
		size_t at = text_find(line, marker->words);
		uint64_t value;

		/* The number begins with the 0x that names it. */
		if (at == line.n || !take_number(from(line, at +
				strlen(marker->words) - (marker->words[
				strlen(marker->words) - 1] == 'x' ? 2 : 0)),
				&value))
			continue;
		if (query_add(query, marker->kind, marker->what, value))
			say_origin(query, marker->origin);
	}
}

/* "in libc.so.6[28000,7f12a0+1000]" or "[7f12a0+1000]", behind an ip. */
static void take_mapping(struct query *query, struct text line)
{
	const struct query_target *ip = NULL;
	struct query_target *target;
	size_t at = line.n;
	uint64_t first, start, size = 0;
	struct text rest;
	bool has_offset;
	unsigned i;

	while (at && line.p[at - 1] != '[')
		at--;
	rest = from(line, at);
	if (!at || !text_u64(&rest, 16, &first) || !rest.n)
		return;
	start = first;
	has_offset = rest.p[0] == ',';
	if (has_offset) {
		rest = from(rest, 1);
		if (!text_u64(&rest, 16, &start))
			return;
	}
	if (!text_starts(rest, "+"))
		return;
	rest = from(rest, 1);
	if (!text_u64(&rest, 16, &size) || !text_starts(rest, "]") || !size ||
	    start > UINT64_MAX - size)
		return;
	for (i = 0; i < query->ntargets; i++)
		if (query->targets[i].kind == QUERY_VA &&
		    query->targets[i].start - start < size)
			ip = &query->targets[i];
	if (!ip && !has_offset)
		return;
	target = query_add(query, has_offset ? QUERY_IN_FILE :
		QUERY_IN_MAPPING, "the instruction, by its file", start);
	if (!target)
		return;
	target->end = start + size;
	target->offset = has_offset ? first : ip->start - start;
	query_copy(target->file, word_before(line, at - 1));
	say_origin(query, ORIGIN_SEGFAULT);
}

/* FUNC+0x15 or /FILE+0x1234 in a pair of parentheses. */
static bool is_place(struct text line, size_t open, struct text *inner,
	size_t *close, uint64_t *offset)
{
	size_t plus;

	*close = open + text_find(from(line, open), ")");
	*inner = (struct text){ line.p + open, *close - open };
	for (plus = inner->n; plus && inner->p[plus - 1] != '+'; plus--)
		;
	if (*close == line.n || !plus ||
	    !text_all_u64(from(*inner, plus), 16, offset))
		return false;
	inner->n = plus - 1;
	return true;
}

/* "prog(func+0x15)[0x55..]" of glibc, "(/path/prog+0x1234)" of ASan. */
static void take_parentheses(struct query *query, struct text line)
{
	size_t open = 0, close = 0;
	struct query_target *target;
	struct text inner, file;
	uint64_t offset = 0, va;

	do {
		open += text_find(from(line, open), "(") + 1;
		if (open > line.n)
			return;
	} while (!is_place(line, open, &inner, &close, &offset));
	file = word_before(line, open - 1);
	if ((text_starts(from(line, close), ")[") ||
	     text_starts(from(line, close), ") [")) &&
	    take_number(from(line, close + 1), &va))
		query_add(query, QUERY_VA, "the return address", va);
	if (!file.n && !memchr(inner.p, '/', inner.n))
		return;
	target = query_add(query, inner.n && file.n ? QUERY_SYMBOL :
		QUERY_MODULE, "the place in its file", 0);
	if (!target)
		return;
	target->offset = offset;
	query_copy(target->file, file.n ? file : inner);
	if (file.n)
		query_copy(target->name, inner);
	say_origin(query, ORIGIN_STACK);
}

/* "#1  0x7f12 in foo (x=1) from /lib/x.so", "#1 foo () at a.c:3" */
static void take_frame(struct query *query, struct text line)
{
	struct text word, name = { NULL, 0 }, before;
	struct query_target *target;
	uint64_t va, number;
	bool has_va;
	size_t at;

	if (!text_word(&line, &word) || !text_starts(word, "#") ||
	    !text_all_u64(from(word, 1), 10, &number) ||
	    !text_word(&line, &word))
		return;
	has_va = text_starts(word, "0x") && text_all_u64(word, 16, &va);
	before = line;
	if (has_va && text_word(&before, &name) && text_is(name, "in"))
		text_word(&before, &name);
	else if (has_va)
		name.n = 0;
	else
		name = word;
	if (has_va)
		query_add(query, QUERY_VA, "the return address", va);
	at = text_find(name, "(");	/* C++ */
	name.n = at;
	if (!has_va && text_find(line, "(") == line.n)
		return;
	if (name.n && name.p[0] != '?' && name.n < QUERY_NAME) {
		target = query_add(query, QUERY_SYMBOL, "the function", 0);
		if (target)
			query_copy(target->name, name);
		at = text_find(line, " from ");
		if (target && at < line.n)
			query_copy(target->file, from(line, at + 6));
	}
	if (query->ntargets)
		say_origin(query, ORIGIN_STACK);
}

/* The page table entry of a "Bad page map", as x86-64 has it: only where the
 * line has nothing better. */
static void take_pte(struct query *query, struct text line)
{
	size_t at = text_find(line, "pte:");
	uint64_t pte;

	if (query->ntargets || text_find(line, "Bad page map") == line.n ||
	    !take_number(from(line, at + 4), &pte))
		return;
	query_add(query, QUERY_PA, "the frame in its entry, if that is one of x86-64's",
		pte & UINT64_C(0x000ffffffffff000));
	say_origin(query, ORIGIN_PAGE);
}

/* Any 0x number that is long enough not to be an offset. */
static void take_any(struct query *query, struct text line)
{
	size_t at;

	while (!query->ntargets && (at = text_find(line, "0x")) < line.n) {
		struct text rest = from(line, at);
		uint64_t value;

		if (text_u64(&rest, 16, &value) && value >= 0x10000 &&
		    query_add(query, QUERY_VA, "an address in it", value))
			say_origin(query, "this line");
		line = from(line, at + 2);
	}
}

bool query_crash(struct query *query, struct text line)
{
	bool is_line = memchr(line.p, ' ', line.n) != NULL;

	if (is_line) {
		take_frame(query, line);
		take_markers(query, line);
		take_mapping(query, line);
	}
	take_parentheses(query, line);
	if (is_line) {
		take_pte(query, line);
		take_any(query, line);
	}
	return query->ntargets != 0;
}
