/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "machine-file.h"
#include "vmatlas/model/budget.h"

#define ID ((struct proc_id){ FAKE_PID, 5000 })

/* What FAKE's kernel tells, about ID if its pid is not 0. */
static struct budget read_it(struct fake *fake, struct proc_id id)
{
	struct machine *machine = machine_read(&fake->src);
	struct budget budget = { 0 };

	budget_read(&budget, &fake->src, machine, id);
	machine_unref(machine);
	return budget;
}

static void add_text(struct fake *fake, const char *path, const char *text)
{
	size_t i = 0;

	while (fake->more[i].path)
		i++;
	assert_true(i < 47);
	fake->more[i].path = path;
	fake->more[i].text = text;
}

static int64_t value(const struct budget *budget, enum memory_group group,
	const char *name)
{
	int64_t out = -12345;

	if (!budget_value(budget, group, name, &out))
		fail_msg("%s is not known", name);
	return out;
}

static void unknown(const struct budget *budget, enum memory_group group,
	const char *name)
{
	const struct memory_row *row = budget_find(budget, group, name);

	assert_non_null(row);
	assert_int_equal(row->known, MEMORY_UNKNOWN);
}

/* The parts, and how many are known. */
static int64_t sum_parts(const struct budget *budget, size_t *known)
{
	int64_t sum = 0;
	size_t i;

	*known = 0;
	for (i = 0; i < budget->nrows; i++)
		if (budget->rows[i].group == GROUP_RAM &&
		    budget->rows[i].known == MEMORY_KNOWN) {
			sum += budget->rows[i].value;
			++*known;
		}
	return sum;
}

static void every_machine(void **state)
{
	static const struct {
		const char *name, *release;
		uint32_t page_size;
	} machines[] = {
		{ "i386", "6.1.0-18", 4096 }, { "i386-256m", "6.1.0", 4096 },
		{ "i386pae", "6.1.0", 4096 }, { "armhf", "6.1.0", 4096 },
		{ "armhf-512m", "6.1.0", 4096 }, { "armhflpae", "6.1.0", 4096 },
		{ "arm64", "6.1.0", 4096 }, { "arm64-6g", "6.1.0", 4096 },
		{ "ppc64el", "6.1.0", 65536 },
	};
	struct buf meminfo = { 0 }, zoneinfo = { 0 };
	size_t i, known;

	(void)state;
	for (i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		struct fake *fake = fake_new();
		struct budget budget;
		int64_t rest, total;

		machine_file(machines[i].name, "meminfo", &meminfo);
		machine_file(machines[i].name, "zoneinfo", &zoneinfo);
		fake->meminfo = buf_text(&meminfo);
		fake->zoneinfo = buf_text(&zoneinfo);
		fake->facts.page_size = machines[i].page_size;
		strcpy(fake->facts.release, machines[i].release);
		budget = read_it(fake, PROC_NONE);
		total = value(&budget, GROUP_TOTAL, "total");
		assert_true(sum_parts(&budget, &known) == total);
		assert_true(known >= 14);
		/* What is counted nowhere is little on an idle machine. */
		rest = value(&budget, GROUP_RAM, "not-accounted");
		if (rest < -total / 100 || rest > total / 50)
			fail_msg("%s: %lld of %lld are left", machines[i].name,
				(long long)rest, (long long)total);
		assert_true(value(&budget, GROUP_OUTSIDE, "reserved") > 0);
		assert_true(value(&budget, GROUP_OUTSIDE, "present") ==
			total + value(&budget, GROUP_OUTSIDE, "reserved"));
		budget_fini(&budget);
		source_free(&fake->src);
	}
	buf_fini(&meminfo);
	buf_fini(&zoneinfo);
}

#define SOME_MEMINFO \
	"MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 10 kB\nCached: 200 kB\n" \
	"SwapCached: 30 kB\nAnonPages: 300 kB\nShmem: 50 kB\n" \
	"KReclaimable: 25 kB\nSReclaimable: 20 kB\nSUnreclaim: 15 kB\n" \
	"KernelStack: 8 kB\nPageTables: 12 kB\nVmallocUsed: 40 kB\n" \
	"Percpu: 4 kB\nHugePages_Total: 2\nHugepagesize: 64 kB\n"

