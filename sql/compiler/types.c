/*
 * Infers the types of parameters and results from the columns they meet, and refuses what only a
 * silent conversion would make work (text = 0 matches every row).
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

struct typed {
	enum type type;
	bool is_nullable;
};

struct inference {
	struct query *query;
	bool has_changed;
};

static struct typed infer(struct inference *, struct expr *, enum type want);

static bool
is_known(enum type type)
{
	return type != TYPE_UNKNOWN && type != TYPE_NULL;
}

static bool
is_number(enum type type)
{
	return type == TYPE_INT || type == TYPE_BOOL;
}

static bool
are_compatible(enum type a, enum type b)
{
	return a == b || !is_known(a) || !is_known(b) || (is_number(a) && is_number(b));
}

static void
expect_type(const struct inference *inference, const struct expr *expr, enum type got,
	    enum type want)
{
	if (expr->kind == EXPR_STRING && want == TYPE_BYTES)
		return;
	if (!are_compatible(got, want))
		complain(query_place(inference->query, expr->line), "%s is %s where %s is needed",
			 expr->text, type_name(got), type_name(want));
}

static struct typed
infer_param(struct inference *inference, const struct expr *expr, enum type want)
{
	struct param *param = query_param(inference->query, expr->text);

	if (param->type == TYPE_UNKNOWN && is_known(want)) {
		param->type = want;
		inference->has_changed = true;
	}
	if (!are_compatible(param->type, want))
		complain(query_place(inference->query, expr->line), ":%s is used as %s and as %s",
			 param->name, type_name(param->type), type_name(want));
	return (struct typed){ param->type, param->may_be_null };
}

/* What several expressions have in common; the parameters among them get that type. */
static struct typed
unify(struct inference *inference, struct expr **list, size_t count, enum type want)
{
	struct typed common = { .type = TYPE_NULL };

	for (size_t i = 0; i < count; i++) {
		struct typed one = infer(inference, list[i], TYPE_UNKNOWN);

		if (!is_known(common.type) || (common.type == TYPE_BOOL && one.type == TYPE_INT) ||
		    (common.type == TYPE_TEXT && one.type == TYPE_BYTES &&
		     list[i]->kind != EXPR_STRING))
			common.type = is_known(one.type) ? one.type : common.type;
		common.is_nullable = common.is_nullable || one.is_nullable;
	}
	if (!is_known(common.type))
		common.type = is_known(want) ? want : TYPE_UNKNOWN;
	for (size_t i = 0; i < count; i++)
		expect_type(inference, list[i], infer(inference, list[i], common.type).type,
			    common.type);
	return common;
}

static struct typed
infer_compare(struct inference *inference, struct expr *expr)
{
	struct expr *left = expr->args[0];
	struct expr *right = expr->args[1];
	bool is_nullable = false;

	if (left->kind == EXPR_TUPLE && right->kind == EXPR_TUPLE &&
	    left->arg_count == right->arg_count) {
		for (size_t i = 0; i < left->arg_count; i++) {
			struct expr *pair[] = { left->args[i], right->args[i] };

			is_nullable =
			    unify(inference, pair, 2, TYPE_UNKNOWN).is_nullable || is_nullable;
		}
	} else if (left->kind == EXPR_TUPLE || right->kind == EXPR_TUPLE) {
		complain(query_place(inference->query, expr->line),
			 "the two sides of %s have different lengths", expr->text);
	} else {
		is_nullable = unify(inference, expr->args, 2, TYPE_UNKNOWN).is_nullable;
	}
	return (struct typed){ TYPE_BOOL, is_nullable && strcmp(expr->text, "<=>") != 0 };
}

static struct typed
infer_all(struct inference *inference, struct expr *expr, enum type want, enum type result)
{
	struct typed typed = { .type = result };

	for (size_t i = 0; i < expr->arg_count; i++) {
		struct typed one = infer(inference, expr->args[i], want);

		expect_type(inference, expr->args[i], one.type, want);
		typed.is_nullable = typed.is_nullable || one.is_nullable;
	}
	return typed;
}

