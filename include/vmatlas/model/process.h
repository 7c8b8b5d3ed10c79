/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_PROCESS_H
#define VMATLAS_MODEL_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/model/machine.h"
#include "vmatlas/model/usage.h"

/*
 * A struct process is a process as a whole, as its /proc/PID/stat tells.
 */
struct process {
	struct proc_id id;
	int ppid, session;
	char name[64];		/* comm, as the kernel gives it: untrusted */
	char state;
	uint32_t uid;
	char user[33];		/* empty: not known */
	uint64_t vss, rss;	/* bytes, by the kernel's quick counters */
	uint64_t minor_faults, major_faults;
	uint64_t start_code;	/* bytes: in the program's file; 0: not known */
	/* Its first thread has ended, others live on: what they map is told
	 * under their numbers only, and vss and rss are 0 (exit_mm() of the
	 * first, do_task_stat() in fs/proc/array.c). */
	bool headless;
	enum answer answer;	/* of stat */
};

/*
 * Read the stat of process->id into PROCESS.  With a starttime of 0 any
 * process of that pid will do, and its starttime is filled in; else
 * ANSWER_GONE where it is another one.
 */
enum answer process_read(struct process *process, struct source *src,
	const struct machine *machine);

/* Does it map anything?  Kernel threads and zombies do not; true where nobody
 * can tell. */
bool process_may_map(const struct process *process);

/* The command line, its NULs made blanks; "[name]" where it has none, as it is
 * kept in memory that the process maps. */
void process_command(const struct process *process, struct source *src,
	struct buf *out);

/*
 * All processes, or those in ONLY (NONLY > 0), in pid order, in a heap array
 * at *OUT.  Those that ended meanwhile are left out; those whose stat may not
 * be read are there.
 */
enum answer processes_read(struct source *src, const struct machine *machine,
	const int *only, unsigned nonly, struct process **out, size_t *n);

/* A process's sums by smaps_rollup: cheap, and exact where it can be read. */
enum answer process_rollup(struct proc_id id, struct source *src,
	struct usage *usage);

#endif
