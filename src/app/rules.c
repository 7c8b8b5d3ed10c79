/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/rules.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

void rules_init(struct rules *rules, struct session *session)
{
	memset(rules, 0, sizeof(*rules));
	rules->session = session;
}

void rules_fini(struct rules *rules)
{
	size_t i;

	for (i = 0; i < rules->n; i++)
		free(rules->processes[i].states);
	free(rules->processes);
	buf_fini(&rules->notes);
}

bool rules_wish(const struct rules *rules, struct wish *wish)
{
	const struct options *options = rules->session->options;
	size_t i;

	if (!wish->pid || wish->skip_pages || wish->want_runs ||
	    wish->want_frame_runs || wish->want_uses || wish->want_swaps ||
	    wish->want_audit ||
	    (wish->question != QUESTION_NONE && !wish->keep_blocks))
		return false;
	for (i = 0; i < options->nrules; i++)
		rule_wish(&options->rules[i], wish);
	return true;
}

static struct rule_state *states_of(struct rules *rules, int pid)
{
	struct rules_process *process;
	size_t i;

	for (i = 0; i < rules->n; i++)
		if (rules->processes[i].pid == pid)
			return rules->processes[i].states;
	rules->processes = mem_grow(rules->processes, &rules->cap,
		rules->n + 1, sizeof(*rules->processes));
	process = &rules->processes[rules->n++];
	process->pid = pid;
	process->states = mem_new(rules->session->options->nrules,
		sizeof(*process->states));
	return process->states;
}

/* Into the file of -w, unless that is written already. */
static int start_recording(struct session *session, struct err *err)
{
	if (session->recording)
		return 0;
	session->recording = recording_open(session->options->record, err);
	session->wish.recording = session->recording;
	return session->recording ? 0 : -1;
}

int rules_check(struct rules *rules, const struct snapshot *snapshot,
	void (*told)(void *arg, const struct snapshot *snapshot,
		const struct rule_event *event),
	void *arg, struct err *err)
{
	const struct options *options = rules->session->options;
	struct rule_state *states = states_of(rules, snapshot->process.id.pid);
	size_t i;

	for (i = 0; i < options->nrules; i++) {
		const struct rule *rule = &options->rules[i];
		struct rule_event event = { rule, &states[i] };
		bool held = states[i].holds;

		if (states[i].refresh == snapshot->refresh)
			continue;
		states[i].holds = rule_check(rule, &states[i], snapshot,
			&rules->notes) == MATCH_YES;
		if (!states[i].holds || held)
			continue;
		told(arg, snapshot, &event);
		if (rule->action == RULE_EXIT)
			rules->ended_by = rule;
		if (rule->action == RULE_RECORD &&
		    start_recording(rules->session, err))
			return -1;
	}
	return 0;
}
