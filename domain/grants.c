/*
 * Grants and their codes.
 */
#include "domain/grants.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"

/* A code that was used is remembered so long, so that a second use is noticed. */
#define CODE_MEMORY_MS DAY_MS

static const char *
data_of(struct arena *arena, const char *client_id, const char *user_id, const char *scope)
{
	struct buffer json = buffer_new(arena);

	buffer_text(&json, "{\"client_id\":");
	buffer_json_string(&json, client_id);
	if (user_id != NULL) {
		buffer_text(&json, ",\"user_id\":");
		buffer_json_string(&json, user_id);
	}
	if (scope != NULL) {
		buffer_text(&json, ",\"scope\":");
		buffer_json_string(&json, scope);
	}
	buffer_char(&json, '}');
	return buffer_string(&json);
}

static enum err
insert_grant(struct tx *tx, const struct grant_make *make, const char *grant_id)
{
	return q_grant_insert(tx->db,
			      &(struct q_grant_insert){
				  .project_id = make->project_id,
				  .id = grant_id,
				  .user_id = make->user_id,
				  .client_id = make->client_id,
				  .issuer = { (const uint8_t *)make->issuer, strlen(make->issuer) },
				  .resource = { (const uint8_t *)make->resource, strlen(make->resource) },
				  .scopes = make->scope,
				  .org_id = make->work_org_id,
				  .session_id = make->session_id,
				  .is_offline = make->is_offline,
				  .client_digest = make->client_digest,
				  .expires_at = make->expires_at,
			      },
			      NULL);
}

static enum err
insert_code(struct tx *tx, const struct grant_make *make, const char *grant_id, const char *code)
{
	return q_oauth_code_insert(tx->db,
				   &(struct q_oauth_code_insert){
				       .project_id = make->project_id,
				       .digest = sha256_bytes(tx->arena, code, strlen(code)),
				       .grant_id = grant_id,
				       .client_id = make->client_id,
				       .redirect_uri = { (const uint8_t *)make->redirect_uri, strlen(make->redirect_uri) },
				       .is_uri_named = make->is_uri_named,
				       .challenge = make->challenge,
				       .nonce = make->nonce,
				       .dpop_jkt = make->dpop_jkt,
				       .issuer = { (const uint8_t *)make->issuer, strlen(make->issuer) },
				       .expires_at = tx->now_ms + CODE_MEMORY_MS,
				   },
				   NULL);
}

enum err
grant_add(struct tx *tx, const struct grant_make *make, const char **ret_grant_id)
{
	const char *grant_id;

	TRY(tx_make_id(tx, ID_GRANT, &grant_id));
	TRY(insert_grant(tx, make, grant_id));
	TRY(record(tx, &(struct record){
			   .event = EV_GRANT_CREATED,
			   .org_id = make->org_id,
			   .project_id = make->project_id,
			   .target_id = grant_id,
			   .target_label = make->client_name,
			   .changes = "{}",
			   .data = data_of(tx->arena, make->client_id, make->user_id, make->scope),
		       }));
	*ret_grant_id = grant_id;
	return OK;
}

enum err
grant_make(struct tx *tx, const struct grant_make *make, const char **ret_code)
{
	const char *grant_id, *code;

	TRY(grant_add(tx, make, &grant_id));
	TRY(secret_make_cookie(tx->arena, &code));
	TRY(insert_code(tx, make, grant_id, code));
	*ret_code = code;
	return OK;
}

static enum err
record_end(struct tx *tx, enum event event, const char *org_id, const char *project_id, const char *grant_id, const char *client_id,
	   const char *data)
{
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = grant_id,
			      .target_label = client_id,
			      .changes = "{}",
			      .data = data,
		      });
}

enum err
grant_revoke(struct tx *tx, enum event event, const char *org_id, const char *project_id, const char *grant_id, const char *client_id)
{
	uint64_t matched = 0;

	TRY(q_grant_revoke(tx->db, &(struct q_grant_revoke){ .project_id = project_id, .id = grant_id }, &matched));
	if (matched == 0)
		return OK;
	return record_end(tx, event, org_id, project_id, grant_id, client_id, data_of(tx->arena, client_id, NULL, NULL));
}

enum err
grant_revoke_app(struct tx *tx, const char *org_id, const char *project_id, const char *grant_id, const char *client_id,
		 const char *user_id)
{
	uint64_t matched = 0;

	TRY(q_grant_end_of_client(
	    tx->db,
	    &(struct q_grant_end_of_client){ .project_id = project_id, .client_id = client_id, .user_id = user_id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	return record_end(tx, EV_GRANT_REVOKED, org_id, project_id, grant_id, client_id,
			  data_of(tx->arena, client_id, user_id, NULL));
}
