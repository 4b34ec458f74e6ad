/*
 * Shows every generated statement to a server: it must prepare, count parameters and columns as the
 * compiler did, give columns of the types that the row structs have, and run. Output is TAP.
 * GATEHOUSE_TEST_SOCKET names the server; the argument its database.
 */
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql/db_cells.h"
#include "sql/gen/queries.h"
#include "sql/gen/sealed_columns.h"
#include "sql/gen/tenant_tables.h"

#define PARAM_BYTES_MAX 4096
#define BINARY_CHARSET  63

static unsigned failures;

static void
report(bool is_good, const char *name, const char *what)
{
	printf("%s - %s %s\n", is_good ? "ok" : "not ok", name, what);
	failures += !is_good;
}

static bool
is_whole_number(enum enum_field_types type)
{
	return type == MYSQL_TYPE_TINY || type == MYSQL_TYPE_SHORT || type == MYSQL_TYPE_INT24 ||
	       type == MYSQL_TYPE_LONG || type == MYSQL_TYPE_LONGLONG ||
	       type == MYSQL_TYPE_NEWDECIMAL;
}

static bool
is_octets(enum enum_field_types type)
{
	return type == MYSQL_TYPE_STRING || type == MYSQL_TYPE_VAR_STRING ||
	       type == MYSQL_TYPE_VARCHAR || type == MYSQL_TYPE_BLOB ||
	       type == MYSQL_TYPE_TINY_BLOB || type == MYSQL_TYPE_MEDIUM_BLOB ||
	       type == MYSQL_TYPE_LONG_BLOB;
}

/*
 * A bool has no NULL, so the server must say that the column has none either. An expression may
 * read octets as text.
 */
static bool
fits(enum db_type type, const MYSQL_FIELD *field)
{
	bool is_expression = field->org_table_length == 0;

	if (field->type == MYSQL_TYPE_NULL)
		return type != DB_BOOL;
	switch (type) {
	case DB_TEXT:
		return is_octets(field->type) &&
		       (field->charsetnr != BINARY_CHARSET || is_expression);
	case DB_BYTES:
		return is_octets(field->type) && field->charsetnr == BINARY_CHARSET;
	case DB_INT:
		return is_whole_number(field->type);
	case DB_BOOL:
		return is_whole_number(field->type) && (field->flags & NOT_NULL_FLAG) != 0;
	case DB_TIME:
		return field->type == MYSQL_TYPE_DATETIME || field->type == MYSQL_TYPE_TIMESTAMP;
	}
	return false;
}

static bool
columns_fit(const struct db_statement *statement, MYSQL_STMT *handle)
{
	MYSQL_RES *metadata = mysql_stmt_result_metadata(handle);
	bool is_good = metadata != NULL;

	for (unsigned i = 0; is_good && i < statement->column_count; i++) {
		const MYSQL_FIELD *field = mysql_fetch_field_direct(metadata, i);

		if (fits(statement->columns[i].type, field))
			continue;
		printf("# column %s: type %d, charset %u, flags %u\n", field->name,
		       (int)field->type, field->charsetnr, field->flags);
		is_good = false;
	}
	mysql_free_result(metadata);
	return is_good;
}

/* A harmless value for each parameter. */
static void
fill(char params[PARAM_BYTES_MAX], const struct db_statement *statement)
{
	static const char *const text = "1";
	static const struct bytes bytes = { .data = (const uint8_t *)"x", .len = 1 };
	static const int64_t number = 1;
	static const bool is_true = true;

	for (size_t i = 0; i < statement->param_count; i++) {
		const struct db_slot *slot = &statement->params[i];

		if (slot->offset == (size_t)-1)
			continue;
		if (slot->type == DB_TEXT)
			memcpy(params + slot->offset, &text, sizeof(text));
		else if (slot->type == DB_BYTES)
			memcpy(params + slot->offset, &bytes, sizeof(bytes));
		else if (slot->type == DB_BOOL)
			memcpy(params + slot->offset, &is_true, sizeof(is_true));
		else
			memcpy(params + slot->offset, &number, sizeof(number));
	}
}

/*
 * What rows the values meet doesn't matter here: a key, a foreign key, a CHECK or a trigger may
 * refuse them.
 */
static bool
is_refusal_by_data(unsigned number)
{
	return number == 1062 || number == 1451 || number == 1452 || number == 4025 ||
	       number == 3819 || number == 1644;
}

