/*
 * Reading members of an object that we stored ourselves: what isn't there, or isn't what it should be, leaves the value as it is.
 */
#ifndef GATEHOUSE_LIB_JSON_TAKE_H
#define GATEHOUSE_LIB_JSON_TAKE_H

#include "lib/json.h"

void json_take_bool(const struct json *object, const char *name, bool *value);
/* Only a number within [min, max] is taken. */
void json_take_int(const struct json *object, const char *name, int64_t min, int64_t max, int64_t *value);
void json_take_text(const struct json *object, const char *name, const char **value);
/* The texts of a list; elements that are none are left out. */
void json_take_texts(struct arena *, const struct json *object, const char *name, struct strings *value);

#endif
