/*
 * gatehousectl owner create, user reset-password: for people who can't get in any more, or not yet.
 */
#include <string.h>

#include "ctl/ctl.h"
#include "domain/installation.h"
#include "domain/mailed_link.h"
#include "domain/users.h"
#include "sql/gen/queries.h"

struct person_answer {
	const char *user_id;
	const char *email;
	const char *org_id;
	const char *member_id;
	const char *project_id;
	const char *url;		/* NULL: the person has an account and a password already */
	int64_t url_expires_at;
};

/* What a transaction is about. */
struct person {
	struct ctl *ctl;
	const char *email, *email_key;
	struct person_answer answer;
};

#define RESET_LINK_MS (30 * MINUTE_MS)

static enum err
make_reset_link(struct person *person, const char *project_id, const char *user_id, const char *email)
{
	struct tx *tx = &person->ctl->tx;

	TRY(mailed_link_make(tx,
			     &(struct mailed_link_order){
				 .kind = MAILED_LINK_RESET,
				 .project_id = project_id,
				 .user_id = user_id,
				 .email = email,
				 .life_ms = RESET_LINK_MS,
			     },
			     &person->answer.url));
	person->answer.url_expires_at = tx->now_ms + RESET_LINK_MS;
	return OK;
}

/* ---- owner create ---- */

static const struct field owner_fields[] = {
	OUT_STRING(struct person_answer, user_id),
	OUT_STRING(struct person_answer, email),
	OUT_STRING(struct person_answer, org_id),
	OUT_STRING(struct person_answer, member_id),
	OUT_STRING(struct person_answer, url),
	OUT_TIME(struct person_answer, url_expires_at),
	FIELDS_END,
};

/* A new person has proven nothing yet: the address counts when the link's password is set, not before. */
static enum err
make_person(struct person *person)
{
	struct tx *tx = &person->ctl->tx;

	TRY(user_make(tx,
		      &(struct user_make){
			  .project_id = tx->console_id,
			  .email = person->email,
			  .email_key = person->email_key,
			  .name = arena_strndup(tx->arena, person->email, strcspn(person->email, "@")),
		      },
		      &person->answer.user_id));
	return make_reset_link(person, tx->console_id, person->answer.user_id, person->email);
}

static enum err
create_owner(void *context)
{
	struct person *person = context;
	struct tx *tx = &person->ctl->tx;
	struct user_row user;
	enum err e = q_user_by_email(
		tx->db,
		&(struct q_user_by_email){
			.project_id = tx->console_id,
			.email_key = { (const uint8_t *)person->email_key, strlen(person->email_key) },
		},
		&user);

	if (e == OK)
		person->answer.user_id = user.id;
	else if (e == ERR_NO_ROW)
		TRY(make_person(person));
	else
		return e;
	return installation_make_owner(tx, person->answer.org_id, person->answer.user_id,
				       &person->answer.member_id);
}

static enum err
find_org(struct ctl *ctl, const char *slug, const char **ret_org_id)
{
	struct installation installation;
	struct q_installation_org_by_slug_row org;

	if (slug == NULL) {
		TRY(installation_load(&ctl->tx, &installation));
		*ret_org_id = installation.operator_org_id;
		return OK;
	}
	TRY(q_installation_org_by_slug(ctl->db, &(struct q_installation_org_by_slug){ .slug = slug }, &org));
	*ret_org_id = org.id;
	return OK;
}

enum ctl_exit
ctl_owner_create(struct ctl *ctl)
{
	const char *slug = ctl_option(ctl, "org");
	struct person person = { .ctl = ctl,
				 .email = ctl_option(ctl, "email"),
				 .answer = { .url_expires_at = NONE } };

	if (!ctl_email_key(ctl, "--email", person.email, &person.email_key))
		return CTL_FAILED;
	person.answer.email = person.email;
	enum err e = find_org(ctl, slug, &person.answer.org_id);
	if (e == ERR_NO_ROW)
		return ctl_fail("--org: there is no organization '%s'", slug);
	if (e == OK)
		e = db_transact(ctl->db, TX_WRITE, create_owner, &person);
	if (e != OK)
		return ctl_fail_err(e, "owner create");
	ctl_say(ctl, "%s is an owner (%s).", person.email, person.answer.member_id);
	if (person.answer.url != NULL)
		ctl_say(ctl, "This link sets the password. It works once, within 30 minutes:\n\n  %s\n",
			person.answer.url);
	ctl_print_object(ctl, owner_fields, &person.answer);
	return CTL_OK;
}

/* ---- user reset-password ---- */

static const struct field reset_fields[] = {
	OUT_STRING(struct person_answer, user_id),
	OUT_STRING(struct person_answer, email),
	OUT_STRING(struct person_answer, project_id),
	OUT_STRING(struct person_answer, url),
	OUT_TIME(struct person_answer, url_expires_at),
	FIELDS_END,
};

static enum err
reset_password(void *context)
{
	struct person *person = context;
	struct tx *tx = &person->ctl->tx;
	struct user_row user;

	TRY(q_user_by_email(tx->db,
			    &(struct q_user_by_email){
				.project_id = person->answer.project_id,
				.email_key = { (const uint8_t *)person->email_key, strlen(person->email_key) },
			    },
			    &user));
	TRY(user_end_sessions(tx, person->answer.project_id, user.id, NULL));
	TRY(make_reset_link(person, person->answer.project_id, user.id, user.email));
	person->answer.user_id = user.id;
	person->answer.email = user.email;
	return OK;
}

/* False after a line on stderr. */
static bool
find_project(struct ctl *ctl, const char **ret_project_id)
{
	const char *id = ctl_option(ctl, "project"), *org_id;

	*ret_project_id = id == NULL ? ctl->tx.console_id : id;
	return id == NULL || ctl_find_project(ctl, id, &org_id);
}

enum ctl_exit
ctl_user_reset_password(struct ctl *ctl)
{
	struct person person = { .ctl = ctl, .email = ctl->operand, .answer = { .url_expires_at = NONE } };

	if (!ctl_email_key(ctl, "the address", person.email, &person.email_key) ||
	    !find_project(ctl, &person.answer.project_id))
		return CTL_FAILED;
	enum err e = db_transact(ctl->db, TX_WRITE, reset_password, &person);
	if (e == ERR_NO_ROW)
		return ctl_fail("there is no user '%s' in %s", person.email, person.answer.project_id);
	if (e != OK)
		return ctl_fail_err(e, "user reset-password");
	ctl_say(ctl,
		"All sessions of %s have ended. This link sets a new password. It works once, within 30 "
		"minutes:\n\n  %s\n",
		person.answer.email, person.answer.url);
	ctl_print_object(ctl, reset_fields, &person.answer);
	return CTL_OK;
}
