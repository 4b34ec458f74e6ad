/*
 * What a machine says of itself, and whether it is one that is known already (licensing.md rules 2 to 4). Parts are kept as
 * HMAC-SHA-256 cut to 16 octets under a project's own key, so that nobody learns a serial number from the database.
 */
#ifndef GATEHOUSE_LIB_FINGERPRINTS_H
#define GATEHOUSE_LIB_FINGERPRINTS_H

#include "lib/license_keys.h"

/* In the order of their names. */
enum component {
	COMPONENT_BIOS,
	COMPONENT_CPU,
	COMPONENT_DISK,
	COMPONENT_GPU,
	COMPONENT_MAC,	/* the only one of which a machine may have several */
	COMPONENT_MOTHERBOARD,
	COMPONENT_UUID,
	COMPONENT_COUNT
};

extern const char *const component_names[];	/* ended by NULL */
/* COMPONENT_COUNT for an unknown name. */
enum component component_parse(const char *name);

#define COMPONENT_OCTETS 16
#define COMPONENT_VALUES_MAX 16
#define COMPONENT_VALUE_MAX  256	/* octets */

#define COMPONENTS_SAID_MAX (COMPONENT_COUNT - 1 + COMPONENT_VALUES_MAX)

/* One part, as it is compared. */
struct component_said {
	enum component component;
	const char *value;	/* normalised */
};

struct component_digests {
	size_t count;	/* 0: the machine didn't say */
	uint8_t items[COMPONENT_VALUES_MAX][COMPONENT_OCTETS];	/* sorted, no two alike */
};

struct fingerprint {
	struct component_digests of[COMPONENT_COUNT];
};

enum component_value { COMPONENT_SAID, COMPONENT_ABSENT, COMPONENT_MALFORMED };

/*
 * The form in which values are compared: trimmed, in lower case, each run of blanks one space; a MAC address as 12 hexadecimal digits.
 * Absent is what firmware says when it has nothing to say: empty, "none", "unknown", "default string", "to be filled by o.e.m.", nothing
 * but 0, nothing but f. Malformed is a MAC address that isn't one.
 */
enum component_value component_normalise(struct arena *, enum component, const char *said, const char **ret_value);
/* Adds a normalised value; one that is there already changes nothing. ERR_CRYPTO; ERR_VALIDATION_FAILED for more than fit. */
enum err fingerprint_add(struct fingerprint *, const struct license_secrets *, enum component, const char *value) MUST_CHECK;

/* How many components it has. */
size_t fingerprint_count(const struct fingerprint *);
/* Their names, in order, in the arena. */
struct strings fingerprint_names(struct arena *, const struct fingerprint *);
/* One digest of all components: equal for two fingerprints that say exactly the same. ERR_CRYPTO. */
enum err fingerprint_digest(const struct fingerprint *, const struct license_secrets *,
			    uint8_t ret_digest[LICENSE_DIGEST_LEN]) MUST_CHECK;

/* As it is stored: {"disk":["9832…"],"mac":["4d27…","…"]}. */
const char *fingerprint_text(struct arena *, const struct fingerprint *) RETURNS_NONNULL;
/* False for anything that fingerprint_text() doesn't write. */
bool fingerprint_parse(struct arena *, const char *text, struct fingerprint *ret);

/*
 * An address, of which a license can be bound to one: IPv4 whole, IPv6 by its /64. The hint shows the first two parts: "203.0.*.*".
 * ERR_CRYPTO.
 */
enum err address_digest(const struct license_secrets *, const uint8_t ip[16], uint8_t ret_digest[LICENSE_DIGEST_LEN]) MUST_CHECK;
const char *address_hint(struct arena *, const uint8_t ip[16]) RETURNS_NONNULL;

struct match_rules {
	int64_t threshold;		/* per cent of the stored weight, 1 to 100 */
	int64_t min_matches;		/* components, 1 to 7 */
	int64_t weights[COMPONENT_COUNT]; /* 0 to 10 */
};

#define NO_MATCH (-1)
#define FULL_MATCH 1000000
/* How well the machine that spoke fits a stored one: NO_MATCH, or millionths of the stored weight. */
int64_t fingerprint_match(const struct fingerprint *stored, const struct fingerprint *said, const struct match_rules *);

#endif
