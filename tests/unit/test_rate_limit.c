/*
 * Rate limits: against a slow model that remembers every request, under several processes at once,
 * and after kill -9.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fcgi/rate_limit.h"
#include "lib/siphash.h"

#define START_MS INT64_C(1790000000000)

/* A generator of our own, so that a failing run can be repeated from its seed. */
static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct config
config_of(uint32_t limit, uint32_t window_s)
{
	struct config config = { .machines = 1 };

	for (size_t i = 0; i < RATE_COUNT; i++)
		config.limits[i] = (struct rate_limit){ .limit = limit, .window_s = window_s };
	return config;
}

static bool
take(struct rate_limiter *limiter, const struct config *config, int64_t now_ms, const char *subject,
     uint32_t limit)
{
	struct rate_bucket bucket = { .family = RATE_CREDENTIAL,
				      .subject = subject,
				      .limit = limit };
	struct rate_state state;

	return rate_limiter_take(limiter, config, now_ms, &bucket, 1, &state);
}

static uint32_t
take_all(struct rate_limiter *limiter, const struct config *config, int64_t now_ms,
	 const char *subject, uint32_t limit)
{
	uint32_t taken = 0;

	while (take(limiter, config, now_ms, subject, limit))
		taken++;
	return taken;
}

/* The test vector of the paper's appendix A: key 00 … 0f, input 00 … 0e. */
static void
siphash_gives_the_value_of_its_paper(void **unused)
{
	uint8_t key[SIPHASH_KEY_LEN], input[15];

	(void)unused;
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	memcpy(input, key, sizeof(input));
	assert_true(siphash(key, input, sizeof(input)) == UINT64_C(0xa129ca6149be45e5));
	input[14] ^= 1;
	assert_false(siphash(key, input, sizeof(input)) == UINT64_C(0xa129ca6149be45e5));
}

/* ---- the model ---- */

#define SUBJECTS     40
#define STEPS        60000
#define ADMITTED_MAX 4000

/* Every admitted request of one subject, by its time. */
struct history {
	int64_t at_ms[ADMITTED_MAX];
	size_t count;
	int64_t window_ms;
	uint32_t limit;
};

static size_t
admitted_between(const struct history *h, int64_t from_ms, int64_t until_ms)
{
	size_t count = 0;

	for (size_t i = h->count; i-- > 0 && h->at_ms[i] >= from_ms;)
		count += h->at_ms[i] < until_ms;
	return count;
}

/*
 * The rule as the contract states it: previous window weighted by its overlap, plus current, plus
 * this one, at most the limit.
 */
static bool
model_has_room(const struct history *h, int64_t now_ms)
{
	int64_t window_start = now_ms - now_ms % h->window_ms;
	size_t current = admitted_between(h, window_start, now_ms + 1);
	size_t previous = admitted_between(h, window_start - h->window_ms, window_start);
	long double overlap =
	    (long double)(h->window_ms - now_ms % h->window_ms) / (long double)h->window_ms;

	return (long double)previous * overlap + (long double)current + 1 <=
	       (long double)h->limit + 1e-9L;
}

static void
check_retry_after(const struct history *h, int64_t now_ms, const struct rate_state *state)
{
	assert_true(state->retry_after_s >= 1);
	assert_true(model_has_room(h, now_ms + (int64_t)state->retry_after_s * SECOND_MS));
	if (state->retry_after_s > 1)
		assert_false(
		    model_has_room(h, now_ms + ((int64_t)state->retry_after_s - 1) * SECOND_MS));
}

static void
check_span(const struct history *h, int64_t now_ms)
{
	int64_t window_start = now_ms - now_ms % h->window_ms;

	assert_true(admitted_between(h, window_start, now_ms + 1) <= h->limit);
	assert_true(admitted_between(h, now_ms - h->window_ms + 1, now_ms + 1) <=
		    2 * (size_t)h->limit);
}

static void
histories_make(struct history *histories, struct config *config)
{
	for (size_t i = 0; i < SUBJECTS; i++) {
		enum rate_family family = (enum rate_family)(i % RATE_COUNT);
		config->limits[family].window_s = i % 3 == 0 ? 3600 : 60;
		histories[i].limit = (uint32_t)(1 + i * i % 50);
	}
	for (size_t i = 0; i < SUBJECTS; i++)
		histories[i].window_ms =
		    (int64_t)config->limits[i % RATE_COUNT].window_s * SECOND_MS;
}

