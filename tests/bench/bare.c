// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bare loops that vmatlas is measured against: the same questions to the
 * kernel, the least done with the answers.  They share no code with vmatlas,
 * on purpose, so that they can also check its sums.
 *
 *   bare regions PID    all of its pagemap, in chunks of 64K entries
 *   bare pages PID      and kpageflags and kpagecount of what is present
 *   bare processes      smaps_rollup and stat of each process; where there is
 *                       no smaps_rollup, its pagemap
 *
 * The first two print the bytes present; then of the region with the most
 * its start, bytes present, the sum of the counts of its frames, and how many
 * flags these have.  The last prints a line "PID RSS" for each process.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 65536
#define PRESENT ((uint64_t)1 << 63)
#define FRAME (((uint64_t)1 << 55) - 1)

struct sums {
	uint64_t present;
	uint64_t counts;
	uint64_t flags;
};

/* What is open of one process; the latter two only for its frames. */
struct files {
	int pagemap;
	int kpageflags;
	int kpagecount;
};

static uint64_t entries[CHUNK], words[CHUNK];
static char text[65536];

static void read_frames(const struct files *f, uint64_t pfn, size_t n,
			struct sums *s)
{
	off_t at = (off_t)(pfn * 8);
	size_t i;

	if (pread(f->kpageflags, words, n * 8, at) != (ssize_t)(n * 8))
		exit(1);
	for (i = 0; i < n; i++)
		s->flags += (uint64_t)__builtin_popcountll(words[i]);
	if (pread(f->kpagecount, words, n * 8, at) != (ssize_t)(n * 8))
		exit(1);
	for (i = 0; i < n; i++)
		s->counts += words[i];
}

/* Of N entries: consecutive frames with one question. */
static void read_runs(const struct files *f, size_t n, struct sums *s)
{
	size_t i, start;

	for (i = 0; i < n; i++) {
		if (!(entries[i] & PRESENT))
			continue;
		start = i;
		while (i + 1 < n && entries[i + 1] & PRESENT &&
		       (entries[i + 1] & FRAME) == (entries[i] & FRAME) + 1)
			i++;
		read_frames(f, entries[start] & FRAME, i + 1 - start, s);
	}
}

static struct sums sum_range(const struct files *f, uint64_t vpn,
			     uint64_t end)
{
	struct sums s = { 0 };

	while (vpn < end) {
		size_t n = end - vpn < CHUNK ? end - vpn : CHUNK;
		ssize_t got = pread(f->pagemap, entries, n * 8,
				    (off_t)(vpn * 8));

		if (got <= 0)
			break;
		n = (size_t)got / 8;
		for (size_t i = 0; i < n; i++)
			s.present += entries[i] >> 63;
		if (f->kpageflags >= 0)
			read_runs(f, n, &s);
		vpn += n;
	}
	return s;
}

static int open_of(const char *pid, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Bytes present; with PRINT, says what the opening comment promises. */
static uint64_t sum_process(const char *pid, int frames, int print)
{
	struct files f = { open_of(pid, "pagemap"), -1, -1 };
	uint64_t start, end, most = 0, total = 0;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct sums s, best = { 0 };
	int maps = open_of(pid, "maps");
	FILE *file = maps < 0 ? NULL : fdopen(maps, "r");
	char line[4608], *rest;

	if (frames) {
		f.kpageflags = open("/proc/kpageflags", O_RDONLY);
		f.kpagecount = open("/proc/kpagecount", O_RDONLY);
	}
	if (f.pagemap < 0 || !file ||
	    (frames && (f.kpageflags < 0 || f.kpagecount < 0)))
		exit(1);
	while (fgets(line, sizeof(line), file)) {
		start = strtoull(line, &rest, 16);
		end = strtoull(rest + 1, NULL, 16);
		s = sum_range(&f, start / page, end / page);
		total += s.present;
		if (s.present > best.present) {
			best = s;
			most = start;
		}
	}
	if (print)
		printf("%" PRIu64 " 0x%" PRIx64 " %" PRIu64 " %" PRIu64
		       " %" PRIu64 "\n", total * page, most,
		       best.present * page, best.counts, best.flags);
	fclose(file);
	close(f.pagemap);
	return total * page;
}

/* The file's text as far as TEXT goes, or NULL: the process may be gone. */
static const char *text_of(const char *pid, const char *name)
{
	int fd = open_of(pid, name);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (got < 0)
		return NULL;
	text[got] = 0;
	return text;
}

static int sum_processes(void)
{
	int rollup = !access("/proc/self/smaps_rollup", R_OK);
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	const char *at;
	uint64_t rss;

	while (proc && (entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    !text_of(entry->d_name, "stat"))
			continue;
		rss = 0;
		if (!rollup)
			rss = sum_process(entry->d_name, 0, 0);
		else if ((at = text_of(entry->d_name, "smaps_rollup")) &&
			 (at = strstr(at, "\nRss:")))
			rss = strtoull(at + 5, NULL, 10) * 1024;
		printf("%s %" PRIu64 "\n", entry->d_name, rss);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "processes"))
		return sum_processes();
	if (argc == 3 && !strcmp(argv[1], "regions"))
		return sum_process(argv[2], 0, 1), 0;
	if (argc == 3 && !strcmp(argv[1], "pages"))
		return sum_process(argv[2], 1, 1), 0;
	fprintf(stderr, "usage: bare regions|pages PID, bare processes\n");
	return 2;
}
