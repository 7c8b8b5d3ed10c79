/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report.h"

#include <inttypes.h>
#include <string.h>

#include "vmatlas/app/report_changes.h"
#include "vmatlas/app/report_compare.h"
#include "vmatlas/app/report_cow.h"
#include "vmatlas/app/report_filter.h"
#include "vmatlas/app/report_fitness.h"
#include "vmatlas/app/report_functions.h"
#include "vmatlas/app/report_group.h"
#include "vmatlas/app/report_rt.h"
#include "vmatlas/app/report_share.h"
#include "vmatlas/app/report_sum.h"
#include "vmatlas/app/report_types.h"
#include "vmatlas/app/selection.h"
#include "vmatlas/app/table.h"

/* ---- output */

/* So much text goes out at once: no report is held in memory as a whole. */
#define PORTION ((size_t)64 << 10)

int reporter_flush(struct reporter *reporter, struct err *err)
{
	if (reporter->failed) {
		*err = reporter->failure;
		return -1;
	}
	return output_write(&reporter->output, &reporter->text, err);
}

/* A failure is told by the next reporter_flush; there is one behind each
 * report. */
static void flush_portion(struct reporter *reporter)
{
	if (reporter->text.len < PORTION)
		return;
	if (reporter->failed)
		buf_clear(&reporter->text);
	else
		reporter->failed = output_write(&reporter->output,
			&reporter->text, &reporter->failure);
}

void reporter_record(struct reporter *reporter, struct record *record)
{
	if (reporter->metrics)
		openmetrics_record(reporter->metrics, record);
	else
		table_record(&reporter->text, reporter->options->format,
			record);
	flush_portion(reporter);
}

void reporter_head(struct reporter *reporter, enum object object,
	const struct snapshot *snapshot)
{
	if (reporter->head_done && reporter->options->format == FORMAT_CSV)
		return;
	table_head(&reporter->text, reporter->options->format, object, snapshot);
	reporter->head_done = true;
}

/* ---- processes and regions */

static void report_processes(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_PROCESS,
		.snapshot = snapshot };
	const struct options *options = reporter->options;
	struct sum sum;
	size_t i;

	sum_init(&sum);
	sum.partial = reporter->session->wish.nlist_pids ||
		selection_is_given(options);
	reporter_head(reporter, OBJECT_PROCESS, snapshot);
	for (i = 0; i < snapshot->nrows; i++) {
		record.row = &snapshot->rows[i];
		if (!selection_wants(options, snapshot, record.row))
			continue;
		/* Who has no memory is nothing to keep a series of. */
		if (reporter->metrics &&
		    !process_may_map(&record.row->process))
			continue;
		reporter_record(reporter, &record);
		sum_add(&sum, record.row);
	}
	if (options->full)
		report_sum(&reporter->text, options->format, snapshot, &sum);
	if (options->together)
		report_group(&reporter->text, options->format, snapshot);
	sum_fini(&sum);
	record_fini(&record);
}

static void report_total(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	const struct usage *total = &snapshot->total;
	const struct {
		const char *title;
		uint32_t figure;
		uint64_t nbytes;
	} figures[] = {
		{ "RSS", USAGE_RSS, total->rss },
		{ "PSS", USAGE_PSS, usage_pss(total) },
		{ "USS", USAGE_USS, total->uss },
		{ "shared", USAGE_SHARED, total->shared },
		{ "anonymous", USAGE_ANONYMOUS, total->anonymous },
		{ "swap", USAGE_SWAP, total->swap },
	};
	size_t i;

	buf_fmt(&reporter->text, "total of %zu regions: VSS %llu K",
		snapshot->nregions,
		(unsigned long long)snapshot->process.vss >> 10);
	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		if (usage_knows(total, figures[i].figure))
			buf_fmt(&reporter->text, ", %s %llu K", figures[i].title,
				(unsigned long long)figures[i].nbytes >> 10);
		else
			buf_fmt(&reporter->text, ", %s ?", figures[i].title);
	}
	buf_char(&reporter->text, '\n');
}

static void report_regions(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	const struct options *options = reporter->options;
	struct record record = { .object = OBJECT_REGION,
		.snapshot = snapshot };
	struct region_types *types = reporter->metrics && !options->full ?
		region_types_new(snapshot) : NULL;

	reporter_head(reporter, OBJECT_REGION, snapshot);
	for (; record.index < snapshot->nregions; record.index++) {
		const struct region *region =
			&snapshot->regions[record.index];

		if (options->va_end && (region->end <= options->va_start ||
				region->start >= options->va_end))
			continue;
		if (!report_filter_has(reporter, snapshot, record.index))
			continue;
		if (types)
			region_types_add(types, record.index);
		else
			reporter_record(reporter, &record);
	}
	record_fini(&record);
	if (types)
		region_types_write(types, reporter);
	if (options->format == FORMAT_TEXT && !options->va_end &&
	    !options->filter.n)
		report_total(reporter, snapshot);
}

