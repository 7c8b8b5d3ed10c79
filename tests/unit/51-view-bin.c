/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies in cells, how they are painted, and what is said about them: all
 * of one made-up process, frozen in a snapshot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "fake-source.h"
#include "vmatlas/base/key.h"
#include "vmatlas/model/link.h"
#include "vmatlas/view/bin.h"
#include "vmatlas/view/explain.h"
#include "vmatlas/view/list.h"
#include "vmatlas/view/scale.h"

#define HEAP 0x1005
#define NPAGES 3000

static struct fake *fake;
static struct machine *machine;
static struct space space;
static struct snapshot snapshot;
static struct wish wish;

static void take(void)
{
	wish.keep_blocks = true;
	snapshot_take_space(&snapshot, &space, &wish);
}

static int setup(void **state)
{
	uint64_t *page;
	unsigned i;

	(void)state;
	fake = fake_new();
	fake->zoneinfo = "Node 0, zone      DMA\n        spanned  4659\n"
		"  start_pfn:           1\n"
		"Node 0, zone   Normal\n        spanned  20000\n"
		"  start_pfn:           4660\n";
	fake->iomem = "00001000-07ffffff : System RAM\n"
		"fe000000-fe00ffff : uart\n";
	fake->maps = "1005000-1bbd000 rw-p 00000000 00:00 0 \n"
		"2000000-2002000 r-xp 00000000 fe:01 3 /bin/x\n";
	page = fake_area(fake, HEAP, NPAGES);
	for (i = 0; i < NPAGES; i++) {
		if (i % 3 == 1)
			page[i] = fake_frame(fake, 1 + i * 7919 % 0x4000,
				FAKE_OWN, 1);
		else if (i % 30 == 2)
			page[i] = PM_SWAP | (uint64_t)i << 5;
		else if (i % 30 == 5)
			page[i] = fake_frame(fake, 0x6000 + i, FAKE_ANON, 2);
	}
	page = fake_area(fake, 0x2000, 2);
	page[0] = fake_frame(fake, 0x5fff, FAKE_CACHE, 5);
	machine = machine_read(&fake->src);
	space_init(&space, (struct proc_id){ FAKE_PID, 0 }, true);
	assert_int_equal(space_refresh(&space, &fake->src, machine), ANSWER_OK);
	space_pass_begin(&space, DEPTH_STATES);
	while (space_pass_step(&space, true) > 0)
		;
	snapshot.machine = machine;
	wish.npages = wish.nframes = 1;
	wish.pages[0] = (struct page_range){ 0, UINT64_C(1) << 40 };
	wish.frames[0] = (struct page_range){ 0, UINT64_C(1) << 40 };
	take();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(snapshot.regions);
	free(snapshot.blocks);
	free(snapshot.words);
	free(snapshot.classes);
	free(snapshot.zone_pages);
	free(snapshot.state_pages);
	free(snapshot.frame_blocks);
	free(snapshot.frames);
	free(snapshot.link);
	buf_fini(&snapshot.names);
	buf_fini(&snapshot.problems);
	space_fini(&space);
	machine_unref(machine);
	source_free(&fake->src);
	return 0;
}

static void add(struct tally *sum, const struct tally *cell)
{
	unsigned i;

	sum->total += cell->total;
	sum->content += cell->content;
	sum->shared += cell->shared;
	sum->private += cell->private;
	for (i = 0; i < NSTATES; i++)
		sum->state[i] += cell->state[i];
	assert_false(cell->pending);
}

static void same(const struct tally *a, const struct tally *b)
{
	unsigned i;

	assert_true(a->total == b->total);
	assert_true(a->content == b->content);
	assert_true(a->shared == b->shared);
	assert_true(a->private == b->private);
	for (i = 0; i < NSTATES; i++)
		assert_true(a->state[i] == b->state[i]);
}

