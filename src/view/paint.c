/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/paint.h"

#include <stdio.h>
#include <string.h>

#include "paint_heat.h"

bool coloring_is_heat(enum coloring coloring)
{
	return coloring == COLORING_AGE || coloring == COLORING_RECLAIM;
}

const char *coloring_name(enum coloring coloring)
{
	static const char *const names[NCOLORINGS] = {
#define X(id, name) name,
		COLORINGS(X)
#undef X
	};

	return names[(unsigned)coloring < NCOLORINGS ? coloring : 0];
}

/* How much of a cell has content; anything at all shows. */
static enum fill fill_of(uint64_t content, uint64_t total)
{
	if (!content)
		return FILL_NONE;
	if (content >= total - total / 4)
		return FILL_FULL;
	return content >= total / 4 ? FILL_HALF : FILL_SOME;
}

/* The state that most pages have, those with content before all others. */
static enum page_state dominant(const struct tally *tally)
{
	enum page_state best = STATE_HOLE;
	uint64_t most = 0;
	unsigned i;

	for (i = 0; i < NSTATES; i++) {
		bool has_content =
			state_info(i)->presence != PRESENCE_VOID;

		if (tally->content && !has_content)
			continue;
		if (tally->state[i] > most) {
			most = tally->state[i];
			best = i;
		}
	}
	return best;
}

static struct look_of_cell look_state(enum page_state state, enum fill fill)
{
	return (struct look_of_cell){ state_info(state)->letter,
		ROLE_OF_STATE(state), fill };
}

/* ---- colourings other than by state: classes with a letter and a role */

static const struct {
	char letter;
	enum role role;
	const char *title;
} sharing_classes[] = {
	{ 'p', ROLE_PRIVATE, "only here" },
	{ 's', ROLE_SHARED, "shared" },
	{ 'u', ROLE_OTHER, "neither, or not known" },
};

static struct look_of_cell look_sharing(const struct tally *tally,
	enum fill fill)
{
	unsigned i = tally->shared > tally->private ? 1 : 0;

	if (!tally->shared && !tally->private)
		i = 2;
	return (struct look_of_cell){ sharing_classes[i].letter,
		sharing_classes[i].role, fill };
}

static bool is_cow(enum page_state state)
{
	return state == STATE_COW_SHARED || state == STATE_COW_PENDING ||
		state == STATE_COW_COPIED || state == STATE_ANON_WAS_SHARED ||
		state == STATE_KSM;
}

static bool is_swap(enum page_state state)
{
	return state == STATE_SWAP;
}

/* The most frequent of the chosen states, however rare, else '-'. */
static struct look_of_cell look_chosen(const struct tally *tally,
	bool (*chosen)(enum page_state), enum fill fill)
{
	enum page_state best = NSTATES;
	unsigned i;

	for (i = 0; i < NSTATES; i++)
		if (chosen(i) && tally->state[i] &&
		    (best == NSTATES || tally->state[i] > tally->state[best]))
			best = i;
	if (best == NSTATES)
		return (struct look_of_cell){ '-', ROLE_COW_NONE, fill };
	return look_state(best, fill_of(tally->state[best], tally->total));
}

static char place_letter(int i)
{
	if (i < 0)
		return '*';
	return (char)(i < 10 ? '0' + i : 'a' + (i - 10) % 26);
}

static struct look_of_cell look_place(int i, enum fill fill)
{
	if (i < 0)
		return (struct look_of_cell){ '*', ROLE_OTHER, fill };
	return (struct look_of_cell){ place_letter(i),
		(uint8_t)(ROLE_PALETTE_0 + i % 6), fill };
}

static int node_of(const struct snapshot *snapshot, int zone)
{
	return zone < 0 || (size_t)zone >= snapshot->machine->nplaces ? -1 :
		snapshot->machine->zones[zone].node;
}

static struct look_of_cell look_content(const struct tally *tally,
	enum coloring coloring, const struct snapshot *snapshot)
{
	enum fill fill = fill_of(tally->content, tally->total);
	bool frames_known = snapshot->machine->facts.pfn_visible;

