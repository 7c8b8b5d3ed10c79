/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_values.h"
#include "vmatlas/base/demangle.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/base/text.h"
#include "vmatlas/source/elf_file.h"
#include "vmatlas/source/live.h"

enum option_id {
	OPTION_FIRST = 256,
#define X(id, letter, name, arg, words) OPTION_##id,
	OPTIONS(X)
#undef X
};

static const struct {
	char letter;
	const char *name, *arg, *words;
} table[] = {
#define X(id, letter, name, arg, words) { letter, name, arg, words },
	OPTIONS(X)
#undef X
};

#define NOPTIONS (sizeof(table) / sizeof(*table))

static const char *const report_names[NREPORTS] = {
	"",
#define X(id, name) name,
	REPORTS(X)
#undef X
};

const char *report_name(enum report report)
{
	return report < NREPORTS ? report_names[report] : "sharing";
}

static void add_report_names(struct buf *out)
{
	unsigned i;

	for (i = 1; i < NREPORTS; i++)
		buf_fmt(out, " %s", report_names[i]);
}

void options_help(struct buf *out)
{
	size_t i;

	buf_str(out,
		"usage: vmatlas [OPTION]... [PID|NAME]...\n"
		"       vmatlas [OPTION]... -- COMMAND [ARG]...\n"
		"Shows where every page of a process really lives: its virtual address space\n"
		"and physical memory side by side.  Without a process: a list to choose from.\n\n");
	for (i = 0; i < NOPTIONS; i++) {
		char left[40];

		snprintf(left, sizeof(left), "%c%c%c --%s%s%s",
			table[i].letter ? '-' : ' ',
			table[i].letter ? table[i].letter : ' ',
			table[i].letter ? ',' : ' ', table[i].name,
			table[i].arg ? " " : "",
			table[i].arg ? table[i].arg : "");
		buf_fmt(out, "  %-26s %s\n", left, table[i].words);
	}
	buf_str(out, "\nReports:");
	add_report_names(out);
	buf_str(out, "\nKernel parts for --without:");
	for (i = 0; without_name((unsigned)i); i++)
		buf_fmt(out, " %s", without_name((unsigned)i));
	buf_str(out, "\nExit status: 0 done, 1 it could not be done, 2 wrong usage, 3 done and the\n"
		"answer is no (audit found a disagreement, --below does not hold, or a rule of\n"
		"--when ended the watch).\n"
		"On the screen: ? helps, q quits.  The manual: man vmatlas\n");
	if (!demangle_is_built_in())
		buf_str(out, "Built without libiberty: names of C++ and Rust "
			"stay as the linker has them.\n");
	if (!recording_is_packed())
		buf_str(out, "Built without libzstd: recordings are written "
			"unpacked, and packed ones cannot be read.\n");
	if (!elf_is_there())
		buf_str(out, "Without libelf: sections and symbols have no "
			"names.\n");
}

/* ---- arguments */

static int parse_report(struct options *options, const char *arg,
	struct err *err)
{
	struct buf names = { 0 };
	unsigned i;

	for (i = 1; i < NREPORTS; i++)
		if (!strcmp(report_names[i], arg)) {
			options->report = i;
			options->batch = true;
			return 0;
		}
	buf_str(&names, "known; it is one of");
	add_report_names(&names);
	value_bad(err, "report", arg, buf_text(&names));
	buf_fini(&names);
	return -1;
}

static int parse_format(struct options *options, const char *arg,
	struct err *err)
{
	unsigned i;

	for (i = 0; i < NFORMATS; i++)
		if (!strcmp(format_name(i), arg)) {
			options->format = i;
			return 0;
		}
	return value_bad(err, "format", arg, "known; it is one of text json csv "
		"openmetrics");
}

static int parse_size(struct options *options, const char *arg,
	struct err *err)
{
	struct text text = text_of(arg), cols;
	uint64_t c, r;

	text_until(&text, 'x', &cols);
	if (!text_all_u64(cols, 10, &c) || !text_all_u64(text, 10, &r) ||
	    !c || !r || c > 1000 || r > 1000)
		return value_bad(err, "size", arg, "COLSxROWS, each from 1 to 1000");
	options->cols = (int)c;
	options->rows = (int)r;
	return 0;
}

static int add_number(int **numbers, size_t *n, uint64_t least,
	const char *what, const char *arg, struct err *err)
{
	uint64_t number;
	int *grown;

	if (value_int(arg, least, INT32_MAX, &number, what, err))
		return -1;
	grown = mem_new(*n + 1, sizeof(*grown));
	if (*n)
		memcpy(grown, *numbers, *n * sizeof(*grown));
	free(*numbers);
	*numbers = grown;
	grown[(*n)++] = (int)number;
	return 0;
}

