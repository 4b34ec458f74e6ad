/*
 * A project's signing keys as its people see them: which sign, which wait, which rest; and a new one (oauth.md rule 32).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/signing_keys.h"
#include "fcgi/request.h"

static const char *const STATES[] = { "next", "active", "retired", NULL };
static const char *const MODES[] = { "planned", "emergency", NULL };

static const struct field signing_key_fields[] = {
	OUT_ID(struct signing_key_row, id, ID_SIGNING_KEY),
	OUT_ENUM(struct signing_key_row, alg, signing_alg_names),
	OUT_ENUM(struct signing_key_row, state, STATES),
	OUT_TIME(struct signing_key_row, not_before, .description = "From when on it signs"),
	OUT_TIME(struct signing_key_row, expires_at, .flags = FIELD_NULLABLE,
		 .description = "Of a retired key: until when it is published"),
	OUT_TIME(struct signing_key_row, created_at),
	FIELDS_END,
};

static enum err
find_keys(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	struct q_signing_key_count_row count = { .total = NONE };
	struct signing_key_row *keys = NULL;

	TRY(q_signing_key_list(tx->db,
			       &(struct q_signing_key_list){
				   .project_id = rq->project.id,
				   .after_id = rq->page.after_id,
				   .limit = rq->page.limit + 1,
			       },
			       &keys, &list->count));
	if (rq->page.include_total)
		TRY(q_signing_key_count(tx->db, &(struct q_signing_key_count){ .project_id = rq->project.id }, &count));
	list->items = keys;
	list->total = count.total;
	return OK;
}

static enum verdict
signing_key_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = signing_key_fields,
		.item_size = sizeof(struct signing_key_row),
		.id_offset = offsetof(struct signing_key_row, id),
	};
	enum err e = find_keys(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

struct rotate_input {
	struct {
		bool alg, mode;
	} has;
	const char *alg, *mode;
};

static const struct field rotate_fields[] = {
	IN_ENUM(struct rotate_input, alg, signing_alg_names, .flags = FIELD_REQUIRED),
	IN_ENUM(struct rotate_input, mode, MODES, .flags = FIELD_REQUIRED,
		.description = "planned: published now, signs in 24 hours. emergency: signs at once, and whatever the old "
			       "key signed is void"),
	FIELDS_END,
};

static enum err
rotate(const struct request *rq, struct tx *tx, struct signing_key_row *ret_key)
{
	const struct rotate_input *in = rq->input;
	enum signing_alg alg = signing_alg_parse(in->alg);
	const char *key_id;

	TRY(request_guard(rq, tx));
	if (strcmp(in->mode, "emergency") == 0)
		TRY(signing_key_replace(tx, rq->org.id, rq->project.id, alg, &key_id));
	else
		TRY(signing_key_rotate(tx, rq->org.id, rq->project.id, alg, &key_id));
	return q_signing_key_get(tx->db, &(struct q_signing_key_get){ .project_id = rq->project.id, .id = key_id }, ret_key);
}

static enum verdict
signing_key_rotate_now(const struct request *rq, struct tx *tx)
{
	struct signing_key_row key;
	enum err e = rotate(rq, tx, &key);

	return e == OK ? reply(rq, 201, signing_key_fields, &key) : fail_err(rq, e);
}

const struct route signing_key_routes[] = {
	{
	    .id = "signing_key_list",
	    .method = GET,
	    .path = "/api/v1/signing_keys",
	    .summary = "List the keys that sign tokens",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_OAUTH_SETTINGS_WRITE,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = signing_key_fields,
	    .handler = signing_key_list,
	},
	{
	    .id = "signing_key_rotate",
	    .method = POST,
	    .path = "/api/v1/signing_keys/rotate",
	    .summary = "Make a new key to sign tokens",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_OAUTH_SETTINGS_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    INPUT(struct rotate_input, rotate_fields),
	    .output = signing_key_fields,
	    .errors = { ERR_ROTATION_IN_PROGRESS },
	    .handler = signing_key_rotate_now,
	},
	ROUTES_END,
};
