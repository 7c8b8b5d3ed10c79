/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "fake-source.h"
#include "vmatlas/model/swap_users.h"

#define SLOT(type, offset) (PM_SWAP | (uint64_t)(offset) << 5 | (type))
#define NPROCS 4
#define NPAGES 16

/* A machine of four processes, 1 to 4, with a region of 16 pages each. */
struct crowd {
	struct source src;
	struct fake *machine;
	struct {
		uint64_t words[NPAGES];
		int vm;			/* processes with the same one share it */
		const char *status;
		enum answer maps, pagemap;
		unsigned asked;		/* times that its pages were read */
	} procs[NPROCS + 1];
	enum answer processes, kcmp;
	unsigned compared;
};

static enum answer crowd_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct crowd *crowd = (struct crowd *)src;
	int other, a, b;

	if (!id.pid)
		return source_text(&crowd->machine->src, id, path, out);
	if (!strcmp(path, "stat")) {
		buf_fmt(out, "%d (p) T 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 "
			"%d 65536 16 0\n", id.pid, 100 + id.pid);
		return ANSWER_OK;
	}
	if (!strcmp(path, "maps")) {
		if (crowd->procs[id.pid].maps == ANSWER_OK)
			buf_str(out, "1000000-1010000 rw-p 00000000 00:00 0 \n");
		return crowd->procs[id.pid].maps;
	}
	if (!strcmp(path, "status") && crowd->procs[id.pid].status) {
		buf_str(out, crowd->procs[id.pid].status);
		return ANSWER_OK;
	}
	if (sscanf(path, "kcmp-vm/%d", &other) != 1)
		return ANSWER_ABSENT;
	crowd->compared++;
	a = crowd->procs[id.pid].vm;
	b = crowd->procs[other].vm;
	if (crowd->kcmp == ANSWER_OK)
		buf_fmt(out, "%d\n", a == b ? 0 : a < b ? 1 : 2);
	return crowd->kcmp;
}

static enum answer crowd_facts(struct source *src, struct facts *out)
{
	return source_facts(&((struct crowd *)src)->machine->src, out);
}

static enum answer crowd_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct crowd *crowd = (struct crowd *)src;
	size_t i;

	if (file != WORDS_PAGEMAP)
		return ANSWER_ABSENT;
	crowd->procs[id.pid].asked++;
	if (crowd->procs[id.pid].pagemap != ANSWER_OK)
		return crowd->procs[id.pid].pagemap;
	for (i = 0; i < n; i++)
		out[i] = first + i - 0x1000 < NPAGES ?
			crowd->procs[id.pid].words[first + i - 0x1000] : 0;
	*got = n;
	return ANSWER_OK;
}

static enum answer crowd_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	struct crowd *crowd = (struct crowd *)src;
	int i;

	if (crowd->processes != ANSWER_OK)
		return crowd->processes;
	*out = calloc(NPROCS, sizeof(**out));
	for (i = 0; i < NPROCS; i++)
		(*out)[i].pid = i + 1;
	*n = NPROCS;
	return ANSWER_OK;
}

static void crowd_forget(struct source *src, struct proc_id id)
{
	(void)src;
	(void)id;
}

static const struct source_ops crowd_ops = {
	.facts = crowd_facts, .text = crowd_text, .words = crowd_words,
	.processes = crowd_processes, .forget = crowd_forget,
};

struct world {
	struct crowd crowd;
	struct machine *info;
	struct space space;
	struct swap_users users;
};

static void start(struct world *w)
{
	int i;

	memset(w, 0, sizeof(*w));
	w->crowd.src.ops = &crowd_ops;
	w->crowd.machine = fake_new();
	for (i = 1; i <= NPROCS; i++)
		w->crowd.procs[i].vm = 10 * i;
}

