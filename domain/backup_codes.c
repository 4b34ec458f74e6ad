/*
 * Backup codes: made ten at once, used one by one.
 */
#include "lib/backup_codes.h"

#include "domain/factors.h"
#include "sql/gen/queries.h"

const struct field backup_codes_fields[] = {
    OUT_STRINGS(struct backup_codes_view, backup_codes, .flags = FIELD_SECRET,
		.description = "Shown this once; each stands in for a second factor once"),
    FIELDS_END,
};

static enum err
drop_old(struct tx *tx, const struct factor_owner *owner)
{
	TRY(q_backup_code_key_drop(tx->db,
				   &(struct q_backup_code_key_drop){.project_id = owner->project_id,
								    .user_id = owner->user_id},
				   NULL));
	return q_backup_code_drop_all(
	    tx->db,
	    &(struct q_backup_code_drop_all){.project_id = owner->project_id,
					     .user_id = owner->user_id},
	    NULL);
}

/*
 * The key stands sealed beside the codes, so that it is sealed anew with everything else when the
 * master key changes and the codes stay good.
 */
static enum err
make_key(struct tx *tx, const struct factor_owner *owner, struct bytes *ret_key)
{
	struct seal_place place;
	struct bytes sealed;
	const char *id;

	TRY(backup_key_make(tx->arena, ret_key));
	TRY(tx_make_id(tx, ID_FACTOR, &id));
	place = factor_seal_place(owner->project_id, id);
	TRY(keyring_seal(tx->keyring, tx->arena, &place, *ret_key, &sealed));
	return q_backup_code_key_insert(tx->db,
					&(struct q_backup_code_key_insert){
					    .project_id = owner->project_id,
					    .id = id,
					    .user_id = owner->user_id,
					    .secret_sealed = sealed,
					},
					NULL);
}

static enum err
make_code(struct tx *tx, const struct factor_owner *owner, struct bytes key, const char **ret_code)
{
	uint8_t digest[BACKUP_DIGEST_LEN];

	TRY(backup_code_make(tx->arena, ret_code));
	TRY(backup_code_digest(key, *ret_code, digest));
	return q_backup_code_insert(tx->db,
				    &(struct q_backup_code_insert){
					.project_id = owner->project_id,
					.user_id = owner->user_id,
					.code_digest = {digest, sizeof(digest)},
				    },
				    NULL);
}

enum err
backup_codes_make(struct tx *tx, const struct factor_owner *owner, struct strings *ret_codes)
{
	const char **codes = ARENA_ARRAY(tx->arena, BACKUP_CODE_COUNT, const char *);
	struct bytes key;

	TRY(factor_guard(tx, owner));
	TRY(drop_old(tx, owner));
	TRY(make_key(tx, owner, &key));
	for (size_t i = 0; i < BACKUP_CODE_COUNT; i++)
		TRY(make_code(tx, owner, key, &codes[i]));
	TRY(factor_record(tx, owner, EV_BACKUP_CODES_CREATED, NULL, NULL,
			  "New backup codes were made"));
	*ret_codes = (struct strings){.items = codes, .count = BACKUP_CODE_COUNT};
	return OK;
}

/* ERR_INVALID_CODE for what is no code, and for who has none. */
static enum err
digest_of(struct tx *tx, const struct factor_owner *owner, const char *typed,
	  uint8_t ret_digest[BACKUP_DIGEST_LEN])
{
	struct q_backup_code_key_row row;
	struct seal_place place;
	struct bytes key;
	const char *code;

	if (!backup_code_parse(tx->arena, typed, &code))
		return ERR_INVALID_CODE;
	enum err e = q_backup_code_key(
	    tx->db,
	    &(struct q_backup_code_key){.project_id = owner->project_id, .user_id = owner->user_id},
	    &row);
	if (e != OK)
		return e == ERR_NO_ROW ? ERR_INVALID_CODE : e;
	place = factor_seal_place(owner->project_id, row.id);
	TRY(keyring_open(tx->keyring, tx->arena, &place, row.secret_sealed, &key));
	return backup_code_digest(key, code, ret_digest);
}

enum err
backup_code_use(struct tx *tx, const struct factor_owner *owner, const char *typed)
{
	uint8_t digest[BACKUP_DIGEST_LEN];
	uint64_t matched = 0;

	TRY(digest_of(tx, owner, typed, digest));
	TRY(q_backup_code_use(tx->db,
			      &(struct q_backup_code_use){
				  .project_id = owner->project_id,
				  .user_id = owner->user_id,
				  .code_digest = {digest, sizeof(digest)},
			      },
			      &matched));
	if (matched == 0)
		return ERR_INVALID_CODE;
	return factor_record(tx, owner, EV_BACKUP_CODES_USED, NULL, NULL, "A backup code was used");
}
