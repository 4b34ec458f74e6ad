/*
 * Members: adding, changing, removing. Every caller has written the organization's guard, so what is counted here stays true.
 */
#include "domain/members.h"

#include <string.h>

#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

const struct field member_fields[] = {
	OUT_ID(struct member_row, id, ID_MEMBER),
	OUT_ID(struct member_row, org_id, ID_ORG, .flags = FIELD_NO_DIFF),
	OUT_ID(struct member_row, user_id, ID_USER),
	OUT_STRING(struct member_row, name, .flags = FIELD_NO_DIFF),
	OUT_STRING(struct member_row, email, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	OUT_STRING(struct member_row, image_url, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	OUT_STRING(struct member_row, role),
	OUT_STRING(struct member_row, joined_via,
		   .description = "setup, sign_up, invitation, invite_code, sso or scim"),
	OUT_TIME(struct member_row, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct member_row, last_seen_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	FIELDS_END,
};

static enum err
record_member(struct tx *tx, enum event event, const struct member_row *before, const struct member_row *after,
	      const char *event_project_id)
{
	const struct member_row *row = after != NULL ? after : before;

	return record(tx, &(struct record){
			      .event = event,
			      .org_id = row->org_id,
			      .event_project_id = event_project_id,
			      .target_id = row->id,
			      .target_label = row->email != NULL ? row->email : row->name,
			      .fields = member_fields,
			      .before = before,
			      .after = after,
			  });
}

enum err
member_add(struct tx *tx, const struct member_add *in, const char **ret_member_id)
{
	struct member_row row;
	const char *id;
	enum err e;

	TRY(tx_make_id(tx, ID_MEMBER, &id));
	e = q_member_insert(tx->db,
			    &(struct q_member_insert){
				.org_id = in->org_id,
				.user_id = in->user_id,
				.id = id,
				.console_id = tx->console_id,
				.role = role_name(in->role),
				.joined_via = in->joined_via,
			    },
			    NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_MEMBERS_PRIMARY, ERR_ALREADY_MEMBER));
	TRY(q_member_get(tx->db, &(struct q_member_get){ .org_id = in->org_id, .id = id }, &row));
	TRY(record_member(tx, EV_MEMBER_ADDED, NULL, &row, in->event_project_id));
	*ret_member_id = id;
	return OK;
}

static enum err
keep_one_owner(struct tx *tx, const struct member_row *row)
{
	struct q_member_count_other_owners_row others;

	if (role_parse(row->role) != ROLE_OWNER)
		return OK;
	TRY(q_member_count_other_owners(
	    tx->db, &(struct q_member_count_other_owners){ .org_id = row->org_id, .user_id = row->user_id }, &others));
	return others.total > 0 ? OK : ERR_LAST_OWNER;
}

static enum err
revoke_invitations(struct tx *tx, const struct member_row *row)
{
	return q_member_revoke_invitations(
	    tx->db, &(struct q_member_revoke_invitations){ .org_id = row->org_id, .user_id = row->user_id },
	    NULL);
}

enum err
member_remove(struct tx *tx, const struct member_row *row, enum event event, const char *event_project_id)
{
	uint64_t matched = 0;

	TRY(keep_one_owner(tx, row));
	TRY(q_member_revoke_tokens(
	    tx->db, &(struct q_member_revoke_tokens){ .org_id = row->org_id, .user_id = row->user_id }, NULL));
	TRY(q_grant_end_of_member(tx->db,
				  &(struct q_grant_end_of_member){
				      .project_id = tx->console_id,
				      .org_id = row->org_id,
				      .user_id = row->user_id,
				  },
				  NULL));
	TRY(revoke_invitations(tx, row));
	TRY(q_member_delete(tx->db, &(struct q_member_delete){ .org_id = row->org_id, .id = row->id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	return record_member(tx, event, row, NULL, event_project_id);
}

enum err
member_change_role(struct tx *tx, const struct member_row *row, enum role role, const char *event_project_id)
{
	struct member_row after = *row;

	if (role_parse(row->role) == role)
		return OK;
	TRY(keep_one_owner(tx, row));
	TRY(q_member_set_role(
	    tx->db,
	    &(struct q_member_set_role){ .org_id = row->org_id, .id = row->id, .role = role_name(role) }, NULL));
	if (role < ROLE_MANAGER)
		TRY(revoke_invitations(tx, row));
	after.role = role_name(role);
	after.version++;
	return record_member(tx, EV_MEMBER_ROLE_CHANGED, row, &after, event_project_id);
}
