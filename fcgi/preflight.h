/*
 * What must be true before workers start: the database answers and has the schema that this binary
 * knows.
 */
#ifndef GATEHOUSE_FCGI_PREFLIGHT_H
#define GATEHOUSE_FCGI_PREFLIGHT_H

#include "lib/config.h"

enum preflight {
	PREFLIGHT_READY,
	PREFLIGHT_REFUSED, /* a sentence that says what to do is on stderr */
	PREFLIGHT_UNREACHABLE, /* no database: worth another try */
};

/* Asked in a process of its own, so that the master opens no connection before it forks. */
enum preflight preflight_check(const struct config *);

#endif
