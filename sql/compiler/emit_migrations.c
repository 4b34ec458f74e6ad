/*
 * Puts the migrations into the binary: each statement with a probe that tells whether it has run,
 * derived from what it makes.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

struct step {
	const struct tokens *tokens;
	size_t first, last;
	const char *probe;
};

static const char *
word_at(const struct step *step, size_t offset)
{
	return step->first + offset < step->last ? step->tokens->items[step->first + offset].text
						 : "";
}

static bool
starts_with(const struct step *step, const char *first, const char *second)
{
	return same_word(word_at(step, 0), first) && same_word(word_at(step, 1), second);
}

static const char *
probe_of_alter(const struct step *step)
{
	const char *table = word_at(step, 2);
	const char *what = word_at(step, 4);

	if (!same_word(word_at(step, 3), "ADD"))
		return NULL;
	if (same_word(what, "CONSTRAINT"))
		return text_printf(
		    "SELECT COUNT(*) FROM information_schema.table_constraints WHERE constraint_schema = DATABASE()"
		    " AND table_name = '%s' AND constraint_name = '%s'",
		    table, word_at(step, 5));
	if (same_word(what, "COLUMN"))
		return text_printf(
		    "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE()"
		    " AND table_name = '%s' AND column_name = '%s'",
		    table, word_at(step, 5));
	if (same_word(what, "KEY") || same_word(what, "UNIQUE"))
		return text_printf(
		    "SELECT COUNT(*) > 0 FROM information_schema.statistics WHERE table_schema = DATABASE()"
		    " AND table_name = '%s' AND index_name = '%s'",
		    table, word_at(step, same_word(what, "KEY") ? 5 : 6));
	return NULL;
}

/*
 * A statement of another kind says how to tell: '-- probe: SELECT …' above it, which gives 1 once
 * it is done.
 */
static const char *
derive_probe(const struct step *step)
{
	if (starts_with(step, "CREATE", "TABLE"))
		return text_printf(
		    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
		    " AND table_name = '%s'",
		    word_at(step, 2));
	if (starts_with(step, "CREATE", "TRIGGER"))
		return text_printf(
		    "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
		    " AND trigger_name = '%s'",
		    word_at(step, 2));
	if (starts_with(step, "ALTER", "TABLE"))
		return probe_of_alter(step);
	return NULL;
}

static void
emit_step(FILE *out, const struct step *step)
{
	char *text = tokens_text(step->tokens, step->first, step->last);

	fputs("\t{\n\t\t.sql =\n", out);
	for (const char *line = text; *line != '\0';) {
		size_t len = strcspn(line, "\n");

		len += line[len] == '\n';
		fputs("\t\t\t", out);
		emit_literal(out, line, len);
		line += len;
		fputs(*line == '\0' ? ",\n" : "\n", out);
	}
	fputs("\t\t.probe = ", out);
	emit_literal(out, step->probe, strlen(step->probe));
	fputs(",\n\t},\n", out);
}

static size_t
emit_steps(FILE *out, const char *path, const char *symbol)
{
	struct tokens tokens = lex(path, file_text(path));
	struct step step = { .tokens = &tokens };
	const char *declared = NULL;
	size_t count = 0;

	fprintf(out, "static const struct migration_step %s_steps[] = {\n", symbol);
	for (size_t i = 0; tokens.items[i].kind != TOKEN_END; i++) {
		if (tokens.items[i].kind == TOKEN_COMMENT) {
			if (annotation(&tokens.items[i], "probe") != NULL)
				declared = annotation(&tokens.items[i], "probe");
			continue;
		}
		step.first = i;
		step.last = statement_end(&tokens, i);
		step.probe = declared != NULL ? declared : derive_probe(&step);
		if (step.probe == NULL)
			complain(
			    (struct place){ .file = path, .line = tokens.items[i].line },
			    "no probe follows from the statement: '-- probe: SELECT …' that gives 1 once it is done");
		emit_step(out, &step);
		declared = NULL;
		i = step.last;
		count++;
	}
	fputs("};\n\n", out);
	return count;
}

/* sql/migrations/0001_baseline.sql → 0001_baseline */
static const char *
migration_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	if (strspn(name, "0123456789") != 4 || name[4] != '_')
		complain((struct place){ .file = path, .line = 1 },
			 "a migration is named NNNN_what_it_does.sql");
	return text_copy(name, strcspn(name, "."));
}

void
emit_migrations(const struct names *paths, const char *folder)
{
	FILE *header = emit_open(folder, "migrations.h", "The migrations this binary knows.");
	FILE *out = emit_open(folder, "migrations.c", "The migrations this binary knows.");
	size_t *counts = take(paths->count * sizeof(*counts));

	fputs(
	    "#ifndef GATEHOUSE_SQL_GEN_MIGRATIONS_H\n#define GATEHOUSE_SQL_GEN_MIGRATIONS_H\n\n#include <stddef.h>\n\n",
	    header);
	fputs(
	    "struct migration_step {\n\tconst char *sql;\n\tconst char *probe;\t/* gives 1 once the step is done */\n};\n\n",
	    header);
	fputs(
	    "struct migration {\n\tconst char *id;\n\tconst struct migration_step *steps;\n\tsize_t step_count;\n};\n\n",
	    header);
	fprintf(
	    header,
	    "#define MIGRATION_COUNT %zu\nextern const struct migration migrations[MIGRATION_COUNT];\n\n#endif\n",
	    paths->count);
	fputs("#include \"sql/gen/migrations.h\"\n\n", out);
	for (size_t i = 0; i < paths->count; i++) {
		if (i > 0 && strcmp(migration_name(paths->items[i]),
				    migration_name(paths->items[i - 1])) <= 0)
			complain((struct place){ .file = paths->items[i], .line = 1 },
				 "migrations must come in the order of their numbers");
		counts[i] =
		    emit_steps(out, paths->items[i],
			       text_printf("migration_%s", migration_name(paths->items[i])));
	}
	fputs("const struct migration migrations[MIGRATION_COUNT] = {\n", out);
	for (size_t i = 0; i < paths->count; i++)
		fprintf(out, "\t{ \"%s\", migration_%s_steps, %zu },\n",
			migration_name(paths->items[i]), migration_name(paths->items[i]),
			counts[i]);
	fputs("};\n", out);
	emit_close(header);
	emit_close(out);
}

/* The migrator's own tables, which it needs before it begins. */
static bool
is_bookkeeping(const struct table *table)
{
	return strncmp(table->name, "schema_", 7) == 0;
}

/*
 * The baseline in the order in which an empty database takes it: bookkeeping, parents before
 * children, what closes circles.
 */
void
emit_baseline(const struct schema *schema)
{
	const struct table **order = schema_children_first(schema);

	puts(
	    "-- The schema of an empty database. Made by `sqlc --baseline` from sql/schema; a test compares the two.");
	for (size_t i = schema->table_count; i-- > 0;) {
		if (is_bookkeeping(order[i]))
			printf("\n%s;\n", order[i]->ddl);
	}
	for (size_t i = schema->table_count; i-- > 0;) {
		if (!is_bookkeeping(order[i]))
			printf("\n%s;\n", order[i]->ddl);
	}
	for (size_t i = 0; i < schema->tail.count; i++)
		printf("\n%s;\n", schema->tail.items[i]);
}
