/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"
#include "vmatlas/base/demangle.h"

const char *object_name(enum object object)
{
	static const char *const names[NOBJECTS] = {
#define X(id, name, fields) name,
		OBJECTS(X)
#undef X
	};

	return names[(unsigned)object < NOBJECTS ? object : 0];
}

void record_fini(struct record *record)
{
	buf_fini(&record->scratch);
}

/* Names of states that can be counted; the hole is nobody's page. */
const char *fields_state_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	(void)snapshot;
	(void)out;
	return i + 1 < NSTATES ? state_info(i + 1)->name : NULL;
}

const char *fields_zone_part(const struct snapshot *snapshot, unsigned i,
	char out[32])
{
	if (i < snapshot->machine->nplaces)
		return snapshot_zone(snapshot, (int)i, out);
	return i == snapshot->machine->nplaces ? "?" : NULL;
}

void fields_set_zone(const struct record *record, struct value *value,
	int zone)
{
	if (zone >= 0)
		set_str(value, record->snapshot->machine->zones[zone].name);
}

void fields_set_node(const struct record *record, struct value *value,
	int zone)
{
	const struct machine *machine = record->snapshot->machine;

	if (zone >= 0 && machine->zones[zone].node >= 0)
		set_u64(value, (uint64_t)machine->zones[zone].node);
}

const struct process *fields_process(const struct record *record)
{
	return record->row ? &record->row->process :
		&record->snapshot->process;
}

bool fields_stat_known(const struct record *record)
{
	return fields_process(record)->answer == ANSWER_OK;
}

void fields_pid(struct record *record, struct value *value)
{
	set_u64(value, (uint64_t)fields_process(record)->id.pid);
}

void fields_starttime(struct record *record, struct value *value)
{
	if (fields_stat_known(record))
		set_u64(value, fields_process(record)->id.starttime);
}

void fields_owner_pid(struct record *record, struct value *value)
{
	if (record->snapshot->has_process)
		fields_pid(record, value);
}

void fields_owner_starttime(struct record *record, struct value *value)
{
	if (record->snapshot->has_process)
		fields_starttime(record, value);
}

void fields_demangled(struct record *record, struct value *value,
	const char *symbol)
{
	buf_clear(&record->scratch);
	if (demangle(&record->scratch, text_of(symbol)))
		set_scratch(record, value);
	else
		value->kind = VALUE_NONE;
}

void fields_add_symbol(struct record *record, const char *symbol)
{
	if (record->snapshot->raw_names)
		buf_str(&record->scratch, symbol);
	else
		demangle_or_keep(&record->scratch, text_of(symbol));
}

void fields_shown_symbol(struct record *record, struct value *value,
	const char *symbol)
{
	if (record->snapshot->raw_names)
		set_str(value, symbol);
	else
		fields_demangled(record, value, symbol);
	if (value->kind == VALUE_NONE)
		set_str(value, symbol);
}

const struct field *fields_of(enum object object)
{
	static const struct field *const tables[NOBJECTS] = {
#define X(id, name, fields) fields,
		OBJECTS(X)
#undef X
	};

	return tables[object];
}

const struct field *field_at(enum object object, unsigned i)
{
	const struct field *field = fields_of(object);

	while (i && field->name) {
		field++;
		i--;
	}
	return field->name ? field : NULL;
}
