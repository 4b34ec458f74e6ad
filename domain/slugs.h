/*
 * Slugs derived from names: of many that want one, each gets its own.
 */
#ifndef GATEHOUSE_DOMAIN_SLUGS_H
#define GATEHOUSE_DOMAIN_SLUGS_H

#include "sql/tx.h"

#define SLUG_ATTEMPTS_MAX 24

/*
 * What to try: the base, base-2 … base-20, then the base with random characters behind it, so that no number of earlier ones is in the
 * way. attempt counts from 1. The unique key decides; whoever meets it tries the next.
 */
enum err slug_candidate(struct tx *, const char *base, unsigned attempt, const char **ret_slug) MUST_CHECK;

#endif
