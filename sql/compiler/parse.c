/*
 * Reads the statements that the subset allows: SELECT, INSERT, UPDATE, DELETE.
 */
#include "sql/compiler/sqlc.h"

#include <stdarg.h>
#include <string.h>

struct place
query_place(const struct query *query, int line)
{
	return (struct place){ .file = query->place.file, .line = line, .query = query->name };
}

_Noreturn void
parse_fail(const struct parser *parser, int line, const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	complain(query_place(parser->query, line), "%s", message);
}

const struct token *
peek_after(const struct parser *parser, size_t count)
{
	static const struct token none = { .kind = TOKEN_END, .text = "the end of the query" };

	return parser->at + count < parser->end ? &parser->tokens->items[parser->at + count]
						: &none;
}

const struct token *
peek(const struct parser *parser)
{
	return peek_after(parser, 0);
}

const struct token *
next(struct parser *parser)
{
	const struct token *token = peek(parser);

	if (token->kind == TOKEN_END)
		parse_fail(parser, parser->tokens->items[parser->end - 1].line,
			   "the query ends too early");
	parser->at++;
	return token;
}

bool
accept_word(struct parser *parser, const char *word)
{
	if (!is_word(peek(parser), word))
		return false;
	parser->at++;
	return true;
}

bool
accept_sign(struct parser *parser, const char *sign)
{
	if (!is_sign(peek(parser), sign))
		return false;
	parser->at++;
	return true;
}

void
expect_word(struct parser *parser, const char *word)
{
	const struct token *token = next(parser);

	if (!is_word(token, word))
		parse_fail(parser, token->line, "expected %s instead of '%s'", word, token->text);
}

void
expect_sign(struct parser *parser, const char *sign)
{
	const struct token *token = next(parser);

	if (!is_sign(token, sign))
		parse_fail(parser, token->line, "expected '%s' instead of '%s'", sign, token->text);
}

const char *
expect_name(struct parser *parser, const char *what)
{
	const struct token *token = next(parser);

	if (token->kind != TOKEN_WORD)
		parse_fail(parser, token->line, "expected %s instead of '%s'", what, token->text);
	if (is_reserved_in_sql(token->text))
		parse_fail(parser, token->line,
			   "'%s' is reserved in MySQL or MariaDB: it can't be %s", token->text,
			   what);
	return token->text;
}

/* ---- parts of statements ---- */

static struct block *
block_new(const struct parser *parser, enum block_kind kind, struct block *parent)
{
	struct block *block = take(sizeof(*block));

	block->kind = kind;
	block->line = peek(parser)->line;
	block->parent = parent;
	if (parent != NULL) {
		parent->children =
		    grow(parent->children, parent->child_count, sizeof(*parent->children));
		parent->children[parent->child_count++] = block;
	}
	return block;
}

/* FORCE INDEX (key): the order in which rows are read, where the optimizer knows less than who wrote it. */
static void
parse_index_hint(struct parser *parser, const struct table *table)
{
	const struct token *token;

	if (!accept_word(parser, "FORCE"))
		return;
	expect_word(parser, "INDEX");
	expect_sign(parser, "(");
	token = next(parser);
	for (size_t i = 0; i < table->key_count; i++) {
		if (same_word(table->keys[i].name, token->text)) {
			expect_sign(parser, ")");
			return;
		}
	}
	parse_fail(parser, token->line, "%s has no key %s", table->name, token->text);
}

/*
 * SELECT COUNT(*) … FROM (SELECT 1 … LIMIT n): counts as far as n. Nothing else may be a SELECT in FROM, so its rows are a table without
 * columns; whose they are is asked inside.
 */
static const struct table *
parse_counted(struct parser *parser, struct ref *ref)
{
	struct table *table = take(sizeof(*table));
	int line = next(parser)->line;

	if (!is_word(peek(parser), "SELECT") || parser->tokens->items[parser->at + 1].kind != TOKEN_NUMBER)
		parse_fail(parser, line,
			   "a SELECT in FROM isn't in the subset: join the table, or use EXISTS or a scalar subquery");
	ref->counted = parse_select(parser, parser->block);
	if (ref->counted->limit == NULL)
		parse_fail(parser, line, "what is counted without LIMIT needs no SELECT in FROM");
	expect_sign(parser, ")");
	if (!is_word(peek(parser), "AS"))
		parse_fail(parser, line, "a SELECT in FROM needs an alias: AS name");
	table->name = "SELECT";
	table->untenanted_reason = "rows that are counted";
	return table;
}

