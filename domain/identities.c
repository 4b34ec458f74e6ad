/*
 * Rows of user_identities, and the rule that nobody loses their last way in.
 */
#include "domain/identities.h"

#include <string.h>

#include "domain/users.h"
#include "domain/ways_in.h"
#include "lib/sign_in_methods.h"
#include "sql/gen/schema_keys.h"

const struct field identity_fields[] = {
	OUT_ID(struct identity_view, id, ID_IDENTITY),
	OUT_ID(struct identity_view, user_id, ID_USER),
	OUT_STRING(struct identity_view, provider),
	OUT_STRING(struct identity_view, subject, .description = "Who the provider says it is"),
	OUT_STRING(struct identity_view, email, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct identity_view, email_verified),
	OUT_TIME(struct identity_view, linked_at),
	OUT_TIME(struct identity_view, last_used_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

struct identity_view
identity_view_of(struct arena *arena, const struct user_identity_row *row)
{
	return (struct identity_view){
		.id = row->id,
		.user_id = row->user_id,
		.provider = row->provider,
		.subject = arena_strndup(arena, (const char *)row->subject.data, row->subject.len),
		.email = row->email,
		.email_verified = row->is_email_verified,
		.linked_at = row->linked_at,
		.last_used_at = row->last_used_at,
	};
}

static struct bytes
subject_of(const struct identity_claim *claim)
{
	return (struct bytes){ (const uint8_t *)claim->subject, strlen(claim->subject) };
}

enum err
identity_find(struct tx *tx, const char *project_id, const struct identity_claim *claim, struct user_identity_row *ret)
{
	return q_user_identity_find(tx->db,
				    &(struct q_user_identity_find){ .project_id = project_id,
								    .provider = claim->provider,
								    .subject = subject_of(claim) },
				    ret);
}

enum err
identity_used(struct tx *tx, const char *project_id, const char *identity_id, const struct identity_claim *claim)
{
	return q_user_identity_used(tx->db,
				    &(struct q_user_identity_used){ .email = claim->email,
								    .is_email_verified = claim->email_verified,
								    .project_id = project_id,
								    .id = identity_id },
				    NULL);
}

enum err
identity_link(struct tx *tx, const char *project_id, const char *org_id, const char *user_id,
	      const struct identity_claim *claim)
{
	struct identity_view view = {
		.user_id = user_id,
		.provider = claim->provider,
		.subject = claim->subject,
		.email = claim->email,
		.email_verified = claim->email_verified,
		.linked_at = tx->now_ms,
		.last_used_at = tx->now_ms,
	};

	TRY(tx_make_id(tx, ID_IDENTITY, &view.id));
	enum err e = q_user_identity_insert(tx->db,
					    &(struct q_user_identity_insert){
						.project_id = project_id,
						.id = view.id,
						.user_id = user_id,
						.provider = claim->provider,
						.subject = subject_of(claim),
						.email = claim->email,
						.is_email_verified = claim->email_verified,
					    },
					    NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_USER_IDENTITIES_UQ_PROVIDER_SUBJECT, ERR_IDENTITY_TAKEN));
	TRY(user_project_org(tx, project_id, org_id, &org_id));
	return record(tx, &(struct record){
			      .event = EV_IDENTITY_LINKED,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = view.id,
			      .target_label = claim->provider,
			      .fields = identity_fields,
			      .after = &view,
		      });
}

/* ---- unlinking ---- */

enum err
identity_unlink(struct tx *tx, const char *project_id, const char *user_id, const char *identity_id, unsigned methods)
{
	struct user_identity_row row;
	uint64_t matched = 0;
	const char *org_id;

	/* The row of the person first: of two at once that take the last two away, the second sees what the first left. */
	TRY(q_user_guard(tx->db, &(struct q_user_guard){ .project_id = project_id, .id = user_id }, &matched));
	TRY(q_user_identity_get(
	    tx->db, &(struct q_user_identity_get){ .project_id = project_id, .user_id = user_id, .id = identity_id }, &row));
	TRY(q_user_identity_delete(
	    tx->db,
	    &(struct q_user_identity_delete){ .project_id = project_id, .user_id = user_id, .id = identity_id }, NULL));
	TRY(user_check_way_in(tx, project_id, user_id, methods));
	TRY(user_project_org(tx, project_id, NULL, &org_id));
	struct identity_view view = identity_view_of(tx->arena, &row);
	return record(tx, &(struct record){
			      .event = EV_IDENTITY_UNLINKED,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = view.id,
			      .target_label = view.provider,
			      .fields = identity_fields,
			      .before = &view,
		      });
}
