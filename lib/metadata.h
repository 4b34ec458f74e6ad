/*
 * A user's metadata: any JSON object of bounded size that the project's people keep for themselves (users.md section 2).
 */
#ifndef GATEHOUSE_LIB_METADATA_H
#define GATEHOUSE_LIB_METADATA_H

#include "lib/json.h"

#define METADATA_BYTES_MAX (16 * (size_t)1024)
#define METADATA_DEPTH_MAX 8

/*
 * What `text` (a stored object) becomes when `patch`, JSON as well, is merged into it: members of the patch replace those of the same name, null takes them
 * away. NULL, or the rule that is broken: type, depth, length. *ret_text is untouched then.
 */
const char *metadata_merge(struct arena *, const char *text, const char *patch, const char **ret_text);
/*
 * Where only so many values without shape may be: NULL, or the rule that a stored object breaks: members, scalar.
 */
const char *metadata_flat_rule(struct arena *, const char *text, size_t members_max);
/* One sentence for a rule. */
const char *metadata_rule_message(const char *rule) RETURNS_NONNULL;

#endif
