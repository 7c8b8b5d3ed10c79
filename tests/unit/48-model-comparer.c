/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-crowd.h"
#include "vmatlas/model/comparer.h"

/* Processes 2 (A) and 3 (B) of a made-up crowd. */
struct world {
	struct fake_crowd crowd;
	struct machine *machine;
	struct crowd walk;
	struct comparer comparer;
};

static const struct comparison *compare(struct world *w)
{
	const int pids[] = { 2, 3 };

	w->machine = machine_read(&w->crowd.src);
	comparer_begin(&w->comparer, 2, 3);
	assert_int_equal(crowd_begin(&w->walk, &w->crowd.src, w->machine,
		pids, 2, comparer_user(&w->comparer)), ANSWER_OK);
	while (crowd_step(&w->walk))
		;
	while (comparer_step(&w->comparer, &w->walk))
		;
	assert_false(comparer_step(&w->comparer, &w->walk));
	return &w->comparer.answer;
}

static void stop(struct world *w)
{
	comparer_fini(&w->comparer);
	crowd_fini(&w->walk);
	machine_unref(w->machine);
	source_free(&w->crowd.machine->src);
}

static void start(struct world *w, const char *a, const char *b)
{
	memset(w, 0, sizeof(*w));
	fake_crowd_init(&w->crowd);
	if (a)
		w->crowd.procs[2].maps = a;
	if (b)
		w->crowd.procs[3].maps = b;
}

static uint64_t frame(struct world *w, uint64_t pfn, uint64_t count)
{
	return fake_frame(w->crowd.machine, pfn, count == 1 ? FAKE_OWN :
		FAKE_ANON, count);
}

/* The relations of a row's pages, a letter each. */
static const char *pages_of(const struct comparison *answer,
	const struct compare_row *row, char out[CROWD_PAGES + 1])
{
	uint64_t counts[NRELATIONS], i;
	unsigned k;

	assert_true(row->npages <= CROWD_PAGES);
	for (i = 0; i < row->npages; i++) {
		assert_true(comparison_count_pages(answer, row, i, i + 1,
			counts));
		for (k = 0; k < NRELATIONS; k++)
			if (counts[k])
				out[i] = relation_info(k)->letter;
	}
	out[i] = '\0';
	return out;
}

static void assert_pages(const struct comparison *answer, size_t row,
	const char *expected)
{
	char found[CROWD_PAGES + 1];

	assert_string_equal(pages_of(answer, &answer->rows[row], found),
		expected);
}

/* After a fork: one region, some of its pages written since. */
static void forked(void **state)
{
	const struct comparison *answer;
	struct compare_frames frames;
	uint64_t *a, *b, pfn;
	struct world w;

	(void)state;
	start(&w, "1000000-1008000 rw-p 00000000 00:00 0 [heap]\n",
		"1000000-1008000 rw-p 00000000 00:00 0 [heap]\n");
	a = w.crowd.procs[2].words;
	b = w.crowd.procs[3].words;
	a[0] = b[0] = frame(&w, 0x600, 2);
	a[1] = frame(&w, 0x601, 1);
	b[1] = frame(&w, 0x701, 1);
	a[2] = frame(&w, 0x602, 1);
	b[3] = frame(&w, 0x603, 1);
	a[5] = b[5] = fake_frame(w.crowd.machine, 0x604,
		KPF(ZERO_PAGE) | KPF(RESERVED), 0);
	a[6] = b[7] = frame(&w, 0x605, 2);
	answer = compare(&w);
	assert_true(comparison_is_known(answer));
	assert_int_equal(answer->nrows, 1);
	assert_string_equal(comparison_name(answer, answer->rows), "[heap]");
	assert_pages(answer, 0, "=xab  ab");
	assert_true(answer->frames.both == 2);
	assert_true(answer->frames.only[COMPARE_A] == 2);
	assert_true(answer->frames.only[COMPARE_B] == 2);
	assert_true(answer->pages[RELATION_DIFFER] == 1);
	comparison_count_frames(answer, 0x601, 0x605, &frames);
	assert_true(frames.only[COMPARE_A] == 2 && !frames.both &&
		frames.only[COMPARE_B] == 1);
	comparison_count_frames(answer, 0, UINT64_MAX, &frames);
	assert_true(frames.both == 2);
	assert_true(comparison_next_both(answer, 0x601, UINT64_MAX, &pfn));
	assert_true(pfn == 0x605);
	assert_false(comparison_next_both(answer, 0x601, 0x605, &pfn));
	stop(&w);
}

