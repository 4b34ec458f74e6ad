/*
 * The calls that a test of a connector makes, one after the other, and how each is shown.
 */
#ifndef GATEHOUSE_JOBS_CONNECTOR_TEST_H
#define GATEHOUSE_JOBS_CONNECTOR_TEST_H

#include "domain/connector_tests.h"
#include "jobs/calls.h"
#include "lib/oauth.h"
#include "sys/fetch.h"

#define HOP_HEADERS_MAX 6
#define HIDDEN_MAX	16

/* All calls of one walk. */
struct hops {
	struct arena *arena;
	const struct job_worker *worker;
	int64_t deadline_ms;		/* monotonic; nothing is called afterwards */
	struct buffer shown;		/* JSON objects with commas between */
	const char *hidden[HIDDEN_MAX];	/* secrets, masked wherever they turn up */
	size_t hidden_count;
	bool has_failed;		/* one of them */
};
struct hops hops_begin(const struct job_worker *, int64_t deadline_ms);
/* Never to be shown; NULL and "" are no secrets. */
void hops_hide(struct hops *, const char *secret);
/* One of an earlier walk. */
void hops_add(struct hops *, const struct json *shown);

/* One call: what is asked (set by the caller), what came, what is wrong with it. */
struct hop {
	const char *step, *method, *url;
	const char *headers[HOP_HEADERS_MAX];	/* "Name: value", NULL-terminated */
	const char *body;			/* NULL: none */
	bool holds_secrets;			/* the answer is shown only as JSON with its secrets masked */
	bool is_absent;				/* nothing stands there, and clients look elsewhere */
	bool was_asked, is_answered;
	struct fetch_answer answer;
	const struct json *json;		/* the answer's object; NULL: it is none */
	int64_t took_ms;
	struct connector_findings findings;
};
/* False, with a finding, when there is no answer. */
bool hop_visit(struct hops *, struct hop *);
const char *hop_header(const struct hops *, const struct hop *, const char *name) RETURNS_NONNULL;
/* It is shown from now on. */
void hop_end(struct hops *, struct hop *);

#endif