static int add_pid(struct options *options, const char *arg, struct err *err)
{
	return add_number(&options->pids, &options->npids, 1, "process", arg,
		err);
}

static void add_word(const char ***words, size_t *n, const char *word)
{
	const char **grown = mem_new(*n + 1, sizeof(*grown));

	if (*n)
		memcpy(grown, *words, *n * sizeof(*grown));
	free(*words);
	*words = grown;
	grown[(*n)++] = word;
}

/* Also as the folder that it is where the hierarchy is mounted as usual. */
static int add_cgroup(struct options *options, const char *arg,
	struct err *err)
{
	static const char mount[] = "/sys/fs/cgroup";
	size_t n = sizeof(mount) - 1;

	if (!strncmp(arg, mount, n) && (arg[n] == '/' || !arg[n]))
		arg += n;
	else if (*arg != '/')
		return value_bad(err, "control group", arg, "a path that begins with /");
	add_word(&options->cgroups, &options->ncgroups, arg);
	return 0;
}

static int add_without(struct options *options, const char *arg,
	struct err *err)
{
	unsigned bit = without_of_name(arg);

	if (!bit)
		return value_bad(err, "--without", arg,
			"known");
	options->without |= bit;
	return 0;
}

static int add_rule(struct options *options, const char *arg,
	struct err *err)
{
	struct rule rule, *grown;

	if (rule_parse(&rule, text_of(arg), err))
		return -1;
	grown = mem_new(options->nrules + 1, sizeof(*grown));
	if (options->nrules)
		memcpy(grown, options->rules,
			options->nrules * sizeof(*grown));
	free(options->rules);
	options->rules = grown;
	grown[options->nrules++] = rule;
	options->record_later |= rule.action == RULE_RECORD;
	return 0;
}

static int take_moment(struct moment *moment, const char *arg,
	struct err *err)
{
	if (!moment_parse(moment, text_of(arg)))
		return value_bad(err, "moment", arg, "the number of a refresh, "
			"HH:MM[:SS], a time as 2026-11-20T13:22:01Z, +SECS "
			"or -SECS");
	return 0;
}

static int take_selection(struct options *options, int id, const char *arg,
	struct err *err)
{
	uint64_t n;

	switch (id) {
	case OPTION_PID:
		return add_pid(options, arg, err);
	case OPTION_USER:
		add_word(&options->users, &options->nusers, arg);
		return 0;
	case OPTION_CGROUP:
		return add_cgroup(options, arg, err);
	case OPTION_SESSION:
		/* 0: one that is led from outside this pid namespace. */
		return add_number(&options->sessions, &options->nsessions, 0,
			"session", arg, err);
	case OPTION_DELAY:
		options->delay_given = true;
		return value_double(arg, 0.05, 86400, &options->delay,
			"delay", err);
	case OPTION_AT:
		options->at_given = true;
		return take_moment(&options->at, arg, err);
	case OPTION_SINCE:
		options->since_given = true;
		return take_moment(&options->since, arg, err);
	case OPTION_ITERATIONS:
		if (value_int(arg, 1, UINT32_MAX, &n, "number of refreshes",
			    err))
			return -1;
		options->iterations = n;
		return 0;
	case OPTION_REPORT:
		return parse_report(options, arg, err);
	case OPTION_FORMAT:
		return parse_format(options, arg, err);
	case OPTION_VA:
		return value_range(arg, 1, &options->va_start,
			&options->va_end, "address", err);
	case OPTION_PFN:
		return value_range(arg, 1, &options->pfn_start,
			&options->pfn_end, "frame", err);
	case OPTION_BELOW:
		options->below_given = true;
		return value_limit(arg, &options->below, err);
	case OPTION_WHEN:
		return add_rule(options, arg, err);
	case OPTION_FILTER:
		return filter_parse(&options->filter, text_of(arg), err);
	case OPTION_ROTATE:
		return value_rotation(arg, &options->rotation, err);
	case OPTION_PA:
		return value_range(arg, 1, &options->pa_start,
			&options->pa_end, "physical address", err);
	case OPTION_CPU:
		options->cpu_given = true;
		return value_double(arg, 0.01, 100, &options->cpu, "CPU",
			err);
	case OPTION_WITHOUT:
		return add_without(options, arg, err);
	case OPTION_COLORS:
		if (value_int(arg, 0, 1 << 24, &n, "number of colours", err))
			return -1;
		options->colors = (int)n;
		return 0;
	case OPTION_BAUD:
		if (value_int(arg, 1, INT32_MAX, &n, "speed", err))
			return -1;
		options->baud = (int)n;
		return 0;
	case OPTION_SIZE:
		return parse_size(options, arg, err);
	}
	return 0;
}

