/*
 * What the programs that talk to a private server begin with: a configuration for it, and a second
 * way in.
 */
#ifndef GATEHOUSE_TESTS_SQLC_SERVER_H
#define GATEHOUSE_TESTS_SQLC_SERVER_H

#include "tests/unit/unit.h"

#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/config.h"

/* The first host is dead, so that every connection also proves that the next one is tried. */
static struct config config = {
	.database = {
		.hosts = { "/nonexistent/db.sock", NULL },
		.host_count = 2,
		.name = "connection",
		.user = "root",
		.password_file = "",
		.tls_ca_file = "",
		.connect_timeout_ms = 3000,
		.read_timeout_ms = 10000,
		.write_timeout_ms = 10000,
	},
};

/* A second way in, to look and to interfere. */
static MYSQL *side;

static inline void
side_run(const char *sql)
{
	if (mysql_query(side, sql) != 0)
		fail_msg("%s: %s", sql, mysql_error(side));
}

static inline const char *
side_ask(const char *sql)
{
	MYSQL_RES *result;
	MYSQL_ROW row;
	const char *value;

	side_run(sql);
	result = mysql_store_result(side);
	assert_non_null(result);
	row = mysql_fetch_row(result);
	value = row == NULL ? NULL : arena_strdup(arena, row[0]);
	mysql_free_result(result);
	return value;
}

static inline bool
open_side(void)
{
	config.database.hosts[1] = getenv("GATEHOUSE_TEST_SOCKET");
	side = mysql_init(NULL);
	if (config.database.hosts[1] != NULL &&
	    mysql_real_connect(side, NULL, "root", "", config.database.name, 0,
			       config.database.hosts[1], 0) != NULL)
		return true;
	puts("Bail out! no server");
	return false;
}

#endif
