/*
 * The master of a unit: it forks, watches, drains and reloads, and never touches a request.
 */
#ifndef GATEHOUSE_FCGI_MASTER_H
#define GATEHOUSE_FCGI_MASTER_H

#include "lib/base.h"

enum unit {
	UNIT_REQUESTS, /* request and password workers, and a flusher */
	UNIT_JOBS, /* job workers, and a flusher; no sockets */
};

/*
 * Runs in the foreground until SIGTERM or SIGINT; the exit status. Why it doesn't start stands on
 * stderr.
 */
int master_run(const char *config_path, enum unit);

#endif
