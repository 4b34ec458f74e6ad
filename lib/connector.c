/*
 * Judging what an MCP server and its authorization server say of themselves.
 */
#include "lib/connector.h"

#include <string.h>
#include <strings.h>

#include "lib/encode.h"
#include "lib/jose.h"
#include "lib/oauth.h"
#include "lib/text.h"
#include "lib/uris.h"

#define DETAIL_MAX 300

static const struct connector_fault_info infos[] = {
#define FAULT(symbol, code_, fails, says_, remedy_)                                                                            \
	[CONNECTOR_##symbol] = { .code = code_, .says = says_, .remedy = remedy_, .is_failure = fails },
#include "lib/connector_faults.def"
#undef FAULT
};

const struct connector_fault_info *
connector_fault_info(enum connector_fault fault)
{
	return &infos[fault];
}

void
connector_find(struct connector_findings *findings, enum connector_fault fault, const char *detail)
{
	if (findings->count == CONNECTOR_FINDINGS_MAX)
		return;
	findings->items[findings->count].fault = fault;
	findings->items[findings->count].detail = detail;
	findings->count++;
}

bool
connector_has_failed(const struct connector_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (infos[findings->items[i].fault].is_failure)
			return true;
	}
	return false;
}

static bool
fail(struct connector_findings *findings, enum connector_fault fault, const char *detail)
{
	connector_find(findings, fault, detail);
	return false;
}

static const char *
status_text(struct arena *arena, long status)
{
	return arena_printf(arena, "Status %ld", status);
}

/* The words of a list of texts, with spaces between; NULL when there are none. */
static const char *
join_list(struct arena *arena, const struct json *list)
{
	struct buffer words = buffer_new(arena);

	for (size_t i = 0; list != NULL && list->type == JSON_ARRAY && i < list->count; i++) {
		if (list->items[i].type != JSON_STRING)
			continue;
		if (words.len > 0)
			buffer_char(&words, ' ');
		buffer_text(&words, list->items[i].string);
	}
	return words.len > 0 ? buffer_string(&words) : NULL;
}

static bool
list_has(const struct json *object, const char *name, const char *word)
{
	const struct json *list = json_member(object, name);

	for (size_t i = 0; list != NULL && list->type == JSON_ARRAY && i < list->count; i++) {
		if (list->items[i].type == JSON_STRING && strcmp(list->items[i].string, word) == 0)
			return true;
	}
	return false;
}

static bool
member_is_true(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, name);

	return member != NULL && member->type == JSON_BOOL && member->boolean;
}

/* "error: description" of an OAuth error, and of a JSON-RPC one; NULL when it is neither. */
static const char *
error_text(struct arena *arena, const struct json *body)
{
	const struct json *nested = body != NULL ? json_member(body, "error") : NULL;
	const char *error = body != NULL ? json_text(body, "error") : NULL;
	const char *description = body != NULL ? json_text(body, "error_description") : NULL;

	if (nested != NULL && nested->type == JSON_OBJECT)
		error = json_text(nested, "message");
	if (error == NULL)
		return NULL;
	return utf8_cut(arena, description != NULL ? arena_printf(arena, "%s: %s", error, description) : error, DETAIL_MAX);
}

static const char *
error_or_status(struct arena *arena, long status, const struct json *body)
{
	const char *text = error_text(arena, body);

	return text != NULL ? text : status_text(arena, status);
}

/* ---- the challenge (RFC 9110 section 11.6.1) ---- */

static const char TOKEN_CHARS[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* A value, quoted or not; *at moves behind it. */
static const char *
take_value(struct arena *arena, const char **at)
{
	struct buffer value = buffer_new(arena);
	const char *p = *at;

	if (*p != '"') {
		size_t len = strcspn(p, ", \t");

		*at = p + len;
		return arena_strndup(arena, p, len);
	}
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		buffer_char(&value, *p);
	}
	*at = p + (*p == '"');
	return buffer_string(&value);
}