static int take(struct options *options, int id, const char *arg,
	struct err *err)
{
	switch (id) {
	case OPTION_BATCH:
		options->batch = true;
		break;
	case OPTION_FULL:
		options->full = true;
		break;
	case OPTION_NO_DEMANGLE:
		options->raw_names = true;
		break;
	case OPTION_UNION:
		options->together = true;
		break;
	case OPTION_FILE:
		options->file = arg;
		options->batch = true;
		break;
	case OPTION_OUTPUT:
		options->output = arg;
		break;
	case OPTION_RECORD:
		options->record = arg;
		break;
	case OPTION_REPLAY:
		add_word(&options->replays, &options->nreplays, arg);
		options->replay = options->replays[0];
		break;
	case OPTION_PROCFS:
		options->procfs = arg;
		break;
	case OPTION_SYSFS:
		options->sysfs = arg;
		break;
	case OPTION_SYSROOT:
		options->sysroot = arg;
		break;
	case OPTION_RESOURCES:
		options->resources = arg;
		break;
	case OPTION_NICE:
		options->nice = true;
		break;
	case OPTION_LOG:
		options->log = arg;
		break;
	case OPTION_THEME:
		options->theme = arg;
		break;
	case OPTION_ASCII:
		options->ascii = true;
		break;
	case OPTION_AMBIGUOUS_WIDE:
		options->ambiguous_wide = true;
		break;
	case OPTION_LOW_BAUD:
		options->low_baud = true;
		break;
	case OPTION_NO_MOUSE:
		options->mouse = false;
		break;
	case OPTION_PICTURE:
		options->picture = arg;
		break;
	case OPTION_DEMO:
		options->demo = true;
		break;
	case OPTION_SCRIPT:
		options->script = arg;
		break;
	case OPTION_HELP:
		options->help = true;
		break;
	case OPTION_VERSION:
		options->version = true;
		break;
	default:
		return take_selection(options, id, arg, err);
	}
	return 0;
}

static bool is_digits(const char *word)
{
	return *word && strspn(word, "0123456789") == strlen(word);
}

/* Of which reports a filter can choose the lines. */
static int check_filter(const struct options *options, struct err *err)
{
	const struct filter *filter = &options->filter;

	if (!filter->n || options->report == REPORT_PAGES ||
	    options->report == REPORT_FRAMES)
		return 0;
	if (options->report && options->report != REPORT_REGIONS)
		return err_set(err, 0, "--filter goes together with -r pages, "
			"-r frames and -r regions only");
	if (filter_asks(filter, FILTER_FLAGS) ||
	    filter_asks(filter, FILTER_MARK))
		return err_set(err, 0, "flags: and mark: are about pages: "
			"--filter has them with -r pages and -r frames only");
	return 0;
}

/* What monitoring keeps is few figures of many moments. */
static int check_format(const struct options *options, struct err *err)
{
	if (options->format == FORMAT_OPENMETRICS && (options->file ||
		    (options->report && options->report != REPORT_PROCESSES &&
		     options->report != REPORT_REGIONS &&
		     options->report != REPORT_ZONES &&
		     options->report != REPORT_MEMORY)))
		return err_set(err, 0, "-f openmetrics goes together with -r "
			"processes, regions, zones and memory only");
	return 0;
}

/* What is about recordings. */
static int check_moments(const struct options *options, struct err *err)
{
	size_t i, nstandard = 0;

	for (i = 0; i < options->nreplays; i++)
		nstandard += !strcmp(options->replays[i], "-");
	if (nstandard > 1)
		return err_set(err, 0, "standard input is one recording");
	if ((options->at_given || options->since_given) && !options->replay)
		return err_set(err, 0, "--at and --since are about a recording "
			"(-R)");
	if (options->since_given && options->report != REPORT_CHANGES &&
	    options->report != REPORT_REGIONS)
		return err_set(err, 0, "--since goes together with -r changes "
			"and -r regions only");
	if (options->since_given && options->format == FORMAT_OPENMETRICS)
		return err_set(err, 0, "differences are no metrics");
	if (options->since_given && options->npids > 2)
		return err_set(err, 0, "--since is about one process, or two");
	return 0;
}

