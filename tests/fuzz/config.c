/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a configuration file: settings in range, keys that quit, a text
 * that says the same once it is written. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/view/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check(const struct settings *settings)
{
	unsigned i;

	for (i = 0; i < NSETTINGS; i++) {
		struct settings copy = *settings;
		struct buf value = { 0 };

		setting_get(settings, (enum setting)i, &value);
		if (!setting_set(&copy, (enum setting)i, (struct text){
				buf_text(&value), value.len }))
			abort();
		setting_step(&copy, (enum setting)i, 1);
		buf_fini(&value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct text text = { (const char *)bytes, n };
	struct settings settings, again;
	struct buf out = { 0 }, complaints = { 0 };
	struct keymap map;
	unsigned i;

	settings_default(&settings);
	config_settings(&settings, "fuzz", text, &complaints);
	check(&settings);
	keymap_default(&map, n & 1);
	config_keys(&map, "fuzz", text, &complaints);
	if (!keymap_key(&map, ACTION_QUIT) || map.n > KEYMAP_MAX)
		abort();
	for (i = 0; i < complaints.len; i++)
		if ((unsigned char)complaints.data[i] < ' ' &&
		    complaints.data[i] != '\n')
			abort();
	config_write(&out, text, &settings, (1u << NSETTINGS) - 1);
	settings_default(&again);
	config_settings(&again, "fuzz", (struct text){ buf_text(&out),
		out.len }, NULL);
	for (i = 0; i < NSETTINGS; i++)
		if (setting_kind((enum setting)i) != SETTING_IS_NUMBER &&
		    !setting_is_same(&settings, &again, (enum setting)i))
			abort();
	buf_fini(&complaints);
	buf_fini(&out);
	return 0;
}