static void pages_sum_to_the_same_at_every_shift(void **state)
{
	struct tally whole, cell;
	unsigned shift;

	(void)state;
	bin_pages(&snapshot, 0, HEAP, HEAP + NPAGES, &whole);
	assert_true(whole.total == NPAGES);
	assert_true(whole.state[STATE_ANON] == 1000);
	assert_true(whole.state[STATE_SWAP] == 100);
	assert_true(whole.state[STATE_COW_SHARED] == 100);
	assert_true(whole.state[STATE_UNTOUCHED] == 1800);
	assert_true(whole.content == 1200);
	assert_true(whole.shared == 100 && whole.private == 1000);
	for (shift = 0; shift < 20; shift++) {
		struct scale scale = { HEAP, HEAP + NPAGES, shift };
		struct tally sum = { 0 };
		uint64_t i, start, end;

		for (i = 0; i < scale_cells(&scale); i++) {
			scale_range(&scale, i, &start, &end);
			bin_pages(&snapshot, 0, start, end, &cell);
			add(&sum, &cell);
		}
		same(&sum, &whole);
	}
}

static void frames_sum_to_the_same_at_every_shift(void **state)
{
	static const uint64_t zones[][2] = { { 1, 0x1234 },
		{ 0x1234, 0x1234 + 20000 } };
	struct tally whole, cell;
	unsigned shift, z;
	uint64_t mine = 0;

	(void)state;
	for (z = 0; z < 2; z++) {
		bin_frames(&snapshot, zones[z][0], zones[z][1], &whole);
		assert_int_equal(whole.zone, z);
		mine += whole.content;
		for (shift = 0; shift < 20; shift++) {
			struct scale scale = { zones[z][0], zones[z][1], shift };
			struct tally sum = { 0 };
			uint64_t i, start, end;

			for (i = 0; i < scale_cells(&scale); i++) {
				scale_range(&scale, i, &start, &end);
				bin_frames(&snapshot, start, end, &cell);
				assert_int_equal(cell.zone, z);
				add(&sum, &cell);
			}
			same(&sum, &whole);
		}
	}
	bin_frames(&snapshot, 0x5fff, 0x6000, &cell);
	assert_true(cell.state[STATE_FILE] == 1 && cell.shared == 1);
	/* Frames behind the zones: 0x6054 on. */
	bin_frames(&snapshot, 0x6054, 0x8000, &cell);
	assert_true(mine + cell.content == 1101);
}

static void what_was_not_asked_is_pending(void **state)
{
	struct tally cell;

	(void)state;
	wish.npages = wish.nframes = 0;
	take();
	bin_pages(&snapshot, 0, HEAP, HEAP + 1, &cell);
	assert_true(cell.pending);
	assert_int_equal(paint_pages(&cell, COLORING_STATE, &snapshot).letter,
		'~');
	bin_pages(&snapshot, 0, 0x1200, 0x1400, &cell);
	assert_false(cell.pending);
	assert_true(cell.content > 0);
	bin_frames(&snapshot, 0x1300, 0x1301, &cell);
	assert_true(cell.pending);
	bin_frames(&snapshot, 0x1400, 0x1600, &cell);
	assert_false(cell.pending);
	wish.npages = wish.nframes = 1;
	take();
}

/* ---- paint */

static struct tally tally_of(enum page_state state, uint64_t n, uint64_t total)
{
	struct tally tally = { .total = total, .zone = -1, .stretch = -1,
		.ram = true };

	tally.state[state] = n;
	tally.state[STATE_UNTOUCHED] = total - n;
	tally.content = n;
	return tally;
}

