/*
 * /api/v1/redirect_settings (users.md sections 2, 3 and rule 38): where a project's people are led.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/area_settings.h"
#include "domain/redirects.h"
#include "fcgi/request.h"
#include "lib/json.h"

static enum verdict
show(const struct request *rq, const struct area_settings *stored)
{
	struct redirect_settings settings = redirect_settings_parse(rq->arena, stored->body);

	reply_etag(rq, stored->version);
	return reply(rq, 200, redirect_settings_fields, &settings);
}

static enum verdict
redirect_settings_get(const struct request *rq, struct tx *tx)
{
	struct area_settings stored;
	enum err e = area_settings_read(tx, rq->project.id, AREA_REDIRECT, &stored);

	return e == OK ? show(rq, &stored) : fail_err(rq, e);
}

static enum err
record_change(const struct request *rq, struct tx *tx, const char *before, const char *after)
{
	struct record r = request_record(rq, EV_REDIRECT_SETTINGS_UPDATED, rq->project.id, rq->project.name);
	struct redirect_settings old = redirect_settings_parse(rq->arena, before);
	struct redirect_settings new = redirect_settings_parse(rq->arena, after);

	r.fields = redirect_settings_fields;
	r.before = &old;
	r.after = &new;
	return record(tx, &r);
}

static enum err
update(const struct request *rq, struct tx *tx, struct area_settings *ret_after)
{
	struct area_settings before;
	struct json stored;

	TRY(request_guard(rq, tx));
	TRY(area_settings_lock(tx, rq->project.id, AREA_REDIRECT, &before));
	if (!precondition_holds(rq, before.version))
		return ERR_PRECONDITION_FAILED;
	if (before.body != NULL)
		TRY(json_parse(rq->arena, before.body, strlen(before.body), &stored, NULL));
	struct area_change change = { .body = fields_merge(rq->arena, redirect_settings_input, rq->input,
							   before.body != NULL ? &stored : NULL) };
	TRY(area_settings_write(tx, rq->project.id, AREA_REDIRECT, &change));
	TRY(area_settings_read(tx, rq->project.id, AREA_REDIRECT, ret_after));
	return record_change(rq, tx, before.body, ret_after->body);
}

static enum verdict
redirect_settings_update(const struct request *rq, struct tx *tx)
{
	struct area_settings after;
	enum err e = update(rq, tx, &after);

	return e == OK ? show(rq, &after) : fail_err(rq, e);
}

const struct route redirect_settings_routes[] = {
	{
	    .id = "redirect_settings_get",
	    .method = GET,
	    .path = "/api/v1/redirect_settings",
	    .summary = "Get where people are led",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    .output = redirect_settings_fields,
	    .handler = redirect_settings_get,
	},
	{
	    .id = "redirect_settings_update",
	    .method = PATCH,
	    .path = "/api/v1/redirect_settings",
	    .summary = "Change where people are led",
	    .description = "https, or http on a loopback address. null takes an address away.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct redirect_settings, redirect_settings_input),
	    .output = redirect_settings_fields,
	    .handler = redirect_settings_update,
	},
	ROUTES_END,
};
