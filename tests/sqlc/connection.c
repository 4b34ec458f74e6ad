/*
 * What the connection promises, against a server: errors have their class, a transaction that the
 * server has ended runs nothing more, lost connections are replaced, writes leave their trace.
 * GATEHOUSE_TEST_SOCKET names the server; its database `connection` is migrated.
 */
#include "tests/sqlc/server.h"

#include <string.h>
#include <unistd.h>

#include "sql/gen/queries.h"
#include "sql/tx.h"

#define NOW_MS  INT64_C(1767225600123)
#define ORG     "org_0000000000000001"
#define PROJECT "prj_0000000000000001"

/* Ends every connection but the side's own, as a restart of the server would. */
static void
kill_others(void)
{
	side_run(
	    "SELECT GROUP_CONCAT(CONCAT('KILL ', id) SEPARATOR ';') FROM information_schema.processlist"
	    " WHERE id <> CONNECTION_ID() AND user = 'root'");
	MYSQL_RES *result = mysql_store_result(side);
	MYSQL_ROW row = mysql_fetch_row(result);
	char *list = arena_strdup(arena, row[0]);

	mysql_free_result(result);
	for (char *rest = list, *one; (one = strsep(&rest, ";")) != NULL;)
		side_run(one);
	usleep(50000);
}

static struct db *
open_db(void)
{
	struct db *db = db_new(&config);

	db_use(db, arena, NOW_MS);
	return db;
}

static struct q_project_insert
project(const char *id, const char *slug)
{
	return (struct q_project_insert){
		.id = id,
		.org_id = ORG,
		.client_id = arena_printf(arena, "proj_%s", id),
		.name = "Projekt \xf0\x9f\x9a\x80",
		.slug = slug,
		.type = "web",
		.environment = "live",
	};
}

static void
insert_org(void)
{
	side_run("DELETE FROM event_queue");
	side_run("DELETE FROM events");
	side_run("DELETE FROM audit_events");
	side_run("DELETE FROM projects");
	side_run("DELETE FROM orgs");
	side_run(
	    "INSERT INTO orgs (id, name, slug, discoverable, status, version, created_at, updated_at)"
	    " VALUES ('" ORG "', 'Org', 'org', 0, 'active', 1, '2026-01-01', '2026-01-01')");
}

/* ---- rows ---- */

static void
values_come_back_as_they_went(void **state)
{
	struct db *db = open_db();
	struct q_project_insert one = project(PROJECT, "one");
	struct project_row row = { 0 };
	char long_name[256];

	(void)state;
	insert_org();
	memset(long_name, 'n', 255);
	long_name[255] = '\0';
	one.description = long_name;
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	assert_int_equal(q_project_insert(db, &one, NULL), OK);
	assert_int_equal(db_commit(db), OK);
	assert_int_equal(
	    q_project_get(db, &(struct q_project_get){ .project_id = PROJECT, .org_id = ORG },
			  &row),
	    OK);
	assert_string_equal(row.name, one.name);
	assert_string_equal(row.description, long_name);
	assert_null(row.logo_url);
	assert_int_equal(row.created_at, NOW_MS);
	assert_int_equal(row.version, 1);
	assert_false(row.is_default);
	assert_int_equal(
	    q_project_get(db, &(struct q_project_get){ .project_id = "prj_none", .org_id = ORG },
			  &row),
	    ERR_NO_ROW);
	assert_string_equal(row.slug, "one");
	db_free(db);
}

#define BODY_BYTES ((size_t)100000)

static const struct q_idempotency_get stored_reply = { .actor_id = "usr_0000000000000001",
						       .idempotency_key = "key" };