/* time ± INTERVAL is a time; everything else is whole numbers. */
static struct typed
infer_arithmetic(struct inference *inference, struct expr *expr)
{
	struct typed time;

	if (expr->args[1]->kind != EXPR_INTERVAL)
		return infer_all(inference, expr, TYPE_INT, TYPE_INT);
	time = infer(inference, expr->args[0], TYPE_TIME);
	expect_type(inference, expr->args[0], time.type, TYPE_TIME);
	infer(inference, expr->args[1], TYPE_UNKNOWN);
	return (struct typed){ TYPE_TIME, time.is_nullable };
}

static struct typed
infer_case(struct inference *inference, struct expr *expr, enum type want)
{
	struct expr **values = take(expr->arg_count * sizeof(*values));
	size_t pairs = expr->arg_count / 2;
	size_t count = 0;
	struct typed typed;

	for (size_t i = 0; i < pairs; i++) {
		expect_type(inference, expr->args[2 * i],
			    infer(inference, expr->args[2 * i], TYPE_BOOL).type, TYPE_BOOL);
		values[count++] = expr->args[2 * i + 1];
	}
	if (expr->has_else)
		values[count++] = expr->args[expr->arg_count - 1];
	typed = unify(inference, values, count, want);
	typed.is_nullable = typed.is_nullable || !expr->has_else;
	return typed;
}

static bool
is_null_possible(enum null_rule rule, bool is_any, bool is_every)
{
	switch (rule) {
	case NULL_NEVER:
		return false;
	case NULL_ALWAYS:
		return true;
	case NULL_IF_ANY:
		return is_any;
	case NULL_IF_ALL:
		return is_every;
	}
	return true;
}

/* A function whose arguments have one type. */
static struct typed
infer_plain_call(struct inference *inference, struct expr *expr, const struct function *function,
		 enum type want)
{
	bool is_every = true;
	struct typed typed = { .type = function->result };

	if (function->result == TYPE_UNKNOWN)
		typed = unify(inference, expr->args, expr->arg_count, want);
	else
		typed = infer_all(inference, expr, function->arg, function->result);
	for (size_t i = 0; i < expr->arg_count; i++)
		is_every = infer(inference, expr->args[i], TYPE_UNKNOWN).is_nullable && is_every;
	typed.is_nullable = is_null_possible(function->null_rule, typed.is_nullable, is_every);
	return typed;
}

static struct typed
infer_call(struct inference *inference, struct expr *expr, enum type want)
{
	const struct function *function = function_find(expr->text);

	if (function->arg_count != 0 && expr->arg_count != function->arg_count)
		complain(query_place(inference->query, expr->line),
			 "%s takes %zu arguments, not %zu", expr->text, function->arg_count,
			 expr->arg_count);
	if (strcmp(function->name, "IF") == 0) {
		expect_type(inference, expr->args[0],
			    infer(inference, expr->args[0], TYPE_BOOL).type, TYPE_BOOL);
		return unify(inference, expr->args + 1, 2, want);
	}
	if (strcmp(function->name, "TIMESTAMPADD") == 0) {
		struct typed time = infer(inference, expr->args[1], TYPE_TIME);

		expect_type(inference, expr->args[0],
			    infer(inference, expr->args[0], TYPE_INT).type, TYPE_INT);
		expect_type(inference, expr->args[1], time.type, TYPE_TIME);
		return (struct typed){ TYPE_TIME, time.is_nullable };
	}
	return infer_plain_call(inference, expr, function, want);
}

/* No row gives NULL; COUNT without GROUP BY always has one. */
static struct typed
infer_subquery(struct inference *inference, struct expr *expr, enum type want)
{
	const struct block *block = expr->block;
	struct typed typed;

	if (block->item_count != 1)
		complain(query_place(inference->query, expr->line),
			 "a subquery used as a value has one result, not %zu", block->item_count);
	typed = infer(inference, block->items[0].expr, want);
	typed.is_nullable = block->group_by_count > 0 || block->items[0].expr->kind != EXPR_CALL ||
			    typed.is_nullable;
	return typed;
}

