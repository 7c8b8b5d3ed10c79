/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/page_walk.h"

#include <string.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/snapshot.h"

/* Of cpuinfo: a processor's lines, or those of the machine behind the last. */
#define CPUINFO_MOST ((size_t)16 << 10)

static void ask_text(const struct space *space, const char *path,
	struct buf *out)
{
	if (source_text(space->reader->src, PROC_NONE, path, out) != ANSWER_OK)
		buf_clear(out);
}

/* Processors are alike in what matters: all of a thousand need not be kept. */
static void ask_machine(struct page_tables *tables, const struct space *space)
{
	struct buf all = { 0 };

	tables->asked = true;
	ask_text(space, "meminfo", &tables->meminfo);
	ask_text(space, "cpuinfo", &all);
	if (all.len <= 2 * CPUINFO_MOST) {
		buf_add(&tables->cpuinfo, buf_text(&all), all.len);
	} else {
		buf_add(&tables->cpuinfo, all.data, CPUINFO_MOST);
		buf_char(&tables->cpuinfo, '\n');
		buf_add(&tables->cpuinfo, all.data + all.len - CPUINFO_MOST,
			CPUINFO_MOST);
	}
	buf_fini(&all);
}

/* Pagemap ends where user space does: the first limit that has no entry.
 * 0: that is not told. */
static unsigned ask_task_bits(const struct space *space)
{
	unsigned shift = space->reader->machine->page_shift;
	uint64_t word;
	size_t i, got;

	for (i = 0; i < NPAGING_TASK_BITS; i++) {
		unsigned bits = paging_task_bits[i];

		if (bits < shift || source_words(space->reader->src,
			    WORDS_PAGEMAP, space->process.id,
			    UINT64_C(1) << (bits - shift), 1, &word, &got) !=
				ANSWER_OK)
			return 0;
		if (!got)
			return bits;
	}
	return 0;
}

void page_tables_ask(struct page_tables *tables, const struct space *space)
{
	const struct proc_id *id = &space->process.id;

	if (!tables->asked)
		ask_machine(tables, space);
	if (tables->id.pid == id->pid &&
	    tables->id.starttime == id->starttime &&
	    tables->refresh == space->refresh)
		return;
	tables->id = *id;
	tables->refresh = space->refresh;
	tables->task_bits = ask_task_bits(space);
}

void page_tables_fini(struct page_tables *tables)
{
	buf_fini(&tables->cpuinfo);
	buf_fini(&tables->meminfo);
}

/* The end of what is highest in user space. */
static uint64_t highest_of(const struct space *space)
{
	size_t i = space->nregions;

	while (i && space->regions[i - 1].type == REGION_VSYSCALL)
		i--;
	return i ? space->regions[i - 1].end : 0;
}

static unsigned log2_of(uint64_t n)
{
	unsigned bits = 0;

	while (n >>= 1)
		bits++;
	return bits;
}

static void fill_steps(struct page_walk *walk)
{
	int level;

	for (level = NPAGING_LEVELS - 1; level >= 0; level--) {
		enum paging_level at = (enum paging_level)level;
		struct walk_step *step = &walk->steps[walk->nsteps];

		if (!walk->paging.bits[level]) {
			walk->folded[walk->nfolded++] = paging_level_name(at);
			continue;
		}
		step->name = paging_level_name(at);
		step->shift = (uint8_t)paging_shift(&walk->paging, at);
		step->bits = walk->paging.bits[level];
		step->index = paging_index(&walk->paging, at, walk->va);
		walk->nsteps++;
	}
}

/* A page of 2^SHIFT bytes is mapped here: by an entry of which step? */
static void end_at(struct page_walk *walk, unsigned shift)
{
	enum paging_level level = paging_leaf(&walk->paging, shift,
		&walk->entries);
	const char *name = paging_level_name(level);

	walk->leaf = 0;
	while (walk->leaf + 1 < walk->nsteps &&
	       walk->steps[walk->leaf].name != name)
		walk->leaf++;
	walk->end = shift > walk->paging.page_shift ? WALK_HUGE : WALK_PAGE;
}

/* The bytes that an entry of the level above PTE stands for. */
static unsigned pmd_shift(const struct page_walk *walk)
{
	return walk->paging.page_shift + walk->paging.bits[PAGING_PTE];
}

