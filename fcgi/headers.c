/*
 * Sorts what nginx handed over. Names and counts are judged here, so that no later stage reads a header that came twice.
 */
#include "fcgi/pipeline.h"

#include <string.h>
#include <strings.h>

#define COOKIE_HEADERS_MAX 16

/*
 * Of several preconditions the first counts; the rest must come once. nginx hands Content-Type over as CONTENT_TYPE too, the first of them
 * alone: only HTTP_CONTENT_TYPE tells whether there were several.
 */
static const struct {
	const char *parameter;
	const char *name;
	bool is_deciding;
} HEADERS[HEADER_COUNT] = {
	[HEADER_AUTHORIZATION] = { "HTTP_AUTHORIZATION", "Authorization", true },
	[HEADER_X_AUTH_TOKEN] = { "HTTP_X_AUTH_TOKEN", "X-Auth-Token", true },
	[HEADER_X_ORG_ID] = { "HTTP_X_ORG_ID", "X-Org-Id", true },
	[HEADER_X_PROJECT_ID] = { "HTTP_X_PROJECT_ID", "X-Project-Id", true },
	[HEADER_X_CLIENT_ID] = { "HTTP_X_CLIENT_ID", "X-Client-Id", true },
	[HEADER_X_FLOW_TOKEN] = { "HTTP_X_FLOW_TOKEN", "X-Flow-Token", true },
	[HEADER_X_CSRF_TOKEN] = { "HTTP_X_CSRF_TOKEN", "X-CSRF-Token", true },
	[HEADER_IDEMPOTENCY_KEY] = { "HTTP_IDEMPOTENCY_KEY", "Idempotency-Key", true },
	[HEADER_DPOP] = { "HTTP_DPOP", "DPoP", true },
	[HEADER_CONTENT_TYPE] = { "HTTP_CONTENT_TYPE", "Content-Type", true },
	[HEADER_ORIGIN] = { "HTTP_ORIGIN", "Origin", true },
	[HEADER_IF_MATCH] = { "HTTP_IF_MATCH", "If-Match", false },
	[HEADER_IF_NONE_MATCH] = { "HTTP_IF_NONE_MATCH", "If-None-Match", false },
	[HEADER_MCP_PROTOCOL_VERSION] = { "HTTP_MCP_PROTOCOL_VERSION", "MCP-Protocol-Version", true },
	[HEADER_MCP_METHOD] = { "HTTP_MCP_METHOD", "Mcp-Method", true },
	[HEADER_MCP_NAME] = { "HTTP_MCP_NAME", "Mcp-Name", true },
	[HEADER_STRIPE_SIGNATURE] = { "HTTP_STRIPE_SIGNATURE", "Stripe-Signature", true },
};

static bool
take_deciding_header(struct exchange *x, const struct name_value *p)
{
	if (strncmp(p->name, "HTTP_", 5) != 0)
		return false;
	for (size_t i = 0; i < HEADER_COUNT; i++) {
		if (strcmp(p->name, HEADERS[i].parameter) != 0)
			continue;
		if (x->in.header[i] == NULL)
			x->in.header[i] = p->value;
		else if (HEADERS[i].is_deciding)
			x->in.doubled = HEADERS[i].name;
		return true;
	}
	return false;
}

static void
take_site(struct exchange *x, const char *value)
{
	x->in.site = strcmp(value, "auth") == 0 ? SITE_AUTH : SITE_MAIN;
}

/* User agents are shown to people: cut, and made of characters that can't turn a table or a log around. */
static const char *
clean_user_agent(struct arena *arena, const char *text)
{
	char *copy = arena_strndup(arena, text, strnlen(text, 400));

	for (char *at = copy; *at != '\0'; at++)
		if (*at < 0x20 || *at > 0x7e)
			*at = '?';
	return copy;
}

/* nginx hands over at most a few; what is beyond them was never ours. */
static void
add_cookie_header(struct exchange *x, const char *value)
{
	const char **items;

	if (x->in.cookie_headers.count == COOKIE_HEADERS_MAX)
		return;
	items = ARENA_ARRAY(x->arena, x->in.cookie_headers.count + 1, const char *);
	for (size_t i = 0; i < x->in.cookie_headers.count; i++)
		items[i] = x->in.cookie_headers.items[i];
	items[x->in.cookie_headers.count] = value;
	x->in.cookie_headers = (struct strings){ .items = items, .count = x->in.cookie_headers.count + 1 };
}

