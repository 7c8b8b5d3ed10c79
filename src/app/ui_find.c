/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/app/ui_screen.h"

static unsigned shift_of(const struct ui *ui)
{
	return ui->snapshot->machine->page_shift;
}

/* ---- what is said */

/* A line begun with what the target is, "a segfault: the fault address". */
static void begin_line(const struct ui *ui, struct buf *line)
{
	const struct ui_find *find = &ui->find;
	const struct query_target *target =
		&find->query.targets[find->target];

	if (find->query.origin)
		buf_fmt(line, "%s: ", find->query.origin);
	if (target->what)
		buf_fmt(line, "%s ", target->what);
}

static void end_line(struct ui *ui, struct buf *line, bool is_warning)
{
	const struct ui_find *find = &ui->find;

	if (find->target + 1 < find->query.ntargets)
		buf_fmt(line, "  (n: %s)",
			find->query.targets[find->target + 1].what ?
			find->query.targets[find->target + 1].what :
			"the next");
	ui_say(ui, is_warning, buf_text(line));
	buf_fini(line);
}

static void put_region(const struct ui *ui, struct buf *line, size_t region)
{
	buf_fmt(line, "%" PRIx64 " ", ui->snapshot->regions[region].start);
	text_escape(line, snapshot_region_title(ui->snapshot, region), false);
}

/* Where VA would lie, where nothing is mapped. */
static void say_unmapped(struct ui *ui, uint64_t va)
{
	const struct snapshot *snapshot = ui->snapshot;
	uint64_t end = snapshot->machine->facts.task_size;
	size_t after = regions_after(snapshot->regions, snapshot->nregions,
		va);
	struct buf line = { 0 };

	begin_line(ui, &line);
	buf_fmt(&line, "0x%" PRIx64 " %sis not mapped", va,
		va < snapshot->machine->facts.page_size ?
		"(a null pointer) " : "");
	if (end && va >= end) {
		buf_str(&line, ": it is the kernel's, not the process's");
	} else {
		buf_str(&line, after && after < snapshot->nregions ?
			": between " : after ? ": above " : ": below ");
		if (after)
			put_region(ui, &line, after - 1);
		if (after && after < snapshot->nregions)
			buf_str(&line, " and ");
		if (after < snapshot->nregions)
			put_region(ui, &line, after);
	}
	end_line(ui, &line, true);
}

/* ---- places that need no reading */

static bool region_at(const struct ui *ui, uint64_t va, size_t *region)
{
	long i = regions_find(ui->snapshot->regions, ui->snapshot->nregions,
		va);

	*region = i < 0 ? 0 : (size_t)i;
	return i >= 0;
}

/* On the screen of regions it is its region that is gone to. */
static void go_page(struct ui *ui, uint64_t va, bool zoom)
{
	if (ui->screen == UI_REGIONS) {
		if (!regions_show(&ui->regions, ui->snapshot, va))
			regions_filter(&ui->regions, "");
		regions_go(&ui->regions, va);
		return;
	}
	atlas_jump(&ui->atlas, ui->snapshot, SIDE_VIRTUAL,
		va >> shift_of(ui), zoom);
	ui->steered = true;
}

/* Where the cursor is: the end of what it is on, or its start. */
static uint64_t cursor_va(const struct ui *ui, bool backward)
{
	const struct pane *pane = &ui->atlas.panes[SIDE_VIRTUAL];
	uint64_t start = 0, end = 0;
	size_t at;

	if (ui->screen == UI_REGIONS) {
		if (!region_at(ui, ui->regions.cursor, &at))
			return 0;
		return backward ? ui->snapshot->regions[at].start :
			ui->snapshot->regions[at].end;
	}
	if (!pane_focus(pane, &start, &end))
		return 0;
	return (backward ? start : end) << shift_of(ui);
}

static void say_place(struct ui *ui, uint64_t va)
{
	struct buf line = { 0 };
	size_t region;

	begin_line(ui, &line);
	buf_fmt(&line, "0x%" PRIx64, va);
	if (region_at(ui, va, &region)) {
		buf_str(&line, " in ");
		text_escape(&line, snapshot_region_title(ui->snapshot,
			region), false);
		buf_fmt(&line, "+0x%" PRIx64,
			va - ui->snapshot->regions[region].start);
	}
	end_line(ui, &line, false);
}

