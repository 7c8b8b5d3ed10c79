/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/app/moment.h"
#include "vmatlas/model/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char maps[] =
	"1000-9000 rw-p 00000000 00:00 0 [heap]\n"
	"20000-24000 r-xp 00000000 08:01 9 /usr/lib/libb.so.1\n"
	"30000-34000 rw-p 00000000 00:00 0 \n";

/* A process with all figures known, for rules to be held against. */
static struct snapshot *process(void)
{
	static struct machine machine = { .page_shift = 12 };
	static struct snapshot snapshot;
	size_t i;

	if (snapshot.nregions)
		return &snapshot;
	snapshot.machine = &machine;
	snapshot.process.id = (struct proc_id){ 42, 5 };
	snapshot.zone_stride = 1;
	snapshot.zone_pages = calloc(4, sizeof(*snapshot.zone_pages));
	snapshot.nregions = regions_parse(text_of(maps), &snapshot.regions,
		&snapshot.names, NULL);
	usage_zero(&snapshot.total);
	for (i = 0; i < snapshot.nregions; i++)
		figures_zero(&snapshot.regions[i].usage);
	return &snapshot;
}

/* What is understood is whole: words end, figures are there, it can be held
 * against a process, and what its text says is understood again. */
static void check(struct text line)
{
	struct rule rule, again;
	struct rule_state state = { 0 };
	struct buf notes = { 0 };
	struct moment moment;
	struct go go;
	struct err err;
	unsigned i;

	if (moment_parse(&moment, line))
		moment_go(&moment, 1795180921250, &go);
	if (rule_parse(&rule, line, &err))
		return;
	assert(rule.n >= 1 && rule.n <= RULE_TERMS);
	assert(rule.action < NRULE_ACTIONS);
	for (i = 0; i < rule.n; i++) {
		const struct rule_term *term = &rule.terms[i];

		assert(term->field && term->field->name[0]);
		assert(memchr(term->part, '\0', RULE_WORD));
		assert(memchr(term->regions, '\0', RULE_WORD));
		assert(term->bound >= 0);
		assert(!term->field->part == !term->part[0]);
	}
	assert(!rule_parse(&again, rule.text, &err) && again.n == rule.n);
	assert(rule_check(&rule, &state, process(), &notes) <= MATCH_YES);
	rule_event_words(&(struct rule_event){ &rule, &state }, &notes);
	buf_fini(&notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text text = { (const char *)data, n }, line;

	check(text);
	while (text_line(&text, &line))
		check(line);
	return 0;
}
