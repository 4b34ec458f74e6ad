/*
 * Minting keys and tokens.
 */
#include "domain/api_keys.h"

#include <string.h>

#include "domain/projects.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"

const char *const api_key_kinds[] = { "personal", "service", NULL };
const char *const api_key_statuses[] = { "active", "retiring", "expired", "revoked", NULL };

const struct field api_key_fields[] = {
	OUT_ID(struct api_key_row, id, ID_API_KEY),
	OUT_ENUM(struct api_key_row, kind, api_key_kinds),
	OUT_STRING(struct api_key_row, name),
	OUT_ID(struct api_key_row, org_id, ID_ORG, .flags = FIELD_NO_DIFF),
	OUT_ID(struct api_key_row, user_id, ID_USER, .flags = FIELD_NULLABLE | FIELD_NO_DIFF,
	       .description = "Whose personal token it is"),
	OUT_ID(struct api_key_row, project_id, ID_PROJECT, .flags = FIELD_NULLABLE,
	       .description = "The project a service key is pinned to"),
	OUT_ENUM(struct api_key_row, environment, project_environments, .flags = FIELD_NULLABLE),
	OUT_WORDS(struct api_key_row, scopes, .flags = FIELD_NULLABLE, .description = "Of a service key; sorted"),
	OUT_STRING(struct api_key_row, prefix, .flags = FIELD_NO_DIFF),
	OUT_STRING(struct api_key_row, last4, .flags = FIELD_NO_DIFF),
	OUT_INT(struct api_key_row, rate_limit_per_minute, .flags = FIELD_NULLABLE),
	OUT_TIME(struct api_key_row, expires_at, .flags = FIELD_NULLABLE),
	OUT_ENUM(struct api_key_row, status, api_key_statuses),
	OUT_TIME(struct api_key_row, last_used_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF,
		 .description = "May lag a minute"),
	OUT_STRING(struct api_key_row, created_by, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct api_key_row, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct api_key_row, revoked_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	OUT_ID(struct api_key_row, replaced_by, ID_API_KEY, .flags = FIELD_NULLABLE),
	OUT_STRING(struct api_key_row, secret, .flags = FIELD_OPTIONAL | FIELD_SECRET | FIELD_NO_DIFF,
		   .description = "Shown once, when the key is made or rotated"),
	OUT_STRING(struct api_key_row, warning, .flags = FIELD_NULLABLE | FIELD_NO_DIFF,
		   .description = "default_project_environment_differs: such a key can't work on the default project"),
	FIELDS_END,
};

const char *
api_key_status(const struct api_key_row *row, int64_t now_ms)
{
	if (row->revoked_at != NONE)
		return "revoked";
	if (row->expires_at != NONE && row->expires_at <= now_ms)
		return "expired";
	return row->replaced_by != NULL ? "retiring" : "active";
}

enum err
api_key_record(struct tx *tx, enum event event, const char *event_project_id, const struct api_key_row *before,
	       const struct api_key_row *after)
{
	const struct api_key_row *row = after != NULL ? after : before;

	return record(tx, &(struct record){
			      .event = event,
			      .org_id = row->org_id,
			      .project_id = row->project_id,
			      .in_project_chain = row->project_id != NULL,
			      .event_project_id = event_project_id,
			      .target_id = row->id,
			      .target_label = row->name,
			      .fields = api_key_fields,
			      .before = before,
			      .after = after,
			  });
}

static enum secret_kind
kind_of_secret(const struct api_key_mint *in)
{
	if (!in->is_service)
		return SECRET_PERSONAL_TOKEN;
	return strcmp(in->environment, "test") == 0 ? SECRET_SERVICE_TEST : SECRET_SERVICE_LIVE;
}

enum err
api_key_mint(struct tx *tx, const struct api_key_mint *in, const char *event_project_id, struct api_key_row *ret)
{
	struct secret secret;
	struct api_key_row row;
	const char *id;

	TRY(secret_make(tx->arena, kind_of_secret(in), &secret));
	TRY(tx_make_id(tx, ID_API_KEY, &id));
	TRY(q_api_key_insert(tx->db,
			     &(struct q_api_key_insert){
				 .id = id,
				 .kind = in->is_service ? "service" : "personal",
				 .org_id = in->org_id,
				 .project_id = in->project_id,
				 .user_id = in->user_id,
				 .name = in->name,
				 .environment = in->environment,
				 .prefix = arena_strdup(tx->arena, secret.prefix),
				 .last4 = arena_strdup(tx->arena, secret.last4),
				 .secret_digest = { secret.digest, sizeof(secret.digest) },
				 .scopes = in->scopes,
				 .rate_limit_per_minute = in->rate_limit_per_minute,
				 .expires_at = in->expires_at,
				 .created_by = in->created_by,
			     },
			     NULL));
	TRY(q_api_key_get(tx->db, &(struct q_api_key_get){ .org_id = in->org_id, .id = id, .reader_id = NULL }, &row));
	row.status = api_key_status(&row, tx->now_ms);
	if (!in->is_service)
		row.scopes = NULL;
	TRY(api_key_record(tx, EV_API_KEY_CREATED, event_project_id, NULL, &row));
	row.secret = secret.text;
	*ret = row;
	return OK;
}
