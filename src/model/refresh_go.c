/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refresh.h"

#include <string.h>

/* While many refreshes are read, where that is is shown this often. */
#define LOOK_MS 240

bool refresh_must_go(const struct refresh *refresh, const struct wish *wish)
{
	return wish->go.serial != refresh->go.serial &&
		wish->go.where != GO_NEXT && source_count(refresh->src);
}

/* All that a later moment is compared with. */
void refresh_forget(struct refresh *refresh)
{
	uint64_t comparisons = refresh->question.comparisons;

	if (refresh->has_space)
		space_fini(&refresh->space);
	refresh->has_space = refresh->passing = refresh->pass_fits = false;
	roster_fini(&refresh->roster);
	question_fini(&refresh->question);
	/* No two answers have the same number. */
	refresh->question = (struct question){ .comparisons = comparisons };
	budget_fini(&refresh->budget);
	budget_fini(&refresh->budget_before);
	frame_sums_fini(&refresh->sums);
	refresh->sums_asked = 0;
	refresh->stacks_of = 0;
	refresh->end_noted = false;
	buf_clear(&refresh->command);
	memset(&refresh->walk, 0, sizeof(refresh->walk));
	memset(&refresh->before, 0, sizeof(refresh->before));
	memset(&refresh->now, 0, sizeof(refresh->now));
	memset(&refresh->first, 0, sizeof(refresh->first));
	memset(&refresh->trend, 0, sizeof(refresh->trend));
	baseline_jumped(&refresh->baseline);
}

void refresh_forget_machine(struct refresh *refresh)
{
	page_tables_fini(&refresh->tables);
	memset(&refresh->tables, 0, sizeof(refresh->tables));
	machine_unref(refresh->machine);
	refresh->machine = NULL;
}

/* The source's next refresh is N, which there is. */
static void seek(struct refresh *refresh, uint64_t n)
{
	source_go(refresh->src, n);
	refresh->number = n - 1;
	refresh->ended = false;
}

void refresh_read_again(struct refresh *refresh)
{
	if (refresh->wish.anew && !refresh->ended &&
	    source_go(refresh->src, refresh->number) &&
	    source_refresh(refresh->src, NULL) > 0 &&
	    refresh->number == refresh->known_from)
		refresh_forget_machine(refresh);
	refresh_read(refresh);
}

/* Refresh N, of which nothing is shown; LEAD: nor anything but by what came
 * before the next. */
static int pass(struct refresh *refresh, uint64_t n, bool lead,
	struct err *err)
{
	int more;

	if (!n)
		return 1;
	seek(refresh, n);
	refresh->silent = true;
	refresh->lead = lead;
	more = refresh_step(refresh, err);
	refresh->silent = refresh->lead = false;
	return more;
}

/* The last refresh up to N that has the process; N, where none has. */
static uint64_t last_alive(struct refresh *refresh, uint64_t n)
{
	const struct proc_id id = { refresh->wish.pid, 0 };
	struct buf stat = { 0 };
	enum answer answer = ANSWER_GONE;
	uint64_t at = n + 1;

	while (id.pid && answer == ANSWER_GONE && --at) {
		source_go(refresh->src, at);
		if (source_refresh(refresh->src, NULL) <= 0)
			break;
		answer = source_text(refresh->src, id, "stat", &stat);
		buf_clear(&stat);
	}
	buf_fini(&stat);
	return id.pid && at ? at : n;
}

/*
 * From nothing, by way of the refresh before it, to N.  Of a process that has
 * ended the last that was seen of it is shown: that refresh is come to in the
 * same way first.
 */
