/*
 * The caps of an organization's plan, read anew each time.
 */
#include "domain/caps.h"

#include "domain/features.h"
#include "domain/plans.h"

static const char *const KEYS[] = {
	[CAP_PROJECTS] = "projects", [CAP_MEMBERS] = "members", [CAP_API_KEYS] = "api_keys", [CAP_LICENSES] = "licenses",
};
static const char *const THINGS[] = {
	[CAP_PROJECTS] = "projects", [CAP_MEMBERS] = "members", [CAP_API_KEYS] = "service keys", [CAP_LICENSES] = "licenses",
};

/* *ret FEATURE_UNLIMITED: none. A default counts only for who has a plan, for without one nothing is limited. */
static enum err
find_limit(struct tx *tx, const char *org_id, enum cap_kind kind, int64_t *ret)
{
	struct feature_value value;
	struct subject_plan plan;

	*ret = FEATURE_UNLIMITED;
	enum err e = feature_find(tx, tx->console_id, &(struct feature_subjects){ .user_id = org_id }, KEYS[kind], &value);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (feature_type_parse(value.type) != FEATURE_LIMIT)
		return OK;
	if (value.choice.source == FEATURE_FROM_DEFAULT) {
		TRY(plan_of_subject(tx, tx->console_id, org_id, &plan));
		if (plan.effective == NULL)
			return OK;
	}
	*ret = value.choice.value;
	return OK;
}

static enum err
count_used(struct tx *tx, const char *org_id, enum cap_kind kind, int64_t *ret)
{
	struct q_cap_used_projects_row projects;
	struct q_cap_used_members_row members;
	struct q_cap_used_api_keys_row keys;
	struct q_cap_used_licenses_row licenses;

	switch (kind) {
	case CAP_PROJECTS:
		TRY(q_cap_used_projects(tx->db, &(struct q_cap_used_projects){ .org_id = org_id, .console_id = tx->console_id }, &projects));
		*ret = projects.used;
		return OK;
	case CAP_MEMBERS:
		TRY(q_cap_used_members(tx->db, &(struct q_cap_used_members){ .org_id = org_id }, &members));
		*ret = members.used;
		return OK;
	case CAP_API_KEYS:
		TRY(q_cap_used_api_keys(tx->db, &(struct q_cap_used_api_keys){ .org_id = org_id }, &keys));
		*ret = keys.used;
		return OK;
	case CAP_LICENSES:
		TRY(q_cap_used_licenses(tx->db, &(struct q_cap_used_licenses){ .org_id = org_id }, &licenses));
		*ret = licenses.used;
		return OK;
	}
	return ERR_INTERNAL;
}

enum err
cap_check(struct tx *tx, const char *org_id, enum cap_kind kind, int64_t more, struct cap *ret)
{
	int64_t limit, used;

	TRY(find_limit(tx, org_id, kind, &limit));
	if (limit == FEATURE_UNLIMITED)
		return OK;
	TRY(count_used(tx, org_id, kind, &used));
	if (used + more <= limit)
		return OK;
	*ret = (struct cap){ .kind = kind, .limit = limit, .used = used };
	return ERR_PLAN_LIMIT_REACHED;
}

const char *
cap_details(struct arena *arena, const struct cap *cap)
{
	return arena_printf(arena, "{\"limit_key\":\"%s\",\"limit\":%lld,\"used\":%lld}", KEYS[cap->kind], (long long)cap->limit,
			    (long long)cap->used);
}

const char *
cap_message(struct arena *arena, const struct cap *cap)
{
	return arena_printf(arena, "The organization's plan allows %lld %s, and there are %lld.", (long long)cap->limit, THINGS[cap->kind],
			    (long long)cap->used);
}
