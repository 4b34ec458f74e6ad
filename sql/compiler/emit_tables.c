/*
 * Writes what follows from the schema alone: schema_keys.h and .c (names of unique keys),
 * tenant_tables.h and .c (which rows go with a project or an organization, and which go with time).
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

static const char *
key_symbol(const struct table *table, const struct key *key)
{
	return text_upper(text_printf("dup_%s_%s", table->name, key->name));
}

void
emit_keys(const struct schema *schema, const char *folder)
{
	FILE *header =
	    emit_open(folder, "schema_keys.h",
		      "The unique keys of the schema, as db_duplicate_key() names them.");
	FILE *source = emit_open(folder, "schema_keys.c", "Table and name of each unique key.");

	fputs(
	    "#ifndef GATEHOUSE_SQL_GEN_SCHEMA_KEYS_H\n#define GATEHOUSE_SQL_GEN_SCHEMA_KEYS_H\n\n",
	    header);
	fputs("enum dup_key {\n\tDUP_UNKNOWN = 0,\n", header);
	fputs(
	    "#include \"sql/gen/schema_keys.h\"\n\nconst struct schema_key schema_keys[DUP_COUNT] = {\n",
	    source);
	for (size_t i = 0; i < schema->table_count; i++) {
		const struct table *table = &schema->tables[i];

		for (size_t k = 0; k < table->key_count; k++) {
			const struct key *key = &table->keys[k];

			if (!key->is_unique)
				continue;
			fprintf(header, "\t%s,\n", key_symbol(table, key));
			fprintf(source, "\t[%s] = { \"%s\", \"%s\" },\n", key_symbol(table, key),
				table->name, key->name);
		}
	}
	fputs(
	    "\tDUP_COUNT\n};\n\nstruct schema_key {\n\tconst char *table;\t/* NULL for DUP_UNKNOWN */\n\tconst char *key;\n};\n\n",
	    header);
	fputs("extern const struct schema_key schema_keys[DUP_COUNT];\n\n#endif\n", header);
	fputs("};\n", source);
	emit_close(header);
	emit_close(source);
}

/*
 * A row that hangs on a project by a foreign key goes with it; what has none (the audit log)
 * outlives it.
 */
static const char *
project_column(const struct table *table)
{
	return table->foreign_key_count > 0 && table_column(table, "project_id") != NULL
		   ? "project_id"
		   : NULL;
}

/* What belongs to an organization and not to one of its projects, which are purged before. */
static const char *
org_column(const struct table *table)
{
	const struct column *project = table_column(table, "project_id");

	if (same_word(table->name, "orgs"))
		return "id";
	if (table->foreign_key_count == 0 || table_column(table, "org_id") == NULL)
		return NULL;
	return project == NULL || project->is_nullable ? "org_id" : NULL;
}

static const char *
expiry_column(const struct table *table)
{
	return table->expires;
}

typedef const char *column_chooser(const struct table *);

struct family {
	const char *array;
	const char *slots;
	column_chooser *column;
	const char *comparison;
};

static const struct family families[] = {
	{ "project_tables", "purge", project_column, "=" },
	{ "org_tables", "purge", org_column, "=" },
	{ "expiring_tables", "sweep", expiry_column, "<" },
};

#define FAMILY_COUNT (sizeof(families) / sizeof(families[0]))

static size_t
family_size(const struct schema *schema, const struct family *family)
{
	size_t count = 0;

	for (size_t i = 0; i < schema->table_count; i++)
		count += family->column(&schema->tables[i]) != NULL;
	return count;
}

size_t
tenant_statement_count(const struct schema *schema)
{
	size_t count = 0;

	for (size_t i = 0; i < FAMILY_COUNT; i++)
		count += family_size(schema, &families[i]);
	return count;
}

static const char *
primary_key(const struct table *table)
{
	const char *text = table->keys[0].columns.items[0];

	for (size_t i = 1; i < table->keys[0].columns.count; i++)
		text = text_printf("%s, %s", text, table->keys[0].columns.items[i]);
	return text;
}

static void
emit_family(FILE *out, const struct schema *schema, const struct family *family, size_t *index)
{
	const struct table **order = schema_children_first(schema);

	fprintf(out, "const struct tenant_table %s[] = {\n", family->array);
	for (size_t i = 0; i < schema->table_count; i++) {
		const struct table *table = order[i];
		const char *column = family->column(table);

		if (column == NULL)
			continue;
		fprintf(out,
			"\t{\n\t\t.name = \"%s\",\n\t\t.column = \"%s\",\n\t\t.statement = {\n",
			table->name, column);
		fprintf(out, "\t\t\t.name = \"%s_%s\",\n", family->slots, table->name);
		fprintf(out, "\t\t\t.sql = \"DELETE FROM %s WHERE %s %s ? ORDER BY %s LIMIT ?\",\n",
			table->name, column, family->comparison, primary_key(table));
		fprintf(out, "\t\t\t.index = %zu,\n\t\t\t.table = \"%s\",\n", (*index)++,
			table->name);
		fprintf(out, "\t\t\t.params = %s_params,\n\t\t\t.param_count = 2,\n\t\t},\n\t},\n",
			family->slots);
	}
	fprintf(out, "};\n\nconst size_t %.*s_table_count = ARRAY_LEN(%s);\n\n",
		(int)strlen(family->array) - 7, family->array, family->array);
}

