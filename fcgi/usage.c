/*
 * The table of what was used: workers write single words, one flusher reads them and writes the
 * database.
 *
 * Nothing is locked, so nothing stays locked after a kill -9. An entry belongs to the id whose hash
 * is its first word, and the id's characters count only while they give that hash: what a killed
 * worker left half written is skipped, and put right by the next use of the same id. Times only
 * grow. The flusher alone empties entries that haven't been used for a while.
 */
#include "fcgi/usage.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "lib/siphash.h"
#include "lib/ids.h"
#include "sql/gen/queries.h"

#define NOTES           ((size_t)1 << 17)
#define NOTES_PER_GROUP ((size_t)8)
#define GROUPS          (NOTES / NOTES_PER_GROUP)

/* An id is a prefix, "_" and 16 characters: two words. */
#define PREFIX_LEN    4
#define ID_TAIL_LEN   16
#define SEEN_EVERY_MS MINUTE_MS
#define IDLE_MS       (10 * MINUTE_MS)
/*
 * Statements of one transaction: rows stay locked until it commits, and a commit costs more than
 * all of them.
 */
#define BATCH_MAX ((size_t)64)

/*
 * The lowest bits of a subject: in use, and of which kind. Zero is free, EMPTYING is being cleared
 * by the flusher.
 */
#define SUBJECT_IN_USE       UINT64_C(4)
#define SUBJECT_SESSION      UINT64_C(1)
#define SUBJECT_OF_PROJECT   UINT64_C(2) /* its place is a project: a session of its user's; without SUBJECT_SESSION a client secret */
#define SUBJECT_FLAGS        UINT64_C(7)
#define SUBJECT_FLAG_BITS    3
#define EMPTYING             UINT64_C(1)

struct tail {
	uint64_t words[2];
};

struct note {
	_Atomic uint64_t subject;
	_Atomic uint64_t id[2];
	_Atomic uint64_t place[2]; /* of a session: its organization, or the project whose user it is; of a client secret: its project */
	_Atomic uint64_t place_check; /* hash of place; 0: none */
	_Atomic int64_t noted_ms;
	/* The flusher's: what the database has, and since when. */
	_Atomic int64_t written_ms;
	_Atomic int64_t written_when_ms;
	_Atomic uint64_t written_place_check;
};

struct usage_table {
	uint8_t hash_key[SIPHASH_KEY_LEN];
	/* Groups that ever had an entry: what was never written isn't read either, and costs no memory. */
	_Atomic bool is_used[GROUPS];
	struct note notes[NOTES];
};

/* A note that is to be written, as read at one moment. */
struct due {
	struct note *note;
	bool is_session, is_of_project;
	char id[PREFIX_LEN + ID_TAIL_LEN + 1];
	char place_id[PREFIX_LEN + ID_TAIL_LEN + 1]; /* "": none */
	uint64_t place_check;
	int64_t at_ms;
};

struct usage_table *
usage_new(void)
{
	struct usage_table *table =
	    mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (table == MAP_FAILED)
		return NULL;
	if (getrandom(table->hash_key, sizeof(table->hash_key), 0) == sizeof(table->hash_key))
		return table;
	munmap(table, sizeof(*table));
	return NULL;
}

/* The 16 characters after the prefix. False for what isn't such an id. */
static bool
tail_of(const char *id, const char *prefix, struct tail *ret_tail)
{
	if (id == NULL || strncmp(id, prefix, PREFIX_LEN) != 0 ||
	    strlen(id) != PREFIX_LEN + ID_TAIL_LEN)
		return false;
	memcpy(ret_tail->words, id + PREFIX_LEN, ID_TAIL_LEN);
	return true;
}

static void
tail_text(const char *prefix, const struct tail *tail, char ret_text[PREFIX_LEN + ID_TAIL_LEN + 1])
{
	memcpy(ret_text, prefix, PREFIX_LEN);
	memcpy(ret_text + PREFIX_LEN, tail->words, ID_TAIL_LEN);
	ret_text[PREFIX_LEN + ID_TAIL_LEN] = '\0';
}

static uint64_t
tail_hash(const struct usage_table *table, const struct tail *tail)
{
	return siphash(table->hash_key, tail->words, sizeof(tail->words));
}

static uint64_t
subject_of(const struct usage_table *table, const struct tail *tail, uint64_t flags)
{
	return (tail_hash(table, tail) & ~SUBJECT_FLAGS) | SUBJECT_IN_USE | flags;
}

static uint64_t
place_check_of(const struct usage_table *table, const struct tail *place)
{
	return tail_hash(table, place) | 1;
}

static struct tail
tail_load(_Atomic uint64_t words[2])
{
	return (struct tail){ { atomic_load(&words[0]), atomic_load(&words[1]) } };
}

