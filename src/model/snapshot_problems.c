/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/snapshot.h"

#include <inttypes.h>

/* ---- problems */

static void complain(struct snapshot *snapshot, const char *what,
	enum answer answer, const char *lost, const char *help)
{
	if (answer == ANSWER_OK)
		return;
	buf_fmt(&snapshot->problems, "%s: %s%s%s%s%s\n", what,
		answer == ANSWER_BLOCKED ? "the kernel does not answer" :
			answer_name(answer),
		lost ? ": " : "", lost ? lost : "",
		help && answer == ANSWER_DENIED ? "; " : "",
		help && answer == ANSWER_DENIED ? help : "");
}

/* By a recorder whose reader was too slow. */
static void say_left_out(struct snapshot *snapshot)
{
	uint64_t n = snapshot->machine->facts.left_out;

	if (n)
		buf_fmt(&snapshot->problems, "recording: %" PRIu64 " refresh%s "
			"left out before this one, as it was read too slowly\n",
			n, n == 1 ? " was" : "es were");
}

static void say_swap_pss(struct snapshot *snapshot)
{
	buf_fmt(&snapshot->problems, "swap_pss: %s", snapshot->swap_pss_why);
	if (snapshot->swap_pss_pid)
		buf_fmt(&snapshot->problems, " (process %d)", snapshot->swap_pss_pid);
	buf_char(&snapshot->problems, '\n');
}

static void complain_of_file(struct snapshot *snapshot)
{
	const struct file_use *use = &snapshot->file_use;
	struct buf *out = &snapshot->problems;

	if (use->by_name && use->nfiles > 1)
		buf_fmt(out, "file: there are %zu of that name, which are "
			"told together\n", use->nfiles);
	else if (use->by_name)
		buf_fmt(out, "file: %s; it is taken as the name of a mapping%s\n",
			use->answer == ANSWER_ABSENT ? "the path leads nowhere" :
			use->answer == ANSWER_UNRECORDED ? "the recording does "
			"not say where the path leads" :
			"where the path leads may not be seen",
			use->nfiles ? "" : ", and there is none");
	if (use->unsure)
		buf_fmt(out, "file: %" PRIu64 " mapping%s of a file with that "
			"last name may be of this one; knowing needs root, or "
			"CAP_CHECKPOINT_RESTORE\n", use->unsure,
			use->unsure == 1 ? "" : "s");
	if (use->deleted)
		buf_fmt(out, "file: %" PRIu64 " mapping%s of a deleted file of "
			"that name %s not in the answer\n", use->deleted,
			use->deleted == 1 ? "" : "s",
			use->deleted == 1 ? "is" : "are");
}

/* Who could have been a part of the answer, had he been readable. */
static void complain_of_members(struct snapshot *snapshot)
{
	size_t i, n = 0;

	/* What is the matter with the process itself was said. */
	if (snapshot->question && snapshot->question_answer != ANSWER_GONE)
		complain(snapshot, "other processes",
			snapshot->question_answer,
			"who else has what is unknown", NULL);
	if (snapshot->question == QUESTION_FILE && snapshot->answered)
		complain_of_file(snapshot);
	if (snapshot->owners_cut)
		buf_fmt(&snapshot->problems, "owners: more than %zu; the rest "
			"is left out, ask for fewer frames\n",
			snapshot->nowners);
	for (i = 0; i < snapshot->nmembers; i++) {
		const struct crowd_member *member = &snapshot->members[i];

		if (member->answer == ANSWER_OK ||
		    snapshot->question == QUESTION_COMPARE)
			continue;
		buf_fmt(&snapshot->problems, "%s%d ", n++ ? ", " :
			"processes that could not be read: ",
			member->process.id.pid);
		text_escape(&snapshot->problems, text_of(member->process.name),
			false);
		buf_fmt(&snapshot->problems, " (%s)",
			answer_name(member->answer));
	}
	if (n)
		buf_str(&snapshot->problems,
			"; what they map is not in the answer\n");
	if (snapshot->nmembers && snapshot->newcomers.len)
		buf_fmt(&snapshot->problems, "processes that came meanwhile: "
			"%s; what they map is not in the answer\n",
			buf_text(&snapshot->newcomers));
}

/* Each is in the list, with figures that are not known. */
static void complain_of_rows(struct snapshot *snapshot, const char *help)
{
	size_t i, n = 0;

	for (i = 0; i < snapshot->nrows; i++)
		n += snapshot->rows[i].answer == ANSWER_DENIED;
	if (n)
		buf_fmt(&snapshot->problems, "processes: %zu may not be looked "
			"at, so figures of theirs are not known; %s\n", n, help);
}

static void complain_of_comparison(struct snapshot *snapshot)
{
	const struct comparison *comparison = &snapshot->comparison;
	unsigned i;

	for (i = 0; i < NCOMPARE_SIDES; i++)
		if (comparison_trouble(comparison, i))
			buf_fmt(&snapshot->problems, "%d: %s\n",
				comparison->processes[i].id.pid,
				comparison_trouble(comparison, i));
	if (comparison->nrows && !comparison->frames_told &&
	    snapshot->machine->facts.pfn_visible)
		buf_str(&snapshot->problems, "compare: neither flags nor counts "
			"of frames are told, so the page of zeros cannot be "
			"left out\n");
	if (comparison->is_cut)
		buf_str(&snapshot->problems, "compare: pages are told for some "
			"regions only, there are too many differences\n");
}

