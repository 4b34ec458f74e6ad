/*
 * The list of what is wrong with a request's input, and how a reply shows it.
 */
#include "lib/fields.h"

void
field_errors_add(struct field_errors *errors, struct arena *arena, const char *field,
		 const char *rule, const char *message_format, ...)
{
	va_list arguments;

	if (errors->count == ARRAY_LEN(errors->items))
		return;
	va_start(arguments, message_format);
	const char *message = arena_vprintf(arena, message_format, arguments);
	va_end(arguments);
	errors->items[errors->count++] = (struct field_error){ .field = arena_strdup(arena, field),
							       .rule = rule,
							       .message = message };
}

const char *
field_errors_details(struct arena *arena, const struct field_errors *errors)
{
	struct buffer out = buffer_new(arena);

	buffer_text(&out, "{\"fields\":[");
	for (size_t i = 0; i < errors->count; i++) {
		buffer_text(&out, i == 0 ? "{\"field\":" : ",{\"field\":");
		buffer_json_string(&out, errors->items[i].field);
		buffer_text(&out, ",\"rule\":");
		buffer_json_string(&out, errors->items[i].rule);
		buffer_text(&out, ",\"message\":");
		buffer_json_string(&out, errors->items[i].message);
		buffer_char(&out, '}');
	}
	buffer_text(&out, "]}");
	return buffer_string(&out);
}
