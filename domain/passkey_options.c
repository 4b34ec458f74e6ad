/*
 * How a passkey ceremony begins: as whom, with which challenge, and what is asked of the browser.
 */
#include <string.h>

#include "domain/passkeys.h"
#include "lib/cose.h"
#include "lib/encode.h"
#include "lib/secrets.h"
#include "lib/webauthn.h"
#include "sql/gen/queries.h"

/* ---- as whom ---- */

/* "https://auth.example.com:8443/p" → "https://auth.example.com:8443" */
static const char *
origin_of(struct tx *tx, const char *url)
{
	const char *host = strstr(url, "://");
	size_t len = host == NULL ? strlen(url) : (size_t)(host - url) + 3 + strcspn(host + 3, "/");

	return arena_strndup(tx->arena, url, len);
}

static const char *
host_of(struct tx *tx, const char *origin)
{
	const char *host = strstr(origin, "://");

	host = host == NULL ? origin : host + 3;
	return arena_strndup(tx->arena, host, strcspn(host, ":/"));
}

struct passkey_site
passkey_site_of(struct tx *tx, const char *project_id, const char *project_name,
		const struct sign_in_settings *settings)
{
	bool is_console = strcmp(project_id, tx->console_id) == 0;
	const char **origin = ARENA_NEW(tx->arena, const char *);
	struct passkey_site site = {
	    .project_id = project_id,
	    .rp_id = settings->passkey.rp_id,
	    .rp_name = settings->passkey.rp_name != NULL ? settings->passkey.rp_name : project_name,
	    .origins = settings->passkey.origins,
	};

	*origin = origin_of(tx, is_console ? tx->config->public_url : tx->config->auth_url);
	if (site.rp_id == NULL)
		site.rp_id = host_of(tx, *origin);
	if (site.origins.count == 0)
		site.origins = (struct strings){.items = origin, .count = 1};
	return site;
}

/* ---- the challenge ---- */

static enum err
make_challenge(struct tx *tx, const struct passkey_site *site, const char *purpose,
	       const char *user_id, const char *bound_to, const char **ret_challenge)
{
	const char *challenge;
	struct bytes octets;

	TRY(secret_make_cookie(tx->arena, &challenge)); /* 32 octets in base64url, as it is sent */
	if (!base64url_decode(tx->arena, challenge, strlen(challenge), &octets))
		return ERR_INTERNAL;
	*ret_challenge = challenge;
	return q_one_time_token_insert(
	    tx->db,
	    &(struct q_one_time_token_insert){
		.project_id = site->project_id,
		.token_digest = sha256_bytes(tx->arena, octets.data, octets.len),
		.purpose = purpose,
		.user_id = user_id,
		.target = {(const uint8_t *)bound_to, strlen(bound_to)},
		.expires_at = tx->now_ms + PASSKEY_LIFE_MS,
	    },
	    NULL);
}

/* ---- what is asked ---- */

static void
add_member(struct buffer *json, const char *before, const char *value)
{
	buffer_text(json, before);
	buffer_json_string(json, value);
}

/* [{"type":"public-key","id":…}]: passkeys not to register again, or those that may answer. */
static enum err
add_credentials(struct tx *tx, const struct passkey_site *site, const char *user_id,
		struct buffer *json)
{
	struct q_user_factor_passkeys_row *rows = NULL;
	size_t count = 0;

	if (user_id != NULL)
		TRY(q_user_factor_passkeys(tx->db,
					   &(struct q_user_factor_passkeys){
					       .project_id = site->project_id, .user_id = user_id},
					   &rows, &count));
	buffer_char(json, '[');
	for (size_t i = 0; i < count; i++) {
		add_member(json,
			   i == 0 ? "{\"type\":\"public-key\",\"id\":"
				  : ",{\"type\":\"public-key\",\"id\":",
			   base64url_encode(tx->arena, rows[i].credential_id));
		buffer_char(json, '}');
	}
	buffer_char(json, ']');
	return OK;
}

static const char *
name_of(const struct q_user_factor_handle_row *user)
{
	if (user->email != NULL)
		return user->email;
	return user->username != NULL ? user->username : user->name;
}

enum err
passkey_register_options(struct tx *tx, const struct passkey_site *site,
			 const struct factor_owner *owner, const char *bound_to,
			 const char **ret_json)
{
	struct buffer json = buffer_new(tx->arena);
	struct q_user_factor_handle_row user;
	const char *challenge;

	TRY(q_user_factor_handle(tx->db,
				 &(struct q_user_factor_handle){.project_id = owner->project_id,
								.user_id = owner->user_id},
				 &user));
	TRY(make_challenge(tx, site, PASSKEY_REGISTER, owner->user_id, bound_to, &challenge));
	add_member(&json, "{\"rp\":{\"id\":", site->rp_id);
	add_member(&json, ",\"name\":", site->rp_name);
	add_member(&json, "},\"user\":{\"id\":", base64url_encode(tx->arena, user.webauthn_handle));
	add_member(&json, ",\"name\":", name_of(&user));
	add_member(&json, ",\"displayName\":", user.name[0] != '\0' ? user.name : name_of(&user));
	add_member(&json, "},\"challenge\":", challenge);
	buffer_printf(&json,
		      ",\"pubKeyCredParams\":[{\"type\":\"public-key\",\"alg\":%d},"
		      "{\"type\":\"public-key\",\"alg\":%d},{\"type\":\"public-key\",\"alg\":%d}]"
		      ",\"timeout\":%d,\"attestation\":\"none\",\"authenticatorSelection\":"
		      "{\"residentKey\":\"preferred\",\"userVerification\":\"preferred\"}"
		      ",\"excludeCredentials\":",
		      COSE_ES256, COSE_EDDSA, COSE_RS256, (int)PASSKEY_LIFE_MS);
	TRY(add_credentials(tx, site, owner->user_id, &json));
	buffer_char(&json, '}');
	*ret_json = buffer_string(&json);
	return OK;
}

enum err
passkey_sign_in_options(struct tx *tx, const struct passkey_site *site, const char *allowed_user_id,
			const char *bound_to, const char **ret_json)
{
	struct buffer json = buffer_new(tx->arena);
	const char *challenge;

	TRY(make_challenge(tx, site, PASSKEY_SIGN_IN, NULL, bound_to, &challenge));
	add_member(&json, "{\"challenge\":", challenge);
	add_member(&json, ",\"rpId\":", site->rp_id);
	buffer_printf(&json, ",\"timeout\":%d,\"userVerification\":\"%s\",\"allowCredentials\":",
		      (int)PASSKEY_LIFE_MS, allowed_user_id != NULL ? "preferred" : "required");
	TRY(add_credentials(tx, site, allowed_user_id, &json));
	buffer_char(&json, '}');
	*ret_json = buffer_string(&json);
	return OK;
}
