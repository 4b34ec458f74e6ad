/*
 * How programs that come with the database server (its dump, its client) reach the database.
 */
#ifndef GATEHOUSE_SQL_DB_CLIENT_H
#define GATEHOUSE_SQL_DB_CLIENT_H

#include "lib/arena.h"
#include "lib/config.h"
#include "lib/errors.h"

#define DB_CLIENT_OPTIONS_MAX 8

struct db_client {
	const char *options[DB_CLIENT_OPTIONS_MAX];	/* the first arguments; ends with NULL. No secret is among them */
	const char *password;				/* for the environment: "MYSQL_PWD=…" */
};

/* Of the first host that answers. ERR_DB_LOST when none does. Texts are the arena's. */
enum err db_client_describe(struct arena *, const struct config *, struct db_client *ret) MUST_CHECK;

#endif
