/*
 * The table of providers and the few rules that go through it.
 */
#include "lib/social_providers.h"

#include <string.h>

#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/jose.h"

#define OIDC_PREFIX  "oidc_"
#define SLUG_MAX     32
#define SUBJECT_MAX  255
#define EMAIL_MAX    254
#define OIDC_SCOPES  "openid email profile"
#define BY_OIDC      .subject = "sub", .email = "email", .email_verified = "email_verified", .user_name = "name"

static const struct social_kind kinds[] = {
	{
	    .key = "google",
	    .name = "Google",
	    .issuer = "https://accounts.google.com",
	    .authorize_url = "https://accounts.google.com/o/oauth2/v2/auth",
	    .token_url = "https://oauth2.googleapis.com/token",
	    .keys_url = "https://www.googleapis.com/oauth2/v3/certs",
	    .scopes = OIDC_SCOPES,
	    .verified = SOCIAL_VERIFIED_BY_MEMBER,
	    BY_OIDC,
	},
	{
	    .key = "github",
	    .name = "GitHub",
	    .authorize_url = "https://github.com/login/oauth/authorize",
	    .token_url = "https://github.com/login/oauth/access_token",
	    .userinfo_url = "https://api.github.com/user",
	    .emails_url = "https://api.github.com/user/emails",
	    .scopes = "read:user user:email",
	    .verified = SOCIAL_VERIFIED_BY_LIST,
	    .subject = "id",
	    .user_name = "name",
	},
	{
	    .key = "apple",
	    .name = "Apple",
	    .issuer = "https://appleid.apple.com",
	    .authorize_url = "https://appleid.apple.com/auth/authorize",
	    .token_url = "https://appleid.apple.com/auth/token",
	    .keys_url = "https://appleid.apple.com/auth/keys",
	    .scopes = "name email",
	    .authorize_more = "&response_mode=form_post",
	    .client_auth = SOCIAL_SECRET_SIGNED,
	    .verified = SOCIAL_VERIFIED_BY_MEMBER,
	    .posts_back = true,
	    BY_OIDC,
	},
	{
	    .key = "microsoft",
	    .name = "Microsoft",
	    .issuer = "https://login.microsoftonline.com/{tenantid}/v2.0",
	    .authorize_url = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
	    .token_url = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
	    .keys_url = "https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys",
	    .scopes = OIDC_SCOPES,
	    .verified = SOCIAL_VERIFIED_IN_TENANT,
	    .takes_tenant = true,
	    .subject = "sub",
	    .email = "email",
	    .email_verified = "xms_edov",
	    .user_name = "name",
	},
	{
	    .key = "gitlab",
	    .name = "GitLab",
	    .issuer = "{issuer}",
	    .default_issuer = "https://gitlab.com",
	    .authorize_url = "{issuer}/oauth/authorize",
	    .token_url = "{issuer}/oauth/token",
	    .keys_url = "{issuer}/oauth/discovery/keys",
	    .scopes = OIDC_SCOPES,
	    .verified = SOCIAL_VERIFIED_BY_MEMBER,
	    .takes_issuer = true,
	    BY_OIDC,
	},
	{
	    .key = "discord",
	    .name = "Discord",
	    .authorize_url = "https://discord.com/oauth2/authorize",
	    .token_url = "https://discord.com/api/oauth2/token",
	    .userinfo_url = "https://discord.com/api/users/@me",
	    .scopes = "identify email",
	    .verified = SOCIAL_VERIFIED_BY_MEMBER,
	    .subject = "id",
	    .email = "email",
	    .email_verified = "verified",
	    .user_name = "global_name",
	},
	{
	    /* Its ID tokens leave the nonce out, so the person is asked for with the access token. */
	    .key = "linkedin",
	    .name = "LinkedIn",
	    .authorize_url = "https://www.linkedin.com/oauth/v2/authorization",
	    .token_url = "https://www.linkedin.com/oauth/v2/accessToken",
	    .userinfo_url = "https://api.linkedin.com/v2/userinfo",
	    .scopes = OIDC_SCOPES,
	    .verified = SOCIAL_VERIFIED_BY_MEMBER,
	    BY_OIDC,
	},
	{
	    .key = "slack",
	    .name = "Slack",
	    .issuer = "https://slack.com",
	    .authorize_url = "https://slack.com/openid/connect/authorize",
	    .token_url = "https://slack.com/api/openid.connect.token",
	    .keys_url = "https://slack.com/openid/connect/keys",
	    .scopes = OIDC_SCOPES,
	    .verified = SOCIAL_VERIFIED_BY_MEMBER,
	    BY_OIDC,
	},
	{
	    .key = "facebook",
	    .name = "Facebook",
	    .authorize_url = "https://www.facebook.com/v21.0/dialog/oauth",
	    .token_url = "https://graph.facebook.com/v21.0/oauth/access_token",
	    .userinfo_url = "https://graph.facebook.com/v21.0/me?fields=id,name,email",
	    .scopes = "email public_profile",
	    .verified = SOCIAL_VERIFIED_NEVER,
	    .subject = "id",
	    .email = "email",
	    .user_name = "name",
	},
	{
	    .key = "twitter",
	    .name = "X",
	    .authorize_url = "https://x.com/i/oauth2/authorize",
	    .token_url = "https://api.x.com/2/oauth2/token",
	    .userinfo_url = "https://api.x.com/2/users/me?user.fields=confirmed_email",
	    .scopes = "users.read tweet.read users.email",
	    .client_auth = SOCIAL_SECRET_BASIC,
	    .verified = SOCIAL_VERIFIED_NEVER,
	    .subject = "data.id",
	    .email = "data.confirmed_email",
	    .user_name = "data.name",
	},
	{
	    .key = "spotify",
	    .name = "Spotify",
	    .authorize_url = "https://accounts.spotify.com/authorize",
	    .token_url = "https://accounts.spotify.com/api/token",
	    .userinfo_url = "https://api.spotify.com/v1/me",
	    .scopes = "user-read-email",
	    .client_auth = SOCIAL_SECRET_BASIC,
	    .verified = SOCIAL_VERIFIED_NEVER,
	    .subject = "id",
	    .email = "email",
	    .user_name = "display_name",
	},
	{
	    .key = "twitch",
	    .name = "Twitch",
	    .issuer = "https://id.twitch.tv/oauth2",
	    .authorize_url = "https://id.twitch.tv/oauth2/authorize",
	    .token_url = "https://id.twitch.tv/oauth2/token",
	    .keys_url = "https://id.twitch.tv/oauth2/keys",
	    .scopes = "openid user:read:email",
	    /* {"id_token":{"email":null,"email_verified":null,"preferred_username":null}} */
	    .authorize_more = "&claims=%7B%22id_token%22%3A%7B%22email%22%3Anull%2C%22email_verified%22%3Anull"
			      "%2C%22preferred_username%22%3Anull%7D%7D",
	    .verified = SOCIAL_VERIFIED_BY_MEMBER,
	    .subject = "sub",
	    .email = "email",
	    .email_verified = "email_verified",
	    .user_name = "preferred_username",
	},
};

