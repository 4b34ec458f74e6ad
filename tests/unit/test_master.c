/*
 * The master and its processes: what becomes of requests when workers die, hang, are replaced or
 * told to stop.
 */
#include "tests/unit/processes.h"

static void
both_pools_answer_on_sockets_of_their_own(void **unused)
{
	struct stat status;
	char directory[64];

	(void)unused;
	server_start("request_workers = 1;");
	int request = ask(server.request, "/"), password = ask(server.password, "/");
	assert_true(request > 0 && password > 0 && request != password);
	assert_int_equal(stat(server.request, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0660);
	assert_int_equal(stat(server.password, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0660);
	snprintf(directory, sizeof(directory), "%s/s", server.directory);
	assert_int_equal(stat(directory, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0750);
	server_stop();
	assert_int_equal(ask(server.request, "/"), 0);
	assert_int_equal(access(server.request, F_OK), -1);
}

static void
a_dead_worker_is_replaced_at_once(void **unused)
{
	(void)unused;
	server_start("request_workers = 1;");
	int first = ask(server.request, "/");
	assert_true(first > 0);
	assert_int_equal(ask(server.request, "/die"), 0);
	int second = ask(server.request, "/");
	assert_true(second > 0 && second != first);
	kill(second, SIGKILL);
	int third = ask(server.request, "/");
	assert_true(third > 0 && third != second);
	assert_true(log_contains("A worker died."));
	server_stop();
}

static void
the_watchdog_kills_a_worker_that_hangs(void **unused)
{
	(void)unused;
	server_start("request_workers = 1; watchdog_ms = 1000;");
	int64_t began = clock_monotonic_ms();
	assert_int_equal(ask(server.request, "/hang"), 0);
	assert_in_range(clock_monotonic_ms() - began, 1000, 5000);
	assert_true(log_contains("A worker hangs and is killed."));
	assert_true(ask(server.request, "/sleep") > 0);
	server_stop();
}

static void
the_watchdog_kills_a_worker_that_waits_for_half_a_request(void **unused)
{
	char text[64];

	(void)unused;
	server_start("request_workers = 1; watchdog_ms = 1000;");
	int fd = fcgi_connect(server.request);
	assert_int_equal(send(fd, "\1\1\0", 3, 0), 3);
	assert_int_equal(fcgi_finish(fd, text, sizeof(text)), 0);
	assert_true(log_contains("A worker hangs and is killed."));
	assert_true(ask(server.request, "/") > 0);
	server_stop();
}

static void
a_client_that_keeps_its_connection_does_not_keep_its_worker(void **unused)
{
	uint8_t request[512];
	char text[256];

	(void)unused;
	server_start("request_workers = 1;");
	int64_t began = clock_monotonic_ms();
	int fd = fcgi_connect(server.request);
	size_t len = fcgi_request(request, "/", 1);
	assert_int_equal(send(fd, request, len, 0), len);
	/* Reads to the end of the connection, which the worker makes. */
	assert_int_equal(fcgi_finish(fd, text, sizeof(text)), 1);
	assert_true(clock_monotonic_ms() - began < 1000);
	server_stop();
}

static void
ask_until_over(void)
{
	while (!atomic_load(&seen->is_over)) {
		if (ask(server.request, "/") > 0)
			atomic_fetch_add(&seen->answers, 1);
		else
			atomic_fetch_add(&seen->failures, 1);
	}
}

static void
hup_replaces_every_worker_and_fails_no_request(void **unused)
{
	int64_t before[64], after[64];
	pid_t clients[3];

	(void)unused;
	server_start("request_workers = 3;");
	size_t count = children_of(server.master, before);
	assert_int_equal(count, 5);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
		clients[i] = fork();
		if (clients[i] == 0) {
			ask_until_over();
			_exit(0);
		}
	}
	for (int round = 0; round < 10; round++) {
		kill(server.master, SIGHUP);
		assert_notified("RELOADING=1");
		assert_notified("READY=1");
	}
	atomic_store(&seen->is_over, true);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		assert_true(was_answered(clients[i]));
	assert_true(atomic_load(&seen->answers) > 100);
	assert_int_equal(atomic_load(&seen->failures), 0);
	sleep_ms(300);
	assert_int_equal(children_of(server.master, after), 5);
	for (size_t i = 0; i < count * count; i++)
		assert_true(before[i / count] != after[i % count]);
	server_stop();
}

static void
hup_follows_the_new_configuration_and_keeps_the_old_for_a_wrong_one(void **unused)
{
	int64_t before[64], after[64];

	(void)unused;
	server_start("request_workers = 4;");
	assert_int_equal(children_of(server.master, before), 6);
	config_put("request_workers = 2;");
	kill(server.master, SIGHUP);
	assert_notified("RELOADING=1");
	assert_notified("READY=1");
	sleep_ms(300);
	assert_int_equal(children_of(server.master, before), 4);

	config_put("request_workers = \"many\";");
	kill(server.master, SIGHUP);
	assert_notified("RELOADING=1");
	assert_notified("READY=1");
	sleep_ms(300);
	assert_true(log_contains("the old one stays"));
	assert_int_equal(children_of(server.master, after), 4);
	assert_memory_equal(before, after, 4 * sizeof(before[0]));
	assert_true(ask(server.request, "/") > 0);
	server_stop();
}

static void
term_finishes_the_request_under_way(void **unused)
{
	(void)unused;
	server_start("request_workers = 2; drain_ms = 5000;");
	int64_t began = clock_monotonic_ms();
	pid_t client = ask_in_background("/sleep");
	sleep_ms(200);
	kill(server.master, SIGTERM);
	assert_notified("STOPPING=1");
	assert_int_equal(server_wait(), 0);
	assert_true(was_answered(client));
	/* It was under way: stopping had to wait for it. */
	assert_in_range(clock_monotonic_ms() - began, 600, 4000);
}

static void
term_waits_no_longer_than_drain_ms(void **unused)
{
	(void)unused;
	server_start("request_workers = 2; drain_ms = 500;");
	pid_t client = ask_in_background("/hang");
	sleep_ms(200);
	int64_t began = clock_monotonic_ms();
	server_stop();
	assert_in_range(clock_monotonic_ms() - began, 500, 4000);
	assert_false(was_answered(client));
}

static void
what_was_noted_is_flushed_at_the_end(void **unused)
{
	(void)unused;
	server_start("request_workers = 1;");
	assert_true(ask(server.request, "/note") > 0);
	assert_int_equal(atomic_load(&seen->flushed), 0);
	server_stop();
	assert_int_equal(atomic_load(&seen->flushed), 1);
}

static void
workers_end_after_their_number_of_requests(void **unused)
{
	int last = 0, changes = 0;

	(void)unused;
	server_start("request_workers = 1; worker_requests_max = 5;");
	for (int i = 0; i < 40; i++) {
		int pid = ask(server.request, "/");
		assert_true(pid > 0);
		changes += pid != last;
		last = pid;
	}
	assert_int_equal(changes, 8);
	assert_false(log_contains_now("A worker died."));
	server_stop();
}

static void
workers_do_not_outlive_their_master(void **unused)
{
	int64_t pids[64];
	char name[16];

	(void)unused;
	server_start("request_workers = 2;");
	size_t count = children_of(server.master, pids);
	assert_int_equal(count, 4);
	kill(server.master, SIGKILL);
	waitpid(server.master, NULL, 0);
	server.master = 0;
	sleep_ms(500);
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%d", (int)pids[i]);
		assert_int_equal(parent_of(name), 0);
	}
	/* What it left behind doesn't keep the next one from starting. */
	assert_int_equal(access(server.request, F_OK), 0);
	server_start("request_workers = 2;");
	assert_true(ask(server.request, "/") > 0);
	server_stop();
}

static void
a_second_server_in_the_same_place_is_refused(void **unused)
{
	(void)unused;
	server_start("request_workers = 1;");
	int worker = ask(server.request, "/");
	pid_t first = server.master;
	server.master = master_fork();
	assert_int_equal(server_wait(), 1);
	assert_true(log_contains("another process listens on"));
	server.master = first;
	assert_int_equal(ask(server.request, "/"), worker);
	server_stop();
}

static void
it_refuses_to_start_with_an_old_schema_or_without_a_key(void **unused)
{
	(void)unused;
	schema = SCHEMA_BEHIND;
	config_put("request_workers = 1;");
	server.master = master_fork();
	assert_int_equal(server_wait(), 1);
	assert_true(log_contains("migration 0002 hasn't run yet; run `gatehousectl migrate`"));

	schema = SCHEMA_CURRENT;
	assert_int_equal(chmod(server.key, 0644), 0);
	server.master = master_fork();
	assert_int_equal(server_wait(), 1);
	assert_true(log_contains("chmod 0640"));

	assert_int_equal(chmod(server.key, 0600), 0);
	server_start("request_workers = 1;");
	server_stop();
}

/* As systemd does it: descriptors 3 and 4, and variables that say so. */
static void
hand_over_sockets(const char *names)
{
	char pid[16];

	for (int i = 0; i < 2; i++) {
		struct sockaddr_un address = { .sun_family = AF_UNIX };
		snprintf(address.sun_path, sizeof(address.sun_path), "%s",
			 i == 0 ? server.password : server.request);
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
		assert_int_equal(listen(fd, 16), 0);
		/* Out of the way first: the descriptor may be the other's number. */
		int high = fcntl(fd, F_DUPFD, 100 + i);
		close(fd);
		dup2(high, 3 + i);
		close(high);
	}
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", names, 1);
}

static void
start_activated(const char *names)
{
	config_put("request_workers = 1;");
	server.master = fork();
	if (server.master == 0) {
		int log = open(server.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		dup2(log, STDERR_FILENO);
		hand_over_sockets(names);
		_exit(master_run(server.config, UNIT_REQUESTS));
	}
}

static void
sockets_can_be_handed_over_by_systemd(void **unused)
{
	char directory[64];

	(void)unused;
	snprintf(directory, sizeof(directory), "%s/s", server.directory);
	assert_int_equal(mkdir(directory, 0750), 0);
	start_activated("password:request");
	assert_notified("READY=1");
	int request = ask(server.request, "/"), password = ask(server.password, "/");
	assert_true(request > 0 && password > 0 && request != password);
	server_stop();
	/* They are systemd's to remove. */
	assert_int_equal(unlink(server.request), 0);
	assert_int_equal(unlink(server.password), 0);

	start_activated("password:other");
	assert_int_equal(server_wait(), 1);
	assert_true(log_contains("FileDescriptorName=request"));
}

static void
the_job_unit_runs_job_workers_and_who_writes_what_they_count(void **unused)
{
	int64_t pids[64];

	(void)unused;
	server.unit = UNIT_JOBS;
	server_start("job_workers = 2;");
	assert_int_equal(children_of(server.master, pids), 3);
	assert_int_equal(atomic_load(&seen->jobs_started), 2);
	assert_int_equal(access(server.request, F_OK), -1);
	unsigned before = atomic_load(&seen->stat_flushes);
	server_stop();
	/* A last time at the end. */
	assert_true(atomic_load(&seen->stat_flushes) > before);
}

static void
workers_that_die_as_they_start_are_tried_ever_more_slowly(void **unused)
{
	static const int64_t expected[] = { 0, 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000 };

	(void)unused;
	for (unsigned i = 0; i < ARRAY_LEN(expected); i++)
		assert_int_equal(pools_backoff_ms(i), expected[i]);
	jobs_die = true;
	server.unit = UNIT_JOBS;
	config_put("job_workers = 1;");
	server.master = master_fork();
	/* At 0, 0, 100, 300, 700 and, too late for this look, 1500 ms. */
	sleep_ms(1200);
	assert_in_range(atomic_load(&seen->jobs_started), 4, 6);
	server_stop();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(both_pools_answer_on_sockets_of_their_own),
		CASE(a_dead_worker_is_replaced_at_once),
		CASE(the_watchdog_kills_a_worker_that_hangs),
		CASE(the_watchdog_kills_a_worker_that_waits_for_half_a_request),
		CASE(a_client_that_keeps_its_connection_does_not_keep_its_worker),
		CASE(hup_replaces_every_worker_and_fails_no_request),
		CASE(hup_follows_the_new_configuration_and_keeps_the_old_for_a_wrong_one),
		CASE(term_finishes_the_request_under_way),
		CASE(term_waits_no_longer_than_drain_ms),
		CASE(what_was_noted_is_flushed_at_the_end),
		CASE(workers_end_after_their_number_of_requests),
		CASE(workers_do_not_outlive_their_master),
		CASE(a_second_server_in_the_same_place_is_refused),
		CASE(it_refuses_to_start_with_an_old_schema_or_without_a_key),
		CASE(sockets_can_be_handed_over_by_systemd),
		CASE(the_job_unit_runs_job_workers_and_who_writes_what_they_count),
		CASE(workers_that_die_as_they_start_are_tried_ever_more_slowly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
