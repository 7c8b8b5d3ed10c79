/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/address_spaces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/base/text.h"

enum vm_order { VM_SAME, VM_BEFORE, VM_BEHIND, VM_UNKNOWN };

static enum vm_order vm_compare(struct source *src, struct proc_id a,
	struct proc_id b)
{
	struct buf buf = { 0 };
	enum vm_order order = VM_UNKNOWN;
	char path[32];
	uint64_t said;
	struct text text;

	snprintf(path, sizeof(path), "kcmp-vm/%d", b.pid);
	if (source_text(src, a, path, &buf) == ANSWER_OK) {
		text = (struct text){ buf_text(&buf), buf.len };
		if (text_u64(&text, 10, &said) && said < VM_UNKNOWN)
			order = (enum vm_order)said;
	}
	buf_fini(&buf);
	return order;
}

/* Without the kernel's order all of them have to be looked at. */
static enum space_membership find_by_size(const struct address_spaces *set,
	uint64_t vss, size_t *at, int *same)
{
	size_t i;

	*at = set->n;
	for (i = 0; i < set->n; i++)
		if (set->list[i].vss == vss) {
			*same = set->list[i].id.pid;
			return SPACE_UNSURE;
		}
	return SPACE_NEW;
}

/* *AT is where it belongs. */
static enum space_membership find(const struct address_spaces *set,
	struct source *src, struct proc_id id, uint64_t vss, size_t *at,
	int *same)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct address_space *other = &set->list[middle];
		enum vm_order order = vm_compare(src, id, other->id);

		if (order == VM_SAME) {
			*same = other->id.pid;
			return SPACE_KNOWN;
		}
		if (order == VM_UNKNOWN)
			return find_by_size(set, vss, at, same);
		if (order == VM_BEFORE)
			high = middle;
		else
			low = middle + 1;
	}
	*at = low;
	return SPACE_NEW;
}

enum space_membership address_spaces_find(const struct address_spaces *set,
	struct source *src, struct proc_id id, uint64_t vss, int *same)
{
	size_t at;

	return find(set, src, id, vss, &at, same);
}

enum space_membership address_spaces_add(struct address_spaces *set,
	struct source *src, struct proc_id id, uint64_t vss, int *same)
{
	size_t at;
	enum space_membership found = find(set, src, id, vss, &at, same);

	if (found != SPACE_NEW)
		return found;
	set->list = mem_grow(set->list, &set->cap, set->n + 1,
		sizeof(*set->list));
	memmove(&set->list[at + 1], &set->list[at],
		(set->n - at) * sizeof(*set->list));
	set->list[at] = (struct address_space){ id, vss };
	set->n++;
	return SPACE_NEW;
}

void address_spaces_drop(struct address_spaces *set, int pid)
{
	size_t i, n = 0;

	for (i = 0; i < set->n; i++)
		if (set->list[i].id.pid != pid)
			set->list[n++] = set->list[i];
	set->n = n;
}

void address_spaces_fini(struct address_spaces *set)
{
	free(set->list);
	memset(set, 0, sizeof(*set));
}
