/*
 * Reads sql/schema: tables with their columns, keys and foreign keys, and what their comments say
 * of tenant and expiry.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

struct reader {
	struct schema *schema;
	const struct tokens *tokens;
	size_t at;
	struct table *table;
};

const char *
type_name(enum type type)
{
	static const char *const names[] = {
		[TYPE_UNKNOWN] = "unknown", [TYPE_NULL] = "null", [TYPE_TEXT] = "text",
		[TYPE_BYTES] = "bytes",     [TYPE_INT] = "int",   [TYPE_BOOL] = "bool",
		[TYPE_TIME] = "time",
	};

	return names[type];
}

static const struct token *
here(const struct reader *reader)
{
	return &reader->tokens->items[reader->at];
}

static struct place
here_place(const struct reader *reader)
{
	return (struct place){ .file = reader->tokens->file, .line = here(reader)->line };
}

static const char *
take_word(struct reader *reader)
{
	const struct token *token = here(reader);

	if (token->kind != TOKEN_WORD)
		complain(here_place(reader), "expected a word instead of '%s'", token->text);
	reader->at++;
	return token->text;
}

static void
take_sign(struct reader *reader, const char *sign)
{
	if (!is_sign(here(reader), sign))
		complain(here_place(reader), "expected '%s' instead of '%s'", sign,
			 here(reader)->text);
	reader->at++;
}

static bool
took_word(struct reader *reader, const char *word)
{
	if (!is_word(here(reader), word))
		return false;
	reader->at++;
	return true;
}

/* From an opening parenthesis to behind the one that closes it. */
static void
skip_parentheses(struct reader *reader)
{
	int depth = 0;

	do {
		if (is_sign(here(reader), "("))
			depth++;
		if (is_sign(here(reader), ")"))
			depth--;
		if (here(reader)->kind == TOKEN_END)
			complain(here_place(reader), "a parenthesis isn't closed");
		reader->at++;
	} while (depth > 0);
}

static struct names
read_names(struct reader *reader)
{
	struct names names = { 0 };

	take_sign(reader, "(");
	for (;;) {
		if (is_sign(here(reader), "("))
			complain(here_place(reader),
				 "a key on an expression works on one server only");
		names_add(&names, take_word(reader));
		if (is_sign(here(reader), "("))
			complain(here_place(reader),
				 "a key on part of a column isn't unique where it seems so");
		if (!is_sign(here(reader), ","))
			break;
		reader->at++;
	}
	take_sign(reader, ")");
	return names;
}

static enum type
read_type(struct reader *reader)
{
	static const struct {
		const char *word;
		enum type type;
	} types[] = {
		{ "VARCHAR", TYPE_TEXT },    { "TEXT", TYPE_TEXT },    { "MEDIUMTEXT", TYPE_TEXT },
		{ "VARBINARY", TYPE_BYTES }, { "BLOB", TYPE_BYTES },   { "MEDIUMBLOB", TYPE_BYTES },
		{ "TINYINT", TYPE_INT },     { "SMALLINT", TYPE_INT }, { "INT", TYPE_INT },
		{ "BIGINT", TYPE_INT },      { "BOOLEAN", TYPE_BOOL }, { "DATETIME", TYPE_TIME },
		{ "DATE", TYPE_TIME },
	};
	struct place place = here_place(reader);
	const char *word = take_word(reader);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!same_word(word, types[i].word))
			continue;
		if (same_word(word, "DATETIME") &&
		    strcmp(reader->tokens->items[reader->at + 1].text, "3") != 0)
			complain(place, "times are DATETIME(3)");
		if (is_sign(here(reader), "("))
			skip_parentheses(reader);
		return types[i].type;
	}
	complain(place, "the column type %s isn't one we use", word);
}

static void
check_collation(const struct reader *reader, const char *name)
{
	if (!same_word(name, "ascii_bin") && !same_word(name, "utf8mb4_unicode_520_ci"))
		complain(here_place(reader),
			 "the collation %s isn't on both servers: ascii_bin, or none", name);
}

