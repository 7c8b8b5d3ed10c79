/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/procstat.h"
#include "vmatlas/model/region.h"

static void copy_name(char *out, size_t size, struct text name)
{
	size_t n = name.n < size - 1 ? name.n : size - 1;

	memcpy(out, name.p, n);
	out[n] = '\0';
}

enum answer process_read(struct process *process, struct source *src,
	const struct machine *machine)
{
	uint64_t wanted = process->id.starttime;
	struct procstat stat;
	struct buf buf = { 0 };
	enum answer answer;

	answer = source_text(src, process->id, "stat", &buf);
	if (answer == ANSWER_OK &&
	    !procstat_parse((struct text){ buf_text(&buf), buf.len }, &stat))
		answer = ANSWER_GONE;
	if (answer == ANSWER_OK && wanted && stat.starttime != wanted)
		answer = ANSWER_GONE;
	if (answer == ANSWER_OK) {
		process->id.starttime = stat.starttime;
		process->ppid = (int)stat.ppid;
		process->session = (int)stat.session;
		process->state = stat.state;
		process->vss = stat.vss;
		process->rss = stat.rss_pages * machine->facts.page_size;
		process->headless = (stat.state == 'Z' || stat.state == 'X') &&
			stat.nthreads > 1;
		process->minor_faults = stat.minor_faults;
		process->major_faults = stat.major_faults;
		process->start_code = stat.start_code;
		copy_name(process->name, sizeof(process->name), stat.name);
	} else if (answer == ANSWER_ABSENT) {
		answer = ANSWER_GONE;
	}
	process->answer = answer;
	buf_fini(&buf);
	return answer;
}

bool process_may_map(const struct process *process)
{
	return process->answer != ANSWER_OK || process->vss ||
		process->headless;
}

void process_command(const struct process *process, struct source *src,
	struct buf *out)
{
	size_t i;

	buf_clear(out);
	if (process_may_map(process))
		source_text(src, process->id, "cmdline", out);
	while (out->len && !out->data[out->len - 1])
		out->data[--out->len] = '\0';
	for (i = 0; i < out->len; i++)
		if (!out->data[i])
			out->data[i] = ' ';
	if (!out->len)
		buf_fmt(out, "[%s]", process->name);
}

static bool is_chosen(int pid, const int *only, unsigned nonly)
{
	unsigned i;

	for (i = 0; i < nonly; i++)
		if (only[i] == pid)
			return true;
	return !nonly;
}

enum answer processes_read(struct source *src, const struct machine *machine,
	const int *only, unsigned nonly, struct process **out, size_t *n)
{
	struct process_entry *entries = NULL;
	struct process *list;
	size_t i, count = 0;
	enum answer answer;

	*out = NULL;
	*n = 0;
	answer = source_processes(src, &entries, &count);
	if (answer != ANSWER_OK)
		return answer;
	list = mem_new(count, sizeof(*list));
	for (i = 0; i < count; i++) {
		struct process *process = &list[*n];

		if (!is_chosen(entries[i].pid, only, nonly))
			continue;
		memset(process, 0, sizeof(*process));
		process->id.pid = entries[i].pid;
		process->uid = entries[i].uid;
		memcpy(process->user, entries[i].user, sizeof(process->user));
		if (process_read(process, src, machine) != ANSWER_GONE)
			++*n;
	}
	free(entries);
	*out = list;
	return ANSWER_OK;
}

enum answer process_rollup(struct proc_id id, struct source *src,
	struct usage *usage)
{
	struct buf buf = { 0 };
	struct region region = { 0 };
	struct text text, rest, line;
	struct maps_line map;
	enum answer answer;

	answer = source_text(src, id, "smaps_rollup", &buf);
	text = (struct text){ buf_text(&buf), buf.len };
	/* It is as one region in smaps. */
	for (rest = text; answer == ANSWER_OK && text_line(&rest, &line);) {
		if (!maps_parse(line, &map))
			continue;
		region.start = map.start;
		region.end = map.end;
		regions_take_usage(&region, 1, text);
		break;
	}
	*usage = (struct usage){ .figures = region.usage };
	buf_fini(&buf);
	return answer;
}
