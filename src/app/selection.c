/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/selection.h"

#include <fnmatch.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/cgroup.h"

static bool wants_user(const struct options *options,
	const struct process *process)
{
	size_t i;

	for (i = 0; i < options->nusers; i++) {
		char uid[16];

		snprintf(uid, sizeof(uid), "%u", (unsigned)process->uid);
		if (!strcmp(options->users[i], process->user) ||
		    !strcmp(options->users[i], uid))
			return true;
	}
	return !options->nusers;
}

static bool wants_session(const struct options *options,
	const struct process *process)
{
	size_t i;

	for (i = 0; i < options->nsessions; i++)
		if (process->answer == ANSWER_OK &&
		    options->sessions[i] == process->session)
			return true;
	return !options->nsessions;
}

static bool wants_cgroup(const struct options *options,
	const struct snapshot *snapshot, const struct process_row *row)
{
	struct text lines = text_of(buf_text(&snapshot->commands) +
		row->cgroup);
	size_t i;

	for (i = 0; i < options->ncgroups; i++)
		if (row->has_cgroup &&
		    cgroup_has(lines, text_of(options->cgroups[i])))
			return true;
	return !options->ncgroups;
}

bool selection_is_given(const struct options *options)
{
	return options->nusers || options->ncgroups || options->nsessions;
}

bool selection_wants(const struct options *options,
	const struct snapshot *snapshot, const struct process_row *row)
{
	return wants_user(options, &row->process) &&
		wants_session(options, &row->process) &&
		wants_cgroup(options, snapshot, row);
}

bool selection_has(const struct options *options,
	const struct snapshot *snapshot, const struct process_row *row)
{
	bool named = !options->npids && !options->nnames;
	size_t i;

	for (i = 0; i < options->npids; i++)
		named |= options->pids[i] == row->process.id.pid;
	for (i = 0; i < options->nnames; i++)
		named |= !fnmatch(options->names[i], row->process.name, 0);
	return named && selection_wants(options, snapshot, row);
}

int *selection_pids(const struct options *options,
	const struct snapshot *snapshot, size_t *n)
{
	int *pids = mem_new(snapshot->nrows, sizeof(*pids));
	size_t i;

	*n = 0;
	for (i = 0; i < snapshot->nrows; i++) {
		const struct process_row *row = &snapshot->rows[i];

		if (process_may_map(&row->process) &&
		    row->process.id.pid != (int)getpid() &&
		    selection_has(options, snapshot, row))
			pids[(*n)++] = row->process.id.pid;
	}
	return pids;
}

void selection_wish(const struct options *options, struct wish *wish)
{
	wish->list_cgroups = options->ncgroups;
}

int selection_check(const struct options *options, struct err *err)
{
	uint64_t uid;
	size_t i;

	for (i = 0; i < options->nusers; i++)
		if (!text_all_u64(text_of(options->users[i]), 10, &uid) &&
		    !getpwnam(options->users[i]))
			return err_set(err, 0, "there is no user '%s'",
				options->users[i]);
	return 0;
}
