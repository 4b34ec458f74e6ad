/*
 * May this program run? Asks Gatehouse about a license, and believes nothing that the project's key didn't sign.
 *
 *	cc -o license license.c -lssl -lcrypto
 *	GATEHOUSE_HOST=HOST:443 GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_KID=lsk_… GATEHOUSE_PUBLIC_KEY=<64 hexadecimal digits> \
 *		./license XXXX-XXXX-XXXX-XXXX
 *
 * In a program of yours the first four are compiled in. Needs OpenSSL 3 and nothing else. Ends with 0 when the license counts.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#define TEXT_MAX 16384

static void
fail(const char *why)
{
	fprintf(stderr, "%s\n", why);
	exit(2);
}

static const char *
setting(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL)
		fail(name);
	return value;
}

/* ---- the question ---- */

/* What tells this machine from others. Name as many parts as you can read; two should stay when one is replaced. */
static void
read_line(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "r");

	text[0] = '\0';
	if (file == NULL)
		return;
	if (fgets(text, (int)size, file) != NULL)
		text[strcspn(text, "\"\\\n")] = '\0';
	fclose(file);
}

static void
make_nonce(char nonce[33])
{
	unsigned char octets[16];

	if (RAND_bytes(octets, sizeof(octets)) != 1)
		fail("no randomness");
	for (size_t i = 0; i < sizeof(octets); i++)
		snprintf(nonce + 2 * i, 3, "%02x", octets[i]);
}

/* ---- one HTTPS request ---- */

static SSL_CTX *
make_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL || SSL_CTX_set_default_verify_paths(context) != 1)
		fail("no TLS");
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	return context;
}

static BIO *
connect_to(SSL_CTX *context, const char *host)
{
	char name[256];
	BIO *bio = BIO_new_ssl_connect(context);
	SSL *ssl = NULL;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(host, ":"), host);
	BIO_get_ssl(bio, &ssl);
	if (ssl == NULL || SSL_set1_host(ssl, name) != 1 || SSL_set_tlsext_host_name(ssl, name) != 1)
		fail("no TLS");
	BIO_set_conn_hostname(bio, host);
	if (BIO_do_connect(bio) != 1)
		fail("the server can't be reached, or isn't who it says it is");
	return bio;
}

/* The reply with its head; HTTP/1.0, so that it comes in one piece. */
static void
post(const char *host, const char *body, char reply[TEXT_MAX])
{
	SSL_CTX *context = make_context();
	BIO *bio = connect_to(context, host);
	size_t len = 0;

	BIO_printf(bio, "POST /api/v1/validate HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", host,
		   strlen(body), body);
	for (int got; len < TEXT_MAX - 1 && (got = BIO_read(bio, reply + len, (int)(TEXT_MAX - 1 - len))) > 0;)
		len += (size_t)got;
	reply[len] = '\0';
	BIO_free_all(bio);
	SSL_CTX_free(context);
}

/* ---- the answer ---- */