/* 1: by an entry above the last level; 0: by one of that; -1: not known.
 * Flags of frames tell parts of large folios; without them there is one more
 * question, which anybody may ask. */
static int is_pmd_mapped(const struct page_detail *detail,
	const struct space *space)
{
	struct vpn_range range;
	uint64_t next;
	size_t n;

	if (detail->state == STATE_HUGE_ZERO ||
	    (detail->marks & MARK_THP_PMD))
		return 1;
	if (detail->marks & MARK_THP_PTE)
		return 0;
	if (source_populated(space->reader->src, POPULATED_HUGE,
		    space->process.id, detail->vpn, detail->vpn + 1, &range, 1,
		    &n, &next) == ANSWER_OK)
		return n > 0;
	if (detail->state == STATE_ZERO || (detail->has_flags &&
		    !(detail->flags & (KPF(THP) | KPF(HUGE)))))
		return 0;
	return -1;
}

static void find_end(struct page_walk *walk, const struct page_detail *detail,
	const struct space *space, const struct region *region)
{
	enum presence presence = state_info(detail->state)->presence;
	int huge;

	walk->leaf = walk->nsteps - 1;
	walk->entries = 1;
	if (detail->state == STATE_PFNMAP || detail->state == STATE_GATE) {
		walk->end = WALK_DEVICE;
		return;
	}
	if (presence != PRESENCE_MAPPED) {
		walk->end = detail->word & PM_SWAP ? WALK_OUT : WALK_UNTOLD;
		return;
	}
	walk->end = WALK_EITHER;
	if (region->type == REGION_HUGETLB) {
		if (region->page_size)
			end_at(walk, log2_of(region->page_size));
		return;
	}
	huge = is_pmd_mapped(detail, space);
	if (huge >= 0)
		end_at(walk, huge ? pmd_shift(walk) :
			walk->paging.page_shift);
}

void page_walk_fill(struct snapshot *snapshot, struct page_tables *tables,
	const struct space *space, uint64_t vpn)
{
	struct page_walk *walk = &snapshot->walk;
	const struct machine *machine = snapshot->machine;
	struct paging_facts facts = {
		.machine = machine->facts.machine,
		.page_shift = machine->page_shift,
		.highest = highest_of(space),
	};
	uint64_t va = vpn << machine->page_shift;
	long i = regions_find(space->regions, space->nregions, va);

	memset(walk, 0, sizeof(*walk));
	if (i < 0 || !snapshot->detail.valid)
		return;
	page_tables_ask(tables, space);
	facts.task_bits = tables->task_bits;
	facts.cpuinfo = (struct text){ buf_text(&tables->cpuinfo),
		tables->cpuinfo.len };
	facts.meminfo = (struct text){ buf_text(&tables->meminfo),
		tables->meminfo.len };
	walk->valid = true;
	walk->va = va;
	paging_choose(&facts, &walk->paging);
	fill_steps(walk);
	if (walk->nsteps)
		find_end(walk, &snapshot->detail, space, &space->regions[i]);
}

/* What an entry without a frame of its own stands for. */
static const char *special_name(enum pte_special special)
{
	switch (special) {
	case PTE_SWAP:
		return "swapped";
	case PTE_MIGRATION:
		return "migrating";
	case PTE_DEVICE:
		return "device memory";
	case PTE_HWPOISON:
	case PTE_POISON_MARKER:
		return "poisoned";
	case PTE_GUARD:
		return "guard";
	case PTE_UFFD_WP_MARKER:
		return "uffd marker";
	default:
		return NULL;
	}
}

void page_entry_names(struct buf *out, const struct snapshot *snapshot)
{
	uint64_t word = snapshot->detail.word;
	struct pte pte = pte_decode(word, &snapshot->machine->rules);
	const struct {
		bool is_set;
		const char *name;
	} bits[] = {
		{ pte.present, "present" },
		{ pte.special != PTE_NOT_SPECIAL, special_name(pte.special) },
		{ pte.file, "file or shared" },
		{ pte.exclusive, "mapped once" },
		{ pte.uffd_wp, "uffd-wp" },
		{ pte.soft_dirty, "soft-dirty" },
	};
	size_t i, before = out->len;

	for (i = 0; i < sizeof(bits) / sizeof(*bits); i++)
		if (bits[i].is_set && bits[i].name)
			buf_fmt(out, "%s%s", out->len > before ? ", " : "",
				bits[i].name);
}