/* A frame that is mapped several times counts in the first region of A. */
static void once(void **state)
{
	const struct comparison *answer;
	uint64_t *a, *b;
	struct world w;

	(void)state;
	start(&w, "1000000-1002000 rw-s 00000000 00:01 12 /memfd:m (deleted)\n"
		"1004000-1006000 rw-s 00000000 00:01 12 /memfd:m (deleted)\n",
		"1010000-1012000 rw-s 00000000 00:01 12 /memfd:m (deleted)\n"
		"1014000-1016000 rw-s 00000000 00:01 12 /memfd:m (deleted)\n"
		"1020000-1022000 rw-p 00000000 00:00 0 \n"
		"1030000-1032000 rw-p 00000000 00:00 0 \n");
	a = w.crowd.procs[2].words;
	b = w.crowd.procs[3].words;
	a[0] = a[4] = a[5] = b[16] = b[20] = frame(&w, 0x600, 5);
	a[1] = frame(&w, 0x601, 2);
	b[21] = a[1];
	b[32] = b[48] = b[49] = frame(&w, 0x602, 3);
	answer = compare(&w);
	assert_int_equal(answer->nrows, 4);
	assert_true(answer->frames.both == 2);
	assert_true(!answer->frames.only[COMPARE_A]);
	assert_true(answer->frames.only[COMPARE_B] == 1);
	assert_true(answer->rows[0].frames.both == 2);
	assert_true(!answer->rows[1].frames.both);
	assert_true(answer->rows[2].frames.only[COMPARE_B] == 1);
	assert_true(!answer->rows[3].frames.only[COMPARE_B]);
	assert_pages(answer, 0, "=a");
	assert_pages(answer, 1, "=x");
	stop(&w);
}

