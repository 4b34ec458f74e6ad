/*
 * Checks of URIs that people register, octet by octet: nothing is decoded, so nothing has two
 * readings.
 */
#include <string.h>
#include <strings.h>

#include "lib/encode.h"
#include "lib/uris.h"

#define HTTPS_URL_BYTES_MAX 2048

static bool
is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/*
 * Every octet is one of RFC 3986 appendix A, and every '%' begins an escape that isn't a control
 * character's.
 */
static bool
has_uri_characters(const char *uri)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	for (; *uri != '\0'; uri++) {
		if (*uri == '%') {
			if (uri[1] == '\0' || strchr(hex, uri[1]) == NULL || uri[2] == '\0' ||
			    strchr(hex, uri[2]) == NULL)
				return false;
			if (uri[1] == '0' || uri[1] == '1' ||
			    (uri[1] == '7' && (uri[2] == 'f' || uri[2] == 'F')))
				return false;
		} else if (!is_alphanumeric(*uri) &&
			   strchr("-._~:/?#[]@!$&'()*+,;=", *uri) == NULL) {
			return false;
		}
	}
	return true;
}

/* Lower-case "https://" and the like: another spelling would be a second form of one URI. */
static bool
has_scheme(const char *uri, const char *scheme, const char **ret_rest)
{
	size_t len = strlen(scheme);

	if (strncmp(uri, scheme, len) != 0)
		return false;
	*ret_rest = uri + len;
	return true;
}

static size_t
authority_len(const char *rest)
{
	return strcspn(rest, "/?#");
}

struct authority {
	const char *host;
	size_t host_len;
	const char *port; /* behind the colon; NULL when there is none */
	size_t port_len;
};

static bool
split_authority(const char *text, size_t len, struct authority *ret)
{
	size_t host_len = 0;

	if (len > 0 && text[0] == '[') {
		const char *end = memchr(text, ']', len);
		if (end == NULL)
			return false;
		host_len = (size_t)(end - text) + 1;
	} else {
		const char *colon = memchr(text, ':', len);
		host_len = colon == NULL ? len : (size_t)(colon - text);
	}
	bool has_port = host_len < len;
	if (has_port && text[host_len] != ':')
		return false;
	*ret = (struct authority){
		.host = text,
		.host_len = host_len,
		.port = has_port ? text + host_len + 1 : NULL,
		.port_len = has_port ? len - host_len - 1 : 0,
	};
	return true;
}

/* 1 to 65535 without leading zeros. */
static bool
port_is_valid(const struct authority *authority)
{
	char digits[6] = "";
	int64_t port = 0;

	if (authority->port == NULL)
		return true;
	if (authority->port_len < 1 || authority->port_len > 5)
		return false;
	memcpy(digits, authority->port, authority->port_len);
	return int_parse(digits, 1, 65535, &port);
}

/* An IPv6 literal's characters; whether they make an address is the resolver's business. */
static bool
is_ipv6_literal(const char *host, size_t len)
{
	if (len < 4 || host[0] != '[' || host[len - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < len; i++) {
		if (strchr("0123456789abcdef:.", host[i]) == NULL)
			return false;
	}
	return memchr(host, ':', len) != NULL;
}

/*
 * A name in lower case, or an address: labels of letters, digits and inner hyphens with single dots
 * between.
 */
static bool
host_is_valid(const char *host, size_t len)
{
	char before = '.';

	if (is_ipv6_literal(host, len))
		return true;
	if (len < 1 || len > 253)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool is_at_edge = before == '.';
		bool is_edge_character =
		    (host[i] >= 'a' && host[i] <= 'z') || (host[i] >= '0' && host[i] <= '9');
		if (host[i] == '.' ? is_at_edge || before == '-'
				   : !is_edge_character && (host[i] != '-' || is_at_edge))
			return false;
		before = host[i];
	}
	return before != '.' && before != '-';
}

static bool
is_loopback(const struct authority *authority)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1", "[::1]" };

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		if (authority->host_len == strlen(hosts[i]) &&
		    strncmp(authority->host, hosts[i], authority->host_len) == 0)
			return true;
	}
	return false;
}

/* Rules of what stands between "//" and the path. */
static const char *
check_authority(const char *rest, struct authority *ret)
{
	size_t len = authority_len(rest);

	if (memchr(rest, '@', len) != NULL)
		return "userinfo";
	if (memchr(rest, '*', len) != NULL)
		return "wildcard";
	if (!split_authority(rest, len, ret) || !host_is_valid(ret->host, ret->host_len) ||
	    !port_is_valid(ret))
		return "host";
	return NULL;
}

/*
 * Reverse domain order with a dot, so that it can't be a scheme of the system's (RFC 8252
 * section 7.1).
 */