static void one_page_shows_however_many_do_not(void **state)
{
	struct tally tally = tally_of(STATE_SWAP, 1, 1 << 20);
	struct look_of_cell look;

	(void)state;
	look = paint_pages(&tally, COLORING_STATE, &snapshot);
	assert_int_equal(look.letter, 'S');
	assert_int_equal(look.role, ROLE_OF_STATE(STATE_SWAP));
	assert_int_equal(look.fill, FILL_SOME);
	tally = tally_of(STATE_ANON, 32, 64);
	assert_int_equal(paint_pages(&tally, COLORING_STATE, &snapshot).fill,
		FILL_HALF);
	tally = tally_of(STATE_ANON, 60, 64);
	assert_int_equal(paint_pages(&tally, COLORING_STATE, &snapshot).fill,
		FILL_FULL);
	tally = tally_of(STATE_ANON, 0, 64);
	look = paint_pages(&tally, COLORING_STATE, &snapshot);
	assert_int_equal(look.letter, '.');
	assert_int_equal(look.fill, FILL_NONE);
}

static void change_and_age_are_roles(void **state)
{
	struct tally tally = tally_of(STATE_ANON, 2, 4);

	(void)state;
	tally.stale = true;
	assert_int_equal(paint_pages(&tally, COLORING_STATE, &snapshot).role,
		ROLE_STALE);
	tally.changed = 1;
	assert_int_equal(paint_pages(&tally, COLORING_STATE, &snapshot).role,
		ROLE_CHANGED);
	assert_int_equal(paint_pages(&tally, COLORING_STATE, &snapshot).letter,
		'A');
	assert_int_equal(paint_frames(&tally, COLORING_STATE, &snapshot).role,
		ROLE_CHANGED);
}

static void colorings(void **state)
{
	struct tally tally = tally_of(STATE_ANON, 3, 4);

	(void)state;
	tally.shared = 2;
	tally.private = 1;
	tally.zone = 1;
	assert_int_equal(paint_pages(&tally, COLORING_SHARING, &snapshot).letter,
		's');
	tally.private = 2;
	assert_int_equal(paint_pages(&tally, COLORING_SHARING, &snapshot).letter,
		'p');
	tally.shared = tally.private = 0;
	assert_int_equal(paint_pages(&tally, COLORING_SHARING, &snapshot).letter,
		'u');
	assert_int_equal(paint_pages(&tally, COLORING_COW, &snapshot).letter, '-');
	tally.state[STATE_COW_PENDING] = 1;
	assert_int_equal(paint_pages(&tally, COLORING_COW, &snapshot).letter, 'c');
	assert_int_equal(paint_pages(&tally, COLORING_SWAP, &snapshot).letter, '-');
	tally.state[STATE_SWAP] = 1;
	assert_int_equal(paint_pages(&tally, COLORING_SWAP, &snapshot).letter, 'S');
	assert_int_equal(paint_pages(&tally, COLORING_ZONE, &snapshot).letter, '1');
	assert_int_equal(paint_pages(&tally, COLORING_NODE, &snapshot).letter, '0');
	tally.zone = -1;
	assert_int_equal(paint_pages(&tally, COLORING_ZONE, &snapshot).letter, '*');
	machine->facts.pfn_visible = false;
	assert_int_equal(paint_pages(&tally, COLORING_ZONE, &snapshot).letter, '?');
	machine->facts.pfn_visible = true;
}

