/*
 * Writes sealed_columns.h and .c: every column that holds sealed values, known by its name
 * (*_sealed), with the statements that a change of the master key needs.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

#define SUFFIX     "_sealed"
#define STATEMENTS 3

static bool
is_sealed(const struct column *column)
{
	size_t len = strlen(column->name), suffix = strlen(SUFFIX);

	return len > suffix && strcmp(column->name + len - suffix, SUFFIX) == 0;
}

/*
 * A sealed value is bound to its place: table, column, project and row. So its row must be named by
 * exactly these two, project first; where a project has one row, by the project alone.
 */
static const char *
row_column(const struct table *table, const struct column *column)
{
	const struct names *key = &table->keys[0].columns;

	if (column->type != TYPE_BYTES)
		complain(table->place, "%s.%s: a sealed value is octets", table->name, column->name);
	if (key->count == 1 && same_word(key->items[0], "project_id"))
		return key->items[0];
	if (key->count != 2 || !same_word(key->items[0], "project_id") ||
	    table_column(table, key->items[1])->type != TYPE_TEXT)
		complain(table->place,
			 "%s.%s: a row with a sealed value has the primary key (project_id, a text)",
			 table->name, column->name);
	return key->items[1];
}

typedef void column_visitor(FILE *, const struct table *, const struct column *, size_t *index);

static void
visit_sealed(FILE *out, const struct schema *schema, column_visitor *visit, size_t *index)
{
	for (size_t i = 0; i < schema->table_count; i++) {
		const struct table *table = &schema->tables[i];

		for (size_t k = 0; k < table->column_count; k++) {
			if (is_sealed(&table->columns[k]))
				visit(out, table, &table->columns[k], index);
		}
	}
}

static void
count_column(FILE *out, const struct table *table, const struct column *column, size_t *index)
{
	(void)out;
	(void)table;
	(void)column;
	*index += STATEMENTS;
}

size_t
sealed_statement_count(const struct schema *schema)
{
	size_t count = 0;

	visit_sealed(NULL, schema, count_column, &count);
	return count;
}

static void
emit_statement(FILE *out, const char *kind, const struct table *table, const struct column *column,
	       const char *sql, size_t *index)
{
	bool is_write = strcmp(kind, "replace") == 0;

	fprintf(out, "\t\t.%s = {\n\t\t\t.name = \"sealed_%s_%s_%s\",\n\t\t\t.sql = \"%s\",\n", kind,
		kind, table->name, column->name, sql);
	fprintf(out, "\t\t\t.index = %zu,\n", (*index)++);
	if (is_write)
		fprintf(out, "\t\t\t.table = \"%s\",\n", table->name);
	if (strcmp(kind, "count") != 0)
		fprintf(out, "\t\t\t.params = %s_params,\n\t\t\t.param_count = ARRAY_LEN(%s_params),\n",
			kind, kind);
	if (!is_write)
		fprintf(out,
			"\t\t\t.columns = %s_columns,\n\t\t\t.column_count = ARRAY_LEN(%s_columns),\n"
			"\t\t\t.row_size = sizeof(struct sealed_%s),\n",
			kind, kind, strcmp(kind, "stale") == 0 ? "row" : "use");
	fputs("\t\t},\n", out);
}

static void
emit_column(FILE *out, const struct table *table, const struct column *column, size_t *index)
{
	const char *row = row_column(table, column);
	const char *t = table->name, *c = column->name;

	fprintf(out, "\t{\n\t\t.table = \"%s\",\n\t\t.column = \"%s\",\n", t, c);
	emit_statement(out, "stale", table, column,
		       text_printf("SELECT project_id, %s, %s FROM %s WHERE SUBSTRING(%s, 2, 5) <> ? "
				   "AND (project_id > ? OR (project_id = ? AND %s > ?)) "
				   "ORDER BY project_id, %s LIMIT ?",
				   row, c, t, c, row, row),
		       index);
	emit_statement(out, "replace", table, column,
		       text_printf("UPDATE %s SET %s = ? WHERE project_id = ? AND %s = ? AND %s = ?", t,
				   c, row, c),
		       index);
	emit_statement(out, "count", table, column,
		       text_printf("SELECT SUBSTRING(%s, 2, 5), COUNT(*) FROM %s WHERE %s IS NOT NULL "
				   "GROUP BY SUBSTRING(%s, 2, 5) ORDER BY SUBSTRING(%s, 2, 5)",
				   c, t, c, c, c),
		       index);
	fputs("\t},\n", out);
}

