/*
 * One connection to MySQL or MariaDB: settings, prepared statements, transactions.
 */
#include "sql/db.h"

#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "sql/db_cells.h"
#include "sql/db_connect.h"
#include "sql/db_errors.h"
#include "sql/gen/queries.h"
#include "sys/log.h"

/* How often db_transact() runs a transaction again. */
#define RERUNS_MAX 3
/* What a connection's own cells may take; the widest statement needs a tenth. */
#define OWN_BYTES_MAX ((size_t)1024 * 1024)

struct db {
	struct arena *own; /* as long as the connection's owner lives */
	const struct config *config;
	MYSQL *handle;
	MYSQL_STMT *statements[DB_STATEMENTS_MAX];
	struct cells params, columns;
	struct arena *arena;
	int64_t now_ms;
	enum tx_mode mode;
	bool is_in_transaction;
	/*
	 * Set when the server has rolled the transaction back (or the connection is gone): a
	 * statement that ran now would stand outside of it, so none does until db_rollback().
	 */
	enum err doom;
	unsigned statement_count;
	int duplicate_key;
	struct counters *counters; /* NULL: nothing is counted */
	struct counted_later *counted; /* what this transaction counts when it is committed; the arena's */
	size_t rows_bytes_max; /* 0: no limit */
	bool rows_were_cut;
};

struct counted_later {
	struct counted_later *next;
	struct stat_key key;
	uint64_t n;
};

struct db *
db_new(const struct config *config)
{
	struct arena *own = arena_new(OWN_BYTES_MAX);
	struct db *db = ARENA_NEW(own, struct db);

	db->own = own;
	db->config = config;
	db->params.arena = own;
	db->columns.arena = own;
	return db;
}

/* Closes the connection; its statements go with it. */
static void
drop_handle(struct db *db)
{
	for (size_t i = 0; i < DB_STATEMENTS_MAX; i++) {
		if (db->statements[i] != NULL)
			mysql_stmt_close(db->statements[i]);
		db->statements[i] = NULL;
	}
	if (db->handle != NULL)
		mysql_close(db->handle);
	db->handle = NULL;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	drop_handle(db);
	arena_free(db->own);
}

void
db_use(struct db *db, struct arena *arena, int64_t now_ms)
{
	db->arena = arena;
	db->now_ms = now_ms;
	db->statement_count = 0;
	db->duplicate_key = DUP_UNKNOWN;
	db->rows_bytes_max = 0;
	db->rows_were_cut = false;
}

void
db_limit_rows(struct db *db, size_t bytes_max)
{
	db->rows_bytes_max = bytes_max;
}

bool
db_rows_were_cut(const struct db *db)
{
	return db->rows_were_cut;
}

void
db_use_arena(struct db *db, struct arena *arena)
{
	db->arena = arena;
}

static enum err
ensure_connected(struct db *db)
{
	if (db->handle != NULL)
		return OK;
	return db_connect(db->config, &db->handle);
}

static void
log_failure(enum err e, const char *what, unsigned number, const char *text)
{
	char detail[600];

	snprintf(detail, sizeof(detail), "%s: %u %s", what, number,
		 db_error_text_is_harmless(number) ? text : "");
	if (e == ERR_DB)
		log_error(e, "a statement failed", detail);
	else
		log_event(LOG_WARN, "the database connection is lost", detail);
}

/*
 * Logs what is worth it, drops a connection that is of no use, and dooms the transaction when the
 * server has ended it.
 */
static enum err
fail(struct db *db, const char *what, unsigned number, const char *text)
{
	enum err e = db_error_class(number);

	if (e == ERR_DB || e == ERR_DB_LOST)
		log_failure(e, what, number, text);
	if (e == ERR_DB_LOST)
		drop_handle(db);
	if ((e == ERR_DB_LOST || e == ERR_DB_CONFLICT) && db->is_in_transaction)
		db->doom = e;
	return e;
}

/* ---- transactions ---- */

