/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TESTS_FAKE_SOURCE_H
#define VMATLAS_TESTS_FAKE_SOURCE_H

#include <stdlib.h>
#include <string.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/source/source.h"

/*
 * A source whose answers a test makes up as it goes: one process (4242) and
 * FAKE_FRAMES frames.  It counts the words that it was asked for, so that a
 * test can tell what was not read.
 */
#define FAKE_FRAMES 0x20000
#define FAKE_PID 4242
#define FAKE_STAT "4242 (fake) S 1 4242 4242 0 -1 0 10 0 2 0 5 2 0 0 20 0 1 0 " \
	"5000 4096000 100 0\n"
#define FAKE_ZONES \
	"Node 0, zone      DMA\n  pages free 10\n        spanned  4095\n" \
	"        present  4000\n        managed  3900\n  start_pfn:           1\n" \
	"Node 0, zone   Normal\n  pages free 10\n        spanned  126976\n" \
	"        present  126976\n        managed  126000\n" \
	"  start_pfn:           4096\n"
#define FAKE_IOMEM "00001000-1fffffff : System RAM\n" \
	"fe000000-fe00ffff : uart\n"

struct fake_area {
	uint64_t vpn;
	size_t n;
	uint64_t *words;
};

struct fake {
	struct source src;
	struct facts facts;
	const char *maps, *smaps, *stat, *status, *meminfo, *ksm;
	const char *zoneinfo, *buddyinfo, *iomem, *swaps;
	/* Files of sysfs, each "== PATH", a newline and its text. */
	const char *sys;
	struct {
		const char *path, *text;
	} more[48];			/* other texts: NULL ends them */
	struct fake_area areas[8];
	uint64_t *flags, *counts;
	enum answer words_answer[NWORD_FILES];
	enum answer populated_answer[NPOPULATED_KINDS];
	struct vpn_range huge[4];
	size_t nhuge;
	uint64_t asked[NWORD_FILES];	/* words */
	unsigned calls[NWORD_FILES];
	unsigned texts;
	/* Called before words are told: the kernel changes its mind. */
	void (*before_words)(struct fake *fake, enum word_file file,
		uint64_t first);
	int refreshes;			/* left; < 0: no end */
};

static int fake_refresh(struct source *src, struct err *err)
{
	struct fake *fake = (struct fake *)src;

	(void)err;
	if (!fake->refreshes)
		return 0;
	fake->refreshes--;
	fake->facts.uptime_ms += 1000;
	return 1;
}

static enum answer fake_facts(struct source *src, struct facts *out)
{
	*out = ((struct fake *)src)->facts;
	return ANSWER_OK;
}

static bool fake_sys(const char *sys, const char *path, struct buf *out)
{
	size_t n = strlen(path);
	const char *at = sys, *end;

	while (at && (at = strstr(at, "== "))) {
		at += 3;
		if (strncmp(at, path, n) || at[n] != '\n')
			continue;
		at += n + 1;
		end = strstr(at, "== ");
		buf_add(out, at, end ? (size_t)(end - at) : strlen(at));
		return true;
	}
	return false;
}

static enum answer fake_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct fake *fake = (struct fake *)src;
	const struct {
		const char *path, *text;
	} texts[] = {
		{ "maps", fake->maps }, { "smaps", fake->smaps },
		{ "stat", fake->stat }, { "status", fake->status },
		{ "meminfo", fake->meminfo }, { "zoneinfo", fake->zoneinfo },
		{ "ksm_merging_pages", fake->ksm }, { "iomem", fake->iomem },
		{ "swaps", fake->swaps }, { "buddyinfo", fake->buddyinfo },
	};
	size_t i;

	(void)id;
	fake->texts++;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!strcmp(texts[i].path, path) && texts[i].text) {
			buf_str(out, texts[i].text);
			return ANSWER_OK;
		}
	for (i = 0; i < 48 && fake->more[i].path; i++)
		if (!strcmp(fake->more[i].path, path)) {
			buf_str(out, fake->more[i].text);
			return ANSWER_OK;
		}
	return fake_sys(fake->sys, path, out) ? ANSWER_OK : ANSWER_ABSENT;
}

static uint64_t fake_page(const struct fake *fake, uint64_t vpn)
{
	size_t i;

	for (i = 0; i < 8; i++)
		if (vpn >= fake->areas[i].vpn &&
		    vpn - fake->areas[i].vpn < fake->areas[i].n)
			return fake->areas[i].words[vpn - fake->areas[i].vpn];
	return 0;
}