static void by_heat(void **state)
{
	struct tally tally = tally_of(STATE_ANON, 4, 4);

	(void)state;
	tally.age = AGE_MINUTE;
	tally.changed = 1;
	tally.reclaim[RECLAIM_UNKNOWN] = 3;
	tally.reclaim[RECLAIM_ACTIVE] = 1;
	/* It answers a wish from before somebody wanted to see this. */
	snapshot.has_heat = false;
	assert_int_equal(paint_pages(&tally, COLORING_AGE, &snapshot).letter,
		'~');
	snapshot.has_heat = true;
	/* Its own colour, not that of everything that changed. */
	assert_int_equal(paint_pages(&tally, COLORING_AGE, &snapshot).letter,
		'2');
	assert_int_equal(paint_pages(&tally, COLORING_AGE, &snapshot).role,
		ROLE_HEAT_2);
	assert_int_equal(paint_pages(&tally, COLORING_RECLAIM, &snapshot).letter,
		'1');
	tally.reclaim[RECLAIM_INACTIVE] = 2;
	assert_int_equal(paint_pages(&tally, COLORING_RECLAIM, &snapshot).letter,
		'4');
	tally = tally_of(STATE_SWAP, 4, 4);
	tally.reclaim[RECLAIM_UNKNOWN] = 4;
	assert_int_equal(paint_pages(&tally, COLORING_RECLAIM, &snapshot).letter,
		'-');
	tally = tally_of(STATE_ANON, 4, 4);
	tally.reclaim[RECLAIM_UNKNOWN] = 4;
	assert_int_equal(paint_pages(&tally, COLORING_RECLAIM, &snapshot).letter,
		'?');
	snapshot.has_heat = false;
}

static void frames_of_nobody_we_know(void **state)
{
	struct tally tally;

	(void)state;
	bin_frames(&snapshot, 0x7000, 0x7200, &tally);
	assert_int_equal(paint_frames(&tally, COLORING_STATE, &snapshot).letter,
		'.');
	bin_frames(&snapshot, 0xfe000, 0xfe001, &tally);
	assert_int_equal(paint_frames(&tally, COLORING_STATE, &snapshot).letter,
		'#');
	/* Whose it is, nobody was told: not "none of this process". */
	machine->facts.pfn_visible = false;
	bin_frames(&snapshot, 0x7000, 0x7200, &tally);
	assert_int_equal(paint_frames(&tally, COLORING_STATE, &snapshot).letter,
		'?');
	machine->facts.pfn_visible = true;
}

static void legend_has_each_state_once(void **state)
{
	bool seen[NSTATES] = { false };
	struct legend_entry entry;
	unsigned i, k, cached = 0;

	(void)state;
	for (i = 0; paint_legend(COLORING_STATE, &snapshot, i, &entry); i++) {
		if (entry.role == ROLE_CACHED) {
			cached++;
			continue;
		}
		assert_true(entry.role > ROLE_STATE_FIRST);
		k = entry.role - ROLE_STATE_FIRST;
		assert_false(seen[k]);
		seen[k] = true;
		assert_int_equal(entry.letter, state_info(k)->letter);
		assert_string_equal(entry.title, state_info(k)->title);
		assert_non_null(entry.words);
	}
	/* One mark has a look of its own. */
	assert_int_equal(cached, 1);
	assert_int_equal(i, NSTATES - 1 + cached);
	assert_false(seen[STATE_HOLE]);
}

/* More than half of what is not mapped in, if nothing else is in the cell. */
static void cached_has_its_look(void **state)
{
	struct tally tally = { .total = 8, .state = { [STATE_NOT_MAPPED] = 6,
		[STATE_GUARD] = 2 }, .cached = 3 };

	(void)state;
	assert_int_equal(paint_pages(&tally, COLORING_STATE, &snapshot).letter,
		',');
	tally.cached = 4;
	assert_int_equal(paint_pages(&tally, COLORING_STATE, &snapshot).letter,
		';');
	assert_int_equal(paint_pages(&tally, COLORING_COW, &snapshot).role,
		ROLE_CACHED);
	tally.state[STATE_FILE] = tally.content = 1;
	assert_int_equal(paint_pages(&tally, COLORING_STATE, &snapshot).letter,
		'f');
}

/* In each colouring: no letter twice, and every letter that cells show. */
static void legends_tell_every_letter(void **state)
{
	unsigned c, s, i;

	(void)state;
	snapshot.has_heat = true;
	for (c = 0; c < NCOLORINGS; c++) {
		char letters[64] = { 0 };
		struct legend_entry entry;

		assert_non_null(coloring_name(c));
		for (i = 0; paint_legend(c, &snapshot, i, &entry); i++) {
			assert_true(i < 40);
			assert_null(strchr(letters, entry.letter));
			letters[i] = entry.letter;
		}
		for (s = 1; s < NSTATES; s++) {
			struct tally tally = tally_of(s, 4, 4);
			struct look_of_cell look;

			if (state_info(s)->presence == PRESENCE_VOID)
				continue;
			tally.private = 4;
			tally.zone = 0;
			look = paint_pages(&tally, c, &snapshot);
			assert_non_null(strchr(letters, look.letter));
		}
	}
}

