// SPDX-License-Identifier: GPL-2.0-or-later
/* Kinds of pages that few programs have: pools of huge pages in all their
 * forms, parts of folios, what drivers map, and what the kernel itself does. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <net/ethernet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

#define HUGE_BYTES ((size_t)2 << 20)
#define GIANT_BYTES ((size_t)1 << 30)
#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4
#endif
/* Linux 6.6; newer than many systems' headers. */
#define POISON_FEATURE (1 << 14)
struct poison {
	struct uffdio_range range;
	uint64_t mode;
	int64_t updated;
};
#define POISON_CALL _IOWR(UFFDIO, 0x08, struct poison)

/* Page table entries that kill who touches them, as broken RAM does. */
static void make_poison(void)
{
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	char *p = anonymous(8);
	struct uffdio_api api = { .api = UFFD_API, .features = POISON_FEATURE };
	struct uffdio_range all = { (uintptr_t)p, 8 * zoo.page };
	struct uffdio_register reg = { .range = all,
				       .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct poison poison = { .range = { (uintptr_t)p + 4 * zoo.page,
					    4 * zoo.page } };
	write_pages(p, 4);
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &reg) || ioctl(fd, POISON_CALL, &poison))
		say_absent("uffd-poison", "userfaultfd: %s", strerror(errno));
	else
		say_region("uffd-poison", p, 8, "anon*4,poisoned*4");
}

/* Of a folio of 64 KiB, which is mapped page by page, half. */
static void make_half_folio(void)
{
	size_t npages = ((size_t)64 << 10) / zoo.page;
	char *p = room(npages, npages * zoo.page);

	p = mmap(p, npages * zoo.page, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (p == MAP_FAILED)
		die("mmap");
	madvise(p, npages * zoo.page, MADV_HUGEPAGE);
	p[0] = 'x';
	if (npages != 16 || count_entries(p, npages, ENTRY_PRESENT) != npages) {
		say_absent("folio-half", "the kernel gave small pages");
		return;
	}
	madvise(p + 8 * zoo.page, 8 * zoo.page, MADV_DONTNEED);
	say_region("folio-half", p, npages, "anon*8,untouched*8");
}

/* Shared memory in huge pages that are no pool's. */
static void make_huge_shared_memory(void)
{
	size_t npages = HUGE_BYTES / zoo.page;
	int fd = memfd_create("zoo-huge", MFD_CLOEXEC);
	char *p;

	if (npages != 512) {
		say_absent("shmem-huge", "pages of %zu bytes", zoo.page);
		return;
	}
	if (fd < 0 || ftruncate(fd, (off_t)HUGE_BYTES))
		die("memfd");
	p = mmap(room(npages, HUGE_BYTES), HUGE_BYTES, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, fd, 0);
	if (p == MAP_FAILED)
		die("mmap");
	madvise(p, HUGE_BYTES, MADV_HUGEPAGE);
	p[0] = 'x';
	if (count_entries(p, npages, ENTRY_PRESENT) == npages)
		say_region("shmem-huge", p, npages, "shmem*512");
	else
		say_absent("shmem-huge", "the kernel gave small pages");
}

/* The pool by its other doors: a memfd, System V. */
static void make_pool_doors(void)
{
	size_t npages = HUGE_BYTES / zoo.page;
	int fd = memfd_create("zoo-hugetlb", MFD_CLOEXEC | MFD_HUGETLB), id;
	char *p = MAP_FAILED;

	if (npages != 512) {
		say_absent("hugetlb-memfd", "pages of %zu bytes", zoo.page);
		return;
	}
	if (fd >= 0 && ftruncate(fd, (off_t)HUGE_BYTES) == 0)
		p = mmap(NULL, HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);
	if (p == MAP_FAILED) {
		say_absent("hugetlb-memfd", "memfd: %s", strerror(errno));
	} else {
		p[0] = 'x';
		say_region("hugetlb-memfd", p, npages, "hugetlb*512");
	}
	id = shmget(IPC_PRIVATE, HUGE_BYTES, 0600 | SHM_HUGETLB);
	p = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	if (p == (void *)-1) {
		say_absent("hugetlb-sysv", "shmget: %s", strerror(errno));
		return;
	}
	p[0] = 'x';
	say_region("hugetlb-sysv", p, npages, "hugetlb*512");
}

/* ---- what drivers map */

static void make_packet_ring(void)
{
	struct tpacket_req req = { .tp_block_size = (unsigned)zoo.page,
				   .tp_block_nr = 4,
				   .tp_frame_size = (unsigned)zoo.page / 2,
				   .tp_frame_nr = 8 };
	/* Protocol 0: it is never given a packet. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	char *p = MAP_FAILED;

	if (fd >= 0 && !setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req,
				   sizeof(req)))
		p = mmap(NULL, 4 * zoo.page, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);
	if (p == MAP_FAILED)
		say_absent("packet-ring", "AF_PACKET: %s", strerror(errno));
	else
		say_region("packet-ring", p, 4, "driver*4");
}

/* Raw frames since 6.15, pages of a driver before. */
static void make_perf_ring(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_DUMMY,
					.exclude_kernel = 1, .disabled = 1 };
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	char *p = MAP_FAILED;

	if (fd >= 0)
		p = mmap(NULL, 3 * zoo.page, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);
	if (p == MAP_FAILED) {
		say_absent("perf-ring", "perf_event_open: %s", strerror(errno));
		return;
	}
	read_pages(p, 3);
	say_region("perf-ring", p, 3, "pfnmap|driver*3");
}

/* What every process has and did not ask for. */
static void say_kernels_own(void)
{
	static const struct {
		const char *name, *region, *state;
	} kinds[] = {
		{ "vdso", "[vdso]\n", "kernel" },
		{ "vvar", "[vvar]\n", "pfnmap" },
		{ "vsyscall", "[vsyscall]\n", "gate" },
	};
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512], text[64];
	unsigned long start, end;

	while (f && fgets(line, sizeof(line), f)) {
		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
			size_t n = strlen(kinds[i].region), len = strlen(line);

			if (len < n || strcmp(line + len - n, kinds[i].region) ||
			    sscanf(line, "%lx-%lx", &start, &end) != 2)
				continue;
			snprintf(text, sizeof(text), "%s*%zu", kinds[i].state,
				 (size_t)(end - start) / zoo.page);
			say_region(kinds[i].name, (void *)(uintptr_t)start,
				   (end - start) / zoo.page, text);
		}
	}
	if (f)
		fclose(f);
}

void make_odd(bool hugetlb, bool folios, bool shmem)
{
	make_poison();
	make_packet_ring();
	make_perf_ring();
	say_kernels_own();
	if (hugetlb)
		make_pool_doors();
	if (folios)
		make_half_folio();
	if (shmem)
		make_huge_shared_memory();
}

/* ---- with a child */

char *map_shared_tables(bool ready)
{
	char *p = MAP_FAILED;

	/* Only whole, aligned GiB share page tables. */
	if (ready && HUGE_BYTES / zoo.page == 512)
		p = mmap(room(GIANT_BYTES / zoo.page, GIANT_BYTES), GIANT_BYTES,
			 PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB |
				 MAP_NORESERVE | MAP_FIXED, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	p[0] = 'x';
	return p;
}

void say_shared_tables(const char *p)
{
	if (!p)
		return;
	read_pages(p, 1);
	say_region("hugetlb-shared-tables", p, 1024,
		   "hugetlb*512,hugetlb-unfaulted*512");
}