static const struct social_kind any_openid_provider = {
	.key = "oidc",
	.name = "OpenID Connect",
	.issuer = "{issuer}",
	.scopes = OIDC_SCOPES,
	.client_auth = SOCIAL_SECRET_BASIC,
	.verified = SOCIAL_VERIFIED_BY_MEMBER,
	.takes_issuer = true,
	BY_OIDC,
};

static bool
is_slug(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= SLUG_MAX && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

const struct social_kind *
social_kind_find(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].key, key) == 0)
			return &kinds[i];
	if (strncmp(key, OIDC_PREFIX, strlen(OIDC_PREFIX)) == 0 && is_slug(key + strlen(OIDC_PREFIX)))
		return &any_openid_provider;
	return NULL;
}

const char *
social_key_check(const char *key)
{
	return social_kind_find(key) != NULL ? NULL : "provider";
}

/* ---- a project's settings ---- */

static struct strings
strings_of(struct arena *arena, const struct json *list)
{
	size_t count = 0;

	if (list == NULL || list->type != JSON_ARRAY)
		return (struct strings){ .count = 0 };
	const char **items = ARENA_ARRAY(arena, list->count, const char *);
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].type == JSON_STRING)
			items[count++] = list->items[i].string;
	return (struct strings){ items, count };
}

