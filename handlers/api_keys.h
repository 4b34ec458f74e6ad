/*
 * What the two files of /api/v1/api_keys share: who may, and how a row is shown.
 */
#ifndef GATEHOUSE_HANDLERS_API_KEYS_H
#define GATEHOUSE_HANDLERS_API_KEYS_H

#include "domain/api_keys.h"
#include "fcgi/request.h"
#include "sql/gen/queries.h"

#define API_KEY_LIFETIME_MAX_MS (3653 * DAY_MS)	/* ten years */

/* The row as the caller may see it; what they may not see is ERR_NOT_FOUND. */
enum err api_key_find(const struct request *, struct tx *, const char *id, struct api_key_row *ret) MUST_CHECK;
/* The same for a change: the organization's guard first, so that what is judged is what is written. */
enum err api_key_find_to_change(const struct request *, struct tx *, const char *id, struct api_key_row *ret) MUST_CHECK;
/* May the caller change or rotate it? Their own token, or api_key.write where the key works; ERR_FORBIDDEN. */
enum err api_key_check_write(const struct request *, const struct api_key_row *) MUST_CHECK;
/* The caller's role where a key of this project (NULL: unpinned) works. */
enum role api_key_role(const struct request *, const char *project_id, const char *override_role);
/* VERDICT_GO_ON, or what is wrong with an expiry. */
enum verdict api_key_check_expiry(const struct request *, int64_t expires_at);
enum verdict api_key_check_rate_limit(const struct request *, int64_t per_minute);

/* POST /api_keys and POST /api_keys/{id}/rotate; in api_key_mint.c. */
struct api_key_create_input {
	struct {
		bool kind, name, expires_at, project_id, environment, scopes, rate_limit_per_minute;
	} has;
	const char *kind;
	const char *name;
	int64_t expires_at;
	const char *project_id;
	const char *environment;
	struct strings scopes;
	int64_t rate_limit_per_minute;
};

struct api_key_rotate_input {
	struct {
		bool id, grace_s, expires_at;
	} has;
	const char *id;
	int64_t grace_s;
	int64_t expires_at;
};

enum verdict api_key_create(const struct request *, struct tx *);
enum verdict api_key_rotate(const struct request *, struct tx *);

#endif
