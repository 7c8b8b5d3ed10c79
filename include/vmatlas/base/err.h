/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_BASE_ERR_H
#define VMATLAS_BASE_ERR_H

/*
 * A struct err says what went wrong while doing what: the one way in which
 * a function of ours reports a failure.  Only the app room prints it.
 * Denied, absent or gone kernel files are data (source/source.h), not errors.
 */
struct err {
	int code;	/* an errno value, or 0 where none fits */
	char text[240];	/* what was being done, to what, and why it failed */
};

/*
 * Fill ERR (which may be NULL) with a formatted text, cut if it is too long,
 * and return -1, so that a failing function can end with it.  When CODE is
 * not 0, ": " and strerror(CODE) are appended.
 */
int err_set(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
