/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/sampler.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "vmatlas/base/mem.h"
#include "refresh.h"

struct sampler;

/* One thread with all that it reads with. */
struct worker {
	struct sampler *sampler;
	struct refresh refresh;
	bool done;			/* under the sampler's lock */
	/* The next refresh has not come yet; and as this one once did not,
	 * refreshes are taken when they come. */
	bool later, comes;
	/* Its heartbeat, without a lock as there are hundreds of thousands in
	 * a second: odd while it asks, and then ASKED says what.  Who sees the
	 * same odd number for too long gives it up. */
	atomic_uint beat;
	atomic_bool abandoned;
	struct blocked_file asked;
	/* The thread's own: */
	struct timespec asked_at, answered_at;
	int64_t held_ns;	/* reading of one process, without a pause: */
	int held_pid;
};

struct sampler {
	pthread_mutex_t lock;
	pthread_cond_t wake;		/* a new wish, or stop */
	struct sampler_source source;
	struct wish wish;
	bool stop;
	bool finish;			/* the refresh is to be done with */
	struct snapshot *latest;
	uint64_t published;
	struct err error;
	struct blocked_file *blocked;
	size_t nblocked;
	struct worker *worker;
	/* Its heartbeat as last looked at, and since when it is that. */
	unsigned seen_beat;
	struct timespec seen_at;
	int event;
};

/* Reading without a pause would keep the target from mapping memory: so
 * much reading of what its mmap_lock guards, then so much sleep. */
#define READ_NS 500000
/* When to look again for a refresh that has not come. */
#define LATER_MS 50
#define PAUSE_NS 50000

static int64_t between_ns(const struct timespec *from,
	const struct timespec *to)
{
	return (to->tv_sec - from->tv_sec) * INT64_C(1000000000) +
		(to->tv_nsec - from->tv_nsec);
}

static int64_t elapsed_ns(const struct timespec *from, clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return between_ns(from, &now);
}

/* ---- the watch: called around everything that may block */

static void watch_before(void *arg, int pid, const char *file)
{
	struct worker *worker = arg;

	worker->asked.pid = pid;
	memccpy(worker->asked.file, file, '\0',
		sizeof(worker->asked.file) - 1);
	if (pid)
		clock_gettime(CLOCK_MONOTONIC, &worker->asked_at);
	atomic_fetch_add_explicit(&worker->beat, 1, memory_order_release);
}

/* Nobody waits for an abandoned thread, and it must touch nothing that the
 * next one uses: it sleeps until the process ends. */
static void park(void)
{
	sigset_t all;

	sigfillset(&all);
	for (;;)
		sigwaitinfo(&all, NULL);
}

/* A question about a process was answered: a pause, if there was none lately,
 * by sleeping or by doing other things; asking about another process is one. */
static void let_breathe(struct worker *worker)
{
	struct timespec before = worker->answered_at;

	clock_gettime(CLOCK_MONOTONIC, &worker->answered_at);
	if (worker->held_pid != worker->asked.pid ||
	    between_ns(&before, &worker->asked_at) > PAUSE_NS)
		worker->held_ns = 0;
	worker->held_pid = worker->asked.pid;
	worker->held_ns += between_ns(&worker->asked_at, &worker->answered_at);
	if (worker->held_ns < READ_NS)
		return;
	nanosleep(&(struct timespec){ 0, PAUSE_NS }, NULL);
	worker->held_ns = 0;
}

static void watch_after(void *arg)
{
	struct worker *worker = arg;

	atomic_fetch_add_explicit(&worker->beat, 1, memory_order_release);
	if (atomic_load_explicit(&worker->abandoned, memory_order_acquire))
		park();
	if (worker->asked.pid)
		let_breathe(worker);
}

/* ---- what a refresh asks of its owner */

static bool has_news(void *arg)
{
	struct worker *worker = arg;
	bool news;

	pthread_mutex_lock(&worker->sampler->lock);
	news = worker->sampler->stop ||
		worker->sampler->wish.serial != worker->refresh.wish.serial;
	pthread_mutex_unlock(&worker->sampler->lock);
	return news;
}

static void take_wish(void *arg, struct wish *wish)
{
	struct worker *worker = arg;

	pthread_mutex_lock(&worker->sampler->lock);
	wish_copy(wish, &worker->sampler->wish);
	pthread_mutex_unlock(&worker->sampler->lock);
}

/* A snapshot that comes after the end is nobody's. */
static void publish(void *arg, struct snapshot *snapshot)
{
	struct worker *worker = arg;
	struct sampler *sampler = worker->sampler;
	uint64_t one = 1;

	pthread_mutex_lock(&sampler->lock);
	if (sampler->stop) {
		pthread_mutex_unlock(&sampler->lock);
		return;
	}
	snapshot->serial = ++sampler->published;
	snapshot_unref(sampler->latest);
	sampler->latest = snapshot_ref(snapshot);
	if (write(sampler->event, &one, sizeof(one)) < 0) {
		/* It is full of news already. */
	}
	pthread_mutex_unlock(&sampler->lock);
}

