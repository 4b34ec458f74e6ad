/*
 * /api/v1/licenses/{id}/files: files for programs that run where there is no network, handed out by those who sell (licensing.md rule 16).
 */
#include "domain/licenses.h"
#include "handlers/licenses/licenses.h"
#include "handlers/licenses/validate.h"
#include "handlers/routes.h"

struct file_input {
	struct {
		bool id, fingerprint, kid, label, ttl_days;
	} has;
	const char *id;
	const struct machine_input *fingerprint;
	const char *kid, *label;
	int64_t ttl_days;
};

static const struct field file_input[] = {
	IN_ID(struct file_input, id, ID_LICENSE, .in = IN_PATH),
	IN_OBJECT(struct file_input, fingerprint, machine_input, struct machine_input,
		  .description = "What the machine says of itself: it takes a seat, and the file holds there alone. When absent: on any machine"),
	IN_KID(struct file_input),
	IN_LABEL(struct file_input),
	IN_TTL_DAYS(struct file_input),
	FIELDS_END,
};

struct file_view {
	const char *id;
	const struct signed_file *file;
	int64_t expires_at;
};

static const struct field file_view_fields[] = {
	OUT_ID(struct file_view, id, ID_LICENSE_FILE),
	OUT_OBJECT(struct file_view, file, signed_file_fields, .description = "To be kept as it is; shown this once"),
	OUT_TIME(struct file_view, expires_at),
	FIELDS_END,
};

/* The same question that the program would ask, with the key that is known here. */
static struct validation *
question_of(const struct request *rq, struct tx *tx, const struct license *license)
{
	const struct file_input *in = rq->input;
	struct validation *v = ARENA_NEW(rq->arena, struct validation);
	struct validate_input *asked = ARENA_NEW(rq->arena, struct validate_input);

	*asked = (struct validate_input){
		.has = { .ttl_days = in->has.ttl_days },
		.client_id = rq->project.client_id,
		.fingerprint = in->fingerprint,
		.kid = in->kid,
		.label = in->label,
		.ttl_days = in->ttl_days,
	};
	*v = (struct validation){
		.rq = rq,
		.tx = tx,
		.in = asked,
		.is_seller = true,
		.country = COUNTRY_UNKNOWN,
		.key = license_key_normalise(rq->arena, license->key),
		.lease_expires_at = NONE,
	};
	return v;
}

static enum err
refusal(enum license_code code)
{
	switch (code) {
	case LICENSE_REVOKED:		return ERR_VERDICT_REVOKED;
	case LICENSE_SUSPENDED:		return ERR_VERDICT_SUSPENDED;
	case LICENSE_EXPIRED:		return ERR_VERDICT_EXPIRED;
	case LICENSE_ACTIVATION_LIMIT:	return ERR_ACTIVATION_LIMIT;
	case LICENSE_PROJECT_DISABLED:	return ERR_ORG_SUSPENDED;
	case LICENSE_IN_GRACE:
	case LICENSE_VALID:		return OK;
	default:			return ERR_NOT_FOUND;
	}
}

static enum err
issue(struct validation *v, struct signed_file *ret)
{
	struct license_row license;

	TRY(validation_bind(v, &license));
	TRY(refusal(v->code));
	TRY(validation_issue_file(v, &license));
	return validation_sign_file(v, ret);
}

static enum verdict
license_file_create(const struct request *rq, struct tx *tx)
{
	const struct file_input *in = rq->input;
	struct signed_file file;
	struct license license;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = license_read(tx, rq->project.id, in->id, true, &license);
	if (e != OK)
		return fail_err(rq, e);
	struct validation *v = question_of(rq, tx, &license);
	if (validation_prepare(v) != VERDICT_GO_ON)
		return VERDICT_FAIL;
	e = issue(v, &file);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 201, file_view_fields, &(struct file_view){ v->file_id, &file, v->file_expires_at });
}

/* ---- which there are ---- */

static enum err
find_files(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	const struct license_path *in = rq->input;
	struct license_file_row *rows;
	struct license license;

	TRY(license_read(tx, rq->project.id, in->id, false, &license));
	TRY(q_license_file_list(tx->db,
				&(struct q_license_file_list){
				    .project_id = rq->project.id,
				    .license_id = in->id,
				    .after_id = rq->page.after_id,
				    .limit = rq->page.limit + 1,
				},
				&rows, &list->count));
	struct license_file *files = ARENA_ARRAY(rq->arena, list->count, struct license_file);
	for (size_t i = 0; i < list->count; i++)
		files[i] = (struct license_file){
			rows[i].id, rows[i].license_id, rows[i].activation_id, rows[i].kid, rows[i].file_expires_at, rows[i].created_at,
		};
	list->items = files;
	return OK;
}

static enum err
count_files(const struct request *rq, struct tx *tx, int64_t *ret_total)
{
	const struct license_path *in = rq->input;
	struct q_license_file_count_row row;

	TRY(q_license_file_count(tx->db, &(struct q_license_file_count){ .project_id = rq->project.id, .license_id = in->id }, &row));
	*ret_total = row.total;
	return OK;
}

static enum verdict
license_file_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = license_file_fields,
		.item_size = sizeof(struct license_file),
		.id_offset = offsetof(struct license_file, id),
		.total = NONE,
	};
	enum err e = find_files(rq, tx, &list);

	if (e == OK && rq->page.include_total)
		e = count_files(rq, tx, &list.total);
	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

const struct route license_file_routes[] = {
	{
	    .id = "license_file_list",
	    .method = GET,
	    .path = "/api/v1/licenses/{id}/files",
	    .summary = "List the files of a license",
	    .description = "When they were handed out and how long they hold; what is in them isn't kept.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct license_path, license_path),
	    .output = license_file_fields,
	    .handler = license_file_list,
	},
	{
	    .id = "license_file_create",
	    .method = POST,
	    .path = "/api/v1/licenses/{id}/files",
	    .summary = "Hand out a license file",
	    .description = "A program checks it without a network. Nobody can take it back: it holds until it ends. Twenty in thirty days.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    INPUT(struct file_input, file_input),
	    .output = file_view_fields,
	    .errors = { ERR_VERDICT_REVOKED, ERR_VERDICT_SUSPENDED, ERR_VERDICT_EXPIRED, ERR_ACTIVATION_LIMIT, ERR_FILE_LIMIT,
			ERR_SIGNING_KEY_UNAVAILABLE },
	    .handler = license_file_create,
	},
	ROUTES_END,
};
