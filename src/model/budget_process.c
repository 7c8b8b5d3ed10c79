/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "budget_impl.h"

#include <string.h>

#include "vmatlas/kernel/cgroup.h"
#include "vmatlas/kernel/meminfo.h"

/* Groups above a group that are asked for their limits too. */
#define ANCESTORS_MAX 64
/*
 * "No limit" of version 1 is the greatest number of pages, in bytes: of a
 * long's, so on 32 bits it is PAGES_32; below 3.19, of 64 bits.
 */
#define V1_UNLIMITED ((UINT64_C(1) << 63) - (UINT64_C(1) << 20))
#define V1_UNLIMITED_32 UINT64_C(0x7fffffff)

static struct text view(const struct buf *buf)
{
	return (struct text){ buf_text(buf), buf->len };
}

/* ---- the process */

/* One row for each swap area. */
static bool is_area(const struct budget *budget, size_t i)
{
	const struct memory_row *row = &budget->rows[i];

	return row->group == GROUP_SWAP &&
		!strcmp(budget_text(budget, row->name), "area-used");
}

static void take_status(struct budget *budget, struct source *src,
	struct proc_id id)
{
	static const struct {
		const char *name, *key, *note;
	} figures[] = {
		{ "rss", "VmRSS", "in memory" },
		{ "rss-anonymous", "RssAnon", NULL },
		{ "rss-file", "RssFile", NULL },
		{ "rss-shmem", "RssShmem", NULL },
		{ "hugetlb", "HugetlbPages", "not in rss" },
		{ "swap", "VmSwap", "without shared memory" },
		{ "page-tables", "VmPTE", NULL },
		{ "locked", "VmLck", NULL },
		{ "pinned", "VmPin", NULL },
		{ "most-rss", "VmHWM", "the most it ever had in memory" },
	};
	struct buf text = { 0 };
	bool told = source_text(src, id, "status", &text) == ANSWER_OK;
	size_t i;

	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		uint64_t value = 0;
		bool known = told && meminfo_get(view(&text), figures[i].key,
			&value);
		struct memory_row *row = budget_put(budget, GROUP_PROCESS,
			figures[i].name, MEMORY_BYTES, known, value);

		budget_note(budget, row, figures[i].note);
	}
	buf_fini(&text);
}

/*
 * What of its swap is in which area: certain where there is only one, and
 * where it has none.  (The report `swap` looks at its entries for more.)
 */
static void take_areas(struct budget *budget)
{
	int64_t swap = 0;
	bool told = budget_value(budget, GROUP_PROCESS, "swap", &swap);
	size_t i, areas = 0, n = budget->nrows;

	for (i = 0; i < n; i++)
		areas += is_area(budget, i);
	for (i = 0; i < n; i++) {
		struct memory_row *row;

		if (!is_area(budget, i))
			continue;
		row = budget_put(budget, GROUP_PROCESS, "swap-in-area",
			MEMORY_BYTES, told && (areas == 1 || !swap),
			(uint64_t)swap);
		row->subject = budget->rows[i].subject;
		budget_note(budget, row, "without shared memory");
	}
}

/* ---- its control group */

struct cgroup {
	struct budget *budget;
	struct source *src;
	uint64_t page_size;
	enum cgroup_version version;
	struct buf folder;	/* of the group */
	size_t top;		/* how much of it is the mount */
	uint32_t subject;
	struct buf path, text;
};

static bool cgroup_text(struct cgroup *group, size_t folder, const char *file)
{
	buf_clear(&group->path);
	buf_add(&group->path, buf_text(&group->folder), folder);
	buf_fmt(&group->path, "/%s", file);
	buf_clear(&group->text);
	return source_text(group->src, PROC_NONE, buf_text(&group->path),
		&group->text) == ANSWER_OK;
}

static bool is_unlimited(const struct cgroup *group, uint64_t limit)
{
	return limit >= V1_UNLIMITED ||
		limit == V1_UNLIMITED_32 * group->page_size;
}

/* "max", or a number that version 1 means by it. */
static enum memory_known cgroup_number(const struct cgroup *group,
	uint64_t *out)
{
	struct text text = view(&group->text), line;

	if (!text_line(&text, &line))
		return MEMORY_UNKNOWN;
	if (text_is(line, "max"))
		return MEMORY_UNLIMITED;
	if (!text_all_u64(text_trim(line), 10, out))
		return MEMORY_UNKNOWN;
	return is_unlimited(group, *out) ? MEMORY_UNLIMITED : MEMORY_KNOWN;
}