bool
social_settings_parse(struct arena *arena, const char *key, const char *body, struct social_settings *ret)
{
	struct social_settings settings = { .kind = social_kind_find(key), .key = key, .checked_at = NONE };
	struct json object;

	if (settings.kind == NULL)
		return false;
	if (body != NULL && json_parse(arena, body, strlen(body), &object, NULL) == OK && object.type == JSON_OBJECT) {
		const struct json *checked = json_member(&object, "checked_at");

		settings.client_id = json_text(&object, "client_id");
		settings.tenant = json_text(&object, "tenant");
		settings.issuer = json_text(&object, "issuer");
		settings.team_id = json_text(&object, "team_id");
		settings.key_id = json_text(&object, "key_id");
		settings.found.authorize_url = json_text(&object, "authorize_url");
		settings.found.token_url = json_text(&object, "token_url");
		settings.found.keys_url = json_text(&object, "keys_url");
		settings.found.userinfo_url = json_text(&object, "userinfo_url");
		settings.found.client_auth = json_text(&object, "client_auth");
		settings.found.names_itself = json_text(&object, "names_itself");
		settings.scopes = strings_of(arena, json_member(&object, "scopes"));
		settings.problems = strings_of(arena, json_member(&object, "problems"));
		if (checked != NULL && checked->type == JSON_INT)
			settings.checked_at = checked->integer;
	}
	*ret = settings;
	return true;
}

static void
add_text(struct buffer *json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	if (json->len > 1)
		buffer_char(json, ',');
	buffer_json_string(json, name);
	buffer_char(json, ':');
	buffer_json_string(json, value);
}

static void
add_strings(struct buffer *json, const char *name, struct strings values)
{
	if (values.count == 0)
		return;
	if (json->len > 1)
		buffer_char(json, ',');
	buffer_json_string(json, name);
	buffer_text(json, ":[");
	for (size_t i = 0; i < values.count; i++) {
		if (i > 0)
			buffer_char(json, ',');
		buffer_json_string(json, values.items[i]);
	}
	buffer_char(json, ']');
}

const char *
social_settings_render(struct arena *arena, const struct social_settings *settings)
{
	struct buffer json = buffer_new(arena);

	buffer_char(&json, '{');
	add_text(&json, "client_id", settings->client_id);
	add_text(&json, "tenant", settings->tenant);
	add_text(&json, "issuer", settings->issuer);
	add_text(&json, "team_id", settings->team_id);
	add_text(&json, "key_id", settings->key_id);
	add_text(&json, "authorize_url", settings->found.authorize_url);
	add_text(&json, "token_url", settings->found.token_url);
	add_text(&json, "keys_url", settings->found.keys_url);
	add_text(&json, "userinfo_url", settings->found.userinfo_url);
	add_text(&json, "client_auth", settings->found.client_auth);
	add_text(&json, "names_itself", settings->found.names_itself);
	add_strings(&json, "scopes", settings->scopes);
	add_strings(&json, "problems", settings->problems);
	if (settings->checked_at != NONE)
		buffer_printf(&json, "%s\"checked_at\":%lld", json.len > 1 ? "," : "", (long long)settings->checked_at);
	buffer_char(&json, '}');
	return buffer_string(&json);
}

struct strings
social_settings_missing(struct arena *arena, const struct social_settings *settings, bool has_secret)
{
	bool is_signed = settings->kind->client_auth == SOCIAL_SECRET_SIGNED;
	struct social_endpoints endpoints;
	const char **words = ARENA_ARRAY(arena, 6, const char *);
	size_t count = 0;

	if (settings->client_id == NULL)
		words[count++] = "client_id_missing";
	if (!has_secret)
		words[count++] = is_signed ? "private_key_missing" : "client_secret_missing";
	if (is_signed && settings->team_id == NULL)
		words[count++] = "team_id_missing";
	if (is_signed && settings->key_id == NULL)
		words[count++] = "key_id_missing";
	if (settings->kind->takes_issuer && settings->kind->default_issuer == NULL && settings->issuer == NULL)
		words[count++] = "issuer_missing";
	else if (!social_endpoints_of(arena, settings, &endpoints) && settings->problems.count == 0)
		words[count++] = "not_checked";
	return (struct strings){ words, count };
}

/* ---- addresses ---- */

/* Apple says "true", Microsoft 1 or "1", the others true. */
static bool
is_true(const struct json *member)
{
	if (member == NULL)
		return false;
	if (member->type == JSON_STRING)
		return strcmp(member->string, "true") == 0 || strcmp(member->string, "1") == 0;
	return member->type == JSON_BOOL ? member->boolean : member->type == JSON_INT && member->integer == 1;
}

static const char *
put_in(struct arena *arena, const char *template, const char *name, const char *value)
{
	const char *at = template != NULL ? strstr(template, name) : NULL;

	if (at == NULL || value == NULL)
		return template;
	return arena_printf(arena, "%.*s%s%s", (int)(at - template), template, value, at + strlen(name));
}

static const char *
issuer_setting(const struct social_settings *settings)
{
	return settings->issuer != NULL ? settings->issuer : settings->kind->default_issuer;
}

