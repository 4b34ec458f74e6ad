/*
 * The sliding windows of all subjects in one table of shared memory: hash, look at eight places,
 * count by compare-and-swap.
 *
 * A bucket is two words. `subject` says whose it is, `tally` is what was counted; the tally repeats
 * a part of the subject, so a bucket that changes hands needs no second step: the old owner's tally
 * simply doesn't belong to the new one. Each word is changed by one instruction and every value it
 * can have is a good one: there is nothing to repair after a kill -9.
 *
 * Where it isn't exact: the weighted window is an estimate (at most `limit` in each whole window,
 * at most twice that in any span of the same length), and a bucket thrown out while it was in use
 * forgets what it had counted.
 */
#include "fcgi/rate_limit.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "lib/siphash.h"

#define BUCKETS           (UINT64_C(1) << 17)
#define BUCKETS_PER_GROUP UINT64_C(8)
#define GROUPS            (BUCKETS / BUCKETS_PER_GROUP)

/* A subject word: 59 bits of the hash, then the family plus one, so that no subject is zero. */
#define FAMILY_MASK UINT64_C(31)
_Static_assert(RATE_COUNT < 31, "the family has five bits of a subject word");

/*
 * A tally word: part of the subject (12 bits), number of the window (12), count of the previous one
 * (20), of this one (20).
 */
#define COUNT_BITS  20
#define COUNT_MAX   ((UINT64_C(1) << COUNT_BITS) - 1)
#define WINDOW_BITS 12
#define WINDOW_MASK ((UINT64_C(1) << WINDOW_BITS) - 1)
#define OWNER_SHIFT (2 * COUNT_BITS + WINDOW_BITS)

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a lock in shared memory would stay shut after a kill");

struct bucket {
	_Atomic uint64_t subject;
	_Atomic uint64_t tally;
};

struct rate_limiter {
	uint8_t hash_key[SIPHASH_KEY_LEN];
	struct bucket buckets[BUCKETS];
};

/* A tally word as of now. */
struct tally {
	uint64_t window;
	uint64_t previous;
	uint64_t current;
	uint64_t elapsed_ms; /* of the window */
};

/* What a call works on: one subject, its limit and its window. */
struct subject {
	uint64_t word;
	uint64_t group;
	uint64_t limit;
	uint64_t window_ms;
	uint64_t now_ms;
};

