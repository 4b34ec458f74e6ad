/*
 * grant_type=jwt-bearer (RFC 7523 section 2.1, oauth.md rule 27): an assertion of a trusted issuer about a person becomes that person's
 * token for the client that brings it; a workload's token becomes one of the client that the workload is.
 */
#include "handlers/oauth/token.h"

#include <string.h>

#include "domain/claims.h"
#include "domain/client_documents.h"
#include "domain/grants.h"
#include "domain/trusted_issuers.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/text.h"

#define JTI_KIND "id_jag"

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static enum err
refuse_grant(const struct request *rq, const char *why)
{
	request_reason(rq, arena_printf(rq->arena, "jwt-bearer: %s", why));
	return ERR_INVALID_GRANT;
}

/* ---- who asks, and whose word it is ---- */

static enum err
find_for_person(const struct request *rq, struct tx *tx, struct token_assertion *assertion, struct oauth_client_row *ret_client)
{
	const struct token_input *in = rq->input;
	struct q_trusted_issuer_of_people_row trust;
	struct oauth_client_row client;

	TRY(oauth_client_find(rq, tx, in->issuer_id, CLIENT_INPUT_OF(in), &client));
	enum err e = q_trusted_issuer_of_people(
	    tx->db,
	    &(struct q_trusted_issuer_of_people){ .project_id = client.project_id, .issuer = bytes_of(assertion->grant.issuer) }, &trust);
	if (e == ERR_NO_ROW)
		return refuse_grant(rq, "iss isn't trusted");
	TRY(e);
	if (!words_have(trust.client_ids, client.client_id, strlen(client.client_id)))
		return refuse_grant(rq, "iss isn't trusted with this client");
	assertion->jwks_uri = trust.jwks_uri;
	assertion->provider = trust.provider;
	assertion->scopes = trust.scopes;
	*ret_client = client;
	return OK;
}

/* The token proves the client; what else it may have brought has to say the same. */
static enum err
find_for_workload(const struct request *rq, struct tx *tx, struct token_assertion *assertion, struct oauth_client_row *ret_client)
{
	const struct token_input *in = rq->input;
	struct q_trusted_issuer_of_workload_row trust;
	enum err e = q_trusted_issuer_of_workload(tx->db,
						  &(struct q_trusted_issuer_of_workload){
						      .issuer = bytes_of(assertion->grant.issuer),
						      .subject = bytes_of(assertion->grant.subject),
						      .issuer_client_id = in->issuer_id,
						  },
						  &trust);

	if (e == ERR_NO_ROW)
		return refuse_grant(rq, "iss with that sub isn't trusted");
	TRY(e);
	TRY(oauth_client_of_workload(rq, tx, in->issuer_id, CLIENT_INPUT_OF(in), trust.client_id, ret_client));
	assertion->jwks_uri = trust.jwks_uri;
	assertion->scopes = trust.scopes;
	return OK;
}

enum err
token_assertion_read(const struct request *rq, struct tx *tx, struct token_assertion *ret, struct oauth_client_row *ret_client)
{
	const struct token_input *in = rq->input;
	struct token_assertion assertion = { .provider = NULL };

	if (in->assertion == NULL)
		return ERR_INVALID_REQUEST;
	if (!jwt_bearer_parse(rq->arena, in->assertion, &assertion.grant))
		return refuse_grant(rq, "no assertion");
	TRY((assertion.grant.is_of_person ? find_for_person : find_for_workload)(rq, tx, &assertion, ret_client));
	*ret = assertion;
	return OK;
}

/* One of the issuer's keys signed it; the key decides the algorithm. */
static enum err
verify_signature(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const struct token_assertion *assertion)
{
	const struct jws *jws = &assertion->grant.jws;
	struct json keys;
	enum err e = client_keys_find(tx, client->project_id, assertion->jwks_uri, jws, &keys);

	if (e == ERR_NO_ROW)
		return refuse_grant(rq, "no such key");
	TRY(e);
	return jws_verify(rq->arena, jws, &keys) ? OK : refuse_grant(rq, "signature");
}

