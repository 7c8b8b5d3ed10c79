/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_settings.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/app/config.h"
#include "vmatlas/app/priority.h"
#include "vmatlas/app/themes.h"
#include "vmatlas/app/ui_screen.h"
#include "vmatlas/view/config.h"
#include "vmatlas/view/list.h"

static const struct config *config_of(const struct ui *ui)
{
	return ui->session->options->config;
}

static double number(const struct ui *ui, enum setting setting)
{
	return ui->settings.now.number[setting];
}

/* ---- what each setting does */

static void apply_keys(struct ui *ui)
{
	const struct config *config = config_of(ui);

	keymap_default(&ui->settings.keys, number(ui, SETTING_VI_KEYS));
	if (config)
		config_keys(&ui->settings.keys, "", (struct text){
			buf_text(&config->text), config->text.len }, NULL);
}

static void apply_ascii(struct ui *ui)
{
	ui->grid.utf8 = !number(ui, SETTING_ASCII) &&
		!strcmp(nl_langinfo(CODESET), "UTF-8");
}

static void apply_ambiguous(struct ui *ui)
{
	ui->grid.ambiguous_wide = number(ui, SETTING_AMBIGUOUS_WIDE);
}

static void apply_delay(struct ui *ui)
{
	ui->session->wish.period_ms =
		(unsigned)(number(ui, SETTING_DELAY) * 1000 + 0.5);
}

static void apply_cpu(struct ui *ui)
{
	ui->session->wish.cpu = number(ui, SETTING_CPU);
}

static void apply_nice(struct ui *ui)
{
	struct err err;

	if (priority_set(number(ui, SETTING_NICE), &err))
		ui_say(ui, true, err.text);
}

static void apply_coloring(struct ui *ui)
{
	ui->atlas.coloring = (enum coloring)number(ui, SETTING_COLORING);
}

static void apply_only_mine(struct ui *ui)
{
	ui->atlas.only_mine = number(ui, SETTING_ONLY_MINE);
	ui->atlas.panes[SIDE_PHYSICAL].top = 0;
	ui->atlas.laid_out = false;
}

static void apply_sort(struct ui *ui)
{
	list_sort_by(&ui->list, setting_choice(SETTING_SORT,
		(unsigned)number(ui, SETTING_SORT)));
}

static void apply_list_columns(struct ui *ui)
{
	list_choose(&ui->list, ui->settings.now.list_columns);
}

static void apply_region_columns(struct ui *ui)
{
	regions_choose(&ui->regions, ui->settings.now.region_columns);
}

static void (*const apply[NSETTINGS])(struct ui *ui) = {
	[SETTING_VI_KEYS] = apply_keys,
	[SETTING_ASCII] = apply_ascii,
	[SETTING_AMBIGUOUS_WIDE] = apply_ambiguous,
	[SETTING_DELAY] = apply_delay,
	[SETTING_CPU] = apply_cpu,
	[SETTING_NICE] = apply_nice,
	[SETTING_COLORING] = apply_coloring,
	[SETTING_ONLY_MINE] = apply_only_mine,
	[SETTING_SORT] = apply_sort,
	[SETTING_LIST_COLUMNS] = apply_list_columns,
	[SETTING_REGION_COLUMNS] = apply_region_columns,
};

/* ---- at the start */

/* The screen that is to be the first, where it can be. */
static void first_screen(struct ui *ui)
{
	const char *name = setting_choice(SETTING_SCREEN,
		(unsigned)number(ui, SETTING_SCREEN));
	enum action action;
	char id[ACTION_NAME_MAX];
	int screen;

	snprintf(id, sizeof(id), "screen-%s", name);
	action = action_of_name(text_of(id));
	for (screen = 0; action && screen < NUI_SCREENS; screen++) {
		const struct ui_screen_kind *kind = ui_screen_kind(screen);

		if (kind->key == action &&
		    (ui->session->pid || !kind->about_process))
			ui->screen = (enum ui_screen)screen;
	}
}

