/*
 * May this program run? Asks Gatehouse about a license, or reads a license file, and believes nothing that the project's key didn't sign.
 *
 *	cc -o license license.c -lssl -lcrypto
 *	GATEHOUSE_HOST=HOST:443 GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_KID=lsk_… GATEHOUSE_PUBLIC_KEY=<64 hexadecimal digits> \
 *		./license XXXX-XXXX-XXXX-XXXX    (or, without a network: ./license FILE.lic)
 *
 * In a program of yours the first four are compiled in. Needs OpenSSL 3 and nothing else. Ends with 0 when the license counts.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
struct machine {
	char uuid[128], mac[128];
};

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

static struct machine
this_machine(void)
{
	struct machine machine;

	read_line("/etc/machine-id", machine.uuid, sizeof(machine.uuid));
	read_line("/sys/class/net/eth0/address", machine.mac, sizeof(machine.mac));
	return machine;
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

	snprintf(start, sizeof(start), "\"%s\":", name);
	const char *at = strstr(json, start);
	if (at == NULL)
		return false;
	at += strlen(start);
	at += strspn(at, " ");
	if (*at != '"')
		return false;
	for (at++; *at != '"' && *at != '\0' && len < TEXT_MAX - 4;)
		at += take_character(at, text, &len);
	text[len] = '\0';
	return *at == '"';
}

static bool
is_signed(const char *format, const char *kid, const char *public_key_hex, const char *payload, const char *signature_base64)
{
	unsigned char public_key[32], signature[96];
	char text[TEXT_MAX + 128];
	size_t key_len = 0;
	int len = snprintf(text, sizeof(text), "%s\n%s\n%s", format, kid, payload);

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

/* What is signed in an answer or a file: nothing but that is looked at. */
static void
open_payload(const char *format, const char *answer, char payload[TEXT_MAX])
{
	static char text[TEXT_MAX];

	if (!member(answer, "payload", payload) || !member(answer, "signature", text))
		fail(member(answer, "code", text) ? text : "the answer can't be read");
	if (!is_signed(format, setting("GATEHOUSE_KID"), setting("GATEHOUSE_PUBLIC_KEY"), payload, text))
		fail("the answer isn't signed by our key");
}

static void
ask(const char *key, char payload[TEXT_MAX])
{
	static char body[2048], reply[TEXT_MAX];
	const char *client_id = setting("GATEHOUSE_CLIENT_ID");
	struct machine machine = this_machine();
	char nonce[33];

	make_nonce(nonce);
	snprintf(body, sizeof(body),
		 "{\"client_id\":\"%s\",\"license_key\":\"%.*s\",\"fingerprint\":{\"uuid\":\"%s\",\"mac\":[\"%s\"]},\"nonce\":\"%s\",\"kid\":\"%s\"}",
		 client_id, (int)strcspn(key, "\"\\"), key, machine.uuid, machine.mac, nonce, setting("GATEHOUSE_KID"));
	post(setting("GATEHOUSE_HOST"), body, reply);
	open_payload("gatehouse-license-v1", reply, payload);
	if (!answers(payload, client_id, nonce, body))
		fail("the answer is to another question");
}

/* ---- without a network ---- */

/* A part of a machine in the form in which it is compared: lower case, no odd blanks; of a MAC address the digits alone. */
static void
compare_as(bool is_mac, const char *said, char value[128])
{
	size_t len = 0;

	for (; *said != '\0' && len < 127; said++) {
		bool is_left_out = is_mac ? strchr(" :.-", *said) != NULL : *said == ' ' && (len == 0 || value[len - 1] == ' ');
		if (!is_left_out)
			value[len++] = *said >= 'A' && *said <= 'Z' ? (char)(*said - 'A' + 'a') : *said;
	}
	if (len > 0 && value[len - 1] == ' ')
		len--;
	value[len] = '\0';
}

