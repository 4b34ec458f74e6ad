/*
 * A flow in its row: what it remembers is JSON, sealed for this row alone; each step is one
 * conditional UPDATE.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "lib/json.h"

/* ---- what it remembers ---- */

#define TEXT(member)                                                                               \
	{                                                                                          \
#member, offsetof(struct flow_data, member)                                        \
	}

static const struct {
	const char *name;
	size_t offset;
} texts[] =
    {
	TEXT(email),        TEXT(email_key),       TEXT(name),          TEXT(locale),
	TEXT(password_phc), TEXT(invitation),      TEXT(redirect_to),   TEXT(link),
	TEXT(session_id),   TEXT(session_user_id), TEXT(auth_strength), TEXT(amr),
	TEXT(way_in),
	TEXT(error_code),
	TEXT(app_state), TEXT(app_challenge), TEXT(app_scope),
	TEXT(social), TEXT(social_state), TEXT(social_nonce), TEXT(social_verifier),
	TEXT(wait_job), TEXT(wait_known), TEXT(bot_check), TEXT(payment_id),
	TEXT(identity_provider), TEXT(identity_subject), TEXT(identity_email), TEXT(identity_verified),
	TEXT(phone),        TEXT(username),        TEXT(sent_to),
},
  numbers[] = {
      TEXT(resend_at),
      TEXT(token_version),
      TEXT(wait_since),
      TEXT(level),
      TEXT(password_due),
      TEXT(factors),
};

static const char **
text_at(struct flow_data *data, size_t offset)
{
	return (const char **)(void *)((char *)data + offset);
}

static int64_t *
number_at(struct flow_data *data, size_t offset)
{
	return (int64_t *)(void *)((char *)data + offset);
}

static struct seal_place
place_of(const char *project_id, const char *flow_id)
{
	return (struct seal_place){ .table = "flows",
				    .column = "data_sealed",
				    .row_id = flow_id,
				    .project_id = project_id };
}

static enum err
seal(struct tx *tx, const struct flow *flow, struct bytes *ret_sealed)
{
	struct seal_place place = place_of(flow->row.project_id, flow->row.id);
	struct flow_data data = flow->data;
	struct buffer json = buffer_new(tx->arena);
	char separator = '{';

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *value = *text_at(&data, texts[i].offset);

		if (value == NULL)
			continue;
		buffer_printf(&json, "%c\"%s\":", separator, texts[i].name);
		buffer_json_string(&json, value);
		separator = ',';
	}
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		buffer_printf(&json, "%c\"%s\":", separator, numbers[i].name);
		buffer_json_int(&json, *number_at(&data, numbers[i].offset));
		separator = ',';
	}
	buffer_char(&json, '}');
	arena_wipe_later(tx->arena, json.data, json.len);
	return keyring_seal(tx->keyring, tx->arena, &place,
			    (struct bytes){ .data = (const uint8_t *)json.data, .len = json.len },
			    ret_sealed);
}

static enum err
unseal(struct tx *tx, const struct flow_row *row, struct flow_data *ret_data)
{
	struct seal_place place = place_of(row->project_id, row->id);
	struct flow_data data = { .email = NULL };
	struct json object;
	struct bytes plain;

	TRY(keyring_open(tx->keyring, tx->arena, &place, row->data_sealed, &plain));
	if (json_parse(tx->arena, (const char *)plain.data, plain.len, &object, NULL) != OK ||
	    object.type != JSON_OBJECT)
		return ERR_CRYPTO;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct json *member = json_member(&object, texts[i].name);

		if (member != NULL && member->type == JSON_STRING)
			*text_at(&data, texts[i].offset) = member->string;
	}
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		const struct json *member = json_member(&object, numbers[i].name);

		*number_at(&data, numbers[i].offset) =
		    member != NULL && member->type == JSON_INT ? member->integer : NONE;
	}
	*ret_data = data;
	return OK;
}