/* The first mistake, and how many more there are. */
static void say_complaints(struct ui *ui)
{
	const struct config *config = config_of(ui);
	struct text rest = { buf_text(&config->complaints),
		config->complaints.len }, line, first = { "", 0 };
	char text[240];
	unsigned n = 0;

	while (text_line(&rest, &line))
		if (!n++)
			first = line;
	if (!n || ui->message[0])
		return;
	snprintf(text, sizeof(text), n > 1 ? "%.*s (and %u more)" : "%.*s",
		(int)first.n, first.p, n - 1);
	ui_say(ui, true, text);
}

void ui_settings_init(struct ui *ui)
{
	const struct config *config = config_of(ui);

	if (config)
		ui->settings.now = config->settings;
	else
		settings_default(&ui->settings.now);
	apply_keys(ui);
	apply_ambiguous(ui);
	apply_coloring(ui);
	apply_only_mine(ui);
	apply_sort(ui);
	apply_list_columns(ui);
	apply_region_columns(ui);
	first_screen(ui);
	if (config)
		say_complaints(ui);
}

/* ---- the screen */

static void take_columns(struct ui *ui, const struct columns *columns,
	enum setting setting)
{
	struct buf words = { 0 };

	columns_words(columns, &words);
	if (columns->chosen && setting_set(&ui->settings.now, setting,
			text_of(buf_text(&words))))
		ui->settings.unsaved |= 1u << setting;
	buf_fini(&words);
}

void ui_settings_slow(struct ui *ui, double seconds)
{
	const struct config *config = config_of(ui);
	struct settings initial;

	settings_default(&initial);
	if ((config && !setting_is_same(&config->settings, &initial,
			SETTING_DELAY)) ||
	    ui->session->options->delay_given)
		return;
	ui->settings.now.number[SETTING_DELAY] = seconds;
	apply_delay(ui);
}

/* What has keys of its own may have been changed by them. */
static void take_over(struct ui *ui)
{
	double delay = ui->session->wish.period_ms / 1000.0;
	struct settings now = ui->settings.now;

	now.number[SETTING_DELAY] = delay;
	if (!setting_is_same(&now, &ui->settings.now, SETTING_DELAY))
		ui->settings.unsaved |= 1u << SETTING_DELAY;
	ui->settings.now = now;
	take_columns(ui, &ui->list.columns, SETTING_LIST_COLUMNS);
	take_columns(ui, &ui->regions.columns, SETTING_REGION_COLUMNS);
}

void ui_settings_open(struct ui *ui)
{
	take_over(ui);
	ui->settings.view.open = true;
}

static void changed(struct ui *ui, enum setting setting)
{
	ui->settings.unsaved |= 1u << setting;
	if (apply[setting])
		apply[setting](ui);
}

static void change(struct ui *ui, int by)
{
	struct settings *now = &ui->settings.now;
	enum setting at = ui->settings.view.at;
	char theme[SETTING_TEXT_MAX];

	if (setting_kind(at) == SETTING_IS_THEME) {
		themes_step(now->theme, by, theme, sizeof(theme));
		setting_set(now, at, text_of(theme));
	} else {
		setting_step(now, at, by);
	}
	changed(ui, at);
}

/* ---- ":set" */

/* "cpu is 1; it can be a number from 0.01 to 100". */
static void say_setting(struct ui *ui, enum setting setting, bool is_wrong)
{
	struct buf line = { 0 }, now = { 0 };

	setting_get(&ui->settings.now, setting, &now);
	buf_str(&line, setting_name(setting));
	if (is_wrong) {
		buf_str(&line, " can be: ");
	} else {
		buf_str(&line, " is ");
		text_escape(&line, (struct text){ buf_text(&now), now.len },
			false);
		buf_str(&line, "; it can be: ");
	}
	setting_values(setting, &line);
	ui_say(ui, is_wrong, buf_text(&line));
	buf_fini(&now);
	buf_fini(&line);
}

