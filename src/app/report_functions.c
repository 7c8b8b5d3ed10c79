/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_functions.h"

#include "vmatlas/app/table.h"

void wish_functions(struct wish *wish, const struct options *options, int pid)
{
	(void)pid;
	if (wish->depth < DEPTH_STATES)
		wish->depth = DEPTH_STATES;
	wish->keep_blocks = true;
	wish->functions = (struct functions_wish){ .wanted = true,
		.only_code = !options->va_end, .start = options->va_start,
		.end = options->va_end ? options->va_end : UINT64_MAX };
}

struct totals {
	size_t n, whole, some, unsized;
};

static void count(struct totals *totals, const struct function *function)
{
	totals->n++;
	totals->unsized += !function->size;
	totals->some += function->present > 0;
	totals->whole += function->present &&
		function->present == function->pages;
}

static void say_totals(struct reporter *reporter, const struct totals *totals,
	bool known)
{
	if (!known) {
		buf_fmt(&reporter->text, "%zu names\n", totals->n);
		return;
	}
	buf_fmt(&reporter->text, "%zu names: %zu with all of their pages in "
		"memory, %zu with some, %zu with none", totals->n,
		totals->whole, totals->some - totals->whole,
		totals->n - totals->some - totals->unsized);
	if (totals->unsized)
		buf_fmt(&reporter->text, ", %zu that do not tell their size",
			totals->unsized);
	buf_char(&reporter->text, '\n');
}

int report_functions(struct reporter *reporter, struct snapshot **snapshot,
	struct err *err)
{
	struct session *session = reporter->session;
	struct record record = { .object = OBJECT_FUNCTION };
	struct totals totals = { 0 };
	int result = -1;

	reporter_head(reporter, OBJECT_FUNCTION, *snapshot);
	for (;;) {
		const struct functions *functions = &(*snapshot)->functions;

		record.snapshot = *snapshot;
		for (record.index = 0; record.index < functions->n;
		     record.index++) {
			table_record(&reporter->text, reporter->options->format,
				&record);
			count(&totals, &functions->rows[record.index]);
		}
		if (!functions->valid || functions->next == UINT64_MAX ||
		    *reporter->stop)
			break;
		if (reporter_flush(reporter, err))
			goto free_record;
		session->wish.functions.from = functions->next;
		snapshot_unref(*snapshot);
		*snapshot = session_serve(session, reporter->stop, err);
		if (!*snapshot)
			goto free_record;
	}
	if (reporter->options->format == FORMAT_TEXT)
		say_totals(reporter, &totals, (*snapshot)->functions.known);
	result = 0;
free_record:
	record_fini(&record);
	return result;
}