static void
emit_tenant_header(const char *folder)
{
	FILE *out = emit_open(folder, "tenant_tables.h",
			      "Which rows go with a project, with an organization, and with time.");

	fputs(
	    "#ifndef GATEHOUSE_SQL_GEN_TENANT_TABLES_H\n#define GATEHOUSE_SQL_GEN_TENANT_TABLES_H\n\n",
	    out);
	fputs("#include \"sql/db.h\"\n\n", out);
	fputs(
	    "struct tenant_table {\n\tconst char *name;\n\tconst char *column;\n\tstruct db_statement statement;\n};\n\n",
	    out);
	fputs(
	    "/* Children before parents: purge in this order. The row of the project itself isn't among them. */\n",
	    out);
	fputs(
	    "extern const struct tenant_table project_tables[];\nextern const size_t project_table_count;\n",
	    out);
	fputs(
	    "/* What hangs on an organization, once its projects are empty; its own row is the last. */\n",
	    out);
	fputs(
	    "extern const struct tenant_table org_tables[];\nextern const size_t org_table_count;\n",
	    out);
	fputs("/* Tables whose rows may go when the time in `column` has passed. */\n", out);
	fputs(
	    "extern const struct tenant_table expiring_tables[];\nextern const size_t expiring_table_count;\n\n",
	    out);
	fputs(
	    "/* Deletes at most `limit` rows of one tenant from one of project_tables or org_tables. */\n",
	    out);
	fputs(
	    "enum err purge_rows(struct db *, const struct tenant_table *, const char *tenant_id, int64_t limit,\n"
	    "\t\t    uint64_t *ret_deleted) MUST_CHECK;\n",
	    out);
	fputs(
	    "/* Deletes at most `limit` rows of one of expiring_tables whose time lies before before_ms. */\n",
	    out);
	fputs(
	    "enum err sweep_rows(struct db *, const struct tenant_table *, int64_t before_ms, int64_t limit,\n"
	    "\t\t    uint64_t *ret_deleted) MUST_CHECK;\n\n#endif\n",
	    out);
	emit_close(out);
}

static void
emit_slots(FILE *out, const char *name, const char *member, const char *type, const char *slot)
{
	fprintf(out, "struct %s {\n\t%s;\n\tint64_t limit;\n};\n\n", name, type);
	fprintf(out, "static const struct db_slot %s_params[] = {\n", name);
	fprintf(
	    out,
	    "\t{ %s, offsetof(struct %s, %s) },\n\t{ DB_INT, offsetof(struct %s, limit) },\n};\n\n",
	    slot, name, member, name);
}

void
emit_tenant_tables(const struct schema *schema, const char *folder, size_t first_index)
{
	FILE *out;
	size_t index = first_index;

	emit_tenant_header(folder);
	out = emit_open(folder, "tenant_tables.c",
			"Purge and sweep statements, in the order that the foreign keys ask for.");
	fputs("#include \"sql/gen/tenant_tables.h\"\n\n", out);
	emit_slots(out, "purge", "tenant_id", "const char *tenant_id", "DB_TEXT");
	emit_slots(out, "sweep", "before_ms", "int64_t before_ms", "DB_TIME");
	for (size_t i = 0; i < FAMILY_COUNT; i++)
		emit_family(out, schema, &families[i], &index);
	fputs(
	    "enum err\npurge_rows(struct db *db, const struct tenant_table *table, const char *tenant_id, int64_t limit,\n"
	    "\t   uint64_t *ret_deleted)\n{\n"
	    "\tstruct purge params = { .tenant_id = tenant_id, .limit = limit };\n\n"
	    "\treturn db_execute(db, &table->statement, &params, ret_deleted);\n}\n\n",
	    out);
	fputs(
	    "enum err\nsweep_rows(struct db *db, const struct tenant_table *table, int64_t before_ms, int64_t limit,\n"
	    "\t   uint64_t *ret_deleted)\n{\n"
	    "\tstruct sweep params = { .before_ms = before_ms, .limit = limit };\n\n"
	    "\treturn db_execute(db, &table->statement, &params, ret_deleted);\n}\n",
	    out);
	emit_close(out);
}
