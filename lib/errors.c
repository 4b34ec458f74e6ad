/*
 * The table of errors, and what the database's own answers look like from outside.
 */
#include "lib/errors.h"

static const struct error_info errors[ERR_COUNT] = {
#define ERROR(symbol, http_status, text_code, text_title)                                          \
	[ERR_##symbol] = {                                                                         \
		.name = #symbol, .status = http_status, .code = text_code, .title = text_title     \
	},
#include "lib/errors.def"
#undef ERROR
};

static const char *const internal_names[ERR_COUNT] = {
	[OK] = "OK",
	[ERR_NO_ROW] = "NO_ROW",
	[ERR_DUPLICATE] = "DUPLICATE",
	[ERR_DB_CONFLICT] = "DB_CONFLICT",
	[ERR_DB_LOST] = "DB_LOST",
	[ERR_DB_OUTCOME_UNKNOWN] = "DB_OUTCOME_UNKNOWN",
	[ERR_DB] = "DB",
	[ERR_CRYPTO] = "CRYPTO",
};

const struct error_info *
error_info(enum err e)
{
	if (e == ERR_DB_CONFLICT || e == ERR_DB_LOST)
		return &errors[ERR_BUSY];
	if (e == ERR_DB_OUTCOME_UNKNOWN)
		return &errors[ERR_OUTCOME_UNKNOWN];
	if ((size_t)e >= ERR_COUNT || errors[e].name == NULL)
		return &errors[ERR_INTERNAL];
	return &errors[e];
}

const char *
error_name(enum err e)
{
	if ((size_t)e >= ERR_COUNT)
		return "UNKNOWN";
	return internal_names[e] != NULL ? internal_names[e] : errors[e].name;
}
