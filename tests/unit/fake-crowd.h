/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TESTS_FAKE_CROWD_H
#define VMATLAS_TESTS_FAKE_CROWD_H

#include <stdio.h>

#include "fake-source.h"

/*
 * A machine of CROWD_PROCS processes, 1 and up, whose pages a test makes up:
 * each has CROWD_PAGES of them, which its maps lay out from 0x1000000 on.
 * Frames are those of the fake machine.
 */
#define CROWD_PROCS 4
#define CROWD_PAGES 64
#define CROWD_VPN 0x1000

struct fake_crowd {
	struct source src;
	struct fake *machine;
	struct {
		uint64_t words[CROWD_PAGES];
		const char *maps;
		int vm;		/* processes with the same one share it */
		unsigned vss;
		enum answer maps_answer, pagemap;
	} procs[CROWD_PROCS + 1];
	enum answer processes, kcmp;
	unsigned hidden;	/* bits of pids that are in no list */
	struct {
		const char *path, *text;
	} texts[8];		/* others, of whatever process */
};

static enum answer fake_crowd_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct fake_crowd *crowd = (struct fake_crowd *)src;
	int other, i;

	for (i = 0; i < 8 && crowd->texts[i].path; i++)
		if (!strcmp(crowd->texts[i].path, path)) {
			buf_str(out, crowd->texts[i].text);
			return ANSWER_OK;
		}
	if (!id.pid)
		return source_text(&crowd->machine->src, id, path, out);
	if (!strcmp(path, "stat")) {
		buf_fmt(out, "%d (p%d) T 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 "
			"%d %u 16 0\n", id.pid, id.pid, 100 + id.pid,
			crowd->procs[id.pid].vss);
		return ANSWER_OK;
	}
	if (!strcmp(path, "maps")) {
		if (crowd->procs[id.pid].maps_answer == ANSWER_OK)
			buf_str(out, crowd->procs[id.pid].maps);
		return crowd->procs[id.pid].maps_answer;
	}
	if (sscanf(path, "kcmp-vm/%d", &other) != 1)
		return ANSWER_ABSENT;
	if (crowd->kcmp == ANSWER_OK)
		buf_fmt(out, "%d\n", crowd->procs[id.pid].vm ==
			crowd->procs[other].vm ? 0 : 1);
	return crowd->kcmp;
}

static enum answer fake_crowd_facts(struct source *src, struct facts *out)
{
	return source_facts(&((struct fake_crowd *)src)->machine->src, out);
}

static enum answer fake_crowd_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct fake_crowd *crowd = (struct fake_crowd *)src;
	size_t i;

	if (file != WORDS_PAGEMAP)
		return source_words(&crowd->machine->src, file, id, first, n,
			out, got);
	if (crowd->procs[id.pid].pagemap != ANSWER_OK)
		return crowd->procs[id.pid].pagemap;
	for (i = 0; i < n; i++)
		out[i] = first + i - CROWD_VPN < CROWD_PAGES ?
			crowd->procs[id.pid].words[first + i - CROWD_VPN] : 0;
	*got = n;
	return ANSWER_OK;
}

static enum answer fake_crowd_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	struct fake_crowd *crowd = (struct fake_crowd *)src;

	return source_populated(&crowd->machine->src, kind, id, start, end,
		out, max, n, next);
}

static enum answer fake_crowd_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	struct fake_crowd *crowd = (struct fake_crowd *)src;
	int i;

	if (crowd->processes != ANSWER_OK)
		return crowd->processes;
	*out = calloc(CROWD_PROCS, sizeof(**out));
	*n = 0;
	for (i = 1; i <= CROWD_PROCS; i++)
		if (!(crowd->hidden >> i & 1))
			(*out)[(*n)++].pid = i;
	return ANSWER_OK;
}

static void fake_crowd_forget(struct source *src, struct proc_id id)
{
	(void)src;
	(void)id;
}

static const struct source_ops fake_crowd_ops = {
	.facts = fake_crowd_facts, .text = fake_crowd_text,
	.words = fake_crowd_words, .populated = fake_crowd_populated,
	.processes = fake_crowd_processes, .forget = fake_crowd_forget,
};

static inline void fake_crowd_init(struct fake_crowd *crowd)
{
	int i;

	memset(crowd, 0, sizeof(*crowd));
	crowd->src.ops = &fake_crowd_ops;
	crowd->machine = fake_new();
	for (i = 1; i <= CROWD_PROCS; i++) {
		crowd->procs[i].vm = 10 * i;
		crowd->procs[i].vss = 65536u * (unsigned)i;
		crowd->procs[i].maps =
			"1000000-1040000 rw-p 00000000 00:00 0 \n";
	}
}

#endif
