/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_OUTFLOW_H
#define VMATLAS_SRC_SOURCE_OUTFLOW_H

#include <stdbool.h>

#include "vmatlas/base/buf.h"

/*
 * What is on its way into a pipe or socket.  Who reads there may be slow, or
 * stop for ever: a thread of its own waits for it, and nobody else does.
 */
struct outflow;

/* For FD, which stays the caller's. */
struct outflow *outflow_new(int fd);
/* Send BUF, which is empty afterwards. */
void outflow_send(struct outflow *outflow, struct buf *buf);
/* Has all that was sent left? */
bool outflow_is_idle(struct outflow *outflow);
/* The errno value of what went wrong; 0: nothing did. */
int outflow_error(struct outflow *outflow);
/*
 * Wait until all is sent, as long as some of it leaves every OUTFLOW_WAIT_S
 * seconds; 0, or the errno value of what went wrong (ETIMEDOUT: nobody
 * reads).  The outflow is gone then, or is left to its thread.
 */
int outflow_close(struct outflow *outflow);

#define OUTFLOW_WAIT_S 10

#endif
