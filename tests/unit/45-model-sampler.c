/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "fake-source.h"
#include "vmatlas/model/sampler.h"

#define HEAP 0x1000

/* What the next source is like; it belongs to its thread once it is made. */
static struct {
	unsigned made;
	size_t nblocked;
	void (*before_words)(struct fake *, enum word_file, uint64_t);
	const char *stat;
	int refreshes;
	bool fails;
} next;

static struct source *make(void *arg, const struct blocked_file *blocked,
	size_t nblocked, struct err *err)
{
	struct fake *fake;
	uint64_t *page;
	unsigned i;

	(void)arg;
	next.made++;
	next.nblocked = nblocked;
	if (next.fails) {
		err_set(err, 0, "no source today");
		return NULL;
	}
	fake = fake_new();
	fake->maps = "1000000-2000000 rw-p 00000000 00:00 0 [heap]\n";
	page = fake_area(fake, HEAP, 4096);
	for (i = 0; i < 4096; i++)
		page[i] = fake_frame(fake, 0x1000 + i, FAKE_OWN, 1);
	fake->before_words = next.before_words;
	fake->refreshes = next.refreshes;
	if (next.stat)
		fake->stat = next.stat;
	return guard_new(&fake->src, blocked, nblocked);
}

static struct sampler *start(void)
{
	const struct sampler_source source = { make, NULL };
	struct err err = { 0 };
	struct sampler *sampler = sampler_new(&source, &err);

	if (!sampler)
		fail_msg("%s", err.text);
	return sampler;
}

static int reset(void **state)
{
	(void)state;
	memset(&next, 0, sizeof(next));
	next.refreshes = -1;
	return 0;
}

static const struct wish first = { .pid = FAKE_PID, .keep_blocks = true,
	.depth = DEPTH_STATES, .once = true, .asked = 1, .period_ms = 1000,
	.cpu = 1 };

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A snapshot that answers WISH as it was asked; COMPLETE or any. */
static struct snapshot *wait_for(struct sampler *sampler, uint64_t serial,
	uint32_t asked, bool complete)
{
	double until = seconds() + 20;

	while (seconds() < until) {
		struct pollfd pfd = { sampler_fd(sampler), POLLIN, 0 };
		struct snapshot *snapshot = sampler_latest(sampler);

		if (snapshot && snapshot->wish >= serial &&
		    (!complete || (snapshot->complete &&
			    snapshot->asked == asked)))
			return snapshot;
		snapshot_unref(snapshot);
		poll(&pfd, 1, 20);
	}
	fail_msg("no answer to wish %u", (unsigned)serial);
	return NULL;
}

static void a_wish_is_answered(void **state)
{
	struct sampler *sampler = start();
	struct wish wish = first;
	struct snapshot *snapshot;
	uint64_t serial;

	(void)state;
	assert_null(sampler_latest(sampler));
	serial = sampler_wish(sampler, &wish);
	snapshot = wait_for(sampler, serial, 1, true);
	assert_true(snapshot->has_process && snapshot->whole);
	assert_int_equal(snapshot->process.id.pid, FAKE_PID);
	assert_true(snapshot->process.id.starttime == 5000);
	assert_true(snapshot->refresh == 1);
	assert_true(snapshot->total.rss == 4096 * 4096);
	assert_int_equal(snapshot->total.state[STATE_ANON], 4096);
	assert_int_equal(snapshot->nblocks, 8);
	assert_int_equal(snapshot->ndetails, 0);
	snapshot_unref(snapshot);

	/* What is on screen: its pages, without another refresh. */
	wish.npages = 1;
	wish.pages[0] = (struct page_range){ HEAP + 600, HEAP + 700 };
	wish.focus = (struct focus){ FOCUS_VIRTUAL,
		{ HEAP + 600, HEAP + 601 }, 0 };
	serial = sampler_wish(sampler, &wish);
	snapshot = wait_for(sampler, serial, 1, true);
	assert_true(snapshot->refresh == 1);
	assert_int_equal(snapshot->ndetails, 512);
	assert_int_equal(snapshot->blocks[0].detail, NO_DETAIL);
	assert_int_equal(snapshot->blocks[1].detail, 0);
	assert_int_equal(snapshot->nlink, 1);
	assert_true(snapshot->link[0].index == 0x1000 + 600);
	assert_true(snapshot->detail.valid);
	assert_true(snapshot->detail.pfn == 0x1000 + 600);
	snapshot_unref(snapshot);

	wish.asked++;
	serial = sampler_wish(sampler, &wish);
	snapshot = wait_for(sampler, serial, 2, true);
	assert_true(snapshot->refresh == 2);
	snapshot_unref(snapshot);
	assert_true(sampler_free(sampler));
}

