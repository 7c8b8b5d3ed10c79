/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/trend.h"

const struct trend_sample *trend_at(const struct trend *trend,
	unsigned i)
{
	return &trend->samples[(trend->next + TREND_SAMPLES -
		trend->n + i) % TREND_SAMPLES];
}

const char *trend_title(enum trend_figure figure)
{
	static const char *const titles[NTREND_FIGURES] = {
#define X(id, title) [TREND_##id] = title,
		TREND_FIGURES(X)
#undef X
	};

	return titles[figure];
}

void trend_add(struct trend *trend, const struct trend_sample *sample)
{
	trend->samples[trend->next] = *sample;
	trend->next = (trend->next + 1) % TREND_SAMPLES;
	if (trend->n < TREND_SAMPLES)
		trend->n++;
}