static int check_rules(const struct options *options, struct err *err)
{
	if (options->record_later && !options->record)
		return err_set(err, 0, "--when: record to which file? -w names "
			"it");
	if (options->nrules && (options->since_given || options->together ||
			options->file || options->report == REPORT_COMPARE))
		return err_set(err, 0, "--when is about processes that are "
			"watched: not with --since, --union, --file or -r "
			"compare");
	return 0;
}

/* What does not go together. */
static int check(const struct options *options, struct err *err)
{
	bool target = options->npids || options->nnames;

	if (options->command && (target || options->replay || options->demo))
		return err_set(err, 0, "COMMAND does not go together with a "
			"process, a recording or the demo");
	if (options->demo && (target || options->replay))
		return err_set(err, 0, "--demo does not go together with a "
			"process or a recording");
	if (options->npids > WISH_PIDS)
		return err_set(err, 0, "%zu processes are too many to name: "
			"at most %d", options->npids, WISH_PIDS);
	if (options->replay && options->record)
		return err_set(err, 0, "a recording cannot be recorded again");
	if (options->rotation.nbytes && (!options->record ||
		    !strcmp(options->record, "-")))
		return err_set(err, 0, "--rotate goes together with --record "
			"FILE only");
	if (options->record && options->output &&
	    !strcmp(options->record, "-") && !strcmp(options->output, "-"))
		return err_set(err, 0, "report and recording cannot both go "
			"to standard output");
	if (options->together && (options->command || options->demo))
		return err_set(err, 0, "--union is about processes that run "
			"already");
	if (options->together && options->report &&
	    options->report != REPORT_PROCESSES)
		return err_set(err, 0, "--union goes together with -r "
			"processes only");
	if (options->report == REPORT_COMPARE && (options->npids != 2 ||
			options->pids[0] == options->pids[1]))
		return err_set(err, 0, "-r compare is about two processes, by "
			"their numbers");
	if (check_filter(options, err) || check_format(options, err) ||
	    check_moments(options, err) || check_rules(options, err))
		return -1;
	if (options->file && (target || options->command || options->demo))
		return err_set(err, 0, "--file is about all processes that map "
			"a file; no other is named");
	if (options->file && options->report &&
	    options->report != REPORT_SHARING)
		return err_set(err, 0, "--file goes together with -r sharing "
			"only");
	return 0;
}

int options_parse(struct options *options, int argc, char **argv,
	struct err *err)
{
	struct option longs[NOPTIONS + 1] = { { 0 } };
	char shorts[2 * NOPTIONS + 2] = ":";
	bool command = false;
	int found, i;

	memset(options, 0, sizeof(*options));
	options->delay = options->cpu = 1;
	options->colors = -1;
	options->below = UINT64_C(4) << 30;
	options->mouse = true;
	for (i = 0; i < (int)NOPTIONS; i++) {
		longs[i].name = table[i].name;
		longs[i].has_arg = table[i].arg ? required_argument :
			no_argument;
		longs[i].val = OPTION_FIRST + 1 + i;
		if (table[i].letter)
			snprintf(shorts + strlen(shorts), 3, "%c%s",
				table[i].letter, table[i].arg ? ":" : "");
	}
	opterr = 0;
	optind = 1;
	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		for (i = 0; i < (int)NOPTIONS && found < OPTION_FIRST; i++)
			if (table[i].letter == found)
				found = OPTION_FIRST + 1 + i;
		if (found == ':')
			return err_set(err, 0, "%s needs an argument",
				argv[optind - 1]);
		if (found == '?')
			return err_set(err, 0, "there is no option %s",
				optopt && optopt < 128 ? (char[]){ '-',
					(char)optopt, '\0' } : argv[optind - 1]);
		if (take(options, found, optarg, err))
			return -1;
	}
	command = optind > 1 && !strcmp(argv[optind - 1], "--");
	if (command && optind < argc)
		options->command = &argv[optind];
	else if (command)
		return err_set(err, 0, "there is no COMMAND behind --");
	for (; !command && optind < argc; optind++) {
		if (!is_digits(argv[optind]))
			add_word(&options->names, &options->nnames,
				argv[optind]);
		else if (add_pid(options, argv[optind], err))
			return -1;
	}
	return check(options, err);
}

void options_fini(struct options *options)
{
	free(options->pids);
	free(options->names);
	free(options->users);
	free(options->replays);
	free(options->rules);
	free(options->cgroups);
	free(options->sessions);
}
