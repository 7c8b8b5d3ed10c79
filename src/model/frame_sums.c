/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/frame_sums.h"

#include <stdlib.h>

#include "vmatlas/base/mem.h"

void frame_sums_fini(struct frame_sums *sums)
{
	frames_free(sums->frames);
	machine_unref(sums->machine);
	free(sums->counts);
	*sums = (struct frame_sums){ 0 };
}

void frame_sums_begin(struct frame_sums *sums, struct source *src,
	const struct machine *machine, struct space *space)
{
	size_t i;

	frame_sums_fini(sums);
	sums->frames = frames_new();
	sums->machine = machine_ref((struct machine *)machine);
	sums->counts = mem_new((machine->nplaces + 1) * (NFRAME_USES + 1) *
		NFRAME_OWNERS, sizeof(*sums->counts));
	frames_begin(sums->frames, src, machine);
	if (space) {
		frames_take_mine(sums->frames, space);
		sums->pid = space->process.id.pid;
	}
	for (i = 0; i < machine->nstretches; i++)
		if (machine->stretches[i].kind == STRETCH_RAM)
			sums->all += machine->stretches[i].end -
				machine->stretches[i].start;
}

bool frame_sums_step(struct frame_sums *sums)
{
	const struct machine *machine = sums->machine;
	const struct stretch *stretch;
	uint64_t *counts, n;

	if (sums->stretch >= machine->nstretches) {
		frames_free(sums->frames);
		sums->frames = NULL;
		sums->done = true;
		return false;
	}
	stretch = &machine->stretches[sums->stretch];
	if (sums->pfn < stretch->start)
		sums->pfn = stretch->start;
	n = stretch->end - sums->pfn;
	counts = frame_sums_at(sums->counts, stretch->zone < 0 ?
		machine->nplaces : (size_t)stretch->zone, 0);
	if (stretch->kind != STRETCH_RAM) {
		counts[frame_use_of_stretch(stretch->kind) * NFRAME_OWNERS +
			OWNER_NONE] += n;
	} else {
		n = frames_count(sums->frames, sums->pfn, n, counts);
		sums->read += n;
	}
	sums->answer = frames_answer(sums->frames, WORDS_KPAGEFLAGS);
	sums->pfn += n;
	sums->stretch += sums->pfn == stretch->end;
	return true;
}
