/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "vmatlas/app/ui.h"

void ui_remember(struct ui *ui)
{
	const struct pane *pane = &ui->atlas.panes[SIDE_VIRTUAL];

	if (ui->ntrail == UI_TRAIL) {
		memmove(ui->trail, ui->trail + 1,
			(UI_TRAIL - 1) * sizeof(*ui->trail));
		ui->ntrail--;
	}
	ui->trail[ui->ntrail++] = (struct ui_place){
		.pid = ui->session->pid,
		.screen = ui->screen,
		.vpn = pane->placed ? pane->cursor : UINT64_MAX,
		.shift = pane->shift,
		.inspect = ui->atlas.inspect,
	};
}

void ui_go(struct ui *ui, int pid, uint64_t vpn)
{
	ui_remember(ui);
	ui->session->pid = pid;
	ui->screen = UI_ATLAS;
	ui->atlas.part = INSPECT_FACTS;
	ui->frozen = false;
	ui->steered = true;
	if (vpn != UINT64_MAX)
		atlas_go(&ui->atlas, pid, vpn, 0);
}

bool ui_go_back(struct ui *ui)
{
	const struct ui_place *place;

	if (!ui->ntrail)
		return false;
	place = &ui->trail[--ui->ntrail];
	if (place->pid && place->vpn != UINT64_MAX)
		atlas_go(&ui->atlas, place->pid, place->vpn, place->shift);
	ui->session->pid = place->pid;
	ui->screen = place->screen;
	ui->atlas.inspect = place->inspect;
	ui->atlas.part = INSPECT_FACTS;
	ui->frozen = false;
	return true;
}