/* Longer than a cell: a stored reply of 100 kB comes back whole, also after a short one. */
static void
long_values_come_back_whole(void **state)
{
	struct db *db = open_db();
	uint8_t *body = arena_alloc(arena, BODY_BYTES);
	struct q_idempotency_get_row row;

	(void)state;
	memset(body, 0xff, BODY_BYTES);
	body[1] = 0;
	side_run("DELETE FROM idempotency_keys");
	side_run(
	    "INSERT INTO idempotency_keys VALUES ('usr_0000000000000001', 'short', REPEAT('d', 32), 200, 'body', NULL, 0, '2026-01-01')");
	assert_int_equal(
	    q_idempotency_insert(db,
				 &(struct q_idempotency_insert){
				     .actor_id = stored_reply.actor_id,
				     .idempotency_key = stored_reply.idempotency_key,
				     .request_digest = BYTES("dddddddddddddddddddddddddddddddd"),
				     .expires_at = NOW_MS,
				 },
				 NULL),
	    OK);
	assert_int_equal(q_idempotency_store(db,
					     &(struct q_idempotency_store){
						 .actor_id = stored_reply.actor_id,
						 .idempotency_key = stored_reply.idempotency_key,
						 .status = 201,
						 .body = { .data = body, .len = BODY_BYTES },
						 .has_secret = true,
					     },
					     NULL),
			 OK);
	assert_int_equal(
	    q_idempotency_get(db,
			      &(struct q_idempotency_get){ .actor_id = stored_reply.actor_id,
							   .idempotency_key = "short" },
			      &row),
	    OK);
	assert_int_equal(row.body.len, 4);
	assert_false(row.has_secret);
	assert_int_equal(q_idempotency_get(db, &stored_reply, &row), OK);
	assert_int_equal(row.body.len, BODY_BYTES);
	assert_memory_equal(row.body.data, body, BODY_BYTES);
	assert_true(row.has_secret);
	assert_int_equal(row.status, 201);
	assert_null(row.object_id);
	db_free(db);
}

/* ---- error classes ---- */

static void
duplicate_keys_have_names(void **state)
{
	struct db *db = open_db();
	struct q_project_insert same_slug = project("prj_0000000000000002", "one");
	struct q_project_insert same_id = project(PROJECT, "two");

	(void)state;
	assert_int_equal(q_project_insert(db, &same_slug, NULL), ERR_DUPLICATE);
	assert_int_equal(db_duplicate_key(db), DUP_PROJECTS_UQ_ORG_ID_SLUG);
	assert_int_equal(
	    db_on_duplicate(db, ERR_DUPLICATE, DUP_PROJECTS_UQ_ORG_ID_SLUG, ERR_SLUG_CONFLICT),
	    ERR_SLUG_CONFLICT);
	assert_int_equal(db_on_duplicate(db, ERR_DUPLICATE, DUP_ORGS_UQ_SLUG, ERR_SLUG_CONFLICT),
			 ERR_DUPLICATE);
	same_id.client_id = "proj_other";
	assert_int_equal(q_project_insert(db, &same_id, NULL), ERR_DUPLICATE);
	assert_int_equal(db_duplicate_key(db), DUP_PROJECTS_PRIMARY);
	db_free(db);
}

/* A duplicate leaves the transaction open: the caller may go on. */
static void
a_duplicate_does_not_end_the_transaction(void **state)
{
	struct db *db = open_db();
	struct q_project_insert same = project("prj_0000000000000003", "one");
	struct q_project_insert other = project("prj_0000000000000003", "three");

	(void)state;
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	assert_int_equal(q_project_insert(db, &same, NULL), ERR_DUPLICATE);
	assert_int_equal(q_project_insert(db, &other, NULL), OK);
	assert_int_equal(db_commit(db), OK);
	assert_string_equal(side_ask("SELECT COUNT(*) FROM projects WHERE slug = 'three'"), "1");
	db_free(db);
}

static void
matched_rows_count_even_when_nothing_changed(void **state)
{
	struct db *db = open_db();
	const struct q_idempotency_store again = {
		.actor_id = stored_reply.actor_id,
		.idempotency_key = "short",
		.status = 200,
		.body = BYTES("body"),
	};
	struct q_idempotency_store other = again;
	uint64_t matched = 7;

	(void)state;
	assert_int_equal(q_idempotency_store(db, &again, &matched), OK);
	assert_int_equal(matched, 1);
	other.idempotency_key = "none";
	assert_int_equal(q_idempotency_store(db, &other, &matched), OK);
	assert_int_equal(matched, 0);
	db_free(db);
}

