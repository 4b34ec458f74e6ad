/*
 * What migrating promises, against a server: two starters don't hurt each other, an interrupted run
 * goes on, a database that isn't ours is refused. GATEHOUSE_TEST_SOCKET names the server; its
 * database `connection` is empty at first and migrated at the end.
 */
#include "tests/sqlc/server.h"

#include <sys/wait.h>
#include <unistd.h>

#include "sql/migrate.h"

static void
say_nothing(const char *line)
{
	(void)line;
}

static enum schema_state
state_of_schema(void)
{
	enum schema_state state = SCHEMA_FOREIGN;
	const char *detail = NULL;

	assert_int_equal(migrate_state(&config, arena, &state, &detail), OK);
	assert_non_null(detail);
	return state;
}

/* Runs first: the later cases need the tables. */
static void
two_starters_migrate_an_empty_database(void **state)
{
	pid_t child;
	int status = 0;

	(void)state;
	assert_int_equal(state_of_schema(), SCHEMA_EMPTY);
	child = fork();
	if (child == 0)
		_exit(migrate_run(&config, arena, say_nothing) == OK ? 0 : 1);
	assert_int_equal(migrate_run(&config, arena, say_nothing), OK);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(state_of_schema(), SCHEMA_CURRENT);
	assert_int_equal(migrate_run(&config, arena, say_nothing), OK);
}

static void
an_interrupted_migration_goes_on(void **state)
{
	(void)state;
	side_run("DELETE FROM schema_migrations");
	side_run("DROP TRIGGER projects_environment_immutable");
	side_run("DROP TABLE event_heads");
	assert_int_equal(state_of_schema(), SCHEMA_BEHIND);
	assert_int_equal(migrate_run(&config, arena, say_nothing), OK);
	assert_int_equal(state_of_schema(), SCHEMA_CURRENT);
	assert_string_equal(
	    side_ask(
		"SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'connection'"),
	    "1");
	assert_string_equal(side_ask("SELECT COUNT(*) FROM event_heads"), "0");
}

static void
a_database_of_a_newer_version_is_refused(void **state)
{
	(void)state;
	side_run("INSERT INTO schema_migrations VALUES ('9999_later', '', '2026-01-01')");
	assert_int_equal(state_of_schema(), SCHEMA_AHEAD);
	assert_int_equal(migrate_run(&config, arena, say_nothing), ERR_DB);
	side_run("DELETE FROM schema_migrations WHERE id = '9999_later'");
	assert_int_equal(state_of_schema(), SCHEMA_CURRENT);
}

static void
a_changed_migration_is_refused(void **state)
{
	(void)state;
	side_run(
	    "UPDATE schema_migrations SET checksum = REVERSE(checksum) WHERE id = '0001_baseline'");
	assert_int_equal(state_of_schema(), SCHEMA_FOREIGN);
	assert_int_equal(migrate_run(&config, arena, say_nothing), ERR_DB);
	side_run(
	    "UPDATE schema_migrations SET checksum = REVERSE(checksum) WHERE id = '0001_baseline'");
	assert_int_equal(state_of_schema(), SCHEMA_CURRENT);
}

static void
tables_of_somebody_else_are_refused(void **state)
{
	struct config other = config;
	enum schema_state found = SCHEMA_CURRENT;
	const char *detail = NULL;

	(void)state;
	other.database.name = "mysql";
	assert_int_equal(migrate_state(&other, arena, &found, &detail), OK);
	assert_int_equal(found, SCHEMA_FOREIGN);
	assert_int_equal(migrate_run(&other, arena, say_nothing), ERR_DB);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_starters_migrate_an_empty_database),
		TEST(an_interrupted_migration_goes_on),
		TEST(a_database_of_a_newer_version_is_refused),
		TEST(a_changed_migration_is_refused),
		TEST(tables_of_somebody_else_are_refused),
	};

	if (!open_side())
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	mysql_close(side);
	return failed;
}
