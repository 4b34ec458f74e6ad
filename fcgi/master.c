/*
 * The master's life: starts what the configuration asks for, sleeps until a signal or the next
 * look, ends in order.
 */
#include "fcgi/master.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fcgi/metrics.h"
#include "fcgi/pools.h"
#include "fcgi/preflight.h"
#include "lib/encode.h"
#include "sys/log.h"
#include "sys/system.h"

#define SETTINGS_ARENA_BYTES_MAX ((size_t)4 * 1024 * 1024)
/* How often the master looks when nothing happens, and while processes come and go. */
#define LOOK_EVERY_MS   INT64_C(250)
#define LOOK_CLOSELY_MS INT64_C(10)
/* How long starting waits for a database that doesn't answer: it may start at the same time. */
#define DATABASE_WAIT_MS  (30 * SECOND_MS)
#define DATABASE_RETRY_MS SECOND_MS

/*
 * One reading of the configuration and key files; memory of its own, so that the next one can
 * replace it whole.
 */
struct settings {
	struct arena *arena;
	struct config *config;
	struct keyring *keyring;
};

struct master {
	const char *config_path;
	enum unit unit;
	struct settings settings;
	struct sockets sockets;
	struct pools pools;
	bool is_announced; /* READY=1 was sent since the last (re)load */
	bool is_stopping;
	int64_t ping_every_ms; /* of systemd's watchdog; 0: it has none */
	int64_t ping_at_ms;
};

/* Large for a stack, and there is one. */
static struct master the_master = { .sockets = { .fd = { -1, -1 } } };

/* ---- settings ---- */

static void
settings_free(struct settings *settings)
{
	if (settings->keyring != NULL)
		keyring_free(settings->keyring);
	if (settings->arena != NULL)
		arena_free(settings->arena);
	*settings = (struct settings){ .arena = NULL };
}

static bool
settings_load(const char *path, struct settings *ret_settings)
{
	struct settings settings = { .arena = arena_new(SETTINGS_ARENA_BYTES_MAX) };

	settings.config = config_load(settings.arena, path);
	if (settings.config != NULL)
		settings.keyring = keyring_load(settings.arena, settings.config);
	if (settings.keyring == NULL) {
		settings_free(&settings);
		return false;
	}
	*ret_settings = settings;
	return true;
}

static bool
is_job_unit(const struct master *master)
{
	return master->unit == UNIT_JOBS;
}

static void
settings_use(struct master *master)
{
	log_open(log_level_parse(master->settings.config->log_level), "master");
	pools_configure(&master->pools, master->settings.config, master->settings.keyring,
			is_job_unit(master));
	master->is_announced = false;
}

/* ---- signals ---- */

/*
 * All that the master reacts to is taken by sigtimedwait(): it has no handlers, and nothing of it
 * is ever interrupted.
 */
static sigset_t
master_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

/* 0: none came in that time. */
static int
signal_wait(int64_t timeout_ms)
{
	sigset_t set = master_signals();
	struct timespec timeout = { .tv_sec = timeout_ms / 1000,
				    .tv_nsec = timeout_ms % 1000 * 1000000 };
	int signal_number = sigtimedwait(&set, NULL, &timeout);

	return signal_number > 0 ? signal_number : 0;
}

/*
 * The old settings stay when the new ones are wrong: a typing error mustn't take the service down.
 */
static void
reload(struct master *master)
{
	struct settings settings;
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_monotonic_us());
	notify_supervisor(text);
	if (!settings_load(master->config_path, &settings)) {
		log_event(LOG_ERROR, "The configuration can't be used; the old one stays.",
			  master->config_path);
		notify_supervisor("READY=1");
		return;
	}
	struct settings old = master->settings;
	master->settings = settings;
	settings_use(master);
	settings_free(&old);
	log_event(LOG_INFO, "The configuration is read again; workers are replaced.", NULL);
}

/* Asked a second time, it doesn't wait any longer. */
static void
stop(struct master *master, int64_t now_ms)
{
	if (master->is_stopping) {
		log_event(LOG_WARN, "Told to stop twice: requests under way are cut.", NULL);
		pools_kill_all(&master->pools);
		return;
	}
	master->is_stopping = true;
	notify_supervisor("STOPPING=1");
	log_event(LOG_INFO, "Stopping: requests under way are finished.", NULL);
	pools_drain(&master->pools, now_ms);
}

static void
handle_signal(struct master *master, int signal_number, int64_t now_ms)
{
	switch (signal_number) {
	case SIGCHLD: pools_reap(&master->pools, now_ms); break;
	case SIGHUP:
		if (!master->is_stopping)
			reload(master);
		break;
	case SIGINT:
	case SIGTERM: stop(master, now_ms); break;
	default: break;
	}
}

/* ---- the supervisor above ---- */