/* ---- rows ---- */

enum err
flow_load(const struct request *rq, struct tx *tx, const char *project_id, const char *flow_id,
	  struct flow *ret)
{
	struct flow flow = { .kind = FLOW_KIND_NONE };

	TRY(q_flow_get(tx->db, &(struct q_flow_get){ .project_id = project_id, .id = flow_id },
		       &flow.row));
	TRY(unseal(tx, &flow.row, &flow.data));
	flow.kind = flow_kind_parse(flow.row.kind);
	flow.state = flow_state_parse(flow.row.state);
	flow.settings = sign_in_settings_parse(tx->arena, rq->config, flow.row.settings_body);
	TRY(flow_read_providers(tx, &flow));
	TRY(flow_read_offer(tx, &flow));
	*ret = flow;
	return OK;
}

enum err
flow_find_client(const struct request *rq, struct tx *tx, const char *client_id,
		 struct flow_client_row *ret)
{
	struct flow_client_row client;
	enum err e =
	    client_id != NULL
		? q_flow_client(tx->db, &(struct q_flow_client){ .client_id = client_id }, &client)
		: q_flow_default_client(
		      tx->db, &(struct q_flow_default_client){ .project_id = rq->console_id }, &client);

	if (e == OK && !flow_is_served_here(rq, client.project_id))
		e = ERR_NOT_FOUND;
	if (e == OK)
		*ret = client;
	return e == ERR_NO_ROW ? ERR_NOT_FOUND : e;
}

enum err
flow_add(struct tx *tx, const struct flow *flow)
{
	struct bytes sealed;

	TRY(seal(tx, flow, &sealed));
	return q_flow_insert(tx->db,
			     &(struct q_flow_insert){
				 .project_id = flow->row.project_id,
				 .id = flow->row.id,
				 .kind = flow_kind_name(flow->kind),
				 .transport = flow->row.transport != NULL ? flow->row.transport : "cookie",
				 .state = flow_state_name(flow->state),
				 .client_id = flow->row.client_id,
				 .oauth_request_id = flow->oauth_request_id,
				 .user_id = flow->row.user_id,
				 .binding_digest = flow->row.binding_digest,
				 .data_sealed = sealed,
				 .expires_at = flow->row.expires_at,
			     },
			     NULL);
}

enum err
flow_guard(struct tx *tx, struct flow *flow)
{
	uint64_t matched = 0;

	TRY(q_flow_guard(tx->db,
			 &(struct q_flow_guard){
			     .project_id = flow->row.project_id,
			     .id = flow->row.id,
			     .version = flow->row.version,
			 },
			 &matched));
	if (matched == 0)
		return ERR_FLOW_STATE_CONFLICT;
	flow->row.version++;
	return OK;
}

enum err
flow_advance(struct tx *tx, struct flow *flow, enum flow_event event)
{
	enum flow_state next = flow_next(flow->state, event);
	struct bytes sealed;
	uint64_t matched = 0;

	if (next == FLOW_STATE_NONE)
		return ERR_FLOW_STATE_CONFLICT;
	TRY(seal(tx, flow, &sealed));
	TRY(q_flow_advance(tx->db,
			   &(struct q_flow_advance){
			       .kind = flow_kind_name(flow->kind),
			       .state = flow_state_name(next),
			       .user_id = flow->row.user_id,
			       .binding_digest = flow->row.binding_digest,
			       .code_digest = flow->row.code_digest,
			       .code_expires_at = flow->row.code_expires_at,
			       .data_sealed = sealed,
			       .expires_at = flow->row.expires_at,
			       .project_id = flow->row.project_id,
			       .id = flow->row.id,
			       .version = flow->row.version,
			   },
			   &matched));
	if (matched == 0)
		return ERR_FLOW_STATE_CONFLICT;
	flow->state = next;
	flow->row.version++;
	flow->row.code_tries = 0;
	return OK;
}
