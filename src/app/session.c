/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/session.h"

#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmatlas/app/command.h"
#include "vmatlas/app/message.h"
#include "vmatlas/app/seek.h"
#include "vmatlas/app/selection.h"
#include "vmatlas/kernel/iomem.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/source/chain.h"
#include "vmatlas/source/live.h"
#include "vmatlas/source/named.h"
#include "vmatlas/source/replay.h"
#include "vmatlas/source/rooted.h"
#include "vmatlas/source/tap.h"

uint64_t session_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* More than any board has names for. */
#define RESOURCES_MOST ((size_t)4 << 20)

/* The user's own file: one that cannot be read or understood is a mistake to
 * be told. */
static int read_resources(struct buf *out, const char *path, struct err *err)
{
	struct resource *ranges;
	size_t n, wrong, got;
	FILE *file = fopen(path, "re");
	bool failed;

	if (!file)
		return err_set(err, errno, "opening %s", path);
	do {
		got = fread(buf_room(out, 4096), 1, 4096, file);
		out->len += got;
		out->data[out->len] = '\0';
	} while (got && out->len <= RESOURCES_MOST);
	failed = ferror(file);
	fclose(file);
	if (failed)
		return err_set(err, errno, "reading %s", path);
	if (out->len > RESOURCES_MOST)
		return err_set(err, EFBIG, "reading %s", path);
	n = iomem_parse_file((struct text){ buf_text(out), out->len }, &ranges,
		&wrong);
	iomem_free(ranges, n);
	if (wrong)
		return err_set(err, 0, "%s: line %zu is no range "
			"'start-end : name'", path, wrong);
	return 0;
}

static struct source *add_names(const struct session *session,
	struct source *src)
{
	return session->options->resources ? named_new(src,
		buf_text(&session->resources), session->resources.len) : src;
}

/* All that were named, as one. */
static struct source *open_replays(struct session *session, struct err *err)
{
	const struct options *options = session->options;
	struct source **parts = mem_new(options->nreplays, sizeof(*parts));
	struct source *src = NULL;
	struct proc_id subject;
	size_t i, n;

	for (n = 0; n < options->nreplays; n++) {
		struct err warning = { 0 };

		parts[n] = replay_new(options->replays[n], &warning, err);
		if (!parts[n])
			break;
		if (warning.text[0] && !session->warning.text[0])
			session->warning = warning;
		if (!replay_subject(parts[n], &subject))
			continue;
		session->last_pid = subject.pid;
		if (!session->pid)
			session->pid = subject.pid;
	}
	if (n == options->nreplays) {
		session->first_count = source_count(parts[0]);
		src = n > 1 ? chain_new(parts, n) : parts[0];
	}
	for (i = 0; !src && i < n; i++)
		source_free(parts[i]);
	free(parts);
	return src;
}

/* Called by the sampler, at the start and after a file blocked. */
static struct source *make_source(void *arg,
	const struct blocked_file *blocked, size_t nblocked, struct err *err)
{
	struct session *session = arg;
	const struct options *options = session->options;
	struct live_options live = { options->procfs, options->sysfs,
		options->without, options->sysroot };
	struct source *src;

	if (options->replay) {
		src = open_replays(session, err);
		if (src && options->sysroot)
			src = rooted_new(src, options->sysroot);
		return src ? add_names(session, src) : NULL;
	}
	return tap_new(add_names(session, guard_new(live_new(&live), blocked,
		nblocked)));
}

static int start_sample(struct session *session, struct err *err)
{
	const struct options *options = session->options;

	if (options->demo) {
		session->demo = demo_start(0, err);
		if (!session->demo)
			return -1;
		session->pid = demo_pid(session->demo);
		/* One look should have something to see. */
		if ((options->batch || options->picture) &&
		    !options->delay_given &&
		    demo_hold(session->demo, DEMO_FILE_WRITTEN, err))
			return -1;
	}
	if (options->command) {
		const char *log = options->log ? options->log :
			options->batch ? "/dev/stderr" : "/dev/null";
		pid_t pid = command_start(options->command, log, err);

		if (pid < 0)
			return -1;
		session->command = session->pid = pid;
		session->command_held = true;
	}
	return 0;
}

/* What is written only when something happens is found out now, if it cannot
 * be. */
static int check_folder(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = !slash ? mem_text(".", 1) : slash == path ?
		mem_text("/", 1) : mem_text(path, (size_t)(slash - path));
	int result = 0;

	if (strcmp(path, "-") && access(folder, W_OK | X_OK))
		result = err_set(err, errno, "creating %s", path);
	free(folder);
	return result;
}

int session_open(struct session *session, const struct options *options,
	struct err *err)
{
	struct sampler_source source = { make_source, session };

	memset(session, 0, sizeof(*session));
	session->options = options;
	if (options->resources && read_resources(&session->resources,
		    options->resources, err))
		return -1;
	if (start_sample(session, err))
		return -1;
	if (options->npids && !options->together)
		session->pid = options->pids[0];
	if (options->record && !strcmp(options->record, "-") &&
	    isatty(STDOUT_FILENO))
		return err_set(err, 0, "a recording is nothing for a "
			"terminal: -w FILE, or -w - into a pipe");
	if (options->record && !options->record_later) {
		session->recording = recording_open(options->record, err);
		if (!session->recording)
			return -1;
		recording_set_rotation(session->recording, &options->rotation);
	}
	if (options->record_later && check_folder(options->record, err))
		return -1;
	session->sampler = sampler_new(&source, err);
	if (!session->sampler)
		return -1;
	session->wish = (struct wish){
		.period_ms = (unsigned)(options->delay * 1000),
		.cpu = options->cpu,
		.below = options->below,
		.raw_names = options->raw_names,
		.depth = options->full ? DEPTH_FULL : DEPTH_SUMS,
		.recording = session->recording,
		.whole = options->record || options->replay ||
			options->script || options->picture || options->batch,
	};
	return 0;
}

