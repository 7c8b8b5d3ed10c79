/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/mode.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/base/stamp.h"
#include "vmatlas/view/role.h"

/* With less room than that, other things matter more than the date. */
#define DATE_ROOM 48

/* "", " x4" or " x1/4" */
static void speed_words(char *out, size_t size, int speed)
{
	out[0] = '\0';
	if (speed)
		snprintf(out, size, speed > 0 ? " x%u" : " x1/%u",
			1u << (speed > 0 ? speed : -speed));
}

static const char *replay_words(char out[MODE_MAX],
	const struct snapshot *snapshot, const struct atlas_status *status,
	int room)
{
	/* The longest first. */
	static const struct {
		bool replay, date, time, play;
	} forms[] = {
		{ true, true, true, true },
		{ true, false, true, true },
		{ true, false, true, false },
		{ true, false, false, false },
		{ false, false, false, false },
	};
	/* More of a stream may still come. */
	bool is_end = snapshot->ended || (!status->playing &&
		snapshot->refresh == snapshot->go.count);
	char at[STAMP_MAX], speed[16];
	size_t i;

	speed_words(speed, sizeof(speed), status->speed);
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		at[0] = '\0';
		if (forms[i].time)
			stamp_local(at, snapshot->machine->facts.time_ms,
				forms[i].date);
		snprintf(out, MODE_MAX, "%s%" PRIu64 "/%" PRIu64 "%s%s%s%s",
			forms[i].replay ? "replay " : "", snapshot->refresh,
			snapshot->go.count, at[0] ? " " : "", at,
			!forms[i].play ? "" : is_end ? " end" :
			status->playing ? " play" : " paused",
			forms[i].play ? speed : "");
		if ((int)strlen(out) <= room && (!forms[i].date ||
				room >= DATE_ROOM))
			return out;
	}
	out[0] = '\0';
	return out;
}

const char *mode_words(char out[MODE_MAX], const struct snapshot *snapshot,
	const struct atlas_status *status, int room)
{
	if (status->replay)
		return replay_words(out, snapshot, status, room);
	if (status->frozen)
		snprintf(out, MODE_MAX, "%sfrozen",
			status->recording ? "rec " : "");
	else
		snprintf(out, MODE_MAX, "%s%.3gs",
			status->recording ? "rec " : "", status->delay);
	if ((int)strlen(out) > room)
		out[0] = '\0';
	return out;
}

void mode_put(struct grid *grid, int after, const struct snapshot *snapshot,
	const struct atlas_status *status)
{
	char text[MODE_MAX];
	int width = (int)strlen(mode_words(text, snapshot, status,
		grid->cols - after - 2));

	grid_str(grid, 0, grid->cols - width - 1, -1, mode_role(status), text);
}

enum role mode_role(const struct atlas_status *status)
{
	return status->replay ? ROLE_HEADER : ROLE_VALUE;
}
