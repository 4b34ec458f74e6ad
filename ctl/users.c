/*
 * gatehousectl owner create, user reset-password, user reset-factors: for people who can't get in any more, or not yet.
 */
#include <string.h>

#include "ctl/ctl.h"
#include "domain/factors.h"
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
	int64_t factor_count;
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
find_user(struct person *person, struct user_row *ret)
{
	TRY(q_user_by_email(person->ctl->tx.db,
			    &(struct q_user_by_email){
				.project_id = person->answer.project_id,
				.email_key = { (const uint8_t *)person->email_key, strlen(person->email_key) },
			    },
			    ret));
	person->answer.user_id = ret->id;
	person->answer.email = ret->email;
	return OK;
}

static enum err
reset_password(void *context)
{
	struct person *person = context;
	struct tx *tx = &person->ctl->tx;
	struct user_row user;

	TRY(find_user(person, &user));
	TRY(user_end_sessions(tx, person->answer.project_id, user.id, NULL));
	return make_reset_link(person, person->answer.project_id, user.id, user.email);
}

/* False after a line on stderr. */
static bool
find_project(struct ctl *ctl, const char **ret_project_id)
{
	const char *id = ctl_option(ctl, "project"), *org_id;

	*ret_project_id = id == NULL ? ctl->tx.console_id : id;
	return id == NULL || ctl_find_project(ctl, id, &org_id);
}

/* Does the work on whom the command line names, a user of --project. */
static enum ctl_exit
change_user(struct person *person, const char *command, enum err (*work)(void *))
{
	struct ctl *ctl = person->ctl;

	if (!ctl_email_key(ctl, "the address", person->email, &person->email_key) ||
	    !find_project(ctl, &person->answer.project_id))
		return CTL_FAILED;
	enum err e = db_transact(ctl->db, TX_WRITE, work, person);
	if (e == ERR_NO_ROW)
		return ctl_fail("there is no user '%s' in %s", person->email, person->answer.project_id);
	return e == OK ? CTL_OK : ctl_fail_err(e, command);
}

enum ctl_exit
ctl_user_reset_password(struct ctl *ctl)
{
	struct person person = { .ctl = ctl, .email = ctl->operand, .answer = { .url_expires_at = NONE } };
	enum ctl_exit status = change_user(&person, "user reset-password", reset_password);

	if (status != CTL_OK)
		return status;
	ctl_say(ctl,
		"All sessions of %s have ended. This link sets a new password. It works once, within 30 "
		"minutes:\n\n  %s\n",
		person.answer.email, person.answer.url);
	ctl_print_object(ctl, reset_fields, &person.answer);
	return CTL_OK;
}

/* ---- user reset-factors ---- */

static const struct field factors_fields[] = {
	OUT_STRING(struct person_answer, user_id),
	OUT_STRING(struct person_answer, email),
	OUT_STRING(struct person_answer, project_id),
	OUT_INT(struct person_answer, factor_count),
	FIELDS_END,
};

static enum err
reset_factors(void *context)
{
	struct person *person = context;
	struct tx *tx = &person->ctl->tx;
	struct user_row user;
	uint64_t count = 0;

	TRY(find_user(person, &user));
	struct factor_owner owner = {
		.project_id = person->answer.project_id,
		.user_id = user.id,
		.email = user.email,
		.name = user.name,
	};
	TRY(factors_clear(tx, &owner, &count));
	person->answer.factor_count = (int64_t)count;
	return user_end_sessions(tx, owner.project_id, user.id, NULL);
}

enum ctl_exit
ctl_user_reset_factors(struct ctl *ctl)
{
	struct person person = { .ctl = ctl, .email = ctl->operand };
	enum ctl_exit status = change_user(&person, "user reset-factors", reset_factors);

	if (status != CTL_OK)
		return status;
	ctl_say(ctl,
		"%s has no second factor, passkey or backup code any more (there were %lld factors), and all sessions have ended.",
		person.answer.email, (long long)person.answer.factor_count);
	ctl_print_object(ctl, factors_fields, &person.answer);
	return CTL_OK;
}
