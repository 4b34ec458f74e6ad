/*
 * One connection to MySQL or MariaDB: prepared statements, transactions, and what its errors mean. The only files that include
 * <mysql.h> are sql/db.c and sql/migrate.c.
 *
 * Queries aren't written here: sql/queries/ *.sql are compiled to typed functions (queries.h), which call db_execute().
 */
#ifndef GATEHOUSE_SQL_DB_H
#define GATEHOUSE_SQL_DB_H

#include "lib/arena.h"
#include "lib/config.h"
#include "lib/errors.h"
#include "sys/counters.h"

struct db;

enum tx_mode {
	TX_NONE,		/* the route doesn't touch the database */
	TX_READ_ONE,		/* one statement under autocommit, its own transaction */
	TX_READ_SNAPSHOT,	/* several reads of one state (REPEATABLE READ, WITH CONSISTENT SNAPSHOT, READ ONLY) */
	TX_WRITE,		/* READ COMMITTED */
	TX_SPLIT,		/* the handler makes its own transactions around a call to the outside */
};

/* Doesn't connect: the first statement does. The configuration and keys are borrowed. Never NULL. */
struct db *db_new(const struct config *);
void db_free(struct db *);

/* What statements run with from now on: rows go to the arena, :now is now_ms. */
void db_use(struct db *, struct arena *, int64_t now_ms);

/* Rows go there from now on; nothing else changes. For reading much in pages that are thrown away one by one. */
void db_use_arena(struct db *, struct arena *);

/* ERR_DB_LOST when no host answers or the server isn't usable (also Galera without quorum). */
enum err db_begin(struct db *, enum tx_mode) MUST_CHECK;
enum err db_commit(struct db *) MUST_CHECK;
/* Never fails: a connection that can't roll back is closed, which does. */
void db_rollback(struct db *);
bool db_in_transaction(const struct db *);

/* After ERR_DUPLICATE: which key, as generated in schema_keys.h (DUP_PROJECTS_UQ_ORG_ID_SLUG); DUP_UNKNOWN when it has no name there. */
enum dup_key;
int db_duplicate_key(const struct db *);
/* ERR_DUPLICATE on that key becomes `instead`; anything else passes. */
enum err db_on_duplicate(const struct db *, enum err, int key, enum err instead);

/* Where db_count() counts (borrowed); without it nothing is counted. */
void db_use_counters(struct db *, struct counters *);
/* Counts when this transaction is committed, not at all when it isn't; at once outside of one. For tx_count(). */
void db_count(struct db *, const struct stat_key *, uint64_t n);

/* Waits before a transaction runs again: 5 to 80 ms, more with each attempt. */
void db_backoff(unsigned attempt);
/* Statements sent since db_use(). */
unsigned db_statement_count(const struct db *);

/*
 * Runs fn in a transaction: commits when it returns OK, else rolls back and returns its error. On ERR_DB_CONFLICT and ERR_DB_LOST before
 * COMMIT it runs again, at most 3 times. For jobs and ctl; requests have their own loop, which knows refusals.
 */
enum err db_transact(struct db *, enum tx_mode, enum err (*fn)(void *context), void *context) MUST_CHECK;

/* Is the server reachable and usable? One round trip; also asks wsrep_ready where there is one. */
enum err db_ping(struct db *) MUST_CHECK;

/*
 * Until the next db_use(), :many stops after this many octets of rows (but not before the first). For pages of lists alone, which end
 * early and go on with their cursor: whoever counts on all rows must not set it.
 */
void db_limit_rows(struct db *, size_t bytes_max);
/* Did the last :many stop early? */
bool db_rows_were_cut(const struct db *);

/* ---- for generated code only ---- */

enum db_type { DB_TEXT, DB_BYTES, DB_INT, DB_BOOL, DB_TIME };

struct db_slot {
	enum db_type type;
	size_t offset;		/* in the parameter or row struct; (size_t)-1 for :now */
};

struct db_statement {
	const char *name;
	const char *sql;	/* with ? in the order of params */
	unsigned index;		/* of the connection's cache of prepared statements */
	const char *table;	/* the one that is written, for the name of a duplicate key; NULL for reads */
	const struct db_slot *params;
	size_t param_count;
	const struct db_slot *columns;
	size_t column_count;
	size_t row_size;
};

/* :exec. Matched rows (CLIENT_FOUND_ROWS), so that a conditional UPDATE that hit counts 1 even when it changed nothing. */
enum err db_execute(struct db *, const struct db_statement *, const void *params, uint64_t *ret_matched) MUST_CHECK;
/* :one. ERR_NO_ROW when there is none. */
enum err db_fetch_one(struct db *, const struct db_statement *, const void *params, void *ret_row) MUST_CHECK;
/* :many. */
enum err db_fetch_many(struct db *, const struct db_statement *, const void *params, void **ret_rows, size_t *ret_count) MUST_CHECK;

#endif
