/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/base/text.h"
#include "vmatlas/model/cached.h"

/*
 * A page cache made up: of a file of NPAGES, those that HAS says.  It answers
 * as live does, and remembers what it was asked.
 */
struct cache {
	struct source src;
	uint64_t npages;
	bool (*has)(uint64_t page);
	bool no_counts;		/* as before cachestat */
	enum answer refuse;
	unsigned counts, windows;
	uint64_t widest;	/* of the windows */
	struct buf asked;	/* the paths, a line each */
};

static enum answer cache_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct cache *cache = (struct cache *)src;
	uint64_t offset, length, page, n = 0, run = 0;
	struct text rest = text_of(path), part;
	bool pages = strstr(path, ":pages") != NULL;

	(void)id;
	buf_fmt(&cache->asked, "%s\n", path);
	if (cache->refuse)
		return cache->refuse;
	assert_true(text_until(&rest, '@', &part));
	assert_true(text_u64(&rest, 10, &offset));
	rest.p++;
	rest.n--;
	assert_true(text_u64(&rest, 10, &length));
	offset /= 4096;
	length /= 4096;
	cache->windows += pages;
	cache->counts += !pages;
	if (!pages && cache->no_counts)
		return ANSWER_ABSENT;
	if (pages && length > cache->widest)
		cache->widest = length;
	buf_fmt(out, "shmem: 0\nsize: %llu\n",
		(unsigned long long)cache->npages * 4096);
	for (page = 0; page < length; page++) {
		bool has = offset + page < cache->npages &&
			cache->has(offset + page);

		n += has;
		run = has ? run + 1 : 0;
		if (pages && has && (page + 1 == length ||
				offset + page + 1 >= cache->npages ||
				!cache->has(offset + page + 1)))
			buf_fmt(out, "%llu %llu\n",
				(unsigned long long)(page + 1 - run),
				(unsigned long long)run);
	}
	if (!pages)
		buf_fmt(out, "cached: %llu\n", (unsigned long long)n);
	return ANSWER_OK;
}

static const struct source_ops cache_ops = { .text = cache_text };

static bool all(uint64_t page)
{
	(void)page;
	return true;
}

static bool none(uint64_t page)
{
	(void)page;
	return false;
}

static bool some(uint64_t page)
{
	return page % 7 == 3 || (page >= 5000 && page < 9000);
}

#define VPN 0x12345	/* of the region: no multiple of anything */

static struct region region_of(uint64_t npages)
{
	return (struct region){ .start = (uint64_t)VPN << 12,
		.end = (VPN + npages) << 12, .offset = 16 << 12,
		.inode = 9, .read = true, .type = REGION_FILE };
}

static void ask(struct cache *cache, struct cached_map *map,
	const struct region *region, uint64_t from, uint64_t to, unsigned left)
{
	cache->src.ops = &cache_ops;
	cached_read(map, &cache->src, (struct proc_id){ 7, 1 }, region, 12,
		from, to, &left);
}

static void check_map(const struct cache *cache, const struct cached_map *map,
	const struct region *region)
{
	uint64_t vpn;
	size_t i;

	for (i = 0; i < map->n; i++) {
		assert_true(map->ranges[i].start < map->ranges[i].end);
		assert_true(map->ranges[i].start >= map->from);
		assert_true(map->ranges[i].end <= map->to);
		assert_true(!i || map->ranges[i].start > map->ranges[i - 1].end);
	}
	for (vpn = map->from; vpn < map->to; vpn++) {
		uint64_t page = vpn - (region->start >> 12) + 16;

		assert_int_equal(cached_has(map, vpn),
			page < cache->npages && cache->has(page));
	}
}

