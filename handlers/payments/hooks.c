/*
 * POST /hooks/{con_…}: a payment provider tells what became of a payment (licensing.md rules 27 to 30, automation.md rules 32 and 34). The
 * signature is judged before anything is read out of the body.
 */
#include <string.h>

#include "domain/connections.h"
#include "domain/payment_notices.h"
#include "fcgi/request.h"
#include "handlers/routes.h"
#include "lib/encode.h"
#include "sql/gen/schema_keys.h"

#define BODY_MAX ((size_t)1024 * 1024)
/* A repeat that comes later than this finds the payment moved already. */
#define KEPT_MS (30 * DAY_MS)

struct hook_input {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field hook_input[] = {
	IN_ID(struct hook_input, id, ID_CONNECTION, .in = IN_PATH),
	FIELDS_END,
};

struct hook_reply {
	bool received, duplicate;
};

static const struct field hook_fields[] = {
	OUT_BOOL(struct hook_reply, received),
	OUT_BOOL(struct hook_reply, duplicate, .description = "It had come before"),
	FIELDS_END,
};

struct hook {
	const struct request *rq;
	struct tx *tx;
	struct q_connection_of_hook_row row;
	struct bytes body, digest;
	struct payment_notice notice;
};

static bool
is_of_environment(const struct hook *hook, const struct json *event)
{
	const struct json *livemode = json_member(event, "livemode");
	bool is_live = livemode != NULL && livemode->type == JSON_BOOL && livemode->boolean;

	return is_live == (strcmp(hook->row.environment, "live") == 0);
}

/* ERR_NOT_FOUND: no secret to judge by, so that nobody can be believed. */
static enum err
read_stripe(struct hook *hook)
{
	const char *secret, *header = request_stripe_signature(hook->rq);
	struct json event;

	TRY(connection_open_inbound(hook->tx, hook->row.project_id, hook->row.id, hook->row.inbound_secret_sealed, &secret));
	if (secret == NULL)
		return ERR_NOT_FOUND;
	if (header == NULL || !stripe_signature_is_good(hook->rq->arena, header, hook->body, secret, hook->rq->now_ms))
		return ERR_BAD_SIGNATURE;
	TRY(json_parse(hook->rq->arena, (const char *)hook->body.data, hook->body.len, &event, NULL));
	if (event.type != JSON_OBJECT)
		return ERR_INVALID_JSON;
	if (is_of_environment(hook, &event))
		hook->notice = stripe_notice(hook->rq->arena, &event);
	return OK;
}

/* Midtrans's signature stands in the body. */
static enum err
read_midtrans(struct hook *hook)
{
	struct json notice;
	const char *key;

	TRY(connection_open(hook->tx, hook->row.project_id, hook->row.id, hook->row.secret_sealed, &key));
	if (key == NULL)
		return ERR_NOT_FOUND;
	if (json_parse(hook->rq->arena, (const char *)hook->body.data, hook->body.len, &notice, NULL) != OK || notice.type != JSON_OBJECT ||
	    !midtrans_signature_is_good(hook->rq->arena, &notice, key))
		return ERR_BAD_SIGNATURE;
	hook->notice = midtrans_notice(hook->rq->arena, &notice);
	return OK;
}

/* Ten copies at once meet here: one goes on, the others wait for it and are repeats. */
static enum err
take(struct hook *hook, bool *ret_is_duplicate)
{
	const struct q_connection_of_hook_row *row = &hook->row;
	const char *outcome, *payment_id;
	enum err e = q_payment_notification_insert(hook->tx->db,
						   &(struct q_payment_notification_insert){
						       .project_id = row->project_id,
						       .connection_id = row->id,
						       .body_digest = hook->digest,
						       .status = hook->notice.status,
						       .received_until = hook->rq->now_ms + KEPT_MS,
						   },
						   NULL);

	*ret_is_duplicate = e == ERR_DUPLICATE;
	if (e == ERR_DUPLICATE)
		return OK;
	TRY(e);
	TRY(payment_take_notice(hook->tx, row->org_id, row->project_id, row->provider, &hook->notice, &outcome, &payment_id));
	return q_payment_notification_outcome(hook->tx->db,
					      &(struct q_payment_notification_outcome){
						  .project_id = row->project_id,
						  .connection_id = row->id,
						  .body_digest = hook->digest,
						  .outcome = outcome,
						  .payment_id = payment_id,
					      },
					      NULL);
}

static enum verdict
hook_receive(const struct request *rq, struct tx *tx)
{
	const struct hook_input *in = rq->input;
	struct hook hook = { .rq = rq, .tx = tx, .body = request_body(rq) };
	bool is_duplicate;
	enum err e = q_connection_of_hook(tx->db, &(struct q_connection_of_hook){ .id = in->id }, &hook.row);

	if (e == OK)
		e = strcmp(hook.row.provider, PAYMENT_BY_STRIPE) == 0 ? read_stripe(&hook) : read_midtrans(&hook);
	if (e == OK) {
		hook.digest = sha256_bytes(rq->arena, hook.body.data, hook.body.len);
		e = take(&hook, &is_duplicate);
	}
	if (e == ERR_BAD_SIGNATURE)
		reply_challenge(rq, "Signature");
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, hook_fields, &(struct hook_reply){ .received = true, .duplicate = is_duplicate });
}

const struct route hook_routes[] = {
	{
	    .id = "hook_receive",
	    .method = POST,
	    .path = "/hooks/{id}",
	    .summary = "What a payment provider tells",
	    .description = "Signed by the provider: Stripe-Signature, or Midtrans's signature_key in the body.",
	    .auth = AUTH_PUBLIC,
	    .tx = TX_WRITE,
	    .flags = ROUTE_NO_IDEMPOTENCY | ROUTE_HOOK,
	    .body_bytes_max = BODY_MAX,
	    INPUT(struct hook_input, hook_input),
	    .output = hook_fields,
	    .errors = { ERR_BAD_SIGNATURE },
	    .handler = hook_receive,
	},
	ROUTES_END,
};
