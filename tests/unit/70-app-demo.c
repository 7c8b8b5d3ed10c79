/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "vmatlas/app/demo.h"

/*
 * The demo does what its captions say.  The kernel is asked directly, not by
 * way of vmatlas: pagemap and smaps of the demo while it is held at a beat.
 */

#define PRESENT	(UINT64_C(1) << 63)
#define SWAPPED	(UINT64_C(1) << 62)
#define OF_FILE	(UINT64_C(1) << 61)
#define ALONE	(UINT64_C(1) << 56)
#define PFN(word) ((word) & ((UINT64_C(1) << 55) - 1))

enum { NPAGES = 24, THIRD = NPAGES / 3, MAX_PAGES = 1024 };

struct sight {
	size_t n;
	uint64_t word[MAX_PAGES];
};

static struct demo *setup_demo(void)
{
	struct err err = { 0 };
	struct demo *demo = demo_start(1000, &err);

	if (!demo)
		fail_msg("%s", err.text);
	return demo;
}

static void hold(struct demo *demo, enum demo_beat beat)
{
	struct err err = { 0 };

	if (demo_hold(demo, beat, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(demo_now(demo).beat, beat);
}

/* The pagemap entries of an act's region, in process PID. */
static void look(const struct demo *demo, int pid, enum demo_act act,
		 struct sight *sight)
{
	uint64_t va, nbytes, page = (uint64_t)sysconf(_SC_PAGESIZE);
	char path[64];
	int fd;

	demo_region(demo, act, &va, &nbytes);
	sight->n = nbytes / page;
	assert_true(sight->n > 0 && sight->n <= MAX_PAGES);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, sight->word, sight->n * 8,
			       (off_t)(va / page * 8)), sight->n * 8);
	close(fd);
}

static size_t count(const struct sight *sight, size_t from, size_t to,
		    uint64_t mask, uint64_t value)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += (sight->word[i] & mask) == value;
	return n;
}

/* How many pages are in the same frame in both; 0 where PFNs are hidden. */
static size_t count_same(const struct sight *a, const struct sight *b,
			 size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += PFN(a->word[i]) && PFN(a->word[i]) == PFN(b->word[i]);
	return n;
}

/* Pages that the kernel gave other frames since it was booted, to have long
 * free runs: it may do that to any page at any time. */
static uint64_t frames_moved(void)
{
	FILE *file = fopen("/proc/vmstat", "r");
	uint64_t moved = 0;
	char line[200];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "pgmigrate_success ", 18))
			moved = strtoull(line + 18, NULL, 10);
	if (file)
		fclose(file);
	return moved;
}

static bool pfns_told(const struct sight *sight)
{
	return PFN(sight->word[0]) != 0;
}

/* A field of smaps of an act's region, in pages; smaps must have it. */
static size_t smaps(const struct demo *demo, int pid, enum demo_act act,
		    const char *field)
{
	uint64_t va, nbytes, start, end, kb;
	char path[64], line[512];
	size_t len = strlen(field);
	bool inside = false;
	FILE *file;

	demo_region(demo, act, &va, &nbytes);
	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) == 2)
			inside = start == va && end == va + nbytes;
		if (!inside || strncmp(line, field, len) || line[len] != ':')
			continue;
		kb = strtoull(line + len + 1, NULL, 10);
		fclose(file);
		return kb * 1024 / (uint64_t)sysconf(_SC_PAGESIZE);
	}
	fclose(file);
	fail_msg("no %s in smaps of %d for %s", field, pid,
		 demo_act_title(act));
	return 0;
}

static void test_captions(void **state)
{
	(void)state;
	for (int beat = 0; beat < NDEMO_BEATS; beat++)
		for (int out = 0; out < NDEMO_OUTCOMES; out++) {
			const char *text = demo_caption_of(beat, out);
			size_t len = strlen(text);

			assert_in_range(len, 20, 78);
			assert_int_equal(text[len - 1], '.');
			for (size_t i = 0; i < len; i++)
				assert_in_range(text[i], ' ', '~');
		}
	for (int act = 0; act < NDEMO_ACTS; act++)
		assert_in_range(strlen(demo_act_title(act)), 1, 32);
	assert_string_not_equal(demo_caption_of(DEMO_SWAP_OUT, DEMO_SEEN),
				demo_caption_of(DEMO_SWAP_OUT, DEMO_ABSENT));
}

