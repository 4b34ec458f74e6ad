/*
 * Everything that is kept about one person, as one document: for themselves and for the members who answer
 * them (users.md rule 35).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/user_object.h"
#include "handlers/users/account.h"
#include "handlers/users/user_input.h"
#include "lib/http.h"

struct export_session {
	const char *id, *session_class, *auth_strength, *amr;
	int64_t level, authenticated_at;
	const char *ip, *user_agent;
	int64_t created_at, last_seen_at, expires_at, revoked_at;
};

static const struct field session_fields[] = {
	OUT_ID(struct export_session, id, ID_SESSION),
	OUT_STRING(struct export_session, session_class),
	OUT_STRING(struct export_session, auth_strength),
	OUT_WORDS(struct export_session, amr),
	OUT_INT(struct export_session, level),
	OUT_TIME(struct export_session, authenticated_at),
	OUT_STRING(struct export_session, ip, .flags = FIELD_NULLABLE),
	OUT_STRING(struct export_session, user_agent, .flags = FIELD_NULLABLE),
	OUT_TIME(struct export_session, created_at),
	OUT_TIME(struct export_session, last_seen_at),
	OUT_TIME(struct export_session, expires_at),
	OUT_TIME(struct export_session, revoked_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

#define IDENTITY struct q_user_export_identities_row

struct export_identity {
	const char *id, *provider, *subject, *email;
	int64_t linked_at, last_used_at;
};

static const struct field identity_fields[] = {
	OUT_ID(struct export_identity, id, ID_IDENTITY),
	OUT_STRING(struct export_identity, provider),
	OUT_STRING(struct export_identity, subject),
	OUT_STRING(struct export_identity, email, .flags = FIELD_NULLABLE),
	OUT_TIME(struct export_identity, linked_at),
	OUT_TIME(struct export_identity, last_used_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

#define FACTOR struct q_user_export_factors_row

static const struct field factor_fields[] = {
	OUT_ID(FACTOR, id, ID_FACTOR),
	OUT_STRING(FACTOR, kind),
	OUT_STRING(FACTOR, name),
	OUT_TIME(FACTOR, created_at),
	OUT_TIME(FACTOR, confirmed_at, .flags = FIELD_NULLABLE),
	OUT_TIME(FACTOR, last_used_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

#define GRANT struct q_user_export_grants_row

struct export_grant {
	const char *id, *client_id, *client_name, *resource, *scopes;
	int64_t created_at, last_used_at, expires_at, revoked_at;
};

static const struct field grant_fields[] = {
	OUT_ID(struct export_grant, id, ID_GRANT),
	OUT_ID(struct export_grant, client_id, ID_ANY_CLIENT),
	OUT_STRING(struct export_grant, client_name),
	OUT_STRING(struct export_grant, resource),
	OUT_WORDS(struct export_grant, scopes),
	OUT_TIME(struct export_grant, created_at),
	OUT_TIME(struct export_grant, last_used_at, .flags = FIELD_NULLABLE),
	OUT_TIME(struct export_grant, expires_at),
	OUT_TIME(struct export_grant, revoked_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

#define MESSAGE struct q_user_export_messages_row

static const struct field message_fields[] = {
	OUT_ID(MESSAGE, id, ID_MESSAGE),
	OUT_STRING(MESSAGE, channel),
	OUT_STRING(MESSAGE, template),
	OUT_STRING(MESSAGE, recipient),
	OUT_STRING(MESSAGE, status),
	OUT_TIME(MESSAGE, created_at),
	OUT_TIME(MESSAGE, sent_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

#define EVENT_ROW struct q_user_export_events_row

static const struct field event_fields[] = {
	OUT_ID(EVENT_ROW, id, ID_EVENT),
	OUT_STRING(EVENT_ROW, type),
	OUT_TIME(EVENT_ROW, created_at),
	FIELDS_END,
};

#define ORG_ROW struct q_user_export_orgs_row

static const struct field org_fields[] = {
	OUT_ID(ORG_ROW, id, ID_ORG),
	OUT_STRING(ORG_ROW, name),
	OUT_STRING(ORG_ROW, role),
	OUT_TIME(ORG_ROW, created_at),
	FIELDS_END,
};

struct export_view {
	int64_t exported_at;
	const struct user_object_row *profile;
	struct field_list orgs, identities, factors, sessions, grants, messages, events;
};

static const struct field export_fields[] = {
	OUT_TIME(struct export_view, exported_at),
	OUT_OBJECT(struct export_view, profile, user_object_fields),
	OUT_LIST(struct export_view, orgs, org_fields, ORG_ROW,
		 .description = "Memberships of a person of the console"),
	OUT_LIST(struct export_view, identities, identity_fields, struct export_identity),
	OUT_LIST(struct export_view, factors, factor_fields, FACTOR),
	OUT_LIST(struct export_view, sessions, session_fields, struct export_session),
	OUT_LIST(struct export_view, grants, grant_fields, struct export_grant,
		 .description = "What they allowed applications to do"),
	OUT_LIST(struct export_view, messages, message_fields, MESSAGE,
		 .description = "Of the mail log: never what they said"),
	OUT_LIST(struct export_view, events, event_fields, EVENT_ROW,
		 .description = "The newest 10,000"),
	FIELDS_END,
};

/* ---- reading ---- */

