/*
 * Reads a request's body under its route's cap and fills the route's input struct.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#define BODY_BYTES_DEFAULT (64 * (size_t)1024)
/* From here on the arena is made larger: a body is there as it came, ended by a NUL for the parser, and as a tree. */
#define BODY_BYTES_LARGE (1024 * (size_t)1024)
#define BODY_COPIES	 3

static enum err
refuse_header(struct exchange *x, const char *message)
{
	x->response.message = message;
	return ERR_INVALID_HEADER;
}

static bool
takes_form(const struct route *route)
{
	return (route->flags & (ROUTE_FOREIGN | ROUTE_OAUTH)) != 0 && (route->flags & ROUTE_METADATA) == 0;
}

static enum err
check_type(struct exchange *x)
{
	const char *type = x->in.header[HEADER_CONTENT_TYPE];
	bool is_form = takes_form(x->rq.route);

	if ((x->rq.route->flags & ROUTE_HOOK) != 0)
		return x->in.has_content_encoding ? ERR_UNSUPPORTED_MEDIA_TYPE : OK;
	if (!x->in.has_content_encoding && type != NULL && (is_form ? http_is_form(type) : http_is_json(type)))	/* HT-13 */
		return OK;
	if (is_form)
		x->response.message = "The body must be application/x-www-form-urlencoded in UTF-8, without compression.";
	return ERR_UNSUPPORTED_MEDIA_TYPE;
}

enum err
body_read(struct exchange *x)
{
	const struct route *route = x->rq.route;
	size_t max = route->body_bytes_max > 0 ? route->body_bytes_max : BODY_BYTES_DEFAULT;

	if (x->in.is_body_read)
		return OK;
	x->in.is_body_read = true;
	if (!x->in.has_body)
		return gateway_is_cut(x->gateway) ? ERR_INCOMPLETE_REQUEST : OK;
	if (route->method == GET || route->method == DELETE)
		return refuse_header(x, "This method takes no body.");	/* HT-10 */
	TRY(check_type(x));
	if (max > BODY_BYTES_LARGE)
		arena_make_room(x->arena, BODY_COPIES * max);
	TRY(gateway_read_body(x->gateway, x->arena, max, &x->in.body));
	/* Bodies may hold passwords and tokens. */
	arena_wipe_later(x->arena, (void *)(uintptr_t)x->in.body.data, x->in.body.len);
	return OK;
}

static enum err
parse_json(struct exchange *x, struct json *ret_body)
{
	const char *reason = NULL;
	enum err e;

	*ret_body = (struct json){ .type = JSON_OBJECT };
	if (x->in.body.len == 0)
		return OK;	/* every field may be left out: the table asks for what is required */
	e = json_parse(x->arena, (const char *)x->in.body.data, x->in.body.len, ret_body, &reason);
	if (e == OK && ret_body->type != JSON_OBJECT) {
		e = ERR_INVALID_JSON;
		reason = "the top level isn't an object";
	}
	if (e == ERR_INVALID_JSON && reason != NULL)
		x->response.message = arena_printf(x->arena, "The body isn't a valid JSON object: %s.", reason);
	return e;
}

static bool
is_known(const struct field *fields, const char *name)
{
	for (const struct field *f = fields; f->name != NULL; f++)
		if (f->in == IN_BODY && strcmp(f->name, name) == 0)
			return true;
	return false;
}

/* RFC 8707 section 2 lets a request name several resources; a token here is for one (oauth.md rule 5). */
static enum err
refuse_form(struct exchange *x, const struct field *fields, const char *parameter)
{
	bool is_resource = strcmp(parameter, "resource") == 0 && is_known(fields, parameter);

	x->response.message = is_resource ? "A token is for one resource: send one `resource`, and ask again for the next."
					  : "A parameter was sent twice, or isn't valid UTF-8.";
	return is_resource ? ERR_INVALID_TARGET : ERR_INVALID_REQUEST;
}

/*
 * RFC 6749 section 3.2: unknown parameters are ignored, an empty one counts as absent, a repeated one is an error. What is left is
 * an object of texts.
 */
static enum err
parse_form(struct exchange *x, const struct field *fields, struct json *ret_body)
{
	const char *text = arena_strndup(x->arena, (const char *)x->in.body.data, x->in.body.len);
	struct name_values pairs = { .count = 0 };
	const char *bad = "";
	size_t count = 0;

	if (strlen(text) != x->in.body.len || http_parse_query(x->arena, text, &pairs, &bad) != OK)
		return refuse_form(x, fields, bad);
	const char **names = ARENA_ARRAY(x->arena, pairs.count, const char *);
	struct json *values = ARENA_ARRAY(x->arena, pairs.count, struct json);
	for (size_t i = 0; i < pairs.count; i++) {
		const struct name_value *p = &pairs.items[i];

		if (p->value[0] == '\0' || !is_known(fields, p->name))
			continue;
		names[count] = p->name;
		values[count++] = (struct json){ .type = JSON_STRING, .string = p->value };
	}
	*ret_body = (struct json){ .type = JSON_OBJECT, .names = names, .items = values, .count = count };
	return OK;
}

/* RFC 7591 section 2: members that aren't understood are ignored. */
static enum err
parse_metadata(struct exchange *x, const struct field *fields, struct json *ret_body)
{
	struct json body;
	enum err e = parse_json(x, &body);

	if (e == OK)
		*ret_body = fields_known(x->arena, fields, &body);
	return e == ERR_INVALID_JSON ? ERR_INVALID_CLIENT_METADATA : e;
}

