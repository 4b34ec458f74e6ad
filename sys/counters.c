/*
 * A table of slots, found by a hash of the key; no lock between those who count.
 *
 * A slot is somebody's by `subject`, the hash of the key. The key's words are written once each, from
 * zero, by whoever comes first; a slot whose words are mixed of two keys is left alone by both and
 * emptied later. What was counted stands in `tally` beside the generation of the slot, and is changed
 * by compare-and-swap alone: whoever found the slot and slept while it was emptied and given to
 * another fails there, and looks again.
 *
 * The flusher never takes a count away. It notes how far the batch goes (`planned`), then that the
 * batch is complete and how it is called, writes the differences to what was written before
 * (`flushed`), and sets `flushed` to `planned` at last. Whoever takes over after a kill finds either
 * no complete batch, and plans a new one, or a complete one, and writes the same again under the same
 * name, which the database takes once. `planned` and `flushed` carry the generation too, so that a
 * slot is emptied by one swap of its tally.
 */
#include "sys/counters.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "lib/siphash.h"

#define SLOTS_PER_GROUP ((size_t)8)
#define SLOTS           COUNTERS_MAX
#define GROUPS          (SLOTS / SLOTS_PER_GROUP)
/* How far from its place a key is looked for. */
#define GROUPS_TRIED ((size_t)32)

/* The lowest bit of a subject says that its slot is being emptied; the next one that it isn't free. */
#define EMPTYING UINT64_C(1)
#define IN_USE   UINT64_C(2)

/* A tally: the generation (16 bits), then the count. */
#define COUNT_BITS 48
#define COUNT_MAX  ((UINT64_C(1) << COUNT_BITS) - 1)

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a lock in shared memory would stay shut after a kill");

struct slot {
	_Atomic uint64_t subject; /* 0: free */
	_Atomic uint64_t tally;
	_Atomic uint64_t planned, flushed; /* the flusher's, like tally */
	_Atomic uint64_t key[STAT_KEY_WORDS];
};

struct counters {
	uint8_t hash_key[SIPHASH_KEY_LEN];
	pthread_mutex_t flusher; /* robust: the kernel opens it when its holder dies */
	_Atomic bool is_planned; /* there is a complete batch */
	char batch_id[ID_SIZE];
	_Atomic uint64_t in_use; /* slots, nearly: counted anew by each flush */
	_Atomic uint64_t lost;
	struct slot slots[SLOTS];
};

_Static_assert(sizeof(struct counters) <= (size_t)4 * 1024 * 1024, "the segment is at most 4 MiB");

static bool
mutex_make(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attributes;

	if (pthread_mutexattr_init(&attributes) != 0)
		return false;
	bool is_made = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0 &&
		       pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0 &&
		       pthread_mutex_init(mutex, &attributes) == 0;
	pthread_mutexattr_destroy(&attributes);
	return is_made;
}

