/*
 * Counting failed sign-ins in sign_in_throttles, one row per account and one per address.
 */
#include "domain/throttle.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/http.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"

#define KIND_ACCOUNT "account"
#define KIND_ADDRESS "ip"
#define KIND_PHONE   "phone"

#define FREE_FAILURES 5
#define WAIT_MAX_MS   (900 * SECOND_MS)
/*
 * An address is shared: what happened long ago doesn't count against those who come today. "In a
 * row" of an account never ages.
 */
#define ADDRESS_QUIET_MS (30 * MINUTE_MS)
#define REPORT_EVERY_MS  MINUTE_MS
/* Wrong codes to a number, and how long it waits after them. */
#define PHONE_TRIES   5
#define PHONE_WAIT_MS (15 * MINUTE_MS)
/* 9999-12-31: a password that is off stays off until it is set anew or the account is unlocked. */
#define FOR_EVER_MS INT64_C(253402214400000)

int64_t
throttle_wait_ms(int64_t count)
{
	if (count < FREE_FAILURES)
		return 0;
	int64_t doublings = count - FREE_FAILURES;
	if (doublings > 9)
		return WAIT_MAX_MS;
	int64_t wait_ms = (INT64_C(2) << doublings) * SECOND_MS;
	return wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS;
}

static struct bytes
subject_digest(struct tx *tx, const char *subject)
{
	return sha256_bytes(tx->arena, subject, strlen(subject));
}

/* The address as limits count it (IPv6 /64). */
static struct bytes
address_bucket(struct tx *tx)
{
	uint8_t bucket[16] = { 0 };

	if (tx->ip.len == sizeof(bucket))
		memcpy(bucket, tx->ip.data, sizeof(bucket));
	ip_to_bucket(bucket);
	return (struct bytes){ .data = arena_copy(tx->arena, bucket, sizeof(bucket)),
			       .len = sizeof(bucket) };
}

static struct bytes
address_digest(struct tx *tx)
{
	struct bytes bucket = address_bucket(tx);

	return sha256_bytes(tx->arena, bucket.data, bucket.len);
}

/* What a try was counted for. */
struct counted {
	const char *kind;
	const char *subject; /* to show; NULL: nobody has it */
	struct bytes digest;
	int64_t count;
	int64_t blocked_until_at;
};

static enum err
count_one(struct tx *tx, const char *project_id, const struct counted *who, int64_t quiet_since)
{
	return q_sign_in_throttle_count(tx->db,
					&(struct q_sign_in_throttle_count){
					    .project_id = project_id,
					    .kind = who->kind,
					    .subject_digest = who->digest,
					    .subject = who->subject,
					    .quiet_since = quiet_since,
					},
					NULL);
}

/*
 * The rows are written first and so locked: of two tries at once the second sees what the first
 * counted.
 */
static enum err
count_both(struct tx *tx, const char *project_id, struct counted *account, struct counted *address)
{
	struct q_sign_in_throttle_pair_row pair;

	TRY(count_one(tx, project_id, account, 0));
	TRY(count_one(tx, project_id, address, tx->now_ms - ADDRESS_QUIET_MS));
	TRY(q_sign_in_throttle_pair(tx->db,
				    &(struct q_sign_in_throttle_pair){
					.address_digest = address->digest,
					.project_id = project_id,
					.account_digest = account->digest,
				    },
				    &pair));
	account->count = pair.account_count;
	account->blocked_until_at = pair.account_blocked_until_at;
	address->count = pair.address_count;
	address->blocked_until_at = pair.address_blocked_until_at;
	return OK;
}

/* An account is off from its hundredth failure; what nobody has needn't be remembered for ever. */
static bool
is_off(const struct counted *who)
{
	return strcmp(who->kind, KIND_ACCOUNT) == 0 && who->subject != NULL &&
	       who->count >= THROTTLE_LOCK_COUNT;
}

static enum err
block_until(struct tx *tx, const char *project_id, const struct counted *who, int64_t until_at)
{
	return q_sign_in_throttle_block(tx->db,
					&(struct q_sign_in_throttle_block){
					    .blocked_until_at = until_at,
					    .project_id = project_id,
					    .kind = who->kind,
					    .subject_digest = who->digest,
					},
					NULL);
}

/* From now on, whatever becomes of this try. */
static enum err
block(struct tx *tx, const char *project_id, const struct counted *who)
{
	int64_t wait_ms = throttle_wait_ms(who->count);

	if (wait_ms == 0)
		return OK;
	return block_until(tx, project_id, who, is_off(who) ? FOR_EVER_MS : tx->now_ms + wait_ms);
}

static bool
was_blocked(const struct tx *tx, const struct counted *who)
{
	return who->blocked_until_at != NONE && who->blocked_until_at > tx->now_ms;
}

enum err
throttle_count(struct tx *tx, const char *project_id, const char *subject,
	       struct throttle_answer *ret)
{
	struct counted account = {
		.kind = KIND_ACCOUNT,
		.subject = id_is_valid(ID_USER, subject) ? subject : NULL,
		.digest = subject_digest(tx, subject),
	};
	struct counted address = {
		.kind = KIND_ADDRESS,
		.subject = ip_format(tx->arena, address_bucket(tx)),
		.digest = address_digest(tx),
	};

