/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmatlas: where every page of a process really lives.
 *
 * The map of the house, lowest room first; each file src/ROOM/NAME.c may use
 * what stands above it.  Data goes through it from top to bottom: source asks,
 * kernel decodes, model says what is true, view says what to show, term shows it.
 *
 * base: useful in any C program
 *   base/err.c               what went wrong while doing what
 *   base/mem.c               memory that is never NULL
 *   base/buf.c               growing strings
 *   base/text.c              views of text; escaping what others chose
 *   base/stamp.c             moments as text
 *   base/ambiguous.c         characters that some terminals draw twice as wide
 *   base/json.c              a JSON writer
 *   base/key.c               names of keys
 *   base/demangle.c          names of C++ and Rust, readable
 *
 * kernel: what a byte or line of the kernel means; no I/O
 *   kernel/release.c         which bits mean what, by kernel release
 *   kernel/maps.c            a line of /proc/PID/maps
 *   kernel/pagemap.c         a pagemap entry
 *   kernel/kpageflags.c      the flags of a frame, and their names
 *   kernel/zoneinfo.c        zones, and their free blocks
 *   kernel/iomem.c           what lies at physical addresses
 *   kernel/devicetree.c      what lies there by the device tree
 *   kernel/procstat.c        /proc/PID/stat, and files of "Key: number"
 *   kernel/smaps.c           a region in smaps
 *   kernel/swaps.c           the swap areas
 *   kernel/meminfo.c         texts of keys and numbers: meminfo, vmstat, psi
 *   kernel/thread.c          where a thread's stack is, and its limit
 *   kernel/cgroup.c          where a process's control group is
 *   kernel/paging.c          an address by the levels of page tables
 *
 * source: whom we ask
 *   source/source.c          the questions, and what answers there are
 *   source/guard.c           does not ask again what blocked
 *   source/named.c           adds the ranges that the user named
 *   source/tap.c             lets a recorder in and out
 *   source/chain.c           several recordings as one
 *   source/live.c            the running kernel: text and arrays of words
 *   source/live_scan.c       the running kernel: where there are pages
 *   source/live_cache.c      the running kernel: what the page cache has
 *   source/live_compare.c    the running kernel: who shares an address space
 *   source/elf_library.c     libelf, loaded when it is needed
 *   source/elf_file.c        what an ELF file says of itself, read with care
 *   source/elf_symbols.c     the symbols in it, by address
 *   source/elf_names.c       and by name
 *   source/symbol_files.c    which files have symbols, and what is kept of them
 *   source/live_symbols.c    the running kernel: names in the files mapped
 *   source/live_contents.c   the running kernel: the bytes of one page
 *   source/live_clear.c      the running kernel: the one thing that writes
 *   source/live_vdso.c       the same of the kernel's own library
 *   source/live_list.c       the running kernel: folders, the device tree
 *   source/live_file.c       the running kernel: which file a path leads to
 *   source/live_facts.c      the running kernel: the machine and ourselves
 *   source/rooted.c          names that a recording lacks, from files at hand
 *   source/processes.c       the list of processes, from libproc2 or readdir
 *   source/block.c           a block of a recording, written and read
 *   source/lines.c           which lines of a text changed, likewise
 *   source/pack.c            compression, by libzstd
 *   source/memo.c            what was asked already
 *   source/kept.c            what was answered in the refresh before
 *   source/record.c          a source that writes down what another answers
 *   source/recording.c       the recording: refreshes, and the way to the file
 *   source/recording_file.c  the file of a recording, and its older ones
 *   source/outflow.c         what waits for the reader of a pipe
 *   source/intake.c          the text of a recording, block by block
 *   source/told.c            one answer of a recording
 *   source/replay_load.c     refreshes of a recording, made of those before
 *   source/replay.c          a recording as a source
 *
 * model: what is true about memory
 *   model/state.c            the states of a page, and its marks
 *   model/board.c            names of physical ranges besides iomem's
 *   model/topology.c         nodes, memory blocks: what sysfs adds to zones
 *   model/fallback.c         the zones that an allocation walks
 *   model/machine.c          zones, iomem and what each frame lies in
 *   model/machine_chart.c    physical memory as stretches of one kind and zone
 *   model/hugepages.c        the pools of huge pages
 *   model/region.c           what is mapped where
 *   model/device.c           where the memory of a device is
 *   model/usage.c            RSS, PSS and their kin
 *   model/process.c          a process as a whole, and all of them
 *   model/classify.c         which state a page is in
 *   model/slice.c            reads some pages and just what is needed of their frames
 *   model/slice_gather.c     what is said of frames, in few questions
 *   model/slice_plain.c      which of them the entries alone tell enough about
 *   model/slice_sums.c       what those pages add up to
 *   model/cached.c           which pages of a file are in the page cache
 *   model/fitness.c          what frames are good for: runs, limit, alignment, TLB
 *   model/heat.c             when a page changed, how reclaim holds it
 *   model/pages.c          what is kept of each page, in few bytes
 *   model/swap_users.c       how many refer to a process's swap slots
 *   model/changes.c          a log of what happened to pages and regions
 *   model/baseline.c         what pages were when that was asked for
 *   model/trend.c            the last figures of a process
 *   model/space.c            what is mapped in a process, kept up to date
 *   model/space_blocks.c     what its pages are, by blocks of 512
 *   model/space_recut.c      blocks follow the regions as these change
 *   model/space_changes.c    what happened to them, for the log
 *   model/space_pass.c       which pages are read when, and their sums
 *   model/space_fitness.c    what the frames of its regions are good for
 *   model/space_sparse.c     what is too large and empty to be read
 *   model/space_lend.c       regions that snapshots share with it
 *   model/space_cached.c     asks for pages in memory that are not mapped in
 *   model/link.c             from pages to frames and back
 *   model/snapshot.c         all that is known at one moment, frozen
 *   model/snapshot_problems.c   what could not be read, in words
 *   model/fields.c           what reports can say of each object:
 *   model/fields_process.c   of a process
 *   model/fields_region.c    of a region
 *   model/fields_page.c      of a run of pages
 *   model/fields_zone.c      of a zone
 *   model/fields_frame.c     of a run of frames
 *   model/fields_swap.c      of a swap area
 *   model/fields_sum.c       of processes together
 *   model/sum.c              what processes have together
 *   model/fields_fitness.c   of what a region's frames are good for
 *   model/frame_use.c        the uses of a frame
 *   model/mine.c             the frames and swap slots of one process
 *   model/frames.c           every frame of the machine: its use, and whose it is
 *   model/frame_sums.c       how many frames are of each use and owner
 *   model/swap_rows.c        swap areas, and a process's share of them
 *   model/runs.c             pages that are alike, as one
 *   model/detail.c           the page or frame under the cursor
 *   model/page_walk.c        the way to it through the page tables
 *   model/contents.c         what it holds, where looking does no harm
 *   model/audit.c            our sums held against the kernel's
 *   model/fields_audit.c     what reports can say of that
 *   model/budget.c           what memory is spent on:
 *   model/budget_ram.c       the parts of MemTotal, and what is outside it
 *   model/budget_swap.c      swap, zram, zswap
 *   model/budget_events.c    faults, reclaim, pressure, and these in words
 *   model/budget_process.c   a process's own, and its control group
 *   model/fields_memory.c    what reports can say of that
 *   model/elf_layout.c       which of a program's own addresses is where
 *   model/symbols.c          names of addresses: sections and symbols
 *   model/crowd.c            a walk over all processes
 *   model/owners.c           who has some frames
 *   model/address_spaces.c   which processes are one address space
 *   model/group.c            what some processes have together
 *   model/fields_owner.c     what reports can say of that
 *   model/functions.c        which functions of a program are in memory
 *   model/cow_files.c        what writing to libraries' data has cost
 *   model/fields_function.c  what they can say of functions
 *   model/fields_cow_file.c  what they can say of that
 *   model/fields_cow.c       what they can say of copy on write
 *   model/fields_change.c    what they can say of what happened
 *   model/difference.c       how the regions of two moments differ
 *   model/fields_difference.c  what reports can say of that
 *   model/rule.c             a rule of --when, as it is typed;
 *   model/rule_check.c       and whether it holds
 *   model/fields_event.c     what reports can say of that
 *   model/fields_group.c     what reports can say of that
 *   model/frame_map.c        frames, and what they belong to
 *   model/shares.c           what a process has in common with others, as told
 *   model/sharers.c          the same, found out
 *   model/fields_sharing.c   what reports can say of that
 *   model/comparison.c       two processes page by page, as told
 *   model/comparer.c         the same, found out:
 *   model/comparer_rows.c    regions put side by side
 *   model/comparer_pages.c   how their pages relate
 *   model/fields_compare.c   what reports can say of that
 *   model/file_users.c       who maps a file
 *   model/fields_file.c      what reports can say of that
 *   model/filter.c           a condition that pages, frames and regions meet
 *   model/query.c            what somebody looks for, as it was typed:
 *   model/query_crash.c      as a line of a crash report has it
 *   model/rt.c               why an access to a page would fault
 *   model/rt_fill.c          the names of such pages
 *   model/fields_rt.c        what reports can say of that
 *   model/stacks.c           the stacks of threads
 *   model/fields_stack.c     what reports can say of that
 *   model/matcher.c          which pages meet a condition
 *   model/matches.c          those of a whole process, kept up to date
 *   model/finder.c           the next that do, or
 *   model/finder_symbols.c   where a symbol is
 *   model/watch.c            what is watched by writing to the process
 *   model/question.c         what only all processes can answer, step by step
 *   model/roster.c           all processes, and what was read of each
 *   model/refresh.c          what one refresh asks, in which order
 *   model/refresh_ask.c      what it asks of all processes
 *   model/refresh_find.c     what it looks for in the process
 *   model/refresh_changes.c  what happens to the process, noted
 *   model/refresh_go.c       to another refresh of a recording
 *   model/refresh_publish.c  what is known, frozen and handed out
 *   model/sampler.c          the thread that reads, and its replacement
 *
 * view: what each cell of the screen says; no curses, no I/O
 *   view/grid.c              a screen full of cells
 *   view/role.c              what a character is for
 *   view/color.c             colours, and the nearest one
 *   view/theme.c             from roles to looks
 *   view/picture.c           a grid written down
 *   view/layout.c            which row shows what
 *   view/bin.c               what lies in a cell
 *   view/paint_heat.c        by age, and by how reclaim holds it
 *   view/paint.c             how a cell looks; the legend
 *   view/keymap.c            what keys do, for use and for help
 *   view/mode.c              live, recorded, or which refresh of a recording
 *   view/foot.c              the line of keys
 *   view/why.c               why a page is shared, and with whom
 *   view/explain.c           what the cursor is on, in words
 *   view/explain_names.c     what its program calls it
 *   view/pane.c              a part of the screen with a cursor in it
 *   view/frame_row.c         what stands before a row of physical memory
 *   view/atlas.c             the atlas: where its parts are
 *   view/atlas_act.c         the atlas: what keys do
 *   view/atlas_select.c      the atlas: a range that the mouse chose
 *   view/atlas_paint.c       the atlas: drawn
 *   view/atlas_head.c        the atlas: the lines at its top
 *   view/atlas_inspect.c     the atlas: the inspector
 *   view/inspect_walk.c      the inspector: the page tables
 *   view/inspect_bytes.c     the inspector: contents and strings
 *   view/atlas_owners.c      the atlas: who has the frame under the cursor
 *   view/columns.c           the columns of a list, chosen and placed
 *   view/columns_value.c     what stands in them, and sorting by it
 *   view/chooser.c           choosing them, over the screen
 *   view/scroll.c            the part of a list that is on screen
 *   view/list.c              the screen of processes: cursor, tags, keys
 *   view/list_order.c        the screen of processes: which, in what order
 *   view/list_paint.c        the screen of processes: drawn
 *   view/regions.c           the screen of regions: cursor, tags, keys
 *   view/regions_order.c     the screen of regions: groups, order, sums
 *   view/regions_paint.c     the screen of regions: drawn
 *   view/prompt.c            a line that is being typed
 *   view/history.c           lines that were typed
 *   view/commands.c          what can be typed behind ":"
 *   view/complete.c          how a word may go on
 *   view/compare.c           the screen of two processes compared
 *   view/compare_paint.c     that, drawn
 *   view/memory.c            the screen of memory:
 *   view/memory_pen.c        its lines, and groups of figures
 *   view/memory_ram.c        the budget as a bar, and its letters
 *   view/memory_zones.c      zones, and how much is free in them
 *   view/memory_frames.c     frames by use and owner
 *   view/share.c             the screen of sharing: its lists
 *   view/share_paint.c       the screen of sharing: drawn
 *   view/functions.c         the list of functions
 *   view/functions_paint.c   that, drawn
 *   view/watch.c             the question before writing to a process
 *   view/explain_stack.c     whose stack, and what is watched, in words
 *   view/since.c             how a process differs from its baseline, said
 *   view/events.c            the screen of events: which lines, and where
 *   view/events_paint.c      the screen of events: drawn
 *   view/events_head.c       the screen of events: rates and histories
 *   view/help.c              the help screen
 *   view/marks.c             places with a letter, listed and shown
 *   view/settings.c          what can be set: a table
 *   view/settings_view.c     the screen of settings
 *   view/config.c            the text of the configuration file
 *
 * term: how cells reach a terminal; the only user of curses
 *   term/term.c              a grid reaches the terminal
 *   term/keys.c              what the terminal sends, as keys
 *   term/mouse.c             what it says of the mouse
 *   term/kind.c              what the terminal can do
 *
 * app: what the user asked for
 *   app/main.c               this file
 *   app/message.c            a line on standard error
 *   app/options.c            the command line
 *   app/option_values.c      numbers and ranges in it
 *   app/completions.awk      what shells complete, made from its tables
 *   app/config.c             the configuration file, and where it is
 *   app/priority.c           how much of the machine we take
 *   app/table.c              records as text, JSON or CSV
 *   app/openmetrics.c        records as metrics, and
 *   app/openmetrics_text.c   these as text
 *   app/output.c             where reports go; a file replaced as a whole
 *   app/demo.c               the sample process, seen from outside
 *   app/demo_setup.c         the sample process: its regions
 *   app/demo_play.c          the sample process: its acts
 *   app/themes.c             finds theme files
 *   app/command.c            a COMMAND held at its first page
 *   app/session.c            whom to ask, and about which process
 *   app/selection.c          which processes the options choose
 *   app/report_cow.c         copies on write, by region and by file
 *   app/report_types.c       regions by their type
 *   app/report_sum.c         what processes have together, said
 *   app/report_group.c       what they are as one, said
 *   app/report_compare.c     two processes compared, said
 *   app/report_changes.c     what happened to its pages, said
 *   app/report_since.c       two moments compared, said
 *   app/report_filter.c      --filter, of regions
 *   app/report_fitness.c     what frames are good for
 *   app/report_functions.c   functions and what they have in memory
 *   app/report_share.c       who has what in common
 *   app/report_rt.c          which pages would fault, said
 *   app/rules.c              what --when says is done
 *   app/report_event.c       what its rules have seen, said
 *   app/report.c             the kinds of reports
 *   app/batch.c              reports, one refresh after the other
 *   app/ui.c                 what is on screen and what keys do
 *   app/ui_screens.c         the table of screens; what each adds to that:
 *   app/ui_list.c            the processes
 *   app/ui_atlas.c           the atlas
 *   app/ui_regions.c         the regions
 *   app/ui_sharing.c         what is shared
 *   app/ui_compare.c         two processes compared, and which
 *   app/ui_events.c          the screen of events: what its keys do
 *   app/ui_memory.c          memory
 *   app/picture_file.c       a picture as a file
 *   app/ui_picture.c         the screen as it stands, as a picture
 *   app/ui_functions.c       the list of functions of a region
 *   app/ui_prompt.c          what is asked for, and done with the answer
 *   app/ui_find.c            what is looked for in the atlas
 *   app/ui_command.c         what was typed behind ":"
 *   app/ui_watch.c           asks before it writes to the process
 *   app/seek.c               where in a recording to begin
 *   app/moment.c             a time of a recording, as it is typed
 *   app/ui_replay.c          where one is in a recording, and goes
 *   app/ui_record.c          records what is on the screen
 *   app/ui_trail.c           jumps between processes, and back
 *   app/ui_mouse.c           what clicks, drags and the wheel do
 *   app/ui_marks.c           places with a letter
 *   app/ui_settings.c        the screen of settings, and what they do
 *   app/script.c             the program driven by a file of keys
 *   app/screen.c             the program on a terminal
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmatlas/app/batch.h"
#include "vmatlas/app/config.h"
#include "vmatlas/app/message.h"
#include "vmatlas/app/options.h"
#include "vmatlas/app/priority.h"
#include "vmatlas/app/screen.h"
#include "vmatlas/app/script.h"
#include "vmatlas/app/themes.h"

