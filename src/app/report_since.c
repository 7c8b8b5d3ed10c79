/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_since.h"

#include <inttypes.h>

#include "vmatlas/app/message.h"
#include "vmatlas/app/report_changes.h"
#include "vmatlas/app/seek.h"
#include "vmatlas/model/difference.h"

bool since_is_wanted(const struct reporter *reporter)
{
	const struct options *options = reporter->options;

	return options->since_given || (options->nreplays > 1 &&
		reporter->report == REPORT_CHANGES);
}

/* ---- reading */

static int seek_first(struct reporter *reporter, struct err *err)
{
	const struct options *options = reporter->options;
	struct session *session = reporter->session;

	if (options->since_given)
		return seek_moment(session, &options->since, NULL,
			reporter->stop, err);
	seek_number(session, GO_ALIVE, session->first_count);
	return 0;
}

static int seek_second(struct reporter *reporter, const struct snapshot *from,
	struct err *err)
{
	const struct options *options = reporter->options;

	if (options->at_given)
		return seek_moment(reporter->session, &options->at, from,
			reporter->stop, err);
	seek_number(reporter->session, GO_ALIVE, UINT64_MAX);
	return 0;
}

static struct snapshot *refresh(struct reporter *reporter, int pid,
	struct err *err)
{
	struct wish *wish = &reporter->session->wish;

	reporter_wish(reporter, pid);
	wish->keep_blocks = true;
	if (wish->depth < DEPTH_STATES)
		wish->depth = DEPTH_STATES;
	return session_refresh(reporter->session, -1, reporter->stop, err);
}

static int check(const struct snapshot *snapshot, struct err *err)
{
	if (snapshot->process.answer == ANSWER_OK &&
	    snapshot->maps == ANSWER_OK)
		return 0;
	return err_set(err, 0, "%d: in refresh %" PRIu64 " it cannot be looked "
		"at: %s", snapshot->process.id.pid, snapshot->refresh,
		answer_name(snapshot->process.answer != ANSWER_OK ?
			snapshot->process.answer : snapshot->maps));
}

/* From the first to the second without a look at what lies between, nor in
 * which order they are: then all pages are compared. */
static int read_across(struct reporter *reporter, struct snapshot **from,
	struct snapshot **to, struct err *err)
{
	int pid = (*from)->process.id.pid;
	uint64_t first = (*from)->refresh, second = (*to)->refresh;

	snapshot_unref(*from);
	snapshot_unref(*to);
	*to = NULL;
	seek_number(reporter->session, GO_NUMBER, first);
	*from = refresh(reporter, pid, err);
	if (!*from)
		return -1;
	seek_number(reporter->session, GO_ACROSS, second);
	*to = refresh(reporter, pid, err);
	return *to ? 0 : -1;
}

int since_read(struct reporter *reporter, struct snapshot **from,
	struct snapshot **to, struct err *err)
{
	const struct session *session = reporter->session;
	const struct options *options = reporter->options;
	int pid = options->npids ? options->pids[0] : session->pid;
	int other = options->npids > 1 ? options->pids[1] :
		options->npids || !session->last_pid ? pid : session->last_pid;

	*from = *to = NULL;
	if (seek_first(reporter, err))
		return -1;
	*from = refresh(reporter, pid, err);
	if (!*from || check(*from, err) || seek_second(reporter, *from, err))
		return -1;
	*to = refresh(reporter, other, err);
	if (!*to || check(*to, err))
		return -1;
	if (pid == other && (*from)->process.id.starttime ==
			(*to)->process.id.starttime)
		return read_across(reporter, from, to, err);
	(*to)->nchanges = 0;
	return 0;
}

/* ---- writing */

static void write_total(struct reporter *reporter,
	const struct difference *difference, size_t ndiffer)
{
	static const char *const titles[NDIFFERENCE_FIGURES] = {
		[DIFFERENCE_RSS] = "RSS", [DIFFERENCE_PSS] = "PSS",
		[DIFFERENCE_USS] = "USS", [DIFFERENCE_SHARED] = "shared",
		[DIFFERENCE_ANONYMOUS] = "anonymous",
		[DIFFERENCE_SWAP] = "swap",
	};
	struct buf *out = &reporter->text;
	unsigned figure;

	buf_fmt(out, "%zu of %zu regions differ", ndiffer, difference->n);
	for (figure = 0; figure < NDIFFERENCE_FIGURES; figure++) {
		uint64_t from, to;
		bool known = difference_figure(difference->from, NULL, figure,
			&from);

		known &= difference_figure(difference->to, NULL, figure, &to);
		if (known)
			buf_fmt(out, "%s %s %+" PRId64 " K", figure ? "," : ":",
				titles[figure], (int64_t)(to - from) / 1024);
		else
			buf_fmt(out, "%s %s ?", figure ? "," : ":",
				titles[figure]);
	}
	buf_char(out, '\n');
}

static void write_regions(struct reporter *reporter,
	const struct snapshot *from, const struct snapshot *to)
{
	struct record record = { .object = OBJECT_DIFFERENCE, .snapshot = to };
	struct difference difference;
	size_t n = 0;

	difference_init(&difference, from, to);
	record.difference = &difference;
	reporter_head(reporter, OBJECT_DIFFERENCE, to);
	for (; record.index < difference.n; record.index++) {
		if (!difference_differs(&difference, record.index))
			continue;
		reporter_record(reporter, &record);
		n++;
	}
	record_fini(&record);
	if (reporter->options->format == FORMAT_TEXT)
		write_total(reporter, &difference, n);
	difference_fini(&difference);
}

void since_write(struct reporter *reporter, const struct snapshot *from,
	const struct snapshot *to)
{
	const struct options *options = reporter->options;
	bool same = from->process.id.pid == to->process.id.pid &&
		from->process.id.starttime == to->process.id.starttime;

	/* CSV has one table: the pages, where it is they that were asked for. */
	if (reporter->report == REPORT_REGIONS ||
	    options->format != FORMAT_CSV)
		write_regions(reporter, from, to);
	if (reporter->report == REPORT_REGIONS)
		return;
	if (same)
		report_changes(reporter, to);
	else
		message("these are two processes: their pages are not compared "
			"one by one");
}