static void go_va(struct ui *ui, const struct query_target *target)
{
	const struct snapshot *snapshot = ui->snapshot;
	uint64_t va = target->start, as_page = va << shift_of(ui);
	struct buf line = { 0 };
	size_t region, after;

	if (region_at(ui, va, &region)) {
		if (target->is_range && ui->screen == UI_ATLAS)
			atlas_jump_range(&ui->atlas, snapshot,
				va >> shift_of(ui),
				((target->end - 1) >> shift_of(ui)) + 1);
		else
			go_page(ui, va, true);
		say_place(ui, va);
		return;
	}
	/* What the panes show are numbers of pages. */
	if (!ui->find.query.origin && !target->is_range &&
	    as_page >> shift_of(ui) == va && region_at(ui, as_page, &region)) {
		go_page(ui, as_page, true);
		buf_fmt(&line, "page %" PRIx64 ", as the atlas numbers them: ",
			va);
		text_escape(&line, snapshot_region_title(snapshot, region),
			false);
		end_line(ui, &line, false);
		return;
	}
	after = regions_after(snapshot->regions, snapshot->nregions, va);
	if (after < snapshot->nregions)
		go_page(ui, snapshot->regions[after].start, false);
	say_unmapped(ui, va);
}

static void go_frame(struct ui *ui, uint64_t pfn)
{
	const struct snapshot *snapshot = ui->snapshot;
	const struct resource *resource =
		machine_resource(snapshot->machine, pfn);
	int zone = machine_zone(snapshot->machine, pfn);
	struct buf line = { 0 };
	bool there;
	char name[32];

	if (ui->screen != UI_ATLAS)
		ui_open(ui, UI_ATLAS);
	there = atlas_jump(&ui->atlas, snapshot, SIDE_PHYSICAL, pfn, true);
	ui->steered = true;
	begin_line(ui, &line);
	buf_fmt(&line, "%s0x%" PRIx64, ui->find.query.targets[
		ui->find.target].what ? "" : "frame ", pfn);
	if (zone >= 0)
		buf_fmt(&line, " in %s", machine_zone_name(snapshot->machine,
			zone, name));
	if (resource) {
		buf_str(&line, zone >= 0 ? ", " : " in ");
		text_escape(&line, text_of(resource->name), false);
	}
	if (!there)
		buf_str(&line, " is at no address of this machine");
	end_line(ui, &line, !there);
}

/* The next region whose name has NAME, going round; -1: none. */
static long next_region(const struct ui *ui, const char *name, uint64_t from,
	bool backward, bool *wrapped)
{
	const struct snapshot *snapshot = ui->snapshot;
	size_t n = snapshot->nregions, i, at = 0;

	while (at < n && snapshot->regions[at].start < from)
		at++;
	for (i = 0; i < n; i++) {
		size_t region = backward ? (at + 2 * n - 1 - i) % n :
			(at + i) % n;

		if (!filter_has(snapshot_region_title(snapshot, region), name))
			continue;
		*wrapped = backward ? region >= at : region < at;
		return (long)region;
	}
	return -1;
}

static bool go_region(struct ui *ui, const char *name)
{
	struct ui_find *find = &ui->find;
	uint64_t from = cursor_va(ui, find->backward);
	struct buf line = { 0 };
	bool wrapped = false;
	size_t at;
	long region;

	/* From anywhere in a region the next one is another. */
	if (from && region_at(ui, from - !find->backward, &at))
		from = ui->snapshot->regions[at].start + !find->backward;
	region = next_region(ui, name, from, find->backward, &wrapped);
	if (region < 0)
		return false;
	go_page(ui, ui->snapshot->regions[region].start, false);
	put_region(ui, &line, (size_t)region);
	if (wrapped)
		buf_str(&line, find->backward ? "  (from the end again)" :
			"  (from the beginning again)");
	end_line(ui, &line, false);
	return true;
}

static struct text last_part(struct text path)
{
	size_t i = path.n;

	while (i && path.p[i - 1] != '/')
		i--;
	return (struct text){ path.p + i, path.n - i };
}

/* An instruction by its file, as the kernel's line has it: where the same is
 * mapped here. */
