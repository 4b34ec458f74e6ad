/*
 * Finds the route of a method and path, and checks at start that the tables say everything about themselves.
 */
#include "fcgi/route.h"

#include <stdio.h>
#include <string.h>

#define PATH_PARAMETERS_MAX 4
#define NODES_MAX (4 * ROUTES_MAX)

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

bool
route_takes_body(const struct route *route)
{
	return route->method == POST || route->method == PATCH || route->method == PUT;
}

const struct route *
route_at(size_t index)
{
	return index < all_count ? all_routes[index] : NULL;
}

/* ---- the tables as a tree of path segments, so that a request costs its own depth and not the number of routes ---- */

struct node {
	const char *segment; /* not NUL-terminated */
	size_t len;
	bool is_parameter; /* takes any one segment; the last of its siblings */
	struct node *children, *next;
	const struct route *routes[DELETE + 1];
};

static struct node nodes[NODES_MAX];
static size_t node_count;

/* Length of a path's segment: up to the next '/' or the end. */
static size_t
segment_length(const char *at)
{
	return (size_t)(strchrnul(at, '/') - at);
}

static bool
is_parameter(const char *segment, size_t len)
{
	return len > 2 && segment[0] == '{' && segment[len - 1] == '}';
}

static bool
is_literally(const struct node *node, const char *segment, size_t len)
{
	return !node->is_parameter && node->len == len && memcmp(node->segment, segment, len) == 0;
}

/* The child for a segment of a pattern; made when there is none. NULL: no room. */
static struct node *
child_of(struct node *node, const char *segment, size_t len)
{
	bool parameter = is_parameter(segment, len);
	struct node **at = &node->children;

	for (; *at != NULL; at = &(*at)->next)
		if (parameter ? (*at)->is_parameter : is_literally(*at, segment, len))
			return *at;
	if (node_count == NODES_MAX)
		return NULL;
	struct node *child = &nodes[node_count++];
	*child = (struct node){ .segment = segment, .len = len, .is_parameter = parameter };
	if (!parameter) {
		child->next = node->children;
		node->children = child;
	} else
		*at = child;
	return child;
}

/* False: no room, or the method and path (whatever its parameters are called) are taken. */
static bool
plant(const struct route *route)
{
	struct node *node = &nodes[0];

	for (const char *at = route->path; at != NULL; at = strchr(at, '/')) {
		at++;
		node = child_of(node, at, segment_length(at));
		if (node == NULL)
			return false;
	}
	if (node->routes[route->method] != NULL)
		return false;
	node->routes[route->method] = route;
	return true;
}

struct search {
	enum method method;
	const struct route *found;
	bool is_allowed[DELETE + 1]; /* methods that the path has elsewhere in the tree */
};

/* Literal segments go before parameters. A leaf without the method is remembered for Allow. */
static void
search(const struct node *node, const char *at, struct search *s)
{
	size_t len = segment_length(at);

	for (const struct node *child = node->children; child != NULL; child = child->next) {
		if (child->is_parameter ? len == 0 : !is_literally(child, at, len))
			continue;
		if (at[len] == '/')
			search(child, at + len + 1, s);
		else if (child->routes[s->method] != NULL)
			s->found = child->routes[s->method];
		else
			for (size_t i = GET; i < ARRAY_LEN(s->is_allowed); i++)
				s->is_allowed[i] |= child->routes[i] != NULL;
		if (s->found != NULL)
			return;
	}
}

static const char *
allow_header(struct arena *arena, const struct search *s)
{
	struct buffer allow = buffer_new(arena);

	for (enum method method = GET; method <= DELETE; method++) {
		if (!s->is_allowed[method])
			continue;
		buffer_text(&allow, allow.len == 0 ? "" : ", ");
		buffer_text(&allow, method == GET ? "GET, HEAD" : method_name(method));
	}
	return allow.len == 0 ? NULL : buffer_string(&allow);
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
	struct search s = { .method = method };

	if (path[0] == '/')
		search(&nodes[0], path + 1, &s);
	if (s.found != NULL) {
		*ret_route = s.found;
		*ret_path_parameters = path_parameters(arena, s.found->path, path);
		return MATCH_FOUND;
	}
	const char *allow = allow_header(arena, &s);
	if (allow == NULL)
		return MATCH_NO_PATH;
	*ret_allow = allow;
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
	if ((r->permission != PERM_NONE || r->tenant != TENANT_NONE) && (r->auth & AUTH_PUBLIC) != 0 &&
	    (r->flags & ROUTE_PERMISSION_ASKED) == 0)
		return complain(r, "a public route with a permission or tenant that the handler doesn't ask for");
	if (r->permission != PERM_NONE && r->permission != PERM_IN_HANDLER && r->tenant == TENANT_NONE &&
	    r->permission != PERM_INSTALLATION_WRITE)
		return complain(r, "a permission without a tenant");
	return check_parameters(r);
}

static bool
collect(void)
{
	all_count = 0;
	nodes[0] = (struct node){ .segment = "" };
	node_count = 1;
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
		if (r->path != NULL && r->path[0] == '/' && !plant(r))
			good = complain(r, "method and path are used twice, or the tree is full");
		for (size_t j = 0; j < i; j++) {
			if (strcmp(all_routes[j]->id, r->id) == 0)
				good = complain(r, "the id is used twice");
		}
	}
	return good;
}
