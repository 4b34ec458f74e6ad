/*
 * A letter as JSON text, sealed.
 */
#include "domain/letter.h"

#include "lib/buffer.h"
#include "lib/json.h"

static struct seal_place
place_of(const char *project_id, const char *message_id)
{
	return (struct seal_place){
		.table = "messages", .column = "payload_sealed", .row_id = message_id, .project_id = project_id
	};
}

enum err
letter_seal(struct tx *tx, const char *project_id, const char *message_id, const struct letter *letter,
	    struct bytes *ret_sealed)
{
	struct seal_place place = place_of(project_id, message_id);
	struct buffer json = buffer_new(tx->arena);

	buffer_text(&json, "{\"subject\":");
	buffer_json_string(&json, letter->subject);
	buffer_text(&json, ",\"text\":");
	buffer_json_string(&json, letter->text);
	buffer_text(&json, ",\"html\":");
	buffer_json_string(&json, letter->html);
	buffer_text(&json, ",\"expires_at\":");
	buffer_json_int(&json, letter->expires_at);
	buffer_text(&json, "}");
	arena_wipe_later(tx->arena, json.data, json.len);
	return keyring_seal(tx->keyring, tx->arena, &place,
			    (struct bytes){ (const uint8_t *)json.data, json.len }, ret_sealed);
}

static const char *
string_member(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, name);

	return member != NULL && member->type == JSON_STRING ? member->string : NULL;
}

enum err
letter_open(struct tx *tx, const char *project_id, const char *message_id, struct bytes sealed,
	    struct letter *ret)
{
	struct seal_place place = place_of(project_id, message_id);
	struct bytes plain;
	struct json object;

	TRY(keyring_open(tx->keyring, tx->arena, &place, sealed, &plain));
	if (json_parse(tx->arena, (const char *)plain.data, plain.len, &object, NULL) != OK ||
	    object.type != JSON_OBJECT)
		return ERR_CRYPTO;

	const struct json *expires_at = json_member(&object, "expires_at");
	struct letter letter = {
		.subject = string_member(&object, "subject"),
		.text = string_member(&object, "text"),
		.html = string_member(&object, "html"),
		.expires_at = expires_at != NULL && expires_at->type == JSON_INT ? expires_at->integer : NONE,
	};
	if (letter.subject == NULL || letter.text == NULL)
		return ERR_CRYPTO;
	*ret = letter;
	return OK;
}
