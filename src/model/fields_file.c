/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static const struct file_use *use_of(const struct record *record)
{
	return &record->snapshot->file_use;
}

static const struct file_user *row_of(const struct record *record)
{
	return &use_of(record)->rows[record->index];
}

static const struct process *process_of(const struct record *record)
{
	return &record->snapshot->members[row_of(record)->member].process;
}

/* ---- who maps it */

static void get_pid(struct record *record, struct value *value)
{
	set_u64(value, (uint64_t)process_of(record)->id.pid);
}

static void get_starttime(struct record *record, struct value *value)
{
	set_u64(value, process_of(record)->id.starttime);
}

static void get_name(struct record *record, struct value *value)
{
	set_str(value, process_of(record)->name);
}

static void get_mapped(struct record *record, struct value *value)
{
	set_bytes(value, row_of(record)->mapped);
}

static void get_resident(struct record *record, struct value *value)
{
	const struct file_user *row = row_of(record);

	set_figure(value, &row->usage, USAGE_RSS | USAGE_SHARED_HUGETLB |
		USAGE_PRIVATE_HUGETLB, file_user_resident(row));
}

static void get_copied(struct record *record, struct value *value)
{
	set_figure(value, &row_of(record)->usage, USAGE_ANONYMOUS,
		row_of(record)->usage.anonymous);
}

static void get_pss(struct record *record, struct value *value)
{
	set_figure(value, &row_of(record)->usage, USAGE_PSS,
		figures_pss(&row_of(record)->usage));
}

const struct field file_user_fields[] = {
	F("pid", "PID", "", 7, false, get_pid, NULL, "who maps the file"),
	F("starttime", NULL, "ticks", 0, false, get_starttime, NULL,
		"when it started"),
	F("mapped", "MAPPED", "bytes", 9, false, get_mapped, NULL,
		"the sizes of its mappings of the file"),
	F("resident", "RESIDENT", "bytes", 10, false, get_resident, NULL,
		"their pages in memory: the file's own and private copies"),
	F("copied", "COPIED", "bytes", 9, false, get_copied, NULL,
		"private copies: pages of the file that were written"),
	F("pss", "PSS", "bytes", 9, false, get_pss, NULL,
		"the process's share of what is resident"),
	F("name", "NAME", "", 0, true, get_name, NULL, "its command's name"),
	{ 0 },
};

/* ---- the file */

static void get_major(struct record *record, struct value *value)
{
	if (use_of(record)->nfiles == 1)
		set_u64(value, use_of(record)->major);
}

static void get_minor(struct record *record, struct value *value)
{
	if (use_of(record)->nfiles == 1)
		set_u64(value, use_of(record)->minor);
}

static void get_inode(struct record *record, struct value *value)
{
	if (use_of(record)->nfiles == 1)
		set_u64(value, use_of(record)->inode);
}

static void get_users(struct record *record, struct value *value)
{
	set_u64(value, use_of(record)->n);
}

static void get_frames(struct record *record, struct value *value)
{
	if (use_of(record)->frames_told)
		set_bytes(value, use_of(record)->frames <<
			record->snapshot->machine->page_shift);
}

static void get_copies(struct record *record, struct value *value)
{
	if (use_of(record)->frames_told)
		set_bytes(value, use_of(record)->copies <<
			record->snapshot->machine->page_shift);
}

const struct field file_fields[] = {
	F("major", NULL, "", 0, false, get_major, NULL,
		"the file's device, as stat(2) has it"),
	F("minor", NULL, "", 0, false, get_minor, NULL, "the same"),
	F("inode", NULL, "", 0, false, get_inode, NULL,
		"and its number there"),
	F("users", NULL, "", 0, false, get_users, NULL,
		"processes that map it"),
	F("resident", NULL, "bytes", 0, false, get_frames, NULL,
		"what of the file is in memory and mapped by any of them, "
		"each frame once"),
	F("copied", NULL, "bytes", 0, false, get_copies, NULL,
		"private copies of its pages, each frame once"),
	{ 0 },
};
