/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "vmatlas/app/ui.h"

struct ui_place ui_here(const struct ui *ui)
{
	struct ui_place place = {
		.pid = ui->session->pid,
		.screen = ui->screen,
		.inspect = ui->atlas.inspect,
		.nback = ui->atlas.nback,
	};

	place.has_place = atlas_place(&ui->atlas, &place.place);
	return place;
}

void ui_remember(struct ui *ui)
{
	if (ui->ntrail == UI_TRAIL) {
		memmove(ui->trail, ui->trail + 1,
			(UI_TRAIL - 1) * sizeof(*ui->trail));
		ui->ntrail--;
	}
	ui->before = ui->trail[ui->ntrail++] = ui_here(ui);
	ui->has_before = true;
}

void ui_go(struct ui *ui, int pid, uint64_t vpn)
{
	ui_remember(ui);
	ui->session->pid = pid;
	ui->screen = UI_ATLAS;
	ui->atlas.part = INSPECT_FACTS;
	ui->frozen = false;
	ui->steered = true;
	/* The way back from there leads here, not to places before. */
	ui->atlas.nback = 0;
	if (vpn != UINT64_MAX)
		atlas_go(&ui->atlas, pid, vpn, 0);
}

void ui_go_place(struct ui *ui, const struct ui_place *place)
{
	if (place->pid && place->has_place)
		atlas_go_place(&ui->atlas, place->pid, &place->place);
	ui->session->pid = place->pid;
	ui->screen = place->screen;
	ui->atlas.inspect = place->inspect;
	ui->atlas.part = INSPECT_FACTS;
	ui->frozen = false;
	ui->steered = true;
}

bool ui_go_back(struct ui *ui)
{
	struct ui_place place;

	if (!ui->ntrail)
		return false;
	place = ui->trail[--ui->ntrail];
	ui_go_place(ui, &place);
	return true;
}

/* The atlas's own jumps in this process since then come first. */
bool ui_back_is_far(const struct ui *ui)
{
	const struct ui_place *last = ui->ntrail ?
		&ui->trail[ui->ntrail - 1] : NULL;

	return ui->atlas.nback <= (last && last->pid == ui->session->pid ?
		last->nback : 0);
}
