/*
 * Making, promoting and ending projects.
 */
#include "domain/projects.h"

#include <string.h>

#include "domain/clients.h"
#include "domain/orgs.h"
#include "domain/slugs.h"
#include "lib/encode.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "lib/uris.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

const char *const project_types[] = { "web", "mcp", "hybrid", NULL };
const char *const project_environments[] = { "live", "test", NULL };

const struct field project_fields[] = {
	OUT_ID(struct project_row, id, ID_PROJECT),
	OUT_ID(struct project_row, org_id, ID_ORG, .flags = FIELD_NO_DIFF),
	OUT_ID(struct project_row, client_id, ID_PUBLIC_PROJECT, .description = "Public id of the default client"),
	OUT_STRING(struct project_row, name),
	OUT_STRING(struct project_row, slug),
	OUT_ENUM(struct project_row, type, project_types),
	OUT_ENUM(struct project_row, environment, project_environments),
	OUT_BOOL(struct project_row, is_default, .flags = FIELD_NO_DIFF),
	OUT_STRING(struct project_row, description, .flags = FIELD_NULLABLE),
	OUT_STRING(struct project_row, logo_url, .flags = FIELD_NULLABLE),
	OUT_WORDS(struct project_row, redirect_uris, .description = "The default client's"),
	OUT_STRING(struct project_row, role, .flags = FIELD_NULLABLE | FIELD_NO_DIFF,
		   .description = "The caller's effective role; null for service keys"),
	OUT_STRING(struct project_row, client_secret, .flags = FIELD_NULLABLE | FIELD_SECRET | FIELD_NO_DIFF,
		   .description = "Shown once, when a session makes the project"),
	OUT_STRING(struct project_row, created_by, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	OUT_TIME(struct project_row, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct project_row, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

bool
project_slug_is_reserved(const char *slug)
{
	return strcmp(slug, "default") == 0 || strcmp(slug, "console") == 0 || strcmp(slug, "new") == 0 ||
	       strncmp(slug, "prj_", 4) == 0;
}

const char *
project_grant_types(const char *type)
{
	if (strcmp(type, "mcp") == 0)
		return "client_credentials jwt-bearer token-exchange";
	if (strcmp(type, "hybrid") == 0)
		return "authorization_code client_credentials device_code jwt-bearer refresh_token token-exchange";
	return "authorization_code device_code refresh_token";
}

/* The guard row is written, so nobody takes a slug between the look and the insert; the unique key stands behind. */
static enum err
find_free_slug(struct tx *tx, const struct project_make *in, const char **ret_slug)
{
	const char *base = slug_derive(tx->arena, in->name, "project");

	for (unsigned attempt = 1; attempt <= SLUG_ATTEMPTS_MAX; attempt++) {
		struct q_project_slug_taken_row row;
		const char *slug;

		TRY(slug_candidate(tx, base, attempt, &slug));
		if (project_slug_is_reserved(slug))
			continue;
		TRY(q_project_slug_taken(
		    tx->db, &(struct q_project_slug_taken){ .org_id = in->org_id, .slug = slug }, &row));
		if (row.taken == 0) {
			*ret_slug = slug;
			return OK;
		}
	}
	return ERR_SLUG_CONFLICT;
}

enum err
project_set_redirect_uris(struct tx *tx, const char *project_id, const char *client_id, struct strings uris)
{
	uint64_t matched = 0;

	TRY(q_client_guard(
	    tx->db, &(struct q_client_guard){ .project_id = project_id, .client_id = client_id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	return client_set_uris(tx, project_id, client_id, CLIENT_URI_REDIRECT, uris);
}

static enum err
insert_client(struct tx *tx, const struct project_make *in, const struct project_made *made)
{
	static const char *const SEED[] = { PROJECT_REDIRECT_URI_SEED };
	struct strings uris = in->redirect_uris;

	if (uris.count == 0)
		uris = (struct strings){ SEED, ARRAY_LEN(SEED) };
	TRY(q_client_insert(tx->db,
			    &(struct q_client_insert){
				.project_id = made->id,
				.id = made->client_id,
				.name = utf8_cut(tx->arena, in->name, CLIENT_NAME_MAX),
				.grant_types = project_grant_types(in->type),
				.audiences = arena_printf(tx->arena, "[\"%s\"]", made->client_id),
			    },
			    NULL));
	return client_set_uris(tx, made->id, made->client_id, CLIENT_URI_REDIRECT, uris);
}

static enum err
insert_project(struct tx *tx, const struct project_make *in, const struct project_made *made)
{
	enum err e = q_project_insert(tx->db,
				      &(struct q_project_insert){
					  .id = made->id,
					  .org_id = in->org_id,
					  .client_id = made->client_id,
					  .name = in->name,
					  .slug = made->slug,
					  .type = in->type,
					  .environment = in->environment,
					  .description = in->description,
					  .logo_url = in->logo_url,
					  .created_by = in->created_by,
				      },
				      NULL);

	return db_on_duplicate(tx->db, e, DUP_PROJECTS_UQ_ORG_ID_SLUG, ERR_SLUG_CONFLICT);
}

static enum err
get_row(struct tx *tx, const char *org_id, const char *project_id, struct project_row *ret)
{
	return q_project_get(
	    tx->db, &(struct q_project_get){ .project_id = project_id, .org_id = org_id, .user_id = NULL }, ret);
}

/* Organization-level: its event belongs to the default project, which the project may just have become. */
static enum err
record_in_org(struct tx *tx, enum event event, const struct project_row *row, const struct field *fields,
	      const void *before, const void *after, const char *changes)
{
	struct org_row org;

	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = row->org_id }, &org));
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = row->org_id,
			      .event_project_id = org.default_project_id,
			      .target_id = row->id,
			      .target_label = row->name,
			      .fields = fields,
			      .before = before,
			      .after = after,
			      .changes = changes,
			  });
}

enum err
project_make(struct tx *tx, const struct project_make *in, struct project_made *ret)
{
	struct project_made made = { .slug = in->slug };
	struct project_row row;

	TRY(org_guard(tx, in->org_id));
	if (made.slug == NULL)
		TRY(find_free_slug(tx, in, &made.slug));
	TRY(tx_make_id(tx, ID_PROJECT, &made.id));
	TRY(tx_make_id(tx, ID_PUBLIC_PROJECT, &made.client_id));
	TRY(insert_project(tx, in, &made));
	TRY(q_project_event_head_insert(
	    tx->db, &(struct q_project_event_head_insert){ .project_id = made.id }, NULL));
	TRY(insert_client(tx, in, &made));
	if (in->with_secret)
		TRY(client_make_secret(tx, made.id, made.client_id, 0, &made.client_secret));
	TRY(get_row(tx, in->org_id, made.id, &row));
	if (in->is_default)
		TRY(q_org_set_default_project(
		    tx->db,
		    &(struct q_org_set_default_project){ .org_id = in->org_id, .project_id = made.id }, NULL));
	TRY(record_in_org(tx, EV_PROJECT_CREATED, &row, project_fields, NULL, &row, NULL));
	*ret = made;
	return OK;
}

static enum err
touch(struct tx *tx, const char *org_id, const char *project_id)
{
	return q_project_touch(
	    tx->db, &(struct q_project_touch){ .org_id = org_id, .project_id = project_id }, NULL);
}

enum err
project_promote(struct tx *tx, const char *org_id, const char *project_id)
{
	struct project_row row;
	struct org_row org;
	const char *old;

	TRY(get_row(tx, org_id, project_id, &row));
	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = org_id }, &org));
	old = org.default_project_id;
	if (old != NULL && strcmp(old, project_id) == 0)
		return OK;
	TRY(q_org_set_default_project(
	    tx->db, &(struct q_org_set_default_project){ .org_id = org_id, .project_id = project_id }, NULL));
	/* Both projects show is_default, so both ETags move. */
	TRY(touch(tx, org_id, project_id));
	if (old != NULL)
		TRY(touch(tx, org_id, old));
	return record_in_org(tx, EV_PROJECT_DEFAULT_CHANGED, &row, NULL, NULL, NULL,
			     arena_printf(tx->arena, "{\"default_project_id\":[%s%s%s,\"%s\"]}",
					  old == NULL ? "" : "\"", old == NULL ? "null" : old,
					  old == NULL ? "" : "\"", project_id));
}

