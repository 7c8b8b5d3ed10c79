/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/topology.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

#define MEMORY "/sys/devices/system/memory"
#define NODE "/sys/devices/system/node"
/* So many files of blocks are read: that is 2 TiB of blocks of 128 MiB, twice
 * over.  The blocks behind are as doubtful as they were. */
#define FILES_ASKED 32768

bool zones_overlap(const struct zone *a, const struct zone *b)
{
	return a->has_start && b->has_start &&
		a->start_pfn < b->start_pfn + b->spanned &&
		b->start_pfn < a->start_pfn + a->spanned;
}

bool topology_same(const struct zone *a, size_t na, const struct zone *b,
	size_t nb)
{
	size_t i;

	if (na != nb)
		return false;
	for (i = 0; i < na; i++)
		if (a[i].node != b[i].node || strcmp(a[i].name, b[i].name) ||
		    a[i].has_start != b[i].has_start ||
		    a[i].start_pfn != b[i].start_pfn ||
		    a[i].spanned != b[i].spanned ||
		    a[i].present != b[i].present)
			return false;
	return true;
}

/* The first line of a file; empty where there is none. */
static enum answer read_line(struct source *src, struct buf *path,
	struct buf *buf, struct text *line)
{
	enum answer answer = source_text(src, PROC_NONE, buf_text(path), buf);
	struct text rest = { buf_text(buf), buf->len };

	if (!text_line(&rest, line))
		*line = text_of("");
	return answer;
}

/* ---- memory blocks */

struct asking {
	struct source *src;
	const struct zone *zones;
	size_t nzones;
	unsigned files;		/* of blocks, so far */
	struct buf path, buf;
};

/* FILE of block NUMBER as NODE has it; node -1: as the machine has it. */
static enum answer ask_block(struct asking *asking, int node, uint64_t number,
	const char *file, struct text *line)
{
	if (asking->files++ >= FILES_ASKED)
		return ANSWER_UNRECORDED;
	buf_clear(&asking->path);
	if (node < 0)
		buf_str(&asking->path, MEMORY);
	else
		buf_fmt(&asking->path, NODE "/node%d", node);
	buf_fmt(&asking->path, "/memory%" PRIu64 "/%s", number, file);
	return read_line(asking->src, &asking->path, &asking->buf, line);
}

static bool is_in(const struct zone *zone, uint64_t start, uint64_t end)
{
	return zone->has_start && zone->start_pfn < end &&
		start < zone->start_pfn + zone->spanned;
}

/* Which of the nodes with zones here has the block?  FILE is any file of it;
 * LINE is what that says. */
static bool find_node(struct asking *asking, uint64_t number,
	const char *file, struct memory_run *run, struct text *line)
{
	const struct zone *zones = asking->zones;
	int found = 0, node = -1;
	size_t i;

	for (i = 0; i < asking->nzones; i++) {
		/* Zones of a node stand together. */
		if (!is_in(&zones[i], run->start, run->end) ||
		    zones[i].node == node)
			continue;
		node = zones[i].node;
		if (ask_block(asking, node, number, file, line) == ANSWER_OK)
			run->node = found++ ? -1 : node;
	}
	/* Other nodes were asked after that; or more than one has it. */
	if (found && run->node != node)
		ask_block(asking, run->node, number, file, line);
	return found;
}

static void take_zone(struct memory_run *run, struct text name)
{
	if (name.n >= sizeof(run->zone) || text_is(name, "none"))
		return;
	memcpy(run->zone, name.p, name.n);
	run->zone[name.n] = '\0';
}

/* One block; false: nobody tells anything about it. */
static bool read_block(struct asking *asking, uint64_t number,
	struct memory_run *run)
{
	struct text line, word;
	enum answer answer;
	bool several;

	if (find_node(asking, number, "valid_zones", run, &line) &&
	    text_word(&line, &word)) {
		several = text_word(&line, &(struct text){ 0 });
		take_zone(run, word);
		if (!several)
			return true;
	}
	/* Names of zones that it may get into: it is in the first, or in
	 * none.  Or there is no such file (below 3.18), or no such block. */
	answer = ask_block(asking, -1, number, "state", &line);
	run->offline = answer == ANSWER_ABSENT ||
		(answer == ANSWER_OK && text_is(line, "offline"));
	if (answer == ANSWER_OK && !run->offline && run->node < 0 &&
	    !run->zone[0])
		return find_node(asking, number, "state", run, &line);
	return run->offline || answer == ANSWER_OK;
}

static bool is_alike(const struct memory_run *a, const struct memory_run *b)
{
	return a->end == b->start && a->offline == b->offline &&
		a->node == b->node && !strcmp(a->zone, b->zone);
}

static bool is_doubtful(const struct asking *asking, uint64_t start,
	uint64_t end)
{
	size_t i, n = 0;

	for (i = 0; n < 2 && i < asking->nzones; i++)
		n += is_in(&asking->zones[i], start, end);
	return n > 1;
}

/* Frames in a memory block, or 0. */
static uint64_t block_frames(struct asking *asking, uint32_t page_size,
	enum answer *answer)
{
	struct text line;
	uint64_t nbytes;

