/*
 * A question of a shipped program under way (licensing.md section 4): what it said, what is known, and what it will be told.
 */
#ifndef GATEHOUSE_HANDLERS_VALIDATE_H
#define GATEHOUSE_HANDLERS_VALIDATE_H

#include "domain/license_settings.h"
#include "fcgi/request.h"
#include "lib/license_answers.h"

/* A local database of addresses isn't part of the house yet. */
#define COUNTRY_UNKNOWN "ZZ"

struct machine_input {
	struct {
		bool bios, cpu, disk, gpu, mac, motherboard, uuid, ip;
	} has;
	const char *bios, *cpu, *disk, *gpu;
	struct strings mac;
	const char *motherboard, *uuid, *ip;
};

struct validate_input {
	struct {
		bool client_id, license_key, fingerprint, nonce, kid, label, activation_id;
	} has;
	const char *client_id, *license_key;
	const struct machine_input *fingerprint;
	const char *nonce, *kid, *label, *activation_id;
};

#define COMPONENTS_SAID_MAX (COMPONENT_COUNT - 1 + COMPONENT_VALUES_MAX)

struct component_said {
	enum component component;
	const char *value;	/* normalised */
};

struct validation {
	const struct request *rq;
	struct tx *tx;
	const struct validate_input *in;

	struct component_said said[COMPONENTS_SAID_MAX];
	size_t said_count;
	const char *key;		/* normalised; NULL: it can't be one */

	/* digested under the project's secrets */
	struct fingerprint machine;
	uint8_t machine_digest[LICENSE_DIGEST_LEN], key_digest[LICENSE_DIGEST_LEN], ip_digest[LICENSE_DIGEST_LEN];

	struct validation_row row;
	struct license_settings settings;

	/* the answer */
	enum license_code code;
	const char *activation_id;	/* NULL: the machine has no seat */
	int64_t lease_expires_at;	/* of a floating license, else NONE */
};

/* Does it count, as far as that doesn't depend on machines? LICENSE_VALID or LICENSE_IN_GRACE, or what stands against it. */
enum license_code validation_standing(const struct validation *, const char *status, int64_t ends_at, int64_t expires_at,
				      bool ip_locked, struct bytes ip_digest);

/* What is asked for; each sets the answer. A transaction that it began is committed by the reply. */
enum err validation_seat(struct validation *) MUST_CHECK;	/* finds the machine's seat, or takes one */
enum err validation_heartbeat(struct validation *) MUST_CHECK;	/* … and prolongs its lease */
enum err validation_release(struct validation *) MUST_CHECK;	/* gives a seat back */

#endif