static void arithmetic(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;
	size_t known;

	(void)state;
	fake->meminfo = SOME_MEMINFO;
	add_text(fake, "vmstat", "nr_zspages 3\n");
	budget = read_it(fake, PROC_NONE);
	assert_true(value(&budget, GROUP_RAM, "file-cache") == 150 << 10);
	assert_true(value(&budget, GROUP_RAM, "shmem") == 50 << 10);
	assert_true(value(&budget, GROUP_RAM, "hugetlb") == 128 << 10);
	assert_true(value(&budget, GROUP_RAM, "kernel-reclaimable") == 5 << 10);
	assert_true(value(&budget, GROUP_RAM, "vmalloc") == 40 << 10);
	assert_true(value(&budget, GROUP_RAM, "compressed") == 3 * 4096);
	/* Stacks may be in vmalloc, swap cache in anonymous: no parts. */
	assert_null(budget_find(&budget, GROUP_RAM, "kernel-stacks"));
	assert_true(value(&budget, GROUP_WITHIN, "kernel-stacks") == 8 << 10);
	assert_true(value(&budget, GROUP_WITHIN, "swap-cache") == 30 << 10);
	assert_true(sum_parts(&budget, &known) == 1000 << 10);
	/* 100 + 10 + 150 + 50 + 300 + 5 + 20 + 15 + 12 + 40 + 4 + 128 + 12 */
	assert_true(value(&budget, GROUP_RAM, "not-accounted") ==
		(1000 - 846) << 10);
	budget_fini(&budget);
	source_free(&fake->src);
}

/* Below 5.3 VmallocUsed is no number of pages, and stacks stand alone. */
static void old_kernels(void **state)
{
	static const char *const releases[] = { "3.10.0", "4.9.2", "5.2.1" };
	size_t i, known;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct fake *fake = fake_new();
		struct budget budget;

		strcpy(fake->facts.release, releases[i]);
		fake->meminfo = SOME_MEMINFO;
		budget = read_it(fake, PROC_NONE);
		unknown(&budget, GROUP_RAM, "vmalloc");
		assert_true(value(&budget, GROUP_RAM, "kernel-stacks") ==
			8 << 10);
		assert_true(sum_parts(&budget, &known) == 1000 << 10);
		assert_non_null(strstr(budget_text(&budget, budget_find(&budget,
			GROUP_RAM, "not-accounted")->note), "vmalloc"));
		budget_fini(&budget);
		source_free(&fake->src);
	}
}

/* More parts than memory: the kernel's counters lag.  It is said so. */
static void negative_remainder(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;

	(void)state;
	fake->meminfo = "MemTotal: 100 kB\nMemFree: 90 kB\nAnonPages: 20 kB\n";
	budget = read_it(fake, PROC_NONE);
	assert_true(value(&budget, GROUP_RAM, "not-accounted") == -10 * 1024);
	unknown(&budget, GROUP_RAM, "file-cache");
	unknown(&budget, GROUP_RAM, "page-tables");
	budget_fini(&budget);
	source_free(&fake->src);
}

static void nothing_told(void **state)
{
	struct fake *fake = fake_new();
	struct buf said = { 0 };
	struct budget budget;
	size_t i;

	(void)state;
	fake->meminfo = fake->status = fake->zoneinfo = NULL;
	budget = read_it(fake, ID);
	assert_int_equal(budget.meminfo, ANSWER_ABSENT);
	for (i = 0; i < budget.nrows; i++)
		assert_int_equal(budget.rows[i].known, MEMORY_UNKNOWN);
	unknown(&budget, GROUP_RAM, "not-accounted");
	unknown(&budget, GROUP_CGROUP, "version");
	budget_sentence(&budget, &said);
	assert_string_equal(buf_text(&said),
		"how hard memory is pressed is not told");
	buf_fini(&said);
	budget_fini(&budget);
	source_free(&fake->src);
}