static void
what_does_not_fit_is_refused_instead_of_cut(void **state)
{
	struct db *db = open_db();
	struct q_project_insert fits =
	    project("prj_0000000000000006",
		    "sixty-four-characters-are-what-a-slug-can-have-and-not-one-more-");
	struct q_project_insert cut =
	    project("prj_0000000000000007",
		    "sixty-five-characters-are-more-than-a-slug-can-have-by-one-too-ma");

	(void)state;
	assert_int_equal(strlen(fits.slug), 64);
	assert_int_equal(strlen(cut.slug), 65);
	assert_int_equal(q_project_insert(db, &fits, NULL), OK);
	assert_int_equal(q_project_insert(db, &cut, NULL), ERR_DB);
	db_free(db);
}

/* ---- isolation ---- */

static int64_t
version_of_project(struct db *db)
{
	struct q_project_get get = { .project_id = PROJECT, .org_id = ORG };
	struct project_row row;

	assert_int_equal(q_project_get(db, &get, &row), OK);
	return row.version;
}

/*
 * READ COMMITTED for writes, so that what is read after the guard is what the guard protects; one
 * state for reads of several.
 */
static void
writes_see_what_others_committed_and_snapshots_do_not(void **state)
{
	struct db *db = open_db();
	int64_t before;

	(void)state;
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	before = version_of_project(db);
	side_run("UPDATE projects SET version = version + 1 WHERE id = '" PROJECT "'");
	assert_int_equal(version_of_project(db), before + 1);
	assert_int_equal(db_commit(db), OK);
	assert_int_equal(db_begin(db, TX_READ_SNAPSHOT), OK);
	side_run("UPDATE projects SET version = version + 1 WHERE id = '" PROJECT "'");
	assert_int_equal(version_of_project(db), before + 1);
	assert_int_equal(q_org_guard(db, &(struct q_org_guard){ .org_id = ORG }, NULL), ERR_DB);
	assert_int_equal(db_commit(db), OK);
	assert_int_equal(version_of_project(db), before + 2);
	db_free(db);
}

/* ---- transactions that the server ends ---- */

/*
 * The guard row is held by another: 1205 after three seconds. What follows would run, and must not:
 * its condition was never met.
 */
static void
a_lock_wait_is_a_conflict_and_nothing_runs_after_it(void **state)
{
	struct db *db = open_db();
	const struct q_idempotency_insert late = {
		.actor_id = stored_reply.actor_id,
		.idempotency_key = "late",
		.request_digest = BYTES("dddddddddddddddddddddddddddddddd"),
		.expires_at = NOW_MS,
	};

	(void)state;
	side_run("START TRANSACTION");
	side_run("UPDATE orgs SET guard = guard + 1 WHERE id = '" ORG "'");
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	assert_int_equal(q_org_guard(db, &(struct q_org_guard){ .org_id = ORG }, NULL),
			 ERR_DB_CONFLICT);
	assert_int_equal(q_idempotency_insert(db, &late, NULL), ERR_DB_CONFLICT);
	assert_int_equal(db_commit(db), ERR_DB_CONFLICT);
	side_run("ROLLBACK");
	assert_false(db_in_transaction(db));
	assert_string_equal(
	    side_ask("SELECT COUNT(*) FROM idempotency_keys WHERE idempotency_key = 'late'"), "0");
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	assert_int_equal(q_org_guard(db, &(struct q_org_guard){ .org_id = ORG }, NULL), OK);
	assert_int_equal(q_idempotency_insert(db, &late, NULL), OK);
	assert_int_equal(db_commit(db), OK);
	assert_string_equal(
	    side_ask("SELECT COUNT(*) FROM idempotency_keys WHERE idempotency_key = 'late'"), "1");
	db_free(db);
}

static void
a_transaction_does_not_begin_inside_another(void **state)
{
	struct db *db = open_db();

	(void)state;
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	assert_int_equal(db_begin(db, TX_WRITE), ERR_DB);
	assert_true(db_in_transaction(db));
	db_rollback(db);
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	db_rollback(db);
	db_free(db);
}

