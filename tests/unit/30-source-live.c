/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "vmatlas/source/live.h"

/* A made-up procfs and sysfs, so that the answers are known. */
struct tree {
	char root[64];
	struct source *live;
};

static char *tree_path(const struct tree *tree, const char *path)
{
	static char out[256];

	snprintf(out, sizeof(out), "%s/%s", tree->root, path);
	return out;
}

static void tree_write(const struct tree *tree, const char *path,
	const void *data, size_t n)
{
	int fd = open(tree_path(tree, path), O_WRONLY | O_CREAT | O_TRUNC,
		0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, n), n);
	close(fd);
}

static void tree_mkdir(const struct tree *tree, const char *path)
{
	assert_int_equal(mkdir(tree_path(tree, path), 0755), 0);
}

static struct source *tree_live(const struct tree *tree, unsigned without)
{
	char procfs[128], sysfs[128];
	struct live_options options = { procfs, sysfs, without, NULL };
	struct source *live;

	snprintf(procfs, sizeof(procfs), "%s/proc", tree->root);
	snprintf(sysfs, sizeof(sysfs), "%s/sys", tree->root);
	live = live_new(&options);
	assert_int_equal(source_refresh(live, NULL), 1);
	return live;
}

static int setup(void **state)
{
	static const uint64_t words[4] = {
		UINT64_C(0x8140000000001234), 0,
		UINT64_C(0x4000000000000abc), 7,
	};
	struct tree *tree = calloc(1, sizeof(*tree));

	strcpy(tree->root, "/tmp/vmatlas-test.XXXXXX");
	assert_non_null(mkdtemp(tree->root));
	tree_mkdir(tree, "proc");
	tree_mkdir(tree, "sys");
	tree_mkdir(tree, "sys/kernel");
	tree_mkdir(tree, "proc/sys");
	tree_mkdir(tree, "proc/sys/kernel");
	tree_mkdir(tree, "proc/42");
	tree_mkdir(tree, "proc/7");
	tree_mkdir(tree, "proc/self-not");
	tree_write(tree, "proc/zoneinfo", "Node 0\n", 7);
	tree_write(tree, "proc/sys/kernel/osrelease", "1.2.3-board\n", 12);
	tree_write(tree, "proc/sys/kernel/arch", "armv7l\n", 7);
	tree_write(tree, "proc/42/maps", "", 0);
	tree_write(tree, "proc/42/smaps", "x\n", 2);
	tree_write(tree, "proc/42/pagemap", words, sizeof(words));
	tree_write(tree, "proc/kpageflags", words, sizeof(words));
	tree_write(tree, "sys/kernel/thing", "on\n", 3);
	tree->live = tree_live(tree, 0);
	*state = tree;
	return 0;
}

