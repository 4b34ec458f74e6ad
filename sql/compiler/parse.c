/*
 * Reads query files: the comments above each query, and the statements that the subset allows.
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

	return parser->at + count < parser->end ? &parser->tokens->items[parser->at + count] : &none;
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
		parse_fail(parser, parser->tokens->items[parser->end - 1].line, "the query ends too early");
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
		parse_fail(parser, token->line, "'%s' is reserved in MySQL or MariaDB: it can't be %s", token->text, what);
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
		parent->children = grow(parent->children, parent->child_count, sizeof(*parent->children));
		parent->children[parent->child_count++] = block;
	}
	return block;
}

/* table [AS] [alias] */
static struct ref *
parse_ref(struct parser *parser)
{
	struct block *block = parser->block;
	struct ref *ref = take(sizeof(*ref));
	int line = peek(parser)->line;
	const char *name;

	if (is_sign(peek(parser), "("))
		parse_fail(parser, line, "a SELECT in FROM isn't in the subset: join the table, or use EXISTS or a scalar subquery");
	name = expect_name(parser, "a table");
	ref->line = line;
	ref->table = schema_table(parser->schema, name);
	if (ref->table == NULL)
		parse_fail(parser, line, "there is no table %s in sql/schema", name);
	ref->alias = ref->table->name;
	if (accept_word(parser, "AS") || (peek(parser)->kind == TOKEN_WORD && !is_reserved_in_sql(peek(parser)->text)))
		ref->alias = expect_name(parser, "an alias");
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
			parse_fail(parser, peek(parser)->line, "write JOIN … ON instead of a comma between tables");
		if (is_left)
			parser->at++;
		else
			accept_word(parser, "INNER");
		if (!accept_word(parser, "JOIN"))
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
		block->limit = expr_new(token->kind == TOKEN_PARAM ? EXPR_PARAM : EXPR_NUMBER, token->line, token->text);
		if (is_sign(peek(parser), ",") || is_word(peek(parser), "OFFSET"))
			parse_fail(parser, token->line, "page by the last key seen, not by OFFSET");
	}
}

static void
parse_items(struct parser *parser)
{
	struct block *block = parser->block;

	if (is_word(peek(parser), "DISTINCT"))
		parse_fail(parser, peek(parser)->line, "DISTINCT isn't in the subset: GROUP BY says which rows are one");
	do {
		struct item item = { .line = peek(parser)->line };

		if (is_sign(peek(parser), "*") || (is_sign(peek_after(parser, 1), ".") && is_sign(peek_after(parser, 2), "*")))
			parse_fail(parser, item.line, "SELECT * changes when the table does: name the columns");
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
	if (is_word(peek(parser), "LOCK") || (is_word(peek(parser), "FOR") && is_word(peek_after(parser, 1), "SHARE")))
		parse_fail(parser, peek(parser)->line, "shared locks are spelled differently on each server: FOR UPDATE");
	if (!accept_word(parser, "FOR"))
		return;
	expect_word(parser, "UPDATE");
	if (is_word(peek(parser), "SKIP") || is_word(peek(parser), "NOWAIT"))
		parse_fail(parser, peek(parser)->line, "%s is local to one node: claim rows by an UPDATE with a lease",
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
				parse_fail(parser, set.line, "SET changes %s only, the first table", block->refs[0]->alias);
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
			parse_fail(parser, line, "%zu values for %zu columns", count, block->insert_columns.count);
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
		parse_fail(parser, peek(parser)->line, "INSERT IGNORE hides every error: ON DUPLICATE KEY UPDATE, or let the key refuse");
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
		parse_fail(parser, block->line, "DELETE with an alias is spelled differently on each server: use the table's name");
	if (accept_word(parser, "WHERE"))
		block->where = parse_expr(parser);
	parse_order_and_limit(parser);
	return block;
}

static struct block *
parse_statement(struct parser *parser)
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
	parse_fail(parser, token->line, "expected SELECT, INSERT, UPDATE or DELETE instead of '%s'", token->text);
}

/* What stands behind a whole statement has a better message than "not understood". */
static void
parse_end(struct parser *parser)
{
	const struct token *token = peek(parser);

	if (token->kind == TOKEN_END)
		return;
	if (is_word(token, "RETURNING"))
		parse_fail(parser, token->line, "RETURNING isn't in MySQL: read the row in a statement of its own");
	if (is_word(token, "UNION"))
		parse_fail(parser, token->line, "UNION isn't in the subset: write two queries");
	if (is_sign(token, "->") || is_sign(token, "->>"))
		parse_fail(parser, token->line, "'%s' is one server's syntax: JSON is text to the database", token->text);
	parse_fail(parser, token->line, "'%s' isn't understood here", token->text);
}

/* ---- the comments above a query ---- */

static enum type
type_named(const struct query *query, int line, const char *word, size_t len)
{
	static const enum type types[] = { TYPE_TEXT, TYPE_BYTES, TYPE_INT, TYPE_BOOL, TYPE_TIME };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strlen(type_name(types[i])) == len && strncmp(word, type_name(types[i]), len) == 0)
			return types[i];
	}
	complain(query_place(query, line), "'%.*s' is no type: text, bytes, int, bool or time", (int)len, word);
}

