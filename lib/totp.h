/*
 * Time-based one-time codes (RFC 6238 over RFC 4226): SHA-1, six digits, steps of 30 seconds, as every authenticator app has them.
 */
#ifndef GATEHOUSE_LIB_TOTP_H
#define GATEHOUSE_LIB_TOTP_H

#include "lib/arena.h"
#include "lib/errors.h"

#define TOTP_SEED_LEN	20
#define TOTP_DIGITS	6
#define TOTP_STEP_MS	(30 * SECOND_MS)
/* Steps to either side that count, for clocks that are off. */
#define TOTP_STEPS_OFF	1

/* A new seed, registered with the arena to be wiped. */
enum err totp_make_seed(struct arena *, struct bytes *ret_seed) MUST_CHECK;
int64_t totp_step_at(int64_t at_ms);
/* The code of a step, NUL-terminated (RFC 4226 section 5.3). */
enum err totp_code(struct bytes seed, int64_t step, char ret_code[TOTP_DIGITS + 1]) MUST_CHECK;
/*
 * Which step around now_ms the typed code belongs to; spaces in it are ignored. All steps are computed and compared in constant time.
 * ERR_INVALID_CODE for none. Whether the step was used before is the caller's to ask (section 5.2).
 */
enum err totp_match(struct bytes seed, int64_t now_ms, const char *typed, int64_t *ret_step) MUST_CHECK;

/* RFC 4648 section 6, without padding. The text is registered with the arena to be wiped. */
const char *totp_seed_text(struct arena *, struct bytes seed) RETURNS_NONNULL;
/* otpauth://totp/Issuer:account?secret=…&issuer=…: what the QR code says. Registered to be wiped. */
const char *totp_uri(struct arena *, const char *issuer, const char *account, struct bytes seed) RETURNS_NONNULL;

#endif