enum err
project_delete(struct tx *tx, const char *org_id, const char *project_id, struct project_deleted *ret)
{
	struct project_deleted gone = { .keys = 0 };
	struct project_row row;
	uint64_t matched = 0;

	TRY(get_row(tx, org_id, project_id, &row));
	TRY(q_project_mark_deleted(
	    tx->db, &(struct q_project_mark_deleted){ .org_id = org_id, .project_id = project_id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	TRY(q_project_revoke_keys(
	    tx->db, &(struct q_project_revoke_keys){ .org_id = org_id, .project_id = project_id }, &gone.keys));
	TRY(q_project_end_sessions(
	    tx->db, &(struct q_project_end_sessions){ .project_id = project_id }, &gone.sessions));
	TRY(q_project_stop_clients(
	    tx->db, &(struct q_project_stop_clients){ .project_id = project_id }, &gone.clients));
	TRY(record_in_org(tx, EV_PROJECT_DELETED, &row, NULL, NULL, NULL,
			  arena_printf(tx->arena,
				       "{\"status\":[\"active\",\"deleted\"],\"api_keys\":[%llu,0],"
				       "\"sessions\":[%llu,0],\"clients\":[%llu,0]}",
				       (unsigned long long)gone.keys, (unsigned long long)gone.sessions,
				       (unsigned long long)gone.clients)));
	if (ret != NULL)
		*ret = gone;
	return OK;
}
