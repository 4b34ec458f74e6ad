/*
 * Path, query, cookies, Authorization, entity tags and media types, each read by its grammar and
 * nothing else.
 */
#include <string.h>
#include <strings.h>

#include "lib/encode.h"
#include "lib/http.h"

/* nginx takes no longer request lines (large_client_header_buffers), and an app may bring an address, a state and an ID token. */
#define URI_BYTES_MAX   8192
#define QUERY_PAIRS_MAX 64
#define COOKIES_MAX     8

/* A segment that a file system or another proxy would read in its own way. */
static bool
is_dot_segment(const char *segment, size_t len)
{
	return (len == 1 && segment[0] == '.') ||
	       (len == 2 && segment[0] == '.' && segment[1] == '.');
}

/*
 * nginx matched its location on a decoded and cleaned form of the same octets (HT-07). What could
 * differ between the two forms is refused, so that there is one form. A slash at the end stays: no
 * route has one, which makes it a 404 (HT-08).
 */
static bool
path_is_plain(const char *path, size_t len)
{
	if (len == 0 || path[0] != '/')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (strchr("%;\\", path[i]) != NULL)
			return false;
	}
	for (size_t from = 1; from < len;) {
		const char *slash = memchr(path + from, '/', len - from);
		size_t segment_len = slash == NULL ? len - from : (size_t)(slash - path) - from;
		if (segment_len == 0 || is_dot_segment(path + from, segment_len))
			return false;
		from += segment_len + 1;
	}
	return true;
}

enum err
http_split_uri(struct arena *arena, const char *request_uri, const char **ret_path,
	       const char **ret_query)
{
	size_t len = strnlen(request_uri, URI_BYTES_MAX + 1);

	if (len > URI_BYTES_MAX)
		return ERR_INVALID_PATH;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)request_uri[i];
		if (c < 0x21 || c > 0x7e || c == '#')
			return ERR_INVALID_PATH;
	}
	size_t path_len = strcspn(request_uri, "?");
	if (!path_is_plain(request_uri, path_len))
		return ERR_INVALID_PATH;
	*ret_path = arena_strndup(arena, request_uri, path_len);
	*ret_query = arena_strdup(arena, path_len < len ? request_uri + path_len + 1 : "");
	return OK;
}

static bool
has_name(const struct name_value *items, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(items[i].name, name) == 0)
			return true;
	}
	return false;
}

/* name=value, or a name alone, whose value is empty. */
static bool
parse_pair(struct arena *arena, const char *text, size_t len, struct name_value *ret)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals == NULL ? len : (size_t)(equals - text);
	const char *value = "";

	if (!percent_decode(arena, text, name_len, true, &ret->name) || ret->name[0] == '\0')
		return false;
	if (equals != NULL && !percent_decode(arena, equals + 1, len - name_len - 1, true, &value))
		return false;
	ret->value = value;
	return true;
}

static size_t
count_char(const char *text, char c)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == c ? 1 : 0;
	return count;
}

enum err
http_parse_query(struct arena *arena, const char *query, struct name_values *ret,
		 const char **ret_bad)
{
	size_t room = query[0] == '\0' ? 0 : count_char(query, '&') + 1;
	size_t count = 0;

	if (room > QUERY_PAIRS_MAX) {
		*ret_bad = "";
		return ERR_VALIDATION_FAILED;
	}
	struct name_value *items = ARENA_ARRAY(arena, room, struct name_value);
	for (; count < room; count++) {
		size_t len = strcspn(query, "&");
		if (!parse_pair(arena, query, len, &items[count]) ||
		    has_name(items, count, items[count].name)) {
			*ret_bad = arena_strndup(arena, query, strcspn(query, "=&"));
			return ERR_VALIDATION_FAILED;
		}
		query += len + 1;
	}
	*ret = (struct name_values){ .items = items, .count = count };
	return OK;
}

static void
append(struct arena *arena, struct strings *list, const char *text)
{
	if (list->count >= COOKIES_MAX)
		return;
	const char **items = ARENA_ARRAY(arena, list->count + 1, const char *);
	for (size_t i = 0; i < list->count; i++)
		items[i] = list->items[i];
	items[list->count] = text;
	*list = (struct strings){ .items = items, .count = list->count + 1 };
}

/*
 * A name is what stands between "; " and '='. Readers that trim more, fold case or know the quotes
 * and $Version of RFC 2109 see other cookies in the same octets; a page on a sibling host can plant
 * those (SE-02).
 */
void
http_find_cookies(struct arena *arena, const char *header, const char *name, struct strings *ret)
{
	size_t name_len = strlen(name);

	while (header != NULL) {
		size_t len = strcspn(header, ";");
		if (len > name_len && strncmp(header, name, name_len) == 0 &&
		    header[name_len] == '=')
			append(arena, ret,
			       arena_strndup(arena, header + name_len + 1, len - name_len - 1));
		header += len;
		while (header[0] == ';' && header[1] != ' ')
			header += 1 + strcspn(header + 1, ";");
		header = header[0] == '\0' ? NULL : header + 2;
	}
}

