/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TESTS_READ_RECORDING_H
#define VMATLAS_TESTS_READ_RECORDING_H

#include <fcntl.h>
#include <unistd.h>

#include "../../src/source/pack.h"

/* All of a file, in OUT. */
static inline void read_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	buf_clear(out);
	assert_true(fd >= 0);
	while ((n = read(fd, buf_room(out, 4096), 4096)) > 0) {
		out->len += (size_t)n;
		out->data[out->len] = '\0';
	}
	close(fd);
}

/* The text of the recording RAW, packed or not, in OUT. */
static inline void unpack_recording(const struct buf *raw, struct buf *out)
{
	struct unpacker *unpacker = unpacker_new();
	struct unpacked unpacked;
	size_t at = 0;

	buf_clear(out);
	if (!pack_is_packed(buf_text(raw), raw->len))
		buf_add(out, buf_text(raw), raw->len);
	else
		for (; at < raw->len; at += unpacked.used)
			assert_true(unpacker_add(unpacker, raw->data + at,
				raw->len - at, out, &unpacked));
	unpacker_free(unpacker);
}

static inline void read_recording(const char *path, struct buf *out)
{
	struct buf raw = { 0 };

	read_file(path, &raw);
	unpack_recording(&raw, out);
	buf_fini(&raw);
}

#endif
