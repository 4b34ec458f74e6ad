/*
 * Importing people row by row.
 */
#include "domain/user_import.h"

#include <string.h>

#include "domain/user_object.h"
#include "domain/users.h"
#include "lib/foreign_hashes.h"
#include "lib/identifiers.h"
#include "lib/mail_builtins.h"
#include "lib/metadata.h"
#include "lib/passwords.h"
#include "lib/text.h"

const char *const user_conflict_names[] = { "skip", "update", "fail", NULL };

struct row {
	struct {
		bool email, email_verified, phone, phone_verified, username, external_id, name, locale, metadata, password_hash, status;
	} has;
	const char *email;
	bool email_verified;
	const char *phone;
	bool phone_verified;
	const char *username;
	const char *external_id;
	const char *name;
	const char *locale;
	const char *metadata;
	const char *password_hash;
	const char *status;
	/* made of them */
	const char *email_key;
	const char *scheme;
};

static const char *const statuses[] = { "active", "deactivated", NULL };

const struct field user_import_fields[] = {
	IN_STRING(struct row, email, .min = 3, .max = 254, .flags = FIELD_NULLABLE),
	IN_BOOL(struct row, email_verified),
	IN_STRING(struct row, phone, .check = phone_check, .flags = FIELD_NULLABLE),
	IN_BOOL(struct row, phone_verified),
	IN_STRING(struct row, username, .check = username_check, .flags = FIELD_NULLABLE),
	IN_STRING(struct row, external_id, .check = external_id_check, .flags = FIELD_NULLABLE),
	IN_STRING(struct row, name, .max = 255, .flags = FIELD_NULLABLE),
	IN_STRING(struct row, locale, .check = locale_check, .flags = FIELD_NULLABLE),
	IN_JSON(struct row, metadata, .flags = FIELD_NULLABLE),
	IN_STRING(struct row, password_hash, .max = PASSWORD_HASH_MAX, .flags = FIELD_NULLABLE | FIELD_RAW | FIELD_SECRET,
		  .description = "bcrypt, crypt(3), phpass, Drupal, WordPress, PBKDF2, scrypt, Argon2 or SSHA"),
	IN_ENUM(struct row, status, statuses, .description = "Of a user who is made; an update leaves it. active when absent"),
	FIELDS_END,
};

/* ---- reading one ---- */

static bool
is_bad(struct user_import_result *result, const char *code, const char *field)
{
	result->status = "failed";
	result->code = code;
	result->field = field;
	return false;
}

static bool
breaks_rule(struct user_import_result *result, const char *field, const char *rule)
{
	result->rule = rule;
	return is_bad(result, "validation_failed", field);
}

static bool
read_hash(struct row *row, struct user_import_result *result)
{
	enum err e = row->password_hash == NULL ? OK : foreign_hash_check(row->password_hash, &row->scheme);

	return e == OK || is_bad(result, error_info(e)->code, "password_hash");
}

/*
 * The row with a hash of its own. The parser registers secrets to be wiped, and they are when this row is done with: a second look at
 * the list, or a transaction that runs again, must find them.
 */
static struct json
copy_row(struct arena *arena, const struct json *json)
{
	struct json *items, copy = *json;

	if (json->type != JSON_OBJECT)
		return copy;
	items = ARENA_ARRAY(arena, json->count, struct json);
	for (size_t i = 0; i < json->count; i++) {
		items[i] = json->items[i];
		if (strcmp(json->names[i], "password_hash") == 0 && items[i].type == JSON_STRING)
			items[i].string = arena_strdup(arena, items[i].string);
	}
	copy.items = items;
	return copy;
}

