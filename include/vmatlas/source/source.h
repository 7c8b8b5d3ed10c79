/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_SOURCE_H
#define VMATLAS_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/err.h"

/*
 * A struct source is whom we ask about a machine: the running kernel
 * (source/live.h), a recording (source/replay.h), or either of them with a
 * recorder around it (source/record.h).  Every fact about the machine goes
 * through it: texts, arrays of 64-bit words, populated ranges, processes,
 * the clock and our own privileges.
 *
 * An answer that could not be had is an answer too: enum answer says which.
 * A source belongs to one thread.  It may block as long as the kernel likes;
 * it calls its watch before and after each system call that may, so that the
 * thread's owner can see what it hangs on and can make it pause.
 */

enum answer {
	ANSWER_OK,
	ANSWER_DENIED,		/* this user may not see it */
	ANSWER_ABSENT,		/* this kernel or machine has no such thing */
	ANSWER_GONE,		/* the process ended, or is another one now */
	ANSWER_BLOCKED,		/* the kernel did not answer; not asked again */
	ANSWER_UNRECORDED,	/* the recording does not say */
	NANSWERS
};

/* "ok", "denied", ... */
const char *answer_name(enum answer answer);
/* The answer that an errno value of an open or read amounts to. */
enum answer answer_of_errno(int error);

/*
 * A process, for ever: a pid alone may come back as another one.  Sources do
 * not check it: who needs to know that the process is still the same reads
 * its "stat" before and after.
 */
struct proc_id {
	int pid;
	uint64_t starttime;	/* clock ticks after boot; 0: not known yet */
};

/* The machine as a whole: pid 0. */
#define PROC_NONE ((struct proc_id){0, 0})

/* Files that are arrays of 64-bit words. */
enum word_file { WORDS_PAGEMAP, WORDS_KPAGEFLAGS, WORDS_KPAGECOUNT, NWORD_FILES };

/* "pagemap", "kpageflags", "kpagecount" */
const char *word_file_name(enum word_file file);

/* Bounds in pages of a populated range of virtual pages; END exclusive. */
struct vpn_range {
	uint64_t start, end;
};

enum populated_kind {
	POPULATED_ANY,		/* present or swapped (or a marker) */
	POPULATED_HUGE,		/* mapped by a PMD, or hugetlb */
	NPOPULATED_KINDS
};

/* What the machine is and what we may see of it. */
struct facts {
	uint64_t time_ms;	/* since the epoch, when the refresh began */
	uint64_t uptime_ms;	/* monotonic; for rates */
	char release[72];	/* uname -r */
	char machine[72];	/* uname -m */
	uint32_t page_size;	/* bytes */
	uint32_t clock_ticks;	/* per second, of starttime and CPU times */
	uint64_t task_size;	/* end of user space in bytes; 0: not known */
	bool pfn_visible;	/* we hold CAP_SYS_ADMIN: PFNs are told */
	uint32_t uid;		/* effective */
	uint64_t left_out;	/* refreshes before this one, by the recorder */
	uint64_t self_cpu_us;	/* our own CPU time; 0 in a replay */
	uint64_t self_rss;	/* our own RSS in bytes; 0 in a replay */
};

/* A process as a list shows it; everything else about it is text to ask for. */
struct process_entry {
	int pid;
	uint32_t uid;		/* effective */
	char user[33];		/* empty: no name known */
};

/*
 * Who is watching: BEFORE a call that may block (PID 0 and FILE name what is
 * asked; FILE is a static string) and AFTER it.  AFTER may sleep, and may
 * end the thread.
 */
struct source_watch {
	void (*before)(void *arg, int pid, const char *file);
	void (*after)(void *arg);
	void *arg;
};

/*
 * One page's bytes, only to be read while its pagemap entry says WANT in the
 * bits of MASK: that it is there, in the frame by which the caller judged it.
 */
struct page_read {
	uint64_t vpn;
	uint64_t mask, want;
	bool was_read;		/* else the entry was another one */
	uint64_t before, after;	/* the entry, right before and behind */
	uint64_t faults;	/* that it took: the page was brought in */
};

struct source {
	const struct source_ops *ops;
	/* Around whom it stands: what OPS has no answer to, that one is asked.
	 * NULL: nobody. */
	struct source *inner;
	struct source_watch watch;
};

