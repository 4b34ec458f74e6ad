/*
 * Brings a database to the schema this binary knows, one statement after the other, each asked
 * first whether it has run already.
 */
#include "sql/migrate.h"

#include <mysql.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/encode.h"
#include "sql/db_connect.h"
#include "sql/gen/migrations.h"
#include "sys/log.h"

/*
 * How long nobody else may migrate; renewed before each statement. One that takes longer is met
 * again by its probe.
 */
#define LEASE_S          60
#define WAIT_FOR_GUARD_S 120
/* A statement on a large table takes its time. */
#define STATEMENT_MS HOUR_MS

struct migrator {
	struct config config; /* a copy, perhaps with a patient timeout */
	MYSQL *handle;
	struct arena *arena;
	void (*say)(const char *line);
	const char *holder;
};

static enum err
fail(const struct migrator *migrator, const char *what)
{
	log_error(ERR_DB, "a migration failed",
		  arena_printf(migrator->arena, "%s: %u %s", what, mysql_errno(migrator->handle),
			       mysql_error(migrator->handle)));
	return ERR_DB;
}

static enum err
open_migrator(struct migrator *migrator, const struct config *config, struct arena *arena,
	      int64_t statement_ms)
{
	*migrator = (struct migrator){ .config = *config, .arena = arena };
	if (statement_ms > config->database.read_timeout_ms)
		migrator->config.database.read_timeout_ms = statement_ms;
	return db_connect(&migrator->config, &migrator->handle);
}

/* The one value that a statement gives; NULL in *ret when it gives no row. */
static enum err
ask(const struct migrator *migrator, const char *sql, const char **ret)
{
	MYSQL_RES *result;
	MYSQL_ROW row;

	if (mysql_query(migrator->handle, sql) != 0 ||
	    (result = mysql_store_result(migrator->handle)) == NULL)
		return fail(migrator, sql);
	row = mysql_fetch_row(result);
	*ret = row == NULL ? NULL : arena_strdup(migrator->arena, row[0]);
	mysql_free_result(result);
	return OK;
}

static enum err
is_done(const struct migrator *migrator, const struct migration_step *step, bool *ret)
{
	const char *value = NULL;

	TRY(ask(migrator, step->probe, &value));
	*ret = value != NULL && strcmp(value, "0") != 0;
	return OK;
}

/* SHA-256 over a migration's statements. */
static const char *
checksum_of(struct arena *arena, const struct migration *migration)
{
	struct buffer text = buffer_new(arena);

	for (size_t i = 0; i < migration->step_count; i++) {
		buffer_text(&text, migration->steps[i].sql);
		buffer_text(&text, ";\n");
	}
	return hex_encode(arena, sha256_bytes(arena, buffer_string(&text), text.len));
}

/* ---- state ---- */

struct verdict {
	enum schema_state state;
	const char *detail;
	bool is_applied[MIGRATION_COUNT];
};

static void
judge_row(struct arena *arena, struct verdict *verdict, const char *id, const char *checksum)
{
	for (size_t i = 0; i < MIGRATION_COUNT; i++) {
		if (strcmp(migrations[i].id, id) != 0)
			continue;
		verdict->is_applied[i] = true;
		if (strcmp(checksum_of(arena, &migrations[i]), checksum) == 0)
			return;
		verdict->state = SCHEMA_FOREIGN;
		verdict->detail = arena_printf(
		    arena, "migration %s ran here with another text than this program knows", id);
		return;
	}
	if (verdict->state == SCHEMA_FOREIGN)
		return;
	verdict->state = SCHEMA_AHEAD;
	verdict->detail = arena_printf(
	    arena, "migration %s is newer than this program: install the version that made it", id);
}