/* Who holds one may keep it, however many come after it. */
static void a_snapshot_stays_as_it_was(void **state)
{
	struct sampler *sampler = start();
	struct wish wish = first;
	struct snapshot *kept, *snapshot;
	uint64_t serial = sampler_wish(sampler, &wish);
	unsigned i;

	(void)state;
	kept = wait_for(sampler, serial, 1, true);
	serial = kept->serial;
	for (i = 2; i < 20; i++) {
		wish.asked = i;
		snapshot = wait_for(sampler, sampler_wish(sampler, &wish), i,
			true);
		assert_ptr_not_equal(snapshot, kept);
		assert_true(snapshot->serial > serial);
		snapshot_unref(snapshot);
	}
	assert_true(kept->serial == serial);
	assert_true(kept->refresh == 1);
	snapshot_unref(kept);
	assert_true(sampler_free(sampler));
}

static void slowly(struct fake *fake, enum word_file file, uint64_t index)
{
	(void)fake;
	(void)index;
	if (file == WORDS_KPAGEFLAGS)
		nanosleep(&(struct timespec){ 0, 150000000 }, NULL);
}

/* A cursor that moves is not kept waiting for the end of the first pass. */
static void a_wish_is_served_during_a_pass(void **state)
{
	struct sampler *sampler;
	struct wish wish = first;
	struct snapshot *snapshot;
	uint64_t serial;

	(void)state;
	next.before_words = slowly;
	sampler = start();
	sampler_wish(sampler, &wish);
	nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	wish.npages = 1;
	wish.pages[0] = (struct page_range){ HEAP + 5, HEAP + 10 };
	wish.asked = 2;
	serial = sampler_wish(sampler, &wish);
	snapshot = wait_for(sampler, serial, 2, false);
	assert_true(snapshot->ndetails >= 512);
	assert_int_not_equal(snapshot->asked, 2);
	snapshot_unref(snapshot);
	/* The refresh that it asked for comes all the same. */
	snapshot = wait_for(sampler, serial, 2, true);
	assert_true(snapshot->refresh == 2);
	snapshot_unref(snapshot);
	assert_true(sampler_free(sampler));
}

static void another_process_breaks_the_pass_off(void **state)
{
	struct sampler *sampler;
	struct wish wish = first;
	struct snapshot *snapshot;
	uint64_t serial;

	(void)state;
	next.before_words = slowly;
	sampler = start();
	sampler_wish(sampler, &wish);
	nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	wish.pid = 0;
	wish.list = true;
	wish.asked = 2;
	serial = sampler_wish(sampler, &wish);
	snapshot = wait_for(sampler, serial, 2, true);
	assert_false(snapshot->has_process);
	assert_true(snapshot->has_list);
	assert_int_equal(snapshot->nrows, 1);
	assert_int_equal(snapshot->rows[0].process.id.pid, FAKE_PID);
	snapshot_unref(snapshot);
	assert_true(sampler_free(sampler));
}

static void process_that_is_gone(void **state)
{
	struct sampler *sampler;
	struct wish wish = first;
	struct snapshot *snapshot;

	(void)state;
	next.stat = "this is no stat";
	sampler = start();
	snapshot = wait_for(sampler, sampler_wish(sampler, &wish), 1, true);
	assert_int_equal(snapshot->process.answer, ANSWER_GONE);
	assert_int_equal(snapshot->nregions, 0);
	assert_true(strstr(buf_text(&snapshot->problems), "process: gone"));
	snapshot_unref(snapshot);
	assert_true(sampler_free(sampler));
}