/* Most uses find the same words there: they are read, so that the cache line stays shared. */
static void
word_set(_Atomic uint64_t *word, uint64_t value)
{
	if (atomic_load(word) != value)
		atomic_store(word, value);
}

/* The entry of a subject, made in the first free place of its group. NULL: the group is full. */
static struct note *
note_claim(struct usage_table *table, uint64_t subject)
{
	size_t index = (subject >> SUBJECT_FLAG_BITS) % GROUPS;
	struct note *group = &table->notes[index * NOTES_PER_GROUP];

	if (!atomic_load(&table->is_used[index]))
		atomic_store(&table->is_used[index], true);
	for (size_t i = 0; i < NOTES_PER_GROUP; i++) {
		if (atomic_load(&group[i].subject) == subject)
			return &group[i];
	}
	for (size_t i = 0; i < NOTES_PER_GROUP; i++) {
		uint64_t expected = 0;
		/* Another worker that made the same entry just now has taken the same place. */
		if (atomic_compare_exchange_strong(&group[i].subject, &expected, subject) ||
		    expected == subject)
			return &group[i];
	}
	return NULL;
}

static void
note_time(struct note *note, int64_t now_ms)
{
	int64_t before = atomic_load(&note->noted_ms);

	while (before < now_ms && !atomic_compare_exchange_weak(&note->noted_ms, &before, now_ms))
		;
}

void
usage_note(struct usage_table *table, const char *id, const char *place_id, int64_t now_ms)
{
	struct tail tail, place;
	bool is_session = tail_of(id, "ses_", &tail);
	bool is_secret = !is_session && tail_of(id, "csc_", &tail);
	bool is_of_project = (is_session || is_secret) && tail_of(place_id, "prj_", &place);
	uint64_t flags = (is_session ? SUBJECT_SESSION : 0) | (is_of_project ? SUBJECT_OF_PROJECT : 0);

	if (is_secret ? !is_of_project : !is_session && !tail_of(id, "key_", &tail))
		return;
	struct note *note = note_claim(table, subject_of(table, &tail, flags));
	if (note == NULL)
		return;
	word_set(&note->id[0], tail.words[0]);
	word_set(&note->id[1], tail.words[1]);
	if (is_of_project || (is_session && tail_of(place_id, "org_", &place))) {
		word_set(&note->place[0], place.words[0]);
		word_set(&note->place[1], place.words[1]);
		word_set(&note->place_check, place_check_of(table, &place));
	}
	note_time(note, now_ms);
}

/* ---- the flusher's side ---- */

/* Step by step, so that a flusher that is killed here leaves an entry that the next one clears. */
static void
note_empty(struct note *note)
{
	atomic_store(&note->subject, EMPTYING);
	atomic_store(&note->id[0], 0);
	atomic_store(&note->id[1], 0);
	atomic_store(&note->place_check, 0);
	atomic_store(&note->noted_ms, 0);
	atomic_store(&note->written_ms, 0);
	atomic_store(&note->written_when_ms, 0);
	atomic_store(&note->written_place_check, 0);
	atomic_store(&note->subject, 0);
}

/* Reads what there is to write. False: nothing, not yet, or not whole. */
static bool
note_read(const struct usage_table *table, struct note *note, uint64_t subject, int64_t now_ms,
	  struct due *ret_due)
{
	struct tail tail = tail_load(note->id);
	uint64_t flags = subject & (SUBJECT_SESSION | SUBJECT_OF_PROJECT);
	bool is_session = (flags & SUBJECT_SESSION) != 0;
	bool is_of_project = (flags & SUBJECT_OF_PROJECT) != 0;
	bool is_key = !is_session && !is_of_project;
	int64_t at_ms = atomic_load(&note->noted_ms);
	int64_t written_when_ms = atomic_load(&note->written_when_ms);

	if (subject_of(table, &tail, flags) != subject ||
	    at_ms <= atomic_load(&note->written_ms))
		return false;
	*ret_due = (struct due){
		.note = note, .is_session = is_session, .is_of_project = is_of_project, .at_ms = at_ms
	};
	tail_text(is_session ? "ses_" : is_key ? "key_" : "csc_", &tail, ret_due->id);
	if (is_key)
		return true;
	struct tail place = tail_load(note->place);
	ret_due->place_check = atomic_load(&note->place_check);
	if (ret_due->place_check == place_check_of(table, &place))
		tail_text(is_of_project ? "prj_" : "org_", &place, ret_due->place_id);
	else if (is_of_project)
		return false; /* whose it is hasn't been written whole */
	else
		ret_due->place_check = atomic_load(&note->written_place_check);
	return ret_due->place_check != atomic_load(&note->written_place_check) ||
	       now_ms - written_when_ms >= SEEN_EVERY_MS || now_ms < written_when_ms;
}

/*
 * Unused for ten minutes: written long ago, or never made whole. An entry's first moments look the
 * same (its maker has yet to write the time), so it must be seen so twice, a while apart.
 */
