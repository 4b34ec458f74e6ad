/*
 * Writes queries.h and queries.c: for each query a parameter struct, a row struct and a function.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

FILE *
emit_open(const char *folder, const char *name, const char *purpose)
{
	const char *path = text_printf("%s/%s", folder, name);
	FILE *out = fopen(path, "w");

	if (out == NULL)
		complain((struct place){ .file = path }, "can't be written");
	fprintf(out, "/*\n * %s\n * Made by sqlc from sql/; changes here are lost.\n */\n",
		purpose);
	return out;
}

void
emit_close(FILE *out)
{
	bool is_broken = ferror(out) != 0;

	if (fclose(out) != 0 || is_broken)
		complain((struct place){ .file = "output" }, "can't be written");
}

void
emit_literal(FILE *out, const char *text, size_t len)
{
	fputc('"', out);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			fputs("\\n", out);
		else if (text[i] == '\t')
			fputs("\\t", out);
		else if (text[i] == '"' || text[i] == '\\')
			fprintf(out, "\\%c", text[i]);
		else
			fputc(text[i], out);
	}
	fputc('"', out);
}

static const char *
c_type(enum type type)
{
	switch (type) {
	case TYPE_BYTES:
		return "struct bytes ";
	case TYPE_INT:
	case TYPE_TIME:
		return "int64_t ";
	case TYPE_BOOL:
		return "bool ";
	default:
		return "const char *";
	}
}

static const char *
slot_type(enum type type)
{
	switch (type) {
	case TYPE_BYTES:
		return "DB_BYTES";
	case TYPE_INT:
		return "DB_INT";
	case TYPE_BOOL:
		return "DB_BOOL";
	case TYPE_TIME:
		return "DB_TIME";
	default:
		return "DB_TEXT";
	}
}

static bool
is_now(const struct param *param)
{
	return strcmp(param->name, "now") == 0;
}

static bool
has_params(const struct query *query)
{
	for (size_t i = 0; i < query->param_count; i++) {
		if (!is_now(&query->params[i]))
			return true;
	}
	return false;
}

static const char *
row_name(const struct query *query)
{
	return query->row != NULL ? query->row : text_printf("q_%s_row", query->name);
}

/* Has an earlier query written the row struct that this one shares? */
static bool
has_row_before(const struct queries *queries, size_t index)
{
	const struct query *query = queries->items[index];

	for (size_t i = 0; i < index && query->row != NULL; i++) {
		const struct query *other = queries->items[i];

		if (other->row != NULL && strcmp(other->row, query->row) == 0)
			return true;
	}
	return false;
}

static void
emit_row(FILE *out, const struct query *query)
{
	fprintf(out, "struct %s {\n", row_name(query));
	for (size_t i = 0; i < query->column_count; i++) {
		const struct result_column *column = &query->columns[i];

		fprintf(out, "\t%s%s;%s\n", c_type(column->type), column->name,
			column->is_nullable ? "\t/* may be NULL */" : "");
	}
	fputs("};\n\n", out);
}

static void
emit_params(FILE *out, const struct query *query)
{
	if (!has_params(query))
		return;
	fprintf(out, "struct q_%s {\n", query->name);
	for (size_t i = 0; i < query->param_count; i++) {
		const struct param *param = &query->params[i];

		if (!is_now(param))
			fprintf(out, "\t%s%s;%s\n", c_type(param->type), param->name,
				param->may_be_null ? "\t/* may be NULL */" : "");
	}
	fputs("};\n\n", out);
}

/* Return type, name and parameters of the function, without what ends it. */
static void
emit_signature(FILE *out, const struct query *query, const char *after_type)
{
	fprintf(out, "enum err%sq_%s(struct db *db, ", after_type, query->name);
	if (has_params(query))
		fprintf(out, "const struct q_%s *params, ", query->name);
	switch (query->mode) {
	case MODE_ONE:
		fprintf(out, "struct %s *ret_row)", row_name(query));
		break;
	case MODE_MANY:
		fprintf(out, "struct %s **ret_rows, size_t *ret_count)", row_name(query));
		break;
	case MODE_EXEC:
		fputs("uint64_t *ret_matched)", out);
		break;
	}
}

static void
emit_declaration(FILE *out, const struct queries *queries, size_t index)
{
	const struct query *query = queries->items[index];

	if (query->doc.count > 0)
		fputs("/*\n", out);
	for (size_t i = 0; i < query->doc.count; i++)
		fprintf(out, " * %s\n", query->doc.items[i]);
	if (query->doc.count > 0)
		fputs(" */\n", out);
	emit_params(out, query);
	if (query->mode != MODE_EXEC && !has_row_before(queries, index))
		emit_row(out, query);
	emit_signature(out, query, " ");
	fputs(" MUST_CHECK;\n\n", out);
}

/* The query's text with ? for each parameter; one literal per line of the source. */
static void
emit_sql(FILE *out, const struct query *query)
{
	const struct token *tokens = query->tokens->items;
	const char *line = "";

	for (size_t i = query->first; i < query->last; i++) {
		const char *source = query->tokens->source + tokens[i].start;
		bool is_spaced = i > query->first && tokens[i].start > tokens[i - 1].end;

		if (i > query->first && tokens[i].line > tokens[i - 1].line) {
			fputs("\t\t", out);
			line = text_printf("%s ", line);
			emit_literal(out, line, strlen(line));
			fputc('\n', out);
			line = "";
			is_spaced = false;
		}
		if (tokens[i].kind == TOKEN_PARAM)
			line = text_printf("%s%s?", line, is_spaced ? " " : "");
		else
			line = text_printf("%s%s%.*s", line, is_spaced ? " " : "",
					   (int)(tokens[i].end - tokens[i].start), source);
	}
	fputs("\t\t", out);
	emit_literal(out, line, strlen(line));
}