/* What is put side by side, and what is not. */
static void rows(void **state)
{
	static const struct {
		const char *name;
		uint64_t a, b, npages;
	} expected[] = {
		{ "/bin/x", 0x1000, 0x1002, 2 },
		/* Grown on one side, cut in three on the other. */
		{ "[heap]", 0x1004, 0x1004, 10 },
		{ "[anon]", 0x1010, 0, 2 },
		{ "/bin/x", 0x1014, 0x1018, 4 },
		{ "[stack]", 0x1020, 0x1030, 4 },
		{ "/bin/x", 0, 0x101e, 2 },
		{ "[anon]", 0, 0x1020, 2 },
		{ "/bin/y", 0, 0x1024, 1 },
	};
	const struct comparison *answer;
	struct world w;
	size_t i;

	(void)state;
	start(&w, "1000000-1002000 r--p 00000000 fe:01 11 /bin/x\n"
		"1004000-100c000 rw-p 00000000 00:00 0 [heap]\n"
		"1010000-1012000 rw-p 00000000 00:00 0 \n"
		"1014000-1017000 r-xp 00002000 fe:01 11 /bin/x\n"
		"1020000-1024000 rw-p 00000000 00:00 0 [stack]\n",
		"1000000-1002000 r-xp 00000000 fe:01 11 /bin/x\n"
		"1002000-1004000 r--p 00000000 fe:01 11 /bin/x\n"
		"1004000-1006000 rw-p 00000000 00:00 0 [heap]\n"
		"1006000-1007000 r--p 00000000 00:00 0 [heap]\n"
		"1007000-100e000 rw-p 00000000 00:00 0 [heap]\n"
		"1018000-101c000 r-xp 00002000 fe:01 11 /bin/x\n"
		"1020000-1022000 rw-p 00000000 00:00 0 \n"
		"1024000-1025000 r--p 00000000 fe:01 12 /bin/y\n"
		"1030000-1034000 rw-p 00000000 00:00 0 [stack]\n");
	answer = compare(&w);
	/* Those of one name that overlap come first, whatever their rights:
	 * B's first region is with A's first. */
	assert_string_equal(comparison_name(answer, answer->rows), "/bin/x");
	assert_true(answer->rows[0].is_in[COMPARE_B] &&
		answer->rows[0].start[COMPARE_B] == 0x1000);
	stop(&w);

	start(&w, "1000000-1002000 r--p 00000000 fe:01 11 /bin/x\n"
		"1004000-100c000 rw-p 00000000 00:00 0 [heap]\n"
		"1010000-1012000 rw-p 00000000 00:00 0 \n"
		"1014000-1017000 r-xp 00002000 fe:01 11 /bin/x\n"
		"1020000-1024000 rw-p 00000000 00:00 0 [stack]\n",
		"1002000-1004000 r--p 00000000 fe:01 11 /bin/x\n"
		"1004000-1006000 rw-p 00000000 00:00 0 [heap]\n"
		"1006000-1007000 r--p 00000000 00:00 0 [heap]\n"
		"1007000-100e000 rw-p 00000000 00:00 0 [heap]\n"
		"1018000-101c000 r-xp 00002000 fe:01 11 /bin/x\n"
		"101e000-1020000 rwxp 00002000 fe:01 11 /bin/x\n"
		"1020000-1022000 rw-p 00000000 00:00 0 \n"
		"1024000-1025000 r--p 00000000 fe:01 12 /bin/y\n"
		"1030000-1034000 rw-p 00000000 00:00 0 [stack]\n");
	answer = compare(&w);
	assert_int_equal(answer->nrows, 8);
	for (i = 0; i < 8; i++) {
		const struct compare_row *row = &answer->rows[i];

		assert_string_equal(comparison_name(answer, row),
			expected[i].name);
		assert_int_equal(row->is_in[COMPARE_A], expected[i].a != 0);
		assert_int_equal(row->is_in[COMPARE_B], expected[i].b != 0);
		if (expected[i].a)
			assert_true(row->start[COMPARE_A] == expected[i].a);
		if (expected[i].b)
			assert_true(row->start[COMPARE_B] == expected[i].b);
		assert_true(row->npages == expected[i].npages);
	}
	assert_string_equal(answer->rows[3].perms[COMPARE_A], "r-xp");
	stop(&w);

	/* Rights are looked at last. */
	start(&w, "1000000-1001000 r--p 00000000 fe:01 11 /bin/x\n"
		"1004000-1005000 r-xp 00000000 fe:01 11 /bin/x\n",
		"1010000-1011000 r-xp 00000000 fe:01 11 /bin/x\n"
		"1014000-1015000 rw-p 00000000 fe:01 11 /bin/x\n");
	answer = compare(&w);
	assert_int_equal(answer->nrows, 2);
	assert_true(answer->rows[0].start[COMPARE_B] == 0x1014);
	assert_true(answer->rows[1].start[COMPARE_B] == 0x1010);
	stop(&w);
}

