/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_PACK_H
#define VMATLAS_SRC_SOURCE_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "vmatlas/base/buf.h"

/*
 * Compression of recordings: frames of Zstandard (RFC 8878).  libzstd is loaded
 * when it is needed; without it, at build time or then, nothing is packed and
 * nothing can be unpacked.
 */
bool pack_is_there(void);
/* Do these first bytes begin a frame? */
bool pack_is_packed(const char *bytes, size_t n);

/* What packs; NULL without libzstd.  Some 1 MiB. */
struct packer *packer_new(void);
/* Pack N bytes; what is ready is appended to OUT.  Without a packer, as they
 * are. */
void packer_add(struct packer *packer, const char *bytes, size_t n,
	struct buf *out);
/* All that was added can be unpacked from what is in OUT by then. */
void packer_flush(struct packer *packer, struct buf *out);
/* The same, and the frame ends; what is added from now on begins another. */
void packer_finish(struct packer *packer, struct buf *out);
void packer_free(struct packer *packer);

/* What unpacks, from the beginning of a frame on; NULL without libzstd. */
struct unpacker *unpacker_new(void);
/*
 * Unpack from the N bytes at IN; some of them are done with, OUT has grown.
 * False: the bytes are damaged.
 */
struct unpacked {
	size_t used;
	bool full;	/* there may be more without any more bytes */
	bool at_end;	/* exactly here a frame ended */
	bool midway;	/* more must follow: of a piece only a part is there */
};

bool unpacker_add(struct unpacker *unpacker, const char *in, size_t n,
	struct buf *out, struct unpacked *unpacked);
/* The next bytes begin a frame. */
void unpacker_reset(struct unpacker *unpacker);
void unpacker_free(struct unpacker *unpacker);

#endif
