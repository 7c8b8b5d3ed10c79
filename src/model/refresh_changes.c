/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refresh.h"

#include <string.h>

#include "vmatlas/base/mem.h"

void refresh_follow(struct refresh *refresh)
{
	struct space *space = &refresh->space;
	struct changes *changes = &refresh->changes;

	changes->exact = refresh->wish.want_changed_frames;
	changes_begin(changes, refresh->number,
		refresh->machine->facts.time_ms, space->process.id.pid);
	space->changes = refresh->wish.keep_blocks &&
		refresh->wish.depth >= DEPTH_STATES ? changes : NULL;
}

void refresh_follow_end(struct refresh *refresh)
{
	struct space *space = &refresh->space;
	bool ended = space->process.answer == ANSWER_GONE;

	if (space->changes && ended && !refresh->end_noted && space->whole) {
		struct change change = { .kind = CHANGE_ENDED,
			.rights_from = RIGHTS_NONE, .rights_to = RIGHTS_NONE };

		changes_add(&refresh->changes, &change,
			text_of(space->process.name));
	}
	refresh->end_noted = ended;
	changes_settle(&refresh->changes);
}

void refresh_baseline(struct refresh *refresh)
{
	uint32_t number = refresh->wish.baseline;

	if (refresh->baseline.number == number)
		return;
	if (!number)
		baseline_fini(&refresh->baseline);
	if (!number || !refresh->has_space || !refresh->space.changes ||
	    !refresh->space.whole)
		return;
	baseline_take(&refresh->baseline, number, &refresh->space,
		refresh->machine->facts.time_ms);
	memset(refresh->changes.since, 0, sizeof(refresh->changes.since));
}

bool refresh_has_baseline(const struct refresh *refresh)
{
	return refresh->wish.keep_blocks && refresh->has_space &&
		baseline_is_of(&refresh->baseline, &refresh->space);
}

void refresh_take_baseline(struct refresh *refresh, struct snapshot *snapshot)
{
	struct baseline *baseline = &refresh->baseline;
	struct baseline_view *view = &snapshot->baseline;
	struct space *space = &refresh->space;
	struct pages pages;
	size_t i;

	view->on = false;
	if (!refresh_has_baseline(refresh))
		return;
	for (i = 0; i < snapshot->nblocks; i++) {
		struct block_view *block = &snapshot->blocks[i];

		block->nchanged = (uint16_t)baseline_count(baseline,
			space->blocks[i]);
		if (block->detail == NO_DETAIL)
			continue;
		block_unpack(space->blocks[i], &pages);
		baseline_mark(baseline, space->blocks[i], &pages,
			snapshot->classes + block->detail);
	}
	baseline_regions(baseline, snapshot->regions, snapshot->nregions,
		refresh->machine->facts.page_size);
	baseline_sum(baseline, space, &snapshot->total, view);
	memcpy(view->pages, refresh->changes.since, sizeof(view->pages));
}

static void take_lines(const struct refresh *refresh,
	struct snapshot *snapshot)
{
	const struct changes *changes = &refresh->changes;
	const struct wish *wish = &refresh->wish;
	size_t first = wish->want_changes ? changes->now : 0, n;

	snapshot->nchanges = 0;
	snapshot->changes_lost = 0;
	buf_clear(&snapshot->change_names);
	if (!wish->want_changes && !wish->want_events)
		return;
	if (!wish->want_changes && changes->n > CHANGES_KEPT)
		first = changes->n - CHANGES_KEPT;
	n = changes->n - first;
	snapshot->changes = mem_grow(snapshot->changes, &snapshot->changes_cap,
		n, sizeof(*snapshot->changes));
	if (n)
		memcpy(snapshot->changes, changes->lines + first,
			n * sizeof(*snapshot->changes));
	snapshot->nchanges = n;
	buf_add(&snapshot->change_names, buf_text(&changes->names),
		changes->names.len);
	snapshot->changes_dropped = changes->dropped + first;
	snapshot->changes_lost = changes->lost;
	snapshot->follows = refresh->has_space && refresh->space.finished > 1;
}

static void set(struct trend_sample *sample, enum trend_figure figure,
	bool known, double value)
{
	sample->known[figure] = known;
	sample->figures[figure] = value;
}

/* How much a second, once this refresh is complete. */
static void add_rates(struct refresh *refresh, struct trend_sample *sample)
{
	const struct rates *now = &refresh->now, *before = &refresh->before;
	const struct changes *changes = &refresh->changes;
	struct trend *trend = &refresh->trend;
	double all = 0, seconds = now->uptime_ms > before->uptime_ms ?
		(double)(now->uptime_ms - before->uptime_ms) / 1000 : 0;
	unsigned kind;

	trend->rates_known = before->known && seconds > 0 &&
		refresh->space.finished > 1 &&
		refresh->space.reader->answers[WORDS_PAGEMAP] == ANSWER_OK;
	if (!trend->rates_known)
		return;
	for (kind = 0; kind < NCHANGE_KINDS; kind++) {
		trend->rates[kind] = (double)changes->pages[kind] / seconds;
		all += trend->rates[kind];
	}
	set(sample, TREND_CHANGES, true, all);
}

static void add_sample(struct refresh *refresh, const struct snapshot *snapshot)
{
	struct trend *trend = &refresh->trend;
	const struct proc_id *id = &snapshot->process.id;
	const struct usage *total = &snapshot->total;
	struct trend_sample sample = { 0 };

	if (trend->pid != id->pid || trend->starttime != id->starttime) {
		memset(trend, 0, sizeof(*trend));
		trend->pid = id->pid;
		trend->starttime = id->starttime;
	}
	if (trend->refresh == refresh->number)
		return;
	trend->refresh = refresh->number;
	set(&sample, TREND_RSS, usage_knows(total, USAGE_RSS),
		(double)total->rss);
	set(&sample, TREND_PSS, usage_knows(total, USAGE_PSS),
		(double)usage_pss(total));
	set(&sample, TREND_SWAP, usage_knows(total, USAGE_SWAP),
		(double)total->swap);
	set(&sample, TREND_SPLITS, snapshot->split_rate >= 0,
		snapshot->split_rate);
	set(&sample, TREND_FAULTS, snapshot->faults_rate >= 0,
		snapshot->faults_rate);
	add_rates(refresh, &sample);
	trend_add(trend, &sample);
}

void refresh_take_changes(struct refresh *refresh, struct snapshot *snapshot)
{
	if (snapshot->complete && snapshot->has_process &&
	    snapshot->process.answer == ANSWER_OK && refresh->space.changes)
		add_sample(refresh, snapshot);
	snapshot->trend = refresh->trend;
	take_lines(refresh, snapshot);
}
