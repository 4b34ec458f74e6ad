/*
 * The bot check of a flow (users.md rule 41): a token comes with POST /flows, a job worker shows it to the project's verifier, and the
 * flow remembers the verdict. One check a flow; the actions of the places that ask for it go on with a good one alone.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/job_queue.h"
#include "domain/throttle.h"
#include "lib/encode.h"
#include "lib/jose.h"
#include "lib/provider_requests.h"
#include "sql/gen/schema_keys.h"

#define PURPOSE	       "bot-check"
#define TOKEN_LIFE_MS  DAY_MS
#define RETRY_AFTER_MS (5 * SECOND_MS)

/* What flow_data.bot_check says; NULL: no token came. */
#define ASKED	    "asked"
#define FAILED	    "failed"
#define UNAVAILABLE "unavailable"

/* Who is signed in already is no stranger. */
static bool
is_on(const struct flow *flow)
{
	bool is_strangers = flow->kind == FLOW_SIGN_IN || flow->kind == FLOW_SIGN_UP || flow->kind == FLOW_RECOVER;

	return is_strangers && flow->settings.bot_check.provider != BOT_NONE && flow->settings.bot_check.places != 0;
}

static bool
is_state(const struct flow *flow, const char *state)
{
	return flow->data.bot_check != NULL && strcmp(flow->data.bot_check, state) == 0;
}

/* ---- a token comes ---- */

/* A verifier may forget what it has said yes to; we don't. ERR_BOT_CHECK_FAILED for a token that was shown before. */
static enum err
spend_token(const struct request *rq, struct tx *tx, const struct flow *flow, const char *token)
{
	enum err e = q_one_time_token_insert(tx->db,
					     &(struct q_one_time_token_insert){
						 .project_id = flow->row.project_id,
						 .token_digest = sha256_bytes(rq->arena, token, strlen(token)),
						 .purpose = PURPOSE,
						 .flow_id = flow->row.id,
						 .expires_at = rq->now_ms + TOKEN_LIFE_MS,
					     },
					     NULL);

	return db_on_duplicate(tx->db, e, DUP_ONE_TIME_TOKENS_PRIMARY, ERR_BOT_CHECK_FAILED);
}

static enum err
queue_check(const struct request *rq, struct tx *tx, struct flow *flow, const char *token)
{
	struct buffer payload = buffer_new(rq->arena);

	add_member(&payload, "token", token);
	add_member(&payload, "action", flow_kind_name(flow->kind));
	add_member(&payload, "ip", rq->ip_text);
	buffer_char(&payload, '}');
	arena_wipe_later(rq->arena, payload.data, payload.len);
	return job_queue(tx, flow->row.project_id, JOB_BOT_CHECK, buffer_string(&payload), &flow->data.wait_job);
}

enum err
flow_begin_bot_check(const struct request *rq, struct tx *tx, struct flow *flow, const char *token)
{
	if (token == NULL || token[0] == '\0' || !is_on(flow))
		return OK;
	enum err e = spend_token(rq, tx, flow, token);
	if (e == ERR_BOT_CHECK_FAILED) {
		flow->data.bot_check = FAILED;
		flow->data.error_code = error_info(e)->code;
		return OK;
	}
	TRY(e);
	TRY(queue_check(rq, tx, flow, token));
	flow->data.bot_check = ASKED;
	flow->data.wait_since = rq->now_ms;
	flow->state = FLOW_WAITING;
	return OK;
}

/* ---- the verdict comes ---- */

bool
flow_waits_for_bot_check(const struct flow *flow)
{
	return flow->state == FLOW_WAITING && is_state(flow, ASKED);
}

/* At most once a minute: robots shall not fill the audit log. */
static enum err
record_check(struct tx *tx, const struct flow *flow, const char *reason, bool is_allowed)
{
	bool may_report = false;
	int64_t count = 0;

	TRY(throttle_may_report(tx, flow->row.project_id, PURPOSE, &may_report, &count));
	if (!may_report)
		return OK;
	return record(tx, &(struct record){
			      .event = EV_BOT_CHECK_FAILED,
			      .org_id = flow->row.org_id,
			      .project_id = flow->row.project_id,
			      .target_id = flow->row.id,
			      .target_label = flow_kind_name(flow->kind),
			      .changes = "{}",
			      .data = arena_printf(tx->arena, "{\"reason\":\"%s\",\"allowed\":%s}", reason,
						   is_allowed ? "true" : "false"),
			  });
}

