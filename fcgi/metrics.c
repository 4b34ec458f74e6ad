/*
 * Counters by route and status class, a histogram of durations, and how they are printed.
 *
 * Routes are known by their address, which is the same in all processes of a master.
 */
#include "fcgi/metrics.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "fcgi/child.h"

#define CLASSES     5
#define ROUTE_SLOTS ((size_t)2 * ROUTES_MAX)

/* Upper bounds of the histogram. The last bucket has none. */
static const int64_t bounds_us[] = { 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 10000000 };

#define BUCKETS (ARRAY_LEN(bounds_us) + 1)

struct route_counts {
	_Atomic(const struct route *) route;
	_Atomic uint64_t requests[CLASSES];
};

struct metrics {
	struct route_counts routes[ROUTE_SLOTS];
	struct route_counts no_route;
	_Atomic uint64_t durations[BUCKETS];
	_Atomic uint64_t duration_us;
	_Atomic uint64_t limited[RATE_COUNT];
};

struct metrics *
metrics_new(void)
{
	void *memory =
		mmap(NULL, sizeof(struct metrics), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void
add(_Atomic uint64_t *word, uint64_t more)
{
	atomic_fetch_add_explicit(word, more, memory_order_relaxed);
}

static uint64_t
look(_Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

/* There are twice as many places as routes, so one is always found. */
static struct route_counts *
counts_of(struct metrics *metrics, const struct route *route)
{
	size_t at = (uintptr_t)route / sizeof(*route) % ROUTE_SLOTS;

	if (route == NULL)
		return &metrics->no_route;
	for (;; at = (at + 1) % ROUTE_SLOTS) {
		const struct route *found = atomic_load(&metrics->routes[at].route);
		if (found == route || (found == NULL && (atomic_compare_exchange_strong(&metrics->routes[at].route,
											&found, route) ||
							 found == route)))
			return &metrics->routes[at];
	}
}

void
metrics_count_request(struct metrics *metrics, const struct route *route, unsigned status, int64_t duration_us)
{
	size_t bucket = 0;

	if (status >= 100 && status < 100 * (CLASSES + 1))
		add(&counts_of(metrics, route)->requests[status / 100 - 1], 1);
	while (bucket < ARRAY_LEN(bounds_us) && duration_us > bounds_us[bucket])
		bucket++;
	add(&metrics->durations[bucket], 1);
	add(&metrics->duration_us, duration_us > 0 ? (uint64_t)duration_us : 0);
}

void
metrics_count_limited(struct metrics *metrics, enum rate_family family)
{
	add(&metrics->limited[family], 1);
}

/* ---- printing ---- */

static void
head(struct buffer *b, const char *name, const char *type, const char *help)
{
	buffer_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
print_route(struct buffer *b, struct route_counts *counts, const char *route_id)
{
	for (unsigned class = 0; class < CLASSES; class++) {
		uint64_t count = look(&counts->requests[class]);
		if (count > 0)
			buffer_printf(b, "gatehouse_requests_total{route=\"%s\",status=\"%uxx\"} %llu\n", route_id,
				      class + 1, (unsigned long long)count);
	}
}

static void
print_requests(struct metrics *metrics, struct buffer *b)
{
	head(b, "gatehouse_requests_total", "counter", "Requests answered, by route and class of status.");
	for (size_t i = 0; i < ROUTE_SLOTS; i++) {
		const struct route *route = atomic_load(&metrics->routes[i].route);
		if (route != NULL)
			print_route(b, &metrics->routes[i], route->id);
	}
	print_route(b, &metrics->no_route, "none");
}

static void
print_durations(struct metrics *metrics, struct buffer *b)
{
	uint64_t count = 0;

	head(b, "gatehouse_request_duration_seconds", "histogram", "From reading a request to having sent its answer.");
	for (size_t i = 0; i < BUCKETS; i++) {
		count += look(&metrics->durations[i]);
		if (i < ARRAY_LEN(bounds_us))
			buffer_printf(b, "gatehouse_request_duration_seconds_bucket{le=\"%g\"} %llu\n",
				      (double)bounds_us[i] / 1e6, (unsigned long long)count);
	}
	buffer_printf(b, "gatehouse_request_duration_seconds_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)count);
	buffer_printf(b, "gatehouse_request_duration_seconds_sum %.6f\n", (double)look(&metrics->duration_us) / 1e6);
	buffer_printf(b, "gatehouse_request_duration_seconds_count %llu\n", (unsigned long long)count);
}

static void
print_limited(struct metrics *metrics, struct buffer *b)
{
#define FAMILY(symbol, name, limit, window_s) [RATE_##symbol] = name,
	static const char *const names[RATE_COUNT] = { RATE_FAMILIES(FAMILY) };
#undef FAMILY

	head(b, "gatehouse_rate_limited_total", "counter", "Requests refused by a rate limit, by its family.");
	for (size_t i = 0; i < RATE_COUNT; i++)
		buffer_printf(b, "gatehouse_rate_limited_total{family=\"%s\"} %llu\n", names[i],
			      (unsigned long long)look(&metrics->limited[i]));
}

/* In one look over all of them: a worker is counted once. */
static void
print_workers(struct heartbeats *beats, struct buffer *b)
{
	static const enum task pools[] = { TASK_REQUEST, TASK_PASSWORD };
	static const char *const states[HEARTBEAT_STATES] = {
		[HEARTBEAT_STARTING] = "starting", [HEARTBEAT_IDLE] = "idle", [HEARTBEAT_BUSY] = "busy"
	};
	unsigned counts[TASK_COUNT][HEARTBEAT_STATES] = { { 0 } };

	for (unsigned slot = 0; slot < HEARTBEAT_SLOTS; slot++) {
		unsigned kind;
		enum heartbeat_state state;
		if (heartbeat_look(beats, slot, &kind, &state) && kind < TASK_COUNT)
			counts[kind][state]++;
	}
	head(b, "gatehouse_workers", "gauge", "Worker processes, by pool and by what they do.");
	for (size_t i = 0; i < ARRAY_LEN(pools); i++) {
		for (unsigned state = 0; state < HEARTBEAT_STATES; state++)
			buffer_printf(b, "gatehouse_workers{pool=\"%s\",state=\"%s\"} %u\n", task_name(pools[i]),
				      states[state], counts[pools[i]][state]);
	}
}

void
metrics_print(struct metrics *metrics, struct heartbeats *beats, struct buffer *b)
{
	print_requests(metrics, b);
	print_durations(metrics, b);
	print_limited(metrics, b);
	print_workers(beats, b);
}
