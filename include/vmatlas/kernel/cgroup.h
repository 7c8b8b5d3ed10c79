/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_CGROUP_H
#define VMATLAS_KERNEL_CGROUP_H

#include <stdbool.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/text.h"

/*
 * Where the memory controller of a process's control group is found:
 * /proc/PID/cgroup names the group, /proc/self/mountinfo the place where the
 * hierarchy is mounted (Documentation/admin-guide/cgroup-v2.rst, cgroups(7)).
 * Version 1 wins where a process is named in both: then the memory
 * controller is not in the unified hierarchy ("hybrid").
 */
enum cgroup_version { CGROUP_NONE, CGROUP_V1, CGROUP_V2 };

/*
 * The group of TEXT, a /proc/PID/cgroup, with the memory controller; *PATH is
 * a view into it, as the kernel wrote it.  CGROUP_NONE: none has.
 */
enum cgroup_version cgroup_of(struct text text, struct text *path);

/* Does TEXT, a /proc/PID/cgroup, name PATH or a group below it, in whatever
 * hierarchy?  A '/' at the end of PATH does not matter. */
bool cgroup_has(struct text text, struct text path);

/* A mounted hierarchy; views into the text. */
struct cgroup_mount {
	struct text root;	/* which group is at the mount's top */
	struct text point;	/* where it is mounted */
};
/* The mount of VERSION's hierarchy (of v1: the one with the memory
 * controller) in MOUNTINFO; false where there is none. */
bool cgroup_mount_find(struct text mountinfo, enum cgroup_version version,
	struct cgroup_mount *out);

/*
 * The folder of the group PATH below MOUNT, added to OUT without a '/' at its
 * end.  Names of groups are chosen by whoever may make one, so false (and
 * nothing added) for a path that leaves the mount: a part "..", which the
 * kernel writes for groups outside of our cgroup namespace, or a root that
 * PATH does not lie below; and for one that was removed ("(deleted)") or is
 * longer than CGROUP_PATH_MAX.
 */
#define CGROUP_PATH_MAX 1024
bool cgroup_folder(const struct cgroup_mount *mount, struct text path,
	struct buf *out);

#endif