/* What of a process can be cleared, so that it is seen to come again: the
 * marks that its pages were used, or written (clear_refs in
 * Documentation/filesystems/proc.rst). */
enum clear_kind { CLEAR_NOTHING, CLEAR_REFERENCED, CLEAR_SOFT_DIRTY,
	NCLEAR_KINDS };

/*
 * The questions.  Each op returns an answer, and fills its results only on
 * ANSWER_OK.  One that is NULL is put to the source's inner, if it has one.
 */
struct source_ops {
	/* Begin refresh N+1: 1; SOURCE_LATER: that is yet to come, ask again;
	 * 0: there is no further one (a recording's end; with ERR where that
	 * is not as it should be); -1: failed, with ERR. */
	int (*refresh)(struct source *src, struct err *err);
	/* All was asked that belongs to the refresh; a recorder then need not
	 * wait for the next one.  NULL: nobody cares. */
	void (*done)(struct source *src);
	enum answer (*facts)(struct source *src, struct facts *out);
	/* All of a text file: "maps" of ID, or "zoneinfo" with PROC_NONE;
	 * a path that starts with "/sys/" is found below the sysfs root. */
	enum answer (*text)(struct source *src, struct proc_id id,
		const char *path, struct buf *out);
	/*
	 * Some paths are no files.  "kcmp-vm/PID" asks how the address space of
	 * ID compares with that of PID, in some order that holds until the next
	 * boot: 0, they are one; 1, it comes before; 2, behind (kcmp(2)).
	 * The other: "map_files/A-B@OFFSET+LENGTH" (addresses as
	 * that folder has them, bytes of the file) asks what the page cache
	 * has of that part of the file, as lines of "KEY: PAGES": cached,
	 * dirty, writeback, evicted (of shared memory: swapped), and
	 * "shmem: 1" where the file is shared memory, "size: BYTES" of it.
	 * With ":pages" behind it (SOURCE_SLICE pages at most) the counts
	 * give way to lines of "FIRST PAGES", the runs of pages that it has,
	 * in order and counted from OFFSET.
	 *
	 * "map_files/A-B:elf" asks how the file mapped there is laid out,
	 * as lines (numbers in hexadecimal, names escaped): "type exec", "type
	 * dyn" or, of all but ELF programs and libraries, "type none";
	 * "damaged WORDS" where it is broken or cut off; "build-id DIGITS";
	 * "load OFFSET ADDRESS BYTES-IN-FILE BYTES-IN-MEMORY"; "section ADDRESS
	 * BYTES NAME", by address.
	 * "map_files/A-B:elf@ADDRESS" (one of the file's own) asks what is
	 * there: "section NAME" and "symbol OFFSET NAME", as far as there is
	 * one.  Symbols come from the file, or from the one that was split
	 * off it: "separate PATH"; or "stranger PATH", where what lies there
	 * is of another build.
	 * "map_files/A-B:elf@FIRST-END" asks which symbols start in FIRST..END:
	 * the same words of whose they are, then "symbol ADDRESS BYTES NAME" by
	 * address (BYTES 0: it does not tell), one for each address, and "next
	 * ADDRESS" where there are more than SOURCE_SYMBOLS or so.
	 * "map_files/A-B:elf?NAME" asks where the symbols of that name are:
	 * whose, and a line "symbol ADDRESS" for each, 256 at most.
	 * "vdso/A-B:elf" and the others ask the same of the kernel's own
	 * library that is mapped there; absent, where which one that is
	 * cannot be told for certain.
	 *
	 * "file-id@PATH" asks which file a path leads to, as lines "major:",
	 * "minor:" and "inode:" of stat(2); "map_files/A-B@id" asks the same
	 * of the file that a process has mapped there.  It need not be what
	 * maps says: btrfs and overlayfs have several devices for one file.
	 *
	 * A path that ends in "/" asks for the names in a folder, a line
	 * each, sorted, folders with "/" behind them (at most 16384).
	 *
	 * SOURCE_DEVICE_TREE asks for the device tree: a line for each node,
	 * parents first, with its path and, as NAME=HEX, those properties
	 * that say where it lies.  SOURCE_RESOURCES asks for the ranges that
	 * the user has given (source/named.h).
	 */
	/* Up to N words from index FIRST on; *GOT may be less at the end of
	 * the file.  Callers ask for slices (SOURCE_SLICE) at most.  On
	 * ANSWER_UNRECORDED, *GOT is how many of the first words no answer
	 * speaks of, or 0: it speaks of some, or that is not known. */
	enum answer (*words)(struct source *src, enum word_file file,
		struct proc_id id, uint64_t first, size_t n,
		uint64_t *out, size_t *got);
	/* Populated ranges in START..END (pages), sorted; at most MAX of
	 * them in *N, and *NEXT is where to go on (END when done). */
	enum answer (*populated)(struct source *src, enum populated_kind kind,
		struct proc_id id, uint64_t start, uint64_t end,
		struct vpn_range *out, size_t max, size_t *n,
		uint64_t *next);
	/* All processes, in pid order, in a heap array for the caller. */
	enum answer (*processes)(struct source *src,
		struct process_entry **out, size_t *n);
	/* Forget what is kept open for ID: it has exec'd or is gone. */
	void (*forget)(struct source *src, struct proc_id id);
	void (*free)(struct source *src);
	/*
	 * The N bytes of page PAGE->vpn, as a debugger reads them (proc(5),
	 * /proc/PID/mem), if its entry allows it.  Never recorded, and so NULL
	 * where there is nothing to be had.
	 *
	 * Between the look at the entry and the read nothing happens here, but
	 * the kernel may take the page away: then it brings it in again, as
	 * for a touch by the process.  Reading counts as a use for reclaim
	 * (the frame's REFERENCED and ACTIVE flags; smaps' Referenced), not
	 * as a fault of the process.
	 */
	enum answer (*contents)(struct source *src, struct proc_id id,
		struct page_read *page, void *out, size_t n);
	/*
	 * The one question that writes: clear KIND of ID, or with TRY only
	 * say whether that could be done.  It makes the process wait, and
	 * changes what reclaim knows of it.  Never done to a process of
	 * another starttime.  NULL (recordings, recorders): ABSENT.
	 */
	enum answer (*clear)(struct source *src, struct proc_id id,
		enum clear_kind kind, bool try_only);
	/*
	 * Of a recording: how many refreshes there are, so far; when refresh N
	 * (from 1) began, in milliseconds since the epoch (false: that is not
	 * known); and make refresh N the next one (false: there is no such).
	 * NULL where only the present can be asked.
	 */
	uint64_t (*count)(struct source *src);
	bool (*time_of)(struct source *src, uint64_t n, uint64_t *time_ms);
	bool (*go)(struct source *src, uint64_t n);
	/* The first refresh of the recording that has refresh N; NULL: 1. */
	uint64_t (*first)(struct source *src, uint64_t n);
};

