/*
 * gatehousectl orgs list, projects list.
 */
#include "ctl/ctl.h"
#include "sql/gen/queries.h"

static const struct field org_list_fields[] = {
	OUT_STRING(struct installation_org_row, id),
	OUT_STRING(struct installation_org_row, slug),
	OUT_STRING(struct installation_org_row, name),
	OUT_STRING(struct installation_org_row, status),
	OUT_INT(struct installation_org_row, member_count),
	OUT_INT(struct installation_org_row, project_count),
	OUT_STRING(struct installation_org_row, default_project_id),
	OUT_TIME(struct installation_org_row, created_at),
	FIELDS_END,
};

enum ctl_exit
ctl_orgs_list(struct ctl *ctl)
{
	struct installation_org_row *rows;
	size_t count;
	enum err e = q_installation_orgs(ctl->db, &rows, &count);

	if (e != OK)
		return ctl_fail_err(e, "orgs list");
	ctl_print_list(ctl, org_list_fields, rows, count, sizeof(rows[0]));
	return CTL_OK;
}

static const struct field project_list_fields[] = {
	OUT_STRING(struct installation_project_row, id),
	OUT_STRING(struct installation_project_row, client_id),
	OUT_STRING(struct installation_project_row, org),
	OUT_STRING(struct installation_project_row, slug),
	OUT_STRING(struct installation_project_row, name),
	OUT_STRING(struct installation_project_row, type),
	OUT_STRING(struct installation_project_row, environment),
	OUT_BOOL(struct installation_project_row, is_default),
	OUT_TIME(struct installation_project_row, created_at),
	FIELDS_END,
};

enum ctl_exit
ctl_projects_list(struct ctl *ctl)
{
	const char *org = ctl_option(ctl, "org");
	struct installation_project_row *rows;
	struct q_installation_org_by_slug_row found;
	size_t count;
	enum err e = OK;

	if (org != NULL)
		e = q_installation_org_by_slug(ctl->db, &(struct q_installation_org_by_slug){ .slug = org },
					       &found);
	if (e == ERR_NO_ROW)
		return ctl_fail("--org: there is no organization '%s'", org);
	if (e == OK)
		e = q_installation_projects(ctl->db, &(struct q_installation_projects){ .org = org }, &rows,
					    &count);
	if (e != OK)
		return ctl_fail_err(e, "projects list");
	ctl_print_list(ctl, project_list_fields, rows, count, sizeof(rows[0]));
	return CTL_OK;
}