static int remove_one(const char *path, const struct stat *stat, int type,
	struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct tree *tree = *state;

	source_free(tree->live);
	nftw(tree->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(tree);
	return 0;
}

static const struct proc_id p42 = { 42, 5 };

static void test_names(void **state)
{
	unsigned i;

	(void)state;
	assert_string_equal(answer_name(ANSWER_OK), "ok");
	assert_string_equal(answer_name(ANSWER_UNRECORDED), "unrecorded");
	assert_string_equal(word_file_name(WORDS_KPAGECOUNT), "kpagecount");
	assert_int_equal(answer_of_errno(EACCES), ANSWER_DENIED);
	assert_int_equal(answer_of_errno(EPERM), ANSWER_DENIED);
	assert_int_equal(answer_of_errno(ENOENT), ANSWER_ABSENT);
	assert_int_equal(answer_of_errno(ENOTTY), ANSWER_ABSENT);
	assert_int_equal(answer_of_errno(ESRCH), ANSWER_GONE);
	for (i = 0; i < 9; i++)
		assert_int_equal(without_of_name(without_name(i)), 1u << i);
	assert_int_equal(without_of_name("map-files"), WITHOUT_MAP_FILES);
	assert_int_equal(without_of_name("cachestat"), WITHOUT_CACHESTAT);
	for (; without_name(i); i++)
		assert_true(without_of_name(without_name(i)));
	assert_int_equal(without_of_name("sense"), 0);
}

static void test_text(void **state)
{
	struct tree *tree = *state;
	struct buf buf = { 0 };
	char *big = malloc(100001);

	buf_str(&buf, "what was there before");
	assert_int_equal(source_text(tree->live, PROC_NONE, "zoneinfo", &buf),
		ANSWER_OK);
	assert_string_equal(buf_text(&buf), "Node 0\n");
	assert_int_equal(source_text(tree->live, p42, "maps", &buf), ANSWER_OK);
	assert_int_equal(buf.len, 0);
	assert_int_equal(source_text(tree->live, PROC_NONE,
		"/sys/kernel/thing", &buf), ANSWER_OK);
	assert_string_equal(buf_text(&buf), "on\n");
	assert_int_equal(source_text(tree->live, p42, "status", &buf),
		ANSWER_ABSENT);
	assert_int_equal(source_text(tree->live, (struct proc_id){ 43, 0 },
		"status", &buf), ANSWER_GONE);
	assert_int_equal(source_text(tree->live, PROC_NONE, "42", &buf),
		ANSWER_ABSENT);
	assert_int_equal(buf.len, 0);
	memset(big, 'a', 100000);
	big[100000] = '\0';
	tree_write(tree, "proc/42/maps", big, 100000);
	assert_int_equal(source_text(tree->live, p42, "maps", &buf), ANSWER_OK);
	assert_int_equal(buf.len, 100000);
	assert_string_equal(buf_text(&buf), big);
	free(big);
	buf_fini(&buf);
}

static void expect_text(struct source *live, const char *path,
	const char *want)
{
	struct buf buf = { 0 };

	assert_int_equal(source_text(live, PROC_NONE, path, &buf),
		want ? ANSWER_OK : ANSWER_ABSENT);
	assert_string_equal(buf_text(&buf), want ? want : "");
	buf_fini(&buf);
}

static void test_folder(void **state)
{
	struct tree *tree = *state;

	tree_mkdir(tree, "sys/kernel/cma");
	expect_text(tree->live, "/sys/kernel/cma/", "");
	tree_mkdir(tree, "sys/kernel/cma/two");
	tree_mkdir(tree, "sys/kernel/cma/one");
	tree_write(tree, "sys/kernel/cma/count", "1", 1);
	tree_write(tree, "sys/kernel/cma/odd\nname", "1", 1);
	assert_int_equal(symlink("two", tree_path(tree, "sys/kernel/cma/ln")),
		0);
	expect_text(tree->live, "/sys/kernel/cma/",
		"count\nln/\none/\ntwo/\n");
	expect_text(tree->live, "/sys/kernel/none/", NULL);
	/* A file is no folder, and a folder no text. */
	expect_text(tree->live, "/sys/kernel/cma/count/", NULL);
	expect_text(tree->live, "/sys/kernel/cma", NULL);
}

#define BASE "sys/firmware/devicetree/base"

static void test_device_tree(void **state)
{
	struct tree *tree = *state;
	char big[5000] = { 0 };

	expect_text(tree->live, SOURCE_DEVICE_TREE, NULL);
	tree_mkdir(tree, "sys/firmware");
	tree_mkdir(tree, "sys/firmware/devicetree");
	tree_mkdir(tree, BASE);
	tree_mkdir(tree, BASE "/soc");
	tree_mkdir(tree, BASE "/soc/uart@1000");
	tree_mkdir(tree, BASE "/a name");
	tree_mkdir(tree, BASE "/big");
	tree_write(tree, BASE "/#size-cells", "\0\0\0\1", 4);
	tree_write(tree, BASE "/model", "board", 6);
	tree_write(tree, BASE "/soc/ranges", "", 0);
	tree_write(tree, BASE "/soc/uart@1000/reg", "\0\0\x10\0\0\0\xff\n", 8);
	tree_write(tree, BASE "/big/reg", big, sizeof(big));
	/* Nothing leads out of it, or round. */
	assert_int_equal(symlink("..", tree_path(tree, BASE "/soc/up")), 0);
	expect_text(tree->live, SOURCE_DEVICE_TREE,
		"/ #size-cells=00000001\n/big\n/soc ranges=\n"
		"/soc/uart@1000 reg=000010000000ff0a\n");
}

static void test_words(void **state)
{
	struct tree *tree = *state;
	uint64_t words[8];
	size_t got;

	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP, p42, 1, 8,
		words, &got), ANSWER_OK);
	assert_int_equal(got, 3);
	assert_int_equal(words[1], UINT64_C(0x4000000000000abc));
	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP, p42, 4, 8,
		words, &got), ANSWER_OK);
	assert_int_equal(got, 0);
	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP, p42,
		UINT64_MAX - 3, 8, words, &got), ANSWER_OK);
	assert_int_equal(got, 0);
	assert_int_equal(source_words(tree->live, WORDS_KPAGEFLAGS, PROC_NONE,
		0, 2, words, &got), ANSWER_OK);
	assert_int_equal(got, 2);
	assert_int_equal(source_words(tree->live, WORDS_KPAGECOUNT, PROC_NONE,
		0, 2, words, &got), ANSWER_ABSENT);
	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP,
		(struct proc_id){ 7, 0 }, 0, 2, words, &got), ANSWER_ABSENT);
	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP,
		(struct proc_id){ 9, 0 }, 0, 2, words, &got), ANSWER_GONE);
}

