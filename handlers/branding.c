/*
 * /api/v1/branding (users.md sections 2, 3 and rule 37): how a project's own pages look.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/area_settings.h"
#include "domain/assets.h"
#include "domain/branding.h"
#include "fcgi/request.h"
#include "lib/images.h"
#include "lib/text.h"

/* What an upload's JSON has around its base64. */
#define LOGO_BODY_MAX (BRANDING_LOGO_MAX / 3 * 4 + 1024)

static enum verdict
show(const struct request *rq, const struct branding *branding)
{
	reply_etag(rq, branding->version);
	return reply(rq, 200, branding_fields, &branding->view);
}

static enum verdict
branding_get(const struct request *rq, struct tx *tx)
{
	struct branding branding;
	enum err e = branding_read(tx, rq->project.id, &branding);

	return e == OK ? show(rq, &branding) : fail_err(rq, e);
}

/* ---- PATCH, and the same without a change ---- */

/* What the field table can't see. The style sheet is measured as it will be kept, too. */
static enum verdict
judge(const struct request *rq, const struct branding_input *in, struct css_cleaned *ret_css)
{
	const char *key;
	struct css_cleaned css = { .css = "" };

	if (in->support_email != NULL && !email_key(rq->arena, in->support_email, &key))
		return fail_field(rq, "support_email", "pattern", "support_email is an e-mail address.");
	if (in->custom_css != NULL)
		css = css_clean(rq->arena, in->custom_css);
	if (strlen(css.css) > BRANDING_CSS_MAX)
		return fail_field(rq, "custom_css", "length",
				  "custom_css has at most %d characters once it's written anew.",
				  BRANDING_CSS_MAX);
	*ret_css = css;
	return go_on(rq);
}

static enum verdict
branding_check(const struct request *rq, struct tx *tx)
{
	struct branding before;
	struct css_cleaned css;
	enum verdict bad = judge(rq, rq->input, &css);

	if (bad != VERDICT_GO_ON)
		return bad;
	enum err e = branding_read(tx, rq->project.id, &before);
	if (e != OK)
		return fail_err(rq, e);
	struct branding after = branding_with(tx, &before, rq->input, &css);
	return reply(rq, 200, branding_fields, &after.view);
}

/* The settings' row is written before it is read. */
static enum err
read_for_change(const struct request *rq, struct tx *tx, struct branding *ret)
{
	struct area_settings stored;
	struct branding branding;

	TRY(request_guard(rq, tx));
	TRY(area_settings_lock(tx, rq->project.id, AREA_BRANDING, &stored));
	if (!precondition_holds(rq, stored.version))
		return ERR_PRECONDITION_FAILED;
	TRY(branding_read(tx, rq->project.id, &branding));
	*ret = branding;
	return OK;
}

static enum err
record_change(const struct request *rq, struct tx *tx, const struct branding *before,
	      struct branding *ret_after)
{
	struct record r = request_record(rq, EV_BRANDING_UPDATED, rq->project.id, rq->project.name);

	TRY(branding_read(tx, rq->project.id, ret_after));
	r.fields = branding_public_fields;
	r.before = &before->view;
	r.after = &ret_after->view;
	return record(tx, &r);
}

static enum verdict
branding_update(const struct request *rq, struct tx *tx)
{
	struct branding before, after;
	struct css_cleaned css;
	enum verdict bad = judge(rq, rq->input, &css);

	if (bad != VERDICT_GO_ON)
		return bad;
	enum err e = read_for_change(rq, tx, &before);
	if (e != OK)
		return fail_err(rq, e);
	struct branding wanted = branding_with(tx, &before, rq->input, &css);
	e = branding_write(tx, rq->project.id, &wanted, rq->input);
	if (e == OK)
		e = record_change(rq, tx, &before, &after);
	if (e != OK)
		return fail_err(rq, e);
	after.view.css_removed = wanted.view.css_removed;
	return show(rq, &after);
}

/* ---- the logo ---- */

