/*
 * Who the caller is and where they belong: /me, /me/orgs, /whoami, /org_roles (tenancy.md 4.1).
 */
#include "handlers/routes.h"

#include <string.h>

#include "fcgi/request.h"
#include "sql/gen/queries.h"

/* ---- GET /me ---- */

struct me_org {
	const char *id;
	const char *name;
	const char *slug;
	const char *role;
};

static const struct field me_org_fields[] = {
	OUT_ID(struct me_org, id, ID_ORG),
	OUT_STRING(struct me_org, name),
	OUT_STRING(struct me_org, slug),
	OUT_STRING(struct me_org, role),
	FIELDS_END,
};

struct me {
	const char *id;
	const char *email;
	bool email_verified;
	const char *name;
	const char *username;
	const char *locale;
	const char *image_url;
	int64_t created_at;
	const struct me_org *org;
};

static const struct field me_fields[] = {
	OUT_ID(struct me, id, ID_USER),
	OUT_STRING(struct me, email, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct me, email_verified),
	OUT_STRING(struct me, name),
	OUT_STRING(struct me, username, .flags = FIELD_NULLABLE),
	OUT_STRING(struct me, locale, .flags = FIELD_NULLABLE),
	OUT_STRING(struct me, image_url, .flags = FIELD_NULLABLE),
	OUT_TIME(struct me, created_at),
	OUT_OBJECT(struct me, org, me_org_fields, .flags = FIELD_NULLABLE,
		   .description = "Where the session works, or the token's organization"),
	FIELDS_END,
};

static enum verdict
me_get(const struct request *rq, struct tx *tx)
{
	struct me_org org = {
		.id = rq->org.id,
		.name = rq->org.name,
		.slug = rq->org.slug,
		.role = role_name(rq->org.role),
	};
	struct me me = {
		.id = rq->user.id,
		.email = rq->user.email,
		.email_verified = rq->user.email_verified,
		.name = rq->user.name,
		.username = rq->user.username,
		.locale = rq->user.locale,
		.created_at = rq->user.created_at,
		.org = rq->org.id == NULL ? NULL : &org,
	};

	(void)tx;
	return reply(rq, 200, me_fields, &me);
}

/* ---- GET /me/orgs ---- */

static const struct field my_project_fields[] = {
	OUT_ID(struct my_project_row, id, ID_PROJECT),
	OUT_STRING(struct my_project_row, name),
	OUT_STRING(struct my_project_row, slug),
	OUT_STRING(struct my_project_row, environment),
	OUT_BOOL(struct my_project_row, is_default),
	OUT_STRING(struct my_project_row, role),
	FIELDS_END,
};

/* Of all the organizations of a page together. */
#define MY_PROJECTS_MAX 2000

struct my_org {
	const char *id;
	const char *name;
	const char *slug;
	const char *role;
	const char *member_id;
	const char *plan;
	struct field_list projects;
	bool has_more_projects;
};

static const struct field my_org_fields[] = {
	OUT_ID(struct my_org, id, ID_ORG),
	OUT_STRING(struct my_org, name),
	OUT_STRING(struct my_org, slug),
	OUT_STRING(struct my_org, role),
	OUT_ID(struct my_org, member_id, ID_MEMBER),
	OUT_STRING(struct my_org, plan, .flags = FIELD_NULLABLE),
	OUT_LIST(struct my_org, projects, my_project_fields, struct my_project_row),
	OUT_BOOL(struct my_org, has_more_projects, .description = "These aren't all: GET /projects goes on page by page"),
	FIELDS_END,
};

/*
 * Both lists are sorted by organization: each organization takes its run of projects. Where reading them ended before their end, the
 * organization it ended in and those behind it say so.
 */
static void
give_projects(struct my_org *org, struct my_project_row *projects, size_t count, bool is_cut, size_t *at)
{
	size_t first = *at;

	while (*at < count && strcmp(projects[*at].org_id, org->id) == 0) {
		projects[*at].role =
		    role_name(role_effective(role_parse(org->role), role_parse(projects[*at].role)));
		(*at)++;
	}
	org->projects = (struct field_list){ &projects[first], *at - first };
	org->has_more_projects = is_cut && *at == count;
}

/* A personal token sees its own organization alone (rule 30's narrowing). */
static enum err
read_my_orgs(const struct request *rq, struct tx *tx, struct my_org_row **ret_orgs, size_t *ret_count,
	     struct my_project_row **ret_projects, size_t *ret_project_count)
{
	bool is_token = !request_is_session(rq);
	struct q_me_orgs orgs = {
		.console_id = rq->console_id,
		.user_id = rq->user.id,
		.only_id = is_token ? rq->org.id : NULL,
		.after_id = rq->page.after_id,
		.limit = rq->page.limit + 1,
	};

