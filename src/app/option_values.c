/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/text.h"

/* Of files of recordings: bytes, and how many older ones. */
#define ROTATION_LEAST ((uint64_t)64 << 10)
#define ROTATION_MOST 999

int value_bad(struct err *err, const char *what, const char *arg,
	const char *want)
{
	return err_set(err, 0, "%s '%s' is not %s", what, arg, want);
}

int value_range(const char *arg, uint64_t page, uint64_t *start,
	uint64_t *end, const char *what, struct err *err)
{
	struct text text = text_of(arg), first;
	bool range;

	text_until(&text, '-', &first);
	range = memchr(arg, '-', strlen(arg)) != NULL;
	if (!text_all_u64(first, 16, start) ||
	    (range && !text_all_u64(text, 16, end)))
		return value_bad(err, what, arg, "a hexadecimal number or A-B");
	if (!range) {	/* the page that it lies in */
		*start &= ~(page - 1);
		*end = *start > UINT64_MAX - page ? UINT64_MAX : *start + page;
		if (*end == *start)
			--*start;
	}
	if (*end <= *start)
		return value_bad(err, what, arg, "a range (its end is not above its start)");
	return 0;
}

/* An address in hexadecimal, as everywhere, or as people name limits: 4G. */
int value_limit(const char *arg, uint64_t *out, struct err *err)
{
	struct text text = text_of(arg), number = text;
	bool good = text_take_unit(&number) && !text_starts(text, "0x") ?
		text_all_sized(text, out) : text_all_u64(text, 16, out);

	if (!good || !*out)
		return value_bad(err, "limit", arg, "a hexadecimal address, or a "
			"number with K, M, G or T");
	return 0;
}

/* How large a file of a recording becomes, and how many older ones stay. */
int value_rotation(const char *arg, struct rotation *out,
	struct err *err)
{
	struct text files = text_of(arg), size;
	uint64_t n = 1;

	text_until(&files, ':', &size);
	if (!text_all_sized(size, &out->nbytes) ||
	    out->nbytes < ROTATION_LEAST ||
	    (strchr(arg, ':') && (!text_all_u64(files, 10, &n) ||
		    n > ROTATION_MOST)))
		return value_bad(err, "rotation", arg, "SIZE or SIZE:N, from 64K on "
			"and with at most 999 older files");
	out->files = (unsigned)n;
	return 0;
}

int value_double(const char *arg, double low, double high,
	double *out, const char *what, struct err *err)
{
	char *end;

	*out = strtod(arg, &end);
	if (end == arg || *end || !(*out >= low && *out <= high)) {
		char want[64];

		snprintf(want, sizeof(want), "a number from %g to %g", low,
			high);
		return value_bad(err, what, arg, want);
	}
	return 0;
}

int value_int(const char *arg, uint64_t low, uint64_t high,
	uint64_t *out, const char *what, struct err *err)
{
	if (!text_all_u64(text_of(arg), 10, out) || *out < low || *out > high)
		return value_bad(err, what, arg, "a whole number in range");
	return 0;
}
