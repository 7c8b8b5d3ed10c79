/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_MESSAGE_H
#define VMATLAS_APP_MESSAGE_H

/*
 * One line on standard error that starts with "vmatlas: ", with what others
 * chose in it made fit for a terminal.
 */
void message(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
