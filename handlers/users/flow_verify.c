/*
 * The actions send_code and verify_code, and the mailed link that takes a flow to the browser it is opened in (users.md rules 15 and 16).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/reset_link.h"
#include "lib/encode.h"
#include "lib/secrets.h"

#define CODE_LEN 6

/* ---- send_code ---- */

enum verdict
flow_send_code(const struct request *rq, struct tx *tx)
{
	const struct flow_send_code_input *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_SEND_CODE, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (flow.data.resend_at != NONE && flow.data.resend_at > rq->now_ms) {
		reply_retry_after(rq, flow.data.resend_at - rq->now_ms);
		return fail(rq, ERR_TOO_MANY_ATTEMPTS, "A mail was just sent. Wait before asking for another one.");
	}
	enum err e = flow_send_proof(rq, tx, &flow);
	if (e == OK)
		e = flow_advance(tx, &flow, FLOW_CODE_SENT);
	return flow_end(rq, tx, &flow, e);
}

/* ---- verify_code ---- */

/* Six digits; spaces are ignored. NULL for anything else. */
static const char *
clean_code(struct arena *arena, const char *typed)
{
	struct buffer code = buffer_new(arena);

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ')
			continue;
		if (*typed < '0' || *typed > '9')
			return NULL;
		buffer_char(&code, *typed);
	}
	return code.len == CODE_LEN ? buffer_string(&code) : NULL;
}

/* Counted first, under the row's lock, so that guesses at once are counted one by one. */
static enum err
spend_try(struct tx *tx, const struct flow *flow)
{
	uint64_t matched = 0;

	TRY(q_flow_spend_try(tx->db,
			     &(struct q_flow_spend_try){
				 .project_id = flow->row.project_id,
				 .id = flow->row.id,
				 .version = flow->row.version,
				 .tries_max = FLOW_CODE_TRIES,
			     },
			     &matched));
	return matched == 1 ? OK : ERR_INVALID_CODE;
}

static bool
is_right(const struct flow *flow, struct bytes digest)
{
	return flow->row.code_digest.len == digest.len &&
	       secret_equal(flow->row.code_digest.data, digest.data, digest.len);
}

/* No try was left or the code is too old; or another request has moved the flow meanwhile. */
static enum verdict
refuse_unspent(const struct request *rq, struct tx *tx, const struct flow *flow)
{
	struct flow current;
	enum err e = flow_load(rq, tx, flow->row.project_id, flow->row.id, &current);

	if (e != OK)
		return fail_err(rq, e);
	if (current.row.version != flow->row.version)
		return flow_end(rq, tx, flow, ERR_FLOW_STATE_CONFLICT);
	return fail(rq, ERR_INVALID_CODE, "The code is void. Ask for a new one.");
}

enum verdict
flow_verify_code(const struct request *rq, struct tx *tx)
{
	const struct flow_verify_code_input *in = rq->input;
	const char *code = clean_code(rq->arena, in->code);
	struct bytes digest;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_VERIFY_CODE, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (code == NULL)
		return fail_field(rq, "code", "pattern", "A code has six digits.");
	enum err e = spend_try(tx, &flow);
	if (e == ERR_INVALID_CODE)
		return refuse_unspent(rq, tx, &flow);
	if (e == OK)
		e = flow_code_digest(rq, &flow, code, &digest);
	if (e != OK)
		return fail_err(rq, e);
	if (!is_right(&flow, digest))
		return refuse(rq, ERR_INVALID_CODE, "The code is wrong.");
	return flow_prove(rq, tx, &flow, PROOF_CODE);
}

/* ---- redeem ---- */

static enum err
find_project(const struct request *rq, struct tx *tx, const char *client_id, const char **ret_project_id)
{
	struct flow_client_row client;

	if (client_id == NULL) {
		*ret_project_id = rq->console_id;
		return rq->console_id[0] != '\0' ? OK : ERR_LINK_INVALID;
	}
	enum err e = q_flow_client(tx->db, &(struct q_flow_client){ .client_id = client_id }, &client);
	*ret_project_id = e == OK ? client.project_id : NULL;
	return e == ERR_NO_ROW ? ERR_LINK_INVALID : e;
}

/* The link is used up by whoever's UPDATE hits; then it is looked at. */
static enum err
use_link(const struct request *rq, struct tx *tx, const char *project_id, const char *token, struct flow *ret_flow)
{
	struct bytes digest = sha256_bytes(rq->arena, token, strlen(token));
	struct q_one_time_token_get_row row;
	struct flow flow;
	uint64_t matched = 0;

	TRY(q_one_time_token_use(
	    tx->db, &(struct q_one_time_token_use){ .project_id = project_id, .token_digest = digest }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	TRY(q_one_time_token_get(
	    tx->db, &(struct q_one_time_token_get){ .project_id = project_id, .token_digest = digest }, &row));
	if (row.flow_id == NULL)
		return strcmp(row.purpose, RESET_LINK_PURPOSE) == 0 && row.user_id != NULL
			       ? flow_begin_reset(rq, tx, project_id, row.user_id, token, ret_flow)
			       : ERR_NO_ROW;
	TRY(flow_load(rq, tx, project_id, row.flow_id, &flow));
	/* Of a flow's links only the newest counts. */
	if (flow.row.expires_at <= rq->now_ms || flow.state != FLOW_VERIFICATION || flow.data.link == NULL ||
	    strcmp(flow.data.link, hex_encode(rq->arena, digest)) != 0)
		return ERR_NO_ROW;
	*ret_flow = flow;
	return OK;
}

static bool
is_same(struct bytes a, struct bytes b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

enum verdict
flow_redeem(const struct request *rq, struct tx *tx)
{
	const struct flow_redeem_input *in = rq->input;
	const char *project_id = NULL;
	enum secret_kind kind;
	struct bytes binding;
	struct flow flow;

	if (!secret_parse(in->token, &kind) || kind != SECRET_MAIL_LINK)
		return fail_err(rq, ERR_LINK_INVALID);
	enum err e = find_project(rq, tx, in->client_id, &project_id);
	if (e == OK && !flow_is_served_here(rq, project_id))
		e = ERR_LINK_INVALID;
	if (e == OK)
		e = use_link(rq, tx, project_id, in->token, &flow);
	if (e == OK)
		e = flow_take_cookie(rq, project_id, &binding);
	if (e != OK)
		return fail_err(rq, e == ERR_NO_ROW ? ERR_LINK_INVALID : e);
	/* The flow goes with the mailbox: whoever opened it in another browser has it no more. */
	bool is_here = is_same(binding, flow.row.binding_digest);
	flow.row.binding_digest = binding;
	return flow_prove(rq, tx, &flow, is_here ? PROOF_LINK_HERE : PROOF_LINK_ELSEWHERE);
}
