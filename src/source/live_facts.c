/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live_impl.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "vmatlas/base/text.h"

/* PROC_SUPER_MAGIC of linux/magic.h */
#define PROCFS_MAGIC 0x9fa0

static uint64_t clock_ms(clockid_t id)
{
	struct timespec now;

	if (clock_gettime(id, &now))
		return 0;
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void copy_line(char *out, size_t size, struct text from)
{
	struct text line = { "", 0 };

	text_line(&from, &line);
	if (line.n >= size)
		line.n = size - 1;
	memcpy(out, line.p, line.n);
	out[line.n] = '\0';
}

/*
 * Where user space ends, for machines on which that is settled by their
 * name; elsewhere it depends on how the kernel was built.
 */
static uint64_t task_size_of(const char *machine)
{
	if (!strcmp(machine, "x86_64"))
		return (UINT64_C(1) << 47) - 4096;
	if (machine[0] == 'i' && !strcmp(machine + 2, "86"))
		return UINT64_C(0xc0000000);
	if (!strncmp(machine, "armv", 4) && machine[4] < '8')
		return UINT64_C(0xc0000000);
	return 0;
}

/* Another root may be another machine's: its own files name it. */
static void uname_read(struct live *live)
{
	struct facts *facts = &live->facts;
	struct buf text = { 0 };
	struct utsname name;

	if (uname(&name))
		memset(&name, 0, sizeof(name));
	copy_line(facts->release, sizeof(facts->release),
		text_of(name.release));
	copy_line(facts->machine, sizeof(facts->machine),
		text_of(name.machine));
	if (!live->usual && source_text(&live->src, PROC_NONE,
		    "sys/kernel/osrelease", &text) == ANSWER_OK)
		copy_line(facts->release, sizeof(facts->release),
			(struct text){ buf_text(&text), text.len });
	if (!live->usual && source_text(&live->src, PROC_NONE,
		    "sys/kernel/arch", &text) == ANSWER_OK)
		copy_line(facts->machine, sizeof(facts->machine),
			(struct text){ buf_text(&text), text.len });
	buf_fini(&text);
	facts->task_size = task_size_of(facts->machine);
	live->uname_known = true;
}

static bool has_sys_admin(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	memset(data, 0, sizeof(data));
	if (syscall(SYS_capget, &header, data))
		return false;
	return data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &
		CAP_TO_MASK(CAP_SYS_ADMIN);
}

/*
 * False where an entry of our own, which is surely present, shows no frame:
 * root of a user namespace has the capability and still is not told.  Where
 * it cannot be read there is nothing to say.
 */
static bool own_frame_shows(const struct live *live)
{
	volatile char here = 1;
	uint64_t word = 0;
	ssize_t n;
	int fd = openat(live->proc_fd, "self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return true;
	n = pread(fd, &word, sizeof(word), (off_t)((uintptr_t)&here /
		live->facts.page_size * sizeof(word)));
	close(fd);
	if (n != (ssize_t)sizeof(word) || !(word >> 63))
		return true;
	return word & ((UINT64_C(1) << 55) - 1);
}

/* Only a real procfs tells frames, wherever it is mounted. */
static bool pfn_is_visible(const struct live *live)
{
	struct statfs fs;

	return !(live->without & WITHOUT_PFN) &&
		!fstatfs(live->proc_fd, &fs) && fs.f_type == PROCFS_MAGIC &&
		has_sys_admin() && own_frame_shows(live);
}

void live_facts_begin(struct live *live)
{
	struct facts *facts = &live->facts;
	long ticks = sysconf(_SC_CLK_TCK);

	if (!live->uname_known)
		uname_read(live);
	facts->time_ms = clock_ms(CLOCK_REALTIME);
	facts->uptime_ms = clock_ms(CLOCK_MONOTONIC);
	facts->clock_ticks = ticks > 0 ? (uint32_t)ticks : 100;
	facts->uid = (uint32_t)geteuid();
	facts->pfn_visible = pfn_is_visible(live);
}

/* Always from the real /proc: it is about ourselves. */
static uint64_t self_rss(uint64_t page_size)
{
	char data[128];
	struct text text = { data, 0 };
	uint64_t size, rss = 0;
	ssize_t n;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	n = read(fd, data, sizeof(data));
	close(fd);
	if (n <= 0)
		return 0;
	text.n = (size_t)n;
	if (!text_u64(&text, 10, &size))
		return 0;
	text = text_trim(text);
	return text_u64(&text, 10, &rss) ? rss * page_size : 0;
}

void live_facts_self(struct facts *facts)
{
	struct rusage usage;

	facts->self_cpu_us = 0;
	if (!getrusage(RUSAGE_SELF, &usage))
		facts->self_cpu_us = (uint64_t)(usage.ru_utime.tv_sec +
			usage.ru_stime.tv_sec) * 1000000 +
			(uint64_t)(usage.ru_utime.tv_usec +
			usage.ru_stime.tv_usec);
	facts->self_rss = self_rss(facts->page_size);
}
