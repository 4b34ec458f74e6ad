/*
 * One worker process: accepts a request, runs it through the pipeline of fcgi/pipeline.c, sends, resets.
 */
#ifndef GATEHOUSE_FCGI_WORKER_H
#define GATEHOUSE_FCGI_WORKER_H

#include "fcgi/gateway.h"
#include "fcgi/metrics.h"
#include "fcgi/rate_limit.h"
#include "fcgi/route.h"
#include "fcgi/usage.h"
#include "sys/counters.h"

/* What a worker has for its whole life. */
struct worker {
	const struct config *config;
	const struct keyring *keyring;
	enum pool pool;
	struct db *db;
	struct arena *arena;		/* reset after each request */
	struct rate_limiter *rates;
	struct usage_table *usage;
	struct metrics *metrics;
	struct counters *counters;
	struct heartbeats *beats;	/* of all workers, to be counted */
	char console_id[ID_SIZE];	/* "" until known */
	char console_client_id[ID_SIZE]; /* its public id */
};

/* The whole way of one accepted request, sending included. Never fails: what goes wrong is an answer and a log line. */
void pipeline_serve(struct worker *, struct gateway *);

/* A job worker's life: returns when *stop becomes true. Defined in jobs/. heartbeat: call at least every few seconds. */
void job_worker_run(const struct config *, const struct keyring *, struct counters *, volatile const int *stop,
		    void (*heartbeat)(void));

#endif
