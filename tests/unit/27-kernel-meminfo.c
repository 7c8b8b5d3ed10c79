/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/kernel/cgroup.h"
#include "vmatlas/kernel/meminfo.h"

static void lines(void **state)
{
	struct text text = text_of("MemTotal:  10 kB\nnonsense\n: 3 kB\n"
		"HugePages_Total:   7\nCached: x kB\n"
		"Big: 18446744073709551615 kB\nBigger: 9007199254740992 kB\n"
		"Active(anon): 2 kB\n");
	struct meminfo_line line;

	(void)state;
	assert_true(meminfo_next(&text, &line));
	assert_true(text_is(line.key, "MemTotal"));
	assert_true(line.value == 10240 && line.has_bytes);
	assert_true(meminfo_next(&text, &line));
	assert_true(text_is(line.key, "HugePages_Total"));
	assert_true(line.value == 7 && !line.has_bytes);
	/* What is no number, or does not fit, is not told. */
	assert_true(meminfo_next(&text, &line));
	assert_true(text_is(line.key, "Active(anon)"));
	assert_false(meminfo_next(&text, &line));
}

static void keys(void **state)
{
	struct text text = text_of("SwapCached: 4 kB\nCached: 8 kB\n");
	uint64_t value = 1;

	(void)state;
	assert_true(meminfo_get(text, "Cached", &value));
	assert_true(value == 8192);
	assert_false(meminfo_get(text, "Cache", &value));
	assert_false(meminfo_get(text_of(""), "Cached", &value));
	assert_true(value == 8192);
}

static void counters(void **state)
{
	struct text text = text_of("pgscan_kswapd_dma 1\npgscan_kswapd_dma32 2\n"
		"pgscan_kswapd_normal 4\npgscan_direct 8\n"
		"pgscan_direct_throttle 100\nallocstall 16\n");
	uint64_t value;

	(void)state;
	assert_true(counter_get(text, "allocstall", &value) && value == 16);
	assert_false(counter_get(text, "alloc", &value));
	assert_true(counter_sum(text, "pgscan_kswapd", &value) && value == 7);
	/* That one counts waits, not pages. */
	assert_true(counter_sum(text, "pgscan_direct", &value) && value == 8);
	assert_false(counter_sum(text, "pgsteal_kswapd", &value));
	assert_false(counter_sum(text_of("a 9223372036854775807\na_dma 1\n"),
		"a", &value));
}

