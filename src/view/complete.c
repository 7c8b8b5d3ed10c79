/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/complete.h"

#include <string.h>

#include "vmatlas/view/commands.h"
#include "vmatlas/view/settings.h"

void completion_fini(struct completion *completion)
{
	buf_fini(&completion->words);
	memset(completion, 0, sizeof(*completion));
}

/* ---- words that fit */

static bool is_known(const struct completion *completion, struct text word)
{
	const char *at = buf_text(&completion->words);
	size_t i;

	for (i = 0; i < completion->n; i++, at += strlen(at) + 1)
		if (text_is(word, at))
			return true;
	return false;
}

/* HEAD and TAIL are one word; what was typed of it is TYPED. */
static void offer(struct completion *completion, struct text typed,
	struct text word, const char *tail)
{
	const char *first;
	struct buf whole = { 0 };
	size_t n = 0;

	buf_add(&whole, word.p, word.n);
	buf_str(&whole, tail);
	word = (struct text){ buf_text(&whole), whole.len };
	if (completion->n < COMPLETE_WORDS && word.n > typed.n &&
	    !memcmp(word.p, typed.p, typed.n) &&
	    !memchr(word.p, '\0', word.n) && !is_known(completion, word)) {
		buf_add(&completion->words, word.p, word.n + 1);
		first = buf_text(&completion->words);
		while (n < word.n && first[n] == word.p[n])
			n++;
		if (!completion->n++ || n < completion->common)
			completion->common = n;
	}
	buf_fini(&whole);
}

static void offer_states(struct completion *completion, struct text typed)
{
	unsigned i;

	offer(completion, typed, text_of("cow"), "");
	for (i = 0; i < NSTATES; i++)
		offer(completion, typed, text_of(state_info(i)->name), "");
}

static void offer_flags(struct completion *completion, struct text typed)
{
	unsigned bit;

	for (bit = 0; bit < FILTER_FLAG_NAMES; bit++) {
		const char *name = filter_flag_name(bit);

		if (name)
			offer(completion, typed, text_of(name), "");
	}
}

static void offer_zones(struct completion *completion, struct text typed,
	const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; snapshot && snapshot->machine &&
	     i < snapshot->machine->nzones; i++) {
		const struct zone *zone = &snapshot->machine->zones[i];
		char name[32];

		offer(completion, typed, text_of(zone->name), "");
		offer(completion, typed, text_of(machine_zone_name(
			snapshot->machine, (int)i, name)), "");
	}
}

static void offer_regions(struct completion *completion, struct text typed,
	const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; snapshot && i < snapshot->nregions; i++) {
		struct text title = snapshot_region_title(snapshot, i);
		size_t at = title.n;

		while (at && title.p[at - 1] != '/')
			at--;
		title.p += at;
		title.n -= at;
		/* Names may be anybody's, with anything in them. */
		if (title.n < 64)
			offer(completion, typed, title, "");
	}
}

static void offer_key(struct completion *completion, unsigned key,
	struct text typed, const struct snapshot *snapshot)
{
	unsigned i;

	switch ((enum filter_key)key) {
	case FILTER_NAME:
		offer_regions(completion, typed, snapshot);
		break;
	case FILTER_STATE:
		offer_states(completion, typed);
		break;
	case FILTER_ZONE:
		offer_zones(completion, typed, snapshot);
		break;
	case FILTER_FLAGS:
		offer_flags(completion, typed);
		break;
	case FILTER_MARK:
		for (i = 0; i < NMARKS; i++)
			offer(completion, typed, text_of(mark_name(i)), "");
		break;
	case NFILTER_KEYS:
		break;
	}
}

/* ---- which word */

/* The key that TEXT begins with, taken off; NFILTER_KEYS: none. */
static unsigned take_key(struct text *text)
{
	unsigned i;

	for (i = 0; i < NFILTER_KEYS; i++) {
		const char *key = filter_key_name(i);
		size_t n = strlen(key);

		if (text->n > n && text_starts(*text, key) &&
		    text->p[n] == ':') {
			text->p += n + 1;
			text->n -= n + 1;
			return i;
		}
	}
	return NFILTER_KEYS;
}

