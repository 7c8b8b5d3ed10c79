/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmatlas/app/command.h"
#include "vmatlas/app/message.h"
#include "vmatlas/app/report.h"
#include "vmatlas/app/report_event.h"
#include "vmatlas/app/report_filter.h"
#include "vmatlas/app/report_since.h"
#include "vmatlas/app/rules.h"
#include "vmatlas/app/selection.h"
#include "vmatlas/app/table.h"
#include "vmatlas/base/mem.h"

struct batch {
	struct reporter reporter;
	struct rules rules;
	bool noted;		/* what may not be seen was said */
	bool ended;		/* the process, after it was seen */
	bool many;		/* processes: one that cannot be read is only named */
	bool gone[WISH_PIDS];	/* of those that are recorded */
	uint64_t done;		/* refreshes */
	int status;
};

/* One line on stderr for each thing that may not be seen; once, but for what
 * the recorder left out. */
static void note_problems(struct batch *batch, const struct snapshot *snapshot)
{
	struct text problems = { buf_text(&snapshot->problems),
		snapshot->problems.len }, line;

	while (text_line(&problems, &line))
		if (!batch->noted || text_starts(line, "recording:"))
			message("%.*s", (int)line.n, line.p);
	batch->noted = true;
}

/* What a process that cannot be looked at is; NULL: it can. */
static const char *trouble(const struct snapshot *snapshot)
{
	if (snapshot->process.answer == ANSWER_GONE)
		return snapshot->nregions ? "ended while it was read" :
			"there is no such process";
	if (snapshot->process.answer != ANSWER_OK)
		return answer_name(snapshot->process.answer);
	if (snapshot->process.headless)
		return "its first thread has ended; look at another, by its number in /proc/PID/task";
	if (snapshot->maps == ANSWER_DENIED)
		return "not permitted to look at it (needs the same user, or CAP_SYS_PTRACE)";
	if (snapshot->maps != ANSWER_OK)
		return answer_name(snapshot->maps);
	if (!snapshot->nregions)
		return "it has no address space (a kernel thread, or a zombie)";
	return NULL;
}

/* Of several processes that are recorded one is no more: the others go on. */
static void note_gone(struct batch *batch, int pid, const char *why)
{
	const struct options *options = batch->reporter.options;
	bool any = batch->many;
	size_t i;

	for (i = 0; i < options->npids; i++) {
		if (options->pids[i] == pid && !batch->gone[i])
			message("%d: %s", pid, why);
		batch->gone[i] |= options->pids[i] == pid;
		any |= !batch->gone[i];
	}
	batch->ended |= !any;
}

/* Process PID cannot be looked at; true: not any more. */
static bool take_trouble(struct batch *batch, int pid, const char *why)
{
	if (batch->done && batch->reporter.options->npids < 2 && !batch->many) {
		/* What was to be seen was seen. */
		batch->ended = true;
		if (!batch->reporter.session->command)
			message("%d: it has ended", pid);
		return true;
	}
	if (batch->done && batch->reporter.report == REPORT_NONE) {
		note_gone(batch, pid, why);
		return true;
	}
	message("%d: %s", pid, why);
	if (!batch->many)
		batch->status = 1;
	return false;
}

static void end_report(struct reporter *reporter,
	const struct snapshot *snapshot, bool complete, double elapsed_ms)
{
	if (reporter->metrics)
		openmetrics_report(reporter->metrics,
			report_name(reporter->report), snapshot, complete,
			elapsed_ms);
	else
		table_end(&reporter->text, reporter->options->format, snapshot,
			complete, elapsed_ms);
}

