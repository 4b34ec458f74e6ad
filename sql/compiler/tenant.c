/*
 * Isolation is structural: every table a query names must be bound to one tenant, by a parameter or
 * by a column of a table that is. Only equalities that hold for every row count: AND terms at the
 * top of WHERE, and of a JOIN's ON (for a LEFT JOIN, for its own table).
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

/* Columns whose values name the same kind of tenant may be compared to hand a binding on. */
enum tenant_kind { KIND_NONE, KIND_PROJECT, KIND_ORG, KIND_CHAIN };

static enum tenant_kind
column_kind(const struct table *table, const char *column)
{
	if (same_word(column, "project_id") || same_word(column, "console_id"))
		return KIND_PROJECT;
	if (same_word(column, "org_id") || same_word(column, "operator_org_id"))
		return KIND_ORG;
	if (same_word(column, "chain_id"))
		return KIND_CHAIN;
	if (same_word(column, "id") && same_word(table->name, "projects"))
		return KIND_PROJECT;
	if (same_word(column, "id") && same_word(table->name, "orgs"))
		return KIND_ORG;
	return KIND_NONE;
}

/* :org_id for the id of orgs. */
static const char *
id_param(const struct table *table)
{
	return text_printf("%.*s_id", (int)strlen(table->name) - 1, table->name);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);

	return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

/*
 * The parameter's name says which check the caller made: :project_id, :event_project_id,
 * :console_id, :org_id …
 */
static bool
is_tenant_param(const struct table *table, const char *column, const char *param)
{
	switch (column_kind(table, column)) {
	case KIND_PROJECT:
		return ends_with(param, "project_id") || ends_with(param, "console_id");
	case KIND_ORG:
		return ends_with(param, "org_id");
	case KIND_CHAIN:
		return ends_with(param, "chain_id") || ends_with(param, "project_id") ||
		       ends_with(param, "org_id");
	case KIND_NONE:
		break;
	}
	return strcmp(param, column) == 0;
}

static bool
is_tenant_column(const struct expr *expr)
{
	return expr->kind == EXPR_COLUMN &&
	       names_has(&expr->ref->table->tenant, expr->column->name);
}

/* A chain is a project's or an organization's. */
static bool
hands_on(enum tenant_kind from, enum tenant_kind to)
{
	return from != KIND_NONE && (from == to || to == KIND_CHAIN);
}

/* May `source`, a column of a bound table, bind `target`? */
static bool
binds(const struct expr *target, const struct expr *source)
{
	if (source->kind != EXPR_COLUMN || !source->ref->is_scoped)
		return false;
	return hands_on(column_kind(source->ref->table, source->column->name),
			column_kind(target->ref->table, target->column->name));
}

static bool
scope_side(const struct expr *target, const struct expr *source, const struct ref *only)
{
	if (!is_tenant_column(target) || target->ref->is_scoped ||
	    (only != NULL && target->ref != only))
		return false;
	if (source->kind == EXPR_PARAM
		? !is_tenant_param(target->ref->table, target->column->name, source->text)
		: !binds(target, source))
		return false;
	target->ref->is_scoped = true;
	return true;
}

/* only: the one table that the terms hold for; NULL: all. True when something became bound. */
static bool
scope_terms(const struct expr *expr, const struct ref *only)
{
	bool has_changed;

	if (expr == NULL)
		return false;
	if (expr->kind == EXPR_AND) {
		has_changed = scope_terms(expr->args[0], only);
		return scope_terms(expr->args[1], only) || has_changed;
	}
	if (expr->kind != EXPR_COMPARE || strcmp(expr->text, "=") != 0)
		return false;
	return scope_side(expr->args[0], expr->args[1], only) ||
	       scope_side(expr->args[1], expr->args[0], only);
}

/* "p.org_id = :org_id, p.id = :project_id" */
static const char *
what_would_be_right(const struct ref *ref)
{
	const char *text = "";

	for (size_t i = 0; i < ref->table->tenant.count; i++) {
		const char *column = ref->table->tenant.items[i];

		text = text_printf("%s%s%s.%s = :%s", text, i == 0 ? "" : " or ", ref->alias,
				   column, same_word(column, "id") ? id_param(ref->table) : column);
	}
	return text;
}

