/*
 * Making and ending organizations.
 */
#include "domain/orgs.h"

#include <string.h>

#include "domain/plans.h"
#include "domain/projects.h"
#include "domain/slugs.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

const struct field org_fields[] = {
	OUT_ID(struct org_row, id, ID_ORG),
	OUT_STRING(struct org_row, name),
	OUT_STRING(struct org_row, slug),
	OUT_STRING(struct org_row, description, .flags = FIELD_NULLABLE),
	OUT_STRING(struct org_row, logo_url, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct org_row, discoverable),
	OUT_STRING(struct org_row, plan, .flags = FIELD_NULLABLE | FIELD_NO_DIFF,
		   .description = "Key of the organization's plan; null: no limits"),
	OUT_STRING(struct org_row, status),
	OUT_ID(struct org_row, default_project_id, ID_PROJECT, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	OUT_STRING(struct org_row, role, .flags = FIELD_NULLABLE | FIELD_NO_DIFF,
		   .description = "The caller's role; null for service keys"),
	OUT_TIME(struct org_row, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct org_row, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

enum err
org_guard(struct tx *tx, const char *org_id)
{
	uint64_t matched = 0;

	TRY(q_org_guard(tx->db, &(struct q_org_guard){ .org_id = org_id }, &matched));
	return matched == 1 ? OK : ERR_NO_ROW;
}

static enum err
insert_row(struct tx *tx, const struct org_make *in, const struct org_made *made)
{
	enum err e = q_org_insert(tx->db,
				  &(struct q_org_insert){
				      .org_id = made->id,
				      .name = in->name,
				      .slug = made->slug,
				      .description = in->description,
				      .logo_url = in->logo_url,
				      .discoverable = in->discoverable,
				      .created_by = in->owner_user_id,
				  },
				  NULL);

	return db_on_duplicate(tx->db, e, DUP_ORGS_UQ_SLUG, ERR_SLUG_CONFLICT);
}

static enum err
find_free_slug(struct tx *tx, const char *base, const char **ret_slug)
{
	for (unsigned attempt = 1; attempt <= SLUG_ATTEMPTS_MAX; attempt++) {
		struct q_org_slug_taken_row row;

		TRY(slug_candidate(tx, base, attempt, ret_slug));
		TRY(q_org_slug_taken(tx->db, &(struct q_org_slug_taken){ .slug = *ret_slug }, &row));
		if (row.taken == 0)
			return OK;
	}
	return ERR_SLUG_CONFLICT;
}

/*
 * No row above organizations guards their slugs. Whoever looked at the same moment as somebody else meets the unique key, once, and takes
 * random characters: a second number would be one that the others try too.
 */
static enum err
insert_org(struct tx *tx, const struct org_make *in, struct org_made *made)
{
	const char *base = slug_derive(tx->arena, in->name, "org");
	enum err e;

	if (made->slug != NULL)
		return insert_row(tx, in, made);
	TRY(find_free_slug(tx, base, &made->slug));
	e = insert_row(tx, in, made);
	if (e != ERR_SLUG_CONFLICT)
		return e;
	TRY(slug_candidate(tx, base, SLUG_ATTEMPTS_MAX, &made->slug));
	return insert_row(tx, in, made);
}

static enum err
insert_owner(struct tx *tx, const struct org_make *in, struct org_made *made)
{
	TRY(tx_make_id(tx, ID_MEMBER, &made->member_id));
	return q_member_insert(tx->db,
			       &(struct q_member_insert){
				   .org_id = made->id,
				   .user_id = in->owner_user_id,
				   .id = made->member_id,
				   .console_id = tx->console_id,
				   .role = "owner",
				   .joined_via = in->joined_via,
			       },
			       NULL);
}

static enum err
record_made(struct tx *tx, const struct org_make *in, const struct org_made *made)
{
	struct org_row row;

	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = made->id }, &row));
	TRY(record(tx, &(struct record){
			   .event = EV_ORG_CREATED,
			   .org_id = made->id,
			   .event_project_id = made->default_project_id,
			   .target_id = made->id,
			   .target_label = in->name,
			   .fields = org_fields,
			   .after = &row,
		       }));
	if (in->owner_user_id == NULL)
		return OK;
	return record(tx, &(struct record){
			      .event = EV_MEMBER_ADDED,
			      .org_id = made->id,
			      .event_project_id = made->default_project_id,
			      .target_id = made->member_id,
			      .target_label = in->owner_user_id,
			      .changes = "{\"role\":[null,\"owner\"]}",
			  });
}

