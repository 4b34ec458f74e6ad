/*
 * /api/v1/resource_servers (oauth.md section 3): the APIs and MCP servers that a project's tokens may be for.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/oauth_settings.h"
#include "domain/oauth_resources.h"
#include "domain/resource_servers.h"
#include "fcgi/request.h"
#include "lib/signing_keys.h"
#include "lib/text.h"
#include "lib/uris.h"
#include "sql/gen/schema_keys.h"

#define TTL_MIN_S 300
#define TTL_MAX_S 86400

struct resource_server_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field resource_server_path[] = {
	IN_ID(struct resource_server_path, id, ID_RESOURCE_SERVER, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
show(const struct request *rq, unsigned status, const struct resource_server *server)
{
	reply_etag(rq, server->version);
	return reply(rq, status, resource_server_fields, server);
}

static enum err
record_change(const struct request *rq, struct tx *tx, enum event event, const struct resource_server *before,
	      const struct resource_server *after)
{
	const struct resource_server *server = after != NULL ? after : before;
	struct record r = request_record(rq, event, server->id, server->name);

	r.fields = resource_server_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

/* ---- GET ---- */

static enum verdict
resource_server_get(const struct request *rq, struct tx *tx)
{
	const struct resource_server_path *in = rq->input;
	struct resource_server server;
	enum err e = resource_server_read(tx, rq->project.id, in->id, &server);

	return e == OK ? show(rq, 200, &server) : fail_err(rq, e);
}

static enum err
find_servers(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	struct q_resource_server_count_row count = { .total = NONE };
	struct resource_server *servers;

	TRY(resource_server_page(tx, rq->project.id, rq->page.after_id, rq->page.limit + 1, &servers, &list->count));
	if (rq->page.include_total)
		TRY(q_resource_server_count(tx->db, &(struct q_resource_server_count){ .project_id = rq->project.id },
					    &count));
	list->items = servers;
	list->total = count.total;
	return OK;
}

