/*
 * /api/v1/trusted_issuers (oauth.md section 3): whose tokens a project takes as grants, and whom they stand for.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/caps.h"
#include "domain/projects.h"
#include "domain/trusted_issuers.h"
#include "fcgi/request.h"
#include "lib/social_providers.h"
#include "lib/text.h"
#include "lib/uris.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

#define ISSUER_MAX  512
#define SUBJECT_MAX 255
#define CLIENTS_MAX 50
#define SCOPES_MAX  100

static const char *const KINDS[] = { "id_jag", "workload", NULL };

/* How one is shown. */
struct trusted_issuer {
	const char *id, *kind, *issuer, *jwks_uri, *subject, *client_id, *client_ids, *provider, *scopes;
	int64_t version, created_at, updated_at;
};

static const struct field trusted_issuer_fields[] = {
	OUT_ID(struct trusted_issuer, id, ID_TRUSTED_ISSUER),
	OUT_ENUM(struct trusted_issuer, kind, KINDS,
		 .description = "id_jag: its assertions stand for people; workload: tokens of one subject stand for a client"),
	OUT_STRING(struct trusted_issuer, issuer, .description = "iss of its tokens"),
	OUT_STRING(struct trusted_issuer, jwks_uri, .description = "Where its public keys are"),
	OUT_STRING(struct trusted_issuer, subject, .flags = FIELD_NULLABLE, .description = "Of a workload: sub of its tokens"),
	OUT_STRING(struct trusted_issuer, client_id, .flags = FIELD_NULLABLE, .description = "Of a workload: the client that it is"),
	OUT_WORDS(struct trusted_issuer, client_ids, .description = "Of id_jag: the clients that may bring its assertions"),
	OUT_STRING(struct trusted_issuer, provider, .flags = FIELD_NULLABLE,
		   .description = "Of id_jag: the sign-in provider whose accounts its subjects are"),
	OUT_WORDS(struct trusted_issuer, scopes, .description = "The most that comes of its tokens; none: no limit of its own"),
	OUT_TIME(struct trusted_issuer, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct trusted_issuer, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

struct trusted_issuer_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field trusted_issuer_path[] = {
	IN_ID(struct trusted_issuer_path, id, ID_TRUSTED_ISSUER, .in = IN_PATH),
	FIELDS_END,
};

static const char *
text_of(struct arena *arena, struct bytes bytes)
{
	return arena_strndup(arena, (const char *)bytes.data, bytes.len);
}

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static struct trusted_issuer
view_of(struct arena *arena, const struct trusted_issuer_row *row)
{
	return (struct trusted_issuer){
		.id = row->id,
		.kind = row->kind,
		.issuer = text_of(arena, row->issuer),
		.jwks_uri = row->jwks_uri,
		.subject = row->subject.len > 0 ? text_of(arena, row->subject) : NULL,
		.client_id = row->client_id,
		.client_ids = row->client_ids,
		.provider = row->provider,
		.scopes = row->scopes,
		.version = row->version,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
}

static enum err
read_issuer(const struct request *rq, struct tx *tx, const char *id, struct trusted_issuer *ret)
{
	struct trusted_issuer_row row;

	TRY(q_trusted_issuer_get(tx->db, &(struct q_trusted_issuer_get){ .project_id = rq->project.id, .id = id }, &row));
	*ret = view_of(rq->arena, &row);
	return OK;
}

static enum verdict
show(const struct request *rq, unsigned status, const struct trusted_issuer *issuer)
{
	reply_etag(rq, issuer->version);
	return reply(rq, status, trusted_issuer_fields, issuer);
}

static enum err
record_change(const struct request *rq, struct tx *tx, enum event event, const struct trusted_issuer *before, const struct trusted_issuer *after)
{
	const struct trusted_issuer *issuer = after != NULL ? after : before;
	struct record r = request_record(rq, event, issuer->id, issuer->issuer);

	r.fields = trusted_issuer_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

/* ---- GET ---- */

static enum verdict
trusted_issuer_get(const struct request *rq, struct tx *tx)
{
	const struct trusted_issuer_path *in = rq->input;
	struct trusted_issuer issuer;
	enum err e = read_issuer(rq, tx, in->id, &issuer);

	return e == OK ? show(rq, 200, &issuer) : fail_err(rq, e);
}

static enum err
find_issuers(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	struct q_trusted_issuer_count_row count = { .total = NONE };
	struct trusted_issuer_row *rows = NULL;

	TRY(q_trusted_issuer_list(tx->db,
				  &(struct q_trusted_issuer_list){
				      .project_id = rq->project.id,
				      .after_id = rq->page.after_id,
				      .limit = rq->page.limit + 1,
				  },
				  &rows, &list->count));
	if (rq->page.include_total)
		TRY(q_trusted_issuer_count(tx->db, &(struct q_trusted_issuer_count){ .project_id = rq->project.id }, &count));
	struct trusted_issuer *issuers = ARENA_ARRAY(rq->arena, list->count + 1, struct trusted_issuer);
	for (size_t i = 0; i < list->count; i++)
		issuers[i] = view_of(rq->arena, &rows[i]);
	list->items = issuers;
	list->total = count.total;
	return OK;
}

static enum verdict
trusted_issuer_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = trusted_issuer_fields,
		.item_size = sizeof(struct trusted_issuer),
		.id_offset = offsetof(struct trusted_issuer, id),
	};
	enum err e = find_issuers(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- POST and PATCH ---- */

struct trusted_issuer_input {
	struct {
		bool id, kind, issuer, jwks_uri, subject, client_id, client_ids, provider, scopes;
	} has;
	const char *id, *kind, *issuer, *jwks_uri, *subject, *client_id;
	struct strings client_ids;
	const char *provider;
	struct strings scopes;
};

static const char *
client_id_check(const char *id)
{
	return id_is_valid(ID_ANY_CLIENT, id) ? NULL : "id";
}

/* RFC 6749 section 3.3: visible ASCII without quotes and backslash. */
static const char *
scope_check(const char *scope)
{
	for (; *scope != '\0'; scope++)
		if (*scope <= ' ' || *scope > '~' || *scope == '"' || *scope == '\\')
			return "characters";
	return NULL;
}

#define JWKS_URI .min = 1, .max = 2000, .check = https_url_check, .description = "https; fetched by Gatehouse, at most once a minute for a new key"
#define CHANGEABLE                                                                                                           \
	IN_STRINGS(struct trusted_issuer_input, client_ids, .items_max = CLIENTS_MAX, .min = 1, .max = 29, .check = client_id_check, \
		   .flags = FIELD_DISTINCT, .description = "Of id_jag: the clients that may bring its assertions, at least one"), \
	    IN_STRINGS(struct trusted_issuer_input, scopes, .items_max = SCOPES_MAX, .min = 1, .max = 64, .check = scope_check, \
		       .flags = FIELD_DISTINCT, .description = "The most that comes of its tokens; none when absent: no limit of its own")

static const struct field trusted_issuer_create_input[] = {
	IN_ENUM(struct trusted_issuer_input, kind, KINDS, .flags = FIELD_REQUIRED),
	IN_STRING(struct trusted_issuer_input, issuer, .min = 1, .max = ISSUER_MAX, .check = https_url_check, .flags = FIELD_REQUIRED,
		  .description = "iss of its tokens, octet by octet"),
	IN_STRING(struct trusted_issuer_input, jwks_uri, JWKS_URI, .flags = FIELD_REQUIRED),
	IN_STRING(struct trusted_issuer_input, subject, .min = 1, .max = SUBJECT_MAX, .check = ascii_check,
		  .description = "Of a workload, and then required: sub of its tokens, octet by octet"),
	IN_ID(struct trusted_issuer_input, client_id, ID_ANY_CLIENT, .description = "Of a workload, and then required: the client that it is"),
	IN_STRING(struct trusted_issuer_input, provider, .min = 1, .max = SOCIAL_KEY_MAX, .check = social_key_check,
		  .description = "Of id_jag, and then required: the project's OpenID provider of that issuer, whose accounts its subjects are"),
	CHANGEABLE,
	FIELDS_END,
};

static const struct field trusted_issuer_update_input[] = {
	IN_ID(struct trusted_issuer_input, id, ID_TRUSTED_ISSUER, .in = IN_PATH),
	IN_STRING(struct trusted_issuer_input, kind, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct trusted_issuer_input, issuer, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct trusted_issuer_input, subject, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct trusted_issuer_input, client_id, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct trusted_issuer_input, provider, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct trusted_issuer_input, jwks_uri, JWKS_URI),
	CHANGEABLE,
	FIELDS_END,
};

/* ---- what the tables can't say ---- */

struct check {
	const struct request *rq;
	struct tx *tx;
	const struct trusted_issuer_input *in;
	bool is_of_people;
	struct field_errors errors;
};

static void
add(struct check *check, const char *field, const char *rule, const char *message)
{
	field_errors_add(&check->errors, check->rq->arena, field, rule, "%s", message);
}

/* A member that the one kind needs and the other doesn't have. */
static void
check_member(struct check *check, const char *field, bool is_named, bool is_needed)
{
	if (is_needed && !is_named)
		add(check, field, "required", "This kind of issuer needs it.");
	else if (!is_needed && is_named)
		add(check, field, "not_for_kind", "This kind of issuer doesn't have it.");
}

static void
check_members(struct check *check)
{
	const struct trusted_issuer_input *in = check->in;

	check_member(check, "subject", in->has.subject, !check->is_of_people);
	check_member(check, "client_id", in->has.client_id, !check->is_of_people);
	check_member(check, "client_ids", in->client_ids.count > 0, check->is_of_people);
	check_member(check, "provider", in->has.provider, check->is_of_people);
}

static enum err
check_client(struct check *check, const char *field, const char *client_id)
{
	struct q_trusted_issuer_client_row row;
	enum err e = q_trusted_issuer_client(
	    check->tx->db, &(struct q_trusted_issuer_client){ .project_id = check->rq->project.id, .client_id = client_id }, &row);

	if (e != ERR_NO_ROW)
		return e;
	add(check, field, "unknown", "There is no such client in the project.");
	return OK;
}

static enum err
check_clients(struct check *check)
{
	const struct trusted_issuer_input *in = check->in;

	if (in->has.client_id)
		TRY(check_client(check, "client_id", in->client_id));
	for (size_t i = 0; i < in->client_ids.count; i++)
		TRY(check_client(check, arena_printf(check->rq->arena, "client_ids[%zu]", i), in->client_ids.items[i]));
	return OK;
}

static enum err
check_provider(struct check *check)
{
	static const char FIELD[] = "provider";
	const char *rule = NULL;

	TRY(trusted_provider_problem(check->tx, check->rq->project.id, check->in->provider, check->in->issuer, &rule));
	if (rule == NULL)
		return OK;
	add(check, FIELD, rule,
	    strcmp(rule, "unknown") == 0 ? "The project hasn't set up that provider."
	    : strcmp(rule, "off") == 0	 ? "The provider is turned off."
					 : "The provider's ID tokens come from another issuer, so its accounts tell nothing.");
	return OK;
}

static enum err
check_project(struct check *check)
{
	const struct request *rq = check->rq;
	struct project_row project;

	TRY(q_project_get(
	    check->tx->db, &(struct q_project_get){ .project_id = rq->project.id, .org_id = rq->org.id, .user_id = NULL }, &project));
	if (!words_have(project_grant_types(project.type), "jwt-bearer", strlen("jwt-bearer")))
		add(check, "kind", "not_for_type", "Only a project of type mcp or hybrid takes other issuers' tokens.");
	return OK;
}

static enum verdict
judge(struct check *check, enum err e)
{
	const struct request *rq = check->rq;

	if (e != OK)
		return fail_err(rq, e);
	if (check->errors.count == 0)
		return go_on(rq);
	return fail_details(rq, ERR_VALIDATION_FAILED, field_errors_details(rq->arena, &check->errors), "Some of it doesn't fit.");
}

static enum verdict
check_create(const struct request *rq, struct tx *tx)
{
	const struct trusted_issuer_input *in = rq->input;
	struct check check = { .rq = rq, .tx = tx, .in = in, .is_of_people = strcmp(in->kind, "id_jag") == 0 };
	enum err e = check_project(&check);

	check_members(&check);
	if (e == OK)
		e = check_clients(&check);
	if (e == OK && check.is_of_people && in->has.provider)
		e = check_provider(&check);
	return judge(&check, e);
}

static enum verdict
check_update(const struct request *rq, struct tx *tx, const struct trusted_issuer *before)
{
	const struct trusted_issuer_input *in = rq->input;
	struct check check = { .rq = rq, .tx = tx, .in = in, .is_of_people = strcmp(before->kind, "id_jag") == 0 };

	if (in->has.client_ids)
		check_member(&check, "client_ids", !check.is_of_people || in->client_ids.count > 0, check.is_of_people);
	return judge(&check, check_clients(&check));
}

/* ---- and then ---- */

static enum err
create(const struct request *rq, struct tx *tx, struct trusted_issuer *ret)
{
	const struct trusted_issuer_input *in = rq->input;
	const char *id;

	TRY(tx_make_id(tx, ID_TRUSTED_ISSUER, &id));
	enum err e = q_trusted_issuer_insert(tx->db,
					     &(struct q_trusted_issuer_insert){
						 .project_id = rq->project.id,
						 .id = id,
						 .issuer = bytes_of(in->issuer),
						 .subject = bytes_of(in->has.subject ? in->subject : ""),
						 .kind = in->kind,
						 .jwks_uri = in->jwks_uri,
						 .client_ids = words_join(rq->arena, in->client_ids),
						 .client_id = in->client_id,
						 .provider = in->provider,
						 .scopes = words_join(rq->arena, in->scopes),
					     },
					     NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_TRUSTED_ISSUERS_UQ_ISSUER_SUBJECT, ERR_ISSUER_EXISTS));
	TRY(read_issuer(rq, tx, id, ret));
	return record_change(rq, tx, EV_TRUSTED_ISSUER_CREATED, NULL, ret);
}

static enum verdict
trusted_issuer_create(const struct request *rq, struct tx *tx)
{
	struct trusted_issuer issuer;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = gate_check(tx, rq->org.id, GATE_TRUSTED_ISSUERS);
	if (e == ERR_UPGRADE_REQUIRED)
		return fail_details(rq, e, gate_details(rq->arena, GATE_TRUSTED_ISSUERS), "%s", error_info(e)->title);
	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check_create(rq, tx);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = create(rq, tx, &issuer);
	return e == OK ? show(rq, 201, &issuer) : fail_err(rq, e);
}

/* Written first, so that of two who change one the second reads what the first wrote. */
static enum err
lock(const struct request *rq, struct tx *tx, const char *id, struct trusted_issuer *ret)
{
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_trusted_issuer_guard(tx->db, &(struct q_trusted_issuer_guard){ .project_id = rq->project.id, .id = id }, &matched));
	return matched == 0 ? ERR_NOT_FOUND : read_issuer(rq, tx, id, ret);
}

static enum err
update(const struct request *rq, struct tx *tx, const struct trusted_issuer *before, struct trusted_issuer *ret)
{
	const struct trusted_issuer_input *in = rq->input;

	TRY(q_trusted_issuer_update(tx->db,
				    &(struct q_trusted_issuer_update){
					.project_id = rq->project.id,
					.id = in->id,
					.jwks_uri = in->has.jwks_uri ? in->jwks_uri : before->jwks_uri,
					.client_ids = in->has.client_ids ? words_join(rq->arena, in->client_ids) : before->client_ids,
					.scopes = in->has.scopes ? words_join(rq->arena, in->scopes) : before->scopes,
				    },
				    NULL));
	TRY(read_issuer(rq, tx, in->id, ret));
	return record_change(rq, tx, EV_TRUSTED_ISSUER_UPDATED, before, ret);
}

static enum verdict
trusted_issuer_update(const struct request *rq, struct tx *tx)
{
	const struct trusted_issuer_input *in = rq->input;
	struct trusted_issuer before, after;
	enum err e = lock(rq, tx, in->id, &before);

	if (e == OK && !precondition_holds(rq, before.version - 1))
		e = ERR_PRECONDITION_FAILED;
	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check_update(rq, tx, &before);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = update(rq, tx, &before, &after);
	return e == OK ? show(rq, 200, &after) : fail_err(rq, e);
}

/* ---- DELETE ---- */

static enum err
delete_issuer(const struct request *rq, struct tx *tx)
{
	const struct trusted_issuer_path *in = rq->input;
	struct trusted_issuer before;

	TRY(lock(rq, tx, in->id, &before));
	if (!precondition_holds(rq, before.version - 1))
		return ERR_PRECONDITION_FAILED;
	TRY(q_trusted_issuer_delete(tx->db, &(struct q_trusted_issuer_delete){ .project_id = rq->project.id, .id = in->id }, NULL));
	return record_change(rq, tx, EV_TRUSTED_ISSUER_DELETED, &before, NULL);
}

static enum verdict
trusted_issuer_delete(const struct request *rq, struct tx *tx)
{
	enum err e = delete_issuer(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

#define GUARDED .auth = AUTH_SESSION, .tenant = TENANT_PROJECT, .permission = PERM_OAUTH_SETTINGS_WRITE

const struct route trusted_issuer_routes[] = {
	{
	    GUARDED,
	    .id = "trusted_issuer_list",
	    .method = GET,
	    .path = "/api/v1/trusted_issuers",
	    .summary = "List trusted issuers",
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = trusted_issuer_fields,
	    .handler = trusted_issuer_list,
	},
	{
	    GUARDED,
	    .id = "trusted_issuer_create",
	    .method = POST,
	    .path = "/api/v1/trusted_issuers",
	    .summary = "Trust another issuer's tokens",
	    .description = "As grants at the token endpoint (jwt-bearer). id_jag: its assertions stand for people of the project. workload: tokens "
			    "of one subject stand for a client, which then needs no secret.",
	    .tx = TX_WRITE,
	    .status = 201,
	    .flags = ROUTE_ETAG,
	    INPUT(struct trusted_issuer_input, trusted_issuer_create_input),
	    .output = trusted_issuer_fields,
	    .errors = { ERR_ISSUER_EXISTS, ERR_UPGRADE_REQUIRED },
	    .handler = trusted_issuer_create,
	},
	{
	    GUARDED,
	    .id = "trusted_issuer_get",
	    .method = GET,
	    .path = "/api/v1/trusted_issuers/{id}",
	    .summary = "Get a trusted issuer",
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_ETAG,
	    INPUT(struct trusted_issuer_path, trusted_issuer_path),
	    .output = trusted_issuer_fields,
	    .handler = trusted_issuer_get,
	},
	{
	    GUARDED,
	    .id = "trusted_issuer_update",
	    .method = PATCH,
	    .path = "/api/v1/trusted_issuers/{id}",
	    .summary = "Change a trusted issuer",
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct trusted_issuer_input, trusted_issuer_update_input),
	    .output = trusted_issuer_fields,
	    .handler = trusted_issuer_update,
	},
	{
	    GUARDED,
	    .id = "trusted_issuer_delete",
	    .method = DELETE,
	    .path = "/api/v1/trusted_issuers/{id}",
	    .summary = "Stop trusting an issuer",
	    .description = "Its tokens are good for nothing any more; what came of them lives until its end.",
	    .tx = TX_WRITE,
	    INPUT(struct trusted_issuer_path, trusted_issuer_path),
	    .handler = trusted_issuer_delete,
	},
	ROUTES_END,
};