/* ---- words */

static void said(struct atlas *atlas, const char *want)
{
	struct buf out = { 0 };

	explain_line(&out, atlas, &snapshot);
	if (!strstr(buf_text(&out), want))
		fail_msg("\"%s\" does not say \"%s\"", buf_text(&out), want);
	buf_fini(&out);
}

static void look_at(struct atlas *atlas, enum side side, uint64_t at,
	unsigned shift)
{
	struct symbols symbols = { 0 };
	struct detail_seen seen = { 0 };
	uint64_t start, end;

	atlas_update(atlas, &snapshot, 24, 80, false);
	atlas->active = side;
	atlas->panes[side].cursor = at;
	atlas->panes[side].placed = true;
	atlas->panes[side].fit = false;
	atlas->panes[side].shift = shift;
	atlas->laid_out = false;
	atlas_update(atlas, &snapshot, 24, 80, false);
	assert_true(pane_focus(&atlas->panes[side], &start, &end));
	wish.focus = (struct focus){ side == SIDE_VIRTUAL ? FOCUS_VIRTUAL :
		FOCUS_PHYSICAL, { start, end },
		atlas->panes[!side].shift };
	take();
	link_fill(&snapshot, &space, &wish.focus);
	detail_fill(&snapshot, &space, &symbols, &wish.focus, &seen);
	symbols_fini(&symbols);
}

/* What is asked to be shown is shown in the cells that the title promises. */
static void show_is_in_the_cells_it_says(void **state)
{
	struct atlas atlas;
	uint64_t start, end;

	(void)state;
	atlas_init(&atlas);
	atlas_update(&atlas, &snapshot, 24, 80, false);
	assert_int_not_equal(atlas.panes[SIDE_VIRTUAL].shift, 0);
	atlas_show(&atlas, &snapshot, HEAP + 3, HEAP + 27);
	assert_int_equal(atlas.panes[SIDE_VIRTUAL].shift, 0);
	assert_true(pane_focus(&atlas.panes[SIDE_VIRTUAL], &start, &end));
	assert_true(start == HEAP + 3 && end == HEAP + 4);
	/* More than fits into half the pane takes bigger cells, as drawn. */
	atlas_show(&atlas, &snapshot, HEAP, HEAP + NPAGES);
	assert_int_not_equal(atlas.panes[SIDE_VIRTUAL].shift, 0);
	assert_true(pane_focus(&atlas.panes[SIDE_VIRTUAL], &start, &end));
	assert_true(end >> atlas.panes[SIDE_VIRTUAL].shift >
		start >> atlas.panes[SIDE_VIRTUAL].shift && end - start > 1);
	atlas_fini(&atlas);
}

/* After an exec the cursor starts anew; by another name alone it does not. */
static void exec_starts_anew(void **state)
{
	const uint64_t nowhere = 0x900000;
	struct atlas atlas;
	struct pane *pane = &atlas.panes[SIDE_VIRTUAL];

	(void)state;
	atlas_init(&atlas);
	atlas_update(&atlas, &snapshot, 24, 80, false);
	pane->cursor = nowhere;
	atlas_update(&atlas, &snapshot, 24, 80, false);
	assert_true(pane->cursor == nowhere);
	strcpy(snapshot.process.name, "after exec");
	atlas_update(&atlas, &snapshot, 24, 80, false);
	assert_true(snapshot_region(&snapshot, pane->cursor) >= 0);
	pane->cursor = HEAP + 5;
	strcpy(snapshot.process.name, "prctl");
	atlas_update(&atlas, &snapshot, 24, 80, false);
	assert_true(pane->cursor == HEAP + 5);
	atlas_fini(&atlas);
}

