/*
 * The first steps of a forked process: it gives up what it doesn't need, takes its signals, and
 * goes its own way.
 */
#include "fcgi/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sys/log.h"
#include "sys/system.h"

#define PASSWORD_NICE	 10
#define AUTOGROUP_TRIES 100

volatile int child_must_stop;

/* For the callback that a job worker gives signs of life with. */
static const struct child_start *job_start;

const char *
task_name(enum task task)
{
	static const char *const names[TASK_COUNT] = {
		[TASK_REQUEST] = "request",
		[TASK_PASSWORD] = "password",
		[TASK_FLUSH] = "flusher",
		[TASK_JOB] = "job",
	};

	return names[task];
}

static void
on_term(int signal_number)
{
	(void)signal_number;
	child_must_stop = 1;
}

static void
signal_set(int signal_number, void (*handler)(int))
{
	/* Without SA_RESTART: a wait that is interrupted must return. */
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(signal_number, &action, NULL);
}

/*
 * Whoever serves requests lets SIGTERM in only while it waits, so that no call under way is ever
 * interrupted; a job worker looks at its flag between jobs and lets it in always. SIGINT and SIGHUP
 * reach a whole terminal: the master decides what they mean.
 */
static void
signals_set(enum task task)
{
	sigset_t mask;

	signal_set(SIGTERM, on_term);
	signal_set(SIGINT, SIG_IGN);
	signal_set(SIGHUP, SIG_IGN);
	signal_set(SIGPIPE, SIG_IGN);
	signal_set(SIGUSR1, SIG_IGN);
	signal_set(SIGCHLD, SIG_DFL);
	sigemptyset(&mask);
	if (task != TASK_JOB)
		sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

/* A worker has no use for the other pool's socket, and a flusher for neither. */
static void
sockets_give_up(const struct child_start *start)
{
	for (enum pool pool = 0; start->sockets != NULL && pool < POOL_COUNT; pool++) {
		bool is_own = (start->task == TASK_REQUEST && pool == POOL_REQUEST) ||
			      (start->task == TASK_PASSWORD && pool == POOL_PASSWORD);
		if (!is_own)
			close(start->sockets->fd[pool]);
	}
}

/*
 * No core file and no debugger: the process holds keys. Without the master nobody would watch it:
 * it finishes its request and ends.
 */
static bool
process_protect(const struct child_start *start)
{
	char name[16];

	snprintf(name, sizeof(name), "gh-%s", task_name(start->task));
	prctl(PR_SET_NAME, name);
	if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) {
		log_event(LOG_ERROR, "The process can't be protected.", NULL);
		return false;
	}
	/* Gone before the kernel was asked to tell? */
	return getppid() == start->master;
}

/*
 * Many kernels share the cores out among sessions first (sched(7), autogroups): a nice value counts
 * within a session only, and the database, which is another one, would wait for hashes as for equals.
 * So the worker gets a session of its own, lowered as a whole. Where there are no autogroups, there is
 * no such file, and the nice value alone does it.
 */
static void
session_lower(void)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	int fd;

	if (setsid() < 0)
		return;
	fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* The kernel takes one such wish in 100 ms; the workers of a pool begin at the same time. */
	for (int left = AUTOGROUP_TRIES; left > 0; left--) {
		if (dprintf(fd, "%d", PASSWORD_NICE) > 0 || errno != EAGAIN)
			break;
		nanosleep(&pause, NULL);
	}
	close(fd);
}

/*
 * A hash takes a core for as long as it lasts. Beside the other pools the password pool takes what they leave, so that twelve people
 * signing in don't slow the programs; with an idle machine it is as fast as ever. About a tenth of a busy core is left to it, so that
 * people can sign in while programs ask as fast as they can.
 */
static void
priority_lower(const struct child_start *start)
{
	if (start->task != TASK_PASSWORD)
		return;
	if (setpriority(PRIO_PROCESS, 0, PASSWORD_NICE) != 0)
		log_event(LOG_WARN, "The password pool runs at the priority of the others.", NULL);
	session_lower();
}

static void
job_heartbeat(void)
{
	heartbeat_busy(job_start->shared->beats, job_start->slot, clock_monotonic_ms());
}

static int
job_run(const struct child_start *start)
{
	job_start = start;
	job_heartbeat();
	job_worker_run(start->config, start->keyring, start->shared->counters, &child_must_stop,
		       job_heartbeat);
	return EXIT_SUCCESS;
}

void
child_run(const struct child_start *start)
{
	int status = EXIT_FAILURE;

	signals_set(start->task);
	sockets_give_up(start);
	log_open(log_level_parse(start->config->log_level), task_name(start->task));
	priority_lower(start);
	if (process_protect(start)) {
		switch (start->task) {
		case TASK_REQUEST:
		case TASK_PASSWORD: status = worker_run(start); break;
		case TASK_FLUSH: status = flusher_run(start); break;
		case TASK_JOB:
		default: status = job_run(start); break;
		}
	}
	/*
	 * Not exit(): what the master registered to be done at its own end isn't a child's to do.
	 */
	_exit(status);
}
