/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_event.h"

#include "vmatlas/app/message.h"

void report_event(void *arg, const struct snapshot *snapshot,
	const struct rule_event *event)
{
	struct reporter *reporter = arg;
	enum format format = reporter->options->format;
	struct record record = { .object = OBJECT_EVENT,
		.snapshot = snapshot, .event = event };
	struct buf words = { 0 };

	if (format == FORMAT_OPENMETRICS ||
	    (format == FORMAT_CSV && reporter->report != REPORT_NONE)) {
		rule_event_words(event, &words);
		message("%d: %.*s: %s", snapshot->process.id.pid,
			(int)event->rule->text.n, event->rule->text.p,
			buf_text(&words));
		buf_fini(&words);
		return;
	}
	if (reporter->report != REPORT_NONE || !reporter->head_done) {
		reporter_head(reporter, OBJECT_EVENT, snapshot);
		reporter->head_done = reporter->report == REPORT_NONE;
	}
	reporter_record(reporter, &record);
	record_fini(&record);
}
