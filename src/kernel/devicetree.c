/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/devicetree.h"

#include <string.h>

#include "vmatlas/base/mem.h"

/* Nodes in a row, each the parent of the next. */
#define DEPTH_MOST 17
/* Hex digits of a cell. */
#define CELL 8

struct node {
	struct text path;
	unsigned address_cells, size_cells;	/* of its children */
	bool has_ranges;
	struct text reg, ranges, compatible;
	bool is_memory, reusable;
};

struct tree {
	struct node nodes[DEPTH_MOST];	/* from the root to the last one */
	size_t depth;
	struct resource *all;
	size_t n, cap;
};

/* The string of hex digits HEX has WORD among its strings. */
static bool has_string(struct text hex, const char *word)
{
	size_t n = strlen(word) + 1, i, at;

	for (at = 0; at + 2 * n <= hex.n; at += 2) {
		for (i = 0; i < n; i++) {
			struct text byte = { hex.p + at + 2 * i, 2 };
			uint64_t value;

			if (!text_all_u64(byte, 16, &value) ||
			    value != (unsigned char)word[i])
				break;
		}
		/* A string begins at the front or behind another's end. */
		if (i == n && (!at || (hex.p[at - 1] == '0' &&
				hex.p[at - 2] == '0')))
			return true;
	}
	return false;
}

/* A number of CELLS cells off the front of HEX. */
static bool cells_take(struct text *hex, unsigned cells, uint64_t *out)
{
	size_t n = (size_t)cells * CELL;
	struct text digits = { hex->p, n };

	*out = 0;
	if (hex->n < n || cells > 2)
		return false;
	if (n && !text_all_u64(digits, 16, out))
		return false;
	hex->p += n;
	hex->n -= n;
	return true;
}

static unsigned cells_of(struct text hex, unsigned usual)
{
	uint64_t n;

	return cells_take(&hex, 1, &n) && !hex.n && n < 16 ? (unsigned)n :
		usual;
}

/* "/soc/uart@1000 reg=0000100000001000 ..." */
static bool node_parse(struct text line, struct node *out)
{
	struct text word, name;

	/* What the specification has for who does not say. */
	*out = (struct node){ .address_cells = 2, .size_cells = 1 };
	if (!text_word(&line, &out->path) || !text_starts(out->path, "/"))
		return false;
	while (text_word(&line, &word)) {
		if (!text_until(&word, '=', &name))
			continue;
		if (text_is(name, "#address-cells"))
			out->address_cells = cells_of(word, 2);
		else if (text_is(name, "#size-cells"))
			out->size_cells = cells_of(word, 1);
		else if (text_is(name, "reg"))
			out->reg = word;
		else if (text_is(name, "compatible"))
			out->compatible = word;
		else if (text_is(name, "device_type"))
			out->is_memory = has_string(word, "memory");
		else if (text_is(name, "reusable"))
			out->reusable = true;
		else if (text_is(name, "ranges")) {
			out->has_ranges = true;
			out->ranges = word;
		}
	}
	return true;
}

/* PATH is PARENT with one name more. */
static bool is_child(struct text parent, struct text path)
{
	size_t n = parent.n == 1 ? 0 : parent.n;	/* "/" is the root */

	return path.n > n + 1 && path.p[n] == '/' &&
		!memcmp(path.p, parent.p, n) &&
		!memchr(path.p + n + 1, '/', path.n - n - 1);
}

/*
 * From an address on the bus of NODE to one on the bus that NODE itself is on,
 * whose addresses have OUTER cells.
 */
static bool step_up(const struct node *node, unsigned outer, uint64_t size,
	uint64_t *address)
{
	struct text rest = node->ranges;
	uint64_t inside, outside, length;

	if (!node->has_ranges || !node->address_cells || !node->size_cells ||
	    !outer)
		return false;
	if (!rest.n)
		return true;	/* the same addresses */
	while (cells_take(&rest, node->address_cells, &inside) &&
	       cells_take(&rest, outer, &outside) &&
	       cells_take(&rest, node->size_cells, &length))
		if (*address >= inside && size <= length &&
		    *address - inside <= length - size) {
			*address = *address - inside + outside;
			return *address >= outside;
		}
	return false;
}

static struct text last_part(struct text path)
{
	size_t i = path.n;

	while (i && path.p[i - 1] != '/')
		i--;
	return (struct text){ path.p + i, path.n - i };
}

static void range_add(struct tree *tree, const struct node *node,
	uint64_t start, uint64_t size)
{
	bool reserved = tree->depth == 2 &&
		text_is(tree->nodes[1].path, "/reserved-memory");
	struct text name = last_part(node->path);
	struct buf words = { 0 };

	if (tree->n >= DEVICETREE_MOST || !size || size > UINT64_MAX - start)
		return;
	if (reserved)
		buf_str(&words, node->reusable && has_string(node->compatible,
			"shared-dma-pool") ? "CMA " : "reserved-memory ");
	buf_add(&words, name.p, name.n);
	tree->all = mem_grow(tree->all, &tree->cap, tree->n + 1,
		sizeof(*tree->all));
	tree->all[tree->n++] = (struct resource){ .start = start,
		.end = start + size, .depth = reserved, .name = mem_text(buf_text(&words),
			words.len) };
	buf_fini(&words);
}

/* NODE's parents are nodes[0..depth). */
static void node_place(struct tree *tree, const struct node *node)
{
	const struct node *parent = &tree->nodes[tree->depth - 1];
	struct text rest = node->reg;
	uint64_t address, size;

	/* A reg without sizes is the number of something. */
	if (node->is_memory || !parent->address_cells || !parent->size_cells)
		return;
	while (rest.n && cells_take(&rest, parent->address_cells, &address) &&
	       cells_take(&rest, parent->size_cells, &size)) {
		size_t i = tree->depth;

		while (--i)
			if (!step_up(&tree->nodes[i],
				    tree->nodes[i - 1].address_cells, size,
				    &address))
				break;
		if (!i)
			range_add(tree, node, address, size);
	}
}

size_t devicetree_parse(struct text text, struct resource **out)
{
	struct tree tree = { .depth = 0 };
	struct node node;
	struct text line;

	while (text_line(&text, &line)) {
		if (!node_parse(line, &node))
			continue;
		while (tree.depth && !is_child(
				tree.nodes[tree.depth - 1].path, node.path))
			tree.depth--;
		/* What is not below the root has no place. */
		if (tree.depth)
			node_place(&tree, &node);
		else if (node.path.n > 1)
			continue;
		if (tree.depth < DEPTH_MOST)
			tree.nodes[tree.depth++] = node;
	}
	*out = tree.all;
	return tree.n;
}
