/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/shares.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

const char *share_kind_name(enum share_kind kind)
{
	static const char *const names[NSHARE_KINDS] = {
#define X(id, name, words) name,
		SHARE_KINDS(X)
#undef X
	};

	return names[(unsigned)kind < NSHARE_KINDS ? kind : SHARE_OTHER];
}

void shares_clear(struct shares *shares)
{
	shares->n = shares->nparts = shares->nthings = 0;
	buf_clear(&shares->names);
}

static void *copy(void *to, size_t *cap, const void *from, size_t n,
	size_t size)
{
	to = mem_grow(to, cap, n, size);
	if (n)
		memcpy(to, from, n * size);
	return to;
}

void shares_copy(struct shares *to, const struct shares *from)
{
	to->n = from->n;
	to->rows = copy(to->rows, &to->rows_cap, from->rows, from->n,
		sizeof(*to->rows));
	to->nparts = from->nparts;
	to->parts = copy(to->parts, &to->parts_cap, from->parts, from->nparts,
		sizeof(*to->parts));
	to->nthings = from->nthings;
	to->things = copy(to->things, &to->things_cap, from->things,
		from->nthings, sizeof(*to->things));
	buf_clear(&to->names);
	buf_add(&to->names, buf_text(&from->names), from->names.len);
}

void shares_fini(struct shares *shares)
{
	free(shares->rows);
	free(shares->parts);
	free(shares->things);
	buf_fini(&shares->names);
	memset(shares, 0, sizeof(*shares));
}

const char *share_thing_name(const struct shares *shares, uint32_t thing)
{
	return buf_text(&shares->names) + shares->things[thing].name;
}