static struct memory_row *put_row(struct cgroup *group, const char *name,
	enum memory_unit unit, enum memory_known known, uint64_t value)
{
	struct memory_row *row = budget_put(group->budget, GROUP_CGROUP, name,
		unit, known == MEMORY_KNOWN, value);

	if (known == MEMORY_UNLIMITED)
		row->known = known;
	row->subject = group->subject;
	return row;
}

static void take_file(struct cgroup *group, const char *name,
	const char *file, enum memory_unit unit)
{
	enum memory_known known = MEMORY_UNKNOWN;
	uint64_t value = 0;
	struct memory_row *row;

	if (cgroup_text(group, group->folder.len, file))
		known = cgroup_number(group, &value);
	row = put_row(group, name, unit, known, value);
	row->counts_up = unit == MEMORY_COUNT;
}

/*
 * What binds is the tightest limit of the group and of those above it.  The
 * topmost of all has none to be read; where the topmost that is seen has one,
 * this is the inside of a container, and of those above it nothing is told.
 */
static void take_tightest(struct cgroup *group)
{
	enum memory_known known = MEMORY_UNKNOWN;
	uint64_t least = 0, value;
	size_t end = group->folder.len, at = 0;
	unsigned n = 0;
	struct memory_row *row;
	const char *folder = buf_text(&group->folder);
	bool inside = false;

	while (!inside && n++ < ANCESTORS_MAX) {
		enum memory_known one = MEMORY_UNKNOWN;

		if (cgroup_text(group, end, "memory.max"))
			one = cgroup_number(group, &value);
		else if (end == group->top && end < group->folder.len)
			break;
		if (one == MEMORY_UNKNOWN) {
			known = MEMORY_UNKNOWN;
			break;
		}
		if (one == MEMORY_KNOWN &&
		    (known != MEMORY_KNOWN || value < least)) {
			least = value;
			at = end;
		}
		if (known != MEMORY_KNOWN)
			known = one;
		inside = end == group->top;
		while (end > group->top && folder[--end] != '/')
			;
	}
	if (inside && known == MEMORY_UNLIMITED)
		known = MEMORY_UNKNOWN;
	row = put_row(group, "limit-in-effect", MEMORY_BYTES, known, least);
	if (inside)
		budget_note(group->budget, row,
			"at most: limits above this container are not told");
	else if (known == MEMORY_KNOWN && at < group->folder.len)
		row->note = budget_words(group->budget, (struct text){
			folder + group->top, at - group->top });
}

static void take_counters(struct cgroup *group, const char *file,
	enum memory_unit unit, bool count_up, const char *const names[][2],
	size_t n)
{
	bool told = cgroup_text(group, group->folder.len, file);
	size_t i;

	for (i = 0; i < n; i++) {
		uint64_t value = 0;
		bool known = told && counter_get(view(&group->text),
			names[i][1], &value);
		struct memory_row *row = put_row(group, names[i][0], unit,
			known ? MEMORY_KNOWN : MEMORY_UNKNOWN, value);

		row->counts_up = count_up;
	}
}

static void take_v2(struct cgroup *group)
{
	static const char *const events[][2] = {
		{ "events-low", "low" }, { "events-high", "high" },
		{ "events-max", "max" }, { "events-oom", "oom" },
		{ "oom-kills", "oom_kill" },
	};
	static const char *const parts[][2] = {
		{ "anonymous", "anon" }, { "file", "file" },
		{ "shmem", "shmem" }, { "kernel", "kernel" },
		{ "slab", "slab" }, { "sockets", "sock" },
	};
	static const char *const faults[][2] = {
		{ "major-faults", "pgmajfault" },
		{ "refault-file", "workingset_refault_file" },
		{ "refault-anon", "workingset_refault_anon" },
	};

	take_file(group, "current", "memory.current", MEMORY_BYTES);
	take_file(group, "limit", "memory.max", MEMORY_BYTES);
	take_tightest(group);
	take_file(group, "high", "memory.high", MEMORY_BYTES);
	take_file(group, "low", "memory.low", MEMORY_BYTES);
	take_file(group, "min", "memory.min", MEMORY_BYTES);
	take_file(group, "swap", "memory.swap.current", MEMORY_BYTES);
	take_file(group, "swap-limit", "memory.swap.max", MEMORY_BYTES);
	take_counters(group, "memory.events", MEMORY_COUNT, true, events,
		sizeof(events) / sizeof(*events));
	take_counters(group, "memory.stat", MEMORY_BYTES, false, parts,
		sizeof(parts) / sizeof(*parts));
	take_counters(group, "memory.stat", MEMORY_COUNT, true, faults,
		sizeof(faults) / sizeof(*faults));
}

