/*
 * Values on their way between C structs and libmariadb: one cell for each parameter or column,
 * shared by all statements of a connection.
 */
#ifndef GATEHOUSE_SQL_DB_CELLS_H
#define GATEHOUSE_SQL_DB_CELLS_H

#include <mysql.h>

#include "sql/db.h"

/* One parameter on its way out, or one column on its way in. */
struct cell {
	char *data; /* columns of text and octets: room for a value, kept for the next row */
	unsigned long len;
	int64_t number;
	MYSQL_TIME time;
	my_bool is_null;
	my_bool is_cut;
};

/*
 * Cells and what tells libmariadb of them; grown to the widest statement, shared by all (a row is
 * copied before the next is read).
 */
struct cells {
	struct arena *arena; /* the connection's */
	struct cell *items;
	MYSQL_BIND *binds;
	size_t count;
};

/*
 * Points cells->binds at the members of `params` that the statement's slots name; valid while
 * `params` is.
 */
void cells_bind_params(struct cells *, const struct db_statement *, const void *params,
		       int64_t now_ms);
/* Points cells->binds at room for one row. */
void cells_bind_columns(struct cells *, const struct db_statement *);
/*
 * The row just fetched into a struct, texts into the arena. False when libmariadb refuses
 * (mysql_stmt_errno() says why).
 */
bool cells_copy_row(const struct cells *, const struct db_statement *, MYSQL_STMT *, struct arena *,
		    char *ret_row) MUST_CHECK;

#endif
