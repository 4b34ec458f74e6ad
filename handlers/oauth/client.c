/*
 * Who asks at an OAuth endpoint, and how they prove it (RFC 6749 section 2.3, RFC 7523; oauth.md rules 15 and 23).
 */
#include "handlers/oauth/oauth.h"

#include <string.h>

#include "domain/client_documents.h"
#include "lib/encode.h"
#include "lib/http.h"
#include "lib/oauth.h"
#include "lib/secrets.h"
#include "sql/gen/schema_keys.h"

/* Whose assertions are kept as used. */
#define JTI_KIND "client_assertion"

/* What a client says to be, and one proof of it. */
struct claim {
	const char *client_id;
	const char *secret;	/* NULL: none */
	bool has_assertion;
	struct jws assertion;
};

static enum err
read_header(const struct request *rq, const struct client_input *in, struct claim *ret)
{
	enum authorization_scheme scheme = AUTHORIZATION_NONE;
	const char *credentials = NULL;

	if (http_parse_authorization(rq->arena, rq->authorization, &scheme, &credentials) != OK ||
	    scheme != AUTHORIZATION_BASIC || in->client_secret != NULL || in->client_assertion != NULL ||
	    !http_parse_basic_client(rq->arena, credentials, &ret->client_id, &ret->secret))
		return ERR_INVALID_CLIENT;
	return OK;
}

/* RFC 7521 section 4.2: the id may be left out, for the token says it. */
static enum err
read_assertion(const struct request *rq, const struct client_input *in, struct claim *ret)
{
	if (in->client_secret != NULL || in->client_assertion_type == NULL ||
	    strcmp(in->client_assertion_type, CLIENT_ASSERTION_TYPE) != 0 ||
	    !client_assertion_parse(rq->arena, in->client_assertion, &ret->assertion, &ret->client_id))
		return ERR_INVALID_CLIENT;
	ret->has_assertion = true;
	return OK;
}

/* From the header or the form, never both. */
static enum err
read_claim(const struct request *rq, const struct client_input *in, struct claim *ret)
{
	struct claim claim = { .client_id = in->client_id, .secret = in->client_secret };

	if (rq->authorization != NULL)
		TRY(read_header(rq, in, &claim));
	else if (in->client_assertion != NULL)
		TRY(read_assertion(rq, in, &claim));
	if (claim.client_id == NULL || (in->client_id != NULL && strcmp(in->client_id, claim.client_id) != 0))
		return ERR_INVALID_CLIENT;
	*ret = claim;
	return OK;
}

/* ---- proofs ---- */

static bool
is_digest(struct bytes stored, const uint8_t digest[SECRET_DIGEST_LEN])
{
	return stored.len == SECRET_DIGEST_LEN && secret_equal(stored.data, digest, SECRET_DIGEST_LEN);
}

/* The id of the secret that this is; NULL: none of the client's. */
static const char *
find_secret(const struct oauth_client_row *client, const char *secret)
{
	uint8_t digest[SECRET_DIGEST_LEN];

	secret_digest(secret, digest);
	if (is_digest(client->secret_digest, digest))
		return client->secret_id;
	return is_digest(client->old_secret_digest, digest) ? client->old_secret_id : NULL;
}

static enum err
judge_secret(const struct request *rq, const struct oauth_client_row *client, const char *secret)
{
	if (client->is_public || secret == NULL)
		return client->is_public && secret == NULL ? OK : ERR_INVALID_CLIENT;
	const char *secret_id = find_secret(client, secret);
	if (secret_id == NULL)
		return ERR_INVALID_CLIENT;
	request_note_secret(rq, client->project_id, secret_id);
	return OK;
}

/* One of the client's keys signed it; the key decides the algorithm. */
static enum err
verify_signature(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const struct jws *assertion)
{
	enum err e = OK;
	struct json keys;

	if (client->jwks_uri != NULL)
		e = client_keys_find(tx, client->project_id, client->jwks_uri, assertion, &keys);
	else if (client->jwks == NULL || json_parse(rq->arena, client->jwks, strlen(client->jwks), &keys, NULL) != OK)
		e = ERR_NO_ROW;
	if (e != OK)
		return e == ERR_NO_ROW ? ERR_INVALID_CLIENT : e;
	return jws_verify(rq->arena, assertion, &keys) ? OK : ERR_INVALID_CLIENT;
}

/*
 * The row is what makes it work once: of many at the same time the database takes one. A lost answer isn't asked for again, or the client's
 * own first use would look like another's.
 */
