/*
 * gatehousectl setup: from an empty database to the link that makes the first owner, or to the first owner.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "domain/installation.h"
#include "lib/passwords.h"
#include "lib/text.h"
#include "sql/migrate.h"

#define NAME_MAX_LENGTH 255

struct setup_answer {
	bool needed;		/* still */
	const char *url;	/* NULL: none is needed */
	int64_t url_expires_at;
	const char *org_id;
	const char *console_id;
	const char *owner_user_id;	/* made by this call, else NULL */
};

static const struct field setup_answer_fields[] = {
	OUT_BOOL(struct setup_answer, needed),
	OUT_STRING(struct setup_answer, url),
	OUT_TIME(struct setup_answer, url_expires_at),
	OUT_STRING(struct setup_answer, org_id),
	OUT_STRING(struct setup_answer, console_id),
	OUT_STRING(struct setup_answer, owner_user_id),
	FIELDS_END,
};

/* What the transactions below share. */
struct preparing {
	struct ctl *ctl;
	struct installation installation;
	bool has_policy;
	enum sign_up_policy policy;
	struct installation_setup owner_in;
	struct installation_owner owner;
	const char *url;
};

static void
say_to_people(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

/* The account that serves requests needn't be able to migrate: a database that is current isn't touched. */
static enum err
bring_schema(struct ctl *ctl)
{
	enum schema_state state;
	const char *detail;

	TRY(migrate_state(ctl->config, ctl->arena, &state, &detail));
	return state == SCHEMA_CURRENT ? OK : migrate_run(ctl->config, ctl->arena, say_to_people);
}

static enum err
prepare(void *context)
{
	struct preparing *preparing = context;
	struct tx *tx = &preparing->ctl->tx;

	TRY(installation_prepare(tx, &preparing->installation));
	if (preparing->has_policy && preparing->installation.setup_done_at == NONE)
		TRY(sign_up_policy_write(tx, tx->console_id, preparing->policy));
	return OK;
}

static enum err
make_link(void *context)
{
	struct preparing *preparing = context;

	return installation_make_link(&preparing->ctl->tx, &preparing->url);
}

static enum err
make_owner(void *context)
{
	struct preparing *preparing = context;

	return installation_set_up(&preparing->ctl->tx, &preparing->owner_in, &preparing->owner);
}

/* ---- the owner, when one is asked for here ---- */

static bool
is_name(const char *option, const char *name)
{
	size_t len = utf8_is_valid(name, strlen(name)) ? utf8_length(name) : 0;

	if (len >= 1 && len <= NAME_MAX_LENGTH && text_is_clean(name, false))
		return true;
	ctl_fail("--%s: 1 to %d characters, none of them a control character", option, NAME_MAX_LENGTH);
	return false;
}

static bool
is_good_password(struct ctl *ctl, const struct sign_in_settings *settings, const struct installation_setup *in,
		 const char *password)
{
	const char *words[] = { in->name, in->org_name };
	struct password_rules rules = sign_in_settings_password_rules(settings, ctl->config);
	const char *rule = password_problem(&rules, password, in->email,
					    (struct strings){ words, in->org_name == NULL ? 1 : 2 });

	if (rule != NULL)
		ctl_fail("the password breaks the rule '%s': %s", rule, error_info(ERR_WEAK_PASSWORD)->title);
	return rule == NULL;
}

static bool
read_owner(struct ctl *ctl, struct installation_setup *in, const char **ret_password)
{
	in->email = ctl_option(ctl, "owner-email");
	in->name = ctl_option(ctl, "owner-name");
	in->org_name = ctl_option(ctl, "org-name");
	if (ctl_option(ctl, "owner-password-stdin") == NULL) {
		ctl_fail("--owner-email needs --owner-password-stdin: a password in the arguments is seen by "
			 "every process");
		return false;
	}
	if (!ctl_email_key(ctl, "--owner-email", in->email, &in->email_key))
		return false;
	if (in->name == NULL)
		in->name = arena_strndup(ctl->arena, in->email, strcspn(in->email, "@"));
	if (!is_name("owner-name", in->name) || (in->org_name != NULL && !is_name("org-name", in->org_name)))
		return false;
	return ctl_read_secret(ctl, "the owner's password", ret_password);
}

/* The hash stands outside of the transaction, which may run again. */
static bool
hash_password(struct ctl *ctl, const char *password, struct installation_setup *in)
{
	struct sign_in_settings settings;
	enum err e = sign_in_settings_read(&ctl->tx, ctl->tx.console_id, &settings);

	if (e == OK && !is_good_password(ctl, &settings, in, password))
		return false;
	if (e == OK)
		e = password_hash(ctl->arena, config_password_cost(ctl->config), password, &in->password_phc);
	if (e != OK)
		ctl_fail_err(e, "setup");
	return e == OK;
}

/* ---- ends ---- */

static enum ctl_exit
end_done_before(struct preparing *preparing)
{
	struct ctl *ctl = preparing->ctl;

	ctl_say(ctl, "This installation is set up already.");
	ctl_print_object(ctl, setup_answer_fields, &(struct setup_answer){
		.url_expires_at = NONE,
		.org_id = preparing->installation.operator_org_id,
		.console_id = preparing->installation.console_id,
	});
	return CTL_OK;
}

static enum ctl_exit
end_with_link(struct preparing *preparing)
{
	struct ctl *ctl = preparing->ctl;
	enum err e = db_transact(ctl->db, TX_WRITE, make_link, preparing);

	if (e == ERR_NOT_FOUND)
		return end_done_before(preparing);
	if (e != OK)
		return ctl_fail_err(e, "setup");
	ctl_say(ctl,
		"Open this link within an hour to become the owner. It works once; this command makes "
		"another.\n\n  %s\n",
		preparing->url);
	ctl_print_object(ctl, setup_answer_fields, &(struct setup_answer){
		.needed = true,
		.url = preparing->url,
		.url_expires_at = ctl->tx.now_ms + SETUP_LINK_MS,
		.org_id = preparing->installation.operator_org_id,
		.console_id = preparing->installation.console_id,
	});
	return CTL_OK;
}

static enum ctl_exit
end_with_owner(struct preparing *preparing, const char *password)
{
	struct ctl *ctl = preparing->ctl;

	if (!hash_password(ctl, password, &preparing->owner_in))
		return CTL_FAILED;
	enum err e = db_transact(ctl->db, TX_WRITE, make_owner, preparing);
	if (e == ERR_NOT_FOUND)
		return end_done_before(preparing);
	if (e != OK)
		return ctl_fail_err(e, "setup");
	ctl_say(ctl, "%s is the owner. Sign in at %s/sign-in", preparing->owner_in.email,
		ctl->config->public_url);
	ctl_print_object(ctl, setup_answer_fields, &(struct setup_answer){
		.url_expires_at = NONE,
		.org_id = preparing->owner.org_id,
		.console_id = preparing->installation.console_id,
		.owner_user_id = preparing->owner.user_id,
	});
	return CTL_OK;
}

enum ctl_exit
ctl_setup(struct ctl *ctl)
{
	struct preparing preparing = { .ctl = ctl };
	bool makes_owner = ctl_option(ctl, "owner-email") != NULL;
	const char *password = NULL;

	preparing.has_policy = sign_up_policy_parse(ctl_option(ctl, "sign-up"), &preparing.policy);
	if (!makes_owner && (ctl_option(ctl, "owner-name") != NULL || ctl_option(ctl, "org-name") != NULL ||
			     ctl_option(ctl, "owner-password-stdin") != NULL))
		return ctl_fail("--owner-name, --org-name and --owner-password-stdin go with --owner-email");
	if (makes_owner && !read_owner(ctl, &preparing.owner_in, &password))
		return CTL_FAILED;
	enum err e = bring_schema(ctl);
	if (e == OK)
		e = db_transact(ctl->db, TX_WRITE, prepare, &preparing);
	if (e != OK)
		return ctl_fail_err(e, "setup");
	if (preparing.installation.setup_done_at != NONE)
		return end_done_before(&preparing);
	return makes_owner ? end_with_owner(&preparing, password) : end_with_link(&preparing);
}
