/*
 * Which chain a request reads: what listing, exporting and verifying audit events share.
 */
#ifndef GATEHOUSE_HANDLERS_AUDIT_EVENTS_CHAIN_H
#define GATEHOUSE_HANDLERS_AUDIT_EVENTS_CHAIN_H

#include "fcgi/request.h"

/* "project", which is meant when nothing is said, and "org". */
extern const char *const audit_chain_names[];

/*
 * The organization's chain is for those who have the route's permission there, and for no key that is pinned to a project: FORBIDDEN,
 * CREDENTIAL_NOT_ALLOWED. asked may be NULL.
 */
enum err audit_choose_chain(const struct request *, const char *asked, const char **ret_chain_id) MUST_CHECK;

#endif