/* An open descriptor outlives the file; nothing read means: look again. */
static void test_words_gone(void **state)
{
	struct tree *tree = *state;
	uint64_t word;
	size_t got;

	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP, p42, 0, 1,
		&word, &got), ANSWER_OK);
	tree_write(tree, "proc/42/pagemap", "", 0);
	unlink(tree_path(tree, "proc/42/pagemap"));
	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP, p42, 0, 1,
		&word, &got), ANSWER_OK);
	assert_int_equal(got, 0);
	/* Closed by now, so it is looked for. */
	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP, p42, 0, 1,
		&word, &got), ANSWER_ABSENT);
	tree_write(tree, "proc/42/pagemap", "12345678", 8);
	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP, p42, 0, 1,
		&word, &got), ANSWER_OK);
	assert_int_equal(got, 1);
	tree_write(tree, "proc/42/pagemap", "", 0);
	nftw(tree_path(tree, "proc/42"), remove_one, 8, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(source_words(tree->live, WORDS_PAGEMAP, p42, 0, 1,
		&word, &got), ANSWER_GONE);
}

/* More processes than are kept open. */
static void test_words_many(void **state)
{
	struct tree *tree = *state;
	char path[32];
	uint64_t pid, word;
	size_t got;
	int round, fd;

	for (pid = 100; pid < 130; pid++) {
		snprintf(path, sizeof(path), "proc/%u", (unsigned)pid);
		tree_mkdir(tree, path);
		strcat(path, "/pagemap");
		tree_write(tree, path, &pid, sizeof(pid));
	}
	for (round = 0; round < 2; round++)
		for (pid = 100; pid < 130; pid++) {
			assert_int_equal(source_words(tree->live,
				WORDS_PAGEMAP, (struct proc_id){ (int)pid, 1 },
				0, 1, &word, &got), ANSWER_OK);
			assert_int_equal(word, pid);
		}
	/* Few are open now. */
	fd = dup(STDERR_FILENO);
	assert_true(fd >= 0 && fd < 40);
	close(fd);
}

static void test_without(void **state)
{
	struct tree *tree = *state;
	struct source *live = tree_live(tree, WITHOUT_PFN | WITHOUT_SMAPS |
		WITHOUT_ZONEINFO);
	struct buf buf = { 0 };
	struct facts facts;
	uint64_t words[3];
	size_t got;

	tree_write(tree, "proc/iomem", "0-1 : x\n", 8);
	assert_int_equal(source_words(live, WORDS_PAGEMAP, p42, 0, 3, words,
		&got), ANSWER_OK);
	assert_int_equal(words[0], UINT64_C(0x8100000000000000));
	assert_int_equal(words[2], UINT64_C(0x4000000000000000));
	assert_int_equal(source_words(live, WORDS_KPAGEFLAGS, PROC_NONE, 0, 1,
		words, &got), ANSWER_DENIED);
	assert_int_equal(source_text(live, PROC_NONE, "iomem", &buf),
		ANSWER_DENIED);
	assert_int_equal(source_text(live, PROC_NONE, "zoneinfo", &buf),
		ANSWER_ABSENT);
	assert_int_equal(source_text(live, p42, "smaps", &buf), ANSWER_ABSENT);
	assert_int_equal(source_text(live, p42, "maps", &buf), ANSWER_OK);
	assert_int_equal(source_facts(live, &facts), ANSWER_OK);
	assert_false(facts.pfn_visible);
	source_free(live);
	live = tree_live(tree, WITHOUT_PAGEMAP | WITHOUT_KPAGEFLAGS);
	assert_int_equal(source_words(live, WORDS_PAGEMAP, p42, 0, 3, words,
		&got), ANSWER_ABSENT);
	assert_int_equal(source_words(live, WORDS_KPAGEFLAGS, PROC_NONE, 0, 1,
		words, &got), ANSWER_ABSENT);
	source_free(live);
	buf_fini(&buf);
}

