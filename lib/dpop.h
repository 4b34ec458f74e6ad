/*
 * Proofs of possession (RFC 9449): whoever sends a token shows that they hold a key, by signing what they ask and when. Pure: the caller
 * names the request, tells the time, and sees to it that each proof is used once.
 */
#ifndef GATEHOUSE_LIB_DPOP_H
#define GATEHOUSE_LIB_DPOP_H

#include "lib/keyring.h"

#define DPOP_ALGORITHMS "ES256 EdDSA RS256 PS256"

/* How far the proof's clock may be from ours, either way. */
#define DPOP_WINDOW_MS (60 * SECOND_MS)
/* So long a proof can come again, and must be remembered. */
#define DPOP_MEMORY_MS (3 * DPOP_WINDOW_MS)

/* The request that a proof is for. */
struct dpop_expected {
	const char *method;		/* "POST" */
	const char *url;		/* as we call it ourselves, without query and fragment */
	const char *access_token;	/* that comes with it; NULL: none does */
	int64_t now_ms;
};

/* What a good proof says; texts are the arena's. */
struct dpop_proof {
	const char *thumbprint;		/* of its key (RFC 7638): cnf.jkt of the tokens that are bound to it */
	const char *nonce;		/* NULL: none */
	struct bytes digest;		/* of its jti with its key: the same again is a replay */
};

/*
 * NULL when the proof fits the request (RFC 9449 section 4.3 but for the nonce and the replay), else the name of what doesn't: jws, typ,
 * jwk, signature, jti, htm, htu, iat, ath.
 */
const char *dpop_problem(struct arena *, const char *proof, const struct dpop_expected *, struct dpop_proof *ret);

/* Is it what a thumbprint looks like: 43 characters of base64url? */
bool dpop_thumbprint_is_valid(const char *text);

/*
 * A nonce is a MAC over the project and a step of five minutes: nothing is kept, and nobody else can make one. Good are the present step's
 * and the one's before. ERR_CRYPTO.
 */
#define DPOP_NONCE_STEP_MS (5 * MINUTE_MS)
enum err dpop_nonce_make(const struct keyring *, struct arena *, const char *project_id, int64_t now_ms, const char **ret_nonce) MUST_CHECK;
enum err dpop_nonce_check(const struct keyring *, struct arena *, const char *project_id, int64_t now_ms, const char *nonce,
			  bool *ret_is_good) MUST_CHECK;

#endif