static void fail(struct sampler *sampler, const struct err *err)
{
	uint64_t one = 1;

	pthread_mutex_lock(&sampler->lock);
	sampler->error = *err;
	if (write(sampler->event, &one, sizeof(one)) < 0) {
		/* As above. */
	}
	pthread_mutex_unlock(&sampler->lock);
}

/* ---- the thread */

enum work { WORK_STOP, WORK_FINISH, WORK_SERVE, WORK_READ, WORK_REFRESH };

/* Sleep until there is a wish to serve or a refresh is due. */
static enum work wait_for_work(struct worker *worker, struct timespec *due)
{
	struct sampler *sampler = worker->sampler;
	bool refresh, stop, about_else, finish, go;

	pthread_mutex_lock(&sampler->lock);
	/* One that was asked for while the last one was made. */
	refresh = sampler->wish.asked != worker->refresh.wish.asked;
	while (!sampler->stop && !sampler->finish &&
	       sampler->wish.serial == worker->refresh.wish.serial && !refresh) {
		if (!worker->later && (!sampler->wish.serial ||
			    sampler->wish.once || worker->refresh.ended))
			pthread_cond_wait(&sampler->wake, &sampler->lock);
		else
			refresh = pthread_cond_timedwait(&sampler->wake,
				&sampler->lock, due) != 0;
	}
	if (sampler->wish.asked != worker->refresh.wish.asked ||
	    !worker->refresh.number)
		refresh = true;
	go = refresh && refresh_must_go(&worker->refresh, &sampler->wish);
	about_else = refresh_is_about_else(&sampler->wish,
		&worker->refresh.wish);
	stop = sampler->stop;
	finish = sampler->finish;
	pthread_mutex_unlock(&sampler->lock);
	if (stop)
		return WORK_STOP;
	if (finish)
		return WORK_FINISH;
	if (go || (refresh && !worker->refresh.ended))
		return WORK_REFRESH;
	return about_else ? WORK_READ : WORK_SERVE;
}

static void set_due(struct timespec *due, unsigned period_ms)
{
	clock_gettime(CLOCK_MONOTONIC, due);
	due->tv_sec += period_ms / 1000;
	due->tv_nsec += (long)(period_ms % 1000) * 1000000;
	if (due->tv_nsec >= 1000000000) {
		due->tv_nsec -= 1000000000;
		due->tv_sec++;
	}
}

static void finish_refresh(struct worker *worker)
{
	struct sampler *sampler = worker->sampler;

	source_done(worker->refresh.src);
	pthread_mutex_lock(&sampler->lock);
	sampler->finish = false;
	pthread_cond_broadcast(&sampler->wake);
	pthread_mutex_unlock(&sampler->lock);
}

/* -1: the source failed. */
static int run(struct worker *worker, struct timespec *due)
{
	struct refresh *refresh = &worker->refresh;
	struct err err = { 0 };
	int result;

	set_due(due, refresh->wish.period_ms);
	result = refresh_run(refresh, &err);
	worker->later = result == SOURCE_LATER;
	worker->comes |= worker->later;
	if (worker->comes)
		set_due(due, LATER_MS);
	if (result < 0)
		fail(worker->sampler, &err);
	return result;
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct refresh *refresh = &worker->refresh;
	struct timespec due = { 0 };
	enum work next;

	while ((next = wait_for_work(worker, &due)) != WORK_STOP) {
		if (next == WORK_FINISH) {
			finish_refresh(worker);
			continue;
		}
		take_wish(worker, &refresh->wish);
		if (next == WORK_SERVE)
			refresh_serve(refresh);
		else if (next == WORK_READ)
			refresh_read_again(refresh);
		else if (run(worker, &due) < 0)
			break;
	}
	/* One that was broken off is not a whole one of a recording. */
	if (refresh->whole)
		source_done(refresh->src);
	/* The source is freed here: a recorder flushes what it has. */
	refresh_fini(refresh);
	pthread_mutex_lock(&worker->sampler->lock);
	worker->done = true;
	pthread_cond_broadcast(&worker->sampler->wake);
	pthread_mutex_unlock(&worker->sampler->lock);
	return NULL;
}