static void test_facts(void **state)
{
	struct tree *tree = *state;
	struct facts facts;
	struct source *live;
	struct err err;

	assert_int_equal(source_facts(tree->live, &facts), ANSWER_OK);
	assert_string_equal(facts.release, "1.2.3-board");
	assert_string_equal(facts.machine, "armv7l");
	assert_int_equal(facts.task_size, 0xc0000000);
	assert_int_equal(facts.page_size, sysconf(_SC_PAGESIZE));
	assert_int_equal(facts.clock_ticks, sysconf(_SC_CLK_TCK));
	assert_int_equal(facts.uid, geteuid());
	/* No procfs: whatever we may, frames are not told here. */
	assert_false(facts.pfn_visible);
	assert_true(facts.time_ms > UINT64_C(1600000000000));
	assert_true(facts.self_rss >= 65536);
	live = live_new(&(struct live_options){ .procfs = "/nowhere" });
	assert_int_equal(source_refresh(live, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_non_null(strstr(err.text, "/nowhere"));
	source_free(live);
}

static void test_processes(void **state)
{
	struct tree *tree = *state;
	struct process_entry *list;
	size_t n;

	assert_int_equal(source_processes(tree->live, &list, &n), ANSWER_OK);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].pid, 7);
	assert_int_equal(list[1].pid, 42);
	assert_int_equal(list[1].uid, geteuid());
	free(list);
}

/* ---- who watches */

struct watcher {
	pthread_mutex_t lock;
	int depth, calls, pid;
	char file[32];
};

static void note_before(void *arg, int pid, const char *file)
{
	struct watcher *watcher = arg;

	pthread_mutex_lock(&watcher->lock);
	watcher->depth++;
	watcher->calls++;
	watcher->pid = pid;
	snprintf(watcher->file, sizeof(watcher->file), "%s", file);
	pthread_mutex_unlock(&watcher->lock);
}

static void note_after(void *arg)
{
	struct watcher *watcher = arg;

	pthread_mutex_lock(&watcher->lock);
	watcher->depth--;
	pthread_mutex_unlock(&watcher->lock);
}

static void *ask_fifo(void *arg)
{
	struct buf buf = { 0 };

	source_text(arg, p42, "environ", &buf);
	assert_string_equal(buf_text(&buf), "late\n");
	buf_fini(&buf);
	return NULL;
}

/* A file that does not answer: the watch says for whom we wait. */
static void test_watch(void **state)
{
	struct tree *tree = *state;
	struct watcher watcher = { PTHREAD_MUTEX_INITIALIZER, 0, 0, 0, "" };
	struct buf buf = { 0 };
	pthread_t thread;
	int i, fd, depth = 0;

	tree->live->watch = (struct source_watch){ note_before, note_after,
		&watcher };
	source_text(tree->live, p42, "smaps", &buf);
	assert_int_equal(watcher.depth, 0);
	assert_int_equal(watcher.calls, 3);
	assert_int_equal(watcher.pid, 42);
	assert_string_equal(watcher.file, "smaps");
	assert_int_equal(mkfifo(tree_path(tree, "proc/42/environ"), 0600), 0);
	assert_int_equal(pthread_create(&thread, NULL, ask_fifo, tree->live),
		0);
	for (i = 0; i < 500 && !depth; i++) {
		usleep(10000);
		pthread_mutex_lock(&watcher.lock);
		depth = watcher.depth;
		pthread_mutex_unlock(&watcher.lock);
	}
	assert_int_equal(depth, 1);
	assert_string_equal(watcher.file, "environ");
	fd = open(tree_path(tree, "proc/42/environ"), O_WRONLY);
	assert_int_equal(write(fd, "late\n", 5), 5);
	close(fd);
	pthread_join(thread, NULL);
	assert_int_equal(watcher.depth, 0);
	buf_fini(&buf);
}

/* ---- the machine that this runs on */

#define NPAGES 64