/* ---- audit */

/* People see what differs or could not be compared, and the count; the other
 * formats have every line. */
static void report_audit(struct reporter *reporter, const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_AUDIT,
		.snapshot = snapshot };
	bool people = reporter->options->format == FORMAT_TEXT;
	size_t counts[AUDIT_LEFT_OUT + 1] = { 0 };

	if (!people || !reporter->head_done)
		reporter_head(reporter, OBJECT_AUDIT, snapshot);
	for (; record.index < snapshot->audit.n; record.index++) {
		enum audit_verdict verdict =
			snapshot->audit.lines[record.index].verdict;

		counts[verdict]++;
		if (!people || verdict != AUDIT_AGREES)
			table_record(&reporter->text, reporter->options->format,
				&record);
	}
	record_fini(&record);
	if (counts[AUDIT_DISAGREES])
		reporter->disagrees = true;
	if (people)
		buf_fmt(&reporter->text, "%7d %zu figures agree, %zu differ, "
			"%zu could not be compared\n", snapshot->process.id.pid,
			counts[AUDIT_AGREES], counts[AUDIT_DISAGREES],
			counts[AUDIT_LEFT_OUT]);
}

/* ---- zones, frames, swap, pages */

void reporter_all(struct reporter *reporter, enum object object,
	const struct snapshot *snapshot, size_t n)
{
	struct record record = { .object = object, .snapshot = snapshot };

	reporter_head(reporter, object, snapshot);
	for (; record.index < n; record.index++)
		reporter_record(reporter, &record);
	record_fini(&record);
}

static void report_zones(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	reporter_all(reporter, OBJECT_ZONE, snapshot, snapshot->machine->nplaces);
}

static void write_cow(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	reporter_head(reporter, OBJECT_COW, snapshot);
	report_cow(&reporter->text, reporter->options->format, snapshot);
}

static void report_swap(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	reporter_all(reporter, OBJECT_SWAP, snapshot, snapshot->nswaps);
}

/* Every line of meminfo comes once more, raw: that is not for people. */
static void report_memory(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	const struct budget *budget = &snapshot->budget;
	struct record record = { .object = OBJECT_MEMORY,
		.snapshot = snapshot };
	enum format format = reporter->options->format;
	struct buf sentence = { 0 };

	reporter_head(reporter, OBJECT_MEMORY, snapshot);
	for (; record.index < budget->nrows; record.index++)
		if (format != FORMAT_TEXT ||
		    budget->rows[record.index].group != GROUP_MEMINFO)
			reporter_record(reporter, &record);
	record_fini(&record);
	if (format != FORMAT_TEXT)
		return;
	budget_sentence(budget, &sentence);
	buf_fmt(&reporter->text, "%s\n", buf_text(&sentence));
	buf_fini(&sentence);
}

/* Runs come in portions, each a snapshot of its own of the same refresh. */
static int report_runs(struct reporter *reporter, enum object object,
	struct snapshot **snapshot, struct err *err)
{
	struct session *session = reporter->session;
	bool frames = object == OBJECT_FRAMES;
	struct page_range *range = frames ? &session->wish.frame_runs :
		&session->wish.runs;
	struct record record = { .object = object };
	int result = -1;

	reporter_head(reporter, object, *snapshot);
	for (;;) {
		size_t n = frames ? (*snapshot)->nframe_runs :
			(*snapshot)->nruns;
		uint64_t next = frames ? (*snapshot)->frame_runs_next :
			(*snapshot)->runs_next;

		record.snapshot = *snapshot;
		for (record.index = 0; record.index < n; record.index++)
			table_record(&reporter->text, reporter->options->format,
				&record);
		reporter->unmatched += (*snapshot)->unmatched;
		if (next >= (frames ? UINT64_MAX : range->end) ||
		    *reporter->stop)
			break;
		if (reporter_flush(reporter, err))
			goto free_record;
		range->start = next;
		snapshot_unref(*snapshot);
		*snapshot = session_serve(session, reporter->stop, err);
		if (!*snapshot)
			goto free_record;
	}
	result = 0;
free_record:
	record_fini(&record);
	return result;
}