static void test_regions(void **state)
{
	struct demo *demo = setup_demo();
	uint64_t va, nbytes, last = 0;

	(void)state;
	for (int act = 0; act < NDEMO_ACTS; act++) {
		demo_region(demo, act, &va, &nbytes);
		if (!nbytes)
			continue;
		/* In the order of the acts, with gaps, near each other. */
		assert_true(va > last);
		assert_true(!last || va - last < 16 << 20);
		last = va + nbytes;
	}
	demo_region(demo, DEMO_ACT_BACK, &va, &nbytes);
	assert_int_equal(va | nbytes, 0);
	demo_stop(demo);
}

/* Whether what was only read is one page for all: some kernels are started
 * without it. */
static bool has_page_of_zeros(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t word = 0;

	assert_true(p != MAP_FAILED && fd >= 0);
	assert_int_equal(*(volatile char *)p, 0);
	assert_int_equal(pread(fd, &word, sizeof(word),
			       (off_t)((uintptr_t)p / page * sizeof(word))),
			 sizeof(word));
	assert_true(word & PRESENT);
	close(fd);
	munmap(p, page);
	return !(word & ALONE);
}

static void test_touch(void **state)
{
	struct demo *demo = setup_demo();
	bool zeros = has_page_of_zeros();
	int pid = demo_pid(demo);
	struct sight seen;

	(void)state;
	hold(demo, DEMO_TOUCH_MAPPED);
	look(demo, pid, DEMO_ACT_TOUCH, &seen);
	assert_int_equal(seen.n, NPAGES);
	assert_int_equal(count(&seen, 0, NPAGES, PRESENT | SWAPPED, 0), NPAGES);

	hold(demo, DEMO_TOUCH_READ);
	look(demo, pid, DEMO_ACT_TOUCH, &seen);
	assert_int_equal(count(&seen, 0, NPAGES, PRESENT, PRESENT), NPAGES);
	assert_int_equal(count(&seen, 0, NPAGES, ALONE, 0), zeros ? NPAGES : 0);
	assert_int_equal(smaps(demo, pid, DEMO_ACT_TOUCH, "Rss"),
			 zeros ? 0 : NPAGES);
	assert_int_equal(demo_now(demo).outcome,
			 zeros ? DEMO_SEEN : DEMO_ABSENT);

	hold(demo, DEMO_TOUCH_WRITTEN);
	look(demo, pid, DEMO_ACT_TOUCH, &seen);
	assert_int_equal(count(&seen, 0, NPAGES, PRESENT | ALONE | OF_FILE,
			       PRESENT | ALONE), NPAGES);
	assert_int_equal(smaps(demo, pid, DEMO_ACT_TOUCH, "Rss"), NPAGES);
	assert_int_equal(smaps(demo, pid, DEMO_ACT_TOUCH, "Private_Dirty"),
			 NPAGES);
	demo_stop(demo);
}

/* False: frames are not what they were, as the kernel moved some. */
static bool acts_fork(void)
{
	struct demo *demo = setup_demo();
	int pid = demo_pid(demo), other;
	uint64_t moved = frames_moved();
	struct sight mine, its, before;
	bool told;

	hold(demo, DEMO_FORK_SHARED);
	other = demo_now(demo).other;
	assert_true(other > 0 && other != pid);
	look(demo, pid, DEMO_ACT_FORK, &before);
	look(demo, other, DEMO_ACT_FORK, &its);
	assert_int_equal(count(&before, 0, NPAGES, PRESENT | ALONE, PRESENT),
			 NPAGES);
	assert_int_equal(smaps(demo, other, DEMO_ACT_FORK, "Shared_Dirty") +
			 smaps(demo, other, DEMO_ACT_FORK, "Shared_Clean"),
			 NPAGES);
	told = pfns_told(&its);
	if (told && count_same(&before, &its, 0, NPAGES) != NPAGES)
		goto differ;

	hold(demo, DEMO_FORK_CHILD);
	look(demo, pid, DEMO_ACT_FORK, &mine);
	look(demo, other, DEMO_ACT_FORK, &its);
	assert_int_equal(count(&mine, 0, THIRD, ALONE, ALONE), THIRD);
	assert_int_equal(count(&its, 0, THIRD, ALONE, ALONE), THIRD);
	assert_int_equal(count(&mine, THIRD, NPAGES, ALONE, ALONE), 0);
	if (told && (count_same(&mine, &its, 0, THIRD) != 0 ||
		     count_same(&mine, &before, 0, THIRD) != THIRD))
		goto differ;

	hold(demo, DEMO_FORK_PARENT);
	look(demo, pid, DEMO_ACT_FORK, &mine);
	look(demo, other, DEMO_ACT_FORK, &its);
	assert_int_equal(count(&mine, 0, NPAGES, ALONE, ALONE), 2 * THIRD);
	if (told && (count_same(&mine, &before, THIRD, 2 * THIRD) != 0 ||
		     count_same(&its, &before, THIRD, NPAGES) != 2 * THIRD))
		goto differ;

	hold(demo, DEMO_FORK_ALONE);
	assert_int_equal(demo_now(demo).other, 0);
	assert_int_equal(kill(other, 0), -1);
	look(demo, pid, DEMO_ACT_FORK, &before);
	assert_int_equal(count(&before, 0, NPAGES, ALONE, ALONE), NPAGES);

	hold(demo, DEMO_FORK_KEPT);
	look(demo, pid, DEMO_ACT_FORK, &mine);
	assert_int_equal(count(&mine, 0, NPAGES, ALONE, ALONE), NPAGES);
	if (told && count_same(&mine, &before, 0, NPAGES) != NPAGES)
		goto differ;
	demo_stop(demo);
	return true;
differ:
	demo_stop(demo);
	assert_true(frames_moved() != moved);
	return false;
}

