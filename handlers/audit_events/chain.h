/*
 * Which rows a request reads: what listing, exporting and verifying audit events share.
 */
#ifndef GATEHOUSE_HANDLERS_AUDIT_EVENTS_CHAIN_H
#define GATEHOUSE_HANDLERS_AUDIT_EVENTS_CHAIN_H

#include "domain/audit_export.h"
#include "fcgi/request.h"
#include "lib/text.h"

/* "project", which is meant when nothing is said, and "org". */
extern const char *const audit_chain_names[];

/* What list and export take; format is the export's alone. */
struct audit_query {
	struct {
		bool chain, action, actor_id, target_id, from, to, format;
	} has;
	const char *chain;
	const char *action;
	const char *actor_id;
	const char *target_id;
	int64_t from;
	int64_t to;
	const char *format;
};

/* clang-format off */
#define AUDIT_QUERY_FIELDS \
	IN_ENUM(struct audit_query, chain, audit_chain_names, .in = IN_QUERY, .description = "project when absent"), \
	IN_STRING(struct audit_query, action, .in = IN_QUERY, .min = 1, .max = 64, .check = ascii_check), \
	IN_STRING(struct audit_query, actor_id, .in = IN_QUERY, .min = 1, .max = 29, .check = ascii_check), \
	IN_STRING(struct audit_query, target_id, .in = IN_QUERY, .min = 1, .max = 29, .check = ascii_check), \
	IN_TIME(struct audit_query, from, .in = IN_QUERY), \
	IN_TIME(struct audit_query, to, .in = IN_QUERY)
/* clang-format on */

/*
 * Asks for the route's permission where the chain is: in the project, or in the organization, whatever the project's override says. No key
 * that is pinned to a project reads the organization's. FORBIDDEN, INSUFFICIENT_SCOPE, CREDENTIAL_NOT_ALLOWED. asked may be NULL.
 */
enum err audit_choose_chain(const struct request *, const char *asked, const char **ret_chain_id) MUST_CHECK;
/* The same for the request's audit_query: the rows it asks for. */
enum err audit_choose_rows(const struct request *, struct audit_filter *ret) MUST_CHECK;

#endif