static void
read_column(struct reader *reader)
{
	struct table *table = reader->table;
	struct place place = here_place(reader);
	struct column column = { .name = take_word(reader), .is_nullable = true };

	if (is_reserved_in_sql(column.name) || is_reserved_in_c(column.name))
		complain(place, "%s: the column's name is a reserved word", column.name);
	column.type = read_type(reader);
	while (!is_sign(here(reader), ",") && !is_sign(here(reader), ")")) {
		if (took_word(reader, "NOT")) {
			column.is_nullable = false;
		} else if (took_word(reader, "DEFAULT")) {
			column.has_default = true;
			reader->at++;
		} else if (took_word(reader, "AS")) {
			/* The server makes it of others. */
			column.has_default = true;
			skip_parentheses(reader);
			if (!took_word(reader, "VIRTUAL"))
				complain(here_place(reader), "%s: a column made of others is VIRTUAL", column.name);
		} else if (took_word(reader, "COLLATE")) {
			check_collation(reader, take_word(reader));
		} else if (is_word(here(reader), "NULL") || is_word(here(reader), "UNSIGNED")) {
			reader->at++;
		} else {
			complain(here_place(reader), "%s: '%s' isn't understood here", column.name,
				 here(reader)->text);
		}
	}
	table->columns = grow(table->columns, table->column_count, sizeof(column));
	table->columns[table->column_count++] = column;
}

static void
read_key(struct reader *reader, const char *name, bool is_unique)
{
	struct table *table = reader->table;
	struct key key = { .name = name, .is_unique = is_unique, .columns = read_names(reader) };

	table->keys = grow(table->keys, table->key_count, sizeof(key));
	table->keys[table->key_count++] = key;
}

/* After FOREIGN KEY. */
static void
read_foreign_key(struct reader *reader, struct table *table)
{
	struct foreign_key key = { .columns = read_names(reader) };

	if (!took_word(reader, "REFERENCES"))
		complain(here_place(reader), "expected REFERENCES");
	key.parent = take_word(reader);
	read_names(reader);
	if (took_word(reader, "ON")) {
		if (!took_word(reader, "DELETE") || !took_word(reader, "CASCADE"))
			complain(here_place(reader),
				 "a foreign key does nothing, or ON DELETE CASCADE");
	}
	table->foreign_keys = grow(table->foreign_keys, table->foreign_key_count, sizeof(key));
	table->foreign_keys[table->foreign_key_count++] = key;
}

static void
read_part(struct reader *reader)
{
	if (took_word(reader, "PRIMARY")) {
		reader->at++;
		read_key(reader, "PRIMARY", true);
	} else if (took_word(reader, "UNIQUE")) {
		reader->at++;
		read_key(reader, take_word(reader), true);
	} else if (took_word(reader, "KEY")) {
		read_key(reader, take_word(reader), false);
	} else if (took_word(reader, "CONSTRAINT")) {
		take_word(reader);
		if (took_word(reader, "CHECK")) {
			skip_parentheses(reader);
		} else {
			reader->at += 2;
			read_foreign_key(reader, reader->table);
		}
	} else {
		read_column(reader);
	}
}

/* "project_id", "chain_id, org_id", "none: reason" */
static void
read_tenant(struct reader *reader, const char *text)
{
	struct table *table = reader->table;

	if (strncmp(text, "none:", 5) == 0) {
		table->untenanted_reason = text + 5 + strspn(text + 5, " ");
		if (table->untenanted_reason[0] == '\0')
			complain(here_place(reader), "tenant: none needs a reason");
		return;
	}
	while (*text != '\0') {
		size_t len = strcspn(text, ", ");

		names_add(&table->tenant, text_copy(text, len));
		text += len;
		text += strspn(text, ", ");
	}
}

static struct table *
add_table(struct schema *schema)
{
	schema->tables = grow(schema->tables, schema->table_count, sizeof(*schema->tables));
	return &schema->tables[schema->table_count++];
}

/* comments: index of the first comment above the statement. */
static void
read_table(struct reader *reader, size_t comments, size_t end)
{
	struct table *table = add_table(reader->schema);

	reader->table = table;
	table->place = here_place(reader);
	table->ddl = tokens_text(reader->tokens, reader->at, end);
	for (size_t i = comments; i < reader->at; i++) {
		const char *tenant = annotation(&reader->tokens->items[i], "tenant");
		const char *expires = annotation(&reader->tokens->items[i], "expires");

		if (tenant != NULL)
			read_tenant(reader, tenant);
		if (expires != NULL)
			table->expires = expires;
	}
	reader->at += 2;
	table->name = take_word(reader);
	take_sign(reader, "(");
	for (;;) {
		read_part(reader);
		if (!is_sign(here(reader), ","))
			break;
		reader->at++;
	}
	take_sign(reader, ")");
	reader->at = end + 1;
}

