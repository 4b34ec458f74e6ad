/*
 * The server's numbers for Prometheus, to the addresses that metrics_allow names; to others there is nothing here.
 */
#include "fcgi/request.h"
#include "lib/http.h"
#include "sql/gen/queries.h"

static void
gauge(struct buffer *b, const char *name, const char *help, int64_t value)
{
	buffer_printf(b, "# HELP %s %s\n# TYPE %s gauge\n%s %lld\n", name, help, name, name, (long long)value);
}

/* Without a database the rest is still worth knowing. */
static void
add_database(const struct request *rq, struct tx *tx, struct buffer *b)
{
	struct q_message_job_oldest_due_row oldest;
	bool is_up = db_ping(tx->db) == OK && q_message_job_oldest_due(tx->db, &oldest) == OK;

	gauge(b, "gatehouse_database_up", "Does the database answer? 1: yes.", is_up);
	if (!is_up)
		return;
	int64_t late_ms = oldest.due_at == NONE || oldest.due_at > rq->now_ms ? 0 : rq->now_ms - oldest.due_at;
	gauge(b, "gatehouse_mail_oldest_due_seconds", "How long the mail that has waited longest is overdue.",
	      late_ms / SECOND_MS);
}

static enum verdict
metrics_show(const struct request *rq, struct tx *tx)
{
	struct buffer b = buffer_new(rq->arena);

	if (rq->ip_text[0] == '\0' || !ip_is_in(rq->config->metrics_allow, rq->ip))
		return fail_err(rq, ERR_NOT_FOUND);
	request_metrics(rq, &b);
	add_database(rq, tx, &b);
	return reply_text(rq, "text/plain; version=0.0.4; charset=utf-8", &b);
}

const struct route metrics_routes[] = {
	{
		.id = "metrics_show",
		.method = GET,
		.path = "/metrics",
		.summary = "The server's numbers as Prometheus text",
		.description = "For the addresses of metrics_allow in the configuration; 404 for others.",
		.auth = AUTH_PUBLIC,
		.tx = TX_SPLIT,
		.status = 200,
		.flags = ROUTE_BARE | ROUTE_TEXT,
		.errors = { ERR_NOT_FOUND },
		.handler = metrics_show,
	},
	ROUTES_END,
};
