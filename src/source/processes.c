/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live_impl.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/base/text.h"

#if HAVE_LIBPROC2
#include <dlfcn.h>
#include <libproc2/pids.h>

/*
 * libproc2 brings a dozen libraries along (systemd's, and those for
 * compression).  To load them costs more than to list some hundred processes,
 * and from then on we count as a user of their pages: that is only done where
 * processes are listed more than once.
 */
struct library {
	void *handle;
	__typeof__(procps_pids_new) *pids_new;
	__typeof__(procps_pids_reap) *pids_reap;
	__typeof__(procps_pids_unref) *pids_unref;
};
#endif

struct user_name {
	uint32_t uid;
	char name[sizeof(((struct process_entry *)0)->user)];
};

struct user_cache {
	struct user_name *names;
	size_t n, cap;
	bool has_listed;
#if HAVE_LIBPROC2
	struct library library;
	bool has_asked;		/* for the library */
	struct pids_info *pids;
#endif
};

static void copy_name(char *out, size_t size, const char *name)
{
	snprintf(out, size, "%s", name ? name : "");
}

static const char *user_name_of(struct user_cache *users, uint32_t uid)
{
	struct passwd entry, *found = NULL;
	struct user_name *name;
	char data[4096];
	size_t i;

	for (i = 0; i < users->n; i++)
		if (users->names[i].uid == uid)
			return users->names[i].name;
	users->names = mem_grow(users->names, &users->cap, users->n + 1,
		sizeof(*users->names));
	name = &users->names[users->n++];
	name->uid = uid;
	if (getpwuid_r((uid_t)uid, &entry, data, sizeof(data), &found))
		found = NULL;
	copy_name(name->name, sizeof(name->name),
		found ? found->pw_name : NULL);
	return name->name;
}

static int by_pid(const void *a, const void *b)
{
	const struct process_entry *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* The directory of a process belongs to its effective user. */
static enum answer list_directory(struct user_cache *users, int proc_fd,
	struct process_entry **out, size_t *n)
{
	int fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t cap = 0;

	if (!dir) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return answer_of_errno(error);
	}
	while ((entry = readdir(dir))) {
		struct process_entry *process;
		struct stat stat;
		uint64_t pid;

		if (!text_all_u64(text_of(entry->d_name), 10, &pid) || !pid ||
		    pid > INT_MAX ||
		    fstatat(proc_fd, entry->d_name, &stat, 0) ||
		    !S_ISDIR(stat.st_mode))
			continue;
		*out = mem_grow(*out, &cap, *n + 1, sizeof(**out));
		process = &(*out)[(*n)++];
		process->pid = (int)pid;
		process->uid = (uint32_t)stat.st_uid;
		copy_name(process->user, sizeof(process->user),
			user_name_of(users, process->uid));
	}
	closedir(dir);
	return ANSWER_OK;
}

#if HAVE_LIBPROC2
enum { ITEM_PID, ITEM_UID, ITEM_USER, NITEMS };

static bool library_load(struct library *library)
{
	/* It keeps buffers of its own for good: loaded again, they were lost. */
	void *handle = dlopen(LIBPROC2_SONAME,
		RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
	struct library loaded = { .handle = handle };

	if (!handle)
		return false;
	/* As POSIX has it: an object pointer that is a function's. */
	*(void **)&loaded.pids_new = dlsym(handle, "procps_pids_new");
	*(void **)&loaded.pids_reap = dlsym(handle, "procps_pids_reap");
	*(void **)&loaded.pids_unref = dlsym(handle, "procps_pids_unref");
	if (!loaded.pids_new || !loaded.pids_reap || !loaded.pids_unref) {
		dlclose(handle);
		return false;
	}
	*library = loaded;
	return true;
}

/* False where libproc2 cannot say: then the directory is read. */
static bool list_libproc2(struct user_cache *users,
	struct process_entry **out, size_t *n)
{
	enum pids_item items[NITEMS] = {
		[ITEM_PID] = PIDS_ID_PID,
		[ITEM_UID] = PIDS_ID_EUID,
		[ITEM_USER] = PIDS_ID_EUSER,
	};
	struct pids_fetch *fetch;
	size_t i, count;

	if (!users->has_asked) {
		users->has_asked = true;
		if (library_load(&users->library) && users->library.pids_new(
				&users->pids, items, NITEMS) < 0)
			users->pids = NULL;
	}
	if (!users->pids)
		return false;
	fetch = users->library.pids_reap(users->pids, PIDS_FETCH_TASKS_ONLY);
	if (!fetch || !fetch->counts || fetch->counts->total <= 0)
		return false;
	count = (size_t)fetch->counts->total;
	*out = mem_new(count, sizeof(**out));
	for (i = 0; i < count; i++) {
		struct pids_stack *stack = fetch->stacks[i];
		struct process_entry *process = &(*out)[(*n)++];

		process->pid = stack->head[ITEM_PID].result.s_int;
		process->uid = stack->head[ITEM_UID].result.u_int;
		copy_name(process->user, sizeof(process->user),
			stack->head[ITEM_USER].result.str);
	}
	return true;
}
#else
static bool list_libproc2(struct user_cache *users,
	struct process_entry **out, size_t *n)
{
	(void)users;
	(void)out;
	(void)n;
	return false;
}
#endif

enum answer processes_list(struct user_cache **users, int proc_fd, bool usual,
	struct process_entry **out, size_t *n)
{
	enum answer answer = ANSWER_OK;

	if (!*users)
		*users = mem_new(1, sizeof(**users));
	*out = NULL;
	*n = 0;
	if (!usual || !(*users)->has_listed || !list_libproc2(*users, out, n))
		answer = list_directory(*users, proc_fd, out, n);
	(*users)->has_listed = true;
	if (answer == ANSWER_OK && *n)
		qsort(*out, *n, sizeof(**out), by_pid);
	return answer;
}

void user_cache_free(struct user_cache *users)
{
	if (!users)
		return;
#if HAVE_LIBPROC2
	if (users->pids)
		users->library.pids_unref(&users->pids);
	if (users->library.handle)
		dlclose(users->library.handle);
#endif
	free(users->names);
	free(users);
}
