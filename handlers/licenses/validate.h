/*
 * A question of a shipped program under way (licensing.md section 4): what it said, what is known, and what it will be told.
 */
#ifndef GATEHOUSE_HANDLERS_VALIDATE_H
#define GATEHOUSE_HANDLERS_VALIDATE_H

#include "domain/license_settings.h"
#include "fcgi/request.h"
#include "lib/license_answers.h"
#include "sys/countries.h"

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
		bool client_id, license_key, fingerprint, nonce, kid, label, activation_id, ttl_days;
	} has;
	const char *client_id, *license_key;
	const struct machine_input *fingerprint;
	const char *nonce, *kid, *label, *activation_id;
	int64_t ttl_days;
};

extern const struct field machine_input[];

/* Members of what is asked, of struct T. */
#define IN_MACHINE(T, flags_)                                                                                                \
	IN_OBJECT(T, fingerprint, machine_input, struct machine_input, .flags = flags_,                                      \
		  .description = "What the machine says of itself: one part at least")
#define IN_KID(T)                                                                                                            \
	IN_ID(T, kid, ID_LICENSE_SIGNING_KEY,                                                                                \
	      .description = "The key that the program has compiled in; when absent: the current one")
#define IN_LABEL(T) IN_STRING(T, label, .min = 1, .max = 128, .description = "What the machine's user calls it")
#define IN_TTL_DAYS(T)                                                                                                       \
	IN_INT(T, ttl_days, 1, LICENSE_FILE_DAYS_MAX,                                                                        \
	       .description = "How long the file holds, but never beyond the license; when absent: what the project's settings say")

struct validation {
	const struct request *rq;
	struct tx *tx;
	const struct validate_input *in;
	bool is_seller;			/* who sells asks for a machine elsewhere: the address that asks isn't the machine's */

	struct component_said said[COMPONENTS_SAID_MAX];
	size_t said_count;
	const char *key;		/* normalised; NULL: it can't be one */
	char country[COUNTRY_LEN + 1];	/* that the machine asks from */

	/* digested under the project's secrets */
	struct fingerprint machine;
	uint8_t machine_digest[LICENSE_DIGEST_LEN], key_digest[LICENSE_DIGEST_LEN], ip_digest[LICENSE_DIGEST_LEN];

	struct validation_row row;
	struct license_settings settings;

	/* the answer */
	enum license_code code;
	const char *activation_id;	/* NULL: the machine has no seat */
	int64_t lease_expires_at;	/* of a floating license, else NONE */
	const char *file_id;		/* NULL: no file was asked for, or it is refused */
	int64_t file_expires_at;
};

/* Reads what is asked and finds what is known of it. VERDICT_GO_ON, or how it ended. ERR_SIGNING_KEY_UNAVAILABLE. */
enum verdict validation_prepare(struct validation *);
/* What the program will be told. */
struct license_answer validation_answer(const struct validation *);

/* Does it count, as far as that doesn't depend on machines? LICENSE_VALID or LICENSE_IN_GRACE, or what stands against it. */
enum license_code validation_standing(const struct validation *, const char *status, int64_t ends_at, int64_t expires_at,
				      bool ip_locked, struct bytes ip_digest);

/* What is asked for; each sets the answer. A transaction that it began is committed by the reply. */
enum err validation_seat(struct validation *) MUST_CHECK;	/* finds the machine's seat, or takes one */
enum err validation_heartbeat(struct validation *) MUST_CHECK;	/* … and prolongs its lease */
enum err validation_release(struct validation *) MUST_CHECK;	/* gives a seat back */
enum err validation_file(struct validation *) MUST_CHECK;	/* a seat, and a file of it. ERR_FILE_LIMIT */

/* The same as validation_seat() in the caller's transaction, behind the license's guard: *ret_license is what the license is there. */
enum err validation_bind(struct validation *, struct license_row *ret_license) MUST_CHECK;

/* ---- files ---- */

/* What is kept of one that was handed out. */
struct license_file {
	const char *id, *license_id, *activation_id, *kid;
	int64_t expires_at, created_at;
};

extern const struct field license_file_fields[];

/* The form that a file has, whoever keeps it. */
struct signed_file {
	const char *format, *kid, *payload, *signature;
};

extern const struct field signed_file_fields[];
/*
 * Behind the guard of validation_bind(): a file for the machine that has the seat, or for any where the question names none. Recorded.
 * ERR_FILE_LIMIT.
 */
enum err validation_issue_file(struct validation *, const struct license_row *) MUST_CHECK;
/* Of the file that was issued. ERR_CRYPTO. */
enum err validation_sign_file(const struct validation *, struct signed_file *ret) MUST_CHECK;

#endif
