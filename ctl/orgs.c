/*
 * gatehousectl org suspend, org resume.
 */
#include "ctl/ctl.h"
#include "domain/orgs.h"
#include "sql/gen/queries.h"

struct suspending {
	struct ctl *ctl;
	bool is_suspended;
	struct org_row org;
};

static enum err
set_status(void *context)
{
	struct suspending *s = context;
	struct tx *tx = &s->ctl->tx;
	struct q_installation_org_by_slug_row found;

	TRY(q_installation_org_by_slug(tx->db, &(struct q_installation_org_by_slug){ .slug = s->ctl->operand }, &found));
	TRY(org_guard(tx, found.id));
	TRY(org_suspend(tx, found.id, s->is_suspended));
	return q_org_get(tx->db, &(struct q_org_get){ .org_id = found.id }, &s->org);
}

static enum ctl_exit
suspend(struct ctl *ctl, bool is_suspended)
{
	struct suspending s = { .ctl = ctl, .is_suspended = is_suspended };
	enum err e = db_transact(ctl->db, TX_WRITE, set_status, &s);

	if (e == ERR_NO_ROW)
		return ctl_fail("there is no organization '%s'", ctl->operand);
	if (e == ERR_CANNOT_SUSPEND_OPERATOR_ORG)
		return ctl_fail("the operator organization can't be suspended");
	if (e != OK)
		return ctl_fail_err(e, ctl->command->name);
	ctl_say(ctl, "%s (%s) is %s.", s.org.name, s.org.id, s.org.status);
	ctl_print_object(ctl, org_fields, &s.org);
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
