/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* So far ahead the next line that is the same is looked for. */
#define AHEAD 64

struct cut {
	struct text *lines;
	size_t n;
};

static void cut(struct cut *cut, struct text text)
{
	size_t cap = 0;
	struct text line;

	cut->lines = NULL;
	for (cut->n = 0; text_line(&text, &line); cut->n++) {
		cut->lines = mem_grow(cut->lines, &cap, cut->n + 1,
			sizeof(line));
		cut->lines[cut->n] = line;
	}
}

static bool same(const struct cut *a, size_t i, const struct cut *b, size_t j)
{
	return i < a->n && j < b->n && a->lines[i].n == b->lines[j].n &&
		!memcmp(a->lines[i].p, b->lines[j].p, a->lines[i].n);
}

/* How many lines of A are left out and of B put in until they are the same
 * again. */
static void next_same(const struct cut *a, size_t i, const struct cut *b,
	size_t j, size_t *out, size_t *in)
{
	size_t d;

	for (d = 1; d <= AHEAD; d++) {
		*out = *in = d;
		if (same(a, i + d, b, j + d))
			return;
		*in = 0;
		if (same(a, i + d, b, j))
			return;
		*out = 0;
		*in = d;
		if (same(a, i, b, j + d))
			return;
	}
	*out = i < a->n;
	*in = j < b->n;
}

static void put_count(struct buf *out, char what, size_t n)
{
	if (n)
		buf_fmt(out, "\t%c%zu\n", what, n);
}

void lines_compare(struct text before, struct text now, struct buf *out,
	void (*put)(struct buf *out, struct text line))
{
	struct cut a, b;
	size_t i = 0, j = 0, n, left, come;

	cut(&a, before);
	cut(&b, now);
	while (i < a.n || j < b.n) {
		for (n = 0; same(&a, i + n, &b, j + n);)
			n++;
		put_count(out, '=', n);
		i += n;
		j += n;
		if (i == a.n && j == b.n)
			break;
		next_same(&a, i, &b, j, &left, &come);
		n = left < come ? left : come;
		put_count(out, '-', left - n);
		for (n = 0; n < come; n++) {
			buf_str(out, n < left ? "\t~" : "\t+");
			put(out, b.lines[j + n]);
			buf_char(out, '\n');
		}
		i += left;
		j += come;
	}
	free(a.lines);
	free(b.lines);
}

/* N lines of what was before, to OUT or to nowhere. */
static bool take(struct text *before, uint64_t n, struct buf *out)
{
	struct text line;

	for (; n; n--) {
		if (!text_line(before, &line))
			return false;
		if (!out)
			continue;
		buf_add(out, line.p, line.n);
		buf_char(out, '\n');
	}
	return true;
}

bool lines_make(struct lines_maker *maker, struct text step)
{
	char what = step.n ? step.p[0] : '\0';
	uint64_t n;

	if (!what)
		return false;
	step.p++;
	step.n--;
	if (what == '+' || what == '~') {
		if (maker->escaped)
			buf_add(maker->out, step.p, step.n);
		else
			text_unescape(maker->out, step);
		buf_char(maker->out, '\n');
		return what == '+' || take(&maker->before, 1, NULL);
	}
	return (what == '=' || what == '-') && text_all_u64(step, 10, &n) &&
		take(&maker->before, n, what == '=' ? maker->out : NULL);
}
