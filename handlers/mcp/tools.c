/*
 * Routes of the API as tools.
 */
#include "handlers/mcp/tools.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/fields_schema.h"

enum group { GROUP_ORG, GROUP_SEARCH, GROUP_PROJECTS, GROUP_USERS, GROUP_LICENSES, GROUP_CLIENTS, GROUP_AUDIT, GROUP_COUNT };

static const char *const GROUP_NAMES[GROUP_COUNT] = {
	[GROUP_ORG] = "org",		   [GROUP_SEARCH] = "search",	[GROUP_PROJECTS] = "projects", [GROUP_USERS] = "users",
	[GROUP_LICENSES] = "licenses", [GROUP_CLIENTS] = "clients", [GROUP_AUDIT] = "audit",
};

#define ALWAYS ((1u << GROUP_ORG) | (1u << GROUP_SEARCH))
#define ALL    ((1u << GROUP_COUNT) - 1)

struct tool {
	const char *name;
	enum group group;
	const char *route_id;
	bool is_sensitive;
};

/* No tool deletes a project, or makes or shows a secret; a license is what its holder is to have. */
static const struct tool TOOLS[] = {
	{ "whoami", GROUP_ORG, "whoami", false },
	{ "org_list", GROUP_ORG, "org_list", false },
	{ "org_get", GROUP_ORG, "org_get", false },
	{ "member_list", GROUP_ORG, "member_list", false },
	{ "search", GROUP_SEARCH, "palette_search", false },
	{ "project_list", GROUP_PROJECTS, "project_list", false },
	{ "project_get", GROUP_PROJECTS, "project_get", false },
	{ "project_create", GROUP_PROJECTS, "project_create", false },
	{ "project_update", GROUP_PROJECTS, "project_update", false },
	{ "user_list", GROUP_USERS, "user_list", false },
	{ "user_get", GROUP_USERS, "user_get", false },
	{ "user_update", GROUP_USERS, "user_update", false },
	{ "user_set_claims", GROUP_USERS, "user_set_claims", false },
	{ "user_deactivate", GROUP_USERS, "user_deactivate", true },
	{ "license_list", GROUP_LICENSES, "license_list", false },
	{ "license_get", GROUP_LICENSES, "license_get", false },
	{ "license_create", GROUP_LICENSES, "license_create", false },
	{ "license_update", GROUP_LICENSES, "license_update", false },
	{ "license_suspend", GROUP_LICENSES, "license_suspend", true },
	{ "license_reset_hardware", GROUP_LICENSES, "license_reset_hardware", true },
	{ "client_list", GROUP_CLIENTS, "client_list", false },
	{ "client_get", GROUP_CLIENTS, "client_get", false },
	{ "audit_event_list", GROUP_AUDIT, "audit_event_list", true },
};

/* ---- which of them ---- */

static bool
add_group(const char *word, size_t len, unsigned *groups)
{
	for (size_t i = 0; i < GROUP_COUNT; i++)
		if (strlen(GROUP_NAMES[i]) == len && strncmp(GROUP_NAMES[i], word, len) == 0) {
			*groups |= 1u << i;
			return true;
		}
	return false;
}

bool
tool_filter_parse(const char *groups, const char *profile, struct tool_filter *ret)
{
	struct tool_filter filter = { .groups = groups == NULL ? ALL : ALWAYS };

	for (const char *at = groups; at != NULL; at = strchr(at, ',') == NULL ? NULL : strchr(at, ',') + 1)
		if (!add_group(at, strcspn(at, ","), &filter.groups))
			return false;
	filter.with_sensitive = profile != NULL && strcmp(profile, "all") == 0;
	if (profile != NULL && !filter.with_sensitive && strcmp(profile, "core") != 0)
		return false;
	*ret = filter;
	return true;
}

static const struct route *
route_of(const struct tool *tool)
{
	size_t i = 0;

	while (route_at(i) != NULL && strcmp(route_at(i)->id, tool->route_id) != 0)
		i++;
	return route_at(i);
}

