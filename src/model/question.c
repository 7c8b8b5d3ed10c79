/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/question.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

bool question_wanted(const struct wish *wish)
{
	return wish->question != QUESTION_NONE;
}

static bool is_same(const struct question *question, const struct wish *wish,
	struct page_range frames, struct page_range pages)
{
	return question->kind == wish->question &&
		question->pid == wish->pid &&
		question->frames.start == frames.start &&
		question->frames.end == frames.end &&
		question->pages.start == pages.start &&
		question->pages.end == pages.end &&
		question->npids == wish->ngroup_pids &&
		(!question->npids || !memcmp(question->pids, wish->group_pids,
			question->npids * sizeof(*question->pids)));
}

static void take_pids(struct question *question, const struct wish *wish)
{
	question->npids = wish->ngroup_pids;
	free(question->pids);
	question->pids = mem_new(question->npids, sizeof(*question->pids));
	if (question->npids)
		memcpy(question->pids, wish->group_pids,
			question->npids * sizeof(*question->pids));
}

/* It can be asked as it is. */
static bool is_ready(const struct wish *wish, const struct space *space)
{
	switch (wish->question) {
	case QUESTION_OWNERS:
		return wish->asked_pfns.end || space;
	case QUESTION_GROUP:
		return wish->ngroup_pids;
	case QUESTION_NONE:
		break;
	}
	return false;
}

static void begin(struct question *question, struct source *src,
	const struct machine *machine, struct space *space)
{
	struct inquiry *now = &question->now;
	struct crowd_user user;

	if (question->kind == QUESTION_GROUP) {
		group_begin(&now->group);
		question->answer = ANSWER_OK;
		user = group_user(&now->group);
	} else {
		question->answer = owners_begin(&now->owners,
			question->frames, space, question->pages);
		user = owners_user(&now->owners);
	}
	if (question->answer == ANSWER_OK)
		question->answer = crowd_begin(&now->crowd, src, machine,
			question->pids, question->npids, user);
	question->asking = question->answer == ANSWER_OK;
}

void question_begin(struct question *question, struct source *src,
	const struct machine *machine, const struct wish *wish,
	struct space *space)
{
	struct page_range frames = wish->asked_pfns;
	struct page_range pages = range_in_pages(wish->asked_va, machine);
	bool same = is_same(question, wish, frames, pages);

	if (question->asking && same) {
		crowd_set_machine(&question->now.crowd, machine);
		return;
	}
	question->kind = wish->question;
	question->pid = wish->pid;
	question->frames = frames;
	question->pages = pages;
	take_pids(question, wish);
	question->asking = false;
	question->answered &= same;
	if (is_ready(wish, space))
		begin(question, src, machine, space);
}

bool question_step(struct question *question)
{
	struct inquiry swap = question->last, *now = &question->now;

	if (!question->asking)
		return false;
	if (crowd_step(&now->crowd))
		return true;
	if (question->kind == QUESTION_GROUP &&
	    group_step(&now->group, &now->crowd))
		return true;
	if (question->kind == QUESTION_OWNERS)
		owners_sort(&now->owners);
	question->last = *now;
	question->now = swap;
	question->asking = false;
	question->answered = true;
	return false;
}

static void fill_members(const struct crowd *crowd, struct snapshot *snapshot)
{
	snapshot->nmembers = crowd->n;
	snapshot->members = mem_grow(snapshot->members,
		&snapshot->members_cap, crowd->n, sizeof(*snapshot->members));
	if (crowd->n)
		memcpy(snapshot->members, crowd->members,
			crowd->n * sizeof(*crowd->members));
}

static void fill_owners(const struct owners *owners, struct snapshot *snapshot)
{
	snapshot->nowners = owners->n;
	snapshot->owners_cut = owners->is_cut;
	snapshot->owners = mem_grow(snapshot->owners, &snapshot->owners_cap,
		owners->n, sizeof(*snapshot->owners));
	if (owners->n)
		memcpy(snapshot->owners, owners->rows,
			owners->n * sizeof(*owners->rows));
	buf_clear(&snapshot->owner_names);
	buf_add(&snapshot->owner_names, buf_text(&owners->names),
		owners->names.len);
}

void question_fill(const struct question *question, struct snapshot *snapshot)
{
	snapshot->question = question->kind;
	snapshot->question_answer = question->answer;
	snapshot->answered = question->answered;
	snapshot->question_progress = question->asking ?
		crowd_progress(&question->now.crowd) : 1;
	snapshot->nmembers = snapshot->nowners = 0;
	if (!question->answered)
		return;
	fill_members(&question->last.crowd, snapshot);
	if (question->kind == QUESTION_OWNERS)
		fill_owners(&question->last.owners, snapshot);
	if (question->kind == QUESTION_GROUP)
		snapshot->group = question->last.group.figures;
}

static void inquiry_fini(struct inquiry *inquiry)
{
	crowd_fini(&inquiry->crowd);
	owners_fini(&inquiry->owners);
	group_fini(&inquiry->group);
}

void question_fini(struct question *question)
{
	inquiry_fini(&question->now);
	inquiry_fini(&question->last);
	free(question->pids);
}
