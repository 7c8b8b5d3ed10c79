/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/file_users.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "space_impl.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/kernel/procstat.h"

static const char deleted[] = " (deleted)";

uint64_t file_user_resident(const struct file_user *user)
{
	return user->usage.rss + user->usage.shared_hugetlb +
		user->usage.private_hugetlb;
}

void file_use_copy(struct file_use *to, const struct file_use *from)
{
	struct file_user *rows = to->rows;
	size_t cap = to->cap;

	*to = *from;
	to->rows = mem_grow(rows, &cap, from->n, sizeof(*rows));
	to->cap = cap;
	if (from->n)
		memcpy(to->rows, from->rows, from->n * sizeof(*rows));
}

void file_use_fini(struct file_use *use)
{
	free(use->rows);
	memset(use, 0, sizeof(*use));
}

void file_users_fini(struct file_users *users)
{
	file_use_fini(&users->use);
	free(users->verdicts);
	buf_fini(&users->names);
	mine_fini(&users->frames);
	mine_fini(&users->copies);
	memset(users, 0, sizeof(*users));
}

/* ---- which file */

/* What is said to either question about a file. */
static enum answer ask_id(struct source *src, struct proc_id id,
	const char *question, struct file_verdict *out)
{
	struct buf buf = { 0 };
	uint64_t major = 0, minor = 0;
	struct text text;
	enum answer answer;

	answer = source_text(src, id, question, &buf);
	text = (struct text){ buf_text(&buf), buf.len };
	if (answer == ANSWER_OK && (!procstat_key(text, "major", &major) ||
			!procstat_key(text, "minor", &minor) ||
			!procstat_key(text, "inode", &out->inode)))
		answer = ANSWER_ABSENT;
	out->major = (uint32_t)major;
	out->minor = (uint32_t)minor;
	buf_fini(&buf);
	return answer;
}

void file_users_begin(struct file_users *users, struct source *src,
	const char *path)
{
	struct file_use *use = &users->use;
	struct file_verdict id = { 0 };
	struct buf question = { 0 };
	struct file_use empty = { .rows = use->rows, .cap = use->cap };

	users->path = path;
	*use = empty;
	users->n = 0;
	users->begun = false;
	buf_clear(&users->names);
	mine_fini(&users->frames);
	mine_fini(&users->copies);
	buf_fmt(&question, "file-id@%s", path);
	use->answer = ask_id(src, PROC_NONE, buf_text(&question), &id);
	use->by_name = use->answer != ANSWER_OK;
	if (!use->by_name) {
		use->nfiles = 1;
		use->major = id.major;
		use->minor = id.minor;
		use->inode = id.inode;
	}
	buf_fini(&question);
}

/* ---- whose mapping */

static struct text without_deleted(struct text name)
{
	size_t n = sizeof(deleted) - 1;

	if (name.n > n && !memcmp(name.p + name.n - n, deleted, n))
		name.n -= n;
	return name;
}

