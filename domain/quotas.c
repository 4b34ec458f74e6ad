/*
 * What is used of a built-in meter beside what may be: the project's own limit, then what the organization's plan includes.
 */
#include "domain/quotas.h"

#include "domain/usage.h"
#include "lib/encode.h"
#include "lib/meters.h"

/* The limit that is reached. */
struct quota {
	struct usage_place place;
	struct usage_state state;
	int64_t warned;
};

static enum err
find(struct tx *tx, const char *project_id, const char *meter_key, int64_t period_at, struct quota_row *ret)
{
	return q_quota_find(tx->db, &(struct q_quota_find){ .meter_key = meter_key, .period_at = period_at, .project_id = project_id }, ret);
}

static bool
is_reached(int64_t used, int64_t limit)
{
	return limit != NONE && (used == NONE ? 0 : used) >= limit;
}

/* False: there is room. */
static bool
find_full(struct arena *arena, const char *project_id, const char *meter_key, int64_t period_at, const struct quota_row *row, struct quota *ret)
{
	struct meter_terms terms = { .included = NONE };
	bool is_of_project = is_reached(row->project_used, row->limit_value);

	if (!is_of_project && (!meter_terms_find(arena, row->org_meters, meter_key, &terms) || terms.unit != 0 ||
			       !is_reached(row->org_used, terms.included)))
		return false;
	int64_t used = is_of_project ? row->project_used : row->org_used;
	enum usage_scope scope = is_of_project ? USAGE_PROJECT : USAGE_ORG;
	*ret = (struct quota){
		.place = { .scope = scope, .org_id = row->org_id, .project_id = project_id, .meter_key = meter_key },
		.state = {
			.meter_key = meter_key,
			.scope = usage_scopes[scope],
			.percent = PERCENT_REFUSED,
			.limit = is_of_project ? row->limit_value : terms.included,
			.used = used == NONE ? 0 : used,
			.resets_at = time_add_months(period_at, 1),
		},
		.warned = is_of_project ? row->project_warned : row->org_warned,
	};
	return true;
}

struct telling {
	struct tx *tx;
	const struct quota *quota;
};

/*
 * The job that tells of thresholds may not have come yet, and what is exceeded was reached before. Where nothing was used, of a limit of 0, there
 * is no row to hold, and nothing is told.
 */
static enum err
tell(void *context)
{
	const struct telling *telling = context;
	const struct quota *quota = telling->quota;
	struct usage_state reached = quota->state;

	reached.percent = usage_percent_passed(reached.used, reached.limit);
	TRY(usage_tell(telling->tx, EV_USAGE_THRESHOLD, &quota->place, &reached));
	return usage_tell(telling->tx, EV_QUOTA_EXCEEDED, &quota->place, &quota->state);
}

enum err
gatehouse_quota_check(struct tx *tx, const char *project_id, const char *meter_key, const char **ret_details)
{
	int64_t period_at = time_month_start(tx->now_ms);
	struct buffer details = buffer_new(tx->arena);
	struct quota_row row;
	struct quota quota;

	TRY(find(tx, project_id, meter_key, period_at, &row));
	if (!find_full(tx->arena, project_id, meter_key, period_at, &row, &quota))
		return OK;
	if (quota.warned != NONE && quota.warned < PERCENT_REFUSED)
		TRY(db_transact(tx->db, TX_WRITE, tell, &(struct telling){ tx, &quota }));
	fields_render(&details, usage_refusal_fields, &quota.state, false);
	*ret_details = buffer_string(&details);
	return ERR_QUOTA_EXCEEDED;
}

enum err
gatehouse_quota_note(struct tx *tx, const char *project_id, const char *meter_key)
{
	int64_t period_at = time_month_start(tx->now_ms);
	struct quota_row row;
	struct quota quota;

	enum err e = find(tx, project_id, meter_key, period_at, &row);
	if (e == ERR_NO_ROW)
		return OK;	/* counted for a project that is gone */
	TRY(e);
	if (!find_full(tx->arena, project_id, meter_key, period_at, &row, &quota))
		return OK;
	if (quota.place.scope == USAGE_ORG)
		return q_quota_note_org(tx->db, &(struct q_quota_note_org){ .until = quota.state.resets_at, .org_id = row.org_id }, NULL);
	return q_quota_note_project(tx->db, &(struct q_quota_note_project){ .until = quota.state.resets_at, .project_id = project_id }, NULL);
}
