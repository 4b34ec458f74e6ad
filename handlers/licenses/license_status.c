/*
 * POST /api/v1/licenses/{id}/suspend, /reinstate, /revoke and /reset_hardware: what the next question of a program meets (licensing.md rule 8).
 */
#include <string.h>

#include "handlers/licenses/licenses.h"
#include "handlers/routes.h"

struct reason_input {
	struct {
		bool id, reason;
	} has;
	const char *id, *reason;
};

static const struct field reason_input[] = {
	IN_ID(struct reason_input, id, ID_LICENSE, .in = IN_PATH),
	IN_STRING(struct reason_input, reason, .min = 1, .max = 255, .description = "For the audit log"),
	FIELDS_END,
};

struct move {
	enum event event;
	const char *to, *from, *from_other;
};

static const struct move SUSPEND = { EV_LICENSE_SUSPENDED, "suspended", "active", "active" };
static const struct move REINSTATE = { EV_LICENSE_REINSTATED, "active", "suspended", "suspended" };
static const struct move REVOKE = { EV_LICENSE_REVOKED, "revoked", "active", "suspended" };

/* The reason stands beside what changed. */
static enum err
record_move(const struct request *rq, struct tx *tx, const struct move *move, const struct license *before, const struct license *after)
{
	const struct reason_input *in = rq->input;
	struct record r = request_record(rq, move->event, after->id,
					 arena_printf(rq->arena, "%s (%s)", after->product_name, after->key_hint));
	struct buffer changes = buffer_new(rq->arena);

	r.fields = license_record_fields;
	r.before = before;
	r.after = after;
	if (in->has.reason) {
		buffer_printf(&changes, "{\"status\":[\"%s\",\"%s\"],\"reason\":[null,", before->status, after->status);
		buffer_json_string(&changes, in->reason);
		buffer_text(&changes, "]}");
		r.changes = buffer_string(&changes);
	}
	return record(tx, &r);
}

/* What is as it should be already stays, without a record. */
static enum err
move_license(const struct request *rq, struct tx *tx, const struct move *move, struct license *ret)
{
	const struct reason_input *in = rq->input;
	struct license before;
	uint64_t matched = 0;

	TRY(license_lock(rq, tx, in->id, &before));
	TRY(q_license_set_status(tx->db,
				 &(struct q_license_set_status){
				     .project_id = rq->project.id,
				     .id = in->id,
				     .status = move->to,
				     .from_status = move->from,
				     .from_other = move->from_other,
				 },
				 &matched));
	TRY(license_read(tx, rq->project.id, in->id, license_shows_keys(rq), ret));
	if (matched > 0)
		return record_move(rq, tx, move, &before, ret);
	return strcmp(before.status, "revoked") == 0 && strcmp(move->to, "revoked") != 0 ? ERR_LICENSE_REVOKED : OK;
}

static enum verdict
move_and_show(const struct request *rq, struct tx *tx, const struct move *move)
{
	struct license license;
	enum err e = move_license(rq, tx, move, &license);

	return e == OK ? license_show(rq, 200, &license) : fail_err(rq, e);
}

static enum verdict
license_suspend(const struct request *rq, struct tx *tx)
{
	return move_and_show(rq, tx, &SUSPEND);
}

static enum verdict
license_reinstate(const struct request *rq, struct tx *tx)
{
	return move_and_show(rq, tx, &REINSTATE);
}

static enum verdict
license_revoke(const struct request *rq, struct tx *tx)
{
	return move_and_show(rq, tx, &REVOKE);
}

/* ---- reset_hardware ---- */

static enum err
reset(const struct request *rq, struct tx *tx, struct license *ret)
{
	const struct license_path *in = rq->input;
	struct license before;

	TRY(license_lock(rq, tx, in->id, &before));
	TRY(q_activation_end_all(tx->db,
				 &(struct q_activation_end_all){
				     .project_id = rq->project.id,
				     .license_id = in->id,
				     .end_reason = "reset",
				 },
				 NULL));
	TRY(q_license_open_lock(tx->db, &(struct q_license_open_lock){ .project_id = rq->project.id, .id = in->id }, NULL));
	TRY(license_read(tx, rq->project.id, in->id, license_shows_keys(rq), ret));
	return license_record(tx, EV_LICENSE_HWID_RESET, rq->org.id, rq->project.id, &before, ret);
}

