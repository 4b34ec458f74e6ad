/*
 * Does a provider's account tell who an issuer's subject is?
 */
#include "domain/trusted_issuers.h"

#include <string.h>

#include "domain/social_providers.h"

enum err
trusted_provider_problem(struct tx *tx, const char *project_id, const char *provider, const char *issuer, const char **ret_rule)
{
	struct social_provider found;
	enum err e = social_provider_read(tx, project_id, provider, &found);

	if (e == ERR_NO_ROW) {
		*ret_rule = "unknown";
		return OK;
	}
	TRY(e);
	const char *own = social_issuer(tx->arena, &found.settings);
	if (own == NULL || strcmp(own, issuer) != 0)
		*ret_rule = "issuer";
	else
		*ret_rule = found.is_enabled ? NULL : "off";
	return OK;
}
