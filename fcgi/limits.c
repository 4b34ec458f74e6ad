/*
 * Which buckets a request spends (tenancy rule 32). Requests without a credential count by address, all others by credential; some
 * families count besides. Their numbers are in the reply's three headers, errors included.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "lib/encode.h"

/*
 * BY_ADDRESS_AND_USER: two buckets, so that neither many addresses nor many accounts help. BY_CLIENT: of an OAuth client that has proven
 * itself; BY_CLIENT_AND_ADDRESS: one bucket for both, asked before it has. The handler says which client it is.
 */
enum subject { BY_CREDENTIAL, BY_ADDRESS, BY_USER, BY_ORG, BY_ADDRESS_AND_USER, BY_CLIENT, BY_CLIENT_AND_ADDRESS, BY_LICENSE, BY_PROJECT };

#define BUCKETS_MAX 4

static const enum subject SUBJECTS[RATE_COUNT] = {
	[RATE_CREDENTIAL] = BY_CREDENTIAL,
	[RATE_ANONYMOUS] = BY_ADDRESS,
	[RATE_FAILED_CREDENTIALS] = BY_ADDRESS,
	[RATE_KEY_MINT] = BY_USER,
	[RATE_SEARCH] = BY_CREDENTIAL,
	[RATE_PROJECT_WRITE] = BY_CREDENTIAL,
	[RATE_INVITATION_SEND] = BY_ORG,
	[RATE_INVITATION_USE] = BY_ADDRESS_AND_USER,
	[RATE_AUDIT_EXPORT] = BY_CREDENTIAL,
	[RATE_AUTH_REQUEST] = BY_CREDENTIAL,
	[RATE_DENIED_AUDIT] = BY_CREDENTIAL,
	[RATE_OAUTH_AUTHORIZE] = BY_ADDRESS,
	[RATE_OAUTH_TOKEN] = BY_CLIENT_AND_ADDRESS,
	[RATE_OAUTH_PUSH] = BY_CLIENT,
	[RATE_OAUTH_INTROSPECT] = BY_CLIENT,
	[RATE_OAUTH_REGISTER] = BY_ADDRESS,
	[RATE_CLIENT_DOCUMENT] = BY_ADDRESS,
	[RATE_CONNECTOR_TEST] = BY_USER,
	[RATE_FLOW_ACTION] = BY_ADDRESS,
	[RATE_FLOW_SIGN_UP] = BY_ADDRESS,
	[RATE_FLOW_RECOVER] = BY_ADDRESS,
	[RATE_FLOW_ANONYMOUS] = BY_ADDRESS,
	[RATE_USERNAME_AVAILABLE] = BY_ADDRESS,
	[RATE_VALIDATE] = BY_ADDRESS,
	[RATE_VALIDATE_LICENSE] = BY_LICENSE,
	[RATE_VALIDATE_UNKNOWN] = BY_ADDRESS,
	[RATE_PURCHASE] = BY_ADDRESS,
	[RATE_PROJECT] = BY_PROJECT,
};

/* HT-19, HT-20: IPv6 by /64; requests without a known address share one bucket. */
static const char *
address_subject(const struct exchange *x)
{
	uint8_t ip[16];

	memcpy(ip, x->rq.ip, sizeof(ip));
	ip_to_bucket(ip);
	return hex_encode(x->arena, (struct bytes){ ip, sizeof(ip) });
}

static const char *
subject_of(const struct exchange *x, enum rate_family family)
{
	const struct request *rq = &x->rq;

	switch (SUBJECTS[family]) {
	case BY_CREDENTIAL:
		return rq->credential.id;
	case BY_USER:
		return rq->user.id != NULL ? rq->user.id : rq->credential.id;
	case BY_ORG:
		return rq->org.id != NULL ? rq->org.id : rq->credential.id;
	case BY_PROJECT:
		return rq->project.id;
	case BY_ADDRESS:
	case BY_ADDRESS_AND_USER:
	case BY_CLIENT:
	case BY_CLIENT_AND_ADDRESS:
	case BY_LICENSE:
		break;
	}
	return address_subject(x);
}

static struct rate_bucket
bucket_of(const struct exchange *x, enum rate_family family)
{
	return (struct rate_bucket){
		.family = family,
		.subject = subject_of(x, family),
		.limit = rate_limit_of(x->rq.config, family),
	};
}

static const char *
family_name(enum rate_family family)
{
#define FAMILY(symbol, name, limit, window_s) [RATE_##symbol] = name,
	static const char *const NAMES[RATE_COUNT] = { RATE_FAMILIES(FAMILY) };
#undef FAMILY
	return NAMES[family];
}

static enum err
limited(struct exchange *x, const struct rate_state *state)
{
	struct buffer details = buffer_new(x->arena);

	metrics_count_limited(x->worker->metrics, state->family);
	buffer_text(&details, "{\"family\":");
	buffer_json_string(&details, family_name(state->family));
	buffer_printf(&details, ",\"limit\":%u,\"retry_after\":%u}", state->limit, state->retry_after_s);
	x->response.details = buffer_string(&details);
	x->response.retry_after_s = state->retry_after_s > 0 ? state->retry_after_s : 1;
	return ERR_RATE_LIMITED;
}

static enum err
take(struct exchange *x, const struct rate_bucket *buckets, size_t count)
{
	bool fits = rate_limiter_take(x->worker->rates, x->rq.config, x->rq.now_ms, buckets, count,
				      &x->response.rate);

	x->response.has_rate = true;
	return fits ? OK : limited(x, &x->response.rate);
}

