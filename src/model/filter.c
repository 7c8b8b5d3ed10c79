/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/filter.h"

#include <string.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/model/frame_use.h"

/* What reports call anon_exclusive is a bit of its own here: the kernel's bit
 * means it on anonymous frames only. */
#define BIT_EXCLUSIVE 63

static const char *const key_names[NFILTER_KEYS] = {
#define X(id, name) name,
	FILTER_KEYS(X)
#undef X
};

const char *filter_key_name(unsigned key)
{
	return key < NFILTER_KEYS ? key_names[key] : NULL;
}

/* ---- words */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

static bool same(const char *a, const char *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

bool filter_has(struct text text, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i + n <= text.n; i++)
		if (same(text.p + i, word, n))
			return true;
	return false;
}

/* The name itself, or all that go on behind it with a "-". */
static bool stands_for(struct text word, const char *name, bool exact)
{
	size_t n = strlen(name);

	return exact ? text_is(word, name) : word.n && word.n < n &&
		!memcmp(name, word.p, word.n) && name[word.n] == '-';
}

/* ---- parsing */

/* KEY: at the front of TEXT is taken off; NFILTER_KEYS: there is none. */
static unsigned take_key(struct text *text)
{
	unsigned i;

	*text = text_trim(*text);
	for (i = 0; i < NFILTER_KEYS; i++) {
		size_t n = strlen(key_names[i]);

		if (text->n <= n || text->p[n] != ':' ||
		    !text_starts(*text, key_names[i]))
			continue;
		text->p += n + 1;
		text->n -= n + 1;
		return i;
	}
	return NFILTER_KEYS;
}

bool filter_is_one(struct text text)
{
	return take_key(&text) < NFILTER_KEYS;
}

static bool take_states(struct filter_term *term, struct text word, bool exact)
{
	unsigned i;

	for (i = 0; i < NSTATES; i++)
		if (stands_for(word, state_info(i)->name, exact))
			term->states |= UINT32_C(1) << i;
	for (i = 0; i < NFRAME_USES; i++)
		if (stands_for(word, frame_use_info(i)->name, exact))
			term->uses |= UINT32_C(1) << i;
	return term->states || term->uses;
}

static int parse_state(struct filter_term *term, struct text word,
	struct err *err)
{
	return take_states(term, word, true) || take_states(term, word, false) ?
		0 : err_set(err, 0, "there is no state '%.*s'", (int)word.n,
			word.p);
}

static int parse_mark(struct filter_term *term, struct text word,
	struct err *err)
{
	unsigned i;

	for (i = 0; i < NMARKS; i++)
		if (text_is(word, mark_name(i)))
			term->mask |= UINT64_C(1) << i;
	return term->mask ? 0 : err_set(err, 0, "there is no mark '%.*s'",
		(int)word.n, word.p);
}

const char *filter_flag_name(unsigned i)
{
	return i == BIT_EXCLUSIVE ? "anon_exclusive" : kpageflags_name(0, i);
}

static int bit_of(struct text word)
{
	unsigned bit;

	for (bit = 0; bit < FILTER_FLAG_NAMES; bit++) {
		const char *name = filter_flag_name(bit);

		if (name && text_is(word, name))
			return (int)bit;
	}
	return -1;
}

/* The bits that are named, and (NOT) those of them behind a "~". */
static int parse_bits(struct text text, uint64_t *bits, uint64_t *not,
	struct err *err)
{
	struct text word;

	*bits = *not = 0;
	while (text_until(&text, ',', &word)) {
		bool negated;
		int bit;

		word = text_trim(word);
		negated = word.n && word.p[0] == '~';
		if (negated) {
			word.p++;
			word.n--;
		}
		bit = bit_of(word);
		if (bit < 0)
			return err_set(err, 0, "there is no flag '%.*s'",
				(int)word.n, word.p);
		*bits |= UINT64_C(1) << bit;
		if (negated)
			*not |= UINT64_C(1) << bit;
	}
	return 0;
}

static int parse_flags(struct filter_term *term, struct text text,
	struct err *err)
{
	const char *equals = memchr(text.p, '=', text.n);
	struct text left;
	uint64_t not;

	text_until(&text, '=', &left);
	if (parse_bits(left, &term->mask, &not, err))
		return -1;
	if (!equals) {
		term->any = !not;
		term->bits = term->mask & ~not;
		return term->mask ? 0 : err_set(err, 0, "no flag is named");
	}
	if (not || memchr(text.p, '=', text.n))
		return err_set(err, 0, "flags are 'a,b', 'a,~b', 'a,b=a' or "
			"'=a'");
	if (parse_bits(text, &term->bits, &not, err) || not)
		return not ? err_set(err, 0, "no ~ stands behind a =") : -1;
	/* Bit by bit: what reports name exclusive is also the other one. */
	if (!left.n)
		term->mask = ~(UINT64_C(1) << BIT_EXCLUSIVE) | term->bits;
	return 0;
}

static int parse_term(struct filter_term *term, struct text word,
	struct err *err)
{
	word = text_trim(word);
	if (!word.n || word.n >= sizeof(term->word))
		return err_set(err, 0, "'%s:' needs a word of at most %d bytes",
			key_names[term->key], FILTER_WORD - 1);
	memcpy(term->word, word.p, word.n);
	switch ((enum filter_key)term->key) {
	case FILTER_STATE:
		return parse_state(term, word, err);
	case FILTER_MARK:
		return parse_mark(term, word, err);
	case FILTER_FLAGS:
		return parse_flags(term, word, err);
	default:
		return 0;
	}
}

