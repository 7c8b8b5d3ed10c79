/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/app/selection.h"
#include "vmatlas/base/key.h"
#include "vmatlas/view/role.h"

static bool is_wanted(const void *arg, const struct snapshot *snapshot,
	const struct process_row *row)
{
	return selection_wants(arg, snapshot, row);
}

void ui_init(struct ui *ui, struct session *session, bool utf8, int rows,
	int cols)
{
	memset(ui, 0, sizeof(*ui));
	ui->session = session;
	ui->act = -1;
	ui->screen = session->pid ? UI_ATLAS : UI_LIST;
	atlas_init(&ui->atlas);
	list_init(&ui->list);
	share_init(&ui->share);
	compare_init(&ui->compare);
	ui->list.shown = is_wanted;
	ui->list.arg = session->options;
	ui->grid.utf8 = utf8;
	grid_resize(&ui->grid, rows, cols);
	if (session->warning.text[0]) {
		snprintf(ui->message, sizeof(ui->message), "%s",
			session->warning.text);
		ui->is_warning = true;
	}
}

void ui_fini(struct ui *ui)
{
	snapshot_unref(ui->snapshot);
	atlas_fini(&ui->atlas);
	list_fini(&ui->list);
	share_fini(&ui->share);
	compare_fini(&ui->compare);
	grid_fini(&ui->grid);
}

static bool has_caption(const struct ui *ui)
{
	return ui->session->demo != NULL;
}

static void update(struct ui *ui)
{
	if (!ui->snapshot)
		return;
	if (ui->screen == UI_LIST)
		list_update(&ui->list, ui->snapshot, ui->grid.rows,
			ui->grid.cols);
	else if (ui->screen == UI_SHARING)
		share_update(&ui->share, ui->snapshot, ui->grid.rows,
			ui->grid.cols);
	else if (ui->screen == UI_COMPARE)
		compare_update(&ui->compare, ui->snapshot, ui->grid.rows,
			ui->grid.cols);
	else if (ui->screen == UI_ATLAS && ui->snapshot->has_process)
		atlas_update(&ui->atlas, ui->snapshot, ui->grid.rows,
			ui->grid.cols, has_caption(ui));
}

/* The demo goes on to another act: show where that takes place. */
static void follow_demo(struct ui *ui)
{
	const struct demo *demo = ui->session->demo;
	unsigned shift;
	uint64_t va, nbytes;
	int act;

	if (!demo || ui->steered || !ui->atlas.laid_out ||
	    ui->screen != UI_ATLAS)
		return;
	act = (int)demo_now(demo).act;
	if (act == ui->act)
		return;
	ui->act = act;
	demo_region(demo, (enum demo_act)act, &va, &nbytes);
	shift = ui->snapshot->machine->page_shift;
	if (nbytes)
		atlas_show(&ui->atlas, ui->snapshot, va >> shift,
			(va + nbytes) >> shift);
}

void ui_resize(struct ui *ui, int rows, int cols)
{
	grid_resize(&ui->grid, rows, cols);
	update(ui);
}

/* ---- wishes */

void ui_wish(struct ui *ui)
{
	struct session *session = ui->session;
	struct wish wish = session->wish;

	wish.list = ui->screen == UI_LIST;
	selection_wish(session->options, &wish);
	wish.pid = session->pid;
	wish.sums_asked = ui->memory.asked;
	wish.want_budget = ui->screen == UI_MEMORY || session->recording;
	wish.keep_blocks = true;
	if (wish.depth < DEPTH_STATES)
		wish.depth = DEPTH_STATES;
	if (session->recording) {
		wish.depth = DEPTH_FULL;
		if (!wish.list && session->pid) {
			wish.list = wish.list_usage = true;
			wish.list_pids[0] = session->pid;
			wish.nlist_pids = 1;
		}
	}
	if (ui->screen == UI_SHARING)
		wish.question = QUESTION_SHARING;
	if (ui->screen == UI_COMPARE)
		ui_compare_wish(ui, &wish);
	wish.npages = wish.nframes = 0;
	wish.focus.side = FOCUS_NONE;
	if (ui->screen == UI_LIST)
		list_wish(&ui->list, ui->snapshot, &wish);
	if (ui->screen == UI_ATLAS && ui->snapshot &&
	    ui->snapshot->has_process &&
	    ui->snapshot->process.id.pid == session->pid)
		atlas_wish(&ui->atlas, ui->snapshot, &wish);
	if (ui->wish_serial && !memcmp(&wish, &ui->sent, sizeof(wish)))
		return;
	ui->sent = wish;
	ui->wish_serial = sampler_wish(session->sampler, &wish);
}