static enum verdict
resource_server_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = resource_server_fields,
		.item_size = sizeof(struct resource_server),
		.id_offset = offsetof(struct resource_server, id),
	};
	enum err e = find_servers(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- POST and PATCH ---- */

struct resource_server_input {
	struct {
		bool id, identifier, name, scopes, token_claims, access_token_ttl_s, signing_alg, allow_third_party, is_active;
	} has;
	const char *id, *identifier, *name;
	struct field_list scopes;
	struct strings token_claims;
	int64_t access_token_ttl_s;
	const char *signing_alg;
	bool allow_third_party, is_active;
};

#define NAME .min = 1, .max = 120
#define SETTINGS                                                                                                             \
	IN_LIST(struct resource_server_input, scopes, resource_scope_input, struct resource_scope_input,                     \
		.items_max = RESOURCE_SERVER_SCOPES_MAX, .description = "All of them; the old ones go"),                     \
	    IN_STRINGS(struct resource_server_input, token_claims, .values = token_claim_names, .items_max = 6,              \
		       .flags = FIELD_DISTINCT, .description = "All when absent"),                                           \
	    IN_INT(struct resource_server_input, access_token_ttl_s, TTL_MIN_S, TTL_MAX_S,                                   \
		   .description = "Seconds; the project's when absent"),                                                              \
	    IN_ENUM(struct resource_server_input, signing_alg, signing_alg_names, .description = "The project's when absent"),       \
	    IN_BOOL(struct resource_server_input, allow_third_party,                                                         \
		    .description = "When absent: true in a hybrid project, else false"),                                     \
	    IN_BOOL(struct resource_server_input, is_active, .description = "true when absent")

static const struct field resource_server_create_input[] = {
	IN_STRING(struct resource_server_input, identifier, .min = 1, .max = 255, .check = resource_identifier_check,
		  .flags = FIELD_REQUIRED, .description = "An absolute https URI or a URN, without fragment; never changes"),
	IN_STRING(struct resource_server_input, name, NAME, .flags = FIELD_REQUIRED),
	SETTINGS,
	FIELDS_END,
};

static const struct field resource_server_update_input[] = {
	IN_ID(struct resource_server_input, id, ID_RESOURCE_SERVER, .in = IN_PATH),
	IN_STRING(struct resource_server_input, identifier, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct resource_server_input, name, NAME),
	SETTINGS,
	FIELDS_END,
};

/* What the table can't say: two scopes of one name. */
static enum verdict
check_scopes(const struct request *rq, struct field_list scopes)
{
	const struct resource_scope_input *items = scopes.items;

	for (size_t i = 0; i < scopes.count; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(items[i].name, items[k].name) == 0)
				return fail_field(rq, arena_printf(rq->arena, "scopes[%zu].name", i), "duplicate",
						  "There is another scope of that name.");
	return go_on(rq);
}

/* Gatehouse's own API is every project's resource already (rule 22). */
static bool
is_own_api(const struct request *rq, const char *identifier)
{
	return strcmp(identifier, oauth_own_api(rq->arena, rq->config)) == 0;
}

static enum err
third_party_default(const struct request *rq, struct tx *tx, bool *ret)
{
	struct q_resource_server_project_type_row row;

	TRY(q_resource_server_project_type(
	    tx->db, &(struct q_resource_server_project_type){ .project_id = rq->project.id }, &row));
	*ret = strcmp(row.type, "hybrid") == 0;
	return OK;
}

static enum err
insert(const struct request *rq, struct tx *tx, const char **ret_id)
{
	const struct resource_server_input *in = rq->input;
	bool allow_third_party = in->allow_third_party;
	struct oauth_settings settings;
	const char *id;

	TRY(oauth_settings_read(tx, rq->project.id, &settings));
	if (!in->has.allow_third_party)
		TRY(third_party_default(rq, tx, &allow_third_party));
	TRY(tx_make_id(tx, ID_RESOURCE_SERVER, &id));
	enum err e = q_resource_server_insert(
	    tx->db,
	    &(struct q_resource_server_insert){
		.project_id = rq->project.id,
		.id = id,
		.identifier = { (const uint8_t *)in->identifier, strlen(in->identifier) },
		.name = in->name,
		.token_claims = in->has.token_claims ? words_join(rq->arena, in->token_claims) : TOKEN_CLAIMS_ALL,
		.access_token_ttl_s = in->has.access_token_ttl_s ? in->access_token_ttl_s : settings.access_token_ttl_s,
		.signing_alg = in->has.signing_alg ? in->signing_alg : settings.signing_alg,
		.allow_third_party = allow_third_party,
		.is_active = !in->has.is_active || in->is_active,
	    },
	    NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_RESOURCE_SERVERS_UQ_IDENTIFIER, ERR_IDENTIFIER_EXISTS));
	TRY(resource_server_set_scopes(tx, rq->project.id, id, in->scopes));
	*ret_id = id;
	return OK;
}

static enum err
create(const struct request *rq, struct tx *tx, struct resource_server *ret)
{
	const struct resource_server_input *in = rq->input;
	const char *id;

	TRY(request_guard(rq, tx));
	if (is_own_api(rq, in->identifier))
		return ERR_IDENTIFIER_EXISTS;
	TRY(insert(rq, tx, &id));
	TRY(resource_server_read(tx, rq->project.id, id, ret));
	return record_change(rq, tx, EV_RESOURCE_SERVER_CREATED, NULL, ret);
}

static enum verdict
resource_server_create(const struct request *rq, struct tx *tx)
{
	const struct resource_server_input *in = rq->input;
	struct resource_server server;
	enum verdict bad = check_scopes(rq, in->scopes);

	if (bad != VERDICT_GO_ON)
		return bad;
	enum err e = create(rq, tx, &server);
	return e == OK ? show(rq, 201, &server) : fail_err(rq, e);
}

