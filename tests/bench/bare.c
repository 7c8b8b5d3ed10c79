/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vmatlas is held against: bare loops of the same system calls, with as
 * little around them as can be.  None of its code is in here, so that the
 * figures printed check its sums too.
 *
 *   bare pagemap PID   pagemap of every region, 64K entries a read
 *   bare present PID   maps as text, then pagemap of each region, one read each
 *   bare full PID      pagemap, kpageflags and kpagecount of what is present
 *   bare rollup        smaps_rollup and stat of every process
 *   bare entries       stat and pagemap of every process
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRESENT (1ULL << 63)
#define SWAPPED (1ULL << 62)
#define EXCLUSIVE (1ULL << 56)
#define PFN(entry) ((entry) & ((1ULL << 55) - 1))
#define CHUNK 65536
/* Reading over a gap costs less than another call. */
#define GAP 2

static uint64_t words[CHUNK], values[CHUNK];
static uint64_t npresent, nswapped, nexclusive, flag_sum, count_sum, nprocesses,
	rss_kib;
static uint64_t page_size;

static int open_of(const char *pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The whole file as a string; NULL: it cannot be read. */
static char *text_of(const char *pid, const char *name)
{
	size_t n = 0, cap = 1 << 16;
	char *text = malloc(cap);
	int fd = open_of(pid, name);
	ssize_t got = 0;

	while (fd >= 0 && text && (got = read(fd, text + n, cap - n - 1)) > 0) {
		n += (size_t)got;
		if (cap - n < 8192)
			text = realloc(text, cap *= 2);
	}
	if (fd < 0 || !text || got < 0) {
		free(text);
		text = NULL;
	} else {
		text[n] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return text;
}

/* The frames of N entries, runs of them in one read each. */
static void read_frames(int flags, int counts, size_t n)
{
	size_t i = 0, k, len;

	while (i < n) {
		uint64_t first, last;

		if (!(words[i] & PRESENT) || !PFN(words[i])) {
			i++;
			continue;
		}
		first = last = PFN(words[i]);
		for (k = i + 1; k < n && (words[k] & PRESENT) &&
		     PFN(words[k]) > last && PFN(words[k]) - last <= GAP + 1;
		     k++)
			last = PFN(words[k]);
		len = (size_t)(last - first + 1);
		if (pread(flags, values, len * 8, (off_t)(first * 8)) > 0)
			for (size_t j = i; j < k; j++)
				flag_sum += values[PFN(words[j]) - first] & 1;
		if (pread(counts, values, len * 8, (off_t)(first * 8)) > 0)
			for (size_t j = i; j < k; j++)
				count_sum += values[PFN(words[j]) - first];
		i = k;
	}
}

static void read_range(int fd, uint64_t start, uint64_t end, int flags,
	int counts)
{
	size_t limit = flags >= 0 ? CHUNK / (GAP + 1) : CHUNK;

	while (start < end) {
		uint64_t n = (end - start) / page_size;
		ssize_t got = pread(fd, words, (n < limit ? n : limit) * 8,
			(off_t)(start / page_size * 8));
		size_t i;

		if (got <= 0)
			return;
		for (i = 0; i < (size_t)got / 8; i++) {
			npresent += !!(words[i] & PRESENT);
			nswapped += !!(words[i] & SWAPPED);
			nexclusive += !!(words[i] & EXCLUSIVE);
		}
		if (flags >= 0)
			read_frames(flags, counts, (size_t)got / 8);
		start += (uint64_t)got / 8 * page_size;
	}
}

static int read_process(const char *pid, int flags, int counts)
{
	char *maps = text_of(pid, "maps"), *line = maps;
	int fd = open_of(pid, "pagemap");
	uint64_t start, end;

	while (maps && fd >= 0 && *line) {
		start = strtoull(line, &line, 16);
		end = strtoull(line + 1, &line, 16);
		if (start < UINT64_C(1) << 63)
			read_range(fd, start, end, flags, counts);
		line = strchr(line, '\n');
		if (!line)
			break;
		line++;
	}
	free(maps);
	if (fd >= 0)
		close(fd);
	return maps && fd >= 0 ? 0 : -1;
}

static void read_all(int by_rollup)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char *text, *rss;

	while (proc && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		free(text_of(entry->d_name, "stat"));
		if (!by_rollup) {
			nprocesses += !read_process(entry->d_name, -1, -1);
			continue;
		}
		text = text_of(entry->d_name, "smaps_rollup");
		if (text && (rss = strstr(text, "\nRss:"))) {
			rss_kib += strtoull(rss + 5, NULL, 10);
			nprocesses++;
		}
		free(text);
	}
	if (proc)
		closedir(proc);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	if (argc == 3 && (!strcmp(mode, "pagemap") ||
			  !strcmp(mode, "present"))) {
		if (read_process(argv[2], -1, -1))
			return 1;
	} else if (argc == 3 && !strcmp(mode, "full")) {
		int flags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
		int counts = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);

		if (flags < 0 || counts < 0 ||
		    read_process(argv[2], flags, counts))
			return 1;
	} else if (argc == 2 && (!strcmp(mode, "rollup") ||
			!strcmp(mode, "entries"))) {
		read_all(!strcmp(mode, "rollup"));
	} else {
		fprintf(stderr, "usage: bare pagemap|present|full PID, or "
			"bare rollup|entries\n");
		return 2;
	}
	printf("{\"present\":%" PRIu64 ",\"swapped\":%" PRIu64
		",\"exclusive\":%" PRIu64 ",\"locked\":%" PRIu64
		",\"counts\":%" PRIu64 ",\"processes\":%" PRIu64
		",\"rss_kib\":%" PRIu64 "}\n", npresent, nswapped, nexclusive,
		flag_sum, count_sum, nprocesses, rss_kib);
	return 0;
}
