/*
 * The action anonymous: a guest, who may become a user with credentials later (users.md rules 8 and 27).
 */
#include "handlers/users/flow.h"

#include <string.h>

static enum err
make_guest(const struct request *rq, struct tx *tx, struct flow *flow)
{
	/* Whoever is signed in on the console works for an organization; a guest would be nobody's. */
	if (strcmp(flow->row.project_id, rq->console_id) == 0)
		return ERR_METHOD_DISABLED;
	if (flow->settings.sign_up != SIGN_UP_OPEN)
		return ERR_SIGN_UP_DISABLED;
	/* A login_hint names nobody. */
	flow->kind = FLOW_SIGN_IN;
	flow->data.email = NULL;
	flow->data.email_key = NULL;
	TRY(flow_make_user(tx, flow, NULL, false));
	flow_note_factor(rq, flow, "anonymous", "anonymous");
	return flow_pass(rq, tx, flow);
}

enum verdict
flow_anonymous(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_ANONYMOUS, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	return flow_end(rq, tx, &flow, make_guest(rq, tx, &flow));
}
