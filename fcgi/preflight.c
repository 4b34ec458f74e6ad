/*
 * Looks at the database's schema from a short-lived child process.
 */
#include "fcgi/preflight.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sql/migrate.h"

#define ARENA_BYTES_MAX ((size_t)1024 * 1024)

/* Goes on where the detail of migrate_state() ends. */
static const char *
advice_for(enum schema_state state)
{
	switch (state) {
	case SCHEMA_CURRENT: return "";
	case SCHEMA_EMPTY: return "run `gatehousectl migrate` to make its tables";
	case SCHEMA_BEHIND: return "run `gatehousectl migrate` to bring the database up to date";
	case SCHEMA_AHEAD: return "or restore the database as it was before";
	case SCHEMA_FOREIGN:
	default: return "look at database.name in the configuration";
	}
}

static enum preflight
schema_look(const struct config *config)
{
	struct arena *arena = arena_new(ARENA_BYTES_MAX);
	enum schema_state state = SCHEMA_FOREIGN;
	const char *detail = "";
	enum err e = migrate_state(config, arena, &state, &detail);
	enum preflight result = PREFLIGHT_READY;

	if (e == ERR_DB_LOST) {
		result = PREFLIGHT_UNREACHABLE;
	} else if (e != OK) {
		fprintf(stderr,
			"gatehoused: the database \"%s\" can't be asked for its schema (%s)\n",
			config->database.name, error_name(e));
		result = PREFLIGHT_REFUSED;
	} else if (state != SCHEMA_CURRENT) {
		fprintf(stderr, "gatehoused: %s; %s\n", detail, advice_for(state));
		result = PREFLIGHT_REFUSED;
	}
	arena_free(arena);
	return result;
}

enum preflight
preflight_check(const struct config *config)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit((int)schema_look(config));
	while (pid > 0 && waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			pid = -1;
	}
	if (pid > 0 && WIFEXITED(status))
		return (enum preflight)WEXITSTATUS(status);
	fprintf(stderr, "gatehoused: the process that looks at the database died\n");
	return PREFLIGHT_REFUSED;
}
