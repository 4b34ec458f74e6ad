/*
 * Sessions of a project's people: begun, renewed, ended.
 */
#include <string.h>

#include "domain/logout.h"
#include "domain/users.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"

/* The organization a person of the console starts in; NULL for who is a member nowhere. */
static enum err
find_working_org(struct tx *tx, const struct session_make *make, const char **ret_org_id)
{
	struct q_session_last_org_row last;
	struct q_session_oldest_org_row oldest;
	enum err e;

	*ret_org_id = make->org_id;
	if (make->org_id != NULL || strcmp(make->project_id, tx->console_id) != 0)
		return OK;
	e = q_session_last_org(tx->db,
			       &(struct q_session_last_org){ .project_id = make->project_id,
							     .user_id = make->user_id },
			       &last);
	if (e == OK)
		*ret_org_id = last.org_id;
	if (e != ERR_NO_ROW)
		return e;
	e = q_session_oldest_org(tx->db,
				 &(struct q_session_oldest_org){ .project_id = make->project_id,
								 .user_id = make->user_id },
				 &oldest);
	if (e == OK)
		*ret_org_id = oldest.org_id;
	return e == ERR_NO_ROW ? OK : e;
}

static const char *
session_data(struct tx *tx, const struct session_make *make, const char *id)
{
	struct buffer json = buffer_new(tx->arena);

	buffer_text(&json, "{\"session_id\":");
	buffer_json_string(&json, id);
	buffer_text(&json, ",\"user_id\":");
	buffer_json_string(&json, make->user_id);
	buffer_text(&json, ",\"client_id\":");
	buffer_json_string(&json, make->client_id);
	buffer_text(&json, ",\"auth_strength\":");
	buffer_json_string(&json, make->auth_strength);
	buffer_text(&json, ",\"impersonator_id\":");
	buffer_json_string(&json, make->impersonator_id);
	buffer_char(&json, '}');
	return buffer_string(&json);
}

static enum err
insert_session(struct tx *tx, const struct session_make *make, const char *org_id,
	       const struct session_made *made)
{
	uint8_t digest[SECRET_DIGEST_LEN];

	secret_digest(made->token, digest);
	return q_session_insert(tx->db,
				&(struct q_session_insert){
				    .project_id = make->project_id,
				    .id = made->id,
				    .user_id = make->user_id,
				    .token_digest = { digest, sizeof(digest) },
				    .parent_id = make->parent_id,
				    .client_id = make->client_id,
				    .org_id = org_id,
				    .session_class = make->impersonator_id != NULL
							 ? "support_impersonation"
							 : "web_user",
				    .impersonator_id = make->impersonator_id,
				    .impersonation_reason = make->impersonation_reason,
				    .auth_strength = make->auth_strength,
				    .amr = make->amr,
				    .level = make->level == 2 ? 2 : 1,
				    .ip = tx->ip,
				    .user_agent = tx->user_agent,
				    .expires_at = made->expires_at,
				},
				NULL);
}

enum err
session_make(struct tx *tx, const struct session_make *make, struct session_made *ret)
{
	int64_t max_ms = make->max_ms != 0 ? make->max_ms : SESSION_MAX_MS;
	struct session_made made = { .expires_at = tx->now_ms + max_ms };
	const char *working_org_id;
	const char *project_org_id;

	TRY(user_project_org(tx, make->project_id, make->project_org_id, &project_org_id));
	TRY(find_working_org(tx, make, &working_org_id));
	TRY(tx_make_id(tx, ID_SESSION, &made.id));
	TRY(secret_make_cookie(tx->arena, &made.token));
	TRY(insert_session(tx, make, working_org_id, &made));
	TRY(record(tx, &(struct record){
			   .event = EV_SESSION_CREATED,
			   .org_id = project_org_id,
			   .project_id = make->project_id,
			   .target_id = made.id,
			   .target_label = tx->actor.label,
			   .changes = "{}",
			   .data = session_data(tx, make, made.id),
		       }));
	*ret = made;
	return OK;
}

enum err
session_rotate(struct tx *tx, const char *project_id, const char *user_id, const char *session_id,
	       bool proven, const char **ret_token)
{
	uint8_t digest[SECRET_DIGEST_LEN];
	uint64_t matched = 0;
	const char *token;

	TRY(secret_make_cookie(tx->arena, &token));
	secret_digest(token, digest);
	TRY(q_session_rotate(tx->db,
			     &(struct q_session_rotate){
				 .token_digest = { digest, sizeof(digest) },
				 .has_proof = proven,
				 .project_id = project_id,
				 .user_id = user_id,
				 .id = session_id,
			     },
			     &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	*ret_token = token;
	return OK;
}

static enum err
record_end(struct tx *tx, const char *project_id, const char *user_id, const char *session_id,
	   uint64_t count)
{
	struct buffer json = buffer_new(tx->arena);
	const char *org_id;

	TRY(user_project_org(tx, project_id, NULL, &org_id));
	buffer_text(&json, "{\"session_id\":");
	buffer_json_string(&json, session_id);
	buffer_text(&json, ",\"user_id\":");
	buffer_json_string(&json, user_id);
	buffer_printf(&json, ",\"count\":%llu}", (unsigned long long)count);
	return record(tx, &(struct record){
			      .event = EV_SESSION_REVOKED,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = session_id != NULL ? session_id : user_id,
			      .target_label = tx->actor.label,
			      .changes = "{}",
			      .data = buffer_string(&json),
			  });
}

enum err
session_end(struct tx *tx, const char *project_id, const char *user_id, const char *session_id)
{
	uint64_t matched = 0;

	TRY(q_session_end(tx->db,
			  &(struct q_session_end){
			      .project_id = project_id, .user_id = user_id, .id = session_id },
			  &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	TRY(logout_tell_clients(tx, project_id, user_id, session_id));
	TRY(q_grant_end_of_session(
	    tx->db, &(struct q_grant_end_of_session){ .project_id = project_id, .session_id = session_id }, NULL));
	return record_end(tx, project_id, user_id, session_id, 1);
}

enum err
user_end_sessions(struct tx *tx, const char *project_id, const char *user_id, const char *except_id)
{
	uint64_t ended = 0;

	/*
	 * The person's row first: a sign-in that completes at this moment writes it too, so one of
	 * the two waits and sees the other.
	 */
	TRY(q_user_raise_token_version(
	    tx->db, &(struct q_user_raise_token_version){ .project_id = project_id,
							     .id = user_id,
							     .proven_version = NONE },
	    NULL));
	TRY(q_session_end_all(tx->db,
			      &(struct q_session_end_all){ .project_id = project_id,
							   .user_id = user_id,
							   .except_id = except_id },
			      &ended));
	if (ended > 0)
		TRY(logout_tell_clients(tx, project_id, user_id, NULL));
	TRY(q_grant_end_of_user(tx->db,
				&(struct q_grant_end_of_user){ .project_id = project_id,
							       .user_id = user_id,
							       .except_session_id = except_id },
				NULL));
	TRY(q_one_time_token_void_all(
	    tx->db,
	    &(struct q_one_time_token_void_all){ .project_id = project_id, .user_id = user_id },
	    NULL));
	TRY(q_contact_change_void(
	    tx->db, &(struct q_contact_change_void){ .project_id = project_id, .user_id = user_id },
	    NULL));
	return ended == 0 ? OK : record_end(tx, project_id, user_id, NULL, ended);
}
