/*
 * Reads expressions by precedence: OR, AND, NOT, comparison, sum, product, operand.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

static struct expr *parse_sum(struct parser *);

struct expr *
expr_new(enum expr_kind kind, int line, const char *text)
{
	struct expr *expr = take(sizeof(*expr));

	expr->kind = kind;
	expr->line = line;
	expr->text = text;
	return expr;
}

void
expr_add(struct expr *expr, struct expr *arg)
{
	expr->args = grow(expr->args, expr->arg_count, sizeof(struct expr *));
	expr->args[expr->arg_count++] = arg;
}

static struct expr *
binary(enum expr_kind kind, const struct token *operator, struct expr * left, struct expr *right)
{
	struct expr *expr = expr_new(kind, operator->line, operator->text);

	expr_add(expr, left);
	expr_add(expr, right);
	return expr;
}

static struct expr *
parse_subquery(struct parser *parser, enum expr_kind kind)
{
	struct expr *expr = expr_new(kind, peek(parser)->line, "subquery");

	expr->block = parse_select(parser, parser->block);
	expect_sign(parser, ")");
	return expr;
}

/* After the opening parenthesis: a subquery, one expression, or several (a tuple). */
static struct expr *
parse_parentheses(struct parser *parser)
{
	struct expr *first;
	struct expr *tuple;

	if (is_word(peek(parser), "SELECT"))
		return parse_subquery(parser, EXPR_SUBQUERY);
	first = parse_expr(parser);
	if (accept_sign(parser, ")"))
		return first;
	tuple = expr_new(EXPR_TUPLE, first->line, "tuple");
	expr_add(tuple, first);
	while (accept_sign(parser, ","))
		expr_add(tuple, parse_expr(parser));
	expect_sign(parser, ")");
	return tuple;
}

static struct expr *
parse_case(struct parser *parser, int line)
{
	struct expr *expr = expr_new(EXPR_CASE, line, "CASE");

	if (!is_word(peek(parser), "WHEN"))
		parse_fail(parser, line, "CASE takes WHEN conditions, not a value to compare");
	while (accept_word(parser, "WHEN")) {
		expr_add(expr, parse_expr(parser));
		expect_word(parser, "THEN");
		expr_add(expr, parse_expr(parser));
	}
	if (accept_word(parser, "ELSE")) {
		expr_add(expr, parse_expr(parser));
		expr->has_else = true;
	}
	expect_word(parser, "END");
	return expr;
}

static void
expect_unit(struct parser *parser)
{
	static const char *const units[] = { "MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY" };
	const struct token *token = next(parser);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (is_word(token, units[i]))
			return;
	}
	parse_fail(parser, token->line,
		   "expected MICROSECOND, SECOND, MINUTE, HOUR or DAY instead of '%s'",
		   token->text);
}

/* GROUP_CONCAT(a ORDER BY b SEPARATOR ' '): the order is a second argument. */
static void
parse_concat_tail(struct parser *parser, struct expr *expr)
{
	if (accept_word(parser, "ORDER")) {
		expect_word(parser, "BY");
		expr_add(expr, parse_expr(parser));
	}
	if (accept_word(parser, "SEPARATOR") && next(parser)->kind != TOKEN_STRING)
		parse_fail(parser, expr->line, "SEPARATOR takes a string");
}

/* After the opening parenthesis. */
static struct expr *
parse_call(struct parser *parser, const struct token *name)
{
	struct expr *expr = expr_new(EXPR_CALL, name->line, text_upper(name->text));

	if (refused_function(name->text) != NULL)
		parse_fail(parser, name->line, "%s isn't allowed: %s", expr->text,
			   refused_function(name->text));
	if (function_find(expr->text) == NULL)
		parse_fail(parser, name->line, "the function %s isn't in the subset", expr->text);
	if (strncmp(expr->text, "TIMESTAMP", 9) == 0) {
		expect_unit(parser);
		expect_sign(parser, ",");
	}
	if (strcmp(expr->text, "COUNT") == 0 && accept_sign(parser, "*")) {
		expr_add(expr, expr_new(EXPR_STAR, name->line, "*"));
	} else {
		accept_word(parser, "DISTINCT");
		do {
			expr_add(expr, parse_expr(parser));
		} while (accept_sign(parser, ","));
	}
	if (strcmp(expr->text, "GROUP_CONCAT") == 0)
		parse_concat_tail(parser, expr);
	expect_sign(parser, ")");
	return expr;
}

