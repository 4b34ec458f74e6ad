/*
 * /api/v1/invitations (tenancy.md 4.2, rules 5 and 9 to 13): invitations by e-mail.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/invitations.h"
#include "domain/mail.h"
#include "domain/members.h"
#include "fcgi/request.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

static const char *const KINDS[] = { "email", NULL };
static const char *const STATUSES[] = { "pending", "accepted", "used_up", "expired", "revoked", NULL };

#define EXPIRES_DEFAULT_MS (7 * DAY_MS)
#define EXPIRES_MIN_MS HOUR_MS
#define EXPIRES_MAX_MS (30 * DAY_MS)

static const struct field invitation_fields[] = {
	OUT_ID(struct invitation_row, id, ID_INVITATION),
	OUT_ENUM(struct invitation_row, kind, KINDS, .flags = FIELD_NO_DIFF),
	OUT_STRING(struct invitation_row, email, .flags = FIELD_NULLABLE),
	OUT_ENUM(struct invitation_row, role, org_role_names),
	OUT_INT(struct invitation_row, max_uses, .flags = FIELD_NO_DIFF),
	OUT_INT(struct invitation_row, uses, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct invitation_row, expires_at),
	OUT_ENUM(struct invitation_row, status, STATUSES),
	OUT_ID(struct invitation_row, invited_by, ID_USER, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct invitation_row, created_at, .flags = FIELD_NO_DIFF),
	OUT_STRING(struct invitation_row, secret, .flags = FIELD_OPTIONAL | FIELD_SECRET | FIELD_NO_DIFF,
		   .description = "Shown once, when it is made or sent again"),
	OUT_STRING(struct invitation_row, url, .flags = FIELD_OPTIONAL | FIELD_SECRET | FIELD_NO_DIFF,
		   .description = "The link of the mail, shown with the secret"),
	FIELDS_END,
};

static const char *
status_of(const struct request *rq, const struct invitation_row *row)
{
	if (row->revoked_at != NONE)
		return "revoked";
	if (row->uses >= row->max_uses)
		return strcmp(row->kind, "email") == 0 ? "accepted" : "used_up";
	return row->expires_at <= rq->now_ms ? "expired" : "pending";
}

static enum err
get_invitation(const struct request *rq, struct tx *tx, const char *id, struct invitation_row *ret)
{
	TRY(q_invitation_get(tx->db, &(struct q_invitation_get){ .org_id = rq->org.id, .id = id }, ret));
	ret->status = status_of(rq, ret);
	return OK;
}

static enum err
record_invitation(const struct request *rq, struct tx *tx, enum event event, const struct invitation_row *before,
		  const struct invitation_row *after)
{
	struct record r = request_record(rq, event, after->id, after->email);

	r.fields = invitation_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

/* Sends the mail and puts what is shown once into the row. */
static enum err
send_invitation(const struct request *rq, struct tx *tx, struct invitation_row *row, const struct secret *secret)
{
	char *url = arena_printf(rq->arena, "%s/invite#%s", rq->config->public_url, secret->text);
	enum err e;

	arena_wipe_later(rq->arena, url, strlen(url));
	row->secret = secret->text;
	row->url = url;
	e = mail_queue(tx, &(struct mail){
			       .template = MAIL_INVITATION,
			       .project_id = rq->console_id,
			       .recipient = row->email,
			       .url = url,
			       .organization_name = rq->org.name,
			       .inviter_name = rq->user.name[0] != '\0' ? rq->user.name : rq->user.email,
			       .expires_at = row->expires_at,
			   });
	/* A recipient who had many mails gets none; the inviter still has the link. */
	return e == ERR_RATE_LIMITED ? OK : e;
}

/* ---- GET /invitations ---- */

struct invitation_list_input {
	struct {
		bool status, kind;
	} has;
	const char *status;
	const char *kind;
};

static const struct field invitation_list_input[] = {
	IN_ENUM(struct invitation_list_input, status, STATUSES, .in = IN_QUERY),
	IN_ENUM(struct invitation_list_input, kind, KINDS, .in = IN_QUERY),
	FIELDS_END,
};

