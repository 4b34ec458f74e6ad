/*
 * Reading and wanting documents.
 */
#include "domain/client_documents.h"

#include <string.h>

#include "domain/job_queue.h"
#include "lib/encode.h"

#define KEYS_ANEW_MS MINUTE_MS
#define STALE_MAX_MS DAY_MS

/* Two kinds at one address are two documents: who names an address for keys decides nothing about the client that it is the id of. */
struct bytes
client_document_digest(struct arena *arena, const char *kind, const char *url)
{
	const char *name = strcmp(kind, DOCUMENT_CLIENT) == 0 ? url : arena_printf(arena, "%s\n%s", kind, url);

	return sha256_bytes(arena, name, strlen(name));
}

enum err
client_document_read(struct tx *tx, const char *project_id, const char *kind, const char *url, struct client_document_row *ret)
{
	return q_client_document_get(
	    tx->db,
	    &(struct q_client_document_get){ .project_id = project_id, .url_digest = client_document_digest(tx->arena, kind, url) }, ret);
}

enum err
client_document_want(struct tx *tx, const char *project_id, const char *kind, const char *url)
{
	struct bytes digest = client_document_digest(tx->arena, kind, url);
	struct buffer payload = buffer_new(tx->arena);

	TRY(q_client_document_want(tx->db,
				   &(struct q_client_document_want){
				       .project_id = project_id,
				       .url_digest = digest,
				       .url = { (const uint8_t *)url, strlen(url) },
				       .kind = kind,
				   },
				   NULL));
	buffer_printf(&payload, "{\"kind\":\"%s\",\"url\":", kind);
	buffer_json_string(&payload, url);
	buffer_char(&payload, '}');
	return job_queue_once(tx, project_id, JOB_CLIENT_DOCUMENT, digest, buffer_string(&payload));
}

static bool
has_key(const struct json *keys, const char *kid)
{
	const struct json *list = keys->type == JSON_OBJECT ? json_member(keys, "keys") : NULL;

	if (kid == NULL || list == NULL || list->type != JSON_ARRAY)
		return list != NULL;
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].type == JSON_OBJECT ? json_text(&list->items[i], "kid") : NULL;

		if (name != NULL && strcmp(name, kid) == 0)
			return true;
	}
	return false;
}

static enum err
fetch_anew(struct tx *tx, const char *project_id, const char *url)
{
	TRY(client_document_want(tx, project_id, DOCUMENT_KEYS, url));
	return ERR_DOCUMENT_WANTED;
}

/* Asked for within the last minute, and answered or not. */
static bool
was_just_fetched(const struct tx *tx, const struct client_document_row *row)
{
	return strcmp(row->state, "wanted") != 0 && row->fetched_at != NONE && row->fetched_at > tx->now_ms - KEYS_ANEW_MS;
}

enum err
client_keys_find(struct tx *tx, const char *project_id, const char *url, const struct jws *token, struct json *ret_keys)
{
	struct client_document_row row;
	struct json keys;
	enum err e = client_document_read(tx, project_id, DOCUMENT_KEYS, url, &row);

	if (e == ERR_NO_ROW)
		return fetch_anew(tx, project_id, url);
	TRY(e);
	if (row.body != NULL && json_parse(tx->arena, row.body, strlen(row.body), &keys, NULL) == OK && has_key(&keys, token->kid) &&
	    row.fresh_until > tx->now_ms - STALE_MAX_MS) {
		/* A little too old: it serves while the next is fetched. */
		if (row.fresh_until <= tx->now_ms && !was_just_fetched(tx, &row))
			TRY(client_document_want(tx, project_id, DOCUMENT_KEYS, url));
		*ret_keys = keys;
		return OK;
	}
	return was_just_fetched(tx, &row) ? ERR_NO_ROW : fetch_anew(tx, project_id, url);
}