/* The report of one refresh.  WHY: the process cannot be looked at. */
static int write_report(struct batch *batch, struct snapshot **snapshot,
	const char *why, uint64_t begun, struct err *err)
{
	struct reporter *reporter = &batch->reporter;
	enum format format = reporter->options->format;
	enum report_subject subject = report_subject(reporter->report);
	bool late = report_reads_late(reporter->report);
	int result = 0;

	if (!why && !late)
		note_problems(batch, *snapshot);
	if (reporter->report != REPORT_NONE) {
		table_begin(&reporter->text, format, *snapshot);
		if (!why || subject == SUBJECT_ALL || subject == SUBJECT_MACHINE)
			result = reporter_write(reporter, snapshot, err);
		if (*snapshot)
			end_report(reporter, *snapshot, !why &&
				reporter_is_whole(reporter, *snapshot),
				(double)(session_clock() - begun));
	}
	if (!why && late && *snapshot)
		note_problems(batch, *snapshot);
	report_filter_note(reporter);
	if (reporter->disagrees && !batch->status)
		batch->status = 3;
	batch->ended |= reporter->ended;
	if (reporter->unanswered && !batch->status) {
		message("%s", reporter->unanswered);
		batch->status = 1;
	}
	return result ? result : reporter_flush(reporter, err);
}

/* ---- rules */

static int check_rules(struct batch *batch, const struct snapshot *snapshot,
	struct err *err)
{
	struct rules *rules = &batch->rules;
	struct text notes, line;
	int result = rules_check(rules, snapshot, report_event, &batch->reporter,
		err);

	notes = (struct text){ buf_text(&rules->notes), rules->notes.len };
	while (text_line(&notes, &line))
		message("--when: %.*s", (int)line.n, line.p);
	buf_clear(&rules->notes);
	if (rules->ended_by) {
		batch->status = 3;
		batch->ended = true;
	}
	return result ? result : reporter_flush(&batch->reporter, err);
}

/* The report is about other things than the rules: theirs are asked first. */
static int look_for_rules(struct batch *batch, int pid, bool again,
	struct err *err)
{
	struct session *session = batch->reporter.session;
	struct wish before = session->wish;
	struct snapshot *snapshot;
	int result = 0;

	session->wish.skip_pages = session->wish.want_runs = false;
	session->wish.want_frame_runs = session->wish.want_uses = false;
	session->wish.want_swaps = session->wish.want_audit = false;
	session->wish.question = QUESTION_NONE;
	session->wish.pid = pid;
	rules_wish(&batch->rules, &session->wish);
	snapshot = again ? session_serve(session, batch->reporter.stop, err) :
		session_refresh(session, -1, batch->reporter.stop, err);
	if (snapshot && snapshot->ended)
		result = 1;
	else if (snapshot && trouble(snapshot))
		result = take_trouble(batch, pid, trouble(snapshot));
	else if (snapshot)
		result = check_rules(batch, snapshot, err);
	/* A recording that begins with that is of what comes next. */
	before.asked = session->wish.asked;
	before.recording = session->wish.recording;
	session->wish = before;
	snapshot_unref(snapshot);
	return snapshot ? result : -1;
}

/* One process (0: none) in a new refresh, or (AGAIN) in the same one as the
 * process before; 1: the recording is at its end. */
static int run_once(struct batch *batch, int pid, bool again, struct err *err)
{
	struct reporter *reporter = &batch->reporter;
	struct session *session = reporter->session;
	uint64_t begun = session_clock();
	struct snapshot *snapshot;
	const char *why = NULL;
	bool fits, rules = reporter->options->nrules != 0;
	int result = 0;

	reporter_wish(reporter, pid);
	fits = !rules || rules_wish(&batch->rules, &session->wish);
	if (!fits) {
		result = look_for_rules(batch, pid, again, err);
		if (result)
			return result;
		again = true;
	}
	snapshot = again ? session_serve(session, reporter->stop, err) :
		session_refresh(session, -1, reporter->stop, err);
	if (!snapshot)
		return -1;
	if (snapshot->ended) {
		if (snapshot->end.text[0]) {
			message("%s; shown is what came before",
				snapshot->end.text);
			batch->status = 1;
		}
		goto unref;
	}
	if (session->blocked[0])
		message("%s", session->blocked);
	session->blocked[0] = '\0';
	if (session->wish.pid)
		why = trouble(snapshot);
	if (why && take_trouble(batch, pid, why))
		goto unref;
	if (rules && fits && !why)
		result = check_rules(batch, snapshot, err);
	if (!result)
		result = write_report(batch, &snapshot, why, begun, err);
unref:
	if (snapshot && snapshot->ended)
		result = 1;
	snapshot_unref(snapshot);
	return result;
}

