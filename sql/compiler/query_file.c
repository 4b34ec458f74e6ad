/*
 * Reads query files: what the comments above each query say of it, then the query, which must pass every check.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

static enum type
type_named(const struct query *query, int line, const char *word, size_t len)
{
	static const enum type types[] = { TYPE_TEXT, TYPE_BYTES, TYPE_INT, TYPE_BOOL, TYPE_TIME };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strlen(type_name(types[i])) == len &&
		    strncmp(word, type_name(types[i]), len) == 0)
			return types[i];
	}
	complain(query_place(query, line), "'%.*s' is no type: text, bytes, int, bool or time",
		 (int)len, word);
}

/* "search text" */
static void
read_param(struct query *query, const struct token *token, const char *value)
{
	size_t len = strcspn(value, " ");
	struct param param = { .name = text_copy(value, len),
			       .line = token->line,
			       .is_declared = true };

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
	static const char *const modes[] = {
		[MODE_ONE] = ":one", [MODE_MANY] = ":many", [MODE_EXEC] = ":exec"
	};
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
	complain(query_place(query, token->line), "'-- name: %s' needs :one, :many or :exec",
		 query->name);
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
	return tokens->items[i].kind == TOKEN_COMMENT &&
	       tokens->items[i + 1].line > tokens->items[i].line + 1;
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
			parse_fail(&parser, tokens->items[k].line,
				   "comments stand above the query, not inside");
	}
	query->block = parse_statement(&parser);
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
				complain(query->place, "%s is the name of a query in %s, too",
					 query->name, queries->items[i]->place.file);
		}
		resolve_names(query);
		infer_types(query);
		check_rules(query);
		check_tenant(query);
		queries->items = grow(queries->items, queries->count, sizeof(*queries->items));
		queries->items[queries->count++] = query;
	}
}
