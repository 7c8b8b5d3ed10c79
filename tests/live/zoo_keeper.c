// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "zoo.h"

struct zoo zoo = { .who = "parent" };

void die(const char *what)
{
	fprintf(stderr, "zoo: %s: %s\n", what, strerror(errno));
	exit(1);
}

void say_region(const char *name, const void *at, size_t npages,
		       const char *states)
{
	uintptr_t va = (uintptr_t)at;
	printf("region %s %s %zx %zx %s\n", zoo.who, name, (size_t)va,
	       (size_t)va + npages * zoo.page, states);
}

void say_absent(const char *name, const char *fmt, ...)
{
	va_list ap;
	printf("absent %s ", name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

char *room(size_t npages, size_t align)
{
	size_t len = npages * zoo.page;
	char *p = mmap(NULL, len + 2 * align, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		die("mmap");
	return (char *)(((uintptr_t)p + align) & ~(uintptr_t)(align - 1));
}

char *map_fd(size_t npages, int prot, int flags, int fd)
{
	char *at = room(npages, zoo.page);
	at = mmap(at, npages * zoo.page, prot, flags | MAP_FIXED, fd, 0);
	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

char *anonymous(size_t npages)
{
	char *p = map_fd(npages, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1);
	madvise(p, npages * zoo.page, MADV_NOHUGEPAGE);
	return p;
}

void write_pages(char *p, size_t npages)
{
	static unsigned counter;
	for (size_t i = 0; i < npages; i++) {
		unsigned mark = ++counter;
		memcpy(p + i * zoo.page, &mark, sizeof(mark));
	}
}

void read_pages(const char *p, size_t npages)
{
	for (size_t i = 0; i < npages; i++)
		(void)*(const volatile char *)(p + i * zoo.page);
}

static uint64_t read_entry(int fd, const char *p)
{
	uint64_t e = 0;
	off_t at = (off_t)((uintptr_t)p / zoo.page * sizeof(e));
	return pread(fd, &e, sizeof(e), at) == sizeof(e) ? e : 0;
}

size_t count_entries(const char *p, size_t npages, uint64_t bit)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	for (size_t i = 0; fd >= 0 && i < npages; i++) {
		if (read_entry(fd, p + i * zoo.page) & bit)
			n++;
	}
	close(fd);
	return n;
}

bool is_one_frame(const char *p, size_t npages)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t first = read_entry(fd, p);
	bool one = first & ENTRY_PRESENT;
	for (size_t i = 1; i < npages; i++) {
		if ((read_entry(fd, p + i * zoo.page) ^ first) &
		    (ENTRY_PRESENT | ENTRY_PFN))
			one = false;
	}
	close(fd);
	/* To those who may not know, all frames are 0. */
	return one && (first & ENTRY_PFN);
}

static bool has_word(const char *line, const char *word)
{
	size_t n = strlen(word);
	for (const char *at = line; (at = strstr(at, word)); at += n) {
		if (strchr(" :", at[-(at > line)]) && strchr(" \n", at[n]))
			return true;
	}
	return false;
}

bool smaps_says(const char *p, const char *key, const char *word)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[512], start[32];
	bool here = false, says = false;
	snprintf(start, sizeof(start), "%zx-", (size_t)(uintptr_t)p);
	while (f && fgets(line, sizeof(line), f)) {
		if (strchr("0123456789abcdef", line[0]))
			here = !strncmp(line, start, strlen(start));
		else if (here && !strncmp(line, key, strlen(key)))
			says = has_word(line, word);
	}
	if (f)
		fclose(f);
	return says;
}

bool kernel_since(unsigned major, unsigned minor)
{
	struct utsname un;
	char *end;
	uname(&un);
	unsigned long got = strtoul(un.release, &end, 10);
	return got > major || (got == major && *end == '.' &&
			       strtoul(end + 1, NULL, 10) >= minor);
}

int make_file(const char *name, size_t npages)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", zoo.folder, name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		die(path);
	char *buf = malloc(zoo.page);
	if (!buf)
		die("malloc");
	memset(buf, 'f', zoo.page);
	for (size_t i = 0; i < npages; i++) {
		if (write(fd, buf, zoo.page) != (ssize_t)zoo.page)
			die(path);
	}
	free(buf);
	fsync(fd);
	return fd;
}
