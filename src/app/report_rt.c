/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_rt.h"

#include <inttypes.h>

#include "vmatlas/app/table.h"

void wish_rt(struct wish *wish, const struct options *options, int pid)
{
	(void)pid;
	if (wish->depth < DEPTH_STATES)
		wish->depth = DEPTH_STATES;
	wish->want_runs = wish->want_rt = true;
	wish->runs = (struct page_range){ 0, UINT64_MAX };
	if (options->va_end)
		wish->runs = (struct page_range){ options->va_start,
			options->va_end };
}

void wish_stacks(struct wish *wish, const struct options *options, int pid)
{
	(void)options;
	(void)pid;
	wish->want_stacks = wish->skip_pages = true;
}

void report_stacks(struct reporter *reporter, const struct snapshot *snapshot)
{
	reporter_all(reporter, OBJECT_STACK, snapshot, snapshot->stacks.n);
	if (!snapshot->stacks.told)
		reporter->unanswered = "its threads are not told";
}

/* Those of a portion that have a reason to fault; all are counted. */
static void write_runs(struct reporter *reporter, struct record *record,
	struct rt_totals *totals)
{
	const struct snapshot *snapshot = record->snapshot;

	for (record->index = 0; record->index < snapshot->nruns;
	     record->index++) {
		const struct page_run *run = &snapshot->runs[record->index];

		totals->pages[run->reason] += run->npages;
		if (rt_reason_when(run->reason) != RT_NEVER)
			table_record(&reporter->text, reporter->options->format,
				record);
	}
}

/* People get the sum as sentences. */
static void say_totals(struct buf *out, const struct snapshot *snapshot,
	const struct rt_totals *totals)
{
	static const struct {
		enum rt_when when;
		const char *words;
	} parts[] = {
		{ RT_ACCESS, "fault at the next access" },
		{ RT_WRITE, "at the next write" },
		{ RT_MAY_WRITE, "may at a write" },
		{ RT_LATER, "are not locked" },
		{ RT_UNTOLD, "are not told" },
	};
	const struct rt_process *rt = &snapshot->rt;
	const char *before = "";
	bool any = false;
	size_t i;

	buf_str(out, "pages: ");
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		uint64_t n = rt_total(totals, parts[i].when);

		if (!n)
			continue;
		buf_fmt(out, "%s%" PRIu64 " %s", before, n, parts[i].words);
		before = ", ";
		any = true;
	}
	buf_fmt(out, "%s%" PRIu64 " %s\n", any ? "; " : "",
		totals->pages[RT_NONE_PAGE], any ? "are there and stay" :
		"are there and stay: none would fault");
	if (rt->since_known)
		buf_fmt(out, "faults since the first refresh: %" PRIu64
			" minor, %" PRIu64 " major\n", rt->minor_since,
			rt->major_since);
}

static void write_total(struct reporter *reporter,
	const struct snapshot *snapshot, const struct rt_totals *totals)
{
	struct record record = { .object = OBJECT_RT_TOTAL,
		.snapshot = snapshot, .rt = totals };
	enum format format = reporter->options->format;

	if (format == FORMAT_JSON)
		table_record(&reporter->text, format, &record);
	else if (format == FORMAT_TEXT)
		say_totals(&reporter->text, snapshot, totals);
	record_fini(&record);
}

static void answer(struct reporter *reporter, const struct rt_totals *totals)
{
	if (rt_total(totals, RT_ACCESS) || rt_total(totals, RT_WRITE) ||
	    rt_total(totals, RT_MAY_WRITE) || rt_total(totals, RT_LATER))
		reporter->disagrees = true;
	else if (rt_total(totals, RT_UNTOLD))
		reporter->unanswered = "of some pages it is not told whether "
			"an access would fault";
}

int report_rt(struct reporter *reporter, struct snapshot **snapshot,
	struct err *err)
{
	struct session *session = reporter->session;
	struct page_range *range = &session->wish.runs;
	struct record record = { .object = OBJECT_RT };
	struct rt_totals totals = { { 0 } };
	int result = -1;

	reporter_head(reporter, OBJECT_RT, *snapshot);
	for (;;) {
		record.snapshot = *snapshot;
		write_runs(reporter, &record, &totals);
		if ((*snapshot)->runs_next >= range->end || *reporter->stop)
			break;
		if (reporter_flush(reporter, err))
			goto free_record;
		range->start = (*snapshot)->runs_next;
		snapshot_unref(*snapshot);
		*snapshot = session_serve(session, reporter->stop, err);
		if (!*snapshot)
			goto free_record;
	}
	/* What was not looked at to the end is no answer. */
	if ((*snapshot)->pagemap != ANSWER_OK) {
		reporter->unanswered = "its pages may not be seen: whether an "
			"access would fault is not known";
	} else if (!*reporter->stop) {
		write_total(reporter, *snapshot, &totals);
		answer(reporter, &totals);
	}
	result = 0;
free_record:
	record_fini(&record);
	return result;
}
