/*
 * POST /api/v1/licenses/bulk: many licenses that differ in their keys alone, all or none (licensing.md section 3).
 */
#include <string.h>

#include "handlers/licenses/licenses.h"
#include "handlers/routes.h"
#include "lib/license_keys.h"

#define COUNT_MAX 1000
/* What all metadata together may take: the reply shows it with each license. */
#define METADATA_IN_ALL_MAX ((size_t)1024 * 1024)
/* A thousand licenses, what is recorded of each, and the reply of them. */
#define MEMORY_MAX ((size_t)48 * 1024 * 1024)

struct bulk_input {
	struct {
		bool count, template;
	} has;
	int64_t count;
	const struct license_input *template;
};

static const struct field bulk_input[] = {
	IN_INT(struct bulk_input, count, 1, COUNT_MAX, .flags = FIELD_REQUIRED),
	IN_OBJECT(struct bulk_input, template, license_template_input, struct license_input, .flags = FIELD_REQUIRED,
		  .description = "What a new license may say, but its key"),
	FIELDS_END,
};

struct bulk_reply {
	struct field_list data;
};

static const struct field bulk_reply_fields[] = {
	OUT_LIST(struct bulk_reply, data, license_fields, struct license),
	FIELDS_END,
};

static enum err
make_all(const struct request *rq, struct tx *tx, const struct license_known *known, struct license *licenses)
{
	const struct bulk_input *in = rq->input;
	const char *key;

	for (int64_t i = 0; i < in->count; i++) {
		TRY(license_key_make(rq->arena, &key));
		TRY(license_make(rq, tx, in->template, key, known, &licenses[i]));
	}
	return OK;
}

static enum verdict
license_bulk(const struct request *rq, struct tx *tx)
{
	const struct bulk_input *in = rq->input;
	struct license_known known = { .metadata = "{}" };

	arena_make_room(rq->arena, MEMORY_MAX);
	struct license *licenses = ARENA_ARRAY(rq->arena, (size_t)in->count, struct license);
	enum err e = request_guard(rq, tx);

	if (e != OK)
		return fail_err(rq, e);
	enum verdict verdict = license_check_bulk(rq, tx);
	if (verdict == VERDICT_GO_ON)
		verdict = license_check(rq, tx, in->template, "template.", &known);
	if (verdict == VERDICT_GO_ON)
		verdict = license_check_plan(rq, tx, license_is_floating(in->template->mode), in->count);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (strlen(known.metadata) * (size_t)in->count > METADATA_IN_ALL_MAX)
		return fail_field(rq, "template.metadata", "length", "That is too much for %lld licenses at once: make fewer.",
				  (long long)in->count);
	e = make_all(rq, tx, &known, licenses);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 201, bulk_reply_fields, &(struct bulk_reply){ { licenses, (size_t)in->count } });
}

const struct route license_bulk_routes[] = {
	{
	    .id = "license_bulk",
	    .method = POST,
	    .path = "/api/v1/licenses/bulk",
	    .summary = "Make up to 1,000 licenses at once",
	    .description = "They differ in their keys alone. All are made, or none.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    .flags = ROUTE_SHOWS_SECRET,
	    INPUT(struct bulk_input, bulk_input),
	    .output = bulk_reply_fields,
	    .errors = { ERR_PLAN_LIMIT_REACHED, ERR_UPGRADE_REQUIRED },
	    .handler = license_bulk,
	},
	ROUTES_END,
};