static enum err
burn(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const char *jti, int64_t gone_at)
{
	const char *name = arena_printf(rq->arena, "%s\n%s", client->client_id, jti);
	enum err e = q_used_jti_insert(tx->db,
				       &(struct q_used_jti_insert){
					   .project_id = client->project_id,
					   .kind = JTI_KIND,
					   .digest = sha256_bytes(rq->arena, name, strlen(name)),
					   .expires_at = gone_at,
				       },
				       NULL);

	e = db_on_duplicate(tx->db, e, DUP_USED_JTIS_PRIMARY, ERR_INVALID_CLIENT);
	return e == ERR_DB_LOST ? ERR_BUSY : e;
}

static enum err
judge_assertion(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const struct claim *claim)
{
	const char *issuer = oauth_issuer(rq, client->issuer_client_id);
	struct client_assertion_expected expected = {
		.client_id = claim->client_id,
		.issuer = issuer,
		.token_endpoint = arena_printf(rq->arena, "%s/oauth/token", issuer),
		.now_ms = rq->now_ms,
	};
	const char *jti = NULL;
	int64_t gone_at = 0;

	TRY(verify_signature(rq, tx, client, &claim->assertion));
	const char *problem = client_assertion_problem(&claim->assertion.claims, &expected, &jti, &gone_at);
	if (problem != NULL) {
		request_reason(rq, arena_printf(rq->arena, "client assertion: %s", problem));
		return ERR_INVALID_CLIENT;
	}
	return burn(rq, tx, client, jti, gone_at);
}

static enum err
judge(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const struct claim *claim)
{
	if (client->is_by_key != claim->has_assertion)
		return ERR_INVALID_CLIENT;
	return client->is_by_key ? judge_assertion(rq, tx, client, claim) : judge_secret(rq, client, claim->secret);
}

/* An active client of this issuer. */
static enum err
find_row(const struct request *rq, struct tx *tx, const char *issuer_client_id, const char *id, struct oauth_client_row *ret)
{
	struct oauth_client_row row;

	TRY(request_limit_client(rq, id, false));
	enum err e = q_oauth_client(tx->db, &(struct q_oauth_client){ .client_id = id }, &row);
	if (e == ERR_NO_ROW)
		return ERR_INVALID_CLIENT;
	TRY(e);
	if (strcmp(row.issuer_client_id, issuer_client_id) != 0)
		return ERR_INVALID_CLIENT;
	*ret = row;
	return OK;
}

enum err
oauth_client_find(const struct request *rq, struct tx *tx, const char *issuer_client_id, const struct client_input *in,
		  struct oauth_client_row *ret_row)
{
	struct claim claim;
	struct oauth_client_row row;

	TRY(read_claim(rq, in, &claim));
	const char *id = claim.client_id;
	if (oauth_client_is_document(id))
		TRY(oauth_client_of_document(rq, tx, issuer_client_id, id, false, &id));
	/* Its grammar is checked before any SQL: collations ignore trailing spaces. */
	if (!id_is_valid(ID_ANY_CLIENT, id))
		return ERR_INVALID_CLIENT;
	TRY(find_row(rq, tx, issuer_client_id, id, &row));
	TRY(judge(rq, tx, &row, &claim));
	TRY(request_limit_client(rq, id, true));
	*ret_row = row;
	return OK;
}

enum err
oauth_client_of_workload(const struct request *rq, struct tx *tx, const char *issuer_client_id, const struct client_input *in,
			 const char *client_id, struct oauth_client_row *ret_row)
{
	struct oauth_client_row row;

	if (rq->authorization == NULL && in->client_secret == NULL && in->client_assertion == NULL) {
		if (in->client_id != NULL && strcmp(in->client_id, client_id) != 0)
			return ERR_INVALID_CLIENT;
		return find_row(rq, tx, issuer_client_id, client_id, ret_row);
	}
	TRY(oauth_client_find(rq, tx, issuer_client_id, in, &row));
	if (strcmp(row.client_id, client_id) != 0)
		return ERR_INVALID_CLIENT;
	*ret_row = row;
	return OK;
}

bool
oauth_client_has_audience(struct arena *arena, const struct oauth_client_row *client, const char *audience)
{
	struct strings audiences = oauth_audiences(arena, client->audiences, client->client_id);

	for (size_t i = 0; i < audiences.count; i++)
		if (oauth_resource_matches(audiences.items[i], audience))
			return true;
	return false;
}
