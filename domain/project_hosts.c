/*
 * Host names of projects' own: one a project, one project a name.
 */
#include "domain/project_hosts.h"

#include <string.h>

#include "domain/orgs.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

#define HOST_LEN_MAX 240

bool
project_host_is_valid(const char *issuer)
{
	static const char SCHEME[] = "https://";
	static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";

	if (strncmp(issuer, SCHEME, strlen(SCHEME)) != 0)
		return false;
	const char *host = issuer + strlen(SCHEME);
	size_t len = strspn(host, LETTERS), digits = host[len] == ':' ? strspn(host + len + 1, "0123456789") : 0;

	if (len == 0 || len > HOST_LEN_MAX || host[0] == '.' || host[0] == '-' || strstr(host, "..") != NULL)
		return false;
	return host[len] == '\0' || (digits > 0 && digits <= 5 && host[len + 1 + digits] == '\0');
}

struct host_view {
	const char *issuer;
};

static const struct field host_fields[] = {
	OUT_STRING(struct host_view, issuer),
	FIELDS_END,
};

static enum err
find_old(struct tx *tx, const char *project_id, const char **ret_issuer)
{
	struct q_project_host_get_row row;
	enum err e = q_project_host_get(tx->db, &(struct q_project_host_get){ .project_id = project_id }, &row);

	*ret_issuer = e == OK ? row.issuer : NULL;
	return e == ERR_NO_ROW ? OK : e;
}

static enum err
replace(struct tx *tx, const char *project_id, const char *issuer)
{
	TRY(q_project_host_delete(tx->db, &(struct q_project_host_delete){ .project_id = project_id }, NULL));
	if (issuer == NULL)
		return OK;
	if (strcmp(issuer, tx->config->public_url) == 0 || strcmp(issuer, tx->config->auth_url) == 0)
		return ERR_IDENTIFIER_EXISTS;
	enum err e = q_project_host_insert(tx->db, &(struct q_project_host_insert){ .project_id = project_id, .issuer = issuer }, NULL);
	return db_on_duplicate(tx->db, e, DUP_PROJECT_HOSTS_UQ_ISSUER, ERR_IDENTIFIER_EXISTS);
}

enum err
project_host_set(struct tx *tx, const char *project_id, const char *issuer)
{
	struct q_installation_project_row project;
	struct host_view before, after = { .issuer = issuer };

	TRY(q_installation_project(tx->db, &(struct q_installation_project){ .project_id = project_id }, &project));
	TRY(org_guard(tx, project.org_id));
	TRY(find_old(tx, project_id, &before.issuer));
	if (before.issuer == NULL && issuer == NULL)
		return ERR_NO_ROW;
	TRY(replace(tx, project_id, issuer));
	return record(tx, &(struct record){
			      .event = EV_PROJECT_UPDATED,
			      .org_id = project.org_id,
			      .project_id = project_id,
			      .target_id = project_id,
			      .target_label = project.name,
			      .fields = host_fields,
			      .before = &before,
			      .after = &after,
		      });
}
