/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/crowd.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "space_impl.h"

static void close_member(struct crowd *crowd)
{
	if (!crowd->has_space)
		return;
	source_forget(crowd->src, crowd->space.process.id);
	space_fini(&crowd->space);
	crowd->has_space = false;
}

void crowd_fini(struct crowd *crowd)
{
	close_member(crowd);
	free(crowd->members);
	free(crowd->pids);
	buf_fini(&crowd->newcomers);
	memset(crowd, 0, sizeof(*crowd));
}

enum answer crowd_begin(struct crowd *crowd, struct source *src,
	const struct machine *machine, const int *only, unsigned nonly,
	struct crowd_user user)
{
	struct process *processes;
	enum answer answer;
	size_t i, n;

	crowd_fini(crowd);
	crowd->src = src;
	crowd->machine = machine;
	crowd->user = user;
	answer = processes_read(src, machine, only, nonly, &processes, &n);
	if (answer != ANSWER_OK)
		return answer;
	crowd->members = mem_new(n, sizeof(*crowd->members));
	if (!nonly) {
		crowd->pids = mem_new(n, sizeof(*crowd->pids));
		crowd->npids = n;
	}
	for (i = 0; i < n; i++) {
		struct crowd_member *member = &crowd->members[crowd->n];

		if (!nonly)
			crowd->pids[i] = processes[i].id.pid;
		if (!process_may_map(&processes[i]))
			continue;
		member->process = processes[i];
		member->answer = processes[i].answer;
		crowd->expected += processes[i].rss / machine->facts.page_size;
		crowd->n++;
	}
	free(processes);
	return ANSWER_OK;
}

void crowd_set_machine(struct crowd *crowd, const struct machine *machine)
{
	crowd->machine = machine;
	if (crowd->has_space)
		crowd->space.reader->machine = machine;
}

static void open_member(struct crowd *crowd)
{
	struct crowd_member *member = &crowd->members[crowd->at];

	member->reached = true;
	if (member->answer != ANSWER_OK)
		return;
	space_init(&crowd->space, member->process.id, false);
	crowd->has_space = true;
	member->answer = space_refresh_map(&crowd->space, crowd->src,
		crowd->machine);
	if (member->answer == ANSWER_OK && crowd->user.wants_states)
		space_learn_ksm(&crowd->space);
	if (member->answer == ANSWER_OK)
		space_pass_begin(&crowd->space, DEPTH_STATES);
}

/* The next pages that are of interest. */
static bool next_slice(struct crowd *crowd, uint64_t *from, uint64_t *to)
{
	const struct crowd_user *user = &crowd->user;
	struct space *space = &crowd->space;

	while (space_next_slice(space, from, to)) {
		if (!user->wants ||
		    user->wants(user->arg, space, space->at_region))
			return true;
		space_seek(space, space->regions[space->at_region].end >>
			crowd->machine->page_shift);
	}
	return false;
}

/* The next slice of the member; false: it has none. */
static bool show_slice(struct crowd *crowd)
{
	struct crowd_member *member = &crowd->members[crowd->at];
	struct space *space = &crowd->space;
	struct slice *slice = &space->reader->slice;
	uint64_t from, to, pfn;
	size_t i;

	if (member->answer != ANSWER_OK ||
	    !next_slice(crowd, &from, &to))
		return false;
	member->answer = reader_words(space->reader, from,
		(size_t)(to - from));
	if (member->answer != ANSWER_OK)
		return false;
	for (i = 0; i < slice->n; i++)
		crowd->pages += reader_pfn(space->reader, i, &pfn);
	crowd->user.slice(crowd->user.arg, crowd->at, space);
	return true;
}

/* A process that is new since the beginning. */
static void add_new(struct crowd *crowd, int pid)
{
	struct process process = { .id = { pid, 0 } };

	if (process_read(&process, crowd->src, crowd->machine) ==
		    ANSWER_GONE || !process_may_map(&process))
		return;
	buf_fmt(&crowd->newcomers, "%s%d ", crowd->newcomers.len ? ", " : "", pid);
	text_escape(&crowd->newcomers, text_of(process.name), false);
}

/* Both lists are in the order of pids. */
static void look_for_new(struct crowd *crowd)
{
	struct process_entry *now = NULL;
	size_t i, k = 0, n = 0;

	if (!crowd->pids ||
	    source_processes(crowd->src, &now, &n) != ANSWER_OK)
		return;
	for (i = 0; i < n; i++) {
		while (k < crowd->npids && crowd->pids[k] < now[i].pid)
			k++;
		if (k == crowd->npids || crowd->pids[k] != now[i].pid)
			add_new(crowd, now[i].pid);
	}
	free(now);
}

bool crowd_step(struct crowd *crowd)
{
	if (crowd->at >= crowd->n)
		return false;
	if (!crowd->has_space)
		open_member(crowd);
	if (crowd->has_space && show_slice(crowd))
		return true;
	if (crowd->has_space)
		crowd->space.process.answer = crowd->members[crowd->at].answer;
	if (crowd->has_space && crowd->user.end)
		crowd->user.end(crowd->user.arg, crowd->at, &crowd->space);
	close_member(crowd);
	if (++crowd->at < crowd->n)
		return true;
	look_for_new(crowd);
	return false;
}

double crowd_progress(const struct crowd *crowd)
{
	if (crowd->at >= crowd->n)
		return 1;
	return crowd->pages >= crowd->expected ? 0.99 :
		(double)crowd->pages / (double)crowd->expected;
}
