/*
 * What gatehousectl reads from people besides options.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "lib/passwords.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

bool
ctl_read_secret(struct ctl *ctl, const char *what, const char **ret_secret)
{
	char *line = arena_alloc(ctl->arena, PASSWORD_BYTES_MAX + 3);
	size_t len = 0;

	arena_wipe_later(ctl->arena, line, PASSWORD_BYTES_MAX + 3);
	/* read(2), so that no copy stays behind in a buffer of stdio's. */
	while (len < PASSWORD_BYTES_MAX + 2) {
		ssize_t got = read(STDIN_FILENO, line + len, 1);
		if (got != 1 || line[len] == '\n')
			break;
		len++;
	}
	if (len > 0 && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	if (len == 0 || len > PASSWORD_BYTES_MAX || !utf8_is_valid(line, strlen(line)) || strlen(line) != len) {
		ctl_fail("standard input's first line must be %s: UTF-8, at most %d octets", what,
			 PASSWORD_BYTES_MAX);
		return false;
	}
	*ret_secret = line;
	return true;
}

bool
ctl_email_key(struct ctl *ctl, const char *what, const char *email, const char **ret_key)
{
	if (email_key(ctl->arena, email, ret_key))
		return true;
	ctl_fail("%s: '%s' isn't an e-mail address", what, email);
	return false;
}

bool
ctl_find_project(struct ctl *ctl, const char *id, const char **ret_org_id)
{
	struct q_installation_project_row project;

	if (!id_is_valid(ID_PROJECT, id)) {
		ctl_fail("--project: '%s' isn't the id of a project (prj_…)", id);
		return false;
	}
	enum err e =
		q_installation_project(ctl->db, &(struct q_installation_project){ .project_id = id }, &project);
	if (e == ERR_NO_ROW)
		ctl_fail("--project: there is no project %s", id);
	else if (e != OK)
		ctl_fail_err(e, "--project");
	else
		*ret_org_id = project.org_id;
	return e == OK;
}
