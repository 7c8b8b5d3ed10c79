/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/moment.h"

#include <string.h>
#include <time.h>

/* Numbers of one to MOST digits, and what stands behind them. */
static bool take_number(struct text *text, size_t most, uint64_t *out)
{
	struct text digits = *text;
	size_t n = 0;

	while (n < text->n && text->p[n] >= '0' && text->p[n] <= '9')
		n++;
	if (!n || n > most)
		return false;
	digits.n = n;
	text->p += n;
	text->n -= n;
	return text_all_u64(digits, 10, out);
}

static bool take(struct text *text, char c)
{
	if (!text->n || text->p[0] != c)
		return false;
	text->p++;
	text->n--;
	return true;
}

/* HH:MM[:SS[.mmm]] in ms; false: it is none. */
static bool take_clock(struct text *text, uint64_t *ms)
{
	uint64_t hours, minutes, seconds = 0, part = 0;
	size_t digits;

	if (!take_number(text, 2, &hours) || !take(text, ':') ||
	    !take_number(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	if (take(text, ':') && (!take_number(text, 2, &seconds) ||
			seconds > 60))
		return false;
	if (take(text, '.')) {
		digits = text->n;
		if (!take_number(text, 3, &part))
			return false;
		for (digits -= text->n; digits < 3; digits++)
			part *= 10;
	}
	*ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + part;
	return true;
}

static bool parse_date(struct moment *moment, struct text text)
{
	uint64_t year, month, day, ms;
	struct tm tm = { .tm_isdst = -1 };
	time_t seconds;

	if (!take_number(&text, 4, &year) || !take(&text, '-') ||
	    !take_number(&text, 2, &month) || !take(&text, '-') ||
	    !take_number(&text, 2, &day) || year < 1970 || !month ||
	    month > 12 || !day || day > 31 ||
	    (!take(&text, 'T') && !take(&text, ' ')) ||
	    !take_clock(&text, &ms))
		return false;
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	tm.tm_hour = (int)(ms / 3600000);
	tm.tm_min = (int)(ms / 60000 % 60);
	tm.tm_sec = (int)(ms / 1000 % 60);
	if (take(&text, 'Z')) {
		tm.tm_isdst = 0;
		seconds = timegm(&tm);
	} else {
		seconds = mktime(&tm);
	}
	/* The 31st of a month that has none is no day. */
	if (text.n || seconds < 0 || tm.tm_mday != (int)day)
		return false;
	moment->kind = MOMENT_TIME;
	moment->to = (uint64_t)seconds * 1000 + ms % 1000;
	return true;
}

static bool parse_step(struct moment *moment, struct text text, bool later)
{
	uint64_t whole, part = 0, unit = 1000;
	size_t digits;

	if (!take_number(&text, 9, &whole))
		return false;
	if (take(&text, '.')) {
		digits = text.n;
		if (!take_number(&text, 3, &part))
			return false;
		for (digits -= text.n; digits < 3; digits++)
			part *= 10;
	}
	if (take(&text, 'm'))
		unit = 60000;
	else if (take(&text, 'h'))
		unit = 3600000;
	else
		take(&text, 's');
	moment->kind = later ? MOMENT_LATER : MOMENT_EARLIER;
	moment->to = whole * unit + part * unit / 1000;
	return !text.n;
}

bool moment_parse(struct moment *moment, struct text text)
{
	struct text rest = text = text_trim(text);
	uint64_t ms;

	if (take(&rest, '+'))
		return parse_step(moment, rest, true);
	if (take(&rest, '-'))
		return parse_step(moment, rest, false);
	if (take_clock(&rest, &ms) && !rest.n) {
		moment->kind = MOMENT_CLOCK;
		moment->to = ms;
		return true;
	}
	if (parse_date(moment, text))
		return true;
	rest = text;
	moment->kind = MOMENT_NUMBER;
	return take_number(&rest, 18, &moment->to) && !rest.n && moment->to;
}

/* MS after the midnight before NOW_MS, local time. */
static uint64_t at_clock(uint64_t now_ms, uint64_t ms)
{
	time_t now = (time_t)(now_ms / 1000), then;
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return now_ms;
	tm.tm_hour = (int)(ms / 3600000);
	tm.tm_min = (int)(ms / 60000 % 60);
	tm.tm_sec = (int)(ms / 1000 % 60);
	tm.tm_isdst = -1;
	then = mktime(&tm);
	return then < 0 ? 0 : (uint64_t)then * 1000 + ms % 1000;
}

void moment_go(const struct moment *moment, uint64_t now_ms, struct go *go)
{
	go->where = GO_AT;
	go->to = moment->to;
	go->kinds = 0;
	switch (moment->kind) {
	case MOMENT_NUMBER:
		go->where = GO_NUMBER;
		break;
	case MOMENT_CLOCK:
		go->to = at_clock(now_ms, moment->to);
		break;
	case MOMENT_TIME:
		break;
	case MOMENT_LATER:
		go->where = GO_FROM;
		go->to = now_ms + moment->to;
		break;
	case MOMENT_EARLIER:
		go->to = now_ms > moment->to ? now_ms - moment->to : 0;
		break;
	}
	/* What is shown without its milliseconds is meant with them. */
	if (go->where == GO_AT && moment->kind != MOMENT_EARLIER &&
	    go->to % 1000 == 0)
		go->to += 999;
}
