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
		/* The last byte of all has no exclusive end. */
		if (one.end != UINT64_MAX)
			one.end++;
		/* A child always has a parent. */
		if (n == 0)
			one.depth = 0;
		else if (one.depth > all[n - 1].depth + 1)
			one.depth = all[n - 1].depth + 1;
		one.name = mem_text(name.p, name.n);
		all = mem_grow(all, &cap, n + 1, sizeof(*all));
		all[n++] = one;
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

void iomem_free(struct resource *resources, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(resources[i].name);
	free(resources);
}