static void
answers_are_those_of_a_model_that_remembers_every_request(void **unused)
{
	static struct history histories[SUBJECTS];
	struct config config = config_of(1, 60);
	struct rate_limiter *limiter = rate_limiter_new();
	uint64_t seed = UINT64_C(20261125);
	int64_t now_ms = START_MS;
	size_t admitted = 0, refused = 0;

	(void)unused;
	assert_non_null(limiter);
	histories_make(histories, &config);
	for (size_t step = 0; step < STEPS; step++) {
		size_t who = next_random(&seed) % SUBJECTS;
		struct history *h = &histories[who];
		char name[32];
		snprintf(name, sizeof(name), "key_%zu", who);
		struct rate_bucket bucket = { (enum rate_family)(who % RATE_COUNT), name,
					      h->limit };
		struct rate_state looked, taken;
		/* Mostly close together, now and then a pause of up to three windows. */
		now_ms += (int64_t)(next_random(&seed) % 200 == 0 ? next_random(&seed) % 180000
								  : next_random(&seed) % 120);
		bool expected = model_has_room(h, now_ms);
		assert_int_equal(rate_limiter_has_room(limiter, &config, now_ms, &bucket, &looked),
				 expected);
		assert_int_equal(rate_limiter_take(limiter, &config, now_ms, &bucket, 1, &taken),
				 expected);
		if (expected && h->count < ADMITTED_MAX)
			h->at_ms[h->count++] = now_ms;
		assert_true(h->count < ADMITTED_MAX);
		assert_int_equal(taken.limit, h->limit);
		assert_int_equal(taken.reset_s,
				 (h->window_ms - now_ms % h->window_ms + 999) / 1000);
		check_span(h, now_ms);
		if (expected) {
			admitted++;
			assert_int_equal(taken.retry_after_s, 0);
			assert_int_equal(taken.remaining > 0, model_has_room(h, now_ms));
		} else {
			refused++;
			assert_int_equal(taken.remaining, 0);
			check_retry_after(h, now_ms, &taken);
		}
	}
	/* The run is worth something only if both answers were common. */
	assert_true(admitted > STEPS / 10 && refused > STEPS / 10);
}

/* ---- single properties ---- */

static void
a_full_bucket_does_not_spend_the_others(void **unused)
{
	struct config config = config_of(600, 60);
	struct rate_limiter *limiter = rate_limiter_new();
	struct rate_bucket both[] = {
		{ RATE_ANONYMOUS, "192.0.2.1", 5 },
		{ RATE_KEY_MINT, "usr_1", 2 },
	};
	struct rate_state state;

	(void)unused;
	assert_true(rate_limiter_take(limiter, &config, START_MS, both, 2, &state));
	assert_true(rate_limiter_take(limiter, &config, START_MS, both, 2, &state));
	assert_int_equal(state.family, RATE_KEY_MINT);
	for (size_t i = 0; i < 10; i++) {
		assert_false(rate_limiter_take(limiter, &config, START_MS, both, 2, &state));
		assert_int_equal(state.family, RATE_KEY_MINT);
		assert_true(state.retry_after_s >= 1);
	}
	assert_true(rate_limiter_has_room(limiter, &config, START_MS, &both[0], &state));
	assert_int_equal(state.remaining, 3);
}

/*
 * As when another worker takes the last one between the look and the taking: here the call itself
 * does, naming a bucket twice.
 */
static void
what_was_taken_is_given_back_when_a_later_bucket_turns_out_full(void **unused)
{
	struct config config = config_of(600, 60);
	struct rate_limiter *limiter = rate_limiter_new();
	struct rate_bucket buckets[] = {
		{ RATE_ANONYMOUS, "192.0.2.1", 5 },
		{ RATE_KEY_MINT, "usr_1", 1 },
		{ RATE_KEY_MINT, "usr_1", 1 },
	};
	struct rate_state state;

	(void)unused;
	assert_false(rate_limiter_take(limiter, &config, START_MS, buckets, 3, &state));
	assert_int_equal(state.family, RATE_KEY_MINT);
	assert_true(rate_limiter_has_room(limiter, &config, START_MS, &buckets[0], &state));
	assert_int_equal(state.remaining, 5);
	assert_true(rate_limiter_take(limiter, &config, START_MS, buckets, 2, &state));
}

static void
families_and_subjects_are_counted_apart(void **unused)
{
	struct config config = config_of(1, 60);
	struct rate_limiter *limiter = rate_limiter_new();
	struct rate_bucket one = { RATE_FLOW_SIGN_UP, "192.0.2.1", 1 };
	struct rate_bucket other_family = { RATE_FLOW_RECOVER, "192.0.2.1", 1 };
	struct rate_bucket other_subject = { RATE_FLOW_SIGN_UP, "192.0.2.2", 1 };
	struct rate_state state;

	(void)unused;
	assert_true(rate_limiter_take(limiter, &config, START_MS, &one, 1, &state));
	assert_false(rate_limiter_take(limiter, &config, START_MS, &one, 1, &state));
	assert_true(rate_limiter_take(limiter, &config, START_MS, &other_family, 1, &state));
	assert_true(rate_limiter_take(limiter, &config, START_MS, &other_subject, 1, &state));
}

