/*
 * A server for one test of the processes: master and workers as they really run, with a pipeline of
 * the test's own in place of Gatehouse's, and no database. Included by one test program, which it
 * gives its set-up and tear-down.
 */
#ifndef GATEHOUSE_TESTS_UNIT_PROCESSES_H
#define GATEHOUSE_TESTS_UNIT_PROCESSES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "fcgi/master.h"
#include "fcgi/pools.h"
#include "fcgi/stat_flush.h"
#include "lib/encode.h"
#include "sql/gen/queries.h"
#include "sql/migrate.h"
#include "sys/system.h"
#include "tests/unit/fcgi_client.h"

/* What the processes under test tell the test. */
static struct {
	_Atomic unsigned flushed; /* rows */
	_Atomic unsigned jobs_started;
	_Atomic unsigned stat_flushes;
	_Atomic unsigned answers, failures;
	_Atomic bool is_over;
} * seen;

static enum schema_state schema = SCHEMA_CURRENT;
static bool jobs_die;

/* ---- in place of what is beyond the processes ---- */

static void
sleep_ms(int64_t ms)
{
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

void
pipeline_serve(struct worker *worker, struct gateway *gateway)
{
	struct name_values parameters = gateway_parameters(gateway, worker->arena);
	const char *path = "";
	struct bytes body;

	for (size_t i = 0; i < parameters.count; i++) {
		if (strcmp(parameters.items[i].name, "REQUEST_URI") == 0)
			path = parameters.items[i].value;
	}
	assert_int_equal(gateway_read_body(gateway, worker->arena, 1000, &body), OK);
	if (strcmp(path, "/sleep") == 0)
		sleep_ms(600);
	if (strcmp(path, "/hang") == 0)
		sleep_ms(60000);
	if (strcmp(path, "/die") == 0)
		raise(SIGKILL);
	if (strcmp(path, "/note") == 0)
		usage_note(worker->usage, "key_0000000000000001", NULL,
			   clock_now_ms(worker->config));
	char *reply =
	    arena_printf(worker->arena, "Status: 200 OK\r\n\r\n%s %d",
			 worker->pool == POOL_PASSWORD ? "password" : "request", (int)getpid());
	gateway_put(gateway, reply, strlen(reply));
	gateway_finish(gateway);
}

bool
routes_check(void)
{
	return true;
}

void
job_worker_run(const struct config *config, const struct keyring *keyring, struct counters *counters,
	       volatile const int *stop, void (*heartbeat)(void))
{
	(void)config, (void)keyring, (void)counters;
	atomic_fetch_add(&seen->jobs_started, 1);
	if (jobs_die)
		raise(SIGKILL);
	while (!*stop) {
		heartbeat();
		sleep_ms(50);
	}
}

enum err
migrate_state(const struct config *config, struct arena *arena, enum schema_state *ret,
	      const char **ret_detail)
{
	(void)config, (void)arena;
	*ret = schema;
	*ret_detail = "migration 0002 hasn't run yet";
	return OK;
}

struct db *
db_new(const struct config *config)
{
	(void)config;
	return (struct db *)seen;
}

void
db_free(struct db *db)
{
	(void)db;
}

void
db_use(struct db *db, struct arena *arena, int64_t now_ms)
{
	(void)db, (void)arena, (void)now_ms;
}

enum err
db_begin(struct db *db, enum tx_mode mode)
{
	(void)db, (void)mode;
	return OK;
}

enum err
db_commit(struct db *db)
{
	(void)db;
	return OK;
}

void
db_rollback(struct db *db)
{
	(void)db;
}

void
db_use_counters(struct db *db, struct counters *counters)
{
	(void)db, (void)counters;
}

void
db_backoff(unsigned attempt)
{
	(void)attempt;
}

enum err
stat_flush(struct counters *counters, struct db *db, struct arena *arena, int64_t now_ms)
{
	(void)counters, (void)db, (void)arena, (void)now_ms;
	atomic_fetch_add(&seen->stat_flushes, 1);
	return OK;
}

enum err
q_stat_session_day_add(struct db *db, const struct q_stat_session_day_add *q, uint64_t *ret_matched)
{
	(void)db, (void)q, (void)ret_matched;
	return OK;
}

enum err
q_usage_key_used(struct db *db, const struct q_usage_key_used *q, uint64_t *ret_matched)
{
	(void)db, (void)q, (void)ret_matched;
	atomic_fetch_add(&seen->flushed, 1);
	return OK;
}

enum err
q_usage_secret_used(struct db *db, const struct q_usage_secret_used *q, uint64_t *ret_matched)
{
	(void)db, (void)q, (void)ret_matched;
	return OK;
}

enum err
q_usage_session_seen(struct db *db, const struct q_usage_session_seen *q, uint64_t *ret_matched)
{
	(void)db, (void)q, (void)ret_matched;
	return OK;
}

enum err
q_usage_member_seen(struct db *db, const struct q_usage_member_seen *q, uint64_t *ret_matched)
{
	(void)db, (void)q, (void)ret_matched;
	return OK;
}

enum err
q_usage_token_seen(struct db *db, const struct q_usage_token_seen *q, uint64_t *ret_matched)
{
	(void)db, (void)q, (void)ret_matched;
	return OK;
}

enum err
q_installation_get(struct db *db, struct q_installation_get_row *ret_row)
{
	(void)db;
	*ret_row = (struct q_installation_get_row){ .console_id = "prj_0000000000000000" };
	return OK;
}

/* ---- a server of its own for each test ---- */

static struct {
	char directory[32];
	char config[64], key[64], log[64], notify[64], request[64], password[64];
	int notify_fd;
	pid_t master;
	enum unit unit;
} server;

static void
file_put(const char *path, const char *text)
{
	assert_true(file_write(path, text, strlen(text), 0600));
}

/* process: more members of the group of that name. */
static void
config_put(const char *process)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "public_url = \"https://localhost:1\";\nauth_url = "
		 "\"https://auth.localhost:1\";\nmaster_key_file = \"%s\";\n"
		 "process = { directory = \"%s/s\"; password_workers = 1; %s };\n",
		 server.key, server.directory, process);
	file_put(server.config, text);
}

