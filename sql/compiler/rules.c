/*
 * Refuses queries that are well formed and typed but would do something else than they seem to.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

static void
check_mode(const struct query *query)
{
	bool is_select = query->block->kind == BLOCK_SELECT;

	if (is_select && query->mode == MODE_EXEC)
		complain(query->place, "a SELECT is :one or :many");
	if (!is_select && query->mode != MODE_EXEC)
		complain(query->place, "INSERT, UPDATE and DELETE are :exec");
	if (!is_select && query->row != NULL)
		complain(query->place, "'-- row:' has no meaning for :exec");
}

static void
check_results(const struct query *query)
{
	for (size_t i = 0; i < query->column_count; i++) {
		const char *name = query->columns[i].name;

		if (is_reserved_in_c(name))
			complain(query->place,
				 "'%s' can't be a member of a struct in C: AS another name", name);
		for (size_t k = 0; k < i; k++) {
			if (strcmp(name, query->columns[k].name) == 0)
				complain(query->place, "two results are named %s: AS another name",
					 name);
		}
	}
	for (size_t i = 0; i < query->declared_count; i++) {
		bool is_there = false;

		for (size_t k = 0; k < query->column_count; k++)
			is_there = is_there ||
				   strcmp(query->columns[k].name, query->declared[i].name) == 0;
		if (!is_there)
			complain(query->place, "'-- column: %s' names no result",
				 query->declared[i].name);
	}
}

static void
check_where(const struct query *query, const struct block *block)
{
	const char *verb = block->kind == BLOCK_UPDATE ? "UPDATE" : "DELETE";

	if (block->kind != BLOCK_UPDATE && block->kind != BLOCK_DELETE)
		return;
	if (block->where == NULL)
		complain(query_place(query, block->line), "%s without WHERE touches every row",
			 verb);
	if (block->limit != NULL && block->order_by_count == 0)
		complain(query_place(query, block->line),
			 "%s with LIMIT needs ORDER BY: else each replica takes other rows", verb);
}

static void
check_limit(const struct query *query, const struct block *block)
{
	if (block->kind == BLOCK_SELECT && block->limit != NULL && block->order_by_count == 0 &&
	    query->mode == MODE_MANY)
		complain(query_place(query, block->line), "LIMIT without ORDER BY takes any rows");
}

static void
check_insert(const struct query *query, const struct block *block)
{
	const struct table *table = block->refs[0]->table;

	for (size_t i = 0; i < block->insert_columns.count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (same_word(block->insert_columns.items[i],
				      block->insert_columns.items[k]))
				complain(query_place(query, block->line), "%s is named twice",
					 block->insert_columns.items[i]);
		}
	}
	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];

		if (!column->is_nullable && !column->has_default &&
		    !names_has(&block->insert_columns, column->name))
			complain(query_place(query, block->line),
				 "%s.%s is NOT NULL without a default: the INSERT must set it",
				 table->name, column->name);
	}
}

static void
check_block(const struct query *query, const struct block *block)
{
	check_where(query, block);
	check_limit(query, block);
	if (block->kind == BLOCK_INSERT)
		check_insert(query, block);
	if (block->insert_select != NULL)
		check_block(query, block->insert_select);
	for (size_t i = 0; i < block->child_count; i++)
		check_block(query, block->children[i]);
}

static void
check_values_call(struct query *query, struct block *block, struct expr *expr)
{
	if (expr->kind == EXPR_CALL && strcmp(expr->text, "VALUES") == 0 &&
	    block->kind != BLOCK_INSERT)
		complain(query_place(query, expr->line),
			 "VALUES() has a meaning only after ON DUPLICATE KEY UPDATE");
}

void
check_rules(struct query *query)
{
	check_mode(query);
	check_results(query);
	check_block(query, query->block);
	visit_exprs(query, query->block, check_values_call);
}

static bool
have_equal_results(const struct query *a, const struct query *b)
{
	if (a->column_count != b->column_count)
		return false;
	for (size_t i = 0; i < a->column_count; i++) {
		if (strcmp(a->columns[i].name, b->columns[i].name) != 0 ||
		    a->columns[i].type != b->columns[i].type)
			return false;
	}
	return true;
}

void
check_shared_rows(const struct queries *queries)
{
	for (size_t i = 0; i < queries->count; i++) {
		const struct query *query = queries->items[i];

		for (size_t k = 0; k < i && query->row != NULL; k++) {
			const struct query *other = queries->items[k];

			if (other->row != NULL && strcmp(other->row, query->row) == 0 &&
			    !have_equal_results(query, other))
				complain(
				    query->place,
				    "the results differ from those of %s, which has the row %s, too",
				    other->name, query->row);
		}
	}
}
