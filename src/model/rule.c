/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/rule.h"

#include <string.h>

static const char *const actions[NRULE_ACTIONS] = {
	[RULE_REPORT] = "report", [RULE_RECORD] = "record",
	[RULE_EXIT] = "exit",
};

const char *rule_action_name(enum rule_action action)
{
	return actions[action];
}

/* ---- pieces of text */

static struct text cut(struct text text, size_t from, size_t to)
{
	return (struct text){ text.p + from, to - from };
}

static bool is_operator(char c)
{
	return c == '<' || c == '>' || c == '=' || c == '!';
}

static int wrong(struct err *err, struct text text, const char *why)
{
	struct buf shown = { 0 };

	text_escape(&shown, text, false);
	err_set(err, 0, "rule '%s': %s", buf_text(&shown), why);
	buf_fini(&shown);
	return -1;
}

static bool keep(char out[RULE_WORD], struct text word)
{
	if (word.n >= RULE_WORD || memchr(word.p, '\0', word.n))
		return false;
	memcpy(out, word.p, word.n);
	out[word.n] = '\0';
	return true;
}

/* ---- figures */

/* A member that is a number, or numbers with names. */
static const struct field *find_field(enum object object, struct text name)
{
	const struct field *field = fields_of(object);

	for (; field->name; field++)
		if (field->name[0] && text_is(name, field->name))
			break;
	if (!field->name || (field->left && !field->part) ||
	    field->metric == METRIC_LABEL ||
	    field->metric == METRIC_LABEL_OF_ONE ||
	    field->metric == METRIC_INFO)
		return NULL;
	return field;
}

static int check_part(const struct rule_term *term, struct err *err)
{
	bool of_states = term->field->part &&
		!strcmp(term->field->name, "states");
	unsigned i;

	if (!term->field->part)
		return term->part[0] ? wrong(err, term->text,
			"that figure has no parts") : 0;
	if (!term->part[0])
		return wrong(err, term->text,
			"of which part? as in states.anon");
	for (i = 0; of_states && i < NSTATES; i++)
		if (!strcmp(state_info((enum page_state)i)->name, term->part))
			break;
	return of_states && (!i || i == NSTATES) ?
		wrong(err, term->text, "there is no such state") : 0;
}

static int find_figure(struct rule_term *term, struct text figure,
	struct err *err)
{
	struct text name;

	text_until(&figure, '.', &name);
	if (!keep(term->part, figure))
		return wrong(err, term->text, "that is no figure");
	term->field = term->of_regions ? NULL :
		find_field(OBJECT_PROCESS, name);
	if (!term->field) {
		term->of_regions = true;
		term->field = find_field(OBJECT_REGION, name);
	}
	if (!term->field)
		return wrong(err, term->text, "there is no such figure of "
			"processes or regions (vmatlas-report(5) has them)");
	return check_part(term, err);
}

/* "state(NAME[, REGIONS])": INNER is what stands in it. */
static int find_state(struct rule_term *term, struct text inner,
	struct err *err)
{
	struct text state;
	char figure[RULE_WORD + 8] = "states.";
	size_t n = strlen(figure);

	text_until(&inner, ',', &state);
	state = text_trim(state);
	inner = text_trim(inner);
	if (state.n >= RULE_WORD || memchr(state.p, '\0', state.n) ||
	    !keep(term->regions, inner))
		return wrong(err, term->text, "that is no state");
	memcpy(figure + n, state.p, state.n);
	figure[n + state.n] = '\0';
	term->of_regions = inner.n > 0;
	return find_figure(term, text_of(figure), err);
}

/* FIGURE [ "(" REGIONS ")" ] */
static int parse_figure(struct rule_term *term, struct text text,
	struct err *err)
{
	size_t open = text_find(text, "(");
	struct text name = text_trim(cut(text, 0, open)), inner;

	if (open == text.n)
		return find_figure(term, name, err);
	if (text.p[text.n - 1] != ')')
		return wrong(err, term->text, "a ')' is missing");
	inner = text_trim(cut(text, open + 1, text.n - 1));
	if (!inner.n)
		return wrong(err, term->text, "there is nothing in ()");
	if (text_is(name, "state"))
		return find_state(term, inner, err);
	if (!keep(term->regions, inner))
		return wrong(err, term->text, "that name is too long");
	term->of_regions = true;
	return find_figure(term, name, err);
}

