/*
 * Times of last use: what reaches the database, how often, and that neither crowds nor kill -9 make
 * it write something false. The database is replaced by a list of what it was asked to write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fcgi/usage.h"
#include "sql/gen/queries.h"

#define START_MS INT64_C(1790000000000)
#define KEY_1    "key_0000000000000001"
#define KEY_2    "key_0000000000000002"
#define SESSION  "ses_0000000100000001"
#define SECRET   "csc_0000000000000001"
#define ORG_A    "org_aaaaaaaaaaaaaaaa"
#define ORG_B    "org_bbbbbbbbbbbbbbbb"

/* ---- the database that isn't one ---- */

struct written {
	char id[32];
	char org_id[32]; /* "": unchanged */
	int64_t at_ms;
};

static struct written written[200000];
static size_t written_count, committed_count, transaction_start;
static size_t longest_transaction;
static enum err begin_error, statement_error, commit_error;
static size_t statements_until_error;
static char last_written_project[32];
static size_t days_written;

void
db_use(struct db *db, struct arena *arena, int64_t now_ms)
{
	(void)db, (void)arena, (void)now_ms;
}

enum err
db_begin(struct db *db, enum tx_mode mode)
{
	(void)db;
	assert_int_equal(mode, TX_WRITE);
	transaction_start = written_count;
	return begin_error;
}

enum err
db_commit(struct db *db)
{
	(void)db;
	if (written_count - transaction_start > longest_transaction)
		longest_transaction = written_count - transaction_start;
	if (commit_error == OK)
		committed_count = written_count;
	else
		written_count = transaction_start;
	return commit_error;
}

void
db_rollback(struct db *db)
{
	(void)db;
	written_count = transaction_start;
}

static enum err
write_down(const char *id, const char *org_id, int64_t at_ms)
{
	if (statement_error != OK && statements_until_error-- == 0)
		return statement_error;
	assert_true(written_count < ARRAY_LEN(written));
	struct written *w = &written[written_count++];
	snprintf(w->id, sizeof(w->id), "%s", id);
	snprintf(w->org_id, sizeof(w->org_id), "%s", org_id == NULL ? "" : org_id);
	w->at_ms = at_ms;
	return OK;
}

enum err
q_usage_key_used(struct db *db, const struct q_usage_key_used *q, uint64_t *ret_matched)
{
	(void)db, (void)ret_matched;
	return write_down(q->id, NULL, q->at);
}

enum err
q_usage_session_seen(struct db *db, const struct q_usage_session_seen *q, uint64_t *ret_matched)
{
	(void)db, (void)ret_matched;
	snprintf(last_written_project, sizeof(last_written_project), "%s", q->project_id);
	return write_down(q->id, q->org_id, q->at);
}

enum err
q_stat_session_day_add(struct db *db, const struct q_stat_session_day_add *q, uint64_t *ret_matched)
{
	(void)db, (void)ret_matched;
	assert_true(q->day % DAY_MS == 0);
	days_written++;
	return OK;
}

enum err
q_usage_secret_used(struct db *db, const struct q_usage_secret_used *q, uint64_t *ret_matched)
{
	(void)db, (void)ret_matched;
	snprintf(last_written_project, sizeof(last_written_project), "%s", q->project_id);
	return write_down(q->id, NULL, q->at);
}

/* A member's time goes with the session's or token's own: the same id, organization and moment, right behind it. */
static enum err
follows_its_use(const char *id, const char *org_id, int64_t at_ms)
{
	const struct written *w;

	assert_true(written_count > 0);
	w = &written[written_count - 1];
	assert_string_equal(w->id, id);
	assert_string_equal(w->org_id, org_id);
	assert_int_equal(w->at_ms, at_ms);
	return OK;
}

enum err
q_usage_member_seen(struct db *db, const struct q_usage_member_seen *q, uint64_t *ret_matched)
{
	(void)db, (void)ret_matched;
	return follows_its_use(q->id, q->org_id, q->at);
}

enum err
q_usage_token_seen(struct db *db, const struct q_usage_token_seen *q, uint64_t *ret_matched)
{
	(void)db, (void)ret_matched;
	return follows_its_use(q->id, "", q->at);
}

enum err
q_installation_get(struct db *db, struct q_installation_get_row *ret_row)
{
	(void)db;
	*ret_row = (struct q_installation_get_row){ .console_id = "prj_console000000000" };
	return OK;
}

/* ---- */

static struct usage_table *
fresh(void)
{
	written_count = committed_count = transaction_start = longest_transaction = 0;
	begin_error = statement_error = commit_error = OK;
	struct usage_table *table = usage_new();
	assert_non_null(table);
	return table;
}

