/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_TREND_H
#define VMATLAS_MODEL_TREND_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/model/changes.h"

/*
 * A struct trend is the last figures of one process, a sample for each
 * refresh that was complete, and how much of what happens a second.  What was
 * not known at that moment is not in its sample.
 */
#define TREND_SAMPLES 120

#define TREND_FIGURES(X) \
	X(RSS, "RSS") X(PSS, "PSS") X(SWAP, "swap") \
	X(SPLITS, "splits/s") X(FAULTS, "faults/s") X(CHANGES, "pages/s")

#define X(id, title) TREND_##id,
enum trend_figure { TREND_FIGURES(X) NTREND_FIGURES };
#undef X

struct trend_sample {
	bool known[NTREND_FIGURES];
	double figures[NTREND_FIGURES];	/* bytes, or a second */
};

struct trend {
	int pid;
	uint64_t starttime;
	uint64_t refresh;	/* of the last one */
	struct trend_sample samples[TREND_SAMPLES];
	unsigned n, next;	/* where the next goes */
	bool rates_known;
	double rates[NCHANGE_KINDS];	/* pages a second, in the last refresh */
};

/* Sample I of N, from the oldest on. */
const struct trend_sample *trend_at(const struct trend *trend,
	unsigned i);
const char *trend_title(enum trend_figure figure);
void trend_add(struct trend *trend, const struct trend_sample *sample);

#endif
