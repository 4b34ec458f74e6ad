/*
 * The action sign_up: an account that waits for the proof of its address, or is made at once
 * (users.md rules 7 and 8, tenancy rules 1 and 2).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/invitations.h"
#include "domain/users.h"
#include "lib/identifiers.h"
#include "lib/sign_in_methods.h"
#include "lib/text.h"

static bool
is_console(const struct tx *tx, const struct flow *flow)
{
	return strcmp(flow->row.project_id, tx->console_id) == 0;
}

static struct user_make
make_of(const struct flow *flow, const char *password_phc, bool email_verified)
{
	return (struct user_make){
		.project_id = flow->row.project_id,
		.org_id = flow->row.org_id,
		.email = flow->data.email_key != NULL ? flow->data.email : NULL,
		.email_key = flow->data.email_key,
		.phone = flow->data.phone,
		.phone_verified = flow->data.phone != NULL,
		.username = flow->data.username,
		.name = flow->data.name != NULL ? flow->data.name : "",
		.password_phc = password_phc,
		.locale = flow->data.locale,
		.email_verified = email_verified,
		.is_anonymous =
		    flow->data.email_key == NULL && flow->data.phone == NULL && flow->data.username == NULL,
		.acts = true,
	};
}

static enum err
make_one(struct tx *tx, const struct flow *flow, const struct user_make *make, const char **ret_user_id)
{
	const char *org_id;

	if (flow->kind == FLOW_UPGRADE) {
		*ret_user_id = flow->row.user_id;
		return user_upgrade(tx, flow->row.user_id, make);
	}
	/* Who comes by an invitation joins its organization and gets none of their own. */
	if (is_console(tx, flow) && flow->data.invitation == NULL)
		return user_sign_up(tx, make, NULL, "sign_up", ret_user_id, &org_id);
	return user_make(tx, make, ret_user_id);
}

/* What they will sign in with: of a code or link, what proved the address. */
static void
count_sign_up(struct tx *tx, const struct flow *flow, const struct user_make *make)
{
	const char *method = flow->data.auth_strength;

	if (flow->kind == FLOW_UPGRADE)
		return;
	if (flow->data.identity_provider != NULL)
		method = flow->data.identity_provider;
	else if (make->password_phc != NULL)
		method = "password";
	else if (make->is_anonymous)
		method = "anonymous";
	tx_count(tx, &(struct stat_count){
			 .stat = STAT_SIGN_UPS, .project_id = make->project_id, .values = { method } });
}

enum err
flow_make_user(struct tx *tx, struct flow *flow, const char *password_phc, bool email_verified)
{
	struct user_make make = make_of(flow, password_phc, email_verified);
	const char *user_id;
	enum err e = make_one(tx, flow, &make, &user_id);

	/* Somebody took the username while the address was being proven: the account comes first. */
	if (e == ERR_USERNAME_TAKEN && email_verified) {
		make.username = NULL;
		e = make_one(tx, flow, &make, &user_id);
	}
	TRY(e);
	count_sign_up(tx, flow, &make);
	return flow_take_user(tx, flow, user_id);
}

/*
 * The invitation is judged before the address, so that a made-up one tells nothing about the
 * address.
 */
enum err
flow_sign_up_invited(struct tx *tx, struct flow *flow)
{
	struct invitation_accepted accepted;
	const char *invited_key;

	if (flow->settings.sign_up == SIGN_UP_CLOSED)
		return ERR_SIGN_UP_DISABLED;
	TRY(invitation_check(tx, flow->data.invitation, &invited_key));
	if (flow->data.email_key == NULL || strcmp(invited_key, flow->data.email_key) != 0)
		return ERR_INVITATION_EMAIL_MISMATCH;
	TRY(flow_make_user(tx, flow, flow->data.password_phc, true));
	return invitation_accept(tx, flow->data.invitation, flow->row.user_id, flow->data.email_key,
				 &accepted);
}

static enum err
sign_up_at_once(const struct request *rq, struct tx *tx, struct flow *flow)
{
	if (flow->data.invitation != NULL)
		TRY(flow_sign_up_invited(tx, flow));
	else if (flow->settings.sign_up != SIGN_UP_OPEN && flow->kind != FLOW_UPGRADE)
		return ERR_SIGN_UP_DISABLED;
	else
		TRY(flow_make_user(tx, flow, flow->data.password_phc, false));
	flow->data.password_phc = NULL;
	flow_note_factor(rq, flow, "password", "pwd");
	return flow_pass(rq, tx, flow);
}

static enum err
hold_sign_up(const struct request *rq, struct tx *tx, struct flow *flow)
{
	TRY(flow_send_proof(rq, tx, flow));
	return flow_advance(tx, flow, FLOW_SIGN_UP_HELD);
}

