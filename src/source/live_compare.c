/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "live_impl.h"
#include "vmatlas/base/text.h"

/* KCMP_VM of uapi/linux/kcmp.h (3.5). */
#define COMPARE_VM 1

bool live_compare_question(const char *path, int *pid)
{
	struct text rest = text_of(path);
	uint64_t number;

	if (!text_starts(rest, "kcmp-vm/"))
		return false;
	rest.p += strlen("kcmp-vm/");
	rest.n -= strlen("kcmp-vm/");
	if (!text_all_u64(rest, 10, &number) || number > INT32_MAX)
		return false;
	*pid = (int)number;
	return true;
}

/* 0, or an errno value. */
int live_compare_answer(int a, int b, struct buf *out)
{
	long order = syscall(SYS_kcmp, a, b, COMPARE_VM, 0, 0);

	if (order < 0)
		return errno == ENOSYS ? ENOENT : errno;
	buf_fmt(out, "%ld\n", order);
	return 0;
}
