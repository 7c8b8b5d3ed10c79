/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine-file.h"
#include "vmatlas/model/region.h"

static struct region *regions;
static size_t nregions;
static struct buf names;

static void parse(const char *maps)
{
	free(regions);
	nregions = regions_parse(text_of(maps), &regions, &names, NULL);
}

static const char *type(size_t i)
{
	assert_true(i < nregions);
	return region_type_name(regions[i].type);
}

static const char *type_of_name(const char *rest)
{
	char line[200];

	snprintf(line, sizeof(line), "1000-2000 %s\n", rest);
	parse(line);
	return type(0);
}

static void types(void **state)
{
	static const struct {
		const char *rest, *type;
	} cases[] = {
		{ "rw-p 0 00:00 0 [heap]", "heap" },
		{ "rw-p 0 00:00 0 [stack]", "stack" },
		{ "rw-p 0 00:00 0 [stack:123]", "stack" },
		{ "r-xp 0 00:00 0 [vdso]", "vdso" },
		{ "r--p 0 00:00 0 [vvar]", "vvar" },
		{ "r--p 0 00:00 0 [vvar_vclock]", "vvar" },
		{ "--xp 0 00:00 0 [vsyscall]", "vsyscall" },
		{ "r-xp 0 00:00 0 [sigpage]", "special" },
		{ "r-xp 0 00:00 0 [vectors]", "special" },
		{ "rw-p 0 00:00 0", "anon" },
		{ "rw-p 0 00:00 0 [anon:glibc: malloc]", "anon" },
		{ "rw-s 0 00:01 7 [anon_shmem:x]", "shmem" },
		{ "rw-s 0 00:01 7 /memfd:a b (deleted)", "shmem" },
		{ "rw-s 0 00:01 7 /SYSV00000000 (deleted)", "shmem" },
		{ "rw-s 0 00:1a 7 /dev/shm/x", "shmem" },
		{ "rw-s 0 00:01 7 /dev/zero (deleted)", "shmem" },
		{ "rw-p 0 00:05 7 /dev/zero", "anon" },
		{ "rw-s 0 00:0f 7 /anon_hugepage (deleted)", "hugetlb" },
		{ "rw-s 0 00:1f 7 /dev/hugepages/x", "hugetlb" },
		{ "rw-s 0 00:06 7 /dev/dri/card0", "device" },
		{ "rw-s 0 00:14 7 /sys/devices/pci/resource0", "device" },
		{ "rw-s 0 00:0e 7 anon_inode:[perf_event]", "device" },
		{ "rw-s 0 00:08 7 socket:[77]", "device" },
		{ "rw-s 0 00:0c 7 /secretmem (deleted)", "special" },
		/* Anybody may give a file on a disk such a name. */
		{ "rw-s 0 fe:01 7 /secretmem (deleted)", "file" },
		{ "rw-s 0 fe:01 7 /memfd:x", "file" },
		{ "rw-s 0 fe:01 7 /SYSV/x", "file" },
		{ "rw-s 0 fe:01 7 /dev/shm/x", "device" },
		{ "r-xp 0 fe:01 7 /bin/x", "code" },
		{ "r--p 0 fe:01 7 /usr/share/locale", "file" },
		{ "rw-s 0 fe:01 7 /var/db", "file" },
		{ "rw-p 0 fe:01 7 /heap]", "file" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(type_of_name(cases[i].rest),
			cases[i].type);
}

static void sections_of_an_object(void **state)
{
	(void)state;
	parse("1000-2000 r--p 0 fe:01 7 /lib/a.so\n"
	      "2000-3000 r-xp 1000 fe:01 7 /lib/a.so\n"
	      "3000-4000 rw-p 2000 fe:01 7 /lib/a.so\n"
	      "4000-5000 rw-s 0 fe:01 7 /lib/a.so\n"
	      "5000-6000 r--p 0 fe:01 8 /lib/data\n"
	      "6000-7000 rw-p 0 00:00 0 \n"
	      "7000-8000 rw-p 2000 fe:01 7 /lib/a.so\n");
	assert_string_equal(type(0), "rodata");
	assert_string_equal(type(1), "code");
	assert_string_equal(type(2), "data");
	assert_string_equal(type(3), "file");
	assert_string_equal(type(4), "file");
	assert_string_equal(type(5), "anon");
	assert_string_equal(type(6), "file");	/* not in one row with it */
}

static void names_keep_their_blanks(void **state)
{
	char perms[5];

	(void)state;
	parse("1000-2000 r--p 0 fe:01 7          /tmp/a  name with blanks \n"
	      "2000-3000 rw-s 0 00:00 0 \n"
	      "3000-4000 -wxp 0 00:00 0 [anon: x]\n");
	assert_int_equal(nregions, 3);
	assert_true(text_is(region_name(&regions[0], &names),
		"/tmp/a  name with blanks "));
	assert_int_equal(region_name(&regions[1], &names).n, 0);
	assert_true(text_is(region_title(&regions[1], &names), "[anon]"));
	assert_true(text_is(region_title(&regions[2], &names), "[anon: x]"));
	assert_string_equal(region_perms(&regions[0], perms), "r--p");
	assert_string_equal(region_perms(&regions[1], perms), "rw-s");
	assert_string_equal(region_perms(&regions[2], perms), "-wxp");
}

static void odd_lines_are_passed_over(void **state)
{
	(void)state;
	parse("no line\n1000-3000 rw-p 0 00:00 0 \n2000-4000 rw-p 0 00:00 0 \n"
	      "500-600 rw-p 0 00:00 0 \n3000-3000 rw-p 0 00:00 0 \n"
	      "3000-4000 rw-p 0 00:00 0");
	assert_int_equal(nregions, 2);
	assert_true(regions[1].start == 0x3000);
	parse("");
	assert_int_equal(nregions, 0);
	assert_int_equal(regions_find(regions, 0, 0x1000), -1);
}

static void finding(void **state)
{
	(void)state;
	parse("1000-3000 rw-p 0 00:00 0 \n3000-4000 r--p 0 00:00 0 \n"
	      "8000-9000 rw-p 0 00:00 0 \n");
	assert_int_equal(regions_find(regions, 3, 0xfff), -1);
	assert_int_equal(regions_find(regions, 3, 0x1000), 0);
	assert_int_equal(regions_find(regions, 3, 0x2fff), 0);
	assert_int_equal(regions_find(regions, 3, 0x3000), 1);
	assert_int_equal(regions_find(regions, 3, 0x4000), -1);
	assert_int_equal(regions_find(regions, 3, 0x8fff), 2);
	assert_int_equal(regions_find(regions, 3, 0x9000), -1);
	assert_int_equal(regions_after(regions, 3, 0), 0);
	assert_int_equal(regions_after(regions, 3, 0x5000), 2);
	assert_int_equal(regions_after(regions, 3, 0x9000), 3);
}

#define REST " rw-p 00000000 00:00 0 \n"

static void smaps_is_joined_by_bounds(void **state)
{
	const char *smaps =
		"1000-2000" REST "KernelPageSize: 4 kB\nRss: 4 kB\nPss: 3 kB\n"
		"Shared_Clean: 1 kB\nShared_Dirty: 2 kB\nPrivate_Clean: 3 kB\n"
		"Private_Dirty: 4 kB\nSwap: 8 kB\nVmFlags: rd lo\n"
		"4000-5000" REST "Rss: 99 kB\nVmFlags: pf io\n"	/* new */
		"6000-6800" REST "Rss: 99 kB\nVmFlags: pf\n"	/* shrunk */
		"8000-9000" REST "KernelPageSize: 2048 kB\nRss: 0 kB\n"
		"Private_Hugetlb: 2048 kB\nVmFlags: rd ht\n";

	(void)state;
	parse("1000-2000" REST "2000-3000" REST "6000-7000" REST
	      "8000-9000" REST);
	assert_int_equal(nregions, 4);
	regions_take_flags(regions, 4, text_of(smaps));
	assert_true(regions[0].vm_flags_known && regions[0].smaps_known);
	assert_int_equal(regions[0].vm_flags, SMAPS_FLAG_LOCKED);
	assert_int_equal(regions[0].page_size, 4096);
	assert_true(regions[0].smaps_swap == 8192);
	assert_true(regions[0].smaps_resident == 12288);
	assert_false(regions[1].vm_flags_known);
	assert_false(regions[2].vm_flags_known || regions[2].smaps_known);
	assert_int_equal(regions[3].type, REGION_HUGETLB);
	assert_int_equal(regions[3].page_size, 2u << 20);
	assert_true(regions[3].smaps_resident == 2u << 20);

	regions_take_usage(regions, 4, text_of(smaps));
	assert_true(figures_know(&regions[0].usage, USAGE_RSS | USAGE_PSS |
		USAGE_USS | USAGE_SHARED | USAGE_SWAP));
	assert_true(regions[0].usage.rss == 4096);
	assert_true(figures_pss(&regions[0].usage) == 3072);
	assert_true(regions[0].usage.uss == 7 << 10);
	assert_true(regions[0].usage.shared == 3 << 10);
	/* Not there is not 0. */
	assert_false(figures_know(&regions[0].usage, USAGE_KSM));
	assert_false(figures_know(&regions[0].usage, USAGE_SWAP_PSS));
	assert_int_equal(regions[1].usage.known, 0);
}

static void only_some_need_flags(void **state)
{
	(void)state;
	parse("1000-2000 rw-s 0 00:06 3 /dev/fb0\n"
	      "2000-3000 rw-s 0 00:01 3 /SYSV00000000 (deleted)\n"
	      "3000-4000 rw-s 0 00:01 3 /memfd:x (deleted)\n"
	      "4000-5000 rw-p 0 00:00 0 \n");
	assert_true(region_needs_flags(&regions[0],
		region_name(&regions[0], &names)));
	assert_true(region_needs_flags(&regions[1],
		region_name(&regions[1], &names)));
	assert_false(region_needs_flags(&regions[2],
		region_name(&regions[2], &names)));
	assert_false(region_needs_flags(&regions[3],
		region_name(&regions[3], &names)));
}

/* A file of huge pages has nothing but its bounds to know it by. */
static void files_that_may_be_of_huge_pages(void **state)
{
	static const struct {
		const char *line;
		bool needs;
	} cases[] = {
		{ "200000-400000 rw-s 0 00:0f 3 /memfd:x (deleted)\n", true },
		{ "200000-400000 rw-s 200000 00:31 3 /mnt/huge/x\n", true },
		{ "10000-20000 rw-p 0 00:31 3 /mnt/huge/x\n", true },
		{ "201000-400000 rw-s 0 00:0f 3 /memfd:x (deleted)\n", false },
		{ "200000-401000 rw-s 0 00:0f 3 /memfd:x (deleted)\n", false },
		{ "200000-400000 rw-s 1000 00:31 3 /mnt/huge/x\n", false },
		{ "200000-400000 rw-s 0 fe:01 3 /mnt/data/x\n", false },
		{ "200000-400000 rw-p 0 00:00 0 \n", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct region *parsed = NULL;
		struct buf words = { 0 };

		assert_int_equal(regions_parse(text_of(cases[i].line), &parsed,
			&words, NULL), 1);
		assert_int_equal(region_needs_flags(&parsed[0],
			region_name(&parsed[0], &words)), cases[i].needs);
		free(parsed);
		buf_fini(&words);
	}
}

/* What real kernels of other machines say. */
static void real_maps_and_smaps(void **state)
{
	static const char *const machines[] = { "arm64", "armhf", "i386pae",
		"ppc64el" };
	size_t i, k;

	(void)state;
	for (k = 0; k < 4; k++) {
		struct buf maps = { 0 }, smaps = { 0 };
		struct text text = machine_file(machines[k], "self_maps", &maps);
		bool heap = false, code = false;

		free(regions);
		nregions = regions_parse(text, &regions, &names, NULL);
		assert_true(nregions >= 8);
		regions_take_flags(regions, nregions,
			machine_file(machines[k], "self_smaps", &smaps));
		for (i = 0; i < nregions; i++) {
			heap |= regions[i].type == REGION_HEAP;
			code |= regions[i].type == REGION_CODE;
			if (regions[i].smaps_known)
				assert_int_equal(regions[i].page_size,
					k == 3 ? 65536 : 4096);
		}
		assert_true(code);
		assert_true(heap || k == 3);
		buf_fini(&maps);
		buf_fini(&smaps);
	}
}

/* ---- usage */

static void sums_know_what_all_know(void **state)
{
	struct usage a, b;

	(void)state;
	usage_zero(&a);
	usage_zero(&b);
	assert_true(usage_knows(&a, USAGE_ALL));
	a.rss = 4096;
	b.rss = 8192;
	b.known &= ~(uint32_t)USAGE_PSS;
	b.state[STATE_ANON] = 2;
	usage_add(&a, &b);
	assert_true(a.rss == 12288);
	assert_int_equal(a.state[STATE_ANON], 2);
	assert_true(usage_knows(&a, USAGE_RSS));
	assert_false(usage_knows(&a, USAGE_PSS));
	assert_false(usage_knows(&a, USAGE_PSS | USAGE_RSS));
	a.figures.known = 0;
	figures_add(&b.figures, &a.figures);
	assert_true(b.rss == 8192 + 12288);
	assert_false(usage_knows(&b, USAGE_RSS));
	assert_int_equal(b.state[STATE_ANON], 2);
	assert_true(usage_pss_share(4096, 0) == 4096u << 12);
	assert_true(usage_pss_share(4096, 1) == 4096u << 12);
	assert_true(usage_pss_share(4096, 3) == 5592405);
	assert_true(usage_pss_share(65536, 3) == 89478485);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(types), T(sections_of_an_object), T(names_keep_their_blanks),
		T(odd_lines_are_passed_over), T(finding),
		T(smaps_is_joined_by_bounds), T(only_some_need_flags),
		T(files_that_may_be_of_huge_pages),
		T(real_maps_and_smaps), T(sums_know_what_all_know),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(regions);
	buf_fini(&names);
	return failed;
}
