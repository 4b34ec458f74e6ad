/*
 * Proofs of possession at our endpoints (RFC 9449, oauth.md rule 24): judged by lib/dpop.c, and each remembered so that it counts once.
 */
#include "fcgi/pipeline.h"

#include "lib/dpop.h"
#include "sql/gen/queries.h"

/* A nonce that the next proof has to hold, on every answer of a project that wants them (section 8.2). */
static enum err
give_nonce(const struct request *rq, const char *project_id)
{
	const char *nonce;

	TRY(dpop_nonce_make(rq->keyring, rq->arena, project_id, rq->now_ms, &nonce));
	reply_header(rq, "DPoP-Nonce", nonce);
	return OK;
}

static enum err
judge_nonce(const struct request *rq, const struct possession *asked, const char *nonce)
{
	bool is_good = false;

	if (!asked->wants_nonce)
		return OK;
	TRY(give_nonce(rq, asked->project_id));
	if (nonce != NULL)
		TRY(dpop_nonce_check(rq->keyring, rq->arena, asked->project_id, rq->now_ms, nonce, &is_good));
	return is_good ? OK : ERR_USE_DPOP_NONCE;
}

/* Of two that show one proof the second meets the primary key. */
static enum err
use_up(const struct request *rq, const char *project_id, struct bytes digest)
{
	struct possession_memory *memory = rq->scratch;
	struct db *db = exchange_of(rq)->worker->db;

	if (memory != NULL && memory->is_used)
		return OK;
	enum err e = q_used_jti_insert(db,
				       &(struct q_used_jti_insert){
					   .project_id = project_id,
					   .kind = "dpop",
					   .digest = digest,
					   .expires_at = rq->now_ms + DPOP_MEMORY_MS,
				       },
				       NULL);

	TRY(db_on_duplicate(db, e, DUP_USED_JTIS_PRIMARY, ERR_INVALID_DPOP_PROOF));
	if (memory != NULL)
		memory->is_used = true;
	return OK;
}

enum err
request_possession_find(const struct request *rq, const struct possession *asked, const char **ret_jkt)
{
	const char *text = exchange_of(rq)->in.header[HEADER_DPOP];
	const struct dpop_expected expected = {
		.method = exchange_of(rq)->in.method_text,
		.url = asked->url,
		.access_token = asked->access_token,
		.now_ms = rq->now_ms,
	};
	struct dpop_proof proof;

	*ret_jkt = NULL;
	if (text == NULL)
		return OK;
	const char *problem = dpop_problem(rq->arena, text, &expected, &proof);
	if (problem != NULL) {
		request_reason(rq, problem);
		return ERR_INVALID_DPOP_PROOF;
	}
	TRY(judge_nonce(rq, asked, proof.nonce));
	TRY(use_up(rq, asked->project_id, proof.digest));
	*ret_jkt = proof.thumbprint;
	return OK;
}
