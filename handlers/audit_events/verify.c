/*
 * POST /api/v1/audit_events/verify (tenancy rule 39): is the chain what was sealed?
 */
#include "handlers/routes.h"

#include "domain/audit.h"
#include "fcgi/request.h"
#include "handlers/audit_events/chain.h"
#include "lib/encode.h"

/* What one request may take; gatehousectl has no such limit. */
#define VERIFY_ROWS_MAX 50000
/* The largest whole number that JSON carries exactly. */
#define SEQ_MAX INT64_C(9007199254740991)

struct audit_anchor_input {
	struct {
		bool seq, hash;
	} has;
	int64_t seq;
	const char *hash;
};

static const char *
check_hash(const char *value)
{
	struct arena *arena = arena_new(1024);
	struct bytes hash;
	bool is_hash = hex_decode(arena, value, &hash) && hash.len == AUDIT_HASH_SIZE;

	arena_free(arena);
	return is_hash ? NULL : "pattern";
}

static const struct field audit_anchor_input[] = {
	IN_INT(struct audit_anchor_input, seq, 1, SEQ_MAX, .flags = FIELD_REQUIRED),
	IN_STRING(struct audit_anchor_input, hash, .min = 64, .max = 64, .check = check_hash, .flags = FIELD_REQUIRED,
		  .description = "The hash that this seq had, in lower-case hex"),
	FIELDS_END,
};

struct audit_verify_input {
	struct {
		bool chain, from_seq, to_seq, anchor;
	} has;
	const char *chain;
	int64_t from_seq;
	int64_t to_seq;
	const struct audit_anchor_input *anchor;
};

static const struct field audit_verify_input[] = {
	IN_ENUM(struct audit_verify_input, chain, audit_chain_names, .description = "project when absent"),
	IN_INT(struct audit_verify_input, from_seq, 1, SEQ_MAX, .description = "1 when absent"),
	IN_INT(struct audit_verify_input, to_seq, 1, SEQ_MAX, .description = "The head when absent"),
	IN_OBJECT(struct audit_verify_input, anchor, audit_anchor_input, struct audit_anchor_input,
		  .description = "A hash that was kept: without one, a tail that was cut off isn't noticed"),
	FIELDS_END,
};

static const struct field audit_head_fields[] = {
	OUT_INT(struct audit_head, seq, .description = "0: nothing is sealed yet"),
	OUT_STRING(struct audit_head, hash),
	OUT_TIME(struct audit_head, sealed_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

struct audit_verdict_view {
	bool valid;
	int64_t checked;
	int64_t unsealed;
	int64_t first_bad_seq;
	const struct audit_head *head;
};

static const struct field audit_verdict_fields[] = {
	OUT_BOOL(struct audit_verdict_view, valid),
	OUT_INT(struct audit_verdict_view, checked, .description = "Rows whose hash was computed anew"),
	OUT_INT(struct audit_verdict_view, unsealed, .description = "Rows that wait for their seal; they aren't checked"),
	OUT_INT(struct audit_verdict_view, first_bad_seq, .flags = FIELD_NULLABLE),
	OUT_OBJECT(struct audit_verdict_view, head, audit_head_fields),
	FIELDS_END,
};

/* VERDICT_GO_ON with the range filled in, when the chain has it and it isn't too long. */
static enum verdict
choose_range(const struct request *rq, const struct audit_head *head, struct audit_check *check)
{
	const struct audit_verify_input *in = rq->input;

	check->from_seq = in->has.from_seq ? in->from_seq : 1;
	check->to_seq = in->has.to_seq ? in->to_seq : head->seq;
	if (check->to_seq > head->seq)
		return fail_field(rq, "to_seq", "range", "The chain ends at %lld.", (long long)head->seq);
	if (check->from_seq > check->to_seq + 1)
		return fail_field(rq, "from_seq", "range", "The range ends at %lld.", (long long)check->to_seq);
	if (check->to_seq - check->from_seq >= VERIFY_ROWS_MAX)
		return fail_field(rq, "to_seq", "range",
				  "At most %d rows at once: verify the chain piece by piece.", VERIFY_ROWS_MAX);
	return go_on(rq);
}

static enum err
record_verify(const struct request *rq, struct tx *tx, const char *chain_id, const struct audit_verdict *verdict)
{
	struct record r = request_record(rq, EV_AUDIT_VERIFIED, chain_id, "");
	struct buffer changes = buffer_new(rq->arena);

	buffer_text(&changes, "{\"valid\":[null,");
	buffer_json_bool(&changes, verdict->valid);
	buffer_text(&changes, "],\"first_bad_seq\":[null,");
	buffer_json_int(&changes, verdict->first_bad_seq);
	buffer_text(&changes, "]}");
	r.changes = buffer_string(&changes);
	r.data = arena_printf(rq->arena, "{\"chain\":\"%s\",\"valid\":%s}", chain_id,
			      verdict->valid ? "true" : "false");
	return record(tx, &r);
}

static enum verdict
audit_event_verify(const struct request *rq, struct tx *tx)
{
	const struct audit_verify_input *in = rq->input;
	struct audit_check check = { .to_seq = NONE };
	struct audit_anchor anchor;
	struct audit_verdict verdict;
	struct audit_head head;
	enum err e = audit_choose_chain(rq, in->chain, &check.chain_id);

	if (e == OK)
		e = audit_head_get(tx, check.chain_id, &head);
	if (e != OK)
		return fail_err(rq, e);
	if (choose_range(rq, &head, &check) != VERDICT_GO_ON)
		return VERDICT_FAIL;
	if (in->has.anchor && hex_decode(rq->arena, in->anchor->hash, &anchor.hash)) {
		anchor.seq = in->anchor->seq;
		check.anchor = &anchor;
	}
	e = audit_verify(tx, &check, &verdict);
	if (e == OK)
		e = record_verify(rq, tx, check.chain_id, &verdict);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, audit_verdict_fields,
		     &(struct audit_verdict_view){
			 .valid = verdict.valid,
			 .checked = verdict.checked,
			 .unsealed = verdict.unsealed,
			 .first_bad_seq = verdict.first_bad_seq,
			 .head = &verdict.head,
		     });
}

const struct route audit_verify_routes[] = {
	{
	    .id = "audit_event_verify",
	    .method = POST,
	    .path = "/api/v1/audit_events/verify",
	    .summary = "Verify a chain of audit events",
	    .description = "Computes every hash anew. A changed, removed or inserted row is found; a tail that was cut off by an anchor.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_AUDIT_EXPORT,
	    .tx = TX_WRITE,
	    .flags = ROUTE_PERMISSION_ASKED,
	    .rate = RATE_AUDIT_EXPORT,
	    INPUT(struct audit_verify_input, audit_verify_input),
	    .output = audit_verdict_fields,
	    .handler = audit_event_verify,
	},
	ROUTES_END,
};