static volatile sig_atomic_t stop, hang_up;

static void on_end(int number)
{
	stop = number;
}

static void on_hang_up(int number)
{
	hang_up = number;
}

static int print(struct buf *text)
{
	int failed = fwrite(buf_text(text), 1, text->len, stdout) !=
		text->len || fflush(stdout);

	buf_fini(text);
	if (failed)
		message("cannot write: %s", strerror(errno));
	return failed ? 1 : 0;
}

static int run(struct session *session, const struct theme *theme)
{
	const struct options *options = session->options;

	if (options->script || options->picture)
		return script_run(session, theme);
	if (options->batch) {
		signal(SIGINT, on_end);
		signal(SIGTERM, on_end);
		signal(SIGHUP, options->rotation.nbytes ? on_hang_up : on_end);
		session->hang_up = &hang_up;
		return batch_run(session, &stop);
	}
	return screen_run(session, theme);
}

/* A theme that the configuration file names and that is not good is no reason
 * not to begin. */
static struct theme *load_theme(const struct options *options,
	struct config *config, struct err *err)
{
	struct theme *theme = themes_load(options->theme, err);

	if (theme || options->theme != config->settings.theme)
		return theme;
	buf_fmt(&config->complaints, "%s\n", err->text);
	return themes_load(NULL, err);
}

