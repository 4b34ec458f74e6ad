/*
 * One line of JSON on stderr per entry (LG-02). What may be written is decided by type: there is no way to log a pointer to
 * a secret, a body or a header by accident, because the functions take names, numbers, ids and texts of our own.
 */
#ifndef GATEHOUSE_SYS_LOG_H
#define GATEHOUSE_SYS_LOG_H

#include "lib/base.h"
#include "lib/errors.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* process: "request", "password", "job", "master", "ctl". */
void log_open(enum log_level least, const char *process);
enum log_level log_level_parse(const char *text);

/* Entries during a request carry its id; "" outside. Borrowed until changed. */
void log_set_request(const char *request_id);

/* message: a constant sentence. detail: text of our own making (an error name, a database's message), escaped; NULL for none. */
void log_event(enum log_level, const char *message, const char *detail);
void log_event_number(enum log_level, const char *message, const char *number_name, int64_t number);
void log_error(enum err, const char *message, const char *detail);

/* The line of a finished request. Texts may be NULL. */
struct log_access {
	const char *route_id;	/* "" when none matched */
	const char *method;
	const char *path_pattern;	/* the route's pattern, never what was sent */
	unsigned status;
	const char *error_code;
	const char *error_reason;	/* the true reason behind a public 401 text */
	const char *credential_kind;
	const char *credential_id;
	const char *org_id;
	const char *project_id;
	const char *ip;
	int64_t duration_us;
	int64_t statements;
	int64_t retries;
};
void log_access(const struct log_access *);

#endif
