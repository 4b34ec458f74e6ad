/*
 * The text of a link and its hash. The array holds strings, nulls and one whole number, so of RFC 8785 only its strings matter here.
 */
#include "lib/audit_chain.h"

#include <string.h>

#include "lib/buffer.h"
#include "lib/encode.h"

/*
 * RFC 8785 section 3.2.2.2: escapes where RFC 8259 asks for one, the short form where there is one, everything else as it is.
 * buffer_json_string() also escapes '<', which is as good in JSON but not canonical.
 */
static void
add_string(struct buffer *b, const char *text)
{
	static const char SHORT[0x20] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };

	if (text == NULL) {
		buffer_text(b, "null");
		return;
	}
	buffer_char(b, '"');
	for (const char *at = text; *at != '\0'; at++) {
		unsigned char c = (unsigned char)*at;

		if (c == '"' || c == '\\')
			buffer_char(b, '\\');
		if (c >= 0x20)
			buffer_char(b, *at);
		else if (SHORT[c] != 0)
			buffer_printf(b, "\\%c", SHORT[c]);
		else
			buffer_printf(b, "\\u%04x", c);
	}
	buffer_char(b, '"');
}

const char *
audit_link_text(struct arena *arena, const struct audit_link *link)
{
	char occurred_at[TIME_TEXT_SIZE];
	const char *changes = hex_encode(arena, sha256_bytes(arena, link->changes, strlen(link->changes)));
	struct buffer b = buffer_new(arena);

	time_format(link->occurred_at, occurred_at);
	const char *const members[] = {
		link->chain,	    link->id,	       link->workspace_id, occurred_at,	     link->action,
		link->actor_kind,   link->actor_id,    link->actor_label,  link->target_type, link->target_id,
		link->target_label, link->result,      link->ip,	   link->user_agent,  link->request_id,
		changes,
	};

	buffer_char(&b, '[');
	buffer_json_int(&b, link->seq);
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		buffer_char(&b, ',');
		add_string(&b, members[i]);
	}
	buffer_char(&b, ']');
	return buffer_string(&b);
}

void
audit_link_hash(struct arena *arena, const uint8_t previous[AUDIT_HASH_SIZE], const struct audit_link *link,
		uint8_t ret_hash[AUDIT_HASH_SIZE])
{
	struct buffer b = buffer_new(arena);

	buffer_add(&b, previous, AUDIT_HASH_SIZE);
	buffer_text(&b, audit_link_text(arena, link));
	sha256_of(b.data, b.len, ret_hash);
}