static size_t
emit_param_slots(FILE *out, const struct query *query)
{
	size_t count = 0;

	for (size_t i = query->first; i < query->last; i++)
		count += query->tokens->items[i].kind == TOKEN_PARAM;
	if (count == 0)
		return 0;
	fprintf(out, "static const struct db_slot %s_params[] = {\n", query->name);
	for (size_t i = query->first; i < query->last; i++) {
		const struct param *param;

		if (query->tokens->items[i].kind != TOKEN_PARAM)
			continue;
		param = query_param(query, query->tokens->items[i].text);
		if (is_now(param))
			fputs("\t{ DB_TIME, (size_t)-1 },\n", out);
		else
			fprintf(out, "\t{ %s, offsetof(struct q_%s, %s) },\n",
				slot_type(param->type), query->name, param->name);
	}
	fputs("};\n\n", out);
	return count;
}

static void
emit_column_slots(FILE *out, const struct query *query)
{
	if (query->column_count == 0)
		return;
	fprintf(out, "static const struct db_slot %s_columns[] = {\n", query->name);
	for (size_t i = 0; i < query->column_count; i++)
		fprintf(out, "\t{ %s, offsetof(struct %s, %s) },\n",
			slot_type(query->columns[i].type), row_name(query), query->columns[i].name);
	fputs("};\n\n", out);
}

static void
emit_statement(FILE *out, const struct query *query, size_t index)
{
	size_t param_slots = emit_param_slots(out, query);

	emit_column_slots(out, query);
	fprintf(out, "static const struct db_statement %s = {\n\t.name = \"%s\",\n\t.sql =\n",
		query->name, query->name);
	emit_sql(out, query);
	fprintf(out, ",\n\t.index = %zu,\n", index);
	if (query->mode == MODE_EXEC)
		fprintf(out, "\t.table = \"%s\",\n", query->block->refs[0]->table->name);
	if (param_slots > 0)
		fprintf(out, "\t.params = %s_params,\n\t.param_count = %zu,\n", query->name,
			param_slots);
	if (query->column_count > 0)
		fprintf(
		    out,
		    "\t.columns = %s_columns,\n\t.column_count = %zu,\n\t.row_size = sizeof(struct %s),\n",
		    query->name, query->column_count, row_name(query));
	fputs("};\n\n", out);
}

static void
emit_function(FILE *out, const struct query *query)
{
	const char *params = has_params(query) ? "params" : "NULL";

	emit_signature(out, query, "\n");
	fputs("\n{\n", out);
	switch (query->mode) {
	case MODE_ONE:
		fprintf(out, "\treturn db_fetch_one(db, &%s, %s, ret_row);\n", query->name, params);
		break;
	case MODE_MANY:
		fprintf(
		    out,
		    "\tvoid *rows = NULL;\n\tenum err e = db_fetch_many(db, &%s, %s, &rows, ret_count);\n\n",
		    query->name, params);
		fputs("\tif (e == OK)\n\t\t*ret_rows = rows;\n\treturn e;\n", out);
		break;
	case MODE_EXEC:
		fprintf(out, "\treturn db_execute(db, &%s, %s, ret_matched);\n", query->name,
			params);
		break;
	}
	fputs("}\n\n", out);
}

static void
emit_header(const struct queries *queries, const struct schema *schema, const char *folder)
{
	FILE *out = emit_open(folder, "queries.h", "A function for each query in sql/queries.");

	fputs("#ifndef GATEHOUSE_SQL_GEN_QUERIES_H\n#define GATEHOUSE_SQL_GEN_QUERIES_H\n\n", out);
	fputs("#include \"sql/db.h\"\n#include \"sql/gen/schema_keys.h\"\n\n", out);
	fputs("/* Prepared statements that a connection may hold. */\n", out);
	fprintf(out, "#define DB_STATEMENTS_MAX %zu\n\n",
		queries->count + tenant_statement_count(schema) + sealed_statement_count(schema));
	fputs("/* All of sql/queries, for the test that prepares them. */\n", out);
	fprintf(
	    out,
	    "#define QUERY_COUNT %zu\nextern const struct db_statement *const query_statements[QUERY_COUNT];\n\n",
	    queries->count);
	for (size_t i = 0; i < queries->count; i++)
		emit_declaration(out, queries, i);
	fputs("#endif\n", out);
	emit_close(out);
}

void
emit_queries(const struct queries *queries, const struct schema *schema, const char *folder)
{
	FILE *out;

	emit_header(queries, schema, folder);
	out = emit_open(
	    folder, "queries.c",
	    "The statements of sql/queries and where their parameters and columns stand.");
	fputs("#include \"sql/gen/queries.h\"\n\n", out);
	for (size_t i = 0; i < queries->count; i++) {
		emit_statement(out, queries->items[i], i);
		emit_function(out, queries->items[i]);
	}
	fputs("const struct db_statement *const query_statements[QUERY_COUNT] = {\n", out);
	for (size_t i = 0; i < queries->count; i++)
		fprintf(out, "\t&%s,\n", queries->items[i]->name);
	fputs("};\n", out);
	emit_close(out);
}