static struct table *
find_table(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->table_count; i++) {
		if (same_word(schema->tables[i].name, name))
			return &schema->tables[i];
	}
	return NULL;
}

/*
 * ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY …: a circle of foreign keys. Other ALTERs belong into
 * the CREATE TABLE.
 */
static void
read_alter(struct reader *reader, size_t end)
{
	struct table *table;

	names_add(&reader->schema->tail, tokens_text(reader->tokens, reader->at, end));
	reader->at += 2;
	table = find_table(reader->schema, here(reader)->text);
	if (table == NULL)
		complain(here_place(reader),
			 "there is no table %s above (files are read in the order of their names)",
			 here(reader)->text);
	reader->at += 4;
	if (!took_word(reader, "FOREIGN") || !took_word(reader, "KEY"))
		complain(
		    here_place(reader),
		    "only ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY stands outside of a CREATE TABLE");
	read_foreign_key(reader, table);
	table->foreign_keys[table->foreign_key_count - 1].is_late = true;
	reader->at = end + 1;
}

void
schema_read(struct schema *schema, const char *path)
{
	struct tokens *tokens = take(sizeof(*tokens));
	struct reader reader = { .schema = schema, .tokens = tokens };
	size_t comments = 0;

	*tokens = lex(path, file_text(path));
	while (here(&reader)->kind != TOKEN_END) {
		size_t end;

		if (here(&reader)->kind == TOKEN_COMMENT) {
			reader.at++;
			continue;
		}
		end = statement_end(tokens, reader.at);
		if (is_word(here(&reader), "ALTER")) {
			read_alter(&reader, end);
		} else if (is_word(&tokens->items[reader.at + 1], "TRIGGER")) {
			names_add(&schema->tail, tokens_text(tokens, reader.at, end));
			reader.at = end + 1;
		} else if (is_word(&tokens->items[reader.at + 1], "TABLE")) {
			read_table(&reader, comments, end);
		} else {
			complain(here_place(&reader),
				 "expected CREATE TABLE, CREATE TRIGGER or ALTER TABLE");
		}
		comments = reader.at;
	}
}

static void
check_columns(const struct table *table, const struct names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		if (table_column(table, names->items[i]) == NULL)
			complain(table->place, "%s has no column %s", table->name, names->items[i]);
	}
}

static void
check_table(const struct schema *schema, const struct table *table)
{
	if (table->tenant.count == 0 && table->untenanted_reason == NULL)
		complain(table->place,
			 "%s needs a comment '-- tenant: column' or '-- tenant: none: reason'",
			 table->name);
	if (table->expires != NULL && table_column(table, table->expires) == NULL)
		complain(table->place, "%s has no column %s", table->name, table->expires);
	check_columns(table, &table->tenant);
	for (size_t i = 0; i < table->key_count; i++)
		check_columns(table, &table->keys[i].columns);
	for (size_t i = 0; i < table->foreign_key_count; i++) {
		check_columns(table, &table->foreign_keys[i].columns);
		if (schema_table(schema, table->foreign_keys[i].parent) == NULL)
			complain(table->place, "%s refers to %s, which isn't there", table->name,
				 table->foreign_keys[i].parent);
	}
	if (table->key_count == 0 || strcmp(table->keys[0].name, "PRIMARY") != 0)
		complain(table->place, "%s needs a primary key as its first key", table->name);
}

void
schema_check(const struct schema *schema)
{
	for (size_t i = 0; i < schema->table_count; i++)
		check_table(schema, &schema->tables[i]);
}

const struct table *
schema_table(const struct schema *schema, const char *name)
{
	return find_table(schema, name);
}

const struct column *
table_column(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++) {
		if (same_word(table->columns[i].name, name))
			return &table->columns[i];
	}
	return NULL;
}

size_t
statement_end(const struct tokens *tokens, size_t i)
{
	bool is_trigger = is_word(&tokens->items[i + 1], "TRIGGER");

	for (size_t k = i;; k++) {
		const struct token *token = &tokens->items[k];

		if (token->kind == TOKEN_END)
			complain(
			    (struct place){ .file = tokens->file, .line = tokens->items[i].line },
			    "the statement doesn't end with ';'");
		if (is_sign(token, ";") && (!is_trigger || is_word(&tokens->items[k - 1], "END")))
			return k;
	}
}

char *
tokens_text(const struct tokens *tokens, size_t first, size_t last)
{
	size_t start = tokens->items[first].start;

	return text_copy(tokens->source + start, tokens->items[last - 1].end - start);
}
