/*
 * Using an invitation. Its secret finds it; one conditional UPDATE spends the use (tenancy rule 11).
 */
#include "domain/invitations.h"

#include <string.h>

#include "domain/members.h"
#include "domain/orgs.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"

enum err
invitation_find(struct tx *tx, const char *secret, struct q_invitation_by_secret_row *ret)
{
	uint8_t digest[SECRET_DIGEST_LEN];
	enum secret_kind kind;
	enum err e;

	if (!secret_parse(secret, &kind) || kind != SECRET_INVITATION)
		return ERR_NOT_FOUND;
	secret_digest(secret, digest);
	e = q_invitation_by_secret(
	    tx->db, &(struct q_invitation_by_secret){ .secret_digest = { digest, sizeof(digest) } }, ret);
	return e == ERR_NO_ROW ? ERR_NOT_FOUND : e;
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

enum err
invitation_check(struct tx *tx, const char *secret, const char **ret_email_key)
{
	struct q_invitation_by_secret_row row;

	TRY(invitation_find(tx, secret, &row));
	TRY(judge(tx, &row));
	*ret_email_key = arena_strndup(tx->arena, (const char *)row.email_key.data, row.email_key.len);
	return OK;
}

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

	TRY(q_invitation_use(tx->db, &(struct q_invitation_use){ .org_id = row->org_id, .id = row->id }, &matched));
	if (matched == 0)
		return ERR_INVITATION_USED;
	return q_invitation_use_insert(tx->db,
				       &(struct q_invitation_use_insert){
					   .org_id = row->org_id,
					   .invitation_id = row->id,
					   .user_id = user_id,
				       },
				       NULL);
}

enum err
invitation_accept(struct tx *tx, const char *secret, const char *user_id, const char *verified_email_key,
		  struct invitation_accepted *ret)
{
	struct q_invitation_by_secret_row row;
	const char *member_id;

	TRY(invitation_find(tx, secret, &row));
	TRY(org_guard(tx, row.org_id));
	TRY(invitation_find(tx, secret, &row));	/* as it is now that nobody else can change it */
	TRY(judge(tx, &row));
	if (!is_for(&row, verified_email_key))
		return ERR_INVITATION_EMAIL_MISMATCH;
	TRY(spend(tx, &row, user_id));
	TRY(member_add(tx,
		       &(struct member_add){
			   .org_id = row.org_id,
			   .user_id = user_id,
			   .role = role_parse(row.role),
			   .joined_via = "invitation",
			   .event_project_id = row.default_project_id,
		       },
		       &member_id));
	TRY(record(tx, &(struct record){
			   .event = EV_INVITATION_ACCEPTED,
			   .org_id = row.org_id,
			   .event_project_id = row.default_project_id,
			   .target_id = row.id,
			   .target_label = row.email == NULL ? "" : row.email,
			   .changes = "{\"status\":[\"pending\",\"accepted\"]}",
		       }));
	*ret = (struct invitation_accepted){ row.org_id, member_id, row.role };
	return OK;
}