static bool is_same_text(struct text a, struct text b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

static struct text last_name(struct text path)
{
	struct text last = path;
	size_t i;

	for (i = 0; i < path.n; i++)
		if (path.p[i] == '/')
			last = (struct text){ path.p + i + 1,
				path.n - i - 1 };
	return last;
}

/* A file that is looked at for the first time. */
static enum file_match judge(struct file_users *users, struct space *space,
	const struct region *region, struct text name)
{
	struct file_verdict id;
	struct file_use *use = &users->use;
	struct buf question = { 0 };
	enum answer told;

	if (use->by_name) {
		if (!is_same_text(name, text_of(users->path)) &&
		    !is_same_text(without_deleted(name),
			    text_of(users->path)))
			return FILE_OTHER;
		use->nfiles++;
		use->major = region->major;
		use->minor = region->minor;
		use->inode = region->inode;
		return FILE_SAME;
	}
	if (!is_same_text(last_name(without_deleted(name)),
			last_name(text_of(users->path))))
		return FILE_OTHER;
	buf_fmt(&question, "map_files/%" PRIx64 "-%" PRIx64 "@id",
		region->start, region->end);
	told = ask_id(space->reader->src, space->process.id,
		buf_text(&question), &id);
	buf_fini(&question);
	if (told != ANSWER_OK)
		return FILE_UNSURE;
	return id.major == use->major && id.minor == use->minor &&
		id.inode == use->inode ? FILE_SAME : FILE_OTHER;
}

static enum file_match match(struct file_users *users, struct space *space,
	size_t at)
{
	const struct region *region = &space->regions[at];
	struct text name = region_name(region, &space->names);
	struct file_verdict *verdict;
	size_t i;

	if (!name.n || name.p[0] != '/')
		return FILE_OTHER;
	if (!users->use.by_name && region->inode == users->use.inode &&
	    region->major == users->use.major &&
	    region->minor == users->use.minor)
		return FILE_SAME;
	/* Other names than its own need no closer look. */
	if (!is_same_text(last_name(without_deleted(name)),
			last_name(without_deleted(text_of(users->path)))))
		return FILE_OTHER;
	for (i = 0; i < users->n; i++) {
		verdict = &users->verdicts[i];
		if (verdict->inode == region->inode &&
		    verdict->major == region->major &&
		    verdict->minor == region->minor &&
		    text_is(name, buf_text(&users->names) + verdict->name))
			return verdict->match;
	}
	users->verdicts = mem_grow(users->verdicts, &users->cap,
		users->n + 1, sizeof(*users->verdicts));
	verdict = &users->verdicts[users->n];
	*verdict = (struct file_verdict){ region->major, region->minor,
		region->inode, (uint32_t)users->names.len,
		judge(users, space, region, name) };
	/* What could not be told of one process may be told of another. */
	if (verdict->match == FILE_UNSURE)
		return FILE_UNSURE;
	buf_add(&users->names, name.p, name.n);
	buf_char(&users->names, '\0');
	users->n++;
	return verdict->match;
}

static bool wants(void *arg, struct space *space, size_t region)
{
	return match(arg, space, region) == FILE_SAME;
}

/* ---- how much of it */

static void add_frame(struct mine *mine, uint64_t pfn, uint64_t *count)
{
	bool exclusive;

	*count += !mine_times(mine, pfn, &exclusive);
	mine_add_frame(mine, pfn, false);
}

static void take_slice(void *arg, size_t at, struct space *space)
{
	struct file_users *users = arg;
	struct reader *reader = space->reader;
	struct page_context cx;
	uint64_t pfn;
	size_t i;

	(void)at;
	if (!users->begun)
		usage_zero(&users->usage);
	users->begun = true;
	if (!reader->machine->facts.pfn_visible)
		return;
	space_context(space, &cx);
	reader_frames(reader, &cx);
	for (i = 0; i < reader->slice.n; i++) {
		reader_account(reader, &cx, i, &users->usage);
		if (!reader_pfn(reader, i, &pfn) ||
		    reader_is_zero_page(reader, &cx, i))
			continue;
		if (reader->slice.words[i] & PM_FILE)
			add_frame(&users->frames, pfn, &users->use.frames);
		else
			add_frame(&users->copies, pfn, &users->use.copies);
	}
}

/* Mappings of a deleted file that has the name of this one. */
static bool is_predecessor(const struct file_users *users, struct text name)
{
	struct text kept = without_deleted(name);

	return !users->use.by_name && kept.n < name.n &&
		is_same_text(kept, text_of(users->path));
}

static void end_member(void *arg, size_t at, struct space *space)
{
	struct file_users *users = arg;
	const struct facts *facts = &space->reader->machine->facts;
	struct file_user row = { .member = (uint32_t)at };
	bool by_smaps = !facts->pfn_visible, read = false;
	size_t i;

	if (!users->begun)
		usage_zero(&users->usage);
	row.usage = users->usage.figures;
	users->begun = false;
	users->use.frames_told = !by_smaps;
	/* Whoever ended while it was read maps nothing any more. */
	if (space->process.answer == ANSWER_GONE || space->maps != ANSWER_OK)
		return;
	for (i = 0; i < space->nregions; i++) {
		const struct region *region = &space->regions[i];
		enum file_match found = match(users, space, i);

		users->use.unsure += found == FILE_UNSURE;
		users->use.deleted += found != FILE_SAME && is_predecessor(users,
			region_name(region, &space->names));
		if (found != FILE_SAME)
			continue;
		if (by_smaps && !read)
			space_read_smaps(space, true);
		read = true;
		row.mapped += region->end - region->start;
		if (by_smaps)
			figures_add(&row.usage, &region->usage);
	}
	if (!row.mapped)
		return;
	if (!by_smaps && space->process.answer != ANSWER_OK)
		row.usage.known = 0;
	users->use.rows = mem_grow(users->use.rows, &users->use.cap,
		users->use.n + 1, sizeof(*users->use.rows));
	users->use.rows[users->use.n++] = row;
}

struct crowd_user file_users_user(struct file_users *users)
{
	return (struct crowd_user){
		.slice = take_slice, .end = end_member, .arg = users,
		.wants = wants };
}

static int compare_rows(const void *a, const void *b)
{
	const struct file_user *x = a, *y = b;
	uint64_t p = file_user_resident(x), q = file_user_resident(y);

	if (p != q)
		return p > q ? -1 : 1;
	return x->member < y->member ? -1 : x->member > y->member;
}

void file_users_sort(struct file_users *users)
{
	if (users->use.n)
		qsort(users->use.rows, users->use.n,
			sizeof(*users->use.rows), compare_rows);
}
