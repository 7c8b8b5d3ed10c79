/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events_impl.h"
#include "vmatlas/base/mem.h"

void events_fini(struct events *events)
{
	free(events->order);
}

/* ---- which lines */

static char small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool has_part(const char *text, const char *part, size_t n)
{
	size_t i;

	for (; *text; text++) {
		for (i = 0; i < n && small(text[i]) == small(part[i]); i++)
			;
		if (i == n)
			return true;
	}
	return !n;
}

/* WORD is an address in the pages that it happened to. */
static bool is_there(const struct snapshot *snapshot,
	const struct change *change, struct text word)
{
	unsigned shift = snapshot->machine->page_shift;
	bool marked = text_starts(word, "0x") || text_starts(word, "va:");
	uint64_t va;

	if (text_starts(word, "va:"))
		word = (struct text){ word.p + 3, word.n - 3 };
	return (marked || word.n >= 8) && text_all_u64(word, 16, &va) &&
		va >> shift >= change->vpn &&
		(va >> shift) - change->vpn < change->npages;
}

/* Does the line say all WORDS?  "state:" and "name:" before one, as the atlas
 * takes them, say where it is to stand. */
static bool says(const struct snapshot *snapshot, const struct change *change,
	const char *words)
{
	char numbers[48];
	const char *says[] = {
		change_name(change->kind), numbers,
		buf_text(&snapshot->change_names) + change->name,
		change->npages ? state_info(change->from)->name : "",
		change->npages ? state_info(change->to)->name : "",
	};

	snprintf(numbers, sizeof(numbers), "%d %" PRIx64, change->pid,
		change->vpn << snapshot->machine->page_shift);
	while (*words) {
		struct text word = { words, strcspn(words, " ") };
		bool state = text_starts(word, "state:");
		bool name = text_starts(word, "name:");
		size_t skip = state ? 6 : name ? 5 : 0, i, end;

		words += word.n;
		words += strspn(words, " ");
		i = state ? 3 : name ? 2 : 0;
		end = name ? 3 : sizeof(says) / sizeof(*says);
		while (i < end && !has_part(says[i], word.p + skip,
				word.n - skip))
			i++;
		if (word.n && i == end && !is_there(snapshot, change, word))
			return false;
	}
	return true;
}

static uint64_t number_of(const struct snapshot *snapshot, uint32_t i)
{
	return snapshot->changes_dropped + i;
}

size_t events_at(const struct events *events, const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < events->norder; i++)
		if (number_of(snapshot, events->order[i]) >= events->cursor)
			return i;
	return events->norder ? events->norder - 1 : 0;
}

/* As many lines as there is room for, with the cursor among them. */
static void scroll(struct events *events, size_t at)
{
	size_t room = events->list_rows > 0 ? (size_t)events->list_rows : 1;
	size_t most = events->norder > room ? events->norder - room : 0;

	if (events->top > at)
		events->top = at;
	if (at >= events->top + room)
		events->top = at + 1 - room;
	if (events->top > most)
		events->top = most;
}

static void go_to(struct events *events, const struct snapshot *snapshot,
	size_t at)
{
	if (!events->norder)
		return;
	if (at >= events->norder)
		at = events->norder - 1;
	events->cursor = number_of(snapshot, events->order[at]);
	events->held = at + 1 < events->norder;
	scroll(events, at);
}

void events_update(struct events *events, const struct snapshot *snapshot,
	int rows, int cols)
{
	uint32_t i;

	events->rows = rows;
	events->cols = cols;
	events->head_rows = rows >= 18 ? (cols >= EVENTS_WIDE ? 3 : 4) :
		rows >= 10 ? 1 : 0;
	/* Beside them: the header, titles, a message, keys. */
	events->list_rows = rows - events->head_rows - (rows > 2 ? 2 : 0) -
		(rows > 3) - (rows > 5);
	events->norder = 0;
	events->order = mem_grow(events->order, &events->cap,
		snapshot->nchanges, sizeof(*events->order));
	for (i = 0; i < snapshot->nchanges; i++)
		if (says(snapshot, &snapshot->changes[i], events->filter))
			events->order[events->norder++] = i;
	if (!events->held)
		go_to(events, snapshot, events->norder);
	else
		scroll(events, events_at(events, snapshot));
}

/* ---- what keys do */

bool events_act(struct events *events, const struct snapshot *snapshot,
	enum action action)
{
	size_t at = events_at(events, snapshot);
	size_t page = events->list_rows > 1 ? (size_t)events->list_rows : 1;

	switch (action) {
	case ACTION_UP:
		go_to(events, snapshot, at ? at - 1 : 0);
		return true;
	case ACTION_DOWN:
		go_to(events, snapshot, at + 1);
		return true;
	case ACTION_HALF_UP:
		page /= 2;
		/* Fall through. */
	case ACTION_PAGE_UP:
		go_to(events, snapshot, at > page ? at - page : 0);
		return true;
	case ACTION_HALF_DOWN:
		page /= 2;
		/* Fall through. */
	case ACTION_PAGE_DOWN:
		go_to(events, snapshot, at + page);
		return true;
	case ACTION_TOP:
		go_to(events, snapshot, 0);
		return true;
	case ACTION_BOTTOM:
		go_to(events, snapshot, events->norder);
		return true;
	case ACTION_FIND_NEXT:
		return events_search(events, snapshot, events->search, false);
	case ACTION_FIND_BACK:
		return events_search(events, snapshot, events->search, true);
	default:
		return false;
	}
}

void events_click(struct events *events, const struct snapshot *snapshot,
	int row)
{
	int line = row - (events->rows > 2 ? 2 : 0) - events->head_rows;

	if (line >= 0 && line < events->list_rows &&
	    events->top + (size_t)line < events->norder)
		go_to(events, snapshot, events->top + (size_t)line);
}

void events_filter(struct events *events, const char *text)
{
	snprintf(events->filter, sizeof(events->filter), "%s", text);
}

bool events_search(struct events *events, const struct snapshot *snapshot,
	const char *text, bool back)
{
	size_t n = events->norder, at = events_at(events, snapshot), i;

	if (text != events->search)
		snprintf(events->search, sizeof(events->search), "%s", text);
	if (!events->search[0])
		return false;
	/* Round, to where it stands. */
	for (i = 1; i <= n; i++) {
		size_t k = (back ? at + n - i : at + i) % n;

		if (!says(snapshot, &snapshot->changes[events->order[k]],
				events->search))
			continue;
		go_to(events, snapshot, k);
		return true;
	}
	return false;
}

const struct change *events_chosen(const struct events *events,
	const struct snapshot *snapshot)
{
	if (!events->norder)
		return NULL;
	return &snapshot->changes[events->order[events_at(events, snapshot)]];
}
