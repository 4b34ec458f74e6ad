/*
 * Access tokens as claims, written and read in one place; ID tokens, which others read, written beside them.
 */
#include "lib/access_token.h"

#include <string.h>

#include "lib/buffer.h"
#include "lib/jose.h"
#include "lib/oauth.h"

static void
add_text(struct buffer *b, const char *name, const char *value)
{
	buffer_char(b, b->len == 0 ? '{' : ',');
	buffer_json_string(b, name);
	buffer_char(b, ':');
	buffer_json_string(b, value);
}

static void
add_time(struct buffer *b, const char *name, int64_t at_ms)
{
	buffer_char(b, ',');
	buffer_json_string(b, name);
	buffer_char(b, ':');
	buffer_json_int(b, at_ms / SECOND_MS);
}

static void
add_known(struct buffer *b, const char *name, const char *value)
{
	if (value != NULL)
		add_text(b, name, value);
}

static void
add_bool(struct buffer *b, const char *name, bool value)
{
	buffer_char(b, ',');
	buffer_json_string(b, name);
	buffer_char(b, ':');
	buffer_json_bool(b, value);
}

/* Words with spaces between as an array. */
static void
add_words(struct buffer *b, const char *name, const char *words)
{
	buffer_char(b, ',');
	buffer_json_string(b, name);
	buffer_char(b, ':');
	buffer_json_words(b, words);
}

static void
add_email(struct buffer *b, const char *email, bool is_verified)
{
	if (email == NULL)
		return;
	add_text(b, "email", email);
	add_bool(b, "email_verified", is_verified);
}

static void
add_json(struct buffer *b, const char *name, const char *json)
{
	if (json == NULL)
		return;
	buffer_char(b, ',');
	buffer_json_string(b, name);
	buffer_char(b, ':');
	buffer_text(b, json);
}

struct project_claims
project_claims_keep(const struct project_claims *claims, const char *token_claims)
{
	return (struct project_claims){
		.custom_claims = scope_has(token_claims, "custom_claims") ? claims->custom_claims : NULL,
		.plan = scope_has(token_claims, "plan") ? claims->plan : NULL,
		.role = scope_has(token_claims, "role") ? claims->role : NULL,
		.features = scope_has(token_claims, "features") ? claims->features : NULL,
	};
}

static void
add_project_claims(struct buffer *b, const struct project_claims *claims)
{
	add_json(b, "custom_claims", claims->custom_claims);
	add_known(b, "plan", claims->plan);
	add_json(b, "role", claims->role);
	add_json(b, "features", claims->features);
	if (claims->is_without_features)
		add_bool(b, "features_omitted", true);
}

/* How the person signed in. */
static void
add_sign_in(struct buffer *b, const char *session_id, int64_t authenticated_at, const char *acr, const char *amr)
{
	add_known(b, "sid", session_id);
	if (authenticated_at != NONE)
		add_time(b, "auth_time", authenticated_at);
	add_known(b, "acr", acr);
	if (amr != NULL)
		add_words(b, "amr", amr);
}

static void
add_user(struct buffer *b, const struct access_token *token)
{
	add_text(b, "gid", token->grant_id);
	add_sign_in(b, token->session_id, token->authenticated_at, token->acr, token->amr);
	add_known(b, "auth_strength", token->auth_strength);
	add_known(b, "session_class", token->session_class);
	add_email(b, token->email, token->email_verified);
	buffer_printf(b, ",\"token_version\":%lld", (long long)token->token_version);
}