/* ---- lost connections ---- */

static void
an_idle_connection_that_died_is_replaced(void **state)
{
	struct db *db = open_db();
	struct project_row row;

	(void)state;
	assert_int_equal(db_ping(db), OK);
	kill_others();
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	db_rollback(db);
	kill_others();
	assert_int_equal(
	    q_project_get(db, &(struct q_project_get){ .project_id = PROJECT, .org_id = ORG },
			  &row),
	    OK);
	kill_others();
	assert_int_equal(db_ping(db), OK);
	db_free(db);
}

static void
a_connection_lost_in_a_transaction_runs_nothing_more(void **state)
{
	struct db *db = open_db();
	struct q_project_insert lost = project("prj_0000000000000005", "lost");

	(void)state;
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	assert_int_equal(q_org_guard(db, &(struct q_org_guard){ .org_id = ORG }, NULL), OK);
	kill_others();
	assert_int_equal(q_project_insert(db, &lost, NULL), ERR_DB_LOST);
	assert_int_equal(q_project_insert(db, &lost, NULL), ERR_DB_LOST);
	assert_int_equal(db_commit(db), ERR_DB_LOST);
	assert_string_equal(side_ask("SELECT COUNT(*) FROM projects WHERE slug = 'lost'"), "0");
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	assert_int_equal(q_project_insert(db, &lost, NULL), OK);
	assert_int_equal(db_commit(db), OK);
	db_free(db);
}

static void
a_commit_without_an_answer_is_unknown(void **state)
{
	struct db *db = open_db();

	(void)state;
	assert_int_equal(db_begin(db, TX_WRITE), OK);
	assert_int_equal(q_org_guard(db, &(struct q_org_guard){ .org_id = ORG }, NULL), OK);
	kill_others();
	assert_int_equal(db_commit(db), ERR_DB_OUTCOME_UNKNOWN);
	assert_false(db_in_transaction(db));
	/* a transaction that only read has nothing that could be unknown */
	assert_int_equal(db_begin(db, TX_READ_SNAPSHOT), OK);
	kill_others();
	assert_int_equal(db_commit(db), ERR_DB_LOST);
	db_free(db);
}

static void
a_server_that_is_not_there_is_lost(void **state)
{
	struct config nowhere = config;
	struct db *db;

	(void)state;
	nowhere.database.host_count = 1;
	db = db_new(&nowhere);
	db_use(db, arena, NOW_MS);
	assert_int_equal(db_ping(db), ERR_DB_LOST);
	assert_int_equal(db_begin(db, TX_WRITE), ERR_DB_LOST);
	assert_false(db_in_transaction(db));
	db_free(db);
}

/* ---- running again ---- */

struct rerun {
	struct db *db;
	unsigned runs;
	unsigned kills;
};

static enum err
guard_and_kill(void *context)
{
	struct rerun *rerun = context;

	rerun->runs++;
	TRY(q_org_guard(rerun->db, &(struct q_org_guard){ .org_id = ORG }, NULL));
	if (rerun->runs <= rerun->kills)
		kill_others();
	return q_org_guard(rerun->db, &(struct q_org_guard){ .org_id = ORG }, NULL);
}

static void
a_transaction_runs_again_after_a_lost_connection(void **state)
{
	struct rerun rerun = { .db = open_db(), .kills = 1 };

	(void)state;
	side_run("UPDATE orgs SET guard = 0");
	assert_int_equal(db_transact(rerun.db, TX_WRITE, guard_and_kill, &rerun), OK);
	assert_int_equal(rerun.runs, 2);
	assert_string_equal(side_ask("SELECT guard FROM orgs"), "2");
	rerun = (struct rerun){ .db = rerun.db, .kills = 99 };
	assert_int_equal(db_transact(rerun.db, TX_WRITE, guard_and_kill, &rerun), ERR_DB_LOST);
	assert_int_equal(rerun.runs, 4);
	assert_string_equal(side_ask("SELECT guard FROM orgs"), "2");
	db_free(rerun.db);
}