static bool
note_is_idle(struct note *note, int64_t now_ms)
{
	int64_t noted_ms = atomic_load(&note->noted_ms);
	int64_t never_noted_since_ms = 0;

	if (noted_ms != 0)
		return now_ms - noted_ms > IDLE_MS;
	if (atomic_compare_exchange_strong(&note->written_when_ms, &never_noted_since_ms, now_ms))
		return false;
	return now_ms - never_noted_since_ms > IDLE_MS;
}

static enum err
key_write(struct db *db, const struct due *due)
{
	TRY(q_usage_key_used(db, &(struct q_usage_key_used){ .at = due->at_ms, .id = due->id },
			     NULL));
	return q_usage_token_seen(
	    db, &(struct q_usage_token_seen){ .at = due->at_ms, .id = due->id }, NULL);
}

static enum err
secret_write(struct db *db, const struct due *due)
{
	return q_usage_secret_used(db,
				   &(struct q_usage_secret_used){
				       .at = due->at_ms,
				       .project_id = due->place_id,
				       .id = due->id,
				   },
				   NULL);
}

/* Its user was there that day; once for each day in which the entry is in use. */
static enum err
day_write(struct db *db, const struct due *due, const char *project_id)
{
	int64_t day = due->at_ms - due->at_ms % DAY_MS;

	if (atomic_load(&due->note->written_ms) >= day)
		return OK;
	return q_stat_session_day_add(
	    db,
	    &(struct q_stat_session_day_add){ .day = day, .project_id = project_id, .session_id = due->id },
	    NULL);
}

static enum err
session_write(struct db *db, const struct due *due, const char *console_id)
{
	const char *org_id = !due->is_of_project && due->place_id[0] != '\0' ? due->place_id : NULL;

	TRY(q_usage_session_seen(db,
				 &(struct q_usage_session_seen){
				     .at = due->at_ms,
				     .org_id = org_id,
				     .project_id = due->is_of_project ? due->place_id : console_id,
				     .id = due->id,
				 },
				 NULL));
	TRY(day_write(db, due, due->is_of_project ? due->place_id : console_id));
	if (org_id == NULL)
		return OK;
	return q_usage_member_seen(db,
				   &(struct q_usage_member_seen){
				       .at = due->at_ms,
				       .org_id = org_id,
				       .console_id = console_id,
				       .id = due->id,
				   },
				   NULL);
}

static enum err
due_write(struct db *db, const struct due *due, const char *console_id)
{
	if (due->is_session)
		return session_write(db, due, console_id);
	return due->is_of_project ? secret_write(db, due) : key_write(db, due);
}

static void
due_mark_written(const struct due *due, int64_t now_ms)
{
	atomic_store(&due->note->written_ms, due->at_ms);
	atomic_store(&due->note->written_when_ms, now_ms);
	atomic_store(&due->note->written_place_check, due->place_check);
}

static enum err
batch_send(struct db *db, const struct due *batch, size_t count)
{
	struct q_installation_get_row installation;

	TRY(q_installation_get(db, &installation));
	for (size_t i = 0; i < count; i++)
		TRY(due_write(db, &batch[i], installation.console_id));
	return OK;
}

/* One transaction; what can't be written stays noted and is written the next time. */
static enum err
batch_write(struct db *db, const struct due *batch, size_t count, int64_t now_ms)
{
	TRY(db_begin(db, TX_WRITE));
	enum err e = batch_send(db, batch, count);
	if (e != OK) {
		db_rollback(db);
		return e;
	}
	TRY(db_commit(db));
	for (size_t i = 0; i < count; i++)
		due_mark_written(&batch[i], now_ms);
	return OK;
}

/* Reads one entry, or clears it. True when *ret_due is to be written. */
static bool
note_visit(const struct usage_table *table, struct note *note, int64_t now_ms, struct due *ret_due)
{
	uint64_t subject = atomic_load(&note->subject);

	if (subject == 0)
		return false;
	if (subject != EMPTYING && note_read(table, note, subject, now_ms, ret_due))
		return true;
	if (subject == EMPTYING || note_is_idle(note, now_ms))
		note_empty(note);
	return false;
}

enum err
usage_flush(struct usage_table *table, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct due batch[BATCH_MAX];
	size_t count = 0;

	db_use(db, arena, now_ms);
	for (size_t i = 0; i < NOTES; i++) {
		if (!atomic_load(&table->is_used[i / NOTES_PER_GROUP]))
			continue;
		if (note_visit(table, &table->notes[i], now_ms, &batch[count]))
			count++;
		if (count == BATCH_MAX) {
			TRY(batch_write(db, batch, count, now_ms));
			count = 0;
		}
	}
	return count > 0 ? batch_write(db, batch, count, now_ms) : OK;
}