static void pressure(void **state)
{
	struct psi_line line[2];

	(void)state;
	psi_parse(text_of("some avg10=1.25 avg60=0.05 avg300=100.00 total=77\n"
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=3\n"), line);
	assert_true(line[0].known && line[1].known);
	assert_true(line[0].avg10 == 125 && line[0].avg60 == 5);
	assert_true(line[0].avg300 == 10000 && line[0].total == 77);
	assert_true(line[1].total == 3);
	psi_parse(text_of("some avg10=1.2x avg60=0.05 avg300=0.0 total=77\n"
		"full avg10= avg60=0.00 avg300=0.00 total=1\n"), line);
	assert_false(line[0].known || line[1].known);
}

static void small_texts(void **state)
{
	uint64_t numbers[4];
	struct text word;

	(void)state;
	assert_int_equal(numbers_parse(text_of("  1  22 333 x 4\n5\n"),
		numbers, 4), 3);
	assert_true(numbers[2] == 333);
	assert_true(chosen_word(text_of("lzo [lz4] zstd\n"), &word));
	assert_true(text_is(word, "lz4"));
	assert_false(chosen_word(text_of("lzo lz4\n"), &word));
}

static void cpu_lists(void **state)
{
	uint64_t npages;

	(void)state;
	assert_true(zoneinfo_cached(text_of("  pagesets\n    cpu: 0\n"
		"              count:    5\n              high:  9\n"
		"              count: 6\n"), &npages));
	assert_true(npages == 11);
	assert_false(zoneinfo_cached(text_of("  pages free 3\n"), &npages));
}

static void group_names(void **state)
{
	struct text path;

	(void)state;
	assert_int_equal(cgroup_of(text_of("4:cpu,memory:/a:b\n0::/u\n"),
		&path), CGROUP_V1);
	assert_true(text_is(path, "/a:b"));
	assert_int_equal(cgroup_of(text_of("1:name=memory:/a\n0::/u v\n"),
		&path), CGROUP_V2);
	assert_true(text_is(path, "/u v"));
	assert_int_equal(cgroup_of(text_of("1:cpu:/a\n"), &path), CGROUP_NONE);
	assert_int_equal(cgroup_of(text_of(""), &path), CGROUP_NONE);
	assert_true(cgroup_has(text_of("4:cpu:/x\n0::/a/b\n"), text_of("/a/b")));
	assert_true(cgroup_has(text_of("4:cpu:/x\n0::/a/b\n"), text_of("/a/")));
	assert_true(cgroup_has(text_of("4:cpu:/x\n0::/a/b\n"), text_of("/")));
	assert_true(cgroup_has(text_of("4:cpu:/x:y\n"), text_of("/x:y")));
	assert_false(cgroup_has(text_of("0::/a/b\n"), text_of("/a/bc")));
	assert_false(cgroup_has(text_of("0::/a/bc\n"), text_of("/a/b")));
	assert_false(cgroup_has(text_of("0::/a/bc"), text_of("/a/bcd")));
	assert_false(cgroup_has(text_of("/a\n:\n"), text_of("/")));
}

#define MOUNTS \
	"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n" \
	"32 31 0:29 / /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu\n" \
	"35 31 0:32 / /sys/fs/cgroup/memory rw shared:7 master:2 - " \
	"cgroup cgroup rw,memory\n" \
	"41 31 0:38 /box /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"

static void mounts(void **state)
{
	struct cgroup_mount mount;

	(void)state;
	assert_true(cgroup_mount_find(text_of(MOUNTS), CGROUP_V1, &mount));
	assert_true(text_is(mount.point, "/sys/fs/cgroup/memory"));
	assert_true(text_is(mount.root, "/"));
	assert_true(cgroup_mount_find(text_of(MOUNTS), CGROUP_V2, &mount));
	assert_true(text_is(mount.root, "/box"));
	assert_false(cgroup_mount_find(text_of("1 2 3\n"), CGROUP_V2, &mount));
}

static void folder(const char *root, const char *path, const char *want)
{
	struct cgroup_mount mount = { text_of(root), text_of("/sys/cg") };
	struct buf out = { 0 };

	assert_int_equal(cgroup_folder(&mount, text_of(path), &out),
		want != NULL);
	assert_string_equal(buf_text(&out), want ? want : "");
	buf_fini(&out);
}

/* The names are others' to choose: none leads out of the hierarchy. */
static void folders(void **state)
{
	char longer[CGROUP_PATH_MAX + 2];

	(void)state;
	folder("/", "/a/b c", "/sys/cg/a/b c");
	folder("/", "/", "/sys/cg");
	folder("/box", "/box", "/sys/cg");
	folder("/box", "/box/in", "/sys/cg/in");
	folder("/box", "/boxer", NULL);
	folder("/box", "/", NULL);
	folder("/", "/..", NULL);
	folder("/", "/../../etc", NULL);
	folder("/", "/a/../../b", NULL);
	folder("/", "/a/./b", NULL);
	folder("/", "/a..b/...", "/sys/cg/a..b/...");
	folder("/", "a", NULL);
	folder("/", "", NULL);
	folder("/", "/gone (deleted)", NULL);
	folder("/..", "/a", NULL);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[0] = '/';
	longer[sizeof(longer) - 1] = '\0';
	folder("/", longer, NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(lines), T(keys), T(counters), T(pressure), T(small_texts),
		T(cpu_lists), T(group_names), T(mounts), T(folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
