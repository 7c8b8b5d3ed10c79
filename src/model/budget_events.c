/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "budget_impl.h"

#include "vmatlas/kernel/meminfo.h"

/*
 * Counters of /proc/vmstat, each under the names it has had: the sum of the
 * first of them that the kernel tells (and its like for each zone).
 */
static void take_events(struct budget *budget, struct text vmstat)
{
	static const struct {
		const char *name, *keys[2], *more;
		enum memory_unit unit;
		const char *note;
	} events[] = {
		{ "faults", { "pgfault", NULL }, NULL, MEMORY_COUNT, NULL },
		{ "major-faults", { "pgmajfault", NULL }, NULL, MEMORY_COUNT,
			"faults that had to wait for a disk" },
		{ "swapped-in", { "pswpin", NULL }, NULL, MEMORY_PAGES, NULL },
		{ "swapped-out", { "pswpout", NULL }, NULL, MEMORY_PAGES, NULL },
		/* Until 5.9 only files were counted. */
		{ "refault-file", { "workingset_refault_file",
			"workingset_refault" }, NULL, MEMORY_PAGES,
			"of files: read back after they were dropped" },
		{ "refault-anon", { "workingset_refault_anon", NULL }, NULL,
			MEMORY_PAGES, "anonymous: back from swap" },
		{ "scanned", { "pgscan_kswapd", NULL }, "pgscan_direct",
			MEMORY_PAGES, "by reclaim for all, not that of a control group" },
		{ "reclaimed", { "pgsteal_kswapd", NULL }, "pgsteal_direct",
			MEMORY_PAGES, "dropped or swapped out by reclaim" },
		{ "stalls", { "allocstall", NULL }, NULL, MEMORY_COUNT,
			"allocations that had to reclaim themselves" },
		{ "compaction-stalls", { "compact_stall", NULL }, NULL,
			MEMORY_COUNT, "allocations that waited for a free run" },
		{ "oom-kills", { "oom_kill", NULL }, NULL, MEMORY_COUNT,
			"processes killed for want of memory" },
	};
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(*events); i++) {
		uint64_t value = 0, more = 0;
		struct memory_row *row;
		bool known = counter_sum(vmstat, events[i].keys[0], &value) ||
			(events[i].keys[1] && counter_sum(vmstat,
				events[i].keys[1], &value));

		if (known && events[i].more)
			known = counter_sum(vmstat, events[i].more, &more) &&
				more <= INT64_MAX - value;
		row = budget_put(budget, GROUP_EVENTS, events[i].name,
			events[i].unit, known, value + more);
		row->counts_up = true;
		budget_note(budget, row, events[i].note);
	}
}

static void take_pressure(struct budget *budget, struct source *src)
{
	static const char *const names[2][4] = {
		{ "some-avg10", "some-avg60", "some-avg300", "some-total" },
		{ "full-avg10", "full-avg60", "full-avg300", "full-total" },
	};
	static const char *const notes[2] = {
		"some task waited for memory", "no task could run for waiting"
	};
	struct buf text = { 0 };
	struct psi_line lines[2] = { { 0 } };
	enum answer answer = source_text(src, PROC_NONE, "pressure/memory",
		&text);
	size_t i, k;

	if (answer == ANSWER_OK)
		psi_parse((struct text){ buf_text(&text), text.len }, lines);
	for (i = 0; i < 2; i++) {
		const uint64_t values[] = { lines[i].avg10, lines[i].avg60,
			lines[i].avg300, lines[i].total };

		for (k = 0; k < 4; k++) {
			struct memory_row *row = budget_put(budget,
				GROUP_PRESSURE, names[i][k], k < 3 ?
				MEMORY_PERCENT : MEMORY_MICROSECONDS,
				lines[i].known, values[k]);

			row->counts_up = k == 3;
			budget_note(budget, row, answer == ANSWER_ABSENT ?
				"this kernel does not tell (CONFIG_PSI)" :
				notes[i]);
		}
	}
	buf_fini(&text);
}

void budget_fill_events(struct budget *budget, struct source *src,
	struct text vmstat)
{
	take_events(budget, vmstat);
	take_pressure(budget, src);
}

/* ---- in words */

/* Per second since the last look; < 0: not known. */
static double rate_of(const struct budget *budget, const char *name)
{
	const struct memory_row *row = budget_find(budget, GROUP_EVENTS, name);

	return row ? row->rate : -1;
}

static void say_waiting(const struct budget *budget, struct buf *out)
{
	int64_t some;

	if (!budget_value(budget, GROUP_PRESSURE, "some-avg10", &some))
		return;
	buf_fmt(out, "; tasks waited for memory %lld.%02lld %% of 10 s",
		(long long)some / 100, (long long)some % 100);
}

static void say_rates(const struct budget *budget, struct buf *out)
{
	double back = rate_of(budget, "refault-file");
	double major = rate_of(budget, "major-faults");
	double in = rate_of(budget, "swapped-in");
	double out_rate = rate_of(budget, "swapped-out");
	double reclaimed = rate_of(budget, "reclaimed");
	int64_t swap = 0, some = 1;
	bool swapless = budget_value(budget, GROUP_SWAP, "total", &swap) &&
		!swap;

	/* Without major faults it is read(), not programs' own code; and
	 * nobody waits where the kernel says that nobody did. */
	budget_value(budget, GROUP_PRESSURE, "some-avg10", &some);
	if (back > 0 && swapless && major > 0 && some > 0)
		buf_fmt(out, "no swap, and %.0f file pages/s are read back that "
			"were just dropped (%.0f major faults/s): programs wait "
			"for their own code and files", back, major);
	else if (back > 0)
		buf_fmt(out, "%.0f file pages/s are read back that were just "
			"dropped", back);
	if (in > 0 || out_rate > 0)
		buf_fmt(out, "%sswapping: %.0f pages/s in, %.0f out",
			out->len ? "; " : "", in > 0 ? in : 0,
			out_rate > 0 ? out_rate : 0);
	if (!out->len && reclaimed > 0)
		buf_fmt(out, "short of memory: %.0f pages/s are taken back, "
			"none of them missed so far", reclaimed);
	else if (!out->len && back < 0)
		buf_str(out, "whether dropped pages are missed is not told");
	else if (!out->len)
		buf_str(out, "calm: nothing that was dropped or swapped out is "
			"missed");
}

void budget_sentence(const struct budget *budget, struct buf *out)
{
	int64_t back, major;

	if (rate_of(budget, "major-faults") >= 0) {
		say_rates(budget, out);
	} else if (budget_value(budget, GROUP_EVENTS, "major-faults", &major)) {
		buf_fmt(out, "since boot %lld major faults", (long long)major);
		if (budget_value(budget, GROUP_EVENTS, "refault-file", &back))
			buf_fmt(out, ", %lld file pages read back after they "
				"were dropped", (long long)back);
	} else {
		buf_str(out, "how hard memory is pressed is not told");
	}
	say_waiting(budget, out);
}
