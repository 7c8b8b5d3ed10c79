/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/iomem.h"

#include <stdlib.h>

#include "vmatlas/base/mem.h"

/* "  40208000-413fffff : Kernel code", two blanks for each level. */
static bool iomem_line(struct text line, struct resource *out,
		       struct text *name)
{
	size_t n = line.n;

	while (line.n && line.p[0] == ' ') {
		line.p++;
		line.n--;
	}
	*out = (struct resource){ 0 };
	out->depth = (unsigned)((n - line.n) / 2);
	if (!text_u64(&line, 16, &out->start) || !text_starts(line, "-"))
		return false;
	line.p++;
	line.n--;
	if (!text_u64(&line, 16, &out->end) || !text_starts(line, " : "))
		return false;
	*name = (struct text){ line.p + 3, line.n - 3 };
	return out->start <= out->end;
}

static void add(struct resource **all, size_t *n, size_t *cap,
	struct resource one, struct text name)
{
	/* The last byte of all has no exclusive end. */
	if (one.end != UINT64_MAX)
		one.end++;
	/* A child always has a parent. */
	if (*n == 0)
		one.depth = 0;
	else if (one.depth > (*all)[*n - 1].depth + 1)
		one.depth = (*all)[*n - 1].depth + 1;
	one.name = mem_text(name.p, name.n);
	*all = mem_grow(*all, cap, *n + 1, sizeof(**all));
	(*all)[(*n)++] = one;
}

size_t iomem_parse(struct text text, struct resource **out, bool *hidden)
{
	struct resource *all = NULL, one;
	struct text line, name;
	size_t n = 0, cap = 0;
	bool shown = false;

	while (text_line(&text, &line)) {
		if (!iomem_line(line, &one, &name))
			continue;
		shown = shown || one.end;
		add(&all, &n, &cap, one, name);
	}
	*hidden = n && !shown;
	if (*hidden) {
		iomem_free(all, n);
		all = NULL;
		n = 0;
	}
	*out = all;
	return n;
}

size_t iomem_parse_file(struct text text, struct resource **out,
	size_t *wrong)
{
	struct resource *all = NULL, one;
	struct text line, name;
	size_t n = 0, cap = 0, number = 0;

	*wrong = 0;
	while (text_line(&text, &line)) {
		number++;
		if (!text_trim(line).n || text_starts(text_trim(line), "#"))
			continue;
		if (iomem_line(line, &one, &name) && name.n)
			add(&all, &n, &cap, one, name);
		else if (!*wrong)
			*wrong = number;
	}
	*out = all;
	return n;
}

/* "   0: 0x0000000040210000..0x000000004220afff   ...", since 6.8 with flags */
bool memblock_next(struct text *text, struct resource *out)
{
	struct text line, word;

	while (text_line(text, &line)) {
		*out = (struct resource){ 0 };
		if (!text_word(&line, &word) || !text_word(&line, &word) ||
		    !text_u64(&word, 16, &out->start) ||
		    !text_starts(word, ".."))
			continue;
		word.p += 2;
		word.n -= 2;
		if (!text_u64(&word, 16, &out->end) ||
		    out->end < out->start)
			continue;
		if (out->end != UINT64_MAX)
			out->end++;
		return true;
	}
	return false;
}

void iomem_free(struct resource *resources, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(resources[i].name);
	free(resources);
}
