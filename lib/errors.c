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
	[ERR_REFERENCED] = "REFERENCED",
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

const char *
error_oauth_code(enum err error)
{
	const struct error_info *info = error_info(error);

	switch (error) {
	case ERR_INVALID_CLIENT:
	case ERR_INVALID_GRANT:
	case ERR_INVALID_TOKEN:
	case ERR_INVALID_DPOP_PROOF:
	case ERR_USE_DPOP_NONCE:
	case ERR_AUTHORIZATION_PENDING:
	case ERR_SLOW_DOWN:
	case ERR_EXPIRED_TOKEN:
	case ERR_ACCESS_DENIED:
	case ERR_REQUEST_EXPIRED:
	case ERR_REDIRECT_URI_NOT_REGISTERED:
	case ERR_INVALID_SCOPE:
	case ERR_INVALID_REDIRECT_URI:
	case ERR_INVALID_CLIENT_METADATA:
	case ERR_REGISTRATION_OFF:
	case ERR_INVALID_TARGET:
	case ERR_QUOTA_EXCEEDED:
	case ERR_UNAUTHORIZED_CLIENT:
	case ERR_UNSUPPORTED_GRANT_TYPE:
	case ERR_INSUFFICIENT_SCOPE: return info->code;
	default: break;
	}
	if (info->status == 429 || info->status == 503)
		return "temporarily_unavailable";
	return info->status >= 500 ? "server_error" : "invalid_request";
}
