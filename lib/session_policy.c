/*
 * Session policies out of the stored sign-in settings, and what they say about a session.
 */
#include "lib/session_policy.h"

#include <string.h>

#include "lib/json.h"
#include "lib/lifetimes.h"

static void
take_seconds(const struct json *object, const char *name, int64_t max_s, int64_t *value_ms)
{
	const struct json *member = json_member(object, name);

	if (member != NULL && member->type == JSON_INT && member->integer >= 300 &&
	    member->integer <= max_s)
		*value_ms = member->integer * SECOND_MS;
}

struct session_policy
session_policy_parse(struct arena *arena, const char *settings_body)
{
	struct session_policy policy = {
		.max_ms = SESSION_MAX_MS, .idle_ms = SESSION_IDLE_MS, .multi_session = true};
	const struct json *multi;
	struct json object;

	if (settings_body == NULL ||
	    json_parse(arena, settings_body, strlen(settings_body), &object, NULL) != OK ||
	    object.type != JSON_OBJECT)
		return policy;
	take_seconds(&object, "session_max_lifetime_s", 31536000, &policy.max_ms);
	take_seconds(&object, "session_inactivity_s", 2592000, &policy.idle_ms);
	multi = json_member(&object, "multi_session");
	if (multi != NULL && multi->type == JSON_BOOL)
		policy.multi_session = multi->boolean;
	return policy;
}

bool
session_policy_allows(const struct session_policy *policy, int64_t created_at, int64_t last_seen_at,
		      int64_t now_ms)
{
	return now_ms < created_at + policy->max_ms && now_ms < last_seen_at + policy->idle_ms;
}

int64_t
session_policy_end(const struct session_policy *policy, int64_t created_at, int64_t last_seen_at,
		   int64_t expires_at)
{
	int64_t end = expires_at;

	if (created_at + policy->max_ms < end)
		end = created_at + policy->max_ms;
	if (last_seen_at + policy->idle_ms < end)
		end = last_seen_at + policy->idle_ms;
	return end;
}