static int report_pages(struct reporter *reporter, struct snapshot **snapshot,
	struct err *err)
{
	return report_runs(reporter, OBJECT_PAGES, snapshot, err);
}

static int report_frames(struct reporter *reporter, struct snapshot **snapshot,
	struct err *err)
{
	return report_runs(reporter, OBJECT_FRAMES, snapshot, err);
}

/* ---- wishes */

static void need_states(struct wish *wish)
{
	if (wish->depth < DEPTH_STATES)
		wish->depth = DEPTH_STATES;
}

static void wish_processes(struct wish *wish, const struct options *options,
	int pid)
{
	size_t i;

	wish->list = wish->list_usage = true;
	selection_wish(options, wish);
	wish->nlist_pids = 0;
	wish->list_pagemap = options->full || pid;
	for (i = 0; i < options->npids && i < WISH_PIDS; i++)
		wish->list_pids[wish->nlist_pids++] = options->pids[i];
	if (!options->npids && pid && !selection_is_given(options))
		wish->list_pids[wish->nlist_pids++] = pid;
}

static void wish_pages(struct wish *wish, const struct options *options,
	int pid)
{
	(void)pid;
	need_states(wish);
	wish->want_runs = true;
	wish->runs = (struct page_range){ 0, UINT64_MAX };
	if (options->va_end)
		wish->runs = (struct page_range){ options->va_start,
			options->va_end };
	wish->runs_pfn = (struct page_range){ options->pfn_start,
		options->pfn_end };
}

static void wish_regions(struct wish *wish, const struct options *options,
	int pid)
{
	(void)pid;
	wish->want_swap_pss = options->full;
	if (filter_asks(&options->filter, FILTER_STATE))
		need_states(wish);
	/* People see none of it. */
	wish->want_fitness = wish->want_zones = options->format != FORMAT_TEXT;
	wish->want_zones |= filter_asks(&options->filter, FILTER_ZONE);
}

static void wish_zones(struct wish *wish, const struct options *options,
	int pid)
{
	(void)pid;
	wish->want_uses = options->full;
}

static void wish_audit(struct wish *wish, const struct options *options,
	int pid)
{
	(void)options;
	(void)pid;
	need_states(wish);
	wish->want_audit = wish->want_swap_pss = true;
}

static void wish_frames(struct wish *wish, const struct options *options,
	int pid)
{
	(void)pid;
	wish->want_frame_runs = true;
	wish->frame_runs = (struct page_range){ options->pfn_start,
		options->pfn_end ? options->pfn_end : UINT64_MAX };
}

static void wish_swap(struct wish *wish, const struct options *options,
	int pid)
{
	(void)options;
	(void)pid;
	wish->want_swaps = true;
}

static void wish_memory(struct wish *wish, const struct options *options,
	int pid)
{
	(void)options;
	(void)pid;
	wish->want_budget = wish->skip_pages = true;
}

/* What happens to pages is seen only where they are kept. */
static void wish_cow(struct wish *wish, const struct options *options, int pid)
{
	(void)options;
	(void)pid;
	need_states(wish);
	wish->keep_blocks = wish->want_cow_files = true;
}

/* The chosen ones, each and as one. */
static void wish_group(struct wish *wish, const struct reporter *reporter)
{
	size_t nbytes = reporter->ngroup * sizeof(*reporter->group);

	memcpy(wish->list_pids, reporter->group, nbytes);
	memcpy(wish->group_pids, reporter->group, nbytes);
	wish->nlist_pids = wish->ngroup_pids = (unsigned)reporter->ngroup;
	wish->question = QUESTION_GROUP;
}

static void wish_compare(struct wish *wish, const struct options *options,
	int pid)
{
	(void)pid;
	wish->question = QUESTION_COMPARE;
	memcpy(wish->group_pids, options->pids, 2 * sizeof(*options->pids));
	wish->ngroup_pids = 2;
}

/* ---- the table of reports */

/*
 * WISH adds what the report needs to the wish of its subject (NULL: nothing);
 * one of WRITE and WRITE_LONG writes it.
 */
