/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct frame_run *run_of(const struct record *record)
{
	return &record->snapshot->frame_runs[record->index];
}

static const struct stretch *stretch_of(const struct record *record)
{
	return &record->snapshot->machine->stretches[run_of(record)->stretch];
}

static void get_pfn(struct record *record, struct value *value)
{
	set_hex(value, run_of(record)->pfn);
}

static void get_frames(struct record *record, struct value *value)
{
	set_u64(value, run_of(record)->nframes);
}

static void get_use(struct record *record, struct value *value)
{
	if (run_of(record)->has_use)
		set_str(value, frame_use_info(run_of(record)->use)->name);
}

static void get_owner(struct record *record, struct value *value)
{
	const char *name = frame_owner_name(run_of(record)->owner);

	if (name)
		set_str(value, name);
	else if (!record->snapshot->has_process ||
		 stretch_of(record)->kind != STRETCH_RAM)
		value->kind = VALUE_NONE;	/* nobody asked, or no memory */
}

/* What lies in no zone. */
static bool is_zoneless(const struct record *record, struct value *value)
{
	const struct machine *machine = record->snapshot->machine;

	if (machine->zoneinfo != ANSWER_OK || stretch_of(record)->zone >= 0)
		return false;
	value->kind = VALUE_NONE;
	return true;
}

static void get_zone(struct record *record, struct value *value)
{
	int zone = stretch_of(record)->zone;

	if (!is_zoneless(record, value))
		fields_set_zone(record, value, zone);
}

static void get_node(struct record *record, struct value *value)
{
	int zone = stretch_of(record)->zone;

	if (!is_zoneless(record, value))
		fields_set_node(record, value, zone);
}

static void get_flags(struct record *record, struct value *value)
{
	if (run_of(record)->has_flags)
		set_flags(record, value, run_of(record)->flags);
}

static void get_resource(struct record *record, struct value *value)
{
	if (stretch_of(record)->name)
		set_str(value, stretch_of(record)->name);
}

const struct field frame_fields[] = {
	F("pfn", "PFN", "", 12, false, get_pfn, NULL, "the first frame"),
	F("frames", "FRAMES", "pages", 10, false, get_frames, NULL,
		"how many frames are alike"),
	F("use", "USE", "", 9, true, get_use, NULL, "what for"),
	F("owner", "OWNER", "", 6, true, get_owner, NULL,
		"mine: only the process named maps them; shared: it and others; other: not it; none: nobody"),
	F("zone", "ZONE", "", 8, true, get_zone, NULL,
		"their zone, or those that come into question"),
	F("node", "N", "", 2, false, get_node, NULL, "their node"),
	F("flags", NULL, "", 0, true, get_flags, NULL,
		"as page-types names them"),
	F("resource", "RESOURCE", "", 0, true, get_resource, NULL,
		"the range of iomem around them: in RAM the innermost, else the outermost"),
	F("pid", NULL, "", 0, false, fields_owner_pid, NULL,
		"the process that owner is about"),
	F("starttime", NULL, "ticks", 0, false, fields_owner_starttime, NULL,
		"when it started"),
	{ 0 },
};