	switch (coloring) {
	case COLORING_SHARING:
		return look_sharing(tally, fill);
	case COLORING_COW:
		return look_chosen(tally, is_cow, fill);
	case COLORING_SWAP:
		return look_chosen(tally, is_swap, fill);
	case COLORING_ZONE:
	case COLORING_NODE:
		/* What is in swap lies in no zone. */
		if (tally->state[STATE_SWAP] == tally->content)
			return (struct look_of_cell){ '-', ROLE_COW_NONE, fill };
		if (!frames_known)
			return (struct look_of_cell){ '?', ROLE_OTHER, fill };
		return look_place(coloring == COLORING_ZONE ? tally->zone :
			node_of(snapshot, tally->zone), fill);
	case COLORING_AGE:
		return look_age(tally, snapshot, fill);
	case COLORING_RECLAIM:
		return look_reclaim(tally, snapshot, fill);
	case COLORING_STATE:
	case NCOLORINGS:
		break;
	}
	return look_state(dominant(tally), fill);
}

static struct look_of_cell look_absent(const struct tally *tally)
{
	enum page_state state = dominant(tally);

	if (state == STATE_NOT_MAPPED &&
	    tally->cached > tally->state[state] / 2)
		return (struct look_of_cell){ ';', ROLE_CACHED, FILL_NONE };
	return look_state(state, FILL_NONE);
}

/* What happened since the refresh before, of what the colouring is about. */
static bool stands_out(const struct tally *tally, enum coloring coloring)
{
	/* Age says so itself, and what reclaim thinks is another matter. */
	if (coloring_is_heat(coloring))
		return false;
	return coloring == COLORING_COW ? tally->split : tally->changed;
}

struct look_of_cell paint_pages(const struct tally *tally,
	enum coloring coloring, const struct snapshot *snapshot)
{
	struct look_of_cell look;

	if (!tally->content && tally->unknown)
		return (struct look_of_cell){ '?', ROLE_OTHER, FILL_NONE };
	if (!tally->content && tally->pending)
		return (struct look_of_cell){ '~', ROLE_STALE, FILL_NONE };
	if (!tally->content)
		look = look_absent(tally);
	else
		look = look_content(tally, coloring, snapshot);
	if (stands_out(tally, coloring))
		look.role = ROLE_CHANGED;
	else if (tally->stale && tally->content)
		look.role = ROLE_STALE;
	return look;
}

struct look_of_cell paint_frames(const struct tally *tally,
	enum coloring coloring, const struct snapshot *snapshot)
{
	const struct stretch *stretch = tally->stretch < 0 ? NULL :
		&snapshot->machine->stretches[tally->stretch];
	struct look_of_cell look;

	if (tally->content) {
		look = look_content(tally, coloring, snapshot);
		if (stands_out(tally, coloring))
			look.role = ROLE_CHANGED;
		return look;
	}
	if (tally->pending)
		return (struct look_of_cell){ '~', ROLE_STALE, FILL_NONE };
	/* Whose it is may be anybody's: not "none of this process". */
	if (tally->ram && !snapshot->machine->facts.pfn_visible)
		return (struct look_of_cell){ '?', ROLE_OTHER, FILL_NONE };
	if (tally->ram)
		return (struct look_of_cell){ '.', ROLE_RAM, FILL_NONE };
	if (!stretch || stretch->kind == STRETCH_HOLE)
		return (struct look_of_cell){ ' ', ROLE_FRAME_HOLE, FILL_NONE };
	if (stretch->kind == STRETCH_RESERVED)
		return (struct look_of_cell){ 'r', ROLE_RESERVED, FILL_NONE };
	return (struct look_of_cell){ '#', ROLE_MMIO, FILL_NONE };
}

/* ---- legend */

static void entry_of_state(enum page_state state, struct legend_entry *out)
{
	const struct state_info *info = state_info(state);

	out->letter = info->letter;
	out->role = (uint8_t)ROLE_OF_STATE(state);
	out->fill = info->presence == PRESENCE_VOID ? FILL_NONE : FILL_FULL;
	snprintf(out->title, sizeof(out->title), "%s", info->title);
	out->words = info->words;
}

static bool chosen_legend(bool (*chosen)(enum page_state), unsigned i,
	struct legend_entry *out)
{
	unsigned state;