/* False when it names no Bearer scheme. */
static bool
parse_challenge(struct arena *arena, const char *header, struct connector_challenge *ret)
{
	bool is_bearer = false, was_bearer = false;

	for (const char *at = header; *at != '\0';) {
		size_t len = strspn(at, TOKEN_CHARS);
		const char *word = at, *value;

		if (len == 0) {
			at++;
			continue;
		}
		at += len;
		if (*at != '=') {
			is_bearer = len == strlen("Bearer") && strncasecmp(word, "Bearer", len) == 0;
			was_bearer |= is_bearer;
			continue;
		}
		at++;
		value = take_value(arena, &at);
		if (is_bearer && len == strlen("resource_metadata") && strncasecmp(word, "resource_metadata", len) == 0)
			ret->metadata_url = value;
		if (is_bearer && len == strlen("scope") && strncasecmp(word, "scope", len) == 0)
			ret->scope = value;
	}
	return was_bearer;
}

bool
connector_judge_challenge(struct arena *arena, long status, const char *www_authenticate, struct connector_findings *findings,
			  struct connector_challenge *ret)
{
	*ret = (struct connector_challenge){ .metadata_url = NULL };
	if (status >= 200 && status < 300)
		return fail(findings, CONNECTOR_NOT_PROTECTED, status_text(arena, status));
	if (status != 401)
		return fail(findings, CONNECTOR_NO_401, status_text(arena, status));
	if (www_authenticate[0] == '\0')
		connector_find(findings, CONNECTOR_NO_CHALLENGE, NULL);
	else if (!parse_challenge(arena, www_authenticate, ret))
		connector_find(findings, CONNECTOR_NOT_BEARER, NULL);
	else if (ret->metadata_url == NULL)
		connector_find(findings, CONNECTOR_NO_METADATA_URL, NULL);
	return true;
}

/* ---- where metadata stands ---- */

/* The path of an https URL, without query and the slash at its end: "" for none. */
static const char *
path_of(struct arena *arena, const char *url)
{
	const char *host = url + strlen("https://");
	const char *path = host + strcspn(host, "/?#");
	size_t len = strcspn(path, "?#");

	while (len > 0 && path[len - 1] == '/')
		len--;
	return arena_strndup(arena, path, len);
}

static struct strings
urls(struct arena *arena, size_t count, const char *const *made)
{
	const char **items = ARENA_ARRAY(arena, count, const char *);

	for (size_t i = 0; i < count; i++)
		items[i] = made[i];
	return (struct strings){ items, count };
}

struct strings
connector_resource_metadata_urls(struct arena *arena, const char *url)
{
	const char *origin = url_origin(arena, url), *path = path_of(arena, url);
	const char *root = arena_printf(arena, "%s/.well-known/oauth-protected-resource", origin);
	const char *made[] = { path[0] != '\0' ? arena_printf(arena, "%s%s", root, path) : root, root };

	return urls(arena, path[0] != '\0' ? 2 : 1, made);
}

struct strings
connector_server_metadata_urls(struct arena *arena, const char *issuer)
{
	const char *origin = url_origin(arena, issuer), *path = path_of(arena, issuer);
	const char *made[] = {
		arena_printf(arena, "%s/.well-known/oauth-authorization-server%s", origin, path),
		arena_printf(arena, "%s/.well-known/openid-configuration%s", origin, path),
		arena_printf(arena, "%s%s/.well-known/openid-configuration", origin, path),
	};

	return urls(arena, path[0] != '\0' ? 3 : 2, made);
}

/* ---- the resource's metadata ---- */

/* Without a query, which clients may carry along; a bare origin with and without its slash. */
static bool
is_same_resource(struct arena *arena, const char *resource, const char *url)
{
	return strcmp(resource, url) == 0 ||
	       oauth_resource_matches(resource, arena_strndup(arena, url, strcspn(url, "?")));
}

static bool
is_above(const char *resource, const char *url)
{
	size_t len = strlen(resource);

	while (len > 0 && resource[len - 1] == '/')
		len--;
	return strncmp(resource, url, len) == 0 && url[len] == '/';
}

static bool
judge_resource_name(struct arena *arena, const char *url, const char *resource, struct connector_findings *findings)
{
	if (resource == NULL)
		return fail(findings, CONNECTOR_NO_RESOURCE, NULL);
	if (is_same_resource(arena, resource, url))
		return true;
	if (!is_above(resource, url))
		return fail(findings, CONNECTOR_WRONG_RESOURCE, utf8_cut(arena, resource, DETAIL_MAX));
	connector_find(findings, CONNECTOR_PARENT_RESOURCE, utf8_cut(arena, resource, DETAIL_MAX));
	return true;
}

bool
connector_judge_resource(struct arena *arena, const char *url, const struct json *body, struct connector_findings *findings,
			 struct connector_resource *ret)
{
	const struct json *servers;

