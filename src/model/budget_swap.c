/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "budget_impl.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/kernel/meminfo.h"
#include "vmatlas/kernel/swaps.h"
#include "vmatlas/model/hugepages.h"

/* Devices looked at; a machine has one, or one a CPU. */
#define ZRAM_MAX 64

static struct text view(const struct buf *buf)
{
	return (struct text){ buf_text(buf), buf->len };
}

static bool read_text(struct source *src, const char *path, struct buf *out)
{
	buf_clear(out);
	return source_text(src, PROC_NONE, path, out) == ANSWER_OK;
}

static void take_swap(struct budget *budget, struct text meminfo)
{
	static const char *const names[][2] = {
		{ "total", "SwapTotal" }, { "free", "SwapFree" },
		{ "cached", "SwapCached" },
	};
	uint64_t total, free;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		bool known = meminfo_get(meminfo, names[i][1], &total);

		budget_put(budget, GROUP_SWAP, names[i][0], MEMORY_BYTES, known,
			known ? total : 0);
	}
	if (meminfo_get(meminfo, "SwapTotal", &total) &&
	    meminfo_get(meminfo, "SwapFree", &free) && free <= total)
		budget_put(budget, GROUP_SWAP, "used", MEMORY_BYTES, true,
			total - free);
}

static void put_pool(struct budget *budget, const struct huge_pool *pool)
{
	const struct {
		const char *name;
		uint32_t figure;
		uint64_t value;
		const char *note;
	} figures[] = {
		{ "pool", HUGE_TOTAL, pool->total, "huge pages of this size" },
		{ "free", HUGE_FREE, pool->free, NULL },
		{ "reserved", HUGE_RESERVED, pool->reserved,
			"free, but promised" },
		{ "surplus", HUGE_SURPLUS, pool->surplus,
			"gone once they are free" },
		{ "surplus-limit", HUGE_LIMIT, pool->limit, NULL },
	};
	struct buf size = { 0 };
	uint32_t subject;
	size_t i;

	buf_fmt(&size, "%llukB", (unsigned long long)pool->page_bytes >> 10);
	subject = budget_words(budget, view(&size));
	buf_fini(&size);
	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		struct memory_row *row = budget_put(budget, GROUP_HUGETLB,
			figures[i].name, MEMORY_PAGES,
			pool->known & figures[i].figure, figures[i].value);

		row->subject = subject;
		budget_note(budget, row, figures[i].note);
	}
}

/* Without sysfs only the pool of the usual size is told. */
static void take_usual_pool(struct budget *budget, struct text meminfo)
{
	struct huge_pool pool = { .node = -1 };

	if (!meminfo_get(meminfo, "Hugepagesize", &pool.page_bytes))
		return;
	if (meminfo_get(meminfo, "HugePages_Total", &pool.total))
		pool.known |= HUGE_TOTAL;
	if (meminfo_get(meminfo, "HugePages_Free", &pool.free))
		pool.known |= HUGE_FREE;
	if (meminfo_get(meminfo, "HugePages_Rsvd", &pool.reserved))
		pool.known |= HUGE_RESERVED;
	if (meminfo_get(meminfo, "HugePages_Surp", &pool.surplus))
		pool.known |= HUGE_SURPLUS;
	put_pool(budget, &pool);
}

static void take_pools(struct budget *budget, struct source *src,
	const struct machine *machine, struct text meminfo)
{
	struct huge_pool *pools = NULL;
	enum answer answer;
	size_t i, n = hugepages_read(src, machine, &pools, &answer);

	if (!n)
		take_usual_pool(budget, meminfo);
	for (i = 0; i < n; i++)
		if (pools[i].node < 0)
			put_pool(budget, &pools[i]);
	free(pools);
}

