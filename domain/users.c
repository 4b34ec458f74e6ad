/*
 * People of a project: made, proven, given passwords.
 */
#include "domain/users.h"

#include <string.h>

#include "domain/factors.h"
#include "domain/orgs.h"
#include "domain/throttle.h"
#include "domain/user_words.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

#define ORG_NAME_MAX 255
#define LABEL_MAX    255
/* Of the hashes made here. */
#define PASSWORD_SCHEME "argon2id"

/* What user.created shows. */
struct user_shown {
	const char *id;
	const char *email;
	bool email_verified;
	const char *phone;
	const char *username;
	const char *external_id;
	const char *name;
	const char *locale;
	int64_t created_at;
};

static const struct field user_shown_fields[] = {
	OUT_ID(struct user_shown, id, ID_USER),
	OUT_STRING(struct user_shown, email, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct user_shown, email_verified),
	OUT_STRING(struct user_shown, phone, .flags = FIELD_NULLABLE),
	OUT_STRING(struct user_shown, username, .flags = FIELD_NULLABLE),
	OUT_STRING(struct user_shown, external_id, .flags = FIELD_NULLABLE),
	OUT_STRING(struct user_shown, name),
	OUT_STRING(struct user_shown, locale, .flags = FIELD_NULLABLE),
	OUT_TIME(struct user_shown, created_at),
	FIELDS_END,
};

enum err
user_project_org(struct tx *tx, const char *project_id, const char *known_org_id,
		 const char **ret_org_id)
{
	struct q_user_project_row row;

	if (known_org_id != NULL) {
		*ret_org_id = known_org_id;
		return OK;
	}
	TRY(q_user_project(tx->db, &(struct q_user_project){ .project_id = project_id }, &row));
	*ret_org_id = row.org_id;
	return OK;
}

/* ---- making ---- */

/* NULL stays SQL's NULL. */
static struct bytes
octets(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, text == NULL ? 0 : strlen(text) };
}

enum err
user_taken(struct tx *tx, enum err error)
{
	enum err e = db_on_duplicate(tx->db, error, DUP_USERS_UQ_EMAIL_KEY, ERR_EMAIL_TAKEN);

	e = db_on_duplicate(tx->db, e, DUP_USERS_UQ_USERNAME, ERR_USERNAME_TAKEN);
	e = db_on_duplicate(tx->db, e, DUP_USERS_UQ_PHONE, ERR_PHONE_TAKEN);
	return db_on_duplicate(tx->db, e, DUP_USERS_UQ_EXTERNAL_ID, ERR_EXTERNAL_ID_TAKEN);
}

static enum err
insert_user(struct tx *tx, const struct user_make *make, const char *id)
{
	const char *random;
	uint8_t handle[SECRET_DIGEST_LEN];

	/* WebAuthn Level 3 section 5.4.3: 64 random octets or fewer, nothing about the person. */
	TRY(secret_make_cookie(tx->arena, &random));
	secret_digest(random, handle);
	enum err e = q_user_insert(tx->db,
				   &(struct q_user_insert){
				       .project_id = make->project_id,
				       .id = id,
				       .email = make->email,
				       .email_key = octets(make->email_key),
				       .email_verified_at = make->email_verified ? tx->now_ms : NONE,
				       .phone = make->phone,
				       .phone_verified_at = make->phone_verified ? tx->now_ms : NONE,
				       .username = make->username,
				       .external_id = octets(make->external_id),
				       .name = make->name,
				       .locale = make->locale,
				       .metadata = make->metadata != NULL ? make->metadata : "{}",
				       .status = make->status != NULL ? make->status : "active",
				       .is_anonymous = make->is_anonymous,
				       .is_made_by_member = make->is_made_by_member,
				       .webauthn_handle = { handle, sizeof(handle) },
				       .token_version = USER_FIRST_TOKEN_VERSION,
				   },
				   NULL);
	return user_taken(tx, e);
}

static enum err
insert_password(struct tx *tx, const struct user_make *make, const char *id)
{
	if (make->password_phc == NULL)
		return OK;
	return q_user_password_set(tx->db,
				   &(struct q_user_password_set){
				       .project_id = make->project_id,
				       .user_id = id,
				       .hash = octets(make->password_phc),
				       .scheme = make->password_scheme != NULL ? make->password_scheme
									       : PASSWORD_SCHEME,
				   },
				   NULL);
}

