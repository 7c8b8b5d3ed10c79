/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "fake-source.h"
#include "vmatlas/model/group.h"

#define NPROCS 4
#define NPAGES 16
#define PAGE 4096
#define SLOT(type, offset) (PM_SWAP | (uint64_t)(offset) << 5 | (type))
#define FOLIO (FAKE_OWN | KPF(THP))

/* Processes 1 to 4, with a region of 16 pages each. */
struct world {
	struct source src;
	struct fake *machine;
	struct {
		uint64_t words[NPAGES];
		int vm;			/* processes with the same one share it */
		enum answer maps, pagemap;
	} procs[NPROCS + 1];
	enum answer kcmp;
	struct machine *info;
	struct crowd crowd;
	struct group group;
};

static enum answer world_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct world *w = (struct world *)src;
	int other, a, b;

	if (!id.pid)
		return source_text(&w->machine->src, id, path, out);
	if (!strcmp(path, "stat")) {
		buf_fmt(out, "%d (p) T 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 "
			"%d %d 16 0\n", id.pid, 100 + id.pid,
			65536 * w->procs[id.pid].vm);
		return ANSWER_OK;
	}
	if (!strcmp(path, "maps")) {
		if (w->procs[id.pid].maps == ANSWER_OK)
			buf_str(out, "1000000-1010000 rw-p 00000000 00:00 0 \n");
		return w->procs[id.pid].maps;
	}
	if (sscanf(path, "kcmp-vm/%d", &other) != 1)
		return ANSWER_ABSENT;
	a = w->procs[id.pid].vm;
	b = w->procs[other].vm;
	if (w->kcmp == ANSWER_OK)
		buf_fmt(out, "%d\n", a == b ? 0 : a < b ? 1 : 2);
	return w->kcmp;
}

static enum answer world_facts(struct source *src, struct facts *out)
{
	return source_facts(&((struct world *)src)->machine->src, out);
}

static enum answer world_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct world *w = (struct world *)src;
	size_t i;

	if (file != WORDS_PAGEMAP)
		return source_words(&w->machine->src, file, id, first, n, out,
			got);
	if (w->procs[id.pid].pagemap != ANSWER_OK)
		return w->procs[id.pid].pagemap;
	for (i = 0; i < n; i++)
		out[i] = first + i - 0x1000 < NPAGES ?
			w->procs[id.pid].words[first + i - 0x1000] : 0;
	*got = n;
	return ANSWER_OK;
}

static enum answer world_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	int i;

	(void)src;
	*out = calloc(NPROCS, sizeof(**out));
	for (i = 0; i < NPROCS; i++)
		(*out)[i].pid = i + 1;
	*n = NPROCS;
	return ANSWER_OK;
}

static void world_forget(struct source *src, struct proc_id id)
{
	(void)src;
	(void)id;
}

static const struct source_ops world_ops = {
	.facts = world_facts, .text = world_text, .words = world_words,
	.processes = world_processes, .forget = world_forget,
};

static void start(struct world *w)
{
	int i;

	memset(w, 0, sizeof(*w));
	w->src.ops = &world_ops;
	w->machine = fake_new();
	for (i = 1; i <= NPROCS; i++)
		w->procs[i].vm = i;
}

/* Page AT of PID is frame PFN. */
static void map(struct world *w, int pid, unsigned at, uint64_t pfn,
	uint64_t flags, uint64_t count)
{
	w->procs[pid].words[at] = fake_frame(w->machine, pfn, flags, count);
}

static const struct group_figures *count(struct world *w, const int *pids,
	unsigned n)
{
	w->info = machine_read(&w->src);
	group_begin(&w->group);
	assert_int_equal(crowd_begin(&w->crowd, &w->src, w->info, pids, n,
		group_user(&w->group)), ANSWER_OK);
	while (crowd_step(&w->crowd))
		;
	while (group_step(&w->group, &w->crowd))
		;
	return &w->group.figures;
}

static void stop(struct world *w)
{
	group_fini(&w->group);
	crowd_fini(&w->crowd);
	machine_unref(w->info);
	source_free(&w->machine->src);
}