/* ---- scopes ---- */

/* None that the issuer isn't trusted with. */
static const char *
below(struct arena *arena, const struct token_assertion *assertion, const char *scope)
{
	return assertion->scopes[0] == '\0' ? scope : scope_keep(arena, scope, assertion->scopes);
}

/* What the issuer named is the most; less may be asked for. */
static enum err
scope_of_person(const struct request *rq, const struct oauth_client_row *client, const struct token_assertion *assertion,
		const struct person_assertion *said, const struct found_resource *found, const char *plan, const char **ret_scope)
{
	const struct token_input *in = rq->input;
	const struct resource_asker asker = RESOURCE_ASKER_OF(client);
	const char *asked = in->scope != NULL ? in->scope : said->scope;

	if (said->scope != NULL && !scope_is_within(asked, said->scope))
		return ERR_INVALID_SCOPE;
	const char *scope = below(rq->arena, assertion, resource_scope_for_person(rq->arena, &found->resource, &asker, plan, asked));
	if (scope[0] == '\0' && asked != NULL && asked[0] != '\0')
		return ERR_INVALID_SCOPE;
	*ret_scope = scope;
	return OK;
}

/* ---- a person's token ---- */

struct errand {
	const struct request *rq;
	struct tx *tx;
	const struct oauth_client_row *client;
	const struct token_assertion *assertion;
	struct person_assertion said;
	struct found_resource found;
	struct trusted_person_row person;
	struct project_claims claims;
	const char *scope, *grant_id;
	int64_t ttl_s;
};

/* By what the provider calls them, and by nothing else. */
static enum err
find_person(struct errand *errand)
{
	const struct token_assertion *assertion = errand->assertion;
	const char *problem = NULL;

	TRY(trusted_provider_problem(errand->tx, errand->client->project_id, assertion->provider, assertion->grant.issuer, &problem));
	if (problem != NULL)
		return refuse_grant(errand->rq, "the provider is off, or another issuer's");
	enum err e = q_trusted_issuer_person(errand->tx->db,
					     &(struct q_trusted_issuer_person){
						 .project_id = errand->client->project_id,
						 .provider = assertion->provider,
						 .subject = bytes_of(assertion->grant.subject),
					     },
					     &errand->person);
	return e == ERR_NO_ROW ? refuse_grant(errand->rq, "nobody has that account, or may not sign in") : e;
}

/* The row is what makes it work once: of many at the same time the database takes one. */
static enum err
burn(struct errand *errand)
{
	const char *name = arena_printf(errand->tx->arena, "%s\n%s", errand->assertion->grant.issuer, errand->said.jti);
	enum err e = q_used_jti_insert(errand->tx->db,
				       &(struct q_used_jti_insert){
					   .project_id = errand->client->project_id,
					   .kind = JTI_KIND,
					   .digest = sha256_bytes(errand->tx->arena, name, strlen(name)),
					   .expires_at = errand->said.gone_at,
				       },
				       NULL);

	return db_on_duplicate(errand->tx->db, e, DUP_USED_JTIS_PRIMARY, ERR_INVALID_GRANT);
}

/* A grant as long as the token: with it end both, when the person is deactivated or the client is theirs no more. */
static enum err
burn_and_grant(void *context)
{
	struct errand *errand = context;
	const struct oauth_client_row *client = errand->client;

	TRY(burn(errand));
	return grant_add(errand->tx,
			 &(struct grant_make){
			     .project_id = client->project_id,
			     .org_id = client->org_id,
			     .user_id = errand->person.id,
			     .session_id = "",
			     .client_id = client->client_id,
			     .client_name = client->client_id,
			     .client_digest = bytes_of(""),
			     .issuer = oauth_issuer(errand->rq, client->issuer_client_id),
			     .resource = errand->found.resource.identifier,
			     .scope = errand->scope,
			     .is_offline = true,
			     .expires_at = errand->tx->now_ms + errand->ttl_s * SECOND_MS,
			 },
			 &errand->grant_id);
}

