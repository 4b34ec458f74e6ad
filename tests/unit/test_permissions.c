/*
 * Tests of lib/permissions.c against the table of the contract, typed out here a second time.
 */
#include <string.h>

#include "lib/permissions.h"
#include "tests/unit/unit.h"

/* '*' behind a word: never for a service key. */
static const struct {
	enum role least_role;
	const char *words;
} contract[] = {
	{ ROLE_VIEWER, "org.read member.read project.read project_member.read client.read "
		       "resource_server.read oauth_settings.read "
		       "user.read license.read plan.read claim.read feature.check payment.read "
		       "usage.read analytics.read "
		       "workspace.read workspace_member.read role.read permission.read "
		       "sso_connection.read directory.read "
		       "workspace_domain.read retention.read readiness.read provider.read "
		       "connection.read agent_session.read "
		       "policy.read trigger.read" },
	{ ROLE_MEMBER,
	  "sign_in.read event.read event.write connection.use agent_session.write tool.execute" },
	{ ROLE_MANAGER,
	  "project.create project.write api_key.read* api_key.write* invitation.read* "
	  "invitation.write* client.write "
	  "resource_server.write user.write branding.write mail.read license.write plan.write "
	  "claim.write payment.write "
	  "usage.write workspace.create workspace.write workspace.suspend workspace_member.write "
	  "workspace_member.remove workspace_invitation.write team.write role.write role.assign "
	  "permission.write "
	  "rbac.check sso_connection.write directory.write workspace_domain.write "
	  "portal_link.write "
	  "status_incident.write readiness.write project.copy connection.write trigger.write" },
	{ ROLE_ADMIN, "org.write* member.write* project.delete project_member.write audit.read "
		      "audit.export oauth_settings.write "
		      "token.introspect user.delete user.import user.export user.impersonate* "
		      "sign_in.write mail.write license.manage "
		      "billing.read billing.write workspace.delete role.delete permission.delete "
		      "vault_secret.read "
		      "vault_secret.write vault_secret.rotate log_stream.write retention.write "
		      "project.provision policy.write* "
		      "provider.write* approval.write*" },
	{ ROLE_OWNER, "org.delete*" },
	{ ROLE_OPERATOR, "installation.write*" },
};

static void
table_is_the_contracts(void **state)
{
	(void)state;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(contract); i++) {
		struct strings words = scopes_split(arena, contract[i].words);
		count += words.count;
		for (size_t w = 0; w < words.count; w++) {
			size_t len = strcspn(words.items[w], "*");
			bool is_never_for_keys = words.items[w][len] == '*';
			enum permission permission =
			    permission_parse(arena_strndup(arena, words.items[w], len));
			assert_int_not_equal(permission, PERM_NONE);
			assert_int_equal(permission_least_role(permission), contract[i].least_role);
			assert_int_equal(permission_is_grantable(permission), !is_never_for_keys);
		}
	}
	assert_int_equal(count, PERM_COUNT - PERM_IN_HANDLER - 1);
}

static void
names_go_both_ways(void **state)
{
	(void)state;
	for (enum permission p = PERM_IN_HANDLER + 1; p < PERM_COUNT; p++)
		assert_int_equal(permission_parse(permission_name(p)), p);
	assert_null(permission_name(PERM_NONE));
	assert_null(permission_name(PERM_IN_HANDLER));
	assert_int_equal(permission_parse("project"), PERM_NONE);
	assert_int_equal(permission_parse("project.read "), PERM_NONE);
	assert_int_equal(permission_parse("Project.read"), PERM_NONE);
	assert_int_equal(permission_parse(NULL), PERM_NONE);
}

static void
roles_go_both_ways(void **state)
{
	(void)state;
	for (enum role role = ROLE_VIEWER; role <= ROLE_OWNER; role++)
		assert_int_equal(role_parse(role_name(role)), role);
	assert_null(role_name(ROLE_NONE));
	assert_null(role_name(ROLE_OPERATOR));
	assert_int_equal(role_parse("operator"), ROLE_NONE);
	assert_int_equal(role_parse("Owner"), ROLE_NONE);
	assert_int_equal(role_parse(""), ROLE_NONE);
	assert_int_equal(role_parse(NULL), ROLE_NONE);
}

static void
a_role_has_what_the_roles_below_have(void **state)
{
	(void)state;
	for (enum permission p = PERM_IN_HANDLER + 1; p < PERM_COUNT; p++) {
		for (enum role role = ROLE_NONE; role <= ROLE_OPERATOR; role++)
			assert_int_equal(role_has(role, p),
					 role != ROLE_NONE && role >= permission_least_role(p));
	}
	assert_true(role_has(ROLE_OWNER, PERM_ORG_DELETE));
	assert_false(role_has(ROLE_ADMIN, PERM_ORG_DELETE));
	assert_false(role_has(ROLE_OWNER, PERM_INSTALLATION_WRITE));
	assert_false(role_has(ROLE_OPERATOR, PERM_NONE));
	assert_false(role_has(ROLE_OPERATOR, PERM_IN_HANDLER));
}

