/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FILE_USERS_H
#define VMATLAS_MODEL_FILE_USERS_H

#include "vmatlas/model/crowd.h"
#include "vmatlas/model/mine.h"

/*
 * A struct file_users finds out who maps one file, and how much of it.
 *
 * The file is the one that a path leads to, as stat(2) says.  A mapping is of
 * that file where device and inode are the same in maps.  They need not be:
 * btrfs and overlayfs tell stat another device than maps.  So a mapping of a
 * file with the same last name is asked for its own (/proc/PID/map_files).
 * A path that leads nowhere (a deleted file, a memfd, SysV memory) is the name
 * that maps shows, with or without " (deleted)" behind it.
 *
 * Figures are those of smaps, of all regions of the file together.  Memory:
 * two bits for each frame that is mapped, and a row for each process.
 */
struct file_user {
	uint32_t member;	/* index in the crowd */
	uint64_t mapped;	/* bytes of its regions */
	struct figures usage;
};

/* The answer. */
struct file_use {
	struct file_user *rows;	/* the most resident first */
	size_t n, cap;
	bool by_name;		/* which file the path leads to is not told: */
	enum answer answer;	/* ANSWER_ABSENT: it leads nowhere */
	uint32_t major, minor;	/* of the file, or of one with that name */
	uint64_t inode;
	size_t nfiles;		/* different ones: more than 1 only by name */
	uint64_t unsure;	/* mappings that may be of it */
	uint64_t deleted;	/* mappings of a deleted file of that name */
	bool frames_told;
	uint64_t frames;	/* of the file, mapped by anyone, each once */
	uint64_t copies;	/* private ones of its pages, each frame once */
};

/* A file that mappings are of, and whether it is the one asked about. */
struct file_verdict {
	uint32_t major, minor;
	uint64_t inode;
	uint32_t name;		/* where it starts in names */
	enum file_match { FILE_OTHER, FILE_SAME, FILE_UNSURE } match;
};

struct file_users {
	const char *path;
	struct file_use use;
	struct file_verdict *verdicts;	/* of those that were looked at closer */
	size_t n, cap;
	struct buf names;
	struct mine frames, copies;
	/* Of the process being walked: */
	struct usage usage;
	bool begun;
};

/* PATH stays the caller's. */
void file_users_begin(struct file_users *users, struct source *src,
	const char *path);
/* Shows USERS to a crowd. */
struct crowd_user file_users_user(struct file_users *users);
/* After the crowd has passed. */
void file_users_sort(struct file_users *users);
void file_users_fini(struct file_users *users);

/* What is resident: as smaps has it, and pages of the pool of huge pages. */
uint64_t file_user_resident(const struct file_user *user);
void file_use_copy(struct file_use *to, const struct file_use *from);
void file_use_fini(struct file_use *use);

#endif