/* What a page that was stored costs in RAM. */
static void take_cost(struct budget *budget, enum memory_group group,
	uint32_t subject, uint64_t page_size, uint64_t stored, uint64_t used)
{
	bool known = stored && used < (UINT64_C(1) << 56) / page_size / 10000;
	struct memory_row *row;

	row = budget_put(budget, group, "ram-per-page", MEMORY_BYTES, known,
		known ? (used * page_size + stored / 2) / stored : 0);
	row->subject = subject;
	budget_note(budget, row, "what a page there costs in RAM");
	row = budget_put(budget, group, "ram-share", MEMORY_PERCENT, known,
		known ? (used * 10000 + stored / 2) / stored : 0);
	row->subject = subject;
	budget_note(budget, row, "of what it was before");
}

/* ---- zram */

struct zram {
	struct budget *budget;
	struct source *src;
	uint64_t page_size;
	struct buf text, path;
};

static bool zram_text(struct zram *zram, unsigned number, const char *file)
{
	buf_clear(&zram->path);
	buf_fmt(&zram->path, "/sys/block/zram%u/%s", number, file);
	return read_text(zram->src, buf_text(&zram->path), &zram->text);
}

static bool zram_number(struct zram *zram, unsigned number, const char *file,
	uint64_t *out)
{
	return zram_text(zram, number, file) &&
		numbers_parse(view(&zram->text), out, 1) == 1;
}

/* The numbers of mm_stat; below 4.1 the first three are files. */
static size_t zram_numbers(struct zram *zram, unsigned number,
	uint64_t out[8])
{
	static const char *const files[] = {
		"orig_data_size", "compr_data_size", "mem_used_total"
	};
	size_t n;

	if (zram_text(zram, number, "mm_stat"))
		return numbers_parse(view(&zram->text), out, 8);
	for (n = 0; n < 3 && zram_number(zram, number, files[n], &out[n]); n++)
		;
	return n;
}

/* False: there is no such device. */
static bool take_device(struct zram *zram, unsigned number)
{
	static const struct {
		const char *name;
		unsigned at;
		enum memory_unit unit;
		const char *note;
	} figures[] = {
		{ "stored", 0, MEMORY_BYTES, "before compression" },
		{ "compressed", 1, MEMORY_BYTES, NULL },
		{ "used", 2, MEMORY_BYTES, "RAM it takes, in compressed" },
		{ "most-used", 4, MEMORY_BYTES, NULL },
		{ "same-filled", 5, MEMORY_PAGES, "pages of one value: free" },
		{ "incompressible", 7, MEMORY_PAGES, NULL },
	};
	struct budget *budget = zram->budget;
	uint64_t size, numbers[8] = { 0 };
	struct memory_row *row;
	struct text word;
	uint32_t subject;
	size_t i, n;

	if (!zram_number(zram, number, "disksize", &size))
		return false;
	buf_clear(&zram->path);
	buf_fmt(&zram->path, "zram%u", number);
	subject = budget_words(budget, view(&zram->path));
	row = budget_put(budget, GROUP_ZRAM, "size", MEMORY_BYTES, true, size);
	row->subject = subject;
	if (!size) {
		budget_note(budget, row, "not set up");
		return true;
	}
	if (zram_text(zram, number, "comp_algorithm") &&
	    chosen_word(view(&zram->text), &word))
		row->note = budget_words(budget, word);
	n = zram_numbers(zram, number, numbers);
	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		row = budget_put(budget, GROUP_ZRAM, figures[i].name,
			figures[i].unit, figures[i].at < n,
			numbers[figures[i].at]);
		row->subject = subject;
		budget_note(budget, row, figures[i].note);
	}
	take_cost(budget, GROUP_ZRAM, subject, zram->page_size,
		n > 2 ? numbers[0] : 0, numbers[2]);
	return true;
}

/* The number of the swap area "/dev/zramN". */
static bool zram_of_area(const struct swap_area *area, uint64_t *number)
{
	struct text name = { area->file, area->file_len };

	if (!text_starts(name, "/dev/zram"))
		return false;
	name.p += 9;
	name.n -= 9;
	return text_all_u64(name, 10, number) && *number < 10000;
}

