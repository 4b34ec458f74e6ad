/*
 * Suspending and resuming an organization: what acts in it gets 403 org_suspended from the next request on, nothing is lost.
 */
#include "domain/orgs.h"

#include <string.h>

#include "domain/installation.h"
#include "sql/gen/queries.h"

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
