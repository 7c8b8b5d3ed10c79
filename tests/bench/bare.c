// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bare loop that vmatlas is measured against: all of a process's pagemap,
 * in chunks of 64K entries, and what is present counted.  It shares no code
 * with vmatlas, on purpose.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK 65536

static uint64_t entries[CHUNK];

static uint64_t present_in(int pagemap, uint64_t start, uint64_t end)
{
	uint64_t present = 0;

	while (start < end) {
		size_t n = end - start < CHUNK ? end - start : CHUNK;
		ssize_t got = pread(pagemap, entries, n * 8,
				    (off_t)(start * 8));

		if (got <= 0)
			break;
		for (size_t i = 0; i < (size_t)got / 8; i++)
			present += entries[i] >> 63;
		start += (size_t)got / 8;
	}
	return present;
}

int main(int argc, char **argv)
{
	uint64_t start, end, present = 0, page = (uint64_t)sysconf(_SC_PAGESIZE);
	char path[64], line[4608];
	FILE *maps;
	int pagemap;

	if (argc != 2)
		return 2;
	snprintf(path, sizeof(path), "/proc/%s/pagemap", argv[1]);
	pagemap = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%s/maps", argv[1]);
	maps = fopen(path, "r");
	if (pagemap < 0 || !maps)
		return 1;
	while (fgets(line, sizeof(line), maps)) {
		char *rest;

		start = strtoull(line, &rest, 16);
		end = strtoull(rest + 1, NULL, 16);
		present += present_in(pagemap, start / page, end / page);
	}
	printf("%" PRIu64 "\n", present * page);
	return 0;
}
