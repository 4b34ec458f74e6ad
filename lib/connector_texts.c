/*
 * What is shown of what went to and fro while a connector was tested: without secrets.
 */
#include "lib/connector.h"

#include <string.h>
#include <strings.h>

#define MASK "•••"

const char *
connector_event_data(struct arena *arena, const char *content_type, const char *text)
{
	static const char TYPE[] = "text/event-stream";

	if (strncasecmp(content_type, TYPE, strlen(TYPE)) != 0)
		return text;
	for (const char *line = text; *line != '\0';) {
		size_t len = strcspn(line, "\r\n");

		if (len > 5 && strncmp(line, "data:", 5) == 0) {
			const char *data = arena_strndup(arena, line + 5, len - 5);

			if (strstr(data, "\"result\"") != NULL || strstr(data, "\"error\"") != NULL)
				return data;
		}
		line += len;
		line += strspn(line, "\r\n");
	}
	return "";
}

static const char *
without_one(struct arena *arena, const char *text, const char *secret)
{
	struct buffer masked = buffer_new(arena);
	const char *found;

	while ((found = strstr(text, secret)) != NULL) {
		buffer_add(&masked, text, (size_t)(found - text));
		buffer_text(&masked, MASK);
		text = found + strlen(secret);
	}
	buffer_text(&masked, text);
	return buffer_string(&masked);
}

const char *
connector_without(struct arena *arena, const char *text, struct strings secrets)
{
	for (size_t i = 0; i < secrets.count; i++) {
		if (secrets.items[i] != NULL && secrets.items[i][0] != '\0')
			text = without_one(arena, text, secrets.items[i]);
	}
	return text;
}

static bool
is_secret(const char *name)
{
	static const char *const names[] = { "access_token", "refresh_token", "id_token", "client_secret", "registration_access_token", "code",
					     "code_verifier" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

void
connector_mask_members(struct buffer *out, const struct json *value)
{
	bool is_object = value->type == JSON_OBJECT;

	if (!is_object && value->type != JSON_ARRAY) {
		json_render(out, value);
		return;
	}
	buffer_char(out, is_object ? '{' : '[');
	for (size_t i = 0; i < value->count; i++) {
		if (i > 0)
			buffer_char(out, ',');
		if (is_object) {
			buffer_json_string(out, value->names[i]);
			buffer_char(out, ':');
		}
		if (is_object && is_secret(value->names[i]) && value->items[i].type == JSON_STRING)
			buffer_json_string(out, MASK);
		else
			connector_mask_members(out, &value->items[i]);
	}
	buffer_char(out, is_object ? '}' : ']');
}