static void
take_environment(struct exchange *x, const struct name_value *p, const char **ret_uri)
{
	const char *name = p->name, *value = p->value;

	if (strcmp(name, "REQUEST_URI") == 0)
		*ret_uri = value;
	else if (strcmp(name, "REQUEST_METHOD") == 0)
		x->in.method_text = value;
	else if (strcmp(name, "CONTENT_LENGTH") == 0)
		x->in.has_body = value[0] != '\0' && strcmp(value, "0") != 0;
	else if (strcmp(name, "REMOTE_ADDR") == 0)
		x->rq.ip_text = value;
	else if (strcmp(name, "GATEHOUSE_REQUEST_ID") == 0)
		x->rq.id = id_is_valid(ID_REQUEST, value) ? value : NULL;
	else if (strcmp(name, "GATEHOUSE_SITE") == 0)
		take_site(x, value);
	else if (strcmp(name, "GATEHOUSE_POOL") == 0)
		x->in.pool = strcmp(value, "password") == 0 ? POOL_PASSWORD : POOL_REQUEST;
	else if (strcmp(name, "HTTP_COOKIE") == 0) {
		add_cookie_header(x, value);
		http_find_cookies(x->arena, value, FLOW_COOKIE, &x->rq.flow_cookies);
	} else if (strcmp(name, "HTTP_USER_AGENT") == 0)
		x->rq.user_agent = clean_user_agent(x->arena, value);
	else if (strcmp(name, "HTTP_CONTENT_ENCODING") == 0)
		x->in.has_content_encoding = true;
	else if (strcmp(name, "GATEHOUSE_VISITED_HOST") == 0)
		x->rq.visited_host = value;
	else if (strcmp(name, "GATEHOUSE_ISSUER") == 0)
		x->in.own_issuer = value;
	else if (strcmp(name, "GATEHOUSE_PROJECT") == 0)
		x->in.own_client_id = value;
	else if (strcmp(name, "GATEHOUSE_VISITED_URI") == 0)
		x->in.visited_uri = value;
	else if (strcmp(name, "HTTP_SEC_FETCH_SITE") == 0) {
		x->in.sec_fetch_site = value;
		x->rq.is_from_elsewhere = strcmp(value, "cross-site") == 0;
	}
	else if (strcmp(name, "HTTP_ACCEPT_LANGUAGE") == 0)
		x->in.accept_language = value;
	else if (strcmp(name, "HTTP_ACCESS_CONTROL_REQUEST_METHOD") == 0)
		x->in.asked_method = value;
}

enum err
headers_read(struct exchange *x)
{
	struct name_values parameters = gateway_parameters(x->gateway, x->arena);
	const char *uri = "";

	for (size_t i = 0; i < parameters.count; i++) {
		const struct name_value *p = &parameters.items[i];

		if (!take_deciding_header(x, p))
			take_environment(x, p, &uri);
	}
	x->rq.site = x->in.site;
	x->rq.origin = x->in.header[HEADER_ORIGIN];
	x->rq.flow_token = x->in.header[HEADER_X_FLOW_TOKEN];
	x->rq.if_match = x->in.header[HEADER_IF_MATCH];
	if (x->rq.ip_text == NULL || !ip_parse(x->rq.ip_text, x->rq.ip))
		x->rq.ip_text = "";
	if (x->rq.id == NULL)
		TRY(id_make(x->arena, ID_REQUEST, x->rq.now_ms, &x->rq.id));
	x->in.is_head = strcmp(x->in.method_text, "HEAD") == 0;
	x->in.method = x->in.is_head ? GET : method_parse(x->in.method_text);
	return http_split_uri(x->arena, uri, &x->in.path, &x->in.query);
}