	TRY(q_me_orgs(tx->db, &orgs, ret_orgs, ret_count));
	*ret_project_count = 0;
	if (*ret_count == 0)
		return OK;
	return q_me_projects(tx->db,
			     &(struct q_me_projects){
				 .user_id = rq->user.id,
				 .first_org_id = (*ret_orgs)[0].id,
				 .last_org_id = (*ret_orgs)[*ret_count - 1].id,
				 .limit = MY_PROJECTS_MAX + 1,
			     },
			     ret_projects, ret_project_count);
}

static enum err
count_my_orgs(const struct request *rq, struct tx *tx, int64_t *ret_total)
{
	bool is_token = !request_is_session(rq);
	struct q_me_org_count_row row;

	TRY(q_me_org_count(tx->db,
			   &(struct q_me_org_count){
			       .console_id = rq->console_id,
			       .user_id = rq->user.id,
			       .only_id = is_token ? rq->org.id : NULL,
			   },
			   &row));
	*ret_total = row.total;
	return OK;
}

static enum verdict
me_orgs(const struct request *rq, struct tx *tx)
{
	struct my_org_row *rows = NULL;
	struct my_project_row *projects = NULL;
	size_t count = 0, project_count = 0, at = 0;
	enum err e = read_my_orgs(rq, tx, &rows, &count, &projects, &project_count);
	bool is_cut = db_rows_were_cut(tx->db) || project_count > MY_PROJECTS_MAX;
	struct my_org *orgs;
	int64_t total = NONE;

	if (project_count > MY_PROJECTS_MAX)
		project_count = MY_PROJECTS_MAX;
	if (e == OK && rq->page.include_total)
		e = count_my_orgs(rq, tx, &total);
	if (e != OK)
		return fail_err(rq, e);
	orgs = ARENA_ARRAY(rq->arena, count + 1, struct my_org);
	for (size_t i = 0; i < count; i++) {
		orgs[i] = (struct my_org){
			.id = rows[i].id,
			.name = rows[i].name,
			.slug = rows[i].slug,
			.role = rows[i].role,
			.member_id = rows[i].member_id,
			.plan = rows[i].plan,
		};
		give_projects(&orgs[i], projects, project_count, is_cut, &at);
	}
	return reply_list(rq, &(struct list_reply){
				  .fields = my_org_fields,
				  .items = orgs,
				  .count = count,
				  .item_size = sizeof(*orgs),
				  .id_offset = offsetof(struct my_org, id),
				  .total = total,
			      });
}

/* ---- GET /whoami ---- */

struct whoami_credential {
	const char *kind;
	const char *id;
	const char *name;
	const char *prefix;
	const char *last4;
	const char *environment;
	const char *scopes;
	int64_t expires_at;
};

