/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/named.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

struct named {
	struct source source;
	struct buf text;
};

static enum answer named_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	const struct named *named = (const struct named *)src;

	if (id.pid || strcmp(path, SOURCE_RESOURCES))
		return source_text(source_inner(src), id, path, out);
	buf_add(out, buf_text(&named->text), named->text.len);
	return ANSWER_OK;
}

static void named_free(struct source *src)
{
	struct named *named = (struct named *)src;

	source_free(src->inner);
	buf_fini(&named->text);
	free(named);
}

static const struct source_ops named_ops = {
	.text = named_text,
	.free = named_free,
};

struct source *named_new(struct source *inner, const char *text, size_t n)
{
	struct named *named = mem_new(1, sizeof(*named));

	named->source.ops = &named_ops;
	named->source.inner = inner;
	buf_add(&named->text, text, n);
	return &named->source;
}