/* How many rows this flush wrote. */
static size_t
flush(struct usage_table *table, int64_t now_ms)
{
	size_t before = committed_count;

	assert_int_equal(usage_flush(table, NULL, NULL, now_ms), OK);
	return committed_count - before;
}

static const struct written *
last_written(void)
{
	assert_true(written_count > 0);
	return &written[written_count - 1];
}

static void
a_used_key_is_written_once_with_its_last_use(void **unused)
{
	struct usage_table *table = fresh();

	(void)unused;
	assert_int_equal(flush(table, START_MS), 0);
	usage_note(table, KEY_1, NULL, START_MS + 1);
	usage_note(table, KEY_1, NULL, START_MS + 700);
	usage_note(table, KEY_1, NULL, START_MS + 500);
	assert_int_equal(flush(table, START_MS + 5000), 1);
	assert_string_equal(last_written()->id, KEY_1);
	assert_int_equal(last_written()->at_ms, START_MS + 700);
	assert_int_equal(flush(table, START_MS + 10000), 0);
	/* Something older than what is written changes nothing, something newer does. */
	usage_note(table, KEY_1, NULL, START_MS + 600);
	assert_int_equal(flush(table, START_MS + 15000), 0);
	usage_note(table, KEY_1, NULL, START_MS + 15001);
	assert_int_equal(flush(table, START_MS + 20000), 1);
	assert_int_equal(last_written()->at_ms, START_MS + 15001);
}

static void
a_session_is_written_at_most_once_a_minute(void **unused)
{
	struct usage_table *table = fresh();
	size_t rows = 0;

	(void)unused;
	for (int64_t second = 0; second < 180; second++) {
		usage_note(table, SESSION, ORG_A, START_MS + second * SECOND_MS);
		if (second % 5 == 4)
			rows += flush(table, START_MS + second * SECOND_MS);
	}
	assert_int_equal(rows, 3);
	/* The last use isn't forgotten, only late. */
	assert_int_equal(flush(table, START_MS + 184 * SECOND_MS), 1);
	assert_int_equal(last_written()->at_ms, START_MS + 179 * SECOND_MS);
	assert_string_equal(last_written()->org_id, ORG_A);
	assert_int_equal(flush(table, START_MS + 400 * SECOND_MS), 0);
}

static void
another_organization_is_written_at_once(void **unused)
{
	struct usage_table *table = fresh();

	(void)unused;
	usage_note(table, SESSION, NULL, START_MS);
	assert_int_equal(flush(table, START_MS), 1);
	assert_string_equal(last_written()->org_id, "");
	usage_note(table, SESSION, ORG_A, START_MS + 1000);
	assert_int_equal(flush(table, START_MS + 1000), 1);
	assert_string_equal(last_written()->org_id, ORG_A);
	usage_note(table, SESSION, ORG_A, START_MS + 2000);
	assert_int_equal(flush(table, START_MS + 2000), 0);
	usage_note(table, SESSION, ORG_B, START_MS + 3000);
	assert_int_equal(flush(table, START_MS + 3000), 1);
	assert_string_equal(last_written()->org_id, ORG_B);
	assert_int_equal(last_written()->at_ms, START_MS + 3000);
}

static void
a_session_is_written_in_the_project_whose_user_it_is(void **unused)
{
	struct usage_table *table = fresh();

	(void)unused;
	usage_note(table, SESSION, ORG_A, START_MS);
	assert_int_equal(flush(table, START_MS), 1);
	assert_string_equal(last_written_project, "prj_console000000000");
	usage_note(table, SESSION, "prj_shop000000000000", START_MS + 1000);
	assert_int_equal(flush(table, START_MS + 1000), 1);
	assert_string_equal(last_written_project, "prj_shop000000000000");
	assert_string_equal(last_written()->org_id, "");
	assert_int_equal(last_written()->at_ms, START_MS + 1000);
}

static void
a_client_secret_is_written_in_its_project_at_most_once_a_minute(void **unused)
{
	struct usage_table *table = fresh();
	size_t rows = 0;

	(void)unused;
	usage_note(table, SECRET, NULL, START_MS);
	usage_note(table, SECRET, ORG_A, START_MS);
	assert_int_equal(flush(table, START_MS), 0);
	for (int64_t second = 0; second < 180; second++) {
		usage_note(table, SECRET, "prj_shop000000000000", START_MS + second * SECOND_MS);
		if (second % 5 == 4)
			rows += flush(table, START_MS + second * SECOND_MS);
	}
	assert_int_equal(rows, 3);
	assert_string_equal(last_written()->id, SECRET);
	assert_string_equal(last_written_project, "prj_shop000000000000");
}

