/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_compare.h"

#include <inttypes.h>

#include "vmatlas/app/message.h"
#include "vmatlas/app/table.h"

/* True: the two cannot be compared.  Why not is one of the snapshot's
 * problems; what was seen before may be at its end. */
static bool has_trouble(struct reporter *reporter,
	const struct comparison *comparison)
{
	bool any = false;
	unsigned i;

	for (i = 0; i < NCOMPARE_SIDES; i++) {
		if (!comparison_trouble(comparison, i))
			continue;
		any = true;
		if (reporter->head_done)
			message("%d: it has ended",
				comparison->processes[i].id.pid);
	}
	if (any && reporter->head_done)
		reporter->ended = true;
	else if (any)
		reporter->unanswered = "so the two cannot be compared";
	return any;
}

static void say_process(struct buf *out, char letter,
	const struct process *process)
{
	buf_fmt(out, "%c %d ", letter, process->id.pid);
	text_escape(out, text_of(process->name), false);
	buf_char(out, '\n');
}

static void say_frames(struct buf *out, const struct snapshot *snapshot,
	const char *what, uint64_t frames)
{
	buf_str(out, what);
	if (comparison_is_known(&snapshot->comparison))
		buf_fmt(out, " %" PRIu64 " K",
			frames << snapshot->machine->page_shift >> 10);
	else
		buf_str(out, " ?");
}

static void say_whole(struct buf *out, const struct snapshot *snapshot)
{
	const struct comparison *all = &snapshot->comparison;

	say_process(out, 'A', &all->processes[COMPARE_A]);
	say_process(out, 'B', &all->processes[COMPARE_B]);
	say_frames(out, snapshot, "only A", all->frames.only[COMPARE_A]);
	say_frames(out, snapshot, ", only B", all->frames.only[COMPARE_B]);
	say_frames(out, snapshot, ", both", all->frames.both);
	say_frames(out, snapshot, "; side by side but different",
		all->pages[RELATION_DIFFER]);
	buf_char(out, '\n');
}

void report_compare(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	const struct comparison *comparison = &snapshot->comparison;
	enum format format = reporter->options->format;
	struct record record = { .object = format == FORMAT_JSON ?
		OBJECT_COMPARE : OBJECT_COMPARE_ROW, .snapshot = snapshot };

	if (has_trouble(reporter, comparison))
		return;
	if (format == FORMAT_TEXT)
		say_whole(&reporter->text, snapshot);
	if (format != FORMAT_CSV || !reporter->head_done)
		table_head(&reporter->text, format, record.object, snapshot);
	reporter->head_done = true;
	if (format == FORMAT_JSON)
		table_record(&reporter->text, format, &record);
	else
		for (; record.item < comparison->nrows; record.item++)
			table_record(&reporter->text, format, &record);
	record_fini(&record);
}