static void
organization_level_is_decided_by_noun(void **state)
{
	(void)state;
	static const enum permission org_level[] = { PERM_ORG_READ,          PERM_ORG_DELETE,
						     PERM_MEMBER_READ,       PERM_MEMBER_WRITE,
						     PERM_INVITATION_READ,   PERM_INVITATION_WRITE,
						     PERM_PROJECT_CREATE,    PERM_PROJECT_DELETE,
						     PERM_API_KEY_READ,      PERM_API_KEY_WRITE,
						     PERM_INSTALLATION_WRITE };
	static const enum permission project_level[] = {
		PERM_PROJECT_READ,      PERM_PROJECT_WRITE,       PERM_PROJECT_COPY,
		PERM_PROJECT_PROVISION, PERM_PROJECT_MEMBER_READ, PERM_PROJECT_MEMBER_WRITE,
		PERM_AUDIT_READ,        PERM_EVENT_READ,          PERM_USER_WRITE,
		PERM_CLIENT_WRITE
	};

	for (size_t i = 0; i < ARRAY_LEN(org_level); i++)
		assert_true(permission_is_org_level(org_level[i]));
	for (size_t i = 0; i < ARRAY_LEN(project_level); i++)
		assert_false(permission_is_org_level(project_level[i]));
	assert_false(permission_is_org_level(PERM_NONE));
	assert_false(permission_is_org_level(PERM_IN_HANDLER));
}

static void
scopes_contain_whole_words(void **state)
{
	(void)state;
	const char *scopes = "client.read project_member.read user.write";

	assert_true(scopes_contain(scopes, PERM_CLIENT_READ));
	assert_true(scopes_contain(scopes, PERM_PROJECT_MEMBER_READ));
	assert_true(scopes_contain(scopes, PERM_USER_WRITE));
	assert_false(scopes_contain(scopes, PERM_MEMBER_READ));
	assert_false(scopes_contain(scopes, PERM_USER_READ));
	assert_false(scopes_contain("", PERM_USER_READ));
	assert_false(scopes_contain(NULL, PERM_USER_READ));
	assert_false(scopes_contain("user.readx", PERM_USER_READ));
	assert_false(scopes_contain(scopes, PERM_NONE));
}

static void
scopes_are_sorted_bytewise_and_single(void **state)
{
	(void)state;
	static const char *const words[] = { "user.read", "client.read", "user.read",
					     "project_member.read", "project.read" };
	const char *scopes = NULL;
	size_t bad = 99;

	assert_true(
	    scopes_normalize(arena, (struct strings){ words, ARRAY_LEN(words) }, &scopes, &bad));
	assert_string_equal(scopes, "client.read project.read project_member.read user.read");
	assert_true(scopes_normalize(arena, (struct strings){ NULL, 0 }, &scopes, &bad));
	assert_string_equal(scopes, "");
	assert_int_equal(bad, 99);
}

static void
scopes_that_no_key_may_have_are_refused(void **state)
{
	(void)state;
	static const char *const never[] = { "user.read", "api_key.write" };
	static const char *const unknown[] = { "user.read", "user.read", "user.fly" };
	const char *scopes = "untouched";
	size_t bad = 99;

	assert_false(scopes_normalize(arena, (struct strings){ never, 2 }, &scopes, &bad));
	assert_int_equal(bad, 1);
	assert_false(scopes_normalize(arena, (struct strings){ unknown, 3 }, &scopes, &bad));
	assert_int_equal(bad, 2);
	assert_string_equal(scopes, "untouched");
}

static void
scopes_of_a_role_are_its_grantable_permissions(void **state)
{
	(void)state;
	for (enum role role = ROLE_NONE; role <= ROLE_OPERATOR; role++) {
		const char *scopes = scopes_of_role(arena, role);
		struct strings words = scopes_split(arena, scopes);
		for (size_t i = 1; i < words.count; i++)
			assert_true(strcmp(words.items[i - 1], words.items[i]) < 0);
		for (enum permission p = PERM_IN_HANDLER + 1; p < PERM_COUNT; p++)
			assert_int_equal(scopes_contain(scopes, p),
					 role_has(role, p) && permission_is_grantable(p));
	}
}

static void
split_takes_any_number_of_words(void **state)
{
	(void)state;
	assert_int_equal(scopes_split(arena, "").count, 0);
	assert_int_equal(scopes_split(arena, NULL).count, 0);
	struct strings words = scopes_split(arena, "a b c");
	assert_int_equal(words.count, 3);
	assert_string_equal(words.items[2], "c");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(table_is_the_contracts),
		TEST(names_go_both_ways),
		TEST(roles_go_both_ways),
		TEST(a_role_has_what_the_roles_below_have),
		TEST(organization_level_is_decided_by_noun),
		TEST(scopes_contain_whole_words),
		TEST(scopes_are_sorted_bytewise_and_single),
		TEST(scopes_that_no_key_may_have_are_refused),
		TEST(scopes_of_a_role_are_its_grantable_permissions),
		TEST(split_takes_any_number_of_words),
	};

	return cmocka_run_group_tests_name("permissions", tests, NULL, NULL);
}