static void test_fork(void **state)
{
	int tries;

	(void)state;
	for (tries = 0; tries < 10; tries++)
		if (acts_fork())
			return;
	fail_msg("the kernel moves frames all the time");
}

static void test_file(void **state)
{
	struct demo *demo = setup_demo();
	int pid = demo_pid(demo);
	struct sight seen;

	(void)state;
	hold(demo, DEMO_FILE_MAPPED);
	if (demo_now(demo).outcome == DEMO_ABSENT) {
		demo_stop(demo);
		print_message("# no temporary file can be written\n");
		skip();
	}
	look(demo, pid, DEMO_ACT_FILE, &seen);
	assert_int_equal(count(&seen, 0, NPAGES, PRESENT, 0), NPAGES);

	hold(demo, DEMO_FILE_READ);
	look(demo, pid, DEMO_ACT_FILE, &seen);
	assert_int_equal(count(&seen, 0, NPAGES, PRESENT | OF_FILE,
			       PRESENT | OF_FILE), NPAGES);
	assert_int_equal(smaps(demo, pid, DEMO_ACT_FILE, "Anonymous"), 0);

	hold(demo, DEMO_FILE_WRITTEN);
	look(demo, pid, DEMO_ACT_FILE, &seen);
	assert_int_equal(count(&seen, 0, NPAGES, PRESENT | OF_FILE | ALONE,
			       PRESENT | ALONE), NPAGES);
	assert_int_equal(smaps(demo, pid, DEMO_ACT_FILE, "Anonymous"), NPAGES);
	demo_stop(demo);
}

static void test_share(void **state)
{
	struct demo *demo = setup_demo();
	int pid = demo_pid(demo), other;
	struct sight mine, its;

	(void)state;
	hold(demo, DEMO_SHARE_WRITTEN);
	look(demo, pid, DEMO_ACT_SHARE, &mine);
	assert_int_equal(count(&mine, 0, NPAGES, PRESENT | OF_FILE | ALONE,
			       PRESENT | OF_FILE | ALONE), NPAGES);

	hold(demo, DEMO_SHARE_BOTH);
	other = demo_now(demo).other;
	assert_true(other > 0);
	look(demo, pid, DEMO_ACT_SHARE, &mine);
	look(demo, other, DEMO_ACT_SHARE, &its);
	assert_int_equal(count(&mine, 0, NPAGES, PRESENT | ALONE, PRESENT),
			 NPAGES);
	assert_int_equal(count(&its, 0, NPAGES, PRESENT | ALONE, PRESENT),
			 NPAGES);
	assert_int_equal(smaps(demo, pid, DEMO_ACT_SHARE, "Pss"), NPAGES / 2);
	if (pfns_told(&mine))
		assert_int_equal(count_same(&mine, &its, 0, NPAGES), NPAGES);

	hold(demo, DEMO_SHARE_ALONE);
	assert_int_equal(kill(other, 0), -1);
	look(demo, pid, DEMO_ACT_SHARE, &mine);
	assert_int_equal(count(&mine, 0, NPAGES, PRESENT | ALONE,
			       PRESENT | ALONE), NPAGES);
	demo_stop(demo);
}