static const char *
check_private_scheme(const char *uri, enum client_kind_of_uri kind)
{
	size_t len = strcspn(uri, ":");

	if (kind != URI_FOR_NATIVE || uri[len] != ':' || uri[0] < 'a' || uri[0] > 'z')
		return "scheme";
	for (size_t i = 0; i < len; i++) {
		if (!(uri[i] >= 'a' && uri[i] <= 'z') && !(uri[i] >= '0' && uri[i] <= '9') &&
		    uri[i] != '.' && uri[i] != '-' && uri[i] != '+')
			return "scheme";
	}
	const char *dot = memchr(uri, '.', len);
	if (dot == NULL || uri[len - 1] == '.')
		return "scheme";
	const char *rest = uri + len + 1;
	if (strncmp(rest, "//", 2) == 0 && memchr(rest + 2, '@', authority_len(rest + 2)) != NULL)
		return "userinfo";
	return NULL;
}

const char *
redirect_uri_check(const char *uri, enum client_kind_of_uri kind)
{
	const char *rest = NULL;
	struct authority authority;
	size_t len = strlen(uri);

	if (len < 1 || len > REDIRECT_URI_BYTES_MAX)
		return "length";
	if (!has_uri_characters(uri))
		return "characters";
	if (strchr(uri, '#') != NULL)
		return "fragment";
	if (strchr(uri, '*') != NULL)
		return "wildcard";
	bool is_http = has_scheme(uri, "http://", &rest);
	if (!is_http && !has_scheme(uri, "https://", &rest))
		return check_private_scheme(uri, kind);

	const char *rule = check_authority(rest, &authority);
	if (rule != NULL)
		return rule;
	return is_http && !is_loopback(&authority) ? "scheme" : NULL;
}

const char *
web_redirect_uri_check(const char *uri)
{
	return redirect_uri_check(uri, URI_FOR_WEB);
}

const char *
https_url_check(const char *url)
{
	const char *rest = NULL;
	struct authority authority;
	size_t len = strlen(url);

	if (len < 1 || len > HTTPS_URL_BYTES_MAX)
		return "length";
	if (!has_uri_characters(url))
		return "characters";
	if (!has_scheme(url, "https://", &rest))
		return "scheme";
	if (strchr(url, '#') != NULL)
		return "fragment";
	return check_authority(rest, &authority);
}

#define IDENTIFIER_BYTES_MAX 255
#define URN_NAMESPACE_MAX    32

/* "urn:", a namespace of 2 to 32 letters, digits and hyphens, ":", and a name. */
static const char *
urn_check(const char *urn)
{
	const char *namespace = urn + strlen("urn:");
	size_t len = 0;

	while (is_alphanumeric(namespace[len]) || (len > 0 && namespace[len] == '-'))
		len++;
	if (len < 2 || len > URN_NAMESPACE_MAX || namespace[len - 1] == '-' || namespace[len] != ':' ||
	    namespace[len + 1] == '\0')
		return "urn";
	return strchr(urn, '#') != NULL ? "fragment" : NULL;
}

const char *
resource_identifier_check(const char *identifier)
{
	if (strlen(identifier) > IDENTIFIER_BYTES_MAX)
		return "length";
	if (!has_uri_characters(identifier))
		return "characters";
	return strncmp(identifier, "urn:", 4) == 0 ? urn_check(identifier) : https_url_check(identifier);
}

bool
redirect_uri_matches(const char *registered, const char *asked)
{
	const char *registered_rest = NULL;
	const char *asked_rest = NULL;
	struct authority left;
	struct authority right;

	if (strcmp(registered, asked) == 0)
		return true;
	if (!has_scheme(registered, "http://", &registered_rest) ||
	    !has_scheme(asked, "http://", &asked_rest))
		return false;
	size_t left_len = authority_len(registered_rest);
	size_t right_len = authority_len(asked_rest);
	if (!split_authority(registered_rest, left_len, &left) ||
	    !split_authority(asked_rest, right_len, &right))
		return false;
	if (!is_loopback(&left) || left.host_len != right.host_len ||
	    strncmp(left.host, right.host, left.host_len) != 0)
		return false;
	return port_is_valid(&right) &&
	       strcmp(registered_rest + left_len, asked_rest + right_len) == 0;
}

bool
local_path_is_safe(const char *path)
{
	/* "/%2f" and "/%5c" too: something between us and the browser may decode them. */
	if (path[0] != '/' || path[1] == '/' || strncasecmp(path + 1, "%2f", 3) == 0 ||
	    strncasecmp(path + 1, "%5c", 3) == 0)
		return false;
	for (; *path != '\0'; path++) {
		unsigned char c = (unsigned char)*path;
		if (c <= 0x20 || c >= 0x7f || c == '\\')
			return false;
	}
	return true;
}

const char *
origin_check(const char *origin)
{
	const char *rule = web_redirect_uri_check(origin);
	const char *rest = strstr(origin, "//");

	if (rule != NULL)
		return rule;
	return rest == NULL || rest[2 + authority_len(rest + 2)] != '\0' ? "pattern" : NULL;
}

const char *
host_name_check(const char *name)
{
	return name[0] != '[' && host_is_valid(name, strlen(name)) ? NULL : "host";
}
