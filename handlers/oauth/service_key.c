/*
 * A service key in place of a client's own credentials, at the OAuth endpoint that takes one (RFC 7662 section 2.1; oauth.md rule 29).
 */
#include "handlers/oauth/oauth.h"

#include "lib/http.h"
#include "lib/secrets.h"

bool
oauth_is_by_key(const struct request *rq)
{
	enum authorization_scheme scheme = AUTHORIZATION_NONE;
	const char *credentials;

	return http_parse_authorization(rq->arena, rq->authorization, &scheme, &credentials) == OK && scheme == AUTHORIZATION_BEARER;
}

static bool
read_key(const struct request *rq, const char **ret_text)
{
	enum authorization_scheme scheme;
	enum secret_kind kind;

	return http_parse_authorization(rq->arena, rq->authorization, &scheme, ret_text) == OK && secret_parse(*ret_text, &kind) &&
	       (kind == SECRET_SERVICE_LIVE || kind == SECRET_SERVICE_TEST);
}

static enum err
refuse_key(const struct request *rq)
{
	reply_challenge(rq, "Bearer realm=\"Gatehouse\", error=\"invalid_token\"");
	return ERR_INVALID_CLIENT;
}

enum err
oauth_key_find(const struct request *rq, struct tx *tx, const char *issuer_client_id, enum permission permission,
	       struct oauth_key_row *ret_row)
{
	uint8_t digest[SECRET_DIGEST_LEN];
	struct oauth_key_row row;
	const char *text;

	if (!read_key(rq, &text))
		return refuse_key(rq);
	secret_digest(text, digest);
	enum err e = q_oauth_asking_key(tx->db, &(struct q_oauth_asking_key){ .client_id = issuer_client_id, .digest = { digest, sizeof(digest) } }, &row);
	if (e == ERR_NO_ROW)
		return refuse_key(rq);
	TRY(e);
	request_note_key(rq, row.id);
	TRY(request_limit_client(rq, row.id, true));
	if (!scopes_contain(row.scopes, permission)) {
		reply_challenge(rq, arena_printf(rq->arena, "Bearer realm=\"Gatehouse\", error=\"insufficient_scope\", scope=\"%s\"",
						 permission_name(permission)));
		return ERR_INSUFFICIENT_SCOPE;
	}
	*ret_row = row;
	return OK;
}
