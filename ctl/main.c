/*
 * gatehousectl: the table of commands, and what is made ready before one runs.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/import.h"
#include "domain/audit_export.h"
#include "domain/installation.h"
#include "domain/user_import.h"
#include "sql/migrate.h"
#include "sys/log.h"
#include "sys/system.h"

#define CTL_ARENA_BYTES ((size_t)64 * 1024 * 1024)

static const char *const sign_up_choices[] = { "open", "invite_only", NULL };
static const char *const environment_choices[] = { "live", "test", NULL };

static const struct ctl_option migrate_options[] = {
	{ .name = "dry-run", .summary = "say what would be done; exit status 1 when something would" },
	{ .name = NULL },
};

static const struct ctl_option setup_options[] = {
	{ .name = "sign-up",
	  .value = "open|invite_only",
	  .choices = sign_up_choices,
	  .summary = "who may sign up to the console (default invite_only)" },
	{ .name = "owner-email",
	  .value = "E",
	  .summary = "make the first owner here instead of printing a link" },
	{ .name = "owner-password-stdin",
	  .summary = "the owner's password is the first line of standard input" },
	{ .name = "owner-name",
	  .value = "N",
	  .summary = "the owner's name (default: the address before the @)" },
	{ .name = "org-name",
	  .value = "N",
	  .summary = "name of the operator organization (default: Operator)" },
	{ .name = NULL },
};

static const struct ctl_option owner_options[] = {
	{ .name = "email",
	  .value = "E",
	  .is_required = true,
	  .summary = "address of the console user, who is made when missing" },
	{ .name = "org", .value = "SLUG", .summary = "the organization (default: the operator's)" },
	{ .name = NULL },
};

static const struct ctl_option reset_options[] = {
	{ .name = "project", .value = "ID", .summary = "the user's project (default: the console)" },
	{ .name = NULL },
};

static const struct ctl_option import_options[] = {
	{ .name = "project", .value = "ID", .is_required = true, .summary = "the project whose users they become" },
	{ .name = "on-conflict",
	  .value = "skip|update|fail",
	  .choices = user_conflict_names,
	  .summary = "who is there already: skip the row, update the user, or write nothing at all (default skip)" },
	{ .name = "format",
	  .value = "auto|json|jsonl|csv|wordpress|laravel|keycloak|auth0",
	  .choices = import_format_names,
	  .summary = "how the file is written, and by which program (default auto: as it looks)" },
	{ .name = "dry-run", .summary = "write nothing; say what would become of each row" },
	{ .name = "report", .value = "FILE", .summary = "write the rows that were refused, and why, to this file (CSV)" },
	{ .name = NULL },
};

static const struct ctl_option key_options[] = {
	{ .name = "org", .value = "SLUG", .is_required = true, .summary = "the organization" },
	{ .name = "project", .value = "ID", .summary = "pin the key to this project (default: unpinned)" },
	{ .name = "environment",
	  .value = "live|test",
	  .choices = environment_choices,
	  .summary = "of an unpinned key (default live); a pinned key has its project's" },
	{ .name = "scopes",
	  .value = "S",
	  .summary = "permissions, separated by spaces (default: all that a key may have)" },
	{ .name = "name", .value = "N", .is_required = true, .summary = "what the key is for" },
	{ .name = NULL },
};

static const struct ctl_option projects_options[] = {
	{ .name = "org", .value = "SLUG", .summary = "of this organization alone" },
	{ .name = NULL },
};

static const struct ctl_option plan_options[] = {
	{ .name = "none", .summary = "instead of a plan: it has none of its own any more" },
	{ .name = NULL },
};

static const struct ctl_option host_options[] = {
	{ .name = "project", .value = "ID", .is_required = true, .summary = "whose it is" },
	{ .name = NULL },
};

static const struct ctl_option audit_verify_options[] = {
	{ .name = "anchor",
	  .value = "SEQ:HASH",
	  .summary = "a head that was kept: without one, a tail that was cut off isn't noticed" },
	{ .name = NULL },
};

static const struct ctl_option audit_export_options[] = {
	{ .name = "format",
	  .value = "csv|jsonl",
	  .choices = audit_format_names,
	  .summary = "jsonl when absent: it can be verified without Gatehouse" },
	{ .name = NULL },
};

static const struct ctl_option backup_options[] = {
	{ .name = "passphrase-file",
	  .value = "FILE",
	  .summary = "seal it with the first line of this file (without: whoever has the backup has it all)" },
	{ .name = NULL },
};

static const struct ctl_option restore_options[] = {
	{ .name = "passphrase-file", .value = "FILE", .summary = "what the backup was sealed with" },
	{ .name = "force", .summary = "replace what is in the database, and another key file" },
	{ .name = NULL },
};

static const struct ctl_command commands[] = {
	{ .name = "init-key",
	  .operand = "FILE",
	  .needs = NEEDS_NOTHING,
	  .run = ctl_init_key,
	  .summary = "Make a master key file. It never overwrites one: without the old key nothing sealed "
		     "opens again." },
	{ .name = "master-key rotate",
	  .needs = NEEDS_DATABASE,
	  .run = ctl_master_key_rotate,
	  .summary = "Add a new master key to the key file; all that is sealed gets sealed anew with it." },
	{ .name = "master-key status",
	  .needs = NEEDS_DATABASE,
	  .run = ctl_master_key_status,
	  .summary = "Each master key, and how many values it seals." },
	{ .name = "master-key retire",
	  .operand = "ID",
	  .needs = NEEDS_DATABASE,
	  .run = ctl_master_key_retire,
	  .summary = "Take a master key out of the key file once it seals nothing." },
	{ .name = "migrate",
	  .options = migrate_options,
	  .needs = NEEDS_CONFIG,
	  .run = ctl_migrate,
	  .summary = "Bring the database to the schema of this program." },
	{ .name = "setup",
	  .options = setup_options,
	  .needs = NEEDS_KEYS,
	  .run = ctl_setup,
	  .summary = "Migrate, make the console, and print the one-time setup link (1 hour)." },
	{ .name = "owner create",
	  .options = owner_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_owner_create,
	  .summary = "Make somebody an owner of an organization; prints a one-time password link for a new "
		     "user." },
	{ .name = "user reset-password",
	  .operand = "E",
	  .options = reset_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_user_reset_password,
	  .summary = "End a user's sessions and print a one-time link (30 minutes) for a new password." },
	{ .name = "user reset-factors",
	  .operand = "E",
	  .options = reset_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_user_reset_factors,
	  .summary = "End a user's sessions and remove their second factors, passkeys and backup codes." },
	{ .name = "users import",
	  .operand = "FILE",
	  .options = import_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_users_import,
	  .summary = "Bring people along from another program, with the hashes of their passwords. Repeating it goes on where it was "
		     "stopped." },
	{ .name = "key create",
	  .options = key_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_key_create,
	  .summary = "Make a service key; its secret is printed once." },
	{ .name = "org suspend",
	  .operand = "ORG",
	  .needs = NEEDS_DATABASE,
	  .run = ctl_org_suspend,
	  .summary = "Suspend an organization, named by its slug: whatever acts in it is refused from the next request on." },
	{ .name = "org resume",
	  .operand = "ORG",
	  .needs = NEEDS_DATABASE,
	  .run = ctl_org_resume,
	  .summary = "Let a suspended organization work again." },
	{ .name = "org set-plan",
	  .operand = "ORG",
	  .second = "[PLAN]",
	  .options = plan_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_org_set_plan,
	  .summary = "Put an organization, named by its slug, on a plan of the console, named by its key." },
	{ .name = "orgs list",
	  .needs = NEEDS_DATABASE,
	  .run = ctl_orgs_list,
	  .summary = "Every organization." },
	{ .name = "projects list",
	  .options = projects_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_projects_list,
	  .summary = "Every project." },
	{ .name = "host set",
	  .operand = "URL",
	  .options = host_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_host_set,
	  .summary = "Give a project a host name of its own, https://login.example.com, where it is an issuer too." },
	{ .name = "host remove",
	  .operand = "ID",
	  .needs = NEEDS_DATABASE,
	  .run = ctl_host_remove,
	  .summary = "Take a project's host name away: it is refused from the next request on." },
	{ .name = "hosts list",
	  .needs = NEEDS_DATABASE,
	  .run = ctl_hosts_list,
	  .summary = "Every host name of a project's own." },
	{ .name = "audit verify",
	  .operand = "[CHAIN]",
	  .options = audit_verify_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_audit_verify,
	  .summary = "Compute the hashes of an organization's or project's audit log anew, or of all of them." },
	{ .name = "audit export",
	  .operand = "CHAIN",
	  .options = audit_export_options,
	  .needs = NEEDS_DATABASE,
	  .run = ctl_audit_export,
	  .summary = "Print the whole audit log of an organization or project, oldest first." },
	{ .name = "backup",
	  .operand = "FILE",
	  .options = backup_options,
	  .needs = NEEDS_KEYS,
	  .run = ctl_backup,
	  .summary = "Write the database as it is at one moment, the master keys and the configuration to a new file." },
	{ .name = "restore",
	  .operand = "FILE",
	  .options = restore_options,
	  .needs = NEEDS_CONFIG,
	  .run = ctl_restore,
	  .summary = "Put a backup into an empty database, and its keys into the key file." },
	{ .name = "doctor",
	  .needs = NEEDS_CONFIG,
	  .run = ctl_doctor,
	  .summary = "Look at everything the installation needs; one line each, with the remedy." },
	{ .name = NULL },
};

/*
 * Who to name in the audit log: the person behind sudo, when there is one. Anything else in the environment
 * isn't believed.
 */