struct counters *
counters_new(void)
{
	struct counters *counters =
	    mmap(NULL, sizeof(*counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (counters == MAP_FAILED)
		return NULL;
	if (getrandom(counters->hash_key, sizeof(counters->hash_key), 0) ==
		sizeof(counters->hash_key) &&
	    mutex_make(&counters->flusher))
		return counters;
	munmap(counters, sizeof(*counters));
	return NULL;
}

static uint64_t
subject_of(const struct counters *counters, const struct stat_key *key)
{
	return (siphash(counters->hash_key, key, sizeof(*key)) & ~EMPTYING) | IN_USE;
}

static uint64_t
generation_of(uint64_t word)
{
	return word >> COUNT_BITS;
}

static uint64_t
count_of(uint64_t word)
{
	return word & COUNT_MAX;
}

/* What a word of the flusher's says of this generation. */
static uint64_t
count_in(uint64_t word, uint64_t tally)
{
	return generation_of(word) == generation_of(tally) ? count_of(word) : 0;
}

/* ---- counting ---- */

/* Each word is written once. False: one is another key's. */
static bool
key_put(struct slot *slot, const struct stat_key *key)
{
	for (size_t i = 0; i < STAT_KEY_WORDS; i++) {
		uint64_t found = atomic_load(&slot->key[i]);
		if (found == 0 &&
		    atomic_compare_exchange_strong(&slot->key[i], &found, key->words[i]))
			continue;
		if (found != key->words[i])
			return false;
	}
	return true;
}

/* False: the slot isn't this key's, or not any more, or has no room for so much. */
static bool
slot_add(struct slot *slot, uint64_t subject, const struct stat_key *key, uint64_t n)
{
	/* Before the subject: a slot that is given away meanwhile has another generation then. */
	uint64_t before = atomic_load(&slot->tally);
	uint64_t generation = generation_of(before);

	if (atomic_load(&slot->subject) != subject || !key_put(slot, key))
		return false;
	while (generation_of(before) == generation && n <= COUNT_MAX - count_of(before)) {
		if (atomic_compare_exchange_weak(&slot->tally, &before, before + n))
			return true;
	}
	return false;
}

static bool
slot_claim(struct counters *counters, struct slot *slot, uint64_t subject)
{
	uint64_t expected = 0;

	if (!atomic_compare_exchange_strong(&slot->subject, &expected, subject))
		return expected == subject;
	atomic_fetch_add_explicit(&counters->in_use, 1, memory_order_relaxed);
	return true;
}

static bool
group_add(struct counters *counters, struct slot *group, uint64_t subject,
	  const struct stat_key *key, uint64_t n)
{
	for (size_t i = 0; i < SLOTS_PER_GROUP; i++) {
		if (atomic_load(&group[i].subject) == subject && slot_add(&group[i], subject, key, n))
			return true;
	}
	for (size_t i = 0; i < SLOTS_PER_GROUP; i++) {
		if (atomic_load(&group[i].subject) == 0 && slot_claim(counters, &group[i], subject) &&
		    slot_add(&group[i], subject, key, n))
			return true;
	}
	return false;
}

void
counters_add(struct counters *counters, const struct stat_key *key, uint64_t n)
{
	uint64_t subject = subject_of(counters, key);

	for (size_t tried = 0; tried < GROUPS_TRIED; tried++) {
		size_t group = ((subject >> 2) + tried) % GROUPS;
		if (group_add(counters, &counters->slots[group * SLOTS_PER_GROUP], subject, key, n))
			return;
	}
	atomic_fetch_add(&counters->lost, n);
}

bool
counters_are_crowded(struct counters *counters)
{
	return atomic_load(&counters->in_use) > SLOTS / 2;
}

uint64_t
counters_lost(struct counters *counters)
{
	return atomic_load(&counters->lost);
}

/* ---- writing ---- */

/* Is there something that no batch has had yet? */
static bool
slot_is_due(struct slot *slot, uint64_t tally)
{
	return count_of(tally) != count_in(atomic_load(&slot->flushed), tally);
}

/*
 * Empties a slot where nothing was counted since the last batch. False: something was. Each step
 * leaves a slot that the next flusher can go on with: emptied further, or given back to its subject.
 */
static bool
slot_empty(struct slot *slot, uint64_t subject)
{
	uint64_t tally = atomic_load(&slot->tally);

	if ((subject & EMPTYING) == 0 && slot_is_due(slot, tally))
		return false;
	atomic_store(&slot->subject, subject | EMPTYING);
	if (slot_is_due(slot, tally) ||
	    !atomic_compare_exchange_strong(&slot->tally, &tally,
					    (generation_of(tally) + 1) << COUNT_BITS)) {
		atomic_store(&slot->subject, subject & ~EMPTYING);
		return false;
	}
	for (size_t i = 0; i < STAT_KEY_WORDS; i++)
		atomic_store(&slot->key[i], 0);
	atomic_store(&slot->subject, 0);
	return true;
}

/* Empties what rests, and notes how far this batch goes. False: nothing is to be written. */
static bool
batch_plan(struct counters *counters)
{
	uint64_t in_use = 0;
	bool has_any = false;

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &counters->slots[i];
		uint64_t subject = atomic_load(&slot->subject);
		if (subject == 0 || slot_empty(slot, subject))
			continue;
		atomic_store(&slot->planned, atomic_load(&slot->tally));
		in_use++;
		has_any = true;
	}
	atomic_store(&counters->in_use, in_use);
	return has_any;
}

/* Robust mutexes can be taken over; what one guards here needs no repair. */
static bool
flusher_lock(struct counters *counters)
{
	int error = pthread_mutex_trylock(&counters->flusher);

	return error == 0 ||
	       (error == EOWNERDEAD && pthread_mutex_consistent(&counters->flusher) == 0);
}

bool
counters_flush_begin(struct counters *counters, const char *new_id, char ret_id[ID_SIZE])
{
	if (!flusher_lock(counters))
		return false;
	if (!atomic_load(&counters->is_planned)) {
		if (!batch_plan(counters)) {
			pthread_mutex_unlock(&counters->flusher);
			return false;
		}
		snprintf(counters->batch_id, sizeof(counters->batch_id), "%s", new_id);
		atomic_store(&counters->is_planned, true);
	}
	snprintf(ret_id, ID_SIZE, "%s", counters->batch_id);
	return true;
}

bool
counters_flush_next(struct counters *counters, size_t *at, struct stat_key *ret_key, uint64_t *ret_n)
{
	for (; *at < SLOTS; (*at)++) {
		struct slot *slot = &counters->slots[*at];
		uint64_t tally = atomic_load(&slot->tally);
		uint64_t planned = count_in(atomic_load(&slot->planned), tally);
		uint64_t flushed = count_in(atomic_load(&slot->flushed), tally);
		if (planned <= flushed)
			continue;
		for (size_t i = 0; i < STAT_KEY_WORDS; i++)
			ret_key->words[i] = atomic_load(&slot->key[i]);
		*ret_n = planned - flushed;
		(*at)++;
		return true;
	}
	return false;
}

void
counters_flush_end(struct counters *counters, bool is_written)
{
	for (size_t i = 0; is_written && i < SLOTS; i++) {
		struct slot *slot = &counters->slots[i];
		uint64_t planned = atomic_load(&slot->planned);
		if (atomic_load(&slot->flushed) != planned)
			atomic_store(&slot->flushed, planned);
	}
	if (is_written)
		atomic_store(&counters->is_planned, false);
	pthread_mutex_unlock(&counters->flusher);
}