static void
what_is_no_key_or_session_is_not_noted(void **unused)
{
	static const char *const others[] = { "",
					      "key_",
					      "key_000000000000000",
					      "key_00000000000000001",
					      "usr_0000000000000001",
					      "KEY_0000000000000001" };
	struct usage_table *table = fresh();

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		usage_note(table, others[i], NULL, START_MS + 1);
	usage_note(table, NULL, NULL, START_MS + 1);
	assert_int_equal(flush(table, START_MS + 1), 0);
	usage_note(table, KEY_1, NULL, START_MS + 1);
	assert_int_equal(flush(table, START_MS + 1), 1);
}

static void
what_could_not_be_written_is_written_later(void **unused)
{
	struct usage_table *table = fresh();

	(void)unused;
	usage_note(table, KEY_1, NULL, START_MS + 1);
	usage_note(table, KEY_2, NULL, START_MS + 2);
	begin_error = ERR_DB_LOST;
	assert_int_equal(usage_flush(table, NULL, NULL, START_MS + 5), ERR_DB_LOST);
	begin_error = OK;
	statement_error = ERR_DB_CONFLICT;
	statements_until_error = 1;
	assert_int_equal(usage_flush(table, NULL, NULL, START_MS + 6), ERR_DB_CONFLICT);
	statement_error = OK;
	commit_error = ERR_DB_OUTCOME_UNKNOWN;
	assert_int_equal(usage_flush(table, NULL, NULL, START_MS + 7), ERR_DB_OUTCOME_UNKNOWN);
	commit_error = OK;
	assert_int_equal(flush(table, START_MS + 8), 2);
	assert_int_equal(flush(table, START_MS + 9), 0);
}

static void
note_keys(struct usage_table *table, unsigned count, int64_t now_ms)
{
	char id[32];

	for (unsigned i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "key_%016u", i);
		usage_note(table, id, NULL, now_ms);
	}
}

static void
many_are_written_in_batches(void **unused)
{
	struct usage_table *table = fresh();

	(void)unused;
	note_keys(table, 1000, START_MS + 1);
	assert_int_equal(flush(table, START_MS + 1), 1000);
	assert_int_equal(longest_transaction, 64);
}

static void
a_batch_that_fails_is_reported_though_others_could_follow(void **unused)
{
	struct usage_table *table = fresh();

	(void)unused;
	note_keys(table, 100, START_MS + 1);
	statement_error = ERR_DB_CONFLICT;
	statements_until_error = 1;
	assert_int_equal(usage_flush(table, NULL, NULL, START_MS + 2), ERR_DB_CONFLICT);
	statement_error = OK;
	assert_int_equal(flush(table, START_MS + 3), 100);
}

static void
a_full_table_drops_notes_and_is_free_again_when_they_are_old(void **unused)
{
	struct usage_table *table = fresh();

	(void)unused;
	note_keys(table, 1200000, START_MS + 1);
	size_t first = flush(table, START_MS + 1);
	assert_in_range(first, 128000, 131072);
	usage_note(table, "key_full000000000000", NULL, START_MS + 2);
	assert_int_equal(flush(table, START_MS + 2), 0);
	/* Eleven minutes later one flush empties it. */
	assert_int_equal(flush(table, START_MS + 11 * MINUTE_MS), 0);
	usage_note(table, "key_full000000000000", NULL, START_MS + 11 * MINUTE_MS);
	assert_int_equal(flush(table, START_MS + 11 * MINUTE_MS), 1);
	assert_string_equal(last_written()->id, "key_full000000000000");
}

/* ---- kill -9 ---- */

#define HAMMERED 64

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Half of one id and half of another is none that was noted: both halves say the same number. */
static void
hammered_id(unsigned number, char ret_id[32])
{
	snprintf(ret_id, 32, "%s_%08u%08u", number % 2 == 0 ? "key" : "ses", number, number);
}

static void
hammer(struct usage_table *table, uint64_t seed, int64_t now_ms)
{
	char id[32];

	for (;;) {
		uint64_t r = next_random(&seed);
		hammered_id((unsigned)(r % HAMMERED), id);
		usage_note(table, id, (r & 1024) != 0 ? ORG_A : ORG_B,
			   now_ms + (int64_t)(r % 1000));
	}
}

static void
check_written_since(size_t from)
{
	for (size_t i = from; i < written_count; i++) {
		const struct written *w = &written[i];
		assert_true(strncmp(w->id, "key_", 4) == 0 || strncmp(w->id, "ses_", 4) == 0);
		assert_memory_equal(w->id + 4, w->id + 12, 8);
		assert_true(w->org_id[0] == '\0' || strcmp(w->org_id, ORG_A) == 0 ||
			    strcmp(w->org_id, ORG_B) == 0);
		assert_true(w->at_ms >= START_MS);
	}
}

