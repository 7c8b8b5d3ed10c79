// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where there is no libFuzzer: feed each file named on the command line to
 * the driver once.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f) {
		perror(path);
		return -1;
	}
	size_t size = 0, room = 1 << 20;
	uint8_t *data = malloc(room);
	while (data && !feof(f) && !ferror(f)) {
		size += fread(data + size, 1, room - size, f);
		if (size < room)
			continue;
		uint8_t *more = realloc(data, room *= 2);
		if (!more)
			free(data);
		data = more;
	}
	fclose(f);
	if (!data)
		return -1;
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	int bad = 0;
	for (int i = 1; i < argc; i++)
		bad |= replay_file(argv[i]);
	return bad ? 1 : 0;
}
