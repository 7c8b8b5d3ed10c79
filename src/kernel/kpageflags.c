/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/kpageflags.h"

#include <stddef.h>

bool kpageflags_is_ksm(uint64_t flags)
{
	return (flags & (KPF(KSM) | KPF(ANON))) == (KPF(KSM) | KPF(ANON)) &&
		!(flags & (KPF_ANON_EXCLUSIVE | KPF(HEAD) | KPF(TAIL)));
}

const char *kpageflags_name(uint64_t flags, unsigned bit)
{
#define X(name, number, text) [number] = text,
	static const char *const names[64] = { KPAGEFLAGS_TABLE(X) };
#undef X

	if (bit >= 64)
		return NULL;
	/* On slab frames the anonymous bit is junk. */
	if (bit == KPF_BIT_OWNER_2 &&
	    (flags & (KPF(ANON) | KPF(SLAB))) == KPF(ANON))
		return "anon_exclusive";
	return names[bit];
}
