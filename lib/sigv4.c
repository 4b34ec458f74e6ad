/*
 * AWS Signature Version 4 with the headers content-type, host and x-amz-date signed.
 */
#include <string.h>

#include <openssl/hmac.h>

#include "lib/encode.h"
#include "lib/providers.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define SIGNED	  "content-type;host;x-amz-date"

static struct bytes
hmac(struct arena *arena, struct bytes key, const char *text)
{
	uint8_t *mac = arena_alloc(arena, 32);
	unsigned len = 0;

	HMAC(EVP_sha256(), key.data, (int)key.len, (const uint8_t *)text, strlen(text), mac, &len);
	arena_wipe_later(arena, mac, 32);
	return (struct bytes){ mac, len };
}

static const char *
hex_sha256(struct arena *arena, const void *data, size_t len)
{
	return hex_encode(arena, sha256_bytes(arena, data, len));
}

static struct bytes
signing_key(struct arena *arena, const struct sigv4_request *request, const char *day)
{
	char *first = arena_printf(arena, "AWS4%s", request->secret_access_key);
	struct bytes key = { (const uint8_t *)first, strlen(first) };

	arena_wipe_later(arena, first, strlen(first));
	key = hmac(arena, key, day);
	key = hmac(arena, key, request->region);
	key = hmac(arena, key, request->service);
	return hmac(arena, key, "aws4_request");
}

const char *
sigv4_authorization(struct arena *arena, const struct sigv4_request *request, const char **ret_date)
{
	char time[TIME_TEXT_SIZE];

	time_format(request->now_ms, time);
	/* 2026-01-15T10:30:00.000Z to 20260115T103000Z */
	const char *day = arena_printf(arena, "%.4s%.2s%.2s", time, time + 5, time + 8);
	const char *date = arena_printf(arena, "%sT%.2s%.2s%.2sZ", day, time + 11, time + 14, time + 17);
	const char *scope = arena_printf(arena, "%s/%s/%s/aws4_request", day, request->region, request->service);
	const char *canonical = arena_printf(
	    arena, "POST\n%s\n\ncontent-type:application/json\nhost:%s\nx-amz-date:%s\n\n" SIGNED "\n%s", request->path,
	    request->host, date, hex_sha256(arena, request->body.data, request->body.len));
	const char *to_sign = arena_printf(arena, ALGORITHM "\n%s\n%s\n%s", date, scope,
					   hex_sha256(arena, canonical, strlen(canonical)));
	struct bytes signature = hmac(arena, signing_key(arena, request, day), to_sign);

	*ret_date = date;
	return arena_printf(arena, "Authorization: " ALGORITHM " Credential=%s/%s, SignedHeaders=" SIGNED ", Signature=%s",
			    request->access_key_id, scope, hex_encode(arena, signature));
}