static void each_frame_once(void **state)
{
	const struct group_figures *f;
	struct world w;

	(void)state;
	start(&w);
	map(&w, 1, 0, 5000, FAKE_OWN, 1);
	map(&w, 1, 1, 5001, FAKE_ANON, 2);	/* both of them have it */
	map(&w, 2, 7, 5001, FAKE_ANON, 2);
	map(&w, 2, 8, 5002, FAKE_ANON, 2);	/* somebody else too */
	map(&w, 1, 3, 9000, FAKE_CACHE, 2);
	map(&w, 2, 3, 9000, FAKE_CACHE, 2);
	map(&w, 2, 4, 9001, FAKE_CACHE, 4);
	map(&w, 2, 5, 9002, FAKE_CACHE | KPF(SWAPBACKED), 1);
	map(&w, 1, 9, 100, KPF(ZERO_PAGE) | KPF(RESERVED), 0);
	map(&w, 1, 10, 20000, FAKE_ANON | KPF(HUGE) | KPF(HEAD), 1);
	f = count(&w, (int[]){ 1, 2 }, 2);
	assert_true(f->rss_known && f->own_known && f->swap_known);
	assert_null(f->why);
	assert_int_equal(f->nread, 2);
	assert_int_equal(f->nspaces, 2);
	assert_int_equal(f->rss, 6 * PAGE);
	assert_int_equal(f->anonymous, 3 * PAGE);
	assert_int_equal(f->uss, 4 * PAGE);
	assert_int_equal(f->shared, 2 * PAGE);
	assert_int_equal(f->pss_fixed >> PSS_SHIFT, 4 * PAGE + PAGE / 2 +
		PAGE / 4);
	assert_int_equal(f->frees, 2 * PAGE);
	assert_int_equal(f->unmaps, 2 * PAGE);
	assert_int_equal(f->unmaps_shmem, PAGE);
	assert_int_equal(f->hugetlb, PAGE);
	stop(&w);
}

static void one_address_space_counts_once(void **state)
{
	const struct group_figures *f;
	struct world w;

	(void)state;
	start(&w);
	w.procs[2].vm = w.procs[1].vm;
	map(&w, 1, 0, 5000, FAKE_OWN, 1);
	map(&w, 2, 0, 5000, FAKE_OWN, 1);
	map(&w, 1, 1, 5001, FAKE_ANON, 2);	/* and somebody else's */
	map(&w, 2, 1, 5001, FAKE_ANON, 2);
	f = count(&w, (int[]){ 1, 2 }, 2);
	assert_int_equal(f->nread, 2);
	assert_int_equal(f->nspaces, 1);
	assert_int_equal(f->uss, PAGE);
	assert_int_equal(f->shared, PAGE);
	assert_int_equal(f->frees, PAGE);
	stop(&w);
}

static void an_outsider_keeps_it_alive(void **state)
{
	const struct group_figures *f;
	struct world w;

	(void)state;
	start(&w);
	w.procs[4].vm = w.procs[1].vm;
	map(&w, 1, 0, 5000, FAKE_OWN, 1);
	f = count(&w, (int[]){ 1, 2 }, 2);
	assert_true(f->rss_known);
	assert_int_equal(f->rss, PAGE);
	assert_false(f->own_known);
	assert_non_null(f->why);
	assert_int_equal(f->why_pid, 4);
	stop(&w);
}

static void without_kcmp_sizes_tell(void **state)
{
	const struct group_figures *f;
	struct world w;

	(void)state;
	start(&w);
	w.kcmp = ANSWER_ABSENT;
	map(&w, 1, 0, 5000, FAKE_OWN, 1);
	f = count(&w, (int[]){ 1, 2 }, 2);
	assert_true(f->own_known);
	assert_int_equal(f->frees, PAGE);
	stop(&w);
	start(&w);
	w.kcmp = ANSWER_ABSENT;
	w.procs[3].vm = w.procs[1].vm;
	f = count(&w, (int[]){ 1, 2 }, 2);
	assert_false(f->own_known);
	assert_int_equal(f->why_pid, 3);
	stop(&w);
}

