/*
 * Tests of connectors as rows and jobs.
 */
#include "domain/connector_tests.h"

#include <string.h>

#include "domain/job_queue.h"
#include "lib/jose.h"
#include "lib/secrets.h"

#define REPORT_LIFE_MS DAY_MS
#define SIGN_IN_MS     (30 * MINUTE_MS)

const char *
connector_redirect_uri(struct arena *arena, const struct config *config)
{
	return arena_printf(arena, "%s/dashboard/connector-test", config->public_url);
}

const char *
connector_client_url(struct arena *arena, const struct config *config)
{
	return arena_printf(arena, "%s/api/v1/public/connector_client", config->public_url);
}

enum err
connector_test_read(struct tx *tx, const char *project_id, const char *id, struct connector_test_row *ret)
{
	return q_connector_test_get(tx->db, &(struct q_connector_test_get){ .project_id = project_id, .id = id }, ret);
}

/* {"id": …} and what else there is to know. */
static enum err
queue(struct tx *tx, const char *project_id, const char *id, const struct connector_answer *answer)
{
	const struct name_value pairs[] = {
		{ "id", id },
		{ "code", answer->code },
		{ "iss", answer->iss },
		{ "error", answer->error },
		{ "error_description", answer->error_description },
	};
	struct buffer payload = buffer_new(tx->arena);
	const char *job_id;

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (pairs[i].value == NULL)
			continue;
		buffer_char(&payload, payload.len == 0 ? '{' : ',');
		buffer_json_string(&payload, pairs[i].name);
		buffer_char(&payload, ':');
		buffer_json_string(&payload, pairs[i].value);
	}
	buffer_char(&payload, '}');
	return job_queue(tx, project_id, JOB_CONNECTOR_TEST, buffer_string(&payload), &job_id);
}

enum err
connector_test_begin(struct tx *tx, const char *project_id, const char *url, const char **ret_id)
{
	TRY(tx_make_id(tx, ID_CONNECTOR_TEST, ret_id));
	TRY(q_connector_test_insert(tx->db,
				    &(struct q_connector_test_insert){
					.project_id = project_id,
					.id = *ret_id,
					.url = { (const uint8_t *)url, strlen(url) },
					.expires_at = tx->now_ms + REPORT_LIFE_MS,
				    },
				    NULL));
	return queue(tx, project_id, *ret_id, &(struct connector_answer){ .code = NULL });
}

enum err
connector_test_resume(struct tx *tx, const char *project_id, const char *id, const char *state, const struct connector_answer *answer)
{
	struct connector_test_row row;
	struct json memory;
	uint64_t matched = 0;

	TRY(connector_test_read(tx, project_id, id, &row));
	TRY(q_connector_test_resume(tx->db, &(struct q_connector_test_resume){ .project_id = project_id, .id = id }, &matched));
	if (matched == 0)
		return ERR_ALREADY_DECIDED;
	enum err e = connector_memory_read(tx, project_id, id, &memory);
	if (e == ERR_NO_ROW)
		return ERR_REQUEST_EXPIRED;
	TRY(e);
	const char *sent = json_text(&memory, "state");
	if (sent == NULL || strlen(sent) != strlen(state) || !secret_equal(sent, state, strlen(sent)))
		return ERR_VALIDATION_FAILED;
	return queue(tx, project_id, id, answer);
}

enum err
connector_memory_write(struct tx *tx, const char *project_id, const char *id, const char *memory)
{
	return job_answer(tx, project_id, id, memory, tx->now_ms + SIGN_IN_MS);
}

enum err
connector_memory_read(struct tx *tx, const char *project_id, const char *id, struct json *ret)
{
	return job_answer_read(tx, project_id, id, ret);
}

enum err
connector_memory_drop(struct tx *tx, const char *project_id, const char *id)
{
	return job_answer_drop(tx, project_id, id);
}