static void take_area(struct budget *budget, const struct swap_area *area)
{
	struct memory_row *row;
	uint32_t subject = budget_words(budget, (struct text){ area->file,
		area->file_len });

	row = budget_put(budget, GROUP_SWAP, "area-size", MEMORY_BYTES, true,
		area->size);
	row->subject = subject;
	row->note = budget_words(budget, text_of(area->medium));
	row = budget_put(budget, GROUP_SWAP, "area-used", MEMORY_BYTES, true,
		area->used);
	row->subject = subject;
	row = budget_add(budget, GROUP_SWAP, "area-priority", MEMORY_COUNT);
	row->subject = subject;
	row->known = MEMORY_KNOWN;
	row->value = area->priority;
	budget_note(budget, row, "the highest is filled first");
}

/* The swap areas; zram0 and on, and those that swap is on. */
static void take_devices(struct budget *budget, struct source *src,
	uint64_t page_size)
{
	struct zram zram = { .budget = budget, .src = src,
		.page_size = page_size };
	struct swap_area *areas = NULL;
	size_t i, n = 0;
	unsigned first = 0;

	if (read_text(src, "swaps", &zram.text))
		n = swaps_parse(view(&zram.text), &areas);
	for (i = 0; i < n; i++)
		take_area(budget, &areas[i]);
	while (first < ZRAM_MAX && take_device(&zram, first))
		first++;
	for (i = 0; i < n; i++) {
		uint64_t number;

		if (zram_of_area(&areas[i], &number) && number > first)
			take_device(&zram, (unsigned)number);
	}
	swaps_free(areas, n);
	buf_fini(&zram.text);
	buf_fini(&zram.path);
}

/* ---- zswap */

static bool zswap_sizes(struct source *src, struct text meminfo,
	uint64_t page_size, struct buf *text, uint64_t *pool, uint64_t *stored)
{
	/* In meminfo from 5.19 on; before that only in debugfs. */
	if (meminfo_get(meminfo, "Zswap", pool) &&
	    meminfo_get(meminfo, "Zswapped", stored))
		return true;
	if (!read_text(src, "/sys/kernel/debug/zswap/pool_total_size", text) ||
	    numbers_parse(view(text), pool, 1) != 1 ||
	    !read_text(src, "/sys/kernel/debug/zswap/stored_pages", text) ||
	    numbers_parse(view(text), stored, 1) != 1 ||
	    *stored > (UINT64_C(1) << 56) / page_size)
		return false;
	*stored *= page_size;
	return true;
}

static void take_zswap(struct budget *budget, struct source *src,
	struct text meminfo, uint64_t page_size)
{
	struct buf text = { 0 };
	uint64_t pool = 0, stored = 0;
	struct memory_row *row;
	bool on, told;

	if (!read_text(src, "/sys/module/zswap/parameters/enabled", &text)) {
		buf_fini(&text);
		return;
	}
	on = text_starts(view(&text), "Y");
	row = budget_put(budget, GROUP_ZSWAP, "enabled", MEMORY_COUNT, true,
		on);
	if (on && read_text(src, "/sys/module/zswap/parameters/compressor",
			&text))
		row->note = budget_words(budget, text_trim((struct text){
			buf_text(&text), strcspn(buf_text(&text), "\n") }));
	told = zswap_sizes(src, meminfo, page_size, &text, &pool, &stored);
	budget_put(budget, GROUP_ZSWAP, "stored", MEMORY_BYTES, told, stored);
	row = budget_put(budget, GROUP_ZSWAP, "used", MEMORY_BYTES, told, pool);
	budget_note(budget, row, "RAM it takes, in compressed");
	if (told && stored)
		take_cost(budget, GROUP_ZSWAP, 0, page_size, stored, pool);
	buf_fini(&text);
}

void budget_fill_swap(struct budget *budget, struct source *src,
	const struct machine *machine, struct text meminfo)
{
	uint64_t page_size = machine->facts.page_size;

	take_pools(budget, src, machine, meminfo);
	take_swap(budget, meminfo);
	take_devices(budget, src, page_size);
	take_zswap(budget, src, meminfo, page_size);
}