static struct user_names
names_of(const struct user_make *make)
{
	return (struct user_names){
		.email = make->email,
		.phone = make->phone,
		.username = make->username,
		.external_id = make->external_id,
		.name = make->name,
	};
}

static const char *
label_of(struct tx *tx, const struct user_make *make)
{
	struct user_names names = names_of(make);

	return user_label(tx->arena, &names);
}

static struct user_shown
shown_of(const struct tx *tx, const struct user_make *make, const char *id)
{
	return (struct user_shown){
		.id = id,
		.email = make->email,
		.email_verified = make->email_verified,
		.phone = make->phone,
		.username = make->username,
		.external_id = make->external_id,
		.name = make->name,
		.locale = make->locale,
		.created_at = tx->now_ms,
	};
}

static enum err
record_made(struct tx *tx, const struct user_make *make, const char *org_id, const char *id)
{
	struct user_shown shown = shown_of(tx, make, id);

	return record(tx, &(struct record){
			      .event = EV_USER_CREATED,
			      .org_id = org_id,
			      .project_id = make->project_id,
			      .target_id = id,
			      .target_label = label_of(tx, make),
			      .fields = user_shown_fields,
			      .after = &shown,
			  });
}

enum err
user_make(struct tx *tx, const struct user_make *make, const char **ret_user_id)
{
	const char *id;
	const char *org_id;

	TRY(user_project_org(tx, make->project_id, make->org_id, &org_id));
	TRY(tx_make_id(tx, ID_USER, &id));
	TRY(insert_user(tx, make, id));
	struct user_names names = names_of(make);
	TRY(user_words_add(tx, make->project_id, id, &names));
	TRY(insert_password(tx, make, id));
	if (make->acts)
		tx->actor = (struct actor){ .kind = "user", .id = id, .label = label_of(tx, make) };
	if (!make->is_unrecorded)
		TRY(record_made(tx, make, org_id, id));
	*ret_user_id = id;
	return OK;
}

/* "Ada's organization"; who gave no name is called by their address. */
static const char *
own_org_name(struct tx *tx, const struct user_make *make)
{
	const char *who = make->name;

	if ((who == NULL || who[0] == '\0') && make->email != NULL)
		who = arena_strndup(tx->arena, make->email, strcspn(make->email, "@"));
	return utf8_cut(tx->arena, arena_printf(tx->arena, "%s's organization", who), ORG_NAME_MAX);
}

enum err
user_sign_up(struct tx *tx, const struct user_make *make, const char *org_name,
	     const char *joined_via, const char **ret_user_id, const char **ret_org_id)
{
	struct org_made org;
	const char *user_id;

	TRY(user_make(tx, make, &user_id));
	TRY(org_make(tx,
		     &(struct org_make){
			 .name = org_name != NULL ? org_name : own_org_name(tx, make),
			 .owner_user_id = user_id,
			 .joined_via = joined_via,
		     },
		     &org));
	*ret_user_id = user_id;
	*ret_org_id = org.id;
	return OK;
}

/* ---- signing in ---- */

enum err
user_may_sign_in(const char *status, int64_t ban_expires_at, int64_t now_ms)
{
	if (strcmp(status, "deactivated") == 0)
		return ERR_USER_DEACTIVATED;
	if (strcmp(status, "banned") == 0 && (ban_expires_at == NONE || ban_expires_at > now_ms))
		return ERR_USER_BANNED;
	return OK;
}

enum err
user_signed_in(struct tx *tx, const char *project_id, const char *user_id, int64_t token_version)
{
	uint64_t matched = 0;

	TRY(q_user_signed_in(tx->db,
			     &(struct q_user_signed_in){ .project_id = project_id,
							 .id = user_id,
							 .token_version = token_version },
			     &matched));
	return matched == 1 ? OK : ERR_NO_ROW;
}

/*
 * Whoever made the account may not be who reads this mailbox: what they left behind must not open it
 * later. A member who makes one vouches for it.
 */
static enum err
drop_older_than_proof(struct tx *tx, const char *project_id, const char *user_id)
{
	struct q_user_maker_row maker;
	uint64_t factor_count;

	TRY(q_user_maker(tx->db, &(struct q_user_maker){ .project_id = project_id, .id = user_id }, &maker));
	if (maker.is_made_by_member)
		return OK;
	TRY(q_user_password_drop(
	    tx->db, &(struct q_user_password_drop){ .project_id = project_id, .user_id = user_id },
	    NULL));
	TRY(factors_clear(tx, &(struct factor_owner){ .project_id = project_id, .user_id = user_id },
			  &factor_count));
	TRY(q_user_identity_drop_all(
	    tx->db,
	    &(struct q_user_identity_drop_all){ .project_id = project_id, .user_id = user_id }, NULL));
	return user_end_sessions(tx, project_id, user_id, NULL);
}