/* False with the reason in the result. Texts of the result are static or the row's own, which outlive this. */
static bool
read_row(struct arena *arena, const struct json *json, struct row *row, struct user_import_result *result)
{
	const struct name_values none = { 0 };
	const struct json own = copy_row(arena, json);
	struct field_errors errors = { .count = 0 };

	fields_parse(arena, user_import_fields, &own, none, none, row, &errors);
	if (errors.count > 0)
		return breaks_rule(result, errors.items[0].field, errors.items[0].rule);
	if (row->email == NULL && row->phone == NULL && row->username == NULL && row->external_id == NULL)
		return breaks_rule(result, "email", "required");
	if (row->email != NULL && !email_key(arena, row->email, &row->email_key))
		return breaks_rule(result, "email", "email");
	const char *rule = row->metadata == NULL ? NULL : metadata_merge(arena, "{}", row->metadata, &row->metadata);
	if (rule != NULL)
		return breaks_rule(result, "metadata", rule);
	row->username = username_lower(arena, row->username);
	return read_hash(row, result);
}

static struct bytes
octets(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, text == NULL ? 0 : strlen(text) };
}

static void
name_user(struct user_import_result *result, const char *status, const char *user_id)
{
	result->status = status;
	memcpy(result->id_room, user_id, strnlen(user_id, sizeof(result->id_room) - 1));
	result->user_id = result->id_room;
}

/* ---- who is there already ---- */

static bool
is_equal(struct bytes a, const char *b)
{
	return b != NULL && a.len == strlen(b) && memcmp(a.data, b, a.len) == 0;
}

static const char *
conflict_code(const struct row *row, const struct q_user_import_match_row *match)
{
	if (is_equal(match->email_key, row->email_key))
		return error_info(ERR_EMAIL_TAKEN)->code;
	if (is_equal(match->external_id, row->external_id))
		return error_info(ERR_EXTERNAL_ID_TAKEN)->code;
	if (row->username != NULL && match->username != NULL && strcmp(row->username, match->username) == 0)
		return error_info(ERR_USERNAME_TAKEN)->code;
	return error_info(ERR_PHONE_TAKEN)->code;
}

/* The rows of two different people: neither is meant. */
static enum err
find_user(struct tx *tx, const struct user_import *import, const struct row *row, struct user_import_result *result,
	  const char **ret_user_id)
{
	struct q_user_import_match_row *matches;
	size_t count;

	*ret_user_id = NULL;
	TRY(q_user_import_match(tx->db,
				&(struct q_user_import_match){
				    .project_id = import->project_id,
				    .email_key = octets(row->email_key),
				    .phone = row->phone,
				    .username = row->username,
				    .external_id = octets(row->external_id),
				},
				&matches, &count));
	if (count == 0)
		return OK;
	if (count > 1 || import->conflict == CONFLICT_FAIL)
		(void)is_bad(result, conflict_code(row, &matches[0]), NULL);
	else
		*ret_user_id = matches[0].id;
	return OK;
}

/* ---- writing one ---- */

/* Somebody else has taken it at this moment: the row fails alone. Anything else stops the import. */
static enum err
fail_if_taken(struct user_import_result *result, enum err e)
{
	if (e != ERR_EMAIL_TAKEN && e != ERR_USERNAME_TAKEN && e != ERR_PHONE_TAKEN && e != ERR_EXTERNAL_ID_TAKEN)
		return e;
	(void)is_bad(result, error_info(e)->code, NULL);
	return OK;
}

static enum err
create(struct tx *tx, const struct user_import *import, const struct row *row, struct user_import_result *result)
{
	const char *id;
	enum err e = user_make(tx,
			       &(struct user_make){
				   .project_id = import->project_id,
				   .org_id = import->org_id,
				   .email = row->email,
				   .email_key = row->email_key,
				   .phone = row->phone,
				   .username = row->username,
				   .external_id = row->external_id,
				   .name = row->name != NULL ? row->name : "",
				   .password_phc = row->password_hash,
				   .password_scheme = row->scheme,
				   .locale = row->locale,
				   .metadata = row->metadata,
				   .email_verified = row->email != NULL && row->email_verified,
				   .phone_verified = row->phone != NULL && row->phone_verified,
				   .status = row->status,
				   .is_made_by_member = true,
				   .is_unrecorded = true,
			       },
			       &id);

	if (e != OK)
		return fail_if_taken(result, e);
	name_user(result, "created", id);
	return OK;
}