bool ui_settled(const struct ui *ui)
{
	return ui->snapshot && ui->snapshot->complete &&
		ui->snapshot->wish >= ui->wish_serial &&
		ui->snapshot->asked == ui->session->wish.asked;
}

/* Once, until the next key: then what it was can be looked at. */
static void say_end(struct ui *ui)
{
	bool ended = ui->screen == UI_ATLAS && ui->snapshot->has_process &&
		ui->snapshot->process.answer == ANSWER_GONE;

	if (ended && !ui->end_said) {
		snprintf(ui->message, sizeof(ui->message), "this process has "
			"ended (1: other processes, q: quit)");
		ui->is_warning = true;
	}
	ui->end_said = ended;
}

/* With --union, what is chosen begins as the tagged. */
static void tag_chosen(struct ui *ui)
{
	const struct options *options = ui->session->options;
	const struct snapshot *snapshot = ui->snapshot;
	size_t i;

	if (!options->together || ui->chosen_tagged || !snapshot->has_list)
		return;
	ui->chosen_tagged = true;
	for (i = 0; i < snapshot->nrows; i++)
		if (selection_has(options, snapshot, &snapshot->rows[i]) &&
		    process_may_map(&snapshot->rows[i].process))
			list_tag(&ui->list, snapshot->rows[i].process.id);
}

bool ui_take(struct ui *ui)
{
	struct snapshot *latest;

	if (ui->frozen)
		return false;
	latest = sampler_latest(ui->session->sampler);
	if (!latest || (ui->snapshot && latest->serial == ui->snapshot->serial)) {
		snapshot_unref(latest);
		return false;
	}
	snapshot_unref(ui->snapshot);
	ui->snapshot = latest;
	if (latest->complete && latest->has_process)
		session_release_command(ui->session);
	ui_compare_take(ui);
	tag_chosen(ui);
	update(ui);
	follow_demo(ui);
	say_end(ui);
	return true;
}

/* ---- keys */

static void open_chosen(struct ui *ui)
{
	struct proc_id chosen;

	if (!ui->snapshot ||
	    !list_chosen(&ui->list, ui->snapshot, &chosen))
		return;
	if (ui->screen != UI_ATLAS)
		ui_remember(ui);
	ui->session->pid = chosen.pid;
	ui->screen = UI_ATLAS;
	ui->frozen = false;
}

static void set_screen(struct ui *ui, enum ui_screen screen)
{
	if ((screen == UI_ATLAS || screen == UI_SHARING) && !ui->session->pid) {
		open_chosen(ui);
		if (!ui->session->pid)
			return;
	} else if (screen != ui->screen) {
		ui_remember(ui);
	}
	ui->screen = screen;
	ui->frozen = false;
}

static void act_help(struct ui *ui, enum action action)
{
	int page = ui->grid.rows > 4 ? ui->grid.rows - 3 : 1;

	switch (action) {
	case ACTION_HELP:
	case ACTION_CLOSE:
		ui->help.open = false;
		break;
	case ACTION_UP:
		ui->help.top--;
		break;
	case ACTION_DOWN:
		ui->help.top++;
		break;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:
		ui->help.top -= page;
		break;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN:
		ui->help.top += page;
		break;
	case ACTION_TOP:
		ui->help.top = 0;
		break;
	case ACTION_BOTTOM:
		ui->help.top = 1 << 20;
		break;
	default:
		break;
	}
}