/*
 * WATCHDOG_USEC, when it is meant for this process: a sign of life twice in that time
 * (sd_watchdog_enabled(3)).
 */
static int64_t
ping_interval_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	int64_t usec_number, pid_number;

	if (usec == NULL || !int_parse(usec, 1, INT64_MAX, &usec_number))
		return 0;
	if (pid != NULL && (!int_parse(pid, 1, INT32_MAX, &pid_number) || pid_number != getpid()))
		return 0;
	return usec_number / 2000 > 0 ? usec_number / 2000 : 1;
}

static void
report(struct master *master, int64_t now_ms)
{
	if (!master->is_announced && !master->is_stopping && pools_are_settled(&master->pools)) {
		master->is_announced = true;
		notify_supervisor("READY=1");
		log_event(LOG_INFO, "Ready.", NULL);
	}
	if (master->ping_every_ms > 0 && now_ms >= master->ping_at_ms) {
		master->ping_at_ms = now_ms + master->ping_every_ms;
		notify_supervisor("WATCHDOG=1");
	}
}

static int64_t
look_after_ms(const struct master *master)
{
	int64_t wait_ms =
	    master->is_announced && !master->is_stopping ? LOOK_EVERY_MS : LOOK_CLOSELY_MS;

	return master->ping_every_ms > 0 && master->ping_every_ms < wait_ms ? master->ping_every_ms
									    : wait_ms;
}

/* ---- start, life, end ---- */

/* Lets the time pass, whatever child of preflight_check() ends meanwhile. False when the process is told to end. */
static bool
retry_wait(void)
{
	int64_t until_ms = clock_monotonic_ms() + DATABASE_RETRY_MS;

	for (int64_t left_ms = DATABASE_RETRY_MS; left_ms > 0; left_ms = until_ms - clock_monotonic_ms()) {
		int signal_number = signal_wait(left_ms);
		if (signal_number == SIGTERM || signal_number == SIGINT)
			return false;
	}
	return true;
}

static bool
database_wait(const struct config *config)
{
	int64_t until_ms = clock_monotonic_ms() + DATABASE_WAIT_MS;
	bool is_first = true;

	for (;;) {
		enum preflight result = preflight_check(config);
		if (result != PREFLIGHT_UNREACHABLE)
			return result == PREFLIGHT_READY;
		if (clock_monotonic_ms() >= until_ms) {
			fprintf(stderr,
				"gatehoused: the database \"%s\" doesn't answer; start it, or look "
				"at database.hosts, .user and .password_file in the configuration\n",
				config->database.name);
			return false;
		}
		if (is_first)
			log_event(LOG_WARN, "The database doesn't answer yet; waiting for it.",
				  NULL);
		is_first = false;
		if (!retry_wait())
			return false;
	}
}

static bool
shared_memory_make(struct master *master)
{
	struct shared_memory *shared = &master->pools.shared;

	shared->beats = heartbeats_new();
	shared->counters = counters_new();
	if (!is_job_unit(master)) {
		shared->rates = rate_limiter_new();
		shared->usage = usage_new();
		shared->metrics = metrics_new();
	}
	if (shared->beats != NULL && shared->counters != NULL &&
	    (is_job_unit(master) ||
	     (shared->rates != NULL && shared->usage != NULL && shared->metrics != NULL)))
		return true;
	fprintf(stderr, "gatehoused: there is not enough memory to start\n");
	return false;
}

static bool
master_start(struct master *master)
{
	sigset_t signals = master_signals();

	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!is_job_unit(master) && !routes_check())
		return false;
	if (!settings_load(master->config_path, &master->settings))
		return false;
	/* From here on it holds keys: no core file, no debugger. */
	prctl(PR_SET_DUMPABLE, 0);
	settings_use(master);
	if (!database_wait(master->settings.config) || !shared_memory_make(master))
		return false;
	if (is_job_unit(master))
		return true;
	master->pools.sockets = &master->sockets;
	return sockets_open(master->settings.config, &master->sockets);
}

static void
master_live(struct master *master)
{
	master->ping_every_ms = ping_interval_ms();
	while (!master->is_stopping || !pools_are_empty(&master->pools)) {
		pools_step(&master->pools, clock_monotonic_ms());
		report(master, clock_monotonic_ms());
		int signal_number = signal_wait(look_after_ms(master));
		handle_signal(master, signal_number, clock_monotonic_ms());
	}
}

int
master_run(const char *config_path, enum unit unit)
{
	struct master *master = &the_master;

	master->config_path = config_path;
	master->unit = unit;
	bool is_started = master_start(master);
	if (is_started) {
		master_live(master);
		log_event(LOG_INFO, "Stopped.", NULL);
	}
	sockets_close(&master->sockets);
	settings_free(&master->settings);
	return is_started ? EXIT_SUCCESS : EXIT_FAILURE;
}
