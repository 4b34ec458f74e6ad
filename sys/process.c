/*
 * Starting and awaiting other programs by posix_spawn(3).
 */
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 32

static int
add_redirection(posix_spawn_file_actions_t *actions, int fd, int target)
{
	if (fd >= 0)
		return posix_spawn_file_actions_adddup2(actions, fd, target);
	return posix_spawn_file_actions_addopen(actions, target, "/dev/null", O_RDWR, 0);
}

/* posix_spawnp() takes pointers to what it doesn't change. */
static int
spawn_first(const char *const names[], const char *const argv[], const char *const environment[],
	    const posix_spawn_file_actions_t *actions, pid_t *ret_pid)
{
	char *own_argv[ARGUMENTS_MAX + 1] = { NULL };
	int problem = ENOENT;

	for (size_t i = 0; argv[i] != NULL; i++) {
		if (i == ARGUMENTS_MAX)
			return E2BIG;
		own_argv[i] = (char *)(uintptr_t)argv[i];
	}
	for (size_t i = 0; names[i] != NULL && problem == ENOENT; i++) {
		own_argv[0] = (char *)(uintptr_t)names[i];
		problem = posix_spawnp(ret_pid, names[i], actions, NULL, own_argv,
				       (char *const *)(uintptr_t)environment);
	}
	return problem;
}

bool
process_start(const char *const names[], const char *const argv[], const char *const environment[], int stdin_fd,
	      int stdout_fd, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int problem = posix_spawn_file_actions_init(&actions);

	if (problem == 0) {
		problem = add_redirection(&actions, stdin_fd, STDIN_FILENO);
		if (problem == 0)
			problem = add_redirection(&actions, stdout_fd, STDOUT_FILENO);
		if (problem == 0)
			problem = spawn_first(names, argv, environment, &actions, ret_pid);
		posix_spawn_file_actions_destroy(&actions);
	}
	errno = problem;
	return problem == 0;
}

bool
process_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