static enum err
judge_rows(const struct migrator *migrator, struct verdict *verdict)
{
	static const char sql[] = "SELECT id, checksum FROM schema_migrations ORDER BY id";
	MYSQL_RES *result;
	MYSQL_ROW row;

	if (mysql_query(migrator->handle, sql) != 0 ||
	    (result = mysql_store_result(migrator->handle)) == NULL)
		return fail(migrator, sql);
	while ((row = mysql_fetch_row(result)) != NULL)
		judge_row(migrator->arena, verdict, row[0], row[1]);
	mysql_free_result(result);
	for (size_t i = 0; i < MIGRATION_COUNT && verdict->state == SCHEMA_CURRENT; i++) {
		if (verdict->is_applied[i])
			continue;
		verdict->state = SCHEMA_BEHIND;
		verdict->detail =
		    arena_printf(migrator->arena, "migration %s hasn't run yet", migrations[i].id);
	}
	return OK;
}

static enum err
judge(const struct migrator *migrator, struct verdict *verdict)
{
	const char *tables = NULL;
	const char *ours = NULL;

	*verdict = (struct verdict){ .state = SCHEMA_CURRENT, .detail = "the schema is current" };
	TRY(ask(migrator,
		"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()",
		&tables));
	TRY(ask(
	    migrator,
	    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'schema_migrations'",
	    &ours));
	if (strcmp(tables, "0") == 0) {
		verdict->state = SCHEMA_EMPTY;
		verdict->detail = "the database is empty";
		return OK;
	}
	if (strcmp(ours, "0") == 0) {
		verdict->state = SCHEMA_FOREIGN;
		verdict->detail =
		    "the database holds tables that aren't Gatehouse's: it wants a database of its own";
		return OK;
	}
	return judge_rows(migrator, verdict);
}

enum err
migrate_state(const struct config *config, struct arena *arena, enum schema_state *ret,
	      const char **ret_detail)
{
	struct migrator migrator;
	struct verdict verdict;
	enum err e;

	TRY(open_migrator(&migrator, config, arena, 0));
	e = judge(&migrator, &verdict);
	mysql_close(migrator.handle);
	if (e != OK)
		return e;
	*ret = verdict.state;
	*ret_detail = verdict.detail;
	return OK;
}

/* ---- running ---- */

/* A statement that fails because another process was faster has been done all the same. */
static enum err
run_step(const struct migrator *migrator, const struct migration_step *step)
{
	const char *first_line =
	    arena_strndup(migrator->arena, step->sql, strcspn(step->sql, "\n"));
	const char *reason;
	bool done = false;

	TRY(is_done(migrator, step, &done));
	if (done || mysql_query(migrator->handle, step->sql) == 0)
		return OK;
	reason = arena_printf(migrator->arena, "%s: %u %s", first_line,
			      mysql_errno(migrator->handle), mysql_error(migrator->handle));
	if (is_done(migrator, step, &done) == OK && done)
		return OK;
	log_error(ERR_DB, "a migration failed", reason);
	migrator->say(reason);
	return ERR_DB;
}

/*
 * The tables that the guard and the records need, before there is a guard: making them twice at
 * once is harmless.
 */
static enum err
make_bookkeeping(const struct migrator *migrator)
{
	for (size_t i = 0; i < migrations[0].step_count; i++) {
		if (strncmp(migrations[0].steps[i].sql, "CREATE TABLE schema_", 20) == 0)
			TRY(run_step(migrator, &migrations[0].steps[i]));
	}
	if (mysql_query(
		migrator->handle,
		"INSERT INTO schema_guard (id) VALUES (1) ON DUPLICATE KEY UPDATE id = id") != 0)
		return fail(migrator, "schema_guard");
	return OK;
}

/* The database's clock, since starters may stand on different machines. */
static enum err
take_lease(const struct migrator *migrator, bool *ret_is_ours)
{
	const char *sql = arena_printf(
	    migrator->arena,
	    "UPDATE schema_guard SET holder = '%s', lease_until = UTC_TIMESTAMP(3) + INTERVAL %d SECOND"
	    " WHERE id = 1 AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3) OR holder = '%s')",
	    migrator->holder, LEASE_S, migrator->holder);

	if (mysql_query(migrator->handle, sql) != 0)
		return fail(migrator, "schema_guard");
	*ret_is_ours = mysql_affected_rows(migrator->handle) == 1;
	return OK;
}

