/*
 * What the commands of gatehousectl share: the table of commands, their options, what they print and how they
 * end.
 */
#ifndef GATEHOUSE_CTL_CTL_H
#define GATEHOUSE_CTL_CTL_H

#include "lib/fields.h"
#include "sql/tx.h"

/* What a command says about itself to the shell. */
enum ctl_exit { CTL_OK = 0, CTL_WARNING = 1, CTL_FAILED = 2 };

struct ctl;

struct ctl_option {
	const char *name;		/* without the dashes */
	const char *value;		/* what stands for its value in the help; NULL: a switch */
	const char *summary;
	bool is_required;
	const char *const *choices;	/* NULL-terminated; NULL: any text */
};

/* What is ready before a command runs. */
enum ctl_needs {
	NEEDS_NOTHING,
	NEEDS_CONFIG,
	NEEDS_KEYS,		/* configuration and master key file */
	NEEDS_DATABASE,		/* both, and a database with the schema this binary knows, prepared by setup */
};

struct ctl_command {
	const char *name;		/* one or two words: "owner create" */
	const char *operand;		/* name of the operand in the help; NULL: none. In [brackets] it may be left out */
	const char *second;		/* the same of another one */
	const char *summary;
	const struct ctl_option *options;	/* ends with a NULL name; NULL: none */
	enum ctl_needs needs;
	enum ctl_exit (*run)(struct ctl *);
};

struct ctl_value {
	const struct ctl_option *option;
	const char *text;		/* "" for a switch */
};

#define CTL_VALUES_MAX 16

struct ctl {
	struct arena *arena;
	const char *config_file;
	bool as_json;
	const struct ctl_command *command;
	const char *operand, *second;
	struct ctl_value values[CTL_VALUES_MAX];
	size_t value_count;

	/* as far as the command needs them */
	const struct config *config;
	struct keyring *keyring;
	struct db *db;
	struct tx tx;			/* actor cli; its arena, clock and console are set */
};

/* Connects tx to the database of the configuration; without keys when there are none (doctor). */
void ctl_open_tx(struct ctl *);
/* The clock of what comes next, in a command that works for long. */
void ctl_tick(struct ctl *);

/* ---- options (options.c) ---- */

/*
 * Fills command, operand, values. False after a line on stderr that names what is wrong. *ret_wants_help: print
 * it and end well.
 */
bool ctl_parse(struct ctl *, int argc, char **argv, const struct ctl_command *commands, bool *ret_wants_help);
void ctl_print_help(const struct ctl_command *commands);
/* As a manual page. */
void ctl_print_manual(const struct ctl_command *commands);
/* Of one command. */
void ctl_print_command_help(const struct ctl_command *);
/* NULL when it wasn't given. */
const char *ctl_option(const struct ctl *, const char *name);

/* ---- output (output.c) ---- */

/* "gatehousectl: …" on stderr; returns CTL_FAILED. */
enum ctl_exit ctl_fail(const char *format, ...) PRINTF_LIKE(1, 2);
/* The sentence that belongs to an error, and what to do about it. */
enum ctl_exit ctl_fail_err(enum err, const char *what);
/* A line for people; nothing with --json. */
void ctl_say(const struct ctl *, const char *format, ...) PRINTF_LIKE(2, 3);
/* With --json the object; else nothing. */
void ctl_print_object(const struct ctl *, const struct field *, const void *object);
/* With --json {"data":[…]}; else a table with a head, columns in the order of the fields. */
void ctl_print_list(const struct ctl *, const struct field *, const void *items, size_t count,
		    size_t item_size);

/* ---- input (input.c) ---- */

/* The first line of standard input, without its end; registered to be wiped. False after a line on stderr. */
bool ctl_read_secret(struct ctl *, const char *what, const char **ret_secret);
/* The key of an address given as an option or operand. False after a line on stderr that names it. */
bool ctl_email_key(struct ctl *, const char *what, const char *email, const char **ret_key);
/* The organization of the project that --project names. False after a line on stderr. */
bool ctl_find_project(struct ctl *, const char *id, const char **ret_org_id);

/* ---- commands, one file per noun ---- */

enum ctl_exit ctl_init_key(struct ctl *);
enum ctl_exit ctl_master_key_rotate(struct ctl *);
enum ctl_exit ctl_master_key_status(struct ctl *);
enum ctl_exit ctl_master_key_retire(struct ctl *);
enum ctl_exit ctl_backup(struct ctl *);
enum ctl_exit ctl_restore(struct ctl *);
enum ctl_exit ctl_migrate(struct ctl *);
enum ctl_exit ctl_setup(struct ctl *);
enum ctl_exit ctl_owner_create(struct ctl *);
enum ctl_exit ctl_user_reset_password(struct ctl *);
enum ctl_exit ctl_user_reset_factors(struct ctl *);
enum ctl_exit ctl_users_import(struct ctl *);
enum ctl_exit ctl_key_create(struct ctl *);
enum ctl_exit ctl_org_suspend(struct ctl *);
enum ctl_exit ctl_org_resume(struct ctl *);
enum ctl_exit ctl_org_set_plan(struct ctl *);
enum ctl_exit ctl_orgs_list(struct ctl *);
enum ctl_exit ctl_projects_list(struct ctl *);
enum ctl_exit ctl_host_set(struct ctl *);
enum ctl_exit ctl_host_remove(struct ctl *);
enum ctl_exit ctl_hosts_list(struct ctl *);
enum ctl_exit ctl_doctor(struct ctl *);
enum ctl_exit ctl_audit_verify(struct ctl *);
enum ctl_exit ctl_audit_export(struct ctl *);

#endif
