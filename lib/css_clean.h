/*
 * A project's own style sheet, made harmless (users.md rule 37): it is parsed, and written anew from what is allowed. Nothing of the
 * original text is kept but names, numbers and quoted font names that were recognised one by one.
 *
 * Allowed: rules for `.gh-…` classes with the properties and functions of the lists in css_clean.c, and @media by width, motion and
 * contrast. What can fetch (url(), @import, @font-face), run (expression, behavior, -moz-binding, javascript:), leave the sheet
 * (`</style`), hide its meaning (escapes) or lie over our own page (position: fixed) is dropped and listed, and so is whatever isn't
 * understood.
 */
#ifndef GATEHOUSE_LIB_CSS_CLEAN_H
#define GATEHOUSE_LIB_CSS_CLEAN_H

#include "lib/arena.h"

#define CSS_REMOVED_MAX 100	/* more than that are dropped, but not listed */

struct css_removed {
	int64_t line;		/* of the original, from 1 */
	const char *text;	/* what was dropped, on one line, cut */
	const char *rule;	/* url import font_face expression behavior binding script markup escape position
				   at_rule selector property value syntax */
};

struct css_cleaned {
	const char *css;	/* "" when nothing is left */
	const struct css_removed *removed;
	size_t removed_count;
};

/*
 * The text must be valid UTF-8. Never fails; the time grows with the length alone. Cleaning the result again drops nothing and
 * changes nothing.
 */
struct css_cleaned css_clean(struct arena *, const char *css);

#endif
