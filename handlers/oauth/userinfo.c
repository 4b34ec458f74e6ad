/*
 * GET and POST /oauth/userinfo: who the person of an access token is, as far as its scopes go (OpenID Connect Core section 5.3).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/claims.h"
#include "handlers/oauth/oauth.h"
#include "lib/dpop.h"
#include "lib/http.h"
#include "lib/oauth.h"

struct userinfo_input {
	struct {
		bool issuer_id;
	} has;
	const char *issuer_id;
};

static const struct field userinfo_input_fields[] = {
	IN_ID(struct userinfo_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	FIELDS_END,
};

/* A claim that wasn't granted, and one that the person lacks, is left out. */
struct userinfo_view {
	const char *sub, *name, *preferred_username, *locale;
	const char *email, *email_verified;
	const char *phone_number, *phone_number_verified;
	const char *updated_at;
	const char *custom_claims, *plan, *role, *features;
};

static const struct field userinfo_fields[] = {
	OUT_STRING(struct userinfo_view, sub),
	OUT_STRING(struct userinfo_view, name, .flags = FIELD_OPTIONAL),
	OUT_STRING(struct userinfo_view, preferred_username, .flags = FIELD_OPTIONAL),
	OUT_STRING(struct userinfo_view, locale, .flags = FIELD_OPTIONAL),
	OUT_JSON(struct userinfo_view, updated_at, .flags = FIELD_OPTIONAL, .description = "Seconds"),
	OUT_STRING(struct userinfo_view, email, .flags = FIELD_OPTIONAL),
	OUT_JSON(struct userinfo_view, email_verified, .flags = FIELD_OPTIONAL, .description = "true or false"),
	OUT_STRING(struct userinfo_view, phone_number, .flags = FIELD_OPTIONAL),
	OUT_JSON(struct userinfo_view, phone_number_verified, .flags = FIELD_OPTIONAL, .description = "true or false"),
	OUT_JSON(struct userinfo_view, custom_claims, .flags = FIELD_OPTIONAL, .description = "What the project's backend says of them, plan and role within"),
	OUT_STRING(struct userinfo_view, plan, .flags = FIELD_OPTIONAL, .description = "Its key"),
	OUT_JSON(struct userinfo_view, role, .flags = FIELD_OPTIONAL, .description = "A text"),
	OUT_JSON(struct userinfo_view, features, .flags = FIELD_OPTIONAL, .description = "By their keys: true, false, a number, or null for unlimited"),
	FIELDS_END,
};

static const char *
json_bool(bool value)
{
	return value ? "true" : "false";
}

static struct userinfo_view
view_of(struct arena *arena, const struct oauth_token *read, const struct project_claims *claims)
{
	const struct q_oauth_token_state_row *user = &read->state;
	const char *scope = read->token.scope;
	struct userinfo_view view = {
		.sub = read->token.subject,
		.custom_claims = claims->custom_claims,
		.plan = claims->plan,
		.role = claims->role,
		.features = claims->features,
	};

	if (scope_has(scope, "profile")) {
		view.name = user->name[0] != '\0' ? user->name : NULL;
		view.preferred_username = user->username;
		view.locale = user->locale;
		view.updated_at = arena_printf(arena, "%lld", (long long)(user->user_updated_at / SECOND_MS));
	}
	if (scope_has(scope, "email") && user->email != NULL) {
		view.email = user->email;
		view.email_verified = json_bool(user->email_verified_at != NONE);
	}
	if (scope_has(scope, "phone") && user->phone != NULL) {
		view.phone_number = user->phone;
		view.phone_number_verified = json_bool(user->phone_verified_at != NONE);
	}
	return view;
}

/* RFC 6750 section 3: no error is named to who brought no token. RFC 9449 section 7.1: both ways are offered. */
static enum verdict
refuse_token(const struct request *rq, enum authorization_scheme scheme, enum err e)
{
	const char *error = scheme == AUTHORIZATION_NONE ? "" : arena_printf(rq->arena, ", error=\"%s\"", error_oauth_code(e));
	bool is_bound = scheme == AUTHORIZATION_DPOP;

	reply_challenge(rq, arena_printf(rq->arena, "Bearer realm=\"Gatehouse\"%s, DPoP algs=\"" DPOP_ALGORITHMS "\"%s", is_bound ? "" : error,
					 is_bound ? error : ""));
	return fail_err(rq, ERR_INVALID_TOKEN);
}