/* An issuer may end in '/', the address made of it has one. */
static const char *
fill(struct arena *arena, const struct social_settings *settings, const char *template)
{
	const char *issuer = issuer_setting(settings);
	const char *tenant = settings->tenant != NULL ? settings->tenant : "common";
	size_t len = issuer != NULL ? strlen(issuer) : 0;

	if (template != NULL && strcmp(template, "{issuer}") != 0)
		while (len > 0 && issuer[len - 1] == '/')
			len--;
	const char *base = issuer != NULL ? arena_strndup(arena, issuer, len) : NULL;
	return put_in(arena, put_in(arena, template, "{issuer}", base), "{tenant}", percent_encode(arena, tenant));
}

const char *
social_issuer(struct arena *arena, const struct social_settings *settings)
{
	const char *issuer = put_in(arena, fill(arena, settings, settings->kind->issuer), "{tenantid}", settings->tenant);

	return issuer != NULL && strchr(issuer, '{') == NULL ? issuer : NULL;
}

bool
social_endpoints_of(struct arena *arena, const struct social_settings *settings, struct social_endpoints *ret)
{
	const struct social_kind *kind = settings->kind;
	bool is_fixed = kind->authorize_url != NULL;
	struct social_endpoints endpoints = {
		.issuer = fill(arena, settings, kind->issuer),
		.authorize_url = is_fixed ? fill(arena, settings, kind->authorize_url) : settings->found.authorize_url,
		.token_url = is_fixed ? fill(arena, settings, kind->token_url) : settings->found.token_url,
		.keys_url = is_fixed ? fill(arena, settings, kind->keys_url) : settings->found.keys_url,
		.userinfo_url = is_fixed ? kind->userinfo_url : settings->found.userinfo_url,
		.emails_url = kind->emails_url,
		.client_auth = settings->found.client_auth != NULL ? SOCIAL_SECRET_IN_BODY : kind->client_auth,
	};

	if (endpoints.authorize_url == NULL || endpoints.token_url == NULL ||
	    (kind->issuer != NULL && endpoints.keys_url == NULL))
		return false;
	*ret = endpoints;
	return true;
}

const char *
social_discovery_url(struct arena *arena, const struct social_settings *settings)
{
	static const char PATH[] = "{issuer}/.well-known/openid-configuration";

	if (settings->kind->issuer == NULL)
		return NULL;
	if (settings->kind->takes_issuer)
		return issuer_setting(settings) != NULL ? fill(arena, settings, PATH) : NULL;
	if (settings->kind->takes_tenant)
		return fill(arena, settings,
			    "https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration");
	return arena_printf(arena, "%s/.well-known/openid-configuration", settings->kind->issuer);
}

/* Basic is what a provider takes that doesn't say (Discovery section 3, token_endpoint_auth_methods_supported). */
static const char *
client_auth_of(struct arena *arena, const struct social_kind *kind, const struct json *metadata)
{
	struct strings methods = strings_of(arena, json_member(metadata, "token_endpoint_auth_methods_supported"));
	bool takes_post = false;

	if (kind->client_auth != SOCIAL_SECRET_BASIC)
		return NULL;
	for (size_t i = 0; i < methods.count; i++) {
		if (strcmp(methods.items[i], "client_secret_basic") == 0)
			return NULL;
		takes_post = takes_post || strcmp(methods.items[i], "client_secret_post") == 0;
	}
	return takes_post ? "post" : NULL;
}

const char *
social_take_discovery(struct arena *arena, struct social_settings *settings, const struct json *metadata)
{
	const char *issuer = json_text(metadata, "issuer");
	const char *expected = fill(arena, settings, settings->kind->issuer);

	/* A tenant given by name is named by its number there. */
	if (issuer == NULL || (!settings->kind->takes_tenant && strcmp(issuer, expected) != 0))
		return "issuer_mismatch";
	settings->found.authorize_url = json_text(metadata, "authorization_endpoint");
	settings->found.token_url = json_text(metadata, "token_endpoint");
	settings->found.keys_url = json_text(metadata, "jwks_uri");
	settings->found.userinfo_url = json_text(metadata, "userinfo_endpoint");
	settings->found.client_auth = client_auth_of(arena, settings->kind, metadata);
	settings->found.names_itself =
	    is_true(json_member(metadata, "authorization_response_iss_parameter_supported")) ? "1" : NULL;
	if (settings->found.authorize_url == NULL || settings->found.token_url == NULL ||
	    settings->found.keys_url == NULL)
		return "discovery_incomplete";
	return NULL;
}