/* "search text" */
static void
read_param(struct query *query, const struct token *token, const char *value)
{
	size_t len = strcspn(value, " ");
	struct param param = { .name = text_copy(value, len), .line = token->line, .is_declared = true };

	value += len + strspn(value + len, " ");
	param.type = type_named(query, token->line, value, strlen(value));
	query->params = grow(query->params, query->param_count, sizeof(param));
	query->params[query->param_count++] = param;
}

/* "total int", "label text?" */
static void
read_column(struct query *query, const struct token *token, const char *value)
{
	size_t len = strcspn(value, " ");
	struct result_column column = { .name = text_copy(value, len) };

	value += len + strspn(value + len, " ");
	len = strcspn(value, "?");
	column.type = type_named(query, token->line, value, len);
	column.is_nullable = value[len] == '?';
	query->declared = grow(query->declared, query->declared_count, sizeof(column));
	query->declared[query->declared_count++] = column;
}

static void
read_name(struct query *query, const struct token *token, const char *value)
{
	static const char *const modes[] = { [MODE_ONE] = ":one", [MODE_MANY] = ":many", [MODE_EXEC] = ":exec" };
	size_t len = strcspn(value, " ");
	const char *mode = value + len + strspn(value + len, " ");

	query->name = text_copy(value, len);
	query->place.line = token->line;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(mode, modes[i]) == 0) {
			query->mode = (enum query_mode)i;
			return;
		}
	}
	complain(query_place(query, token->line), "'-- name: %s' needs :one, :many or :exec", query->name);
}

static void
read_comment(struct query *query, const struct token *token)
{
	const char *value;

	if ((value = annotation(token, "name")) != NULL)
		read_name(query, token, value);
	else if ((value = annotation(token, "row")) != NULL)
		query->row = value;
	else if ((value = annotation(token, "unscoped")) != NULL)
		query->unscoped = value;
	else if ((value = annotation(token, "param")) != NULL)
		read_param(query, token, value);
	else if ((value = annotation(token, "column")) != NULL)
		read_column(query, token, value);
	else
		names_add(&query->doc, token->text);
}

/* Comments of a file's head are set off by an empty line and belong to no query. */
static bool
ends_head(const struct tokens *tokens, size_t i)
{
	return tokens->items[i].kind == TOKEN_COMMENT && tokens->items[i + 1].line > tokens->items[i].line + 1;
}

static struct query *
read_query(const struct schema *schema, const struct tokens *tokens, size_t *at)
{
	struct query *query = take(sizeof(*query));
	struct parser parser = { .schema = schema, .tokens = tokens, .query = query };
	size_t i = *at;

	query->tokens = tokens;
	query->place = (struct place){ .file = tokens->file, .line = tokens->items[i].line };
	for (; tokens->items[i].kind == TOKEN_COMMENT; i++) {
		read_comment(query, &tokens->items[i]);
		if (ends_head(tokens, i) && query->name == NULL)
			query->doc.count = 0;
	}
	if (tokens->items[i].kind == TOKEN_END && query->name == NULL) {
		*at = i;
		return NULL;
	}
	if (query->name == NULL)
		complain(query_place(query, tokens->items[i].line),
			 "a statement without '-- name:' above it: one query is one statement");
	for (size_t k = 0; k < query->doc.count; k++) {
		if (strstr(query->doc.items[k], "*/") != NULL)
			complain(query->place, "a comment with */ in it would end the one in C");
	}
	if (query->unscoped != NULL && query->unscoped[0] == '\0')
		complain(query->place, "'-- unscoped:' needs a reason");
	query->first = parser.at = i;
	query->last = parser.end = statement_end(tokens, i);
	for (size_t k = i; k < parser.end; k++) {
		if (tokens->items[k].kind == TOKEN_COMMENT)
			parse_fail(&parser, tokens->items[k].line, "comments stand above the query, not inside");
	}
	query->block = parse_statement(&parser);
	parse_end(&parser);
	*at = parser.end + 1;
	return query;
}

void
queries_read(struct queries *queries, const struct schema *schema, const char *path)
{
	struct tokens *tokens = take(sizeof(*tokens));
	size_t at = 0;

	*tokens = lex(path, file_text(path));
	while (tokens->items[at].kind != TOKEN_END) {
		struct query *query = read_query(schema, tokens, &at);

		if (query == NULL)
			break;
		for (size_t i = 0; i < queries->count; i++) {
			if (strcmp(queries->items[i]->name, query->name) == 0)
				complain(query->place, "%s is the name of a query in %s, too", query->name,
					 queries->items[i]->place.file);
		}
		resolve_names(query);
		infer_types(query);
		check_rules(query);
		check_tenant(query);
		queries->items = grow(queries->items, queries->count, sizeof(*queries->items));
		queries->items[queries->count++] = query;
	}
}