#define SOURCE_LATER 2
#define SOURCE_SLICE 4096
/* Symbols in one answer about a range. */
#define SOURCE_SYMBOLS 4096
#define SOURCE_DEVICE_TREE "device-tree"
#define SOURCE_RESOURCES "resources"

int source_refresh(struct source *src, struct err *err);
void source_done(struct source *src);
enum answer source_facts(struct source *src, struct facts *out);
enum answer source_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out);
enum answer source_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out,
	size_t *got);
enum answer source_populated(struct source *src, enum populated_kind kind,
	struct proc_id id, uint64_t start, uint64_t end,
	struct vpn_range *out, size_t max, size_t *n, uint64_t *next);
enum answer source_contents(struct source *src, struct proc_id id,
	struct page_read *page, void *out, size_t n);
enum answer source_processes(struct source *src, struct process_entry **out,
	size_t *n);
enum answer source_clear(struct source *src, struct proc_id id,
	enum clear_kind kind, bool try_only);
/* 0: it is no recording. */
uint64_t source_count(struct source *src);
bool source_time_of(struct source *src, uint64_t n, uint64_t *time_ms);
bool source_go(struct source *src, uint64_t n);
uint64_t source_first(struct source *src, uint64_t n);
void source_forget(struct source *src, struct proc_id id);
/* Whom SRC stands around, for implementations: who watches us watches it. */
struct source *source_inner(struct source *src);
/* Calls of the watch, for implementations; they do nothing without one. */
void source_before(struct source *src, int pid, const char *file);
void source_after(struct source *src);
/* NULL is fine. */
void source_free(struct source *src);

#endif
