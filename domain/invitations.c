/*
 * Using an invitation. Its secret finds it; one conditional UPDATE spends the use (tenancy rule 11).
 */
#include "domain/invitations.h"

#include <string.h>

#include "domain/members.h"
#include "domain/orgs.h"
#include "lib/invite_codes.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

typedef enum err find_invitation(struct tx *, const char *, struct q_invitation_by_secret_row *);

const char *const invitation_statuses[] = { "pending", "accepted", "used_up", "expired", "revoked", NULL };

const char *
invitation_status(const struct invitation_state *state, int64_t now_ms)
{
	if (state->revoked_at != NONE)
		return "revoked";
	if (state->uses >= state->max_uses)
		return strcmp(state->kind, "email") == 0 ? "accepted" : "used_up";
	return state->expires_at <= now_ms ? "expired" : "pending";
}

/* ---- finding ---- */

static enum err
find_by_text(struct tx *tx, const char *text, struct q_invitation_by_secret_row *ret)
{
	uint8_t digest[SECRET_DIGEST_LEN];
	enum err e;

	secret_digest(text, digest);
	e = q_invitation_by_secret(
	    tx->db, &(struct q_invitation_by_secret){ .secret_digest = { digest, sizeof(digest) } }, ret);
	return e == ERR_NO_ROW ? ERR_NOT_FOUND : e;
}

enum err
invitation_find(struct tx *tx, const char *secret, struct q_invitation_by_secret_row *ret)
{
	enum secret_kind kind;

	if (!secret_parse(secret, &kind) || kind != SECRET_INVITATION)
		return ERR_NOT_FOUND;
	return find_by_text(tx, secret, ret);
}

enum err
invitation_find_code(struct tx *tx, const char *typed, struct q_invitation_by_secret_row *ret)
{
	const char *code;

	if (!invite_code_parse(tx->arena, typed, &code))
		return ERR_NOT_FOUND;
	return find_by_text(tx, code, ret);
}

static enum err
judge(const struct tx *tx, const struct q_invitation_by_secret_row *row)
{
	if (row->revoked_at != NONE)
		return ERR_INVITATION_REVOKED;
	if (row->uses >= row->max_uses)
		return ERR_INVITATION_USED;
	return row->expires_at <= tx->now_ms ? ERR_INVITATION_EXPIRED : OK;
}

/* As it is once nobody else can change it, and still open. */
static enum err
find_open(struct tx *tx, find_invitation *find, const char *text, struct q_invitation_by_secret_row *ret)
{
	struct q_invitation_by_secret_row row;

	TRY(find(tx, text, &row));
	TRY(org_guard(tx, row.org_id));
	TRY(find(tx, text, &row));
	TRY(judge(tx, &row));
	*ret = row;
	return OK;
}

enum err
invitation_check(struct tx *tx, const char *secret, const char **ret_email_key)
{
	struct q_invitation_by_secret_row row;

	TRY(invitation_find(tx, secret, &row));
	TRY(judge(tx, &row));
	*ret_email_key = arena_strndup(tx->arena, (const char *)row.email_key.data, row.email_key.len);
	return OK;
}

/* ---- using ---- */

static bool
is_for(const struct q_invitation_by_secret_row *row, const char *email_key)
{
	return email_key != NULL && row->email_key.len == strlen(email_key) &&
	       memcmp(row->email_key.data, email_key, row->email_key.len) == 0;
}

static enum err
spend(struct tx *tx, const struct q_invitation_by_secret_row *row, const char *user_id)
{
	uint64_t matched = 0;
	enum err e;

	TRY(q_invitation_use(tx->db, &(struct q_invitation_use){ .org_id = row->org_id, .id = row->id }, &matched));
	if (matched == 0)
		return ERR_INVITATION_USED;
	e = q_invitation_use_insert(tx->db,
				    &(struct q_invitation_use_insert){
					.org_id = row->org_id,
					.invitation_id = row->id,
					.user_id = user_id,
				    },
				    NULL);
	return db_on_duplicate(tx->db, e, DUP_INVITATION_USES_PRIMARY, ERR_INVITATION_USED);
}

static enum err
record_invitation(struct tx *tx, enum event event, const struct q_invitation_by_secret_row *row, const char *changes)
{
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = row->org_id,
			      .event_project_id = row->default_project_id,
			      .target_id = row->id,
			      .target_label = row->email == NULL ? "" : row->email,
			      .changes = changes,
			  });
}

/* The new member counts already. */
static enum err
check_cap(struct tx *tx, const char *org_id, struct cap *ret)
{
	enum err e = cap_check(tx, org_id, CAP_MEMBERS, 0, ret);

	if (e == ERR_PLAN_LIMIT_REACHED)
		ret->used--;
	return e;
}

/* The membership first: who is a member already is told so, whatever the invitation has left. */
static enum err
use(struct tx *tx, const struct q_invitation_by_secret_row *row, const char *user_id, const char *joined_via,
    struct invitation_accepted *ret)
{
	const char *changes = "{\"status\":[\"pending\",\"accepted\"]}";
	const char *member_id;

	TRY(member_add(tx,
		       &(struct member_add){
			   .org_id = row->org_id,
			   .user_id = user_id,
			   .role = role_parse(row->role),
			   .joined_via = joined_via,
			   .event_project_id = row->default_project_id,
		       },
		       &member_id));
	TRY(check_cap(tx, row->org_id, &ret->cap));
	TRY(spend(tx, row, user_id));
	if (strcmp(row->kind, "code") == 0)
		changes = arena_printf(tx->arena, "{\"uses\":[%lld,%lld]}", (long long)row->uses,
				       (long long)row->uses + 1);
	TRY(record_invitation(tx, EV_INVITATION_ACCEPTED, row, changes));
	*ret = (struct invitation_accepted){ .org_id = row->org_id, .member_id = member_id, .role = row->role };
	return OK;
}

enum err
invitation_accept(struct tx *tx, const char *secret, const char *user_id, const char *verified_email_key,
		  struct invitation_accepted *ret)
{
	struct q_invitation_by_secret_row row;

	TRY(find_open(tx, invitation_find, secret, &row));
	if (!is_for(&row, verified_email_key))
		return ERR_INVITATION_EMAIL_MISMATCH;
	return use(tx, &row, user_id, "invitation", ret);
}

enum err
invitation_join(struct tx *tx, const char *typed_code, const char *user_id, struct invitation_accepted *ret)
{
	struct q_invitation_by_secret_row row;

	TRY(find_open(tx, invitation_find_code, typed_code, &row));
	return use(tx, &row, user_id, "invite_code", ret);
}

enum err
invitation_decline(struct tx *tx, const char *secret)
{
	struct q_invitation_by_secret_row row;
	uint64_t matched = 0;

	TRY(find_open(tx, invitation_find, secret, &row));
	TRY(q_invitation_revoke(
	    tx->db, &(struct q_invitation_revoke){ .org_id = row.org_id, .id = row.id }, &matched));
	if (matched == 0)
		return ERR_INVITATION_USED;
	return record_invitation(tx, EV_INVITATION_DECLINED, &row, "{\"status\":[\"pending\",\"revoked\"]}");
}
