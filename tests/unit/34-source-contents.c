/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "read-recording.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/source/guard.h"
#include "vmatlas/source/live.h"
#include "vmatlas/source/record.h"

/* Our own pages, seen as another process's would be. */
struct own {
	struct source *live;
	struct proc_id id;
	size_t size;
	char *pages;		/* four of them */
	char *out;
};

static int setup(void **state)
{
	struct live_options options = { 0 };
	struct own *own = calloc(1, sizeof(*own));

	own->live = live_new(&options);
	source_refresh(own->live, NULL);
	own->id.pid = getpid();
	own->size = (size_t)sysconf(_SC_PAGESIZE);
	own->pages = mmap(NULL, 4 * own->size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	own->out = malloc(own->size);
	*state = own;
	return own->pages == MAP_FAILED;
}

static int teardown(void **state)
{
	struct own *own = *state;

	munmap(own->pages, 4 * own->size);
	free(own->out);
	source_free(own->live);
	free(own);
	return 0;
}

static struct page_read page_at(const struct own *own, const void *at)
{
	return (struct page_read){
		.vpn = (uintptr_t)at / own->size,
		.mask = PM_PRESENT | PM_SWAP, .want = PM_PRESENT };
}

static enum answer ask(const struct own *own, struct page_read *page)
{
	return source_contents(own->live, own->id, page, own->out, own->size);
}

static bool is_here(const struct own *own, char *at)
{
	unsigned char vec = 0;

	assert_int_equal(mincore(at, own->size, &vec), 0);
	return vec & 1;
}

static void bytes_are_told(void **state)
{
	struct own *own = *state;
	struct page_read page = page_at(own, own->pages);
	size_t i;

	for (i = 0; i < own->size; i++)
		own->pages[i] = (char)(i * 7 + i / 256);
	/* We are the process, and have faults of our own now and then. */
	for (i = 0; i < 20; i++) {
		assert_int_equal(ask(own, &page), ANSWER_OK);
		assert_true(page.was_read);
		if (!page.faults)
			break;
	}
	assert_int_equal(page.faults, 0);
	assert_true(page.before == page.after);
	assert_memory_equal(own->out, own->pages, own->size);
	/* The kernel gives what the process itself may not read. */
	assert_int_equal(mprotect(own->pages, own->size, PROT_NONE), 0);
	assert_int_equal(ask(own, &page), ANSWER_OK);
	assert_true(page.was_read);
	mprotect(own->pages, own->size, PROT_READ | PROT_WRITE);
	assert_memory_equal(own->out, own->pages, own->size);
}

static void looking_brings_nothing_in(void **state)
{
	struct own *own = *state;
	struct page_read page = page_at(own, own->pages + own->size);
	int i;

	for (i = 0; i < 100; i++) {
		assert_int_equal(ask(own, &page), ANSWER_OK);
		assert_false(page.was_read);
		assert_false(is_here(own, own->pages + own->size));
	}
	/* Nor is another kind of page read than the caller judged. */
	own->pages[0] = 1;
	page = page_at(own, own->pages);
	page.mask |= PM_FILE;
	page.want |= PM_FILE;
	assert_int_equal(ask(own, &page), ANSWER_OK);
	assert_false(page.was_read);
	/* The gate, and the end of what there is. */
	page = (struct page_read){ .vpn = UINT64_MAX / own->size,
		.mask = PM_PRESENT, .want = PM_PRESENT };
	assert_int_equal(ask(own, &page), ANSWER_ABSENT);
	page.vpn = INT64_MAX / own->size;
	if (ask(own, &page) == ANSWER_OK)
		assert_false(page.was_read);
}

static void what_may_not_be_had(void **state)
{
	struct own *own = *state;
	struct live_options options = { .without = WITHOUT_MEM };
	struct blocked_file blocked = { own->id.pid, "mem" };
	struct page_read page = page_at(own, own->pages);
	struct source *src = live_new(&options);

	source_refresh(src, NULL);
	assert_int_equal(source_contents(src, own->id, &page, own->out,
		own->size), ANSWER_ABSENT);
	src = guard_new(src, &blocked, 1);
	assert_int_equal(source_contents(src, own->id, &page, own->out,
		own->size), ANSWER_BLOCKED);
	source_free(src);
	own->id.pid = 0x3fffffff;
	assert_int_equal(ask(own, &page), ANSWER_GONE);
}

static void contents_are_not_recorded(void **state)
{
	struct own *own = *state;
	struct page_read page = page_at(own, own->pages);
	char path[] = "/tmp/vmatlas-contents.XXXXXX";
	static const char secret[] = "a-word-that-nobody-else-writes-17";
	struct live_options options = { 0 };
	struct recording *recording;
	struct source *src;
	struct err err;
	struct buf text = { 0 };

	close(mkstemp(path));
	recording = recording_open(path, &err);
	assert_non_null(recording);
	src = record_new(live_new(&options), recording);
	assert_int_equal(source_refresh(src, &err), 1);
	memcpy(own->pages, secret, sizeof(secret));
	assert_int_equal(source_contents(src, own->id, &page, own->out,
		own->size), ANSWER_OK);
	assert_memory_equal(own->out, secret, sizeof(secret));
	source_done(src);
	source_free(src);
	assert_true(recording_close(recording, &err));
	read_recording(path, &text);
	assert_non_null(strstr(buf_text(&text), "facts"));
	assert_null(strstr(buf_text(&text), "nobody-else"));
	buf_fini(&text);
	unlink(path);
}

/* A page that goes and comes back without pause. */
struct restless {
	volatile char *page;
	size_t size;
	bool stop;
};

static void *be_restless(void *arg)
{
	struct restless *it = arg;

	while (!__atomic_load_n(&it->stop, __ATOMIC_ACQUIRE)) {
		(void)*it->page;
		madvise((void *)(uintptr_t)it->page, it->size, MADV_DONTNEED);
	}
	return NULL;
}

/*
 * The kernel may take the page between the look and the read: then the read
 * brings it in again, and says so.  Whatever happens, bytes are its own.
 */
static void a_page_that_goes_meanwhile(void **state)
{
	struct own *own = *state;
	struct restless it = { .size = own->size };
	char path[] = "/var/tmp/vmatlas-contents.XXXXXX";
	unsigned refused = 0, seen = 0, fetched = 0;
	int i, fd = mkstemp(path);
	pthread_t thread;

	memset(own->pages, 'R', own->size);
	assert_int_equal(write(fd, own->pages, own->size), own->size);
	it.page = mmap(NULL, own->size, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(it.page != MAP_FAILED);
	assert_int_equal(pthread_create(&thread, NULL, be_restless, &it), 0);
	for (i = 0; i < 20000; i++) {
		struct page_read page = page_at(own, (void *)(uintptr_t)it.page);

		assert_int_equal(ask(own, &page), ANSWER_OK);
		refused += !page.was_read;
		if (!page.was_read)
			continue;
		seen++;
		fetched += page.faults != 0;
		assert_true(page.before & PM_PRESENT);
		assert_memory_equal(own->out, own->pages, own->size);
	}
	__atomic_store_n(&it.stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	print_message("of %d looks: %u refused, %u read, of these %u fetched\n",
		i, refused, seen, fetched);
	assert_int_equal(refused + seen, i);
	munmap((void *)(uintptr_t)it.page, own->size);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(looking_brings_nothing_in,
			setup, teardown),
		cmocka_unit_test_setup_teardown(what_may_not_be_had, setup,
			teardown),
		cmocka_unit_test_setup_teardown(contents_are_not_recorded,
			setup, teardown),
		cmocka_unit_test_setup_teardown(a_page_that_goes_meanwhile,
			setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