struct logo_input {
	struct {
		bool media_type, data_base64;
	} has;
	const char *media_type, *data_base64;
};

static const struct field logo_input[] = {
	IN_ENUM(struct logo_input, media_type, image_media_types, .flags = FIELD_REQUIRED),
	IN_STRING(struct logo_input, data_base64, .min = 1, .max = BRANDING_LOGO_MAX / 3 * 4,
		  .flags = FIELD_REQUIRED, .description = "At most 1024 by 1024 pixels"),
	FIELDS_END,
};

static enum err
put_logo(const struct request *rq, struct tx *tx, const struct asset *logo, struct branding *ret_after)
{
	struct branding before;
	struct bytes digest;

	TRY(read_for_change(rq, tx, &before));
	TRY(asset_put(tx, logo, &digest));
	TRY(branding_touch(tx, rq->project.id, &before));
	return record_change(rq, tx, &before, ret_after);
}

static enum verdict
branding_logo_put(const struct request *rq, struct tx *tx)
{
	const struct logo_input *in = rq->input;
	struct asset logo = {
		.project_id = rq->project.id,
		.owner_id = rq->project.id,
		.kind = ASSET_LOGO,
		.media_type = in->media_type,
	};
	struct upload_fault fault;
	struct branding after;

	if (!upload_read_picture(rq->arena, in->media_type, in->data_base64, BRANDING_LOGO_MAX,
				 &logo.body, &fault))
		return fail_field(rq, fault.field, fault.rule, "%s", fault.message);
	enum err e = put_logo(rq, tx, &logo, &after);
	return e == OK ? show(rq, &after) : fail_err(rq, e);
}

static enum err
remove_logo(const struct request *rq, struct tx *tx)
{
	struct branding before, after;

	TRY(read_for_change(rq, tx, &before));
	if (before.view.logo_url == NULL)
		return ERR_NOT_FOUND;
	TRY(asset_remove(tx, rq->project.id, rq->project.id, ASSET_LOGO));
	TRY(branding_touch(tx, rq->project.id, &before));
	return record_change(rq, tx, &before, &after);
}

static enum verdict
branding_logo_delete(const struct request *rq, struct tx *tx)
{
	enum err e = remove_logo(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- the table ---- */

const struct route branding_routes[] = {
	{
	    .id = "branding_get",
	    .method = GET,
	    .path = "/api/v1/branding",
	    .summary = "Get how the hosted pages look",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    .output = branding_fields,
	    .handler = branding_get,
	},
	{
	    .id = "branding_update",
	    .method = PATCH,
	    .path = "/api/v1/branding",
	    .summary = "Change how the hosted pages look",
	    .description = "null takes a member back to its default. The style sheet is written anew from what is "
			   "allowed in it; css_removed says what was dropped.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_BRANDING_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct branding_input, branding_input_fields),
	    .output = branding_fields,
	    .handler = branding_update,
	},
	{
	    .id = "branding_check",
	    .method = POST,
	    .path = "/api/v1/branding/check",
	    .summary = "Show what a change would make of the hosted pages' look",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_BRANDING_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_NO_IDEMPOTENCY,
	    INPUT(struct branding_input, branding_input_fields),
	    .output = branding_fields,
	    .handler = branding_check,
	},
	{
	    .id = "branding_logo_put",
	    .method = PUT,
	    .path = "/api/v1/branding/logo",
	    .summary = "Set the logo",
	    .description = "PNG, JPEG or WebP by its own octets.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_BRANDING_WRITE,
	    .tx = TX_WRITE,
	    .body_bytes_max = LOGO_BODY_MAX,
	    INPUT(struct logo_input, logo_input),
	    .output = branding_fields,
	    .handler = branding_logo_put,
	},
	{
	    .id = "branding_logo_delete",
	    .method = DELETE,
	    .path = "/api/v1/branding/logo",
	    .summary = "Remove the logo",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_BRANDING_WRITE,
	    .tx = TX_WRITE,
	    .handler = branding_logo_delete,
	},
	ROUTES_END,
};