static size_t
put_utf8(unsigned code, char *to)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	to[0] = (char)(0xe0 | code >> 12);
	to[1] = (char)(0x80 | (code >> 6 & 0x3f));
	to[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

/* One character of a JSON text, perhaps escaped; answers how many octets it takes there. */
static size_t
take_character(const char *from, char *to, size_t *len)
{
	static const char LETTERS[] = "bfnrt\"\\/", MEANT[] = "\b\f\n\r\t\"\\/";
	unsigned code = 0;

	if (*from != '\\') {
		to[(*len)++] = *from;
		return 1;
	}
	if (from[1] == 'u' && sscanf(from + 2, "%4x", &code) == 1) {
		*len += put_utf8(code, to + *len);
		return 6;
	}
	const char *letter = strchr(LETTERS, from[1]);
	if (letter == NULL || *letter == '\0')
		fail("the answer can't be read");
	to[(*len)++] = MEANT[letter - LETTERS];
	return 2;
}

/* The text of a member that stands before all others of its name. False when there is none, or it isn't text. */
static bool
member(const char *json, const char *name, char text[TEXT_MAX])
{
	char start[64];
	size_t len = 0;

	snprintf(start, sizeof(start), "\"%s\":\"", name);
	const char *at = strstr(json, start);
	if (at == NULL)
		return false;
	for (at += strlen(start); *at != '"' && *at != '\0' && len < TEXT_MAX - 4;)
		at += take_character(at, text, &len);
	text[len] = '\0';
	return *at == '"';
}

static bool
is_signed(const char *kid, const char *public_key_hex, const char *payload, const char *signature_base64)
{
	unsigned char public_key[32], signature[96];
	char text[TEXT_MAX + 128];
	size_t key_len = 0;
	int len = snprintf(text, sizeof(text), "gatehouse-license-v1\n%s\n%s", kid, payload);

	if (OPENSSL_hexstr2buf_ex(public_key, sizeof(public_key), &key_len, public_key_hex, '\0') != 1 || key_len != sizeof(public_key))
		fail("GATEHOUSE_PUBLIC_KEY isn't 64 hexadecimal digits");
	/* 64 octets are 88 characters, of which two are padding. */
	if (strlen(signature_base64) != 88 || EVP_DecodeBlock(signature, (const unsigned char *)signature_base64, 88) != 66)
		return false;
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, sizeof(public_key));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool holds = EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
		     EVP_DigestVerify(context, signature, 64, (const unsigned char *)text, (size_t)len) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return holds;
}

/* Is it about what was sent? The body's hash stands for all of it. */
static bool
answers(const char *payload, const char *client_id, const char *nonce, const char *body)
{
	static char said[TEXT_MAX];
	unsigned char digest[32];
	char hash[65];

	if (EVP_Digest(body, strlen(body), digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hash + 2 * i, 3, "%02x", digest[i]);
	return member(payload, "nonce", said) && strcmp(said, nonce) == 0 && member(payload, "request_hash", said) &&
	       strcmp(said, hash) == 0 && member(payload, "client_id", said) && strcmp(said, client_id) == 0;
}

int
main(int argc, char **argv)
{
	static char body[2048], reply[TEXT_MAX], payload[TEXT_MAX], text[TEXT_MAX], product[TEXT_MAX];
	char machine_id[128], card[128], nonce[33];
	const char *client_id = setting("GATEHOUSE_CLIENT_ID"), *kid = setting("GATEHOUSE_KID");

	if (argc != 2)
		fail("usage: license XXXX-XXXX-XXXX-XXXX");
	read_line("/etc/machine-id", machine_id, sizeof(machine_id));
	read_line("/sys/class/net/eth0/address", card, sizeof(card));
	make_nonce(nonce);
	snprintf(body, sizeof(body),
		 "{\"client_id\":\"%s\",\"license_key\":\"%.*s\",\"fingerprint\":{\"uuid\":\"%s\",\"mac\":[\"%s\"]},\"nonce\":\"%s\",\"kid\":\"%s\"}",
		 client_id, (int)strcspn(argv[1], "\"\\"), argv[1], machine_id, card, nonce, kid);
	post(setting("GATEHOUSE_HOST"), body, reply);

	if (!member(reply, "payload", payload) || !member(reply, "signature", text)) {
		fail(member(reply, "code", text) ? text : "the answer can't be read");
		return 2;
	}
	if (!is_signed(kid, setting("GATEHOUSE_PUBLIC_KEY"), payload, text))
		fail("the answer isn't signed by our key");
	/* From here on nothing but the payload is looked at. */
	if (!answers(payload, client_id, nonce, body) || !member(payload, "code", text))
		fail("the answer is to another question");
	printf("%s: %s\n", text, member(payload, "product_name", product) ? product : "no such license");
	return strncmp(payload, "{\"v\":1,\"valid\":true,", 20) == 0 ? 0 : 1;
}
