/*
 * Fetches a client's logo (security.md CR-07): one answer from a public address, without a redirect, of at most 100 KiB, that is a picture
 * by its octets, whatever it is called. Who doesn't answer is asked again twice.
 */
#include <string.h>

#include "domain/client_logos.h"
#include "jobs/calls.h"
#include "lib/images.h"
#include "sys/fetch.h"
#include "sys/log.h"

#define FETCH_MS (3 * SECOND_MS)

static const int64_t WAITS_MS[] = { MINUTE_MS, 10 * MINUTE_MS };

struct logo {
	const char *client_id, *url;
	const char *media_type;
	struct bytes body;
};

/* NULL, or what is wrong with what came. */
static const char *
judge(struct logo *logo, const struct fetch_answer *answer)
{
	struct image image;

	if (answer->status != 200)
		return "It didn't answer 200.";
	logo->body = (struct bytes){ (const uint8_t *)answer->body, answer->body_len };
	if (!image_read(logo->body, &image))
		return "It is no whole PNG, JPEG or WebP.";
	logo->media_type = image.media_type;
	return image_check(logo->body, image.media_type) == NULL ? NULL : "It is too large a picture.";
}

static enum err
keep(struct call *call, struct tx *tx)
{
	const struct logo *logo = call->found;
	enum err e = client_logo_put(tx, call->project_id, logo->client_id, logo->url, logo->media_type, logo->body);

	/* Another address by now: its own job is on the way. */
	return e == ERR_NO_ROW ? OK : e;
}

static void
try_again_or_give_up(struct call *call, const char *problem)
{
	log_event(LOG_WARN, "a client's logo couldn't be fetched", problem);
	if ((size_t)call->attempts <= ARRAY_LEN(WAITS_MS)) {
		call->problem = problem;
		call->again_at = call->worker->now_ms + WAITS_MS[call->attempts - 1];
	}
}

enum err
call_client_logo(struct call *call)
{
	struct logo *logo = ARENA_NEW(call->worker->arena, struct logo);
	struct fetch_answer answer;
	const char *reason = NULL;

	*logo = (struct logo){ .client_id = call_text(call, "client_id"), .url = call_text(call, "url") };
	if (logo->client_id == NULL || logo->url == NULL)
		return OK;
	struct fetch_request request = {
		.method = "GET",
		.url = logo->url,
		.headers = { "Accept: image/png, image/jpeg, image/webp" },
		.answer_bytes_max = CLIENT_LOGO_MAX,
		.timeout_ms = FETCH_MS,
		.is_strict = true,
		.heartbeat = call->worker->heartbeat,
	};
	if (fetch(call->worker->arena, call->worker->config, &request, &answer, &reason) != FETCH_ANSWERED) {
		try_again_or_give_up(call, reason);
		return OK;
	}
	const char *fault = judge(logo, &answer);
	if (fault != NULL) {
		log_event(LOG_WARN, "a client's logo can't be taken", fault);
		return OK;
	}
	call->found = logo;
	call->finish = keep;
	return OK;
}
