/*
 * Audiences and scopes, word by word.
 */
#include "lib/resources.h"

#include <string.h>

#include "lib/buffer.h"
#include "lib/oauth.h"
#include "lib/text.h"

/* What a client of the project's own gets that names none. */
#define FIRST_PARTY_SCOPES "openid profile email"

/* ---- which resource ---- */

const char *
resource_choose(struct arena *arena, const struct resource_asker *asker, const char *asked)
{
	struct strings audiences = oauth_audiences(arena, asker->audiences, asker->client_id);

	for (size_t i = 0; i < audiences.count; i++)
		if (asked == NULL || oauth_resource_matches(audiences.items[i], asked))
			return audiences.items[i];
	return asker->is_registered ? asked : NULL;
}

const char *
resource_other_spelling(struct arena *arena, const char *identifier)
{
	size_t len = strlen(identifier);
	const char *longer = arena_printf(arena, "%s/", identifier);
	const char *shorter = len > 0 ? arena_strndup(arena, identifier, len - 1) : identifier;

	if (oauth_resource_matches(identifier, longer))
		return longer;
	return oauth_resource_matches(identifier, shorter) ? shorter : identifier;
}

/* ---- which scopes there ---- */

/* The next scope at *at, which moves behind it: its name, and the plans after it. */
static bool
next_scope(const char **at, const char **ret_name, size_t *ret_len, const char **ret_plans, size_t *ret_plans_len)
{
	const char *scope = *at;
	size_t len = strcspn(scope, ","), name_len = strcspn(scope, " ,");

	if (len == 0)
		return false;
	*ret_name = scope;
	*ret_len = name_len;
	*ret_plans = scope + name_len;
	*ret_plans_len = len - name_len;
	*at = scope + len + (scope[len] == ',');
	return true;
}

/* Is the plan among the words, which end before len? */
static bool
has_plan(const char *words, size_t len, const char *plan)
{
	size_t plan_len = plan != NULL ? strlen(plan) : 0;

	if (plan != NULL && strcmp(plan, ANY_PLAN) == 0)
		return true;
	for (size_t at = 0; plan_len > 0 && at < len;) {
		size_t skipped = strspn(words + at, " ");
		size_t word_len = strcspn(words + at + skipped, " ,");

		if (word_len == plan_len && strncmp(words + at + skipped, plan, plan_len) == 0)
			return true;
		at += skipped + word_len;
	}
	return false;
}

/* Without any plan behind its name a scope is everybody's. */
static bool
is_offered(const struct resource *resource, const char *plan, const char *word, size_t len)
{
	const char *at = resource->scopes, *name, *plans;
	size_t name_len, plans_len;

	while (next_scope(&at, &name, &name_len, &plans, &plans_len))
		if (name_len == len && strncmp(name, word, len) == 0)
			return strspn(plans, " ") >= plans_len || has_plan(plans, plans_len, plan);
	return false;
}

static bool
is_below_ceiling(const struct resource_asker *asker, const char *word, size_t len)
{
	return asker->ceiling[0] == '\0' || words_have(asker->ceiling, word, len);
}

bool
resource_gives(const struct resource *resource, const struct resource_asker *asker, const char *plan, const char *word, size_t len)
{
	if (!is_below_ceiling(asker, word, len))
		return false;
	if (words_have(PERSON_SCOPES, word, len))
		return true;
	return resource->is_client ? asker->ceiling[0] != '\0' : is_offered(resource, plan, word, len);
}

static void
add_word(struct buffer *words, const char *word, size_t len)
{
	if (words_have(buffer_string(words), word, len))
		return;
	if (words->len > 0)
		buffer_char(words, ' ');
	buffer_add(words, word, len);
}

/* The words of a resource server that a person or program of this plan gets. */
static const char *
offered(struct arena *arena, const struct resource *resource, const struct resource_asker *asker, const char *plan)
{
	const char *at = resource->scopes, *name, *plans;
	struct buffer words = buffer_new(arena);
	size_t len, plans_len;

	while (next_scope(&at, &name, &len, &plans, &plans_len))
		if (is_below_ceiling(asker, name, len) && is_offered(resource, plan, name, len))
			add_word(&words, name, len);
	return buffer_string(&words);
}

const char *
resource_scope_for_person(struct arena *arena, const struct resource *resource, const struct resource_asker *asker, const char *plan,
			  const char *asked)
{
	struct buffer words = buffer_new(arena);

	if (asked == NULL)
		asked = asker->is_first_party  ? FIRST_PARTY_SCOPES
			: resource->is_client ? asker->ceiling
					      : offered(arena, resource, asker, NULL);
	for (const char *at = asked; *at != '\0';) {
		size_t len = strcspn(at, " ");

		if (len > 0 && resource_gives(resource, asker, plan, at, len))
			add_word(&words, at, len);
		at += len + (at[len] == ' ');
	}
	return buffer_string(&words);
}

/* ---- programs ---- */

/* What a program may do at its own audience, by its organization's plan (rule 21). */
static const char *
own_scopes(const char *plan)
{
	if (plan != NULL && strcmp(plan, "enterprise") == 0)
		return "tool:read tool:write tool:admin";
	return plan != NULL && strcmp(plan, "pro") == 0 ? "tool:read tool:write" : "tool:read";
}

/* Words with single spaces between (RFC 6749 section 3.3), each of them allowed. */
static bool
are_all_among(const char *words, const char *allowed)
{
	for (const char *at = words; *at != '\0';) {
		size_t len = strcspn(at, " ");

		if (len == 0 || !words_have(allowed, at, len))
			return false;
		at += len + (at[len] == ' ');
	}
	return true;
}

enum err
resource_scope_for_program(struct arena *arena, const struct resource *resource, const struct resource_asker *asker, const char *plan,
			   const char *asked, const char **ret_scope)
{
	const char *there_is = resource->is_client ? own_scopes(plan) : offered(arena, resource, asker, plan);
	const char *allowed = asker->ceiling[0] == '\0' ? there_is : scope_keep(arena, there_is, asker->ceiling);

	if (asked != NULL && !are_all_among(asked, allowed))
		return ERR_INVALID_SCOPE;
	*ret_scope = asked != NULL ? scope_keep(arena, asked, allowed) : allowed;
	return OK;
}
