/*
 * gatehousectl host set, host remove, hosts list.
 */
#include "ctl/ctl.h"

#include <string.h>

#include "domain/project_hosts.h"
#include "sql/gen/queries.h"

struct setting {
	struct ctl *ctl;
	const char *project_id;
	const char *issuer;	/* NULL: to be taken away */
};

static enum err
set(void *context)
{
	struct setting *s = context;

	return project_host_set(&s->ctl->tx, s->project_id, s->issuer);
}

static enum ctl_exit
change(struct ctl *ctl, const char *project_id, const char *issuer)
{
	struct setting s = { .ctl = ctl, .project_id = project_id, .issuer = issuer };
	enum err e = id_is_valid(ID_PROJECT, project_id) ? db_transact(ctl->db, TX_WRITE, set, &s) : ERR_NO_ROW;

	if (e == ERR_NO_ROW)
		return ctl_fail("there is no project '%s'%s", project_id, issuer == NULL ? " with a host name of its own" : "");
	if (e == ERR_IDENTIFIER_EXISTS)
		return ctl_fail("%s is taken", issuer);
	return e == OK ? CTL_OK : ctl_fail_err(e, ctl->command->name);
}

enum ctl_exit
ctl_host_set(struct ctl *ctl)
{
	const char *project_id = ctl_option(ctl, "project");

	if (!project_host_is_valid(ctl->operand))
		return ctl_fail("'%s' isn't https:// and a host name in lower case", ctl->operand);
	if (strcmp(project_id, ctl->tx.console_id) == 0)
		return ctl_fail("--project: the console's host is public_url");
	if (change(ctl, project_id, ctl->operand) != CTL_OK)
		return CTL_FAILED;
	ctl_say(ctl, "%s is an issuer of %s. Now let nginx serve it: gatehouse-own-host.conf.", ctl->operand, project_id);
	return CTL_OK;
}

enum ctl_exit
ctl_host_remove(struct ctl *ctl)
{
	if (change(ctl, ctl->operand, NULL) != CTL_OK)
		return CTL_FAILED;
	ctl_say(ctl, "%s has no host name of its own any more.", ctl->operand);
	return CTL_OK;
}

static const struct field host_list_fields[] = {
	OUT_STRING(struct project_host_row, issuer),
	OUT_STRING(struct project_host_row, project_id),
	OUT_STRING(struct project_host_row, client_id),
	OUT_STRING(struct project_host_row, org),
	OUT_STRING(struct project_host_row, slug),
	OUT_TIME(struct project_host_row, created_at),
	FIELDS_END,
};

enum ctl_exit
ctl_hosts_list(struct ctl *ctl)
{
	struct project_host_row *rows;
	size_t count;
	enum err e = q_project_host_list(ctl->db, &rows, &count);

	if (e != OK)
		return ctl_fail_err(e, "hosts list");
	ctl_print_list(ctl, host_list_fields, rows, count, sizeof(rows[0]));
	return CTL_OK;
}
