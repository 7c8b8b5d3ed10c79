/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/tap.h"

#include <stdlib.h>

#include "vmatlas/base/mem.h"

struct tap {
	struct source source;	/* its inner: the recorder, or else whom that
				 * would ask */
	bool records;
};

static void tap_free(struct source *src)
{
	source_free(src->inner);
	free(src);
}

static const struct source_ops tap_ops = {
	.free = tap_free,
};

struct source *tap_new(struct source *inner)
{
	struct tap *tap = mem_new(1, sizeof(*tap));

	tap->source.ops = &tap_ops;
	tap->source.inner = inner;
	return &tap->source;
}

void tap_record(struct source *src, struct recording *recording)
{
	struct tap *tap = (struct tap *)src;

	if (src->ops != &tap_ops)
		return;
	if (tap->records)
		src->inner = record_end(src->inner);
	tap->records = recording != NULL;
	if (tap->records)
		src->inner = record_new(src->inner, recording);
}