static struct typed
infer_is_null(struct inference *inference, struct expr *expr)
{
	if (expr->args[0]->kind == EXPR_PARAM)
		query_param(inference->query, expr->args[0]->text)->may_be_null = true;
	infer(inference, expr->args[0], TYPE_UNKNOWN);
	return (struct typed){ TYPE_BOOL, false };
}

static struct typed
infer(struct inference *inference, struct expr *expr, enum type want)
{
	struct typed typed;

	switch (expr->kind) {
	case EXPR_PARAM:
		return infer_param(inference, expr, want);
	case EXPR_COLUMN:
		return (struct typed){ expr->column->type,
				       expr->column->is_nullable || expr->ref->is_left_joined };
	case EXPR_NUMBER:
		return (struct typed){ TYPE_INT, false };
	case EXPR_STRING:
		return (struct typed){ TYPE_TEXT, false };
	case EXPR_NULL:
		return (struct typed){ TYPE_NULL, true };
	case EXPR_BOOL:
		return (struct typed){ TYPE_BOOL, false };
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_NOT:
		return infer_all(inference, expr, TYPE_BOOL, TYPE_BOOL);
	case EXPR_COMPARE:
		return infer_compare(inference, expr);
	case EXPR_ARITHMETIC:
		return infer_arithmetic(inference, expr);
	case EXPR_IN:
	case EXPR_BETWEEN:
		typed = unify(inference, expr->args, expr->arg_count, TYPE_UNKNOWN);
		return (struct typed){ TYPE_BOOL, typed.is_nullable };
	case EXPR_LIKE:
		return infer_all(inference, expr, TYPE_TEXT, TYPE_BOOL);
	case EXPR_IS_NULL:
		return infer_is_null(inference, expr);
	case EXPR_CASE:
		return infer_case(inference, expr, want);
	case EXPR_CALL:
		return infer_call(inference, expr, want);
	case EXPR_EXISTS:
		return (struct typed){ TYPE_BOOL, false };
	case EXPR_SUBQUERY:
		return infer_subquery(inference, expr, want);
	case EXPR_INTERVAL:
		return infer_all(inference, expr, TYPE_INT, TYPE_UNKNOWN);
	case EXPR_TUPLE:
		complain(query_place(inference->query, expr->line),
			 "a tuple can only be compared with a tuple");
	case EXPR_STAR:
		break;
	}
	return (struct typed){ TYPE_UNKNOWN, false };
}

/*
 * A parameter whose value may be stored in a nullable column can be NULL, also as a branch of IF,
 * CASE or COALESCE.
 */
static void
mark_nullable(const struct query *query, const struct expr *expr)
{
	bool is_if = expr->kind == EXPR_CALL && strcmp(expr->text, "IF") == 0;

	if (expr->kind == EXPR_PARAM)
		query_param(query, expr->text)->may_be_null = true;
	if (!is_if && expr->kind != EXPR_CASE &&
	    !(expr->kind == EXPR_CALL && strcmp(expr->text, "COALESCE") == 0))
		return;
	for (size_t i = 0; i < expr->arg_count; i++) {
		bool is_condition = (is_if && i == 0) || (expr->kind == EXPR_CASE && i % 2 == 0 &&
							  i + 1 < expr->arg_count);

		if (!is_condition)
			mark_nullable(query, expr->args[i]);
	}
}

static void
infer_stored(struct inference *inference, const struct ref *ref, const char *name,
	     struct expr *value)
{
	const struct column *column = table_column(ref->table, name);

	if (column == NULL)
		complain(query_place(inference->query, value->line), "%s has no column %s",
			 ref->table->name, name);
	if (value->kind == EXPR_NULL && !column->is_nullable)
		complain(query_place(inference->query, value->line), "%s is NOT NULL", name);
	expect_type(inference, value, infer(inference, value, column->type).type, column->type);
	if (column->is_nullable)
		mark_nullable(inference->query, value);
}