static enum verdict
invitation_list(const struct request *rq, struct tx *tx)
{
	const struct invitation_list_input *in = rq->input;
	struct q_invitation_count_row count_row = { .total = NONE };
	struct invitation_row *rows;
	size_t count;
	enum err e = q_invitation_list(tx->db,
				       &(struct q_invitation_list){
					   .org_id = rq->org.id,
					   .status = in->status,
					   .kind = in->kind,
					   .after_id = rq->page.after_id,
					   .limit = rq->page.limit + 1,
				       },
				       &rows, &count);

	if (e == OK && rq->page.include_total)
		e = q_invitation_count(
		    tx->db,
		    &(struct q_invitation_count){ .org_id = rq->org.id, .status = in->status, .kind = in->kind },
		    &count_row);
	if (e != OK)
		return fail_err(rq, e);
	for (size_t i = 0; i < count; i++)
		rows[i].status = status_of(rq, &rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = invitation_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct invitation_row, id),
				  .total = count_row.total,
			      });
}

/* ---- POST /invitations ---- */

struct invitation_create_input {
	struct {
		bool kind, email, role, expires_at;
	} has;
	const char *kind;
	const char *email;
	const char *role;
	int64_t expires_at;
};

static const struct field invitation_create_input[] = {
	IN_ENUM(struct invitation_create_input, kind, KINDS, .flags = FIELD_REQUIRED),
	IN_STRING(struct invitation_create_input, email, .flags = FIELD_REQUIRED, .min = 3, .max = 254),
	IN_ENUM(struct invitation_create_input, role, org_role_names, .flags = FIELD_REQUIRED),
	IN_TIME(struct invitation_create_input, expires_at, .description = "1 hour to 30 days from now; 7 days when absent"),
	FIELDS_END,
};

/* VERDICT_GO_ON and the time, or what is wrong with it. */
static enum verdict
choose_expiry(const struct request *rq, bool is_given, int64_t given, int64_t *ret_expires_at)
{
	int64_t from_now = given - rq->now_ms;

	*ret_expires_at = is_given ? given : rq->now_ms + EXPIRES_DEFAULT_MS;
	if (is_given && (from_now < EXPIRES_MIN_MS || from_now > EXPIRES_MAX_MS))
		return fail_field(rq, "expires_at", "range", "An invitation lives from 1 hour to 30 days.");
	return go_on(rq);
}

static enum err
insert_invitation(const struct request *rq, struct tx *tx, const char *key, int64_t expires_at,
		  const struct secret *secret, const char **ret_id)
{
	const struct invitation_create_input *in = rq->input;
	struct bytes key_bytes = { (const uint8_t *)key, strlen(key) };
	enum err e;

	TRY(tx_make_id(tx, ID_INVITATION, ret_id));
	TRY(q_invitation_close_expired(
	    tx->db, &(struct q_invitation_close_expired){ .org_id = rq->org.id, .email_key = key_bytes }, NULL));
	e = q_invitation_insert(tx->db,
				&(struct q_invitation_insert){
				    .org_id = rq->org.id,
				    .id = *ret_id,
				    .email = in->email,
				    .email_key = key_bytes,
				    .role = in->role,
				    .secret_digest = { secret->digest, sizeof(secret->digest) },
				    .expires_at = expires_at,
				    .invited_by = rq->user.id,
				},
				NULL);
	return db_on_duplicate(tx->db, e, DUP_INVITATIONS_UQ_ORG_ID_PENDING_EMAIL_KEY, ERR_INVITATION_PENDING);
}

/* Rule 13: whether the address has an account shows nowhere; only a member of this organization is told. */
static enum err
refuse_member(const struct request *rq, struct tx *tx, const char *key)
{
	struct q_member_has_email_row found;

	TRY(q_member_has_email(tx->db,
			       &(struct q_member_has_email){
				   .org_id = rq->org.id,
				   .email_key = { (const uint8_t *)key, strlen(key) },
			       },
			       &found));
	return found.total > 0 ? ERR_ALREADY_MEMBER : OK;
}

