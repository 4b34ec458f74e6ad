/*
 * Finds the route of a method and path, and checks at start that the tables say everything about themselves.
 */
#include "fcgi/route.h"

#include <stdio.h>
#include <string.h>

#define PATH_PARAMETERS_MAX 4

static const char *const METHOD_NAMES[] = {
	[METHOD_NONE] = "", [GET] = "GET", [POST] = "POST",
	[PATCH] = "PATCH",  [PUT] = "PUT", [DELETE] = "DELETE",
};

const char *
method_name(enum method method)
{
	return METHOD_NAMES[method];
}

enum method
method_parse(const char *text)
{
	for (size_t i = GET; i < ARRAY_LEN(METHOD_NAMES); i++)
		if (strcmp(text, METHOD_NAMES[i]) == 0)
			return (enum method)i;
	return METHOD_NONE;
}

static const struct route *all_routes[ROUTES_MAX + 1];
static size_t all_count;

const struct route *
route_at(size_t index)
{
	return index < all_count ? all_routes[index] : NULL;
}

/* Length of a path's segment: up to the next '/' or the end. */
static size_t
segment_length(const char *at)
{
	return strcspn(at, "/");
}

static bool
is_parameter(const char *segment, size_t len)
{
	return len > 2 && segment[0] == '{' && segment[len - 1] == '}';
}

/* Compares segment by segment; parameters take any one segment. Literal segments count for `ret_literals`. */
static bool
path_matches(const char *pattern, const char *path, size_t *ret_literals)
{
	size_t literals = 0;

	for (;;) {
		size_t p = segment_length(pattern), s = segment_length(path);

		if (is_parameter(pattern, p)) {
			if (s == 0)
				return false;
		} else {
			if (p != s || strncmp(pattern, path, p) != 0)
				return false;
			literals++;
		}
		pattern += p;
		path += s;
		if (*pattern != *path)
			return false;
		if (*pattern == '\0')
			break;
		pattern++;
		path++;
	}
	*ret_literals = literals;
	return true;
}

static struct name_values
path_parameters(struct arena *arena, const char *pattern, const char *path)
{
	struct name_values pairs = { .items = ARENA_ARRAY(arena, PATH_PARAMETERS_MAX, struct name_value) };

	for (;;) {
		size_t p = segment_length(pattern), s = segment_length(path);

		if (is_parameter(pattern, p))
			pairs.items[pairs.count++] = (struct name_value){
				.name = arena_strndup(arena, pattern + 1, p - 2),
				.value = arena_strndup(arena, path, s),
			};
		if (pattern[p] == '\0')
			return pairs;
		pattern += p + 1;
		path += s + 1;
	}
}

enum route_match
route_find(struct arena *arena, enum method method, const char *path, const struct route **ret_route,
	   struct name_values *ret_path_parameters, const char **ret_allow)
{
	const struct route *best = NULL;
	size_t best_literals = 0, literals;
	struct buffer allow = buffer_new(arena);
	bool has_path = false;

	for (size_t i = 0; i < all_count; i++) {
		const struct route *r = all_routes[i];

		if (!path_matches(r->path, path, &literals))
			continue;
		has_path = true;
		buffer_printf(&allow, "%s%s", allow.len == 0 ? "" : ", ", method_name(r->method));
		if (r->method == GET)
			buffer_text(&allow, ", HEAD");
		if (r->method == method && (best == NULL || literals > best_literals)) {
			best = r;
			best_literals = literals;
		}
	}
	if (best != NULL) {
		*ret_route = best;
		*ret_path_parameters = path_parameters(arena, best->path, path);
		return MATCH_FOUND;
	}
	if (!has_path)
		return MATCH_NO_PATH;
	*ret_allow = buffer_string(&allow);
	return MATCH_NO_METHOD;
}

static bool
complain(const struct route *route, const char *what)
{
	fprintf(stderr, "route %s (%s): %s\n", route->id, route->path == NULL ? "?" : route->path, what);
	return false;
}

static bool
has_path_field(const struct route *route, const char *name, size_t len)
{
	for (const struct field *f = route->input; f != NULL && f->name != NULL; f++)
		if (f->in == IN_PATH && strlen(f->name) == len && strncmp(f->name, name, len) == 0)
			return true;
	return false;
}

static bool
check_parameters(const struct route *route)
{
	size_t count = 0;

	for (const char *at = route->path; *at != '\0'; at++) {
		size_t len = strcspn(at, "}");

		if (*at != '{')
			continue;
		if (++count > PATH_PARAMETERS_MAX)
			return complain(route, "too many path parameters");
		if (!has_path_field(route, at + 1, len - 1))
			return complain(route, "a path parameter has no field");
	}
	return true;
}

static bool
check_one(const struct route *r)
{
	bool is_write = r->method != GET;

	if (r->auth == 0)
		return complain(r, "no .auth");
	if (r->handler == NULL)
		return complain(r, "no .handler");
	if (r->method == METHOD_NONE || r->path == NULL || r->summary == NULL)
		return complain(r, "no .method, .path or .summary");
	if (is_write && r->tx != TX_WRITE && r->tx != TX_SPLIT && r->tx != TX_NONE &&
	    (r->auth & AUTH_PUBLIC) == 0)
		return complain(r, "a write without TX_WRITE");
	if (r->output != NULL && r->media_types != NULL)
		return complain(r, "both JSON and a file");
	if (r->pool == POOL_PASSWORD && r->work == NULL)
		return complain(r, "the password pool without .work");
	if ((r->permission != PERM_NONE || r->tenant != TENANT_NONE) && (r->auth & AUTH_PUBLIC) != 0)
		return complain(r, "a public route with a permission or tenant");
	if (r->permission != PERM_NONE && r->permission != PERM_IN_HANDLER && r->tenant == TENANT_NONE &&
	    r->permission != PERM_INSTALLATION_WRITE)
		return complain(r, "a permission without a tenant");
	return check_parameters(r);
}

static bool
collect(void)
{
	all_count = 0;
	for (size_t t = 0; gatehouse_routes[t] != NULL; t++) {
		for (const struct route *r = gatehouse_routes[t]; r->id != NULL; r++) {
			if (all_count == ROUTES_MAX)
				return complain(r, "more routes than ROUTES_MAX");
			all_routes[all_count++] = r;
		}
	}
	return true;
}

bool
routes_check(void)
{
	bool good = collect();

	for (size_t i = 0; i < all_count; i++) {
		const struct route *r = all_routes[i];

		good = check_one(r) && good;
		for (size_t j = 0; j < i; j++) {
			if (strcmp(all_routes[j]->id, r->id) == 0)
				good = complain(r, "the id is used twice");
			if (all_routes[j]->method == r->method && strcmp(all_routes[j]->path, r->path) == 0)
				good = complain(r, "method and path are used twice");
		}
	}
	return good;
}