/* The stored hash isn't the row's: another one, or none. */
static enum err
has_other_password(struct tx *tx, const struct user_import *import, const char *user_id, const struct row *row, bool *ret_differs)
{
	struct q_user_password_get_row stored;

	*ret_differs = false;
	if (row->password_hash == NULL)
		return OK;
	enum err e = q_user_password_get(
	    tx->db, &(struct q_user_password_get){ .project_id = import->project_id, .user_id = user_id }, &stored);
	*ret_differs = e == ERR_NO_ROW || (e == OK && !is_equal(stored.hash, row->password_hash));
	return e == ERR_NO_ROW ? OK : e;
}

static enum err
write_password(struct tx *tx, const struct user_import *import, const char *user_id, const struct row *row)
{
	return q_user_password_set(tx->db,
				   &(struct q_user_password_set){
				       .project_id = import->project_id,
				       .user_id = user_id,
				       .hash = octets(row->password_hash),
				       .scheme = row->scheme,
				   },
				   NULL);
}

static bool
is_other(bool has, const char *now, const char *before)
{
	return has && (before == NULL || strcmp(now, before) != 0);
}

/* What a row names is what there is: then it isn't written, and nothing is recorded. */
static bool
changes_something(const struct user_change *change, const struct user_object_row *before)
{
	return is_other(change->has.email, change->email, before->email) ||
	       (change->has.email_verified && change->email_verified != before->email_verified) ||
	       is_other(change->has.phone, change->phone, before->phone) ||
	       (change->has.phone_verified && change->phone_verified != before->phone_verified) ||
	       is_other(change->has.username, change->username, before->username) ||
	       is_other(change->has.external_id, change->external_id, before->external_id) ||
	       is_other(change->has.name, change->name, before->name) ||
	       is_other(change->has.locale, change->locale, before->locale) ||
	       is_other(change->has.metadata, change->metadata, before->metadata);
}

static enum err
update(struct tx *tx, const struct user_import *import, const char *user_id, const struct row *row,
       struct user_import_result *result)
{
	struct user_object_row before, after;
	bool has_new_password;
	struct user_change change = {
		.has = { row->email != NULL, row->has.email_verified, row->phone != NULL, row->has.phone_verified,
			 row->username != NULL, row->external_id != NULL, row->name != NULL, row->locale != NULL,
			 row->metadata != NULL },
		.email = row->email,
		.email_key = row->email_key,
		.email_verified = row->email_verified,
		.phone = row->phone,
		.phone_verified = row->phone_verified,
		.username = row->username,
		.external_id = row->external_id,
		.name = row->name,
		.locale = row->locale,
	};

	TRY(user_object_get(tx, import->project_id, user_id, &before));
	const char *rule = row->metadata == NULL ? NULL
						 : metadata_merge(tx->arena, before.metadata, row->metadata, &change.metadata);
	if (rule != NULL) {
		(void)breaks_rule(result, "metadata", rule);
		return OK;
	}
	TRY(has_other_password(tx, import, user_id, row, &has_new_password));
	bool is_changed = changes_something(&change, &before);
	if (is_changed && !import->is_rehearsal) {
		enum err e = user_object_change(tx, import->org_id, import->project_id, &before, &change, &after);
		if (e != OK)
			return fail_if_taken(result, e);
	}
	/* Whoever knew the old one is out (rule 30). */
	if (has_new_password && !import->is_rehearsal) {
		TRY(write_password(tx, import, user_id, row));
		TRY(user_end_sessions(tx, import->project_id, user_id, NULL));
	}
	name_user(result, is_changed || has_new_password ? "updated" : "skipped", user_id);
	return OK;
}

static enum err
import_row(struct tx *tx, const struct user_import *import, const struct json *json, bool is_rehearsal,
	   struct user_import_result *result)
{
	struct row row = { .email_key = NULL };
	const char *user_id;