void session_release_command(struct session *session)
{
	if (session->command_held)
		command_release(session->command);
	session->command_held = false;
}

/* ---- waiting */

static bool answers(const struct snapshot *snapshot, const struct wish *wish,
	uint64_t serial)
{
	return snapshot && snapshot->complete && snapshot->wish >= serial &&
		snapshot->asked == wish->asked;
}

static struct snapshot *wait_for(struct session *session, uint64_t serial,
	int timeout_ms, const volatile int *stop, struct err *err)
{
	uint64_t until = session_clock() + (uint64_t)timeout_ms;
	struct blocked_file blocked;

	for (;;) {
		struct pollfd pfd = { sampler_fd(session->sampler), POLLIN, 0 };
		struct snapshot *snapshot = sampler_latest(session->sampler);
		struct err failure;

		if (answers(snapshot, &session->wish, serial))
			return snapshot;
		snapshot_unref(snapshot);
		failure = sampler_error(session->sampler);
		if (failure.text[0]) {
			*err = failure;
			return NULL;
		}
		if (stop && *stop) {
			err_set(err, EINTR, "stopped");
			return NULL;
		}
		if (timeout_ms >= 0 && session_clock() >= until) {
			err_set(err, 0, "the kernel takes its time");
			return NULL;
		}
		poll(&pfd, 1, 50);
		if (sampler_check(session->sampler, &blocked))
			snprintf(session->blocked, sizeof(session->blocked),
				"%d: the kernel does not answer about %s",
				blocked.pid, blocked.file);
	}
}

struct snapshot *session_refresh(struct session *session, int timeout_ms,
	const volatile int *stop, struct err *err)
{
	struct snapshot *snapshot;

	session->wish.asked++;
	snapshot = wait_for(session, sampler_wish(session->sampler,
		&session->wish), timeout_ms, stop, err);
	if (snapshot)
		session_release_command(session);
	return snapshot;
}

struct snapshot *session_serve(struct session *session,
	const volatile int *stop, struct err *err)
{
	return wait_for(session, sampler_wish(session->sampler,
		&session->wish), -1, stop, err);
}

/* ---- the target */

static int find_name(struct session *session, struct snapshot *snapshot,
	const char *name, struct buf *extra, struct err *err)
{
	size_t i, n = 0;

	for (i = 0; i < snapshot->nrows; i++) {
		const struct process_row *row = &snapshot->rows[i];

		if (fnmatch(name, row->process.name, 0))
			continue;
		session->pid = row->process.id.pid;
		n++;
		buf_fmt(extra, "%7d ", row->process.id.pid);
		text_escape(extra, text_of(buf_text(&snapshot->commands) +
			row->command), false);
		buf_char(extra, '\n');
	}
	if (n == 1) {
		buf_clear(extra);
		return 0;
	}
	session->pid = 0;
	if (n)
		return err_set(err, 0, "%zu processes are called '%s'; "
			"choose one by its number", n, name);
	return err_set(err, 0, "no process is called '%s'", name);
}

/* The one process of that name. */
static int find_target(struct session *session, struct buf *extra,
	struct err *err)
{
	const struct options *options = session->options;
	struct snapshot *snapshot;
	int result;

	if (options->nnames > 1)
		return err_set(err, 0, "one name at a time, or numbers");
	session->wish.list = true;
	session->wish.once = true;
	snapshot = session_refresh(session, -1, NULL, err);
	session->wish.list = false;
	session->wish.once = false;
	if (!snapshot)
		return -1;
	result = find_name(session, snapshot, options->names[0], extra, err);
	/* A recording is looked at from its first refresh on. */
	if (snapshot->go.count)
		seek_number(session, GO_NUMBER, 1);
	snapshot_unref(snapshot);
	return result;
}

int session_target(struct session *session, struct buf *extra,
	struct err *err)
{
	const struct options *options = session->options;
	int result = 0;

	if (selection_check(options, err))
		return -1;
	if (!session->pid && options->nnames && !options->together)
		result = find_target(session, extra, err);
	if (!result && options->at_given && !options->since_given)
		result = seek_moment(session, &options->at, NULL, NULL, err);
	return result;
}

/* What is not in it, and will be missed. */
static int close_recording(struct session *session, struct err *err)
{
	uint64_t left_out = recording_left_out(session->recording);
	int result = recording_close(session->recording, err) ? 0 : -1;

	session->recording = NULL;
	if (left_out)
		message("%llu refresh%s left out of the recording, as its "
			"reader was too slow", (unsigned long long)left_out,
			left_out == 1 ? " was" : "es were");
	return result;
}

int session_close(struct session *session, struct err *err)
{
	int result = 0;

	session_release_command(session);
	sampler_free(session->sampler);
	session->sampler = NULL;
	if (session->recording)
		result = close_recording(session, err);
	buf_fini(&session->resources);
	demo_stop(session->demo);
	session->demo = NULL;
	return result;
}