static bool
is_wanted(const struct request *rq, const struct tool_filter *filter, const struct tool *tool)
{
	return (filter->groups & (1u << tool->group)) != 0 && (filter->with_sensitive || !tool->is_sensitive) && route_of(tool) != NULL &&
	       request_may_call(rq, route_of(tool));
}

const struct tool *
tool_find(const struct request *rq, const struct tool_filter *filter, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(TOOLS); i++)
		if (strcmp(TOOLS[i].name, name) == 0)
			return is_wanted(rq, filter, &TOOLS[i]) ? &TOOLS[i] : NULL;
	return NULL;
}

/* ---- how they are shown ---- */

/* The organization is the credential's, so nobody has to name it (rule 45). */
static bool
is_given(const struct route *route, const struct field *f)
{
	return route->tenant == TENANT_ORG_IN_PATH && f->in == IN_PATH && strcmp(f->name, "org_id") == 0;
}

static void
add_property(struct buffer *b, const char *name, const char *schema)
{
	buffer_text(b, b->data[b->len - 1] == '{' ? "" : ",");
	buffer_json_string(b, name);
	buffer_char(b, ':');
	buffer_text(b, schema);
}

static void
add_properties(struct buffer *b, const struct route *route)
{
	for (const struct field *f = route->input; f != NULL && f->name != NULL; f++) {
		struct buffer schema = buffer_new(b->arena);

		if (is_given(route, f) || (f->flags & FIELD_IMMUTABLE) != 0)
			continue;
		field_schema(&schema, f);
		add_property(b, f->name, buffer_string(&schema));
	}
	if (route->tenant == TENANT_PROJECT)
		add_property(b, "project_id",
			     "{\"type\":\"string\",\"pattern\":\"^prj_[a-z0-9]{16}$\",\"description\":\"The organization's default project when absent\"}");
	if ((route->flags & ROUTE_LIST) != 0) {
		long long max = route->limit_max != 0 ? route->limit_max : 100, usual = route->limit_default != 0 ? route->limit_default : 50;

		add_property(b, "limit",
			     arena_printf(b->arena, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":%lld,\"default\":%lld}", max, usual));
		add_property(b, "cursor", "{\"type\":\"string\",\"description\":\"next_cursor of the page before\"}");
		add_property(b, "include_total", "{\"type\":\"boolean\"}");
	}
	if (route->method != GET)
		add_property(b, "idempotency_key",
			     "{\"type\":\"string\",\"minLength\":1,\"maxLength\":128,\"description\":\"The same key again changes nothing twice\"}");
}

static bool
is_required(const struct route *route, const struct field *f)
{
	return f->in == IN_PATH ? !is_given(route, f) : (f->flags & FIELD_REQUIRED) != 0;
}

static void
add_schema(struct buffer *b, const struct route *route)
{
	char separator = '[';

	buffer_text(b, "{\"type\":\"object\",\"properties\":{");
	add_properties(b, route);
	buffer_text(b, "},\"required\":");
	for (const struct field *f = route->input; f != NULL && f->name != NULL; f++)
		if (is_required(route, f)) {
			buffer_char(b, separator);
			buffer_json_string(b, f->name);
			separator = ',';
		}
	buffer_text(b, separator == '[' ? "[]" : "]");
	buffer_text(b, ",\"additionalProperties\":false}");
}

static void
add_tool(struct buffer *b, const struct tool *tool)
{
	const struct route *route = route_of(tool);
	const char *more = route->description != NULL ? arena_printf(b->arena, ". %s", route->description) : "";

	buffer_text(b, "{\"name\":");
	buffer_json_string(b, tool->name);
	buffer_text(b, ",\"title\":");
	buffer_json_string(b, route->summary);
	buffer_text(b, ",\"description\":");
	buffer_json_string(b, arena_printf(b->arena, "%s%s", route->summary, more));
	buffer_text(b, ",\"inputSchema\":");
	add_schema(b, route);
	buffer_text(b, ",\"annotations\":{\"readOnlyHint\":");
	buffer_json_bool(b, route->method == GET);
	buffer_text(b, ",\"destructiveHint\":");
	buffer_json_bool(b, route->method != GET && tool->is_sensitive);
	buffer_text(b, ",\"openWorldHint\":false}}");
}

