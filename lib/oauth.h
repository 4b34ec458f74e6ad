/*
 * The rules of OAuth 2.1 and OpenID Connect that need neither database nor clock: PKCE, scopes, prompts, resources, answers.
 */
#ifndef GATEHOUSE_LIB_OAUTH_H
#define GATEHOUSE_LIB_OAUTH_H

#include "lib/arena.h"
#include "lib/errors.h"
#include "lib/http.h"

/* ---- PKCE (RFC 7636) ---- */

/* 43 characters of base64url: what S256 makes. */
bool pkce_challenge_is_valid(const char *challenge);
/* Section 4.1: 43 to 128 of the unreserved characters. */
bool pkce_verifier_is_valid(const char *verifier);
/* Section 4.6: BASE64URL(SHA256(verifier)) is the challenge. */
bool pkce_matches(const char *challenge, const char *verifier);

/* ---- scopes: words with spaces between ---- */

/* The words of `asked` that are among `allowed`, each once, in the order they were asked for; "" when none are. */
const char *scope_keep(struct arena *, const char *asked, const char *allowed) RETURNS_NONNULL;
/* Is every word of `scope` among `ceiling`? */
bool scope_is_within(const char *scope, const char *ceiling);
bool scope_has(const char *scope, const char *word);

/* ---- what is to be shown (OpenID Connect Core section 3.1.2.1) ---- */

enum prompt {
	PROMPT_NONE = 1 << 0,
	PROMPT_LOGIN = 1 << 1,
	PROMPT_CONSENT = 1 << 2,
	PROMPT_SELECT_ACCOUNT = 1 << 3,
	PROMPT_SELECT_WORKSPACE = 1 << 4,
};
/* Bits of the words; false for an unknown word, and for none beside another. NULL: no bits. */
bool prompt_parse(const char *text, unsigned *ret_prompts);
/* The first of these that our own pages speak ("fr es-MX": "es"); NULL: none, or nothing was asked for. */
#define UI_LOCALES "en es"
const char *ui_locale_choose(struct arena *, const char *text);

/* ---- resources (RFC 8707) ---- */

/* What a client's tokens may be for, out of its column; the first one when it doesn't ask. Never empty. */
struct strings oauth_audiences(struct arena *, const char *audiences, const char *client_id);

/* Byte-equal, except that a bare origin matches with and without its final '/'. */
bool oauth_resource_matches(const char *registered, const char *asked);

/* ---- answers ---- */

/* The redirect URI with these in its query; pairs whose value is NULL are left out. */
const char *oauth_answer_url(struct arena *, const char *redirect_uri, const struct name_value *, size_t count) RETURNS_NONNULL;
/* "https://app.example" of a URL, its scheme's colon ("com.example.app:") of one without a host. */
const char *url_origin(struct arena *, const char *url) RETURNS_NONNULL;
/* "app.example:8443" of a URL; the scheme of one without a host. */
const char *url_host(struct arena *, const char *url) RETURNS_NONNULL;
bool url_is_loopback(const char *url);

/* The left half of the digest of an access token (OpenID Connect Core section 3.1.3.6), for algorithms on SHA-256 and for EdDSA (SHA-512). */
const char *token_half_hash(struct arena *, const char *token, bool is_sha512) RETURNS_NONNULL;

/* ---- refresh tokens ---- */

/* The successor, for who shows the old token again; nothing but the old token opens it. ERR_CRYPTO. */
enum err refresh_successor_seal(struct arena *, const char *old_token, const char *new_token, struct bytes *ret_sealed) MUST_CHECK;
enum err refresh_successor_open(struct arena *, const char *old_token, struct bytes sealed, const char **ret_token) MUST_CHECK;

#endif
