/*
 * gatehousectl migrate: brings the database to the schema of this program.
 */
#include <stdio.h>

#include "ctl/ctl.h"
#include "sql/migrate.h"

static void
say_to_people(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static const char *
state_name(enum schema_state state)
{
	static const char *const names[] = {
		[SCHEMA_CURRENT] = "current",
		[SCHEMA_EMPTY] = "empty",
		[SCHEMA_BEHIND] = "behind",
		[SCHEMA_AHEAD] = "ahead",
		[SCHEMA_FOREIGN] = "foreign",
	};

	return names[state];
}

struct migrate_answer {
	const char *schema;
	const char *detail;
};

static const struct field migrate_fields[] = {
	OUT_STRING(struct migrate_answer, schema),
	OUT_STRING(struct migrate_answer, detail),
	FIELDS_END,
};

static enum ctl_exit
show(struct ctl *ctl, enum schema_state state, const char *detail)
{
	struct migrate_answer answer = { .schema = state_name(state), .detail = detail };

	ctl_say(ctl, "%s", detail);
	ctl_print_object(ctl, migrate_fields, &answer);
	if (state == SCHEMA_CURRENT)
		return CTL_OK;
	return state == SCHEMA_EMPTY || state == SCHEMA_BEHIND ? CTL_WARNING : CTL_FAILED;
}

enum ctl_exit
ctl_migrate(struct ctl *ctl)
{
	enum schema_state state;
	const char *detail;
	enum err e = OK;

	if (ctl_option(ctl, "dry-run") == NULL)
		e = migrate_run(ctl->config, ctl->arena, say_to_people);
	if (e == OK)
		e = migrate_state(ctl->config, ctl->arena, &state, &detail);
	return e == OK ? show(ctl, state, detail) : ctl_fail_err(e, "migrate");
}
