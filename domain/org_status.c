/*
 * What operators decide about an organization: whether it works (what acts in a suspended one gets 403 org_suspended from the next request on,
 * nothing is lost), and on which plan it is.
 */
#include "domain/orgs.h"

#include <string.h>

#include "domain/installation.h"
#include "domain/plans.h"

static enum err
refuse_operator_org(struct tx *tx, const char *org_id)
{
	struct installation installation;

	TRY(installation_load(tx, &installation));
	return strcmp(installation.operator_org_id, org_id) == 0 ? ERR_CANNOT_SUSPEND_OPERATOR_ORG : OK;
}

enum err
org_suspend(struct tx *tx, const char *org_id, bool is_suspended)
{
	const char *status = is_suspended ? "suspended" : "active";
	struct org_row before, after;

	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = org_id }, &before));
	if (is_suspended)
		TRY(refuse_operator_org(tx, org_id));
	if (strcmp(before.status, status) == 0)
		return OK;
	TRY(q_org_set_status(tx->db, &(struct q_org_set_status){ .org_id = org_id, .status = status }, NULL));
	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = org_id }, &after));
	return record(tx, &(struct record){
			      .event = is_suspended ? EV_ORG_SUSPENDED : EV_ORG_RESUMED,
			      .org_id = org_id,
			      .event_project_id = before.default_project_id,
			      .target_id = org_id,
			      .target_label = before.name,
			      .fields = org_fields,
			      .before = &before,
			      .after = &after,
			  });
}

static enum err
take_plan(struct tx *tx, const struct installation *installation, const struct org_row *org)
{
	enum err e = plan_unassign(tx, installation->operator_org_id, installation->console_id, org->id, org->name);

	return e == ERR_NO_ROW ? OK : e;
}

enum err
org_set_plan(struct tx *tx, const char *org_id, const struct plan_row *plan)
{
	struct installation installation;
	struct plan_assignment assignment;
	struct org_row org;

	TRY(installation_load(tx, &installation));
	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = org_id }, &org));
	TRY(q_org_touch(tx->db, &(struct q_org_touch){ .org_id = org_id }, NULL));
	if (plan == NULL)
		return take_plan(tx, &installation, &org);
	return plan_assign(tx,
			   &(struct plan_assign){
			       .org_id = installation.operator_org_id,
			       .project_id = installation.console_id,
			       .subject_id = org_id,
			       .subject_label = org.name,
			       .plan = plan,
			       .source = "admin",
			       .expires_at = NONE,
			       .current_period_end = NONE,
			   },
			   &assignment);
}
