/*
 * Payloads of license files.
 */
#include "lib/license_files.h"

#include <string.h>

#include "lib/buffer.h"
#include "lib/encode.h"

/* The first 16 octets of SHA-256(salt, name 00 value), in base64. */
static const char *
digest_of(struct arena *arena, const struct license_file_claims *claims, const struct component_said *part)
{
	struct buffer said = buffer_new(arena);
	const char *name = component_names[part->component];

	buffer_add(&said, claims->salt, LICENSE_FILE_SALT_LEN);
	buffer_add(&said, name, strlen(name) + 1);
	buffer_text(&said, part->value);
	struct bytes digest = sha256_bytes(arena, said.data, said.len);
	return base64_encode(arena, (struct bytes){ digest.data, COMPONENT_OCTETS });
}

/* {"name":"mac","weight":2,"digests":["…","…"]}; nothing for a part that the machine didn't name. */
static void
add_component(struct buffer *payload, struct arena *arena, const struct license_file_claims *claims, enum component component)
{
	size_t count = 0;

	for (size_t i = 0; i < claims->part_count; i++) {
		if (claims->parts[i].component != component)
			continue;
		if (count == 0)
			buffer_printf(payload, "%s{\"name\":\"%s\",\"weight\":%lld,\"digests\":[", buffer_string(payload)[payload->len - 1] == '[' ? "" : ",",
				      component_names[component], (long long)claims->rules.weights[component]);
		buffer_printf(payload, "%s\"%s\"", count > 0 ? "," : "", digest_of(arena, claims, &claims->parts[i]));
		count++;
	}
	if (count > 0)
		buffer_text(payload, "]}");
}

static void
add_machine(struct buffer *payload, struct arena *arena, const struct license_file_claims *claims)
{
	if (claims->part_count == 0) {
		buffer_text(payload, "null");
		return;
	}
	buffer_printf(payload, "{\"salt\":\"%s\",\"threshold\":%lld,\"min_matches\":%lld,\"components\":[",
		      base64_encode(arena, (struct bytes){ claims->salt, LICENSE_FILE_SALT_LEN }), (long long)claims->rules.threshold,
		      (long long)claims->rules.min_matches);
	for (enum component c = 0; c < COMPONENT_COUNT; c++)
		add_component(payload, arena, claims, c);
	buffer_text(payload, "]}");
}

const char *
license_file_payload(struct arena *arena, const struct license_answer *answer, const struct license_file_claims *claims)
{
	const char *members = license_payload(arena, answer);
	struct buffer payload = buffer_new(arena);

	/* Behind the answer's own members. */
	buffer_printf(&payload, "%.*s,\"file_id\":\"%s\",\"file_expires_at\":", (int)(strlen(members) - 1), members, claims->file_id);
	buffer_json_time(&payload, claims->file_expires_at);
	buffer_text(&payload, ",\"machine\":");
	add_machine(&payload, arena, claims);
	buffer_char(&payload, '}');
	return buffer_string(&payload);
}