/* Present pages 3..5 and 10 of a fresh mapping. */
static char *some_pages(size_t page_size)
{
	char *at = mmap(NULL, NPAGES * page_size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(at != MAP_FAILED);
	madvise(at, NPAGES * page_size, MADV_NOHUGEPAGE);
	at[3 * page_size] = at[4 * page_size] = at[5 * page_size] = 1;
	at[10 * page_size] = 1;
	return at;
}

static void test_own_pages(void **state)
{
	struct source *live = live_new(&(struct live_options){ 0 });
	size_t page_size = (size_t)sysconf(_SC_PAGESIZE), got, n, i;
	char *at = some_pages(page_size);
	uint64_t vpn = (uintptr_t)at / page_size, words[NPAGES], next;
	struct proc_id self = { getpid(), 0 };
	struct vpn_range range[4];
	struct facts facts;
	enum answer answer;

	(void)state;
	assert_int_equal(source_refresh(live, NULL), 1);
	assert_int_equal(source_facts(live, &facts), ANSWER_OK);
	if (source_words(live, WORDS_PAGEMAP, self, vpn, NPAGES, words, &got)
	    != ANSWER_OK)
		goto free_live;
	assert_int_equal(got, NPAGES);
	for (i = 0; i < NPAGES; i++)
		assert_int_equal(words[i] >> 63,
			(i >= 3 && i <= 5) || i == 10);
	assert_int_equal(facts.pfn_visible,
		(words[3] & ((UINT64_C(1) << 55) - 1)) != 0);
	answer = source_populated(live, POPULATED_ANY, self, vpn,
		vpn + NPAGES, range, 4, &n, &next);
	if (answer == ANSWER_ABSENT)
		goto free_live;
	assert_int_equal(answer, ANSWER_OK);
	assert_int_equal(n, 2);
	assert_int_equal(range[0].start, vpn + 3);
	assert_int_equal(range[0].end, vpn + 6);
	assert_int_equal(range[1].start, vpn + 10);
	assert_int_equal(range[1].end, vpn + 11);
	assert_int_equal(next, vpn + NPAGES);
	assert_int_equal(source_populated(live, POPULATED_ANY, self, vpn + 4,
		vpn + NPAGES, range, 1, &n, &next), ANSWER_OK);
	assert_int_equal(n, 1);
	assert_int_equal(range[0].start, vpn + 4);
	assert_int_equal(range[0].end, vpn + 6);
	assert_true(next > vpn + 5 && next <= vpn + 10);
	assert_int_equal(source_populated(live, POPULATED_HUGE, self, vpn,
		vpn + NPAGES, range, 4, &n, &next), ANSWER_OK);
	assert_int_equal(n, 0);
	/* Beyond user space there is nothing, and it is no error. */
	assert_int_equal(source_populated(live, POPULATED_ANY, self,
		UINT64_C(1) << 51, (UINT64_C(1) << 51) + 9, range, 4, &n,
		&next), ANSWER_OK);
	assert_int_equal(n, 0);
free_live:
	source_free(live);
	munmap(at, NPAGES * page_size);
}

static void test_own_processes(void **state)
{
	struct source *live = live_new(&(struct live_options){ 0 });
	struct process_entry *list, *again;
	const struct process_entry *self = NULL;
	size_t n, i;

	(void)state;
	assert_int_equal(source_processes(live, &list, &n), ANSWER_OK);
	for (i = 0; i < n; i++) {
		if (list[i].pid == getpid())
			self = &list[i];
		assert_true(!i || list[i - 1].pid < list[i].pid);
	}
	assert_non_null(self);
	assert_int_equal(self->uid, geteuid());
	/* By whatever means they are listed again. */
	assert_int_equal(source_processes(live, &again, &n), ANSWER_OK);
	for (i = 0; i < n && again[i].pid != getpid();)
		i++;
	assert_true(i < n);
	assert_int_equal(again[i].uid, self->uid);
	assert_string_equal(again[i].user, self->user);
	free(again);
	free(list);
	source_free(live);
}

static void test_own_child_gone(void **state)
{
	struct source *live = live_new(&(struct live_options){ 0 });
	struct buf buf = { 0 };
	uint64_t word;
	size_t got;
	pid_t pid = fork();
	struct proc_id id = { pid, 0 };

	(void)state;
	if (!pid) {
		pause();
		_exit(0);
	}
	assert_int_equal(source_text(live, id, "stat", &buf), ANSWER_OK);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(source_text(live, id, "stat", &buf), ANSWER_GONE);
	assert_int_equal(source_words(live, WORDS_PAGEMAP, id, 0, 1, &word,
		&got), ANSWER_GONE);
	source_forget(live, id);
	buf_fini(&buf);
	source_free(live);
}

#define TREE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		TREE(test_text),
		TREE(test_folder),
		TREE(test_device_tree),
		TREE(test_words),
		TREE(test_words_gone),
		TREE(test_words_many),
		TREE(test_without),
		TREE(test_facts),
		TREE(test_processes),
		TREE(test_watch),
		cmocka_unit_test(test_own_pages),
		cmocka_unit_test(test_own_processes),
		cmocka_unit_test(test_own_child_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
