/*
 * What a field takes, said to programs that ask before they send.
 */
#include "lib/fields_schema.h"

#include <string.h>

static void
add_name(struct buffer *b, const char *name)
{
	buffer_char(b, ',');
	buffer_json_string(b, name);
	buffer_char(b, ':');
}

static void
add_number(struct buffer *b, const char *name, int64_t value)
{
	if (value == 0)
		return;
	add_name(b, name);
	buffer_int(b, value);
}

static void
add_lengths(struct buffer *b, const struct field *f)
{
	add_number(b, "minLength", f->min);
	add_number(b, "maxLength", f->max);
}

static void
add_values(struct buffer *b, const struct field *f, bool with_null)
{
	add_name(b, "enum");
	for (size_t i = 0; f->values[i] != NULL; i++) {
		buffer_char(b, i == 0 ? '[' : ',');
		buffer_json_string(b, f->values[i]);
	}
	buffer_text(b, with_null ? ",null]" : "]");
}

static const char *
type_name(const struct field *f)
{
	switch (f->type) {
	case FIELD_BOOL:
		return "boolean";
	case FIELD_INT:
		return "integer";
	case FIELD_STRINGS:
	case FIELD_WORDS:
	case FIELD_LIST:
		return "array";
	case FIELD_OBJECT:
		return "object";
	case FIELD_STRING:
	case FIELD_ID:
	case FIELD_ENUM:
	case FIELD_TIME:
	case FIELD_JSON:
	case FIELD_NONE:
		break;
	}
	return "string";
}

static void add_members(struct buffer *, const struct field *);

static void
add_items(struct buffer *b, const struct field *f)
{
	add_number(b, "minItems", (int64_t)f->items_min);
	add_number(b, "maxItems", (int64_t)f->items_max);
	add_name(b, "items");
	if (f->type == FIELD_LIST) {
		buffer_text(b, "{\"type\":\"object\"");
		add_members(b, f->fields);
	} else {
		buffer_text(b, "{\"type\":\"string\"");
		if (f->values != NULL)
			add_values(b, f, false);
		else
			add_lengths(b, f);
	}
	buffer_char(b, '}');
}

/* What is said of a value besides its type. */
static void
add_limits(struct buffer *b, const struct field *f, bool is_nullable)
{
	switch (f->type) {
	case FIELD_STRING:
		add_lengths(b, f);
		break;
	case FIELD_ID:
		if (id_prefix(f->id) != NULL && id_prefix(f->id)[0] != '\0')
			buffer_printf(b, ",\"pattern\":\"^%s_[A-Za-z0-9]+$\"", id_prefix(f->id));
		break;
	case FIELD_ENUM:
		add_values(b, f, is_nullable);
		break;
	case FIELD_INT:
		add_number(b, "minimum", f->min);
		add_number(b, "maximum", f->max);
		break;
	case FIELD_TIME:
		buffer_text(b, ",\"format\":\"date-time\"");
		break;
	case FIELD_STRINGS:
	case FIELD_WORDS:
	case FIELD_LIST:
		add_items(b, f);
		break;
	case FIELD_OBJECT:
		add_members(b, f->fields);
		break;
	case FIELD_BOOL:
	case FIELD_JSON:
	case FIELD_NONE:
		break;
	}
}

void
field_schema(struct buffer *b, const struct field *f)
{
	bool is_nullable = (f->flags & FIELD_NULLABLE) != 0;

	if (f->type == FIELD_JSON) {
		buffer_text(b, "{\"description\":");
		buffer_json_string(b, f->description != NULL ? f->description : "Any JSON value");
		buffer_char(b, '}');
		return;
	}
	buffer_printf(b, is_nullable ? "{\"type\":[\"%s\",\"null\"]" : "{\"type\":\"%s\"", type_name(f));
	add_limits(b, f, is_nullable);
	if (f->description != NULL) {
		add_name(b, "description");
		buffer_json_string(b, f->description);
	}
	buffer_char(b, '}');
}

/* The members of an object in a body, and nothing else. */
static void
add_members(struct buffer *b, const struct field *fields)
{
	size_t count = 0;

	add_name(b, "properties");
	buffer_char(b, '{');
	for (const struct field *f = fields; f->name != NULL; f++) {
		if ((f->flags & FIELD_IMMUTABLE) != 0)
			continue;
		if (count++ > 0)
			buffer_char(b, ',');
		buffer_json_string(b, f->name);
		buffer_char(b, ':');
		field_schema(b, f);
	}
	buffer_text(b, "},\"required\":[");
	count = 0;
	for (const struct field *f = fields; f->name != NULL; f++)
		if ((f->flags & FIELD_REQUIRED) != 0) {
			if (count++ > 0)
				buffer_char(b, ',');
			buffer_json_string(b, f->name);
		}
	buffer_text(b, "],\"additionalProperties\":false");
}
