/*
 * Parsers of what nginx hands over raw: path, query, cookies, Authorization. Pure and fuzzed; none of them guesses.
 */
#ifndef GATEHOUSE_LIB_HTTP_H
#define GATEHOUSE_LIB_HTTP_H

#include "lib/arena.h"
#include "lib/errors.h"

struct name_value {
	const char *name;
	const char *value;
};

struct name_values {
	struct name_value *items;
	size_t count;
};

/*
 * REQUEST_URI into path and query (HT-07). ERR_INVALID_PATH for %2F %5C %00 %2e segments, empty segments, dots, ';', '\', '#',
 * octets below 0x21 or above 0x7E, more than 8,192 octets. The path is kept as sent (no decoding: our paths have nothing to decode).
 */
enum err http_split_uri(struct arena *, const char *request_uri, const char **ret_path, const char **ret_query) MUST_CHECK;

/* a=1&b=2, at most 64 pairs. ERR_VALIDATION_FAILED with *ret_bad for a repeated name, a broken escape, NUL or invalid UTF-8. */
enum err http_parse_query(struct arena *, const char *query, struct name_values *ret, const char **ret_bad) MUST_CHECK;

/*
 * Values of the cookie `name` in one Cookie header (SE-02: names are compared on exact octets after ';' and one space; $Version
 * syntax and nameless pairs are skipped). Appends to ret; call again for each header.
 */
void http_find_cookies(struct arena *, const char *header, const char *name, struct strings *ret);

enum authorization_scheme { AUTHORIZATION_NONE, AUTHORIZATION_BEARER, AUTHORIZATION_BASIC, AUTHORIZATION_DPOP, AUTHORIZATION_OTHER };
/* "Bearer abc" (RFC 6750 section 2.1; scheme in any case, one space, b64token). ERR_INVALID_HEADER when malformed. */
enum err http_parse_authorization(struct arena *, const char *header, enum authorization_scheme *ret_scheme,
				  const char **ret_credentials) MUST_CHECK;

/*
 * The credentials of "Basic …" as a client sends its id and secret (RFC 6749 section 2.3.1: each form-encoded, then base64). False
 * when they aren't that.
 */
bool http_parse_basic_client(struct arena *, const char *credentials, const char **ret_id, const char **ret_secret);

/* One If-Match / If-None-Match header against our ETag (with quotes). "*" matches. Weak comparison for If-None-Match only. */
bool http_etag_matches(const char *header, const char *etag, bool weak);

/* Is the media type application/json, with no charset or charset=utf-8? */
bool http_is_json(const char *content_type);
/* application/x-www-form-urlencoded, the same way? */
bool http_is_form(const char *content_type);

/* Text address to 16 octets, IPv4 as ::ffff:a.b.c.d; false for anything else. */
bool ip_parse(const char *text, uint8_t ret_ip[16]);
const char *ip_format(struct arena *, struct bytes ip);
/* Networks as "10.0.0.0/8 ::1": is the text such a list, and does it hold the address? */
bool ip_networks_are_valid(const char *networks);
bool ip_is_in(const char *networks, const uint8_t ip[16]);
/*
 * May this address be anybody's server on the Internet? False for all that RFC 6890 and its registries reserve: private, shared, loopback,
 * link-local, documentation, benchmarking, multicast, and what carries an IPv4 address within (6to4, Teredo, NAT64).
 */
bool ip_is_public(const uint8_t ip[16]);
/* What a limit per address counts: IPv4 whole, IPv6 by its /64 (HT-19). In place. */
void ip_to_bucket(uint8_t ip[16]);

#endif
