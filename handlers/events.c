/*
 * /api/v1/events (automation.md): what happened in a project.
 */
#include "handlers/routes.h"

#include <string.h>

#include "fcgi/request.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

static const char *const SOURCES[] = { "platform", "custom", "inbound", "schedule", NULL };

#define PATTERNS_MAX 4
#define TAIL_LIMIT 50
#define TAIL_LIMIT_MAX 100
#define POLL_AFTER_MS SECOND_MS
/* The largest whole number that JSON carries exactly. */
#define SEQUENCE_MAX INT64_C(9007199254740991)

struct event_view {
	const char *id;
	const char *type;
	int64_t sequence;
	const char *source;
	const char *subject_id;
	const char *actor_id;
	const char *data;
	int64_t created_at;
};

static const struct field event_fields[] = {
	OUT_ID(struct event_view, id, ID_EVENT),
	OUT_STRING(struct event_view, type),
	OUT_INT(struct event_view, sequence, .flags = FIELD_NULLABLE, .description = "1, 2, 3 … in the project; null until fanned out"),
	OUT_ENUM(struct event_view, source, SOURCES),
	OUT_STRING(struct event_view, subject_id, .flags = FIELD_NULLABLE),
	OUT_STRING(struct event_view, actor_id, .flags = FIELD_NULLABLE),
	OUT_JSON(struct event_view, data),
	OUT_TIME(struct event_view, created_at),
	FIELDS_END,
};

static struct event_view
make_view(const struct request *rq, const struct event_row *row)
{
	return (struct event_view){
		.id = row->id,
		.type = row->type,
		.sequence = row->sequence,
		.source = row->source,
		.subject_id = row->subject_id,
		.actor_id = row->actor_id,
		.data = arena_strndup(rq->arena, (const char *)row->data.data, row->data.len),
		.created_at = row->created_at,
	};
}

/* ---- GET /events ---- */

struct event_list_input {
	struct {
		bool types, source, subject_id, from, to;
	} has;
	const char *types;
	const char *source;
	const char *subject_id;
	int64_t from;
	int64_t to;
};

static const struct field event_list_input[] = {
	IN_STRING(struct event_list_input, types, .in = IN_QUERY, .min = 1, .max = 400,
		  .description = "Up to four of project.created, project.*, with commas between"),
	IN_ENUM(struct event_list_input, source, SOURCES, .in = IN_QUERY),
	IN_STRING(struct event_list_input, subject_id, .in = IN_QUERY, .min = 1, .max = 29, .check = ascii_check),
	IN_TIME(struct event_list_input, from, .in = IN_QUERY),
	IN_TIME(struct event_list_input, to, .in = IN_QUERY),
	FIELDS_END,
};

/* "family.*" as a LIKE pattern; '_' of a name stands for itself. NULL for what is no pattern. */
static const char *
like_of(const struct request *rq, const char *text, size_t len)
{
	struct buffer b = buffer_new(rq->arena);

	if (len == 0)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '*' && i + 1 == len && (i == 0 || text[i - 1] == '.'))
			buffer_char(&b, '%');
		else if (c == '_')
			buffer_text(&b, "!_");
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.')
			buffer_char(&b, c);
		else
			return NULL;
	}
	return buffer_string(&b);
}

static bool
read_patterns(const struct request *rq, const char *types, const char *ret[PATTERNS_MAX])
{
	for (size_t n = 0; types != NULL; n++) {
		size_t len = strcspn(types, ",");

		if (n == PATTERNS_MAX || (ret[n] = like_of(rq, types, len)) == NULL)
			return false;
		types = types[len] == ',' ? types + len + 1 : NULL;
	}
	return true;
}

static enum err
count_events(const struct request *rq, struct tx *tx, const char *const patterns[PATTERNS_MAX], int64_t *ret_total)
{
	const struct event_list_input *in = rq->input;
	struct q_event_count_row row;

	TRY(q_event_count(tx->db,
			  &(struct q_event_count){
			      .project_id = rq->project.id,
			      .type_1 = patterns[0],
			      .type_2 = patterns[1],
			      .type_3 = patterns[2],
			      .type_4 = patterns[3],
			      .source = in->source,
			      .subject_id = in->subject_id,
			      .from_at = in->has.from ? in->from : NONE,
			      .to_at = in->has.to ? in->to : NONE,
			  },
			  &row));
	*ret_total = row.total;
	return OK;
}

