/*
 * What the parts of the query compiler share: tokens, the schema, the parsed query. The compiler
 * runs at build time and ends soon, so nothing it takes is given back, and its first error ends it.
 */
#ifndef GATEHOUSE_SQL_COMPILER_SQLC_H
#define GATEHOUSE_SQL_COMPILER_SQLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PRINTF_LIKE(format_index, first_index)                                                     \
	__attribute__((format(printf, format_index, first_index)))

/* ---- memory and messages (memory.c) ---- */

struct place {
	const char *file;
	int line;
	const char *query; /* "" outside of one */
};

/* Prints "file:line: query: message" and ends the compiler with status 1. */
_Noreturn void complain(struct place, const char *format, ...) PRINTF_LIKE(2, 3);

void *take(size_t size);
/* Room for one element more in an array that grows by doubling; returns the array, perhaps moved.
 */
void *grow(void *items, size_t count, size_t size);
char *text_copy(const char *data, size_t len);
char *text_printf(const char *format, ...) PRINTF_LIKE(1, 2);
char *text_upper(const char *text);
bool same_word(const char *a, const char *b); /* ASCII case doesn't count */
char *file_text(const char *path);

struct names {
	const char **items;
	size_t count;
};

void names_add(struct names *, const char *name);
bool names_has(const struct names *, const char *name);

/* ---- tokens (lex.c) ---- */

enum token_kind {
	TOKEN_END,
	TOKEN_COMMENT,
	TOKEN_WORD,
	TOKEN_PARAM,
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_SIGN
};

struct token {
	enum token_kind kind;
	const char *text; /* word or sign as written; name of a parameter; a string without its
			     quotes; text of a comment */
	int line;
	size_t start, end; /* octets in the file */
};

struct tokens {
	const char *file;
	const char *source;
	struct token *items; /* ends with TOKEN_END */
	size_t count;
};

struct tokens lex(const char *file, const char *source);
/* The value of the annotation `key` in a comment ("-- key: value"), else NULL. */
const char *annotation(const struct token *, const char *key);
bool is_word(const struct token *, const char *word);
bool is_sign(const struct token *, const char *sign);

/* ---- words (words.c) ---- */

bool is_reserved_in_sql(const char *word);
bool is_reserved_in_c(const char *word);
/* Why a function mustn't be used, or NULL. */
const char *refused_function(const char *name);

/* ---- schema (schema.c) ---- */

enum type { TYPE_UNKNOWN, TYPE_NULL, TYPE_TEXT, TYPE_BYTES, TYPE_INT, TYPE_BOOL, TYPE_TIME };

const char *type_name(enum type);

struct column {
	const char *name;
	enum type type;
	bool is_nullable;
	bool has_default;
};

struct key {
	const char *name; /* PRIMARY for the primary key */
	bool is_unique;
	struct names columns;
};

struct foreign_key {
	const char *parent;
	struct names columns;
	bool is_late; /* added by ALTER TABLE: closes a circle or refers forward, so no order
			 follows from it */
};

struct table {
	const char *name;
	struct place place;
	const char *ddl; /* the statement, without its ';' */
	struct column *columns;
	size_t column_count;
	struct key *keys;
	size_t key_count;
	struct foreign_key *foreign_keys;
	size_t foreign_key_count;
	struct names
	    tenant; /* columns of which one must be bound; empty: the table has no tenant */
	const char *untenanted_reason;
	const char *expires; /* column after which a row may go; NULL: none */
};

struct schema {
	struct table *tables; /* in the order of their files' names */
	size_t table_count;
	struct names tail; /* ALTER TABLE and CREATE TRIGGER, to run after all tables */
};

void schema_read(struct schema *, const char *path);
/* Once all files are read: names that refer to each other, annotations that are missing. */
void schema_check(const struct schema *);
const struct table *schema_table(const struct schema *, const char *name);
const struct column *table_column(const struct table *, const char *name);
/* Tables so that each stands before those it refers to (order.c): children first. */
const struct table **schema_children_first(const struct schema *);
/*
 * The end of the statement that starts at token i: index of its ';' (a trigger's body ends at
 * END;).
 */
size_t statement_end(const struct tokens *, size_t i);
/* Source from token `first` up to, not including, token `last`. */
char *tokens_text(const struct tokens *, size_t first, size_t last);

/* ---- functions (functions.c) ---- */

enum null_rule { NULL_NEVER, NULL_ALWAYS, NULL_IF_ANY, NULL_IF_ALL };

struct function {
	const char *name;
	size_t arg_count;
	enum type arg;
	enum type result;
	enum null_rule null_rule;
};

/* name in capitals; NULL when it isn't in the subset. */
const struct function *function_find(const char *name);

/* ---- queries (query_file.c, parse.c, expression.c) ---- */

enum expr_kind {
	EXPR_COLUMN,
	EXPR_PARAM,
	EXPR_NUMBER,
	EXPR_STRING,
	EXPR_NULL,
	EXPR_BOOL,
	EXPR_CALL,
	EXPR_AND,
	EXPR_OR,
	EXPR_NOT,
	EXPR_COMPARE,
	EXPR_ARITHMETIC,
	EXPR_IN,
	EXPR_BETWEEN,
	EXPR_LIKE,
	EXPR_IS_NULL,
	EXPR_CASE,
	EXPR_EXISTS,
	EXPR_SUBQUERY,
	EXPR_INTERVAL,
	EXPR_TUPLE,
	EXPR_STAR,
};

