/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "../unit/fake-source.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/model/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Zoneinfo, iomem and files of sysfs (as fake-source.h has them), each up to a
 * NUL: what is made of them hangs together. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fake *fake = fake_new();
	struct text rest = { (const char *)data, n }, part;
	char *texts[3] = { NULL };
	struct machine *machine;
	struct buf buf = { 0 };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (!text_until(&rest, '\0', &part))
			part = text_of("");
		texts[i] = mem_text(part.p, part.n);
	}
	fake->zoneinfo = texts[0];
	fake->iomem = texts[1];
	fake->sys = texts[2];
	machine = machine_read(&fake->src);
	assert(machine->nplaces >= machine->nzones);
	for (i = 0; i < machine->nstretches; i++) {
		const struct stretch *stretch = &machine->stretches[i];

		assert(stretch->start < stretch->end);
		assert(!i || stretch[-1].end <= stretch->start);
		assert(stretch->zone >= -1 &&
			stretch->zone < (int)machine->nplaces);
		assert(stretch->section <= stretch->start);
		assert(machine_zone(machine, stretch->start) ==
			stretch->zone);
		assert(machine_cell(machine, stretch->start, 9) <=
			stretch->start);
	}
	for (i = 0; i < machine->nzones && i < 8; i++)
		topology_fallback(machine->topology, &machine->rules,
			machine->zones, machine->nzones, i, &buf);
	buf_fini(&buf);
	machine_unref(machine);
	source_free(&fake->src);
	for (i = 0; i < 3; i++)
		free(texts[i]);
	return 0;
}
