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

void refresh_take_changes(struct refresh *refresh, struct snapshot *snapshot)
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