static const char token_characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";

/* token68 of RFC 9110 section 11.2, which b64token of RFC 6750 is too. */
static bool
is_token68(const char *text)
{
	static const char characters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
	size_t len = strspn(text, characters);

	return len > 0 && text[len + strspn(text + len, "=")] == '\0';
}

static enum authorization_scheme
scheme_of(const char *text, size_t len)
{
	if (len == strlen("Bearer") && strncasecmp(text, "Bearer", len) == 0)
		return AUTHORIZATION_BEARER;
	if (len == strlen("Basic") && strncasecmp(text, "Basic", len) == 0)
		return AUTHORIZATION_BASIC;
	if (len == strlen("DPoP") && strncasecmp(text, "DPoP", len) == 0)
		return AUTHORIZATION_DPOP;
	return AUTHORIZATION_OTHER;
}

enum err
http_parse_authorization(struct arena *arena, const char *header,
			 enum authorization_scheme *ret_scheme, const char **ret_credentials)
{
	if (header == NULL) {
		*ret_scheme = AUTHORIZATION_NONE;
		*ret_credentials = "";
		return OK;
	}
	size_t len = strspn(header, token_characters);
	enum authorization_scheme scheme = scheme_of(header, len);
	if (len == 0 || (header[len] != ' ' && header[len] != '\0'))
		return ERR_INVALID_HEADER;
	const char *credentials = header[len] == '\0' ? "" : header + len + 1;
	if (scheme != AUTHORIZATION_OTHER && !is_token68(credentials))
		return ERR_INVALID_HEADER;

	char *kept = arena_strdup(arena, credentials);
	arena_wipe_later(arena, kept, strlen(kept));
	*ret_scheme = scheme;
	*ret_credentials = kept;
	return OK;
}

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/*
 * The opaque part of an entity tag with its quotes; 0 when there is none (RFC 9110 section 8.8.3).
 */
static size_t
opaque_tag_len(const char *text)
{
	if (text[0] != '"')
		return 0;
	for (size_t i = 1; text[i] != '\0'; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == '"')
			return i + 1;
		if (c < 0x21 || c == 0x7f)
			return 0;
	}
	return 0;
}

static bool
tag_matches(const char *tag, size_t len, bool is_weak_tag, const char *etag, bool weak)
{
	bool is_weak_etag = strncmp(etag, "W/", 2) == 0;
	const char *opaque = is_weak_etag ? etag + 2 : etag;

	if (!weak && (is_weak_tag || is_weak_etag))
		return false;
	return strlen(opaque) == len && strncmp(opaque, tag, len) == 0;
}

/* The whole list must be well-formed: half of a list is no condition that the client stated. */
bool
http_etag_matches(const char *header, const char *etag, bool weak)
{
	bool matches = false;
	const char *at = skip_blanks(header);

	if (at[0] == '*')
		return skip_blanks(at + 1)[0] == '\0';
	for (;;) {
		bool is_weak_tag = strncmp(at, "W/", 2) == 0;
		at += is_weak_tag ? 2 : 0;
		size_t len = opaque_tag_len(at);
		if (len == 0)
			return false;
		matches = matches || tag_matches(at, len, is_weak_tag, etag, weak);
		at = skip_blanks(at + len);
		if (at[0] == '\0')
			return matches;
		if (at[0] != ',')
			return false;
		at = skip_blanks(at + 1);
	}
}

static bool
is_type(const char *content_type, const char *type)
{
	size_t len = strlen(type);

	if (content_type == NULL || strncasecmp(content_type, type, len) != 0)
		return false;
	const char *rest = skip_blanks(content_type + len);
	if (rest[0] == '\0')
		return true;
	if (rest[0] != ';')
		return false;
	rest = skip_blanks(rest + 1);
	return strcasecmp(rest, "charset=utf-8") == 0 || strcasecmp(rest, "charset=\"utf-8\"") == 0;
}

bool
http_is_json(const char *content_type)
{
	return is_type(content_type, "application/json");
}

bool
http_is_form(const char *content_type)
{
	return is_type(content_type, "application/x-www-form-urlencoded");
}

bool
http_parse_basic_client(struct arena *arena, const char *credentials, const char **ret_id, const char **ret_secret)
{
	struct bytes plain;
	const char *id, *secret;

	if (!base64_decode(arena, credentials, strlen(credentials), &plain))
		return false;
	arena_wipe_later(arena, (void *)(uintptr_t)plain.data, plain.len);
	const char *text = arena_strndup(arena, (const char *)plain.data, plain.len);
	const char *colon = strchr(text, ':');
	if (colon == NULL || strlen(text) != plain.len ||
	    !percent_decode(arena, text, (size_t)(colon - text), true, &id) ||
	    !percent_decode(arena, colon + 1, strlen(colon + 1), true, &secret))
		return false;
	*ret_id = id;
	*ret_secret = secret;
	return true;
}
