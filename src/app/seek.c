/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/seek.h"

#define DAY_MS (UINT64_C(24) * 3600 * 1000)

void seek_number(struct session *session, enum go_where where, uint64_t n)
{
	struct go *go = &session->wish.go;

	*go = (struct go){ .serial = go->serial + 1, .where = where, .to = n };
}

/* When refresh N began. */
static int time_of(struct session *session, uint64_t n,
	const volatile int *stop, uint64_t *time_ms, struct err *err)
{
	struct wish before = session->wish;
	struct snapshot *snapshot;

	session->wish.once = session->wish.skip_pages = true;
	session->wish.pid = 0;
	seek_number(session, GO_NUMBER, n);
	snapshot = session_refresh(session, -1, stop, err);
	before.asked = session->wish.asked;
	before.go = session->wish.go;
	session->wish = before;
	if (!snapshot)
		return -1;
	*time_ms = snapshot->machine->facts.time_ms;
	snapshot_unref(snapshot);
	return 0;
}

int seek_moment(struct session *session, const struct moment *moment,
	const struct snapshot *from, const volatile int *stop,
	struct err *err)
{
	uint64_t now = from ? from->machine->facts.time_ms : 0;
	struct go go = { 0 };

	if (moment->kind == MOMENT_EARLIER ?
	    time_of(session, UINT64_MAX, stop, &now, err) :
	    (!from && (moment->kind == MOMENT_LATER ||
		    moment->kind == MOMENT_CLOCK)) &&
	    time_of(session, 1, stop, &now, err))
		return -1;
	moment_go(moment, now, &go);
	if (moment->kind == MOMENT_CLOCK && go.to < now)
		go.to += DAY_MS;
	seek_number(session, go.where, go.to);
	return 0;
}