static void one_question_for_all_or_none(void **state)
{
	struct region region = region_of(20000);
	struct cached_map map = { 0 };
	struct cache cache = { .npages = 100000, .has = all };

	(void)state;
	ask(&cache, &map, &region, 0, UINT64_MAX, 10);
	check_map(&cache, &map, &region);
	assert_true(cached_covers(&map, &region, VPN, VPN + 20000));
	assert_int_equal(map.n, 1);
	cache.has = none;
	ask(&cache, &map, &region, 0, UINT64_MAX, 10);
	check_map(&cache, &map, &region);
	assert_true(cached_covers(&map, &region, VPN, VPN + 20000));
	assert_int_equal(map.n, 0);
	assert_int_equal(cache.counts, 2);
	assert_int_equal(cache.windows, 0);
	cached_free(&map);
	buf_fini(&cache.asked);
}

static void windows_where_some_are(void **state)
{
	struct region region = region_of(600000);
	struct cached_map map = { 0 };
	struct cache cache = { .npages = 500000, .has = some };

	(void)state;
	ask(&cache, &map, &region, 0, UINT64_MAX, 1000);
	check_map(&cache, &map, &region);
	assert_true(cached_covers(&map, &region, VPN, VPN + 600000));
	assert_true(map.file_pages == 500000);
	assert_true(cache.widest == 4096);
	/* Chunks, and a window for each 4096 pages: no more. */
	assert_true(cache.counts <= 4 && cache.windows <= 148);
	cached_free(&map);
	buf_fini(&cache.asked);
}

/* What is asked about a part was asked about the whole too: a recording of
 * the one answers the other. */
static void a_part_asks_nothing_new(void **state)
{
	struct region region = region_of(600000);
	struct cached_map map = { 0 };
	struct cache cache = { .npages = 500000, .has = some };
	struct buf whole;
	struct text lines, line;
	unsigned n = 0;

	(void)state;
	ask(&cache, &map, &region, 0, UINT64_MAX, 1000);
	whole = cache.asked;
	cache.asked = (struct buf){ 0 };
	ask(&cache, &map, &region, VPN + 300001, VPN + 300002, 1000);
	check_map(&cache, &map, &region);
	assert_true(map.to - map.from == 4096);
	assert_true(cached_covers(&map, &region, VPN + 300001, VPN + 300002));
	lines = (struct text){ buf_text(&cache.asked), cache.asked.len };
	while (text_line(&lines, &line)) {
		struct buf full = { 0 };

		buf_add(&full, line.p, line.n);
		buf_char(&full, '\n');
		assert_non_null(strstr(buf_text(&whole), buf_text(&full)));
		buf_fini(&full);
		n++;
	}
	assert_int_equal(n, 2);
	cached_free(&map);
	buf_fini(&cache.asked);
	buf_fini(&whole);
}

static void without_counts(void **state)
{
	struct region region = region_of(20000);
	struct cached_map map = { 0 };
	struct cache cache = { .npages = 15000, .has = some,
		.no_counts = true };

	(void)state;
	ask(&cache, &map, &region, 0, UINT64_MAX, 1000);
	check_map(&cache, &map, &region);
	assert_true(cached_covers(&map, &region, VPN, VPN + 20000));
	/* So many windows that it would take minutes: not known. */
	region = region_of((UINT64_C(1) << 22) + 1);
	cache.windows = 0;
	ask(&cache, &map, &region, 0, UINT64_MAX, 100000);
	assert_true(map.to == map.from && map.answer == ANSWER_ABSENT);
	assert_int_equal(cache.windows, 0);
	cached_free(&map);
	buf_fini(&cache.asked);
}

static void questions_run_out(void **state)
{
	struct region region = region_of(600000);
	struct cached_map map = { 0 };
	struct cache cache = { .npages = 500000, .has = some };

	(void)state;
	ask(&cache, &map, &region, 0, UINT64_MAX, 5);
	assert_int_equal(cache.counts + cache.windows, 5);
	assert_int_equal(map.answer, ANSWER_OK);
	assert_true(map.to > map.from);
	assert_false(cached_covers(&map, &region, VPN, VPN + 600000));
	assert_true(cached_asked(&map, &region, VPN, VPN + 600000));
	check_map(&cache, &map, &region);
	cached_free(&map);
	buf_fini(&cache.asked);
}