	for (state = 0; state < NSTATES; state++)
		if (chosen(state) && !i--) {
			entry_of_state(state, out);
			return true;
		}
	if (i)
		return false;
	*out = (struct legend_entry){ '-', ROLE_COW_NONE, FILL_FULL,
		"anything else", NULL };
	return true;
}

static bool sharing_legend(unsigned i, struct legend_entry *out)
{
	if (i >= sizeof(sharing_classes) / sizeof(*sharing_classes))
		return false;
	*out = (struct legend_entry){ .letter = sharing_classes[i].letter,
		.role = (uint8_t)sharing_classes[i].role, .fill = FILL_FULL };
	snprintf(out->title, sizeof(out->title), "%s",
		sharing_classes[i].title);
	return true;
}

static bool zone_legend(const struct snapshot *snapshot, bool nodes,
	unsigned i, struct legend_entry *out)
{
	const struct machine *machine = snapshot->machine;
	char title[32];
	size_t zone;
	int last = -1;

	for (zone = 0; zone < machine->nplaces; zone++) {
		const struct zone *z = &machine->zones[zone];
		int place = nodes ? z->node : (int)zone;

		/* A doubt has no start, and maybe no node. */
		if ((!z->has_start && zone < machine->nzones) ||
		    (nodes && (z->node == last || z->node < 0)))
			continue;
		last = z->node;
		if (i--)
			continue;
		*out = (struct legend_entry){ .letter = place_letter(place),
			.role = (uint8_t)(ROLE_PALETTE_0 + place % 6),
			.fill = FILL_FULL };
		if (nodes)
			snprintf(out->title, sizeof(out->title), "node %d",
				z->node);
		else
			snprintf(out->title, sizeof(out->title), "%s",
				snapshot_zone(snapshot, (int)zone, title));
		return true;
	}
	if (i > 1)
		return false;
	if (i)
		*out = (struct legend_entry){ '-', ROLE_COW_NONE, FILL_FULL,
			"in swap", NULL };
	else if (!machine->facts.pfn_visible)
		*out = (struct legend_entry){ '?', ROLE_OTHER, FILL_FULL,
			"not told to this user", NULL };
	else
		*out = (struct legend_entry){ '*', ROLE_OTHER, FILL_FULL,
			"several, or not known", NULL };
	return true;
}

static bool class_legend(enum coloring coloring,
	const struct snapshot *snapshot, unsigned i, struct legend_entry *out)
{
	switch (coloring) {
	case COLORING_SHARING:
		return sharing_legend(i, out);
	case COLORING_COW:
		return chosen_legend(is_cow, i, out);
	case COLORING_SWAP:
		return chosen_legend(is_swap, i, out);
	case COLORING_ZONE:
	case COLORING_NODE:
		return zone_legend(snapshot, coloring == COLORING_NODE, i, out);
	case COLORING_AGE:
		return age_legend(i, out);
	case COLORING_RECLAIM:
		return reclaim_legend(i, out);
	case COLORING_STATE:
	case NCOLORINGS:
		break;
	}
	return false;
}

static bool cached_legend(unsigned i, struct legend_entry *out)
{
	if (i)
		return false;
	*out = (struct legend_entry){ ';', ROLE_CACHED, FILL_NONE,
		"in page cache",
		"is not mapped in here now, but the page cache has it" };
	return true;
}

/* Pages without content look the same whatever the colouring. */
static bool void_legend(unsigned i, struct legend_entry *out)
{
	unsigned state;

	for (state = STATE_HOLE + 1; state < NSTATES; state++)
		if (state_info(state)->presence == PRESENCE_VOID && !i--) {
			entry_of_state(state, out);
			return true;
		}
	return cached_legend(i, out);
}

bool paint_legend(enum coloring coloring, const struct snapshot *snapshot,
	unsigned i, struct legend_entry *out)
{
	unsigned n = 0;

	if (coloring == COLORING_STATE) {
		if (++i >= NSTATES)
			return cached_legend(i - NSTATES, out);
		entry_of_state(i, out);		/* all but the hole */
		return true;
	}
	if (class_legend(coloring, snapshot, i, out))
		return true;
	while (class_legend(coloring, snapshot, n, out))
		n++;
	return void_legend(i - n, out);
}