	if (body == NULL)
		return fail(findings, CONNECTOR_NOT_JSON, NULL);
	*ret = (struct connector_resource){
		.resource = json_text(body, "resource"),
		.scope = join_list(arena, json_member(body, "scopes_supported")),
	};
	bool is_ours = judge_resource_name(arena, url, ret->resource, findings);
	servers = json_member(body, "authorization_servers");
	if (servers == NULL || servers->type != JSON_ARRAY || servers->count == 0 || servers->items[0].type != JSON_STRING)
		return fail(findings, CONNECTOR_NO_AUTHORIZATION_SERVER, NULL);
	ret->issuer = servers->items[0].string;
	if (https_url_check(ret->issuer) != NULL)
		return fail(findings, CONNECTOR_SERVER_NOT_HTTPS, utf8_cut(arena, ret->issuer, DETAIL_MAX));
	return is_ours;
}

/* ---- the authorization server's ---- */

static bool
judge_endpoints(const struct connector_server *server, struct connector_findings *findings)
{
	const char *const endpoints[] = { server->authorization_endpoint, server->token_endpoint, server->registration_endpoint };

	if (server->authorization_endpoint == NULL || server->token_endpoint == NULL)
		return fail(findings, CONNECTOR_NO_ENDPOINTS, NULL);
	for (size_t i = 0; i < ARRAY_LEN(endpoints); i++) {
		if (endpoints[i] != NULL && https_url_check(endpoints[i]) != NULL)
			return fail(findings, CONNECTOR_SERVER_NOT_HTTPS, endpoints[i]);
	}
	return true;
}

bool
connector_judge_server(const char *issuer, const struct json *body, struct connector_findings *findings, struct connector_server *ret)
{
	if (body == NULL)
		return fail(findings, CONNECTOR_NOT_JSON, NULL);
	*ret = (struct connector_server){
		.issuer = json_text(body, "issuer"),
		.authorization_endpoint = json_text(body, "authorization_endpoint"),
		.token_endpoint = json_text(body, "token_endpoint"),
		.registration_endpoint = json_text(body, "registration_endpoint"),
		.takes_documents = member_is_true(body, "client_id_metadata_document_supported"),
		.says_issuer = member_is_true(body, "authorization_response_iss_parameter_supported"),
	};
	if (ret->issuer == NULL || strcmp(ret->issuer, issuer) != 0)
		connector_find(findings, CONNECTOR_WRONG_ISSUER, ret->issuer);
	if (!list_has(body, "code_challenge_methods_supported", "S256"))
		connector_find(findings, CONNECTOR_NO_S256, NULL);
	if (!list_has(body, "response_types_supported", "code"))
		connector_find(findings, CONNECTOR_NO_CODE, NULL);
	if (!ret->says_issuer)
		connector_find(findings, CONNECTOR_NO_ISS, NULL);
	if (ret->registration_endpoint == NULL && !ret->takes_documents)
		connector_find(findings, CONNECTOR_NO_REGISTRATION, NULL);
	return judge_endpoints(ret, findings) && !connector_has_failed(findings);
}

/* ---- the client ---- */

/* A token that can stand in a header: what breaks the line would be headers of its own. NULL otherwise. */
static const char *
token_text(const struct json *body, const char *name)
{
	const char *token = json_text(body, name);

	return token != NULL && strpbrk(token, " \t\r\n") == NULL ? token : NULL;
}

bool
connector_judge_registration(struct arena *arena, long status, const struct json *body, struct connector_findings *findings,
			     struct connector_client *ret)
{
	if (status != 201 && status != 200)
		return fail(findings, CONNECTOR_REGISTRATION_REFUSED, error_or_status(arena, status, body));
	if (body == NULL)
		return fail(findings, CONNECTOR_NOT_JSON, NULL);
	*ret = (struct connector_client){
		.client_id = json_text(body, "client_id"),
		.client_secret = json_text(body, "client_secret"),
		.management_url = json_text(body, "registration_client_uri"),
		.management_token = token_text(body, "registration_access_token"),
	};
	return ret->client_id != NULL || fail(findings, CONNECTOR_NO_CLIENT_ID, NULL);
}

