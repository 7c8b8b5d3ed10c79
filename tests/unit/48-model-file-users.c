/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-crowd.h"
#include "vmatlas/model/question.h"

struct world {
	struct fake_crowd crowd;
	struct machine *machine;
	struct question question;
	struct snapshot snapshot;
};

/* Process 1 and 2 have 16 pages of file 11, 2 eight more elsewhere; 3 has a
 * file of the same last name on a device that stat calls another; 4 one that
 * was deleted. */
static void start(struct world *w)
{
	memset(w, 0, sizeof(*w));
	fake_crowd_init(&w->crowd);
	w->crowd.procs[1].maps = "1000000-1010000 r--p 00000000 fe:01 11 /lib/x\n";
	w->crowd.procs[2].maps =
		"1000000-1010000 rw-p 00000000 fe:01 11 /hard/link\n"
		"1010000-1018000 rw-p 00000000 00:00 0 [heap]\n"
		"1018000-1020000 r--p 00000000 fe:01 11 /hard/link\n";
	w->crowd.procs[3].maps = "1000000-1010000 r--p 00000000 00:2f 11 /sub/x\n";
	w->crowd.procs[4].maps =
		"1000000-1010000 r--p 00000000 fe:01 99 /lib/x (deleted)\n"
		"1010000-1020000 rw-s 00000000 00:01 5 /memfd:m (deleted)\n";
	w->crowd.texts[0].path = "file-id@/lib/x";
	w->crowd.texts[0].text = "major: 254\nminor: 1\ninode: 11\n";
}

static void ask(struct world *w, const char *path)
{
	struct wish wish = { .question = QUESTION_FILE, .asked_file = path };

	if (w->machine)
		machine_unref(w->machine);
	w->machine = machine_read(&w->crowd.src);
	question_begin(&w->question, &w->crowd.src, w->machine, &wish, NULL);
	while (question_step(&w->question))
		;
	w->snapshot.machine = w->machine;
	question_fill(&w->question, &wish, &w->snapshot);
	assert_true(w->snapshot.answered);
}

static void stop(struct world *w)
{
	question_fini(&w->question);
	file_use_fini(&w->snapshot.file_use);
	buf_fini(&w->snapshot.owner_names);
	free(w->snapshot.members);
	machine_unref(w->machine);
	source_free(&w->crowd.machine->src);
}

static const struct file_user *user(const struct world *w, int pid)
{
	const struct file_use *use = &w->snapshot.file_use;
	size_t i;

	for (i = 0; i < use->n; i++)
		if (w->snapshot.members[use->rows[i].member].process.id.pid ==
				pid)
			return &use->rows[i];
	return NULL;
}

static void figures(void **state)
{
	const struct file_user *row;
	struct world w;
	uint64_t *a, *b;

	(void)state;
	start(&w);
	a = w.crowd.procs[1].words;
	b = w.crowd.procs[2].words;
	a[0] = b[0] = b[24] = fake_frame(w.crowd.machine, 0x600, FAKE_CACHE, 3);
	a[1] = fake_frame(w.crowd.machine, 0x601, FAKE_CACHE, 1);
	b[1] = fake_frame(w.crowd.machine, 0x602, FAKE_OWN, 1);
	b[16] = fake_frame(w.crowd.machine, 0x603, FAKE_OWN, 1); /* heap */
	ask(&w, "/lib/x");
	assert_int_equal(w.snapshot.file_use.n, 2);
	row = user(&w, 1);
	assert_true(row->mapped == 0x10000 && row->usage.rss == 0x2000);
	assert_true(!row->usage.anonymous);
	assert_true(figures_pss(&row->usage) == 4096 + 4096 / 3);
	row = user(&w, 2);
	assert_true(row->mapped == 0x18000 && row->usage.rss == 0x3000);
	assert_true(row->usage.anonymous == 0x1000);
	/* The most resident comes first; each frame is counted once. */
	assert_ptr_equal(row, &w.snapshot.file_use.rows[0]);
	assert_true(w.snapshot.file_use.frames_told);
	assert_true(w.snapshot.file_use.frames == 2);
	assert_true(w.snapshot.file_use.copies == 1);
	stop(&w);
}

/* maps and stat need not agree: then the mapping itself is asked. */
static void other_device(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	ask(&w, "/lib/x");
	assert_null(user(&w, 3));
	assert_true(w.snapshot.file_use.unsure == 2);	/* of 3 and 4 */
	assert_true(w.snapshot.file_use.deleted == 1);
	w.crowd.texts[1].path = "map_files/1000000-1010000@id";
	w.crowd.texts[1].text = "major: 254\nminor: 1\ninode: 12\n";
	ask(&w, "/lib/x");
	assert_null(user(&w, 3));
	assert_true(w.snapshot.file_use.unsure == 0);
	w.crowd.texts[1].text = "major: 254\nminor: 1\ninode: 11\n";
	ask(&w, "/lib/x");
	assert_non_null(user(&w, 3));
	stop(&w);
}

