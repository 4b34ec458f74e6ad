/*
 * Failed sign-ins per account (or unknown identifier) and per address (users.md rule 13): a try is
 * counted and committed before the password is looked at, so that a hundred guesses at once count a
 * hundred.
 */
#ifndef GATEHOUSE_DOMAIN_THROTTLE_H
#define GATEHOUSE_DOMAIN_THROTTLE_H

#include "sql/tx.h"

/* Failures in a row after which a password is off until it is set anew. */
#define THROTTLE_LOCK_COUNT 100

struct throttle_answer {
	bool is_blocked;    /* don't look at the password */
	int64_t wait_ms;    /* until the next try makes sense */
	bool is_locked_now; /* by this very try */
};

/* How long to wait after so many failures in a row: nothing below 5, then 2, 4 … 900 s. */
int64_t throttle_wait_ms(int64_t count);

/*
 * Counts one try against both. subject: a user's id, or the e-mail key of somebody unknown. The
 * address is the transaction's, cut to what a limit counts (IPv6 /64). Commit it before looking.
 */
enum err throttle_count(struct tx *, const char *project_id, const char *subject,
			struct throttle_answer *ret) MUST_CHECK;
/* The try was right: the account's counter is cleared, the address's goes back by one. */
enum err throttle_succeed(struct tx *, const char *project_id, const char *subject) MUST_CHECK;
/*
 * Codes to a phone: five wrong ones, and the number waits fifteen minutes (users.md rule 15). *ret_wait_ms
 * 0: go on. Counting one try, to be committed before the code is looked at, or just asking.
 */
enum err throttle_phone_count(struct tx *, const char *project_id, const char *phone,
			      int64_t *ret_wait_ms) MUST_CHECK;
enum err throttle_phone_wait(struct tx *, const char *project_id, const char *phone,
			     int64_t *ret_wait_ms) MUST_CHECK;
enum err throttle_phone_clear(struct tx *, const char *project_id, const char *phone) MUST_CHECK;
/* The account's counter alone: the password is new. */
enum err throttle_clear(struct tx *, const char *project_id, const char *subject) MUST_CHECK;
/*
 * One try at a second factor, of ten an hour. Unlike the above it is judged in the same transaction: a wrong one ends in a refusal,
 * which commits the count; a right one is taken back by throttle_uncount_factor().
 */
enum err throttle_count_factor(struct tx *, const char *project_id, const char *user_id,
			       struct throttle_answer *ret) MUST_CHECK;
enum err throttle_uncount_factor(struct tx *, const char *project_id, const char *user_id) MUST_CHECK;
/* The same of a try at a device's code: of five in ten minutes, for the session and for the address. */
enum err throttle_count_device_code(struct tx *, const char *project_id, const char *session_id,
				    struct throttle_answer *ret) MUST_CHECK;
enum err throttle_uncount_device_code(struct tx *, const char *project_id, const char *session_id) MUST_CHECK;
/*
 * May a failure be reported now? At most one a minute per subject and per address; asking takes the
 * turn. *ret_count: failures so far.
 */
enum err throttle_may_report(struct tx *, const char *project_id, const char *subject,
			     bool *ret_may, int64_t *ret_count) MUST_CHECK;

#endif