static int look(const struct options *options, struct config *config)
{
	struct session session;
	struct err err = { 0 };
	struct buf extra = { 0 };
	struct theme *theme = NULL;
	int status = 1;

	/* A report has no looks, but a wrong name is wrong there too. */
	if (!options->batch || options->picture || options->script ||
	    options->theme) {
		theme = load_theme(options, config, &err);
		if (!theme) {
			message("%s", err.text);
			return 2;
		}
	}
	if (session_open(&session, options, &err) ||
	    session_target(&session, &extra, &err)) {
		message("%s", err.text);
		fwrite(buf_text(&extra), 1, extra.len, stderr);
	} else {
		if (session.warning.text[0])
			message("%s", session.warning.text);
		/* Not what session_open started: that is the user's. */
		if (options->nice && priority_set(true, &err))
			message("%s", err.text);
		status = run(&session, theme);
	}
	if (session_close(&session, &err)) {
		message("%s", err.text);
		status = 1;
	}
	buf_fini(&extra);
	free(theme);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct config config = { .text = { 0 } };
	struct buf text = { 0 };
	struct err err = { 0 };
	int status;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	if (options_parse(&options, argc, argv, &err)) {
		message("%s (see vmatlas --help)", err.text);
		status = 2;
	} else if (options.help) {
		options_help(&text);
		status = print(&text);
	} else if (options.version) {
		buf_str(&text, "vmatlas " VMATLAS_VERSION "\n");
		status = print(&text);
	} else {
		/* Without a terminal, the demo is a report of itself. */
		if (options.demo && !options.script && !options.picture &&
		    !isatty(STDOUT_FILENO))
			options.batch = true;
		config_load(&config, &options);
		status = look(&options, &config);
	}
	config_fini(&config);
	options_fini(&options);
	return status;
}
