/*
 * POST /api/v1/projects/{project_id}/reset (tenancy rule 22): a project's settings as on its first day; who and what is in it stays.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/assets.h"
#include "domain/projects.h"
#include "fcgi/request.h"
#include "sql/gen/queries.h"

#define CONFIRMATION "RESET"

struct project_reset_input {
	struct {
		bool project_id, confirm;
	} has;
	const char *project_id;
	const char *confirm;
};

static const struct field project_reset_input[] = {
	IN_ID(struct project_reset_input, project_id, ID_PROJECT, .in = IN_PATH),
	IN_STRING(struct project_reset_input, confirm, .max = 20, .flags = FIELD_REQUIRED, .description = CONFIRMATION),
	FIELDS_END,
};

/* How many of each went. */
struct cleared {
	uint64_t settings, mail_templates, social_providers;
};

static enum err
clear(struct tx *tx, const char *project_id, struct cleared *ret)
{
	uint64_t of_oauth = 0;

	TRY(q_area_setting_delete_all(
	    tx->db, &(struct q_area_setting_delete_all){ .project_id = project_id }, &ret->settings));
	TRY(q_mail_template_delete_all(
	    tx->db, &(struct q_mail_template_delete_all){ .project_id = project_id }, &ret->mail_templates));
	TRY(q_social_provider_delete_all(
	    tx->db, &(struct q_social_provider_delete_all){ .project_id = project_id }, &ret->social_providers));
	TRY(q_oauth_settings_reset(tx->db, &(struct q_oauth_settings_reset){ .project_id = project_id }, &of_oauth));
	ret->settings += of_oauth;
	return asset_remove_all(tx, project_id, project_id);
}

static enum err
record_reset(const struct request *rq, struct tx *tx, const struct cleared *cleared, const char *old_uris)
{
	struct record r = request_record(rq, EV_PROJECT_RESET, rq->project.id, rq->project.name);
	struct buffer changes = buffer_new(rq->arena);

	buffer_printf(&changes, "{\"settings\":[%llu,0],\"mail_templates\":[%llu,0],\"social_providers\":[%llu,0],\"redirect_uris\":[",
		      (unsigned long long)cleared->settings, (unsigned long long)cleared->mail_templates,
		      (unsigned long long)cleared->social_providers);
	buffer_json_string(&changes, old_uris);
	buffer_char(&changes, ',');
	buffer_json_string(&changes, PROJECT_REDIRECT_URI_SEED);
	buffer_text(&changes, "]}");
	r.changes = buffer_string(&changes);
	return record(tx, &r);
}

static enum err
reset(const struct request *rq, struct tx *tx)
{
	static const char *const SEED[] = { PROJECT_REDIRECT_URI_SEED };
	struct project_row before;
	struct cleared cleared;

	TRY(request_guard(rq, tx));
	TRY(q_project_get(
	    tx->db, &(struct q_project_get){ .project_id = rq->project.id, .org_id = rq->org.id }, &before));
	TRY(clear(tx, before.id, &cleared));
	TRY(project_set_redirect_uris(tx, before.id, before.client_id, (struct strings){ SEED, ARRAY_LEN(SEED) }));
	TRY(q_project_touch(
	    tx->db, &(struct q_project_touch){ .org_id = rq->org.id, .project_id = before.id }, NULL));
	return record_reset(rq, tx, &cleared, before.redirect_uris == NULL ? "" : before.redirect_uris);
}

static enum verdict
project_reset(const struct request *rq, struct tx *tx)
{
	const struct project_reset_input *in = rq->input;
	enum err e;

	if (strcmp(in->confirm, CONFIRMATION) != 0)
		return fail_field(rq, "confirm", "mismatch", "Type %s.", CONFIRMATION);
	if (rq->project.is_console)
		return fail_field(rq, "confirm", "console_never_reset", "The console runs the dashboard and can't be reset.");
	e = reset(rq, tx);
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route project_reset_routes[] = {
	{
	    .id = "project_reset",
	    .method = POST,
	    .path = "/api/v1/projects/{project_id}/reset",
	    .summary = "Reset a project's settings",
	    .description = "Sign-in and OAuth settings, providers, branding, mail templates and redirect URIs are as on its first day. Users, sessions, clients, keys and the audit log stay.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT_IN_PATH,
	    .permission = PERM_PROJECT_DELETE,
	    .tx = TX_WRITE,
	    .rate = RATE_PROJECT_WRITE,
	    INPUT(struct project_reset_input, project_reset_input),
	    .handler = project_reset,
	},
	ROUTES_END,
};
