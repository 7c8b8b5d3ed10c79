/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_GO_H
#define VMATLAS_MODEL_GO_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A struct go says which refresh of a recording is to be next: part of a wish,
 * done once for each serial, when the wish asks for a refresh.
 *
 * Refresh N is shown as it is when one comes there from the one before, and
 * from nowhere else: that one is read first, from nothing, then N.  So rates,
 * what was split, and all figures are the same whatever was looked at before.
 * Only what is made of many refreshes is of those that were seen: the log of
 * events (of refreshes up to N), the histories and ages (of the steps made
 * since), and the baseline, which stays what it is.
 */
enum go_where {
	GO_NEXT,	/* as if nothing was asked for */
	GO_NUMBER,	/* to refresh TO, from 1; beyond the last: the last */
	GO_ALIVE,	/* the same, or the last before that has the process */
	GO_AT,		/* to the last that began at time TO or before */
	GO_FROM,	/* to the first that began at time TO or behind it */
	GO_AGAIN,	/* to the one that is shown */
	GO_EVENT,	/* on, to the next that sees a change of KINDS */
	/* To refresh TO without a look at the one before it: what was known is
	 * compared with what is there, as if nothing lay between. */
	GO_ACROSS,
};

struct go {
	uint32_t serial;	/* 0: nothing was ever asked for */
	enum go_where where;
	uint64_t to;		/* a number; or ms since the epoch */
	uint32_t kinds;		/* a bit for each enum change_kind */
};

/* Where one is, as a snapshot has it. */
struct go_state {
	uint64_t count;		/* refreshes of the recording; 0: it is none */
	uint32_t serial;	/* of what was done last */
	bool not_found;		/* of GO_EVENT: there was none */
};

#endif