static enum err
run_text(struct db *db, const char *sql)
{
	db->statement_count++;
	if (mysql_query(db->handle, sql) != 0)
		return fail(db, sql, mysql_errno(db->handle), mysql_error(db->handle));
	return OK;
}

static enum err
send_begin(struct db *db)
{
	TRY(ensure_connected(db));
	if (db->mode == TX_READ_SNAPSHOT) {
		TRY(run_text(db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
		return run_text(db, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
	}
	return run_text(db, "START TRANSACTION");
}

/* ---- counting ---- */

void
db_use_counters(struct db *db, struct counters *counters)
{
	db->counters = counters;
}

void
db_count(struct db *db, const struct stat_key *key, uint64_t n)
{
	if (db->counters == NULL)
		return;
	if (!db->is_in_transaction) {
		counters_add(db->counters, key, n);
		return;
	}
	struct counted_later *later = ARENA_NEW(db->arena, struct counted_later);
	*later = (struct counted_later){ .next = db->counted, .key = *key, .n = n };
	db->counted = later;
}

/* The transaction is over. */
static void
count_now(struct db *db, bool is_committed)
{
	for (const struct counted_later *c = db->counted; is_committed && c != NULL; c = c->next)
		counters_add(db->counters, &c->key, c->n);
	db->counted = NULL;
}

/* ---- transactions ---- */

enum err
db_begin(struct db *db, enum tx_mode mode)
{
	bool was_connected = db->handle != NULL;
	enum err e;

	/* the server would commit the first one without a word */
	if (db->is_in_transaction) {
		log_error(ERR_DB, "a transaction began inside another", NULL);
		return ERR_DB;
	}
	db->mode = mode;
	db->doom = OK;
	db->counted = NULL;
	if (mode == TX_NONE || mode == TX_READ_ONE)
		return OK;
	e = send_begin(db);
	/* a connection that died while it was idle: nothing was sent on it, so a new one may try */
	if (e == ERR_DB_LOST && was_connected)
		e = send_begin(db);
	db->is_in_transaction = e == OK;
	return e;
}

enum err
db_commit(struct db *db)
{
	enum err e = db->doom;

	if (!db->is_in_transaction)
		return e;
	if (e != OK) {
		db_rollback(db);
		return e;
	}
	e = run_text(db, "COMMIT");
	db->is_in_transaction = false;
	db->doom = OK;
	count_now(db, e == OK);
	if (e == ERR_DB_LOST && db->mode != TX_READ_SNAPSHOT)
		return ERR_DB_OUTCOME_UNKNOWN;
	if (e != OK && db->handle != NULL && mysql_query(db->handle, "ROLLBACK") != 0)
		drop_handle(db);
	return e;
}

void
db_rollback(struct db *db)
{
	if (db->is_in_transaction && db->handle != NULL) {
		db->statement_count++;
		if (mysql_query(db->handle, "ROLLBACK") != 0)
			drop_handle(db);
	}
	db->is_in_transaction = false;
	db->doom = OK;
	count_now(db, false);
}

bool
db_in_transaction(const struct db *db)
{
	return db->is_in_transaction;
}

void
db_backoff(unsigned attempt)
{
	int64_t least_ms = attempt < 4 ? INT64_C(5) << attempt : 40;
	uint16_t jitter = 0;

	/* without randomness there is no jitter, but still a wait */
	if (getrandom(&jitter, sizeof(jitter), GRND_NONBLOCK) != sizeof(jitter))
		jitter = 0;
	int64_t wait_ms = least_ms + jitter % (least_ms + 1);
	nanosleep(&(struct timespec){ .tv_nsec = wait_ms * 1000000 }, NULL);
}

static enum err
transact_once(struct db *db, enum tx_mode mode, enum err (*fn)(void *context), void *context)
{
	enum err e;

	TRY(db_begin(db, mode));
	e = fn(context);
	if (e == OK)
		return db_commit(db);
	db_rollback(db);
	return e;
}

enum err
db_transact(struct db *db, enum tx_mode mode, enum err (*fn)(void *context), void *context)
{
	struct arena_mark mark = arena_mark(db->arena);
	enum err e = OK;

	for (unsigned attempt = 0; attempt <= RERUNS_MAX; attempt++) {
		if (attempt > 0) {
			db_backoff(attempt);
			arena_rewind(db->arena, mark);
		}
		e = transact_once(db, mode, fn, context);
		if (e != ERR_DB_CONFLICT && e != ERR_DB_LOST)
			break;
	}
	return e;
}

/* ---- duplicate keys ---- */

int
db_duplicate_key(const struct db *db)
{
	return db->duplicate_key;
}

enum err
db_on_duplicate(const struct db *db, enum err e, int key, enum err instead)
{
	return e == ERR_DUPLICATE && db->duplicate_key == key ? instead : e;
}

unsigned
db_statement_count(const struct db *db)
{
	return db->statement_count;
}

/* ---- statements ---- */

static enum err
fail_statement(struct db *db, const struct db_statement *statement, MYSQL_STMT *handle)
{
	unsigned number = mysql_stmt_errno(handle);
	enum err e;

	if (db_error_class(number) == ERR_DUPLICATE)
		db->duplicate_key =
		    db_error_duplicate_key(statement->table, mysql_stmt_error(handle));
	e = fail(db, statement->name, number, mysql_stmt_error(handle));
	if (db->handle != NULL)
		mysql_stmt_free_result(handle);
	return e;
}

/*
 * What the server says of a statement must be what the compiler said, or rows would land in the
 * wrong members.
 */
static enum err
prepare(struct db *db, const struct db_statement *statement)
{
	MYSQL_STMT *handle = mysql_stmt_init(db->handle);
	enum err e = OK;

	if (handle == NULL)
		abort();
	if (mysql_stmt_prepare(handle, statement->sql, strlen(statement->sql)) != 0) {
		unsigned number = mysql_stmt_errno(handle);
		char text[512];

		snprintf(text, sizeof(text), "%s", mysql_stmt_error(handle));
		mysql_stmt_close(handle);
		return fail(db, statement->name, number, text);
	}
	if (mysql_stmt_param_count(handle) != statement->param_count ||
	    mysql_stmt_field_count(handle) != statement->column_count)
		e = ERR_DB;
	if (e != OK) {
		log_error(e, "the server counts parameters or columns otherwise", statement->name);
		mysql_stmt_close(handle);
		return e;
	}
	db->statements[statement->index] = handle;
	return OK;
}

static enum err
execute_prepared(struct db *db, const struct db_statement *statement, const void *params)
{
	MYSQL_STMT *handle = db->statements[statement->index];

	cells_bind_params(&db->params, statement, params, db->now_ms);
	db->statement_count++;
	if (statement->param_count > 0 && mysql_stmt_bind_param(handle, db->params.binds) != 0)
		return fail_statement(db, statement, handle);
	if (mysql_stmt_execute(handle) != 0)
		return fail_statement(db, statement, handle);
	return OK;
}

static enum err
send(struct db *db, const struct db_statement *statement, const void *params, bool *ret_was_sent)
{
	TRY(ensure_connected(db));
	if (db->statements[statement->index] == NULL)
		TRY(prepare(db, statement));
	*ret_was_sent = true;
	return execute_prepared(db, statement, params);
}

/*
 * Outside of a transaction a lost connection may be replaced: for a read always, for a write only
 * when it wasn't sent. A write that was sent under autocommit is a COMMIT that was sent.
 */
static enum err
run(struct db *db, const struct db_statement *statement, const void *params)
{
	bool was_connected = db->handle != NULL;
	bool was_sent = false;
	bool is_read = statement->column_count > 0;
	enum err e;

	if (db->doom != OK)
		return db->doom;
	e = send(db, statement, params, &was_sent);
	if (e != ERR_DB_LOST || db->is_in_transaction)
		return e;
	if (was_sent && !is_read)
		return ERR_DB_OUTCOME_UNKNOWN;
	if (!was_connected)
		return e;
	was_sent = false;
	e = send(db, statement, params, &was_sent);
	return e == ERR_DB_LOST && was_sent && !is_read ? ERR_DB_OUTCOME_UNKNOWN : e;
}

enum err
db_execute(struct db *db, const struct db_statement *statement, const void *params,
	   uint64_t *ret_matched)
{
	TRY(run(db, statement, params));
	if (ret_matched != NULL)
		*ret_matched = mysql_stmt_affected_rows(db->statements[statement->index]);
	return OK;
}

/* ---- rows ---- */

static enum err
bind_columns(struct db *db, const struct db_statement *statement)
{
	MYSQL_STMT *handle = db->statements[statement->index];

	cells_bind_columns(&db->columns, statement);
	if (mysql_stmt_bind_result(handle, db->columns.binds) != 0)
		return fail_statement(db, statement, handle);
	return OK;
}

/* ERR_NO_ROW at the end. */
static enum err
fetch_row(struct db *db, const struct db_statement *statement, char *row)
{
	MYSQL_STMT *handle = db->statements[statement->index];
	int result = mysql_stmt_fetch(handle);

	if (result == MYSQL_NO_DATA)
		return ERR_NO_ROW;
	if (result != 0 && result != MYSQL_DATA_TRUNCATED)
		return fail_statement(db, statement, handle);
	if (!cells_copy_row(&db->columns, statement, handle, db->arena, row))
		return fail_statement(db, statement, handle);
	if (arena_is_exhausted(db->arena)) {
		log_error(ERR_DB, "a result is larger than the request's memory", statement->name);
		mysql_stmt_free_result(handle);
		return ERR_DB;
	}
	return OK;
}

enum err
db_fetch_one(struct db *db, const struct db_statement *statement, const void *params, void *ret_row)
{
	char *row = arena_alloc(db->arena, statement->row_size);
	enum err e;

	TRY(run(db, statement, params));
	TRY(bind_columns(db, statement));
	e = fetch_row(db, statement, row);
	if (e == OK || e == ERR_NO_ROW)
		mysql_stmt_free_result(db->statements[statement->index]);
	if (e == OK)
		memcpy(ret_row, row, statement->row_size);
	return e;
}

enum err
db_fetch_many(struct db *db, const struct db_statement *statement, const void *params,
	      void **ret_rows, size_t *ret_count)
{
	size_t room = 16;
	size_t count = 0;
	size_t before = arena_used_bytes(db->arena);
	char *rows = arena_alloc_array(db->arena, room, statement->row_size);
	enum err e;

	db->rows_were_cut = false;
	TRY(run(db, statement, params));
	TRY(bind_columns(db, statement));
	while (!db->rows_were_cut &&
	       (e = fetch_row(db, statement, rows + count * statement->row_size)) == OK) {
		db->rows_were_cut = db->rows_bytes_max > 0 &&
				    arena_used_bytes(db->arena) - before > db->rows_bytes_max;
		if (++count < room)
			continue;
		char *larger = arena_alloc_array(db->arena, room * 2, statement->row_size);

		memcpy(larger, rows, count * statement->row_size);
		rows = larger;
		room *= 2;
	}
	if (e != ERR_NO_ROW && !db->rows_were_cut)
		return e;
	mysql_stmt_free_result(db->statements[statement->index]);
	*ret_rows = rows;
	*ret_count = count;
	return OK;
}

/* ---- is it there? ---- */

static enum err
ping_once(struct db *db)
{
	TRY(ensure_connected(db));
	if (mysql_query(db->handle, db_usable_sql) != 0)
		return fail(db, "ping", mysql_errno(db->handle), mysql_error(db->handle));
	if (!db_says_usable(db->handle)) {
		drop_handle(db);
		return ERR_DB_LOST;
	}
	return OK;
}

enum err
db_ping(struct db *db)
{
	bool was_connected = db->handle != NULL;
	enum err e = ping_once(db);

	return e == ERR_DB_LOST && was_connected ? ping_once(db) : e;
}
