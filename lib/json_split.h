/*
 * Cuts a long JSON text into the elements of one array without holding it: the array that is the text, or the member "users" of the object that
 * is the text (what else that object holds is passed over). An element's own text is cut out, not judged: json_parse() does that.
 */
#ifndef GATEHOUSE_LIB_JSON_SPLIT_H
#define GATEHOUSE_LIB_JSON_SPLIT_H

#include "lib/base.h"

/* Zeroed before the first call; the members are json_split()'s. */
struct json_split {
	unsigned place;
	bool is_wanted;		/* the member whose value comes is "users" */
	size_t depth;		/* within the value under way */
	bool is_in_string, is_escaped;
	size_t passed;		/* octets of the element under way that were looked at */
};

enum json_cut {
	CUT_ELEMENT,	/* *ret_len octets at *ret_start: go on behind it */
	CUT_MORE,	/* what stands before *ret_start is done with: call again with the text from there on, and more of it */
	CUT_END,	/* the array has ended */
	CUT_BROKEN,	/* no JSON, or no array where one is looked for */
};

/* `text` begins where the last call ended. */
enum json_cut json_split(struct json_split *, const char *text, size_t len, size_t *ret_start, size_t *ret_len);

#endif