/* The base64 of the first 16 octets of SHA-256(salt, name 00 value), in quotation marks. */
static void
digest_part(const char *salt_base64, const char *name, const char *said, char digest[27])
{
	unsigned char text[18 + 16 + 1 + 128], hash[32], base64[25];
	char value[128];

	compare_as(strcmp(name, "mac") == 0, said, value);
	if (strlen(salt_base64) != 24 || EVP_DecodeBlock(text, (const unsigned char *)salt_base64, 24) != 18)
		fail("the file can't be read");
	/* The salt has 16 octets; what stands for the padding is written over. */
	int len = 16 + snprintf((char *)text + 16, sizeof(text) - 16, "%s%c%s", name, '\0', value);
	if (EVP_Digest(text, (size_t)len, hash, NULL, EVP_sha256(), NULL) != 1)
		fail("no SHA-256");
	EVP_EncodeBlock(base64, hash, 16);
	snprintf(digest, 27, "\"%s\"", (const char *)base64);
}

/* Is one of the part's digests that of this machine's own? at: of {"name":…,"weight":…,"digests":[…]}. */
static bool
has_part(const char *at, const char *name, const char *salt)
{
	struct machine machine = this_machine();
	const char *said = strcmp(name, "uuid") == 0 ? machine.uuid : strcmp(name, "mac") == 0 ? machine.mac : "";
	char digest[27];

	digest_part(salt, name, said, digest);
	const char *found = strstr(at, digest), *end = strchr(at, ']');
	return said[0] != '\0' && found != NULL && found < end;
}

/* Is this the machine that the file was made for? The server writes payloads without blanks. */
static bool
fits(const char *payload)
{
	int threshold, min_matches, weight, fitting = 0, all = 0, fitting_weight = 0, all_weight = 0;
	const char *at = strstr(payload, "\"machine\":{");
	char salt[25], name[16];

	if (at == NULL)
		return strstr(payload, ",\"machine\":null}") != NULL;
	if (sscanf(at, "\"machine\":{\"salt\":\"%24[^\"]\",\"threshold\":%d,\"min_matches\":%d,", salt, &threshold, &min_matches) != 3)
		fail("the file can't be read");
	for (; (at = strstr(at, "{\"name\":")) != NULL; at++, all++, all_weight += weight) {
		if (sscanf(at, "{\"name\":\"%15[^\"]\",\"weight\":%d,", name, &weight) != 2)
			fail("the file can't be read");
		if (!has_part(at, name, salt))
			continue;
		fitting++;
		fitting_weight += weight;
	}
	int needed = all_weight > 0 && min_matches < all ? min_matches : all;
	return fitting >= needed && fitting_weight * 100 >= all_weight * threshold;
}

/* As times are written in a payload: texts that sort as they follow each other. */
static void
write_moment(int seconds, char moment[32])
{
	time_t then = time(NULL) + seconds;
	struct tm parts;

	if (gmtime_r(&then, &parts) == NULL)
		fail("no clock");
	strftime(moment, 32, "%Y-%m-%dT%H:%M:%S", &parts);
}

static void
read_file(const char *path, char payload[TEXT_MAX])
{
	static char content[2 * TEXT_MAX], said[TEXT_MAX];
	char now[32], soon[32];
	FILE *file = fopen(path, "r");

	if (file == NULL)
		fail("the file isn't there");
	content[fread(content, 1, sizeof(content) - 1, file)] = '\0';
	fclose(file);
	open_payload("gatehouse-license-file-v1", content, payload);
	write_moment(0, now);
	write_moment(300, soon);
	if (!member(payload, "client_id", said) || strcmp(said, setting("GATEHOUSE_CLIENT_ID")) != 0)
		fail("the file is another product's");
	if (!member(payload, "file_expires_at", said) || strcmp(said, now) <= 0 || !member(payload, "signed_at", said) || strcmp(said, soon) > 0)
		fail("the file's time is over, or this machine's clock is wrong");
	if (!fits(payload))
		fail("the file is for another machine");
}

int
main(int argc, char **argv)
{
	static char payload[TEXT_MAX], code[TEXT_MAX], product[TEXT_MAX];

	if (argc != 2)
		fail("usage: license XXXX-XXXX-XXXX-XXXX or license FILE.lic");
	const char *ending = strrchr(argv[1], '.');
	if (ending != NULL && strcmp(ending, ".lic") == 0)
		read_file(argv[1], payload);
	else
		ask(argv[1], payload);
	if (!member(payload, "code", code))
		fail("the answer can't be read");
	printf("%s: %s\n", code, member(payload, "product_name", product) ? product : "no such license");
	return strncmp(payload, "{\"v\":1,\"valid\":true,", 20) == 0 ? 0 : 1;
}