/* A parameter of a URL's query; NULL when it isn't there. */
static const char *
query_value(struct arena *arena, const char *url, const char *name)
{
	const char *query = strchr(url, '?'), *bad;
	struct name_values pairs;

	if (query == NULL || http_parse_query(arena, arena_strndup(arena, query + 1, strcspn(query + 1, "#")), &pairs, &bad) != OK)
		return NULL;
	for (size_t i = 0; i < pairs.count; i++) {
		if (strcmp(pairs.items[i].name, name) == 0)
			return pairs.items[i].value;
	}
	return NULL;
}

static const char *
said(struct arena *arena, const char *error, const char *description)
{
	return utf8_cut(arena, description != NULL ? arena_printf(arena, "%s: %s", error, description) : error, DETAIL_MAX);
}

bool
connector_judge_authorize(struct arena *arena, long status, const char *location, const char *redirect_uri, struct connector_findings *findings)
{
	if (strncmp(location, redirect_uri, strlen(redirect_uri)) == 0) {
		const char *error = query_value(arena, location, "error");

		if (error != NULL)
			return fail(findings, CONNECTOR_AUTHORIZE_REFUSED,
				    said(arena, error, query_value(arena, location, "error_description")));
	}
	if (status >= 400)
		return fail(findings, CONNECTOR_AUTHORIZE_REFUSED, status_text(arena, status));
	if (status >= 300 && location[0] == '\0')
		return fail(findings, CONNECTOR_NO_PAGE, status_text(arena, status));
	return true;
}

bool
connector_judge_answer(struct arena *arena, const struct connector_server *server, const struct connector_answer *answer,
		       struct connector_findings *findings)
{
	if (answer->iss != NULL && strcmp(answer->iss, server->issuer) != 0)
		return fail(findings, CONNECTOR_WRONG_ANSWER_ISS, utf8_cut(arena, answer->iss, DETAIL_MAX));
	if (answer->iss == NULL && server->says_issuer)
		return fail(findings, CONNECTOR_NO_ANSWER_ISS, NULL);
	if (answer->error != NULL)
		return fail(findings, CONNECTOR_SIGN_IN_FAILED, said(arena, answer->error, answer->error_description));
	return answer->code != NULL || fail(findings, CONNECTOR_SIGN_IN_FAILED, NULL);
}

/* ---- the token ---- */

/* A token that can be read says whom it is for; one that can't be says nothing wrong. */
static bool
is_for(struct arena *arena, const char *token, const char *resource)
{
	struct jws jws;

	if (!jws_parse(arena, token, &jws))
		return true;
	const struct json *aud = json_member(&jws.claims, "aud");
	const char *text = json_text(&jws.claims, "aud");

	if (text != NULL)
		return oauth_resource_matches(text, resource);
	return aud == NULL || list_has(&jws.claims, "aud", resource);
}

bool
connector_judge_token(struct arena *arena, const char *resource, long status, const char *cache_control, const struct json *body,
		      struct connector_findings *findings, const char **ret_access_token)
{
	const char *token = body != NULL ? token_text(body, "access_token") : NULL;
	const char *type = body != NULL ? json_text(body, "token_type") : NULL;

	if (status != 200)
		return fail(findings, CONNECTOR_TOKEN_REFUSED, error_or_status(arena, status, body));
	if (body == NULL)
		return fail(findings, CONNECTOR_NOT_JSON, NULL);
	if (token == NULL)
		return fail(findings, CONNECTOR_NO_ACCESS_TOKEN, NULL);
	if (type == NULL || strcasecmp(type, "Bearer") != 0)
		return fail(findings, CONNECTOR_WRONG_TOKEN_TYPE, type);
	if (strstr(cache_control, "no-store") == NULL)
		connector_find(findings, CONNECTOR_TOKEN_MAY_BE_KEPT, NULL);
	if (!is_for(arena, token, resource))
		connector_find(findings, CONNECTOR_WRONG_AUDIENCE, NULL);
	*ret_access_token = token;
	return true;
}

bool
connector_judge_call(struct arena *arena, long status, const char *www_authenticate, const struct json *body, struct connector_findings *findings,
		     const struct json **ret_result)
{
	*ret_result = NULL;
	if (status == 401)
		return fail(findings, CONNECTOR_TOKEN_NOT_TAKEN, www_authenticate);
	if (status == 403)
		return fail(findings, CONNECTOR_SCOPE_MISSING, www_authenticate);
	*ret_result = body != NULL ? json_member(body, "result") : NULL;
	return *ret_result != NULL || fail(findings, CONNECTOR_NOT_MCP, error_or_status(arena, status, body));
}
