/*
 * JSON_TABLE(:param, '$[*]' COLUMNS (name VARCHAR(n) PATH '$.x', …)) AS alias: a list that the program made, as the rows of a
 * table without a tenant. It is how one statement inserts many rows.
 */
#include "sql/compiler/sqlc.h"

static const char *
expect_text(struct parser *parser, const char *what)
{
	const struct token *token = next(parser);

	if (token->kind != TOKEN_STRING)
		parse_fail(parser, token->line, "expected %s instead of '%s'", what, token->text);
	return token->text;
}

/* The program makes the list, so no member is missing: columns are never NULL. */
static void
parse_column(struct parser *parser, struct table *table)
{
	struct column column = { .name = expect_name(parser, "a column") };

	if (accept_word(parser, "VARCHAR")) {
		column.type = TYPE_TEXT;
		expect_sign(parser, "(");
		next(parser);
		expect_sign(parser, ")");
	} else {
		expect_word(parser, "BIGINT");
		column.type = TYPE_INT;
	}
	expect_word(parser, "PATH");
	expect_text(parser, "a path");
	table->columns = grow(table->columns, table->column_count, sizeof(column));
	table->columns[table->column_count++] = column;
}

const struct table *
parse_json_table(struct parser *parser)
{
	struct table *table = take(sizeof(*table));
	const struct token *token;

	table->name = "JSON_TABLE";
	table->untenanted_reason = "a list that the program made";
	expect_sign(parser, "(");
	token = next(parser);
	if (token->kind != TOKEN_PARAM)
		parse_fail(parser, token->line, "JSON_TABLE reads a parameter");
	expect_sign(parser, ",");
	expect_text(parser, "a path");
	expect_word(parser, "COLUMNS");
	expect_sign(parser, "(");
	do
		parse_column(parser, table);
	while (accept_sign(parser, ","));
	expect_sign(parser, ")");
	expect_sign(parser, ")");
	if (!is_word(peek(parser), "AS"))
		parse_fail(parser, peek(parser)->line, "JSON_TABLE needs an alias: AS name");
	return table;
}