static void a_recording_ends(void **state)
{
	struct sampler *sampler;
	struct wish wish = first;
	struct snapshot *snapshot;

	(void)state;
	next.refreshes = 1;
	sampler = start();
	snapshot = wait_for(sampler, sampler_wish(sampler, &wish), 1, true);
	assert_false(snapshot->ended);
	snapshot_unref(snapshot);
	wish.asked = 2;
	snapshot = wait_for(sampler, sampler_wish(sampler, &wish), 2, true);
	assert_true(snapshot->ended);
	assert_true(snapshot->refresh == 1);
	assert_true(snapshot->total.rss == 4096 * 4096);
	snapshot_unref(snapshot);
	assert_true(sampler_free(sampler));
}

static void refreshes_come_by_themselves(void **state)
{
	struct sampler *sampler = start();
	struct wish wish = first;
	struct snapshot *snapshot;
	double until = seconds() + 20;
	uint64_t refresh = 0;

	(void)state;
	wish.once = false;
	wish.period_ms = 20;
	sampler_wish(sampler, &wish);
	while (refresh < 5 && seconds() < until) {
		struct pollfd pfd = { sampler_fd(sampler), POLLIN, 0 };

		poll(&pfd, 1, 1000);
		snapshot = sampler_latest(sampler);
		refresh = snapshot ? snapshot->refresh : 0;
		snapshot_unref(snapshot);
	}
	assert_true(refresh >= 5);
	assert_true(sampler_free(sampler));
}

static void no_source(void **state)
{
	const struct sampler_source source = { make, NULL };
	struct err err = { 0 };

	(void)state;
	next.fails = true;
	assert_null(sampler_new(&source, &err));
	assert_string_equal(err.text, "no source today");
}

/* ---- a kernel that does not answer */

static void never(struct fake *fake, enum word_file file, uint64_t index)
{
	(void)fake;
	(void)index;
	while (file == WORDS_KPAGEFLAGS)
		pause();
}

static void a_thread_that_hangs_is_replaced(void **state)
{
	struct sampler *sampler;
	struct wish wish = first;
	struct blocked_file blocked = { 0 };
	struct snapshot *snapshot;
	uint64_t serial;
	double begun = seconds();

	(void)state;
	next.before_words = never;
	sampler = start();
	serial = sampler_wish(sampler, &wish);
	assert_false(sampler_check(sampler, &blocked));
	while (!sampler_check(sampler, &blocked) && seconds() < begun + 20)
		nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
	assert_true(seconds() - begun >= SAMPLER_PATIENCE_MS / 1000.0);
	assert_string_equal(blocked.file, "kpageflags");
	assert_int_equal(next.made, 2);
	assert_int_equal(next.nblocked, 1);
	/* The new one does not ask for it, and knows the rest. */
	snapshot = wait_for(sampler, serial, 1, true);
	assert_int_equal(snapshot->kpageflags, ANSWER_BLOCKED);
	assert_int_equal(snapshot->total.state[STATE_ANON], 4096);
	assert_true(strstr(buf_text(&snapshot->problems),
		"the kernel does not answer"));
	snapshot_unref(snapshot);
	assert_false(sampler_check(sampler, &blocked));
	assert_true(sampler_free(sampler));
}

/* Quitting while it hangs: it is left behind, and that is said. */
static void quitting_does_not_wait(void **state)
{
	struct sampler *sampler;
	struct wish wish = first;
	double begun;

	(void)state;
	next.before_words = never;
	sampler = start();
	sampler_wish(sampler, &wish);
	nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
	begun = seconds();
	assert_false(sampler_free(sampler));
	assert_true(seconds() - begun < 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, reset)
	const struct CMUnitTest tests[] = {
		T(a_wish_is_answered), T(a_snapshot_stays_as_it_was),
		T(a_wish_is_served_during_a_pass),
		T(another_process_breaks_the_pass_off),
		T(process_that_is_gone), T(a_recording_ends),
		T(refreshes_come_by_themselves), T(no_source),
		T(a_thread_that_hangs_is_replaced), T(quitting_does_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