/* Written first, so that of two who change one the second reads what the first wrote. */
static enum err
lock(const struct request *rq, struct tx *tx, const char *id, struct resource_server *ret)
{
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_resource_server_guard(tx->db, &(struct q_resource_server_guard){ .project_id = rq->project.id, .id = id },
				    &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	return resource_server_read(tx, rq->project.id, id, ret);
}

static enum err
write_update(const struct request *rq, struct tx *tx, const struct resource_server *before)
{
	const struct resource_server_input *in = rq->input;

	TRY(q_resource_server_update(
	    tx->db,
	    &(struct q_resource_server_update){
		.project_id = rq->project.id,
		.id = in->id,
		.name = in->has.name ? in->name : before->name,
		.token_claims = in->has.token_claims ? words_join(rq->arena, in->token_claims) : before->token_claims,
		.access_token_ttl_s = in->has.access_token_ttl_s ? in->access_token_ttl_s : before->access_token_ttl_s,
		.signing_alg = in->has.signing_alg ? in->signing_alg : before->signing_alg,
		.allow_third_party = in->has.allow_third_party ? in->allow_third_party : before->allow_third_party,
		.is_active = in->has.is_active ? in->is_active : before->is_active,
	    },
	    NULL));
	return in->has.scopes ? resource_server_set_scopes(tx, rq->project.id, in->id, in->scopes) : OK;
}

static enum err
update(const struct request *rq, struct tx *tx, struct resource_server *ret)
{
	const struct resource_server_input *in = rq->input;
	struct resource_server before;

	TRY(lock(rq, tx, in->id, &before));
	if (!precondition_holds(rq, before.version - 1))
		return ERR_PRECONDITION_FAILED;
	TRY(write_update(rq, tx, &before));
	TRY(resource_server_read(tx, rq->project.id, in->id, ret));
	return record_change(rq, tx, EV_RESOURCE_SERVER_UPDATED, &before, ret);
}

static enum verdict
resource_server_update(const struct request *rq, struct tx *tx)
{
	const struct resource_server_input *in = rq->input;
	struct resource_server server;
	enum verdict bad = check_scopes(rq, in->scopes);

	if (bad != VERDICT_GO_ON)
		return bad;
	enum err e = update(rq, tx, &server);
	return e == OK ? show(rq, 200, &server) : fail_err(rq, e);
}

/* ---- DELETE ---- */

static enum err
delete_server(const struct request *rq, struct tx *tx)
{
	const struct resource_server_path *in = rq->input;
	struct resource_server before;

	TRY(lock(rq, tx, in->id, &before));
	if (!precondition_holds(rq, before.version - 1))
		return ERR_PRECONDITION_FAILED;
	TRY(q_resource_server_delete(
	    tx->db, &(struct q_resource_server_delete){ .project_id = rq->project.id, .id = in->id }, NULL));
	return record_change(rq, tx, EV_RESOURCE_SERVER_DELETED, &before, NULL);
}

static enum verdict
resource_server_delete(const struct request *rq, struct tx *tx)
{
	enum err e = delete_server(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route resource_server_routes[] = {
	{
	    .id = "resource_server_list",
	    .method = GET,
	    .path = "/api/v1/resource_servers",
	    .summary = "List resource servers",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_RESOURCE_SERVER_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = resource_server_fields,
	    .handler = resource_server_list,
	},
	{
	    .id = "resource_server_create",
	    .method = POST,
	    .path = "/api/v1/resource_servers",
	    .summary = "Register a resource server",
	    .description = "An API or MCP server that tokens of this project may be for. A client that names its identifier among its audiences "
			    "gets tokens for it: with the scopes that both allow, made as the resource server says.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_RESOURCE_SERVER_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    .flags = ROUTE_ETAG,
	    .body_bytes_max = (size_t)64 * 1024,
	    INPUT(struct resource_server_input, resource_server_create_input),
	    .output = resource_server_fields,
	    .errors = { ERR_IDENTIFIER_EXISTS },
	    .handler = resource_server_create,
	},
	{
	    .id = "resource_server_get",
	    .method = GET,
	    .path = "/api/v1/resource_servers/{id}",
	    .summary = "Get a resource server",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_RESOURCE_SERVER_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_ETAG,
	    INPUT(struct resource_server_path, resource_server_path),
	    .output = resource_server_fields,
	    .handler = resource_server_get,
	},
	{
	    .id = "resource_server_update",
	    .method = PATCH,
	    .path = "/api/v1/resource_servers/{id}",
	    .summary = "Change a resource server",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_RESOURCE_SERVER_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    .body_bytes_max = (size_t)64 * 1024,
	    INPUT(struct resource_server_input, resource_server_update_input),
	    .output = resource_server_fields,
	    .handler = resource_server_update,
	},
	{
	    .id = "resource_server_delete",
	    .method = DELETE,
	    .path = "/api/v1/resource_servers/{id}",
	    .summary = "Delete a resource server",
	    .description = "With its scopes. There are no new tokens for it from then on, refreshed ones neither.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_RESOURCE_SERVER_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct resource_server_path, resource_server_path),
	    .handler = resource_server_delete,
	},
	ROUTES_END,
};