static int start(struct sampler *sampler, struct err *err)
{
	struct source *src;
	struct worker *worker;
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, old;
	int failed;

	src = sampler->source.make(sampler->source.arg, sampler->blocked,
		sampler->nblocked, err);
	if (!src)
		return -1;
	worker = mem_sparse(sizeof(*worker));
	worker->sampler = sampler;
	src->watch = (struct source_watch){ watch_before, watch_after, worker };
	refresh_init(&worker->refresh, src,
		(struct refresh_owner){ has_news, take_wish, publish, worker });
	/* Signals are for the app's thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 256 * 1024);
	failed = pthread_create(&thread, &attr, work, worker);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (failed)
		return err_set(err, failed, "cannot start a thread");
	sampler->worker = worker;
	return 0;
}

struct sampler *sampler_new(const struct sampler_source *source,
	struct err *err)
{
	struct sampler *sampler = mem_sparse(sizeof(*sampler));
	pthread_condattr_t attr;

	pthread_mutex_init(&sampler->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&sampler->wake, &attr);
	pthread_condattr_destroy(&attr);
	sampler->source = *source;
	sampler->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (sampler->event < 0) {
		err_set(err, 0, "cannot make an event descriptor");
		mem_sparse_free(sampler, sizeof(*sampler));
		return NULL;
	}
	if (start(sampler, err)) {
		close(sampler->event);
		mem_sparse_free(sampler, sizeof(*sampler));
		return NULL;
	}
	return sampler;
}

uint64_t sampler_wish(struct sampler *sampler, const struct wish *wish)
{
	uint64_t serial;

	pthread_mutex_lock(&sampler->lock);
	serial = sampler->wish.serial + 1;
	wish_copy(&sampler->wish, wish);
	sampler->wish.serial = serial;
	pthread_cond_broadcast(&sampler->wake);
	pthread_mutex_unlock(&sampler->lock);
	return serial;
}

int sampler_fd(const struct sampler *sampler)
{
	return sampler->event;
}

struct snapshot *sampler_latest(struct sampler *sampler)
{
	struct snapshot *latest;
	uint64_t news;

	pthread_mutex_lock(&sampler->lock);
	if (read(sampler->event, &news, sizeof(news)) < 0) {
		/* Nothing new: the newest is still the newest. */
	}
	latest = sampler->latest ? snapshot_ref(sampler->latest) : NULL;
	pthread_mutex_unlock(&sampler->lock);
	return latest;
}

bool sampler_check(struct sampler *sampler, struct blocked_file *blocked)
{
	struct worker *worker = sampler->worker;
	unsigned beat = atomic_load_explicit(&worker->beat,
		memory_order_acquire);
	struct err err;

	if (!(beat & 1) || beat != sampler->seen_beat) {
		sampler->seen_beat = beat;
		clock_gettime(CLOCK_MONOTONIC, &sampler->seen_at);
		return false;
	}
	if (elapsed_ns(&sampler->seen_at, CLOCK_MONOTONIC) <
	    SAMPLER_PATIENCE_MS * INT64_C(1000000))
		return false;
	*blocked = worker->asked;
	atomic_store_explicit(&worker->abandoned, true, memory_order_release);
	sampler->seen_beat = 0;
	sampler->blocked = realloc(sampler->blocked,
		(sampler->nblocked + 1) * sizeof(*sampler->blocked));
	if (!sampler->blocked)
		abort();
	sampler->blocked[sampler->nblocked++] = *blocked;
	if (start(sampler, &err))
		fail(sampler, &err);
	return true;
}

void sampler_finish(struct sampler *sampler)
{
	struct timespec until;

	set_due(&until, SAMPLER_PATIENCE_MS);
	pthread_mutex_lock(&sampler->lock);
	sampler->finish = true;
	pthread_cond_broadcast(&sampler->wake);
	while (sampler->finish && !sampler->worker->done &&
	       !pthread_cond_timedwait(&sampler->wake, &sampler->lock, &until))
		;
	pthread_mutex_unlock(&sampler->lock);
}

struct err sampler_error(struct sampler *sampler)
{
	struct err err;

	pthread_mutex_lock(&sampler->lock);
	err = sampler->error;
	pthread_mutex_unlock(&sampler->lock);
	return err;
}

bool sampler_free(struct sampler *sampler)
{
	struct worker *worker;
	struct timespec until;
	bool done;

	if (!sampler)
		return true;
	worker = sampler->worker;
	set_due(&until, 500);
	pthread_mutex_lock(&sampler->lock);
	sampler->stop = true;
	snapshot_unref(sampler->latest);
	sampler->latest = NULL;
	pthread_cond_broadcast(&sampler->wake);
	while (!worker->done &&
	       !pthread_cond_timedwait(&sampler->wake, &sampler->lock, &until))
		;
	done = worker->done;
	pthread_mutex_unlock(&sampler->lock);
	if (!done || sampler->nblocked)
		return done;	/* some thread still holds the lock's memory */
	close(sampler->event);
	mem_sparse_free(worker, sizeof(*worker));
	mem_sparse_free(sampler, sizeof(*sampler));
	return true;
}
