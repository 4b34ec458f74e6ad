/*
 * gatehoused --describe: the tables as JSON.
 */
#include "fcgi/describe.h"

#include "fcgi/route.h"
#include "lib/events.h"

#define DESCRIBE_BYTES_MAX (64 * (size_t)1024 * 1024)

static const char *const TYPE_NAMES[] = {
	[FIELD_NONE] = "none",	     [FIELD_STRING] = "string",	  [FIELD_ID] = "id",
	[FIELD_ENUM] = "enum",	     [FIELD_BOOL] = "boolean",	  [FIELD_INT] = "integer",
	[FIELD_TIME] = "time",	     [FIELD_STRINGS] = "strings", [FIELD_WORDS] = "words",
	[FIELD_OBJECT] = "object",   [FIELD_LIST] = "list",	  [FIELD_JSON] = "json",
};
static const char *const IN_NAMES[] = { [IN_BODY] = "body", [IN_PATH] = "path", [IN_QUERY] = "query" };
static const char *const TENANT_NAMES[] = {
	[TENANT_NONE] = "none",
	[TENANT_ORG] = "org",
	[TENANT_ORG_IN_PATH] = "org_in_path",
	[TENANT_PROJECT] = "project",
	[TENANT_PROJECT_IN_PATH] = "project_in_path",
};
static const char *const TX_NAMES[] = {
	[TX_NONE] = "none",   [TX_READ_ONE] = "read_one", [TX_READ_SNAPSHOT] = "read_snapshot",
	[TX_WRITE] = "write", [TX_SPLIT] = "split",
};

static void
member_name(struct buffer *b, const char *name)
{
	buffer_json_string(b, name);
	buffer_char(b, ':');
}

static void
text_member(struct buffer *b, const char *name, const char *value)
{
	buffer_char(b, ',');
	member_name(b, name);
	buffer_json_string(b, value);
}

static void
int_member(struct buffer *b, const char *name, int64_t value)
{
	buffer_char(b, ',');
	member_name(b, name);
	buffer_json_int(b, value);
}

static void
flag_member(struct buffer *b, const char *name, bool value)
{
	if (!value)
		return;
	buffer_char(b, ',');
	member_name(b, name);
	buffer_text(b, "true");
}

static void describe_fields(struct buffer *, const struct field *);

static void
describe_names(struct buffer *b, const char *name, const char *const *values)
{
	buffer_char(b, ',');
	member_name(b, name);
	buffer_char(b, '[');
	for (size_t i = 0; values[i] != NULL; i++) {
		if (i > 0)
			buffer_char(b, ',');
		buffer_json_string(b, values[i]);
	}
	buffer_char(b, ']');
}

static void
describe_field(struct buffer *b, const struct field *f)
{
	buffer_text(b, "{\"name\":");
	buffer_json_string(b, f->name);
	text_member(b, "type", TYPE_NAMES[f->type]);
	text_member(b, "in", IN_NAMES[f->in]);
	flag_member(b, "required", (f->flags & FIELD_REQUIRED) != 0);
	flag_member(b, "nullable", (f->flags & FIELD_NULLABLE) != 0);
	flag_member(b, "secret", (f->flags & FIELD_SECRET) != 0);
	flag_member(b, "immutable", (f->flags & FIELD_IMMUTABLE) != 0);
	flag_member(b, "optional", (f->flags & FIELD_OPTIONAL) != 0);
	if (f->min != 0)
		int_member(b, "min", f->min);
	if (f->max != 0)
		int_member(b, "max", f->max);
	if (f->items_min != 0)
		int_member(b, "items_min", (int64_t)f->items_min);
	if (f->items_max != 0)
		int_member(b, "items_max", (int64_t)f->items_max);
	if (f->type == FIELD_ID)
		text_member(b, "id_prefix", id_prefix(f->id));
	if (f->values != NULL)
		describe_names(b, "values", f->values);
	if (f->description != NULL)
		text_member(b, "description", f->description);
	if (f->fields != NULL) {
		buffer_text(b, ",\"fields\":");
		describe_fields(b, f->fields);
	}
	buffer_char(b, '}');
}

static void
describe_fields(struct buffer *b, const struct field *fields)
{
	buffer_char(b, '[');
	for (const struct field *f = fields; f != NULL && f->name != NULL; f++) {
		if (f != fields)
			buffer_char(b, ',');
		describe_field(b, f);
	}
	buffer_char(b, ']');
}

static void
describe_auth(struct buffer *b, unsigned auth)
{
	static const struct {
		unsigned bit;
		const char *name;
	} KINDS[] = {
		{ AUTH_SESSION, "session" },
		{ AUTH_PERSONAL_TOKEN, "personal_token" },
		{ AUTH_SERVICE_KEY, "service_key" },
		{ AUTH_PROJECT_USER, "project_user" },
		{ AUTH_OAUTH, "oauth" },
		{ AUTH_CLIENT, "client" },
		{ AUTH_USER_TOKEN, "user_token" },
	};
	bool first = true;

	buffer_text(b, ",\"auth\":[");
	for (size_t i = 0; i < ARRAY_LEN(KINDS); i++) {
		if ((auth & KINDS[i].bit) == 0)
			continue;
		if (!first)
			buffer_char(b, ',');
		buffer_json_string(b, KINDS[i].name);
		first = false;
	}
	buffer_text(b, "],\"public\":");
	buffer_json_bool(b, (auth & AUTH_PUBLIC) != 0);
}

