/*
 * A client's URIs and secrets as rows, and what it is called.
 */
#include "domain/clients.h"

#include <string.h>

#include "domain/projects.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "lib/uris.h"
#include "sql/gen/queries.h"

enum err
client_set_uris(struct tx *tx, const char *project_id, const char *client_id, const char *kind, struct strings uris)
{
	TRY(q_client_uri_delete_all(
	    tx->db,
	    &(struct q_client_uri_delete_all){ .project_id = project_id, .client_id = client_id, .kind = kind }, NULL));
	for (size_t i = 0; i < uris.count; i++) {
		size_t len = strlen(uris.items[i]);

		TRY(q_client_uri_insert(tx->db,
					&(struct q_client_uri_insert){
					    .project_id = project_id,
					    .client_id = client_id,
					    .kind = kind,
					    .uri_digest = sha256_bytes(tx->arena, uris.items[i], len),
					    .uri = { (const uint8_t *)uris.items[i], len },
					},
					NULL));
	}
	return OK;
}

/* The newest, in place of the one that was. */
static enum err
put_secret(struct tx *tx, const char *project_id, const char *client_id, int64_t expires_at, const char **ret_secret)
{
	struct secret secret;
	const char *id;

	TRY(secret_make(tx->arena, SECRET_CLIENT, &secret));
	TRY(tx_make_id(tx, ID_CLIENT_SECRET, &id));
	TRY(q_client_secret_set(tx->db,
				&(struct q_client_secret_set){
				    .project_id = project_id,
				    .client_id = client_id,
				    .id = id,
				    .digest = { secret.digest, sizeof(secret.digest) },
				    .prefix = arena_strdup(tx->arena, secret.prefix),
				    .last4 = arena_strdup(tx->arena, secret.last4),
				    .expires_at = expires_at,
				},
				NULL));
	*ret_secret = secret.text;
	return OK;
}

bool
client_has_grant(const char *grant_types, const char *project_type, const char *grant)
{
	size_t len = strlen(grant);

	return words_have(grant_types, grant, len) && words_have(project_grant_types(project_type), grant, len);
}

enum err
client_has_redirect_uri(struct tx *tx, const char *project_id, const char *client_id, const char *asked, bool *ret)
{
	struct q_oauth_app_uris_row *uris = NULL;
	size_t count = 0;
	bool has = false;

	TRY(q_oauth_app_uris(
	    tx->db,
	    &(struct q_oauth_app_uris){ .project_id = project_id, .client_id = client_id, .kind = CLIENT_URI_REDIRECT }, &uris,
	    &count));
	for (size_t i = 0; i < count && !has; i++)
		has = redirect_uri_matches(arena_strndup(tx->arena, (const char *)uris[i].uri.data, uris[i].uri.len), asked);
	*ret = has;
	return OK;
}

enum err
client_make_secret(struct tx *tx, const char *project_id, const char *client_id, int64_t grace_ms,
		   const char **ret_secret)
{
	TRY(q_client_secret_end_grace(
	    tx->db, &(struct q_client_secret_end_grace){ .project_id = project_id, .client_id = client_id }, NULL));
	if (grace_ms > 0)
		TRY(q_client_secret_retire(tx->db,
					   &(struct q_client_secret_retire){
					       .project_id = project_id,
					       .client_id = client_id,
					       .expires_at = tx->now_ms + grace_ms,
					   },
					   NULL));
	return put_secret(tx, project_id, client_id, NONE, ret_secret);
}

enum err
client_make_secret_until(struct tx *tx, const char *project_id, const char *client_id, int64_t expires_at, const char **ret_secret)
{
	TRY(q_client_secret_end_grace(
	    tx->db, &(struct q_client_secret_end_grace){ .project_id = project_id, .client_id = client_id }, NULL));
	return put_secret(tx, project_id, client_id, expires_at, ret_secret);
}

const char *
client_own_name(struct arena *arena, const char *client_id, struct bytes document)
{
	return document.data == NULL ? client_id : arena_strndup(arena, (const char *)document.data, document.len);
}

const char *
client_host(struct arena *arena, struct bytes document, const char *client_uri)
{
	if (document.data != NULL)
		return url_host(arena, client_own_name(arena, "", document));
	return client_uri != NULL ? url_host(arena, client_uri) : NULL;
}