static void take_v1(struct cgroup *group)
{
	static const char *const parts[][2] = {
		{ "anonymous", "total_rss" }, { "file", "total_cache" },
		{ "shmem", "total_shmem" }, { "swap", "total_swap" },
	};
	static const char *const faults[][2] = {
		{ "major-faults", "total_pgmajfault" },
		{ "refault-file", "total_workingset_refault_file" },
		{ "refault-anon", "total_workingset_refault_anon" },
	};
	static const char *const kills[][2] = { { "oom-kills", "oom_kill" } };
	enum memory_known known = MEMORY_UNKNOWN;
	uint64_t value = 0;

	take_file(group, "current", "memory.usage_in_bytes", MEMORY_BYTES);
	take_file(group, "limit", "memory.limit_in_bytes", MEMORY_BYTES);
	if (cgroup_text(group, group->folder.len, "memory.stat") &&
	    counter_get(view(&group->text), "hierarchical_memory_limit",
		    &value))
		known = is_unlimited(group, value) ? MEMORY_UNLIMITED :
			MEMORY_KNOWN;
	put_row(group, "limit-in-effect", MEMORY_BYTES, known, value);
	take_file(group, "soft-limit", "memory.soft_limit_in_bytes",
		MEMORY_BYTES);
	/* Memory and swap together. */
	take_file(group, "memory-and-swap", "memory.memsw.usage_in_bytes",
		MEMORY_BYTES);
	take_file(group, "memory-and-swap-limit",
		"memory.memsw.limit_in_bytes", MEMORY_BYTES);
	take_file(group, "events-max", "memory.failcnt", MEMORY_COUNT);
	take_counters(group, "memory.oom_control", MEMORY_COUNT, true, kills,
		1);
	take_counters(group, "memory.stat", MEMORY_BYTES, false, parts,
		sizeof(parts) / sizeof(*parts));
	take_counters(group, "memory.stat", MEMORY_COUNT, true, faults,
		sizeof(faults) / sizeof(*faults));
}

static bool take_folder(struct cgroup *group, const struct cgroup_mount *mount,
	struct text path)
{
	buf_clear(&group->folder);
	/* Elsewhere the source does not reach. */
	if (!text_starts(mount->point, "/sys/") ||
	    !cgroup_folder(mount, path, &group->folder))
		return false;
	group->top = mount->point.n;
	return true;
}

/*
 * Where the group is: where it usually is, if it is there; else where
 * mountinfo says, which is long and tells a lot that is nobody's business.
 */
static bool find_folder(struct cgroup *group, struct text path)
{
	bool v1 = group->version == CGROUP_V1;
	struct cgroup_mount mount = { text_of("/"), text_of(v1 ?
		"/sys/fs/cgroup/memory" : "/sys/fs/cgroup") };
	bool found = take_folder(group, &mount, path);

	if (found && cgroup_text(group, group->folder.len, v1 ?
		    "memory.usage_in_bytes" : "memory.current"))
		return true;
	buf_clear(&group->text);
	if (source_text(group->src, PROC_NONE, "self/mountinfo",
		    &group->text) == ANSWER_OK &&
	    cgroup_mount_find(view(&group->text), group->version, &mount))
		found = take_folder(group, &mount, path);
	return found;
}

static void take_cgroup(struct budget *budget, struct source *src,
	struct proc_id id, uint64_t page_size)
{
	struct cgroup group = { .budget = budget, .src = src,
		.page_size = page_size };
	struct buf text = { 0 };
	struct text path;
	struct memory_row *row;

	if (source_text(src, id, "cgroup", &text) == ANSWER_OK)
		group.version = cgroup_of(view(&text), &path);
	row = budget_put(budget, GROUP_CGROUP, "version", MEMORY_COUNT,
		group.version != CGROUP_NONE,
		group.version == CGROUP_V1 ? 1 : 2);
	if (group.version == CGROUP_NONE) {
		budget_note(budget, row, text.len ?
			"in no group with a memory controller" : NULL);
		buf_fini(&text);
		return;
	}
	group.subject = row->subject = budget_words(budget, path);
	if (!find_folder(&group, path))
		budget_note(budget, row, "its folder is out of reach from here");
	else if (group.version == CGROUP_V1)
		take_v1(&group);
	else
		take_v2(&group);
	buf_fini(&group.folder);
	buf_fini(&group.path);
	buf_fini(&group.text);
	buf_fini(&text);
}

void budget_fill_process(struct budget *budget, struct source *src,
	const struct machine *machine, struct proc_id id)
{
	take_status(budget, src, id);
	take_areas(budget);
	take_cgroup(budget, src, id, machine->facts.page_size);
}
