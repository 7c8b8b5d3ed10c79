/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/watch.h"

#include "vmatlas/model/space.h"
#include "space_impl.h"

static void stop(struct watch *watch)
{
	watch->kind = CLEAR_NOTHING;
	watch->since_ms = 0;
}

static void begin(struct watch *watch, struct space *space,
	const struct watch_wish *wish)
{
	watch->clear = wish->clear;
	watch->answer = source_clear(space->reader->src, space->process.id,
		wish->kind, false);
	if (watch->answer != ANSWER_OK)
		return;
	watch->kind = wish->kind;
	watch->id = space->process.id;
	watch->since_ms = space->reader->machine->facts.uptime_ms;
}

static void ask(struct watch *watch, struct space *space)
{
	unsigned kind;

	watch->asked = true;
	for (kind = CLEAR_NOTHING + 1; kind < NCLEAR_KINDS; kind++)
		watch->can[kind] = source_clear(space->reader->src,
			space->process.id, kind, true);
}

void watch_step(struct watch *watch, struct space *space,
	const struct watch_wish *wish)
{
	const struct proc_id *id = &space->process.id;

	if (watch->kind != wish->kind || watch->id.pid != id->pid ||
	    watch->id.starttime != id->starttime)
		stop(watch);
	watch->asked = false;
	if (wish->ask)
		ask(watch, space);
	if (wish->kind != CLEAR_NOTHING && wish->clear &&
	    wish->clear != watch->clear && wish->starttime == id->starttime)
		begin(watch, space, wish);
	space->want_referenced = watch->kind == CLEAR_REFERENCED;
	space->watch_writes = watch->kind == CLEAR_SOFT_DIRTY;
	/* Before there was any need for it, it may not have been read; and it
	 * tells of which regions the mark means nothing. */
	if (space->want_referenced || space->watch_writes)
		space_read_smaps(space, false);
}
