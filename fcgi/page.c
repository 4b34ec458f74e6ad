/*
 * Cursors of lists: where the last page ended, bound to the route, the list's owner and the filters by a MAC, so that a cursor of another list or a
 * made-up one is a 400 (TN-16).
 *
 * base64url(version, MAC of 16 octets, length of the sort key in 2 octets, sort key, id)
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/secrets.h"

#define CURSOR_VERSION 1
#define CURSOR_MAC_LEN 16
#define CURSOR_HEAD_LEN (1 + CURSOR_MAC_LEN + 2)
#define CURSOR_SORT_MAX 1024

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 100

/* On what the list works: a person's own lists go on when their session moves to another organization. */
static const char *
list_owner(const struct request *rq)
{
	const char *id = NULL;

	switch (rq->route->tenant) {
	case TENANT_NONE:
		id = rq->user.id != NULL ? rq->user.id : rq->credential.id;
		break;
	case TENANT_ORG:
	case TENANT_ORG_IN_PATH:
		id = rq->org.id;
		break;
	case TENANT_PROJECT:
	case TENANT_PROJECT_IN_PATH:
		id = rq->project.id;
		break;
	}
	return id == NULL ? "" : id;
}

/* What a cursor is only good for: the route, what it works on, and the query without limit, cursor and include_total. */
static const char *
cursor_context(const struct request *rq, const struct name_values *query)
{
	struct buffer b = buffer_new(rq->arena);

	buffer_printf(&b, "%s\n%s\n", rq->route->id, list_owner(rq));
	for (size_t i = 0; i < query->count; i++) {
		buffer_text(&b, percent_encode(rq->arena, query->items[i].name));
		buffer_char(&b, '=');
		buffer_text(&b, percent_encode(rq->arena, query->items[i].value));
		buffer_char(&b, '\n');
	}
	return buffer_string(&b);
}

static enum err
cursor_mac(const struct request *rq, struct bytes payload, uint8_t ret_mac[32])
{
	struct buffer b = buffer_new(rq->arena);

	buffer_text(&b, cursor_context(rq, &exchange_of(rq)->in.query_pairs));
	buffer_add(&b, payload.data, payload.len);
	return keyring_mac(rq->keyring, "cursor", (struct bytes){ (const uint8_t *)b.data, b.len }, ret_mac);
}

const char *
page_cursor_make(const struct request *rq, const char *sort, const char *id)
{
	size_t sort_len = strlen(sort);
	struct buffer payload = buffer_new(rq->arena), whole = buffer_new(rq->arena);
	uint8_t mac[32];

	if (sort_len > CURSOR_SORT_MAX)
		sort_len = CURSOR_SORT_MAX;
	buffer_char(&payload, (char)(sort_len >> 8));
	buffer_char(&payload, (char)(sort_len & 0xff));
	buffer_add(&payload, sort, sort_len);
	buffer_text(&payload, id);
	if (cursor_mac(rq, (struct bytes){ (const uint8_t *)payload.data, payload.len }, mac) != OK)
		return NULL;
	buffer_char(&whole, CURSOR_VERSION);
	buffer_add(&whole, mac, CURSOR_MAC_LEN);
	buffer_add(&whole, payload.data, payload.len);
	return base64url_encode(rq->arena, (struct bytes){ (const uint8_t *)whole.data, whole.len });
}

enum err
page_cursor_read(const struct request *rq, const char *cursor, struct page *ret_page)
{
	struct bytes raw;
	uint8_t mac[32];
	size_t sort_len, id_len;
	const uint8_t *payload;

	if (!base64url_decode(rq->arena, cursor, strlen(cursor), &raw) || raw.len <= CURSOR_HEAD_LEN ||
	    raw.data[0] != CURSOR_VERSION)
		return ERR_INVALID_CURSOR;
	payload = raw.data + 1 + CURSOR_MAC_LEN;
	TRY(cursor_mac(rq, (struct bytes){ payload, raw.len - 1 - CURSOR_MAC_LEN }, mac));
	if (!secret_equal(mac, raw.data + 1, CURSOR_MAC_LEN))
		return ERR_INVALID_CURSOR;
	sort_len = ((size_t)payload[0] << 8) | payload[1];
	if (sort_len >= raw.len - CURSOR_HEAD_LEN)
		return ERR_INVALID_CURSOR;
	id_len = raw.len - CURSOR_HEAD_LEN - sort_len;
	ret_page->after_sort = arena_strndup(rq->arena, (const char *)payload + 2, sort_len);
	ret_page->after_id = arena_strndup(rq->arena, (const char *)payload + 2 + sort_len, id_len);
	return OK;
}

static bool
take_pair(struct name_values *pairs, const char *name, const char **ret_value)
{
	for (size_t i = 0; i < pairs->count; i++) {
		if (strcmp(pairs->items[i].name, name) != 0)
			continue;
		*ret_value = pairs->items[i].value;
		for (size_t j = i + 1; j < pairs->count; j++)
			pairs->items[j - 1] = pairs->items[j];
		pairs->count--;
		return true;
	}
	return false;
}

static enum err
bad_parameter(struct exchange *x, const char *name, const char *rule, const char *message)
{
	struct field_errors errors = { .count = 0 };

	field_errors_add(&errors, x->arena, name, rule, "%s", message);
	x->response.details = field_errors_details(x->arena, &errors);
	return ERR_VALIDATION_FAILED;
}

enum err
page_parse(struct exchange *x)
{
	const struct route *route = x->rq.route;
	int64_t limit_max = route->limit_max != 0 ? route->limit_max : LIMIT_MAX;
	struct page *page = &x->rq.page;
	const char *limit = NULL, *cursor = NULL, *total = NULL;

	page->limit = route->limit_default != 0 ? route->limit_default : LIMIT_DEFAULT;
	if ((route->flags & ROUTE_LIST) == 0)
		return OK;
	if (take_pair(&x->in.query_pairs, "limit", &limit) && !int_parse(limit, 1, limit_max, &page->limit))
		return bad_parameter(x, "limit", "range",
				     arena_printf(x->arena, "limit is a number from 1 to %lld.",
						  (long long)limit_max));
	if (take_pair(&x->in.query_pairs, "include_total", &total)) {
		if (strcmp(total, "true") != 0 && strcmp(total, "false") != 0)
			return bad_parameter(x, "include_total", "type", "include_total is true or false.");
		page->include_total = total[0] == 't';
	}
	if (take_pair(&x->in.query_pairs, "cursor", &cursor))
		return page_cursor_read(&x->rq, cursor, page);
	return OK;
}
