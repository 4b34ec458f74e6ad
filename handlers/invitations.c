/*
 * /api/v1/invitations (tenancy.md 4.2, rules 5 and 9 to 13): what an organization does with its invitations, by e-mail or by code.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/caps.h"
#include "domain/invitations.h"
#include "domain/mail.h"
#include "domain/members.h"
#include "domain/redirects.h"
#include "fcgi/request.h"
#include "lib/invite_codes.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

static const char *const KINDS[] = { "email", "code", NULL };

#define CODE_USES_MAX 1000

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
	OUT_ENUM(struct invitation_row, status, invitation_statuses),
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
	return invitation_status(
	    &(struct invitation_state){ row->kind, row->uses, row->max_uses, row->revoked_at, row->expires_at },
	    rq->now_ms);
}

static bool
is_code(const struct invitation_row *row)
{
	return strcmp(row->kind, "code") == 0;
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
	struct record r = request_record(rq, event, after->id, after->email == NULL ? "" : after->email);

	r.fields = invitation_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

static enum err
make_secret(const struct request *rq, bool as_code, struct secret *ret)
{
	return as_code ? invite_code_make(rq->arena, ret) : secret_make(rq->arena, SECRET_INVITATION, ret);
}

/* To the console's page, or to one of the operator's own. */
static enum err
make_url(const struct request *rq, struct tx *tx, const char *page, const struct secret *secret, const char **ret_url)
{
	struct redirect_settings redirects;
	char *url;

	TRY(redirect_settings_read(tx, rq->console_id, &redirects));
	const char *own = redirect_own_page(&redirects, page);
	if (own != NULL)
		url = arena_printf(rq->arena, "%s#%s", own, secret->text);
	else
		url = arena_printf(rq->arena, "%s/%s#%s", rq->config->public_url, page, secret->text);
	arena_wipe_later(rq->arena, url, strlen(url));
	*ret_url = url;
	return OK;
}

/* Puts what is shown once into the row, and sends the mail that an address waits for. */
static enum err
hand_out(const struct request *rq, struct tx *tx, struct invitation_row *row, const struct secret *secret)
{
	const char *url;
	enum err e;

	TRY(make_url(rq, tx, is_code(row) ? "join" : "invite", secret, &url));
	row->secret = secret->text;
	row->url = url;
	if (is_code(row))
		return OK;
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

/* Rule 9: a mail takes up to the inviter's own role, a code, which anybody may pass on, a manager at most. */
static enum err
check_role(const struct request *rq, enum role role, bool as_code)
{
	return role > rq->org.role || (as_code && role > ROLE_MANAGER) ? ERR_ROLE_TOO_HIGH : OK;
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
	IN_ENUM(struct invitation_list_input, status, invitation_statuses, .in = IN_QUERY),
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
		bool kind, email, role, max_uses, expires_at;
	} has;
	const char *kind;
	const char *email;
	const char *role;
	int64_t max_uses;
	int64_t expires_at;
};

static const struct field invitation_create_input[] = {
	IN_ENUM(struct invitation_create_input, kind, KINDS, .flags = FIELD_REQUIRED),
	IN_STRING(struct invitation_create_input, email, .min = 3, .max = 254, .description = "Of kind email; required there"),
	IN_ENUM(struct invitation_create_input, role, org_role_names, .flags = FIELD_REQUIRED),
	IN_INT(struct invitation_create_input, max_uses, 1, CODE_USES_MAX,
	       .description = "How many people may join by the code; 1 when absent, and always by e-mail"),
	IN_TIME(struct invitation_create_input, expires_at, .description = "1 hour to 30 days from now; 7 days when absent"),
	FIELDS_END,
};

