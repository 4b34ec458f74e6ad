/*
 * Audit events as they are shown and exported: one view for the API, files and gatehousectl.
 */
#ifndef GATEHOUSE_DOMAIN_AUDIT_EXPORT_H
#define GATEHOUSE_DOMAIN_AUDIT_EXPORT_H

#include "lib/fields.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

struct audit_actor {
	const char *kind;
	const char *id;
	const char *label;
};

struct audit_target {
	const char *type;
	const char *id;
	const char *label;
};

struct audit_view {
	const char *id;
	int64_t seq;
	const char *chain;
	const char *workspace_id;
	const char *action;
	const struct audit_actor *actor;
	const struct audit_target *target;
	const char *result;
	const char *changes;
	const char *ip;
	const char *user_agent;
	const char *request_id;
	int64_t occurred_at;
	const char *hash;
};

extern const struct field audit_fields[];

struct audit_view audit_view_of(struct arena *, const struct audit_event_row *);

enum audit_format { AUDIT_CSV, AUDIT_JSONL };

/* What those are called, in their order; NULL-terminated. */
extern const char *const audit_format_names[];

/* NULL and NONE: whatever it is. */
struct audit_filter {
	const char *chain_id;
	const char *action, *actor_id, *target_id;
	int64_t from_at, to_at;
};

enum err audit_count(struct tx *, const struct audit_filter *, int64_t *ret_rows) MUST_CHECK;

/* How far an export has come: begin with zeros. */
struct audit_export {
	char after_id[ID_SIZE];
	int64_t rows;
	bool is_done;
};

/*
 * Appends the next rows, oldest first, at most AUDIT_EXPORT_PAGE_ROWS of them; CSV begins with its header. Rows are read into the
 * database's arena, which the caller may rewind between two pages.
 */
#define AUDIT_EXPORT_PAGE_ROWS 50
enum err audit_export_page(struct tx *, const struct audit_filter *, enum audit_format, struct audit_export *,
			   struct buffer *) MUST_CHECK;

#endif