/* A region with another name in the middle is not a part of the row. */
static void between(void **state)
{
	const struct comparison *answer;
	uint64_t *a, *b;
	struct world w;
	int i;

	(void)state;
	start(&w, "1000000-1008000 rw-p 00000000 00:00 0 \n",
		"1000000-1002000 rw-p 00000000 00:00 0 \n"
		"1002000-1004000 rw-s 00000000 00:01 5 /dev/zero (deleted)\n"
		"1004000-1009000 rw-p 00000000 00:00 0 \n");
	a = w.crowd.procs[2].words;
	b = w.crowd.procs[3].words;
	for (i = 0; i < 8; i++)
		a[i] = b[i] = frame(&w, 0x600 + (uint64_t)i, 2);
	a[5] = 0;
	b[8] = frame(&w, 0x700, 1);
	answer = compare(&w);
	assert_int_equal(answer->nrows, 2);
	assert_pages(answer, 0, "==aa=b==b");
	assert_pages(answer, 1, "bb");
	assert_true(answer->rows[0].frames.both == 7);
	assert_true(!answer->rows[1].frames.both);
	assert_true(answer->rows[0].frames.only[COMPARE_B] == 2);
	stop(&w);
}

/* Who cannot be compared, and what is not known. */
static void unknown(void **state)
{
	const struct comparison *answer;
	struct world w;

	(void)state;
	start(&w, NULL, NULL);
	w.crowd.procs[3].maps_answer = ANSWER_DENIED;
	answer = compare(&w);
	assert_int_equal(answer->answers[COMPARE_A], ANSWER_OK);
	assert_int_equal(answer->answers[COMPARE_B], ANSWER_DENIED);
	assert_false(comparison_is_known(answer));
	assert_int_equal(answer->nrows, 0);
	stop(&w);

	start(&w, NULL, NULL);
	w.crowd.procs[2].pagemap = ANSWER_GONE;
	answer = compare(&w);
	assert_int_equal(answer->answers[COMPARE_A], ANSWER_GONE);
	assert_false(comparison_is_known(answer));
	stop(&w);

	start(&w, NULL, NULL);
	w.crowd.procs[2].vss = 0;	/* a kernel thread */
	answer = compare(&w);
	assert_int_equal(answer->answers[COMPARE_A], ANSWER_ABSENT);
	assert_false(comparison_is_known(answer));
	stop(&w);

	start(&w, NULL, NULL);
	w.crowd.machine->facts.pfn_visible = false;
	answer = compare(&w);
	assert_int_equal(answer->nrows, 1);
	assert_false(comparison_is_known(answer));
	stop(&w);

	/* Without flags and counts the page of zeros looks like any other. */
	start(&w, NULL, NULL);
	w.crowd.procs[2].words[0] = frame(&w, 0x600, 2);
	w.crowd.machine->words_answer[WORDS_KPAGEFLAGS] = ANSWER_DENIED;
	w.crowd.machine->words_answer[WORDS_KPAGECOUNT] = ANSWER_DENIED;
	answer = compare(&w);
	assert_false(comparison_is_known(answer));
	stop(&w);
}

/* ---- held against a plain count of the same */

static uint32_t dice(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % n;
}

static void fill(struct world *w, int pid, uint32_t *seed, unsigned *pfns)
{
	uint64_t *words = w->crowd.procs[pid].words;
	unsigned i, pfn = 0;

	for (i = 0; i < CROWD_PAGES; i++) {
		/* Runs of frames, and frames that come back. */
		pfn = dice(seed, 3) ? pfn + 1 : 0x5f0 + dice(seed, 40);
		pfns[i] = 0;
		words[i] = 0;
		if (!pfn || !dice(seed, 4))
			continue;
		pfn = pfn < 0x5f0 || pfn > 0x640 ? 0x5f0 : pfn;
		pfns[i] = pfn;
		words[i] = frame(w, pfn, 2);
	}
}