static void a_folio_is_freed_as_a_whole(void **state)
{
	const struct group_figures *f;
	struct world w;
	unsigned i;

	(void)state;
	start(&w);
	/* All of one; of another others still have the last page, which we
	 * do not map; of a third we have what anybody has. */
	for (i = 0; i < 4; i++) {
		uint64_t part = i ? KPF(TAIL) : KPF(HEAD);

		map(&w, 1, i, 8192 + i, FOLIO | part, 1);
		map(&w, 1, 4 + i, 8196 + i, FOLIO | part, 1);
		map(&w, 1, 8 + i, 8704 - 4 + i, FOLIO | part, 1);
	}
	w.procs[1].words[7] = 0;
	w.procs[1].words[10] = 0;
	w.machine->counts[8702] = 0;
	f = count(&w, (int[]){ 1 }, 1);
	assert_int_equal(f->rss, 10 * PAGE);
	assert_int_equal(f->uss, 10 * PAGE);
	assert_int_equal(f->frees, 7 * PAGE);
	stop(&w);
}

static void a_folio_goes_on_in_the_next_block(void **state)
{
	const struct group_figures *f;
	struct world w;
	unsigned i;

	(void)state;
	start(&w);
	for (i = 0; i < 8; i++)
		map(&w, 1, i, 8704 - 4 + i,
			FOLIO | (i ? KPF(TAIL) : KPF(HEAD)), 1);
	f = count(&w, (int[]){ 1 }, 1);
	assert_int_equal(f->frees, 8 * PAGE);
	group_fini(&w.group);
	crowd_fini(&w.crowd);
	machine_unref(w.info);
	/* The rest of it is not ours. */
	for (i = 4; i < 8; i++)
		w.procs[1].words[i] = 0;
	f = count(&w, (int[]){ 1 }, 1);
	assert_int_equal(f->uss, 4 * PAGE);
	assert_int_equal(f->frees, 0);
	stop(&w);
}

static void swap_slots_once(void **state)
{
	const struct group_figures *f;
	struct world w;

	(void)state;
	start(&w);
	w.procs[1].words[0] = w.procs[2].words[5] = SLOT(0, 70);
	w.procs[1].words[1] = SLOT(1, 70);
	w.procs[3].words[1] = SLOT(0, 71);
	f = count(&w, (int[]){ 1, 2 }, 2);
	assert_int_equal(f->swap, 2 * PAGE);
	assert_int_equal(f->rss, 0);
	stop(&w);
}

static void who_cannot_be_read_is_left_out(void **state)
{
	const struct group_figures *f;
	struct world w;

	(void)state;
	start(&w);
	map(&w, 1, 0, 5000, FAKE_ANON, 2);
	map(&w, 2, 0, 5000, FAKE_ANON, 2);
	w.procs[2].pagemap = ANSWER_DENIED;
	f = count(&w, (int[]){ 1, 2 }, 2);
	assert_int_equal(f->nread, 1);
	assert_int_equal(f->rss, PAGE);
	assert_int_equal(f->uss, 0);
	stop(&w);
	start(&w);
	w.procs[1].maps = ANSWER_DENIED;
	f = count(&w, (int[]){ 1 }, 1);
	assert_int_equal(f->nread, 0);
	assert_false(f->rss_known || f->own_known || f->swap_known);
	assert_non_null(f->why);
	stop(&w);
}

static void nothing_without_frames_or_counts(void **state)
{
	const struct group_figures *f;
	struct world w;

	(void)state;
	start(&w);
	w.machine->facts.pfn_visible = false;
	map(&w, 1, 0, 5000, FAKE_OWN, 1);
	f = count(&w, (int[]){ 1 }, 1);
	assert_false(f->rss_known || f->own_known || f->swap_known);
	assert_non_null(f->why);
	stop(&w);
	start(&w);
	map(&w, 1, 0, 5000, FAKE_OWN, 1);
	w.machine->words_answer[WORDS_KPAGECOUNT] = ANSWER_DENIED;
	f = count(&w, (int[]){ 1 }, 1);
	assert_false(f->rss_known || f->own_known);
	assert_true(f->swap_known);
	assert_non_null(f->why);
	stop(&w);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(each_frame_once), T(one_address_space_counts_once),
		T(an_outsider_keeps_it_alive), T(without_kcmp_sizes_tell),
		T(a_folio_is_freed_as_a_whole),
		T(a_folio_goes_on_in_the_next_block), T(swap_slots_once),
		T(who_cannot_be_read_is_left_out),
		T(nothing_without_frames_or_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