static const char header_text[] =
    "#ifndef GATEHOUSE_SQL_GEN_SEALED_COLUMNS_H\n#define GATEHOUSE_SQL_GEN_SEALED_COLUMNS_H\n\n"
    "#include \"sql/db.h\"\n\n"
    "struct sealed_column {\n\tconst char *table;\n\tconst char *column;\n"
    "\tstruct db_statement stale, replace, count;\n};\n\n"
    "/* Where a sealed value stands, and the value. */\n"
    "struct sealed_row {\n\tconst char *project_id;\n\tconst char *row_id;\n\tstruct bytes sealed;\n};\n\n"
    "/* How many values of a column were sealed with a key. */\n"
    "struct sealed_use {\n\tstruct bytes key_id;\n\tint64_t count;\n};\n\n"
    "extern const struct sealed_column sealed_columns[];\nextern const size_t sealed_column_count;\n\n"
    "struct sealed_stale {\n\tstruct bytes key_id;\n\tconst char *after_project_id;\n"
    "\tconst char *after_row_id;\n\tint64_t limit;\n};\n\n"
    "/* Values that were sealed with another key than key_id, in the order of their rows. */\n"
    "enum err sealed_stale_rows(struct db *, const struct sealed_column *, const struct sealed_stale *,\n"
    "\t\t\t   struct sealed_row **ret_rows, size_t *ret_count) MUST_CHECK;\n"
    "/* Puts `sealed` in the row's place while the row still has the value it was read with. */\n"
    "enum err sealed_replace(struct db *, const struct sealed_column *, const struct sealed_row *,\n"
    "\t\t\tstruct bytes sealed, uint64_t *ret_replaced) MUST_CHECK;\n"
    "enum err sealed_uses(struct db *, const struct sealed_column *, struct sealed_use **ret_uses,\n"
    "\t\t     size_t *ret_count) MUST_CHECK;\n\n#endif\n";

static const char slots_text[] =
    "#include \"sql/gen/sealed_columns.h\"\n\n"
    "struct replace {\n\tstruct bytes sealed;\n\tconst char *project_id;\n\tconst char *row_id;\n"
    "\tstruct bytes before;\n};\n\n"
    "static const struct db_slot stale_params[] = {\n"
    "\t{ DB_BYTES, offsetof(struct sealed_stale, key_id) },\n"
    "\t{ DB_TEXT, offsetof(struct sealed_stale, after_project_id) },\n"
    "\t{ DB_TEXT, offsetof(struct sealed_stale, after_project_id) },\n"
    "\t{ DB_TEXT, offsetof(struct sealed_stale, after_row_id) },\n"
    "\t{ DB_INT, offsetof(struct sealed_stale, limit) },\n};\n\n"
    "static const struct db_slot stale_columns[] = {\n"
    "\t{ DB_TEXT, offsetof(struct sealed_row, project_id) },\n"
    "\t{ DB_TEXT, offsetof(struct sealed_row, row_id) },\n"
    "\t{ DB_BYTES, offsetof(struct sealed_row, sealed) },\n};\n\n"
    "static const struct db_slot replace_params[] = {\n"
    "\t{ DB_BYTES, offsetof(struct replace, sealed) },\n"
    "\t{ DB_TEXT, offsetof(struct replace, project_id) },\n"
    "\t{ DB_TEXT, offsetof(struct replace, row_id) },\n"
    "\t{ DB_BYTES, offsetof(struct replace, before) },\n};\n\n"
    "static const struct db_slot count_columns[] = {\n"
    "\t{ DB_BYTES, offsetof(struct sealed_use, key_id) },\n"
    "\t{ DB_INT, offsetof(struct sealed_use, count) },\n};\n\n"
    "const struct sealed_column sealed_columns[] = {\n";

static const char functions_text[] =
    "};\n\nconst size_t sealed_column_count = ARRAY_LEN(sealed_columns);\n\n"
    "enum err\nsealed_stale_rows(struct db *db, const struct sealed_column *column, const struct sealed_stale *params,\n"
    "\t\t  struct sealed_row **ret_rows, size_t *ret_count)\n{\n\tvoid *rows;\n\n"
    "\tTRY(db_fetch_many(db, &column->stale, params, &rows, ret_count));\n"
    "\t*ret_rows = rows;\n\treturn OK;\n}\n\n"
    "enum err\nsealed_replace(struct db *db, const struct sealed_column *column, const struct sealed_row *row,\n"
    "\t       struct bytes sealed, uint64_t *ret_replaced)\n{\n"
    "\tstruct replace params = { sealed, row->project_id, row->row_id, row->sealed };\n\n"
    "\treturn db_execute(db, &column->replace, &params, ret_replaced);\n}\n\n"
    "enum err\nsealed_uses(struct db *db, const struct sealed_column *column, struct sealed_use **ret_uses,\n"
    "\t    size_t *ret_count)\n{\n\tvoid *rows;\n\n"
    "\tTRY(db_fetch_many(db, &column->count, NULL, &rows, ret_count));\n"
    "\t*ret_uses = rows;\n\treturn OK;\n}\n";

void
emit_sealed_columns(const struct schema *schema, const char *folder, size_t first_index)
{
	size_t index = first_index;
	FILE *out = emit_open(folder, "sealed_columns.h",
			      "The columns that hold sealed values, and how to seal them anew.");

	fputs(header_text, out);
	emit_close(out);
	out = emit_open(folder, "sealed_columns.c", "Statements that find and replace sealed values.");
	fputs(slots_text, out);
	visit_sealed(out, schema, emit_column, &index);
	fputs(functions_text, out);
	emit_close(out);
}