static enum err
create_invitation(const struct request *rq, struct tx *tx, const char *key, int64_t expires_at,
		  struct invitation_row *ret)
{
	const struct invitation_create_input *in = rq->input;
	struct secret secret;
	const char *id;

	TRY(request_guard(rq, tx));
	if (role_parse(in->role) > rq->org.role)
		return ERR_ROLE_TOO_HIGH;
	TRY(refuse_member(rq, tx, key));
	TRY(secret_make(rq->arena, SECRET_INVITATION, &secret));
	TRY(insert_invitation(rq, tx, key, expires_at, &secret, &id));
	TRY(get_invitation(rq, tx, id, ret));
	TRY(record_invitation(rq, tx, EV_INVITATION_CREATED, NULL, ret));
	return send_invitation(rq, tx, ret, &secret);
}

static enum verdict
invitation_create(const struct request *rq, struct tx *tx)
{
	const struct invitation_create_input *in = rq->input;
	struct invitation_row row;
	const char *key;
	int64_t expires_at;
	enum verdict bad = choose_expiry(rq, in->has.expires_at, in->expires_at, &expires_at);
	enum err e;

	if (bad != VERDICT_GO_ON)
		return bad;
	if (!email_key(rq->arena, in->email, &key))
		return fail_field(rq, "email", "email", "This isn't an e-mail address.");
	e = create_invitation(rq, tx, key, expires_at, &row);
	return e == OK ? reply(rq, 201, invitation_fields, &row) : fail_err(rq, e);
}

/* ---- POST /invitations/{id}/resend ---- */

struct invitation_resend_input {
	struct {
		bool id, role, expires_at;
	} has;
	const char *id;
	const char *role;
	int64_t expires_at;
};

static const struct field invitation_resend_input[] = {
	IN_ID(struct invitation_resend_input, id, ID_INVITATION, .in = IN_PATH),
	IN_ENUM(struct invitation_resend_input, role, org_role_names),
	IN_TIME(struct invitation_resend_input, expires_at),
	FIELDS_END,
};

static enum err
renew(const struct request *rq, struct tx *tx, int64_t expires_at, struct invitation_row *ret)
{
	const struct invitation_resend_input *in = rq->input;
	struct invitation_row before;
	struct secret secret;
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(get_invitation(rq, tx, in->id, &before));
	if (role_parse(before.role) > rq->org.role || (in->has.role && role_parse(in->role) > rq->org.role))
		return ERR_ROLE_TOO_HIGH;
	TRY(secret_make(rq->arena, SECRET_INVITATION, &secret));
	TRY(q_invitation_renew(tx->db,
			       &(struct q_invitation_renew){
				   .org_id = rq->org.id,
				   .id = in->id,
				   .secret_digest = { secret.digest, sizeof(secret.digest) },
				   .expires_at = expires_at,
				   .role = in->has.role ? in->role : before.role,
			       },
			       &matched));
	if (matched == 0)
		return ERR_INVITATION_NOT_PENDING;
	TRY(get_invitation(rq, tx, in->id, ret));
	TRY(record_invitation(rq, tx, EV_INVITATION_RESENT, &before, ret));
	return send_invitation(rq, tx, ret, &secret);
}

static enum verdict
invitation_resend(const struct request *rq, struct tx *tx)
{
	const struct invitation_resend_input *in = rq->input;
	struct invitation_row row;
	int64_t expires_at;
	enum verdict bad = choose_expiry(rq, in->has.expires_at, in->expires_at, &expires_at);
	enum err e;

	if (bad != VERDICT_GO_ON)
		return bad;
	e = renew(rq, tx, expires_at, &row);
	return e == OK ? reply(rq, 200, invitation_fields, &row) : fail_err(rq, e);
}

/* ---- DELETE /invitations/{id} ---- */

struct invitation_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field invitation_path[] = {
	IN_ID(struct invitation_path, id, ID_INVITATION, .in = IN_PATH),
	FIELDS_END,
};

