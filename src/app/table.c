/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/base/json.h"
#include "vmatlas/base/stamp.h"

const char *format_name(enum format format)
{
	static const char *const names[NFORMATS] = { "text", "json", "csv",
		"openmetrics" };

	return names[(unsigned)format < NFORMATS ? format : 0];
}

static struct value value_of(const struct field *field, struct record *record)
{
	struct value value = { .kind = VALUE_NULL };

	field->get(record, &value);
	return value;
}

/* ---- JSON */

static void json_parts(struct json *json, const struct field *field,
	const struct record *record, const struct value *value)
{
	char part[32];
	unsigned i;

	json_object(json, field->name);
	for (i = 0; i < value->n; i++) {
		uint64_t n = value->at(record, i);
		const char *name = field->part(record->snapshot, i, part);

		if (name && (n || value->kind == VALUE_PARTS))
			json_u64(json, name, n);
	}
	json_close(json, '}');
}

static void json_words(struct json *json, const char *name, struct text words)
{
	struct text word;

	json_array(json, name);
	while (text_word(&words, &word))
		json_text(json, NULL, word);
	json_close(json, ']');
}

static void json_value(struct json *json, const struct field *field,
	const char *name, struct record *record, const struct value *value);

static void json_members(struct json *json, const struct field *field,
	struct record *record, const struct value *value)
{
	char part[32];
	unsigned i;

	json_object(json, field->name);
	for (i = 0; i < value->n; i++) {
		struct value member = { .kind = VALUE_NULL };

		value->member(record, i, &member);
		json_value(json, field, field->part(record->snapshot, i, part),
			record, &member);
	}
	json_close(json, '}');
}

/* Each with all its items. */
static void json_objects(struct json *json, const struct field *field,
	struct record *record, const struct value *value)
{
	const struct field *item;

