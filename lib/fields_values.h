/*
 * Reading one value by its field, for lib/fields_parse.c alone.
 */
#ifndef GATEHOUSE_LIB_FIELDS_VALUES_H
#define GATEHOUSE_LIB_FIELDS_VALUES_H

#include "lib/fields.h"

/* What one run of the parser works on. */
struct fields_run {
	struct arena *arena;
	char *input;
	struct field_errors *errors;
};

/* A value as it came: from the body as JSON, from the path or query as text. */
struct raw_value {
	const struct json *json;
	const char *text;
};

/*
 * Puts a value that isn't null into the input struct. False when it breaks a rule, which is then
 * reported.
 */
bool field_read_value(struct fields_run *, const struct field *, struct raw_value);

#endif