/* column, alias.column, TRUE, CASE …, a call */
static struct expr *
parse_word(struct parser *parser)
{
	const struct token *token = next(parser);
	struct expr *expr;

	if (is_word(token, "NULL"))
		return expr_new(EXPR_NULL, token->line, "NULL");
	if (is_word(token, "TRUE") || is_word(token, "FALSE"))
		return expr_new(EXPR_BOOL, token->line, token->text);
	if (is_word(token, "CASE"))
		return parse_case(parser, token->line);
	if (is_word(token, "EXISTS")) {
		expect_sign(parser, "(");
		return parse_subquery(parser, EXPR_EXISTS);
	}
	if (is_word(token, "INTERVAL")) {
		expr = expr_new(EXPR_INTERVAL, token->line, "INTERVAL");
		expr_add(expr, parse_sum(parser));
		expect_unit(parser);
		return expr;
	}
	if (accept_sign(parser, "("))
		return parse_call(parser, token);
	if (refused_function(token->text) != NULL)
		parse_fail(parser, token->line, "%s isn't allowed: %s", token->text,
			   refused_function(token->text));
	if (is_reserved_in_sql(token->text))
		parse_fail(parser, token->line, "'%s' isn't understood here", token->text);
	expr = expr_new(EXPR_COLUMN, token->line, token->text);
	if (accept_sign(parser, ".")) {
		expr->qualifier = token->text;
		expr->text = expect_name(parser, "a column");
	}
	return expr;
}

static struct expr *
parse_operand(struct parser *parser)
{
	const struct token *token = peek(parser);

	switch (token->kind) {
	case TOKEN_WORD:
		return parse_word(parser);
	case TOKEN_PARAM:
		parser->at++;
		return expr_new(EXPR_PARAM, token->line, token->text);
	case TOKEN_NUMBER:
		parser->at++;
		if (strspn(token->text, "0123456789") != strlen(token->text))
			parse_fail(parser, token->line, "'%s' isn't a whole number", token->text);
		return expr_new(EXPR_NUMBER, token->line, token->text);
	case TOKEN_STRING:
		parser->at++;
		if (strpbrk(token->text, "?\\'") != NULL)
			parse_fail(parser, token->line,
				   "a string with ?, \\ or ' in it isn't portable: bind it");
		return expr_new(EXPR_STRING, token->line, token->text);
	default:
		break;
	}
	if (accept_sign(parser, "("))
		return parse_parentheses(parser);
	if (is_sign(token, "?"))
		parse_fail(parser, token->line, "write :name instead of ?");
	if (is_sign(token, "-") && peek_after(parser, 1)->kind == TOKEN_NUMBER) {
		parser->at += 2;
		return expr_new(EXPR_NUMBER, token->line, "-");
	}
	parse_fail(parser, token->line, "'%s' isn't understood here", token->text);
}

static struct expr *
parse_product(struct parser *parser)
{
	struct expr *left = parse_operand(parser);

	for (;;) {
		const struct token *token = peek(parser);

		if (is_sign(token, "->") || is_sign(token, "->>"))
			parse_fail(parser, token->line,
				   "'%s' is one server's syntax: JSON is text to the database",
				   token->text);
		if (is_word(token, "COLLATE"))
			parse_fail(
			    parser, token->line,
			    "COLLATE isn't in the subset: the column's own collation decides");
		if (!is_sign(token, "*") && !is_sign(token, "/") && !is_sign(token, "%") &&
		    !is_word(token, "DIV"))
			return left;
		parser->at++;
		left = binary(EXPR_ARITHMETIC, token, left, parse_operand(parser));
	}
}

static struct expr *
parse_sum(struct parser *parser)
{
	struct expr *left = parse_product(parser);

	for (;;) {
		const struct token *token = peek(parser);

		if (!is_sign(token, "+") && !is_sign(token, "-"))
			return left;
		parser->at++;
		left = binary(EXPR_ARITHMETIC, token, left, parse_product(parser));
	}
}

