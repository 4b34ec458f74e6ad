/*
 * Providers of text messages: one function a request shape, and one table.
 */
#include <string.h>

#include "lib/json.h"
#include "lib/provider_requests.h"

const char *const sms_provider_names[] = {
	[SMS_NONE] = "none", [SMS_TWILIO] = "twilio", [SMS_VONAGE] = "vonage", [SMS_MESSAGEBIRD] = "messagebird",
	[SMS_HTTP] = "http", [SMS_PROVIDER_COUNT] = NULL,
};
const char *const sms_via_names[] = { "sms", "whatsapp", "voice", NULL };

struct making {
	struct arena *arena;
	const struct provider_account *account;
	const struct provider_text *text;
};

typedef struct provider_call make_call(const struct making *);

static bool
goes_by(const struct making *m, const char *via)
{
	return strcmp(m->text->via, via) == 0;
}

/* TwiML is XML: the text is ours but for the app's name. */
static const char *
spoken(const struct making *m)
{
	struct buffer out = buffer_new(m->arena);

	buffer_text(&out, "<Response><Say loop=\"2\">");
	for (const char *at = m->text->text; *at != '\0'; at++) {
		if (*at == '&' || *at == '<' || *at == '>')
			buffer_printf(&out, "&#%d;", *at);
		else
			buffer_char(&out, *at);
		/* Digit by digit, or it is read as one number. */
		if (*at >= '0' && *at <= '9')
			buffer_char(&out, ' ');
	}
	buffer_text(&out, "</Say></Response>");
	return buffer_string(&out);
}

static struct provider_call
make_twilio(const struct making *m)
{
	bool is_call = goes_by(m, "voice");
	const char *prefix = goes_by(m, "whatsapp") ? "whatsapp:" : "";
	struct buffer body = buffer_new(m->arena);

	add_form(&body, "To", arena_printf(m->arena, "%s%s", prefix, m->text->to));
	/* A messaging service has an id where others have a number. */
	add_form(&body, !is_call && strncmp(m->account->from, "MG", 2) == 0 ? "MessagingServiceSid" : "From",
		 arena_printf(m->arena, "%s%s", prefix, m->account->from));
	add_form(&body, is_call ? "Twiml" : "Body", is_call ? spoken(m) : m->text->text);
	return (struct provider_call){
		.url = arena_printf(m->arena, "https://api.twilio.com/2010-04-01/Accounts/%s/%s.json",
				    m->account->username, is_call ? "Calls" : "Messages"),
		.headers = { FORM_TYPE, basic_header(m->arena, m->account->username, m->account->secret) },
		.body = buffer_bytes(&body),
	};
}

static struct provider_call
make_vonage(const struct making *m)
{
	struct buffer body = buffer_new(m->arena);

	add_member(&body, "api_key", m->account->username);
	add_member(&body, "api_secret", m->account->secret);
	add_member(&body, "from", m->account->from);
	add_member(&body, "to", m->text->to + 1);
	add_member(&body, "type", "unicode");
	add_member(&body, "client-ref", m->text->id);
	add_member(&body, "text", m->text->text);
	buffer_char(&body, '}');
	arena_wipe_later(m->arena, body.data, body.len);
	return (struct provider_call){
		.url = "https://rest.nexmo.com/sms/json", .headers = { JSON_TYPE }, .body = buffer_bytes(&body),
	};
}

static struct provider_call
make_messagebird(const struct making *m)
{
	struct buffer body = buffer_new(m->arena);

	add_member(&body, "originator", m->account->from);
	add_member(&body, "recipients", m->text->to + 1);
	add_member(&body, "datacoding", "auto");
	add_member(&body, "reference", m->text->id);
	add_member(&body, "body", m->text->text);
	buffer_char(&body, '}');
	return (struct provider_call){
		.url = "https://rest.messagebird.com/messages",
		.headers = { JSON_TYPE, secret_header(m->arena, "Authorization", "AccessKey ", m->account->secret) },
		.body = buffer_bytes(&body),
	};
}