/* A signal has asked for another file of the recording. */
static void rotate_if_asked(const struct session *session)
{
	if (!session->hang_up || !*session->hang_up)
		return;
	*session->hang_up = 0;
	recording_rotate(session->recording);
}

/* Sleep until MS, or until a signal. */
static void sleep_until(const struct session *session, uint64_t ms,
	const volatile int *stop)
{
	uint64_t now;

	while (!*stop && (now = session_clock()) < ms) {
		uint64_t left = ms - now < 100 ? ms - now : 100;
		struct timespec nap = { 0, (long)left * 1000000 };

		nanosleep(&nap, NULL);
		rotate_if_asked(session);
	}
}

static bool goes_on(const struct batch *batch)
{
	const struct options *options = batch->reporter.options;
	int status;

	if (*batch->reporter.stop || batch->status || batch->ended)
		return false;
	if (batch->reporter.session->command &&
	    command_ended(batch->reporter.session->command, &status))
		return false;
	if (options->iterations)
		return batch->done < options->iterations;
	return options->delay_given || options->record || options->nrules ||
		batch->reporter.session->command;
}

/* The refresh is complete for the recording, too; where that is all that was
 * asked for, it is the end when nothing more can be written. */
static void finish_refresh(struct batch *batch)
{
	struct reporter *reporter = &batch->reporter;
	struct session *session = reporter->session;

	sampler_finish(session->sampler);
	rotate_if_asked(session);
	/* Why is said when it is closed. */
	if (reporter->report == REPORT_NONE &&
	    !recording_good(session->recording, NULL))
		batch->status = 1;
}

/* The pids of the processes that have memory and are chosen, in *PIDS; 1: the
 * recording is at its end. */
static int choose(struct batch *batch, int **pids, size_t *n, struct err *err)
{
	struct reporter *reporter = &batch->reporter;
	struct wish *wish = &reporter->session->wish;
	struct snapshot *snapshot;
	bool ended;

	wish->list = wish->once = true;
	wish->list_usage = false;
	wish->nlist_pids = wish->ngroup_pids = 0;
	wish->question = QUESTION_NONE;
	selection_wish(reporter->options, wish);
	snapshot = session_refresh(reporter->session, -1, reporter->stop, err);
	wish->list = false;
	if (!snapshot)
		return -1;
	*pids = selection_pids(reporter->options, snapshot, n);
	ended = snapshot->ended;
	snapshot_unref(snapshot);
	return ended;
}

static int each_process(struct batch *batch, struct err *err)
{
	struct reporter *reporter = &batch->reporter;
	int *pids = NULL, result;
	size_t i, n = 0;

	result = choose(batch, &pids, &n, err);
	batch->many = true;
	for (i = 0; i < n && !result && !*reporter->stop; i++)
		result = run_once(batch, pids[i], true, err);
	free(pids);
	return result;
}

static int all_as_one(struct batch *batch, struct err *err)
{
	struct reporter *reporter = &batch->reporter;
	int result = choose(batch, &reporter->group, &reporter->ngroup, err);

	if (!result && !reporter->ngroup)
		result = err_set(err, 0, "no process is chosen");
	if (!result && reporter->ngroup > WISH_PIDS)
		result = err_set(err, 0, "%zu processes are chosen; %d at most "
			"can be taken as one", reporter->ngroup, WISH_PIDS);
	if (!result)
		result = run_once(batch, 0, true, err);
	free(reporter->group);
	reporter->group = NULL;
	return result;
}

/* Two moments held against each other; there is no more to come then. */
static int run_since(struct batch *batch, struct err *err)
{
	struct reporter *reporter = &batch->reporter;
	enum format format = reporter->options->format;
	uint64_t begun = session_clock();
	struct snapshot *from, *to;
	int result = since_read(reporter, &from, &to, err);

	if (!result) {
		note_problems(batch, to);
		table_begin(&reporter->text, format, to);
		since_write(reporter, from, to);
		end_report(reporter, to, reporter_is_whole(reporter, from) &&
			reporter_is_whole(reporter, to),
			(double)(session_clock() - begun));
		result = reporter_flush(reporter, err);
	}
	snapshot_unref(from);
	snapshot_unref(to);
	batch->ended = true;
	return result;
}