static const char *
scopes_of(struct arena *arena, const struct social_settings *settings)
{
	struct buffer words = buffer_new(arena);

	if (settings->scopes.count == 0)
		return settings->kind->scopes;
	for (size_t i = 0; i < settings->scopes.count; i++)
		buffer_printf(&words, "%s%s", i > 0 ? " " : "", settings->scopes.items[i]);
	return buffer_string(&words);
}

static void
add_parameter(struct buffer *url, const char *name, const char *value)
{
	buffer_printf(url, "&%s=%s", name, percent_encode(url->arena, value));
}

const char *
social_authorize_address(struct arena *arena, const struct social_settings *settings,
			 const struct social_endpoints *endpoints, const struct social_asking *asking)
{
	struct buffer url = buffer_new(arena);
	struct bytes challenge = sha256_bytes(arena, asking->verifier, strlen(asking->verifier));

	buffer_text(&url, endpoints->authorize_url);
	buffer_text(&url, strchr(endpoints->authorize_url, '?') == NULL ? "?response_type=code" : "&response_type=code");
	add_parameter(&url, "client_id", settings->client_id);
	add_parameter(&url, "redirect_uri", asking->redirect_uri);
	add_parameter(&url, "scope", scopes_of(arena, settings));
	add_parameter(&url, "state", asking->state);
	if (settings->kind->issuer != NULL)
		add_parameter(&url, "nonce", asking->nonce);
	add_parameter(&url, "code_challenge", base64url_encode(arena, challenge));
	add_parameter(&url, "code_challenge_method", "S256");
	if (asking->login_hint != NULL && settings->kind->issuer != NULL)
		add_parameter(&url, "login_hint", asking->login_hint);
	if (settings->kind->authorize_more != NULL)
		buffer_text(&url, settings->kind->authorize_more);
	return buffer_string(&url);
}

/* ---- answers ---- */

/* "data.id": the member id of the object in the member data. */
static const struct json *
member_at(struct arena *arena, const struct json *object, const char *path)
{
	const char *dot = path != NULL ? strchr(path, '.') : NULL;

	if (path == NULL || object == NULL || object->type != JSON_OBJECT)
		return NULL;
	if (dot == NULL)
		return json_member(object, path);
	return member_at(arena, json_member(object, arena_strndup(arena, path, (size_t)(dot - path))), dot + 1);
}

/* Text, or a number as text: GitHub's ids are numbers. */
static const char *
text_at(struct arena *arena, const struct json *object, const char *path)
{
	const struct json *member = member_at(arena, object, path);

	if (member == NULL)
		return NULL;
	if (member->type == JSON_INT)
		return arena_printf(arena, "%lld", (long long)member->integer);
	return member->type == JSON_STRING && member->string[0] != '\0' ? member->string : NULL;
}

static bool
is_fixed_tenant(const char *tenant)
{
	return tenant != NULL && strcmp(tenant, "common") != 0 && strcmp(tenant, "organizations") != 0 &&
	       strcmp(tenant, "consumers") != 0;
}

/* GitHub's list: the primary address. */
static void
take_listed(const struct json *emails, struct social_person *person)
{
	for (size_t i = 0; emails != NULL && emails->type == JSON_ARRAY && i < emails->count; i++) {
		const struct json *entry = &emails->items[i];

		if (entry->type != JSON_OBJECT || !is_true(json_member(entry, "primary")))
			continue;
		person->email = json_text(entry, "email");
		person->email_verified = is_true(json_member(entry, "verified"));
		return;
	}
}

bool
social_person_read(struct arena *arena, const struct social_settings *settings, const struct json *claims,
		   const struct json *emails, struct social_person *ret)
{
	const struct social_kind *kind = settings->kind;
	struct social_person person = {
		.subject = text_at(arena, claims, kind->subject),
		.email = text_at(arena, claims, kind->email),
		.name = text_at(arena, claims, kind->user_name),
	};
	bool says_so = is_true(member_at(arena, claims, kind->email_verified));

	if (person.subject == NULL || strlen(person.subject) > SUBJECT_MAX)
		return false;
	switch (kind->verified) {
	case SOCIAL_VERIFIED_NEVER:
		break;
	case SOCIAL_VERIFIED_BY_MEMBER:
		person.email_verified = says_so;
		break;
	case SOCIAL_VERIFIED_IN_TENANT:
		person.email_verified = says_so && is_fixed_tenant(settings->tenant);
		break;
	case SOCIAL_VERIFIED_BY_LIST:
		take_listed(emails, &person);
		break;
	}
	if (person.email == NULL || strlen(person.email) > EMAIL_MAX) {
		person.email = NULL;
		person.email_verified = false;
	}
	*ret = person;
	return true;
}
