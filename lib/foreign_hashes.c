/*
 * One row a scheme: how its hashes begin, what they may cost, how they are verified.
 */
#include "lib/foreign_hashes.h"

#include <stdio.h>
#include <string.h>

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

#include "lib/encode.h"
#include "lib/passwords.h"

#define BCRYPT_LOG2_MAX 14
#define BCRYPT_TAIL_LEN 53
#define MEMORY_BYTES_MAX (UINT64_C(64) * 1024 * 1024)
#define ARGON2_PASSES_MAX 10
#define LANES_MAX 16
#define ITERATIONS_MAX 2000000
#define PHPASS_LOG2_MIN 7
#define PHPASS_LOG2_MAX 20
#define KEY_BYTES_MAX 128
#define CRYPT_ALPHABET "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* ---- taking a hash apart ---- */

/* What is between two signs: *text moves behind the second. NULL when the sign isn't there. */
static const char *
take_part(char **text, char sign)
{
	char *part = *text, *end = strchr(part, sign);

	if (end == NULL)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return part;
}

/* "r=8": the number behind the name; -1. */
static int64_t
parameter(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (list != NULL) {
		if (strncmp(list, name, len) == 0 && list[len] == '=') {
			char digits[12] = "";
			size_t count = strspn(list + len + 1, DIGITS);
			int64_t value = -1;
			if (count == 0 || count >= sizeof(digits))
				return -1;
			memcpy(digits, list + len + 1, count);
			return int_parse(digits, 0, INT32_MAX, &value) ? value : -1;
		}
		list = strchr(list, ',');
		list = list == NULL ? NULL : list + 1;
	}
	return -1;
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '.' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Any base64: padded or not, passlib's '.' and the alphabet of addresses as well. 0: it is none, or too long. */
static size_t
base64_any(const char *text, uint8_t *octets, size_t room)
{
	size_t len = strlen(text), count = 0;
	uint32_t bits = 0;
	unsigned held = 0;

	while (len > 0 && text[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++) {
		int value = base64_value(text[i]);
		if (value < 0 || (held + 6 >= 8 && count == room))
			return 0;
		bits = (bits << 6) | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			octets[count++] = (uint8_t)(bits >> held);
		}
	}
	return count;
}

static bool
are_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

/* ---- crypt(3): bcrypt, $1$, $5$, $6$, $7$, $y$ ---- */

static bool
is_of_alphabet(const char *text, size_t len)
{
	return strlen(text) == len && strspn(text, CRYPT_ALPHABET) == len;
}

static enum err
bcrypt_check(const char *hash)
{
	bool has_form = strlen(hash) == 7 + BCRYPT_TAIL_LEN && strchr("aby", hash[2]) != NULL && hash[3] == '$' && strspn(hash + 4, DIGITS) == 2 &&
			hash[6] == '$' && is_of_alphabet(hash + 7, BCRYPT_TAIL_LEN);
	int log2 = has_form ? (hash[4] - '0') * 10 + hash[5] - '0' : 0;

	if (log2 < 4)
		return ERR_HASH_UNSUPPORTED;
	return log2 <= BCRYPT_LOG2_MAX ? OK : ERR_HASH_TOO_COSTLY;
}

static enum err
md5crypt_check(const char *hash)
{
	const char *salt = hash + 3, *end = strchr(salt, '$');

	return end != NULL && end - salt <= 8 && is_of_alphabet(end + 1, 22) ? OK : ERR_HASH_UNSUPPORTED;
}

/* $5$rounds=5000$salt$hash */
static enum err
shacrypt_check(const char *hash)
{
	const char *salt = hash + 3, *end;
	int64_t rounds = parameter(salt, "rounds");
	size_t len = hash[1] == '5' ? 43 : 86;

	if (strncmp(salt, "rounds=", 7) == 0) {
		end = strchr(salt, '$');
		if (rounds < 1 || end == NULL)
			return ERR_HASH_UNSUPPORTED;
		salt = end + 1;
	}
	end = strchr(salt, '$');
	if (end == NULL || end - salt > 16 || !is_of_alphabet(end + 1, len))
		return ERR_HASH_UNSUPPORTED;
	return rounds <= ITERATIONS_MAX ? OK : ERR_HASH_TOO_COSTLY;
}

static int
crypt_value(char c)
{
	const char *at = c == '\0' ? NULL : strchr(CRYPT_ALPHABET, c);

	return at == NULL ? -1 : (int)(at - CRYPT_ALPHABET);
}

static enum err
check_memory(uint64_t block_size, int log2)
{
	if (log2 < 1 || block_size < 1)
		return ERR_HASH_UNSUPPORTED;
	return log2 < 30 && ((128 * block_size) << log2) <= MEMORY_BYTES_MAX ? OK : ERR_HASH_TOO_COSTLY;
}

/* $7$, one letter for log2 N, five for r, five for p, salt, $, hash. */
static enum err
scrypt7_check(const char *hash)
{
	const char *end = strchr(hash + 3, '$');
	uint64_t sizes[2] = { 0, 0 };

	if (end == NULL || end - hash < 3 + 11 || !is_of_alphabet(end + 1, 43))
		return ERR_HASH_UNSUPPORTED;
	for (size_t i = 0; i < 10; i++) {
		int value = crypt_value(hash[4 + i]);
		if (value < 0)
			return ERR_HASH_UNSUPPORTED;
		sizes[i / 5] |= (uint64_t)value << (6 * (i % 5));
	}
	if (sizes[1] < 1 || sizes[1] > LANES_MAX)
		return ERR_HASH_TOO_COSTLY;
	return check_memory(sizes[0], crypt_value(hash[3]));
}

/* $y$, flavour, log2 N less one, r less one, a letter each while they are small. What has more parameters is rare and costly. */
static enum err
yescrypt_check(const char *hash)
{
	const char *salt = hash + 7;
	const char *end = strlen(hash) > 7 && hash[6] == '$' ? strchr(salt, '$') : NULL;

	if (end == NULL || !is_of_alphabet(end + 1, 43) || hash[3] != 'j')
		return ERR_HASH_UNSUPPORTED;
	if (crypt_value(hash[4]) > 47 || crypt_value(hash[5]) > 47)
		return ERR_HASH_TOO_COSTLY;
	return check_memory((uint64_t)crypt_value(hash[5]) + 1, crypt_value(hash[4]) + 1);
}

/* ---- WordPress 6.8: bcrypt of a keyed digest, so that no password is cut at 72 octets ---- */

static enum err
wordpress_check(const char *hash)
{
	return bcrypt_check(hash + 3);
}

static enum err
wordpress_verify(struct arena *arena, const char *hash, const char *password, bool *ret_matches)
{
	static const char spaces[] = " \n\r\t\v"; /* PHP's trim() */
	uint8_t mac[EVP_MAX_MD_SIZE];
	char text[EVP_MAX_MD_SIZE * 2];
	unsigned mac_len = 0;

	password += strspn(password, spaces);
	size_t len = strlen(password);
	while (len > 0 && strchr(spaces, password[len - 1]) != NULL)
		len--;
	if (HMAC(EVP_sha384(), "wp-sha384", 9, (const uint8_t *)password, len, mac, &mac_len) == NULL)
		return ERR_CRYPTO;
	(void)EVP_EncodeBlock((uint8_t *)text, mac, (int)mac_len);
	enum err e = crypt3_verify(arena, hash + 3, text, ret_matches);
	OPENSSL_cleanse(mac, sizeof(mac));
	OPENSSL_cleanse(text, sizeof(text));
	return e;
}

/* ---- phpass and Drupal ---- */

static enum err
phpass_check(const char *hash)
{
	int log2 = phpass_log2_of(hash);

	if (log2 < PHPASS_LOG2_MIN)
		return ERR_HASH_UNSUPPORTED;
	return log2 <= PHPASS_LOG2_MAX ? OK : ERR_HASH_TOO_COSTLY;
}

static enum err
phpass_verify_with(struct arena *arena, const char *hash, const char *password, bool *ret_matches)
{
	(void)arena;
	return phpass_verify(hash, password, ret_matches);
}

/* ---- PBKDF2: Django's pbkdf2_sha256$iterations$salt$hash, and PHC $pbkdf2-sha256$i=…$salt$hash with salt in base64 ---- */

struct derived {
	const EVP_MD *digest;
	int64_t cost, block_size, lanes; /* iterations; or N, r and p of scrypt */
	uint8_t salt[KEY_BYTES_MAX];
	size_t salt_len;
	uint8_t key[KEY_BYTES_MAX];
	size_t key_len;
};

static const EVP_MD *
digest_named(const char *name)
{
	if (name == NULL)
		return NULL;
	if (strcmp(name, "sha1") == 0 || name[0] == '\0')
		return EVP_sha1();
	if (strcmp(name, "sha256") == 0)
		return EVP_sha256();
	return strcmp(name, "sha512") == 0 ? EVP_sha512() : NULL;
}

static bool
take_key(struct derived *d, const char *key)
{
	d->key_len = base64_any(key, d->key, sizeof(d->key));
	return d->key_len >= 16;
}

static bool
pbkdf2_parse(const char *hash, struct derived *d)
{
	char copy[PASSWORD_HASH_MAX + 1] = "", *rest = copy;
	bool is_phc = hash[0] == '$';

	*d = (struct derived){ .cost = -1 };
	if (strlen(hash) >= sizeof(copy))
		return false;
	memcpy(copy, hash + (is_phc ? 1 : 0), strlen(hash) - (is_phc ? 1 : 0));
	rest += strlen("pbkdf2");
	if (*rest == '-' || *rest == '_')
		rest++;
	d->digest = digest_named(take_part(&rest, '$'));
	const char *cost = take_part(&rest, '$'), *salt = cost == NULL ? NULL : take_part(&rest, '$');
	if (d->digest == NULL || salt == NULL)
		return false;
	if (!int_parse(cost, 1, INT32_MAX, &d->cost))
		d->cost = parameter(cost, "i");
	if (is_phc) {
		d->salt_len = base64_any(salt, d->salt, sizeof(d->salt));
	} else if (strlen(salt) <= sizeof(d->salt)) {
		d->salt_len = strlen(salt);
		memcpy(d->salt, salt, d->salt_len);
	}
	return d->cost > 0 && d->salt_len > 0 && take_key(d, rest);
}

static enum err
pbkdf2_check(const char *hash)
{
	struct derived d;

	if (!pbkdf2_parse(hash, &d))
		return ERR_HASH_UNSUPPORTED;
	return d.cost <= ITERATIONS_MAX ? OK : ERR_HASH_TOO_COSTLY;
}

static enum err
pbkdf2_verify(struct arena *arena, const char *hash, const char *password, bool *ret_matches)
{
	struct derived d;
	uint8_t key[KEY_BYTES_MAX];

	(void)arena;
	if (!pbkdf2_parse(hash, &d) || PKCS5_PBKDF2_HMAC(password, (int)strlen(password), d.salt, (int)d.salt_len,
							 (int)d.cost, d.digest, (int)d.key_len, key) != 1)
		return ERR_CRYPTO;
	*ret_matches = are_equal(key, d.key, d.key_len);
	OPENSSL_cleanse(key, sizeof(key));
	return OK;
}

/* ---- scrypt: PHC $scrypt$ln=14,r=8,p=1$salt$hash, and Better Auth's salt:hash in hex ---- */

static bool
scrypt_parse(const char *hash, struct derived *d)
{
	char copy[PASSWORD_HASH_MAX + 1] = "", *rest = copy;

	*d = (struct derived){ .cost = -1 };
	if (strlen(hash) >= sizeof(copy))
		return false;
	memcpy(copy, hash + strlen("$scrypt$"), strlen(hash) - strlen("$scrypt$"));
	const char *list = take_part(&rest, '$'), *salt = list == NULL ? NULL : take_part(&rest, '$');
	if (salt == NULL)
		return false;
	d->cost = parameter(list, "ln");
	d->block_size = parameter(list, "r");
	d->lanes = parameter(list, "p");
	d->salt_len = base64_any(salt, d->salt, sizeof(d->salt));
	return d->cost > 0 && d->block_size > 0 && d->lanes > 0 && d->salt_len > 0 && take_key(d, rest);
}

static enum err
scrypt_check(const char *hash)
{
	struct derived d;

	if (!scrypt_parse(hash, &d))
		return ERR_HASH_UNSUPPORTED;
	return d.lanes > LANES_MAX ? ERR_HASH_TOO_COSTLY : check_memory((uint64_t)d.block_size, (int)d.cost);
}

static enum err
scrypt_compare(const struct derived *d, const char *password, bool *ret_matches)
{
	uint8_t key[KEY_BYTES_MAX];

	if (EVP_PBE_scrypt(password, strlen(password), d->salt, d->salt_len, UINT64_C(1) << d->cost,
			   (uint64_t)d->block_size, (uint64_t)d->lanes, 2 * MEMORY_BYTES_MAX, key, d->key_len) != 1)
		return ERR_CRYPTO;
	*ret_matches = are_equal(key, d->key, d->key_len);
	OPENSSL_cleanse(key, sizeof(key));
	return OK;
}

static enum err
scrypt_verify(struct arena *arena, const char *hash, const char *password, bool *ret_matches)
{
	struct derived d;

	(void)arena;
	return scrypt_parse(hash, &d) ? scrypt_compare(&d, password, ret_matches) : ERR_CRYPTO;
}

#define BETTER_AUTH_SALT_LEN 32
#define BETTER_AUTH_KEY_LEN 64
#define HEX "0123456789abcdef"

static enum err
better_auth_check(const char *hash)
{
	bool has_form = strlen(hash) == BETTER_AUTH_SALT_LEN + 1 + 2 * BETTER_AUTH_KEY_LEN &&
			strspn(hash, HEX) == BETTER_AUTH_SALT_LEN && hash[BETTER_AUTH_SALT_LEN] == ':' &&
			strspn(hash + BETTER_AUTH_SALT_LEN + 1, HEX) == 2 * (size_t)BETTER_AUTH_KEY_LEN;

	return has_form ? OK : ERR_HASH_UNSUPPORTED;
}

/* The salt is used as the text it is written as; N = 2^14, r = 16, p = 1. */
static enum err
better_auth_verify(struct arena *arena, const char *hash, const char *password, bool *ret_matches)
{
	struct derived d = { .cost = 14, .block_size = 16, .lanes = 1, .salt_len = BETTER_AUTH_SALT_LEN,
			     .key_len = BETTER_AUTH_KEY_LEN };
	struct bytes key;

	if (!hex_decode(arena, hash + BETTER_AUTH_SALT_LEN + 1, &key))
		return ERR_CRYPTO;
	memcpy(d.salt, hash, d.salt_len);
	memcpy(d.key, key.data, d.key_len);
	return scrypt_compare(&d, password, ret_matches);
}

/* ---- Argon2 ---- */

static enum err
argon2_check(const char *hash)
{
	const char *list = strstr(hash, "$m=");
	int64_t memory = list == NULL ? -1 : parameter(list + 1, "m");
	int64_t passes = list == NULL ? -1 : parameter(list + 1, "t");
	int64_t lanes = list == NULL ? -1 : parameter(list + 1, "p");
	const char *salt = list == NULL ? NULL : strchr(list + 1, '$'), *key = salt == NULL ? NULL : strchr(salt + 1, '$');

	if (memory < 8 || passes < 1 || lanes < 1 || key == NULL || key - salt < 12 || strlen(key) < 17)
		return ERR_HASH_UNSUPPORTED;
	return (uint64_t)memory * 1024 <= MEMORY_BYTES_MAX && passes <= ARGON2_PASSES_MAX && lanes <= LANES_MAX
		   ? OK
		   : ERR_HASH_TOO_COSTLY;
}

static enum err
argon2_verify_any(struct arena *arena, const char *hash, const char *password, bool *ret_matches)
{
	argon2_type type = strncmp(hash, "$argon2id$", 10) == 0 ? Argon2_id : Argon2_i;
	int status = argon2_verify(hash, password, strlen(password), type);

	(void)arena;
	*ret_matches = status == ARGON2_OK;
	return status == ARGON2_OK || status == ARGON2_VERIFY_MISMATCH ? OK : ERR_CRYPTO;
}

/* ---- LDAP: {SSHA} and {SSHA512}, base64 of digest and salt ---- */

static size_t
ssha_parse(const char *hash, uint8_t *octets, size_t room, size_t *ret_digest_len)
{
	bool is_long = strncmp(hash, "{SSHA512}", 9) == 0;
	size_t len = base64_any(hash + (is_long ? 9 : 6), octets, room);

	*ret_digest_len = is_long ? 64 : 20;
	return len > *ret_digest_len ? len : 0;
}

static enum err
ssha_check(const char *hash)
{
	uint8_t octets[KEY_BYTES_MAX];
	size_t digest_len;

	return ssha_parse(hash, octets, sizeof(octets), &digest_len) > 0 ? OK : ERR_HASH_UNSUPPORTED;
}

static enum err
ssha_verify(struct arena *arena, const char *hash, const char *password, bool *ret_matches)
{
	uint8_t octets[KEY_BYTES_MAX], digest[EVP_MAX_MD_SIZE];
	size_t digest_len, len = ssha_parse(hash, octets, sizeof(octets), &digest_len);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_good = context != NULL && len > 0 &&
		       EVP_DigestInit_ex(context, digest_len == 64 ? EVP_sha512() : EVP_sha1(), NULL) == 1 &&
		       EVP_DigestUpdate(context, password, strlen(password)) == 1 &&
		       EVP_DigestUpdate(context, octets + digest_len, len - digest_len) == 1 &&
		       EVP_DigestFinal_ex(context, digest, NULL) == 1;

	(void)arena;
	EVP_MD_CTX_free(context);
	*ret_matches = is_good && are_equal(digest, octets, digest_len);
	return is_good ? OK : ERR_CRYPTO;
}

/* ---- the table ---- */

static const struct scheme {
	const char *prefix;
	const char *name;
	enum err (*check)(const char *hash);
	enum err (*verify)(struct arena *, const char *hash, const char *password, bool *ret_matches);
} schemes[] = {
	{ "$argon2id$", "argon2id", argon2_check, argon2_verify_any },
	{ "$argon2i$", "argon2i", argon2_check, argon2_verify_any },
	{ "$2", "bcrypt", bcrypt_check, crypt3_verify },
	{ "$wp$2y$", "wordpress", wordpress_check, wordpress_verify },
	{ "$1$", "md5crypt", md5crypt_check, crypt3_verify },
	{ "$5$", "sha256crypt", shacrypt_check, crypt3_verify },
	{ "$6$", "sha512crypt", shacrypt_check, crypt3_verify },
	{ "$7$", "scrypt", scrypt7_check, crypt3_verify },
	{ "$y$", "yescrypt", yescrypt_check, crypt3_verify },
	{ "$P$", "phpass", phpass_check, phpass_verify_with },
	{ "$H$", "phpass", phpass_check, phpass_verify_with },
	{ "$S$", "drupal", phpass_check, phpass_verify_with },
	{ "pbkdf2_", "pbkdf2", pbkdf2_check, pbkdf2_verify },
	{ "$pbkdf2", "pbkdf2", pbkdf2_check, pbkdf2_verify },
	{ "$scrypt$", "scrypt", scrypt_check, scrypt_verify },
	{ "{SSHA}", "ssha", ssha_check, ssha_verify },
	{ "{SSHA512}", "ssha512", ssha_check, ssha_verify },
	{ "", "better_auth", better_auth_check, better_auth_verify }, /* the only one without a sign of its own */
};

static enum err
find_scheme(const char *hash, const struct scheme **ret)
{
	size_t i = 0;

	if (strlen(hash) > PASSWORD_HASH_MAX)
		return ERR_HASH_UNSUPPORTED;
	while (strncmp(hash, schemes[i].prefix, strlen(schemes[i].prefix)) != 0)
		i++;
	TRY(schemes[i].check(hash));
	*ret = &schemes[i];
	return OK;
}

enum err
foreign_hash_check(const char *hash, const char **ret_scheme)
{
	const struct scheme *scheme;

	TRY(find_scheme(hash, &scheme));
	*ret_scheme = scheme->name;
	return OK;
}

enum err
foreign_hash_verify(struct arena *arena, const char *hash, const char *password, bool *ret_matches)
{
	const struct scheme *scheme;

	TRY(find_scheme(hash, &scheme));
	return scheme->verify(arena, hash, password, ret_matches);
}
