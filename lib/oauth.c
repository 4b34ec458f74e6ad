/*
 * OAuth's pure rules, octet by octet.
 */
#include "lib/oauth.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/json.h"
#include "lib/secrets.h"
#include "lib/text.h"

#define CHALLENGE_LEN 43
#define VERIFIER_MAX  128

/* ---- PKCE ---- */

static bool
is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
consists_of(const char *text, const char *punctuation)
{
	for (; *text != '\0'; text++)
		if (!is_alphanumeric(*text) && strchr(punctuation, *text) == NULL)
			return false;
	return true;
}

bool
pkce_challenge_is_valid(const char *challenge)
{
	return strlen(challenge) == CHALLENGE_LEN && consists_of(challenge, "-_");
}

bool
pkce_verifier_is_valid(const char *verifier)
{
	size_t len = strlen(verifier);

	return len >= CHALLENGE_LEN && len <= VERIFIER_MAX && consists_of(verifier, "-._~");
}

bool
pkce_matches(const char *challenge, const char *verifier)
{
	uint8_t digest[32];
	unsigned char base64[4 * 11 + 1];

	if (!pkce_challenge_is_valid(challenge) || !pkce_verifier_is_valid(verifier))
		return false;
	sha256_of(verifier, strlen(verifier), digest);
	EVP_EncodeBlock(base64, digest, sizeof(digest));
	for (size_t i = 0; i < CHALLENGE_LEN; i++)
		base64[i] = base64[i] == '+' ? '-' : base64[i] == '/' ? '_' : base64[i];
	return secret_equal(base64, challenge, CHALLENGE_LEN);
}

/* ---- words ---- */

/* The next word at *at, which moves behind it; false at the end. */
static bool
next_word(const char **at, const char **ret_word, size_t *ret_len)
{
	*at += strspn(*at, " ");
	*ret_word = *at;
	*ret_len = strcspn(*at, " ");
	*at += *ret_len;
	return *ret_len > 0;
}

const char *
scope_keep(struct arena *arena, const char *asked, const char *allowed)
{
	struct buffer kept = buffer_new(arena);
	const char *word;
	size_t len;

	while (next_word(&asked, &word, &len)) {
		if (!words_have(allowed, word, len) || words_have(buffer_string(&kept), word, len))
			continue;
		if (kept.len > 0)
			buffer_char(&kept, ' ');
		buffer_add(&kept, word, len);
	}
	return buffer_string(&kept);
}

bool
scope_is_within(const char *scope, const char *ceiling)
{
	const char *word;
	size_t len;

	while (next_word(&scope, &word, &len))
		if (!words_have(ceiling, word, len))
			return false;
	return true;
}

bool
scope_has(const char *scope, const char *word)
{
	return words_have(scope, word, strlen(word));
}

bool
prompt_parse(const char *text, unsigned *ret_prompts)
{
	static const struct {
		const char *word;
		enum prompt prompt;
	} WORDS[] = {
		{ "none", PROMPT_NONE },
		{ "login", PROMPT_LOGIN },
		{ "consent", PROMPT_CONSENT },
		{ "select_account", PROMPT_SELECT_ACCOUNT },
		{ "select_workspace", PROMPT_SELECT_WORKSPACE },
	};
	unsigned prompts = 0;
	const char *word;
	size_t len;

	while (text != NULL && next_word(&text, &word, &len)) {
		size_t i = 0;

		while (i < ARRAY_LEN(WORDS) && (strlen(WORDS[i].word) != len || strncmp(WORDS[i].word, word, len) != 0))
			i++;
		if (i == ARRAY_LEN(WORDS))
			return false;
		prompts |= WORDS[i].prompt;
	}
	if ((prompts & PROMPT_NONE) != 0 && prompts != PROMPT_NONE)
		return false;
	*ret_prompts = prompts;
	return true;
}

const char *
ui_locale_choose(struct arena *arena, const char *text)
{
	const char *word;
	size_t len;

	while (text != NULL && next_word(&text, &word, &len)) {
		size_t language = strcspn(word, "- ");

		if (language > 0 && words_have(UI_LOCALES, word, language))
			return arena_strndup(arena, word, language);
	}
	return NULL;
}

/* ---- addresses ---- */

/* Behind "://"; NULL for a URL without a host. */
static const char *
authority_of(const char *url)
{
	const char *colon = strchr(url, ':');

	return colon != NULL && strncmp(colon, "://", 3) == 0 ? colon + 3 : NULL;
}

static size_t
authority_len(const char *authority)
{
	return strcspn(authority, "/?#");
}

static bool
is_bare_origin(const char *url, size_t len)
{
	const char *authority = authority_of(url);

	return authority != NULL && (size_t)(authority - url) + authority_len(authority) == len;
}

/* A client without any audience has itself (oauth.md section 3). */
struct strings
oauth_audiences(struct arena *arena, const char *audiences, const char *client_id)
{
	struct json list;
	bool is_list = json_parse(arena, audiences, strlen(audiences), &list, NULL) == OK && list.type == JSON_ARRAY;
	size_t room = is_list ? list.count + 1 : 1;
	const char **items = ARENA_ARRAY(arena, room, const char *);
	size_t count = 0;

	for (size_t i = 0; is_list && i < list.count; i++)
		if (list.items[i].type == JSON_STRING)
			items[count++] = list.items[i].string;
	if (count == 0)
		items[count++] = client_id;
	return (struct strings){ .items = items, .count = count };
}