static void
a_result_larger_than_the_arena_is_an_error(void **state)
{
	struct db *db = db_new(&config);
	struct arena *small = arena_new((size_t)65536);
	struct q_idempotency_get_row row = { .status = 7 };

	(void)state;
	db_use(db, small, NOW_MS);
	assert_int_equal(q_idempotency_get(db, &stored_reply, &row), ERR_DB);
	assert_int_equal(row.status, 7);
	db_use(db, arena, NOW_MS);
	assert_int_equal(q_idempotency_get(db, &stored_reply, &row), OK);
	db_free(db);
	arena_free(small);
}

/* ---- the trace of a write ---- */

static void
a_record_is_an_audit_row_an_event_and_its_place_in_the_queue(void **state)
{
	struct tx tx = {
		.db = open_db(),
		.arena = arena,
		.now_ms = NOW_MS,
		.config = &config,
		.actor = { .kind = "user", .id = "usr_0000000000000001", .label = "a@example.com" },
		.request_id = "req_0000000000000001",
		.user_agent = "\xff not UTF-8",
	};
	struct record made = { .event = EV_PROJECT_CREATED,
			       .org_id = ORG,
			       .project_id = PROJECT,
			       .target_id = PROJECT,
			       .changes = "{\"a\":[1,2]}" };

	(void)state;
	side_run("DELETE FROM events");
	assert_int_equal(db_begin(tx.db, TX_WRITE), OK);
	assert_int_equal(record(&tx, &made), OK);
	assert_int_equal(db_commit(tx.db), OK);
	assert_string_equal(
	    side_ask(
		"SELECT CONCAT(chain_id, ' ', action, ' ', target_type, ' ', result, ' ', changes, ' ', user_agent)"
		" FROM audit_events"),
	    ORG " project.created project ok {\"a\":[1,2]} (not UTF-8)");
	assert_string_equal(
	    side_ask(
		"SELECT CONCAT(e.project_id, ' ', e.type, ' ', e.source, ' ', e.source_key, ' ', e.data)"
		" FROM events e JOIN event_queue q ON q.project_id = e.project_id AND q.event_id = e.id"),
	    PROJECT " project.created platform - {}");
	/* without a project there is no event, but the audit row stays; rolled back, nothing does
	 */
	made.project_id = NULL;
	assert_int_equal(db_begin(tx.db, TX_WRITE), OK);
	assert_int_equal(record(&tx, &made), OK);
	assert_int_equal(db_commit(tx.db), OK);
	assert_int_equal(db_begin(tx.db, TX_WRITE), OK);
	assert_int_equal(
	    record_denied(&tx, ORG, PROJECT, "project", PROJECT, "project.delete", "role"), OK);
	db_rollback(tx.db);
	assert_string_equal(side_ask("SELECT COUNT(*) FROM audit_events"), "2");
	assert_string_equal(side_ask("SELECT COUNT(*) FROM events"), "1");
	db_free(tx.db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_come_back_as_they_went),
		TEST(long_values_come_back_whole),
		TEST(duplicate_keys_have_names),
		TEST(a_duplicate_does_not_end_the_transaction),
		TEST(matched_rows_count_even_when_nothing_changed),
		TEST(what_does_not_fit_is_refused_instead_of_cut),
		TEST(writes_see_what_others_committed_and_snapshots_do_not),
		TEST(a_lock_wait_is_a_conflict_and_nothing_runs_after_it),
		TEST(a_transaction_does_not_begin_inside_another),
		TEST(an_idle_connection_that_died_is_replaced),
		TEST(a_connection_lost_in_a_transaction_runs_nothing_more),
		TEST(a_commit_without_an_answer_is_unknown),
		TEST(a_server_that_is_not_there_is_lost),
		TEST(a_transaction_runs_again_after_a_lost_connection),
		TEST(a_result_larger_than_the_arena_is_an_error),
		TEST(a_record_is_an_audit_row_an_event_and_its_place_in_the_queue),
	};

	if (!open_side())
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	mysql_close(side);
	return failed;
}
