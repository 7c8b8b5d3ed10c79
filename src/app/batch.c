/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmatlas/app/command.h"
#include "vmatlas/app/message.h"
#include "vmatlas/app/table.h"
#include "vmatlas/base/mem.h"

struct batch {
	struct session *session;
	const struct options *options;
	const volatile int *stop;
	enum report report;
	int out;
	struct buf text;
	bool head_done;		/* CSV has one header for all refreshes */
	bool noted;		/* what may not be seen was said */
	bool ended;		/* the process, after it was seen */
	bool many;		/* processes: one that cannot be read is only named */
	uint64_t done;		/* refreshes */
	int status;
};

/* ---- output */

static int flush(struct batch *batch, struct err *err)
{
	size_t done = 0;

	while (done < batch->text.len) {
		ssize_t n = write(batch->out, batch->text.data + done,
			batch->text.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "cannot write the report");
		done += (size_t)n;
	}
	buf_clear(&batch->text);
	return 0;
}

static void write_head(struct batch *batch, enum object object,
	const struct snapshot *snapshot)
{
	if (batch->head_done && batch->options->format == FORMAT_CSV)
		return;
	table_head(&batch->text, batch->options->format, object, snapshot);
	batch->head_done = true;
}

/* ---- one report of one refresh */

static void report_processes(struct batch *batch,
	const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_PROCESS,
		.snapshot = snapshot };
	size_t i;

	write_head(batch, OBJECT_PROCESS, snapshot);
	for (i = 0; i < snapshot->nrows; i++) {
		record.row = &snapshot->rows[i];
		if (session_wants_user(batch->options, &record.row->process))
			table_record(&batch->text, batch->options->format,
				&record);
	}
	record_fini(&record);
}

static void report_total(struct batch *batch, const struct snapshot *snapshot)
{
	const struct usage *total = &snapshot->total;
	const struct {
		const char *title;
		uint32_t figure;
		uint64_t nbytes;
	} figures[] = {
		{ "RSS", USAGE_RSS, total->rss },
		{ "PSS", USAGE_PSS, usage_pss(total) },
		{ "USS", USAGE_USS, total->uss },
		{ "shared", USAGE_SHARED, total->shared },
		{ "anonymous", USAGE_ANONYMOUS, total->anonymous },
		{ "swap", USAGE_SWAP, total->swap },
	};
	size_t i;

	buf_fmt(&batch->text, "total of %zu regions: VSS %llu K",
		snapshot->nregions,
		(unsigned long long)snapshot->process.vss >> 10);
	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		if (usage_knows(total, figures[i].figure))
			buf_fmt(&batch->text, ", %s %llu K", figures[i].title,
				(unsigned long long)figures[i].nbytes >> 10);
		else
			buf_fmt(&batch->text, ", %s ?", figures[i].title);
	}
	buf_char(&batch->text, '\n');
}

static void report_regions(struct batch *batch,
	const struct snapshot *snapshot)
{
	const struct options *options = batch->options;
	struct record record = { .object = OBJECT_REGION,
		.snapshot = snapshot };

	write_head(batch, OBJECT_REGION, snapshot);
	for (; record.index < snapshot->nregions; record.index++) {
		const struct region *region =
			&snapshot->regions[record.index];

		if (options->va_end && (region->end <= options->va_start ||
				region->start >= options->va_end))
			continue;
		table_record(&batch->text, options->format, &record);
	}
	record_fini(&record);
	if (options->format == FORMAT_TEXT && !options->va_end)
		report_total(batch, snapshot);
}

/* People see what differs or could not be compared, and the count; the other
 * formats have every line. */
static void report_audit(struct batch *batch, const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_AUDIT,
		.snapshot = snapshot };
	bool people = batch->options->format == FORMAT_TEXT;
	size_t counts[AUDIT_LEFT_OUT + 1] = { 0 };

	if (!people || !batch->head_done)
		write_head(batch, OBJECT_AUDIT, snapshot);
	for (; record.index < snapshot->audit.n; record.index++) {
		enum audit_verdict verdict =
			snapshot->audit.lines[record.index].verdict;

		counts[verdict]++;
		if (!people || verdict != AUDIT_AGREES)
			table_record(&batch->text, batch->options->format,
				&record);
	}
	record_fini(&record);
	if (counts[AUDIT_DISAGREES])
		batch->status = 3;
	if (people)
		buf_fmt(&batch->text, "%7d %zu figures agree, %zu differ, "
			"%zu could not be compared\n", snapshot->process.id.pid,
			counts[AUDIT_AGREES], counts[AUDIT_DISAGREES],
			counts[AUDIT_LEFT_OUT]);
}