static const char *
operator_label(struct arena *arena)
{
	const char *sudo_user = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *person = sudo_user != NULL ? getpwnam(sudo_user) : getpwuid(getuid());

	if (person == NULL)
		return arena_printf(arena, "uid %u", (unsigned)getuid());
	return arena_printf(arena, "%s", person->pw_name);
}

void
ctl_tick(struct ctl *ctl)
{
	ctl->tx.now_ms = clock_now_ms(ctl->config);
	db_use(ctl->db, ctl->arena, ctl->tx.now_ms);
}

void
ctl_open_tx(struct ctl *ctl)
{
	int64_t now_ms = clock_now_ms(ctl->config);

	ctl->db = db_new(ctl->config);
	db_use(ctl->db, ctl->arena, now_ms);
	ctl->tx = (struct tx){
		.db = ctl->db,
		.arena = ctl->arena,
		.now_ms = now_ms,
		.config = ctl->config,
		.keyring = ctl->keyring,
		.actor = { .kind = "cli", .id = "", .label = operator_label(ctl->arena) },
		.request_id = "",
		.user_agent = "",
		.console_id = "",
	};
}

static bool
require_prepared_database(struct ctl *ctl)
{
	enum schema_state state;
	const char *detail;
	struct installation installation;

	enum err e = migrate_state(ctl->config, ctl->arena, &state, &detail);
	if (e != OK) {
		ctl_fail_err(e, "database");
		return false;
	}
	if (state != SCHEMA_CURRENT) {
		ctl_fail("%s%s", detail,
			 state == SCHEMA_BEHIND || state == SCHEMA_EMPTY ? ". Run `gatehousectl setup` first."
									 : "");
		return false;
	}
	e = installation_load(&ctl->tx, &installation);
	if (e == ERR_NO_ROW)
		ctl_fail("this database has no console yet. Run `gatehousectl setup` first.");
	else if (e != OK)
		ctl_fail_err(e, "database");
	else
		ctl->tx.console_id = installation.console_id;
	return e == OK;
}

