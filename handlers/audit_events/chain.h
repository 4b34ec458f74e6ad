/*
 * Which chain a request reads: what listing, exporting and verifying audit events share.
 */
#ifndef GATEHOUSE_HANDLERS_AUDIT_EVENTS_CHAIN_H
#define GATEHOUSE_HANDLERS_AUDIT_EVENTS_CHAIN_H

#include "fcgi/request.h"

/* "project", which is meant when nothing is said, and "org". */
extern const char *const audit_chain_names[];

/*
 * Asks for the route's permission where the chain is: in the project, or in the organization, whatever the project's override says. No key
 * that is pinned to a project reads the organization's. FORBIDDEN, INSUFFICIENT_SCOPE, CREDENTIAL_NOT_ALLOWED. asked may be NULL.
 */
enum err audit_choose_chain(const struct request *, const char *asked, const char **ret_chain_id) MUST_CHECK;

#endif