enum err
headers_refuse_doubled(struct exchange *x)
{
	const char *bad = "";
	enum err e;

	if (x->in.doubled != NULL) {
		x->response.message =
		    arena_printf(x->arena, "The header %s was sent more than once.", x->in.doubled);
		return ERR_AMBIGUOUS_HEADER;
	}
	e = http_parse_query(x->arena, x->in.query, &x->in.query_pairs, &bad);
	if (e == ERR_VALIDATION_FAILED) {
		struct field_errors errors = { .count = 0 };

		field_errors_add(&errors, x->arena, bad, "query",
				 "This query parameter is repeated or isn't valid UTF-8.");
		x->response.details = field_errors_details(x->arena, &errors);
	}
	return e;
}

static void
remove_pair(struct name_values *pairs, size_t index)
{
	for (size_t i = index + 1; i < pairs->count; i++)
		pairs->items[i - 1] = pairs->items[i];
	pairs->count--;
}

static enum err
bad_id(struct exchange *x, const char *where)
{
	x->response.message = arena_printf(x->arena, "%s isn't a well-formed id.", where);
	return ERR_INVALID_ID;
}

/* A route whose own query has a field project_id keeps it (lists that filter by it). */
static bool
route_has_query_field(const struct route *route, const char *name)
{
	for (const struct field *f = route->input; f != NULL && f->name != NULL; f++)
		if (f->in == IN_QUERY && strcmp(f->name, name) == 0)
			return true;
	return false;
}

static const char *
path_value(const struct exchange *x, const char *name)
{
	for (size_t i = 0; i < x->in.path_pairs.count; i++)
		if (strcmp(x->in.path_pairs.items[i].name, name) == 0)
			return x->in.path_pairs.items[i].value;
	return NULL;
}

/* nginx can only repeat what its configuration says: a bad client_id is a setting to correct, named in X-Gatehouse-Error. */
static enum err
read_client(struct exchange *x)
{
	if ((x->rq.route->flags & ROUTE_AUTH_REQUEST) == 0)
		return OK;
	for (size_t i = 0; i < x->in.query_pairs.count; i++)
		if (strcmp(x->in.query_pairs.items[i].name, "client_id") == 0)
			x->in.client_id = x->in.query_pairs.items[i].value;
	return x->in.client_id != NULL && id_is_valid(ID_PUBLIC_PROJECT, x->in.client_id) ? OK : bad_id(x, "client_id");
}

static enum err
read_path_tenant(struct exchange *x)
{
	if (x->rq.route->tenant == TENANT_ORG_IN_PATH)
		x->in.path_org_id = path_value(x, "org_id");
	if (x->rq.route->tenant == TENANT_PROJECT_IN_PATH)
		x->in.path_project_id = path_value(x, "project_id");
	if (x->in.path_org_id != NULL && !id_is_valid(ID_ORG, x->in.path_org_id))
		return bad_id(x, "The path's organization");
	if (x->in.path_project_id != NULL && !id_is_valid(ID_PROJECT, x->in.path_project_id))
		return bad_id(x, "The path's project");
	return OK;
}

enum err
headers_read_tenant(struct exchange *x)
{
	const char *in_header = x->in.header[HEADER_X_PROJECT_ID], *in_query = NULL;

	if (!route_has_query_field(x->rq.route, "project_id"))
		for (size_t i = 0; i < x->in.query_pairs.count; i++)
			if (strcmp(x->in.query_pairs.items[i].name, "project_id") == 0) {
				in_query = x->in.query_pairs.items[i].value;
				remove_pair(&x->in.query_pairs, i);
				break;
			}
	x->in.org_id = x->in.header[HEADER_X_ORG_ID];
	if (x->in.org_id != NULL && !id_is_valid(ID_ORG, x->in.org_id))
		return bad_id(x, "X-Org-Id");
	if (in_header != NULL && !id_is_valid(ID_PROJECT, in_header))
		return bad_id(x, "X-Project-Id");
	if (in_query != NULL && !id_is_valid(ID_PROJECT, in_query))
		return bad_id(x, "project_id");
	if (in_header != NULL && in_query != NULL && strcmp(in_header, in_query) != 0)
		return ERR_AMBIGUOUS_PROJECT;
	x->in.project_id = in_header != NULL ? in_header : in_query;
	TRY(read_client(x));
	TRY(session_read_cookie(x));
	return read_path_tenant(x);
}