	buf_clear(&asking->path);
	buf_str(&asking->path, MEMORY "/block_size_bytes");
	*answer = read_line(asking->src, &asking->path, &asking->buf, &line);
	if (*answer != ANSWER_OK || !text_all_u64(line, 16, &nbytes))
		return 0;
	return nbytes / page_size;
}

/* Where the spans of two zones first and last have frames in common. */
static bool find_overlap(const struct zone *zones, size_t nzones,
	uint64_t *start, uint64_t *end)
{
	size_t i, k;

	*start = UINT64_MAX;
	*end = 0;
	for (i = 0; i < nzones; i++)
		for (k = 0; k < i; k++) {
			const struct zone *a = &zones[i], *b = &zones[k];
			uint64_t from = a->start_pfn > b->start_pfn ?
				a->start_pfn : b->start_pfn;
			uint64_t to = a->start_pfn + a->spanned <
				b->start_pfn + b->spanned ?
				a->start_pfn + a->spanned :
				b->start_pfn + b->spanned;

			if (!zones_overlap(a, b))
				continue;
			*start = from < *start ? from : *start;
			*end = to > *end ? to : *end;
		}
	return *start < *end;
}

static void read_blocks(struct topology *topology, struct asking *asking,
	uint32_t page_size)
{
	uint64_t start, end, frames, number, most;
	size_t cap = 0;

	if (!find_overlap(asking->zones, asking->nzones, &start, &end))
		return;
	frames = block_frames(asking, page_size, &topology->blocks);
	if (!frames)
		return;
	most = (end - 1) / frames;
	if (most > UINT64_MAX / frames - 1)
		return;
	for (number = start / frames; number <= most &&
	     asking->files < FILES_ASKED; number++) {
		struct memory_run run = { .start = number * frames,
			.end = (number + 1) * frames, .node = -1 };

		if (!is_doubtful(asking, run.start, run.end) ||
		    !read_block(asking, number, &run))
			continue;
		if (topology->nruns && is_alike(
			    &topology->runs[topology->nruns - 1], &run)) {
			topology->runs[topology->nruns - 1].end = run.end;
			continue;
		}
		topology->runs = mem_grow(topology->runs, &cap,
			topology->nruns + 1, sizeof(run));
		topology->runs[topology->nruns++] = run;
	}
}

const struct memory_run *topology_run(const struct topology *topology,
	uint64_t pfn)
{
	size_t low = 0, high = topology->nruns;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct memory_run *run = &topology->runs[middle];

		if (pfn < run->start)
			high = middle;
		else if (pfn >= run->end)
			low = middle + 1;
		else
			return run;
	}
	return NULL;
}

/* ---- nodes */

static void take_nodes(struct topology *topology, const struct zone *zones,
	size_t nzones)
{
	size_t i;

	topology->nodes = mem_new(nzones, sizeof(*topology->nodes));
	for (i = 0; i < nzones; i++)
		if (!i || zones[i].node != zones[i - 1].node)
			topology->nodes[topology->nnodes++] = zones[i].node;
}

/* The file has a column for each node that is online: which those are is
 * certain only where they are as many as zoneinfo has. */
static bool read_distances(struct topology *topology, struct asking *asking)
{
	size_t i, k, n = topology->nnodes;
	struct text line, word;
	uint64_t value;

	for (i = 0; i < n; i++) {
		buf_clear(&asking->path);
		buf_fmt(&asking->path, NODE "/node%d/distance",
			topology->nodes[i]);
		topology->distance = read_line(asking->src, &asking->path,
			&asking->buf, &line);
		if (topology->distance != ANSWER_OK)
			return false;
		for (k = 0; k < n; k++) {
			if (!text_word(&line, &word) ||
			    !text_all_u64(word, 10, &value) ||
			    value > UINT16_MAX)
				return false;
			topology->distances[i * n + k] = (uint32_t)value;
		}
		if (text_word(&line, &word))
			return false;
	}
	return true;
}

struct topology *topology_read(struct source *src, const struct zone *zones,
	size_t nzones, uint32_t page_size)
{
	struct topology *topology = mem_new(1, sizeof(*topology));
	struct asking asking = { .src = src, .zones = zones,
		.nzones = nzones };
	size_t n;

	topology->refs = 1;
	take_nodes(topology, zones, nzones);
	n = topology->nnodes;
	if (n > 1) {
		topology->distances = mem_new(n * n,
			sizeof(*topology->distances));
		if (!read_distances(topology, &asking)) {
			free(topology->distances);
			topology->distances = NULL;
		}
	}
	read_blocks(topology, &asking, page_size);
	buf_fini(&asking.path);
	buf_fini(&asking.buf);
	return topology;
}

struct topology *topology_ref(struct topology *topology)
{
	__atomic_add_fetch(&topology->refs, 1, __ATOMIC_RELAXED);
	return topology;
}

void topology_unref(struct topology *topology)
{
	if (!topology || __atomic_sub_fetch(&topology->refs, 1,
				 __ATOMIC_ACQ_REL))
		return;
	free(topology->runs);
	free(topology->nodes);
	free(topology->distances);
	free(topology);
}
