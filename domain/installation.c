/*
 * Preparing an installation, and setting it up once.
 */
#include "domain/installation.h"

#include <string.h>

#include "domain/members.h"
#include "domain/orgs.h"
#include "domain/projects.h"
#include "domain/slugs.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"


enum err
installation_load(struct tx *tx, struct installation *ret)
{
	struct q_installation_get_row row;

	TRY(q_installation_get(tx->db, &row));
	*ret = (struct installation){
		.console_id = row.console_id,
		.operator_org_id = row.operator_org_id,
		.setup_done_at = row.setup_done_at,
	};
	return OK;
}

/* ---- before anybody is there ---- */

static enum err
make_console(struct tx *tx, const char *org_id, const char **ret_console_id)
{
	const char *home = arena_printf(tx->arena, "%s/dashboard", tx->config->public_url);
	struct project_made console;

	TRY(project_make(tx,
			 &(struct project_make){
			     .org_id = org_id,
			     .name = "Console",
			     .slug = "console",
			     .type = "web",
			     .environment = "live",
			     .redirect_uris = { &home, 1 },
			 },
			 &console));
	*ret_console_id = console.id;
	return OK;
}

enum err
installation_prepare(struct tx *tx, struct installation *ret)
{
	struct org_made org;
	enum err e = installation_load(tx, ret);

	if (e == OK)
		tx->console_id = ret->console_id;
	if (e != ERR_NO_ROW)
		return e;
	TRY(org_make(tx, &(struct org_make){ .name = "Operator", .joined_via = "setup" }, &org));
	TRY(make_console(tx, org.id, &tx->console_id));
	e = q_installation_insert(
		tx->db,
		&(struct q_installation_insert){ .console_id = tx->console_id, .operator_org_id = org.id },
		NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_INSTALLATION_PRIMARY, ERR_DB_CONFLICT));
	TRY(sign_up_policy_write(tx, tx->console_id, SIGN_UP_INVITE_ONLY));
	*ret = (struct installation){ .console_id = tx->console_id,
				      .operator_org_id = org.id,
				      .setup_done_at = NONE };
	return OK;
}

/* ---- the link ---- */

enum err
installation_make_link(struct tx *tx, const char **ret_url)
{
	struct secret secret;
	uint64_t matched;

	TRY(secret_make(tx->arena, SECRET_SETUP, &secret));
	TRY(q_installation_set_token(tx->db,
				     &(struct q_installation_set_token){
					 .setup_digest = { secret.digest, sizeof(secret.digest) },
					 .setup_expires_at = tx->now_ms + SETUP_LINK_MS,
				     },
				     &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	char *url = arena_printf(tx->arena, "%s/setup#%s", tx->config->public_url, secret.text);
	arena_wipe_later(tx->arena, url, strlen(url));
	*ret_url = url;
	return OK;
}

/* A token of another kind, or a mistyped one, costs no query. */
static bool
digest_token(const char *token, uint8_t ret_digest[SECRET_DIGEST_LEN])
{
	enum secret_kind kind;

	if (!secret_parse(token, &kind) || kind != SECRET_SETUP)
		return false;
	secret_digest(token, ret_digest);
	return true;
}

enum err
installation_check_token(struct tx *tx, const char *token)
{
	uint8_t digest[SECRET_DIGEST_LEN];
	struct q_installation_get_row row;
	enum err e = q_installation_get(tx->db, &row);

	if (e == ERR_NO_ROW || (e == OK && row.setup_done_at != NONE))
		return ERR_NOT_FOUND;
	TRY(e);
	if (!digest_token(token, digest) || row.setup_digest.len != sizeof(digest) ||
	    !secret_equal(row.setup_digest.data, digest, sizeof(digest)) || row.setup_expires_at <= tx->now_ms)
		return ERR_INVALID_SETUP_TOKEN;
	return OK;
}

/* ---- setting up ---- */

/* The conditional UPDATE that one caller wins. */
static enum err
take_setup(struct tx *tx, const char *token)
{
	uint8_t digest[SECRET_DIGEST_LEN];
	uint64_t matched;

	if (token == NULL) {
		TRY(q_installation_finish_locally(tx->db, &matched));
		return matched == 1 ? OK : ERR_NOT_FOUND;
	}
	if (!digest_token(token, digest))
		return ERR_INVALID_SETUP_TOKEN;
	TRY(q_installation_finish(tx->db,
				  &(struct q_installation_finish){ .setup_digest = { digest, sizeof(digest) } },
				  &matched));
	if (matched == 1)
		return OK;
	/* Lost: to somebody who was quicker, or to a newer link. */
	enum err e = installation_check_token(tx, token);
	return e == OK ? ERR_NOT_FOUND : e;
}

/* The slug follows the name; a taken one is stepped over at the unique key. */
static enum err
name_org(struct tx *tx, const char *org_id, const char *name)
{
	const char *base = slug_derive(tx->arena, name, "org");
	enum err e = ERR_SLUG_CONFLICT;
	struct org_row before, after;

	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = org_id }, &before));
	for (unsigned attempt = 1; e == ERR_SLUG_CONFLICT && attempt <= SLUG_ATTEMPTS_MAX; attempt++) {
		const char *slug;

		TRY(slug_candidate(tx, base, attempt, &slug));
		e = q_installation_name_org(tx->db,
					    &(struct q_installation_name_org){
						.name = name,
						.slug = slug,
						.org_id = org_id,
					    },
					    NULL);
		e = db_on_duplicate(tx->db, e, DUP_ORGS_UQ_SLUG, ERR_SLUG_CONFLICT);
	}
	TRY(e);
	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = org_id }, &after));
	return record(tx, &(struct record){
			      .event = EV_ORG_UPDATED,
			      .org_id = org_id,
			      .event_project_id = after.default_project_id,
			      .target_id = org_id,
			      .target_label = name,
			      .fields = org_fields,
			      .before = &before,
			      .after = &after,
			  });
}