static enum err
take_verdict(struct tx *tx, struct flow *flow, const char *verdict)
{
	bool is_allowed = strcmp(verdict, "allow") == 0;
	bool is_denied = strcmp(verdict, "deny") == 0;

	if (!is_allowed) {
		bool passes = !is_denied && flow->settings.bot_check.fail_open;

		TRY(record_check(tx, flow, is_denied ? "denied" : "unavailable", passes));
		is_allowed = passes;
	}
	flow->data.bot_check = is_allowed ? FLOW_BOT_CHECK_PASSED : is_denied ? FAILED : UNAVAILABLE;
	flow->data.error_code = is_allowed  ? NULL
				: is_denied ? error_info(ERR_BOT_CHECK_FAILED)->code
					    : error_info(ERR_BOT_CHECK_UNAVAILABLE)->code;
	flow->data.wait_job = NULL;
	return flow_advance(tx, flow, FLOW_CHECK_OVER);
}

static enum err
pick_up(const struct request *rq, struct tx *tx, struct flow *flow)
{
	struct json answer;
	const char *verdict = NULL;
	enum err e = job_answer_read(tx, flow->row.project_id, flow->data.wait_job, &answer);

	if (e == ERR_NO_ROW && rq->now_ms < flow->data.wait_since + FLOW_WAIT_MAX_MS)
		return OK;
	if (e != OK && e != ERR_NO_ROW)
		return e;
	if (e == OK) {
		TRY(job_answer_drop(tx, flow->row.project_id, flow->data.wait_job));
		verdict = json_text(&answer, "verdict");
	}
	TRY(flow_guard(tx, flow));
	return take_verdict(tx, flow, verdict != NULL ? verdict : "unavailable");
}

enum verdict
flow_look_for_bot_check(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const struct flow waiting = *flow;
	enum err e = pick_up(rq, tx, flow);

	if (e == ERR_FLOW_STATE_CONFLICT)
		return flow_show_current(rq, tx, &waiting);
	return e == OK ? flow_reply(rq, 200, flow) : fail_err(rq, e);
}

/* ---- an action asks ---- */

/* Where the action stands in the project's list of places; BOT_PLACE_COUNT: nowhere. */
static enum bot_check_place
place_of(const struct flow *flow, enum flow_action action)
{
	switch (action) {
	case FLOW_DO_PASSWORD:
	case FLOW_DO_PASSKEY:
		return BOT_SIGN_IN;
	case FLOW_DO_SOCIAL:
		return flow->kind == FLOW_SIGN_UP ? BOT_SIGN_UP : BOT_SIGN_IN;
	case FLOW_DO_SIGN_UP:
	case FLOW_DO_ANONYMOUS:
		return BOT_SIGN_UP;
	case FLOW_DO_RECOVER:
		return BOT_RECOVER;
	case FLOW_DO_SEND_CODE:
	case FLOW_DO_SEND_LINK:
		return BOT_SEND;
	default:
		return BOT_PLACE_COUNT;
	}
}

enum err
flow_ask_bot_check(const struct request *rq, const struct flow *flow, enum flow_action action)
{
	enum bot_check_place place = place_of(flow, action);
	/* A second factor is asked of who has proven the first. */
	bool is_first = flow->state != FLOW_SECOND_FACTOR && flow->state != FLOW_ENROLL_FACTOR;

	if (!is_first || !is_on(flow) || place == BOT_PLACE_COUNT || (flow->settings.bot_check.places & (1u << place)) == 0 ||
	    is_state(flow, FLOW_BOT_CHECK_PASSED))
		return OK;
	if (!is_state(flow, UNAVAILABLE)) {
		request_reason(rq, flow->data.bot_check == NULL ? "no bot check token came" : "the bot check failed");
		return ERR_BOT_CHECK_FAILED;
	}
	reply_retry_after(rq, RETRY_AFTER_MS);
	return ERR_BOT_CHECK_UNAVAILABLE;
}
