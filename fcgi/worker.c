/*
 * The loop of a request or password worker: wait, take a request, run it through the pipeline.
 */
#include "fcgi/worker.h"

#include <stdlib.h>
#include <unistd.h>

#include "fcgi/child.h"
#include "sys/countries.h"
#include "sys/log.h"
#include "sys/system.h"

/* After how many requests this worker ends; its neighbours end at other times. */
static int64_t
requests_max(const struct config *config)
{
	int64_t max = config->process.worker_requests_max;

	return max == 0 ? INT64_MAX : max + getpid() % (max / 8 + 1);
}

static void
serve_until_told(struct worker *worker, struct gateway *gateway, struct heartbeats *beats,
		 unsigned slot)
{
	int64_t left = requests_max(worker->config);

	while (!child_must_stop && left > 0) {
		heartbeat_idle(beats, slot);
		if (!gateway_wait(gateway))
			continue;
		/*
		 * From here on, not only in the handler: a peer that sends half a request holds a
		 * worker too.
		 */
		heartbeat_busy(beats, slot, clock_monotonic_ms());
		if (!gateway_accept(gateway))
			continue;
		pipeline_serve(worker, gateway);
		left--;
	}
}

int
worker_run(const struct child_start *start)
{
	enum pool pool = start->task == TASK_PASSWORD ? POOL_PASSWORD : POOL_REQUEST;
	struct gateway *gateway = gateway_open(start->sockets->fd[pool]);
	struct worker worker = {
		.config = start->config,
		.keyring = start->keyring,
		.pool = pool,
		.db = db_new(start->config),
		.arena = arena_new((size_t)start->config->process.arena_bytes_max),
		.rates = start->shared->rates,
		.usage = start->shared->usage,
		.metrics = start->shared->metrics,
		.counters = start->shared->counters,
		.beats = start->shared->beats,
		.console_id = "",
	};

	if (start->config->countries_file[0] != '\0' && !countries_open(start->config->countries_file))
		log_event(LOG_WARN, "no country is known: countries_file can't be read", start->config->countries_file);
	db_use_counters(worker.db, worker.counters);
	serve_until_told(&worker, gateway, start->shared->beats, start->slot);
	gateway_close(gateway);
	countries_close();
	db_free(worker.db);
	arena_free(worker.arena);
	return EXIT_SUCCESS;
}
