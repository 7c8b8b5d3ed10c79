/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/smaps.h"

static unsigned smaps_flags(struct text words)
{
	unsigned flags = 0;
	struct text word;

	while (text_word(&words, &word)) {
		if (text_is(word, "pf"))
			flags |= SMAPS_FLAG_PFNMAP;
		else if (text_is(word, "io"))
			flags |= SMAPS_FLAG_IO;
		else if (text_is(word, "lo"))
			flags |= SMAPS_FLAG_LOCKED;
		else if (text_is(word, "ht"))
			flags |= SMAPS_FLAG_HUGETLB;
		else if (text_is(word, "mg"))
			flags |= SMAPS_FLAG_MERGEABLE;
		else if (text_is(word, "sd"))
			flags |= SMAPS_FLAG_SOFT_DIRTY;
	}
	return flags;
}

/*
 * The field that KEY names, or SMAPS_NFIELDS.  The kernel writes them in
 * the order of the table, so the search starts at GUESS, where it mostly
 * ends too.
 */
static unsigned smaps_field_of(struct text key, unsigned guess)
{
#define X(name, text) { text, sizeof(text) - 1 },
	static const struct text names[] = { SMAPS_TABLE(X) };
#undef X
	unsigned i, field;

	for (i = 0; i < SMAPS_NFIELDS; i++) {
		field = (guess + i) % SMAPS_NFIELDS;
		if (key.n == names[field].n && text_is(key, names[field].p))
			return field;
	}
	return SMAPS_NFIELDS;
}

static void smaps_line(struct text line, struct smaps_entry *out,
		       unsigned *guess)
{
	struct text key, word;
	uint64_t value;
	unsigned field;

	if (!text_until(&line, ':', &key))
		return;
	if (text_is(key, "VmFlags")) {
		out->has_flags = true;
		out->flags = smaps_flags(line);
		return;
	}
	field = smaps_field_of(key, *guess);
	if (field == SMAPS_NFIELDS || !text_word(&line, &word) ||
	    !text_all_u64(word, 10, &value))
		return;
	*guess = field + 1;
	out->has |= UINT32_C(1) << field;
	out->kb[field] = value;
}

bool smaps_next(struct text *rest, struct smaps_entry *out)
{
	struct maps_line next;
	struct text line, from;
	unsigned guess = 0;

	*out = (struct smaps_entry){ 0 };
	do {
		if (!text_line(rest, &line))
			return false;
	} while (!maps_parse(line, &out->map));

	for (from = *rest; text_line(rest, &line); from = *rest) {
		if (maps_parse(line, &next)) {
			*rest = from;
			break;
		}
		smaps_line(line, out, &guess);
	}
	return true;
}