enum err
user_prove_email(struct tx *tx, const char *project_id, const char *user_id, const char *email,
		 bool *ret_is_first)
{
	uint64_t matched = 0;
	const char *org_id;

	TRY(q_user_prove_email(
	    tx->db, &(struct q_user_prove_email){ .project_id = project_id, .id = user_id },
	    &matched));
	*ret_is_first = matched == 1;
	if (matched == 0)
		return OK;

	TRY(drop_older_than_proof(tx, project_id, user_id));
	TRY(user_project_org(tx, project_id, NULL, &org_id));
	return record(tx, &(struct record){
			      .event = EV_EMAIL_VERIFIED,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = user_id,
			      .target_label = utf8_cut(tx->arena, email, LABEL_MAX),
			      .changes = "{\"email_verified\":[false,true]}",
			  });
}

enum err
user_prove_phone(struct tx *tx, const char *project_id, const char *user_id, const char *phone)
{
	uint64_t matched = 0;
	const char *org_id;

	TRY(q_user_prove_phone(
	    tx->db,
	    &(struct q_user_prove_phone){ .project_id = project_id, .id = user_id, .phone = phone },
	    &matched));
	if (matched == 0)
		return OK;
	TRY(user_project_org(tx, project_id, NULL, &org_id));
	return record(tx, &(struct record){
			      .event = EV_PHONE_VERIFIED,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = user_id,
			      .target_label = phone,
			      .changes = "{\"phone_verified\":[false,true]}",
			  });
}

/* ---- a guest stays ---- */

enum err
user_upgrade(struct tx *tx, const char *user_id, const struct user_make *make)
{
	struct user_make kept = *make;
	struct user_row guest;
	uint64_t matched = 0;
	const char *org_id;

	TRY(q_user_get(tx->db, &(struct q_user_get){ .project_id = make->project_id, .id = user_id }, &guest));
	if (make->name[0] == '\0' && guest.name != NULL)
		kept.name = guest.name;
	struct user_shown shown = shown_of(tx, &kept, user_id);
	struct user_names names = names_of(&kept);
	enum err e = q_user_upgrade(tx->db,
				    &(struct q_user_upgrade){
					.email = make->email,
					.email_key = octets(make->email_key),
					.email_verified_at = make->email_verified ? tx->now_ms : NONE,
					.username = make->username,
					.name = kept.name,
					.project_id = make->project_id,
					.id = user_id,
				    },
				    &matched);

	TRY(user_taken(tx, e));
	if (matched == 0)
		return ERR_NOT_ANONYMOUS;
	TRY(user_words_replace(tx, make->project_id, user_id, &names));
	TRY(insert_password(tx, make, user_id));
	TRY(user_project_org(tx, make->project_id, make->org_id, &org_id));
	return record(tx, &(struct record){
			      .event = EV_USER_UPDATED,
			      .org_id = org_id,
			      .project_id = make->project_id,
			      .target_id = user_id,
			      .target_label = label_of(tx, make),
			      .changes = "{\"anonymous\":[true,false]}",
			      .fields = user_shown_fields,
			      .after = &shown,
			  });
}

/* ---- passwords ---- */

enum err
user_set_password(struct tx *tx, const char *project_id, const char *user_id, const char *phc,
		  int64_t proven_version)
{
	uint64_t matched = 0;

	TRY(q_user_raise_token_version(tx->db,
				       &(struct q_user_raise_token_version){
					   .project_id = project_id,
					   .id = user_id,
					   .proven_version = proven_version,
				       },
				       &matched));
	if (matched == 0)
		return ERR_FLOW_EXPIRED;
	TRY(q_user_password_set(tx->db,
				&(struct q_user_password_set){
				    .project_id = project_id,
				    .user_id = user_id,
				    .hash = octets(phc),
				    .scheme = PASSWORD_SCHEME,
				},
				NULL));
	TRY(q_one_time_token_void_all(
	    tx->db,
	    &(struct q_one_time_token_void_all){ .project_id = project_id, .user_id = user_id },
	    NULL));
	TRY(q_contact_change_void(
	    tx->db, &(struct q_contact_change_void){ .project_id = project_id, .user_id = user_id },
	    NULL));
	return throttle_clear(tx, project_id, user_id);
}
