/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_CONTENTS_H
#define VMATLAS_MODEL_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/source/source.h"

/*
 * A struct page_contents is what one page holds, or why that was not looked
 * at.  Only what lies in RAM as ordinary memory is: looking at a page that is
 * not there would bring it in, and reading a device may make it act.
 */
struct page_contents {
	bool asked;		/* the wish asks, and the focus is one page: */
	uint64_t vpn;
	const char *why;	/* static: it was not looked at; NULL: */
	enum answer answer;	/* OK: n bytes */
	bool moved;		/* while it was read: bytes may be another's */
	bool brought_in;	/* it went just before, and reading fetched it */
	uint8_t *bytes;		/* owned */
	size_t n, cap;
};

struct snapshot;
struct space;

/* Fill contents of SNAPSHOT, whose detail must be that of page VPN. */
void contents_fill(struct snapshot *snapshot, const struct space *space,
	uint64_t vpn);
void contents_fini(struct page_contents *contents);

#endif
