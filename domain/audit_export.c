/*
 * Shows audit events, and writes them as JSONL and CSV.
 */
#include "domain/audit_export.h"

#include <string.h>

#include "lib/csv.h"
#include "lib/encode.h"
#include "lib/http.h"

static const char *const RESULTS[] = { "ok", "denied", NULL };
const char *const audit_format_names[] = { "csv", "jsonl", NULL };

static const struct field audit_actor_fields[] = {
	OUT_STRING(struct audit_actor, kind, .description = "user, personal_token, service_key, system, cli …"),
	OUT_STRING(struct audit_actor, id),
	OUT_STRING(struct audit_actor, label),
	FIELDS_END,
};

static const struct field audit_target_fields[] = {
	OUT_STRING(struct audit_target, type),
	OUT_STRING(struct audit_target, id),
	OUT_STRING(struct audit_target, label),
	FIELDS_END,
};

const struct field audit_fields[] = {
	OUT_ID(struct audit_view, id, ID_AUDIT_EVENT),
	OUT_INT(struct audit_view, seq, .flags = FIELD_NULLABLE, .description = "null until sealed"),
	OUT_STRING(struct audit_view, chain, .description = "The organization or project whose chain it is in"),
	OUT_STRING(struct audit_view, workspace_id, .flags = FIELD_NULLABLE),
	OUT_STRING(struct audit_view, action),
	OUT_OBJECT(struct audit_view, actor, audit_actor_fields),
	OUT_OBJECT(struct audit_view, target, audit_target_fields),
	OUT_ENUM(struct audit_view, result, RESULTS),
	OUT_JSON(struct audit_view, changes, .description = "{field: [old, new]}; secrets as •"),
	OUT_STRING(struct audit_view, ip, .flags = FIELD_NULLABLE),
	OUT_STRING(struct audit_view, user_agent),
	OUT_STRING(struct audit_view, request_id),
	OUT_TIME(struct audit_view, occurred_at),
	OUT_STRING(struct audit_view, hash, .flags = FIELD_NULLABLE, .description = "Hex; null until sealed"),
	FIELDS_END,
};

struct audit_view
audit_view_of(struct arena *arena, const struct audit_event_row *row)
{
	struct audit_actor *actor = ARENA_NEW(arena, struct audit_actor);
	struct audit_target *target = ARENA_NEW(arena, struct audit_target);

	*actor = (struct audit_actor){ row->actor_kind, row->actor_id, row->actor_label };
	*target = (struct audit_target){ row->target_type, row->target_id, row->target_label };
	return (struct audit_view){
		.id = row->id,
		.seq = row->seq,
		.chain = row->chain_id,
		.workspace_id = row->workspace_id,
		.action = row->action,
		.actor = actor,
		.target = target,
		.result = row->result,
		.changes = row->changes,
		.ip = row->ip.data == NULL ? NULL : ip_format(arena, row->ip),
		.user_agent = row->user_agent,
		.request_id = row->request_id,
		.occurred_at = row->occurred_at,
		.hash = row->hash.data == NULL ? NULL : hex_encode(arena, row->hash),
	};
}

enum err
audit_count(struct tx *tx, const struct audit_filter *filter, int64_t *ret_rows)
{
	struct q_audit_event_count_row row;

	TRY(q_audit_event_count(tx->db,
				&(struct q_audit_event_count){
				    .chain_id = filter->chain_id,
				    .action = filter->action,
				    .actor_id = filter->actor_id,
				    .target_id = filter->target_id,
				    .from_at = filter->from_at,
				    .to_at = filter->to_at,
				},
				&row));
	*ret_rows = row.total;
	return OK;
}

/* ---- files ---- */

static const char *const CSV_HEADER[] = {
	"seq",	       "id",	    "chain",  "workspace_id", "occurred_at", "action",	   "actor_kind", "actor_id", "actor_label",
	"target_type", "target_id", "target_label", "result", "changes",     "ip",	   "user_agent", "request_id", "hash",
};

static void
add_csv(struct buffer *b, struct arena *arena, const struct audit_view *view)
{
	char occurred_at[TIME_TEXT_SIZE];
	const char *seq = view->seq == NONE ? NULL : arena_printf(arena, "%lld", (long long)view->seq);

	time_format(view->occurred_at, occurred_at);
	const char *const cells[ARRAY_LEN(CSV_HEADER)] = {
		seq,
		view->id,
		view->chain,
		view->workspace_id,
		occurred_at,
		view->action,
		view->actor->kind,
		view->actor->id,
		view->actor->label,
		view->target->type,
		view->target->id,
		view->target->label,
		view->result,
		view->changes,
		view->ip,
		view->user_agent,
		view->request_id,
		view->hash,
	};
	csv_record(b, cells, ARRAY_LEN(cells));
}

static void
add_row(struct buffer *b, struct arena *arena, enum audit_format format, const struct audit_event_row *row)
{
	struct audit_view view = audit_view_of(arena, row);

	if (format == AUDIT_CSV) {
		add_csv(b, arena, &view);
	} else {
		fields_render(b, audit_fields, &view, false);
		buffer_char(b, '\n');
	}
}

enum err
audit_export_page(struct tx *tx, const struct audit_filter *filter, enum audit_format format,
		  struct audit_export *export, struct buffer *b)
{
	struct audit_event_row *rows;
	size_t count;

	if (format == AUDIT_CSV && export->rows == 0)
		csv_record(b, CSV_HEADER, ARRAY_LEN(CSV_HEADER));
	TRY(q_audit_event_export(tx->db,
				 &(struct q_audit_event_export){
				     .chain_id = filter->chain_id,
				     .action = filter->action,
				     .actor_id = filter->actor_id,
				     .target_id = filter->target_id,
				     .from_at = filter->from_at,
				     .to_at = filter->to_at,
				     .after_id = export->after_id,
				     .limit = AUDIT_EXPORT_PAGE_ROWS,
				 },
				 &rows, &count));
	for (size_t i = 0; i < count; i++)
		add_row(b, b->arena, format, &rows[i]);
	if (count > 0)
		memcpy(export->after_id, rows[count - 1].id, strnlen(rows[count - 1].id, ID_SIZE - 1) + 1);
	export->rows += (int64_t)count;
	export->is_done = count < AUDIT_EXPORT_PAGE_ROWS;
	return OK;
}