	TRY(count_both(tx, project_id, &account, &address));
	TRY(block(tx, project_id, &account));
	TRY(block(tx, project_id, &address));

	bool is_locked = account.count > THROTTLE_LOCK_COUNT;
	int64_t account_wait_ms = throttle_wait_ms(account.count);
	int64_t address_wait_ms = throttle_wait_ms(address.count);
	*ret = (struct throttle_answer){
		.is_blocked = is_locked || was_blocked(tx, &account) || was_blocked(tx, &address),
		.wait_ms = account_wait_ms > address_wait_ms ? account_wait_ms : address_wait_ms,
		.is_locked_now = account.count == THROTTLE_LOCK_COUNT,
	};
	return OK;
}

enum err
throttle_clear(struct tx *tx, const char *project_id, const char *subject)
{
	return q_sign_in_throttle_clear(tx->db,
					&(struct q_sign_in_throttle_clear){
					    .project_id = project_id,
					    .subject_digest = subject_digest(tx, subject),
					},
					NULL);
}

enum err
throttle_succeed(struct tx *tx, const char *project_id, const char *subject)
{
	TRY(throttle_clear(tx, project_id, subject));
	return q_sign_in_throttle_undo(
	    tx->db,
	    &(struct q_sign_in_throttle_undo){ .project_id = project_id,
					       .subject_digest = address_digest(tx) },
	    NULL);
}

/* One UPDATE or, the first time, one INSERT decides who of several reports. */
static enum err
claim_report(struct tx *tx, const char *project_id, struct bytes digest, bool *ret_is_ours)
{
	uint64_t matched = 0;
	enum err e;

	TRY(q_sign_in_throttle_claim_report(tx->db,
					    &(struct q_sign_in_throttle_claim_report){
						.project_id = project_id,
						.subject_digest = digest,
						.reported_before = tx->now_ms - REPORT_EVERY_MS,
					    },
					    &matched));
	*ret_is_ours = matched == 1;
	if (matched == 1)
		return OK;
	e = q_sign_in_throttle_first_report(
	    tx->db,
	    &(struct q_sign_in_throttle_first_report){ .project_id = project_id,
						       .subject_digest = digest },
	    NULL);
	*ret_is_ours = e == OK;
	return e == ERR_DUPLICATE ? OK : e;
}

enum err
throttle_may_report(struct tx *tx, const char *project_id, const char *subject, bool *ret_may,
		    int64_t *ret_count)
{
	struct bytes digest = subject_digest(tx, subject);
	struct q_sign_in_throttle_get_row account = { .count = 0 };
	bool is_subjects_turn = false;
	bool is_address_turn = false;
	enum err e;

	TRY(claim_report(tx, project_id, digest, &is_subjects_turn));
	TRY(claim_report(tx, project_id, address_digest(tx), &is_address_turn));
	e = q_sign_in_throttle_get(tx->db,
				   &(struct q_sign_in_throttle_get){
				       .project_id = project_id,
				       .kind = KIND_ACCOUNT,
				       .subject_digest = digest,
				   },
				   &account);
	if (e != OK && e != ERR_NO_ROW)
		return e;
	*ret_may = is_subjects_turn && is_address_turn;
	*ret_count = account.count;
	return OK;
}

/* ---- codes to phones ---- */

static struct counted
phone_of(struct tx *tx, const char *phone)
{
	return (struct counted){
		.kind = KIND_PHONE,
		.subject = phone,
		.digest = subject_digest(tx, phone),
		.blocked_until_at = NONE,
	};
}

static enum err
read_phone(struct tx *tx, const char *project_id, struct counted *who, int64_t *ret_wait_ms)
{
	struct q_sign_in_throttle_get_row row;
	enum err e = q_sign_in_throttle_get(tx->db,
					    &(struct q_sign_in_throttle_get){
						.project_id = project_id,
						.kind = who->kind,
						.subject_digest = who->digest,
					    },
					    &row);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	if (e == OK) {
		who->count = row.count;
		who->blocked_until_at = row.blocked_until_at;
	}
	*ret_wait_ms = was_blocked(tx, who) ? who->blocked_until_at - tx->now_ms : 0;
	return OK;
}

enum err
throttle_phone_count(struct tx *tx, const char *project_id, const char *phone, int64_t *ret_wait_ms)
{
	struct counted who = phone_of(tx, phone);

	TRY(count_one(tx, project_id, &who, tx->now_ms - PHONE_WAIT_MS));
	TRY(read_phone(tx, project_id, &who, ret_wait_ms));
	if (*ret_wait_ms > 0 || who.count < PHONE_TRIES)
		return OK;
	return block_until(tx, project_id, &who, tx->now_ms + PHONE_WAIT_MS);
}

enum err
throttle_phone_wait(struct tx *tx, const char *project_id, const char *phone, int64_t *ret_wait_ms)
{
	struct counted who = phone_of(tx, phone);

	return read_phone(tx, project_id, &who, ret_wait_ms);
}

enum err
throttle_phone_clear(struct tx *tx, const char *project_id, const char *phone)
{
	return q_sign_in_throttle_clear_phone(tx->db,
					      &(struct q_sign_in_throttle_clear_phone){
						  .project_id = project_id,
						  .subject_digest = subject_digest(tx, phone),
					      },
					      NULL);
}
