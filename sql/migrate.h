/*
 * Brings a database to the schema this binary knows, forward only: one file a step, each with a probe that tells whether it is done,
 * recorded with its checksum, under a guard row with a lease so that two starters don't both run.
 */
#ifndef GATEHOUSE_SQL_MIGRATE_H
#define GATEHOUSE_SQL_MIGRATE_H

#include "lib/config.h"
#include "lib/errors.h"

enum schema_state {
	SCHEMA_CURRENT,
	SCHEMA_EMPTY,		/* no table of ours */
	SCHEMA_BEHIND,		/* migrate brings it forward */
	SCHEMA_AHEAD,		/* a newer binary was here: refuse */
	SCHEMA_FOREIGN,		/* a checksum differs, or tables of somebody else: refuse */
};

/* *ret_detail: a sentence for people, the arena's. */
enum err migrate_state(const struct config *, struct arena *, enum schema_state *ret, const char **ret_detail) MUST_CHECK;
/*
 * Runs what is missing; progress goes to `say` (one line each). ERR_DB, with the reason said, when the database is ahead or foreign,
 * when another process keeps the guard, or when a statement fails; what has run is kept and running again goes on from there.
 */
enum err migrate_run(const struct config *, struct arena *, void (*say)(const char *line)) MUST_CHECK;

#endif
