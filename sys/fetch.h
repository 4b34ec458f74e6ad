/*
 * One call to a server that a project names: https, public addresses, no redirects, ten seconds, a bounded answer.
 *
 * Only job workers may call: the address is looked at by sys/outgoing.h at the moment of connecting. outgoing.allow in the configuration
 * names networks that are allowed besides.
 */
#ifndef GATEHOUSE_SYS_FETCH_H
#define GATEHOUSE_SYS_FETCH_H

#include "lib/arena.h"
#include "lib/config.h"

#define FETCH_TIMEOUT_MS       INT64_C(10000)
#define FETCH_ANSWER_BYTES_MAX ((size_t)256 * 1024)
#define FETCH_HEADERS_MAX      12

struct fetch_request {
	const char *method;				/* "GET", "POST" … */
	const char *url;				/* https, no userinfo */
	const char *headers[FETCH_HEADERS_MAX + 1];	/* "Name: value", NULL-terminated; one with a line break fails the call */
	struct bytes body;				/* data NULL: none */
	size_t answer_bytes_max;			/* 0: FETCH_ANSWER_BYTES_MAX */
	int64_t timeout_ms;				/* of the whole call; 0: FETCH_TIMEOUT_MS */
	bool is_strict;					/* not called at all when one of the name's addresses may not be */
	void (*heartbeat)(void);			/* called each second while it waits; NULL: none */
};

struct fetch_answer {
	long status;		/* any that came, also 3xx: nothing is followed */
	const char *content_type;	/* "" when absent */
	const char *body;	/* NUL-terminated; may hold NUL before body_len */
	size_t body_len;
	const char *headers;	/* "name: value" lines as they came, as far as they fit 8 KiB; for fetch_header() */
};

enum fetch_result {
	FETCH_ANSWERED,
	FETCH_NOT_ALLOWED,	/* the URL, a header or the address is one that is never called: trying again is no use */
	FETCH_FAILED,		/* the request never went out: DNS, connection, TLS */
	FETCH_UNANSWERED,	/* it went out, and no whole answer came: time, size, a cut line */
};

/* *ret_answer is the arena's, set only with FETCH_ANSWERED; *ret_reason, a sentence for people, with the others. */
enum fetch_result fetch(struct arena *, const struct config *, const struct fetch_request *, struct fetch_answer *ret_answer,
			const char **ret_reason) MUST_CHECK;

/* The value of a header, those of several of the name with ", " between; "" when there is none. */
const char *fetch_header(struct arena *, const struct fetch_answer *, const char *name) RETURNS_NONNULL;

#endif