static void check_random(struct world *w, const unsigned pfns[2][CROWD_PAGES])
{
	const struct comparison *answer = compare(w);
	bool has[2][0x700] = { { false } };
	struct compare_frames sum = { { 0, 0 }, 0 }, plain = sum, counted;
	uint64_t pages[NRELATIONS] = { 0 };
	char letters[CROWD_PAGES + 1];
	unsigned i, k;
	size_t r;

	for (i = 0; i < CROWD_PAGES; i++)
		for (k = 0; k < 2; k++)
			has[k][pfns[k][i]] = true;
	for (i = 1; i < 0x700; i++) {
		plain.both += has[0][i] && has[1][i];
		plain.only[0] += has[0][i] && !has[1][i];
		plain.only[1] += has[1][i] && !has[0][i];
	}
	for (r = 0; r < answer->nrows; r++) {
		const struct compare_row *row = &answer->rows[r];

		sum.both += row->frames.both;
		sum.only[0] += row->frames.only[0];
		sum.only[1] += row->frames.only[1];
		for (k = 0; k < NRELATIONS; k++)
			pages[k] += row->pages[k];
		pages_of(answer, row, letters);
		for (i = 0; i < row->npages && row->is_in[0] &&
		     row->is_in[1]; i++) {
			unsigned a = pfns[0][row->start[0] - CROWD_VPN + i];
			unsigned b = pfns[1][row->start[1] - CROWD_VPN + i];

			assert_int_equal(letters[i], !a && !b ? ' ' : !b ?
				'a' : !a ? 'b' : a == b ? '=' : 'x');
		}
	}
	comparison_count_frames(answer, 0, UINT64_MAX, &counted);
	assert_memory_equal(&plain, &answer->frames, sizeof(plain));
	assert_memory_equal(&plain, &sum, sizeof(plain));
	assert_memory_equal(&plain, &counted, sizeof(plain));
	assert_memory_equal(pages, answer->pages, sizeof(pages));
}

static void at_random(void **state)
{
	static const char *const maps[] = {
		"1000000-1010000 rw-p 00000000 00:00 0 \n"
		"1010000-1020000 rw-s 00000000 00:01 5 /memfd:x (deleted)\n"
		"1020000-1040000 rw-p 00000000 00:00 0 \n",
		"1000000-1010000 rw-p 00000000 00:00 0 \n"
		"1010000-1020000 rw-s 00000000 00:01 5 /memfd:x (deleted)\n"
		"1020000-1028000 rw-p 00000000 00:00 0 \n"
		"1028000-1030000 r--p 00000000 00:00 0 \n"
		"1030000-1040000 rw-p 00000000 00:00 0 \n",
	};
	unsigned pfns[2][CROWD_PAGES];
	uint32_t seed = 11;
	struct world w;
	int round;

	(void)state;
	for (round = 0; round < 200; round++) {
		start(&w, maps[round & 1], maps[round >> 1 & 1]);
		fill(&w, 2, &seed, pfns[0]);
		fill(&w, 3, &seed, pfns[1]);
		check_random(&w, (const unsigned (*)[CROWD_PAGES])pfns);
		stop(&w);
	}
}

/* A copy is the same, and is not made twice. */
static void copies(void **state)
{
	struct comparison to = { 0 };
	const struct compare_row *kept;
	struct comparison *answer;
	struct world w;

	(void)state;
	start(&w, NULL, NULL);
	w.crowd.procs[2].words[3] = frame(&w, 0x600, 1);
	compare(&w);
	answer = &w.comparer.answer;
	answer->serial = 1;
	comparison_copy(&to, answer);
	assert_int_equal(to.nrows, 1);
	assert_pages(&to, 0, "   a                                    "
		"                        ");
	assert_string_equal(comparison_name(&to, to.rows), "[anon]");
	kept = to.rows;
	answer->rows[0].npages = 1;
	comparison_copy(&to, answer);
	assert_true(to.rows == kept && to.rows[0].npages == CROWD_PAGES);
	answer->serial = 2;
	comparison_copy(&to, answer);
	assert_true(to.rows[0].npages == 1);
	comparison_fini(&to);
	stop(&w);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(forked), T(once), T(rows), T(between), T(unknown),
		T(at_random), T(copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