static bool act_common(struct ui *ui, enum action action)
{
	switch (action) {
	case ACTION_QUIT:
		ui->quit = true;
		return true;
	case ACTION_HELP:
		ui->help.open = true;
		ui->help.top = 0;
		return true;
	case ACTION_FREEZE:
		ui->frozen = !ui->frozen && ui->snapshot;
		return true;
	case ACTION_DELAY:
		ui_prompt(ui, PROMPT_DELAY);
		return true;
	case ACTION_READ_AGAIN:
		ui->session->wish.asked++;
		return true;
	case ACTION_SCREEN_LIST:
		set_screen(ui, UI_LIST);
		return true;
	case ACTION_SCREEN_ATLAS:
		set_screen(ui, UI_ATLAS);
		return true;
	case ACTION_SCREEN_SHARING:
		set_screen(ui, UI_SHARING);
		return true;
	case ACTION_SCREEN_COMPARE:
		ui_compare_open(ui);
		return true;
	case ACTION_SCREEN_MEMORY:
		set_screen(ui, UI_MEMORY);
		return true;
	case ACTION_CLOSE:
		if (ui->screen == UI_LIST)
			list_filter(&ui->list, "");
		ui->atlas.inspect = ui->snapshot &&
			atlas_lists_owners(&ui->atlas, ui->snapshot);
		ui->atlas.owners = false;
		return true;
	default:
		return false;
	}
}

/* Enter on the screen of sharing: this process and the other one side by side,
 * or what of this one is under the cursor. */
static void open_shared(struct ui *ui)
{
	uint64_t vpn, npages;
	struct proc_id id;

	if (share_process(&ui->share, ui->snapshot, &id))
		ui_compare_go(ui, id.pid);
	else if (share_place(&ui->share, ui->snapshot, &vpn, &npages))
		ui_go(ui, ui->session->pid, vpn);
}

static void act_sharing(struct ui *ui, enum action action)
{
	if (action == ACTION_OPEN)
		open_shared(ui);
	else if (action == ACTION_BACK)
		ui_go_back(ui);
	else
		share_act(&ui->share, ui->snapshot, action);
}

static void act_atlas(struct ui *ui, enum action action)
{
	uint64_t vpn;
	int pid;

	if (action == ACTION_OPEN &&
	    atlas_owner(&ui->atlas, ui->snapshot, &pid, &vpn)) {
		ui_go(ui, pid, vpn);
		return;
	}
	if (action == ACTION_BACK && !ui->atlas.nback &&
	    !atlas_lists_owners(&ui->atlas, ui->snapshot) && ui_go_back(ui))
		return;
	ui->steered |= atlas_act(&ui->atlas, ui->snapshot, action);
}

static void act_list(struct ui *ui, enum action action)
{
	if (action == ACTION_OPEN)
		open_chosen(ui);
	else if (action == ACTION_BACK)
		ui_go_back(ui);
	else if (action == ACTION_FILTER)
		ui_prompt(ui, PROMPT_FILTER);
	else if (action == ACTION_FIND)
		ui_prompt(ui, PROMPT_SEARCH);
	else
		list_act(&ui->list, ui->snapshot, action);
}

void ui_key(struct ui *ui, uint32_t key)
{
	enum action action = keymap_action(key);

	ui->message[0] = '\0';
	ui->is_warning = false;
	if (ui->prompt.kind != PROMPT_NONE) {
		ui_prompt_key(ui, key);
		update(ui);
		return;
	}
	if (ui->help.open && action != ACTION_QUIT) {
		act_help(ui, action);
		return;
	}
	if (act_common(ui, action)) {
		update(ui);
		return;
	}
	if (!ui->snapshot)
		return;
	if (ui->screen == UI_LIST)
		act_list(ui, action);
	else if (ui->screen == UI_MEMORY && action == ACTION_BACK)
		ui_go_back(ui);
	else if (ui->screen == UI_MEMORY)
		memory_act(&ui->memory, action);
	else if (ui->screen == UI_SHARING)
		act_sharing(ui, action);
	else if (ui->screen == UI_COMPARE)
		ui_compare_act(ui, action);
	else if (ui->snapshot->has_process)
		act_atlas(ui, action);
	update(ui);
}

void ui_mouse(struct ui *ui, int row, int col, int wheel)
{
	if (!ui->snapshot || ui->help.open)
		return;
	if (ui->screen == UI_LIST) {
		if (wheel)
			list_act(&ui->list, ui->snapshot, wheel < 0 ?
				ACTION_UP : ACTION_DOWN);
		else
			list_click(&ui->list, ui->snapshot, row, col);
	} else if (ui->screen == UI_SHARING) {
		if (wheel)
			share_act(&ui->share, ui->snapshot, wheel < 0 ?
				ACTION_UP : ACTION_DOWN);
		else
			share_click(&ui->share, ui->snapshot, row, col);
	} else if (ui->screen == UI_COMPARE) {
		if (wheel)
			compare_scroll(&ui->compare, row, col, wheel);
		else
			compare_click(&ui->compare, ui->snapshot, row, col);
	} else if (ui->screen == UI_MEMORY) {
		memory_scroll(&ui->memory, wheel);
	} else if (wheel) {
		atlas_scroll(&ui->atlas, row, col, wheel);
	} else {
		atlas_click(&ui->atlas, row, col);
	}
	update(ui);
}

