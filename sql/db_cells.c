/*
 * Values on their way between C structs and libmariadb.
 */
#include "sql/db_cells.h"

#include <string.h>
#include <time.h>

/* What a column's cell holds; longer values take one call more. */
#define CELL_BYTES ((size_t)1024)

static void
widen(struct cells *cells, size_t count)
{
	struct cell *items;

	if (count <= cells->count)
		return;
	items = ARENA_ARRAY(cells->arena, count, struct cell);
	if (cells->count > 0)
		memcpy(items, cells->items, cells->count * sizeof(*items));
	cells->items = items;
	cells->binds = ARENA_ARRAY(cells->arena, count, MYSQL_BIND);
	cells->count = count;
}

static MYSQL_TIME
time_to_mysql(int64_t at_ms)
{
	int64_t rest_ms = ((at_ms % SECOND_MS) + SECOND_MS) % SECOND_MS;
	time_t seconds = (time_t)((at_ms - rest_ms) / SECOND_MS);
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	return (MYSQL_TIME){
		.year = (unsigned)(tm.tm_year + 1900),
		.month = (unsigned)(tm.tm_mon + 1),
		.day = (unsigned)tm.tm_mday,
		.hour = (unsigned)tm.tm_hour,
		.minute = (unsigned)tm.tm_min,
		.second = (unsigned)tm.tm_sec,
		.second_part = (unsigned long)rest_ms * 1000,
		.time_type = MYSQL_TIMESTAMP_DATETIME,
	};
}

static int64_t
time_from_mysql(const MYSQL_TIME *time)
{
	struct tm tm = {
		.tm_year = (int)time->year - 1900,
		.tm_mon = (int)time->month - 1,
		.tm_mday = (int)time->day,
		.tm_hour = (int)time->hour,
		.tm_min = (int)time->minute,
		.tm_sec = (int)time->second,
	};

	return (int64_t)timegm(&tm) * SECOND_MS + (int64_t)(time->second_part / 1000);
}

static void
bind_octets(MYSQL_BIND *bind, struct cell *cell, enum enum_field_types type, const void *data,
	    size_t len)
{
	*bind =
	    (MYSQL_BIND){ .buffer_type = type, .length = &cell->len, .is_null = &cell->is_null };
	/* libmariadb doesn't write to the buffer of a parameter; its type knows no const */
	memcpy(&bind->buffer, &data, sizeof(data));
	cell->len = (unsigned long)len;
	bind->buffer_length = cell->len;
	cell->is_null = data == NULL;
}

static void
bind_number(MYSQL_BIND *bind, struct cell *cell, int64_t number)
{
	*bind = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG,
			      .buffer = &cell->number,
			      .is_null = &cell->is_null };
	cell->number = number;
	cell->is_null = number == NONE;
}

static void
bind_time(MYSQL_BIND *bind, struct cell *cell, int64_t at_ms)
{
	*bind = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_DATETIME,
			      .buffer = &cell->time,
			      .is_null = &cell->is_null };
	cell->is_null = at_ms == NONE;
	if (!cell->is_null)
		cell->time = time_to_mysql(at_ms);
}

static void
bind_param(MYSQL_BIND *bind, struct cell *cell, const struct db_slot *slot, const char *params,
	   int64_t now_ms)
{
	const char *text;
	struct bytes bytes;
	int64_t number = now_ms;
	bool is_true;

	switch (slot->type) {
	case DB_TEXT:
		memcpy(&text, params + slot->offset, sizeof(text));
		bind_octets(bind, cell, MYSQL_TYPE_STRING, text, text == NULL ? 0 : strlen(text));
		break;
	case DB_BYTES:
		memcpy(&bytes, params + slot->offset, sizeof(bytes));
		bind_octets(bind, cell, MYSQL_TYPE_BLOB, bytes.data, bytes.len);
		break;
	case DB_BOOL:
		memcpy(&is_true, params + slot->offset, sizeof(is_true));
		bind_number(bind, cell, is_true);
		break;
	case DB_INT:
		memcpy(&number, params + slot->offset, sizeof(number));
		bind_number(bind, cell, number);
		break;
	case DB_TIME:
		if (slot->offset != (size_t)-1)
			memcpy(&number, params + slot->offset, sizeof(number));
		bind_time(bind, cell, number);
		break;
	}
}

