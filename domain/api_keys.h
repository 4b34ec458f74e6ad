/*
 * Minting keys and tokens: for the dashboard and for gatehousectl.
 */
#ifndef GATEHOUSE_DOMAIN_API_KEYS_H
#define GATEHOUSE_DOMAIN_API_KEYS_H

#include "sql/tx.h"

struct api_key_row;

/* What these fields may say; NULL at the end. */
extern const char *const api_key_kinds[];
extern const char *const api_key_statuses[];

/* struct api_key_row of queries.h. */
extern const struct field api_key_fields[];

struct api_key_mint {
	const char *org_id;
	bool is_service;
	const char *user_id;		/* of a personal token */
	const char *project_id;		/* of a pinned service key, else NULL */
	const char *environment;	/* of a service key: live, test */
	const char *name;
	const char *scopes;		/* of a service key, normalised; "" of a personal token */
	int64_t rate_limit_per_minute;	/* NONE: the family's */
	int64_t expires_at;		/* NONE: never */
	const char *created_by;
};

/*
 * Makes the key and records api_key.created; the caller has written the guard and counted. The secret is in the row, registered to be wiped.
 * event_project_id: the organization's default project, for keys that aren't pinned.
 */
enum err api_key_mint(struct tx *, const struct api_key_mint *, const char *event_project_id, struct api_key_row *ret) MUST_CHECK;

/* revoked, expired, retiring (rotated, in grace) or active. */
const char *api_key_status(const struct api_key_row *, int64_t now_ms);

/* An audit row and event of a key: in its project's chain when it is pinned. */
enum err api_key_record(struct tx *, enum event, const char *event_project_id, const struct api_key_row *before,
			const struct api_key_row *after) MUST_CHECK;

#endif
