/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_LIVE_IMPL_H
#define VMATLAS_SRC_SOURCE_LIVE_IMPL_H

#include "vmatlas/source/live.h"

/*
 * What the files that make up the live source share: live.c (texts, words,
 * scans), live_cache.c (the page cache), live_compare.c (address spaces),
 * live_symbols.c (names in ELF files), live_vdso.c (and in the vdso),
 * live_contents.c (bytes), live_clear.c (what writes), live_list.c (folders),
 * live_facts.c (what machine this is), processes.c (who is there).
 */

/* A pagemap that is kept open; fd -1: the slot is free. */
struct open_pagemap {
	int fd;
	struct proc_id id;
	uint64_t used;		/* the higher, the more recent */
};

#define NOPEN_PAGEMAPS 8

struct live {
	struct source src;
	char *procfs;		/* for messages */
	int proc_fd, sys_fd;	/* the roots; -1: not there */
	int proc_error;		/* errno of opening the root */
	bool usual;		/* the root is /proc itself */
	unsigned without;
	struct facts facts;
	bool uname_known;
	bool scan_absent;	/* this kernel has no PAGEMAP_SCAN */
	/* kpageflags and kpagecount, open from their first use on */
	int word_fd[NWORD_FILES];
	enum answer word_answer[NWORD_FILES];	/* of the last open */
	struct open_pagemap pagemaps[NOPEN_PAGEMAPS];
	uint64_t clock;		/* of struct open_pagemap.used */
	struct user_cache *users;
	char *sysroot;		/* where separate files of symbols are below */
	struct symbol_cache *symbols;	/* NULL: none was asked for */
};

/*
 * The question that is no file's text: what the page cache has of the file
 * mapped at A-B (source.h).
 */
struct cache_question {
	char file[64];		/* below the process's folder */
	uint64_t offset, length;	/* bytes */
	bool pages;		/* which ones, not how many */
};

/* False: PATH is not that question. */
bool live_cache_question(const char *path, struct cache_question *out);
/* 0, or an errno value; OUT is added to only on 0. */
int live_cache_answer(struct live *live, int pid,
	const struct cache_question *q, struct buf *out);

/* What the ELF file mapped at A-B says (source.h). */
struct symbol_question {
	char file[64];		/* below the process's folder */
	bool is_vdso;		/* no file, but the kernel's, at START..END */
	uint64_t start, stop;
	bool has_address;	/* what is there, else how it is laid out */
	uint64_t address;	/* the file's own */
	uint64_t end;		/* other than 0: what starts from there to here */
	const char *name;	/* where that is, else NULL; in the path asked */
};

/* False: PATH is not that question. */
bool live_symbol_question(const char *path, struct symbol_question *out);
/* 0, or an errno value; OUT is added to only on 0. */
int live_symbol_answer(struct live *live, int pid,
	const struct symbol_question *q, struct buf *out);
/*
 * The same of the file at PATH, which is NAME where it was mapped; only if its
 * build-id is BUILD_ID (digits), else it is a stranger.
 */
int live_symbol_answer_in(struct live *live, const char *path,
	const char *name, const char *build_id,
	const struct symbol_question *q, struct buf *out);
/*
 * Open our own memory, where the vdso of process PID (at START..END) is, too,
 * from *BASE on; 0 or an errno value.  A kernel has an image for each kind of
 * program: ours is theirs only if a page of both is in the same frame.  Their
 * memory is not read: that could bring pages of it in.
 */
int live_vdso_open(struct live *live, int pid, uint64_t start, uint64_t end,
	int *fd, uint64_t *base);
/* NULL is fine. */
void symbol_cache_free(struct symbol_cache *cache);

/* The other such question: how PID's address space compares with another's
 * (source.h). */
bool live_compare_question(const char *path, int *pid);
int live_compare_answer(int a, int b, struct buf *out);
/* Which file a path leads to, or is mapped (source.h). */
bool live_file_question(struct proc_id id, const char *path);
int live_file_answer(struct live *live, struct proc_id id, const char *path,
	struct buf *out);
/* What a page of a process holds (source.h). */
enum answer live_contents(struct source *src, struct proc_id id,
	struct page_read *page, void *out, size_t n);
/* The names in the folder FD, which is closed; 0 or an errno value. */
int live_list_answer(int fd, struct buf *out);
/* The device tree as source.h has it; 0 or an errno value. */
int live_tree_answer(struct live *live, struct buf *out);

/* The answer that ERROR means for a file of PID (0: none). */
enum answer live_answer(const struct live *live, int pid, int error);
/* The clear of source.h. */
enum answer live_clear(struct source *src, struct proc_id id,
	enum clear_kind kind, bool try_only);

/* The clock, uname and privileges of a refresh that begins now. */
void live_facts_begin(struct live *live);
/* What the machine costs us changes between refreshes too. */
void live_facts_self(struct facts *facts);

/*
 * The processes below PROC_FD, in pid order; with USUAL, from the second call
 * on, libproc2 is asked where it was built in.  *USERS starts as NULL and keeps
 * what is worth keeping from call to call.
 */
struct user_cache;
enum answer processes_list(struct user_cache **users, int proc_fd, bool usual,
	struct process_entry **out, size_t *n);
void user_cache_free(struct user_cache *users);

/* The answer that ERROR means for a file of PID (0: none). */
enum answer live_answer_for(const struct live *live, int pid, int error);
/* The open pagemap of ID; NULL with errno where it cannot be opened. */
struct open_pagemap *live_pagemap_open(struct live *live, struct proc_id id);
void live_pagemap_close(struct open_pagemap *slot);
/* Where there are pages (live_scan.c): a source's question. */
enum answer live_populated(struct source *src, enum populated_kind kind,
	struct proc_id id, uint64_t start, uint64_t end, struct vpn_range *out,
	size_t max, size_t *n, uint64_t *next);

#endif
