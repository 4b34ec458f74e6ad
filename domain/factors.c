/*
 * Second factors as a whole: which there are, what they are called, how they go.
 */
#include "domain/factors.h"

#include <string.h>

#include "domain/mail.h"
#include "domain/users.h"
#include "domain/ways_in.h"
#include "sql/gen/queries.h"

static const char *const KINDS[] = {"totp", "passkey", "phone", NULL};

const struct field factor_fields[] = {
    OUT_ID(struct factor_view, id, ID_FACTOR),
    OUT_ID(struct factor_view, user_id, ID_USER),
    OUT_ENUM(struct factor_view, kind, KINDS),
    OUT_STRING(struct factor_view, name),
    OUT_BOOL(struct factor_view, confirmed, .description = "What isn't confirmed is no factor yet"),
    OUT_BOOL(struct factor_view, backed_up,
	     .description = "A passkey that its owner's devices share"),
    OUT_TIME(struct factor_view, created_at),
    OUT_TIME(struct factor_view, last_used_at, .flags = FIELD_NULLABLE),
    FIELDS_END,
};

struct factor_view
factor_view_of(const struct user_factor_row *row)
{
	return (struct factor_view){
	    .id = row->id,
	    .user_id = row->user_id,
	    .kind = row->kind,
	    .name = row->name,
	    .confirmed = row->confirmed_at != NONE,
	    .backed_up = row->is_backed_up,
	    .created_at = row->created_at,
	    .last_used_at = row->last_used_at,
	};
}

struct seal_place
factor_seal_place(const char *project_id, const char *factor_id)
{
	return (struct seal_place){.table = "user_factors",
				   .column = "secret_sealed",
				   .row_id = factor_id,
				   .project_id = project_id};
}

enum err
factor_kinds(struct tx *tx, const char *project_id, const char *user_id, unsigned *ret_kinds)
{
	struct q_user_factor_kinds_row row;
	enum err e = q_user_factor_kinds(
	    tx->db, &(struct q_user_factor_kinds){.project_id = project_id, .user_id = user_id},
	    &row);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	*ret_kinds = 0;
	if (e == ERR_NO_ROW)
		return OK;
	*ret_kinds = (row.has_totp ? 1u << MFA_TOTP : 0) |
		     (row.has_passkey ? 1u << MFA_PASSKEY : 0) |
		     (row.has_phone ? 1u << MFA_PHONE : 0) |
		     (row.has_backup_code ? FACTOR_BACKUP_CODE : 0);
	return OK;
}

/* ---- what every change does ---- */

enum err
factor_guard(struct tx *tx, const struct factor_owner *owner)
{
	uint64_t matched = 0;

	TRY(q_user_factor_guard(tx->db,
				&(struct q_user_factor_guard){.project_id = owner->project_id,
							      .user_id = owner->user_id},
				&matched));
	return matched == 1 ? OK : ERR_NO_ROW;
}

static enum err
tell(struct tx *tx, const struct factor_owner *owner, const char *change)
{
	if (owner->email == NULL)
		return OK;
	enum err e = mail_queue(tx, &(struct mail){
					.template = MAIL_MFA_CHANGED,
					.project_id = owner->project_id,
					.user_id = owner->user_id,
					.recipient = owner->email,
					.user_name = owner->name,
					.change = change,
					.expires_at = NONE,
				    });
	return e == ERR_RATE_LIMITED ? OK : e;
}

static const char *
event_data(struct tx *tx, const struct factor_owner *owner, const char *factor_id)
{
	struct buffer json = buffer_new(tx->arena);

	buffer_text(&json, "{\"user_id\":");
	buffer_json_string(&json, owner->user_id);
	buffer_text(&json, ",\"factor_id\":");
	buffer_json_string(&json, factor_id);
	buffer_char(&json, '}');
	return buffer_string(&json);
}

