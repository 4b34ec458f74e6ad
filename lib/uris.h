/*
 * URIs that people register. Each check gives NULL when the URI is good, else the name of the rule it breaks (details.fields[].rule).
 */
#ifndef GATEHOUSE_LIB_URIS_H
#define GATEHOUSE_LIB_URIS_H

#include "lib/base.h"

#define REDIRECT_URI_BYTES_MAX 2000

enum client_kind_of_uri { URI_FOR_WEB, URI_FOR_NATIVE };

/*
 * https; http on localhost, 127.0.0.1 and [::1]; private-use schemes with a dot for native clients (RFC 8252 section 7.1).
 * Rules: length, scheme, host, wildcard, fragment, userinfo, characters.
 */
const char *redirect_uri_check(const char *uri, enum client_kind_of_uri);
/* The same as a field's check, for web clients. */
const char *web_redirect_uri_check(const char *uri);
/* Scheme, host and port alone, "https://app.example.com"; http on loopback. As a field's check. */
const char *origin_check(const char *origin);
/* A host's name in lower case. As a field's check. */
const char *host_name_check(const char *name);
/* https with a host, no userinfo, no fragment, only RFC 3986 characters, at most 2048 octets. */
const char *https_url_check(const char *url);
/*
 * What a resource server is called by (RFC 8707 section 2): https as above, or "urn:" with a namespace and a name (RFC 8141 section 2).
 * As a field's check.
 */
const char *resource_identifier_check(const char *identifier);
/* Byte-equal, except that the port of a registered http loopback address may differ (RFC 8252 section 7.3). */
bool redirect_uri_matches(const char *registered, const char *asked);
/* A path on our own host for use after sign-in: starts with one '/', not "//" or "/\", no control characters. */
bool local_path_is_safe(const char *path);

#endif