enum err
org_make(struct tx *tx, const struct org_make *in, struct org_made *ret)
{
	struct org_made made = { .slug = in->slug };
	struct project_made project;

	TRY(tx_make_id(tx, ID_ORG, &made.id));
	TRY(insert_org(tx, in, &made));
	if (in->owner_user_id != NULL)
		TRY(insert_owner(tx, in, &made));
	TRY(project_make(tx,
			 &(struct project_make){
			     .org_id = made.id,
			     .name = "Default",
			     .slug = "default",
			     .type = "web",
			     .environment = "live",
			     .is_default = true,
			     .created_by = in->owner_user_id,
			 },
			 &project));
	made.default_project_id = project.id;
	TRY(record_made(tx, in, &made));
	*ret = made;
	return OK;
}

/* ---- rule 21 ---- */

struct default_making {
	struct tx *tx;
	const char *org_id;
};

static enum err
make_default_project(void *context)
{
	struct default_making *making = context;
	struct tx *tx = making->tx;
	struct q_project_slug_taken_row slug;
	struct project_made made;
	struct org_row org;

	TRY(org_guard(tx, making->org_id));
	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = making->org_id }, &org));
	if (org.default_project_id != NULL)
		return OK;	/* somebody else's request was first */
	TRY(q_project_slug_taken(
	    tx->db, &(struct q_project_slug_taken){ .org_id = making->org_id, .slug = "default" }, &slug));
	return project_make(tx,
			    &(struct project_make){
				.org_id = making->org_id,
				.name = "Default",
				.slug = slug.taken == 0 ? "default" : NULL,
				.type = "web",
				.environment = "live",
				.is_default = true,
			    },
			    &made);
}

enum err
gatehouse_make_default_project(struct tx *tx, const char *org_id)
{
	struct default_making making = { .tx = tx, .org_id = org_id };
	enum err e = db_transact(tx->db, TX_WRITE, make_default_project, &making);

	return e == ERR_NO_ROW ? ERR_NOT_FOUND : e;
}

/* ---- the end ---- */

/* All of them, a hundred at a time: a deleted one isn't listed any more. */
static enum err
delete_projects(struct tx *tx, const char *org_id, size_t *ret_count)
{
	struct q_project_list_ids_row *projects;
	size_t count;

	*ret_count = 0;
	do {
		TRY(q_project_list_ids(tx->db, &(struct q_project_list_ids){ .org_id = org_id }, &projects,
				       &count));
		for (size_t i = 0; i < count; i++)
			TRY(project_delete(tx, org_id, projects[i].id, NULL));
		*ret_count += count;
	} while (count > 0);
	return OK;
}

enum err
org_delete(struct tx *tx, const char *org_id)
{
	struct org_row row;
	size_t count;
	uint64_t matched = 0;

	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = org_id }, &row));
	TRY(delete_projects(tx, org_id, &count));
	TRY(plan_forget_subject(tx, tx->console_id, org_id));
	TRY(q_org_revoke_keys(tx->db, &(struct q_org_revoke_keys){ .org_id = org_id }, NULL));
	TRY(q_org_revoke_invitations(tx->db, &(struct q_org_revoke_invitations){ .org_id = org_id }, NULL));
	TRY(q_org_mark_deleted(tx->db, &(struct q_org_mark_deleted){ .org_id = org_id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	return record(tx, &(struct record){
			      .event = EV_ORG_DELETED,
			      .org_id = org_id,
			      .target_id = org_id,
			      .target_label = row.name,
			      .changes = arena_printf(tx->arena,
						      "{\"status\":[\"%s\",\"deleted\"],\"projects\":[%zu,0]}",
						      row.status, count),
			  });
}
