/*
 * How a project's licenses are validated, and what they rest on: its secret and the keys that sign answers (licensing.md section 2).
 */
#ifndef GATEHOUSE_DOMAIN_LICENSE_SETTINGS_H
#define GATEHOUSE_DOMAIN_LICENSE_SETTINGS_H

#include "lib/fingerprints.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

#define LICENSE_FILE_DAYS_MAX 3650

/* How much each part of a machine counts, 0 to 10. */
struct component_weights {
	int64_t bios, cpu, disk, gpu, mac, motherboard, uuid;
};

struct license_settings {
	int64_t match_threshold;	/* per cent */
	int64_t min_matches;
	const struct component_weights *weights;
	struct strings required_components;
	bool require_nonce;
	int64_t offline_ttl_s;		/* how long an answer holds without another one */
	int64_t record_window_s;	/* a machine is recorded once a window */
	int64_t releases_per_30d;	/* of a license, by those who use it */
	int64_t file_ttl_days;
	bool custom_keys;
};

extern const struct field license_settings_fields[];

/* From the stored text; what isn't there, and NULL, has its default. Never fails. */
struct license_settings license_settings_parse(struct arena *, const char *doc);
/* Does any part of a machine weigh something? */
bool license_settings_tell_apart(const struct license_settings *);
struct match_rules license_settings_match_rules(const struct license_settings *);

/* The stored row; one without a version when there is none. */
enum err license_settings_read(struct tx *, const char *project_id, struct license_settings_row *ret) MUST_CHECK;
/*
 * The same for who is about to write: made when there is none, and written first, so that of two writers the second reads what the first
 * wrote. The version is the one before.
 */
enum err license_settings_lock(struct tx *, const char *project_id, struct license_settings_row *ret) MUST_CHECK;

/* The project's secrets out of its row. ERR_CRYPTO. */
enum err license_secrets_open(const struct keyring *, struct arena *, const char *project_id, struct bytes sealed,
			      const struct license_secrets **ret) MUST_CHECK;
/* … made in the caller's transaction when there are none; two at once make one. */
enum err license_secrets_ensure(struct tx *, const char *project_id, const struct license_secrets **ret) MUST_CHECK;

struct seal_place license_signing_key_place(const char *project_id, const char *key_id);
/*
 * Gives the project a key that signs if it has none, in the caller's transaction, or one of its own where the caller has none. Two at once
 * make one. Records it.
 */
enum err license_signing_key_ensure(struct tx *, const char *org_id, const char *project_id) MUST_CHECK;
/* A new key signs from now on; the old one only for programs that ask for it. Records it. */
enum err license_signing_key_rotate(struct tx *, const char *org_id, const char *project_id, const char **ret_key_id) MUST_CHECK;

#endif
