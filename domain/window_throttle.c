/*
 * Wrong tries counted in a window that begins with the first of them: second factors (ten an hour and account, over all kinds of
 * factors, users.md rule 20), and codes that devices show (five in ten minutes and session or address, oauth.md rule 25).
 */
#include <string.h>

#include "domain/throttle.h"
#include "lib/encode.h"
#include "lib/http.h"
#include "sql/gen/queries.h"

struct window {
	const char *kind;
	int64_t tries_max, length_ms;
};

static const struct window second_factors = { "factor", 10, HOUR_MS };
static const struct window device_codes = { "device", 5, 10 * MINUTE_MS };

/* Who tries; tries of one kind of subject never count for another's. */
struct subject {
	const char *text;
	struct bytes digest;
};

static struct subject
subject_of(struct tx *tx, const char *text)
{
	return (struct subject){ .text = text, .digest = sha256_bytes(tx->arena, text, strlen(text)) };
}

/* The address as limits count it (IPv6 /64). */
static struct subject
address_of(struct tx *tx)
{
	uint8_t bucket[16] = { 0 };

	if (tx->ip.len == sizeof(bucket))
		memcpy(bucket, tx->ip.data, sizeof(bucket));
	ip_to_bucket(bucket);
	return subject_of(tx, ip_format(tx->arena, (struct bytes){ bucket, sizeof(bucket) }));
}

/* From the last try on that may be, so that people see who waits. */
static enum err
block(struct tx *tx, const char *project_id, const struct window *window, const struct subject *who, int64_t until_at)
{
	return q_sign_in_throttle_block(tx->db,
					&(struct q_sign_in_throttle_block){
					    .blocked_until_at = until_at,
					    .project_id = project_id,
					    .kind = window->kind,
					    .subject_digest = who->digest,
					},
					NULL);
}

/* The row is written first and so locked until the try is judged: of many at once each sees what the others counted. */
static enum err
count(struct tx *tx, const char *project_id, const struct window *window, const struct subject *who, struct throttle_answer *ret)
{
	struct q_sign_in_throttle_window_row row;

	TRY(q_sign_in_throttle_count_window(tx->db,
					    &(struct q_sign_in_throttle_count_window){
						.project_id = project_id,
						.kind = window->kind,
						.subject_digest = who->digest,
						.subject = who->text,
						.window_since = tx->now_ms - window->length_ms,
					    },
					    NULL));
	TRY(q_sign_in_throttle_window(tx->db,
				      &(struct q_sign_in_throttle_window){
					  .project_id = project_id,
					  .kind = window->kind,
					  .subject_digest = who->digest,
				      },
				      &row));
	int64_t until_at = row.window_start_at + window->length_ms;
	*ret = (struct throttle_answer){
		.is_blocked = row.count > window->tries_max,
		.wait_ms = until_at - tx->now_ms,
	};
	return row.count < window->tries_max ? OK : block(tx, project_id, window, who, until_at);
}

static enum err
uncount(struct tx *tx, const char *project_id, const struct window *window, const struct subject *who)
{
	return q_sign_in_throttle_undo_window(tx->db,
					      &(struct q_sign_in_throttle_undo_window){
						  .project_id = project_id,
						  .kind = window->kind,
						  .subject_digest = who->digest,
					      },
					      NULL);
}

enum err
throttle_count_factor(struct tx *tx, const char *project_id, const char *user_id, struct throttle_answer *ret)
{
	struct subject who = subject_of(tx, user_id);

	return count(tx, project_id, &second_factors, &who, ret);
}

enum err
throttle_uncount_factor(struct tx *tx, const char *project_id, const char *user_id)
{
	struct subject who = subject_of(tx, user_id);

	return uncount(tx, project_id, &second_factors, &who);
}

enum err
throttle_count_device_code(struct tx *tx, const char *project_id, const char *session_id, struct throttle_answer *ret)
{
	struct subject session = subject_of(tx, session_id), address = address_of(tx);
	struct throttle_answer of_session, of_address;

	TRY(count(tx, project_id, &device_codes, &session, &of_session));
	TRY(count(tx, project_id, &device_codes, &address, &of_address));
	*ret = of_address.is_blocked ? of_address : of_session;
	return OK;
}

enum err
throttle_uncount_device_code(struct tx *tx, const char *project_id, const char *session_id)
{
	struct subject session = subject_of(tx, session_id), address = address_of(tx);

	TRY(uncount(tx, project_id, &device_codes, &session));
	return uncount(tx, project_id, &device_codes, &address);
}
