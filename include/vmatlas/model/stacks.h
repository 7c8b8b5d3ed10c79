/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_STACKS_H
#define VMATLAS_MODEL_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"

struct space;

/*
 * The stacks of a process's threads: which region each is in, how far down it
 * was ever touched, and how far it may go.
 *
 * Which region is a thread's stack no file says (maps did, as "[stack:TID]",
 * from 3.4 to 4.4 only).  How it is known is part of each row: by where the
 * stack pointer is, which is proof but known only of threads that wait; by
 * the region's name; or by its shape alone, which is a guess and then names
 * no thread.
 */
#define STACK_GROUNDS(X) \
	X(NOTHING, NULL, "its region is not known") \
	X(SP, "sp", "its stack pointer is in it") \
	X(NAME, "name", "the region's name says so") \
	X(SHAPE, "shape", "private memory right above a small guard: a guess")

#define X(id, name, words) STACK_BY_##id,
enum stack_ground { STACK_GROUNDS(X) NSTACK_GROUNDS };
#undef X

/* "sp", ...; NULL: its region is not known. */
const char *stack_ground_name(enum stack_ground ground);

struct stack {
	int tid;		/* 0: nobody's that is known */
	uint32_t name;		/* in names: the thread's, untrusted;
				 * UINT32_MAX: there is none */
	enum stack_ground by;
	long region;		/* -1: not known */
	uint64_t start, end;	/* bytes, of that region */
	bool has_sp;
	uint64_t sp;
	bool grows;		/* the first thread's: the kernel makes it grow */
	bool guard_known;
	uint64_t guard;		/* bytes that may not be touched, below */
	/* From the lowest page that was ever touched and is still in RAM or
	 * swap to the end; and how much of that is. */
	bool touched_known;
	uint64_t touched, resident;	/* bytes */
	bool limit_known;
	uint64_t limit;		/* bytes it may have; UINT64_MAX: no limit */
};

struct stacks {
	struct stack *stacks;	/* threads by number, then the guesses */
	size_t n, cap;
	struct buf names;	/* NUL-terminated each */
	bool told;		/* the threads are known at all */
};

/* A screen shows one stack: the threads beyond so many are not asked for it. */
#define STACKS_SCREEN 256
/* Find those of SPACE (after space_refresh), of MOST threads at most; reads
 * two small files a thread and the entries of its stack. */
void stacks_read(struct stacks *stacks, struct space *space, size_t most);
/* The soft limit for the first thread's stack; false: not known. */
bool stacks_limit(struct space *space, uint64_t *nbytes);
void stacks_clear(struct stacks *stacks);
void stacks_copy(struct stacks *to, const struct stacks *from);
void stacks_fini(struct stacks *stacks);
/* The stack that is in region REGION, or NULL. */
const struct stack *stacks_in(const struct stacks *stacks, size_t region);

#endif
