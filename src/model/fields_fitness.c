/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

/* NULL: it was not counted, or may not be seen. */
static const struct fitness *fitness_of(const struct record *record)
{
	const struct snapshot *snapshot = record->snapshot;
	const struct fitness *fitness = record->index < snapshot->nfitness ?
		&snapshot->fitness[record->index] : NULL;

	return fitness && fitness->known ? fitness : NULL;
}

static uint64_t bytes_of(const struct record *record, uint64_t npages)
{
	return npages << record->snapshot->machine->page_shift;
}

static void get_start(struct record *record, struct value *value)
{
	if (record->index < record->snapshot->nfitness)
		set_hex(value, record->snapshot->fitness[record->index].start);
}

static void get_end(struct record *record, struct value *value)
{
	if (record->index < record->snapshot->nfitness)
		set_hex(value, record->snapshot->fitness[record->index].end);
}

static void get_present(struct record *record, struct value *value)
{
	const struct fitness *fitness = fitness_of(record);

	if (fitness)
		set_bytes(value, bytes_of(record, fitness->present));
}

void fields_runs(struct record *record, struct value *value)
{
	const struct fitness *fitness = fitness_of(record);

	if (fitness)
		set_u64(value, fitness->runs);
}

void fields_longest(struct record *record, struct value *value)
{
	const struct fitness *fitness = fitness_of(record);

	if (fitness)
		set_bytes(value, bytes_of(record, fitness->longest));
}

void fields_longest_pfn(struct record *record, struct value *value)
{
	const struct fitness *fitness = fitness_of(record);

	if (fitness && fitness->runs)
		set_hex(value, fitness->longest_pfn);
	else if (fitness)
		value->kind = VALUE_NONE;
}

void fields_alignment(struct record *record, struct value *value)
{
	const struct fitness *fitness = fitness_of(record);

	if (fitness && fitness->runs)
		set_bytes(value, fitness_alignment(fitness->longest_pfn,
			record->snapshot->machine->page_shift));
	else if (fitness)
		value->kind = VALUE_NONE;
}

void fields_below(struct record *record, struct value *value)
{
	const struct fitness *fitness = fitness_of(record);

	if (fitness)
		set_bytes(value, bytes_of(record, fitness->below));
}

void fields_tlb(struct record *record, struct value *value)
{
	const struct fitness *fitness = fitness_of(record);

	if (fitness && fitness_knows_tlb(fitness))
		set_u64(value, fitness->tlb);
}

void fields_tlb_best(struct record *record, struct value *value)
{
	const struct fitness *fitness = fitness_of(record);

	if (fitness && fitness_knows_best(fitness))
		set_u64(value, fitness->tlb_best);
}

static uint64_t mapped_at(const struct record *record, unsigned i)
{
	return record->snapshot->fitness[record->index].mapped[i];
}

void fields_mappings(struct record *record, struct value *value)
{
	if (!fitness_of(record))
		return;
	value->kind = VALUE_COUNTS;
	value->n = NMAPPINGS;
	value->at = mapped_at;
}

const char *fields_mapping_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	(void)snapshot;
	(void)out;
	return i < NMAPPINGS ? mapping_size_name(i) : NULL;
}

const struct field fitness_fields[] = {
	F("pid", NULL, "", 0, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("start", "START", "address", 12, false, get_start, NULL,
		"first byte of the region, or of --va in it"),
	F("end", NULL, "address", 0, false, get_end, NULL,
		"first byte behind that"),
	F("name", NULL, "", 0, true, fields_region_name, NULL,
		"file or special name, as in maps"),
	F("type", NULL, "", 0, true, fields_region_type, NULL,
		"what it is for"),
	F("present", "PRESENT", "bytes", 9, false, get_present, NULL,
		"pages that have a frame"),
	F_FITNESS(true),
	F("", "NAME", "", 0, true, fields_region_name, NULL, ""),
	{ 0 },
};
