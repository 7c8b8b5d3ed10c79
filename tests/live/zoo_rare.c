// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kinds that one would not make on a machine that somebody uses: memory said
 * to be broken, device memory, a file system without a page cache.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "zoo.h"

#ifndef MADV_HWPOISON
#define MADV_HWPOISON 100
#endif
#define MAP_HUGE_1GB_FLAG (30 << 26)
#define N 16

static void on_bus_error(int number)
{
	(void)number;
}

void make_poisoned(void)
{
	struct sigaction noted = { .sa_handler = on_bus_error }, before;
	char *p = anonymous(N);

	write_pages(p, N);
	/* Some kernels tell us at once, though we read nothing. */
	sigaction(SIGBUS, &noted, &before);
	if (madvise(p, 4 * zoo.page, MADV_HWPOISON))
		say_absent("poisoned", "MADV_HWPOISON: %s", strerror(errno));
	else
		say_region("poisoned", p, N, "poisoned*4,anon*12");
	sigaction(SIGBUS, &before, NULL);
}

/* A file whose pages are its device's own memory. */
void make_dax(const char *folder)
{
	const char *files = zoo.folder;
	int fd;
	char *p;

	zoo.folder = folder;
	fd = make_file("dax", N);
	zoo.folder = files;
	p = map_fd(N, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	read_pages(p, N);
	write_pages(p, 4);
	say_region("dax-shared", p, N, "xip*16");
	p = map_fd(N, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	read_pages(p, N);
	write_pages(p, 4);
	say_region("dax-private", p, N, "cow-copied*4,xip*12");
	p = map_fd(N, PROT_READ, MAP_SHARED, fd);
	say_region("dax-untouched", p, N, "not-mapped*16");
}

static void map_device(const char *name, const char *path, off_t at,
	size_t npages)
{
	int fd = open(path, O_RDONLY | O_SYNC | O_CLOEXEC);
	char *p = room(npages, zoo.page);

	/* Never read: a device may do something then. */
	if (fd >= 0)
		p = mmap(p, npages * zoo.page, PROT_READ,
			 MAP_SHARED | MAP_FIXED, fd, at);
	if (fd < 0 || p == MAP_FAILED)
		say_absent(name, "%s: %s", path, strerror(errno));
	else if (npages == 1)
		say_region(name, p, 1, "pfnmap*1");
	else
		say_region(name, p, N, "pfnmap*16");
}

/* The first memory of a device on the bus. */
static void map_pci(void)
{
	const char *bus = "/sys/bus/pci/devices";
	DIR *dir = opendir(bus);
	struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		unsigned long long start = 0, end = 0, flags = 0;
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/resource", bus,
			 entry->d_name);
		f = fopen(path, "r");
		if (f && fscanf(f, "%llx %llx %llx", &start, &end, &flags) != 3)
			end = 0;
		if (f)
			fclose(f);
		/* IORESOURCE_MEM */
		if (!(flags & 0x200) || end - start < N * zoo.page)
			continue;
		snprintf(path, sizeof(path), "%s/%s/resource0", bus,
			 entry->d_name);
		map_device("pci-resource", path, 0, N);
		closedir(dir);
		return;
	}
	if (dir)
		closedir(dir);
	say_absent("pci-resource", "no device has memory");
}

void make_devices(void)
{
	/* The PC's BIOS; and its HPET, which is no RAM of any kind. */
	map_device("dev-mem", "/dev/mem", 0xf0000, N);
	map_device("dev-mem-hpet", "/dev/mem", 0xfed00000, 1);
	map_pci();
}

void make_gigantic(void)
{
	size_t nbytes = (size_t)1 << 30;
	char *p = mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_1GB_FLAG, -1, 0);
	char states[64];

	if (p == MAP_FAILED) {
		say_absent("hugetlb-1g", "mmap: %s", strerror(errno));
		return;
	}
	p[0] = 'x';
	snprintf(states, sizeof(states), "hugetlb*%zu", nbytes / zoo.page);
	say_region("hugetlb-1g", p, nbytes / zoo.page, states);
}

/* Folios larger than a page and smaller than what one entry can map. */
void make_large_folios(void)
{
	size_t nbytes = 64 << 10, npages = nbytes / zoo.page;
	char *p = room(2 * npages, nbytes);
	char states[64];
	size_t i;

	p = mmap(p, 2 * nbytes, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (p == MAP_FAILED)
		die("mmap");
	madvise(p, 2 * nbytes, MADV_HUGEPAGE);
	for (i = 0; i < 2; i++) {
		p[i * nbytes] = 'x';
		if (count_entries(p + i * nbytes, npages, ENTRY_PRESENT) ==
		    npages)
			continue;
		say_absent("folio-64k", "the kernel gave single pages");
		return;
	}
	snprintf(states, sizeof(states), "anon*%zu", 2 * npages);
	say_region("folio-64k", p, 2 * npages, states);
}

/* Half of it was written since the kernel was told to look. */
void make_soft_dirty(void)
{
	char *p = anonymous(N);
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	write_pages(p, N);
	if (count_entries(p, N, ENTRY_SOFT_DIRTY) != N || fd < 0 ||
	    write(fd, "4", 1) != 1) {
		say_absent("soft-dirty", "not in this kernel");
	} else {
		write_pages(p, N / 2);
		say_region("soft-dirty", p, N, "anon*16");
	}
	if (fd >= 0)
		close(fd);
}
