/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_share.h"

#include <inttypes.h>

void wish_sharing(struct wish *wish, const struct options *options, int pid)
{
	(void)options;
	(void)pid;
	wish->question = QUESTION_SHARING;
}

void report_sharing(struct reporter *reporter, const struct snapshot *snapshot)
{
	reporter_all(reporter, OBJECT_SHARING, snapshot, snapshot->shares.n);
}

void wish_file(struct wish *wish, const struct options *options, int pid)
{
	(void)pid;
	wish->question = QUESTION_FILE;
	wish->asked_file = options->file;
}

/* People get the file itself as a sentence. */
static void say_file(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	const struct file_use *use = &snapshot->file_use;
	unsigned shift = snapshot->machine->page_shift;
	struct buf *out = &reporter->text;

	buf_fmt(out, "%zu process%s map%s ", use->n, use->n == 1 ? "" : "es",
		use->n == 1 ? "s" : "");
	text_escape(out, text_of(reporter->options->file), false);
	if (use->frames_told)
		buf_fmt(out, ": %" PRIu64 " K of it in memory, each frame "
			"once, and %" PRIu64 " K of private copies\n",
			use->frames << shift >> 10, use->copies << shift >> 10);
	else
		buf_str(out, "; how much of it, each frame once: ?\n");
}

void report_file(struct reporter *reporter, const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_FILE, .snapshot = snapshot };
	enum format format = reporter->options->format;

	reporter_all(reporter, OBJECT_FILE_USER, snapshot,
		snapshot->file_use.n);
	if (format == FORMAT_JSON)
		table_record(&reporter->text, format, &record);
	else if (format == FORMAT_TEXT)
		say_file(reporter, snapshot);
	record_fini(&record);
}