/* The slots of process 2. */
static void count(struct world *w)
{
	w->info = machine_read(&w->crowd.src);
	space_init(&w->space, (struct proc_id){ 2, 0 }, false);
	assert_int_equal(space_refresh(&w->space, &w->crowd.src, w->info),
		ANSWER_OK);
	swap_users_read(&w->users, &w->space);
}

static void stop(struct world *w)
{
	swap_users_fini(&w->users);
	space_fini(&w->space);
	machine_unref(w->info);
	source_free(&w->crowd.machine->src);
}

static void everybody_is_counted(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.crowd.procs[2].words[0] = SLOT(0, 7);
	w.crowd.procs[2].words[1] = SLOT(0, 8);
	w.crowd.procs[2].words[2] = SLOT(1, 7);
	w.crowd.procs[1].words[5] = SLOT(0, 7);
	w.crowd.procs[3].words[0] = SLOT(0, 7);
	w.crowd.procs[3].words[9] = SLOT(0, 9);
	w.crowd.procs[4].words[0] = PM_PRESENT | 7 << 5;
	count(&w);
	assert_null(w.users.why);
	assert_int_equal(swap_users_of(&w.users, 0, 7), 3);
	assert_int_equal(swap_users_of(&w.users, 0, 8), 1);
	assert_int_equal(swap_users_of(&w.users, 1, 7), 1);
	/* Nobody asked about that one. */
	assert_int_equal(swap_users_of(&w.users, 0, 9), 0);
	assert_int_equal(w.users.n, 3);
	stop(&w);
}

static void one_address_space_counts_once(void **state)
{
	struct world w;
	int i;

	(void)state;
	start(&w);
	for (i = 1; i <= NPROCS; i++)
		w.crowd.procs[i].words[0] = SLOT(0, 7);
	w.crowd.procs[1].vm = w.crowd.procs[2].vm;
	w.crowd.procs[4].vm = w.crowd.procs[3].vm;
	count(&w);
	assert_null(w.users.why);
	assert_int_equal(swap_users_of(&w.users, 0, 7), 2);
	stop(&w);
	start(&w);
	w.crowd.procs[2].words[0] = w.crowd.procs[3].words[0] = SLOT(0, 7);
	w.crowd.kcmp = ANSWER_ABSENT;
	count(&w);
	assert_non_null(w.users.why);
	assert_int_equal(w.users.pid, 3);
	assert_int_equal(swap_users_of(&w.users, 0, 7), 0);
	stop(&w);
	/* With slots that no other has, nobody needs to be compared. */
	start(&w);
	w.crowd.procs[2].words[0] = SLOT(0, 7);
	w.crowd.kcmp = ANSWER_ABSENT;
	count(&w);
	assert_null(w.users.why);
	assert_int_equal(w.crowd.compared, 0);
	assert_int_equal(swap_users_of(&w.users, 0, 7), 1);
	stop(&w);
}

static void who_cannot_be_read(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.crowd.procs[2].words[0] = SLOT(0, 7);
	w.crowd.procs[1].maps = ANSWER_DENIED;
	count(&w);
	assert_non_null(w.users.why);
	assert_int_equal(w.users.pid, 1);
	assert_int_equal(swap_users_of(&w.users, 0, 7), 0);
	stop(&w);
	/* It is certain to have none. */
	start(&w);
	w.crowd.procs[2].words[0] = SLOT(0, 7);
	w.crowd.procs[1].maps = ANSWER_DENIED;
	w.crowd.procs[1].status = "VmSize: 9 kB\nVmSwap: 0 kB\n";
	count(&w);
	assert_null(w.users.why);
	assert_int_equal(swap_users_of(&w.users, 0, 7), 1);
	stop(&w);
	/* On this kernel that 0 is an estimate. */
	start(&w);
	strcpy(w.crowd.machine->facts.release, "6.12.1");
	w.crowd.procs[2].words[0] = SLOT(0, 7);
	w.crowd.procs[1].maps = ANSWER_DENIED;
	w.crowd.procs[1].status = "VmSize: 9 kB\nVmSwap: 0 kB\n";
	count(&w);
	assert_int_equal(w.users.pid, 1);
	stop(&w);
	start(&w);
	w.crowd.procs[2].words[0] = SLOT(0, 7);
	w.crowd.processes = ANSWER_UNRECORDED;
	count(&w);
	assert_non_null(w.users.why);
	stop(&w);
}