struct person {
	const char *org_id; /* the project's */
	const char *project_id;
	const char *user_id;
};

static enum err
read_sessions(struct tx *tx, const struct person *who, struct field_list *ret)
{
	struct q_user_export_sessions_row *rows = NULL;
	struct export_session *views;
	size_t count = 0;

	TRY(q_user_export_sessions(
	    tx->db,
	    &(struct q_user_export_sessions){ .project_id = who->project_id, .user_id = who->user_id },
	    &rows, &count));
	views = ARENA_ARRAY(tx->arena, count, struct export_session);
	for (size_t i = 0; i < count; i++)
		views[i] = (struct export_session){
			.id = rows[i].id,
			.session_class = rows[i].session_class,
			.auth_strength = rows[i].auth_strength,
			.amr = rows[i].amr,
			.level = rows[i].level,
			.authenticated_at = rows[i].authenticated_at,
			.ip = rows[i].ip.data != NULL ? ip_format(tx->arena, rows[i].ip) : NULL,
			.user_agent = rows[i].user_agent,
			.created_at = rows[i].created_at,
			.last_seen_at = rows[i].last_seen_at,
			.expires_at = rows[i].expires_at,
			.revoked_at = rows[i].revoked_at,
		};
	*ret = (struct field_list){ .items = views, .count = count };
	return OK;
}

static enum err
read_identities(struct tx *tx, const struct person *who, struct field_list *ret)
{
	IDENTITY *rows = NULL;
	struct export_identity *views;
	size_t count = 0;

	TRY(q_user_export_identities(
	    tx->db,
	    &(struct q_user_export_identities){ .project_id = who->project_id, .user_id = who->user_id },
	    &rows, &count));
	views = ARENA_ARRAY(tx->arena, count, struct export_identity);
	for (size_t i = 0; i < count; i++)
		views[i] = (struct export_identity){
			.id = rows[i].id,
			.provider = rows[i].provider,
			.subject = arena_strndup(tx->arena, (const char *)rows[i].subject.data,
						 rows[i].subject.len),
			.email = rows[i].email,
			.linked_at = rows[i].linked_at,
			.last_used_at = rows[i].last_used_at,
		};
	*ret = (struct field_list){ .items = views, .count = count };
	return OK;
}

