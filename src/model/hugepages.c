/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/hugepages.h"

#include <inttypes.h>

#include "vmatlas/base/mem.h"

/* The largest that any architecture has (POWER), in bytes. */
#define HUGE_MOST (UINT64_C(16) << 30)

static enum answer read_figure(struct source *src, const char *folder,
	const char *name, uint64_t *out)
{
	struct buf path = { 0 }, buf = { 0 };
	struct text rest, line;
	enum answer answer;

	buf_fmt(&path, "%s/%s_hugepages", folder, name);
	answer = source_text(src, PROC_NONE, buf_text(&path), &buf);
	rest = (struct text){ buf_text(&buf), buf.len };
	if (answer == ANSWER_OK && (!text_line(&rest, &line) ||
			!text_all_u64(line, 10, out)))
		answer = ANSWER_ABSENT;
	buf_fini(&path);
	buf_fini(&buf);
	return answer;
}

/* The pool in FOLDER; the answer is that of its size, the rest may lack. */
static enum answer read_pool(struct source *src, const char *folder,
	struct huge_pool *pool)
{
	const struct {
		const char *name;
		uint32_t known;
		uint64_t *figure;
	} figures[] = {
		{ "nr", HUGE_TOTAL, &pool->total },
		{ "free", HUGE_FREE, &pool->free },
		{ "surplus", HUGE_SURPLUS, &pool->surplus },
		{ "resv", HUGE_RESERVED, &pool->reserved },
		{ "nr_overcommit", HUGE_LIMIT, &pool->limit },
	};
	/* The last two are not a node's. */
	size_t i, n = pool->node < 0 ? 5 : 3;
	enum answer answer;

	for (i = 0; i < n; i++) {
		answer = read_figure(src, folder, figures[i].name,
			figures[i].figure);
		if (answer == ANSWER_OK)
			pool->known |= figures[i].known;
		else if (!i)
			return answer;
	}
	return ANSWER_OK;
}

struct pools {
	struct source *src;
	struct huge_pool *all;
	size_t n, cap;
};

static enum answer add_pool(struct pools *pools, int node, uint64_t page_bytes)
{
	struct huge_pool pool = { .node = node, .page_bytes = page_bytes };
	struct buf folder = { 0 };
	enum answer answer;

	if (node < 0)
		buf_str(&folder, "/sys/kernel/mm");
	else
		buf_fmt(&folder, "/sys/devices/system/node/node%d", node);
	buf_fmt(&folder, "/hugepages/hugepages-%" PRIu64 "kB",
		page_bytes >> 10);
	answer = read_pool(pools->src, buf_text(&folder), &pool);
	buf_fini(&folder);
	if (answer != ANSWER_OK)
		return answer;
	pools->all = mem_grow(pools->all, &pools->cap, pools->n + 1,
		sizeof(pool));
	pools->all[pools->n++] = pool;
	return ANSWER_OK;
}

size_t hugepages_read(struct source *src, const struct machine *machine,
	struct huge_pool **out, enum answer *answer)
{
	struct pools pools = { .src = src };
	uint64_t bytes;
	enum answer one;
	size_t i;

	*answer = ANSWER_ABSENT;
	for (bytes = 2 * (uint64_t)machine->facts.page_size;
	     bytes <= HUGE_MOST; bytes *= 2) {
		one = add_pool(&pools, -1, bytes);
		/* That a size is not there says less than any other answer. */
		if (one != ANSWER_ABSENT && *answer != ANSWER_OK)
			*answer = one;
		if (one != ANSWER_OK)
			continue;
		for (i = 0; i < machine->nzones; i++)
			if (!i || machine->zones[i].node !=
				    machine->zones[i - 1].node)
				add_pool(&pools, machine->zones[i].node, bytes);
	}
	*out = pools.all;
	return pools.n;
}