bool
oauth_resource_matches(const char *registered, const char *asked)
{
	size_t left = strlen(registered), right = strlen(asked);

	if (left > 0 && registered[left - 1] == '/' && is_bare_origin(registered, left - 1))
		left--;
	if (right > 0 && asked[right - 1] == '/' && is_bare_origin(asked, right - 1))
		right--;
	return left == right && strncmp(registered, asked, left) == 0;
}

const char *
oauth_answer_url(struct arena *arena, const char *redirect_uri, const struct name_value *pairs, size_t count)
{
	struct buffer url = buffer_new(arena);
	char separator = strchr(redirect_uri, '?') == NULL ? '?' : '&';

	buffer_text(&url, redirect_uri);
	for (size_t i = 0; i < count; i++) {
		if (pairs[i].value == NULL)
			continue;
		buffer_char(&url, separator);
		buffer_text(&url, pairs[i].name);
		buffer_char(&url, '=');
		buffer_text(&url, percent_encode(arena, pairs[i].value));
		separator = '&';
	}
	return buffer_string(&url);
}

const char *
url_origin(struct arena *arena, const char *url)
{
	const char *authority = authority_of(url);

	if (authority == NULL)
		return arena_strndup(arena, url, strcspn(url, ":") + (strchr(url, ':') != NULL));
	return arena_strndup(arena, url, (size_t)(authority - url) + authority_len(authority));
}

const char *
url_host(struct arena *arena, const char *url)
{
	const char *authority = authority_of(url);

	if (authority == NULL)
		return arena_strndup(arena, url, strcspn(url, ":"));
	return arena_strndup(arena, authority, authority_len(authority));
}

bool
url_is_loopback(const char *url)
{
	static const char *const HOSTS[] = { "localhost", "127.0.0.1", "[::1]" };
	const char *authority = authority_of(url);

	for (size_t i = 0; authority != NULL && i < ARRAY_LEN(HOSTS); i++) {
		size_t len = strlen(HOSTS[i]);

		if (strncmp(authority, HOSTS[i], len) == 0 && strchr(":/?#", authority[len]) != NULL)
			return true;
	}
	return false;
}

/* ---- hashes and seals ---- */

const char *
token_half_hash(struct arena *arena, const char *token, bool is_sha512)
{
	uint8_t *digest = arena_alloc(arena, EVP_MAX_MD_SIZE);
	size_t len = 0;

	if (EVP_Q_digest(NULL, is_sha512 ? "SHA512" : "SHA256", NULL, token, strlen(token), digest, &len) != 1)
		len = 0;
	return base64url_encode(arena, (struct bytes){ digest, len / 2 });
}

#define NONCE_LEN ((size_t)12)
#define TAG_LEN	  ((size_t)16)

/* Not the digest that is stored: whoever reads the table has no key. Each is used for one text alone. */
static bool
successor_key(const char *old_token, uint8_t ret_key[32])
{
	static const char USE[] = "gatehouse refresh successor";
	unsigned len = 32;

	return HMAC(EVP_sha256(), USE, (int)strlen(USE), (const unsigned char *)old_token, strlen(old_token), ret_key, &len) != NULL;
}

static bool
encrypt(EVP_CIPHER_CTX *context, const uint8_t key[32], const char *text, size_t text_len, uint8_t *sealed)
{
	uint8_t *body = sealed + NONCE_LEN;
	int len = 0;

	return EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed) == 1 &&
	       EVP_EncryptUpdate(context, body, &len, (const unsigned char *)text, (int)text_len) == 1 &&
	       EVP_EncryptFinal_ex(context, body + len, &len) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, (int)TAG_LEN, body + text_len) == 1;
}

static bool
decrypt(EVP_CIPHER_CTX *context, const uint8_t key[32], struct bytes sealed, uint8_t *text)
{
	const uint8_t *body = sealed.data + NONCE_LEN;
	size_t text_len = sealed.len - NONCE_LEN - TAG_LEN;
	int len = 0;

	return EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed.data) == 1 &&
	       EVP_DecryptUpdate(context, text, &len, body, (int)text_len) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)TAG_LEN, (void *)(uintptr_t)(body + text_len)) == 1 &&
	       EVP_DecryptFinal_ex(context, text + len, &len) == 1;
}

enum err
refresh_successor_seal(struct arena *arena, const char *old_token, const char *new_token, struct bytes *ret_sealed)
{
	size_t text_len = strlen(new_token);
	uint8_t *sealed = arena_alloc(arena, NONCE_LEN + text_len + TAG_LEN);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t key[32];
	bool is_sealed = context != NULL && RAND_bytes(sealed, (int)NONCE_LEN) == 1 && successor_key(old_token, key) &&
			 encrypt(context, key, new_token, text_len, sealed);

	EVP_CIPHER_CTX_free(context);
	OPENSSL_cleanse(key, sizeof(key));
	if (!is_sealed)
		return ERR_CRYPTO;
	*ret_sealed = (struct bytes){ sealed, NONCE_LEN + text_len + TAG_LEN };
	return OK;
}

enum err
refresh_successor_open(struct arena *arena, const char *old_token, struct bytes sealed, const char **ret_token)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t *text = arena_alloc(arena, sealed.len + 1);
	uint8_t key[32];
	bool is_open = context != NULL && sealed.len > NONCE_LEN + TAG_LEN && successor_key(old_token, key) &&
		       decrypt(context, key, sealed, text);

	EVP_CIPHER_CTX_free(context);
	OPENSSL_cleanse(key, sizeof(key));
	if (!is_open)
		return ERR_CRYPTO;
	arena_wipe_later(arena, text, sealed.len);
	*ret_token = (const char *)text;
	return OK;
}