static void
describe_errors(struct buffer *b, const struct route *r)
{
	buffer_text(b, ",\"errors\":[");
	for (size_t i = 0; i < ROUTE_ERRORS_MAX && r->errors[i] != OK; i++) {
		if (i > 0)
			buffer_char(b, ',');
		buffer_json_string(b, error_info(r->errors[i])->code);
	}
	buffer_char(b, ']');
}

static const char *
route_permission(const struct route *r)
{
	if (r->permission == PERM_IN_HANDLER)
		return "in_handler";
	return r->permission == PERM_NONE ? "" : permission_name(r->permission);
}

static unsigned
success_status(const struct route *r)
{
	if (r->status != 0)
		return r->status;
	return r->output == NULL && r->media_types == NULL ? 204 : 200;
}

static void
describe_flags(struct buffer *b, const struct route *r)
{
	flag_member(b, "list", (r->flags & ROUTE_LIST) != 0);
	flag_member(b, "recent_sign_in", (r->flags & ROUTE_RECENT_SIGN_IN) != 0);
	flag_member(b, "unpinned_key_only", (r->flags & ROUTE_UNPINNED_KEY) != 0);
	flag_member(b, "etag", (r->flags & ROUTE_ETAG) != 0);
	flag_member(b, "no_idempotency", (r->flags & ROUTE_NO_IDEMPOTENCY) != 0);
	flag_member(b, "exact_origin", (r->flags & ROUTE_EXACT_ORIGIN) != 0);
	if ((r->flags & ROUTE_TEXT) != 0)
		flag_member(b, "text", true);
	flag_member(b, "oauth", (r->flags & ROUTE_OAUTH) != 0);
	flag_member(b, "bare", (r->flags & ROUTE_BARE) != 0);
	flag_member(b, "mcp", (r->flags & ROUTE_MCP) != 0);
}

static void
describe_route(struct buffer *b, const struct route *r)
{
	unsigned site = r->site == 0 ? SITE_MAIN : r->site;

	buffer_text(b, "{\"id\":");
	buffer_json_string(b, r->id);
	text_member(b, "method", method_name(r->method));
	text_member(b, "path", r->path);
	text_member(b, "summary", r->summary);
	if (r->description != NULL)
		text_member(b, "description", r->description);
	describe_auth(b, r->auth);
	text_member(b, "tenant", TENANT_NAMES[r->tenant]);
	text_member(b, "site", site == SITE_BOTH ? "both" : site == SITE_AUTH ? "auth" : "main");
	text_member(b, "pool", r->pool == POOL_PASSWORD ? "password" : "request");
	text_member(b, "permission", route_permission(r));
	text_member(b, "tx", TX_NAMES[r->tx]);
	if (r->body_bytes_max > 0)
		int_member(b, "body_bytes_max", (int64_t)r->body_bytes_max);
	int_member(b, "status", success_status(r));
	if (r->other_status != 0)
		int_member(b, "other_status", r->other_status);
	if (r->limit_max != 0) {
		int_member(b, "limit_default", r->limit_default);
		int_member(b, "limit_max", r->limit_max);
	}
	describe_flags(b, r);
	describe_errors(b, r);
	buffer_text(b, ",\"input\":");
	describe_fields(b, r->input);
	buffer_text(b, ",\"output\":");
	describe_fields(b, r->output);
	if (r->other_output != NULL) {
		buffer_text(b, ",\"other_output\":");
		describe_fields(b, r->other_output);
	}
	if (r->media_types != NULL)
		describe_names(b, "media_types", r->media_types);
	buffer_char(b, '}');
}

static void
describe_permissions(struct buffer *b)
{
	buffer_text(b, "],\n\"permissions\":[");
	for (int p = PERM_IN_HANDLER + 1; p < PERM_COUNT; p++) {
		enum role role = permission_least_role((enum permission)p);

		buffer_text(b, p == PERM_IN_HANDLER + 1 ? "\n{\"name\":" : ",\n{\"name\":");
		buffer_json_string(b, permission_name((enum permission)p));
		text_member(b, "least_role", role == ROLE_OPERATOR ? "operator" : role_name(role));
		flag_member(b, "grantable", permission_is_grantable((enum permission)p));
		buffer_char(b, '}');
	}
}

static void
describe_errors_table(struct buffer *b)
{
	buffer_text(b, "],\n\"errors\":[");
	for (int e = 1; e < ERR_NO_ROW; e++) {
		const struct error_info *info = error_info((enum err)e);

		buffer_text(b, e == 1 ? "\n{\"code\":" : ",\n{\"code\":");
		buffer_json_string(b, info->code);
		int_member(b, "status", info->status);
		text_member(b, "title", info->title);
		buffer_char(b, '}');
	}
}

static void
describe_events(struct buffer *b)
{
	buffer_text(b, "],\n\"events\":[");
	for (int e = 0; e < EV_COUNT; e++) {
		const struct event_info *info = event_info((enum event)e);

		buffer_text(b, e == 0 ? "\n{\"name\":" : ",\n{\"name\":");
		buffer_json_string(b, info->name);
		flag_member(b, "is_event", info->is_event);
		text_member(b, "description", info->description);
		buffer_char(b, '}');
	}
}

void
describe_print(FILE *file)
{
	struct arena *arena = arena_new(DESCRIBE_BYTES_MAX);
	struct buffer b = buffer_new(arena);

	buffer_text(&b, "{\"routes\":[");
	for (size_t i = 0; route_at(i) != NULL; i++) {
		buffer_text(&b, i == 0 ? "\n" : ",\n");
		describe_route(&b, route_at(i));
	}
	describe_permissions(&b);
	describe_errors_table(&b);
	describe_events(&b);
	buffer_text(&b, "]}\n");
	fwrite(b.data, 1, b.len, file);
	arena_free(arena);
}
