/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/question.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* ---- owners */

static enum answer begin_owners(struct question *question,
	struct source *src, struct space *space, struct crowd_user *user)
{
	struct owners *owners = &question->now.owners;

	(void)src;
	if (!question->frames.end && !space)
		return ANSWER_GONE;
	*user = owners_user(owners);
	return owners_begin(owners, question->frames, space, question->pages,
		question->byte);
}

static bool end_owners(struct question *question)
{
	owners_sort(&question->now.owners);
	return false;
}

static void fill_owners(const struct inquiry *inquiry,
	struct snapshot *snapshot)
{
	const struct owners *owners = &inquiry->owners;

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
	buf_clear(&snapshot->owner_symbols);
	buf_add(&snapshot->owner_symbols, buf_text(&owners->symbols.names),
		owners->symbols.names.len);
	snapshot->owner_symbols_answer = owners->symbols_answer;
	symbols_add_notes(&owners->symbols, &snapshot->symbol_notes);
}

/* ---- a group */

static enum answer begin_group(struct question *question,
	struct source *src, struct space *space, struct crowd_user *user)
{
	(void)src;
	(void)space;
	if (!question->npids)
		return ANSWER_GONE;
	group_begin(&question->now.group);
	*user = group_user(&question->now.group);
	return ANSWER_OK;
}

static bool end_group(struct question *question)
{
	return group_step(&question->now.group, &question->now.crowd);
}

static void fill_group(const struct inquiry *inquiry,
	struct snapshot *snapshot)
{
	snapshot->group = inquiry->group.figures;
}

/* ---- sharing */

static enum answer begin_sharing(struct question *question,
	struct source *src, struct space *space, struct crowd_user *user)
{
	struct sharers *sharers = &question->now.sharers;

	(void)src;
	if (!space)
		return ANSWER_GONE;
	sharers_begin(sharers);
	*user = sharers_first_user(sharers);
	return ANSWER_OK;
}

static void between_sharing(struct inquiry *inquiry, struct crowd_user *user)
{
	sharers_between(&inquiry->sharers);
	*user = sharers_user(&inquiry->sharers);
}

static bool end_sharing(struct question *question)
{
	sharers_sort(&question->now.sharers);
	return false;
}

static void fill_sharing(const struct inquiry *inquiry,
	struct snapshot *snapshot)
{
	shares_copy(&snapshot->shares, &inquiry->sharers.shares);
}

/* ---- two processes compared */

static enum answer begin_compare(struct question *question,
	struct source *src, struct space *space, struct crowd_user *user)
{
	(void)src;
	(void)space;
	if (question->npids != NCOMPARE_SIDES)
		return ANSWER_GONE;
	comparer_begin(&question->now.comparer, question->pids[COMPARE_A],
		question->pids[COMPARE_B]);
	*user = comparer_user(&question->now.comparer);
	return ANSWER_OK;
}

static bool end_compare(struct question *question)
{
	struct inquiry *now = &question->now;

	if (comparer_step(&now->comparer, &now->crowd))
		return true;
	comparison_follow(&now->comparer.answer, question->answered ?
		&question->last.comparer.answer : NULL,
		++question->comparisons);
	return false;
}

static void fill_compare(const struct inquiry *inquiry,
	struct snapshot *snapshot)
{
	comparison_copy(&snapshot->comparison, &inquiry->comparer.answer);
}

/* ---- a file */

static enum answer begin_file(struct question *question, struct source *src,
	struct space *space, struct crowd_user *user)
{
	(void)space;
	if (!question->file)
		return ANSWER_GONE;
	file_users_begin(&question->now.file_users, src, question->file);
	*user = file_users_user(&question->now.file_users);
	return ANSWER_OK;
}

static bool end_file(struct question *question)
{
	file_users_sort(&question->now.file_users);
	return false;
}

static void fill_file(const struct inquiry *inquiry,
	struct snapshot *snapshot)
{
	file_use_copy(&snapshot->file_use, &inquiry->file_users.use);
}

/* ---- all kinds */

static const struct question_ops {
	/* Who is shown the pages of the processes; where there is a BETWEEN,
	 * those of the process asked about alone.  ANSWER_GONE: what it is
	 * about is not there. */
	enum answer (*begin)(struct question *question, struct source *src,
		struct space *space, struct crowd_user *user);
	/* Then who is shown those of all processes. */
	void (*between)(struct inquiry *inquiry, struct crowd_user *user);
	/* All were shown; true: another step is needed. */
	bool (*end)(struct question *question);
	void (*fill)(const struct inquiry *inquiry, struct snapshot *snapshot);
	bool early;	/* what was found so far is worth something */
} kinds[] = {
	[QUESTION_OWNERS] = { begin_owners, NULL, end_owners, fill_owners,
		true },
	[QUESTION_GROUP] = { begin_group, NULL, end_group, fill_group, false },
	[QUESTION_SHARING] = { begin_sharing, between_sharing, end_sharing,
		fill_sharing, true },
	[QUESTION_COMPARE] = { begin_compare, NULL, end_compare, fill_compare,
		false },
	[QUESTION_FILE] = { begin_file, NULL, end_file, fill_file, true },
};

bool question_wanted(const struct wish *wish)
{
	return wish->question != QUESTION_NONE;
}