static enum verdict
event_list(const struct request *rq, struct tx *tx)
{
	const struct event_list_input *in = rq->input;
	const char *patterns[PATTERNS_MAX] = { NULL };
	struct event_row *rows;
	struct event_view *views;
	int64_t total = NONE;
	size_t count;
	enum err e;

	if (in->has.types && !read_patterns(rq, in->types, patterns))
		return fail_field(rq, "types", "pattern", "Up to four of project.created, project.* or *, with commas between.");
	e = q_event_list(tx->db,
			 &(struct q_event_list){
			     .project_id = rq->project.id,
			     .type_1 = patterns[0],
			     .type_2 = patterns[1],
			     .type_3 = patterns[2],
			     .type_4 = patterns[3],
			     .source = in->source,
			     .subject_id = in->subject_id,
			     .from_at = in->has.from ? in->from : NONE,
			     .to_at = in->has.to ? in->to : NONE,
			     .after_id = rq->page.after_id,
			     .limit = rq->page.limit + 1,
			 },
			 &rows, &count);
	if (e == OK && rq->page.include_total)
		e = count_events(rq, tx, patterns, &total);
	if (e != OK)
		return fail_err(rq, e);
	views = ARENA_ARRAY(rq->arena, count + 1, struct event_view);
	for (size_t i = 0; i < count; i++)
		views[i] = make_view(rq, &rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = event_fields,
				  .items = views,
				  .count = count,
				  .item_size = sizeof(*views),
				  .id_offset = offsetof(struct event_view, id),
				  .total = total,
			      });
}

/* ---- GET /events/{id} ---- */