static void zram(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;

	(void)state;
	fake->swaps = "Filename Type Size Used Priority\n"
		"/dev/zram7 partition 1024 512 100\n";
	add_text(fake, "/sys/block/zram7/disksize", "1048576\n");
	add_text(fake, "/sys/block/zram7/comp_algorithm", "lzo [zstd] lz4\n");
	add_text(fake, "/sys/block/zram7/mm_stat",
		"  409600   100000   122880        0   131072   5   0   2   1\n");
	budget = read_it(fake, PROC_NONE);
	assert_true(value(&budget, GROUP_ZRAM, "stored") == 409600);
	assert_true(value(&budget, GROUP_ZRAM, "used") == 122880);
	assert_true(value(&budget, GROUP_ZRAM, "same-filled") == 5);
	/* 100 pages in 30 pages' room. */
	assert_true(value(&budget, GROUP_ZRAM, "ram-per-page") == 1229);
	assert_true(value(&budget, GROUP_ZRAM, "ram-share") == 3000);
	assert_string_equal(budget_text(&budget, budget_find(&budget,
		GROUP_ZRAM, "size")->subject), "zram7");
	budget_fini(&budget);
	source_free(&fake->src);
}

static void zswap(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;

	(void)state;
	add_text(fake, "/sys/module/zswap/parameters/enabled", "Y\n");
	/* Before 5.19. */
	add_text(fake, "/sys/kernel/debug/zswap/pool_total_size", "8192\n");
	add_text(fake, "/sys/kernel/debug/zswap/stored_pages", "4\n");
	budget = read_it(fake, PROC_NONE);
	assert_true(value(&budget, GROUP_ZSWAP, "enabled") == 1);
	assert_true(value(&budget, GROUP_ZSWAP, "stored") == 4 * 4096);
	assert_true(value(&budget, GROUP_ZSWAP, "ram-per-page") == 2048);
	budget_fini(&budget);
	source_free(&fake->src);
}

#define V2 "/sys/fs/cgroup/app/in"

