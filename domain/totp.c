/*
 * Authenticator apps: begun, confirmed by a first code, used.
 */
#include "domain/factors.h"
#include "lib/qr_code.h"
#include "lib/totp.h"
#include "sql/gen/queries.h"

#define NAME "Authenticator app"

const struct field totp_begun_fields[] = {
    OUT_ID(struct totp_begun, factor_id, ID_FACTOR),
    OUT_STRING(struct totp_begun, secret, .flags = FIELD_SECRET,
	       .description = "To be typed into an app, base32"),
    OUT_STRING(struct totp_begun, otpauth_uri, .flags = FIELD_SECRET),
    OUT_STRING(struct totp_begun, qr_svg, .flags = FIELD_SECRET,
	       .description = "otpauth_uri as a picture to scan"),
    FIELDS_END,
};

static enum err
insert(struct tx *tx, const struct factor_owner *owner, const char *id, struct bytes seed)
{
	struct seal_place place = factor_seal_place(owner->project_id, id);
	struct bytes sealed;

	TRY(keyring_seal(tx->keyring, tx->arena, &place, seed, &sealed));
	return q_user_factor_totp_insert(tx->db,
					 &(struct q_user_factor_totp_insert){
					     .project_id = owner->project_id,
					     .id = id,
					     .user_id = owner->user_id,
					     .name = NAME,
					     .secret_sealed = sealed,
					 },
					 NULL);
}

/* What apps show: the project's name, and who it is there. */
static enum err
describe(struct tx *tx, const struct factor_owner *owner, struct bytes seed,
	 struct totp_begun *begun)
{
	struct q_user_project_row project;

	TRY(q_user_project(tx->db, &(struct q_user_project){.project_id = owner->project_id},
			   &project));
	begun->secret = totp_seed_text(tx->arena, seed);
	begun->otpauth_uri = totp_uri(tx->arena, project.name,
				      owner->email != NULL ? owner->email : owner->user_id, seed);
	return qr_code_svg(tx->arena, begun->otpauth_uri, &begun->qr_svg);
}

enum err
totp_begin(struct tx *tx, const struct factor_owner *owner, struct totp_begun *ret)
{
	struct totp_begun begun;
	struct bytes seed;

	TRY(factor_guard(tx, owner));
	TRY(q_user_factor_totp_drop_pending(
	    tx->db,
	    &(struct q_user_factor_totp_drop_pending){.project_id = owner->project_id,
						      .user_id = owner->user_id},
	    NULL));
	TRY(totp_make_seed(tx->arena, &seed));
	TRY(tx_make_id(tx, ID_FACTOR, &begun.factor_id));
	TRY(insert(tx, owner, begun.factor_id, seed));
	TRY(describe(tx, owner, seed, &begun));
	*ret = begun;
	return OK;
}

/* The one app that counts, or the one that waits, if the code is right for it now.
 * ERR_INVALID_CODE. */
static enum err
match(struct tx *tx, const struct factor_owner *owner, bool is_confirmed, const char *code,
      struct q_user_factor_totp_row *ret_row, int64_t *ret_step)
{
	struct q_user_factor_totp_row *rows = NULL;
	struct seal_place place;
	struct bytes seed;
	size_t count = 0;

	TRY(q_user_factor_totp(tx->db,
			       &(struct q_user_factor_totp){
				   .project_id = owner->project_id,
				   .user_id = owner->user_id,
				   .is_confirmed = is_confirmed,
			       },
			       &rows, &count));
	if (count == 0)
		return ERR_INVALID_CODE;
	place = factor_seal_place(owner->project_id, rows[0].id);
	TRY(keyring_open(tx->keyring, tx->arena, &place, rows[0].secret_sealed, &seed));
	TRY(totp_match(seed, tx->now_ms, code, ret_step));
	*ret_row = rows[0];
	return OK;
}

enum err
totp_confirm(struct tx *tx, const struct factor_owner *owner, const char *code,
	     struct strings *ret_codes)
{
	struct q_user_factor_totp_row row;
	uint64_t matched = 0;
	int64_t step;

	TRY(factor_guard(tx, owner));
	TRY(match(tx, owner, false, code, &row, &step));
	TRY(q_user_factor_totp_confirm(tx->db,
				       &(struct q_user_factor_totp_confirm){
					   .step = step,
					   .project_id = owner->project_id,
					   .user_id = owner->user_id,
					   .id = row.id,
				       },
				       &matched));
	if (matched == 0)
		return ERR_INVALID_CODE;
	TRY(q_user_factor_totp_drop_others(tx->db,
					   &(struct q_user_factor_totp_drop_others){
					       .project_id = owner->project_id,
					       .user_id = owner->user_id,
					       .id = row.id,
					   },
					   NULL));
	TRY(factor_record(tx, owner, EV_TWO_FACTOR_ENABLED, row.id, row.name,
			  "An authenticator app was added"));
	return backup_codes_make(tx, owner, ret_codes);
}

enum err
totp_use(struct tx *tx, const struct factor_owner *owner, const char *code)
{
	struct q_user_factor_totp_row row;
	uint64_t matched = 0;
	int64_t step;

	TRY(match(tx, owner, true, code, &row, &step));
	TRY(q_user_factor_totp_use(tx->db,
				   &(struct q_user_factor_totp_use){
				       .step = step,
				       .project_id = owner->project_id,
				       .user_id = owner->user_id,
				       .id = row.id,
				   },
				   &matched));
	return matched == 1 ? OK : ERR_INVALID_CODE;
}
