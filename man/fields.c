/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a page of the manual from its template: a line ".fields KIND" becomes
 * the members of that object, as the field tables have them, and ".changes" the
 * kinds of what can happen to pages.  Fails where a kind is not known, or one
 * of them is not in the template.
 *
 *   fields <vmatlas-report.5.in >vmatlas-report.5
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/model/fields.h"

/* Words of people, as roff reads them. */
static void put_words(const char *words)
{
	const char *p;

	for (p = words; *p; p++) {
		bool starts = p == words || p[-1] == ' ' || p[-1] == '(' ||
			p[-1] == '-';

		if (*p == '\\')
			fputs("\\e", stdout);
		else if (*p == '"')
			fputs("\\(dq", stdout);
		else if (*p == '\'')
			fputs("\\(aq", stdout);
		else if (*p == '-' && starts)
			fputs("\\-", stdout);
		else if (p == words && *p == '.')
			fputs("\\&.", stdout);
		else
			putchar(*p);
	}
	puts(".");
}

static void put_field(const struct field *field)
{
	const struct field *item;

	/* Columns for people alone have no name. */
	if (!field->name[0])
		return;
	printf(".TP\n.B %s%s%s%s\n", field->name,
		field->unit[0] ? " \\fR(" : "", field->unit,
		field->unit[0] ? ")\\fP" : "");
	put_words(field->words);
	if (!field->items)
		return;
	puts(".RS");
	for (item = field->items; item->name; item++)
		put_field(item);
	puts(".RE");
}

static bool put_object(const char *name, bool *done)
{
	unsigned object, i;

	for (object = 0; object < NOBJECTS; object++)
		if (!strcmp(object_name((enum object)object), name))
			break;
	if (object == NOBJECTS) {
		fprintf(stderr, "there is no kind %s\n", name);
		return false;
	}
	done[object] = true;
	for (i = 0; field_at((enum object)object, i); i++)
		put_field(field_at((enum object)object, i));
	return true;
}

static void put_changes(void)
{
	unsigned kind;

	for (kind = 0; kind < NCHANGE_KINDS; kind++) {
		printf(".TP\n.B %s\n", change_name((enum change_kind)kind));
		put_words(change_words((enum change_kind)kind));
	}
}

int main(void)
{
	static const char directive[] = ".fields ";
	bool done[NOBJECTS] = { false }, good = true;
	char *line = NULL;
	size_t cap = 0;
	unsigned i;

	while (getline(&line, &cap, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, ".changes"))
			put_changes();
		else if (strncmp(line, directive, sizeof(directive) - 1))
			puts(line);
		else
			good &= put_object(line + sizeof(directive) - 1, done);
	}
	free(line);
	for (i = 0; i < NOBJECTS; i++)
		if (!done[i]) {
			fprintf(stderr, "the kind %s is nowhere\n",
				object_name((enum object)i));
			good = false;
		}
	return !good || fflush(stdout) || ferror(stdin);
}
