// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process whose pages are known: it makes one region for each kind of page,
 * says what it made, one line each, and stops itself.
 *
 *   pid WHO PID                        parent or child
 *   region WHO NAME START END STATES   STATES is state*count,state*count...;
 *                                      a|b where kernels differ
 *   absent NAME REASON                 this kernel or user cannot make it
 *   ready
 *
 * usage: zoo FOLDER [swap] [hugetlb] [ksm] [mounts] [devices] [folios]
 *	[gigantic] [shmem] [poison] [dax=FOLDER] [soft-dirty]
 * FOLDER lies on a disk; the words say what was made ready for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#ifndef UFFD_FEATURE_WP_UNPOPULATED
#define UFFD_FEATURE_WP_UNPOPULATED (1 << 13)
#endif
#define N 16
#define HUGE_BYTES ((size_t)2 << 20)

/* ---- anonymous memory of one process */

/* Where all share one page of zeros, nobody has it alone. */
static bool has_page_of_zeros(void)
{
	char *p = anonymous(1);
	bool alone;
	read_pages(p, 1);
	alone = count_entries(p, 1, ENTRY_ALONE);
	munmap(p, zoo.page);
	return !alone;
}

static void make_plain(void)
{
	bool zeros = has_page_of_zeros();
	char *p = anonymous(N);
	write_pages(p, N);
	say_region("anon-written", p, N, "anon*16");
	p = anonymous(N);
	read_pages(p, N);
	say_region("anon-read", p, N, zeros ? "zero*16" : "anon*16");
	if (!zeros)
		say_absent("zero", "this kernel has no page of zeros");
	say_region("anon-untouched", anonymous(N), N, "untouched*16");
	p = anonymous(N);
	write_pages(p, 4);
	read_pages(p + 4 * zoo.page, 4);
	say_region("anon-mixed", p, N, zeros ? "anon*4,zero*4,untouched*8" :
		"anon*8,untouched*8");
	p = anonymous(N);
	write_pages(p, N);
	mprotect(p, N * zoo.page, PROT_NONE);
	say_region("prot-none-written", p, N, "anon*16");
	p = map_fd(N, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1);
	say_region("prot-none-shared", p, N, "not-mapped*16");
	/* A reservation, nothing of which costs anything. */
	size_t npages = ((size_t)1 << 30) / zoo.page;
	p = mmap(NULL, npages * zoo.page, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p != MAP_FAILED)
		say_region("reservation", p, 64, "untouched*64");
}

static void make_locked(void)
{
	char *p = anonymous(N);
	if (mlock(p, N * zoo.page) == 0)
		say_region("mlocked", p, N, "anon*16");
	else
		say_absent("mlocked", "mlock: %s", strerror(errno));
}

static void make_lazyfree(void)
{
	char *p = anonymous(N), *drain = anonymous(N);
	write_pages(p, N);
	write_pages(drain, N);
	/* Pages still wait in this CPU's batches: the calls empty those. */
	madvise(drain, N * zoo.page, MADV_FREE);
	if (madvise(p, N * zoo.page, MADV_FREE)) {
		say_absent("lazyfree", "MADV_FREE: %s", strerror(errno));
		return;
	}
	madvise(drain, N * zoo.page, MADV_FREE);
	munmap(drain, N * zoo.page);
	say_region("lazyfree", p, N, "lazyfree*16");
}

static void make_guard(void)
{
	char *p = anonymous(N);
	write_pages(p, N);
	if (madvise(p + 8 * zoo.page, 8 * zoo.page, MADV_GUARD_INSTALL))
		say_absent("guard", "MADV_GUARD_INSTALL: %s", strerror(errno));
	else
		say_region("guard", p, N, "anon*8,guard*8");
}

static int open_userfaultfd(uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && ioctl(fd, UFFDIO_API, &api)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Write-protected by userfaultfd: what is there, and (since 6.4) what is not
 * yet. */
static void make_watched(void)
{
	char *p = anonymous(N);
	struct uffdio_range range = { (uintptr_t)p, N * zoo.page };
	struct uffdio_register reg = { .range = range,
				       .mode = UFFDIO_REGISTER_MODE_WP };
	struct uffdio_writeprotect protect = {
		.range = range, .mode = UFFDIO_WRITEPROTECT_MODE_WP
	};
	bool all = true;
	int fd = open_userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP |
				  UFFD_FEATURE_WP_UNPOPULATED);
	if (fd < 0) {
		all = false;
		fd = open_userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
	}
	write_pages(p, 8);
	if (fd < 0 || ioctl(fd, UFFDIO_REGISTER, &reg) ||
	    ioctl(fd, UFFDIO_WRITEPROTECT, &protect))
		say_absent("uffd-wp", "userfaultfd: %s", strerror(errno));
	else
		say_region("uffd-wp", p, N, all ? "anon*8,wp-marker*8" :
						  "anon*8,untouched*8");
}