	json_array(json, field->name);
	for (record->item = 0; record->item < value->n; record->item++) {
		json_object(json, NULL);
		for (item = field->items; item->name; item++) {
			struct value part = value_of(item, record);

			json_value(json, item, item->name, record, &part);
		}
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_value(struct json *json, const struct field *field,
	const char *name, struct record *record, const struct value *value)
{
	unsigned i;

	switch (value->kind) {
	case VALUE_NULL:
	case VALUE_NONE:
		json_null(json, name);
		break;
	case VALUE_TEXT:
		json_text(json, name, value->text);
		break;
	case VALUE_U64:
	case VALUE_BYTES:
		json_u64(json, name, value->u);
		break;
	case VALUE_BOOL:
		json_bool(json, name, value->u);
		break;
	case VALUE_I64:
		json_i64(json, name, value->i);
		break;
	case VALUE_REAL:
		json_fixed(json, field->name, value->r, 2);
		break;
	case VALUE_HEX:
		json_hex(json, name, value->u);
		break;
	case VALUE_NAMES:
		json_words(json, name, value->text);
		break;
	case VALUE_LIST:
		json_array(json, name);
		for (i = 0; i < value->n; i++)
			json_u64(json, NULL, value->at(record, i));
		json_close(json, ']');
		break;
	case VALUE_COUNTS:
	case VALUE_PARTS:
		json_parts(json, field, record, value);
		break;
	case VALUE_MEMBERS:
		json_members(json, field, record, value);
		break;
	case VALUE_OBJECTS:
		json_objects(json, field, record, value);
		break;
	}
}

static void json_record(struct buf *out, struct record *record)
{
	const struct field *field;
	struct json json;

	json_init(&json, out);
	json_object(&json, NULL);
	json_str(&json, "kind", object_name(record->object));
	for (field = fields_of(record->object); field->name; field++) {
		struct value value;

		if (!field->name[0])
			continue;
		value = value_of(field, record);
		json_value(&json, field, field->name, record, &value);
	}
	json_close(&json, '}');
	buf_char(out, '\n');
}

/* The kernel files that were not told, by name: what "denied" lists. */
static void json_denied(struct json *json, const struct snapshot *snapshot)
{
	const struct machine *machine = snapshot->machine;
	const struct {
		const char *name;
		enum answer answer;
	} files[] = {
		{ "maps", snapshot->maps },
		{ "pagemap", snapshot->pagemap },
		{ "smaps", snapshot->smaps },
		{ "kpageflags", snapshot->kpageflags },
		{ "kpagecount", snapshot->kpagecount },
		{ "zoneinfo", machine->zoneinfo },
		{ "iomem", machine->resources_hidden ? ANSWER_DENIED :
			machine->iomem },
	};
	size_t i;

	json_array(json, "denied");
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (files[i].answer == ANSWER_DENIED)
			json_str(json, NULL, files[i].name);
	json_close(json, ']');
}

void table_begin(struct buf *out, enum format format,
	const struct snapshot *snapshot)
{
	const struct facts *facts = &snapshot->machine->facts;
	struct json json;
	char when[STAMP_MAX];

	if (format != FORMAT_JSON)
		return;
	stamp_utc(when, facts->time_ms);
	json_init(&json, out);
	json_object(&json, NULL);
	json_str(&json, "kind", "snapshot");
	json_u64(&json, "version", 1);
	json_str(&json, "time", when);
	json_str(&json, "kernel", facts->release);
	json_str(&json, "machine", facts->machine);
	json_u64(&json, "page_size", facts->page_size);
	json_bool(&json, "pfn_visible", facts->pfn_visible);
	json_denied(&json, snapshot);
	json_close(&json, '}');
	buf_char(out, '\n');
}

void table_end(struct buf *out, enum format format,
	const struct snapshot *snapshot, bool complete, double elapsed_ms)
{
	struct text problems = { buf_text(&snapshot->problems),
		snapshot->problems.len }, line;
	struct json json;

	if (format != FORMAT_JSON)
		return;
	json_init(&json, out);
	json_object(&json, NULL);
	json_str(&json, "kind", "end");
	json_bool(&json, "complete", complete);
	json_fixed(&json, "elapsed_ms", elapsed_ms, 1);
	json_array(&json, "problems");
	while (text_line(&problems, &line))
		json_text(&json, NULL, line);
	json_close(&json, ']');
	json_close(&json, '}');
	buf_char(out, '\n');
}

/* ---- CSV (RFC 4180) */

static void csv_text(struct buf *out, struct text text)
{
	struct buf escaped = { 0 };
	size_t i;

	text_escape(&escaped, text, false);
	if (!memchr(buf_text(&escaped), '"', escaped.len) &&
	    !memchr(buf_text(&escaped), ',', escaped.len)) {
		buf_add(out, buf_text(&escaped), escaped.len);
	} else {
		buf_char(out, '"');
		for (i = 0; i < escaped.len; i++) {
			if (escaped.data[i] == '"')
				buf_char(out, '"');
			buf_char(out, escaped.data[i]);
		}
		buf_char(out, '"');
	}
	buf_fini(&escaped);
}

static void csv_one(struct buf *out, const struct value *value)
{
	switch (value->kind) {
	case VALUE_TEXT:
	case VALUE_NAMES:
		csv_text(out, value->text);
		break;
	case VALUE_U64:
	case VALUE_BYTES:
		buf_u64(out, value->u);
		break;
	case VALUE_BOOL:
		buf_str(out, value->u ? "true" : "false");
		break;
	case VALUE_I64:
		buf_fmt(out, "%" PRId64, value->i);
		break;
	case VALUE_REAL:
		buf_fixed(out, value->r, 2);
		break;
	case VALUE_HEX:
		buf_str(out, "0x");
		buf_hex(out, value->u);
		break;
	default:
		break;
	}
}

/* As many columns as the header has, known or not. */
static void csv_parts(struct buf *out, const struct field *field,
	struct record *record, const struct value *value)
{
	char part[32];
	unsigned i;

	for (i = 0; field->part(record->snapshot, i, part); i++) {
		struct value member = { .kind = VALUE_NULL };

		if (i)
			buf_char(out, ',');
		if (value->kind == VALUE_NULL || i >= value->n)
			continue;
		if (value->kind == VALUE_MEMBERS)
			value->member(record, i, &member);
		else
			member = (struct value){ .kind = VALUE_U64,
				.u = value->at(record, i) };
		csv_one(out, &member);
	}
}

/* A list has one column: "NAME 4096;OTHER 0". */
static void csv_objects(struct buf *out, const struct field *field,
	struct record *record, const struct value *value)
{
	struct buf text = { 0 };
	const struct field *item;

	for (record->item = 0; record->item < value->n; record->item++) {
		if (record->item)
			buf_char(&text, ';');
		for (item = field->items; item->name; item++) {
			struct value part = value_of(item, record);

			if (item != field->items)
				buf_char(&text, ' ');
			if (part.kind == VALUE_TEXT)
				buf_add(&text, part.text.p, part.text.n);
			else
				csv_one(&text, &part);
		}
	}
	csv_text(out, (struct text){ buf_text(&text), text.len });
	buf_fini(&text);
}

static void csv_value(struct buf *out, const struct field *field,
	struct record *record)
{
	struct value value = value_of(field, record);

	if (field->part)
		csv_parts(out, field, record, &value);
	else if (value.kind == VALUE_OBJECTS)
		csv_objects(out, field, record, &value);
	else
		csv_one(out, &value);
}

static void csv_record(struct buf *out, struct record *record)
{
	const struct field *first = fields_of(record->object), *field;

	for (field = first; field->name; field++) {
		if (!field->name[0])
			continue;
		if (field != first)
			buf_char(out, ',');
		csv_value(out, field, record);
	}
	buf_str(out, "\r\n");
}

static void csv_head(struct buf *out, enum object object,
	const struct snapshot *snapshot)
{
	const struct field *first = fields_of(object), *field;
	const char *name;
	char part[32];
	unsigned k;

	for (field = first; field->name; field++) {
		if (!field->name[0])
			continue;
		if (!field->part) {
			buf_fmt(out, "%s%s", field != first ? "," : "",
				field->name);
			continue;
		}
		for (k = 0; (name = field->part(snapshot, k, part)); k++)
			buf_fmt(out, "%s%s.%s", field != first || k ? "," : "",
				field->name, name);
	}
	buf_str(out, "\r\n");
}

/* ---- text for people */

/* Objects of a list that people see. */
#define OBJECTS_SHOWN 3

/* Where a column's text begins, behind the one before it. */
static size_t text_gap(struct buf *out)
{
	if (out->len && out->data[out->len - 1] != '\n')
		buf_char(out, ' ');
	return out->len;
}

/* What stands from FROM on is the column's text: to its width with blanks. */
static void text_pad(struct buf *out, const struct field *field, size_t from)
{
	size_t n = out->len - from, width = (size_t)field->width, blanks;
	char *at;

	if (n >= width)
		return;
	blanks = width - n;
	at = buf_room(out, blanks) - n;
	if (!field->left)
		memmove(at + blanks, at, n);
	memset(field->left ? at + n : at, ' ', blanks);
	out->len += blanks;
	out->data[out->len] = '\0';
}

static void text_one(struct buf *out, const struct record *record,
	const struct value *value)
{
	unsigned i;

	switch (value->kind) {
	case VALUE_NULL:
		buf_char(out, '?');
		break;
	case VALUE_NONE:
		buf_char(out, '-');
		break;
	case VALUE_TEXT:
	case VALUE_NAMES:
		text_escape(out, value->text, false);
		break;
	case VALUE_U64:
		buf_u64(out, value->u);
		break;
	case VALUE_BYTES:	/* as smaps and top have them: in K */
		buf_u64(out, value->u >> 10);
		break;
	case VALUE_BOOL:
		buf_str(out, value->u ? "yes" : "NO");
		break;
	case VALUE_I64:
		buf_fmt(out, "%" PRId64, value->i);
		break;
	case VALUE_REAL:
		buf_fixed(out, value->r, 2);
		break;
	case VALUE_HEX:
		buf_hex(out, value->u);
		break;
	case VALUE_LIST:
		for (i = 0; i < value->n; i++)
			buf_fmt(out, "%s%" PRIu64, i ? " " : "",
				value->at(record, i));
		break;
	case VALUE_COUNTS:
	case VALUE_PARTS:
	case VALUE_MEMBERS:
	case VALUE_OBJECTS:
		break;
	}
}

/* Of a list, the first few. */
static void text_objects(struct buf *out, const struct field *field,
	struct record *record, const struct value *value)
{
	const struct field *item;

	for (record->item = 0; record->item < value->n &&
	     record->item < OBJECTS_SHOWN; record->item++) {
		if (record->item)
			buf_str(out, ", ");
		for (item = field->items; item->name; item++) {
			struct value part = value_of(item, record);

			if (item != field->items)
				buf_char(out, ' ');
			text_one(out, record, &part);
		}
	}
	if (value->n > OBJECTS_SHOWN)
		buf_fmt(out, ", %u more", value->n - OBJECTS_SHOWN);
}

/* Most columns of long lists; false: it is none of these. */
static bool text_number(struct buf *out, const struct field *field,
	const struct value *value)
{
	size_t width = (size_t)field->width;

	if (field->left)
		return false;
	if (value->kind == VALUE_U64)
		buf_u64_right(out, value->u, width);
	else if (value->kind == VALUE_BYTES)
		buf_u64_right(out, value->u >> 10, width);
	else if (value->kind == VALUE_HEX)
		buf_hex_right(out, value->u, width);
	else
		return false;
	return true;
}

static void text_value(struct buf *out, const struct field *field,
	struct record *record)
{
	struct value value = value_of(field, record);
	size_t from = text_gap(out);

	if (text_number(out, field, &value))
		return;
	if (value.kind == VALUE_OBJECTS)
		text_objects(out, field, record, &value);
	else
		text_one(out, record, &value);
	text_pad(out, field, from);
}

static void text_trim_line(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	buf_char(out, '\n');
}

static void text_record(struct buf *out, struct record *record)
{
	const struct field *field;

	for (field = fields_of(record->object); field->name; field++)
		if (field->title)
			text_value(out, field, record);
	text_trim_line(out);
}

static void text_head(struct buf *out, enum object object)
{
	const struct field *field;

	for (field = fields_of(object); field->name; field++) {
		size_t from;

		if (!field->title)
			continue;
		from = text_gap(out);
		buf_str(out, field->title);
		if (!strcmp(field->unit, "bytes"))
			buf_str(out, "/K");
		text_pad(out, field, from);
	}
	text_trim_line(out);
}

/* ---- all formats */

void table_head(struct buf *out, enum format format, enum object object,
	const struct snapshot *snapshot)
{
	if (format == FORMAT_CSV)
		csv_head(out, object, snapshot);
	else if (format == FORMAT_TEXT)
		text_head(out, object);
}

void table_record(struct buf *out, enum format format, struct record *record)
{
	if (format == FORMAT_JSON)
		json_record(out, record);
	else if (format == FORMAT_CSV)
		csv_record(out, record);
	else if (format == FORMAT_TEXT)
		text_record(out, record);
}