static const struct report_kind {
	enum report_subject subject;
	void (*wish)(struct wish *wish, const struct options *options,
		int pid);
	void (*write)(struct reporter *reporter,
		const struct snapshot *snapshot);
	int (*write_long)(struct reporter *reporter,
		struct snapshot **snapshot, struct err *err);
} kinds[NREPORT_KINDS] = {
	[REPORT_NONE] = { SUBJECT_EACH, NULL, NULL, NULL },
	[REPORT_PROCESSES] = { SUBJECT_ALL, wish_processes, report_processes,
		NULL },
	[REPORT_REGIONS] = { SUBJECT_PROCESS, wish_regions, report_regions,
		NULL },
	[REPORT_PAGES] = { SUBJECT_PROCESS, wish_pages, NULL, report_pages },
	[REPORT_ZONES] = { SUBJECT_MACHINE, wish_zones, report_zones, NULL },
	[REPORT_AUDIT] = { SUBJECT_EACH, wish_audit, report_audit, NULL },
	[REPORT_FITNESS] = { SUBJECT_PROCESS, wish_fitness, report_fitness,
		NULL },
	[REPORT_STACKS] = { SUBJECT_PROCESS, wish_stacks, report_stacks, NULL },
	[REPORT_RT] = { SUBJECT_PROCESS, wish_rt, NULL, report_rt },
	[REPORT_FRAMES] = { SUBJECT_MACHINE_OR_PROCESS, wish_frames, NULL,
		report_frames },
	[REPORT_COW] = { SUBJECT_PROCESS, wish_cow, write_cow, NULL },
	[REPORT_CHANGES] = { SUBJECT_PROCESS, wish_changes, report_changes,
		NULL },
	[REPORT_OWNERS] = { SUBJECT_MACHINE_OR_PROCESS, wish_owners,
		report_owners, NULL },
	[REPORT_FUNCTIONS] = { SUBJECT_PROCESS, wish_functions, NULL,
		report_functions },
	[REPORT_SHARING] = { SUBJECT_PROCESS, wish_sharing, report_sharing,
		NULL },
	[REPORT_COMPARE] = { SUBJECT_PAIR, wish_compare, report_compare,
		NULL },
	[REPORT_FILE] = { SUBJECT_MACHINE, wish_file, report_file, NULL },
	[REPORT_SWAP] = { SUBJECT_MACHINE_OR_PROCESS, wish_swap, report_swap,
		NULL },
	[REPORT_MEMORY] = { SUBJECT_MACHINE_OR_PROCESS, wish_memory,
		report_memory, NULL },
};

enum report_subject report_subject(enum report report)
{
	return kinds[report].subject;
}

bool report_reads_late(enum report report)
{
	return kinds[report].write_long != NULL;
}

void reporter_wish(struct reporter *reporter, int pid)
{
	const struct report_kind *kind = &kinds[reporter->report];
	struct wish *wish = &reporter->session->wish;
	bool of_process = kind->subject != SUBJECT_MACHINE &&
		kind->subject != SUBJECT_ALL && kind->subject != SUBJECT_PAIR;

	wish->once = true;
	wish->pid = of_process ? pid : 0;
	if (wish->recording) {
		/* The level of a recording: all about the process. */
		wish->pid = pid;
		wish->depth = DEPTH_FULL;
		wish->want_budget = wish->want_cow_files = true;
		wish->want_stacks = true;
		wish->list = wish->list_usage = pid != 0;
		wish->list_pids[0] = pid;
		wish->nlist_pids = 1;
	}
	wish->filter = reporter->options->filter;
	wish->only_pa = (struct page_range){ reporter->options->pa_start,
		reporter->options->pa_end };
	if (kind->wish)
		kind->wish(wish, reporter->options, pid);
	if (reporter->group)
		wish_group(wish, reporter);
}

int reporter_write(struct reporter *reporter, struct snapshot **snapshot,
	struct err *err)
{
	const struct report_kind *kind = &kinds[reporter->report];

	if (kind->write_long)
		return kind->write_long(reporter, snapshot, err);
	if (kind->write)
		kind->write(reporter, *snapshot);
	return 0;
}

bool reporter_is_whole(const struct reporter *reporter,
	const struct snapshot *snapshot)
{
	const struct wish *wish = &reporter->session->wish;

	if (snapshot->has_process && snapshot->pagemap != ANSWER_OK)
		return false;
	if (wish->want_budget && snapshot->budget.meminfo != ANSWER_OK)
		return false;
	if (wish->want_swaps && snapshot->swaps_answer != ANSWER_OK)
		return false;
	if ((wish->question == QUESTION_OWNERS ||
	     wish->question == QUESTION_SHARING) &&
	    !snapshot->machine->facts.pfn_visible)
		return false;
	if (wish->question == QUESTION_COMPARE &&
	    !comparison_is_known(&snapshot->comparison))
		return false;
	return (!wish->want_frame_runs && !wish->want_uses) ||
		(snapshot->kpageflags == ANSWER_OK &&
		 snapshot->kpagecount == ANSWER_OK);
}
