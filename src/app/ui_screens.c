/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

static const struct ui_screen_kind *const kinds[NUI_SCREENS] = {
	[UI_LIST] = &ui_list_kind,
	[UI_ATLAS] = &ui_atlas_kind,
	[UI_REGIONS] = &ui_regions_kind,
	[UI_SHARING] = &ui_sharing_kind,
	[UI_COMPARE] = &ui_compare_kind,
	[UI_MEMORY] = &ui_memory_kind,
	[UI_FUNCTIONS] = &ui_functions_kind,
	[UI_EVENTS] = &ui_events_kind,
};

const struct ui_screen_kind *ui_screen_kind(enum ui_screen screen)
{
	return kinds[screen];
}