/* table [AS] [alias] [FORCE INDEX (key)], or JSON_TABLE(…) AS alias */
static struct ref *
parse_ref(struct parser *parser)
{
	struct block *block = parser->block;
	struct ref *ref = take(sizeof(*ref));
	int line = peek(parser)->line;
	const char *name;

	ref->line = line;
	if (is_sign(peek(parser), "(")) {
		ref->table = parse_counted(parser, ref);
	} else if (accept_word(parser, "JSON_TABLE")) {
		ref->table = parse_json_table(parser);
	} else {
		name = expect_name(parser, "a table");
		ref->table = schema_table(parser->schema, name);
		if (ref->table == NULL)
			parse_fail(parser, line, "there is no table %s in sql/schema", name);
	}
	ref->alias = ref->table->name;
	if (accept_word(parser, "AS") ||
	    (peek(parser)->kind == TOKEN_WORD && !is_reserved_in_sql(peek(parser)->text)))
		ref->alias = expect_name(parser, "an alias");
	parse_index_hint(parser, ref->table);
	for (size_t i = 0; i < block->ref_count; i++) {
		if (same_word(block->refs[i]->alias, ref->alias))
			parse_fail(parser, line, "two tables are named %s here", ref->alias);
	}
	block->refs = grow(block->refs, block->ref_count, sizeof(*block->refs));
	block->refs[block->ref_count++] = ref;
	return ref;
}

static void
parse_refs(struct parser *parser)
{
	parse_ref(parser);
	for (;;) {
		bool is_left = is_word(peek(parser), "LEFT");
		struct ref *ref;

		if (is_sign(peek(parser), ","))
			parse_fail(parser, peek(parser)->line,
				   "write JOIN … ON instead of a comma between tables");
		if (is_left)
			parser->at++;
		else
			accept_word(parser, "INNER");
		/* STRAIGHT_JOIN keeps the order where the optimizer knows less than who wrote it. */
		if (!accept_word(parser, "JOIN") && (is_left || !accept_word(parser, "STRAIGHT_JOIN")))
			break;
		ref = parse_ref(parser);
		ref->is_left_joined = is_left;
		expect_word(parser, "ON");
		ref->on = parse_expr(parser);
	}
}

static struct expr **
parse_expr_list(struct parser *parser, size_t *ret_count, bool with_direction)
{
	struct expr **list = NULL;
	size_t count = 0;

	do {
		list = grow(list, count, sizeof(*list));
		list[count++] = parse_expr(parser);
		if (with_direction && !accept_word(parser, "ASC"))
			accept_word(parser, "DESC");
	} while (accept_sign(parser, ","));
	*ret_count = count;
	return list;
}

static void
parse_order_and_limit(struct parser *parser)
{
	struct block *block = parser->block;

	if (accept_word(parser, "ORDER")) {
		expect_word(parser, "BY");
		block->order_by = parse_expr_list(parser, &block->order_by_count, true);
	}
	if (accept_word(parser, "LIMIT")) {
		const struct token *token = next(parser);

		if (token->kind != TOKEN_PARAM && token->kind != TOKEN_NUMBER)
			parse_fail(parser, token->line, "LIMIT takes a parameter or a number");
		block->limit = expr_new(token->kind == TOKEN_PARAM ? EXPR_PARAM : EXPR_NUMBER,
					token->line, token->text);
		if (is_sign(peek(parser), ",") || is_word(peek(parser), "OFFSET"))
			parse_fail(parser, token->line, "page by the last key seen, not by OFFSET");
	}
}

static void
parse_items(struct parser *parser)
{
	struct block *block = parser->block;

	if (is_word(peek(parser), "DISTINCT"))
		parse_fail(parser, peek(parser)->line,
			   "DISTINCT isn't in the subset: GROUP BY says which rows are one");
	do {
		struct item item = { .line = peek(parser)->line };

		if (is_sign(peek(parser), "*") ||
		    (is_sign(peek_after(parser, 1), ".") && is_sign(peek_after(parser, 2), "*")))
			parse_fail(parser, item.line,
				   "SELECT * changes when the table does: name the columns");
		item.expr = parse_expr(parser);
		if (accept_word(parser, "AS"))
			item.name = expect_name(parser, "a result's name");
		else if (item.expr->kind == EXPR_COLUMN)
			item.name = item.expr->text;
		block->items = grow(block->items, block->item_count, sizeof(item));
		block->items[block->item_count++] = item;
	} while (accept_sign(parser, ","));
}

static void
parse_lock(struct parser *parser)
{
	if (is_word(peek(parser), "LOCK") ||
	    (is_word(peek(parser), "FOR") && is_word(peek_after(parser, 1), "SHARE")))
		parse_fail(parser, peek(parser)->line,
			   "shared locks are spelled differently on each server: FOR UPDATE");
	if (!accept_word(parser, "FOR"))
		return;
	expect_word(parser, "UPDATE");
	if (is_word(peek(parser), "SKIP") || is_word(peek(parser), "NOWAIT"))
		parse_fail(parser, peek(parser)->line,
			   "%s is local to one node: claim rows by an UPDATE with a lease",
			   peek(parser)->text);
}

struct block *
parse_select(struct parser *parser, struct block *parent)
{
	struct block *outer = parser->block;
	struct block *block = block_new(parser, BLOCK_SELECT, parent);

	parser->block = block;
	expect_word(parser, "SELECT");
	parse_items(parser);
	if (accept_word(parser, "FROM"))
		parse_refs(parser);
	if (accept_word(parser, "WHERE"))
		block->where = parse_expr(parser);
	if (accept_word(parser, "GROUP")) {
		expect_word(parser, "BY");
		block->group_by = parse_expr_list(parser, &block->group_by_count, false);
	}
	if (accept_word(parser, "HAVING"))
		block->having = parse_expr(parser);
	parse_order_and_limit(parser);
	parse_lock(parser);
	parser->block = outer;
	return block;
}

