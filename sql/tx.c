/*
 * What every write leaves behind: the audit row, the event and its place in the queue.
 */
#include "sql/tx.h"

#include <string.h>

#include "lib/text.h"
#include "sql/gen/queries.h"

/* Code points that the columns hold. */
#define ACTOR_LABEL_MAX  320
#define TARGET_LABEL_MAX 255
#define USER_AGENT_MAX   255

enum err
tx_make_id(struct tx *tx, enum id_kind kind, const char **ret_id)
{
	return id_make(tx->arena, kind, tx->now_ms, ret_id);
}

/*
 * Records are read and sealed in the order of their ids. Those of one transaction share its now, so each takes a millisecond of its own:
 * what was done first is shown first.
 */
static enum err
record_make_id(struct tx *tx, enum id_kind kind, const char **ret_id)
{
	return id_make(tx->arena, kind, tx->now_ms + (int64_t)tx->recorded++, ret_id);
}

/* Headers may hold any octets; a row that can't be stored would fail the request it is about. */
static const char *
storable(struct tx *tx, const char *text, size_t length_max)
{
	if (text == NULL)
		return "";
	if (!utf8_is_valid(text, strlen(text)))
		return "(not UTF-8)";
	return utf8_cut(tx->arena, text, length_max);
}

static enum err
insert_audit(struct tx *tx, const struct q_audit_event_insert *what)
{
	struct q_audit_event_insert row = *what;

	TRY(record_make_id(tx, ID_AUDIT_EVENT, &row.id));
	row.actor_kind = tx->actor.kind;
	row.actor_id = tx->actor.id != NULL ? tx->actor.id : "";
	row.actor_label = storable(tx, tx->actor.label, ACTOR_LABEL_MAX);
	row.target_id = what->target_id != NULL ? what->target_id : "";
	row.target_label = storable(tx, what->target_label, TARGET_LABEL_MAX);
	row.ip = tx->ip;
	row.user_agent = storable(tx, tx->user_agent, USER_AGENT_MAX);
	row.request_id = tx->request_id != NULL ? tx->request_id : "";
	return q_audit_event_insert(tx->db, &row, NULL);
}

static const char *
changes_of(struct tx *tx, const struct record *record)
{
	if (record->changes != NULL)
		return record->changes;
	if (record->fields == NULL || (record->before == NULL && record->after == NULL))
		return "{}";
	return fields_diff(tx->arena, record->fields, record->before, record->after);
}

static const char *
data_of(struct tx *tx, const struct record *record)
{
	const void *object = record->after != NULL ? record->after : record->before;
	struct buffer data = buffer_new(tx->arena);

	if (record->data != NULL)
		return record->data;
	if (record->fields == NULL || object == NULL)
		return "{}";
	fields_render(&data, record->fields, object, true);
	return buffer_string(&data);
}

static enum err
insert_event(struct tx *tx, const struct record *record, const char *project_id)
{
	const char *data = data_of(tx, record);
	struct q_event_insert row = {
		.project_id = project_id,
		.type = event_info(record->event)->name,
		.subject_id = record->target_id,
		.actor_id = tx->actor.id,
		.data = { .data = (const uint8_t *)data, .len = strlen(data) },
	};

	TRY(record_make_id(tx, ID_EVENT, &row.id));
	TRY(q_event_insert(tx->db, &row, NULL));
	return q_event_queue_insert(
	    tx->db, &(struct q_event_queue_insert){ .project_id = project_id, .event_id = row.id },
	    NULL);
}

static enum err
audit(struct tx *tx, const struct record *what, const struct event_info *info)
{
	bool is_in_project = what->project_id != NULL && (what->in_project_chain || info->chain == CHAIN_PROJECT);

	if (!info->is_audited)
		return OK;
	return insert_audit(tx, &(struct q_audit_event_insert){
				    .chain_id = is_in_project ? what->project_id : what->org_id,
				    .org_id = what->org_id,
				    .project_id = what->project_id,
				    .action = info->name,
				    .target_type = info->target_type,
				    .target_id = what->target_id,
				    .target_label = what->target_label,
				    .result = "ok",
				    .changes = changes_of(tx, what),
				});
}

enum err
record(struct tx *tx, const struct record *what)
{
	const struct event_info *info = event_info(what->event);
	const char *event_project_id = what->project_id != NULL ? what->project_id : what->event_project_id;

	TRY(audit(tx, what, info));
	if (!info->is_event || event_project_id == NULL)
		return OK;
	return insert_event(tx, what, event_project_id);
}

enum err
record_denied(struct tx *tx, const char *org_id, const char *project_id, const char *target_type,
	      const char *target_id, const char *action, const char *reason)
{
	struct buffer changes = buffer_new(tx->arena);

	buffer_text(&changes, "{\"reason\":[null,");
	buffer_json_string(&changes, reason);
	buffer_text(&changes, "]}");
	return insert_audit(tx, &(struct q_audit_event_insert){
				    .chain_id = project_id != NULL ? project_id : org_id,
				    .org_id = org_id,
				    .project_id = project_id,
				    .action = action,
				    .target_type = target_type,
				    .target_id = target_id,
				    .result = "denied",
				    .changes = buffer_string(&changes),
				});
}

void
tx_count(struct tx *tx, const struct stat_count *counted)
{
	struct stat_key key;

	if (stat_key_make(counted, tx->now_ms, &key))
		db_count(tx->db, &key, counted->n > 0 ? counted->n : 1);
}