static bool go_file(struct ui *ui, const struct query_target *target)
{
	const struct snapshot *snapshot = ui->snapshot;
	struct text file = last_part(text_of(target->file));
	size_t i;

	for (i = 0; i < snapshot->nregions; i++) {
		const struct region *region = &snapshot->regions[i];
		struct text title = last_part(snapshot_region_title(snapshot,
			i));
		uint64_t size = region->end - region->start, at;

		if (!region->exec || title.n != file.n ||
		    (file.n && memcmp(title.p, file.p, file.n)))
			continue;
		at = target->kind == QUERY_IN_FILE ?
			target->offset - region->offset : target->offset;
		if (at >= size || (target->kind == QUERY_IN_MAPPING &&
				size != target->end - target->start))
			continue;
		go_page(ui, region->start + at, true);
		say_place(ui, region->start + at);
		return true;
	}
	return false;
}

/* ---- what is read for it */

static void ask(struct ui *ui, enum find_kind kind, const char *name,
	const char *file, uint64_t offset)
{
	struct ui_find *find = &ui->find;
	uint64_t cursor = ui->atlas.panes[SIDE_VIRTUAL].cursor <<
		shift_of(ui);

	memset(&find->find, 0, sizeof(find->find));
	find->find.serial = ++find->serial;
	find->find.kind = kind;
	find->find.backward = find->backward;
	/* On what was found last it goes on behind that. */
	if (ui->screen == UI_REGIONS)
		find->find.from = cursor_va(ui, find->backward);
	else if (find->end && cursor >= find->start && cursor < find->end)
		find->find.from = find->backward ? find->start : find->end;
	else if (find->end && cursor <= find->start &&
		 cursor_va(ui, false) > find->start)
		find->find.from = find->backward ? find->start : find->end;
	else
		find->find.from = cursor_va(ui, find->backward);
	find->find.filter = find->query.filter;
	query_copy(find->find.name, text_of(name));
	query_copy(find->find.file, text_of(file));
	find->find.offset = offset;
	if (ui->frozen)
		ui_say(ui, true, "the screen is frozen: z goes on, then it is "
			"looked for");
}

static void go_target(struct ui *ui)
{
	struct ui_find *find = &ui->find;
	const struct query_target *target =
		&find->query.targets[find->target];
	struct buf line = { 0 };

	switch (target->kind) {
	case QUERY_VA:
		go_va(ui, target);
		return;
	case QUERY_PFN:
		go_frame(ui, target->start);
		return;
	case QUERY_PA:
		go_frame(ui, target->start >> shift_of(ui));
		return;
	case QUERY_WORD:
		if (!go_region(ui, target->name))
			ask(ui, FIND_SYMBOL, target->name, "", 0);
		return;
	case QUERY_SYMBOL:
	case QUERY_MODULE:
		ask(ui, FIND_SYMBOL, target->name, target->file,
			target->offset);
		return;
	case QUERY_MATCH:
		ask(ui, FIND_MATCH, "", "", 0);
		return;
	case QUERY_IN_FILE:
	case QUERY_IN_MAPPING:
		if (go_file(ui, target))
			return;
		begin_line(ui, &line);
		buf_str(&line, "is not mapped here: no such code of ");
		text_escape(&line, text_of(target->file), false);
		end_line(ui, &line, true);
		return;
	}
}

/* ---- what keys ask */

static bool is_ready(struct ui *ui)
{
	const struct snapshot *snapshot = ui->snapshot;

	if (snapshot && snapshot->has_process && snapshot->nregions &&
	    snapshot->process.id.pid == ui->session->pid)
		return true;
	ui_say(ui, true, "there is no process to look in (1: processes)");
	return false;
}

bool ui_find_is_word(const char *text)
{
	struct query query;
	struct err err;

	return query_parse(&query, text_of(text), &err) ||
		query.targets[0].kind == QUERY_WORD;
}

void ui_find(struct ui *ui, const char *text)
{
	struct ui_find *find = &ui->find;
	struct query query;
	struct err err;

	/* Nothing typed: the same again, as in less. */
	if (!text[0]) {
		ui_find_next(ui, false);
		return;
	}
	if (!is_ready(ui))
		return;
	if (query_parse(&query, text_of(text), &err)) {
		ui_say(ui, true, err.text);
		return;
	}
	find->query = query;
	snprintf(find->text, sizeof(find->text), "%s", text);
	find->target = 0;
	find->backward = false;
	find->start = find->end = 0;
	go_target(ui);
}

