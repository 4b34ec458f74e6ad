/*
 * Slugs derived from names.
 */
#include "domain/slugs.h"

#include <string.h>

#include "lib/text.h"

#define NUMBERED_ATTEMPTS 20
#define RANDOM_LEN 6

enum err
slug_candidate(struct tx *tx, const char *base, unsigned attempt, const char **ret_slug)
{
	const char *id;

	if (attempt <= NUMBERED_ATTEMPTS) {
		*ret_slug = slug_numbered(tx->arena, base, attempt);
		return OK;
	}
	/* The end of an id is its random part, in the alphabet of slugs. */
	TRY(tx_make_id(tx, ID_ORG, &id));
	*ret_slug = arena_printf(tx->arena, "%.50s-%s", base, id + strlen(id) - RANDOM_LEN);
	return OK;
}