/* The last word of a condition: a value of its KEY, or a key. */
static unsigned last_word(struct text *text)
{
	unsigned key = NFILTER_KEYS, now;
	struct text rest = *text;
	size_t i;

	now = take_key(text);
	key = now;
	for (i = 0; i < rest.n; i++) {
		if (!strchr(",|~=", rest.p[i]) || !rest.p[i])
			continue;
		*text = (struct text){ rest.p + i + 1, rest.n - i - 1 };
		now = take_key(text);
		if (now < NFILTER_KEYS || key != FILTER_FLAGS ||
		    rest.p[i] == '|')
			key = now;
	}
	return key;
}

static void offer_keys(struct completion *completion, struct text typed)
{
	static const char *const others[] = { "pfn:", "pa:", "va:", "sym:" };
	size_t i;

	for (i = 0; i < NFILTER_KEYS; i++)
		offer(completion, typed, text_of(filter_key_name(
			(unsigned)i)), ":");
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		offer(completion, typed, text_of(others[i]), "");
}

/* ---- commands */

/* The last word of TEXT, which are words. */
static struct text behind_blank(struct text text)
{
	size_t at = text.n;

	while (at && text.p[at - 1] != ' ')
		at--;
	return (struct text){ text.p + at, text.n - at };
}

/* "NAME VALUE": a name, or a value of that. */
static void complete_setting(struct completion *completion, struct text text)
{
	struct text typed = behind_blank(text), name;
	enum setting setting;
	unsigned i;

	if (typed.p == text.p) {
		for (i = 0; i < NSETTINGS; i++)
			offer(completion, typed, text_of(setting_name(
				(enum setting)i)), " ");
		return;
	}
	text_word(&text, &name);
	setting = setting_of_name(name);
	if (setting == NSETTINGS)
		return;
	if (setting_kind(setting) == SETTING_IS_BOOL) {
		offer(completion, typed, text_of("yes"), "");
		offer(completion, typed, text_of("no"), "");
	}
	for (i = 0; setting_choice(setting, i); i++)
		offer(completion, typed, text_of(setting_choice(setting, i)),
			"");
}

/* The argument of a command that TEXT begins with, and which; NCOMMANDS: the
 * command itself is still typed. */
static enum command_id take_command(struct text *text)
{
	const char *blank = memchr(text->p, ' ', text->n);
	enum command_id command;
	struct text arg;

	command = blank ? command_of(*text, &arg) : NCOMMANDS;
	if (command == NCOMMANDS)
		return NCOMMANDS;
	while (blank < text->p + text->n && *blank == ' ')
		blank++;
	text->n -= (size_t)(blank - text->p);
	text->p = blank;
	return command;
}

void complete_query(struct completion *completion, struct text text,
	bool commands, const struct snapshot *snapshot,
	const struct history *asked)
{
	struct text word = text;
	enum command_id command;
	unsigned key, i;

	buf_clear(&completion->words);
	completion->n = completion->common = 0;
	command = commands ? take_command(&word) : NCOMMANDS;
	if (command == COMMAND_SET) {
		completion->from = (size_t)(behind_blank(word).p - text.p);
		complete_setting(completion, word);
		return;
	}
	if (command != NCOMMANDS && command != COMMAND_FILTER)
		return;
	key = last_word(&word);
	completion->from = (size_t)(word.p - text.p);
	if (key < NFILTER_KEYS) {
		offer_key(completion, key, word, snapshot);
		return;
	}
	for (i = 0; commands && !completion->from && i < NCOMMANDS; i++)
		offer(completion, word, text_of(command_info(i)->name),
			command_info(i)->arg[0] ? " " : "");
	offer_keys(completion, word);
	if (word.n && !completion->from)
		offer_regions(completion, word, snapshot);
	for (i = 0; asked && word.n && !completion->from && i < asked->n; i++)
		if (!strpbrk(asked->lines[i], " :,"))
			offer(completion, word, text_of(asked->lines[i]), "");
}