/* ---- what was sent, judged together ---- */

static bool
is_on(const struct flow *flow, enum sign_in_method method)
{
	return (flow_methods(&flow->settings, flow->row.auth_methods) & METHOD_BIT(method)) != 0;
}

static enum verdict
check_names(const struct request *rq, struct flow *flow, const struct flow_sign_up_input *in)
{
	bool needs_email = in->username == NULL || flow->settings.require_email_verification;

	if (in->username != NULL && !is_on(flow, METHOD_USERNAME))
		return fail_err(rq, ERR_METHOD_DISABLED);
	if (in->email == NULL && needs_email)
		return fail_field(rq, "email", "required", "It is missing.");
	if (in->email != NULL && !email_key(rq->arena, in->email, &flow->data.email_key))
		return fail_field(rq, "email", "email", "This isn't an e-mail address.");
	if (in->username != NULL && !username_key(rq->arena, in->username, &flow->data.username))
		return fail_field(rq, "username", "pattern",
				  "A username has 3 to 32 letters, digits, - and _, and begins with a letter.");
	return go_on(rq);
}

/* Without a password the account is known by its mailbox, so that has to be a way in. */
static enum verdict
check_password(const struct request *rq, const struct flow *flow, const struct flow_sign_up_input *in)
{
	bool by_mail = is_on(flow, METHOD_MAGIC_LINK) || is_on(flow, METHOD_EMAIL_OTP);

	if (in->password != NULL && !is_on(flow, METHOD_PASSWORD))
		return fail_err(rq, ERR_METHOD_DISABLED);
	if (in->password == NULL && (!by_mail || in->email == NULL || flow->data.invitation != NULL))
		return fail_field(rq, "password", "required", "It is missing.");
	return go_on(rq);
}

enum verdict
flow_sign_up_before(const struct request *rq, struct tx *tx)
{
	const struct flow_sign_up_input *in = rq->input;
	struct flow_new_password *new_password = rq->scratch;
	struct flow *flow = &new_password->flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_SIGN_UP, flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	/* A guest stays the person of the flow; whoever else was named before isn't meant. */
	if (flow->kind != FLOW_UPGRADE) {
		flow->kind = FLOW_SIGN_UP;
		flow->row.user_id = NULL;
		flow->row.user_email = NULL;
	}
	flow->data.email = in->email;
	flow->data.email_key = NULL;
	flow->data.phone = NULL;
	flow->data.username = NULL;
	flow->data.name = in->name;
	verdict = check_names(rq, flow, in);
	return verdict == VERDICT_GO_ON ? check_password(rq, flow, in) : verdict;
}

enum verdict
flow_sign_up_work(const struct request *rq)
{
	const struct flow_sign_up_input *in = rq->input;
	struct flow_new_password *new_password = rq->scratch;
	const struct flow *flow = &new_password->flow;

	if (in->password == NULL)
		return go_on(rq);
	if (in->username != NULL) {
		enum verdict verdict = password_judge(rq, &flow->settings, "password", in->password,
						      in->username, flow->row.project_name);
		if (verdict != VERDICT_GO_ON)
			return verdict;
	}
	return password_make(rq, &flow->settings, "password", in->password,
			     in->email != NULL ? in->email : in->username, flow->row.project_name,
			     &new_password->phc);
}

/* A username is seen by others anyway: that it is taken is said at once. */
static enum err
check_username(struct tx *tx, const struct flow *flow)
{
	struct user_row user;
	enum err e;

	if (flow->data.username == NULL)
		return OK;
	e = q_user_by_username(tx->db,
			       &(struct q_user_by_username){
				   .project_id = flow->row.project_id,
				   .username = flow->data.username,
			       },
			       &user);
	return e == OK ? ERR_USERNAME_TAKEN : e == ERR_NO_ROW ? OK : e;
}

/* An address is proven first unless the project doesn't ask, or an invitation has proven it. */
static bool
is_held(const struct flow *flow)
{
	return flow->data.invitation == NULL && flow->data.email_key != NULL &&
	       (flow->settings.require_email_verification || flow->data.password_phc == NULL);
}

enum verdict
flow_sign_up(const struct request *rq, struct tx *tx)
{
	const struct flow_new_password *new_password = rq->scratch;
	struct flow flow = new_password->flow;

	flow.data.password_phc = new_password->phc;
	enum err e = check_username(tx, &flow);
	if (e == OK)
		e = is_held(&flow) ? hold_sign_up(rq, tx, &flow) : sign_up_at_once(rq, tx, &flow);
	return flow_end(rq, tx, &flow, e);
}
