/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

#define WHEEL_ROWS 3
#define DOUBLE_MS 400
/* Above it are header and titles on every screen: two clicks on a title sort
 * twice, and open nothing. */
#define FIRST_ROW 3

/* Is this press the second one of two? */
static bool is_second(struct ui *ui, const struct mouse *mouse,
	uint64_t now_ms)
{
	struct ui_press *last = &ui->press;
	bool second = last->valid && last->row == mouse->row &&
		last->col == mouse->col && now_ms - last->ms <= DOUBLE_MS &&
		mouse->row >= FIRST_ROW;

	*last = (struct ui_press){ !second, mouse->row, mouse->col, now_ms };
	return second;
}

static void press(struct ui *ui, const struct mouse *mouse, uint64_t now_ms)
{
	const struct ui_screen_kind *kind = ui_screen_kind(ui->screen);
	bool second = is_second(ui, mouse, now_ms);

	if (kind->press)
		kind->press(ui, mouse->row, mouse->col);
	else if (kind->click)
		kind->click(ui, mouse->row, mouse->col);
	if (second)
		kind->act(ui, ACTION_OPEN);
}

/* With Ctrl it zooms at what is under it, where there is something to zoom. */
static void turn_wheel(struct ui *ui, const struct mouse *mouse)
{
	const struct ui_screen_kind *kind = ui_screen_kind(ui->screen);
	bool up = mouse->what == MOUSE_WHEEL_UP;

	if (mouse->ctrl && kind->where & ON_CELLS) {
		kind->click(ui, mouse->row, mouse->col);
		kind->act(ui, up ? ACTION_ZOOM_IN : ACTION_ZOOM_OUT);
	} else if (!mouse->ctrl && kind->scroll) {
		kind->scroll(ui, mouse->row, mouse->col,
			up ? -WHEEL_ROWS : WHEEL_ROWS);
	}
}

/* What lies over the screen takes the mouse, as it takes keys. */
static bool is_covered(struct ui *ui, const struct mouse *mouse)
{
	bool wheel = mouse->what == MOUSE_WHEEL_UP ||
		mouse->what == MOUSE_WHEEL_DOWN;
	enum action action = mouse->what == MOUSE_WHEEL_UP ? ACTION_UP :
		ACTION_DOWN;

	if (ui->prompt.kind != PROMPT_NONE || ui->marks.waits)
		return true;
	if (ui->help.open) {
		if (wheel)
			ui->help.top += mouse->what == MOUSE_WHEEL_UP ?
				-WHEEL_ROWS : WHEEL_ROWS;
		return true;
	}
	if (!ui->settings.view.open)
		return !ui->snapshot;
	if (wheel)
		ui_settings_act(ui, action);
	else if (mouse->what == MOUSE_PRESS)
		ui_settings_click(ui, mouse->row);
	return true;
}

void ui_mouse(struct ui *ui, const struct mouse *mouse, uint64_t now_ms)
{
	const struct ui_screen_kind *kind = ui_screen_kind(ui->screen);

	if (is_covered(ui, mouse))
		return;
	switch (mouse->what) {
	case MOUSE_PRESS:
		press(ui, mouse, now_ms);
		break;
	case MOUSE_DRAG:
		ui->press.valid = false;
		if (kind->drag)
			kind->drag(ui, mouse->row, mouse->col);
		break;
	case MOUSE_RELEASE:
		if (kind->release)
			kind->release(ui);
		break;
	case MOUSE_WHEEL_UP:
	case MOUSE_WHEEL_DOWN:
		turn_wheel(ui, mouse);
		break;
	}
	ui_update(ui);
}
