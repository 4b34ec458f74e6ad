/*
 * Pending addresses and numbers: their proofs are kept as digests, and a try is spent before it is compared.
 */
#include "domain/contact_changes.h"

#include <string.h>

#include "lib/codes.h"
#include "lib/encode.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

#define PHONE_LOCK_MS (15 * MINUTE_MS)

static const char *
kind_name(enum contact kind)
{
	return kind == CONTACT_EMAIL ? "email" : "phone";
}

/* Six digits are guessed through at once where only their hash is kept: so a key goes in, and what they belong to. */
static enum err
code_digest(struct tx *tx, const struct contact_owner *owner, const char *target, const char *code, struct bytes *ret)
{
	const char *said = arena_printf(tx->arena, "%s %s %s %s %s", owner->project_id, owner->user_id,
					kind_name(owner->kind), target, code);
	uint8_t mac[SECRET_DIGEST_LEN];

	TRY(keyring_mac(tx->keyring, "code", (struct bytes){ (const uint8_t *)said, strlen(said) }, mac));
	*ret = (struct bytes){ arena_copy(tx->arena, mac, sizeof(mac)), sizeof(mac) };
	return OK;
}

static enum err
put(struct tx *tx, const struct q_contact_change_insert *row)
{
	uint64_t matched = 0;
	enum err e;

	TRY(q_contact_change_replace(tx->db,
				     &(struct q_contact_change_replace){
					 .project_id = row->project_id,
					 .user_id = row->user_id,
					 .kind = row->kind,
					 .target = row->target,
					 .code_digest = row->code_digest,
					 .code_expires_at = row->code_expires_at,
					 .token_digest = row->token_digest,
					 .expires_at = row->expires_at,
				     },
				     &matched));
	if (matched == 1)
		return OK;
	/* There is none, or it is locked: the key tells which. */
	e = q_contact_change_insert(tx->db, row, NULL);
	return db_on_duplicate(tx->db, e, DUP_CONTACT_CHANGES_PRIMARY, ERR_TOO_MANY_ATTEMPTS);
}

enum err
contact_change_make(struct tx *tx, const struct contact_owner *owner, const char *target, int64_t code_life_ms,
		    struct contact_proof *ret)
{
	struct q_contact_change_insert row = {
		.project_id = owner->project_id,
		.user_id = owner->user_id,
		.kind = kind_name(owner->kind),
		.target = target,
		.code_expires_at = tx->now_ms + code_life_ms,
		.expires_at = tx->now_ms + CONTACT_CHANGE_MS,
	};
	struct contact_proof proof = { .token = NULL };
	struct secret link;

	TRY(code_make(tx->arena, &proof.code));
	TRY(code_digest(tx, owner, target, proof.code, &row.code_digest));
	if (owner->kind == CONTACT_EMAIL) {
		TRY(secret_make(tx->arena, SECRET_MAIL_LINK, &link));
		proof.token = link.text;
		row.token_digest = (struct bytes){ link.digest, sizeof(link.digest) };
	}
	TRY(put(tx, &row));
	*ret = proof;
	return OK;
}

static enum err
get(struct tx *tx, const struct contact_owner *owner, struct q_contact_change_get_row *ret)
{
	return q_contact_change_get(tx->db,
				    &(struct q_contact_change_get){
					.project_id = owner->project_id,
					.user_id = owner->user_id,
					.kind = kind_name(owner->kind),
				    },
				    ret);
}

static enum err
take(struct tx *tx, const struct contact_owner *owner, struct bytes digest)
{
	uint64_t matched = 0;

	TRY(q_contact_change_take(tx->db,
				  &(struct q_contact_change_take){
				      .project_id = owner->project_id,
				      .user_id = owner->user_id,
				      .kind = kind_name(owner->kind),
				      .code_digest = digest,
				  },
				  &matched));
	return matched == 1 ? OK : ERR_NO_ROW;
}

static bool
equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && a.len > 0 && secret_equal(a.data, b.data, a.len);
}

enum err
contact_change_prove_code(struct tx *tx, const struct contact_owner *owner, const char *code, const char **ret_target)
{
	struct q_contact_change_get_row row;
	struct bytes digest;
	uint64_t matched = 0;
	enum err e;

	TRY(q_contact_change_spend_try(
	    tx->db,
	    &(struct q_contact_change_spend_try){
		.project_id = owner->project_id,
		.user_id = owner->user_id,
		.kind = kind_name(owner->kind),
		.tries_max = CODE_TRIES_MAX,
		.locked_until = owner->kind == CONTACT_PHONE ? tx->now_ms + PHONE_LOCK_MS : NONE,
	    },
	    &matched));
	e = matched == 1 ? get(tx, owner, &row) : ERR_NO_ROW;
	if (e == ERR_NO_ROW)
		return ERR_INVALID_CODE;
	TRY(e);
	TRY(code_digest(tx, owner, row.target, code, &digest));
	if (!equal(row.code_digest, digest))
		return ERR_INVALID_CODE;
	e = take(tx, owner, row.code_digest);
	if (e == OK)
		*ret_target = row.target;
	return e == ERR_NO_ROW ? ERR_INVALID_CODE : e;
}

enum err
contact_change_prove_link(struct tx *tx, const struct contact_owner *owner, const char *token, const char **ret_target)
{
	struct q_contact_change_get_row row;
	uint8_t digest[SECRET_DIGEST_LEN];
	enum secret_kind kind;
	enum err e;

	if (!secret_parse(token, &kind) || kind != SECRET_MAIL_LINK)
		return ERR_LINK_INVALID;
	secret_digest(token, digest);
	e = get(tx, owner, &row);
	if (e == OK && !equal(row.token_digest, (struct bytes){ digest, sizeof(digest) }))
		e = ERR_NO_ROW;
	if (e == OK)
		e = take(tx, owner, row.code_digest);
	if (e == OK)
		*ret_target = row.target;
	return e == ERR_NO_ROW ? ERR_LINK_INVALID : e;
}
