/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/app/config.h"
#include "vmatlas/app/picture_file.h"
#include "vmatlas/app/themes.h"
#include "vmatlas/app/ui.h"
#include "vmatlas/view/picture.h"

/* The screen without the line that asked for the file's name. */
static int draw(struct ui *ui, const char *path, struct buf *out,
	struct err *err)
{
	const char *name = ui->settings.now.theme;
	struct theme *theme = themes_load(name[0] ? name : NULL, err);

	if (!theme)
		return -1;
	ui_paint(ui);
	picture_write(out, &ui->grid, theme,
		(enum picture_format)picture_format_of(path));
	free(theme);
	return 0;
}

static void save(struct ui *ui, const char *name, bool over)
{
	struct buf path = { 0 }, picture = { 0 };
	struct err err = { 0 };
	char text[sizeof(ui->message)];
	int result;

	if (!name[0])
		return;
	if (picture_format_of(name) < 0) {
		ui_say(ui, true, "a picture's name ends in .txt .ansi .html "
			"or .svg");
		return;
	}
	config_expand(name, &path);
	result = draw(ui, name, &picture, &err);
	if (!result)
		result = picture_save(buf_text(&path), &picture, over, &err);
	if (result >= 0)
		snprintf(ui->picture, sizeof(ui->picture), "%s", name);
	if (result > 0) {
		prompt_open(&ui->prompt, PROMPT_PICTURE_OVER, name);
	} else if (result) {
		ui_say(ui, true, err.text);
	} else {
		snprintf(text, sizeof(text), "the screen is in %s", name);
		ui_say(ui, false, text);
	}
	buf_fini(&picture);
	buf_fini(&path);
}

void ui_picture_ask(struct ui *ui)
{
	prompt_open(&ui->prompt, PROMPT_PICTURE, ui->picture[0] ? ui->picture :
		"vmatlas.svg");
}

void ui_picture(struct ui *ui, const char *name)
{
	save(ui, name, false);
}

/* Another name is another file. */
void ui_picture_over(struct ui *ui, const char *name)
{
	save(ui, name, !strcmp(name, ui->picture));
}