static void
check_scoped(const struct query *query, const struct block *block)
{
	bool has_changed;

	for (size_t i = 0; i < block->ref_count; i++)
		block->refs[i]->is_scoped = block->refs[i]->table->tenant.count == 0;
	do {
		has_changed = scope_terms(block->where, NULL);
		for (size_t i = 0; i < block->ref_count; i++) {
			struct ref *ref = block->refs[i];

			has_changed =
			    scope_terms(ref->on, ref->is_left_joined ? ref : NULL) || has_changed;
		}
	} while (has_changed);
	for (size_t i = block->kind == BLOCK_INSERT ? 1 : 0; i < block->ref_count; i++) {
		const struct ref *ref = block->refs[i];

		if (!ref->is_scoped)
			complain(
			    query_place(query, ref->line),
			    "%s isn't bound to one tenant: AND %s (a parameter, or a column of a bound table), "
			    "or '-- unscoped: reason'",
			    ref->alias, what_would_be_right(ref));
	}
}

static void
check_stored_tenant(const struct query *query, const struct table *table, const char *column,
		    const struct expr *value)
{
	if (value->kind == EXPR_PARAM && is_tenant_param(table, column, value->text))
		return;
	if (value->kind == EXPR_COLUMN && value->ref->is_scoped &&
	    hands_on(column_kind(value->ref->table, value->column->name),
		     column_kind(table, column)))
		return;
	if (value->kind == EXPR_PARAM)
		complain(query_place(query, value->line), "%s.%s is the tenant: set it from :%s",
			 table->name, column, same_word(column, "id") ? id_param(table) : column);
	complain(query_place(query, value->line),
		 "%s.%s is the tenant: set it from a parameter or a column of a bound table",
		 table->name, column);
}

static bool
is_alternative_in_key(const struct table *table, const struct key *key)
{
	for (size_t i = 0; i < key->columns.count; i++) {
		if (names_has(&table->tenant, key->columns.items[i]))
			return true;
	}
	return false;
}

/* An upsert changes whichever row holds the key, so every unique key must hold the tenant. */
static void
check_upsert(const struct query *query, const struct block *block, const struct table *table)
{
	for (size_t i = 0; i < table->key_count; i++) {
		const struct key *key = &table->keys[i];

		if (key->is_unique && !is_alternative_in_key(table, key))
			complain(
			    query_place(query, block->line),
			    "ON DUPLICATE KEY UPDATE could change another tenant's row: %s (%s) isn't unique within a tenant",
			    key->name, key->columns.items[0]);
	}
}

static void
check_insert(const struct query *query, const struct block *block)
{
	const struct table *table = block->refs[0]->table;
	size_t position = 0;

	if (table->tenant.count == 0)
		return;
	while (position < block->insert_columns.count &&
	       !same_word(block->insert_columns.items[position], table->tenant.items[0]))
		position++;
	if (position == block->insert_columns.count)
		complain(query_place(query, block->line),
			 "the INSERT doesn't set %s.%s, the tenant", table->name,
			 table->tenant.items[0]);
	for (size_t i = 0; i < block->value_count; i++)
		check_stored_tenant(query, table, table->tenant.items[0],
				    block->values[i][position]);
	if (block->insert_select != NULL)
		check_stored_tenant(query, table, table->tenant.items[0],
				    block->insert_select->items[position].expr);
	if (block->set_count > 0)
		check_upsert(query, block, table);
}

static void
check_sets(const struct query *query, const struct block *block)
{
	for (size_t i = 0; i < block->set_count; i++) {
		if (names_has(&block->refs[0]->table->tenant, block->sets[i].column))
			complain(query_place(query, block->sets[i].line),
				 "%s.%s is the tenant: a row never moves to another",
				 block->refs[0]->table->name, block->sets[i].column);
	}
}

static void
check_block(const struct query *query, const struct block *block)
{
	check_scoped(query, block);
	if (block->insert_select != NULL)
		check_block(query, block->insert_select);
	if (block->kind == BLOCK_INSERT)
		check_insert(query, block);
	check_sets(query, block);
	for (size_t i = 0; i < block->child_count; i++)
		check_block(query, block->children[i]);
}

void
check_tenant(struct query *query)
{
	if (query->unscoped == NULL)
		check_block(query, query->block);
}