static void
kill_round(struct usage_table *table, uint64_t *seed, int64_t now_ms)
{
	pid_t pids[3];

	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			hammer(table, next_random(seed) + i, now_ms);
	}
	struct timespec pause = { .tv_nsec = (long)(100 + next_random(seed) % 2000) * 1000 };
	nanosleep(&pause, NULL);
	/* Also while they write: what is read then may be half of something. */
	size_t before = written_count;
	flush(table, now_ms + 1000);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		kill(pids[i], SIGKILL);
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	}
	flush(table, now_ms + 2000);
	check_written_since(before);
}

static void
processes_killed_at_any_moment_leave_nothing_false_and_nothing_stuck(void **unused)
{
	struct usage_table *table = fresh();
	uint64_t seed = UINT64_C(77);
	int64_t now_ms = START_MS;
	char id[32];

	(void)unused;
	for (int round = 0; round < 80; round++) {
		/*
		 * Every other round after a pause in which the entries are emptied, so that
		 * claiming is hit too.
		 */
		now_ms += (round % 2 == 0 ? 5 : 15) * MINUTE_MS;
		flush(table, now_ms);
		kill_round(table, &seed, now_ms);
		for (unsigned i = 0; i < HAMMERED; i++) {
			hammered_id(i, id);
			usage_note(table, id, ORG_A, now_ms + 2 * MINUTE_MS);
		}
		assert_int_equal(flush(table, now_ms + 2 * MINUTE_MS), HAMMERED);
	}
	assert_true(written_count > 1000);
}

static pid_t
start(void (*work)(struct usage_table *, int64_t), struct usage_table *table, int64_t now_ms)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		work(table, now_ms);
		_exit(0);
	}
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
note_in_turn(struct usage_table *table, int64_t now_ms)
{
	for (;; now_ms++)
		usage_note(table, SESSION, now_ms % 2 == 0 ? ORG_A : ORG_B, now_ms);
}

static void
two_organizations_noted_in_turn_are_never_mixed(void **unused)
{
	struct usage_table *table = fresh();
	pid_t pid = start(note_in_turn, table, START_MS);
	int64_t now_ms = START_MS;

	(void)unused;
	while (written_count < 1000)
		flush(table, now_ms += MINUTE_MS);
	end(pid);
	check_written_since(0);
	/* A mix that was left behind is put right by the next use. */
	usage_note(table, SESSION, ORG_A, now_ms + DAY_MS);
	flush(table, now_ms + DAY_MS);
	assert_string_equal(last_written()->org_id, ORG_A);
}

static void
empty_all(struct usage_table *table, int64_t now_ms)
{
	flush(table, now_ms);
}

static void
a_flusher_killed_while_it_empties_leaves_no_place_shut(void **unused)
{
	struct usage_table *table = fresh();
	uint64_t seed = UINT64_C(5);
	size_t places = 0;

	(void)unused;
	for (int round = 0; round < 20; round++) {
		int64_t now_ms = START_MS + round * 30 * MINUTE_MS;
		written_count = committed_count = 0;
		note_keys(table, 80000, now_ms);
		size_t noted = flush(table, now_ms);
		assert_true(noted > 10000);
		assert_true(round == 0 || noted == places);
		places = noted;
		pid_t pid = start(empty_all, table, now_ms + 11 * MINUTE_MS);
		struct timespec pause = { .tv_nsec = (long)(next_random(&seed) % 600) * 1000 };
		nanosleep(&pause, NULL);
		end(pid);
		flush(table, now_ms + 11 * MINUTE_MS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_used_key_is_written_once_with_its_last_use),
		cmocka_unit_test(a_session_is_written_at_most_once_a_minute),
		cmocka_unit_test(another_organization_is_written_at_once),
		cmocka_unit_test(a_session_is_written_in_the_project_whose_user_it_is),
		cmocka_unit_test(a_client_secret_is_written_in_its_project_at_most_once_a_minute),
		cmocka_unit_test(what_is_no_key_or_session_is_not_noted),
		cmocka_unit_test(what_could_not_be_written_is_written_later),
		cmocka_unit_test(many_are_written_in_batches),
		cmocka_unit_test(a_batch_that_fails_is_reported_though_others_could_follow),
		cmocka_unit_test(a_full_table_drops_notes_and_is_free_again_when_they_are_old),
		cmocka_unit_test(
		    processes_killed_at_any_moment_leave_nothing_false_and_nothing_stuck),
		cmocka_unit_test(two_organizations_noted_in_turn_are_never_mixed),
		cmocka_unit_test(a_flusher_killed_while_it_empties_leaves_no_place_shut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