static void words_for_pages_and_frames(void **state)
{
	struct atlas atlas;
	uint64_t pfn = 1 + 7919 % 0x4000;
	char want[80];

	(void)state;
	atlas_init(&atlas);
	look_at(&atlas, SIDE_VIRTUAL, HEAP + 1, 0);
	snprintf(want, sizeof(want), "1006 -> frame 0x%x 0/Normal",
		(unsigned)pfn);
	said(&atlas, want);
	said(&atlas, " x1  own: it is this process's own memory");
	look_at(&atlas, SIDE_VIRTUAL, HEAP + 5, 0);
	said(&atlas, " x2  ");
	look_at(&atlas, SIDE_VIRTUAL, HEAP, 0);
	said(&atlas, "never touched");
	look_at(&atlas, SIDE_VIRTUAL, HEAP + 2, 0);
	said(&atlas, "swapped out");
	look_at(&atlas, SIDE_VIRTUAL, 0x1200, 8);
	said(&atlas, "256 pages at 1200: ");
	said(&atlas, " own");
	said(&atlas, " untouched");
	look_at(&atlas, SIDE_PHYSICAL, pfn, 0);
	snprintf(want, sizeof(want), "frame 0x%x 0/Normal System RAM: here 1 own; "
		"1 page;", (unsigned)pfn);
	said(&atlas, want);
	look_at(&atlas, SIDE_PHYSICAL, 0x7000, 0);
	said(&atlas, "none of this process");
	/* Of a user who is told nothing, nothing is said. */
	machine->facts.pfn_visible = false;
	look_at(&atlas, SIDE_VIRTUAL, HEAP + 1, 0);
	said(&atlas, "-> frame ?");
	machine->facts.pfn_visible = true;
	atlas_fini(&atlas);
	wish.focus.side = FOCUS_NONE;
	take();
}

static void inspector_in_lines(void **state)
{
	static const char *const wanted[] = { "address\t0x1006000\n",
		"region\t[anon]\n", "state\tA anon\n", "zone\t0/Normal\n",
		"resource\tSystem RAM\n", "map count\t1\n", "anon_exclusive" };
	struct atlas atlas;
	struct buf out = { 0 };
	size_t i;

	(void)state;
	atlas_init(&atlas);
	look_at(&atlas, SIDE_VIRTUAL, HEAP + 1, 0);
	explain_inspect(&out, &atlas, &snapshot);
	for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!strstr(buf_text(&out), wanted[i]))
			fail_msg("no \"%s\" in\n%s", wanted[i], buf_text(&out));
	buf_clear(&out);
	look_at(&atlas, SIDE_PHYSICAL, 1 + 7919 % 0x4000, 0);
	explain_inspect(&out, &atlas, &snapshot);
	assert_non_null(strstr(buf_text(&out), "page\t1006 [anon]\n"));
	buf_fini(&out);
	atlas_fini(&atlas);
	wish.focus.side = FOCUS_NONE;
	take();
}

/* ---- keys */

static void keys_do_one_thing_each(void **state)
{
	enum action action, other;
	const char *name, *again;
	bool has_key[NACTIONS] = { false };
	struct keymap map;
	unsigned i, k;

	(void)state;
	keymap_default(&map, false);
	for (i = 0; (name = keymap_binding(i, &action)); i++) {
		assert_int_not_equal(key_parse(name), KEY_ID_NONE);
		assert_int_equal(keymap_action(&map, key_parse(name),
			action_where(action)), action);
		has_key[action] = true;
		for (k = 0; k < i; k++) {
			again = keymap_binding(k, &other);
			if (action_where(action) & action_where(other))
				assert_int_not_equal(key_parse(again),
					key_parse(name));
		}
	}
	for (i = 1; i < NACTIONS; i++) {
		assert_true(has_key[i]);
		assert_true(action_words(i)[0]);
		assert_true(action_where(i));
	}
	assert_int_equal(keymap_action(&map, key_parse("q"), ON_LIST),
		ACTION_QUIT);
	assert_int_equal(keymap_action(&map, key_parse("Esc"), ON_LIST),
		ACTION_CLOSE);
	assert_int_equal(keymap_action(&map, 'X', ON_LIST), ACTION_NONE);
}

