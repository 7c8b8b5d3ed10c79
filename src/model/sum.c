/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/sum.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

void sum_init(struct sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	usage_zero(&sum->usage);
}

void sum_fini(struct sum *sum)
{
	free(sum->unread);
	memset(sum, 0, sizeof(*sum));
}

void sum_add(struct sum *sum, const struct process_row *row)
{
	if (row->process.answer == ANSWER_GONE || row->answer == ANSWER_GONE)
		return;
	if (row->answer != ANSWER_OK) {
		sum->unread = mem_grow(sum->unread, &sum->cap,
			sum->nunread + 1, sizeof(*sum->unread));
		sum->unread[sum->nunread++] = row->process.id.pid;
		return;
	}
	sum->nread++;
	usage_add(&sum->usage, &row->usage);
}

bool sum_is_known(const struct sum *sum)
{
	return sum->nread || !sum->nunread;
}

bool sum_difference(const struct sum *sum, const struct snapshot *snapshot,
	int64_t *nbytes)
{
	uint64_t ours = sum->usage.pss_anon_fixed >> PSS_SHIFT;

	if (sum->partial || !snapshot->memory.anon_known || !sum_is_known(sum) ||
	    !usage_knows(&sum->usage, USAGE_PSS_ANON))
		return false;
	*nbytes = (int64_t)(snapshot->memory.anon - ours);
	return true;
}