void
cells_bind_params(struct cells *cells, const struct db_statement *statement, const void *params,
		  int64_t now_ms)
{
	widen(cells, statement->param_count);
	for (size_t i = 0; i < statement->param_count; i++)
		bind_param(&cells->binds[i], &cells->items[i], &statement->params[i], params,
			   now_ms);
}

static void
bind_column(const struct cells *cells, size_t column, enum db_type type)
{
	struct cell *cell = &cells->items[column];
	MYSQL_BIND *bind = &cells->binds[column];

	*bind =
	    (MYSQL_BIND){ .length = &cell->len, .is_null = &cell->is_null, .error = &cell->is_cut };
	switch (type) {
	case DB_TEXT:
	case DB_BYTES:
		if (cell->data == NULL)
			cell->data = arena_alloc(cells->arena, CELL_BYTES);
		bind->buffer_type = type == DB_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
		bind->buffer = cell->data;
		bind->buffer_length = CELL_BYTES;
		break;
	case DB_TIME:
		bind->buffer_type = MYSQL_TYPE_DATETIME;
		bind->buffer = &cell->time;
		break;
	case DB_INT:
	case DB_BOOL:
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->buffer = &cell->number;
		break;
	}
}

void
cells_bind_columns(struct cells *cells, const struct db_statement *statement)
{
	widen(cells, statement->column_count);
	for (size_t i = 0; i < statement->column_count; i++)
		bind_column(cells, i, statement->columns[i].type);
}

/* A row that is being copied. */
struct copy {
	const struct cells *cells;
	MYSQL_STMT *handle;
	struct arena *arena;
	char *row;
};

/*
 * A value longer than its cell goes straight to the arena, so the cell stays small. NULL when
 * libmariadb refuses.
 */
static char *
fetch_long(const struct copy *copy, size_t column)
{
	unsigned long len = copy->cells->items[column].len;
	MYSQL_BIND bind = copy->cells->binds[column];
	char *data = arena_alloc(copy->arena, len + 1);

	bind.buffer = data;
	bind.buffer_length = len;
	return mysql_stmt_fetch_column(copy->handle, &bind, (unsigned)column, 0) == 0 ? data : NULL;
}

static bool
copy_octets(const struct copy *copy, size_t column, const struct db_slot *slot)
{
	const struct cell *cell = &copy->cells->items[column];
	char *data = NULL;

	if (!cell->is_null) {
		data = cell->len > CELL_BYTES ? fetch_long(copy, column)
					      : arena_strndup(copy->arena, cell->data, cell->len);
		if (data == NULL)
			return false;
	}
	if (slot->type == DB_TEXT) {
		memcpy(copy->row + slot->offset, &data, sizeof(data));
	} else {
		struct bytes bytes = { .data = (const uint8_t *)data,
				       .len = data == NULL ? 0 : cell->len };

		memcpy(copy->row + slot->offset, &bytes, sizeof(bytes));
	}
	return true;
}

static void
copy_number(const struct copy *copy, size_t column, const struct db_slot *slot)
{
	const struct cell *cell = &copy->cells->items[column];
	int64_t number = NONE;
	bool is_true = !cell->is_null && cell->number != 0;

	if (slot->type == DB_BOOL) {
		memcpy(copy->row + slot->offset, &is_true, sizeof(is_true));
		return;
	}
	if (!cell->is_null)
		number = slot->type == DB_TIME ? time_from_mysql(&cell->time) : cell->number;
	memcpy(copy->row + slot->offset, &number, sizeof(number));
}

bool
cells_copy_row(const struct cells *cells, const struct db_statement *statement, MYSQL_STMT *handle,
	       struct arena *arena, char *ret_row)
{
	struct copy copy = { .cells = cells, .handle = handle, .arena = arena, .row = ret_row };

	for (size_t i = 0; i < statement->column_count; i++) {
		const struct db_slot *slot = &statement->columns[i];

		if (slot->type != DB_TEXT && slot->type != DB_BYTES)
			copy_number(&copy, i, slot);
		else if (!copy_octets(&copy, i, slot))
			return false;
	}
	return true;
}
