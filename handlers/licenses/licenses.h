/*
 * What the routes of licenses share.
 */
#ifndef GATEHOUSE_HANDLERS_LICENSES_H
#define GATEHOUSE_HANDLERS_LICENSES_H

#include "domain/licenses.h"
#include "fcgi/request.h"
#include "lib/metadata.h"
#include "lib/text.h"

struct license_path {
	struct {
		bool id;
	} has;
	const char *id;
};

extern const struct field license_path[];

/* ---- making one ---- */

struct license_input {
	struct {
		bool id, key, product_name, mode, max_activations, expires_at, grace_days, ip_locked, lease_ttl_s, plan_key, user_id, metadata, notes;
	} has;
	const char *id, *key, *product_name, *mode;
	int64_t max_activations, expires_at, grace_days;
	bool ip_locked;
	int64_t lease_ttl_s;
	const char *plan_key, *user_id, *metadata, *notes;
};

#define LICENSE_SETTINGS                                                                                                     \
	IN_INT(struct license_input, max_activations, 1, LICENSE_SEATS_MAX,                                                  \
	       .description = "Machines, 1 when absent; of a floating license those at once"),                               \
	    IN_TIME(struct license_input, expires_at, .flags = FIELD_NULLABLE, .description = "null: never"),                \
	    IN_INT(struct license_input, grace_days, 0, LICENSE_GRACE_DAYS_MAX, .description = "0 when absent"),             \
	    IN_BOOL(struct license_input, ip_locked, .description = "Bound to the address of its first machine"),            \
	    IN_INT(struct license_input, lease_ttl_s, LICENSE_LEASE_MIN_S, DAY_MS / SECOND_MS,                               \
		   .description = "900 when absent"),                                                                        \
	    IN_STRING(struct license_input, plan_key, .min = 1, .max = 64, .check = ascii_check, .flags = FIELD_NULLABLE,    \
		      .description = "The plan whose features programs are told"),                                           \
	    IN_ID(struct license_input, user_id, ID_USER, .flags = FIELD_NULLABLE, .description = "Who holds it"),           \
	    IN_JSON(struct license_input, metadata, .max = METADATA_BYTES_MAX, .check = json_object_check,                   \
		    .description = "Up to 64 texts, numbers and yes or no. A change is merged in; null takes a member out"),  \
	    IN_STRING(struct license_input, notes, .min = 1, .max = 1000, .flags = FIELD_NULLABLE | FIELD_LINE_BREAKS)
/* All that a new one may say but its key. */
#define LICENSE_NEW                                                                                                          \
	IN_STRING(struct license_input, product_name, .min = 1, .max = 255, .flags = FIELD_REQUIRED),                        \
	    IN_ENUM(struct license_input, mode, license_modes, .description = "node_locked when absent; never changes"),     \
	    LICENSE_SETTINGS

extern const struct field license_template_input[];

/* What the database knows better than who asks: begins as it is stored, and is changed where the input says so. */
struct license_known {
	const char *metadata;
	const char *plan_id;	/* NULL: of no plan */
};

/* Is what it says fit for this project? prefix: of the fields' names. */
enum verdict license_check(const struct request *, struct tx *, const struct license_input *, const char *prefix,
			   struct license_known *known);
/* After the guard: does the organization's plan have room for so many more, and does it include what they are? */
enum verdict license_check_plan(const struct request *, struct tx *, bool is_floating, int64_t more);
/* Does it include making many at once? */
enum verdict license_check_bulk(const struct request *, struct tx *);
/* Made and recorded. ERR_KEY_EXISTS. */
enum err license_make(const struct request *, struct tx *, const struct license_input *, const char *key,
		      const struct license_known *, struct license *ret) MUST_CHECK;

/* ---- finding ---- */

struct license_query {
	struct {
		bool search, status, plan_key, user_id, cursor;
	} has;
	const char *search, *status, *plan_key, *user_id;
	const char *cursor;	/* of the export alone */
};

#define LICENSE_QUERY                                                                                                        \
	IN_STRING(struct license_query, search, .in = IN_QUERY, .min = 2, .max = 255,                                        \
		  .description = "A whole key, a key's last four characters, or part of the product's name"),                \
	    IN_ENUM(struct license_query, status, license_statuses, .in = IN_QUERY),                                         \
	    IN_STRING(struct license_query, plan_key, .in = IN_QUERY, .min = 1, .max = 64, .check = ascii_check),            \
	    IN_ID(struct license_query, user_id, ID_USER, .in = IN_QUERY, .description = "Who holds them")

struct license_filter {
	const char *status, *user_id;
	const char *plan_id;		/* "" for a plan that isn't there */
	const char *product, *last4;	/* product: a LIKE pattern */
	struct bytes key_digest;	/* data NULL: what is searched for can't be a key */
};

enum err license_filter_read(const struct request *, struct tx *, const struct license_query *, struct license_filter *ret) MUST_CHECK;
/* The newest first, those behind after_id (NULL: from the start). */
enum err license_find(struct tx *, const char *project_id, const struct license_filter *, const char *after_id, int64_t limit,
		      struct license_row **ret_rows, size_t *ret_count) MUST_CHECK;
enum err license_count(struct tx *, const char *project_id, const struct license_filter *, int64_t *ret_total) MUST_CHECK;

/* May the caller see keys? (a writer's right) */
bool license_shows_keys(const struct request *);
enum verdict license_show(const struct request *, unsigned status, const struct license *);
/* The license's row is written first, behind the caller's guard: of two who change it the second reads what the first wrote. ERR_NOT_FOUND. */
enum err license_lock(const struct request *, struct tx *, const char *id, struct license *ret) MUST_CHECK;

#endif
