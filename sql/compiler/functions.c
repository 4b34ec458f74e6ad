/*
 * The functions that queries may call: those that MySQL and MariaDB have alike, and that give the
 * same for the same rows.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

static const struct function functions[] = {
	/* name, arguments (0: any number), their type, the result's type, when the result is NULL
	 */
	{ "COUNT", 1, TYPE_UNKNOWN, TYPE_INT, NULL_NEVER },
	{ "SUM", 1, TYPE_INT, TYPE_INT, NULL_ALWAYS },
	{ "GROUP_CONCAT", 0, TYPE_UNKNOWN, TYPE_TEXT, NULL_ALWAYS },
	{ "LENGTH", 1, TYPE_UNKNOWN, TYPE_INT, NULL_IF_ANY },
	{ "CHAR_LENGTH", 1, TYPE_TEXT, TYPE_INT, NULL_IF_ANY },
	{ "CONCAT", 0, TYPE_TEXT, TYPE_TEXT, NULL_IF_ANY },
	{ "FLOOR", 1, TYPE_INT, TYPE_INT, NULL_IF_ANY },
	{ "ABS", 1, TYPE_INT, TYPE_INT, NULL_IF_ANY },
	{ "SHA2", 2, TYPE_UNKNOWN, TYPE_TEXT, NULL_IF_ANY },
	{ "UNHEX", 1, TYPE_TEXT, TYPE_BYTES, NULL_IF_ANY },
	{ "TIMESTAMPDIFF", 2, TYPE_TIME, TYPE_INT, NULL_IF_ANY },
	/* those whose arguments and result have one type, whichever it is: TYPE_UNKNOWN as the
	   result */
	{ "MAX", 1, TYPE_UNKNOWN, TYPE_UNKNOWN, NULL_ALWAYS },
	{ "MIN", 1, TYPE_UNKNOWN, TYPE_UNKNOWN, NULL_ALWAYS },
	{ "NULLIF", 2, TYPE_UNKNOWN, TYPE_UNKNOWN, NULL_ALWAYS },
	{ "VALUES", 1, TYPE_UNKNOWN, TYPE_UNKNOWN, NULL_IF_ANY },
	{ "LEAST", 0, TYPE_UNKNOWN, TYPE_UNKNOWN, NULL_IF_ANY },
	{ "GREATEST", 0, TYPE_UNKNOWN, TYPE_UNKNOWN, NULL_IF_ANY },
	{ "COALESCE", 0, TYPE_UNKNOWN, TYPE_UNKNOWN, NULL_IF_ALL },
	{ "IFNULL", 2, TYPE_UNKNOWN, TYPE_UNKNOWN, NULL_IF_ALL },
	/* arguments of different types: types.c knows them by name */
	{ "IF", 3, TYPE_UNKNOWN, TYPE_UNKNOWN, NULL_IF_ANY },
	{ "TIMESTAMPADD", 2, TYPE_UNKNOWN, TYPE_TIME, NULL_IF_ANY },
};

const struct function *
function_find(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	}
	return NULL;
}
