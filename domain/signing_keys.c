/*
 * Making, taking up and retiring signing keys; the unique key on active_alg decides between two at once.
 */
#include "domain/signing_keys.h"

struct seal_place
signing_key_place(const char *project_id, const char *key_id)
{
	return (struct seal_place){
		.table = "signing_keys",
		.column = "private_sealed",
		.row_id = key_id,
		.project_id = project_id,
	};
}

static enum err
record_key(struct tx *tx, enum event event, const char *org_id, const char *project_id, enum signing_alg alg,
	   const char *key_id)
{
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = key_id,
			      .target_label = signing_alg_names[alg],
			      .changes = "{}",
		      });
}

/* One that signs from now on, or waits. A unique key says when there is one already: ERR_ROTATION_IN_PROGRESS. */
static enum err
make_key(struct tx *tx, const char *org_id, const char *project_id, enum signing_alg alg, bool is_active,
	 const char **ret_key_id)
{
	const char *name = signing_alg_names[alg];
	const char *key_id, *jwk;
	struct bytes sealed;

	TRY(tx_make_id(tx, ID_SIGNING_KEY, &key_id));
	struct seal_place place = signing_key_place(project_id, key_id);
	TRY(signing_key_make(tx->keyring, tx->arena, alg, &place, &jwk, &sealed));
	enum err e = q_signing_key_insert(tx->db,
					  &(struct q_signing_key_insert){
					      .project_id = project_id,
					      .id = key_id,
					      .alg = name,
					      .state = is_active ? "active" : "next",
					      .active_alg = is_active ? name : arena_printf(tx->arena, "+%s", name),
					      .public_jwk = jwk,
					      .private_sealed = sealed,
					      .not_before = tx->now_ms + (is_active ? 0 : SIGNING_KEY_NOTICE_MS),
					  },
					  NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_SIGNING_KEYS_UQ_ACTIVE_ALG, ERR_ROTATION_IN_PROGRESS));
	*ret_key_id = key_id;
	return record_key(tx, EV_SIGNING_KEY_CREATED, org_id, project_id, alg, key_id);
}

struct first_key {
	struct tx *tx;
	const char *org_id, *project_id;
	enum signing_alg alg;
};

static enum err
make_first(void *context)
{
	struct first_key *first = context;
	const char *key_id;
	enum err e = make_key(first->tx, first->org_id, first->project_id, first->alg, true, &key_id);

	/* Another request was faster: its key is as good. */
	return e == ERR_ROTATION_IN_PROGRESS ? OK : e;
}

enum err
signing_key_ensure(struct tx *tx, const char *org_id, const char *project_id, enum signing_alg alg)
{
	struct first_key first = { .tx = tx, .org_id = org_id, .project_id = project_id, .alg = alg };

	return db_transact(tx->db, TX_WRITE, make_first, &first);
}

enum err
signing_key_take(struct tx *tx, const char *org_id, const char *project_id, enum signing_alg alg, const char **key_id,
		 struct bytes *private_sealed)
{
	struct q_signing_key_active_row key;

	if (*key_id != NULL)
		return OK;
	TRY(signing_key_ensure(tx, org_id, project_id, alg));
	TRY(q_signing_key_active(
	    tx->db, &(struct q_signing_key_active){ .project_id = project_id, .alg = signing_alg_names[alg] }, &key));
	*key_id = key.id;
	*private_sealed = key.private_sealed;
	return OK;
}

static enum err
find_active(struct tx *tx, const char *project_id, enum signing_alg alg, const char **ret_key_id)
{
	struct q_signing_key_active_row active;

	TRY(q_signing_key_active(
	    tx->db, &(struct q_signing_key_active){ .project_id = project_id, .alg = signing_alg_names[alg] },
	    &active));
	*ret_key_id = active.id;
	return OK;
}

enum err
signing_key_rotate(struct tx *tx, const char *org_id, const char *project_id, enum signing_alg alg,
		   const char **ret_key_id)
{
	const char *active_id;
	enum err e = find_active(tx, project_id, alg, &active_id);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	return make_key(tx, org_id, project_id, alg, e == ERR_NO_ROW, ret_key_id);
}

static enum err
retire(struct tx *tx, const char *project_id, enum signing_alg alg, int64_t expires_at)
{
	return q_signing_key_retire(tx->db,
				    &(struct q_signing_key_retire){
					.expires_at = expires_at,
					.project_id = project_id,
					.alg = signing_alg_names[alg],
				    },
				    NULL);
}

enum err
signing_key_replace(struct tx *tx, const char *org_id, const char *project_id, enum signing_alg alg,
		    const char **ret_key_id)
{
	const char *active_id;
	enum err e = find_active(tx, project_id, alg, &active_id);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	TRY(q_signing_key_drop_next(
	    tx->db, &(struct q_signing_key_drop_next){ .project_id = project_id, .alg = signing_alg_names[alg] },
	    NULL));
	TRY(retire(tx, project_id, alg, tx->now_ms));
	if (e == OK)
		TRY(record_key(tx, EV_SIGNING_KEY_REVOKED, org_id, project_id, alg, active_id));
	return make_key(tx, org_id, project_id, alg, true, ret_key_id);
}

enum err
signing_key_activate(struct tx *tx, const char *org_id, const char *project_id, enum signing_alg alg,
		     const char *key_id)
{
	uint64_t matched = 0;

	TRY(retire(tx, project_id, alg, tx->now_ms + SIGNING_KEY_REST_MS));
	TRY(q_signing_key_activate(
	    tx->db, &(struct q_signing_key_activate){ .project_id = project_id, .id = key_id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	return record_key(tx, EV_SIGNING_KEY_ACTIVATED, org_id, project_id, alg, key_id);
}
