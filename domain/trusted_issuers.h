/*
 * Another issuer's word about people: by which provider's accounts they are found (oauth.md rule 27).
 */
#ifndef GATEHOUSE_DOMAIN_TRUSTED_ISSUERS_H
#define GATEHOUSE_DOMAIN_TRUSTED_ISSUERS_H

#include "sql/tx.h"

/*
 * NULL when subjects of the issuer are accounts at the project's provider, which people may sign in with now; else the rule that is broken:
 * unknown, off, issuer. What another issuer calls somebody may be anybody else's name there.
 */
enum err trusted_provider_problem(struct tx *, const char *project_id, const char *provider, const char *issuer, const char **ret_rule) MUST_CHECK;

#endif