enum err
factor_record(struct tx *tx, const struct factor_owner *owner, enum event event,
	      const char *factor_id, const char *label, const char *told)
{
	const char *org_id;

	TRY(user_project_org(tx, owner->project_id, owner->org_id, &org_id));
	TRY(record(tx, &(struct record){
			   .event = event,
			   .org_id = org_id,
			   .project_id = owner->project_id,
			   .target_id = factor_id != NULL ? factor_id : owner->user_id,
			   .target_label = label != NULL ? label : owner->email,
			   .changes = "{}",
			   .data = event_data(tx, owner, factor_id),
		       }));
	return told != NULL ? tell(tx, owner, told) : OK;
}

/* ---- renaming, removing ---- */

static enum err
get(struct tx *tx, const struct factor_owner *owner, const char *factor_id,
    struct user_factor_row *ret)
{
	return q_user_factor_get(tx->db,
				 &(struct q_user_factor_get){
				     .project_id = owner->project_id,
				     .user_id = owner->user_id,
				     .id = factor_id,
				 },
				 ret);
}

enum err
factor_rename(struct tx *tx, const struct factor_owner *owner, const char *factor_id,
	      const char *name, struct user_factor_row *ret)
{
	uint64_t matched = 0;

	TRY(factor_guard(tx, owner));
	TRY(q_user_factor_rename(tx->db,
				 &(struct q_user_factor_rename){
				     .name = name,
				     .project_id = owner->project_id,
				     .user_id = owner->user_id,
				     .id = factor_id,
				 },
				 &matched));
	return matched == 1 ? get(tx, owner, factor_id, ret) : ERR_NO_ROW;
}

static enum err
check_way_in(struct tx *tx, const struct factor_owner *owner)
{
	struct sign_in_settings settings;

	TRY(sign_in_settings_read(tx, owner->project_id, &settings));
	return user_check_way_in(tx, owner->project_id, owner->user_id, settings.methods);
}

/* Codes alone are no second factor: they go with the last one. */
static enum err
drop_idle_codes(struct tx *tx, const struct factor_owner *owner)
{
	unsigned kinds;

	TRY(factor_kinds(tx, owner->project_id, owner->user_id, &kinds));
	if (kinds != FACTOR_BACKUP_CODE)
		return OK;
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

enum err
factor_remove(struct tx *tx, const struct factor_owner *owner, const char *factor_id)
{
	struct user_factor_row row;

	TRY(factor_guard(tx, owner));
	TRY(get(tx, owner, factor_id, &row));
	TRY(q_user_factor_delete(tx->db,
				 &(struct q_user_factor_delete){
				     .project_id = owner->project_id,
				     .user_id = owner->user_id,
				     .id = factor_id,
				 },
				 NULL));
	if (row.confirmed_at == NONE)
		return OK;
	TRY(drop_idle_codes(tx, owner));
	if (strcmp(row.kind, "passkey") != 0)
		return factor_record(tx, owner, EV_TWO_FACTOR_DISABLED, factor_id, row.name,
				     strcmp(row.kind, "phone") == 0
					 ? "A phone was removed as second factor"
					 : "An authenticator app was removed");
	TRY(check_way_in(tx, owner));
	return factor_record(tx, owner, EV_PASSKEY_REMOVED, factor_id, row.name,
			     "A passkey was removed");
}

enum err
factors_clear(struct tx *tx, const struct factor_owner *owner, uint64_t *ret_count)
{
	struct q_user_factor_count_row count;

	TRY(factor_guard(tx, owner));
	TRY(q_user_factor_count(tx->db,
				&(struct q_user_factor_count){.project_id = owner->project_id,
							      .user_id = owner->user_id},
				&count));
	TRY(q_user_factor_delete_all(
	    tx->db,
	    &(struct q_user_factor_delete_all){.project_id = owner->project_id,
					       .user_id = owner->user_id},
	    NULL));
	TRY(q_backup_code_drop_all(tx->db,
				   &(struct q_backup_code_drop_all){.project_id = owner->project_id,
								    .user_id = owner->user_id},
				   NULL));
	*ret_count = (uint64_t)count.total;
	if (count.total == 0)
		return OK;
	return factor_record(tx, owner, EV_TWO_FACTOR_DISABLED, NULL, NULL,
			     "All second factors and passkeys were removed");
}
