/*
 * The installation: operator organization, console (project zero), and the one time that somebody sets it up
 * (tenancy rule 3).
 */
#ifndef GATEHOUSE_DOMAIN_INSTALLATION_H
#define GATEHOUSE_DOMAIN_INSTALLATION_H

#include "domain/settings.h"
#include "domain/users.h"
#include "sql/tx.h"

#define SETUP_LINK_MS HOUR_MS

struct installation {
	const char *console_id;
	const char *operator_org_id;
	int64_t setup_done_at;		/* NONE: nobody has */
};

/* ERR_NO_ROW before installation_prepare(). */
enum err installation_load(struct tx *, struct installation *ret) MUST_CHECK;

/*
 * Operator organization (named "Operator" for now, without an owner), its projects console and Default, unless
 * they are there. Sets tx->console_id. Of two that prepare at once the second runs again (ERR_DB_CONFLICT) and
 * finds the first's.
 */
enum err installation_prepare(struct tx *, struct installation *ret) MUST_CHECK;

/*
 * A new one-time link; the one before dies. ERR_NOT_FOUND once set-up is done. The text is registered to be
 * wiped.
 */
enum err installation_make_link(struct tx *, const char **ret_url) MUST_CHECK;

/*
 * Is the link's token right, now? ERR_NOT_FOUND once set-up is done (and before it is prepared),
 * ERR_INVALID_SETUP_TOKEN. Decides nothing.
 */
enum err installation_check_token(struct tx *, const char *token) MUST_CHECK;

struct installation_setup {
	const char *token;		/* NULL: whoever reaches the database itself needs none */
	const char *email, *email_key;
	const char *password_phc;
	const char *name;
	const char *org_name;		/* NULL: it stays "Operator" */
	const char *sign_up;		/* open, invite_only; NULL: as it is */
};

struct installation_owner {
	const char *org_id;
	const char *user_id;
	const char *member_id;
	const char *default_project_id;
};

/*
 * The first owner. At most one call ever succeeds: the rest get what installation_check_token() would say.
 * Records user.created, member.added, org.updated and setup.completed.
 */
enum err installation_set_up(struct tx *, const struct installation_setup *,
			     struct installation_owner *ret) MUST_CHECK;

/*
 * Makes a console user an owner of an organization, whatever they were in it before; writes the guard first.
 * Records member.added or member.role_changed; nothing when they are owner already. ERR_NO_ROW when there is no
 * such organization.
 */
enum err installation_make_owner(struct tx *, const char *org_id, const char *user_id,
				 const char **ret_member_id) MUST_CHECK;

#endif
