/*
 * The caps of an organization's plan, read anew each time.
 */
#include "domain/caps.h"

#include "domain/features.h"
#include "domain/plans.h"

static const struct {
	const char *key, *things;
} CAPS[CAP_COUNT] = {
	[CAP_PROJECTS] = { "projects", "projects" },
	[CAP_MEMBERS] = { "members", "members" },
	[CAP_API_KEYS] = { "api_keys", "service keys" },
	[CAP_CLIENTS] = { "clients", "clients" },
	[CAP_LICENSES] = { "licenses", "licenses" },
};

static const char *const GATES[] = {
	[GATE_FLOATING_LICENSES] = "floating_licenses",
	[GATE_LICENSE_BULK] = "license_bulk",
	[GATE_TRUSTED_ISSUERS] = "trusted_issuers",
};

const struct field cap_fields[] = {
	OUT_STRING(struct cap, limit_key),
	OUT_INT(struct cap, limit, .flags = FIELD_NULLABLE, .description = "null: without limit"),
	OUT_INT(struct cap, used),
	FIELDS_END,
};

/*
 * What the plan says of a feature; open where it says nothing. A default counts only for who has a plan, for without one nothing is limited.
 */
static enum err
find_value(struct tx *tx, const char *org_id, const char *key, enum feature_type type, int64_t open, int64_t *ret)
{
	struct feature_value value;
	struct subject_plan plan;

	*ret = open;
	enum err e = feature_find(tx, tx->console_id, &(struct feature_subjects){ .user_id = org_id }, key, &value);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (feature_type_parse(value.type) != type)
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
find_limit(struct tx *tx, const char *org_id, enum cap_kind kind, int64_t *ret)
{
	return find_value(tx, org_id, CAPS[kind].key, FEATURE_LIMIT, FEATURE_UNLIMITED, ret);
}

static enum err
count_used(struct tx *tx, const char *org_id, enum cap_kind kind, int64_t *ret)
{
	struct q_cap_used_projects_row projects;
	struct q_cap_used_members_row members;
	struct q_cap_used_api_keys_row keys;
	struct q_cap_used_clients_row clients;
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
	case CAP_CLIENTS:
		TRY(q_cap_used_clients(tx->db, &(struct q_cap_used_clients){ .org_id = org_id, .console_id = tx->console_id }, &clients));
		*ret = clients.used;
		return OK;
	case CAP_LICENSES:
		TRY(q_cap_used_licenses(tx->db, &(struct q_cap_used_licenses){ .org_id = org_id }, &licenses));
		*ret = licenses.used;
		return OK;
	case CAP_COUNT: break;
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
	*ret = (struct cap){ .kind = kind, .limit_key = CAPS[kind].key, .limit = limit, .used = used };
	return ERR_PLAN_LIMIT_REACHED;
}

enum err
caps_read(struct tx *tx, const char *org_id, struct cap ret[CAP_COUNT])
{
	for (enum cap_kind kind = 0; kind < CAP_COUNT; kind++) {
		struct cap cap = { .kind = kind, .limit_key = CAPS[kind].key };

		TRY(find_limit(tx, org_id, kind, &cap.limit));
		TRY(count_used(tx, org_id, kind, &cap.used));
		ret[kind] = cap;
	}
	return OK;
}

const char *
cap_details(struct arena *arena, const struct cap *cap)
{
	struct buffer details = buffer_new(arena);

	fields_render(&details, cap_fields, cap, false);
	return buffer_string(&details);
}

const char *
cap_message(struct arena *arena, const struct cap *cap)
{
	return arena_printf(arena, "The organization's plan allows %lld %s, and there are %lld.", (long long)cap->limit,
			    CAPS[cap->kind].things, (long long)cap->used);
}

enum err
gate_check(struct tx *tx, const char *org_id, enum gate gate)
{
	int64_t is_open;

	TRY(find_value(tx, org_id, GATES[gate], FEATURE_BOOLEAN, true, &is_open));
	return is_open ? OK : ERR_UPGRADE_REQUIRED;
}

const char *
gate_details(struct arena *arena, enum gate gate)
{
	return arena_printf(arena, "{\"feature_key\":\"%s\"}", GATES[gate]);
}