void ui_find_next(struct ui *ui, bool backward)
{
	struct ui_find *find = &ui->find;
	unsigned n = find->query.ntargets;

	if (!n) {
		ui_say(ui, true, "nothing was looked for yet: / asks for it");
		return;
	}
	if (!is_ready(ui))
		return;
	find->backward = backward;
	if (n > 1)
		find->target = (find->target + (backward ? n - 1 : 1)) % n;
	go_target(ui);
}

bool ui_find_stop(struct ui *ui)
{
	bool was = ui->find.find.serial != 0;

	ui->find.find.serial = 0;
	return was;
}

/* ---- what the sampler says */

static void say_progress(struct ui *ui, const struct found *found)
{
	struct buf line = { 0 };

	buf_str(&line, "looking for ");
	text_escape(&line, text_of(ui->find.text), false);
	if (found->all)
		buf_fmt(&line, ": %" PRIu64 "%%", found->done < found->all ?
			100 * found->done / found->all : 99);
	buf_str(&line, "  (Esc stops)");
	ui_say(ui, false, buf_text(&line));
	buf_fini(&line);
}

static void say_nothing(struct ui *ui, const struct found *found)
{
	struct buf line = { 0 };

	begin_line(ui, &line);
	if (ui->find.find.kind == FIND_MATCH) {
		buf_str(&line, "no page is ");
		text_escape(&line, text_of(ui->find.text), false);
		if (found->unknown)
			buf_fmt(&line, "; of %" PRIu64 " it cannot be told",
				found->unknown);
	} else {
		buf_str(&line, "no region or symbol is ");
		text_escape(&line, text_of(ui->find.text), false);
		if (found->answer != ANSWER_OK)
			buf_fmt(&line, " (not all files could be read: %s)",
				answer_name(found->answer));
	}
	end_line(ui, &line, true);
}

static void put_symbol(const struct find *find, struct buf *line)
{
	text_escape(line, text_of(find->name[0] ? find->name : find->file),
		false);
	if (find->offset)
		buf_fmt(line, "+0x%" PRIx64, find->offset);
	buf_fmt(line, " is ");
}

static void say_found(struct ui *ui, const struct found *found)
{
	const struct find *find = &ui->find.find;
	uint64_t pages = (found->end - found->start) >> shift_of(ui);
	struct buf line = { 0 };
	size_t region;

	begin_line(ui, &line);
	if (find->kind == FIND_SYMBOL)
		put_symbol(find, &line);
	else
		buf_fmt(&line, "%" PRIu64 " page%s at ", pages,
			pages == 1 ? "" : "s");
	buf_fmt(&line, "0x%" PRIx64, found->start);
	if (region_at(ui, found->start, &region)) {
		buf_str(&line, " in ");
		text_escape(&line, last_part(snapshot_region_title(
			ui->snapshot, region)), false);
	}
	if (found->nplaces > 1)
		buf_fmt(&line, ", of %zu (n)", found->nplaces);
	if (found->wrapped && find->kind == FIND_MATCH)
		buf_str(&line, find->backward ? "  (from the end again)" :
			"  (from the beginning again)");
	end_line(ui, &line, false);
}

void ui_find_take(struct ui *ui)
{
	struct ui_find *find = &ui->find;
	const struct found *found = &ui->snapshot->found;

	if (!find->find.serial || found->serial != find->find.serial)
		return;
	if (found->how == FOUND_SEARCHING) {
		say_progress(ui, found);
		return;
	}
	if (found->how == FOUND_IT) {
		go_page(ui, found->start, find->find.kind == FIND_SYMBOL);
		find->start = found->start;
		find->end = found->end;
		say_found(ui, found);
	} else {
		say_nothing(ui, found);
	}
	find->find.serial = 0;
}

void ui_find_filter(struct ui *ui, const char *text)
{
	struct ui_find *find = &ui->find;
	char whole[HISTORY_LINE + 8];
	struct filter filter;
	struct err err;

	if (!text[0]) {
		memset(&find->filter, 0, sizeof(find->filter));
		find->filter_text[0] = '\0';
		return;
	}
	/* A word alone is a part of a name. */
	snprintf(whole, sizeof(whole), "%s%s", filter_is_one(text_of(text)) ?
		"" : "name:", text);
	if (filter_parse(&filter, text_of(whole), &err)) {
		ui_say(ui, true, err.text);
		return;
	}
	find->filter = filter;
	snprintf(find->filter_text, sizeof(find->filter_text), "%s", text);
}
