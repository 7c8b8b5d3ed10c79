/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/message.h"

#include <stdarg.h>
#include <stdio.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/text.h"

void message(const char *fmt, ...)
{
	struct buf raw = { 0 }, safe = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&raw, fmt, ap);
	va_end(ap);
	buf_str(&safe, "vmatlas: ");
	text_escape(&safe, (struct text){ buf_text(&raw), raw.len }, false);
	buf_char(&safe, '\n');
	fwrite(buf_text(&safe), 1, safe.len, stderr);
	buf_fini(&raw);
	buf_fini(&safe);
}
