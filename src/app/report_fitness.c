/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_fitness.h"

#include <inttypes.h>

void wish_fitness(struct wish *wish, const struct options *options, int pid)
{
	(void)pid;
	wish->want_fitness = true;
	wish->fitness = (struct page_range){ options->va_start,
		options->va_end };
}

/* The kernel has pages of its own in every process: their frames are no
 * part of the answer, unless they are what was asked about. */
static bool is_kernels_own(const struct region *region)
{
	return region->type == REGION_VVAR || region->type == REGION_VSYSCALL;
}

static void report_fitness_total(struct reporter *reporter,
	const struct snapshot *snapshot, const struct fitness *total,
	size_t n, size_t untold)
{
	struct buf *text = &reporter->text;
	unsigned shift = snapshot->machine->page_shift;
	char size[TEXT_SIZE_MAX];

	buf_fmt(text, "total of %zu region%s: %" PRIu64 " K present in %"
		PRIu64 " run%s", n, n == 1 ? "" : "s",
		total->present << shift >> 10, total->runs,
		total->runs == 1 ? "" : "s");
	if (total->runs)
		buf_fmt(text, ", longest %" PRIu64 " K at frame %" PRIx64,
			total->longest << shift >> 10, total->longest_pfn);
	buf_fmt(text, ", %" PRIu64 " K below %s",
		total->below << shift >> 10, text_size(snapshot->below, size));
	if (fitness_knows_tlb(total))
		buf_fmt(text, ", TLB entries %" PRIu64, total->tlb);
	else
		buf_str(text, ", TLB entries ?");
	if (fitness_knows_best(total))
		buf_fmt(text, ", at best %" PRIu64, total->tlb_best);
	if (untold)
		buf_fmt(text, "; the frames of %zu more are not told", untold);
	buf_char(text, '\n');
}

void report_fitness(struct reporter *reporter,
	const struct snapshot *snapshot)
{
	const struct options *options = reporter->options;
	struct record record = { .object = OBJECT_FITNESS,
		.snapshot = snapshot };
	struct fitness total = { .known = true };
	size_t n = 0, untold = 0;
	bool lacking = false;

	reporter_head(reporter, OBJECT_FITNESS, snapshot);
	for (; record.index < snapshot->nfitness; record.index++) {
		const struct fitness *fitness = &snapshot->fitness[record.index];

		if (fitness->start >= fitness->end)
			continue;	/* outside of --va */
		table_record(&reporter->text, options->format, &record);
		if (fitness->known) {
			fitness_add(&total, fitness);
			n++;
			continue;
		}
		untold++;
		lacking |= options->va_end ||
			!is_kernels_own(&snapshot->regions[record.index]);
	}
	record_fini(&record);
	if (options->format == FORMAT_TEXT && n)
		report_fitness_total(reporter, snapshot, &total, n, untold);
	if (!options->below_given)
		return;
	if (total.below < total.present)
		reporter->disagrees = true;
	else if (lacking)
		reporter->unanswered = "not all frames are told: whether they "
			"lie below the limit is not known";
	else if (!n)
		reporter->unanswered = "nothing is mapped there that could "
			"lie below a limit";
}