static void by_name(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	ask(&w, "/memfd:m");
	assert_true(w.snapshot.file_use.by_name);
	assert_true(w.snapshot.file_use.answer == ANSWER_ABSENT);
	assert_true(w.snapshot.file_use.n == 1 && user(&w, 4));
	assert_true(w.snapshot.file_use.nfiles == 1 &&
		w.snapshot.file_use.inode == 5);
	ask(&w, "/memfd:m (deleted)");
	assert_non_null(user(&w, 4));
	ask(&w, "/memfd:mm");
	assert_true(!w.snapshot.file_use.n && !w.snapshot.file_use.nfiles);
	ask(&w, "/lib/x (deleted)");
	assert_true(w.snapshot.file_use.n == 1 && user(&w, 4));
	ask(&w, "[heap]");
	assert_true(!w.snapshot.file_use.n);
	/* Two files of one name are told together, and counted. */
	w.crowd.procs[3].maps = "1000000-1010000 rw-s 00000000 00:01 6 /memfd:m (deleted)\n";
	ask(&w, "/memfd:m");
	assert_true(w.snapshot.file_use.n == 2 &&
		w.snapshot.file_use.nfiles == 2);
	stop(&w);
}

static void who_cannot_be_read(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.crowd.procs[1].maps_answer = ANSWER_DENIED;
	w.crowd.procs[2].pagemap = ANSWER_DENIED;
	ask(&w, "/lib/x");
	assert_null(user(&w, 1));
	assert_int_equal(w.snapshot.members[0].answer, ANSWER_DENIED);
	assert_true(user(&w, 2)->mapped == 0x18000);
	assert_false(figures_know(&user(&w, 2)->usage, USAGE_RSS));
	w.crowd.procs[2].pagemap = ANSWER_GONE;
	ask(&w, "/lib/x");
	assert_null(user(&w, 2));
	/* Frames are not told: what smaps says is. */
	w.crowd.procs[2].pagemap = ANSWER_OK;
	w.crowd.machine->facts.pfn_visible = false;
	w.crowd.texts[1].path = "smaps";
	w.crowd.texts[1].text =
		"1000000-1010000 rw-p 00000000 fe:01 11 /hard/link\n"
		"Rss: 12 kB\nPss: 8 kB\nAnonymous: 4 kB\n"
		"Shared_Clean: 12 kB\nShared_Dirty: 0 kB\n"
		"Private_Clean: 0 kB\nPrivate_Dirty: 0 kB\nSwap: 0 kB\n"
		"1018000-1020000 r--p 00000000 fe:01 11 /hard/link\n"
		"Rss: 4 kB\nPss: 2 kB\nAnonymous: 0 kB\n"
		"Shared_Clean: 12 kB\nShared_Dirty: 0 kB\n"
		"Private_Clean: 0 kB\nPrivate_Dirty: 0 kB\nSwap: 0 kB\n";
	ask(&w, "/lib/x");
	assert_true(figures_know(&user(&w, 2)->usage, USAGE_RSS | USAGE_PSS));
	assert_true(user(&w, 2)->usage.rss == 16384);
	assert_true(figures_pss(&user(&w, 2)->usage) == 10240);
	assert_false(w.snapshot.file_use.frames_told);
	stop(&w);
}

/* Who comes while all are asked is said to be left out, and only in the answer
 * that leaves him out. */
static void who_came(void **state)
{
	struct wish wish = { .question = QUESTION_FILE, .asked_file = "/lib/x" };
	struct world w;

	(void)state;
	start(&w);
	w.crowd.hidden = 1 << 2;
	w.machine = machine_read(&w.crowd.src);
	question_begin(&w.question, &w.crowd.src, w.machine, &wish, NULL);
	w.crowd.hidden = 0;
	while (question_step(&w.question))
		;
	w.snapshot.machine = w.machine;
	question_fill(&w.question, &wish, &w.snapshot);
	snapshot_take_problems(&w.snapshot);
	assert_non_null(strstr(buf_text(&w.snapshot.problems),
		"processes that came meanwhile: 2 p2; what they map is not in "
		"the answer\n"));
	ask(&w, "/lib/x");
	snapshot_take_problems(&w.snapshot);
	assert_null(strstr(buf_text(&w.snapshot.problems), "meanwhile"));
	buf_fini(&w.snapshot.problems);
	buf_fini(&w.snapshot.newcomers);
	stop(&w);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(figures), T(other_device), T(by_name), T(who_cannot_be_read),
		T(who_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