static void
paths_set(void)
{
	static const struct {
		char *path;
		const char *name;
	} paths[] = {
		{ server.config, "conf" },
		{ server.key, "key" },
		{ server.log, "log" },
		{ server.notify, "notify" },
		{ server.request, "s/request.sock" },
		{ server.password, "s/password.sock" },
	};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		snprintf(paths[i].path, sizeof(server.config), "%s/%s", server.directory,
			 paths[i].name);
}

static void
notify_listen(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = 10 };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", server.notify);
	server.notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server.notify_fd, (const struct sockaddr *)&address, sizeof(address)),
			 0);
	setsockopt(server.notify_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setenv("NOTIFY_SOCKET", server.notify, 1);
}

static void
assert_notified(const char *expected)
{
	char text[128] = "";

	assert_true(recv(server.notify_fd, text, sizeof(text) - 1, 0) > 0);
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, expected);
}

static int
setup(void **unused)
{
	struct arena *arena = arena_new(65536);
	const char *line;

	(void)unused;
	memset(&server, 0, sizeof(server));
	snprintf(server.directory, sizeof(server.directory), "/tmp/gh-master-XXXXXX");
	assert_non_null(mkdtemp(server.directory));
	paths_set();
	assert_int_equal(keyring_make_line(arena, NULL, &line), OK);
	file_put(server.key, line);
	arena_free(arena);
	notify_listen();
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(seen != MAP_FAILED);
	schema = SCHEMA_CURRENT;
	jobs_die = false;
	return 0;
}

static pid_t
master_fork(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	int log = open(server.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	dup2(log, STDERR_FILENO);
	/* Before anything that is told it by its pid (socket activation, below). */
	_exit(master_run(server.config, server.unit));
}

static void
server_start(const char *process)
{
	config_put(process);
	server.master = master_fork();
	assert_notified("READY=1");
}

/* The exit status of the master, which must end by itself. */
static int
server_wait(void)
{
	int status = -1;

	assert_int_equal(waitpid(server.master, &status, 0), server.master);
	server.master = 0;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
server_stop(void)
{
	kill(server.master, SIGTERM);
	assert_int_equal(server_wait(), 0);
}

static int
teardown(void **unused)
{
	static const char *const files[] = { server.config, server.key,     server.log,
					     server.notify, server.request, server.password };

	(void)unused;
	if (server.master > 0) {
		kill(server.master, SIGKILL);
		waitpid(server.master, NULL, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		unlink(files[i]);
	char sockets[64];
	snprintf(sockets, sizeof(sockets), "%s/s", server.directory);
	rmdir(sockets);
	close(server.notify_fd);
	munmap(seen, sizeof(*seen));
	return rmdir(server.directory);
}

static bool
log_contains_now(const char *text)
{
	struct arena *arena = arena_new(1024 * 1024);
	const char *log = "";
	size_t len;
	bool is_there =
	    file_read(arena, server.log, 512 * 1024, &log, &len) && strstr(log, text) != NULL;

	arena_free(arena);
	return is_there;
}

/* Within five seconds: a loaded machine writes late. */
static bool
log_contains(const char *text)
{
	const struct timespec pause = { .tv_nsec = 50000000 };

	for (int left = 100; left > 0; left--) {
		if (log_contains_now(text))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* The pid of the worker that answered; 0: no answer or half of one. */
static int
ask(const char *socket_path, const char *path)
{
	uint8_t request[512];
	char text[256];
	int64_t pid;
	int fd = fcgi_connect(socket_path);

	if (fd < 0)
		return 0;
	size_t len = fcgi_request(request, path, 0);
	if (send(fd, request, len, MSG_NOSIGNAL) != (ssize_t)len ||
	    !fcgi_finish(fd, text, sizeof(text))) {
		close(fd);
		return 0;
	}
	const char *number = strrchr(text, ' ');
	return number != NULL && int_parse(number + 1, 1, INT32_MAX, &pid) ? (int)pid : 0;
}

/* The parent of a process by /proc; 0: there is no such process. */
static int64_t
parent_of(const char *pid)
{
	char path[300], line[512] = "";

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	bool is_read = fgets(line, sizeof(line), file) != NULL;
	fclose(file);
	/* "1234 (name) S 1233 …"; a zombie is no process any more. */
	char *state = is_read ? strrchr(line, ')') : NULL;
	if (state == NULL || state[2] == 'Z')
		return 0;
	int64_t parent = 0;
	char *number = state + 4;
	number[strcspn(number, " ")] = '\0';
	return int_parse(number, 1, INT32_MAX, &parent) ? parent : 0;
}

static size_t
children_of(pid_t master, int64_t pids[64])
{
	DIR *directory = opendir("/proc");
	size_t count = 0;

	assert_non_null(directory);
	for (struct dirent *entry = readdir(directory); entry != NULL && count < 64;
	     entry = readdir(directory)) {
		int64_t pid;
		if (int_parse(entry->d_name, 1, INT32_MAX, &pid) &&
		    parent_of(entry->d_name) == master)
			pids[count++] = pid;
	}
	closedir(directory);
	return count;
}

static pid_t
ask_in_background(const char *path)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(ask(server.request, path) != 0 ? 0 : 1);
	return pid;
}

static bool
was_answered(pid_t client)
{
	int status = -1;

	assert_int_equal(waitpid(client, &status, 0), client);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#endif