static const struct field whoami_credential_fields[] = {
	OUT_STRING(struct whoami_credential, kind, .description = "session, personal_token, service_key or oauth"),
	OUT_STRING(struct whoami_credential, id),
	OUT_STRING(struct whoami_credential, name, .flags = FIELD_NULLABLE),
	OUT_STRING(struct whoami_credential, prefix, .flags = FIELD_NULLABLE),
	OUT_STRING(struct whoami_credential, last4, .flags = FIELD_NULLABLE),
	OUT_STRING(struct whoami_credential, environment, .flags = FIELD_NULLABLE),
	OUT_WORDS(struct whoami_credential, scopes, .flags = FIELD_NULLABLE),
	OUT_TIME(struct whoami_credential, expires_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

struct whoami_user {
	const char *id;
	const char *email;
	const char *name;
};

static const struct field whoami_user_fields[] = {
	OUT_ID(struct whoami_user, id, ID_USER),
	OUT_STRING(struct whoami_user, email, .flags = FIELD_NULLABLE),
	OUT_STRING(struct whoami_user, name),
	FIELDS_END,
};

struct whoami_project {
	const char *id;
	const char *client_id;
	const char *name;
	const char *slug;
	const char *environment;
};

static const struct field whoami_project_fields[] = {
	OUT_ID(struct whoami_project, id, ID_PROJECT),
	OUT_ID(struct whoami_project, client_id, ID_PUBLIC_PROJECT),
	OUT_STRING(struct whoami_project, name),
	OUT_STRING(struct whoami_project, slug),
	OUT_STRING(struct whoami_project, environment),
	FIELDS_END,
};

struct whoami {
	const struct whoami_credential *credential;
	const struct whoami_user *user;
	const struct me_org *org;
	const struct whoami_project *project;
	const char *role;
	bool pinned;
	bool environment_matches;
};

static const struct field whoami_org_fields[] = {
	OUT_ID(struct me_org, id, ID_ORG),
	OUT_STRING(struct me_org, name),
	OUT_STRING(struct me_org, slug),
	FIELDS_END,
};

static const struct field whoami_fields[] = {
	OUT_OBJECT(struct whoami, credential, whoami_credential_fields),
	OUT_OBJECT(struct whoami, user, whoami_user_fields, .flags = FIELD_NULLABLE),
	OUT_OBJECT(struct whoami, org, whoami_org_fields, .flags = FIELD_NULLABLE),
	OUT_OBJECT(struct whoami, project, whoami_project_fields, .flags = FIELD_NULLABLE,
		   .description = "What a request on a project would work on"),
	OUT_STRING(struct whoami, role, .flags = FIELD_NULLABLE, .description = "Effective there; null for service keys"),
	OUT_BOOL(struct whoami, pinned),
	OUT_BOOL(struct whoami, environment_matches),
	FIELDS_END,
};

static enum verdict
whoami_get(const struct request *rq, struct tx *tx)
{
	const struct credential *c = &rq->credential;
	struct whoami_credential credential = {
		.kind = credential_kind_name(c->kind),
		.id = c->id,
		.name = c->name,
		.prefix = c->prefix,
		.last4 = c->last4,
		.environment = c->environment,
		.scopes = c->scopes,
		.expires_at = c->expires_at,
	};
	struct whoami_user user = { rq->user.id, rq->user.email, rq->user.name };
	struct me_org org = { .id = rq->org.id, .name = rq->org.name, .slug = rq->org.slug };
	struct whoami_project project = { rq->project.id, rq->project.client_id, rq->project.name,
					  rq->project.slug, rq->project.environment };
	struct whoami whoami = {
		.credential = &credential,
		.user = rq->user.id == NULL ? NULL : &user,
		.org = rq->org.id == NULL ? NULL : &org,
		.project = rq->project.id == NULL ? NULL : &project,
		.role = role_name(role_effective(rq->org.role, rq->project.override_role)),
		.pinned = c->pinned_project_id != NULL,
		.environment_matches = c->environment == NULL || rq->project.id == NULL ||
				       strcmp(c->environment, rq->project.environment) == 0,
	};

	(void)tx;
	return reply(rq, 200, whoami_fields, &whoami);
}

/* ---- GET /org_roles ---- */

struct role_permission {
	const char *permission;
	const char *least_role;
	bool grantable;
};

static const struct field role_permission_fields[] = {
	OUT_STRING(struct role_permission, permission),
	OUT_STRING(struct role_permission, least_role, .description = "viewer, member, manager, admin, owner, or operator"),
	OUT_BOOL(struct role_permission, grantable, .description = "May a service key carry it?"),
	FIELDS_END,
};

struct role_table {
	struct field_list data;
};

static const struct field role_table_fields[] = {
	OUT_LIST(struct role_table, data, role_permission_fields, struct role_permission),
	FIELDS_END,
};

static enum verdict
org_roles(const struct request *rq, struct tx *tx)
{
	size_t first = PERM_IN_HANDLER + 1, count = PERM_COUNT - first;
	struct role_permission *rows = ARENA_ARRAY(rq->arena, count, struct role_permission);
	struct role_table table = { .data = { rows, count } };

	(void)tx;
	for (size_t i = 0; i < count; i++) {
		enum permission permission = (enum permission)(first + i);
		enum role least = permission_least_role(permission);

		rows[i] = (struct role_permission){
			.permission = permission_name(permission),
			.least_role = least == ROLE_OPERATOR ? "operator" : role_name(least),
			.grantable = permission_is_grantable(permission),
		};
	}
	return reply(rq, 200, role_table_fields, &table);
}

const struct route me_routes[] = {
	{
	    .id = "me_get",
	    .method = GET,
	    .path = "/api/v1/me",
	    .summary = "Get the signed-in person",
	    .auth = AUTH_PERSON,
	    .tx = TX_NONE,
	    .output = me_fields,
	    .handler = me_get,
	},
	{
	    .id = "me_orgs",
	    .method = GET,
	    .path = "/api/v1/me/orgs",
	    .summary = "List the person's organizations with their projects",
	    .auth = AUTH_PERSON,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = my_org_fields,
	    .handler = me_orgs,
	},
	{
	    .id = "whoami",
	    .method = GET,
	    .path = "/api/v1/whoami",
	    .summary = "Explain the credential",
	    .description = "What was sent, whose it is, and which project a request would work on. Never fails on environment alone.",
	    .auth = AUTH_ANY,
	    .tx = TX_NONE,
	    .output = whoami_fields,
	    .handler = whoami_get,
	},
	{
	    .id = "org_roles",
	    .method = GET,
	    .path = "/api/v1/org_roles",
	    .summary = "List permissions with the least role that has each",
	    .auth = AUTH_ANY,
	    .tx = TX_NONE,
	    .output = role_table_fields,
	    .handler = org_roles,
	},
	ROUTES_END,
};