static const char *
access_token_text(struct arena *arena, const struct access_token *token)
{
	struct buffer b = buffer_new(arena);

	add_text(&b, "iss", token->issuer);
	add_text(&b, "sub", token->subject);
	add_text(&b, "aud", token->audience);
	add_time(&b, "iat", token->issued_at);
	add_time(&b, "exp", token->expires_at);
	add_text(&b, "jti", token->jti);
	add_text(&b, "client_id", token->client_id);
	add_text(&b, "scope", token->scope);
	add_words(&b, "scopes", token->scope);
	add_text(&b, "project_id", token->project_id);
	add_text(&b, "environment", token->environment);
	if (token->act != NULL) {
		buffer_text(&b, ",\"act\":");
		buffer_text(&b, token->act);
	}
	if (token->jkt != NULL) {
		buffer_text(&b, ",\"cnf\":{\"jkt\":");
		buffer_json_string(&b, token->jkt);
		buffer_char(&b, '}');
	}
	if (token->grant_id != NULL)
		add_user(&b, token);
	else
		add_text(&b, "org_id", token->org_id);
	add_project_claims(&b, &token->claims);
	buffer_char(&b, '}');
	return buffer_string(&b);
}

static const char *
id_token_text(struct arena *arena, const struct id_token *token)
{
	struct buffer b = buffer_new(arena);

	add_text(&b, "iss", token->issuer);
	add_text(&b, "sub", token->subject);
	add_text(&b, "aud", token->audience);
	add_time(&b, "iat", token->issued_at);
	add_time(&b, "exp", token->expires_at);
	add_known(&b, "nonce", token->nonce);
	add_known(&b, "at_hash", token->at_hash);
	add_sign_in(&b, token->session_id, token->authenticated_at, token->acr, token->amr);
	add_email(&b, token->email, token->email_verified);
	add_known(&b, "name", token->name);
	add_project_claims(&b, &token->claims);
	buffer_char(&b, '}');
	return buffer_string(&b);
}

/*
 * Servers that take a header's 8 KiB take a token below this: features, which a resource server can ask for, make room (oauth.md rule 28).
 * Beside its claims a token has its head and a signature, RS256's being the longest.
 */
#define TOKEN_BYTES_MAX	     7000
#define TOKEN_BYTES_OF_OTHERS 480

static bool
leaves_out_features(const char *text, struct project_claims *claims)
{
	if (claims->features == NULL || strlen(text) * 4 / 3 + TOKEN_BYTES_OF_OTHERS <= TOKEN_BYTES_MAX)
		return false;
	claims->features = NULL;
	claims->is_without_features = true;
	return true;
}

const char *
access_token_claims(struct arena *arena, const struct access_token *token)
{
	struct access_token shorter = *token;
	const char *text = access_token_text(arena, token);

	return leaves_out_features(text, &shorter.claims) ? access_token_text(arena, &shorter) : text;
}

const char *
id_token_claims(struct arena *arena, const struct id_token *token)
{
	struct id_token shorter = *token;
	const char *text = id_token_text(arena, token);

	return leaves_out_features(text, &shorter.claims) ? id_token_text(arena, &shorter) : text;
}

const char *
logout_token_claims(struct arena *arena, const struct logout_token *token)
{
	struct buffer b = buffer_new(arena);

	add_text(&b, "iss", token->issuer);
	add_text(&b, "sub", token->subject);
	add_text(&b, "aud", token->audience);
	add_time(&b, "iat", token->issued_at);
	add_time(&b, "exp", token->expires_at);
	add_text(&b, "jti", token->jti);
	add_text(&b, "sid", token->session_id);
	buffer_text(&b, ",\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}}");
	return buffer_string(&b);
}

const char *
id_jag_claims(struct arena *arena, const struct id_jag *token)
{
	struct buffer b = buffer_new(arena);

	add_text(&b, "iss", token->issuer);
	add_text(&b, "sub", token->subject);
	add_text(&b, "aud", token->audience);
	add_text(&b, "resource", token->resource);
	add_text(&b, "client_id", token->client_id);
	add_text(&b, "jti", token->jti);
	add_time(&b, "iat", token->issued_at);
	add_time(&b, "exp", token->expires_at);
	add_known(&b, "scope", token->scope);
	buffer_char(&b, '}');
	return buffer_string(&b);
}

/* ---- who acts ---- */

static size_t
count_actors(const struct json *act)
{
	size_t count = 0;

	for (; act != NULL && act->type == JSON_OBJECT; act = json_member(act, "act"))
		count++;
	return count;
}