static enum verdict
license_reset_hardware(const struct request *rq, struct tx *tx)
{
	struct license license;
	enum err e = reset(rq, tx, &license);

	return e == OK ? license_show(rq, 200, &license) : fail_err(rq, e);
}

/* ---- machines ---- */

static enum verdict
activation_list(const struct request *rq, struct tx *tx)
{
	const struct license_path *in = rq->input;
	struct list_reply list = {
		.fields = activation_fields,
		.item_size = sizeof(struct activation),
		.id_offset = offsetof(struct activation, id),
		.total = NONE,
	};
	struct activation *machines = NULL;
	struct license license;
	enum err e = license_read(tx, rq->project.id, in->id, false, &license);

	if (e == OK)
		e = activation_page(tx, rq->project.id, in->id, rq->page.after_id, rq->page.limit + 1, &machines, &list.count);
	if (e != OK)
		return fail_err(rq, e);
	list.items = machines;
	if (rq->page.include_total)
		list.total = license.current_activations;
	return reply_list(rq, &list);
}

struct activation_path {
	struct {
		bool id, activation_id;
	} has;
	const char *id, *activation_id;
};

static const struct field activation_path[] = {
	IN_ID(struct activation_path, id, ID_LICENSE, .in = IN_PATH),
	IN_ID(struct activation_path, activation_id, ID_ACTIVATION, .in = IN_PATH),
	FIELDS_END,
};

static enum err
delete_activation(const struct request *rq, struct tx *tx)
{
	const struct activation_path *in = rq->input;
	struct license before, after;
	uint64_t matched = 0;

	TRY(license_lock(rq, tx, in->id, &before));
	TRY(q_activation_end(tx->db,
			     &(struct q_activation_end){
				 .project_id = rq->project.id,
				 .license_id = in->id,
				 .id = in->activation_id,
				 .end_reason = "removed",
			     },
			     &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	TRY(license_read(tx, rq->project.id, in->id, false, &after));
	return activation_record(tx, EV_LICENSE_DEACTIVATED, rq->org.id, rq->project.id, &after, in->activation_id);
}

static enum verdict
activation_delete(const struct request *rq, struct tx *tx)
{
	enum err e = delete_activation(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

#define MOVE(word, summary_, permission_, ...)                                                                               \
	{                                                                                                                    \
		.id = "license_" #word, .method = POST, .path = "/api/v1/licenses/{id}/" #word, .summary = summary_,         \
		.auth = AUTH_ANY, .tenant = TENANT_PROJECT, .permission = permission_, .tx = TX_WRITE,                       \
		.flags = ROUTE_ETAG | ROUTE_SHOWS_SECRET, INPUT(struct reason_input, reason_input),                          \
		.output = license_fields, .handler = license_##word, __VA_ARGS__                                             \
	}

const struct route license_status_routes[] = {
	MOVE(suspend, "Suspend a license", PERM_LICENSE_WRITE, .errors = { ERR_LICENSE_REVOKED },
	     .description = "Programs are told suspended until it is reinstated. Machines keep their seats."),
	MOVE(reinstate, "Reinstate a suspended license", PERM_LICENSE_WRITE, .errors = { ERR_LICENSE_REVOKED }),
	MOVE(revoke, "Revoke a license for good", PERM_LICENSE_MANAGE, .description = "It never counts again."),
	{
	    .id = "license_reset_hardware",
	    .method = POST,
	    .path = "/api/v1/licenses/{id}/reset_hardware",
	    .summary = "Take all machines off a license",
	    .description = "Every seat is free, and the lock on an address open, until the next machine asks.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG | ROUTE_SHOWS_SECRET,
	    INPUT(struct license_path, license_path),
	    .output = license_fields,
	    .handler = license_reset_hardware,
	},
	{
	    .id = "activation_list",
	    .method = GET,
	    .path = "/api/v1/licenses/{id}/activations",
	    .summary = "List the machines of a license",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct license_path, license_path),
	    .output = activation_fields,
	    .handler = activation_list,
	},
	{
	    .id = "activation_delete",
	    .method = DELETE,
	    .path = "/api/v1/licenses/{id}/activations/{activation_id}",
	    .summary = "Take a machine off a license",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct activation_path, activation_path),
	    .handler = activation_delete,
	},
	ROUTES_END,
};