static enum answer fake_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out,
	size_t *got)
{
	struct fake *fake = (struct fake *)src;
	size_t i;

	(void)id;
	source_before(src, 0, word_file_name(file));
	fake->asked[file] += n;
	fake->calls[file]++;
	if (fake->before_words)
		fake->before_words(fake, file, first);
	source_after(src);
	if (fake->words_answer[file] != ANSWER_OK)
		return fake->words_answer[file];
	for (i = 0; i < n; i++) {
		if (file == WORDS_PAGEMAP)
			out[i] = fake_page(fake, first + i);
		else if (first + i >= FAKE_FRAMES)
			break;
		else
			out[i] = file == WORDS_KPAGEFLAGS ?
				fake->flags[first + i] : fake->counts[first + i];
	}
	*got = i;
	return ANSWER_OK;
}

static enum answer fake_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	struct fake *fake = (struct fake *)src;
	size_t i, k;

	(void)id;
	if (fake->populated_answer[kind] != ANSWER_OK)
		return fake->populated_answer[kind];
	*n = 0;
	*next = end;
	if (kind == POPULATED_HUGE) {
		for (i = 0; i < fake->nhuge && *n < max; i++)
			if (fake->huge[i].start >= start &&
			    fake->huge[i].end <= end)
				out[(*n)++] = fake->huge[i];
		return ANSWER_OK;
	}
	for (i = 0; i < 8; i++)
		for (k = 0; k < fake->areas[i].n; k++) {
			uint64_t vpn = fake->areas[i].vpn + k;

			if (vpn < start || vpn >= end ||
			    !(fake->areas[i].words[k] & (PM_PRESENT | PM_SWAP)))
				continue;
			if (*n && out[*n - 1].end == vpn) {
				out[*n - 1].end++;
			} else if (*n == max) {
				*next = vpn;
				return ANSWER_OK;
			} else {
				out[(*n)++] = (struct vpn_range){ vpn, vpn + 1 };
			}
		}
	return ANSWER_OK;
}

static enum answer fake_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	(void)src;
	*out = calloc(1, sizeof(**out));
	(*out)->pid = FAKE_PID;
	*n = 1;
	return ANSWER_OK;
}

static void fake_forget(struct source *src, struct proc_id id)
{
	(void)src;
	(void)id;
}

static void fake_free(struct source *src)
{
	struct fake *fake = (struct fake *)src;
	size_t i;

	for (i = 0; i < 8; i++)
		free(fake->areas[i].words);
	free(fake->flags);
	free(fake->counts);
	free(fake);
}

static const struct source_ops fake_ops = {
	.refresh = fake_refresh,
	.facts = fake_facts,
	.text = fake_text,
	.words = fake_words,
	.populated = fake_populated,
	.processes = fake_processes,
	.forget = fake_forget,
	.free = fake_free,
};

/* Without a process's regions and pages: the test adds those. */
static inline struct fake *fake_new(void)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	fake->src.ops = &fake_ops;
	fake->facts = (struct facts){ .uptime_ms = 1000, .page_size = 4096,
		.clock_ticks = 100, .task_size = UINT64_C(0x7ffffffff000),
		.pfn_visible = true, .release = "6.18.44",
		.machine = "x86_64" };
	fake->stat = FAKE_STAT;
	fake->status = "VmLck:\t       0 kB\n";
	fake->meminfo = "SwapTotal: 0 kB\nSwapFree: 0 kB\n";
	fake->ksm = "0\n";
	fake->zoneinfo = FAKE_ZONES;
	fake->iomem = FAKE_IOMEM;
	fake->flags = calloc(FAKE_FRAMES, sizeof(uint64_t));
	fake->counts = calloc(FAKE_FRAMES, sizeof(uint64_t));
	fake->refreshes = -1;
	return fake;
}

/* Room for the entries of N pages; returns them, all void. */
static inline uint64_t *fake_area(struct fake *fake, uint64_t vpn, size_t n)
{
	size_t i = 0;

	while (fake->areas[i].n)
		i++;
	fake->areas[i] = (struct fake_area){ vpn, n,
		calloc(n, sizeof(uint64_t)) };
	return fake->areas[i].words;
}

#define FAKE_ANON (KPF(ANON) | KPF(SWAPBACKED) | KPF(UPTODATE) | KPF(LRU))
#define FAKE_OWN (FAKE_ANON | KPF_ANON_EXCLUSIVE)
#define FAKE_CACHE (KPF(UPTODATE) | KPF(LRU) | KPF(MMAP))

/* A frame in use; returns what a page that has it shows in pagemap. */
static inline uint64_t fake_frame(struct fake *fake, uint64_t pfn,
	uint64_t flags, uint64_t count)
{
	fake->flags[pfn] = flags;
	fake->counts[pfn] = count;
	return pfn | PM_PRESENT | (count == 1 ? PM_EXCLUSIVE : 0) |
		(flags & KPF(ANON) || flags & KPF(ZERO_PAGE) ? 0 : PM_FILE);
}

#endif