/* All of an object of which a refresh has few. */
static void report_all(struct batch *batch, enum object object,
	const struct snapshot *snapshot)
{
	struct record record = { .object = object, .snapshot = snapshot };
	size_t n = object == OBJECT_SWAP ? snapshot->nswaps :
		snapshot->machine->nzones;

	write_head(batch, object, snapshot);
	for (; record.index < n; record.index++)
		table_record(&batch->text, batch->options->format, &record);
	record_fini(&record);
}

/* Runs come in portions, each a snapshot of its own of the same refresh. */
static int report_runs(struct batch *batch, enum object object,
	struct snapshot **snapshot, struct err *err)
{
	struct session *session = batch->session;
	bool frames = object == OBJECT_FRAMES;
	struct page_range *range = frames ? &session->wish.frame_runs :
		&session->wish.runs;
	struct record record = { .object = object };
	int result = -1;

	write_head(batch, object, *snapshot);
	for (;;) {
		size_t n = frames ? (*snapshot)->nframe_runs :
			(*snapshot)->nruns;
		uint64_t next = frames ? (*snapshot)->frame_runs_next :
			(*snapshot)->runs_next;

		record.snapshot = *snapshot;
		for (record.index = 0; record.index < n; record.index++)
			table_record(&batch->text, batch->options->format,
				&record);
		if (next >= range->end || (*batch->stop))
			break;
		if (flush(batch, err))
			goto free_record;
		range->start = next;
		snapshot_unref(*snapshot);
		*snapshot = session_serve(session, batch->stop, err);
		if (!*snapshot)
			goto free_record;
	}
	result = 0;
free_record:
	record_fini(&record);
	return result;
}

/* ---- wishes */

static void wish_for(struct batch *batch, int pid)
{
	const struct options *options = batch->options;
	struct wish *wish = &batch->session->wish;

	wish->once = true;
	wish->pid = batch->report == REPORT_ZONES ||
		batch->report == REPORT_PROCESSES ? 0 : pid;
	if (batch->session->recording) {
		/* The level of a recording: all about the process. */
		wish->pid = pid;
		wish->depth = DEPTH_FULL;
		wish->list = wish->list_usage = pid != 0;
		wish->list_pids[0] = pid;
		wish->nlist_pids = 1;
	}
	if (batch->report == REPORT_PROCESSES) {
		size_t i;

		wish->list = wish->list_usage = true;
		wish->nlist_pids = 0;
		wish->list_pagemap = options->full || pid;
		for (i = 0; i < options->npids && i < WISH_PIDS; i++)
			wish->list_pids[wish->nlist_pids++] = options->pids[i];
		if (!options->npids && pid)
			wish->list_pids[wish->nlist_pids++] = pid;
	}
	wish->want_frame_runs = batch->report == REPORT_FRAMES;
	wish->frame_runs = (struct page_range){ options->pfn_start,
		options->pfn_end ? options->pfn_end : UINT64_MAX };
	wish->want_uses = batch->report == REPORT_ZONES && options->full;
	wish->want_swaps = batch->report == REPORT_SWAP;
	if (batch->report == REPORT_AUDIT) {
		wish->want_audit = true;
		if (wish->depth < DEPTH_STATES)
			wish->depth = DEPTH_STATES;
	}
	if (batch->report != REPORT_PAGES)
		return;
	wish->want_runs = true;
	if (wish->depth < DEPTH_STATES)
		wish->depth = DEPTH_STATES;
	wish->runs = (struct page_range){ 0, UINT64_MAX };
	if (options->va_end)
		wish->runs = (struct page_range){ options->va_start,
			options->va_end };
	wish->runs_pfn = (struct page_range){ options->pfn_start,
		options->pfn_end };
}

/* ---- the loop */