/* Which byte of the first page is meant, if not the page. */
static uint64_t byte_of(const struct wish *wish, const struct machine *machine)
{
	uint64_t start = wish->only_pa.end ? wish->only_pa.start :
		wish->asked_va.start;

	return start & (machine->facts.page_size - 1);
}

static bool is_same_range(struct page_range a, struct page_range b)
{
	return a.start == b.start && a.end == b.end;
}

static bool is_same(const struct question *question, const struct wish *wish,
	const struct machine *machine)
{
	return question->kind == wish->question &&
		question->pid == wish->pid &&
		question->file == wish->asked_file &&
		is_same_range(question->frames, wish->asked_pfns) &&
		is_same_range(question->pages,
			range_in_pages(wish->asked_va, machine)) &&
		question->byte == byte_of(wish, machine) &&
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

bool question_is_open(const struct question *question,
	const struct wish *wish, const struct machine *machine)
{
	return question_wanted(wish) &&
		(!is_same(question, wish, machine) ||
		 (question->asking && !question->answered));
}

static void begin(struct question *question, struct source *src,
	const struct machine *machine, struct space *space)
{
	const struct question_ops *ops = &kinds[question->kind];
	const int *only = ops->between ? &question->pid : question->pids;
	struct crowd_user user;

	question->walks = 0;
	question->answer = ops->begin(question, src, space, &user);
	if (question->answer == ANSWER_OK)
		question->answer = crowd_begin(&question->now.crowd, src,
			machine, only, ops->between ? 1 : question->npids,
			user);
	question->asking = question->answer == ANSWER_OK;
}

void question_begin(struct question *question, struct source *src,
	const struct machine *machine, const struct wish *wish,
	struct space *space)
{
	bool same = is_same(question, wish, machine);

	if (question->asking && same) {
		crowd_set_machine(&question->now.crowd, machine);
		return;
	}
	question->kind = wish->question;
	question->pid = wish->pid;
	question->file = wish->asked_file;
	question->frames = wish->asked_pfns;
	question->pages = range_in_pages(wish->asked_va, machine);
	question->byte = byte_of(wish, machine);
	take_pids(question, wish);
	question->asking = false;
	question->answer = ANSWER_OK;
	question->answered &= same;
	if (question_wanted(wish))
		begin(question, src, machine, space);
}

static bool is_first_walk(const struct question *question)
{
	return kinds[question->kind].between && !question->walks;
}

/* The process was walked, now all of them. */
static void walk_all(struct question *question)
{
	struct inquiry *now = &question->now;
	struct crowd_user user;

	question->walks++;
	question->answer = now->crowd.n ? now->crowd.members[0].answer :
		ANSWER_GONE;
	if (question->answer == ANSWER_OK) {
		kinds[question->kind].between(now, &user);
		question->answer = crowd_begin(&now->crowd, now->crowd.src,
			now->crowd.machine, NULL, 0, user);
	}
	question->asking = question->answer == ANSWER_OK;
}

bool question_step(struct question *question)
{
	struct inquiry swap = question->last, *now = &question->now;

	if (!question->asking)
		return false;
	if (crowd_step(&now->crowd))
		return true;
	if (is_first_walk(question)) {
		walk_all(question);
		return question->asking;
	}
	if (kinds[question->kind].end(question))
		return true;
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
	buf_clear(&snapshot->newcomers);
	if (crowd->newcomers.len)
		buf_add(&snapshot->newcomers, buf_text(&crowd->newcomers),
			crowd->newcomers.len);
}

void question_fill(const struct question *question, const struct wish *wish,
	struct snapshot *snapshot)
{
	const struct question_ops *ops = &kinds[question->kind];
	const struct inquiry *inquiry = question->answered ? &question->last :
		&question->now;
	bool same = is_same(question, wish, snapshot->machine);

	snapshot->question = same ? question->kind : QUESTION_NONE;
	snapshot->question_answer = same ? question->answer : ANSWER_OK;
	snapshot->answered = same && question->answered;
	snapshot->question_frames = question->frames;
	snapshot->question_progress = !question->asking ? 1 :
		is_first_walk(question) ? 0 :
		crowd_progress(&question->now.crowd);
	snapshot->nmembers = snapshot->nowners = 0;
	snapshot->owners_cut = false;
	snapshot->owner_symbols_answer = ANSWER_OK;
	snapshot->file_use.n = 0;
	shares_clear(&snapshot->shares);
	if (snapshot->question != QUESTION_COMPARE || !snapshot->answered)
		comparison_clear(&snapshot->comparison);
	if (snapshot->question == QUESTION_NONE)
		return;
	/* In the first walk nobody but the process itself was looked at. */
	if (!question->answered && (!question->asking || !ops->early ||
			is_first_walk(question)))
		return;
	fill_members(&inquiry->crowd, snapshot);
	ops->fill(inquiry, snapshot);
}

static void inquiry_fini(struct inquiry *inquiry)
{
	crowd_fini(&inquiry->crowd);
	owners_fini(&inquiry->owners);
	group_fini(&inquiry->group);
	sharers_fini(&inquiry->sharers);
	comparer_fini(&inquiry->comparer);
	file_users_fini(&inquiry->file_users);
}

void question_fini(struct question *question)
{
	inquiry_fini(&question->now);
	inquiry_fini(&question->last);
	free(question->pids);
}