static enum err
wait_for_lease(const struct migrator *migrator)
{
	bool is_ours = false;

	for (int waited_s = 0; waited_s < WAIT_FOR_GUARD_S; waited_s++) {
		TRY(take_lease(migrator, &is_ours));
		if (is_ours)
			return OK;
		if (waited_s == 0)
			migrator->say("another process is migrating; waiting for it");
		nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	}
	migrator->say("another process has kept the guard for too long");
	return ERR_DB;
}

static void
give_lease_back(const struct migrator *migrator)
{
	const char *sql = arena_printf(
	    migrator->arena,
	    "UPDATE schema_guard SET holder = NULL, lease_until = NULL WHERE id = 1 AND holder = '%s'",
	    migrator->holder);

	/* when it fails, the lease runs out by itself */
	if (mysql_query(migrator->handle, sql) != 0)
		log_event(LOG_WARN, "the guard of the schema couldn't be given back", NULL);
}

static enum err
record_applied(const struct migrator *migrator, const struct migration *migration)
{
	const char *sql = arena_printf(
	    migrator->arena,
	    "INSERT INTO schema_migrations (id, checksum, applied_at) VALUES ('%s', '%s', UTC_TIMESTAMP(3))"
	    " ON DUPLICATE KEY UPDATE id = id",
	    migration->id, checksum_of(migrator->arena, migration));

	if (mysql_query(migrator->handle, sql) != 0)
		return fail(migrator, "schema_migrations");
	return OK;
}

static enum err
run_migration(const struct migrator *migrator, const struct migration *migration)
{
	for (size_t i = 0; i < migration->step_count; i++) {
		bool is_ours = false;
		enum err e;

		TRY(take_lease(migrator, &is_ours));
		e = is_ours ? run_step(migrator, &migration->steps[i]) : ERR_DB;
		if (e != OK) {
			migrator->say(arena_printf(migrator->arena,
						   "%s: stopped at statement %zu of %zu%s",
						   migration->id, i + 1, migration->step_count,
						   is_ours ? "" : ": another process took over"));
			return e;
		}
	}
	TRY(record_applied(migrator, migration));
	migrator->say(arena_printf(migrator->arena, "%s: done", migration->id));
	return OK;
}

/* The state again, under the guard: another process may have done it all while this one waited. */
static enum err
run_missing(const struct migrator *migrator)
{
	struct verdict verdict;

	TRY(judge(migrator, &verdict));
	if (verdict.state == SCHEMA_AHEAD || verdict.state == SCHEMA_FOREIGN) {
		migrator->say(verdict.detail);
		return ERR_DB;
	}
	for (size_t i = 0; i < MIGRATION_COUNT; i++) {
		if (!verdict.is_applied[i])
			TRY(run_migration(migrator, &migrations[i]));
	}
	return OK;
}

static enum err
run_guarded(const struct migrator *migrator)
{
	struct verdict verdict;
	enum err e;

	TRY(judge(migrator, &verdict));
	if (verdict.state == SCHEMA_AHEAD || verdict.state == SCHEMA_FOREIGN ||
	    verdict.state == SCHEMA_CURRENT) {
		migrator->say(verdict.detail);
		return verdict.state == SCHEMA_CURRENT ? OK : ERR_DB;
	}
	TRY(make_bookkeeping(migrator));
	TRY(wait_for_lease(migrator));
	e = run_missing(migrator);
	give_lease_back(migrator);
	return e;
}

/* Who holds the guard: this machine, process and connection. */
static const char *
make_holder(const struct migrator *migrator)
{
	char host[33] = "";

	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	for (char *c = host; *c != '\0'; c++) {
		if (*c == '\'' || *c == '\\' || *c < '!' || *c > '~')
			*c = '-';
	}
	return arena_printf(migrator->arena, "%s/%ld/%lu", host, (long)getpid(),
			    mysql_thread_id(migrator->handle));
}

enum err
migrate_run(const struct config *config, struct arena *arena, void (*say)(const char *line))
{
	struct migrator migrator;
	enum err e;

	TRY(open_migrator(&migrator, config, arena, STATEMENT_MS));
	migrator.say = say;
	migrator.holder = make_holder(&migrator);
	e = run_guarded(&migrator);
	mysql_close(migrator.handle);
	return e;
}
