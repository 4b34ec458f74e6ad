/*
 * Finds which column of which table each name in a query means, and which parameters it has.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

static void visit_one(struct query *, struct block *, struct expr *, expr_visitor *);

static void
visit_list(struct query *query, struct block *block, struct expr **list, size_t count,
	   expr_visitor *visitor)
{
	for (size_t i = 0; i < count; i++)
		visit_one(query, block, list[i], visitor);
}

static void
visit_one(struct query *query, struct block *block, struct expr *expr, expr_visitor *visitor)
{
	if (expr == NULL)
		return;
	visitor(query, block, expr);
	visit_list(query, block, expr->args, expr->arg_count, visitor);
	if (expr->block != NULL)
		visit_exprs(query, expr->block, visitor);
}

void
visit_exprs(struct query *query, struct block *block, expr_visitor *visitor)
{
	for (size_t i = 0; i < block->item_count; i++)
		visit_one(query, block, block->items[i].expr, visitor);
	for (size_t i = 0; i < block->ref_count; i++) {
		if (block->refs[i]->counted != NULL)
			visit_exprs(query, block->refs[i]->counted, visitor);
		visit_one(query, block, block->refs[i]->on, visitor);
	}
	visit_one(query, block, block->where, visitor);
	visit_list(query, block, block->group_by, block->group_by_count, visitor);
	visit_one(query, block, block->having, visitor);
	visit_list(query, block, block->order_by, block->order_by_count, visitor);
	visit_one(query, block, block->limit, visitor);
	for (size_t i = 0; i < block->value_count; i++)
		visit_list(query, block, block->values[i], block->insert_columns.count, visitor);
	for (size_t i = 0; i < block->set_count; i++)
		visit_one(query, block, block->sets[i].value, visitor);
	if (block->insert_select != NULL)
		visit_exprs(query, block->insert_select, visitor);
}

/* The column in this block's own tables; NULL when none has it. */
static struct ref *
find_here(const struct query *query, const struct block *block, const struct expr *expr)
{
	struct ref *found = NULL;

	for (size_t i = 0; i < block->ref_count; i++) {
		struct ref *ref = block->refs[i];

		if (expr->qualifier != NULL && !same_word(expr->qualifier, ref->alias))
			continue;
		if (table_column(ref->table, expr->text) == NULL) {
			if (expr->qualifier != NULL)
				complain(query_place(query, expr->line), "%s has no column %s",
					 ref->table->name, expr->text);
			continue;
		}
		if (found != NULL)
			complain(query_place(query, expr->line),
				 "%s could be %s.%s or %s.%s: say which", expr->text, found->alias,
				 expr->text, ref->alias, expr->text);
		found = ref;
	}
	return found;
}

/* HAVING and ORDER BY may name a result; then the name stands for its expression. */
static bool
stands_for_result(const struct block *block, struct expr *expr)
{
	if (expr->qualifier != NULL)
		return false;
	for (size_t i = 0; i < block->item_count; i++) {
		const struct item *item = &block->items[i];

		if (item->name != NULL && item->expr != expr && item->expr->kind != EXPR_COLUMN &&
		    same_word(item->name, expr->text)) {
			*expr = *item->expr;
			return true;
		}
	}
	return false;
}

static void
resolve_column(struct query *query, struct block *block, struct expr *expr)
{
	if (expr->kind != EXPR_COLUMN || expr->ref != NULL)
		return;
	for (const struct block *b = block; b != NULL; b = b->parent) {
		expr->ref = find_here(query, b, expr);
		if (expr->ref != NULL) {
			expr->column = table_column(expr->ref->table, expr->text);
			return;
		}
	}
	if (stands_for_result(block, expr))
		return;
	if (expr->qualifier != NULL)
		complain(query_place(query, expr->line), "no table here is named %s",
			 expr->qualifier);
	complain(query_place(query, expr->line), "no table here has a column %s", expr->text);
}

struct param *
query_param(const struct query *query, const char *name)
{
	for (size_t i = 0; i < query->param_count; i++) {
		if (strcmp(query->params[i].name, name) == 0)
			return &query->params[i];
	}
	return NULL;
}

/*
 * Parameters in the order in which the text uses them first; what a comment declared keeps its
 * type.
 */
static void
list_params(struct query *query)
{
	struct query declared = *query;
	size_t used = 0;

	query->params = NULL;
	query->param_count = 0;
	for (size_t i = query->first; i < query->last; i++) {
		const struct token *token = &query->tokens->items[i];
		struct param param = { .name = token->text, .line = token->line };
		const struct param *known;

		if (token->kind != TOKEN_PARAM || query_param(query, token->text) != NULL)
			continue;
		if (is_reserved_in_c(token->text))
			complain(query_place(query, token->line),
				 ":%s can't be a member of a struct in C", token->text);
		known = query_param(&declared, token->text);
		if (known != NULL) {
			param = *known;
			used++;
		}
		if (strcmp(param.name, "now") == 0)
			param.type = TYPE_TIME;
		query->params = grow(query->params, query->param_count, sizeof(param));
		query->params[query->param_count++] = param;
	}
	if (used != declared.param_count)
		complain(query->place,
			 "'-- param:' declares a parameter that isn't used, or one twice");
}

void
resolve_names(struct query *query)
{
	list_params(query);
	visit_exprs(query, query->block, resolve_column);
}
