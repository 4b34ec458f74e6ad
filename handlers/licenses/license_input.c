/*
 * What a new license may say, one by one or as the template of many, and the licenses that a search finds.
 */
#include <string.h>

#include "domain/caps.h"
#include "domain/license_settings.h"
#include "handlers/licenses/licenses.h"
#include "lib/metadata.h"

/* ---- making one ---- */

const struct field license_template_input[] = { LICENSE_NEW, FIELDS_END };

static enum verdict
check_metadata(const struct request *rq, const struct license_input *in, const char *prefix, const char **metadata)
{
	const char *rule = metadata_merge(rq->arena, *metadata, in->metadata, metadata);

	if (rule == NULL)
		rule = metadata_flat_rule(rq->arena, *metadata, LICENSE_METADATA_MEMBERS_MAX);
	if (rule == NULL)
		return go_on(rq);
	return fail_field(rq, arena_printf(rq->arena, "%smetadata", prefix), rule, "%s", metadata_rule_message(rule));
}

static enum verdict
check_plan(const struct request *rq, struct tx *tx, const char *plan_key, const char *prefix, const char **ret_plan_id)
{
	const char *field = arena_printf(rq->arena, "%splan_key", prefix);
	struct plan_row plan;
	enum err e = q_plan_by_key(tx->db, &(struct q_plan_by_key){ .project_id = rq->project.id, .plan_key = plan_key }, &plan);

	if (e == ERR_NO_ROW)
		return fail_field(rq, field, "unknown", "The project has no such plan.");
	if (e != OK)
		return fail_err(rq, e);
	*ret_plan_id = plan.id;
	return go_on(rq);
}