/* ---- the list */

static void list_rows(struct snapshot *with, size_t n)
{
	static struct process_row rows[8];
	size_t i;

	with->rows = rows;
	with->nrows = n;
	buf_clear(&with->commands);
	buf_str(&with->commands, "c");
	for (i = 0; i < n; i++) {
		rows[i] = (struct process_row){ .process = {
			.id = { (int)(10 * (i + 1)), 1 },
			.vss = i == 3 ? 0 : 4096, .rss = i * 100 % 250 } };
	}
}

static void list_keeps_its_process(void **state)
{
	struct snapshot with = { .has_list = true };
	struct list list;
	struct proc_id id;
	int i;

	(void)state;
	list_init(&list);
	list_rows(&with, 6);	/* rss 0 100 200 - 150 0 */
	list_update(&list, &with, 24, 80);
	assert_int_equal(list.norder, 5);	/* one maps nothing */
	assert_true(list_chosen(&list, &with, &id));
	assert_int_equal(id.pid, 30);	/* the biggest */
	assert_true(list_act(&list, &with, ACTION_DOWN));
	list_chosen(&list, &with, &id);
	assert_int_equal(id.pid, 50);
	/* However it is sorted. */
	for (i = 0; i < 4; i++)		/* VSS S USER PID */
		assert_true(list_act(&list, &with, ACTION_SORT_LEFT));
	list_update(&list, &with, 24, 80);
	list_chosen(&list, &with, &id);
	assert_int_equal(id.pid, 50);
	list_act(&list, &with, ACTION_SORT_INVERT);
	list_update(&list, &with, 5, 80);
	list_chosen(&list, &with, &id);
	assert_int_equal(id.pid, 50);
	assert_true(list_act(&list, &with, ACTION_BOTTOM));
	list_act(&list, &with, ACTION_DOWN);
	list_chosen(&list, &with, &id);
	assert_int_equal(id.pid, 10);
	assert_true(list.scroll.top > 0);
	assert_true(list_act(&list, &with, ACTION_TOP));
	list_act(&list, &with, ACTION_UP);
	list_chosen(&list, &with, &id);
	assert_int_equal(id.pid, 60);
	assert_int_equal(list.scroll.top, 0);
	/* It ended: another takes its place; all ended: none. */
	list_rows(&with, 3);
	list_update(&list, &with, 24, 80);
	assert_true(list_chosen(&list, &with, &id));
	list_rows(&with, 0);
	list_update(&list, &with, 24, 80);
	assert_false(list_chosen(&list, &with, &id));
	assert_false(list_act(&list, &with, ACTION_ZOOM_IN));
	list_fini(&list);
	buf_fini(&with.commands);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(pages_sum_to_the_same_at_every_shift),
		T(frames_sum_to_the_same_at_every_shift),
		T(what_was_not_asked_is_pending),
		T(one_page_shows_however_many_do_not),
		T(change_and_age_are_roles), T(colorings), T(by_heat),
		T(frames_of_nobody_we_know), T(legend_has_each_state_once),
		T(cached_has_its_look),
		T(legends_tell_every_letter), T(words_for_pages_and_frames),
		T(show_is_in_the_cells_it_says), T(exec_starts_anew),
		T(inspector_in_lines), T(keys_do_one_thing_each),
		T(list_keeps_its_process),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
