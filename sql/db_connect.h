/*
 * Opening a connection: which host, which settings.
 */
#ifndef GATEHOUSE_SQL_DB_CONNECT_H
#define GATEHOUSE_SQL_DB_CONNECT_H

#include <mysql.h>

#include "lib/config.h"
#include "lib/errors.h"

/*
 * The first of the configured hosts that answers and is usable. ERR_DB_LOST when none is; the
 * reasons are logged.
 */
enum err db_connect(const struct config *, MYSQL **ret) MUST_CHECK;

/*
 * A text query, and what its result says: is a node of a Galera cluster ready to work? Others
 * always are.
 */
extern const char db_usable_sql[];
bool db_says_usable(MYSQL *);

#endif
