/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_THEMES_H
#define VMATLAS_APP_THEMES_H

#include "vmatlas/view/theme.h"

/*
 * Finds themes: a NAME without a slash or ".theme" at its end is looked for in
 * the user's folder (config_folder()/themes), then where vmatlas was installed,
 * then in themes/ beside the program's build; anything else is a file.  NULL as
 * name, or "default" where there is no such file, is the compiled-in one.
 * A heap object for the caller; NULL with ERR.
 */
struct theme *themes_load(const char *name, struct err *err);
/* The name after NAME (BY 1) or before it (BY -1) of all there are, in
 * alphabetical order and round and round; "" is the default. */
void themes_step(const char *name, int by, char *out, size_t size);

#endif
