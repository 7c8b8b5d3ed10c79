/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TESTS_LIVE_ZOO_H
#define VMATLAS_TESTS_LIVE_ZOO_H

/*
 * What the keepers of the zoo need: memory at a place of its own, touched in
 * a known way, and the lines that say what was made.  All of it ends the zoo
 * when it fails.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENTRY_PRESENT ((uint64_t)1 << 63)
#define ENTRY_SWAP    ((uint64_t)1 << 62)
#define ENTRY_ALONE   ((uint64_t)1 << 56)
#define ENTRY_PFN     (((uint64_t)1 << 55) - 1)
#define ENTRY_SOFT_DIRTY ((uint64_t)1 << 55)

struct zoo {
	size_t page;		/* bytes */
	const char *folder;	/* for files; on a disk */
	const char *who;	/* parent or child */
};
extern struct zoo zoo;

void die(const char *what);
void say_region(const char *name, const void *at, size_t npages,
		const char *states);
void say_absent(const char *name, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Room for NPAGES with a page that nobody may touch on both sides, so that no
 * two regions grow together.
 */
char *room(size_t npages, size_t align);
char *map_fd(size_t npages, int prot, int flags, int fd);

/* Private, writable, without huge pages. */
char *anonymous(size_t npages);

/* Different contents everywhere, so that KSM has nothing to merge. */
void write_pages(char *p, size_t npages);
void read_pages(const char *p, size_t npages);

/* How many of our own pagemap entries have BIT. */
size_t count_entries(const char *p, size_t npages, uint64_t bit);

/* A file of NPAGES in the folder, written and on the disk. */
int make_file(const char *name, size_t npages);

/* They map the same frame, all of them. */
bool is_one_frame(const char *p, size_t npages);

/* In smaps the region that begins at P has WORD behind KEY. */
bool smaps_says(const char *p, const char *key, const char *word);
/* Kernels before 5.19 do not tell what was shared. */
bool kernel_since(unsigned major, unsigned minor);

/* ---- zoo_rare.c: where the words ask for it */
void make_poisoned(void);
void make_dax(const char *folder);	/* on such a file system */
void make_devices(void);
void make_gigantic(void);
void make_large_folios(void);
void make_soft_dirty(void);

/* ---- zoo_odd.c: what the system was made ready for */
void make_odd(bool hugetlb, bool folios, bool shmem);
/* Huge pages that a parent and its child map by one page table: mapped before
 * the fork (NULL: that cannot be), touched and said by both. */
char *map_shared_tables(bool hugetlb);
void say_shared_tables(const char *p);

#endif