static void
the_tightest_bucket_has_the_least_share_left(void **unused)
{
	struct config config = config_of(600, 60);
	struct rate_limiter *limiter = rate_limiter_new();
	/* 9 of 10 left is tighter than 99 of 100, though the other comes first. */
	struct rate_bucket buckets[] = { { RATE_CREDENTIAL, "key_1", 100 },
					 { RATE_PROJECT_WRITE, "key_1", 10 } };
	struct rate_state state;

	(void)unused;
	assert_true(rate_limiter_take(limiter, &config, START_MS, buckets, 2, &state));
	assert_int_equal(state.family, RATE_PROJECT_WRITE);
	assert_int_equal(state.remaining, 9);
}

static void
a_worker_whose_clock_is_a_moment_behind_counts_in_the_new_window(void **unused)
{
	struct config config = config_of(3, 60);
	struct rate_limiter *limiter = rate_limiter_new();
	int64_t boundary = START_MS - START_MS % MINUTE_MS + MINUTE_MS;

	(void)unused;
	assert_true(take(limiter, &config, boundary, "key_1", 3));
	assert_true(take(limiter, &config, boundary - 1, "key_1", 3));
	assert_true(take(limiter, &config, boundary, "key_1", 3));
	assert_false(take(limiter, &config, boundary, "key_1", 3));
	assert_false(take(limiter, &config, boundary - 1, "key_1", 3));
}

static void
a_limit_of_zero_admits_none_and_a_huge_one_is_capped(void **unused)
{
	struct config config = config_of(1, 60);
	struct rate_limiter *limiter = rate_limiter_new();

	(void)unused;
	assert_false(take(limiter, &config, START_MS, "key_none", 0));
	assert_true(take(limiter, &config, START_MS, "key_one", 1));
	assert_int_equal(take_all(limiter, &config, START_MS, "key_many", UINT32_MAX),
			 (1U << 20) - 1);
}

static void
machines_share_a_limit_and_none_gets_nothing(void **unused)
{
	struct config config = config_of(10, 60);

	(void)unused;
	assert_int_equal(rate_limit_of(&config, RATE_CREDENTIAL), 10);
	config.machines = 3;
	assert_int_equal(rate_limit_of(&config, RATE_CREDENTIAL), 4);
	config.machines = 1000;
	assert_int_equal(rate_limit_of(&config, RATE_CREDENTIAL), 1);
}

static void
a_flood_of_others_does_not_free_a_subject_that_is_at_its_limit(void **unused)
{
	struct config config = config_of(30, 60);
	struct rate_limiter *limiter = rate_limiter_new();
	char name[32];

	(void)unused;
	assert_int_equal(take_all(limiter, &config, START_MS, "192.0.2.1", 30), 30);
	for (unsigned i = 0; i < 400000; i++) {
		snprintf(name, sizeof(name), "2001:db8::%x", i);
		assert_true(take(limiter, &config, START_MS, name, 30));
	}
	assert_false(take(limiter, &config, START_MS, "192.0.2.1", 30));
	/* The flood's own did lose something, or the table would not have been full. */
	assert_int_equal(take_all(limiter, &config, START_MS, "2001:db8::0", 30), 30);
	/* And two windows later everybody starts anew. */
	assert_int_equal(take_all(limiter, &config, START_MS + 3 * MINUTE_MS, "192.0.2.1", 30), 30);
}

/* ---- several processes ---- */

#define PROCESSES 6

enum phase { WAIT, RUN, STOP };

struct counters {
	_Atomic uint32_t admitted;
	_Atomic uint32_t attempts;
	_Atomic int phase;
};

static struct counters *
counters_new(void)
{
	struct counters *c =
	    mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(c != MAP_FAILED);
	return c;
}

static void
hammer(struct rate_limiter *limiter, const struct config *config, int64_t now_ms,
       struct counters *counters, uint32_t limit)
{
	struct rate_bucket buckets[] = { { RATE_CREDENTIAL, "key_shared", limit },
					 { RATE_ANONYMOUS, "", 1000000 } };
	struct rate_state state;
	char name[32];

	while (atomic_load(&counters->phase) == WAIT)
		;
	for (uint64_t seed = (uint64_t)getpid() + 1; atomic_load(&counters->phase) == RUN;) {
		snprintf(name, sizeof(name), "192.0.2.%u", (unsigned)(next_random(&seed) % 250));
		buckets[1].subject = name;
		atomic_fetch_add(&counters->attempts, 1);
		if (rate_limiter_take(limiter, config, now_ms, buckets, 2, &state))
			atomic_fetch_add(&counters->admitted, 1);
	}
}