static enum err
read_grants(struct tx *tx, const struct person *who, struct field_list *ret)
{
	GRANT *rows = NULL;
	struct export_grant *views;
	size_t count = 0;

	TRY(q_user_export_grants(
	    tx->db, &(struct q_user_export_grants){ .project_id = who->project_id, .user_id = who->user_id }, &rows,
	    &count));
	views = ARENA_ARRAY(tx->arena, count, struct export_grant);
	for (size_t i = 0; i < count; i++)
		views[i] = (struct export_grant){
			.id = rows[i].id,
			.client_id = rows[i].client_id,
			.client_name = rows[i].client_name,
			.resource = arena_strndup(tx->arena, (const char *)rows[i].resource.data, rows[i].resource.len),
			.scopes = rows[i].scopes,
			.created_at = rows[i].created_at,
			.last_used_at = rows[i].last_used_at,
			.expires_at = rows[i].expires_at,
			.revoked_at = rows[i].revoked_at,
		};
	*ret = (struct field_list){ .items = views, .count = count };
	return OK;
}

/* Rows that are shown as they are. */
#define READ(query, list)                                                                          \
	do {                                                                                       \
		struct query##_row *rows = NULL;                                                   \
		size_t count = 0;                                                                  \
		TRY(query(tx->db,                                                                  \
			  &(struct query){ .project_id = who->project_id, .user_id = who->user_id }, \
			  &rows, &count));                                                         \
		(list) = (struct field_list){ .items = rows, .count = count };                     \
	} while (false)

static enum err
read_lists(struct tx *tx, const struct person *who, struct export_view *view)
{
	READ(q_user_export_orgs, view->orgs);
	READ(q_user_export_factors, view->factors);
	READ(q_user_export_messages, view->messages);
	READ(q_user_export_events, view->events);
	TRY(read_identities(tx, who, &view->identities));
	TRY(read_grants(tx, who, &view->grants));
	return read_sessions(tx, who, &view->sessions);
}

static enum verdict
reply_export(const struct request *rq, struct tx *tx, const struct person *who)
{
	struct export_view view = { .exported_at = rq->now_ms };
	struct user_object_row profile;
	struct record r;
	enum err e = user_object_get(tx, who->project_id, who->user_id, &profile);

	view.profile = &profile;
	if (e == OK)
		e = read_lists(tx, who, &view);
	if (e != OK)
		return fail_err(rq, e);
	r = user_object_record(rq->arena, EV_USER_EXPORTED, who->org_id, who->project_id, &profile);
	r.changes = "{}";
	r.data = arena_printf(rq->arena, "{\"user_id\":\"%s\"}", profile.id);
	e = record(tx, &r);
	return e == OK ? reply(rq, 200, export_fields, &view) : fail_err(rq, e);
}

/* ---- the two doors ---- */

static enum verdict
account_export(const struct request *rq, struct tx *tx)
{
	return reply_export(rq, tx,
			    &(struct person){
				.org_id = rq->user.project_org_id,
				.project_id = rq->user.project_id,
				.user_id = rq->user.id,
			    });
}

static enum verdict
user_export(const struct request *rq, struct tx *tx)
{
	const struct user_path *in = rq->input;

	return reply_export(
	    rq, tx,
	    &(struct person){
		.org_id = rq->org.id, .project_id = rq->project.id, .user_id = in->id });
}

const struct route export_routes[] = {
	{
	    .id = "account_export",
	    .method = GET,
	    .path = "/api/v1/account/export",
	    .summary = "Take your data along",
	    .auth = AUTH_ACCOUNT,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK | ROUTE_RECENT_SIGN_IN,
	    .rate = RATE_AUDIT_EXPORT,
	    .output = export_fields,
	    .handler = account_export,
	},
	{
	    .id = "user_export",
	    .method = GET,
	    .path = "/api/v1/users/{id}/export",
	    .summary = "Export what is kept about a user",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_EXPORT,
	    .tx = TX_WRITE,
	    .rate = RATE_AUDIT_EXPORT,
	    INPUT(struct user_path, user_path),
	    .output = export_fields,
	    .handler = user_export,
	},
	ROUTES_END,
};