static struct expr *
parse_in(struct parser *parser, const struct token *token, struct expr *left)
{
	struct expr *expr = expr_new(EXPR_IN, token->line, "IN");

	expr_add(expr, left);
	expect_sign(parser, "(");
	if (is_word(peek(parser), "SELECT")) {
		expr_add(expr, parse_subquery(parser, EXPR_SUBQUERY));
		return expr;
	}
	do {
		expr_add(expr, parse_expr(parser));
	} while (accept_sign(parser, ","));
	expect_sign(parser, ")");
	return expr;
}

static struct expr *
parse_between(struct parser *parser, const struct token *token, struct expr *left)
{
	struct expr *expr = expr_new(EXPR_BETWEEN, token->line, "BETWEEN");

	expr_add(expr, left);
	expr_add(expr, parse_sum(parser));
	expect_word(parser, "AND");
	expr_add(expr, parse_sum(parser));
	return expr;
}

static struct expr *
parse_like(struct parser *parser, const struct token *token, struct expr *left)
{
	struct expr *expr = binary(EXPR_LIKE, token, left, parse_sum(parser));

	if (!accept_word(parser, "ESCAPE"))
		parse_fail(parser, token->line,
			   "LIKE needs ESCAPE '!' (patterns come from like_contains())");
	if (next(parser)->kind != TOKEN_STRING)
		parse_fail(parser, token->line, "ESCAPE takes a string");
	return expr;
}

static struct expr *
parse_is(struct parser *parser, const struct token *token, struct expr *left)
{
	struct expr *expr = expr_new(EXPR_IS_NULL, token->line, "IS NULL");

	accept_word(parser, "NOT");
	if (!accept_word(parser, "NULL"))
		parse_fail(parser, token->line,
			   "IS takes NULL or NOT NULL; compare a boolean as it is, or with NOT");
	expr_add(expr, left);
	return expr;
}

static struct expr *
parse_predicate(struct parser *parser)
{
	static const char *const comparisons[] = { "=", "<>", "!=", "<", "<=", ">", ">=", "<=>" };
	struct expr *left = parse_sum(parser);
	const struct token *token = peek(parser);

	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
		if (accept_sign(parser, comparisons[i]))
			return binary(EXPR_COMPARE, token, left, parse_sum(parser));
	}
	if (accept_word(parser, "IS"))
		return parse_is(parser, token, left);
	accept_word(parser, "NOT");
	if (accept_word(parser, "IN"))
		return parse_in(parser, token, left);
	if (accept_word(parser, "BETWEEN"))
		return parse_between(parser, token, left);
	if (accept_word(parser, "LIKE"))
		return parse_like(parser, token, left);
	if (is_word(token, "NOT"))
		parse_fail(parser, token->line, "expected IN, BETWEEN or LIKE after NOT");
	return left;
}

static struct expr *
parse_not(struct parser *parser)
{
	const struct token *token = peek(parser);
	struct expr *expr;

	if (!accept_word(parser, "NOT"))
		return parse_predicate(parser);
	expr = expr_new(EXPR_NOT, token->line, "NOT");
	expr_add(expr, parse_not(parser));
	return expr;
}

static struct expr *
parse_and(struct parser *parser)
{
	struct expr *left = parse_not(parser);

	for (;;) {
		const struct token *token = peek(parser);

		if (is_sign(token, "&&"))
			parse_fail(parser, token->line, "write AND");
		if (!accept_word(parser, "AND"))
			return left;
		left = binary(EXPR_AND, token, left, parse_not(parser));
	}
}

struct expr *
parse_expr(struct parser *parser)
{
	struct expr *left = parse_and(parser);

	for (;;) {
		const struct token *token = peek(parser);

		if (is_sign(token, "||"))
			parse_fail(
			    parser, token->line,
			    "|| is OR on one server and joins texts on another: write OR or CONCAT");
		if (!accept_word(parser, "OR"))
			return left;
		left = binary(EXPR_OR, token, left, parse_and(parser));
	}
}