static void refused(void **state)
{
	static const enum answer answers[] = { ANSWER_DENIED, ANSWER_ABSENT,
		ANSWER_GONE, ANSWER_BLOCKED, ANSWER_UNRECORDED };
	struct region region = region_of(600000);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct cached_map map = { 0 };
		struct cache cache = { .npages = 500000, .has = some,
			.refuse = answers[i] };

		ask(&cache, &map, &region, 0, UINT64_MAX, 1000);
		assert_int_equal(map.answer, answers[i]);
		assert_true(map.to == map.from && !map.n);
		assert_false(cached_covers(&map, &region, VPN, VPN + 1));
		cached_free(&map);
		buf_fini(&cache.asked);
	}
}

static void another_region_is_not_covered(void **state)
{
	struct region region = region_of(100), other = region;
	struct cached_map map = { 0 };
	struct cache cache = { .npages = 100000, .has = all };

	(void)state;
	ask(&cache, &map, &region, 0, UINT64_MAX, 10);
	assert_true(cached_covers(&map, &region, VPN, VPN + 100));
	assert_false(cached_covers(&map, &region, VPN, VPN + 101));
	assert_false(cached_covers(&map, &region, VPN - 1, VPN + 1));
	other.inode++;
	assert_false(cached_covers(&map, &other, VPN, VPN + 1));
	other = region;
	other.offset += 4096;
	assert_false(cached_covers(&map, &other, VPN, VPN + 1));
	cached_free(&map);
	buf_fini(&cache.asked);
}

/* Only what a touch could find there. */
static void regions_it_is_about(void **state)
{
	struct region region = region_of(10);
	struct text name = text_of("/bin/true");

	(void)state;
	assert_true(cached_applies(&region, name));
	region.write = true;
	assert_true(cached_applies(&region, name));
	region.type = REGION_SHMEM;
	assert_true(cached_applies(&region, name));
	region.type = REGION_SPECIAL;
	assert_false(cached_applies(&region, text_of("/secretmem")));
	region.type = REGION_HUGETLB;
	assert_false(cached_applies(&region, name));
	region.type = REGION_DEVICE;
	assert_false(cached_applies(&region, name));
	region.type = REGION_ANON;
	region.inode = 0;
	assert_false(cached_applies(&region, text_of("")));
}

static void damaged_answers(void **state)
{
	static const char *const bad[] = { "", "shmem: 0\n", "size: 1\n",
		"shmem: 0\nsize: 9\n5\n", "shmem: 0\nsize: 9\n5 0\n",
		"shmem: 0\nsize: 9\n8 3\n", "shmem: 0\nsize: 9\n4 2\n5 1\n",
		"shmem: 0\nsize: 9\n1 1\n99999999999999999999 1\n",
		"shmem: 0\nsize: 9\n1 1\n2 18446744073709551615\n",
		"shmem: 0\nsize: 9\n1 x\n" };
	struct cached_map map = { 0 };
	size_t i;

	(void)state;
	assert_true(cached_parse(&map, text_of("shmem: 0\nsize: 9\n0 2\n"),
		98, 10));
	assert_int_equal(map.n, 1);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(cached_parse(&map, text_of(bad[i]), 100, 10));
		assert_int_equal(map.n, 1);
		assert_true(map.ranges[0].start == 98);
		assert_true(map.ranges[0].end == 100);
	}
	assert_true(cached_parse(&map, text_of("shmem: 0\nsize: 9\n0 1\n3 7"),
		100, 10));
	assert_int_equal(map.n, 2);
	assert_true(map.ranges[0].end == 101);
	assert_true(map.ranges[1].start == 103 && map.ranges[1].end == 110);
	cached_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_question_for_all_or_none),
		cmocka_unit_test(windows_where_some_are),
		cmocka_unit_test(a_part_asks_nothing_new),
		cmocka_unit_test(without_counts),
		cmocka_unit_test(questions_run_out),
		cmocka_unit_test(refused),
		cmocka_unit_test(another_region_is_not_covered),
		cmocka_unit_test(regions_it_is_about),
		cmocka_unit_test(damaged_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
