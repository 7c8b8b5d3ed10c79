/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_BUDGET_IMPL_H
#define VMATLAS_SRC_MODEL_BUDGET_IMPL_H

/* What the files that fill a budget share. */
#include "vmatlas/model/budget.h"

/* A new row, not known yet; the pointer is good until the next one. */
struct memory_row *budget_add(struct budget *budget, enum memory_group group,
	const char *name, enum memory_unit unit);
/* The same with its value, where KNOWN. */
struct memory_row *budget_put(struct budget *budget, enum memory_group group,
	const char *name, enum memory_unit unit, bool known, uint64_t value);
/* Words, for a row's subject or note. */
uint32_t budget_words(struct budget *budget, struct text text);
/* Give ROW a note; NULL: none. */
void budget_note(struct budget *budget, struct memory_row *row,
	const char *note);

/* Parts of MemTotal, what lies within them and outside; VMSTAT and ZONEINFO
 * may be empty. */
void budget_fill_ram(struct budget *budget, const struct machine *machine,
	struct text meminfo, struct text vmstat, struct text zoneinfo);
/* Swap as a whole, zram, zswap, huge pages. */
void budget_fill_swap(struct budget *budget, struct source *src,
	const struct machine *machine, struct text meminfo);
/* Events and pressure. */
void budget_fill_events(struct budget *budget, struct source *src,
	struct text vmstat);
/* The process ID, and its control group. */
void budget_fill_process(struct budget *budget, struct source *src,
	const struct machine *machine, struct proc_id id);

#endif
