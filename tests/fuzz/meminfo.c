/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/kernel/cgroup.h"
#include "vmatlas/kernel/meminfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_groups(struct text text)
{
	enum cgroup_version version;
	struct cgroup_mount mount;
	struct text path;
	struct buf out = { 0 };

	version = cgroup_of(text, &path);
	if (version != CGROUP_NONE && cgroup_mount_find(text, version, &mount) &&
	    cgroup_folder(&mount, path, &out)) {
		struct text rest = { buf_text(&out), out.len }, part;

		assert(out.len && out.data[0] == '/');
		while (text_until(&rest, '/', &part))
			assert(!text_is(part, ".."));
	}
	buf_fini(&out);
}

/* No number is greater than what an int64_t holds; no folder of a group is
 * outside of its mount. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text text = { (const char *)data, n }, rest = text, word;
	struct meminfo_line line;
	struct psi_line psi[2];
	uint64_t value, numbers[8];
	size_t i, count;

	while (meminfo_next(&rest, &line))
		assert(line.value <= INT64_MAX && line.key.n);
	if (meminfo_get(text, "MemTotal", &value))
		assert(value <= INT64_MAX);
	if (counter_get(text, "pgfault", &value))
		assert(value <= INT64_MAX);
	if (counter_sum(text, "pgscan_kswapd", &value))
		assert(value <= INT64_MAX);
	if (zoneinfo_cached(text, &value))
		assert(value <= INT64_MAX);
	psi_parse(text, psi);
	for (i = 0; i < 2; i++)
		assert(psi[i].avg10 <= 100000100 && psi[i].total <= INT64_MAX);
	count = numbers_parse(text, numbers, 8);
	assert(count <= 8);
	if (chosen_word(text, &word))
		assert(word.n && word.p > text.p && word.p + word.n < text.p + n);
	check_groups(text);
	return 0;
}