static enum err
make_first_owner(struct tx *tx, const struct installation_setup *in, struct installation_owner *owner)
{
	TRY(user_make(tx,
		      &(struct user_make){
			  .project_id = tx->console_id,
			  .org_id = owner->org_id,
			  .email = in->email,
			  .email_key = in->email_key,
			  .name = in->name,
			  .password_phc = in->password_phc,
			  /* Whoever holds the link, or the database, is believed. */
			  .email_verified = true,
			  .acts = in->token != NULL,
		      },
		      &owner->user_id));
	return installation_make_owner(tx, owner->org_id, owner->user_id, &owner->member_id);
}

enum err
installation_set_up(struct tx *tx, const struct installation_setup *in, struct installation_owner *ret)
{
	struct installation installation;
	struct org_row org;
	enum sign_up_policy policy;
	enum err e = installation_load(tx, &installation);

	TRY(e == ERR_NO_ROW ? ERR_NOT_FOUND : e);
	tx->console_id = installation.console_id;
	TRY(take_setup(tx, in->token));
	struct installation_owner owner = { .org_id = installation.operator_org_id };
	TRY(make_first_owner(tx, in, &owner));
	if (in->org_name != NULL)
		TRY(name_org(tx, owner.org_id, in->org_name));
	if (sign_up_policy_parse(in->sign_up, &policy))
		TRY(sign_up_policy_write(tx, tx->console_id, policy));
	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = owner.org_id }, &org));
	TRY(record(tx, &(struct record){
			   .event = EV_SETUP_COMPLETED,
			   .org_id = owner.org_id,
			   .event_project_id = org.default_project_id,
			   .target_id = owner.org_id,
			   .target_label = org.name,
		       }));
	owner.default_project_id = org.default_project_id;
	*ret = owner;
	return OK;
}

/* ---- owners ---- */

enum err
installation_make_owner(struct tx *tx, const char *org_id, const char *user_id, const char **ret_member_id)
{
	struct member_row member;
	struct org_row org;

	TRY(org_guard(tx, org_id));
	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = org_id }, &org));
	enum err e = q_member_get_by_user(
		tx->db, &(struct q_member_get_by_user){ .org_id = org_id, .user_id = user_id }, &member);
	if (e == ERR_NO_ROW)
		return member_add(tx,
				  &(struct member_add){
				      .org_id = org_id,
				      .user_id = user_id,
				      .role = ROLE_OWNER,
				      .joined_via = "setup",
				      .event_project_id = org.default_project_id,
				  },
				  ret_member_id);
	TRY(e);
	*ret_member_id = member.id;
	return member_change_role(tx, &member, ROLE_OWNER, org.default_project_id);
}
