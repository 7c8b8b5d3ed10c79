/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/procstat.h"

#include <string.h>

/* Numbers of the fields in proc(5), which counts from 1. */
enum {
	FIELD_STATE = 3,
	FIELD_PPID,
	FIELD_SESSION = 6,
	FIELD_MINFLT = 10,
	FIELD_MAJFLT = 12,
	FIELD_UTIME = 14,
	FIELD_STIME,
	FIELD_THREADS = 20,
	FIELD_STARTTIME = 22,
	FIELD_VSIZE,
	FIELD_RSS,
	FIELD_RSS_LIMIT,
	FIELD_START_CODE,
};

static bool procstat_number(struct text word, int64_t *out)
{
	bool minus = word.n && word.p[0] == '-';
	uint64_t value;

	if (minus) {
		word.p++;
		word.n--;
	}
	if (!text_all_u64(word, 10, &value))
		return false;
	if (minus && value > INT64_MAX)
		return false;
	*out = minus ? -(int64_t)value : (int64_t)value;
	return true;
}

/* What lies behind the resident size is there or not. */
static uint64_t start_code(struct text rest)
{
	struct text word;
	uint64_t value = 0;
	int field;

	for (field = FIELD_RSS_LIMIT; field <= FIELD_START_CODE; field++)
		if (!text_word(&rest, &word) ||
		    !text_all_u64(word, 10, &value))
			return 0;
	return value > 1 ? value : 0;
}

/* Everything behind the name. */
static bool procstat_fields(struct text text, struct procstat *out)
{
	struct text word;
	int64_t value;
	int field;

	if (!text_word(&text, &word) || word.n != 1)
		return false;
	out->state = word.p[0];
	for (field = FIELD_PPID; field <= FIELD_RSS; field++) {
		if (!text_word(&text, &word) || !procstat_number(word, &value))
			return false;
		if (field == FIELD_PPID)
			out->ppid = value;
		else if (field == FIELD_SESSION)
			out->session = value;
		else if (field == FIELD_MINFLT)
			out->minor_faults = (uint64_t)value;
		else if (field == FIELD_MAJFLT)
			out->major_faults = (uint64_t)value;
		else if (field == FIELD_UTIME || field == FIELD_STIME)
			out->cpu_ticks += (uint64_t)value;
		else if (field == FIELD_THREADS)
			out->nthreads = (uint64_t)value;
		else if (field == FIELD_STARTTIME)
			out->starttime = (uint64_t)value;
		else if (field == FIELD_VSIZE)
			out->vss = (uint64_t)value;
		else if (field == FIELD_RSS)
			out->rss_pages = value < 0 ? 0 : (uint64_t)value;
	}
	out->start_code = start_code(text);
	return true;
}

bool procstat_parse(struct text text, struct procstat *out)
{
	struct procstat stat = { 0 };
	const char *open, *close;
	struct text pid;

	while (text.n && (text.p[text.n - 1] == '\n' ||
			  text.p[text.n - 1] == '\0'))
		text.n--;
	/* The name may hold anything, but only numbers follow it. */
	open = text.n ? memchr(text.p, '(', text.n) : NULL;
	close = text.n ? memrchr(text.p, ')', text.n) : NULL;
	if (!open || !close || close < open)
		return false;
	pid = text_trim((struct text){ text.p, (size_t)(open - text.p) });
	stat.name = (struct text){ open + 1, (size_t)(close - open - 1) };
	text.n -= (size_t)(close + 1 - text.p);
	text.p = close + 1;
	if (!procstat_number(pid, &stat.pid) || !procstat_fields(text, &stat))
		return false;
	*out = stat;
	return true;
}

bool procstat_key(struct text text, const char *key, uint64_t *out)
{
	struct text line;
	size_t n = strlen(key);

	while (text_line(&text, &line)) {
		if (line.n <= n || line.p[n] != ':' || !text_starts(line, key))
			continue;
		line = text_trim((struct text){ line.p + n + 1, line.n - n - 1 });
		return text_u64(&line, 10, out);
	}
	return false;
}
