/*
 * Host names of projects' own (oauth.md section 2): whoever runs the server gives them, for nobody else can make nginx serve them.
 */
#ifndef GATEHOUSE_DOMAIN_PROJECT_HOSTS_H
#define GATEHOUSE_DOMAIN_PROJECT_HOSTS_H

#include "sql/tx.h"

/* "https://" and a host name in lower case, perhaps a port; nothing behind it. */
bool project_host_is_valid(const char *issuer);
/*
 * Gives the project this host name in place of any it has; NULL takes it away. In a transaction. ERR_IDENTIFIER_EXISTS: it is another's, or
 * the installation's own; ERR_NO_ROW: no such project, or none to take away.
 */
enum err project_host_set(struct tx *, const char *project_id, const char *issuer) MUST_CHECK;

#endif