static bool
shows_credential(const struct exchange *x)
{
	if (x->rq.route == NULL || (x->rq.route->auth & AUTH_PUBLIC) != 0)
		return false;
	return x->in.header[HEADER_AUTHORIZATION] != NULL || x->in.header[HEADER_X_AUTH_TOKEN] != NULL ||
	       x->in.session_cookies.count > 0;
}

static bool
is_by_client(enum rate_family family)
{
	return SUBJECTS[family] == BY_CLIENT || SUBJECTS[family] == BY_CLIENT_AND_ADDRESS;
}

/* Whoever has guessed too often is heard again later, be they right or wrong. */
enum err
limit_by_failures(struct exchange *x)
{
	struct rate_bucket failed = bucket_of(x, RATE_FAILED_CREDENTIALS);

	x->response.has_rate = true;
	return rate_limiter_has_room(x->worker->rates, x->rq.config, x->rq.now_ms, &failed, &x->response.rate) ? OK : limited(x, &x->response.rate);
}

/* A request that can't be read comes no further: it isn't counted by its credential, nor by what it would have done. */
enum err
limit_by_address(struct exchange *x, bool is_readable)
{
	struct rate_bucket buckets[2] = { bucket_of(x, RATE_ANONYMOUS) };
	size_t count = 1;
	enum rate_family extra = x->rq.route != NULL ? x->rq.route->rate : RATE_CREDENTIAL;

	if (is_readable && shows_credential(x))
		return limit_by_failures(x);
	if (is_readable && extra != RATE_CREDENTIAL && !is_by_client(extra) && (x->rq.route->auth & AUTH_PUBLIC) != 0)
		buckets[count++] = bucket_of(x, extra);
	return take(x, buckets, count);
}

/* What the organization's plan allows of each project, on this machine; what it doesn't limit is the installation's limit, if that is less. */
static struct rate_bucket
bucket_of_project(const struct exchange *x)
{
	struct rate_bucket bucket = bucket_of(x, RATE_PROJECT);
	int64_t machines = x->rq.config->machines > 1 ? x->rq.config->machines : 1;
	int64_t allowed = (x->rq.project.requests_per_minute + machines - 1) / machines;

	if (allowed < bucket.limit)
		bucket.limit = (uint32_t)allowed;
	return bucket;
}

enum err
limit_by_credential(struct exchange *x)
{
	const struct credential *c = &x->rq.credential;
	struct rate_bucket buckets[BUCKETS_MAX];
	size_t count = 0;

	if (c->kind == CREDENTIAL_NONE || (x->rq.route->auth & AUTH_PUBLIC) != 0)
		return OK;	/* counted by address */
	if (x->rq.route->rate != RATE_AUTH_REQUEST && !x->is_inner) {
		buckets[count] = bucket_of(x, RATE_CREDENTIAL);
		if (c->rate_limit_per_minute != NONE)
			buckets[count].limit = (uint32_t)c->rate_limit_per_minute;
		count++;
	}
	if (x->rq.project.has_rate_limit && !x->is_inner)
		buckets[count++] = bucket_of_project(x);
	if (x->rq.route->rate != RATE_CREDENTIAL)
		buckets[count++] = bucket_of(x, x->rq.route->rate);
	if (SUBJECTS[x->rq.route->rate] == BY_ADDRESS_AND_USER && x->rq.user.id != NULL) {
		buckets[count] = bucket_of(x, x->rq.route->rate);
		buckets[count++].subject = x->rq.user.id;
	}
	return count == 0 ? OK : take(x, buckets, count);
}

enum err
request_limit_client(const struct request *rq, const char *client_id, bool is_proven)
{
	struct exchange *x = exchange_of(rq);
	enum rate_family family = rq->route->rate;
	struct rate_bucket bucket = bucket_of(x, family);

	if (SUBJECTS[family] != (is_proven ? BY_CLIENT : BY_CLIENT_AND_ADDRESS))
		return OK;
	bucket.subject = is_proven ? client_id : arena_printf(x->arena, "%s %s", client_id, address_subject(x));
	return take(x, &bucket, 1);
}

enum err
request_limit(const struct request *rq, enum rate_family family, const char *subject)
{
	struct exchange *x = exchange_of(rq);
	struct rate_bucket bucket = bucket_of(x, family);

	if (subject != NULL)
		bucket.subject = subject;
	return take(x, &bucket, 1);
}

void
limit_count_failed_credential(struct exchange *x)
{
	struct rate_bucket bucket = bucket_of(x, RATE_FAILED_CREDENTIALS);
	struct rate_state ignored;

	if (shows_credential(x) || x->in.is_client_in_body)
		rate_limiter_take(x->worker->rates, x->rq.config, x->rq.now_ms, &bucket, 1, &ignored);
}

bool
request_take_by_address(const struct request *rq, enum rate_family family)
{
	struct exchange *x = exchange_of(rq);
	struct rate_bucket bucket = bucket_of(x, family);
	struct rate_state ignored;

	return rate_limiter_take(x->worker->rates, rq->config, rq->now_ms, &bucket, 1, &ignored);
}

bool
limit_allows_denied_audit(struct exchange *x)
{
	struct rate_bucket bucket = bucket_of(x, RATE_DENIED_AUDIT);
	struct rate_state ignored;

	return rate_limiter_take(x->worker->rates, x->rq.config, x->rq.now_ms, &bucket, 1, &ignored);
}