static void
infer_condition(struct inference *inference, struct expr *expr)
{
	if (expr != NULL)
		expect_type(inference, expr, infer(inference, expr, TYPE_BOOL).type, TYPE_BOOL);
}

static void
infer_insert(struct inference *inference, const struct block *block)
{
	for (size_t i = 0; i < block->insert_columns.count; i++) {
		const char *column = block->insert_columns.items[i];

		for (size_t k = 0; k < block->value_count; k++)
			infer_stored(inference, block->refs[0], column, block->values[k][i]);
		if (block->insert_select != NULL) {
			if (block->insert_select->item_count != block->insert_columns.count)
				complain(query_place(inference->query, block->line),
					 "%zu values for %zu columns",
					 block->insert_select->item_count,
					 block->insert_columns.count);
			infer_stored(inference, block->refs[0], column,
				     block->insert_select->items[i].expr);
		}
	}
}

static void
infer_block(struct inference *inference, struct block *block)
{
	for (size_t i = 0; i < block->item_count; i++)
		infer(inference, block->items[i].expr, TYPE_UNKNOWN);
	for (size_t i = 0; i < block->ref_count; i++)
		infer_condition(inference, block->refs[i]->on);
	infer_condition(inference, block->where);
	infer_condition(inference, block->having);
	for (size_t i = 0; i < block->group_by_count; i++)
		infer(inference, block->group_by[i], TYPE_UNKNOWN);
	for (size_t i = 0; i < block->order_by_count; i++)
		infer(inference, block->order_by[i], TYPE_UNKNOWN);
	if (block->limit != NULL)
		expect_type(inference, block->limit, infer(inference, block->limit, TYPE_INT).type,
			    TYPE_INT);
	for (size_t i = 0; i < block->set_count; i++)
		infer_stored(inference, block->refs[0], block->sets[i].column,
			     block->sets[i].value);
	infer_insert(inference, block);
	if (block->insert_select != NULL)
		infer_block(inference, block->insert_select);
	for (size_t i = 0; i < block->child_count; i++)
		infer_block(inference, block->children[i]);
}

static const struct result_column *
declared_column(const struct query *query, const char *name)
{
	for (size_t i = 0; i < query->declared_count; i++) {
		if (strcmp(query->declared[i].name, name) == 0)
			return &query->declared[i];
	}
	return NULL;
}

/* C has no third value for bool: a boolean that may be NULL is an integer. */
static enum type
storable(enum type type, bool is_nullable)
{
	return type == TYPE_BOOL && is_nullable ? TYPE_INT : type;
}

static void
type_results(struct inference *inference)
{
	struct query *query = inference->query;

	for (size_t i = 0; i < query->block->item_count; i++) {
		const struct item *item = &query->block->items[i];
		const struct result_column *declared;
		struct typed typed;

		if (item->name == NULL)
			complain(query_place(query, item->line), "result %zu needs a name: AS name",
				 i + 1);
		declared = declared_column(query, item->name);
		typed = infer(inference, item->expr, TYPE_UNKNOWN);
		if (declared != NULL)
			typed = (struct typed){ declared->type, declared->is_nullable };
		if (!is_known(typed.type))
			complain(query_place(query, item->line),
				 "the type of %s can't be inferred: '-- column: %s type'",
				 item->name, item->name);
		query->columns = grow(query->columns, query->column_count, sizeof(*query->columns));
		query->columns[query->column_count++] = (struct result_column){
			.name = item->name,
			.type = storable(typed.type, typed.is_nullable),
			.is_nullable = typed.is_nullable,
		};
	}
}

void
infer_types(struct query *query)
{
	struct inference inference = { .query = query };

	do {
		inference.has_changed = false;
		infer_block(&inference, query->block);
	} while (inference.has_changed);
	type_results(&inference);
	for (size_t i = 0; i < query->param_count; i++) {
		struct param *param = &query->params[i];

		if (!is_known(param->type))
			complain(query_place(query, param->line),
				 "the type of :%s can't be inferred: '-- param: %s type'",
				 param->name, param->name);
		param->type = storable(param->type, param->may_be_null);
	}
}