/* Only where somebody asked for them. */
static void complain_of_changes(struct snapshot *snapshot)
{
	if (snapshot->changes_lost)
		buf_fmt(&snapshot->problems, "changes: %" PRIu64 " more were "
			"seen than there is room for\n", snapshot->changes_lost);
}

static void complain_of_sparse(struct snapshot *snapshot)
{
	size_t i, n = 0;

	for (i = 0; i < snapshot->nregions; i++)
		n += snapshot->regions[i].by_smaps;
	if (n)
		buf_fmt(&snapshot->problems, "pagemap: this kernel does not "
			"say where large regions are populated: of %zu that "
			"%s nearly empty the figures are those of smaps, and "
			"what and where their pages are is unknown\n", n,
			n == 1 ? "is" : "are");
}

static void complain_of_process(struct snapshot *snapshot, const char *owner)
{
	complain(snapshot, "process", snapshot->process.answer,
		NULL, NULL);
	complain(snapshot, "maps", snapshot->maps,
		"its regions are unknown", owner);
	if (snapshot->maps == ANSWER_OK && snapshot->dropped)
		buf_fmt(&snapshot->problems, "maps: %zu line%s "
			"not understood and left out\n",
			snapshot->dropped,
			snapshot->dropped == 1 ? " was" : "s were");
	if (snapshot->came || snapshot->went)
		buf_fmt(&snapshot->problems, "maps: while it was read "
			"%zu region%s came and %zu went\n",
			snapshot->came, snapshot->came == 1 ? "" : "s",
			snapshot->went);
	complain(snapshot, "pagemap", snapshot->pagemap,
		"what its pages are is unknown", owner);
	complain_of_sparse(snapshot);
	complain(snapshot, "smaps", snapshot->smaps, NULL, owner);
	if (snapshot->swap_pss_why)
		say_swap_pss(snapshot);
	complain(snapshot, "page cache", snapshot->cached_answer,
		"which pages of some files it has is unknown",
		"needs root, or CAP_CHECKPOINT_RESTORE");
}

static void complain_of_machine(struct snapshot *snapshot, const char *root)
{
	const struct machine *machine = snapshot->machine;

	complain(snapshot, "zoneinfo", machine->zoneinfo,
		"zones are unknown", root);
	complain(snapshot, "node distance", machine->topology->distance,
		"in which order nodes are allocated from is unknown", root);
	/* Named only where it is missed. */
	if (machine->nplaces > machine->nzones)
		complain(snapshot, "memory blocks", machine->topology->blocks,
			"where spans of zones overlap, zones are in doubt",
			root);
	complain(snapshot, "iomem", machine->iomem,
		"what lies at physical addresses is unknown", root);
	if (machine->resources_hidden)
		buf_str(&snapshot->problems, "iomem: addresses are hidden from "
			"this user; seeing them needs CAP_SYS_ADMIN\n");
}

void snapshot_take_problems(struct snapshot *snapshot)
{
	const struct machine *machine = snapshot->machine;
	const char *owner = "needs the same user, or CAP_SYS_PTRACE";
	const char *root = "needs root";

	buf_clear(&snapshot->problems);
	say_left_out(snapshot);
	complain_of_changes(snapshot);
	if (snapshot->has_process)
		complain_of_process(snapshot, owner);
	if (!machine->facts.pfn_visible) {
		buf_str(&snapshot->problems, machine->facts.uid ?
			"frames: not told to this user; seeing them needs "
			"CAP_SYS_ADMIN (run as root)\n" :
			"frames: not told here: this is not the running "
			"kernel's own /proc, or CAP_SYS_ADMIN is missing\n");
	} else {
		complain(snapshot, "kpageflags", snapshot->kpageflags,
			"kinds of frames are unknown", root);
		complain(snapshot, "kpagecount", snapshot->kpagecount,
			"sharing is unknown", root);
	}
	if (snapshot->budget.valid)
		complain(snapshot, "meminfo", snapshot->budget.meminfo,
			"what memory is spent on is unknown", root);
	complain_of_rows(snapshot, owner);
	complain_of_members(snapshot);
	complain_of_comparison(snapshot);
	complain(snapshot, "symbols", snapshot->owner_symbols_answer,
		"some names are unknown",
		"needs root, or CAP_CHECKPOINT_RESTORE");
	complain(snapshot, "symbols", snapshot->functions.answer,
		"some functions are unknown",
		"needs root, or CAP_CHECKPOINT_RESTORE");
	buf_add(&snapshot->problems, buf_text(&snapshot->symbol_notes),
		snapshot->symbol_notes.len);
	if (snapshot->cow_files.is_cut)
		buf_fmt(&snapshot->problems, "cow_file: more than %u; the "
			"rest is left out\n", COW_FILES_MOST);
	complain(snapshot, "sections", snapshot->cow_files.answer,
		"of some files they are unknown",
		"needs root, or CAP_CHECKPOINT_RESTORE");
	complain(snapshot, "swaps", snapshot->swaps_answer,
		"swap areas are unknown", root);
	if (snapshot->swap_unnamed && snapshot->swaps_answer == ANSWER_OK)
		buf_str(&snapshot->problems, "swaps: there are several areas, "
			"and its entries do not tell which is which\n");
	complain_of_machine(snapshot, root);
}
