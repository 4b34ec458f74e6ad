/*
 * Roles, permissions and the texts of scopes.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"
#include "lib/permissions.h"

struct permission_info {
	const char *name;
	enum role least_role;
	bool is_grantable;
};

static const struct permission_info permissions[PERM_COUNT] = {
#define PERMISSION(symbol, text_name, role, grantable)                                             \
	[PERM_##symbol] = { .name = text_name, .least_role = role, .is_grantable = grantable },
#include "lib/permissions.def"
#undef PERMISSION
};

static const char *const role_names[] = {
	[ROLE_VIEWER] = "viewer", [ROLE_MEMBER] = "member", [ROLE_MANAGER] = "manager",
	[ROLE_ADMIN] = "admin",   [ROLE_OWNER] = "owner",
};

const char *const org_role_names[] = { "owner", "admin", "manager", "member", "viewer", NULL };

enum role
role_parse(const char *text)
{
	if (text == NULL)
		return ROLE_NONE;
	for (enum role role = ROLE_VIEWER; role <= ROLE_OWNER; role++) {
		if (strcmp(text, role_names[role]) == 0)
			return role;
	}
	return ROLE_NONE;
}

const char *
role_name(enum role role)
{
	return role <= ROLE_OWNER ? role_names[role] : NULL;
}

const char *
permission_name(enum permission permission)
{
	return permission < PERM_COUNT ? permissions[permission].name : NULL;
}

enum permission
permission_parse(const char *text)
{
	if (text == NULL)
		return PERM_NONE;
	for (enum permission p = PERM_IN_HANDLER + 1; p < PERM_COUNT; p++) {
		if (strcmp(text, permissions[p].name) == 0)
			return p;
	}
	return PERM_NONE;
}

enum role
permission_least_role(enum permission permission)
{
	return permissions[permission].least_role;
}

bool
permission_is_grantable(enum permission permission)
{
	return permissions[permission].is_grantable;
}

/*
 * Everything else is looked at with the project's override. Promotion of the default is
 * project.write, so its handler asks by itself.
 */
bool
permission_is_org_level(enum permission permission)
{
	static const char *const nouns[] = { "org.",          "member.",       "invitation.",
					     "api_key.",      "installation.", "project.create",
					     "project.delete" };
	const char *name = permission_name(permission);

	for (size_t i = 0; name != NULL && i < ARRAY_LEN(nouns); i++) {
		if (strncmp(name, nouns[i], strlen(nouns[i])) == 0)
			return true;
	}
	return false;
}

bool
role_has(enum role role, enum permission permission)
{
	if (permission <= PERM_IN_HANDLER || permission >= PERM_COUNT || role == ROLE_NONE)
		return false;
	return role >= permissions[permission].least_role;
}

bool
scopes_contain(const char *scopes, enum permission permission)
{
	const char *name = permission_name(permission);
	if (scopes == NULL || name == NULL)
		return false;

	size_t len = strlen(name);
	while (*scopes != '\0') {
		size_t word_len = strcspn(scopes, " ");
		if (word_len == len && strncmp(scopes, name, len) == 0)
			return true;
		scopes += word_len;
		scopes += strspn(scopes, " ");
	}
	return false;
}

static int
compare_words(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

/* Sorts the words in place and joins them, each once. */
static const char *
join_sorted(struct arena *arena, const char **words, size_t count)
{
	struct buffer text = buffer_new(arena);

	if (count > 1)
		qsort(words, count, sizeof(*words), compare_words);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(words[i], words[i - 1]) == 0)
			continue;
		if (text.len > 0)
			buffer_char(&text, ' ');
		buffer_text(&text, words[i]);
	}
	return buffer_string(&text);
}

const char *
scopes_of_role(struct arena *arena, enum role role)
{
	const char *words[PERM_COUNT];
	size_t count = 0;

	for (enum permission p = PERM_IN_HANDLER + 1; p < PERM_COUNT; p++) {
		if (permissions[p].is_grantable && role_has(role, p))
			words[count++] = permissions[p].name;
	}
	return join_sorted(arena, words, count);
}

bool
scopes_normalize(struct arena *arena, struct strings words, const char **ret_scopes,
		 size_t *ret_bad)
{
	const char **sorted = ARENA_ARRAY(arena, words.count, const char *);

	for (size_t i = 0; i < words.count; i++) {
		enum permission permission = permission_parse(words.items[i]);
		if (permission == PERM_NONE || !permissions[permission].is_grantable) {
			*ret_bad = i;
			return false;
		}
		sorted[i] = words.items[i];
	}
	*ret_scopes = join_sorted(arena, sorted, words.count);
	return true;
}

struct strings
scopes_split(struct arena *arena, const char *scopes)
{
	size_t room = 1;
	for (const char *at = scopes; at != NULL && *at != '\0'; at++)
		room += *at == ' ' ? 1 : 0;

	const char **words = ARENA_ARRAY(arena, room, const char *);
	size_t count = 0;
	while (scopes != NULL && *scopes != '\0') {
		size_t len = strcspn(scopes, " ");
		if (len > 0)
			words[count++] = arena_strndup(arena, scopes, len);
		scopes += len;
		scopes += strspn(scopes, " ");
	}
	return (struct strings){ .items = words, .count = count };
}
