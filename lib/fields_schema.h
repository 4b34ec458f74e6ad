/*
 * Input fields as JSON Schema (2020-12), in the words of docs/openapi.json.
 */
#ifndef GATEHOUSE_LIB_FIELDS_SCHEMA_H
#define GATEHOUSE_LIB_FIELDS_SCHEMA_H

#include "lib/fields.h"

/* The value of one field. */
void field_schema(struct buffer *, const struct field *);

#endif
