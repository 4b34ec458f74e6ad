/*
 * gatehousectl key create: a service key, for scripts that are there before anybody signs in.
 */
#include <string.h>

#include "ctl/ctl.h"
#include "domain/api_keys.h"
#include "domain/orgs.h"
#include "lib/permissions.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

#define KEY_NAME_MAX 128

struct key_making {
	struct ctl *ctl;
	struct api_key_mint wanted;
	const char *default_project_id;
	struct api_key_row made;
};

static enum err
make_key(void *context)
{
	struct key_making *making = context;
	struct tx *tx = &making->ctl->tx;

	TRY(org_guard(tx, making->wanted.org_id));
	return api_key_mint(tx, &making->wanted, making->default_project_id, &making->made);
}

/* ---- what was asked for; each false after a line on stderr ---- */

static bool
find_org(struct ctl *ctl, struct key_making *making)
{
	const char *slug = ctl_option(ctl, "org");
	struct q_installation_org_by_slug_row org;
	enum err e =
		q_installation_org_by_slug(ctl->db, &(struct q_installation_org_by_slug){ .slug = slug }, &org);

	if (e == OK) {
		making->wanted.org_id = org.id;
		making->default_project_id = org.default_project_id;
	} else if (e == ERR_NO_ROW) {
		ctl_fail("--org: there is no organization '%s'", slug);
	} else {
		ctl_fail_err(e, "--org");
	}
	return e == OK;
}

/* The console's keys could set anybody's password: there are none. */
static bool
find_project(struct ctl *ctl, struct api_key_mint *key)
{
	const char *id = ctl_option(ctl, "project");
	const char *environment = ctl_option(ctl, "environment");
	struct q_installation_project_row project;

	key->environment = environment == NULL ? "live" : environment;
	if (id == NULL)
		return true;
	enum err e = id_is_valid(ID_PROJECT, id)
			     ? q_installation_project(
				       ctl->db, &(struct q_installation_project){ .project_id = id }, &project)
			     : ERR_NO_ROW;
	if (e != OK && e != ERR_NO_ROW) {
		ctl_fail_err(e, "--project");
		return false;
	}
	if (e == ERR_NO_ROW || strcmp(project.org_id, key->org_id) != 0)
		ctl_fail("--project: the organization has no project '%s'", id);
	else if (strcmp(id, ctl->tx.console_id) == 0)
		ctl_fail("--project: there are no service keys on the console");
	else if (environment != NULL && strcmp(environment, project.environment) != 0)
		ctl_fail("--environment: the project is a %s project", project.environment);
	else {
		key->project_id = id;
		key->environment = project.environment;
		return true;
	}
	return false;
}

static bool
read_scopes(struct ctl *ctl, struct api_key_mint *key)
{
	const char *text = ctl_option(ctl, "scopes");
	size_t bad;

	if (text == NULL) {
		key->scopes = scopes_of_role(ctl->arena, ROLE_OPERATOR);
		return true;
	}
	struct strings words = scopes_split(ctl->arena, text);
	if (scopes_normalize(ctl->arena, words, &key->scopes, &bad))
		return true;
	ctl_fail("--scopes: '%s' is no permission that a key may have", words.items[bad]);
	return false;
}

static bool
read_name(struct ctl *ctl, struct api_key_mint *key)
{
	const char *name = ctl_option(ctl, "name");

	key->name = name;
	if (name[0] != '\0' && utf8_is_valid(name, strlen(name)) && utf8_length(name) <= KEY_NAME_MAX &&
	    text_is_clean(name, false))
		return true;
	ctl_fail("--name: 1 to %d characters, none of them a control character", KEY_NAME_MAX);
	return false;
}

enum ctl_exit
ctl_key_create(struct ctl *ctl)
{
	struct key_making making = {
		.ctl = ctl,
		.wanted = {
			.is_service = true,
			.rate_limit_per_minute = NONE,
			.expires_at = NONE,
			.created_by = "cli",
		},
	};
	struct api_key_mint *wanted = &making.wanted;
	const struct api_key_row *made = &making.made;

	if (!read_name(ctl, wanted) || !read_scopes(ctl, wanted) || !find_org(ctl, &making) ||
	    !find_project(ctl, wanted))
		return CTL_FAILED;
	enum err e = db_transact(ctl->db, TX_WRITE, make_key, &making);
	if (e != OK)
		return ctl_fail_err(e, "key create");
	ctl_say(ctl, "%s (%s, %s). The secret is shown this once:\n\n  %s\n", made->name, made->id,
		made->project_id == NULL ? "unpinned" : made->project_id, made->secret);
	ctl_print_object(ctl, api_key_fields, made);
	return CTL_OK;
}