const char *
access_token_act(struct arena *arena, const char *client_id, const char *before)
{
	struct buffer b = buffer_new(arena);
	struct json chain;

	if (before != NULL && (json_parse(arena, before, strlen(before), &chain, NULL) != OK || count_actors(&chain) >= ACTORS_MAX))
		return NULL;
	add_text(&b, "sub", client_id);
	if (before != NULL) {
		buffer_text(&b, ",\"act\":");
		buffer_text(&b, before);
	}
	buffer_char(&b, '}');
	return buffer_string(&b);
}

/* ---- reading ---- */

/* An array of words as one text; NULL when it isn't that. */
static const char *
words_of(struct arena *arena, const struct json *array)
{
	struct buffer b = buffer_new(arena);

	if (array == NULL || array->type != JSON_ARRAY || array->count == 0)
		return NULL;
	for (size_t i = 0; i < array->count; i++) {
		if (array->items[i].type != JSON_STRING)
			return NULL;
		if (i > 0)
			buffer_char(&b, ' ');
		buffer_text(&b, array->items[i].string);
	}
	return buffer_string(&b);
}

static const char *
text_of(struct arena *arena, const struct json *value)
{
	struct buffer b = buffer_new(arena);

	if (value == NULL)
		return NULL;
	json_render(&b, value);
	return buffer_string(&b);
}

static bool
take_time(const struct json *claims, const char *name, int64_t *ret_ms)
{
	const struct json *member = json_member(claims, name);

	if (member == NULL || member->type != JSON_INT || member->integer < 0 || member->integer > INT64_MAX / SECOND_MS)
		return false;
	*ret_ms = member->integer * SECOND_MS;
	return true;
}

const char *
access_token_problem(struct arena *arena, const struct json *claims, const char *issuer, int64_t now_ms, struct access_token *ret)
{
	const struct json *scope = json_member(claims, "scope"), *version = json_member(claims, "token_version");
	const struct json *confirmation = json_member(claims, "cnf");
	struct access_token read = {
		.issuer = json_text(claims, "iss"),
		.subject = json_text(claims, "sub"),
		.audience = json_text(claims, "aud"),
		.client_id = json_text(claims, "client_id"),
		.jti = json_text(claims, "jti"),
		.scope = scope != NULL && scope->type == JSON_STRING ? scope->string : NULL,
		.project_id = json_text(claims, "project_id"),
		.org_id = json_text(claims, "org_id"),
		.environment = json_text(claims, "environment"),
		.grant_id = json_text(claims, "gid"),
		.session_id = json_text(claims, "sid"),
		.amr = words_of(arena, json_member(claims, "amr")),
		.acr = json_text(claims, "acr"),
		.auth_strength = json_text(claims, "auth_strength"),
		.session_class = json_text(claims, "session_class"),
		.act = text_of(arena, json_member(claims, "act")),
		.authenticated_at = NONE,
		.jkt = confirmation != NULL && confirmation->type == JSON_OBJECT ? json_text(confirmation, "jkt") : NULL,
		.token_version = version != NULL && version->type == JSON_INT ? version->integer : NONE,
	};

	if (read.issuer == NULL || strcmp(read.issuer, issuer) != 0)
		return "iss";
	if (!take_time(claims, "exp", &read.expires_at) || read.expires_at <= now_ms)
		return "exp";
	if (!take_time(claims, "iat", &read.issued_at))
		return "iat";
	if (json_member(claims, "auth_time") != NULL && !take_time(claims, "auth_time", &read.authenticated_at))
		return "auth_time";
	if (read.subject == NULL)
		return "sub";
	if (read.audience == NULL)
		return "aud";
	if (read.client_id == NULL)
		return "client_id";
	if (read.jti == NULL)
		return "jti";
	if (read.scope == NULL)
		return "scope";
	/* A binding that isn't understood is none that could be dropped. */
	if (confirmation != NULL && read.jkt == NULL)
		return "cnf";
	*ret = read;
	return NULL;
}
