/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/contents.h"

#include <stdlib.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/snapshot.h"

/* Far more than any page is. */
#define CONTENTS_MOST ((size_t)1 << 20)

/* Is what the region maps nobody's but the page cache's? */
static const char *why_region(const struct region *region)
{
	switch (region->type) {
	case REGION_DEVICE:
	case REGION_SPECIAL:
	case REGION_VDSO:
	case REGION_VVAR:
	case REGION_VSYSCALL:
		return "it is a device's or the kernel's, not ordinary memory";
	default:
		return region->place == PLACE_NONE ? NULL :
			"it may be a device's: reading it could make that act";
	}
}

/* Why a page in STATE is not to be read; NULL: it may be. */
static const char *why_state(enum page_state state,
	const struct region *region)
{
	switch (state) {
	case STATE_ZERO:
	case STATE_HUGE_ZERO:
	case STATE_ANON:
	case STATE_ANON_WAS_SHARED:
	case STATE_COW_SHARED:
	case STATE_COW_COPIED:
	case STATE_KSM:
	case STATE_LAZYFREE:
		return NULL;
	case STATE_COW_PENDING:
	case STATE_FILE:
	case STATE_FILE_DIRTY:
	case STATE_SHMEM:
	case STATE_RAMFS:
	case STATE_HUGETLB:
	case STATE_PRESENT:
		return why_region(region);
	case STATE_SWAP:
		return "it is swapped out: looking would bring it back";
	case STATE_SECRET:
		return "it is secret memory: the kernel gives it to nobody else";
	case STATE_XIP:
	case STATE_DRIVER:
	case STATE_PFNMAP:
	case STATE_DEVICE:
		return "it is a device's or a driver's: reading it could make that act";
	case STATE_KERNEL:
	case STATE_GATE:
		return "it is the kernel's own page";
	case STATE_POISONED:
		return "its RAM is broken: reading it could do more harm";
	case STATE_CHANGING:
	case STATE_MIGRATION:
		return "it is just changing";
	case STATE_GUARD:
		return "it is a guard: there is no page";
	default:
		return "no page is here: looking would bring one in";
	}
}

/* What must not have changed since its state was told: there, of the same
 * kind, and the same frame as far as frames are told. */
static uint64_t mask_of(const struct machine *machine)
{
	return PM_PRESENT | PM_SWAP | PM_FILE |
		(machine->facts.pfn_visible ? PM_PFN_MASK : 0);
}

static void read_bytes(struct page_contents *contents, struct source *src,
	struct proc_id id, const struct machine *machine, uint64_t word)
{
	size_t n = machine->facts.page_size;
	struct page_read page = { .vpn = contents->vpn,
		.mask = mask_of(machine) };

	page.want = word & page.mask;
	contents->bytes = mem_grow(contents->bytes, &contents->cap, n, 1);
	contents->answer = source_contents(src, id, &page, contents->bytes, n);
	if (contents->answer != ANSWER_OK)
		return;
	if (!page.was_read) {
		contents->why = "it went or moved just before it was to be read";
		return;
	}
	contents->n = n;
	contents->moved = (page.after & page.mask) != page.want;
	contents->brought_in = page.faults != 0;
}

void contents_fill(struct snapshot *snapshot, const struct space *space,
	uint64_t vpn)
{
	struct page_contents *contents = &snapshot->contents;
	const struct page_detail *detail = &snapshot->detail;
	const struct machine *machine = snapshot->machine;
	long i = regions_find(space->regions, space->nregions,
		vpn << machine->page_shift);

	contents->asked = true;
	contents->vpn = vpn;
	contents->n = 0;
	contents->answer = ANSWER_OK;
	contents->moved = contents->brought_in = false;
	contents->why = i < 0 ? "nothing is mapped here" :
		!detail->valid || detail->vpn != vpn ||
		machine->facts.page_size > CONTENTS_MOST ?
		"it is not known what it is" :
		why_state(detail->state, &space->regions[i]);
	if (contents->why)
		return;
	if (!(detail->word & PM_PRESENT)) {
		contents->why = "it is not in memory";
		return;
	}
	read_bytes(contents, space->reader->src, space->process.id, machine,
		detail->word);
}

void contents_fini(struct page_contents *contents)
{
	free(contents->bytes);
	*contents = (struct page_contents){ 0 };
}