static void
parse_assignments(struct parser *parser)
{
	struct block *block = parser->block;

	do {
		struct assignment set = { .line = peek(parser)->line };

		set.column = expect_name(parser, "a column");
		if (accept_sign(parser, ".")) {
			if (!same_word(set.column, block->refs[0]->alias))
				parse_fail(parser, set.line, "SET changes %s only, the first table",
					   block->refs[0]->alias);
			set.column = expect_name(parser, "a column");
		}
		expect_sign(parser, "=");
		set.value = parse_expr(parser);
		block->sets = grow(block->sets, block->set_count, sizeof(set));
		block->sets[block->set_count++] = set;
	} while (accept_sign(parser, ","));
}

static void
parse_values(struct parser *parser)
{
	struct block *block = parser->block;

	do {
		int line = peek(parser)->line;
		size_t count;
		struct expr **row;

		expect_sign(parser, "(");
		row = parse_expr_list(parser, &count, false);
		expect_sign(parser, ")");
		if (count != block->insert_columns.count)
			parse_fail(parser, line, "%zu values for %zu columns", count,
				   block->insert_columns.count);
		block->values = grow(block->values, block->value_count, sizeof(*block->values));
		block->values[block->value_count++] = row;
	} while (accept_sign(parser, ","));
}

static struct block *
parse_insert(struct parser *parser)
{
	struct block *block = block_new(parser, BLOCK_INSERT, NULL);

	parser->block = block;
	expect_word(parser, "INSERT");
	if (is_word(peek(parser), "IGNORE"))
		parse_fail(
		    parser, peek(parser)->line,
		    "INSERT IGNORE hides every error: ON DUPLICATE KEY UPDATE, or let the key refuse");
	expect_word(parser, "INTO");
	parse_ref(parser);
	expect_sign(parser, "(");
	do {
		names_add(&block->insert_columns, expect_name(parser, "a column"));
	} while (accept_sign(parser, ","));
	expect_sign(parser, ")");
	if (accept_word(parser, "VALUES"))
		parse_values(parser);
	else
		block->insert_select = parse_select(parser, NULL);
	if (accept_word(parser, "ON")) {
		expect_word(parser, "DUPLICATE");
		expect_word(parser, "KEY");
		expect_word(parser, "UPDATE");
		parse_assignments(parser);
	}
	return block;
}

static struct block *
parse_update(struct parser *parser)
{
	struct block *block = block_new(parser, BLOCK_UPDATE, NULL);

	parser->block = block;
	expect_word(parser, "UPDATE");
	parse_refs(parser);
	expect_word(parser, "SET");
	parse_assignments(parser);
	if (accept_word(parser, "WHERE"))
		block->where = parse_expr(parser);
	parse_order_and_limit(parser);
	return block;
}

static struct block *
parse_delete(struct parser *parser)
{
	struct block *block = block_new(parser, BLOCK_DELETE, NULL);

	parser->block = block;
	expect_word(parser, "DELETE");
	expect_word(parser, "FROM");
	parse_ref(parser);
	if (block->refs[0]->alias != block->refs[0]->table->name)
		parse_fail(
		    parser, block->line,
		    "DELETE with an alias is spelled differently on each server: use the table's name");
	if (accept_word(parser, "WHERE"))
		block->where = parse_expr(parser);
	parse_order_and_limit(parser);
	return block;
}

static struct block *
parse_verb(struct parser *parser)
{
	const struct token *token = peek(parser);

	if (is_word(token, "SELECT"))
		return parse_select(parser, NULL);
	if (is_word(token, "INSERT"))
		return parse_insert(parser);
	if (is_word(token, "UPDATE"))
		return parse_update(parser);
	if (is_word(token, "DELETE"))
		return parse_delete(parser);
	parse_fail(parser, token->line, "expected SELECT, INSERT, UPDATE or DELETE instead of '%s'",
		   token->text);
}

/* What stands behind a whole statement has a better message than "not understood". */
static void
parse_end(struct parser *parser)
{
	const struct token *token = peek(parser);

	if (token->kind == TOKEN_END)
		return;
	if (is_word(token, "RETURNING"))
		parse_fail(parser, token->line,
			   "RETURNING isn't in MySQL: read the row in a statement of its own");
	if (is_word(token, "UNION"))
		parse_fail(parser, token->line, "UNION isn't in the subset: write two queries");
	if (is_sign(token, "->") || is_sign(token, "->>"))
		parse_fail(parser, token->line,
			   "'%s' is one server's syntax: JSON is text to the database",
			   token->text);
	parse_fail(parser, token->line, "'%s' isn't understood here", token->text);
}

struct block *
parse_statement(struct parser *parser)
{
	struct block *block = parse_verb(parser);

	parse_end(parser);
	return block;
}