static int jump(struct refresh *refresh, uint64_t n, struct err *err)
{
	uint64_t alive = last_alive(refresh, n);
	uint64_t first = source_first(refresh->src, alive);
	int more;

	refresh_forget(refresh);
	changes_cut(&refresh->changes, n);
	/* What a recording says once it says at its beginning. */
	more = pass(refresh, first != refresh->known_from && first + 1 < alive ?
		first : 0, true, err);
	if (more == 1) {
		refresh_forget(refresh);
		more = pass(refresh, alive > first ? alive - 1 : 0, true, err);
	}
	if (more == 1 && alive < n)
		more = pass(refresh, alive, false, err);
	if (more == 1 && alive + 1 < n)
		more = pass(refresh, alive + 1, true, err);
	if (more == 1 && alive + 2 < n)
		more = pass(refresh, n - 1, true, err);
	if (more != 1)
		return more;
	seek(refresh, n);
	return refresh_step(refresh, err);
}

static bool sees(const struct changes *changes, uint32_t kinds)
{
	unsigned kind;

	for (kind = 0; kind < NCHANGE_KINDS; kind++)
		if (kinds >> kind & 1 && changes->pages[kind])
			return true;
	return false;
}

/* Another wish came: is this one to be given up? */
static bool is_over(struct refresh *refresh)
{
	return refresh->owner.has_news(refresh->owner.arg) &&
		(!refresh_serve_between(refresh) ||
		 refresh->wish.go.serial != refresh->go.serial);
}

/* One after the other, which are not shown. */
static int find_event(struct refresh *refresh, uint32_t kinds,
	struct err *err)
{
	uint64_t from = refresh->number, look;
	int more;

	refresh->silent = refresh->lead = true;
	look = refresh_clock_ms(CLOCK_MONOTONIC) + LOOK_MS;
	while ((more = refresh_step(refresh, err)) == 1 &&
	       !sees(&refresh->changes, kinds) && !is_over(refresh)) {
		if (refresh_clock_ms(CLOCK_MONOTONIC) < look)
			continue;
		refresh->silent = false;
		refresh_publish(refresh, false);
		refresh->silent = true;
		look = refresh_clock_ms(CLOCK_MONOTONIC) + LOOK_MS;
	}
	refresh->silent = refresh->lead = false;
	if (more == 1)
		refresh_publish(refresh, refresh_find(refresh) &&
			refresh_ask(refresh));
	if (more)
		return more;
	refresh->go.not_found = true;
	return jump(refresh, from ? from : 1, err);
}

/* The last that began at TIME_MS or before; or the first at TIME_MS or behind.
 * A clock may have been set back meanwhile. */
static uint64_t number_at(struct source *src, uint64_t time_ms, bool before)
{
	uint64_t n, count = source_count(src), time;

	if (before) {
		for (n = count; n > 1; n--)
			if (source_time_of(src, n, &time) && time <= time_ms)
				break;
		return n;
	}
	for (n = 1; n < count; n++)
		if (source_time_of(src, n, &time) && time >= time_ms)
			break;
	return n;
}

static uint64_t target(struct refresh *refresh, const struct go *go)
{
	uint64_t count = source_count(refresh->src), n = go->to;

	if (go->where == GO_AT || go->where == GO_FROM)
		n = number_at(refresh->src, go->to, go->where == GO_AT);
	n = n > count ? count : n ? n : 1;
	return go->where == GO_ALIVE ? last_alive(refresh, n) : n;
}

int refresh_go(struct refresh *refresh, struct err *err)
{
	const struct go go = refresh->wish.go;
	uint64_t n = target(refresh, &go);
	int more = 1;

	refresh->go = (struct go_state){ .serial = go.serial };
	if (go.where == GO_EVENT) {
		more = find_event(refresh, go.kinds, err);
	} else if (go.where == GO_ACROSS) {
		seek(refresh, n);
		more = refresh_step(refresh, err);
	} else if (go.where == GO_AGAIN) {
		more = jump(refresh, refresh->number ? refresh->number : 1,
			err);
	} else if (go.where == GO_ALIVE) {
		more = jump(refresh, n, err);
	} else if (n == refresh->number) {
		refresh_serve(refresh);
	} else if (n == refresh->number + 1) {
		more = refresh_step(refresh, err);
	} else {
		more = jump(refresh, n, err);
	}
	return more < 0 ? -1 : 0;
}
