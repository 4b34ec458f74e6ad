/*
 * A job for each client that got something in a sign-in that ends.
 */
#include "domain/logout.h"

#include "domain/job_queue.h"
#include "lib/buffer.h"
#include "sql/gen/queries.h"

static enum err
tell(struct tx *tx, const char *project_id, const char *user_id, const struct q_grant_logout_clients_row *row)
{
	struct buffer json = buffer_new(tx->arena);
	const char *job_id;

	buffer_printf(&json, "{\"client_id\":\"%s\",\"session_id\":\"%s\",\"user_id\":\"%s\",\"issuer\":", row->client_id, row->session_id, user_id);
	buffer_json_string(&json, arena_strndup(tx->arena, (const char *)row->issuer.data, row->issuer.len));
	buffer_char(&json, '}');
	return job_queue(tx, project_id, JOB_BACKCHANNEL_LOGOUT, buffer_string(&json), &job_id);
}

enum err
logout_tell_clients(struct tx *tx, const char *project_id, const char *user_id, const char *session_id)
{
	struct q_grant_logout_clients_row *rows = NULL;
	size_t count = 0;

	TRY(q_grant_logout_clients(
	    tx->db,
	    &(struct q_grant_logout_clients){ .project_id = project_id, .user_id = user_id, .session_id = session_id }, &rows, &count));
	for (size_t i = 0; i < count; i++)
		TRY(tell(tx, project_id, user_id, &rows[i]));
	return OK;
}
