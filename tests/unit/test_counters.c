/*
 * Shared counters: that every count comes out once, whatever is killed while it counts or writes. The database is replaced by memory that
 * takes a batch in one instruction.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/counters.h"

#define START_MS INT64_C(1790000000000)
#define PROJECT  "prj_aaaaaaaaaaaaaaaa"
#define SOME     40
#define WRITERS  3

static struct stat_key
key_of(unsigned number, int64_t now_ms)
{
	char value[32];
	struct stat_key key;

	snprintf(value, sizeof(value), "key_%016u", number);
	assert_true(stat_key_make(
	    &(struct stat_count){ .stat = STAT_KEY_USES, .project_id = PROJECT, .values = { value } }, now_ms, &key));
	return key;
}

static unsigned
number_of(const struct stat_key *key)
{
	struct stat_parts parts;

	stat_key_read(key, &parts);
	assert_int_equal(parts.stat, STAT_KEY_USES);
	assert_string_equal(parts.project_id, PROJECT);
	assert_memory_equal(parts.values[0], "key_", 4);
	return (unsigned)strtoul(parts.values[0] + 4, NULL, 10);
}

static struct counters *
fresh(void)
{
	struct counters *counters = counters_new();

	assert_non_null(counters);
	return counters;
}

/* ---- a database ---- */

/* Of two states the current one is chosen by a single store: a commit. */
struct database {
	struct {
		uint64_t total[SOME];
		char last_id[ID_SIZE];
	} states[2];
	_Atomic unsigned current;
	_Atomic uint64_t commits;
};

/* Everything but the answer: false when the batch was there already. */
static bool
database_write(struct database *db, struct counters *counters, const char *id)
{
	unsigned now = atomic_load(&db->current), next = 1 - now;
	struct stat_key key;
	uint64_t n;
	size_t at = 0;

	if (strcmp(db->states[now].last_id, id) == 0)
		return false;
	db->states[next] = db->states[now];
	while (counters_flush_next(counters, &at, &key, &n))
		db->states[next].total[number_of(&key)] += n;
	snprintf(db->states[next].last_id, ID_SIZE, "%s", id);
	atomic_store(&db->current, next);
	atomic_fetch_add(&db->commits, 1);
	return true;
}

static bool
flush(struct database *db, struct counters *counters, const char *new_id)
{
	char id[ID_SIZE];

	if (!counters_flush_begin(counters, new_id, id))
		return false;
	database_write(db, counters, id);
	counters_flush_end(counters, true);
	return true;
}

static uint64_t
total(struct database *db, unsigned number)
{
	return db->states[atomic_load(&db->current)].total[number];
}

static void *
shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	return memory;
}

/* ---- ---- */

static void
what_is_counted_comes_out_once(void **unused)
{
	struct counters *counters = fresh();
	struct database db = { .current = 0 };
	struct stat_key one = key_of(1, START_MS), two = key_of(2, START_MS);

	(void)unused;
	assert_false(flush(&db, counters, "sfl_a"));
	for (int i = 0; i < 1000; i++)
		counters_add(counters, &one, 1);
	counters_add(counters, &two, 70);
	assert_true(flush(&db, counters, "sfl_b"));
	assert_int_equal(total(&db, 1), 1000);
	assert_int_equal(total(&db, 2), 70);
	assert_false(flush(&db, counters, "sfl_c"));
	counters_add(counters, &one, 1);
	assert_true(flush(&db, counters, "sfl_d"));
	assert_int_equal(total(&db, 1), 1001);
	assert_int_equal(total(&db, 2), 70);
}

static void
a_batch_that_fails_comes_again_the_same_and_what_came_since_with_the_next(void **unused)
{
	struct counters *counters = fresh();
	struct stat_key key = key_of(1, START_MS), found;
	char id[ID_SIZE];
	uint64_t n;

	(void)unused;
	counters_add(counters, &key, 5);
	assert_true(counters_flush_begin(counters, "sfl_a", id));
	counters_flush_end(counters, false);
	counters_add(counters, &key, 100);
	for (int tries = 0; tries < 3; tries++) {
		size_t at = 0;
		assert_true(counters_flush_begin(counters, "sfl_b", id));
		assert_string_equal(id, "sfl_a");
		assert_true(counters_flush_next(counters, &at, &found, &n));
		assert_int_equal(n, 5);
		assert_false(counters_flush_next(counters, &at, &found, &n));
		counters_flush_end(counters, tries == 2);
	}
	size_t at = 0;
	assert_true(counters_flush_begin(counters, "sfl_c", id));
	assert_string_equal(id, "sfl_c");
	assert_true(counters_flush_next(counters, &at, &found, &n));
	assert_int_equal(n, 100);
	counters_flush_end(counters, true);
}

static void
a_second_flusher_stays_out_and_one_that_dies_leaves_the_door_open(void **unused)
{
	struct counters *counters = fresh();
	struct stat_key key = key_of(1, START_MS);
	char id[ID_SIZE];

	(void)unused;
	counters_add(counters, &key, 1);
	assert_true(counters_flush_begin(counters, "sfl_a", id));
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(counters_flush_begin(counters, "sfl_b", id) ? 1 : 0);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	counters_flush_end(counters, false);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)!counters_flush_begin(counters, "sfl_c", id);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(counters_flush_begin(counters, "sfl_d", id));
	assert_string_equal(id, "sfl_a");
	counters_flush_end(counters, true);
}

