/*
 * The side of whoever is invited (tenancy.md 4.2, rules 10 to 12): look an invitation up, accept or decline it, join by a code.
 */
#include "handlers/routes.h"

#include "domain/caps.h"
#include "domain/invitations.h"
#include "domain/members.h"
#include "fcgi/request.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

/* ---- POST /invitations/lookup ---- */

struct invitation_secret_input {
	struct {
		bool secret;
	} has;
	const char *secret;
};

static const struct field invitation_secret_input[] = {
	IN_STRING(struct invitation_secret_input, secret, .flags = FIELD_REQUIRED | FIELD_SECRET, .min = 1, .max = 200),
	FIELDS_END,
};

struct invitation_org {
	const char *name;
	const char *slug;
	const char *logo_url;
};

static const struct field invitation_org_fields[] = {
	OUT_STRING(struct invitation_org, name),
	OUT_STRING(struct invitation_org, slug),
	OUT_STRING(struct invitation_org, logo_url, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

struct invitation_view {
	const struct invitation_org *org;
	const char *inviter_name;
	const char *email_hint;
	const char *role;
	int64_t expires_at;
	const char *status;
};

static const struct field invitation_view_fields[] = {
	OUT_OBJECT(struct invitation_view, org, invitation_org_fields),
	OUT_STRING(struct invitation_view, inviter_name),
	OUT_STRING(struct invitation_view, email_hint, .flags = FIELD_NULLABLE),
	OUT_ENUM(struct invitation_view, role, org_role_names),
	OUT_TIME(struct invitation_view, expires_at),
	OUT_ENUM(struct invitation_view, status, invitation_statuses),
	FIELDS_END,
};

static enum verdict
invitation_lookup(const struct request *rq, struct tx *tx)
{
	const struct invitation_secret_input *in = rq->input;
	struct q_invitation_by_secret_row row;
	struct invitation_org org;
	enum err e = invitation_find(tx, in->secret, &row);

	if (e == ERR_NOT_FOUND)
		e = invitation_find_code(tx, in->secret, &row);
	if (e != OK)
		return fail_err(rq, e);
	org = (struct invitation_org){ row.org_name, row.org_slug, row.org_logo_url };
	return reply(rq, 200, invitation_view_fields,
		     &(struct invitation_view){
			 .org = &org,
			 .inviter_name = row.inviter_name == NULL ? "" : row.inviter_name,
			 .email_hint = row.email == NULL ? NULL : email_mask(rq->arena, row.email),
			 .role = row.role,
			 .expires_at = row.expires_at,
			 .status = invitation_status(
			     &(struct invitation_state){ row.kind, row.uses, row.max_uses, row.revoked_at,
							 row.expires_at },
			     rq->now_ms),
		     });
}

/* ---- POST /invitations/accept ---- */

static enum verdict
reply_member(const struct request *rq, struct tx *tx, const struct invitation_accepted *accepted)
{
	struct member_row row;
	enum err e = q_member_get(
	    tx->db, &(struct q_member_get){ .org_id = accepted->org_id, .id = accepted->member_id }, &row);

	return e == OK ? reply(rq, 201, member_fields, &row) : fail_err(rq, e);
}

static enum verdict
fail_use(const struct request *rq, enum err e, const struct invitation_accepted *accepted)
{
	if (e != ERR_PLAN_LIMIT_REACHED)
		return fail_err(rq, e);
	return fail_details(rq, e, cap_details(rq->arena, &accepted->cap), "%s", cap_message(rq->arena, &accepted->cap));
}

static enum verdict
invitation_use(const struct request *rq, struct tx *tx)
{
	const struct invitation_secret_input *in = rq->input;
	struct invitation_accepted accepted;
	const char *key = NULL;
	enum err e;

	if (!rq->user.email_verified || rq->user.email == NULL || !email_key(rq->arena, rq->user.email, &key))
		key = NULL;
	e = invitation_accept(tx, in->secret, rq->user.id, key, &accepted);
	return e == OK ? reply_member(rq, tx, &accepted) : fail_use(rq, e, &accepted);
}

/* ---- POST /invitations/decline ---- */

static enum verdict
invitation_refuse(const struct request *rq, struct tx *tx)
{
	const struct invitation_secret_input *in = rq->input;
	enum err e = invitation_decline(tx, in->secret);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- POST /orgs/join ---- */

struct org_join_input {
	struct {
		bool code;
	} has;
	const char *code;
};

static const struct field org_join_input[] = {
	IN_STRING(struct org_join_input, code, .flags = FIELD_REQUIRED | FIELD_SECRET, .min = 1, .max = 200,
		  .description = "XXXX-XXXX-XXXX, in any letter case, with or without the hyphens"),
	FIELDS_END,
};

/* Who hasn't proved their address learns nothing about codes. */
static enum verdict
org_join(const struct request *rq, struct tx *tx)
{
	const struct org_join_input *in = rq->input;
	struct invitation_accepted accepted;
	enum err e = rq->user.email_verified ? OK : ERR_EMAIL_NOT_VERIFIED;

	if (e == OK)
		e = invitation_join(tx, in->code, rq->user.id, &accepted);
	return e == OK ? reply_member(rq, tx, &accepted) : fail_use(rq, e, &accepted);
}

const struct route invitation_use_routes[] = {
	{
	    .id = "invitation_lookup",
	    .method = POST,
	    .path = "/api/v1/invitations/lookup",
	    .summary = "Show what an invitation is for",
	    .auth = AUTH_PUBLIC,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_NO_IDEMPOTENCY,
	    .rate = RATE_INVITATION_USE,
	    INPUT(struct invitation_secret_input, invitation_secret_input),
	    .output = invitation_view_fields,
	    .handler = invitation_lookup,
	},
	{
	    .id = "invitation_accept",
	    .method = POST,
	    .path = "/api/v1/invitations/accept",
	    .summary = "Accept an invitation",
	    .description = "The person's verified e-mail address must be the invited one.",
	    .auth = AUTH_SESSION,
	    .tx = TX_WRITE,
	    .rate = RATE_INVITATION_USE,
	    .status = 201,
	    INPUT(struct invitation_secret_input, invitation_secret_input),
	    .output = member_fields,
	    .errors = { ERR_ALREADY_MEMBER, ERR_INVITATION_EXPIRED, ERR_INVITATION_REVOKED, ERR_INVITATION_USED,
			ERR_INVITATION_EMAIL_MISMATCH, ERR_PLAN_LIMIT_REACHED },
	    .handler = invitation_use,
	},
	{
	    .id = "invitation_decline",
	    .method = POST,
	    .path = "/api/v1/invitations/decline",
	    .summary = "Decline an invitation",
	    .description = "Whoever holds the mailed link may; it stops working for good.",
	    .auth = AUTH_SESSION,
	    .tx = TX_WRITE,
	    .rate = RATE_INVITATION_USE,
	    INPUT(struct invitation_secret_input, invitation_secret_input),
	    .errors = { ERR_INVITATION_EXPIRED, ERR_INVITATION_REVOKED, ERR_INVITATION_USED },
	    .handler = invitation_refuse,
	},
	{
	    .id = "org_join",
	    .method = POST,
	    .path = "/api/v1/orgs/join",
	    .summary = "Join an organization by a code",
	    .description = "The person's e-mail address must be verified.",
	    .auth = AUTH_SESSION,
	    .tx = TX_WRITE,
	    .rate = RATE_INVITATION_USE,
	    .status = 201,
	    INPUT(struct org_join_input, org_join_input),
	    .output = member_fields,
	    .errors = { ERR_ALREADY_MEMBER, ERR_INVITATION_EXPIRED, ERR_INVITATION_REVOKED, ERR_INVITATION_USED,
			ERR_EMAIL_NOT_VERIFIED, ERR_PLAN_LIMIT_REACHED },
	    .handler = org_join,
	},
	ROUTES_END,
};