void
tools_list(const struct request *rq, const struct tool_filter *filter, struct buffer *b)
{
	bool is_first = true;

	buffer_char(b, '[');
	for (size_t i = 0; i < ARRAY_LEN(TOOLS); i++) {
		if (!is_wanted(rq, filter, &TOOLS[i]))
			continue;
		if (!is_first)
			buffer_char(b, ',');
		is_first = false;
		add_tool(b, &TOOLS[i]);
	}
	buffer_char(b, ']');
}

/* ---- arguments as a request has them ---- */

struct sorter {
	const struct request *rq;
	const struct route *route;
	struct inner_call *call;
	struct buffer body;
};

static void
add_pair(struct name_values *pairs, const char *name, const char *value)
{
	pairs->items[pairs->count++] = (struct name_value){ .name = name, .value = value };
}

/* As it would stand in an address; what no address can hold is left to the route's own judgement as JSON text. */
static const char *
text_of(struct arena *arena, const struct json *value)
{
	struct buffer text = buffer_new(arena);

	if (value->type == JSON_STRING)
		return value->string;
	json_render(&text, value);
	return buffer_string(&text);
}

static void
add_member(struct buffer *body, const char *name, const struct json *value)
{
	buffer_char(body, body->len == 0 ? '{' : ',');
	buffer_json_string(body, name);
	buffer_char(body, ':');
	json_render(body, value);
}

static const struct field *
field_named(const struct route *route, const char *name)
{
	for (const struct field *f = route->input; f != NULL && f->name != NULL; f++)
		if (strcmp(f->name, name) == 0 && !is_given(route, f))
			return f;
	return NULL;
}

/* What the route doesn't know goes where it refuses it. */
static void
sort_one(struct sorter *s, const char *name, const struct json *value)
{
	const struct field *f = field_named(s->route, name);

	if (f == NULL && s->route->tenant == TENANT_PROJECT && strcmp(name, "project_id") == 0)
		s->call->project_id = text_of(s->rq->arena, value);
	else if (f == NULL && s->route->method != GET && strcmp(name, "idempotency_key") == 0)
		s->call->idempotency_key = text_of(s->rq->arena, value);
	else if (f != NULL && f->in == IN_PATH)
		add_pair(&s->call->path, name, text_of(s->rq->arena, value));
	else if (s->route->method == GET || (f != NULL && f->in == IN_QUERY))
		add_pair(&s->call->query, name, text_of(s->rq->arena, value));
	else
		add_member(&s->body, name, value);
}

static bool
has_pair(const struct name_values *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->items[i].name, name) == 0)
			return pairs->items[i].value[0] != '\0';
	return false;
}

bool
tool_arguments(const struct request *rq, const struct tool *tool, const struct json *arguments, struct inner_call *ret, const char **ret_missing)
{
	size_t count = arguments != NULL ? arguments->count : 0;
	struct inner_call call = { .route = route_of(tool) };
	struct sorter s = { .rq = rq, .route = call.route, .call = &call, .body = buffer_new(rq->arena) };

	call.path.items = ARENA_ARRAY(rq->arena, count + 1, struct name_value);
	call.query.items = ARENA_ARRAY(rq->arena, count + 1, struct name_value);
	if (call.route->tenant == TENANT_ORG_IN_PATH)
		add_pair(&call.path, "org_id", rq->org.id);
	for (size_t i = 0; i < count; i++)
		sort_one(&s, arguments->names[i], &arguments->items[i]);
	for (const struct field *f = call.route->input; f != NULL && f->name != NULL; f++)
		if (f->in == IN_PATH && !has_pair(&call.path, f->name)) {
			*ret_missing = f->name;
			return false;
		}
	if (s.body.len > 0) {
		buffer_char(&s.body, '}');
		call.body = buffer_string(&s.body);
	}
	*ret = call;
	return true;
}
