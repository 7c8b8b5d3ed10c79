/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int code, const char *fmt, ...)
{
	/* The arguments may point into *ERR, so it is written last. */
	char text[sizeof(err->text)];
	int saved = errno;
	size_t room = sizeof(text), len;
	const char *why = "";
	va_list ap;

	if (!err)
		return -1;
	if (code) {
		why = strerror(code);
		len = strlen(why) + 2;
		/* A long text is cut before its reason is. */
		if (len < room / 2)
			room -= len;
	}
	va_start(ap, fmt);
	if (vsnprintf(text, room, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	if (code) {
		len = strlen(text);
		snprintf(text + len, sizeof(text) - len, ": %s", why);
	}
	memcpy(err->text, text, sizeof(text));
	err->code = code;
	errno = saved;
	return -1;
}
