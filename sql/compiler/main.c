/*
 * sqlc: compiles sql/schema, sql/queries and sql/migrations to C, refusing queries that break the
 * rules of the house.
 */
#include "sql/compiler/sqlc.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: sqlc --schema FILE… [--queries FILE…] [--migrations FILE…] [--out FOLDER | --list-unscoped | --baseline]\n"
    "Without an output it only checks.\n";

struct options {
	struct names schema, queries, migrations;
	const char *out;
	bool list_unscoped;
	bool baseline;
};

static _Noreturn void
fail_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static struct options
read_options(int argc, char **argv)
{
	struct options options = { 0 };
	struct names *list = NULL;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--schema") == 0)
			list = &options.schema;
		else if (strcmp(argv[i], "--queries") == 0)
			list = &options.queries;
		else if (strcmp(argv[i], "--migrations") == 0)
			list = &options.migrations;
		else if (strcmp(argv[i], "--list-unscoped") == 0)
			options.list_unscoped = true;
		else if (strcmp(argv[i], "--baseline") == 0)
			options.baseline = true;
		else if (strcmp(argv[i], "--out") == 0 && i + 1 < argc)
			options.out = argv[++i];
		else if (list != NULL && argv[i][0] != '-')
			names_add(list, argv[i]);
		else
			fail_usage();
	}
	return options;
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
sort_paths(struct names *paths)
{
	if (paths->count > 1)
		qsort(paths->items, paths->count, sizeof(*paths->items), compare_paths);
}

static void
list_unscoped(const struct queries *queries)
{
	for (size_t i = 0; i < queries->count; i++) {
		const struct query *query = queries->items[i];

		if (query->unscoped != NULL)
			printf("%s:%d: %s: %s\n", query->place.file, query->place.line, query->name,
			       query->unscoped);
	}
}

int
main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	struct schema schema = { 0 };
	struct queries queries = { 0 };

	if (options.schema.count == 0)
		fail_usage();
	sort_paths(&options.schema);
	sort_paths(&options.queries);
	sort_paths(&options.migrations);
	for (size_t i = 0; i < options.schema.count; i++)
		schema_read(&schema, options.schema.items[i]);
	schema_check(&schema);
	for (size_t i = 0; i < options.queries.count; i++)
		queries_read(&queries, &schema, options.queries.items[i]);
	check_shared_rows(&queries);
	if (options.list_unscoped)
		list_unscoped(&queries);
	if (options.baseline)
		emit_baseline(&schema);
	if (options.out == NULL)
		return 0;
	emit_keys(&schema, options.out);
	emit_queries(&queries, &schema, options.out);
	emit_tenant_tables(&schema, options.out, queries.count);
	emit_sealed_columns(&schema, options.out, queries.count + tenant_statement_count(&schema));
	emit_migrations(&options.migrations, options.out);
	return 0;
}