/* One line on stderr for each thing that may not be seen; once. */
static void note_problems(struct batch *batch, const struct snapshot *snapshot)
{
	struct text problems = { buf_text(&snapshot->problems),
		snapshot->problems.len }, line;

	if (batch->noted)
		return;
	batch->noted = true;
	while (text_line(&problems, &line))
		message("%.*s", (int)line.n, line.p);
}

/* What a process that cannot be looked at is; NULL: it can. */
static const char *trouble(const struct snapshot *snapshot)
{
	if (snapshot->process.answer == ANSWER_GONE)
		return snapshot->nregions ? "ended while it was read" :
			"there is no such process";
	if (snapshot->process.answer != ANSWER_OK)
		return answer_name(snapshot->process.answer);
	if (snapshot->maps == ANSWER_DENIED)
		return "not permitted to look at it (needs the same user, or CAP_SYS_PTRACE)";
	if (snapshot->maps != ANSWER_OK)
		return answer_name(snapshot->maps);
	if (!snapshot->nregions)
		return "it has no address space (a kernel thread, or a zombie)";
	return NULL;
}

/* All that was asked for could be read. */
static bool is_whole(const struct batch *batch, const struct snapshot *snapshot)
{
	const struct wish *wish = &batch->session->wish;

	if (snapshot->has_process && snapshot->pagemap != ANSWER_OK)
		return false;
	if (wish->want_swaps && snapshot->swaps_answer != ANSWER_OK)
		return false;
	return (!wish->want_frame_runs && !wish->want_uses) ||
		(snapshot->kpageflags == ANSWER_OK &&
		 snapshot->kpagecount == ANSWER_OK);
}

/* REPORT of a process that can be looked at, or of the machine. */
static int write_report(struct batch *batch, struct snapshot **snapshot,
	struct err *err)
{
	switch (batch->report) {
	case REPORT_ZONES:
		report_all(batch, OBJECT_ZONE, *snapshot);
		break;
	case REPORT_SWAP:
		report_all(batch, OBJECT_SWAP, *snapshot);
		break;
	case REPORT_AUDIT:
		report_audit(batch, *snapshot);
		break;
	case REPORT_REGIONS:
		report_regions(batch, *snapshot);
		break;
	case REPORT_PAGES:
		return report_runs(batch, OBJECT_PAGES, snapshot, err);
	case REPORT_FRAMES:
		return report_runs(batch, OBJECT_FRAMES, snapshot, err);
	default:
		break;
	}
	return 0;
}

/* One process (0: none) in a new refresh, or (AGAIN) in the same one as the
 * process before; 1: the recording is at its end. */
static int run_once(struct batch *batch, int pid, bool again, struct err *err)
{
	struct session *session = batch->session;
	uint64_t begun = session_clock();
	struct snapshot *snapshot;
	const char *why = NULL;
	int result = 0;

	wish_for(batch, pid);
	snapshot = again ? session_serve(session, batch->stop, err) :
		session_refresh(session, -1, batch->stop, err);
	if (!snapshot)
		return -1;
	if (snapshot->ended)
		goto unref;
	if (session->blocked[0])
		message("%s", session->blocked);
	session->blocked[0] = '\0';
	if (session->wish.pid)
		why = trouble(snapshot);
	if (why && batch->done && batch->options->npids < 2) {
		/* What was to be seen was seen. */
		batch->ended = true;
		if (!session->command)
			message("%d: it has ended", pid);
		goto unref;
	}
	if (why) {
		message("%d: %s", pid, why);
		if (!batch->many)
			batch->status = 1;
	} else if (batch->report != REPORT_FRAMES) {
		note_problems(batch, snapshot);
	}
	if (batch->report != REPORT_NONE) {
		table_begin(&batch->text, batch->options->format, snapshot);
		if (batch->report == REPORT_PROCESSES)
			report_processes(batch, snapshot);
		else if (!why || batch->report == REPORT_ZONES)
			result = write_report(batch, &snapshot, err);
		if (snapshot)
			table_end(&batch->text, batch->options->format,
				snapshot, !why && is_whole(batch, snapshot),
				(double)(session_clock() - begun));
	}
	/* Frames are read while they are reported. */
	if (!why && snapshot && batch->report == REPORT_FRAMES)
		note_problems(batch, snapshot);
	if (!result && batch->out >= 0)
		result = flush(batch, err);
unref:
	if (snapshot && snapshot->ended)
		result = 1;
	snapshot_unref(snapshot);
	return result;
}

