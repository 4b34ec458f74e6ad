/*
 * Hands octets to a program of this machine.
 */
#ifndef GATEHOUSE_SYS_PIPE_H
#define GATEHOUSE_SYS_PIPE_H

#include "lib/base.h"

enum pipe_result {
	PIPE_EXITED,  /* *ret_code is its exit status */
	PIPE_FAILED,  /* it couldn't be started, or died by a signal */
	PIPE_TIMEOUT, /* it was killed */
};

/*
 * Runs argv[0], an absolute path, without a shell and with an empty environment but PATH, gives it the data as its input and waits at most
 * timeout_ms. Its output goes nowhere. heartbeat: called each second.
 */
enum pipe_result pipe_to_program(const char *const argv[], struct bytes data, int64_t timeout_ms, void (*heartbeat)(void),
				 int *ret_code) MUST_CHECK;

/* Do setuid and setgid mean nothing to what this process runs (prctl(2), systemd's NoNewPrivileges)? */
bool programs_gain_no_privileges(void);

#endif