/* Its first thread has none; nobody tells of the others here. */
static void the_headless_may_have_some(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.crowd.procs[2].words[0] = SLOT(0, 7);
	w.crowd.procs[1].maps = ANSWER_DENIED;
	w.crowd.procs[1].status = "State: Z (zombie)\nThreads: 2\n";
	count(&w);
	assert_int_equal(w.users.pid, 1);
	stop(&w);
	start(&w);
	w.crowd.procs[2].words[0] = SLOT(0, 7);
	w.crowd.procs[1].maps = ANSWER_DENIED;
	w.crowd.procs[1].status = "State: Z (zombie)\nThreads: 1\n";
	count(&w);
	assert_null(w.users.why);
	stop(&w);
}

/* An unprivileged reader is told slot 0 of type 0 for each of them. */
static void slots_that_are_not_told(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.crowd.machine->facts.pfn_visible = false;
	w.crowd.procs[2].words[0] = w.crowd.procs[2].words[1] = SLOT(0, 0);
	count(&w);
	assert_non_null(w.users.why);
	assert_int_equal(swap_users_of(&w.users, 0, 0), 0);
	stop(&w);
}

static void who_has_ended_has_none(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.crowd.procs[2].words[0] = w.crowd.procs[3].words[0] = SLOT(0, 7);
	w.crowd.procs[3].pagemap = ANSWER_GONE;
	count(&w);
	assert_null(w.users.why);
	assert_int_equal(swap_users_of(&w.users, 0, 7), 1);
	stop(&w);
}

static void without_swap_nobody_is_asked(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.crowd.procs[3].words[0] = SLOT(0, 7);
	w.crowd.procs[1].maps = ANSWER_DENIED;
	count(&w);
	assert_null(w.users.why);
	assert_int_equal(w.crowd.procs[3].asked, 0);
	stop(&w);
	start(&w);
	w.crowd.procs[2].words[0] = SLOT(0, 7);
	w.crowd.procs[3].status = "VmSize: 9 kB\nVmSwap: 0 kB\n";
	count(&w);
	assert_int_equal(w.crowd.procs[3].asked, 0);
	assert_int_equal(w.crowd.procs[4].asked, 1);
	stop(&w);
}

/* Many slots: the table grows, and each is found again. */
static void sums_are_the_kernels(void **state)
{
	struct world w;
	struct usage total;
	int i;

	(void)state;
	start(&w);
	for (i = 0; i < NPAGES; i++)
		w.crowd.procs[2].words[i] = SLOT(i % 2, 100 + i);
	for (i = 0; i < 3; i++) {
		w.crowd.procs[1].words[i] = SLOT(i % 2, 100 + i);
		w.crowd.procs[3].words[i] = SLOT(i % 2, 100 + i);
	}
	count(&w);
	w.space.reader->swap_users = &w.users;
	space_pass_begin(&w.space, DEPTH_SUMS);
	while (space_pass_step(&w.space, true) > 0)
		;
	space_sum(&w.space, &total);
	assert_true(usage_knows(&total, USAGE_SWAP | USAGE_SWAP_PSS));
	assert_int_equal(total.swap, NPAGES * 4096);
	assert_true(total.swap_pss_fixed == 13 * (UINT64_C(4096) << 12) +
		3 * ((UINT64_C(4096) << 12) / 3));
	stop(&w);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(everybody_is_counted), T(one_address_space_counts_once),
		T(who_cannot_be_read), T(the_headless_may_have_some), T(slots_that_are_not_told),
		T(who_has_ended_has_none),
		T(without_swap_nobody_is_asked), T(sums_are_the_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