/* VERDICT_GO_ON and the address's key, which codes have none of. */
static enum verdict
check_kind(const struct request *rq, const struct invitation_create_input *in, const char **ret_key)
{
	bool as_code = strcmp(in->kind, "code") == 0;

	*ret_key = NULL;
	if (as_code && in->has.email)
		return fail_field(rq, "email", "email_only", "A code is for whoever has it, not for an address.");
	if (as_code)
		return go_on(rq);
	if (in->has.max_uses && in->max_uses != 1)
		return fail_field(rq, "max_uses", "code_only", "An invitation by e-mail is used once.");
	if (!in->has.email)
		return fail_field(rq, "email", "required", "Whom do you invite?");
	if (!email_key(rq->arena, in->email, ret_key))
		return fail_field(rq, "email", "email", "This isn't an e-mail address.");
	return go_on(rq);
}

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
	struct bytes key_bytes = { (const uint8_t *)key, key == NULL ? 0 : strlen(key) };
	enum err e;

	TRY(tx_make_id(tx, ID_INVITATION, ret_id));
	if (key != NULL)
		TRY(q_invitation_close_expired(
		    tx->db, &(struct q_invitation_close_expired){ .org_id = rq->org.id, .email_key = key_bytes },
		    NULL));
	e = q_invitation_insert(tx->db,
				&(struct q_invitation_insert){
				    .org_id = rq->org.id,
				    .id = *ret_id,
				    .kind = in->kind,
				    .email = in->email,
				    .email_key = key_bytes,
				    .role = in->role,
				    .secret_digest = { secret->digest, sizeof(secret->digest) },
				    .max_uses = in->has.max_uses ? in->max_uses : 1,
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
		  struct invitation_row *ret, struct cap *ret_cap)
{
	const struct invitation_create_input *in = rq->input;
	struct secret secret;
	const char *id;

	TRY(request_guard(rq, tx));
	TRY(check_role(rq, role_parse(in->role), key == NULL));
	if (key != NULL)
		TRY(refuse_member(rq, tx, key));
	TRY(cap_check(tx, rq->org.id, CAP_MEMBERS, 1, ret_cap));
	TRY(make_secret(rq, key == NULL, &secret));
	TRY(insert_invitation(rq, tx, key, expires_at, &secret, &id));
	TRY(get_invitation(rq, tx, id, ret));
	TRY(record_invitation(rq, tx, EV_INVITATION_CREATED, NULL, ret));
	return hand_out(rq, tx, ret, &secret);
}

static enum verdict
fail_invitation(const struct request *rq, enum err e, bool as_code)
{
	if (e == ERR_ROLE_TOO_HIGH && as_code && rq->org.role >= ROLE_MANAGER)
		return fail(rq, e, "A code makes managers at most; invite higher roles by e-mail.");
	return fail_err(rq, e);
}

static enum verdict
invitation_create(const struct request *rq, struct tx *tx)
{
	const struct invitation_create_input *in = rq->input;
	struct invitation_row row;
	const char *key;
	int64_t expires_at;
	enum verdict bad = check_kind(rq, in, &key);
	struct cap cap;
	enum err e;

	if (bad == VERDICT_GO_ON)
		bad = choose_expiry(rq, in->has.expires_at, in->expires_at, &expires_at);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = create_invitation(rq, tx, key, expires_at, &row, &cap);
	if (e == ERR_PLAN_LIMIT_REACHED)
		return fail_details(rq, e, cap_details(rq->arena, &cap), "%s", cap_message(rq->arena, &cap));
	return e == OK ? reply(rq, 201, invitation_fields, &row) : fail_invitation(rq, e, key == NULL);
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
	TRY(check_role(rq, role_parse(before.role), is_code(&before)));
	if (in->has.role)
		TRY(check_role(rq, role_parse(in->role), is_code(&before)));
	TRY(make_secret(rq, is_code(&before), &secret));
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
	return hand_out(rq, tx, ret, &secret);
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

const struct route invitation_routes[] = {
	{
	    .id = "invitation_list",
	    .method = GET,
	    .path = "/api/v1/invitations",
	    .summary = "List invitations",
	    .auth = AUTH_PERSON,
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
	    .summary = "Invite somebody by e-mail, or make a code",
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
	    .description = "With a new secret or code; the old one dies.",
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
	ROUTES_END,
};
