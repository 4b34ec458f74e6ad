/*
 * gatehousectl org suspend, org resume, org set-plan.
 */
#include "ctl/ctl.h"
#include "domain/orgs.h"
#include "sql/gen/queries.h"

struct change {
	struct ctl *ctl;
	bool is_suspended;
	const char *plan_key;		/* NULL: it is to have none of its own */
	bool lacks_plan;		/* the console has none of that key */
	struct org_row org;
};

/* The organization that the command names, its guard written. ERR_NO_ROW. */
static enum err
hold(const struct change *change, const char **ret_id)
{
	struct tx *tx = &change->ctl->tx;
	struct q_installation_org_by_slug_row found;

	TRY(q_installation_org_by_slug(tx->db, &(struct q_installation_org_by_slug){ .slug = change->ctl->operand }, &found));
	*ret_id = found.id;
	return org_guard(tx, found.id);
}

static enum err
set_status(void *context)
{
	struct change *change = context;
	struct tx *tx = &change->ctl->tx;
	const char *id;

	TRY(hold(change, &id));
	TRY(org_suspend(tx, id, change->is_suspended));
	return q_org_get(tx->db, &(struct q_org_get){ .org_id = id }, &change->org);
}

static enum ctl_exit
suspend(struct ctl *ctl, bool is_suspended)
{
	struct change change = { .ctl = ctl, .is_suspended = is_suspended };
	enum err e = db_transact(ctl->db, TX_WRITE, set_status, &change);

	if (e == ERR_NO_ROW)
		return ctl_fail("there is no organization '%s'", ctl->operand);
	if (e == ERR_CANNOT_SUSPEND_OPERATOR_ORG)
		return ctl_fail("the operator organization can't be suspended");
	if (e != OK)
		return ctl_fail_err(e, ctl->command->name);
	ctl_say(ctl, "%s (%s) is %s.", change.org.name, change.org.id, change.org.status);
	ctl_print_object(ctl, org_fields, &change.org);
	return CTL_OK;
}

enum ctl_exit
ctl_org_suspend(struct ctl *ctl)
{
	return suspend(ctl, true);
}

enum ctl_exit
ctl_org_resume(struct ctl *ctl)
{
	return suspend(ctl, false);
}

static enum err
set_plan(void *context)
{
	struct change *change = context;
	struct tx *tx = &change->ctl->tx;
	struct plan_row plan;
	const char *id;

	TRY(hold(change, &id));
	if (change->plan_key != NULL) {
		enum err e = q_plan_by_key(tx->db, &(struct q_plan_by_key){ .project_id = tx->console_id, .plan_key = change->plan_key }, &plan);
		change->lacks_plan = e == ERR_NO_ROW;
		TRY(e);
	}
	TRY(org_set_plan(tx, id, change->plan_key != NULL ? &plan : NULL));
	return q_org_get(tx->db, &(struct q_org_get){ .org_id = id }, &change->org);
}

enum ctl_exit
ctl_org_set_plan(struct ctl *ctl)
{
	struct change change = { .ctl = ctl, .plan_key = ctl->second };

	if ((ctl_option(ctl, "none") != NULL) == (ctl->second != NULL))
		return ctl_fail("name a plan of the console, or say --none");
	enum err e = db_transact(ctl->db, TX_WRITE, set_plan, &change);
	if (e == ERR_NO_ROW)
		return change.lacks_plan ? ctl_fail("the console has no plan '%s'", ctl->second)
					 : ctl_fail("there is no organization '%s'", ctl->operand);
	if (e == ERR_PLAN_ARCHIVED)
		return ctl_fail("the plan '%s' is archived: nobody new gets it", ctl->second);
	if (e != OK)
		return ctl_fail_err(e, ctl->command->name);
	ctl_say(ctl, "%s (%s) is on %s.", change.org.name, change.org.id, change.plan_key != NULL ? change.plan_key : "no plan of its own");
	ctl_print_object(ctl, org_fields, &change.org);
	return CTL_OK;
}
