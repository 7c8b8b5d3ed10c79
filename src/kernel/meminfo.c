/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/meminfo.h"

#include <string.h>

static bool take_number(struct text *rest, uint64_t *out)
{
	struct text word;

	return text_word(rest, &word) && text_all_u64(word, 10, out) &&
		*out <= INT64_MAX;
}

bool meminfo_next(struct text *rest, struct meminfo_line *out)
{
	struct text line, word;

	while (text_line(rest, &line)) {
		if (!line.n || !memchr(line.p, ':', line.n) ||
		    !text_until(&line, ':', &out->key) || !out->key.n)
			continue;
		if (!take_number(&line, &out->value))
			continue;
		out->has_bytes = text_word(&line, &word) && text_is(word, "kB");
		if (!out->has_bytes)
			return true;
		if (out->value > INT64_MAX >> 10)
			continue;
		out->value <<= 10;
		return true;
	}
	return false;
}

bool meminfo_get(struct text text, const char *key, uint64_t *out)
{
	struct meminfo_line line;

	while (meminfo_next(&text, &line)) {
		if (!text_is(line.key, key))
			continue;
		*out = line.value;
		return true;
	}
	return false;
}

bool counter_get(struct text text, const char *name, uint64_t *out)
{
	struct text line, word;
	uint64_t value;

	while (text_line(&text, &line)) {
		if (!text_word(&line, &word) || !text_is(word, name) ||
		    !take_number(&line, &value))
			continue;
		*out = value;
		return true;
	}
	return false;
}

static bool is_zone(struct text name)
{
	static const char *const zones[] = {
		"dma", "dma32", "normal", "high", "movable", "device"
	};
	size_t i;

	for (i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (text_is(name, zones[i]))
			return true;
	return false;
}

bool counter_sum(struct text text, const char *prefix, uint64_t *out)
{
	size_t n = strlen(prefix);
	uint64_t value, sum = 0;
	struct text line, word;
	bool found = false;

	while (text_line(&text, &line)) {
		if (!text_word(&line, &word) || !text_starts(word, prefix))
			continue;
		if (word.n > n && (word.p[n] != '_' ||
				!is_zone((struct text){ word.p + n + 1,
					word.n - n - 1 })))
			continue;
		if (!take_number(&line, &value) || value > INT64_MAX - sum)
			return false;
		sum += value;
		found = true;
	}
	if (found)
		*out = sum;
	return found;
}

/* "12.34", in hundredths. */
static bool take_hundredths(struct text text, uint64_t *out)
{
	struct text whole;
	uint64_t value, part = 0;

	if (!text_until(&text, '.', &whole) ||
	    !text_all_u64(whole, 10, &value) || value > 1000000)
		return false;
	if (text.n && (text.n != 2 || !text_all_u64(text, 10, &part)))
		return false;
	*out = value * 100 + part;
	return true;
}

static bool psi_word(struct psi_line *line, struct text word)
{
	struct text key;

	text_until(&word, '=', &key);
	if (text_is(key, "avg10"))
		return take_hundredths(word, &line->avg10);
	if (text_is(key, "avg60"))
		return take_hundredths(word, &line->avg60);
	if (text_is(key, "avg300"))
		return take_hundredths(word, &line->avg300);
	if (text_is(key, "total"))
		return text_all_u64(word, 10, &line->total) &&
			line->total <= INT64_MAX;
	return true;
}

void psi_parse(struct text text, struct psi_line out[2])
{
	struct text line, word;

	memset(out, 0, 2 * sizeof(*out));
	while (text_line(&text, &line)) {
		struct psi_line found = { .known = true };
		unsigned words = 0;
		int which;

		if (!text_word(&line, &word))
			continue;
		which = text_is(word, "some") ? 0 :
			text_is(word, "full") ? 1 : -1;
		while (which >= 0 && text_word(&line, &word)) {
			if (!psi_word(&found, word))
				which = -1;
			words++;
		}
		if (which >= 0 && words >= 4)
			out[which] = found;
	}
}

size_t numbers_parse(struct text text, uint64_t *out, size_t max)
{
	size_t n = 0;
	struct text line;

	if (!text_line(&text, &line))
		return 0;
	while (n < max && take_number(&line, &out[n]))
		n++;
	return n;
}

bool chosen_word(struct text text, struct text *out)
{
	struct text word;

	text = text_trim(text);
	while (text_word(&text, &word)) {
		if (word.n < 3 || word.p[0] != '[' || word.p[word.n - 1] != ']')
			continue;
		*out = (struct text){ word.p + 1, word.n - 2 };
		return true;
	}
	return false;
}

bool zoneinfo_cached(struct text zoneinfo, uint64_t *npages)
{
	struct text line, word;
	uint64_t value, sum = 0;
	bool found = false;

	while (text_line(&zoneinfo, &line)) {
		if (!text_word(&line, &word) || !text_is(word, "count:"))
			continue;
		if (!take_number(&line, &value) || value > INT64_MAX - sum)
			return false;
		sum += value;
		found = true;
	}
	if (found)
		*npages = sum;
	return found;
}