static char *huge_room(void)
{
	size_t npages = HUGE_BYTES / zoo.page;
	char *p = room(npages, HUGE_BYTES);
	p = mmap(p, HUGE_BYTES, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (p == MAP_FAILED)
		die("mmap");
	madvise(p, HUGE_BYTES, MADV_HUGEPAGE);
	return p;
}

static void make_thp(void)
{
	char *whole = huge_room(), *half = huge_room(), *zero = huge_room();
	if (zoo.page != 4096) {
		say_absent("thp", "pages of %zu bytes", zoo.page);
		return;
	}
	whole[0] = half[0] = 'x';
	if (!smaps_says(whole, "AnonHugePages", "2048") ||
	    !smaps_says(half, "AnonHugePages", "2048")) {
		say_absent("thp", "the kernel gave no huge page");
		return;
	}
	say_region("thp", whole, 512, "anon*512");
	madvise(half + HUGE_BYTES / 2, HUGE_BYTES / 2, MADV_DONTNEED);
	/* Else the kernel may make it whole again. */
	madvise(half, HUGE_BYTES, MADV_NOHUGEPAGE);
	say_region("thp-half-dropped", half, 512, "anon*256,untouched*256");
	read_pages(zero, 1);
	if (count_entries(zero, 512, ENTRY_PRESENT) != 512)
		say_absent("thp-zero", "use_zero_page is off");
	else if (count_entries(zero, 512, ENTRY_ALONE))
		say_region("thp-read", zero, 512, "anon*512");
	else
		say_region("thp-zero", zero, 512, "huge-zero*512");
}

/* ---- files and shared memory */

static void make_files(void)
{
	int fd = make_file("read-only", N);
	char *p = map_fd(N, PROT_READ, MAP_PRIVATE, fd);
	read_pages(p, N);
	say_region("file-private-read-only", p, N, "file*16");

	fd = make_file("private", N);
	p = map_fd(N, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	read_pages(p, N);
	say_region("file-private-read", p, N, "cow-pending*16");
	p = map_fd(N, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	read_pages(p, N);
	write_pages(p + 8 * zoo.page, 8);
	say_region("file-private-written", p, N, "cow-pending*8,cow-copied*8");
	p = map_fd(N, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	say_region("file-untouched", p, N, "not-mapped*16");

	fd = make_file("clean", N);
	p = map_fd(N, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	read_pages(p, N);
	say_region("file-shared-clean", p, N, "file*16");

	/* Large enough for the page cache to use large folios. */
	fd = make_file("large", 1024);
	p = map_fd(1024, PROT_READ, MAP_SHARED, fd);
	read_pages(p, 1024);
	say_region("file-large", p, 1024, "file*1024");
}

/* Late, because the kernel writes dirty pages back after half a minute. */
static void make_dirty(void)
{
	int fd = make_file("dirty", N);
	char *p = map_fd(N, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	write_pages(p, N);
	say_region("file-shared-dirty", p, N, "file-dirty*16");
}

static void make_shared_memory(void)
{
	int fd = memfd_create("zoo-memfd", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)(N * zoo.page)))
		die("memfd");
	char *p = map_fd(N, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	write_pages(p, 8);
	say_region("memfd", p, N, "shmem*8,not-mapped*8");
	p = map_fd(N, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	read_pages(p, 8);
	write_pages(p, 4);
	say_region("memfd-private", p, 8, "cow-copied*4,cow-pending*4");
	p = map_fd(N, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	write_pages(p, N);
	say_region("shared-anonymous", p, N, "shmem*16");
	int id = shmget(IPC_PRIVATE, N * zoo.page, 0600);
	p = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	if (id < 0 || p == (void *)-1) {
		say_absent("sysv", "shmget: %s", strerror(errno));
		return;
	}
	write_pages(p, N);
	say_region("sysv", p, N, "shmem*16");
}

static void make_secret(void)
{
	int fd = (int)syscall(SYS_memfd_secret, 0);
	if (fd < 0 || ftruncate(fd, (off_t)(4 * zoo.page))) {
		say_absent("secretmem", "memfd_secret: %s", strerror(errno));
		return;
	}
	char *p = room(4, zoo.page);
	p = mmap(p, 4 * zoo.page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	if (p == MAP_FAILED) {
		say_absent("secretmem", "mmap: %s", strerror(errno));
		return;
	}
	write_pages(p, 4);
	say_region("secretmem", p, 4, "secret*4");
}

/* An io_uring's rings are the kernel's pages, mapped here. */
static void make_driver(void)
{
	char params[120] = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 4, params);
	if (fd < 0) {
		say_absent("io-uring", "io_uring_setup: %s", strerror(errno));
		return;
	}
	/* The kernel chooses the place of these itself. */
	char *p = mmap(NULL, zoo.page, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED) {
		say_absent("io-uring", "mmap: %s", strerror(errno));
		return;
	}
	read_pages(p, 1);
	/* Older kernels map it as if it were no memory. */
	say_region("io-uring", p, 1, smaps_says(p, "VmFlags", "pf") ?
		   "pfnmap*1" : "driver*1");
}

/* File systems that live in memory, mounted where only we see them. */
static void make_mount(const char *type, const char *states)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", zoo.folder, type);
	if (mkdir(path, 0700) || mount(type, path, type, 0, NULL)) {
		say_absent(type, "mount: %s", strerror(errno));
		return;
	}
	snprintf(path, sizeof(path), "%s/file", type);
	int fd = make_file(path, N);
	char *p = map_fd(N, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	read_pages(p, N);
	say_region(type, p, N, states);
}

static void make_mounts(bool ready)
{
	if (!ready || unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		say_absent("ramfs", "it takes root to mount one");
		say_absent("tmpfs", "it takes root to mount one");
		return;
	}
	make_mount("ramfs", "ramfs*16");
	make_mount("tmpfs", "shmem*16");
}

/* ---- what the system was prepared for */

static void make_hugetlb(bool ready)
{
	size_t npages = HUGE_BYTES / zoo.page;
	char *p = MAP_FAILED, *q = MAP_FAILED;
	if (ready) {
		p = mmap(NULL, 2 * HUGE_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
		q = mmap(NULL, HUGE_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	}
	if (p == MAP_FAILED || q == MAP_FAILED || npages != 512) {
		say_absent("hugetlb", "no pages in the pool");
		return;
	}
	p[0] = q[0] = 'x';
	say_region("hugetlb-private", p, 1024, "hugetlb*512,hugetlb-unfaulted*512");
	say_region("hugetlb-shared", q, 512, "hugetlb*512");
}

static void make_ksm(bool ready)
{
	char *p = anonymous(N);
	for (size_t i = 0; i < N; i++)
		memset(p + i * zoo.page, 'K', zoo.page);
	if (!ready || madvise(p, N * zoo.page, MADV_MERGEABLE)) {
		say_absent("ksm", "KSM is not running");
		return;
	}
	for (int i = 0; i < 300; i++) {
		if (is_one_frame(p, N)) {
			say_region("ksm", p, N, "ksm*16");
			return;
		}
		usleep(100000);
	}
	say_absent("ksm", "nothing was merged within 30 s");
}

static bool page_out(char *p, size_t npages)
{
	for (int i = 0; i < 100; i++) {
		madvise(p, npages * zoo.page, MADV_PAGEOUT);
		if (count_entries(p, npages, ENTRY_PRESENT) == 0)
			return true;
		usleep(20000);
	}
	return false;
}

static void make_swapped(bool ready)
{
	char *p = anonymous(N), *q = anonymous(N);
	write_pages(p, N);
	write_pages(q, N);
	if (!ready || !page_out(p, N) || !page_out(q, N)) {
		say_absent("swapped", ready ? "MADV_PAGEOUT left pages" : "no swap");
		return;
	}
	say_region("swapped", p, N, "swap*16");
	read_pages(q, 8);
	if (count_entries(q, N, ENTRY_SWAP) == 8)
		say_region("swapped-in", q, N, "anon*8,swap*8");

	int fd = memfd_create("zoo-swapped", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)(N * zoo.page)))
		die("memfd");
	p = map_fd(N, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	write_pages(p, N);
	if (page_out(p, N))
		say_region("memfd-swapped", p, N, "not-mapped*16");
}

/* ---- two processes */

struct family {
	char *shared, *child_writes, *parent_writes, *swapped, *memfd;
	char *tables;
};

static void make_family_before(struct family *f, bool swap, bool hugetlb)
{
	f->tables = map_shared_tables(hugetlb);
	f->shared = anonymous(N);
	f->child_writes = anonymous(N);
	f->parent_writes = anonymous(N);
	write_pages(f->shared, N);
	write_pages(f->child_writes, N);
	write_pages(f->parent_writes, N);
	f->memfd = map_fd(N, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	write_pages(f->memfd, N);
	f->swapped = NULL;
	char *p = anonymous(N);
	write_pages(p, N);
	if (swap && page_out(p, N))
		f->swapped = p;
}

static void say_family(const struct family *f, bool child)
{
	const char *own = "anon*8,cow-shared*8";
	const char *left = kernel_since(5, 19) ?
		"anon-was-shared*8,cow-shared*8" : own;
	zoo.who = child ? "child" : "parent";
	printf("pid %s %d\n", zoo.who, (int)getpid());
	say_region("fork-shared", f->shared, N, "cow-shared*16");
	say_region("fork-child-wrote", f->child_writes, N, child ? own : left);
	say_region("fork-parent-wrote", f->parent_writes, N, child ? left : own);
	if (f->swapped)
		say_region("fork-swapped", f->swapped, N, "swap*16");
	read_pages(f->memfd, N);
	say_region("fork-shared-memory", f->memfd, N, "shmem*16");
	say_shared_tables(f->tables);
	fflush(stdout);
}

/* A child that has gone leaves pages which are ours alone again. */
static void make_child_gone(void)
{
	char *p = anonymous(N);
	write_pages(p, N);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	write_pages(p, 8);
	/* The next child must not get them. */
	madvise(p, N * zoo.page, MADV_DONTFORK);
	say_region("fork-child-gone", p, N, kernel_since(5, 19) ?
		   "anon*8,anon-was-shared*8" : "anon*16");
}

static void make_family(bool swap, bool hugetlb)
{
	struct family f;
	int turn[2];
	char c;
	make_child_gone();
	make_family_before(&f, swap, hugetlb);
	fflush(stdout);
	if (pipe2(turn, O_CLOEXEC))
		die("pipe");
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		write_pages(f.child_writes, 8);
		say_family(&f, true);
		if (write(turn[1], "c", 1) != 1)
			_exit(1);
		for (;;)
			raise(SIGSTOP);
	}
	close(turn[1]);
	if (read(turn[0], &c, 1) != 1)
		die("the child");
	write_pages(f.parent_writes, 8);
	say_family(&f, false);
}

static bool asked(char **argv, const char *word)
{
	for (; *argv; argv++) {
		if (!strcmp(*argv, word))
			return true;
	}
	return false;
}

/* What only a machine of our own should be made to have. */
static void make_rare(char **argv)
{
	static const struct {
		const char *word;
		void (*make)(void);
	} kinds[] = {
		{ "devices", make_devices },
		{ "folios", make_large_folios },
		{ "gigantic", make_gigantic },
		{ "poison", make_poisoned },
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (asked(argv, kinds[i].word))
			kinds[i].make();
	}
	for (; *argv; argv++) {
		if (!strncmp(*argv, "dax=", 4))
			make_dax(*argv + 4);
	}
}

int main(int argc, char **argv)
{
	cpu_set_t one;
	if (argc < 2) {
		fprintf(stderr, "usage: zoo FOLDER [WORD]...\n");
		return 2;
	}
	/* So that it can be seen how far it came. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	zoo.folder = argv[1];
	zoo.page = (size_t)sysconf(_SC_PAGESIZE);
	/* One CPU, so that its batches of pages can be emptied. */
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	make_family(asked(argv, "swap"), asked(argv, "hugetlb"));
	make_plain();
	make_locked();
	make_guard();
	make_thp();
	make_files();
	make_shared_memory();
	make_watched();
	make_secret();
	make_driver();
	make_mounts(asked(argv, "mounts"));
	make_hugetlb(asked(argv, "hugetlb"));
	make_odd(asked(argv, "hugetlb"), asked(argv, "folios"),
		 asked(argv, "shmem"));
	make_ksm(asked(argv, "ksm"));
	make_swapped(asked(argv, "swap"));
	make_rare(argv);
	make_dirty();
	make_lazyfree();
	/* Last: the kernel looks at all of our memory for it. */
	if (asked(argv, "soft-dirty"))
		make_soft_dirty();
	puts("ready");
	fflush(stdout);
	for (;;)
		raise(SIGSTOP);
}
