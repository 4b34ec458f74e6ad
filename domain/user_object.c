/*
 * Users as they are shown and changed.
 */
#include "domain/user_object.h"

#include <string.h>

#include "domain/assets.h"
#include "domain/user_words.h"
#include "domain/users.h"

static const char *const statuses[] = { "active", "deactivated", "banned", "deletion_pending", NULL };

const struct field user_object_fields[] = {
	OUT_ID(struct user_object_row, id, ID_USER),
	OUT_STRING(struct user_object_row, email, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct user_object_row, email_verified),
	OUT_STRING(struct user_object_row, phone, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct user_object_row, phone_verified),
	OUT_STRING(struct user_object_row, username, .flags = FIELD_NULLABLE),
	OUT_STRING(struct user_object_row, external_id, .flags = FIELD_NULLABLE),
	OUT_STRING(struct user_object_row, name, .description = "\"\" when unknown"),
	OUT_STRING(struct user_object_row, locale, .flags = FIELD_NULLABLE),
	OUT_STRING(struct user_object_row, image_url, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	OUT_ENUM(struct user_object_row, status, statuses),
	OUT_STRING(struct user_object_row, ban_reason, .flags = FIELD_NULLABLE),
	OUT_TIME(struct user_object_row, ban_expires_at, .flags = FIELD_NULLABLE,
		 .description = "null on a banned user: for ever"),
	OUT_BOOL(struct user_object_row, anonymous),
	OUT_BOOL(struct user_object_row, mfa_enabled, .flags = FIELD_NO_DIFF,
		 .description = "There is a second factor or a passkey"),
	OUT_BOOL(struct user_object_row, has_password, .flags = FIELD_NO_DIFF),
	OUT_BOOL(struct user_object_row, locked, .flags = FIELD_NO_DIFF,
		 .description = "The password is off after too many failures"),
	OUT_JSON(struct user_object_row, metadata),
	OUT_TIME(struct user_object_row, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct user_object_row, updated_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct user_object_row, last_sign_in_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	FIELDS_END,
};

void
user_object_finish(struct tx *tx, const char *project_id, struct user_object_row *row)
{
	if (row->external_key.data != NULL)
		row->external_id = arena_strndup(tx->arena, (const char *)row->external_key.data, row->external_key.len);
	row->image_url = asset_url(tx->arena, tx->config, row->client_id, strcmp(project_id, tx->console_id) == 0,
				   row->image_digest);
}

enum err
user_object_get(struct tx *tx, const char *project_id, const char *user_id, struct user_object_row *ret)
{
	struct user_object_row row;

	TRY(q_user_object_get(tx->db, &(struct q_user_object_get){ .project_id = project_id, .id = user_id }, &row));
	user_object_finish(tx, project_id, &row);
	*ret = row;
	return OK;
}

static struct user_names
names_of(const struct user_object_row *row)
{
	return (struct user_names){
		.email = row->email,
		.phone = row->phone,
		.username = row->username,
		.external_id = row->external_id,
		.name = row->name,
	};
}

const char *
user_object_label(struct arena *arena, const struct user_object_row *row)
{
	const struct user_names names = names_of(row);

	return user_label(arena, &names);
}

struct record
user_object_record(struct arena *arena, enum event event, const char *org_id, const char *project_id,
		   const struct user_object_row *row)
{
	return (struct record){
		.event = event,
		.org_id = org_id,
		.project_id = project_id,
		.target_id = row->id,
		.target_label = user_object_label(arena, row),
		.fields = user_object_fields,
	};
}

/* ---- changing ---- */

static struct bytes
octets(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, text == NULL ? 0 : strlen(text) };
}

static bool
differs(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

/* Another spelling of the same address stays proven. */
static bool
email_differs(const struct user_object_row *before, const struct user_change *change)
{
	struct bytes key = octets(change->email_key);

	return key.len != before->email_key.len ||
	       (key.len > 0 && memcmp(key.data, before->email_key.data, key.len) != 0);
}

static enum err
write_change(struct tx *tx, const char *project_id, const struct user_object_row *before, const struct user_change *change)
{
	bool has_new_email = change->has.email && email_differs(before, change);
	bool has_new_phone = change->has.phone && differs(before->phone, change->phone);
	uint64_t matched = 0;
	enum err e = q_user_update(
	    tx->db,
	    &(struct q_user_update){
		.project_id = project_id,
		.id = before->id,
		.has_email = change->has.email,
		.email = change->email,
		.email_key = octets(change->email_key),
		.has_email_verified = change->has.email_verified || has_new_email,
		.email_verified = change->has.email_verified && change->email_verified,
		.has_phone = change->has.phone,
		.phone = change->phone,
		.has_phone_verified = change->has.phone_verified || has_new_phone,
		.phone_verified = change->has.phone_verified && change->phone_verified,
		.has_username = change->has.username,
		.username = change->username,
		.has_external_id = change->has.external_id,
		.external_id = octets(change->external_id),
		.has_name = change->has.name,
		.name = change->name,
		.has_locale = change->has.locale,
		.locale = change->locale,
		.has_metadata = change->has.metadata,
		.metadata = change->metadata,
	    },
	    &matched);

	TRY(user_taken(tx, e));
	if (matched == 0)
		return ERR_NO_ROW;
	if (!has_new_email)
		return OK;
	TRY(q_contact_change_void(
	    tx->db, &(struct q_contact_change_void){ .project_id = project_id, .user_id = before->id }, NULL));
	return q_one_time_token_void_all(
	    tx->db, &(struct q_one_time_token_void_all){ .project_id = project_id, .user_id = before->id }, NULL);
}

enum err
user_object_change(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *before,
		   const struct user_change *change, struct user_object_row *ret_after)
{
	struct user_object_row after;
	struct record r;

	TRY(write_change(tx, project_id, before, change));
	TRY(user_object_get(tx, project_id, before->id, &after));
	if (change->has.email || change->has.phone || change->has.username || change->has.external_id ||
	    change->has.name) {
		const struct user_names names = names_of(&after);
		TRY(user_words_replace(tx, project_id, before->id, &names));
	}
	r = user_object_record(tx->arena, EV_USER_UPDATED, org_id, project_id, &after);
	r.before = before;
	r.after = &after;
	TRY(record(tx, &r));
	*ret_after = after;
	return OK;
}