	if (!read_row(tx->arena, json, &row, result))
		return OK;
	TRY(find_user(tx, import, &row, result, &user_id));
	if (result->status != NULL)
		return OK;
	if (user_id != NULL && import->conflict == CONFLICT_SKIP) {
		name_user(result, "skipped", user_id);
		return OK;
	}
	if (user_id != NULL)
		return update(tx, import, user_id, &row, result);
	if (!is_rehearsal)
		return create(tx, import, &row, result);
	result->status = "created";
	return OK;
}

/* ---- all of them ---- */

/* What a row took of the arena goes with it; a field's name is the table's, or one that nobody knows. Rules are texts of the program. */
static enum err
import_rows(struct tx *tx, struct user_import *import, const struct json *users, bool is_rehearsal)
{
	for (size_t i = 0; i < users->count; i++) {
		struct user_import_result *result = &import->results[i];
		struct arena_mark mark = arena_mark(tx->arena);

		*result = (struct user_import_result){ .index = (int64_t)i };
		TRY(import_row(tx, import, &users->items[i], is_rehearsal, result));
		const char *field = NULL;
		for (const struct field *f = user_import_fields; f->name != NULL && result->field != NULL; f++)
			if (strcmp(f->name, result->field) == 0)
				field = f->name;
		result->field = field;
		arena_rewind(tx->arena, mark);
	}
	return OK;
}

static void
count_results(struct user_import *import)
{
	for (size_t i = 0; i < import->count; i++) {
		const char *status = import->results[i].status;
		import->created += strcmp(status, "created") == 0;
		import->updated += strcmp(status, "updated") == 0;
		import->skipped += strcmp(status, "skipped") == 0;
		import->failed += strcmp(status, "failed") == 0;
	}
}

/* With CONFLICT_FAIL: is there a row that can't be written? Then the others aren't, either. */
static bool
is_stopped(struct user_import *import)
{
	bool has_failed = false;

	for (size_t i = 0; i < import->count; i++)
		has_failed = has_failed || import->results[i].code != NULL;
	for (size_t i = 0; i < import->count && has_failed; i++)
		if (import->results[i].code == NULL)
			import->results[i].status = "skipped";
	return has_failed;
}

static enum err
record_import(struct tx *tx, const struct user_import *import)
{
	struct buffer json = buffer_new(tx->arena);

	if (import->created + import->updated == 0)
		return OK;
	buffer_printf(&json, "{\"created\":%lld,\"updated\":%lld,\"user_ids\":[", (long long)import->created,
		      (long long)import->updated);
	const char *comma = "";
	for (size_t i = 0; i < import->count; i++) {
		if (import->results[i].status[0] != 'c' && import->results[i].status[0] != 'u')
			continue;
		buffer_printf(&json, "%s\"%s\"", comma, import->results[i].user_id);
		comma = ",";
	}
	buffer_text(&json, "]}");
	return record(tx, &(struct record){
			      .event = EV_USER_IMPORTED,
			      .org_id = import->org_id,
			      .project_id = import->project_id,
			      .target_id = import->project_id,
			      .target_label = "",
			      .changes = arena_printf(tx->arena, "{\"created\":[0,%lld],\"updated\":[0,%lld]}",
						      (long long)import->created, (long long)import->updated),
			      .data = buffer_string(&json),
			  });
}

enum err
user_import(struct tx *tx, struct user_import *import, const struct json *users)
{
	import->count = users->count;
	import->created = import->updated = import->skipped = import->failed = 0;
	if (import->conflict == CONFLICT_FAIL || import->is_rehearsal)
		TRY(import_rows(tx, import, users, true));
	bool is_over = import->is_rehearsal || (import->conflict == CONFLICT_FAIL && is_stopped(import));
	if (!is_over)
		TRY(import_rows(tx, import, users, false));
	count_results(import);
	if (is_over)
		return OK;
	/* Two rows of one list can be in each other's way, which the rehearsal doesn't see. */
	if (import->conflict == CONFLICT_FAIL && import->failed > 0 && import->created + import->updated > 0)
		return ERR_EMAIL_TAKEN;
	return record_import(tx, import);
}
