/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_OPTIONS_H
#define VMATLAS_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/app/moment.h"
#include "vmatlas/app/table.h"
#include "vmatlas/base/err.h"
#include "vmatlas/model/filter.h"
#include "vmatlas/model/rule.h"
#include "vmatlas/source/record.h"

/*
 * The command line.  The option table feeds the parser, --help and the
 * manual's check.  Columns: identifier, short letter or 0, long name, name
 * of its argument or NULL, words.
 */
#define OPTIONS(X) \
	X(PID, 'p', "pid", "PID", "look at this process (repeatable)") \
	X(USER, 'u', "user", "USER", "only processes of this user (repeatable)") \
	X(CGROUP, 0, "cgroup", "PATH", "only processes in this control group, or below (repeatable)") \
	X(SESSION, 0, "session", "SID", "only processes of this session (repeatable)") \
	X(UNION, 0, "union", NULL, "the chosen processes as one: each frame counted once") \
	X(DELAY, 'd', "delay", "SECS", "time between refreshes, default 1.0") \
	X(ITERATIONS, 'n', "iterations", "N", "stop after N refreshes") \
	X(BATCH, 'b', "batch", NULL, "no screen: a report to standard output") \
	X(REPORT, 'r', "report", "KIND", "which report (implies -b)") \
	X(FORMAT, 'f', "format", "FORMAT", "of the report: text json csv openmetrics") \
	X(FULL, 0, "full", NULL, "read every frame's flags and count, whatever it costs") \
	X(VA, 0, "va", "A[-B]", "only these virtual addresses; B is exclusive") \
	X(PFN, 0, "pfn", "N[-M]", "only these frames, or pages in them; M is exclusive") \
	X(BELOW, 0, "below", "A", "the limit in figures of fitness, default 4G; other exit status") \
	X(PA, 0, "pa", "A[-B]", "only these physical addresses; B is exclusive") \
	X(FILTER, 0, "filter", "EXPR", "only what is so: name: state: zone: mark: flags:, joined by , and |") \
	X(FILE, 0, "file", "PATH", "in sharing: who maps this file, and how much of it") \
	X(OUTPUT, 'o', "output", "FILE", "write the report there; - is standard output") \
	X(RECORD, 'w', "record", "FILE", "record what the kernel answers; - is standard output") \
	X(ROTATE, 0, "rotate", "SIZE[:N]", "begin another file at this size (4M); N older ones stay, default 1") \
	X(REPLAY, 'R', "replay", "FILE", "look at a recording; - is standard input (repeatable: as one)") \
	X(AT, 0, "at", "WHEN", "of a recording: begin at refresh N, HH:MM[:SS], a time, +SECS or -SECS") \
	X(SINCE, 0, "since", "WHEN", "in changes and regions: what differs from then to --at, or to the end") \
	X(WHEN, 0, "when", "EXPR", "say, record (=> record) or end (=> exit) when it holds: rss([heap])>64M") \
	X(PROCFS, 0, "procfs", "DIR", "read this instead of /proc") \
	X(SYSFS, 0, "sysfs", "DIR", "read this instead of /sys") \
	X(SYSROOT, 0, "sysroot", "DIR", "look for files of debugging symbols below it; of a recording: for programs, too") \
	X(NO_DEMANGLE, 0, "no-demangle", NULL, "names of C++ and Rust as the linker has them") \
	X(RESOURCES, 0, "resources", "FILE", "names for physical ranges, as iomem has them") \
	X(WITHOUT, 0, "without", "NAME", "do as if the kernel lacked it (repeatable)") \
	X(CPU, 0, "cpu", "PERCENT", "CPU for background reading, default 1") \
	X(NICE, 0, "nice", NULL, "run with the least priority, for processor and disk") \
	X(LOG, 0, "log", "FILE", "where COMMAND's output goes, default /dev/null") \
	X(THEME, 0, "theme", "NAME|FILE", "colours: default light high-contrast colour-blind mono") \
	X(COLORS, 0, "colors", "N", "0 8 16 256 or 16777216") \
	X(ASCII, 0, "ascii", NULL, "nothing but ASCII on the screen") \
	X(AMBIGUOUS_WIDE, 0, "ambiguous-wide", NULL, "the terminal draws characters of ambiguous width in two columns") \
	X(LOW_BAUD, 0, "low-baud", NULL, "send little: for a line of 19200 baud or less (chosen by itself)") \
	X(BAUD, 0, "baud", "N", "how fast the line is, whatever it says of itself") \
	X(NO_MOUSE, 0, "no-mouse", NULL, "leave the mouse to the terminal") \
	X(PICTURE, 0, "picture", "FILE", "one screen to a file: .txt .ansi .html .svg") \
	X(DEMO, 0, "demo", NULL, "watch a built-in sample process") \
	X(SCRIPT, 0, "script", "FILE", "feed keys and dump screens, for tests") \
	X(SIZE, 0, "size", "COLSxROWS", "of the screen for --script and --picture") \
	X(HELP, 'h', "help", NULL, "this help") \
	X(VERSION, 'V', "version", NULL, "the version")