static void test_huge(void **state)
{
	struct demo *demo = setup_demo();
	int pid = demo_pid(demo);
	struct sight seen;

	(void)state;
	hold(demo, DEMO_HUGE_WRITTEN);
	if (demo_now(demo).outcome != DEMO_SEEN) {
		print_message("# %s\n", demo_caption(demo));
		demo_stop(demo);
		skip();
	}
	look(demo, pid, DEMO_ACT_HUGE, &seen);
	assert_int_equal(count(&seen, 0, seen.n, PRESENT, PRESENT), seen.n);
	assert_int_equal(smaps(demo, pid, DEMO_ACT_HUGE, "AnonHugePages"),
			 seen.n);
	if (pfns_told(&seen))
		for (size_t i = 1; i < seen.n; i++)
			assert_int_equal(PFN(seen.word[i]),
					 PFN(seen.word[0]) + i);

	hold(demo, DEMO_HUGE_SPLIT);
	look(demo, pid, DEMO_ACT_HUGE, &seen);
	assert_int_equal(count(&seen, 0, seen.n, PRESENT, PRESENT),
			 seen.n / 2);
	assert_int_equal(smaps(demo, pid, DEMO_ACT_HUGE, "AnonHugePages"), 0);
	assert_int_equal(smaps(demo, pid, DEMO_ACT_HUGE, "Rss"), seen.n / 2);
	demo_stop(demo);
}

/* With swap or without it: the caption tells which, and is right. */
static void test_swap(void **state)
{
	struct demo *demo = setup_demo();
	int pid = demo_pid(demo);
	struct sysinfo info;
	struct sight seen;

	(void)state;
	assert_int_equal(sysinfo(&info), 0);
	hold(demo, DEMO_SWAP_FILLED);
	look(demo, pid, DEMO_ACT_SWAP, &seen);
	assert_int_equal(count(&seen, 0, NPAGES, PRESENT, PRESENT), NPAGES);

	hold(demo, DEMO_SWAP_OUT);
	look(demo, pid, DEMO_ACT_SWAP, &seen);
	if (demo_now(demo).outcome == DEMO_SEEN) {
		assert_true(info.totalswap > 0);
		assert_true(count(&seen, 0, NPAGES, SWAPPED, SWAPPED) > 0);
	} else {
		assert_int_equal(demo_now(demo).outcome,
				 info.freeswap ? DEMO_REFUSED : DEMO_ABSENT);
		assert_int_equal(count(&seen, 0, NPAGES, PRESENT, PRESENT),
				 NPAGES);
	}
	hold(demo, DEMO_SWAP_IN);
	look(demo, pid, DEMO_ACT_SWAP, &seen);
	assert_int_equal(count(&seen, 0, NPAGES, PRESENT, PRESENT), NPAGES);
	demo_stop(demo);
}

/* Shared memory holds on to its frames when it is merely unmapped. */
static void check_file_empty(const struct demo *demo)
{
	uint64_t va, nbytes;
	struct stat st;
	char path[128];

	demo_region(demo, DEMO_ACT_SHARE, &va, &nbytes);
	snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64,
		 demo_pid(demo), va, va + nbytes);
	/* Only root may follow these links. */
	if (stat(path, &st) == 0)
		assert_int_equal(st.st_blocks, 0);
}

static void test_back(void **state)
{
	struct demo *demo = setup_demo();
	uint64_t va, nbytes;

	(void)state;
	/* Twice: what is given back must be there to be given again. */
	for (int round = 0; round < 2; round++) {
		hold(demo, DEMO_BACK);
		for (int act = 0; act < NDEMO_ACTS; act++) {
			demo_region(demo, act, &va, &nbytes);
			if (!nbytes)
				continue;
			assert_int_equal(smaps(demo, demo_pid(demo), act,
					       "Rss"), 0);
			assert_int_equal(smaps(demo, demo_pid(demo), act,
					       "Swap"), 0);
		}
		check_file_empty(demo);
		hold(demo, DEMO_SHARE_ALONE);
	}
	demo_stop(demo);
}