static pid_t
hammer_start(struct rate_limiter *limiter, const struct config *config, int64_t now_ms,
	     struct counters *counters, uint32_t limit)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		hammer(limiter, config, now_ms, counters, limit);
		_exit(0);
	}
	return pid;
}

static void
sleep_us(uint64_t us)
{
	struct timespec pause = { .tv_nsec = (long)us * 1000 };

	nanosleep(&pause, NULL);
}

static void
processes_at_once_never_admit_more_than_the_limit(void **unused)
{
	struct config config = config_of(100, 60);
	struct rate_limiter *limiter = rate_limiter_new();
	pid_t pids[PROCESSES];

	(void)unused;
	for (int64_t round = 0; round < 20; round++) {
		struct counters *counters = counters_new();
		for (size_t i = 0; i < PROCESSES; i++)
			pids[i] = hammer_start(limiter, &config, START_MS + round * 3 * MINUTE_MS,
					       counters, 2000);
		atomic_store(&counters->phase, RUN);
		while (atomic_load(&counters->attempts) < 20000)
			sleep_us(1000);
		atomic_store(&counters->phase, STOP);
		for (size_t i = 0; i < PROCESSES; i++)
			assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
		assert_int_equal(atomic_load(&counters->admitted), 2000);
		munmap(counters, sizeof(*counters));
	}
}

#define KILL_LIMIT  200000
#define KILL_ROUNDS 200

/*
 * One round: processes that hammer, killed one after the other. Returns how many they know to have
 * been admitted.
 */
static uint32_t
hammer_and_kill(struct rate_limiter *limiter, const struct config *config, int64_t now_ms,
		uint64_t *seed)
{
	struct counters *counters = counters_new();
	pid_t pids[3];

	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		pids[i] = hammer_start(limiter, config, now_ms, counters, KILL_LIMIT);
	atomic_store(&counters->phase, RUN);
	sleep_us(200 + next_random(seed) % 3000);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		kill(pids[i], SIGKILL);
		sleep_us(next_random(seed) % 100);
	}
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	uint32_t admitted = atomic_load(&counters->admitted);
	munmap(counters, sizeof(*counters));
	return admitted;
}

static void
a_process_killed_at_any_moment_leaves_the_buckets_usable(void **unused)
{
	struct config config = config_of(100, 60);
	struct rate_limiter *limiter = rate_limiter_new();
	uint64_t seed = UINT64_C(9), admitted_in_all = 0;

	(void)unused;
	for (int64_t round = 0; round < KILL_ROUNDS; round++) {
		int64_t now_ms = START_MS + round * 5 * MINUTE_MS;
		struct rate_bucket bucket = { RATE_CREDENTIAL, "key_shared", KILL_LIMIT };
		struct rate_state state;
		uint32_t admitted = hammer_and_kill(limiter, &config, now_ms, &seed);
		admitted_in_all += admitted;
		/*
		 * All that was admitted is counted; each process may have died after counting one,
		 * before it could say so.
		 */
		rate_limiter_has_room(limiter, &config, now_ms, &bucket, &state);
		assert_in_range(KILL_LIMIT - state.remaining, admitted, admitted + 3);
		/* The same subject and window go on to the limit, and the next one is fresh. */
		uint32_t left = state.remaining < 1000 ? state.remaining : 1000;
		assert_int_equal(take_all(limiter, &config, now_ms, "key_shared",
					  KILL_LIMIT - state.remaining + left),
				 left);
		assert_int_equal(
		    take_all(limiter, &config, now_ms + 2 * MINUTE_MS, "key_shared", 50), 50);
	}
	assert_true(admitted_in_all > 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_gives_the_value_of_its_paper),
		cmocka_unit_test(answers_are_those_of_a_model_that_remembers_every_request),
		cmocka_unit_test(a_full_bucket_does_not_spend_the_others),
		cmocka_unit_test(what_was_taken_is_given_back_when_a_later_bucket_turns_out_full),
		cmocka_unit_test(families_and_subjects_are_counted_apart),
		cmocka_unit_test(the_tightest_bucket_has_the_least_share_left),
		cmocka_unit_test(a_worker_whose_clock_is_a_moment_behind_counts_in_the_new_window),
		cmocka_unit_test(a_limit_of_zero_admits_none_and_a_huge_one_is_capped),
		cmocka_unit_test(machines_share_a_limit_and_none_gets_nothing),
		cmocka_unit_test(a_flood_of_others_does_not_free_a_subject_that_is_at_its_limit),
		cmocka_unit_test(processes_at_once_never_admit_more_than_the_limit),
		cmocka_unit_test(a_process_killed_at_any_moment_leaves_the_buckets_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