struct event_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field event_path[] = {
	IN_ID(struct event_path, id, ID_EVENT, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
event_get(const struct request *rq, struct tx *tx)
{
	const struct event_path *in = rq->input;
	struct event_row row;
	struct event_view view;
	enum err e =
	    q_event_get(tx->db, &(struct q_event_get){ .project_id = rq->project.id, .id = in->id }, &row);

	if (e != OK)
		return fail_err(rq, e);
	view = make_view(rq, &row);
	return reply(rq, 200, event_fields, &view);
}

/* ---- GET /events/tail ---- */

struct event_tail_input {
	struct {
		bool after, limit;
	} has;
	int64_t after;
	int64_t limit;
};

static const struct field event_tail_input[] = {
	IN_INT(struct event_tail_input, after, 0, SEQUENCE_MAX, .in = IN_QUERY,
	       .description = "last_sequence of the reply before; the newest event when absent"),
	IN_INT(struct event_tail_input, limit, 1, TAIL_LIMIT_MAX, .in = IN_QUERY, .description = "50 when absent"),
	FIELDS_END,
};

struct event_tail {
	struct field_list data;
	int64_t last_sequence;
	int64_t poll_after_ms;
};

static const struct field event_tail_fields[] = {
	OUT_LIST(struct event_tail, data, event_fields, struct event_view),
	OUT_INT(struct event_tail, last_sequence, .description = "What to send as after next time"),
	OUT_INT(struct event_tail, poll_after_ms, .description = "0 when there is more already"),
	FIELDS_END,
};

/* 0 before the first event. */
static enum err
read_head(const struct request *rq, struct tx *tx, int64_t *ret_newest)
{
	struct q_event_head_row row = { .last_sequence = 0 };
	enum err e = q_event_head(tx->db, &(struct q_event_head){ .project_id = rq->project.id }, &row);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	*ret_newest = row.last_sequence;
	return OK;
}

static enum verdict
reply_tail(const struct request *rq, const struct event_row *rows, size_t count, int64_t after, int64_t newest)
{
	struct event_view *views = ARENA_ARRAY(rq->arena, count + 1, struct event_view);
	struct event_tail tail = { .data = { views, count }, .last_sequence = after };

	for (size_t i = 0; i < count; i++)
		views[i] = make_view(rq, &rows[i]);
	if (count > 0)
		tail.last_sequence = rows[count - 1].sequence;
	tail.poll_after_ms = tail.last_sequence < newest ? 0 : POLL_AFTER_MS;
	return reply(rq, 200, event_tail_fields, &tail);
}

/* Sequences have no gaps: when the next one isn't there, retention has taken it. */
static enum verdict
event_tail(const struct request *rq, struct tx *tx)
{
	const struct event_tail_input *in = rq->input;
	struct event_row *rows = NULL;
	size_t count = 0;
	int64_t newest, after;
	enum err e = read_head(rq, tx, &newest);

	if (e != OK)
		return fail_err(rq, e);
	after = in->has.after ? in->after : newest;
	if (after > newest)
		return fail_field(rq, "after", "range", "The newest event is %lld.", (long long)newest);
	e = q_event_tail(tx->db,
			 &(struct q_event_tail){
			     .project_id = rq->project.id,
			     .after = after,
			     .limit = in->has.limit ? in->limit : TAIL_LIMIT,
			 },
			 &rows, &count);
	if (e == OK && after < newest && (count == 0 || rows[0].sequence != after + 1))
		e = ERR_EVENTS_EXPIRED;
	if (e != OK)
		return fail_err(rq, e);
	return reply_tail(rq, rows, count, after, newest);
}

/* ---- GET /event_types ---- */

struct event_type {
	const char *type;
	const char *description;
	const char *example;
};

static const struct field event_type_fields[] = {
	OUT_STRING(struct event_type, type),
	OUT_STRING(struct event_type, description),
	OUT_JSON(struct event_type, example, .description = "An event of this type"),
	FIELDS_END,
};

struct event_type_table {
	struct field_list data;
};

static const struct field event_type_table_fields[] = {
	OUT_LIST(struct event_type_table, data, event_type_fields, struct event_type),
	FIELDS_END,
};

static const char *
example_of(const struct request *rq, const struct event_info *info)
{
	struct event_view view = {
		.id = "evt_000000000000000a",
		.type = info->name,
		.sequence = NONE,
		.source = "platform",
		.data = "{}",
		.created_at = rq->now_ms,
	};
	struct buffer b = buffer_new(rq->arena);

	fields_render(&b, event_fields, &view, false);
	return buffer_string(&b);
}

static enum verdict
event_type_list(const struct request *rq, struct tx *tx)
{
	struct event_type *types = ARENA_ARRAY(rq->arena, EV_COUNT, struct event_type);
	size_t count = 0;

	(void)tx;
	for (int e = 0; e < EV_COUNT; e++) {
		const struct event_info *info = event_info((enum event)e);

		if (info->is_event)
			types[count++] =
			    (struct event_type){ info->name, info->description, example_of(rq, info) };
	}
	return reply(rq, 200, event_type_table_fields, &(struct event_type_table){ .data = { types, count } });
}

const struct route event_routes[] = {
	{
	    .id = "event_type_list",
	    .method = GET,
	    .path = "/api/v1/event_types",
	    .summary = "List what can happen in a project",
	    .auth = AUTH_ANY,
	    .tx = TX_NONE,
	    .output = event_type_table_fields,
	    .handler = event_type_list,
	},
	{
	    .id = "event_list",
	    .method = GET,
	    .path = "/api/v1/events",
	    .summary = "List events of a project, newest first",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_EVENT_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    INPUT(struct event_list_input, event_list_input),
	    .output = event_fields,
	    .handler = event_list,
	},
	{
	    .id = "event_get",
	    .method = GET,
	    .path = "/api/v1/events/{id}",
	    .summary = "Get an event",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_EVENT_READ,
	    .tx = TX_READ_ONE,
	    INPUT(struct event_path, event_path),
	    .output = event_fields,
	    .handler = event_get,
	},
	{
	    .id = "event_tail",
	    .method = GET,
	    .path = "/api/v1/events/tail",
	    .summary = "Follow a project's events in the order of their sequence",
	    .description = "Begin without after, or with 0 for all that is kept; then send last_sequence each time. No event is missed.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_EVENT_READ,
	    .tx = TX_READ_SNAPSHOT,
	    INPUT(struct event_tail_input, event_tail_input),
	    .output = event_tail_fields,
	    .errors = { ERR_EVENTS_EXPIRED },
	    .handler = event_tail,
	},
	ROUTES_END,
};
