/*
 * gatehousectl key create: a service key, for scripts that are there before anybody signs in.
 */
#include <string.h>

#include "ctl/ctl.h"
#include "domain/orgs.h"
#include "lib/permissions.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

#define KEY_NAME_MAX 128

struct key_answer {
	const char *id;
	const char *name;
	const char *org_id;
	const char *project_id;
	const char *environment;
	const char *scopes;
	const char *prefix, *last4;
	const char *secret;
	const char *default_project_id;		/* not shown */
};

/* The last three aren't part of what is recorded. */
static const struct field key_fields[] = {
	OUT_STRING(struct key_answer, id),
	OUT_STRING(struct key_answer, name),
	OUT_STRING(struct key_answer, org_id),
	OUT_STRING(struct key_answer, project_id),
	OUT_STRING(struct key_answer, environment),
	OUT_WORDS(struct key_answer, scopes),
	OUT_STRING(struct key_answer, prefix),
	OUT_STRING(struct key_answer, last4),
	OUT_STRING(struct key_answer, secret, .flags = FIELD_SECRET | FIELD_NO_DIFF),
	FIELDS_END,
};

struct key_making {
	struct ctl *ctl;
	struct key_answer key;
};

static enum err
insert_key(struct tx *tx, const struct key_answer *key, const struct secret *secret)
{
	return q_api_key_insert(tx->db,
				&(struct q_api_key_insert){
				    .id = key->id,
				    .kind = "service",
				    .org_id = key->org_id,
				    .project_id = key->project_id,
				    .name = key->name,
				    .environment = key->environment,
				    .prefix = key->prefix,
				    .last4 = key->last4,
				    .secret_digest = { secret->digest, sizeof(secret->digest) },
				    .scopes = key->scopes,
				    .rate_limit_per_minute = NONE,
				    .expires_at = NONE,
				    .created_by = "cli",
				},
				NULL);
}

static enum err
make_key(void *context)
{
	struct key_making *making = context;
	struct tx *tx = &making->ctl->tx;
	struct key_answer *key = &making->key;
	struct secret secret;
	enum secret_kind kind =
		strcmp(key->environment, "test") == 0 ? SECRET_SERVICE_TEST : SECRET_SERVICE_LIVE;

	TRY(org_guard(tx, key->org_id));
	TRY(tx_make_id(tx, ID_API_KEY, &key->id));
	TRY(secret_make(tx->arena, kind, &secret));
	key->secret = secret.text;
	key->prefix = arena_strdup(tx->arena, secret.prefix);
	key->last4 = arena_strdup(tx->arena, secret.last4);
	TRY(insert_key(tx, key, &secret));
	return record(tx, &(struct record){
			      .event = EV_API_KEY_CREATED,
			      .org_id = key->org_id,
			      .project_id = key->project_id,
			      .event_project_id = key->default_project_id,
			      .in_project_chain = key->project_id != NULL,
			      .target_id = key->id,
			      .target_label = key->name,
			      .fields = key_fields,
			      .after = key,
		      });
}

/* ---- what was asked for; each false after a line on stderr ---- */

static bool
find_org(struct ctl *ctl, struct key_answer *key)
{
	const char *slug = ctl_option(ctl, "org");
	struct q_installation_org_by_slug_row org;
	enum err e =
		q_installation_org_by_slug(ctl->db, &(struct q_installation_org_by_slug){ .slug = slug }, &org);

	if (e == ERR_NO_ROW)
		ctl_fail("--org: there is no organization '%s'", slug);
	else if (e != OK)
		ctl_fail_err(e, "--org");
	key->org_id = org.id;
	key->default_project_id = org.default_project_id;
	return e == OK;
}

/* The console's keys could set anybody's password: there are none. */
static bool
find_project(struct ctl *ctl, struct key_answer *key)
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
read_scopes(struct ctl *ctl, struct key_answer *key)
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
read_name(struct ctl *ctl, struct key_answer *key)
{
	const char *name = ctl_option(ctl, "name");

	key->name = name;
	if (utf8_is_valid(name, strlen(name)) && utf8_length(name) <= KEY_NAME_MAX &&
	    text_is_clean(name, false))
		return true;
	ctl_fail("--name: 1 to %d characters, none of them a control character", KEY_NAME_MAX);
	return false;
}

enum ctl_exit
ctl_key_create(struct ctl *ctl)
{
	struct key_making making = { .ctl = ctl };
	struct key_answer *key = &making.key;

	if (!read_name(ctl, key) || !read_scopes(ctl, key) || !find_org(ctl, key) || !find_project(ctl, key))
		return CTL_FAILED;
	enum err e = db_transact(ctl->db, TX_WRITE, make_key, &making);
	if (e != OK)
		return ctl_fail_err(e, "key create");
	ctl_say(ctl, "%s (%s, %s). The secret is shown this once:\n\n  %s\n", key->name, key->id,
		key->project_id == NULL ? "unpinned" : key->project_id, key->secret);
	ctl_print_object(ctl, key_fields, key);
	return CTL_OK;
}
