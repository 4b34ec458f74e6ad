/*
 * Key pairs of an authenticator of our own, with their public keys in COSE: what published vectors
 * can't show.
 */
#ifndef GATEHOUSE_TESTS_AUTHENTICATOR_H
#define GATEHOUSE_TESTS_AUTHENTICATOR_H

#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "lib/buffer.h"
#include "tests/unit/unit.h"

struct authenticator {
	EVP_PKEY *key;
	struct bytes cose;
};

static inline void
add_head(struct buffer *to, unsigned kind, size_t value)
{
	if (value < 24) {
		buffer_char(to, (char)(kind << 5 | value));
	} else if (value < 256) {
		buffer_char(to, (char)(kind << 5 | 24));
		buffer_char(to, (char)value);
	} else {
		buffer_char(to, (char)(kind << 5 | 25));
		buffer_char(to, (char)(value >> 8));
		buffer_char(to, (char)(value & 255));
	}
}

static inline void
add_octets(struct buffer *to, struct bytes octets)
{
	add_head(to, 2, octets.len);
	buffer_add(to, octets.data, octets.len);
}

static inline struct bytes
whole(const struct buffer *buffer)
{
	return (struct bytes){(const uint8_t *)buffer->data, buffer->len};
}

static inline struct bytes
number_of(EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	uint8_t *octets;
	size_t len;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);
	len = (size_t)BN_num_bytes(number);
	if (strcmp(name, "qx") == 0 || strcmp(name, "qy") == 0)
		len = 32;
	octets = arena_alloc(arena, len);
	assert_int_equal(BN_bn2binpad(number, octets, (int)len), (int)len);
	BN_free(number);
	return (struct bytes){octets, len};
}

static inline struct authenticator
new_p256(void)
{
	struct authenticator made = {.key = EVP_EC_gen("P-256")};
	struct buffer cose = buffer_new(arena);

	buffer_add(&cose, "\xa5\x01\x02\x03\x26\x20\x01\x21", 8);
	add_octets(&cose, number_of(made.key, "qx"));
	buffer_add(&cose, "\x22", 1);
	add_octets(&cose, number_of(made.key, "qy"));
	made.cose = whole(&cose);
	return made;
}

static inline struct authenticator
new_ed25519(void)
{
	struct authenticator made = {.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
	struct buffer cose = buffer_new(arena);
	uint8_t public[32];
	size_t len = sizeof(public);

	assert_int_equal(EVP_PKEY_get_raw_public_key(made.key, public, &len), 1);
	buffer_add(&cose, "\xa4\x01\x01\x03\x27\x20\x06\x21", 8);
	add_octets(&cose, (struct bytes){public, len});
	made.cose = whole(&cose);
	return made;
}

static inline struct authenticator
new_rsa(unsigned bits)
{
	struct authenticator made = {.key = EVP_RSA_gen(bits)};
	struct buffer cose = buffer_new(arena);

	buffer_add(&cose, "\xa4\x01\x03\x03\x39\x01\x00\x20", 8);
	add_octets(&cose, number_of(made.key, "n"));
	buffer_add(&cose, "\x21", 1);
	add_octets(&cose, number_of(made.key, "e"));
	made.cose = whole(&cose);
	return made;
}

#endif