static void
places_are_used_again(void **unused)
{
	struct counters *counters = fresh();
	struct database db = { .current = 0 };
	char id[ID_SIZE];

	(void)unused;
	/* Ten times as many keys as there are places, a part of them at a time. */
	for (int64_t hour = 0; hour < 250; hour++) {
		for (unsigned i = 0; i < 1000; i++) {
			struct stat_key key = key_of(i % SOME, START_MS + (hour * 1000 + i / SOME) * HOUR_MS);
			counters_add(counters, &key, 1);
		}
		snprintf(id, sizeof(id), "sfl_%d", (int)hour);
		assert_true(flush(&db, counters, id));
	}
	for (unsigned i = 0; i < SOME; i++)
		assert_int_equal(total(&db, i), 250 * 1000 / SOME);
	assert_int_equal(counters_lost(counters), 0);
}

static void
a_full_table_says_how_much_it_lost(void **unused)
{
	struct counters *counters = fresh();
	struct database db = { .current = 0 };
	uint64_t sum = 0;

	(void)unused;
	assert_false(counters_are_crowded(counters));
	for (unsigned i = 0; i < COUNTERS_MAX + 1000; i++) {
		struct stat_key key = key_of(i % SOME, START_MS + i / SOME * HOUR_MS);
		counters_add(counters, &key, 1);
	}
	assert_true(counters_are_crowded(counters));
	assert_in_range(counters_lost(counters), 1000, COUNTERS_MAX / 2);
	assert_true(flush(&db, counters, "sfl_a"));
	for (unsigned i = 0; i < SOME; i++)
		sum += total(&db, i);
	assert_int_equal(sum + counters_lost(counters), COUNTERS_MAX + 1000);
	/* Written and at rest, the places are free for others. */
	assert_false(flush(&db, counters, "sfl_b"));
	assert_false(counters_are_crowded(counters));
}

/* ---- kill -9 ---- */

/* What a writer has begun and ended to count, by itself. */
struct diary {
	_Atomic uint64_t begun[SOME], ended[SOME];
};

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void
count_for_ever(struct counters *counters, struct diary *diary, uint64_t seed)
{
	for (;;) {
		uint64_t r = next_random(&seed);
		unsigned number = (unsigned)(r % SOME);
		/* Of many hours, so that places come and go. */
		struct stat_key key = key_of(number, START_MS + (int64_t)((r >> 8) % 50) * HOUR_MS);
		atomic_fetch_add(&diary->begun[number], 1);
		counters_add(counters, &key, 1);
		atomic_fetch_add(&diary->ended[number], 1);
	}
}

static void
flush_for_ever(struct database *db, struct counters *counters)
{
	char id[ID_SIZE];

	for (unsigned number = 0;; number++) {
		snprintf(id, sizeof(id), "sfl_%d_%u", (int)getpid(), number);
		flush(db, counters, id);
	}
}

static pid_t
start_one(size_t which, struct counters *counters, struct database *db, struct diary *diaries, uint64_t seed)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	if (which < WRITERS)
		count_for_ever(counters, &diaries[which], seed);
	else
		flush_for_ever(db, counters);
	_exit(0);
}

static void
kill_one(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A writer that was killed has at most one count that it didn't see the end of. */
static void
check_totals(struct database *db, struct diary *diaries, uint64_t kills)
{
	uint64_t uncertain = 0;

	for (unsigned i = 0; i < SOME; i++) {
		uint64_t begun = 0, ended = 0;
		for (size_t w = 0; w < WRITERS; w++) {
			begun += atomic_load(&diaries[w].begun[i]);
			ended += atomic_load(&diaries[w].ended[i]);
		}
		assert_true(ended > 0);
		assert_in_range(total(db, i), ended, begun);
		uncertain += begun - ended;
	}
	assert_true(uncertain <= kills);
}

static void
processes_killed_at_any_moment_lose_nothing_and_count_nothing_twice(void **unused)
{
	struct counters *counters = fresh();
	struct database *db = shared(sizeof(*db));
	struct diary *diaries = shared(WRITERS * sizeof(*diaries));
	uint64_t seed = UINT64_C(4711), kills = 0;
	pid_t pids[WRITERS + 1];

	(void)unused;
	for (size_t i = 0; i <= WRITERS; i++)
		pids[i] = start_one(i, counters, db, diaries, next_random(&seed));
	for (int round = 0; round < 120; round++) {
		struct timespec pause = { .tv_nsec = (long)(100 + next_random(&seed) % 3000) * 1000 };
		/* The flusher every other time: it has most to lose. */
		size_t i = round % 2 == 0 ? WRITERS : next_random(&seed) % WRITERS;
		nanosleep(&pause, NULL);
		kill_one(pids[i]);
		kills += i < WRITERS;
		pids[i] = start_one(i, counters, db, diaries, next_random(&seed));
	}
	for (size_t i = 0; i <= WRITERS; i++)
		kill_one(pids[i]);
	kills += WRITERS;
	/* An unfinished batch, then the rest; then nothing. */
	flush(db, counters, "sfl_last");
	flush(db, counters, "sfl_very_last");
	assert_false(flush(db, counters, "sfl_none"));
	assert_true(atomic_load(&db->commits) > 30);
	check_totals(db, diaries, kills);
	assert_int_equal(counters_lost(counters), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_counted_comes_out_once),
		cmocka_unit_test(a_batch_that_fails_comes_again_the_same_and_what_came_since_with_the_next),
		cmocka_unit_test(a_second_flusher_stays_out_and_one_that_dies_leaves_the_door_open),
		cmocka_unit_test(places_are_used_again),
		cmocka_unit_test(a_full_table_says_how_much_it_lost),
		cmocka_unit_test(processes_killed_at_any_moment_lose_nothing_and_count_nothing_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
