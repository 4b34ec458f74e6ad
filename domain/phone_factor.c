/*
 * Phones as second factors: the number a code goes to. It is the factor's own, so that a new number in somebody's profile changes
 * nothing about how they prove themselves.
 */
#include <string.h>

#include "domain/factors.h"
#include "sql/gen/queries.h"

#define SHOWN_DIGITS 4

/* What lists call it: enough for its owner to know it by. */
static const char *
name_of(struct tx *tx, const char *number)
{
	size_t len = strlen(number);

	return arena_printf(tx->arena, "Phone •••%s", number + (len > SHOWN_DIGITS ? len - SHOWN_DIGITS : 0));
}

static enum err
insert(struct tx *tx, const struct factor_owner *owner, const char *id, const char *name, const char *number)
{
	struct seal_place place = factor_seal_place(owner->project_id, id);
	struct bytes sealed;

	TRY(keyring_seal(tx->keyring, tx->arena, &place, (struct bytes){ (const uint8_t *)number, strlen(number) }, &sealed));
	return q_user_factor_phone_insert(tx->db,
					  &(struct q_user_factor_phone_insert){
					      .project_id = owner->project_id,
					      .id = id,
					      .user_id = owner->user_id,
					      .name = name,
					      .secret_sealed = sealed,
					  },
					  NULL);
}

enum err
phone_factor_set(struct tx *tx, const struct factor_owner *owner, const char *number)
{
	const char *name = name_of(tx, number);
	const char *id;

	TRY(factor_guard(tx, owner));
	TRY(q_user_factor_phone_drop(tx->db,
				     &(struct q_user_factor_phone_drop){ .project_id = owner->project_id,
									 .user_id = owner->user_id },
				     NULL));
	TRY(tx_make_id(tx, ID_FACTOR, &id));
	TRY(insert(tx, owner, id, name, number));
	return factor_record(tx, owner, EV_TWO_FACTOR_ENABLED, id, name, "A phone was added as second factor");
}

enum err
phone_factor_number(struct tx *tx, const struct factor_owner *owner, const char **ret_number)
{
	struct q_user_factor_phone_row row;
	struct seal_place place;
	struct bytes number;

	TRY(q_user_factor_phone(
	    tx->db,
	    &(struct q_user_factor_phone){ .project_id = owner->project_id, .user_id = owner->user_id }, &row));
	place = factor_seal_place(owner->project_id, row.id);
	TRY(keyring_open(tx->keyring, tx->arena, &place, row.secret_sealed, &number));
	*ret_number = arena_strndup(tx->arena, (const char *)number.data, number.len);
	return OK;
}

enum err
phone_factor_used(struct tx *tx, const struct factor_owner *owner)
{
	return q_user_factor_phone_used(
	    tx->db,
	    &(struct q_user_factor_phone_used){ .project_id = owner->project_id, .user_id = owner->user_id }, NULL);
}
