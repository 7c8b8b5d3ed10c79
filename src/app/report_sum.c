/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_sum.h"

#include <inttypes.h>

/* A line of people's text names so many processes. */
#define PIDS_NAMED 8

static void say_figures(struct buf *out, const struct sum *sum)
{
	const struct {
		const char *title;
		uint32_t figure;
		uint64_t nbytes;
	} figures[] = {
		{ "PSS", USAGE_PSS, usage_pss(&sum->usage) },
		{ "anonymous PSS", USAGE_PSS_ANON,
			sum->usage.pss_anon_fixed >> PSS_SHIFT },
		{ "USS", USAGE_USS, sum->usage.uss },
	};
	size_t i;

	buf_fmt(out, "sum of %zu process%s:", sum->nread,
		sum->nread == 1 ? "" : "es");
	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		buf_fmt(out, "%s %s ", i ? "," : "", figures[i].title);
		if (sum_is_known(sum) &&
		    usage_knows(&sum->usage, figures[i].figure))
			buf_fmt(out, "%" PRIu64 " K", figures[i].nbytes >> 10);
		else
			buf_char(out, '?');
	}
	buf_char(out, '\n');
}

static void say_unread(struct buf *out, const struct sum *sum)
{
	size_t i;

	for (i = 0; i < sum->nunread && i < PIDS_NAMED; i++)
		buf_fmt(out, "%s%d", i ? ", " : "", sum->unread[i]);
	if (i < sum->nunread)
		buf_fmt(out, " and %zu more", sum->nunread - i);
}

static void say_sum(struct buf *out, const struct snapshot *snapshot,
	const struct sum *sum)
{
	int64_t more;

	say_figures(out, sum);
	if (sum->nunread) {
		buf_str(out, "not in it, as they could not be read: ");
		say_unread(out, sum);
		buf_char(out, '\n');
	}
	if (!sum_difference(sum, snapshot, &more))
		return;
	buf_fmt(out, "AnonPages of the machine: %" PRIu64 " K, %" PRIu64
		" K %s than their anonymous PSS: %stasks that came or went, and"
		" what CPUs have not added up yet\n", snapshot->memory.anon >> 10,
		(uint64_t)(more < 0 ? -more : more) >> 10,
		more < 0 ? "less" : "more",
		sum->nunread ? "what those have, " : "");
}

void report_sum(struct buf *out, enum format format,
	const struct snapshot *snapshot, const struct sum *sum)
{
	struct record record = { .object = OBJECT_SUM, .snapshot = snapshot,
		.sum = sum };

	if (format == FORMAT_JSON)
		table_record(out, format, &record);
	else if (format == FORMAT_TEXT)
		say_sum(out, snapshot, sum);
	record_fini(&record);
}
