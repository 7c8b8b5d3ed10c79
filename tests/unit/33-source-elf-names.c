/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "vmatlas/base/demangle.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/source/elf_file.h"

/* Some strings, far enough apart that several reads are needed for them. */
#define NAMES 200000

struct names {
	char *bytes;
	struct elf_symbol symbols[16];
	struct elf_symbols table;
};

static ssize_t read_names(void *arg, void *out, size_t n, uint64_t at)
{
	const struct names *names = arg;

	if (at >= NAMES)
		return 0;
	n = n < NAMES - at ? n : (size_t)(NAMES - at);
	memcpy(out, names->bytes + at, n);
	return (ssize_t)n;
}

static void put(struct names *names, size_t at, const char *name)
{
	struct elf_symbol *symbol = &names->symbols[names->table.n];

	names->bytes[at - 1] = '\0';
	memcpy(names->bytes + at, name, strlen(name) + 1);
	symbol->name = (uint32_t)at;
	symbol->value = 0x1000 * ++names->table.n;
}

static void make(struct names *names)
{
	memset(names, 0, sizeof(*names));
	names->bytes = mem_new(NAMES, 1);
	memset(names->bytes, 'x', NAMES - 1);
	names->table.symbols = names->symbols;
	names->table.names_size = NAMES;
	put(names, 100, "plain");
	put(names, 200, "_ZN3Box4openEi");		/* Box::open(int) */
	put(names, 300, "_ZN3BoxD1Ev");			/* Box::~Box() */
	put(names, 400, "_ZN3BoxixEm");		/* Box::operator[](unsigned long) */
	put(names, 500, "_ZN12_GLOBAL__N_16hiddenEv");
	put(names, 600, "_ZN5crate4open17h0123456789abcdefE");
	/* Across the ends of what is read at once. */
	put(names, 65530, "_ZN3Lid4openEv");
	put(names, 130000, "_Z5plainv@@VERS_1");
}

/* The values, in thousands. */
static void check(struct names *names, const char *name, const char *want)
{
	struct elf_reader reader = { .read = read_names, .arg = names };
	uint64_t out[16];
	char got[64] = "";
	size_t n = elf_symbols_named(&names->table, &reader, name, out, 16), i;

	for (i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%u",
			i ? " " : "", (unsigned)(out[i] / 0x1000));
	assert_string_equal(got, want);
}

static void as_the_file_has_it(void **state)
{
	struct names names;

	(void)state;
	make(&names);
	check(&names, "_ZN3Box4openEi", "2");
	check(&names, "_ZN3Lid4openEv", "7");
	check(&names, "_Z5plainv", "8");
	check(&names, "nothing", "");
	check(&names, "", "");
	free(names.bytes);
}

static void as_people_write_it(void **state)
{
	struct names names;

	(void)state;
	if (!demangle_is_built_in())
		skip();
	make(&names);
	check(&names, "plain", "1 8");
	check(&names, "plain()", "8");
	check(&names, "Box::open", "2");
	check(&names, "Box::open(int)", "2");
	check(&names, "Box::open(long)", "");
	check(&names, "open", "2 6 7");
	check(&names, "crate::open", "6");
	check(&names, "pen", "");
	check(&names, "ox::open", "");
	check(&names, "Box::~Box", "3");
	check(&names, "Box::operator[]", "4");
	check(&names, "hidden", "5");
	check(&names, "(anonymous namespace)::hidden", "5");
	check(&names, "Lid::open", "7");
	check(&names, "::", "");
	check(&names, "(", "");
	check(&names, "operator", "");
	check(&names, "operator[]", "");
	free(names.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_file_has_it),
		cmocka_unit_test(as_people_write_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