/* ---- drawing */

static void paint_waiting(struct ui *ui)
{
	grid_clear(&ui->grid);
	grid_str(&ui->grid, 0, 1, -1, ROLE_TITLE, "vmatlas");
	grid_str(&ui->grid, ui->grid.rows > 2 ? 2 : 0, 1, -1, ROLE_TEXT,
		ui->session->blocked[0] ? ui->session->blocked :
		"waiting for the kernel's first answer   (q quits)");
}

/* Why the process cannot be shown; NULL: it can. */
static const char *obstacle(const struct snapshot *snapshot)
{
	if (snapshot->maps == ANSWER_BLOCKED)
		return "the kernel does not answer about this process (1: other processes)";
	if (snapshot->maps == ANSWER_DENIED)
		return "not permitted: it needs the same user, or CAP_SYS_PTRACE (1: other processes)";
	if (snapshot->maps == ANSWER_UNRECORDED)
		return "the recording holds no more about this process (1: other processes)";
	if (snapshot->process.headless)
		return "its first thread has ended: look at another of /proc/PID/task (1: processes)";
	if (!snapshot->nregions)
		return "it has no address space: a kernel thread, or a zombie (1: other processes)";
	return NULL;
}

/* What all screens say beside what they show. */
static struct atlas_status status_of(const struct ui *ui)
{
	const struct session *session = ui->session;
	struct atlas_status status = {
		.delay = session->wish.period_ms / 1000.0,
		.frozen = ui->frozen,
		.replay = session->options->replay != NULL,
		.recording = session->recording != NULL,
		.caption = session->demo ? demo_caption(session->demo) : NULL,
	};

	if (ui->screen == UI_ATLAS)
		status.message = obstacle(ui->snapshot);
	status.is_warning = status.message != NULL;
	if (ui->screen == UI_COMPARE)
		status.message = ui_compare_message(ui);
	if (session->blocked[0]) {
		status.message = session->blocked;
		status.is_warning = true;
	}
	if (ui->message[0]) {
		status.message = ui->message;
		status.is_warning = ui->is_warning;
	}
	return status;
}

/* Is what is to be shown in the snapshot? */
static bool is_answered(const struct ui *ui)
{
	const struct snapshot *snapshot = ui->snapshot;

	if (!snapshot)
		return false;
	switch (ui->screen) {
	case UI_LIST:
		return snapshot->has_list;
	case UI_MEMORY:
		return snapshot->budget.valid;
	case UI_SHARING:
		if (snapshot->question != QUESTION_SHARING)
			return false;
		break;
	case UI_COMPARE:
	case UI_ATLAS:
		break;
	}
	return snapshot->has_process &&
		snapshot->process.id.pid == ui->session->pid;
}

void ui_paint(struct ui *ui)
{
	static const unsigned where[] = {
		[UI_LIST] = ON_LIST, [UI_ATLAS] = ON_ATLAS,
		[UI_SHARING] = ON_SHARING, [UI_COMPARE] = ON_COMPARE,
		[UI_MEMORY] = ON_MEMORY,
	};
	struct atlas_status status;

	if (ui->help.open) {
		help_paint(&ui->help, where[ui->screen], ui->atlas.coloring,
			ui->snapshot, &ui->grid);
		return;
	}
	if (!is_answered(ui)) {
		paint_waiting(ui);
		return;
	}
	status = status_of(ui);
	if (ui->screen == UI_LIST)
		list_paint(&ui->list, ui->snapshot, &status, &ui->grid);
	else if (ui->screen == UI_SHARING)
		share_paint(&ui->share, ui->snapshot, &status, &ui->grid);
	else if (ui->screen == UI_COMPARE)
		compare_paint(&ui->compare, ui->snapshot, &status, &ui->grid);
	else if (ui->screen == UI_MEMORY)
		memory_paint(&ui->memory, ui->snapshot, &status, &ui->grid);
	else
		atlas_paint(&ui->atlas, ui->snapshot, &status, &ui->grid);
	prompt_paint(&ui->prompt, &ui->grid);
}