/* Sleep until MS, or until a signal. */
static void sleep_until(uint64_t ms, const volatile int *stop)
{
	uint64_t now;

	while (!*stop && (now = session_clock()) < ms) {
		uint64_t left = ms - now < 100 ? ms - now : 100;
		struct timespec nap = { 0, (long)left * 1000000 };

		nanosleep(&nap, NULL);
	}
}

static bool goes_on(const struct batch *batch)
{
	const struct options *options = batch->options;
	int status;

	if (*batch->stop || batch->status || batch->ended)
		return false;
	if (batch->session->command &&
	    command_ended(batch->session->command, &status))
		return false;
	if (options->iterations)
		return batch->done < options->iterations;
	return options->delay_given || options->record ||
		batch->session->command;
}

/* Every process that has memory, and is the users' asked for. */
static int audit_all(struct batch *batch, struct err *err)
{
	struct wish *wish = &batch->session->wish;
	struct snapshot *snapshot;
	int *pids, result = 0;
	size_t i, n = 0;

	wish->list = wish->once = true;
	snapshot = session_refresh(batch->session, -1, batch->stop, err);
	wish->list = false;
	if (!snapshot)
		return -1;
	pids = mem_new(snapshot->nrows, sizeof(*pids));
	for (i = 0; i < snapshot->nrows; i++) {
		const struct process *process = &snapshot->rows[i].process;

		if ((process->vss || process->answer != ANSWER_OK) &&
		    process->id.pid != (int)getpid() &&
		    session_wants_user(batch->options, process))
			pids[n++] = process->id.pid;
	}
	snapshot_unref(snapshot);
	batch->many = true;
	for (i = 0; i < n && !result && !*batch->stop; i++)
		result = run_once(batch, pids[i], true, err);
	free(pids);
	return result;
}

static int refresh_all(struct batch *batch, struct err *err)
{
	const struct options *options = batch->options;
	size_t i;
	int result;

	if (batch->report == REPORT_AUDIT && !batch->session->pid)
		return audit_all(batch, err);
	if (options->npids < 2 || batch->report == REPORT_PROCESSES)
		return run_once(batch, batch->session->pid, false, err);
	for (i = 0; i < options->npids; i++) {
		result = run_once(batch, options->pids[i], i > 0, err);
		if (result)
			return result;
	}
	return 0;
}

static int open_output(struct batch *batch, struct err *err)
{
	const char *path = batch->options->output;

	batch->out = STDOUT_FILENO;
	if (!path || !strcmp(path, "-"))
		return 0;
	batch->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return batch->out < 0 ? err_set(err, errno, "cannot write %s", path) : 0;
}

static enum report choose_report(const struct session *session)
{
	const struct options *options = session->options;

	if (options->report)
		return options->report;
	if (options->record && !options->output)
		return REPORT_NONE;
	return session->pid ? REPORT_REGIONS : REPORT_PROCESSES;
}

int batch_run(struct session *session, const volatile int *stop)
{
	struct batch batch = { .session = session,
		.options = session->options, .stop = stop };
	uint64_t due = session_clock();
	struct err err = { 0 };
	int result;

	batch.report = choose_report(session);
	if ((batch.report == REPORT_REGIONS || batch.report == REPORT_PAGES ||
		    (!batch.report && session->recording)) && !session->pid) {
		message("which process? name one by its number or its command's name");
		return 2;
	}
	result = open_output(&batch, &err);
	while (!result) {
		result = refresh_all(&batch, &err);
		batch.done++;
		if (result || !goes_on(&batch))
			break;
		due += session->wish.period_ms;
		if (!session->options->replay)
			sleep_until(due, stop);
		if (*stop)
			break;
	}
	if (result < 0 && !*stop) {
		/* A reader that has had enough is no failure. */
		if (err.code != EPIPE)
			message("%s", err.text);
		batch.status = 1;
	}
	buf_fini(&batch.text);
	return batch.status;
}
