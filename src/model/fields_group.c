/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct group_figures *figures_of(const struct record *record)
{
	return &record->snapshot->group;
}

static void get_processes(struct record *record, struct value *value)
{
	set_u64(value, figures_of(record)->nread);
}

/* The Ith member that was read, or was not; N: how many there are. */
static const struct crowd_member *member_at(const struct record *record,
	bool is_read, unsigned i, unsigned *n)
{
	const struct snapshot *snapshot = record->snapshot;
	const struct crowd_member *found = NULL;
	size_t k;

	*n = 0;
	for (k = 0; k < snapshot->nmembers; k++) {
		const struct crowd_member *member = &snapshot->members[k];

		if ((member->answer == ANSWER_OK) == is_read && (*n)++ == i)
			found = member;
	}
	return found;
}

static uint64_t pid_at(const struct record *record, unsigned i)
{
	unsigned n;

	return (uint64_t)member_at(record, true, i, &n)->process.id.pid;
}

static void get_pids(struct record *record, struct value *value)
{
	value->kind = VALUE_LIST;
	member_at(record, true, 0, &value->n);
	value->at = pid_at;
}

static uint64_t unread_at(const struct record *record, unsigned i)
{
	unsigned n;

	return (uint64_t)member_at(record, false, i, &n)->process.id.pid;
}

static void get_unread(struct record *record, struct value *value)
{
	value->kind = VALUE_LIST;
	member_at(record, false, 0, &value->n);
	value->at = unread_at;
}

static void get_spaces(struct record *record, struct value *value)
{
	if (figures_of(record)->rss_known)
		set_u64(value, figures_of(record)->nspaces);
}

#define GROUP_FIGURE(name, known, expr) \
	static void get_##name(struct record *record, struct value *value) \
	{ \
		const struct group_figures *figures = figures_of(record); \
		if (figures->rss_known && figures->known) \
			set_bytes(value, expr); \
	}
GROUP_FIGURE(rss, rss_known, figures->rss)
GROUP_FIGURE(anonymous, rss_known, figures->anonymous)
GROUP_FIGURE(hugetlb, rss_known, figures->hugetlb)
GROUP_FIGURE(pss, own_known, figures->pss_fixed >> PSS_SHIFT)
GROUP_FIGURE(uss, own_known, figures->uss)
GROUP_FIGURE(shared, own_known, figures->shared)
GROUP_FIGURE(swap, swap_known, figures->swap)
GROUP_FIGURE(frees, own_known, figures->frees)
GROUP_FIGURE(unmaps, own_known, figures->unmaps)
GROUP_FIGURE(unmaps_shmem, own_known, figures->unmaps_shmem)

static void get_why(struct record *record, struct value *value)
{
	const struct group_figures *figures = figures_of(record);

	if (!figures->why) {
		value->kind = VALUE_NONE;
		return;
	}
	buf_clear(&record->scratch);
	buf_str(&record->scratch, figures->why);
	if (figures->why_pid)
		buf_fmt(&record->scratch, " (process %d)", figures->why_pid);
	set_scratch(record, value);
}

const struct field group_fields[] = {
	F("processes", NULL, "", 0, false, get_processes, NULL,
		"how many are taken as one"),
	F("pids", NULL, "", 0, false, get_pids, NULL, "which these are"),
	F("unread", NULL, "", 0, false, get_unread, NULL,
		"pids of those that could not be read, or ended meanwhile"),
	F("address_spaces", NULL, "", 0, false, get_spaces, NULL,
		"how many they have: some may share one"),
	F("rss", "RSS", "bytes", 0, false, get_rss, NULL,
		"what is in memory, each frame once"),
	F("pss", "PSS", "bytes", 0, false, get_pss, NULL,
		"the same, frames that others map too by their share"),
	F("uss", "USS", "bytes", 0, false, get_uss, NULL,
		"frames that nobody else maps"),
	F("shared", "shared", "bytes", 0, false, get_shared, NULL,
		"frames that others map too"),
	F("anonymous", "anonymous", "bytes", 0, false, get_anonymous, NULL,
		"frames of no file"),
	F("swap", "swap", "bytes", 0, false, get_swap, NULL,
		"swap slots, each once"),
	F("hugetlb", NULL, "bytes", 0, false, get_hugetlb, NULL,
		"huge pages of the pool, in no other figure"),
	F("frees", NULL, "bytes", 0, false, get_frees, NULL,
		"frames that are free once all of them have ended"),
	F("unmaps", NULL, "bytes", 0, false, get_unmaps, NULL,
		"frames that then nobody maps, but that stay in memory: of "
		"files, and of shared memory"),
	F("unmaps_shmem", NULL, "bytes", 0, false, get_unmaps_shmem, NULL,
		"the shared memory in it, which is freed if it has no name "
		"and nobody else has it open"),
	F("why", NULL, "", 0, true, get_why, NULL,
		"why a figure is not known"),
	{ 0 },
};