static bool is_theme(struct ui *ui, struct text name)
{
	char path[SETTING_TEXT_MAX];
	struct theme *theme;
	struct err err;

	if (text_is(name, "default") || name.n >= sizeof(path))
		return true;
	snprintf(path, sizeof(path), "%.*s", (int)name.n, name.p);
	theme = themes_load(path, &err);
	if (!theme)
		ui_say(ui, true, err.text);
	free(theme);
	return theme != NULL;
}

void ui_settings_set(struct ui *ui, struct text text)
{
	struct text name = text, value;
	enum setting setting;
	size_t n = 0;

	if (!text.n) {
		ui_settings_open(ui);
		return;
	}
	while (n < text.n && text.p[n] != ' ' && text.p[n] != '=')
		n++;
	name.n = n;
	value = text_trim((struct text){ text.p + n, text.n - n });
	if (value.n && value.p[0] == '=')
		value = text_trim((struct text){ value.p + 1, value.n - 1 });
	setting = setting_of_name(name);
	if (setting == NSETTINGS) {
		ui_say(ui, true, "there is no such setting: s lists them");
		return;
	}
	take_over(ui);
	if (!value.n) {
		say_setting(ui, setting, false);
		return;
	}
	if (setting_kind(setting) == SETTING_IS_THEME && !is_theme(ui, value))
		return;
	if (setting_set(&ui->settings.now, setting, value))
		changed(ui, setting);
	else
		say_setting(ui, setting, true);
}

/* ---- keys */

/* On top of what the file says by now: another vmatlas may have written it. */
static void save(struct ui *ui)
{
	struct buf old = { 0 }, path = { 0 }, new = { 0 };
	struct err err;

	if (config_read(&old, &path, &err))
		goto failed;
	if (!path.len) {
		err_set(&err, 0, "there is no folder of yours to keep "
			"settings in: HOME is not set");
		goto failed;
	}
	config_write(&new, (struct text){ buf_text(&old), old.len },
		&ui->settings.now, ui->settings.unsaved);
	if (config_save(buf_text(&path), (struct text){ buf_text(&new),
			new.len }, &err))
		goto failed;
	ui->settings.unsaved = 0;
	buf_clear(&new);
	buf_str(&new, "written to ");
	config_short(buf_text(&path), &new);
	ui_say(ui, false, buf_text(&new));
	goto done;
failed:
	ui_say(ui, true, err.text);
done:
	buf_fini(&old);
	buf_fini(&path);
	buf_fini(&new);
}

void ui_settings_act(struct ui *ui, enum action action)
{
	if (settings_move(&ui->settings.view, action))
		return;
	switch (action) {
	case ACTION_RIGHT:
	case ACTION_OPEN:
	case ACTION_TAG:
	case ACTION_ZOOM_IN:
		change(ui, 1);
		break;
	case ACTION_LEFT:
	case ACTION_ZOOM_OUT:
		change(ui, -1);
		break;
	case ACTION_WRITE:
		save(ui);
		break;
	case ACTION_CLOSE:
	case ACTION_BACK:
	case ACTION_SETTINGS:
		ui->settings.view.open = false;
		break;
	default:
		break;
	}
}

/* Once chooses, once more changes. */
void ui_settings_click(struct ui *ui, int row)
{
	enum setting at = ui->settings.view.at;

	if (settings_click(&ui->settings.view, row, ui->grid.rows) &&
	    ui->settings.view.at == at)
		change(ui, 1);
}

void ui_settings_paint(struct ui *ui)
{
	const struct config *config = config_of(ui);
	struct buf path = { 0 };
	struct settings_facts facts = {
		.settings = &ui->settings.now,
		.unsaved = ui->settings.unsaved,
		.keys = &ui->settings.keys,
		.message = ui->message[0] ? ui->message : NULL,
		.is_warning = ui->is_warning,
	};

	if (config && config->path.len) {
		config_short(buf_text(&config->path), &path);
		facts.path = buf_text(&path);
	}
	settings_paint(&ui->settings.view, &facts, &ui->grid);
	buf_fini(&path);
}
