/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static void get_processes(struct record *record, struct value *value)
{
	set_u64(value, record->sum->nread);
}

static uint64_t unread_at(const struct record *record, unsigned i)
{
	return (uint64_t)record->sum->unread[i];
}

static void get_unread(struct record *record, struct value *value)
{
	value->kind = VALUE_LIST;
	value->n = (unsigned)record->sum->nunread;
	value->at = unread_at;
}

#define SUM_FIGURE(name, figure, expr) \
	static void get_##name(struct record *record, struct value *value) \
	{ \
		const struct usage *usage = &record->sum->usage; \
		if (sum_is_known(record->sum)) \
			set_figure(value, &usage->figures, figure, expr); \
	}
SUM_FIGURE(pss, USAGE_PSS, usage_pss(usage))
SUM_FIGURE(pss_anon, USAGE_PSS_ANON, usage->pss_anon_fixed >> PSS_SHIFT)
SUM_FIGURE(uss, USAGE_USS, usage->uss)

static void get_anon_pages(struct record *record, struct value *value)
{
	if (record->snapshot->memory.anon_known)
		set_bytes(value, record->snapshot->memory.anon);
}

static void get_difference(struct record *record, struct value *value)
{
	if (sum_difference(record->sum, record->snapshot, &value->i))
		value->kind = VALUE_I64;
}

const struct field sum_fields[] = {
	F("processes", NULL, "", 0, false, get_processes, NULL,
		"whose memory is in the sum"),
	F("unread", NULL, "", 0, false, get_unread, NULL,
		"pids of those that could not be read"),
	F("pss", NULL, "bytes", 0, false, get_pss, NULL,
		"each frame once, as far as they have it"),
	F("pss_anon", NULL, "bytes", 0, false, get_pss_anon, NULL,
		"the anonymous part of it"),
	F("uss", NULL, "bytes", 0, false, get_uss, NULL,
		"frames that one of them has alone"),
	F("anon_pages", NULL, "bytes", 0, false, get_anon_pages, NULL,
		"AnonPages of meminfo"),
	F("difference", NULL, "bytes", 0, false, get_difference, NULL,
		"anon_pages less pss_anon; null where only some were asked for"),
	{ 0 },
};