/* config_load() and keyring_load() say themselves what is wrong. */
static bool
make_ready(struct ctl *ctl)
{
	enum ctl_needs needs = ctl->command->needs;

	if (needs >= NEEDS_CONFIG) {
		ctl->config = config_load(ctl->arena, ctl->config_file);
		if (ctl->config == NULL)
			return false;
	}
	if (needs >= NEEDS_KEYS) {
		ctl->keyring = keyring_load(ctl->arena, ctl->config);
		if (ctl->keyring == NULL) {
			ctl_fail("no usable master key file (master_key_file); `gatehousectl init-key FILE` "
				 "makes a new one");
			return false;
		}
		ctl_open_tx(ctl);
	}
	return needs < NEEDS_DATABASE || require_prepared_database(ctl);
}

int
main(int argc, char **argv)
{
	struct ctl ctl = { .config_file = GATEHOUSE_CONFIG_FILE, .arena = arena_new(CTL_ARENA_BYTES) };
	bool wants_help;
	enum ctl_exit status = CTL_FAILED;

	log_open(LOG_WARN, "ctl");
	if (argc == 2 && strcmp(argv[1], "--manual") == 0) {
		ctl_print_manual(commands);
		arena_free(ctl.arena);
		return fflush(stdout) == 0 ? CTL_OK : CTL_FAILED;
	}
	if (!ctl_parse(&ctl, argc, argv, commands, &wants_help)) {
		arena_free(ctl.arena);
		return CTL_FAILED;
	}
	if (wants_help) {
		if (ctl.command == NULL)
			ctl_print_help(commands);
		else
			ctl_print_command_help(ctl.command);
		status = CTL_OK;
	} else if (make_ready(&ctl)) {
		status = ctl.command->run(&ctl);
	}
	db_free(ctl.db);
	keyring_free(ctl.keyring);
	arena_free(ctl.arena);
	if (fflush(stdout) != 0)
		status = ctl_fail("standard output: it can't be written");
	return (int)status;
}
