/*
 * The pieces that all requests to providers have in common, and what their answers do.
 */
#include "lib/provider_requests.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/json.h"
#include "lib/text.h"

#define EXPLANATION_MAX 300

int
provider_parse(const char *const *names, const char *name)
{
	for (int i = 0; name != NULL && names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

void
add_member(struct buffer *json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buffer_char(json, json->len == 0 ? '{' : ',');
	buffer_json_string(json, name);
	buffer_char(json, ':');
	buffer_json_string(json, value);
}

/* application/x-www-form-urlencoded (WHATWG URL section 5.2), with %20 for the space. */
void
add_form(struct buffer *form, const char *name, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._*";

	if (value == NULL)
		return;
	buffer_text(form, form->len == 0 ? "" : "&");
	buffer_printf(form, "%s=", name);
	for (; *value != '\0'; value++) {
		if (strchr(plain, *value) != NULL)
			buffer_char(form, *value);
		else
			buffer_printf(form, "%%%02X", (unsigned)(unsigned char)*value);
	}
}

const char *
secret_header(struct arena *arena, const char *name, const char *format_prefix, const char *secret)
{
	char *header = arena_printf(arena, "%s: %s%s", name, format_prefix, secret);

	arena_wipe_later(arena, header, strlen(header));
	return header;
}

const char *
basic_header(struct arena *arena, const char *user, const char *password)
{
	char *pair = arena_printf(arena, "%s:%s", user, password);

	arena_wipe_later(arena, pair, strlen(pair));
	return secret_header(arena, "Authorization", "Basic ",
			     base64_encode(arena, (struct bytes){ (const uint8_t *)pair, strlen(pair) }));
}

struct bytes
buffer_bytes(const struct buffer *buffer)
{
	return (struct bytes){ (const uint8_t *)buffer->data, buffer->len };
}

enum provider_verdict
provider_judge_status(long status)
{
	if (status >= 200 && status < 300)
		return PROVIDER_TOOK_IT;
	if (status >= 500)
		return PROVIDER_LATER;
	return PROVIDER_REFUSED;
}

const char *
provider_answer_member(struct arena *arena, const struct provider_answer *answer, const char *const *names)
{
	struct json object;

	if (json_parse(arena, answer->body, answer->body_len, &object, NULL) != OK || object.type != JSON_OBJECT)
		return NULL;
	for (; *names != NULL; names++) {
		const struct json *member = json_member(&object, *names);
		if (member != NULL && member->type == JSON_STRING && member->string[0] != '\0')
			return member->string;
	}
	return NULL;
}

const char *
provider_explain(struct arena *arena, const struct provider_answer *answer)
{
	static const char *const names[] = { "message", "Message", "error", "detail", "title", NULL };
	const char *said = provider_answer_member(arena, answer, names);

	if (said == NULL)
		said = utf8_is_valid(answer->body, answer->body_len) ? answer->body : "";
	char *line = arena_strdup(arena, utf8_cut(arena, said, EXPLANATION_MAX));
	for (char *at = line; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
	return arena_printf(arena, line[0] == '\0' ? "HTTP %ld%s" : "HTTP %ld: %s", answer->status, line);
}
