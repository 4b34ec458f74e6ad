/*
 * Licenses as their makers see them, and their machines (licensing.md section 2).
 */
#ifndef GATEHOUSE_DOMAIN_LICENSES_H
#define GATEHOUSE_DOMAIN_LICENSES_H

#include "lib/fields.h"
#include "lib/license_keys.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

#define LICENSE_GRACE_DAYS_MAX 365
#define LICENSE_SEATS_MAX      100
#define LICENSE_LEASE_MIN_S     60
#define LICENSE_LEASE_DEFAULT_S 900
#define LICENSE_METADATA_MEMBERS_MAX 64

/* active, suspended, revoked, expired; ended by NULL. */
extern const char *const license_statuses[];
/* node_locked, floating */
extern const char *const license_modes[];
/* NULL is node_locked. */
bool license_is_floating(const char *mode);

struct license {
	const char *id;
	const char *key;	/* NULL: the reader mustn't see it */
	const char *key_hint, *product_name, *status, *mode;
	int64_t max_activations, current_activations;
	int64_t time_left;	/* seconds; NONE: no end */
	int64_t expires_at, grace_days;
	bool ip_locked;
	const char *ip_hint;	/* NULL: the lock is open, or there is none */
	int64_t lease_ttl_s;
	const char *plan_id, *plan_key;	/* NULL: of no plan */
	const char *user_id;
	const char *metadata, *notes;
	int64_t version, created_at, updated_at;
};

extern const struct field license_fields[];
/* What audit rows and events show: neither key nor notes. */
extern const struct field license_record_fields[];

struct seal_place license_key_place(const char *project_id, const char *license_id);
/* A row as it is shown. with_key: ERR_CRYPTO when the key doesn't open. */
enum err license_of_row(struct tx *, const char *project_id, const struct license_row *, bool with_key, struct license *ret) MUST_CHECK;
/* ERR_NO_ROW. */
enum err license_read(struct tx *, const char *project_id, const char *id, bool with_key, struct license *ret) MUST_CHECK;
/* One that is about to be made. */
struct license_new {
	const char *key;	/* normalised */
	const char *product_name, *status, *mode;
	int64_t max_activations, expires_at, grace_days;
	bool ip_locked;
	int64_t lease_ttl_s;
	const char *plan_id, *user_id;
	const char *metadata, *notes;
};

/* Under the project's secrets. ERR_KEY_EXISTS. */
enum err license_insert(struct tx *, const char *project_id, const struct license_secrets *, const struct license_new *,
			const char **ret_id) MUST_CHECK;
/* When it stops counting: its end and the days of grace; NONE for none. */
int64_t license_ends_at(int64_t expires_at, int64_t grace_days);

/* Records it with the license as it was and is; either may be NULL. */
enum err license_record(struct tx *, enum event, const char *org_id, const char *project_id, const struct license *before,
			const struct license *after) MUST_CHECK;

struct activation {
	const char *id, *license_id;
	int64_t seat;
	const char *label;
	struct strings components;	/* names */
	const char *country;
	int64_t last_seen_at, lease_expires_at, created_at;
};

extern const struct field activation_fields[];
/* The next page: up to limit machines with a seat, the newest first, behind after_id (NULL: from the start). */
enum err activation_page(struct tx *, const char *project_id, const char *license_id, const char *after_id, int64_t limit,
			 struct activation **ret, size_t *ret_count) MUST_CHECK;

/* Records what became of a machine; the event's data are the license's. */
enum err activation_record(struct tx *, enum event event, const char *org_id, const char *project_id, const struct license *,
			   const char *activation_id) MUST_CHECK;

#endif
