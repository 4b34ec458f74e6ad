/*
 * Jobs and their answers as sealed rows: a code, a token or a person's address stands in them.
 */
#include "domain/job_queue.h"

#include <string.h>

#include "sql/gen/queries.h"

static enum err
seal_text(struct tx *tx, const struct seal_place *place, const char *text, struct bytes *ret_sealed)
{
	return keyring_seal(tx->keyring, tx->arena, place, (struct bytes){ (const uint8_t *)text, strlen(text) },
			    ret_sealed);
}

static struct seal_place
answer_place(const char *project_id, const char *job_id)
{
	return (struct seal_place){ .table = "flow_answers",
				    .column = "answer_sealed",
				    .row_id = job_id,
				    .project_id = project_id };
}

enum err
job_queue(struct tx *tx, const char *project_id, const char *kind, const char *payload, const char **ret_job_id)
{
	struct seal_place place = { .table = "jobs", .column = "payload_sealed", .project_id = project_id };
	struct bytes sealed;

	TRY(tx_make_id(tx, ID_JOB, &place.row_id));
	TRY(seal_text(tx, &place, payload, &sealed));
	TRY(q_job_insert(tx->db,
			 &(struct q_job_insert){ .project_id = project_id,
						 .id = place.row_id,
						 .kind = kind,
						 .payload_sealed = sealed },
			 NULL));
	*ret_job_id = place.row_id;
	return OK;
}

enum err
job_queue_once(struct tx *tx, const char *project_id, const char *kind, struct bytes digest, const char *payload)
{
	struct seal_place place = { .table = "jobs", .column = "payload_sealed", .project_id = project_id };
	struct bytes sealed;

	TRY(tx_make_id(tx, ID_JOB, &place.row_id));
	TRY(seal_text(tx, &place, payload, &sealed));
	return q_job_insert_once(tx->db,
				 &(struct q_job_insert_once){
				     .project_id = project_id,
				     .id = place.row_id,
				     .kind = kind,
				     .dedup_digest = digest,
				     .payload_sealed = sealed,
				 },
				 NULL);
}

enum err
job_answer(struct tx *tx, const char *project_id, const char *job_id, const char *answer, int64_t expires_at)
{
	struct seal_place place = answer_place(project_id, job_id);
	struct bytes sealed;

	TRY(seal_text(tx, &place, answer, &sealed));
	return q_flow_answer_insert(tx->db,
				    &(struct q_flow_answer_insert){ .project_id = project_id,
								    .job_id = job_id,
								    .answer_sealed = sealed,
								    .expires_at = expires_at },
				    NULL);
}

enum err
job_answer_read(struct tx *tx, const char *project_id, const char *job_id, struct json *ret_answer)
{
	struct seal_place place = answer_place(project_id, job_id);
	struct q_flow_answer_get_row row;
	struct bytes plain;

	TRY(q_flow_answer_get(tx->db, &(struct q_flow_answer_get){ .project_id = project_id, .job_id = job_id }, &row));
	TRY(keyring_open(tx->keyring, tx->arena, &place, row.answer_sealed, &plain));
	return json_parse(tx->arena, (const char *)plain.data, plain.len, ret_answer, NULL);
}

enum err
job_answer_drop(struct tx *tx, const char *project_id, const char *job_id)
{
	return q_flow_answer_delete(
	    tx->db, &(struct q_flow_answer_delete){ .project_id = project_id, .job_id = job_id }, NULL);
}
