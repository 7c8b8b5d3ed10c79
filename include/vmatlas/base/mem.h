/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_BASE_MEM_H
#define VMATLAS_BASE_MEM_H

#include <stddef.h>

/*
 * Memory from the heap that is never NULL: when there is none left, the
 * exhaustion hook runs (it restores the terminal), a message goes to stderr
 * and the process exits with status 1.  Sizes are checked for overflow.
 * It is freed with free(), but for mem_sparse's.
 */

/* N zeroed elements of SIZE bytes; a valid pointer also for N == 0. */
void *mem_new(size_t n, size_t size);

/*
 * The same for one object that is large and mostly room: pages of it that are
 * never written to cost nothing, as malloc cannot promise.  To be given back
 * by mem_sparse_free.
 */
void *mem_sparse(size_t size);
void mem_sparse_free(void *room, size_t size);

/*
 * Make room for NEED elements of SIZE bytes in the array PTR whose capacity
 * is *CAP, growing by half; returns the array, maybe moved.  What is new in
 * it is not initialised.
 */
void *mem_grow(void *ptr, size_t *cap, size_t need, size_t size);

/*
 * Room for N elements of SIZE bytes, all of which will be written: not
 * initialised.  For much of it the kernel is asked once (MADV_POPULATE_WRITE in
 * madvise(2), from 5.14 on), not by a fault for each page.
 */
void *mem_room(size_t n, size_t size);

/* A copy of the N bytes at TEXT with a NUL behind them. */
char *mem_text(const char *text, size_t n);

/* HOOK runs before the program ends for want of memory; NULL: none. */
void mem_on_exhaustion(void (*hook)(void));
/* For those who find it out by themselves. */
_Noreturn void mem_exhausted(void);

#endif