static enum err
judge_person_assertion(struct errand *errand)
{
	const struct request *rq = errand->rq;
	const struct token_input *in = rq->input;
	const struct oauth_client_row *client = errand->client;
	const struct resource_asker asker = RESOURCE_ASKER_OF(client);
	const char *problem = person_assertion_problem(&errand->assertion->grant.jws.claims, oauth_issuer(rq, client->issuer_client_id),
						       client->client_id, rq->now_ms, &errand->said);

	if (problem != NULL)
		return refuse_grant(rq, problem);
	if (in->resource != NULL && !oauth_resource_matches(errand->said.resource, in->resource))
		return ERR_INVALID_TARGET;
	TRY(oauth_resource_find(errand->tx, client->project_id, &asker, errand->said.resource, &errand->found));
	TRY(find_person(errand));
	TRY(claims_told(errand->tx, client->project_id, errand->person.id, &errand->claims));
	return scope_of_person(rq, client, errand->assertion, &errand->said, &errand->found, errand->claims.plan, &errand->scope);
}

static enum err
issue_to_person(const struct request *rq, struct tx *tx, const struct token_assertion *assertion, const struct oauth_client_row *client,
		const char *jkt, struct token_view *ret)
{
	struct errand errand = { .rq = rq, .tx = tx, .client = client, .assertion = assertion };
	const char *text;

	TRY(judge_person_assertion(&errand));
	struct token_target target = token_target_of(client, &errand.found, jkt);
	TRY(token_take_key(tx, client, &target));
	TRY(token_note_use(tx, client));
	errand.ttl_s = target.ttl_s;
	enum err e = db_transact(tx->db, TX_WRITE, burn_and_grant, &errand);
	if (e == ERR_INVALID_GRANT)
		return refuse_grant(rq, "jti was used before");
	TRY(e);
	const struct token_person person = {
		.grant_id = errand.grant_id,
		.user_id = errand.person.id,
		.scope = errand.scope,
		.resource = errand.found,
		.token_version = errand.person.token_version,
		.authenticated_at = NONE,
		.email = errand.person.email,
		.email_verified = errand.person.email_verified_at != NONE,
		.name = errand.person.name,
		.claims = errand.claims,
	};
	TRY(token_sign_for_person(rq, tx, client, &target, &person, &text));
	*ret = (struct token_view){
		.access_token = text,
		.token_type = token_type(jkt),
		.expires_in = target.ttl_s,
		.scope = errand.scope,
	};
	return OK;
}

/* ---- a workload's ---- */

static enum err
issue_to_workload(const struct request *rq, struct tx *tx, const struct token_assertion *assertion, struct oauth_client_row *client,
		  const char *jkt, struct token_view *ret)
{
	const char *problem =
	    workload_token_problem(&assertion->grant.jws.claims, oauth_issuer(rq, client->issuer_client_id), rq->now_ms);

	if (problem != NULL)
		return refuse_grant(rq, problem);
	return token_issue_to_program(rq, tx, client, jkt, assertion->scopes, ret);
}

enum err
token_assertion_redeem(const struct request *rq, struct tx *tx, const struct token_assertion *assertion, struct oauth_client_row *client,
		       const char *jkt, struct token_view *ret)
{
	if (client->is_public)
		return ERR_UNAUTHORIZED_CLIENT;
	TRY(verify_signature(rq, tx, client, assertion));
	if (!assertion->grant.is_of_person)
		return issue_to_workload(rq, tx, assertion, client, jkt, ret);
	return issue_to_person(rq, tx, assertion, client, jkt, ret);
}