static enum err
parse_body(struct exchange *x, const struct field *fields, struct json *ret_body)
{
	if ((x->rq.route->flags & ROUTE_METADATA) != 0)
		return parse_metadata(x, fields, ret_body);
	if ((x->rq.route->flags & ROUTE_OAUTH) != 0)
		return parse_form(x, fields, ret_body);
	return parse_json(x, ret_body);
}

/* A malformed id in the path is a 400 of its own; everything else is reported together. */
static enum err
judge(struct exchange *x, const struct field_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		if (strcmp(errors->items[i].rule, "id") == 0)
			for (size_t p = 0; p < x->in.path_pairs.count; p++)
				if (strcmp(errors->items[i].field, x->in.path_pairs.items[p].name) == 0)
					return ERR_INVALID_ID;
	if (errors->count == 0)
		return OK;
	/* OAuth's errors have no details, so the text names the first of them. */
	if ((x->rq.route->flags & ROUTE_OAUTH) != 0)
		x->response.message = arena_printf(x->arena, "%s: %s", errors->items[0].field, errors->items[0].message);
	x->response.details = field_errors_details(x->arena, errors);
	if ((x->rq.route->flags & ROUTE_METADATA) != 0)
		return strncmp(errors->items[0].field, "redirect_uris", strlen("redirect_uris")) == 0 ? ERR_INVALID_REDIRECT_URI
												       : ERR_INVALID_CLIENT_METADATA;
	return ERR_VALIDATION_FAILED;
}

static bool
is_query_field(const struct field *fields, const char *name)
{
	for (const struct field *f = fields; f->name != NULL; f++)
		if (f->in == IN_QUERY && strcmp(f->name, name) == 0)
			return true;
	return false;
}

/* The form in place of the query, and of it only what we know. An app's request says nothing in both, and what is empty is absent. */
static enum err
take_foreign(struct exchange *x, const struct field *fields)
{
	bool is_app = (x->rq.route->flags & ROUTE_PAGE) != 0;
	struct name_values *pairs = &x->in.query_pairs;
	const char *bad = "";
	size_t kept = 0;

	if (x->in.body.len > 0) {
		if (is_app && pairs->count > 0)
			return ERR_INVALID_REQUEST;
		TRY(http_parse_query(x->arena, arena_strndup(x->arena, (const char *)x->in.body.data, x->in.body.len), pairs,
				     &bad));
		x->in.body.len = 0;
	}
	for (size_t i = 0; i < pairs->count; i++)
		if (is_query_field(fields, pairs->items[i].name) && !(is_app && pairs->items[i].value[0] == '\0'))
			pairs->items[kept++] = pairs->items[i];
	pairs->count = kept;
	return OK;
}

/* What says who asks, and isn't a field of the route's. */
static bool
is_of_login(const struct field *fields, const char *name)
{
	static const char *const MEMBERS[] = { CLIENT_ID_MEMBER, CLIENT_SECRET_MEMBER };

	for (size_t i = 0; i < ARRAY_LEN(MEMBERS); i++)
		if (strcmp(name, MEMBERS[i]) == 0)
			return !is_known(fields, name);
	return false;
}

/* Who asked by them has them taken out; beside another credential they are one too many. */
static enum err
take_client(const struct exchange *x, const struct field *fields, struct json *body)
{
	size_t count = 0;

	if ((x->rq.route->auth & AUTH_CLIENT) == 0 || x->rq.credential.kind == CREDENTIAL_NONE || json_member(body, CLIENT_SECRET_MEMBER) == NULL)
		return OK;
	if (!x->in.is_client_in_body)
		return ERR_AMBIGUOUS_CREDENTIALS;
	const char **names = ARENA_ARRAY(x->arena, body->count, const char *);
	struct json *items = ARENA_ARRAY(x->arena, body->count, struct json);
	for (size_t i = 0; i < body->count; i++) {
		if (is_of_login(fields, body->names[i]))
			continue;
		names[count] = body->names[i];
		items[count++] = body->items[i];
	}
	*body = (struct json){ .type = JSON_OBJECT, .names = names, .items = items, .count = count };
	return OK;
}

/* A message with rules of its own, which the handler reads. */
static void
take_message(struct exchange *x)
{
	x->in.message = x->in.body;
	x->in.body.len = 0;
}

enum err
input_parse(struct exchange *x)
{
	const struct route *route = x->rq.route;
	static const struct field NOTHING[] = { FIELDS_END };
	const struct field *fields = route->input != NULL ? route->input : NOTHING;
	struct field_errors errors = { .count = 0 };
	struct json body;
	void *input = arena_alloc(x->arena, route->input_size);

	if ((route->flags & ROUTE_FOREIGN) != 0)
		TRY(take_foreign(x, fields));
	TRY(page_parse(x));
	if ((route->flags & (ROUTE_MCP | ROUTE_HOOK)) != 0)
		take_message(x);
	TRY(parse_body(x, fields, &body));
	TRY(take_client(x, fields, &body));
	fields_parse(x->arena, fields, route_takes_body(route) ? &body : NULL, x->in.path_pairs,
		     x->in.query_pairs, input, &errors);
	TRY(judge(x, &errors));
	if (route->method == PATCH && !fields_has_any_in_body(fields, input)) {
		field_errors_add(&errors, x->arena, "", "empty_patch", "Name at least one field to change.");
		return judge(x, &errors);
	}
	x->rq.input = input;
	return OK;
}
