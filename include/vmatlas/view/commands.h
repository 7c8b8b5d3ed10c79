/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_COMMANDS_H
#define VMATLAS_VIEW_COMMANDS_H

#include "vmatlas/base/text.h"

/*
 * What can be typed behind ":", beside what can be gone to: one table for those
 * who act (app/ui_command.c), for help and for completion.  Columns:
 * identifier, name, a shorter one or "", its argument or "", words for help.
 */
#define COMMANDS(X) \
	X(QUIT, "quit", "q", "", "quit") \
	X(HELP, "help", "h", "", "the keys of this screen") \
	X(PID, "pid", "", "N", "look at process N") \
	X(NAME, "name", "", "WORD", "list the processes that have it in their name") \
	X(FILTER, "filter", "", "EXPR", "atlas: only pages that are so; without EXPR: all") \
	X(DELAY, "delay", "", "SECS", "time between refreshes") \
	X(AT, "at", "", "WHEN", "replay: refresh N, a time, or +SECS -SECS from here") \
	X(EVENT, "event", "", "[KIND]", "replay: on to the next event of that kind, or any") \
	X(RECORD, "record", "", "[FILE]", "record to FILE; without one: end that, or ask") \
	X(SET, "set", "", "NAME [X]", "make a setting X; NAME alone: what it is")

#define X(id, name, short, arg, words) COMMAND_##id,
enum command_id { COMMANDS(X) NCOMMANDS };
#undef X

struct command_info {
	const char *name, *brief, *arg, *words;
};

const struct command_info *command_info(enum command_id id);
/* The command that TEXT begins with, and *ARG, what follows it; NCOMMANDS: it
 * is none. */
enum command_id command_of(struct text text, struct text *arg);

#endif