static int refresh_all(struct batch *batch, struct err *err)
{
	const struct options *options = batch->reporter.options;
	enum report_subject subject = report_subject(batch->reporter.report);
	int pid = batch->reporter.session->pid, result = 0;
	bool again = false;
	size_t i;

	if (since_is_wanted(&batch->reporter))
		return run_since(batch, err);
	if (options->together)
		return all_as_one(batch, err);
	if (subject == SUBJECT_EACH && !pid)
		return each_process(batch, err);
	if (options->npids < 2 || subject == SUBJECT_ALL ||
	    subject == SUBJECT_PAIR)
		return run_once(batch, pid, false, err);
	for (i = 0; i < options->npids && !result; i++) {
		if (batch->gone[i])
			continue;
		result = run_once(batch, options->pids[i], again, err);
		again = true;
	}
	return result;
}

/* What belongs together goes out together: a refresh of all processes. */
static int publish(struct reporter *reporter, struct err *err)
{
	if (!reporter->metrics ||
	    !openmetrics_write(reporter->metrics, &reporter->text))
		return 0;
	return reporter_flush(reporter, err) ||
		output_commit(&reporter->output, err) ? -1 : 0;
}

static int open_reporter(struct reporter *reporter, struct err *err)
{
	const struct options *options = reporter->options;
	bool metrics = options->format == FORMAT_OPENMETRICS;

	if (metrics)
		reporter->metrics = openmetrics_new();
	return output_open(&reporter->output, options->output, metrics, err);
}

static void close_reporter(struct reporter *reporter)
{
	buf_fini(&reporter->text);
	openmetrics_free(reporter->metrics);
	output_close(&reporter->output);
}

static enum report choose_report(const struct session *session)
{
	const struct options *options = session->options;

	if (options->file)
		return REPORT_FILE;
	if (options->report)
		return options->report;
	if ((options->record && !options->output) || options->nrules)
		return REPORT_NONE;
	return session->pid ? REPORT_REGIONS : REPORT_PROCESSES;
}

int batch_run(struct session *session, const volatile int *stop)
{
	struct batch batch = { .reporter = { .session = session,
		.options = session->options, .stop = stop,
		.report = choose_report(session) } };
	uint64_t due = session_clock();
	struct err err = { 0 };
	int result;

	if (!session->pid && batch.reporter.report == REPORT_OWNERS &&
	    !session->options->pfn_end && !session->options->pa_end) {
		message("-r owners: of which frames? give --pfn or --pa, or a process");
		return 2;
	}
	if (!session->pid && (session->options->nrules ||
		    ((session->recording || batch.reporter.report) &&
		     report_subject(batch.reporter.report) ==
			     SUBJECT_PROCESS))) {
		message("which process? name one by its number or its command's name");
		return 2;
	}
	rules_init(&batch.rules, session);
	result = open_reporter(&batch.reporter, &err);
	while (!result) {
		/* A recording can have all of the machine's frames. */
		if (batch.reporter.report == REPORT_NONE &&
		    session->options->full)
			session->wish.sums_asked++;
		result = refresh_all(&batch, &err);
		if (result >= 0 && publish(&batch.reporter, &err))
			result = -1;
		if (session->recording && !*stop)
			finish_refresh(&batch);
		batch.done++;
		if (result || !goes_on(&batch))
			break;
		due += session->wish.period_ms;
		if (!session->options->replay)
			sleep_until(session, due, stop);
		if (*stop)
			break;
	}
	if (result < 0 && !*stop) {
		/* A reader that has had enough is no failure. */
		if (err.code != EPIPE)
			message("%s", err.text);
		batch.status = 1;
	}
	close_reporter(&batch.reporter);
	rules_fini(&batch.rules);
	return batch.status;
}
