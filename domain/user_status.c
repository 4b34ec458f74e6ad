/*
 * Ending and giving back somebody's access.
 */
#include "domain/user_status.h"

#include <string.h>

#include "domain/assets.h"
#include "domain/logout.h"
#include "domain/members.h"
#include "domain/plans.h"
#include "domain/throttle.h"
#include "domain/usage.h"
#include "domain/users.h"

/* ---- owners of organizations ---- */

/* The guards first: of two last owners who go at once, the second waits here and then counts without the first. */
static enum err
keep_owners(struct tx *tx, const char *project_id, const char *user_id)
{
	struct q_user_count_sole_owned_row sole;

	if (strcmp(project_id, tx->console_id) != 0)
		return OK;
	TRY(q_user_guard_owned_orgs(
	    tx->db, &(struct q_user_guard_owned_orgs){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_user_count_sole_owned(
	    tx->db, &(struct q_user_count_sole_owned){ .project_id = project_id, .user_id = user_id }, &sole));
	return sole.total == 0 ? OK : ERR_LAST_OWNER;
}

static enum err
leave_orgs(struct tx *tx, const char *project_id, const char *user_id)
{
	struct q_user_memberships_row *rows;
	size_t count;

	if (strcmp(project_id, tx->console_id) != 0)
		return OK;
	TRY(q_user_memberships(
	    tx->db, &(struct q_user_memberships){ .project_id = project_id, .user_id = user_id }, &rows, &count));
	for (size_t i = 0; i < count; i++)
		TRY(member_remove(tx,
				  &(struct member_row){
				      .id = rows[i].id,
				      .org_id = rows[i].org_id,
				      .user_id = rows[i].user_id,
				      .name = rows[i].name,
				      .email = rows[i].email,
				      .role = rows[i].role,
				      .joined_via = rows[i].joined_via,
				      .created_at = rows[i].created_at,
				      .last_seen_at = rows[i].last_seen_at,
				      .version = rows[i].version,
				  },
				  EV_MEMBER_REMOVED, rows[i].default_project_id));
	return OK;
}

/* ---- a status ---- */

static enum err
record_status(struct tx *tx, enum event event, const char *org_id, const char *project_id,
	      const struct user_object_row *before)
{
	struct user_object_row after;
	struct record r;

	TRY(user_object_get(tx, project_id, before->id, &after));
	r = user_object_record(tx->arena, event, org_id, project_id, &after);
	r.before = before;
	r.after = &after;
	return record(tx, &r);
}

static enum err
set_status(struct tx *tx, const char *project_id, const struct user_object_row *row, const char *status,
	   const struct user_ban *ban)
{
	uint64_t matched = 0;

	TRY(q_user_set_status(tx->db,
			      &(struct q_user_set_status){
				  .project_id = project_id,
				  .id = row->id,
				  .status = status,
				  .ban_reason = ban != NULL ? ban->reason : NULL,
				  .ban_expires_at = ban != NULL ? ban->expires_at : NONE,
			      },
			      &matched));
	return matched == 1 ? OK : ERR_NO_ROW;
}

enum err
user_deactivate(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *row)
{
	TRY(keep_owners(tx, project_id, row->id));
	TRY(set_status(tx, project_id, row, "deactivated", NULL));
	TRY(user_end_sessions(tx, project_id, row->id, NULL));
	return record_status(tx, EV_USER_DEACTIVATED, org_id, project_id, row);
}

enum err
user_ban(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *row,
	 const struct user_ban *ban)
{
	TRY(keep_owners(tx, project_id, row->id));
	TRY(set_status(tx, project_id, row, "banned", ban));
	TRY(user_end_sessions(tx, project_id, row->id, NULL));
	return record_status(tx, EV_USER_BANNED, org_id, project_id, row);
}

enum err
user_activate(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *row)
{
	if (strcmp(row->status, "deactivated") != 0 && strcmp(row->status, "deletion_pending") != 0)
		return OK;
	TRY(set_status(tx, project_id, row, "active", NULL));
	return record_status(tx, EV_USER_ACTIVATED, org_id, project_id, row);
}

enum err
user_unban(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *row)
{
	if (strcmp(row->status, "banned") != 0)
		return OK;
	TRY(set_status(tx, project_id, row, "active", NULL));
	return record_status(tx, EV_USER_UNBANNED, org_id, project_id, row);
}

enum err
user_unlock(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *row)
{
	TRY(throttle_clear(tx, project_id, row->id));
	if (!row->locked)
		return OK;
	struct record r = user_object_record(tx->arena, EV_USER_UNLOCKED, org_id, project_id, row);
	r.changes = "{\"locked\":[true,false]}";
	return record(tx, &r);
}

/* ---- deletion ---- */

static enum err
erase(struct tx *tx, const char *project_id, const char *user_id)
{
	uint64_t matched = 0;

	TRY(q_user_erase(tx->db,
			 &(struct q_user_erase){
			     .project_id = project_id,
			     .id = user_id,
			     .purge_at = tx->now_ms + DELETED_USERS_MS,
			 },
			 &matched));
	return matched == 1 ? OK : ERR_NO_ROW;
}

/* Apps hear of it while what they got is still there. */
static enum err
sign_out(struct tx *tx, const char *project_id, const char *user_id)
{
	uint64_t ended = 0;

	TRY(q_session_end_all(
	    tx->db, &(struct q_session_end_all){ .project_id = project_id, .user_id = user_id, .except_id = NULL }, &ended));
	return ended > 0 ? logout_tell_clients(tx, project_id, user_id, NULL) : OK;
}

/* The row stays, so nothing goes by itself. */
static enum err
erase_belongings(struct tx *tx, const char *project_id, const char *user_id)
{
	TRY(q_user_password_drop(
	    tx->db, &(struct q_user_password_drop){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_user_factor_delete_all(
	    tx->db, &(struct q_user_factor_delete_all){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_backup_code_drop_all(
	    tx->db, &(struct q_backup_code_drop_all){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_user_claims_remove_all(
	    tx->db, &(struct q_user_claims_remove_all){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_license_forget_user(
	    tx->db, &(struct q_license_forget_user){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(plan_forget_subject(tx, project_id, user_id));
	TRY(usage_forget_subject(tx, project_id, user_id));
	TRY(q_payment_forget_user(
	    tx->db, &(struct q_payment_forget_user){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_user_identity_drop_all(
	    tx->db, &(struct q_user_identity_drop_all){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_grant_delete_of_user(
	    tx->db, &(struct q_grant_delete_of_user){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_user_sessions_delete(
	    tx->db, &(struct q_user_sessions_delete){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_user_tokens_delete(
	    tx->db, &(struct q_user_tokens_delete){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_user_flows_delete(
	    tx->db, &(struct q_user_flows_delete){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_user_messages_delete(
	    tx->db, &(struct q_user_messages_delete){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(q_contact_change_void(
	    tx->db, &(struct q_contact_change_void){ .project_id = project_id, .user_id = user_id }, NULL));
	TRY(asset_remove_all(tx, project_id, user_id));
	TRY(q_user_words_delete(
	    tx->db, &(struct q_user_words_delete){ .project_id = project_id, .user_id = user_id }, NULL));
	return throttle_clear(tx, project_id, user_id);
}

enum err
user_delete_later(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *row, int64_t delete_at)
{
	uint64_t matched = 0;

	TRY(keep_owners(tx, project_id, row->id));
	TRY(q_account_delete_later(
	    tx->db,
	    &(struct q_account_delete_later){ .delete_at = delete_at, .project_id = project_id, .id = row->id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	TRY(user_end_sessions(tx, project_id, row->id, NULL));
	return record_status(tx, EV_USER_UPDATED, org_id, project_id, row);
}

enum err
user_delete(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *row)
{
	struct record r = {
		.event = EV_USER_DELETED,
		.org_id = org_id,
		.project_id = project_id,
		.target_id = row->id,
		.target_label = row->id, /* nothing of the person */
	};

	TRY(keep_owners(tx, project_id, row->id));
	TRY(leave_orgs(tx, project_id, row->id));
	TRY(erase(tx, project_id, row->id));
	TRY(sign_out(tx, project_id, row->id));
	TRY(erase_belongings(tx, project_id, row->id));
	return record(tx, &r);
}