/* The kinds of reports; what they ask and write stands in app/report.c. */
#define REPORTS(X) \
	X(PROCESSES, "processes") \
	X(REGIONS, "regions") \
	X(PAGES, "pages") \
	X(ZONES, "zones") \
	X(FRAMES, "frames") \
	X(SWAP, "swap") \
	X(MEMORY, "memory") \
	X(OWNERS, "owners") \
	X(FUNCTIONS, "functions") \
	X(COW, "cow") \
	X(CHANGES, "changes") \
	X(SHARING, "sharing") \
	X(COMPARE, "compare") \
	X(AUDIT, "audit") \
	X(FITNESS, "fitness") \
	X(STACKS, "stacks") \
	X(RT, "rt")

#define X(id, name) REPORT_##id,
enum report {
	REPORT_NONE,
	REPORTS(X)
	NREPORTS,
	/* Those without a name of their own. */
	REPORT_FILE = NREPORTS,		/* sharing, with --file */
	NREPORT_KINDS
};
#undef X

struct options {
	int *pids;
	size_t npids;
	const char **names;		/* command names to look for */
	size_t nnames;
	const char **users;
	size_t nusers;
	const char **cgroups;
	size_t ncgroups;
	int *sessions;
	size_t nsessions;
	bool together;			/* --union */
	double delay;
	bool delay_given;
	uint64_t iterations;		/* 0: no limit was given */
	bool batch, full;
	enum report report;
	enum format format;
	uint64_t va_start, va_end;	/* bytes; end 0: all */
	uint64_t pfn_start, pfn_end;
	uint64_t below;			/* bytes */
	bool below_given;
	uint64_t pa_start, pa_end;	/* bytes */
	struct filter filter;		/* n 0: none was given */
	const char *file;		/* of --file */
	const char *output, *record;
	struct rotation rotation;	/* nbytes 0: none was given */
	const char *replay;		/* the first one; NULL: none */
	const char **replays;
	size_t nreplays;
	struct rule *rules;		/* of --when */
	size_t nrules;
	bool record_later;		/* a rule starts the recording */
	bool at_given, since_given;
	struct moment at, since;
	const char *procfs, *sysfs, *sysroot, *resources;
	unsigned without;
	double cpu;
	bool cpu_given, nice;
	const char *log, *theme;
	int colors;			/* -1: as the terminal says */
	bool ascii, ambiguous_wide, mouse, demo;
	bool low_baud;
	int baud;			/* 0: as the line says */
	const struct config *config;	/* once that was read */
	bool raw_names;			/* --no-demangle */
	const char *picture, *script;
	int cols, rows;			/* 0: not given */
	char **command;			/* NULL, or ends with NULL */
	bool help, version;
};

/* "processes" ...; that of REPORT_FILE is that of the option it comes with. */
const char *report_name(enum report report);

/* -1 with ERR on wrong usage. */
int options_parse(struct options *options, int argc, char **argv,
	struct err *err);
void options_fini(struct options *options);
/* What --help prints. */
void options_help(struct buf *out);

#endif