struct expr {
	enum expr_kind kind;
	int line;
	const char *text;      /* column, parameter or function name, operator, literal */
	const char *qualifier; /* of a column; NULL: none */
	struct expr **args;    /* CASE: when, then, when, then …, with else last when has_else */
	size_t arg_count;
	bool has_else;
	struct block *block; /* of a subquery */
	struct ref *ref;     /* of a column, once resolved */
	const struct column *column;
};

/* A table as one query names it. */
struct ref {
	const struct table *table;
	const char *alias;
	int line;
	bool is_left_joined;
	bool is_scoped; /* bound to one tenant (tenant.c) */
	struct expr *on;
	struct block *counted; /* a SELECT in FROM; NULL otherwise */
};

struct item {
	struct expr *expr;
	const char *name; /* NULL: no alias and not a column */
	int line;
};

struct assignment {
	const char *column;
	struct expr *value;
	int line;
};

enum block_kind { BLOCK_SELECT, BLOCK_INSERT, BLOCK_UPDATE, BLOCK_DELETE };

/* One SELECT (also a nested one), INSERT, UPDATE or DELETE. */
struct block {
	enum block_kind kind;
	int line;
	struct block *parent; /* whose columns may be named, too */
	struct block **children;
	size_t child_count;
	struct ref **refs; /* the first is the table written */
	size_t ref_count;
	struct item *items;
	size_t item_count;
	struct expr *where, *having, *limit;
	struct expr **group_by;
	size_t group_by_count;
	struct expr **order_by;
	size_t order_by_count;
	struct names insert_columns;
	struct expr ***values; /* rows of insert_columns.count expressions */
	size_t value_count;
	struct block *insert_select;
	struct assignment *sets; /* SET, or after ON DUPLICATE KEY UPDATE */
	size_t set_count;
};

struct param {
	const char *name;
	int line;
	enum type type;
	bool is_declared; /* by a param: annotation */
	bool may_be_null; /* compared with IS NULL, or stored in a nullable column */
};

struct result_column {
	const char *name;
	enum type type;
	bool is_nullable;
};

enum query_mode { MODE_ONE, MODE_MANY, MODE_EXEC };

struct query {
	const char *name;
	struct place place;
	struct names doc;
	enum query_mode mode;
	const char *row;                /* struct name; NULL: the default */
	const char *unscoped;           /* reason */
	struct result_column *declared; /* column: annotations */
	size_t declared_count;
	struct block *block;
	struct param *params; /* in the order of first use; `now` among them */
	size_t param_count;
	struct result_column *columns;
	size_t column_count;
	const struct tokens *tokens;
	size_t first, last; /* its tokens, without the ';' */
};

struct queries {
	struct query **items;
	size_t count;
};

struct parser {
	const struct schema *schema;
	const struct tokens *tokens;
	size_t at;
	size_t end;
	struct query *query;
	struct block *block;
};

void queries_read(struct queries *, const struct schema *, const char *path);

_Noreturn void parse_fail(const struct parser *, int line, const char *format, ...)
    PRINTF_LIKE(3, 4);
const struct token *peek(const struct parser *);
const struct token *peek_after(const struct parser *, size_t count);
const struct token *next(struct parser *);
bool accept_word(struct parser *, const char *word);
bool accept_sign(struct parser *, const char *sign);
void expect_word(struct parser *, const char *word);
void expect_sign(struct parser *, const char *sign);
const char *expect_name(struct parser *, const char *what);
/* The whole query, to its end. */
struct block *parse_statement(struct parser *);
struct block *parse_select(struct parser *, struct block *parent);
/* Behind the word JSON_TABLE, up to its alias (json_table.c). The parameter needs '-- param: name text'. */
const struct table *parse_json_table(struct parser *);

struct expr *expr_new(enum expr_kind, int line, const char *text);
void expr_add(struct expr *, struct expr *arg);
struct expr *parse_expr(struct parser *);

/* ---- checks ---- */

/* Calls back for every expression of a block and of the blocks inside it, outer ones first. */
typedef void expr_visitor(struct query *, struct block *, struct expr *);
void visit_exprs(struct query *, struct block *, expr_visitor *);
/* Finds the column that each name means, and lists the parameters (resolve.c). */
void resolve_names(struct query *);
/* The type of each parameter and result (types.c). */
void infer_types(struct query *);
/* Refuses a query that could touch rows of more than one tenant (tenant.c). */
void check_tenant(struct query *);
/* What builds but mustn't: no WHERE, no ORDER BY, NULL into NOT NULL … (rules.c). */
void check_rules(struct query *);
/* Queries that share a row struct must give the same results. */
void check_shared_rows(const struct queries *);

struct place query_place(const struct query *, int line);
struct param *query_param(const struct query *, const char *name);

/* ---- output ---- */

void emit_queries(const struct queries *, const struct schema *, const char *folder);
void emit_keys(const struct schema *, const char *folder);
void emit_tenant_tables(const struct schema *, const char *folder, size_t first_index);
/* How many statements emit_tenant_tables() adds to the connection's cache. */
size_t tenant_statement_count(const struct schema *);
void emit_sealed_columns(const struct schema *, const char *folder, size_t first_index);
size_t sealed_statement_count(const struct schema *);
void emit_migrations(const struct names *paths, const char *folder);
void emit_baseline(const struct schema *);
FILE *emit_open(const char *folder, const char *name, const char *purpose);
void emit_close(FILE *);
/* A C string literal. */
void emit_literal(FILE *, const char *text, size_t len);

#endif