struct rate_limiter *
rate_limiter_new(void)
{
	struct rate_limiter *limiter =
	    mmap(NULL, sizeof(*limiter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (limiter == MAP_FAILED)
		return NULL;
	if (getrandom(limiter->hash_key, sizeof(limiter->hash_key), 0) == sizeof(limiter->hash_key))
		return limiter;
	munmap(limiter, sizeof(*limiter));
	return NULL;
}

uint32_t
rate_limit_of(const struct config *config, enum rate_family family)
{
	uint64_t machines = config->machines > 1 ? (uint64_t)config->machines : 1;

	return (uint32_t)((config->limits[family].limit + machines - 1) / machines);
}

static uint64_t
window_ms_of(const struct config *config, uint64_t family)
{
	return (uint64_t)config->limits[family].window_s * (uint64_t)SECOND_MS;
}

static struct subject
subject_of(const struct rate_limiter *limiter, const struct config *config, int64_t now_ms,
	   const struct rate_bucket *wanted)
{
	uint64_t hash = siphash(limiter->hash_key, wanted->subject, strlen(wanted->subject));

	/* One subject may have a bucket in several families: they shouldn't crowd one group. */
	return (struct subject){
		.word = (hash & ~FAMILY_MASK) | ((uint64_t)wanted->family + 1),
		.group = ((hash >> 5) + (uint64_t)wanted->family) % GROUPS,
		.limit = wanted->limit < COUNT_MAX ? wanted->limit : COUNT_MAX,
		.window_ms = window_ms_of(config, (uint64_t)wanted->family),
		.now_ms = (uint64_t)now_ms,
	};
}

static uint64_t
owner_of(uint64_t subject_word)
{
	return subject_word >> OWNER_SHIFT;
}

static uint64_t
tally_pack(uint64_t subject_word, const struct tally *t)
{
	return owner_of(subject_word) << OWNER_SHIFT |
	       (t->window & WINDOW_MASK) << (2 * COUNT_BITS) | t->previous << COUNT_BITS |
	       t->current;
}

/*
 * The counts that a word has for this subject now: windows that have passed are left behind,
 * another owner's don't count.
 */
static struct tally
tally_read(uint64_t word, uint64_t subject_word, uint64_t window_ms, uint64_t now_ms)
{
	uint64_t now_window = now_ms / window_ms;
	uint64_t age = (now_window - (word >> (2 * COUNT_BITS))) & WINDOW_MASK;
	uint64_t previous = (word >> COUNT_BITS) & COUNT_MAX;
	uint64_t current = word & COUNT_MAX;
	struct tally t = { .window = now_window, .elapsed_ms = now_ms % window_ms };

	if (word >> OWNER_SHIFT != owner_of(subject_word))
		return t;
	if (age == 0) {
		t.previous = previous;
		t.current = current;
	} else if (age == 1) {
		t.previous = current;
	} else if (age == WINDOW_MASK) {
		/* Another worker's clock was read a moment later, in the next window. */
		t.window = now_window + 1;
		t.elapsed_ms = 0;
		t.previous = previous;
		t.current = current;
	}
	return t;
}

/*
 * Is there room for one more? previous × the share of its window that still overlaps, plus current,
 * plus one, within the limit.
 */
static bool
tally_has_room(const struct tally *t, uint64_t limit, uint64_t window_ms)
{
	return t->previous * (window_ms - t->elapsed_ms) + (t->current + 1) * window_ms <=
	       limit * window_ms;
}

static uint64_t
divide_up(uint64_t a, uint64_t b)
{
	return (a + b - 1) / b;
}

/*
 * How long until tally_has_room(), if nobody takes one: solved for the elapsed time in this window,
 * else in the next.
 */
static uint64_t
wait_ms(const struct tally *t, const struct subject *s)
{
	uint64_t window = s->window_ms;

	if (s->limit == 0)
		return window;
	if (tally_has_room(t, s->limit, window))
		return 0;
	if (t->current < s->limit) {
		/* previous × (window − x) ≤ (limit − current − 1) × window */
		uint64_t room = (s->limit - t->current - 1) * window;
		return window - room / t->previous - t->elapsed_ms;
	}
	/* The next window: current × (window − x) ≤ (limit − 1) × window */
	return window - t->elapsed_ms + window - (s->limit - 1) * window / t->current;
}

static struct rate_state
state_of(const struct rate_bucket *wanted, const struct subject *s, const struct tally *t,
	 bool is_full)
{
	uint64_t used =
	    t->current + divide_up(t->previous * (s->window_ms - t->elapsed_ms), s->window_ms);
	uint64_t retry_s = divide_up(wait_ms(t, s), (uint64_t)SECOND_MS);

	return (struct rate_state){
		.family = wanted->family,
		.limit = wanted->limit,
		.remaining = is_full || used > s->limit ? 0 : (uint32_t)(s->limit - used),
		.reset_s = (uint32_t)divide_up(s->window_ms - t->elapsed_ms, (uint64_t)SECOND_MS),
		.retry_after_s = is_full ? (uint32_t)retry_s : 0,
	};
}

static struct bucket *
group_of(struct rate_limiter *limiter, const struct subject *s)
{
	return &limiter->buckets[s->group * BUCKETS_PER_GROUP];
}

static struct bucket *
bucket_find(struct rate_limiter *limiter, const struct subject *s)
{
	struct bucket *group = group_of(limiter, s);

	for (size_t i = 0; i < BUCKETS_PER_GROUP; i++) {
		if (atomic_load(&group[i].subject) == s->word)
			return &group[i];
	}
	return NULL;
}

/* What would be forgotten with a bucket: nothing when it is free or its windows are over. */
static uint64_t
bucket_worth(struct bucket *b, const struct config *config, uint64_t now_ms, uint64_t *ret_subject)
{
	uint64_t subject = atomic_load(&b->subject);
	struct tally t = { 0 };

	if (subject != 0) {
		uint64_t window = window_ms_of(config, (subject & FAMILY_MASK) - 1);
		t = tally_read(atomic_load(&b->tally), subject, window, now_ms);
	}
	*ret_subject = subject;
	return t.previous + t.current;
}

/* The subject's bucket, made in the place that is worth least when there is none. */
static struct bucket *
bucket_claim(struct rate_limiter *limiter, const struct config *config, const struct subject *s)
{
	struct bucket *group = group_of(limiter, s);

	for (;;) {
		struct bucket *found = bucket_find(limiter, s);
		if (found != NULL)
			return found;
		size_t least = 0;
		uint64_t least_worth = UINT64_MAX, least_subject = 0;
		for (size_t i = 0; i < BUCKETS_PER_GROUP && least_worth > 0; i++) {
			uint64_t subject;
			uint64_t worth = bucket_worth(&group[i], config, s->now_ms, &subject);
			if (worth < least_worth) {
				least = i;
				least_worth = worth;
				least_subject = subject;
			}
		}
		/*
		 * Then look again from the start: another worker may have made the same bucket in
		 * another place.
		 */
		atomic_compare_exchange_strong(&group[least].subject, &least_subject, s->word);
	}
}

/* Counts one if there is room. *ret_tally: as it is then. */
static bool
bucket_take(struct rate_limiter *limiter, const struct config *config, const struct subject *s,
	    struct tally *ret_tally)
{
	for (;;) {
		struct bucket *b = bucket_claim(limiter, config, s);
		uint64_t before = atomic_load(&b->tally);
		struct tally t = tally_read(before, s->word, s->window_ms, s->now_ms);
		bool has_room = tally_has_room(&t, s->limit, s->window_ms);
		if (has_room)
			t.current++;
		*ret_tally = t;
		if (!has_room)
			return false;
		if (atomic_compare_exchange_strong(&b->tally, &before, tally_pack(s->word, &t)))
			return true;
	}
}

/* Undoes bucket_take(); after the window's end the one is found among the previous. */
static void
bucket_give_back(struct rate_limiter *limiter, const struct subject *s)
{
	struct bucket *b = bucket_find(limiter, s);
	bool is_done = b == NULL;

	while (!is_done) {
		uint64_t before = atomic_load(&b->tally);
		struct tally t = tally_read(before, s->word, s->window_ms, s->now_ms);
		if (t.current > 0)
			t.current--;
		else if (t.previous > 0)
			t.previous--;
		is_done =
		    atomic_compare_exchange_strong(&b->tally, &before, tally_pack(s->word, &t));
	}
}

static bool
bucket_look(struct rate_limiter *limiter, const struct subject *s, struct tally *ret_tally)
{
	struct bucket *b = bucket_find(limiter, s);
	uint64_t word = b != NULL ? atomic_load(&b->tally) : 0;

	/* Nobody's: a word of another owner counts as empty. */
	if (b == NULL)
		word = ~owner_of(s->word) << OWNER_SHIFT;
	*ret_tally = tally_read(word, s->word, s->window_ms, s->now_ms);
	return tally_has_room(ret_tally, s->limit, s->window_ms);
}

bool
rate_limiter_has_room(struct rate_limiter *limiter, const struct config *config, int64_t now_ms,
		      const struct rate_bucket *wanted, struct rate_state *ret_state)
{
	struct subject s = subject_of(limiter, config, now_ms, wanted);
	struct tally t;
	bool has_room = bucket_look(limiter, &s, &t);

	*ret_state = state_of(wanted, &s, &t, !has_room);
	return has_room;
}

static bool
is_tighter(const struct rate_state *a, const struct rate_state *b)
{
	return (uint64_t)a->remaining * b->limit < (uint64_t)b->remaining * a->limit;
}

bool
rate_limiter_take(struct rate_limiter *limiter, const struct config *config, int64_t now_ms,
		  const struct rate_bucket *wanted, size_t count, struct rate_state *ret_tightest)
{
	struct rate_state tightest = { 0 };
	struct tally t;

	/* A full bucket is nearly always seen here, before the others were touched. */
	for (size_t i = 0; i < count; i++) {
		struct subject s = subject_of(limiter, config, now_ms, &wanted[i]);
		if (!bucket_look(limiter, &s, &t)) {
			*ret_tightest = state_of(&wanted[i], &s, &t, true);
			return false;
		}
	}
	for (size_t i = 0; i < count; i++) {
		struct subject s = subject_of(limiter, config, now_ms, &wanted[i]);
		if (!bucket_take(limiter, config, &s, &t)) {
			*ret_tightest = state_of(&wanted[i], &s, &t, true);
			while (i-- > 0) {
				s = subject_of(limiter, config, now_ms, &wanted[i]);
				bucket_give_back(limiter, &s);
			}
			return false;
		}
		struct rate_state state = state_of(&wanted[i], &s, &t, false);
		if (i == 0 || is_tighter(&state, &tightest))
			tightest = state;
	}
	*ret_tightest = tightest;
	return true;
}
