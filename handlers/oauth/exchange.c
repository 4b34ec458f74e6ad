/*
 * grant_type=token-exchange (RFC 8693, oauth.md rule 26): a client that was called with a token calls on in the same person's name, with a
 * token for the next resource that can never do more nor live longer; or it gets an assertion about its person for another authorization
 * server (id-jag).
 */
#include "handlers/oauth/token.h"

#include <string.h>

#include "domain/claims.h"
#include "domain/oauth_resources.h"
#include "lib/oauth.h"

#define TOKEN_TYPE_URN	  "urn:ietf:params:oauth:token-type:"
#define TYPE_ACCESS_TOKEN TOKEN_TYPE_URN "access_token"
#define TYPE_ID_TOKEN	  TOKEN_TYPE_URN "id_token"
#define TYPE_ID_JAG	  TOKEN_TYPE_URN "id-jag"

#define ID_JAG_LIFE_MS (5 * MINUTE_MS)

static bool
is_equal(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* ---- an access token for another resource ---- */

/*
 * The token has to have come to this client: issued to it, or for what is its own. One that is bound to a key is exchanged by the holder of
 * that key alone.
 */
static enum err
read_subject(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const char *jkt, struct oauth_token *ret)
{
	const struct token_input *in = rq->input;

	TRY(oauth_token_read(rq, tx, client->project_id, oauth_issuer(rq, client->issuer_client_id), in->subject_token, ret));
	if (!ret->is_active)
		return ERR_INVALID_REQUEST;
	if (!is_equal(ret->token.client_id, client->client_id) && !oauth_client_has_audience(rq->arena, client, ret->token.audience))
		return ERR_INVALID_REQUEST;
	return ret->token.jkt == NULL || is_equal(ret->token.jkt, jkt) ? OK : ERR_INVALID_REQUEST;
}

/* One target, by either name, of those that the client's tokens may be for. */
static enum err
find_target(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, struct found_resource *ret)
{
	const struct token_input *in = rq->input;
	const struct resource_asker asker = RESOURCE_ASKER_OF(client);
	const char *asked = in->resource != NULL ? in->resource : in->audience;

	if (asked == NULL || (in->audience != NULL && strcmp(asked, in->audience) != 0))
		return ERR_INVALID_TARGET;
	return oauth_resource_find(tx, client->project_id, &asker, asked, ret);
}

/* Nothing that the first token doesn't hold; of that, what there is at the target. */
static enum err
choose_scope(const struct request *rq, const struct oauth_client_row *client, const struct found_resource *target,
	     const struct access_token *subject, const char *plan, const char **ret_scope)
{
	const struct token_input *in = rq->input;
	const struct resource_asker asker = RESOURCE_ASKER_OF(client);
	const char *asked = in->scope != NULL ? in->scope : subject->scope;

	if (!scope_is_within(asked, subject->scope))
		return ERR_INVALID_SCOPE;
	*ret_scope = resource_scope_for_person(rq->arena, &target->resource, &asker, plan, asked);
	return (*ret_scope)[0] != '\0' || asked[0] == '\0' ? OK : ERR_INVALID_SCOPE;
}

/* What is said of the subject now: a person, or a program. */
static enum err
read_claims(struct tx *tx, const struct oauth_client_row *client, const struct access_token *subject, struct project_claims *ret)
{
	if (subject->grant_id != NULL)
		return claims_told(tx, client->project_id, subject->subject, ret);
	*ret = (struct project_claims){ .plan = client->org_plan };
	return OK;
}

/* Whom and what sign-in the first token was about stays; whose it is now is said by client_id and act. */
static struct access_token
derive(const struct request *rq, const struct oauth_client_row *client, const struct token_target *target, const struct oauth_token *subject,
       const char *scope, const struct project_claims *claims)
{
	struct access_token token = subject->token, own = token_begin(rq, client, target, scope);
	bool tells_email = scope_has(target->token_claims, "email") && scope_has(scope, "email");

	token.audience = own.audience;
	token.client_id = own.client_id;
	token.scope = scope;
	token.jkt = own.jkt;
	token.org_id = own.org_id;
	token.issued_at = own.issued_at;
	token.expires_at = own.expires_at < token.expires_at ? own.expires_at : token.expires_at;
	token.act = access_token_act(rq->arena, client->client_id, subject->token.act);
	token.email = tells_email && token.grant_id != NULL ? subject->state.email : NULL;
	token.email_verified = subject->state.email_verified_at != NONE;
	token.claims = project_claims_keep(claims, target->token_claims);
	return token;
}

static enum err
exchange_access_token(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const char *jkt, struct token_view *ret)
{
	const struct token_input *in = rq->input;
	struct found_resource found;
	struct oauth_token subject;
	struct project_claims claims;
	const char *scope, *text;

	if (!is_equal(in->subject_token_type, TYPE_ACCESS_TOKEN))
		return ERR_INVALID_REQUEST;
	TRY(read_subject(rq, tx, client, jkt, &subject));
	TRY(find_target(rq, tx, client, &found));
	TRY(read_claims(tx, client, &subject.token, &claims));
	TRY(choose_scope(rq, client, &found, &subject.token, claims.plan, &scope));
	struct token_target target = token_target_of(client, &found, jkt);
	TRY(token_take_key(tx, client, &target));
	struct access_token token = derive(rq, client, &target, &subject, scope, &claims);
	if (token.act == NULL)
		return ERR_INVALID_REQUEST;
	TRY(token_sign(rq, tx, client, &target, &token, &text));
	*ret = (struct token_view){
		.access_token = text,
		.token_type = token_type(jkt),
		.expires_in = (token.expires_at - token.issued_at) / SECOND_MS,
		.scope = scope,
		.issued_token_type = TYPE_ACCESS_TOKEN,
	};
	return OK;
}

/* ---- an assertion for another server ---- */

/* Is the pair among the client's id_jag_targets? */
static bool
is_jag_target(struct arena *arena, const struct oauth_client_row *client, const char *audience, const char *resource)
{
	struct json targets;

	if (json_parse(arena, client->id_jag_targets, strlen(client->id_jag_targets), &targets, NULL) != OK || targets.type != JSON_ARRAY)
		return false;
	for (size_t i = 0; i < targets.count; i++) {
		const struct json *audience_of = json_member(&targets.items[i], "audience");
		const struct json *resource_of = json_member(&targets.items[i], "resource");

		if (audience_of != NULL && resource_of != NULL && audience_of->type == JSON_STRING && resource_of->type == JSON_STRING &&
		    is_equal(audience_of->string, audience) && is_equal(resource_of->string, resource))
			return true;
	}
	return false;
}

/* It is nobody's access token, so it isn't bound to a key and its type is "N_A" (RFC 8693 section 2.2.1). */
static enum err
exchange_id_token(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, struct token_view *ret)
{
	const struct token_input *in = rq->input;
	struct id_jag jag = {
		.issuer = oauth_issuer(rq, client->issuer_client_id),
		.audience = in->audience,
		.resource = in->resource,
		.client_id = client->client_id,
		.scope = in->scope,
		.issued_at = rq->now_ms,
		.expires_at = rq->now_ms + ID_JAG_LIFE_MS,
	};
	const struct found_resource own = { .resource = { .identifier = client->client_id, .is_client = true } };
	struct token_target target = token_target_of(client, &own, NULL);
	const char *text;

	if (!is_equal(in->subject_token_type, TYPE_ID_TOKEN))
		return ERR_INVALID_REQUEST;
	TRY(oauth_id_token_read(rq, tx, client, jag.issuer, in->subject_token, &jag.subject));
	if (jag.subject == NULL)
		return ERR_INVALID_REQUEST;
	if (!is_jag_target(rq->arena, client, in->audience, in->resource))
		return ERR_INVALID_TARGET;
	TRY(tx_make_id(tx, ID_ACCESS_TOKEN, &jag.jti));
	TRY(token_take_key(tx, client, &target));
	TRY(token_sign_claims(rq, client, &target, ID_JAG_TYPE, id_jag_claims(rq->arena, &jag), &text));
	*ret = (struct token_view){
		.access_token = text,
		.token_type = "N_A",
		.expires_in = ID_JAG_LIFE_MS / SECOND_MS,
		.scope = in->scope != NULL ? in->scope : "",
		.issued_token_type = TYPE_ID_JAG,
	};
	return OK;
}

enum err
token_exchange(const struct request *rq, struct tx *tx, struct oauth_client_row *client, const char *jkt, struct token_view *ret)
{
	const struct token_input *in = rq->input;

	if (client->is_public)
		return ERR_UNAUTHORIZED_CLIENT;
	if (in->subject_token == NULL || in->subject_token_type == NULL || in->actor_token != NULL)
		return ERR_INVALID_REQUEST;
	TRY(token_note_use(tx, client));
	if (in->requested_token_type == NULL || strcmp(in->requested_token_type, TYPE_ACCESS_TOKEN) == 0)
		return exchange_access_token(rq, tx, client, jkt, ret);
	if (strcmp(in->requested_token_type, TYPE_ID_JAG) == 0)
		return exchange_id_token(rq, tx, client, ret);
	return ERR_INVALID_REQUEST;
}
