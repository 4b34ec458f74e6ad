/*
 * Credentials for third parties' services, sealed (automation.md section 5.2); today those of payment providers.
 */
#ifndef GATEHOUSE_DOMAIN_CONNECTIONS_H
#define GATEHOUSE_DOMAIN_CONNECTIONS_H

#include "sql/gen/queries.h"
#include "sql/tx.h"

#define CONNECTION_SECRET_MAX 512

/* stripe, midtrans; ended by NULL. */
extern const char *const connection_providers[];

/* NULL, or the rule that a secret breaks: pattern, environment. */
const char *connection_secret_rule(const char *provider, const char *secret, bool is_live);
/* Does it look like a signing secret of Stripe's? */
bool connection_inbound_secret_is_one(const char *text);
/* NULL stays NULL, sealed as no octets. */
enum err connection_seal(struct tx *, const char *project_id, const char *id, const char *secret, struct bytes *ret) MUST_CHECK;
enum err connection_seal_inbound(struct tx *, const char *project_id, const char *id, const char *secret, struct bytes *ret) MUST_CHECK;
/* Registered to be wiped; NULL: there is none. ERR_CRYPTO. */
enum err connection_open(struct tx *, const char *project_id, const char *id, struct bytes sealed, const char **ret) MUST_CHECK;
enum err connection_open_inbound(struct tx *, const char *project_id, const char *id, struct bytes sealed, const char **ret) MUST_CHECK;

#endif