/* ---- terms */

static int parse_number(struct rule_term *term, struct text text,
	struct err *err)
{
	struct text whole, rest = text;
	unsigned shift = text_take_unit(&rest);
	uint64_t n = 0, part = 0;
	double scale = 1;

	text_until(&rest, '.', &whole);
	if (whole.n > 18 || rest.n > 9 || !text_all_u64(whole, 10, &n) ||
	    (rest.n && !text_all_u64(rest, 10, &part)) ||
	    (!rest.n && memchr(text.p, '.', text.n)))
		return wrong(err, term->text, "a number is missing behind "
			"the operator: 12, 1.5, 64K, 64M, 1G");
	while (rest.n--)
		scale *= 10;
	term->bound = (double)n + (double)part / scale;
	term->bound *= (double)(UINT64_C(1) << shift);
	return 0;
}

/* The operator that TEXT begins with; 0: it begins with none. */
static size_t operator_of(struct text text, enum rule_compare *compare)
{
	static const struct {
		const char *text;
		enum rule_compare compare;
	} operators[] = {	/* the longer ones first */
		{ ">=", RULE_AT_LEAST }, { "<=", RULE_AT_MOST },
		{ "==", RULE_EQUAL }, { "!=", RULE_OTHER },
		{ ">", RULE_MORE }, { "<", RULE_LESS }, { "=", RULE_EQUAL },
	};
	size_t i;

	for (i = 0; i < sizeof(operators) / sizeof(*operators); i++)
		if (text_starts(text, operators[i].text)) {
			*compare = operators[i].compare;
			return strlen(operators[i].text);
		}
	return 0;
}

/* Names of regions may have such characters, too: the last operator it is. */
static int parse_term(struct rule_term *term, struct text text,
	struct err *err)
{
	struct text figure;
	size_t i = text.n, n;

	memset(term, 0, sizeof(*term));
	term->text = text = text_trim(text);
	i = text.n;
	while (i && !is_operator(text.p[i - 1]))
		i--;
	while (i && is_operator(text.p[i - 1]))
		i--;
	n = operator_of(cut(text, i, text.n), &term->compare);
	if (!n)
		return wrong(err, text, text.n ? "an operator is missing: "
			"> >= < <= = !=" : "it is empty");
	figure = text_trim(cut(text, 0, i));
	term->words = figure;
	if (figure.n && figure.p[figure.n - 1] == '+') {
		term->growth = true;
		figure = text_trim(cut(figure, 0, figure.n - 1));
	}
	if (!figure.n)
		return wrong(err, text, "a figure is missing");
	return parse_figure(term, figure, err) || parse_number(term,
		text_trim(cut(text, i + n, text.n)), err) ? -1 : 0;
}

/* What stands behind the last "=>", which no term has. */
static int take_action(struct rule *rule, struct text *text, struct err *err)
{
	struct text action;
	size_t at = text->n;
	unsigned i;

	rule->action = RULE_REPORT;
	while (at && !text_starts(cut(*text, at, text->n), "=>"))
		at--;
	action = text_trim(cut(*text, at ? at + 2 : text->n, text->n));
	/* In the name of a region it is none. */
	if (!at || memchr(action.p, ')', action.n))
		return 0;
	for (i = 0; i < NRULE_ACTIONS; i++)
		if (text_is(action, actions[i])) {
			rule->action = (enum rule_action)i;
			*text = cut(*text, 0, at);
			return 0;
		}
	return wrong(err, *text, "behind => stands report, record or exit");
}

int rule_parse(struct rule *rule, struct text text, struct err *err)
{
	memset(rule, 0, sizeof(*rule));
	if (take_action(rule, &text, err))
		return -1;
	rule->text = text = text_trim(text);
	do {
		size_t at = text_find(text, "&&");

		if (rule->n == RULE_TERMS)
			return wrong(err, rule->text, "that are too many terms");
		if (parse_term(&rule->terms[rule->n++], cut(text, 0, at), err))
			return -1;
		if (at == text.n)
			return 0;
		text = cut(text, at + 2, text.n);
	} while (true);
}
