/*
 * A child with a pipe as its input, and a clock beside it.
 */
#include "sys/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/system.h"

#define NAP_MS 20

static bool
spawn(const char *const argv[], int input, pid_t *ret_pid)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *const environment[] = { path, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, standard;
	bool is_good = false;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	if (posix_spawnattr_init(&attributes) == 0) {
		sigemptyset(&none);
		sigemptyset(&standard);
		sigaddset(&standard, SIGPIPE);
		/* posix_spawn takes non-const words and doesn't change them. */
		is_good = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) == 0 &&
			  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
			  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
			  posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
			  posix_spawnattr_setsigdefault(&attributes, &standard) == 0 &&
			  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0 &&
			  posix_spawn(ret_pid, argv[0], &actions, &attributes, (char *const *)(uintptr_t)argv,
				      environment) == 0;
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return is_good;
}

/* Writes what the pipe takes; false once nothing more can be written. A program may end without having read all: its exit status decides. */
static bool
feed(int output, struct bytes *data)
{
	while (data->len > 0) {
		ssize_t len = write(output, data->data, data->len);
		if (len < 0)
			return errno == EAGAIN || errno == EINTR;
		data->data += len;
		data->len -= (size_t)len;
	}
	return false;
}

static void
nap(int output, bool is_feeding)
{
	struct pollfd ready = { .fd = output, .events = POLLOUT };

	(void)poll(&ready, is_feeding ? 1 : 0, NAP_MS);
}

static enum pipe_result
finish(int status, int *ret_code)
{
	if (!WIFEXITED(status))
		return PIPE_FAILED;
	*ret_code = WEXITSTATUS(status);
	return PIPE_EXITED;
}

static enum pipe_result
feed_and_wait(pid_t pid, int output, struct bytes data, int64_t timeout_ms, void (*heartbeat)(void), int *ret_code)
{
	int64_t until_ms = clock_monotonic_ms() + timeout_ms;
	bool is_feeding = true;
	int status = 0;

	while (clock_monotonic_ms() < until_ms) {
		if (is_feeding && !feed(output, &data)) {
			close(output);
			is_feeding = false;
		}
		if (waitpid(pid, &status, WNOHANG) == pid) {
			if (is_feeding)
				close(output);
			return finish(status, ret_code);
		}
		heartbeat();
		nap(output, is_feeding);
	}
	if (is_feeding)
		close(output);
	kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return PIPE_TIMEOUT;
}

enum pipe_result
pipe_to_program(const char *const argv[], struct bytes data, int64_t timeout_ms, void (*heartbeat)(void), int *ret_code)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return PIPE_FAILED;
	if (!spawn(argv, ends[0], &pid) || fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) {
		close(ends[0]);
		close(ends[1]);
		return PIPE_FAILED;
	}
	close(ends[0]);
	/* A program that doesn't read ends itself, not us. */
	sigaction(SIGPIPE, &ignore, &before);
	enum pipe_result result = feed_and_wait(pid, ends[1], data, timeout_ms, heartbeat, ret_code);
	sigaction(SIGPIPE, &before, NULL);
	return result;
}

bool
programs_gain_no_privileges(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}