/* DP-02: a bound token comes with its key's proof and as "DPoP", any other as "Bearer". */
static enum err
judge_possession(const struct request *rq, enum authorization_scheme scheme, const char *text, const struct q_oauth_issuer_row *issuer,
		 const struct oauth_token *read)
{
	const struct userinfo_input *in = rq->input;
	const struct possession asked = {
		.project_id = issuer->project_id,
		.url = arena_printf(rq->arena, "%s/oauth/userinfo", oauth_issuer(rq, in->issuer_id)),
		.access_token = text,
		.wants_nonce = issuer->dpop_require_nonce,
	};
	const char *bound = read->token.jkt, *jkt;

	if ((scheme == AUTHORIZATION_DPOP) != (bound != NULL))
		return ERR_INVALID_TOKEN;
	if (scheme != AUTHORIZATION_DPOP)
		return OK;
	TRY(request_possession_find(rq, &asked, &jkt));
	if (jkt == NULL)
		return ERR_INVALID_DPOP_PROOF;
	return strcmp(jkt, bound) == 0 ? OK : ERR_INVALID_TOKEN;
}

/* As far as the client's ID tokens say it. The console says nothing of its people besides. */
static enum err
read_claims(struct tx *tx, const char *project_id, const struct oauth_token *read, struct project_claims *ret)
{
	struct project_claims claims;

	*ret = (struct project_claims){ .plan = NULL };
	if (read->state.token_claims == NULL)
		return OK;
	TRY(claims_told(tx, project_id, read->token.subject, &claims));
	*ret = project_claims_keep(&claims, read->state.token_claims);
	return OK;
}

/* INVALID_TOKEN for what isn't a person's token that this request may use. */
static enum err
read_token(const struct request *rq, struct tx *tx, enum authorization_scheme scheme, const char *text, struct oauth_token *ret,
	   struct project_claims *ret_claims)
{
	const struct userinfo_input *in = rq->input;
	struct q_oauth_issuer_row issuer;
	enum err e = q_oauth_issuer(tx->db, &(struct q_oauth_issuer){ .client_id = in->issuer_id }, &issuer);

	if (e == ERR_NO_ROW)
		return ERR_INVALID_TOKEN;
	TRY(e);
	TRY(oauth_token_read(rq, tx, issuer.project_id, oauth_issuer(rq, in->issuer_id), text, ret));
	if (!ret->is_active || ret->token.grant_id == NULL)
		return ERR_INVALID_TOKEN;
	TRY(judge_possession(rq, scheme, text, &issuer, ret));
	return read_claims(tx, issuer.project_id, ret, ret_claims);
}

static enum verdict
userinfo(const struct request *rq, struct tx *tx)
{
	enum authorization_scheme scheme = AUTHORIZATION_OTHER;
	struct project_claims claims;
	struct oauth_token read;
	const char *text = NULL;
	enum err e = http_parse_authorization(rq->arena, rq->authorization, &scheme, &text);

	if (e != OK || (scheme != AUTHORIZATION_BEARER && scheme != AUTHORIZATION_DPOP))
		return refuse_token(rq, scheme, ERR_INVALID_TOKEN);
	e = read_token(rq, tx, scheme, text, &read, &claims);
	if (e == ERR_INVALID_TOKEN || e == ERR_INVALID_DPOP_PROOF || e == ERR_USE_DPOP_NONCE)
		return refuse_token(rq, scheme, e);
	if (e != OK)
		return oauth_fail(rq, e);
	if (!scope_has(read.token.scope, "openid")) {
		reply_header(rq, "WWW-Authenticate", "Bearer realm=\"Gatehouse\", error=\"insufficient_scope\", scope=\"openid\"");
		return fail(rq, ERR_INSUFFICIENT_SCOPE, "The token lacks the scope openid.");
	}
	struct userinfo_view view = view_of(rq->arena, &read, &claims);
	return reply(rq, 200, userinfo_fields, &view);
}

#define USERINFO                                                                                                       \
	.path = "/p/{issuer_id}/oauth/userinfo", .summary = "Get who the person of an access token is",               \
	.auth = AUTH_PUBLIC, .site = SITE_AUTH, .tx = TX_SPLIT,                                                         \
	.flags = ROUTE_OAUTH | ROUTE_CORS | ROUTE_SHOWS_SECRET, .output = userinfo_fields,                             \
	INPUT(struct userinfo_input, userinfo_input_fields), .errors = { ERR_INVALID_TOKEN },                                                                                      \
	.scratch_size = sizeof(struct possession_memory),                                                              \
	.handler = userinfo

const struct route oauth_userinfo_routes[] = {
	{ USERINFO, .id = "oauth_userinfo", .method = GET },
	{ USERINFO, .id = "oauth_userinfo_post", .method = POST },
	ROUTES_END,
};
