/*
 * Text forms of octets and times. Decoders take one spelling of each value: no line breaks, no unused bits, padding only where it belongs.
 */
#ifndef GATEHOUSE_LIB_ENCODE_H
#define GATEHOUSE_LIB_ENCODE_H

#include "lib/arena.h"

const char *hex_encode(struct arena *, struct bytes) RETURNS_NONNULL;
bool hex_decode(struct arena *, const char *text, struct bytes *ret);

/* base64url without padding (RFC 4648 section 5); decoding refuses unused bits that aren't zero. */
const char *base64url_encode(struct arena *, struct bytes) RETURNS_NONNULL;
bool base64url_decode(struct arena *, const char *text, size_t len, struct bytes *ret);
/* base64 with padding (RFC 4648 section 4), on one line; the same strictness. */
const char *base64_encode(struct arena *, struct bytes) RETURNS_NONNULL;
bool base64_decode(struct arena *, const char *text, size_t len, struct bytes *ret);

/* The text as it may stand in HTML, also within an attribute's quotes. */
const char *html_escape(struct arena *, const char *text) RETURNS_NONNULL;
/* Everything but unreserved characters (RFC 3986 section 2.3) as %XX. */
const char *percent_encode(struct arena *, const char *text) RETURNS_NONNULL;
/* False on a broken escape, %00 or invalid UTF-8. plus_is_space: application/x-www-form-urlencoded. */
bool percent_decode(struct arena *, const char *text, size_t len, bool plus_is_space, const char **ret);

uint32_t crc32_of(const void *data, size_t len);
void sha256_of(const void *data, size_t len, uint8_t ret_digest[32]);
/* Are these octets this text's? Columns of VARBINARY hold texts that no collation may touch. */
bool bytes_are(struct bytes, const char *text);

struct bytes sha256_bytes(struct arena *, const void *data, size_t len);

/* 2026-01-15T10:30:00.000Z (RFC 3339, always UTC and milliseconds). "" for NONE. Years 0000 to 9999. */
#define TIME_TEXT_SIZE 25
void time_format(int64_t at_ms, char ret_text[TIME_TEXT_SIZE]);
/* Takes any RFC 3339 time with Z or an offset, 0 to 9 digits of fraction (cut to milliseconds); refuses leap seconds and 30 February. */
bool time_parse(const char *text, int64_t *ret_at_ms);
/* The same day and time so many months later; where that month has no such day, its last: 31 January and one month are 28 or 29 February. */
int64_t time_add_months(int64_t at_ms, int64_t months);
/* When its month of UTC began. */
int64_t time_month_start(int64_t at_ms);

/* -?(0|[1-9][0-9]{0,18}) within [min, max]; anything else is false. */
bool int_parse(const char *text, int64_t min, int64_t max, int64_t *ret);

#endif