/* The tightest limit is the one above. */
static void group_v2(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;
	const struct memory_row *row;

	(void)state;
	add_text(fake, "cgroup", "0::/app/in\n");
	add_text(fake, "self/mountinfo",
		"1 2 0:3 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
	add_text(fake, V2 "/memory.current", "1000\n");
	add_text(fake, V2 "/memory.max", "max\n");
	add_text(fake, V2 "/memory.high", "5000\n");
	add_text(fake, V2 "/memory.events", "low 1\nhigh 2\nmax 3\noom 4\n"
		"oom_kill 5\noom_group_kill 6\n");
	add_text(fake, V2 "/memory.stat", "anon 77\nfile 88\npgmajfault 9\n");
	add_text(fake, "/sys/fs/cgroup/app/memory.max", "8000\n");
	budget = read_it(fake, ID);
	assert_true(value(&budget, GROUP_CGROUP, "version") == 2);
	assert_true(value(&budget, GROUP_CGROUP, "current") == 1000);
	assert_int_equal(budget_find(&budget, GROUP_CGROUP, "limit")->known,
		MEMORY_UNLIMITED);
	row = budget_find(&budget, GROUP_CGROUP, "limit-in-effect");
	assert_true(row->known == MEMORY_KNOWN && row->value == 8000);
	assert_string_equal(budget_text(&budget, row->note), "/app");
	assert_true(value(&budget, GROUP_CGROUP, "high") == 5000);
	assert_true(value(&budget, GROUP_CGROUP, "oom-kills") == 5);
	assert_true(value(&budget, GROUP_CGROUP, "anonymous") == 77);
	unknown(&budget, GROUP_CGROUP, "swap");
	budget_fini(&budget);
	source_free(&fake->src);
}

/* Its own limit, and the one above: what binds is the lesser. */
static void tightest(const char *own, const char *above, const char *top,
	int64_t want, const char *whose)
{
	struct fake *fake = fake_new();
	struct budget budget;
	const struct memory_row *row;

	add_text(fake, "cgroup", "0::/app/in\n");
	add_text(fake, V2 "/memory.max", own);
	if (above)
		add_text(fake, "/sys/fs/cgroup/app/memory.max", above);
	if (top)
		add_text(fake, "/sys/fs/cgroup/memory.max", top);
	budget = read_it(fake, ID);
	row = budget_find(&budget, GROUP_CGROUP, "limit-in-effect");
	assert_int_equal(row->known, want > 0 ? MEMORY_KNOWN : want < 0 ?
		MEMORY_UNLIMITED : MEMORY_UNKNOWN);
	if (want > 0)
		assert_true(row->value == want);
	assert_string_equal(budget_text(&budget, row->note), whose);
	budget_fini(&budget);
	source_free(&fake->src);
}

#define HIDDEN "at most: limits above this container are not told"

static void tightest_limit(void **state)
{
	(void)state;
	tightest("9000\n", "8000\n", NULL, 8000, "/app");
	tightest("7000\n", "8000\n", NULL, 7000, "");
	tightest("7000\n", "max\n", NULL, 7000, "");
	tightest("max\n", "max\n", NULL, -1, "");
	/* One that may not be read may be the least. */
	tightest("7000\n", NULL, NULL, 0, "");
	/* Inside of a container. */
	tightest("7000\n", "max\n", "6000\n", 6000, HIDDEN);
	tightest("7000\n", "max\n", "max\n", 7000, HIDDEN);
	tightest("max\n", "max\n", "max\n", 0, HIDDEN);
}

/* In the topmost group that a container sees: the limit is its own. */
static void group_at_the_top(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;

	(void)state;
	add_text(fake, "cgroup", "0::/\n");
	add_text(fake, "/sys/fs/cgroup/memory.current", "1000\n");
	add_text(fake, "/sys/fs/cgroup/memory.max", "5000\n");
	budget = read_it(fake, ID);
	assert_true(value(&budget, GROUP_CGROUP, "limit") == 5000);
	assert_true(value(&budget, GROUP_CGROUP, "limit-in-effect") == 5000);
	budget_fini(&budget);
	source_free(&fake->src);
}

/* Not asked for, or hidden: that is not the same as none. */
static void where_zero_is_known(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;

	(void)state;
	/* A kernel without pools has no lines of them. */
	fake->meminfo = "MemTotal: 1000 kB\nAnonPages: 300 kB\n";
	fake->iomem = "00001000-00002fff : System RAM\n"
		"  00001000-00001fff : Kernel code\n"
		"  00002000-00002fff : System RAM (kmem)\n";
	budget = read_it(fake, PROC_NONE);
	assert_true(value(&budget, GROUP_RAM, "hugetlb") == 0);
	assert_true(value(&budget, GROUP_OUTSIDE, "kernel-code") == 4096);
	/* What lies within RAM is not counted twice. */
	assert_true(value(&budget, GROUP_OUTSIDE, "in-no-zone") == 8192 -
		value(&budget, GROUP_OUTSIDE, "present"));
	budget_fini(&budget);
	/* Nobody tells addresses to the unprivileged: all are 0. */
	fake->iomem = "00000000-00000000 : System RAM\n"
		"  00000000-00000000 : Kernel code\n";
	budget = read_it(fake, PROC_NONE);
	unknown(&budget, GROUP_OUTSIDE, "kernel-code");
	unknown(&budget, GROUP_OUTSIDE, "in-no-zone");
	budget_fini(&budget);
	source_free(&fake->src);
}

/* Below 4.1 each figure had a file. */
static void zram_of_old_kernels(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;

	(void)state;
	add_text(fake, "/sys/block/zram0/disksize", "1048576\n");
	add_text(fake, "/sys/block/zram0/orig_data_size", "409600\n");
	add_text(fake, "/sys/block/zram0/compr_data_size", "100000\n");
	add_text(fake, "/sys/block/zram0/mem_used_total", "122880\n");
	budget = read_it(fake, PROC_NONE);
	assert_true(value(&budget, GROUP_ZRAM, "compressed") == 100000);
	assert_true(value(&budget, GROUP_ZRAM, "ram-per-page") == 1229);
	unknown(&budget, GROUP_ZRAM, "same-filled");
	budget_fini(&budget);
	source_free(&fake->src);
}

static void swap_of_process(struct fake *fake, int64_t first, int64_t second)
{
	struct budget budget = read_it(fake, ID);
	int64_t found[2] = { -2, -2 };
	size_t i, n = 0;

	for (i = 0; i < budget.nrows; i++) {
		const struct memory_row *row = &budget.rows[i];

		if (strcmp(budget_text(&budget, row->name), "swap-in-area"))
			continue;
		assert_true(n < 2);
		found[n++] = row->known == MEMORY_KNOWN ? row->value : -1;
	}
	assert_true(found[0] == first && found[1] == second);
	budget_fini(&budget);
}

static void areas(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	fake->swaps = "Filename Type Size Used Priority\n/a file 100 40 -2\n";
	fake->status = "VmSwap: 8 kB\n";
	swap_of_process(fake, 8192, -2);
	fake->swaps = "Filename Type Size Used Priority\n/a file 100 40 -2\n"
		"/b file 100 40 -3\n";
	swap_of_process(fake, -1, -1);
	fake->status = "VmSwap: 0 kB\n";
	swap_of_process(fake, 0, 0);
	fake->status = "";
	swap_of_process(fake, -1, -1);
	source_free(&fake->src);
}

/* Mounted in an unusual place, from inside of the hierarchy. */
static void group_elsewhere(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;

	(void)state;
	add_text(fake, "cgroup", "0::/box/app\n");
	add_text(fake, "self/mountinfo", "1 2 0:3 /box /sys/fs/cgroup/unified "
		"rw - cgroup2 cgroup2 rw\n");
	add_text(fake, "/sys/fs/cgroup/unified/app/memory.current", "77\n");
	budget = read_it(fake, ID);
	assert_true(value(&budget, GROUP_CGROUP, "current") == 77);
	budget_fini(&budget);
	source_free(&fake->src);
}

#define V1 "/sys/fs/cgroup/memory/app"

static void group_v1(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;

	(void)state;
	add_text(fake, "cgroup", "3:memory:/app\n0::/else\n");
	add_text(fake, V1 "/memory.usage_in_bytes", "1000\n");
	add_text(fake, V1 "/memory.limit_in_bytes", "9223372036854771712\n");
	/* As 32-bit kernels and those before 3.19 say it. */
	add_text(fake, V1 "/memory.soft_limit_in_bytes", "8796093018112\n");
	add_text(fake, V1 "/memory.memsw.limit_in_bytes",
		"18446744073709551615\n");
	add_text(fake, V1 "/memory.stat", "hierarchical_memory_limit 4096\n"
		"rss 1\ntotal_rss 2\n");
	budget = read_it(fake, ID);
	assert_true(value(&budget, GROUP_CGROUP, "version") == 1);
	assert_true(value(&budget, GROUP_CGROUP, "limit-in-effect") == 4096);
	assert_true(value(&budget, GROUP_CGROUP, "anonymous") == 2);
	assert_int_equal(budget_find(&budget, GROUP_CGROUP, "limit")->known,
		MEMORY_UNLIMITED);
	assert_int_equal(budget_find(&budget, GROUP_CGROUP,
		"soft-limit")->known, MEMORY_UNLIMITED);
	assert_int_equal(budget_find(&budget, GROUP_CGROUP,
		"memory-and-swap-limit")->known, MEMORY_UNLIMITED);
	budget_fini(&budget);
	source_free(&fake->src);
}

/* A process that lies about where it is reaches nothing else. */
static void group_outside(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget;

	(void)state;
	add_text(fake, "cgroup", "0::/../../etc\n");
	add_text(fake, "/sys/fs/cgroup/../../etc/memory.current", "1\n");
	budget = read_it(fake, ID);
	assert_null(budget_find(&budget, GROUP_CGROUP, "current"));
	assert_non_null(strstr(budget_text(&budget, budget_find(&budget,
		GROUP_CGROUP, "version")->note), "out of reach"));
	budget_fini(&budget);
	source_free(&fake->src);
}

static struct budget at(struct fake *fake, uint64_t ms, const char *vmstat,
	const char *psi)
{
	fake->facts.uptime_ms = ms;
	memset(fake->more, 0, sizeof(fake->more));
	add_text(fake, "vmstat", vmstat);
	if (psi)
		add_text(fake, "pressure/memory", psi);
	return read_it(fake, PROC_NONE);
}

#define IDLE "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"
#define PRESSED "some avg10=0.01 avg60=0.00 avg300=0.00 total=7\n"

static void sentence(struct fake *fake, const char *psi, const char *vmstat,
	const char *want)
{
	struct budget before = at(fake, 1000, "pgmajfault 100\npswpin 5\n"
		"workingset_refault_file 50\npswpout 5\n"
		"pgsteal_kswapd 10\npgsteal_direct 10\n", NULL);
	struct budget now = at(fake, 3000, vmstat, psi);
	struct buf said = { 0 };

	budget_rates(&now, &before);
	budget_sentence(&now, &said);
	if (!strstr(buf_text(&said), want))
		fail_msg("\"%s\" is not in \"%s\"", want, buf_text(&said));
	buf_fini(&said);
	budget_fini(&before);
	budget_fini(&now);
}

static void in_words(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	fake->meminfo = "MemTotal: 100 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n";
	sentence(fake, NULL, "pgmajfault 140\nworkingset_refault_file 250\n",
		"no swap, and 100 file pages/s are read back that were just "
		"dropped (20 major faults/s)");
	sentence(fake, IDLE, "pgmajfault 140\nworkingset_refault_file 250\n",
		"dropped; tasks waited for memory 0.00 %");
	sentence(fake, PRESSED, "pgmajfault 140\nworkingset_refault_file 250\n",
		"programs wait for their own code");
	sentence(fake, NULL, "pgmajfault 100\nworkingset_refault_file 250\n",
		"100 file pages/s are read back that were just dropped");
	sentence(fake, NULL, "pgmajfault 100\nworkingset_refault_file 50\n",
		"calm");
	sentence(fake, NULL, "pgmajfault 100\nworkingset_refault_file 50\n"
		"pgsteal_kswapd 30\npgsteal_direct 10\n",
		"short of memory: 10 pages/s");
	sentence(fake, NULL, "pgmajfault 100\n", "is not told");
	fake->meminfo = "SwapTotal: 100 kB\nSwapFree: 50 kB\n";
	sentence(fake, NULL, "pgmajfault 100\npswpin 25\npswpout 7\n",
		"swapping: 10 pages/s in, 1 out");
	source_free(&fake->src);
}

/* Until 5.9 there was one counter of these, of files. */
static void refaults_of_old_kernels(void **state)
{
	struct fake *fake = fake_new();
	struct budget budget = at(fake, 1000, "workingset_refault 77\n", NULL);

	(void)state;
	assert_true(value(&budget, GROUP_EVENTS, "refault-file") == 77);
	unknown(&budget, GROUP_EVENTS, "refault-anon");
	budget_fini(&budget);
	source_free(&fake->src);
}

/* A counter that went back, or that is new, has no rate. */
static void rates(void **state)
{
	struct fake *fake = fake_new();
	struct budget before = at(fake, 1000, "pgmajfault 100\npswpin 9\n", NULL);
	struct budget now = at(fake, 1500, "pgmajfault 103\npswpin 8\n"
		"oom_kill 1\n", NULL);

	(void)state;
	budget_rates(&now, &before);
	assert_true(budget_find(&now, GROUP_EVENTS, "major-faults")->rate == 6);
	assert_true(budget_find(&now, GROUP_EVENTS, "swapped-in")->rate < 0);
	assert_true(budget_find(&now, GROUP_EVENTS, "oom-kills")->rate < 0);
	budget_fini(&before);
	budget_fini(&now);
	source_free(&fake->src);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(every_machine), T(arithmetic), T(old_kernels),
		T(negative_remainder), T(nothing_told), T(zram), T(zswap),
		T(group_v2), T(tightest_limit), T(group_at_the_top),
		T(where_zero_is_known), T(zram_of_old_kernels), T(areas),
		T(group_elsewhere), T(group_v1), T(group_outside), T(in_words),
		T(rates),
		T(refaults_of_old_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
