/*
 * Other programs, started without a shell.
 */
#ifndef GATEHOUSE_SYS_PROCESS_H
#define GATEHOUSE_SYS_PROCESS_H

#include <sys/types.h>

#include "lib/base.h"

/*
 * Starts the first of `names` that there is, looked up in PATH, with the arguments that follow argv[0] and this environment alone.
 * -1 for a descriptor: /dev/null. What it says on stderr goes to ours. False with errno set.
 */
bool process_start(const char *const names[], const char *const argv[], const char *const environment[], int stdin_fd,
		   int stdout_fd, pid_t *ret_pid);
/* Waits for its end: did it end with 0? */
bool process_wait(pid_t);

#endif