static struct provider_call
make_http(const struct making *m)
{
	struct buffer body = buffer_new(m->arena);

	add_member(&body, "message_id", m->text->id);
	add_member(&body, "channel", m->text->via);
	add_member(&body, "from", m->account->from);
	add_member(&body, "to", m->text->to);
	add_member(&body, "text", m->text->text);
	buffer_char(&body, '}');
	return (struct provider_call){
		.url = m->account->url,
		.headers = { JSON_TYPE, m->account->secret == NULL
					    ? NULL
					    : secret_header(m->arena,
							    m->account->header != NULL ? m->account->header
										       : "Authorization",
							    "", m->account->secret) },
		.body = buffer_bytes(&body),
	};
}

static const struct shape {
	unsigned needs;
	make_call *make;
	const char *vias[4];
	const char *id_members[3];
} shapes[] = {
	[SMS_NONE] = { 0 },
	[SMS_TWILIO] = { NEEDS_USERNAME | NEEDS_SECRET | NEEDS_FROM, make_twilio, { "sms", "whatsapp", "voice" }, { "sid" } },
	[SMS_VONAGE] = { NEEDS_USERNAME | NEEDS_SECRET | NEEDS_FROM, make_vonage, { "sms" }, { NULL } },
	[SMS_MESSAGEBIRD] = { NEEDS_SECRET | NEEDS_FROM, make_messagebird, { "sms" }, { "id" } },
	[SMS_HTTP] = { NEEDS_URL, make_http, { "sms", "whatsapp", "voice" }, { "message_id", "id" } },
};

unsigned
sms_provider_needs(enum sms_provider provider)
{
	return shapes[provider].needs;
}

bool
sms_provider_brings(enum sms_provider provider, const char *via)
{
	return provider_parse(shapes[provider].vias, via) >= 0;
}

struct provider_call
sms_provider_call(struct arena *arena, enum sms_provider provider, const struct provider_account *account,
		  const struct provider_text *text)
{
	const struct making making = { .arena = arena, .account = account, .text = text };

	return shapes[provider].make(&making);
}

static const char *
member_text(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, name);

	return member != NULL && member->type == JSON_STRING ? member->string : "";
}

/* Vonage answers 200 to everything; the truth is the status of its one message: 0 taken, 1 too fast, 5 its own fault. */
static enum provider_verdict
judge_vonage(struct arena *arena, const struct provider_answer *answer, const char **ret_text)
{
	struct json object;
	const struct json *messages = NULL;

	if (json_parse(arena, answer->body, answer->body_len, &object, NULL) == OK && object.type == JSON_OBJECT)
		messages = json_member(&object, "messages");
	if (messages == NULL || messages->type != JSON_ARRAY || messages->count == 0) {
		*ret_text = provider_explain(arena, answer);
		return PROVIDER_LATER;
	}
	const char *status = member_text(&messages->items[0], "status");
	if (strcmp(status, "0") == 0) {
		*ret_text = member_text(&messages->items[0], "message-id");
		return PROVIDER_TOOK_IT;
	}
	*ret_text = arena_printf(arena, "status %s: %s", status, member_text(&messages->items[0], "error-text"));
	return strcmp(status, "1") == 0 || strcmp(status, "5") == 0 ? PROVIDER_LATER : PROVIDER_REFUSED;
}

enum provider_verdict
sms_provider_judge(struct arena *arena, enum sms_provider provider, const struct provider_answer *answer,
		   const char **ret_text)
{
	enum provider_verdict verdict = provider_judge_status(answer->status);

	if (verdict != PROVIDER_TOOK_IT) {
		*ret_text = provider_explain(arena, answer);
		return verdict;
	}
	if (provider == SMS_VONAGE)
		return judge_vonage(arena, answer, ret_text);
	const char *id = provider_answer_member(arena, answer, shapes[provider].id_members);
	*ret_text = id != NULL ? id : "";
	return verdict;
}
