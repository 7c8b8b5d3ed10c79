/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_share.h"

#include <inttypes.h>

/* Frames asked about that are looked up themselves, should nobody have them. */
#define LOOKED_UP_MAX 512

static uint64_t frames_asked(const struct options *options)
{
	/* A page size is not known yet; of what is small it does not matter. */
	return options->pa_end ? (options->pa_end - options->pa_start) / 4096 :
		options->pfn_end - options->pfn_start;
}

void wish_owners(struct wish *wish, const struct options *options, int pid)
{
	bool of_frames = options->pfn_end || options->pa_end;

	(void)pid;
	wish->question = QUESTION_OWNERS;
	wish->asked_pfns = (struct page_range){ options->pfn_start,
		options->pfn_end };
	wish->asked_va = (struct page_range){ options->va_start,
		options->va_end };
	wish->want_frame_runs = of_frames &&
		frames_asked(options) <= LOOKED_UP_MAX;
	wish->frame_runs = (struct page_range){ options->pfn_start,
		options->pfn_end ? options->pfn_end : UINT64_MAX };
}

/* People are told that nobody has them, and what else they are. */
static void say_no_owner(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	struct buf *out = &reporter->text;

	if (!snapshot->machine->facts.pfn_visible) {
		buf_str(out, "who has them: ?\n");
		return;
	}
	buf_str(out, "no process that could be read maps any of them");
	if (!reporter->session->wish.want_frame_runs) {
		buf_char(out, '\n');
		return;
	}
	if (!snapshot->nframe_runs) {
		buf_str(out, ", and this machine has nothing there\n");
		return;
	}
	buf_str(out, "; they are:\n");
	reporter_all(reporter, OBJECT_FRAMES, snapshot, snapshot->nframe_runs);
}

void report_owners(struct reporter *reporter, const struct snapshot *snapshot)
{
	reporter_all(reporter, OBJECT_OWNER, snapshot, snapshot->nowners);
	if (!snapshot->nowners && reporter->options->format == FORMAT_TEXT)
		say_no_owner(reporter, snapshot);
}

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

	if (use->n)
		buf_fmt(out, "%zu process%s map%s ", use->n,
			use->n == 1 ? "" : "es", use->n == 1 ? "s" : "");
	else
		buf_str(out, "no process that could be read maps ");
	text_escape(out, text_of(reporter->options->file), false);
	if (!use->n)
		buf_char(out, '\n');
	else if (use->frames_told)
		buf_fmt(out, ": %" PRIu64 " K of it mapped, each frame "
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
