/*
 * Hex, base64, percent encoding, digests, and integers as text.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/text.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

const char *
hex_encode(struct arena *arena, struct bytes octets)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(arena, octets.len * 2 + 1);

	for (size_t i = 0; i < octets.len; i++) {
		text[2 * i] = digits[octets.data[i] >> 4];
		text[2 * i + 1] = digits[octets.data[i] & 15];
	}
	return text;
}

/* Lower case alone: one value, one spelling. */
bool
hex_decode(struct arena *arena, const char *text, struct bytes *ret)
{
	size_t len = strlen(text);
	if (len % 2 != 0 || strspn(text, "0123456789abcdef") != len)
		return false;

	uint8_t *data = arena_alloc(arena, len / 2);
	for (size_t i = 0; i < len / 2; i++)
		data[i] = (uint8_t)(hex_value(text[2 * i]) * 16 + hex_value(text[2 * i + 1]));
	*ret = (struct bytes){ .data = data, .len = len / 2 };
	return true;
}

/* Without padding; ret_end is where it would go. */
static char *
encode_base64(struct arena *arena, struct bytes octets, const char digits[64], char **ret_end)
{
	char *text = arena_alloc(arena, octets.len / 3 * 4 + 5);
	char *to = text;
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < octets.len; i++) {
		bits = (bits << 8) | octets.data[i];
		for (held += 8; held >= 6; held -= 6)
			*to++ = digits[(bits >> (held - 6)) & 63];
	}
	if (held > 0)
		*to++ = digits[(bits << (6 - held)) & 63];
	*ret_end = to;
	return text;
}

#define BASE64_COMMON "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

const char *
base64url_encode(struct arena *arena, struct bytes octets)
{
	char *end;

	return encode_base64(arena, octets, BASE64_COMMON "-_", &end);
}

const char *
base64_encode(struct arena *arena, struct bytes octets)
{
	char *end;
	char *text = encode_base64(arena, octets, BASE64_COMMON "+/", &end);

	while ((end - text) % 4 != 0)
		*end++ = '=';
	return text;
}

/* The alphabets differ in the last two digits. */
static int
base64_value(char c, const char last_digits[2])
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == last_digits[0])
		return 62;
	return c == last_digits[1] ? 63 : -1;
}

static bool
decode_base64(struct arena *arena, const char *text, size_t len, const char last_digits[2],
	      struct bytes *ret)
{
	if (len % 4 == 1)
		return false;

	uint8_t *data = arena_alloc(arena, len / 4 * 3 + 3);
	size_t count = 0;
	uint32_t bits = 0;
	unsigned held = 0;
	for (size_t i = 0; i < len; i++) {
		int value = base64_value(text[i], last_digits);
		if (value < 0)
			return false;
		bits = (bits << 6) | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			data[count++] = (uint8_t)(bits >> held);
		}
	}
	if ((bits & ((1u << held) - 1)) != 0)
		return false;
	*ret = (struct bytes){ .data = data, .len = count };
	return true;
}

bool
base64url_decode(struct arena *arena, const char *text, size_t len, struct bytes *ret)
{
	return decode_base64(arena, text, len, "-_", ret);
}

bool
base64_decode(struct arena *arena, const char *text, size_t len, struct bytes *ret)
{
	size_t digits = len;

	if (len % 4 != 0)
		return false;
	while (digits > 0 && len - digits < 2 && text[digits - 1] == '=')
		digits--;
	return decode_base64(arena, text, digits, "+/", ret);
}

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

const char *
percent_encode(struct arena *arena, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *encoded = arena_alloc_array(arena, strlen(text) + 1, 3);
	char *to = encoded;

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (is_unreserved(*text)) {
			*to++ = *text;
			continue;
		}
		*to++ = '%';
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
	return encoded;
}

bool
percent_decode(struct arena *arena, const char *text, size_t len, bool plus_is_space,
	       const char **ret)
{
	char *decoded = arena_alloc(arena, len + 1);
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (c == '%') {
			if (len - i < 3)
				return false;
			int high = hex_value(text[i + 1]);
			int low = hex_value(text[i + 2]);
			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0')
			return false;
		decoded[count++] = c;
	}
	if (!utf8_is_valid(decoded, count))
		return false;
	*ret = decoded;
	return true;
}

/* The reflected polynomial of ISO 3309 (zlib's), bit by bit: it runs over forty characters. */
uint32_t
crc32_of(const void *data, size_t len)
{
	const uint8_t *octets = data;
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < len; i++) {
		crc ^= octets[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

/*
 * Fetched once a process: OpenSSL 3 looks a name up under a lock each time. A process without
 * SHA-256 can't do anything.
 */
void
sha256_of(const void *data, size_t len, uint8_t ret_digest[32])
{
	static EVP_MD *sha256;
	static EVP_MD_CTX *context;

	if (sha256 == NULL)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (context == NULL)
		context = EVP_MD_CTX_new();
	if (sha256 == NULL || context == NULL || EVP_DigestInit_ex2(context, sha256, NULL) != 1 ||
	    EVP_DigestUpdate(context, data, len) != 1 ||
	    EVP_DigestFinal_ex(context, ret_digest, NULL) != 1)
		abort();
}

bool
bytes_are(struct bytes bytes, const char *text)
{
	return strlen(text) == bytes.len && strncmp((const char *)bytes.data, text, bytes.len) == 0;
}

struct bytes
sha256_bytes(struct arena *arena, const void *data, size_t len)
{
	uint8_t *digest = arena_alloc(arena, 32);

	sha256_of(data, len, digest);
	return (struct bytes){ .data = digest, .len = 32 };
}

bool
int_parse(const char *text, int64_t min, int64_t max, int64_t *ret)
{
	bool is_negative = text[0] == '-';
	const char *digits = text + (is_negative ? 1 : 0);
	size_t count = strspn(digits, "0123456789");
	if (count == 0 || count > 19 || digits[count] != '\0')
		return false;
	if (digits[0] == '0' && (count > 1 || is_negative))
		return false;

	int64_t value = 0;
	for (size_t i = 0; i < count; i++) {
		int digit = digits[i] - '0';
		if (__builtin_mul_overflow(value, INT64_C(10), &value) ||
		    __builtin_add_overflow(value, is_negative ? -digit : digit, &value))
			return false;
	}
	if (value < min || value > max)
		return false;
	*ret = value;
	return true;
}

const char *
html_escape(struct arena *arena, const char *text)
{
	struct buffer escaped = buffer_new(arena);

	for (; *text != '\0'; text++) {
		if (strchr("&<>\"'", *text) != NULL)
			buffer_printf(&escaped, "&#%d;", *text);
		else
			buffer_char(&escaped, *text);
	}
	return buffer_string(&escaped);
}