/* Up to the next "," or "|"; flags go on behind a "," unless a key follows. */
static struct text take_word(struct text *rest, bool flags, char *end)
{
	struct text word = { rest->p, 0 };

	*end = '\0';
	while (rest->n) {
		char c = rest->p[0];

		rest->p++;
		rest->n--;
		if (c == '|' || (c == ',' &&
				(!flags || filter_is_one(*rest)))) {
			*end = c;
			return word;
		}
		word.n++;
	}
	return word;
}

int filter_parse(struct filter *filter, struct text text, struct err *err)
{
	char joint = ',';

	memset(filter, 0, sizeof(*filter));
	while (joint) {
		struct filter_term *term = &filter->terms[filter->n];
		unsigned key = take_key(&text);

		if (key == NFILTER_KEYS)
			return err_set(err, 0, "'%.*s' does not begin with "
				"name: state: zone: mark: or flags:",
				(int)(text.n < 40 ? text.n : 40), text.p);
		if (filter->n == FILTER_TERMS)
			return err_set(err, 0, "more than %d terms",
				FILTER_TERMS);
		term->key = (uint8_t)key;
		term->begins_or = joint == '|';
		if (parse_term(term, take_word(&text, key == FILTER_FLAGS,
				&joint), err))
			return -1;
		filter->n++;
	}
	return 0;
}

bool filter_asks(const struct filter *filter, enum filter_key key)
{
	unsigned i;

	for (i = 0; i < filter->n; i++)
		if (filter->terms[i].key == key)
			return true;
	return false;
}

/* ---- matching */

static enum match yes_if(bool yes)
{
	return yes ? MATCH_YES : MATCH_NO;
}

static enum match match_state(const struct filter_term *term,
	const struct filter_facts *facts)
{
	if (facts->has_use == FACT_KNOWN)
		return yes_if(term->uses >> facts->use & 1);
	if (facts->has_state == FACT_KNOWN &&
	    (term->states >> facts->state & 1))
		return MATCH_YES;
	/* In memory, and what it is may not be seen. */
	if (facts->has_use == FACT_UNKNOWN ||
	    facts->has_state == FACT_UNKNOWN ||
	    (facts->has_state == FACT_KNOWN && facts->state == STATE_PRESENT))
		return MATCH_MAYBE;
	return MATCH_NO;
}

/* "Normal" and "0/Normal" are "0/Normal"; "0/Normal or Movable" may be. */
static enum match match_zone(const char *word, const char *zone)
{
	const char *slash = strchr(zone, '/'), *or = strstr(zone, " or ");
	size_t n = strlen(word);
	const char *name = slash && !strchr(word, '/') ? slash + 1 : zone;

	if (!or)
		return yes_if(strlen(name) == n && same(name, word, n));
	return filter_has(text_of(zone), name == zone ? strchr(word, '/') + 1 :
		word) ? MATCH_MAYBE : MATCH_NO;
}

static enum match match_flags(const struct filter_term *term, uint64_t flags)
{
	const char *owner = kpageflags_name(flags, KPF_BIT_OWNER_2);

	flags &= ~(UINT64_C(1) << BIT_EXCLUSIVE);
	if ((flags & KPF(OWNER_2)) && !strcmp(owner, "anon_exclusive"))
		flags |= UINT64_C(1) << BIT_EXCLUSIVE;
	if (term->any)
		return yes_if(flags & term->mask);
	return yes_if((flags & term->mask) == term->bits);
}

static enum match of_fact(enum fact fact)
{
	return fact == FACT_UNKNOWN ? MATCH_MAYBE : MATCH_NO;
}

enum match filter_term_match(const struct filter_term *term,
	const struct filter_facts *facts)
{
	switch ((enum filter_key)term->key) {
	case FILTER_NAME:
		return yes_if(filter_has(facts->name, term->word));
	case FILTER_STATE:
		return match_state(term, facts);
	case FILTER_ZONE:
		return facts->has_zone == FACT_KNOWN ?
			match_zone(term->word, facts->zone) :
			of_fact(facts->has_zone);
	case FILTER_MARK:
		return facts->has_marks == FACT_KNOWN ?
			yes_if(facts->marks & term->mask) :
			of_fact(facts->has_marks);
	case FILTER_FLAGS:
		return facts->has_flags == FACT_KNOWN ?
			match_flags(term, facts->flags) :
			of_fact(facts->has_flags);
	case NFILTER_KEYS:
		break;
	}
	return MATCH_NO;
}

enum match filter_join(const struct filter *filter, const enum match *matches)
{
	enum match any = MATCH_NO, all = MATCH_YES;
	unsigned i;

	for (i = 0; i < filter->n; i++) {
		if (filter->terms[i].begins_or) {
			any = all > any ? all : any;
			all = MATCH_YES;
		}
		all = matches[i] < all ? matches[i] : all;
	}
	return all > any ? all : any;
}

enum match filter_match(const struct filter *filter,
	const struct filter_facts *facts)
{
	enum match matches[FILTER_TERMS];
	unsigned i;

	for (i = 0; i < filter->n; i++)
		matches[i] = filter_term_match(&filter->terms[i], facts);
	return filter_join(filter, matches);
}
