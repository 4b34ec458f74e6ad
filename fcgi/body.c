/*
 * Reads a request's body under its route's cap and fills the route's input struct.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#define BODY_BYTES_DEFAULT (64 * (size_t)1024)

static enum err
refuse_header(struct exchange *x, const char *message)
{
	x->response.message = message;
	return ERR_INVALID_HEADER;
}

static bool
is_taken(const struct route *route, const char *content_type)
{
	return (route->flags & ROUTE_FOREIGN) != 0 ? http_is_form(content_type) : http_is_json(content_type);
}

enum err
body_read(struct exchange *x)
{
	const struct route *route = x->rq.route;
	size_t max = route->body_bytes_max > 0 ? route->body_bytes_max : BODY_BYTES_DEFAULT;

	if (!x->in.has_body)
		return gateway_is_cut(x->gateway) ? ERR_INCOMPLETE_REQUEST : OK;
	if (route->method == GET || route->method == DELETE)
		return refuse_header(x, "This method takes no body.");	/* HT-10 */
	if (x->in.has_content_encoding)
		return ERR_UNSUPPORTED_MEDIA_TYPE;	/* HT-13 */
	if (x->in.header[HEADER_CONTENT_TYPE] == NULL || !is_taken(route, x->in.header[HEADER_CONTENT_TYPE]))
		return ERR_UNSUPPORTED_MEDIA_TYPE;
	TRY(gateway_read_body(x->gateway, x->arena, max, &x->in.body));
	/* Bodies may hold passwords and tokens. */
	arena_wipe_later(x->arena, (void *)(uintptr_t)x->in.body.data, x->in.body.len);
	return OK;
}

static bool
route_takes_body(const struct route *route)
{
	return route->method == POST || route->method == PATCH || route->method == PUT;
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
	x->response.details = field_errors_details(x->arena, errors);
	return ERR_VALIDATION_FAILED;
}

/* The form in place of the query, and of both only what we know. */
static enum err
take_foreign(struct exchange *x, const struct field *fields)
{
	struct name_values *pairs = &x->in.query_pairs;
	const char *bad = "";
	size_t kept = 0;

	if (x->in.body.len > 0) {
		TRY(http_parse_query(x->arena, arena_strndup(x->arena, (const char *)x->in.body.data, x->in.body.len), pairs,
				     &bad));
		x->in.body.len = 0;
	}
	for (size_t i = 0; i < pairs->count; i++)
		for (const struct field *field = fields; field->name != NULL; field++)
			if (field->in == IN_QUERY && strcmp(field->name, pairs->items[i].name) == 0)
				pairs->items[kept++] = pairs->items[i];
	pairs->count = kept;
	return OK;
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
	TRY(parse_json(x, &body));
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
