/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "vmatlas/model/rt.h"
#include "vmatlas/model/snapshot.h"
#include "vmatlas/model/stacks.h"
#include "vmatlas/model/symbols.h"

static uint32_t copy_name(struct buf *names, const struct symbols *symbols,
	uint32_t name)
{
	const char *text = buf_text(&symbols->names);
	uint32_t at = (uint32_t)names->len;

	if (name == SYMBOL_NONE)
		return SYMBOL_NONE;
	buf_add(names, text + name, strlen(text + name) + 1);
	return at;
}

static void name_run(struct page_run *run, struct buf *names,
	const struct space *space, struct symbols *symbols)
{
	unsigned shift = space->reader->machine->page_shift;
	uint64_t va = run->vpn << shift, nbytes = run->npages << shift;
	enum answer answer = ANSWER_OK;
	struct symbol_place place;

	run->section = run->first_symbol = run->last_symbol = SYMBOL_NONE;
	if (rt_reason_when(run->reason) == RT_NEVER)
		return;
	run->section = copy_name(names, symbols, symbols_section(symbols,
		space, run->region, va, nbytes, &answer));
	if (answer != ANSWER_OK || run->section == SYMBOL_NONE)
		return;
	place = symbols_at(symbols, space, run->region, va);
	run->first_symbol = copy_name(names, symbols, place.symbol);
	place = symbols_at(symbols, space, run->region, va + nbytes - 1);
	run->last_symbol = copy_name(names, symbols, place.symbol);
}

void rt_fill(struct snapshot *snapshot, struct space *space,
	struct symbols *symbols, const struct process *first)
{
	const struct process *now = &space->process;
	struct rt_process *rt = &snapshot->rt;
	size_t i;

	buf_clear(&snapshot->run_names);
	for (i = 0; i < snapshot->nruns; i++)
		name_run(&snapshot->runs[i], &snapshot->run_names, space,
			symbols);
	memset(rt, 0, sizeof(*rt));
	rt->locked_known = space->locked_kb != UINT64_MAX;
	rt->locked = rt->locked_known ? space->locked_kb << 10 : 0;
	rt->limit_known = stacks_limit(space, &rt->stack_limit);
	rt->since_known = snapshot->refresh > 1 &&
		first->id.pid == now->id.pid &&
		first->id.starttime == now->id.starttime &&
		now->minor_faults >= first->minor_faults &&
		now->major_faults >= first->major_faults;
	if (!rt->since_known)
		return;
	rt->minor_since = now->minor_faults - first->minor_faults;
	rt->major_since = now->major_faults - first->major_faults;
}