static enum verdict
check_holder(const struct request *rq, struct tx *tx, const char *user_id, const char *prefix)
{
	struct user_row holder;
	enum err e = q_user_get(tx->db, &(struct q_user_get){ .project_id = rq->project.id, .id = user_id }, &holder);

	if (e == ERR_NO_ROW)
		return fail_field(rq, arena_printf(rq->arena, "%suser_id", prefix), "unknown", "The project has no such user.");
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

/* What the tables can't say: metadata without shape, a plan and a holder who are there. */
enum verdict
license_check(const struct request *rq, struct tx *tx, const struct license_input *in, const char *prefix, struct license_known *known)
{
	enum verdict verdict = go_on(rq);

	if (in->has.metadata)
		verdict = check_metadata(rq, in, prefix, &known->metadata);
	if (verdict == VERDICT_GO_ON && in->has.plan_key && in->plan_key == NULL)
		known->plan_id = NULL;
	if (verdict == VERDICT_GO_ON && in->plan_key != NULL)
		verdict = check_plan(rq, tx, in->plan_key, prefix, &known->plan_id);
	if (verdict == VERDICT_GO_ON && in->user_id != NULL)
		verdict = check_holder(rq, tx, in->user_id, prefix);
	return verdict;
}

static enum verdict
check_gate(const struct request *rq, struct tx *tx, enum gate gate)
{
	enum err e = gate_check(tx, rq->org.id, gate);

	if (e == ERR_UPGRADE_REQUIRED)
		return fail_details(rq, e, gate_details(rq->arena, gate), "%s", error_info(e)->title);
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

enum verdict
license_check_plan(const struct request *rq, struct tx *tx, bool is_floating, int64_t more)
{
	struct cap cap;
	enum verdict verdict = is_floating ? check_gate(rq, tx, GATE_FLOATING_LICENSES) : go_on(rq);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = cap_check(tx, rq->org.id, CAP_LICENSES, more, &cap);
	if (e == ERR_PLAN_LIMIT_REACHED)
		return fail_details(rq, e, cap_details(rq->arena, &cap), "%s", cap_message(rq->arena, &cap));
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

enum verdict
license_check_bulk(const struct request *rq, struct tx *tx)
{
	return check_gate(rq, tx, GATE_LICENSE_BULK);
}

enum err
license_make(const struct request *rq, struct tx *tx, const struct license_input *in, const char *key,
	     const struct license_known *known, struct license *ret)
{
	const struct license_secrets *secrets;
	const char *id;

	TRY(license_secrets_ensure(tx, rq->project.id, &secrets));
	TRY(license_insert(tx, rq->project.id, secrets,
			   &(struct license_new){
			       .key = key,
			       .product_name = in->product_name,
			       .status = "active",
			       .mode = in->has.mode ? in->mode : "node_locked",
			       .max_activations = in->has.max_activations ? in->max_activations : 1,
			       .expires_at = in->has.expires_at ? in->expires_at : NONE,
			       .grace_days = in->has.grace_days ? in->grace_days : 0,
			       .ip_locked = in->has.ip_locked && in->ip_locked,
			       .lease_ttl_s = in->has.lease_ttl_s ? in->lease_ttl_s : LICENSE_LEASE_DEFAULT_S,
			       .plan_id = known->plan_id,
			       .user_id = in->user_id,
			       .metadata = known->metadata,
			       .notes = in->notes,
			   },
			   &id));
	TRY(license_read(tx, rq->project.id, id, license_shows_keys(rq), ret));
	return license_record(tx, EV_LICENSE_CREATED, rq->org.id, rq->project.id, NULL, ret);
}

/* ---- finding ---- */

static enum err
find_plan(struct tx *tx, const char *project_id, const char *plan_key, const char **ret_id)
{
	struct plan_row plan;
	enum err e = q_plan_by_key(tx->db, &(struct q_plan_by_key){ .project_id = project_id, .plan_key = plan_key }, &plan);

	*ret_id = e == OK ? plan.id : "";
	return e == ERR_NO_ROW ? OK : e;
}

enum err
license_filter_read(const struct request *rq, struct tx *tx, const struct license_query *query, struct license_filter *ret)
{
	const struct license_secrets *secrets;
	struct license_settings_row row;

	*ret = (struct license_filter){ .status = query->status, .user_id = query->user_id };
	if (query->plan_key != NULL)
		TRY(find_plan(tx, rq->project.id, query->plan_key, &ret->plan_id));
	if (!query->has.search)
		return OK;
	const char *key = license_key_normalise(rq->arena, query->search);
	uint8_t *digest = arena_alloc(rq->arena, LICENSE_DIGEST_LEN);

	TRY(license_settings_read(tx, rq->project.id, &row));
	if (row.doc != NULL && (license_key_is_made(key) || license_key_is_custom(key))) {
		TRY(license_secrets_open(rq->keyring, rq->arena, rq->project.id, row.secret_sealed, &secrets));
		TRY(license_key_digest(secrets, key, digest));
		ret->key_digest = (struct bytes){ digest, LICENSE_DIGEST_LEN };
	}
	ret->product = like_contains(rq->arena, query->search);
	ret->last4 = strlen(key) == LICENSE_HINT_PART && ascii_check(key) == NULL ? key : NULL;
	return OK;
}

enum err
license_find(struct tx *tx, const char *project_id, const struct license_filter *filter, const char *after_id, int64_t limit,
	     struct license_row **ret_rows, size_t *ret_count)
{
	return q_license_list(tx->db,
			      &(struct q_license_list){
				  .project_id = project_id,
				  .after_id = after_id,
				  .status = filter->status,
				  .user_id = filter->user_id,
				  .plan_id = filter->plan_id,
				  .key_digest = filter->key_digest,
				  .product = filter->product,
				  .last4 = filter->last4,
				  .limit = limit,
			      },
			      ret_rows, ret_count);
}

enum err
license_count(struct tx *tx, const char *project_id, const struct license_filter *filter, int64_t *ret_total)
{
	struct q_license_count_row row;

	TRY(q_license_count(tx->db,
			    &(struct q_license_count){
				.project_id = project_id,
				.status = filter->status,
				.user_id = filter->user_id,
				.plan_id = filter->plan_id,
				.key_digest = filter->key_digest,
				.product = filter->product,
				.last4 = filter->last4,
			    },
			    &row));
	*ret_total = row.total;
	return OK;
}
