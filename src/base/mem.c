/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* The sampler's thread may be the one that finds the memory gone. */
static void (*_Atomic exhaustion_hook)(void);

_Noreturn void mem_exhausted(void)
{
	static const char text[] = "vmatlas: out of memory\n";
	/* Taken, so that a hook that allocates cannot come back here. */
	void (*hook)(void) = atomic_exchange(&exhaustion_hook, NULL);

	if (hook)
		hook();
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

void mem_on_exhaustion(void (*hook)(void))
{
	atomic_store(&exhaustion_hook, hook);
}

void *mem_new(size_t n, size_t size)
{
	void *ptr = NULL;

	if (n == 0 || size == 0)
		n = size = 1;
	if (n <= PTRDIFF_MAX / size)
		ptr = calloc(n, size);
	if (!ptr)
		mem_exhausted();
	return ptr;
}

/* Who looks for leaks does not look into mappings. */
#ifdef __SANITIZE_ADDRESS__
#define LOOKS_FOR_LEAKS true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOOKS_FOR_LEAKS true
#endif
#endif
#ifndef LOOKS_FOR_LEAKS
#define LOOKS_FOR_LEAKS false
#endif

void *mem_sparse(size_t size)
{
	void *room;

	if (LOOKS_FOR_LEAKS)
		return mem_new(1, size);
	room = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		mem_exhausted();
	return room;
}

void mem_sparse_free(void *room, size_t size)
{
	if (LOOKS_FOR_LEAKS)
		free(room);
	else
		munmap(room, size);
}

void *mem_grow(void *ptr, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap, limit = PTRDIFF_MAX / (size ? size : 1);

	if (need <= *cap)
		return ptr;
	if (need > limit)
		mem_exhausted();
	want = want > limit - want / 2 ? limit : want + want / 2;
	if (want < 8 && limit >= 8)
		want = 8;
	if (want < need)
		want = need;
	ptr = realloc(ptr, size ? want * size : 1);
	if (!ptr)
		mem_exhausted();
	*cap = want;
	return ptr;
}

/* Less is not worth a question. */
#define ROOM_MUCH ((size_t)1 << 20)

void *mem_room(size_t n, size_t size)
{
	size_t cap = 0, page = (size_t)sysconf(_SC_PAGESIZE);
	char *room = mem_grow(NULL, &cap, n ? n : 1, size);
	size_t skip = -(uintptr_t)room & (page - 1);

	/* Older kernels do not know it, and faults will do it. */
	if (n * size >= ROOM_MUCH)
		madvise(room + skip, (n * size - skip) & ~(page - 1),
			MADV_POPULATE_WRITE);
	return room;
}

char *mem_text(const char *text, size_t n)
{
	char *copy;

	if (n >= PTRDIFF_MAX)
		mem_exhausted();
	copy = malloc(n + 1);
	if (!copy)
		mem_exhausted();
	if (n)
		memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}