static bool
runs(struct cells *cells, const struct db_statement *statement, MYSQL *handle, MYSQL_STMT *prepared)
{
	char params[PARAM_BYTES_MAX] = { 0 };
	unsigned number = 0;

	fill(params, statement);
	cells_bind_params(cells, statement, params, 1);
	if (mysql_query(handle, "START TRANSACTION") != 0)
		number = mysql_errno(handle);
	if (number == 0 && statement->param_count > 0 &&
	    mysql_stmt_bind_param(prepared, cells->binds) != 0)
		number = mysql_stmt_errno(prepared);
	if (number == 0 &&
	    (mysql_stmt_execute(prepared) != 0 || mysql_stmt_store_result(prepared) != 0))
		number = mysql_stmt_errno(prepared);
	if (number != 0 && !is_refusal_by_data(number))
		printf("# %u %s\n", number, mysql_stmt_error(prepared));
	mysql_stmt_free_result(prepared);
	if (mysql_query(handle, "ROLLBACK") != 0)
		number = mysql_errno(handle);
	return number == 0 || is_refusal_by_data(number);
}

static void
check(struct cells *cells, MYSQL *handle, const struct db_statement *statement)
{
	MYSQL_STMT *prepared = mysql_stmt_init(handle);

	if (mysql_stmt_prepare(prepared, statement->sql, strlen(statement->sql)) != 0) {
		printf("# %u %s\n", mysql_stmt_errno(prepared), mysql_stmt_error(prepared));
		report(false, statement->name, "prepares");
	} else if (mysql_stmt_param_count(prepared) != statement->param_count ||
		   mysql_stmt_field_count(prepared) != statement->column_count) {
		report(false, statement->name, "has as many parameters and columns as its structs");
	} else if (statement->column_count > 0 && !columns_fit(statement, prepared)) {
		report(false, statement->name, "has columns of the types of its row");
	} else {
		report(runs(cells, statement, handle, prepared), statement->name,
		       "prepares, has the types of its structs, and runs");
	}
	mysql_stmt_close(prepared);
}

static void
check_tables(struct cells *cells, MYSQL *handle, const struct tenant_table *tables, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(cells, handle, &tables[i].statement);
}

static void
check_sealed_columns(struct cells *cells, MYSQL *handle)
{
	for (size_t i = 0; i < sealed_column_count; i++) {
		check(cells, handle, &sealed_columns[i].stale);
		check(cells, handle, &sealed_columns[i].replace);
		check(cells, handle, &sealed_columns[i].count);
	}
}

/* The comparison above can fail: a statement whose types are said wrongly. */
static void
check_planted(MYSQL *handle)
{
	static const struct db_slot wrong = { DB_TIME, 0 };
	static const struct db_slot right = { DB_TEXT, 0 };
	const struct db_statement said_wrongly = { .columns = &wrong, .column_count = 1 };
	const struct db_statement said_rightly = { .columns = &right, .column_count = 1 };
	static const char sql[] = "SELECT id FROM orgs";
	MYSQL_STMT *prepared = mysql_stmt_init(handle);

	if (mysql_stmt_prepare(prepared, sql, strlen(sql)) == 0) {
		report(columns_fit(&said_rightly, prepared), "a planted text column",
		       "fits as text");
		report(!columns_fit(&said_wrongly, prepared), "a planted text column",
		       "doesn't fit as a time");
	} else {
		report(false, "a planted text column", "prepares");
	}
	mysql_stmt_close(prepared);
}

int
main(int argc, char **argv)
{
	const char *socket = getenv("GATEHOUSE_TEST_SOCKET");
	struct arena *arena = arena_new((size_t)1 << 20);
	struct cells cells = { .arena = arena };
	MYSQL *handle = mysql_init(NULL);

	if (argc != 2 || socket == NULL ||
	    mysql_real_connect(handle, NULL, "root", "", argv[1], 0, socket, CLIENT_FOUND_ROWS) ==
		NULL ||
	    mysql_query(handle, "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_520_ci") != 0) {
		printf("Bail out! no server: %s\n", mysql_error(handle));
		return 1;
	}
	check_planted(handle);
	for (size_t i = 0; i < QUERY_COUNT; i++)
		check(&cells, handle, query_statements[i]);
	check_tables(&cells, handle, project_tables, project_table_count);
	check_tables(&cells, handle, org_tables, org_table_count);
	check_tables(&cells, handle, expiring_tables, expiring_table_count);
	check_sealed_columns(&cells, handle);
	mysql_close(handle);
	arena_free(arena);
	return failures == 0 ? 0 : 1;
}