static int count_fds(int pid)
{
	char path[64];
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir))
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void test_manners(void **state)
{
	int leak = open("/dev/null", O_RDONLY), mine = count_fds(getpid());
	struct demo *demo = setup_demo();
	int pid = demo_pid(demo), other;
	char path[64], name[32] = "";
	FILE *file;

	(void)state;
	hold(demo, DEMO_SHARE_BOTH);
	other = demo_now(demo).other;
	/* Three times /dev/null, orders and news; to and from the second. */
	assert_int_equal(count_fds(pid), 7);
	assert_int_equal(count_fds(other), 5);
	assert_int_equal(getpgid(pid), pid);
	assert_int_equal(getpgid(other), pid);
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(name, sizeof(name), file));
	fclose(file);
	assert_string_equal(name, "vmatlas-demo\n");

	assert_int_equal(kill(-pid, SIGINT), 0);
	assert_int_equal(kill(-pid, SIGQUIT), 0);
	hold(demo, DEMO_TOUCH_READ);
	demo_stop(demo);
	assert_int_equal(kill(-pid, 0), -1);
	assert_int_equal(count_fds(getpid()), mine);
	close(leak);
}

/* It goes on by itself when nobody holds it, and again after a hold. */
static void test_pace(void **state)
{
	struct demo *demo = setup_demo();
	unsigned steps;

	(void)state;
	for (int round = 0; round < 2; round++) {
		hold(demo, DEMO_TOUCH_MAPPED);
		steps = demo_now(demo).steps;
		usleep(20000);
		assert_int_equal(demo_now(demo).steps, steps);
		demo_release(demo);
		for (int i = 0; i < 500 && demo_now(demo).act ==
		     DEMO_ACT_TOUCH; i++)
			usleep(10000);
		assert_int_not_equal(demo_now(demo).act, DEMO_ACT_TOUCH);
		assert_true(demo_now(demo).steps > steps + NPAGES);
	}
	demo_stop(demo);
}

/* Dead, though an init that reaps nobody may keep its name. */
static bool is_gone(int pid)
{
	char path[64], line[256] = "", *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return true;
	end = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return !end || end[2] == 'Z' || end[2] == 'X';
}

static void wait_gone(int pid)
{
	for (int i = 0; i < 500 && !is_gone(pid); i++)
		usleep(10000);
	assert_true(is_gone(pid));
}

/* A vmatlas that is killed takes the demo and its second process along. */
static void test_orphan(void **state)
{
	int ends[2], pids[3];
	pid_t middle;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	middle = fork();
	assert_true(middle >= 0);
	if (!middle) {
		struct demo *demo = demo_start(1000, NULL);

		if (!demo || demo_hold(demo, DEMO_SHARE_BOTH, NULL) < 0)
			_exit(1);
		pids[0] = demo_pid(demo);
		pids[1] = demo_now(demo).other;
		/* With vmatlas's pipes in another hand they do not end. */
		pids[2] = fork();
		alarm(30);
		if (!pids[2])
			pause();
		if (write(ends[1], pids, sizeof(pids)) < 0)
			_exit(1);
		pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], pids, sizeof(pids)), sizeof(pids));
	assert_int_equal(kill(pids[0], 0), 0);
	assert_int_equal(kill(pids[1], 0), 0);
	kill(middle, SIGKILL);
	waitpid(middle, NULL, 0);
	wait_gone(pids[0]);
	wait_gone(pids[1]);
	kill(pids[2], SIGKILL);
	close(ends[0]);
}

/* One that was killed or stopped is an error, or ended: never a wait. */
static void test_misfortune(void **state)
{
	struct demo *demo = setup_demo();
	int pid = demo_pid(demo), other;
	struct err err = { 0 };

	(void)state;
	hold(demo, DEMO_SHARE_BOTH);
	other = demo_now(demo).other;
	kill(other, SIGKILL);
	hold(demo, DEMO_TOUCH_READ);
	kill(pid, SIGKILL);
	assert_int_equal(demo_hold(demo, DEMO_FORK_SHARED, &err), -1);
	assert_true(strlen(err.text) > 0);
	demo_release(demo);
	demo_stop(demo);

	demo = setup_demo();
	pid = demo_pid(demo);
	hold(demo, DEMO_FORK_PARENT);
	other = demo_now(demo).other;
	kill(pid, SIGSTOP);
	kill(other, SIGSTOP);
	demo_stop(demo);
	assert_int_equal(kill(pid, 0), -1);
	wait_gone(other);
	demo_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_captions),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_touch),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_manners),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_orphan),
		cmocka_unit_test(test_misfortune),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