static enum err
revoke(const struct request *rq, struct tx *tx)
{
	const struct invitation_path *in = rq->input;
	struct invitation_row before, after;
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(get_invitation(rq, tx, in->id, &before));
	TRY(q_invitation_revoke(
	    tx->db, &(struct q_invitation_revoke){ .org_id = rq->org.id, .id = in->id }, &matched));
	if (matched == 0)
		return ERR_INVITATION_NOT_PENDING;
	TRY(get_invitation(rq, tx, in->id, &after));
	return record_invitation(rq, tx, EV_INVITATION_REVOKED, &before, &after);
}

static enum verdict
invitation_revoke(const struct request *rq, struct tx *tx)
{
	enum err e = revoke(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

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
	OUT_ENUM(struct invitation_view, status, STATUSES),
	FIELDS_END,
};

static enum verdict
invitation_lookup(const struct request *rq, struct tx *tx)
{
	const struct invitation_secret_input *in = rq->input;
	struct q_invitation_by_secret_row row;
	struct invitation_org org;
	enum err e = invitation_find(tx, in->secret, &row);

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
			 .status = status_of(rq, &(struct invitation_row){
						     .kind = row.kind,
						     .uses = row.uses,
						     .max_uses = row.max_uses,
						     .revoked_at = row.revoked_at,
						     .expires_at = row.expires_at,
						 }),
		     });
}

/* ---- POST /invitations/accept ---- */

static enum verdict
invitation_use(const struct request *rq, struct tx *tx)
{
	const struct invitation_secret_input *in = rq->input;
	struct invitation_accepted accepted;
	struct member_row row;
	const char *key = NULL;
	enum err e;

	if (!rq->user.email_verified || rq->user.email == NULL || !email_key(rq->arena, rq->user.email, &key))
		key = NULL;
	e = invitation_accept(tx, in->secret, rq->user.id, key, &accepted);
	if (e == OK)
		e = q_member_get(
		    tx->db, &(struct q_member_get){ .org_id = accepted.org_id, .id = accepted.member_id }, &row);
	return e == OK ? reply(rq, 201, member_fields, &row) : fail_err(rq, e);
}

const struct route invitation_routes[] = {
	{
	    .id = "invitation_list",
	    .method = GET,
	    .path = "/api/v1/invitations",
	    .summary = "List invitations",
	    .auth = AUTH_SESSION | AUTH_PERSONAL_TOKEN,
	    .tenant = TENANT_ORG,
	    .permission = PERM_INVITATION_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    INPUT(struct invitation_list_input, invitation_list_input),
	    .output = invitation_fields,
	    .handler = invitation_list,
	},
	{
	    .id = "invitation_create",
	    .method = POST,
	    .path = "/api/v1/invitations",
	    .summary = "Invite somebody by e-mail",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_INVITATION_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SHOWS_SECRET,
	    .rate = RATE_INVITATION_SEND,
	    .status = 201,
	    INPUT(struct invitation_create_input, invitation_create_input),
	    .output = invitation_fields,
	    .errors = { ERR_ALREADY_MEMBER, ERR_INVITATION_PENDING, ERR_ROLE_TOO_HIGH, ERR_PLAN_LIMIT_REACHED },
	    .handler = invitation_create,
	},
	{
	    .id = "invitation_resend",
	    .method = POST,
	    .path = "/api/v1/invitations/{id}/resend",
	    .summary = "Send an invitation again",
	    .description = "With a new secret; the old one dies.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_INVITATION_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SHOWS_SECRET,
	    .rate = RATE_INVITATION_SEND,
	    INPUT(struct invitation_resend_input, invitation_resend_input),
	    .output = invitation_fields,
	    .errors = { ERR_INVITATION_NOT_PENDING, ERR_ROLE_TOO_HIGH },
	    .handler = invitation_resend,
	},
	{
	    .id = "invitation_revoke",
	    .method = DELETE,
	    .path = "/api/v1/invitations/{id}",
	    .summary = "Withdraw an invitation",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_INVITATION_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct invitation_path, invitation_path),
	    .errors = { ERR_INVITATION_NOT_PENDING },
	    .handler = invitation_revoke,
	},
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
	ROUTES_END,
};
