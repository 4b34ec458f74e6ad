/*
 * Tests of lib/mail_providers.c, lib/sms_providers.c and lib/sigv4.c: the requests' shapes and what answers mean. The requests themselves
 * reach servers in tests/jobs.
 */
#include <string.h>

#include "lib/json.h"
#include "lib/providers.h"
#include "tests/unit/unit.h"

static const struct provider_account account = {
	.from_name = "Shop, \"Ltd\"",
	.from_address = "shop@example.com",
	.username = "user-1",
	.region = "eu-west-1",
	.url = "https://mail.example.com/take",
	.from = "+4930123456",
	.secret = "hush-hush",
};

static const struct mime_mail mail = {
	.from_name = "Shop, \"Ltd\"",
	.from_address = "shop@example.com",
	.to_address = "ada@example.com",
	.reply_to = "help@example.com",
	.subject = "Grüße \"Ada\"",
	.text = "One\nTwo & three",
	.html = "<p>One</p>",
	.message_id = "msg_1@example.com",
	.date_ms = INT64_C(1768473000000),
};

static const struct provider_text text = { .id = "msg_1", .to = "+491701234567", .text = "012345 & more", .via = "sms" };

static bool
has_header(const struct provider_call *call, const char *header)
{
	for (size_t i = 0; call->headers[i] != NULL; i++)
		if (strcmp(call->headers[i], header) == 0)
			return true;
	return false;
}

static const char *
body_of(const struct provider_call *call)
{
	return arena_strndup(arena, (const char *)call->body.data, call->body.len);
}

static void
every_json_body_is_json(void **state)
{
	static const enum mail_provider json[] = { MAIL_HTTP, MAIL_RESEND, MAIL_SENDGRID, MAIL_SES, MAIL_POSTMARK };
	static const enum sms_provider sms_json[] = { SMS_VONAGE, SMS_MESSAGEBIRD, SMS_HTTP };
	struct json parsed;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(json); i++) {
		struct provider_call call = mail_provider_call(arena, json[i], &account, &mail, mail.date_ms);
		assert_int_equal(json_parse(arena, (const char *)call.body.data, call.body.len, &parsed, NULL), OK);
		assert_true(has_header(&call, "Content-Type: application/json"));
		assert_int_equal(strncmp(call.url, "https://", 8), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(sms_json); i++) {
		struct provider_call call = sms_provider_call(arena, sms_json[i], &account, &text);
		assert_int_equal(json_parse(arena, (const char *)call.body.data, call.body.len, &parsed, NULL), OK);
	}
}

static void
a_comma_in_a_name_makes_no_second_sender(void **state)
{
	struct provider_call call = mail_provider_call(arena, MAIL_RESEND, &account, &mail, 0);

	(void)state;
	struct json body;
	assert_int_equal(json_parse(arena, (const char *)call.body.data, call.body.len, &body, NULL), OK);
	assert_string_equal(json_member(&body, "from")->string, "\"Shop, \\\"Ltd\\\"\" <shop@example.com>");
}

static void
forms_are_percent_encoded(void **state)
{
	struct provider_call call = mail_provider_call(arena, MAIL_MAILGUN, &account, &mail, 0);

	(void)state;
	assert_string_equal(call.url, "https://api.mailgun.net/v3/example.com/messages");
	assert_non_null(strstr(body_of(&call), "&text=One%0ATwo%20%26%20three&"));
	assert_true(has_header(&call, "Authorization: Basic YXBpOmh1c2gtaHVzaA=="));
	call = sms_provider_call(arena, SMS_TWILIO, &account, &text);
	assert_string_equal(call.url, "https://api.twilio.com/2010-04-01/Accounts/user-1/Messages.json");
	assert_string_equal(body_of(&call), "To=%2B491701234567&From=%2B4930123456&Body=012345%20%26%20more");
}

static void
channels_have_their_own_requests(void **state)
{
	struct provider_text other = text;

	(void)state;
	other.via = "whatsapp";
	struct provider_call call = sms_provider_call(arena, SMS_TWILIO, &account, &other);
	assert_int_equal(strncmp(body_of(&call), "To=whatsapp%3A%2B49", 19), 0);
	other.via = "voice";
	call = sms_provider_call(arena, SMS_TWILIO, &account, &other);
	assert_non_null(strstr(call.url, "/Calls.json"));
	assert_non_null(strstr(body_of(&call), "0%201%202%203%204%205%20"));
	assert_true(sms_provider_brings(SMS_TWILIO, "voice"));
	assert_true(sms_provider_brings(SMS_VONAGE, "sms"));
	assert_false(sms_provider_brings(SMS_VONAGE, "voice"));
	assert_false(sms_provider_brings(SMS_NONE, "sms"));
}

/* The signature was computed from the published description by another program. */
static void
sigv4_signs_as_described(void **state)
{
	static const char body[] = "{\"a\":1}";
	const char *date;
	const char *header = sigv4_authorization(arena,
						 &(struct sigv4_request){
						     .host = "email.eu-west-1.amazonaws.com",
						     .path = "/v2/email/outbound-emails",
						     .region = "eu-west-1",
						     .service = "ses",
						     .access_key_id = "AKIDEXAMPLE",
						     .secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
						     .body = { (const uint8_t *)body, strlen(body) },
						     .now_ms = INT64_C(1768473000000),
						 },
						 &date);

	(void)state;
	assert_string_equal(date, "20260115T103000Z");
	assert_string_equal(header,
			    "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260115/eu-west-1/ses/aws4_request, "
			    "SignedHeaders=content-type;host;x-amz-date, "
			    "Signature=721336dfe82664abdde5a369120caf470dc954ca975142f77167dfd8278f7a2f");
}

static enum provider_verdict
judge(enum mail_provider provider, long status, const char *body, const char **ret_text)
{
	const struct provider_answer answer = {
		.status = status, .body = body, .body_len = strlen(body), .message_id_header = "from-header",
	};

	return mail_provider_judge(arena, provider, &answer, ret_text);
}

static void
answers_are_taken_later_or_refused(void **state)
{
	const char *said;

	(void)state;
	assert_int_equal(judge(MAIL_RESEND, 200, "{\"id\":\"re_1\"}", &said), PROVIDER_TOOK_IT);
	assert_string_equal(said, "re_1");
	assert_int_equal(judge(MAIL_SENDGRID, 202, "", &said), PROVIDER_TOOK_IT);
	assert_string_equal(said, "from-header");
	assert_int_equal(judge(MAIL_SES, 200, "not json", &said), PROVIDER_TOOK_IT);
	assert_int_equal(judge(MAIL_POSTMARK, 422, "{\"Message\":\"Inactive\\nrecipient\"}", &said), PROVIDER_REFUSED);
	assert_string_equal(said, "HTTP 422: Inactive recipient");
	assert_int_equal(judge(MAIL_HTTP, 302, "", &said), PROVIDER_REFUSED);
	assert_string_equal(said, "HTTP 302");
	assert_int_equal(judge(MAIL_HTTP, 401, "no", &said), PROVIDER_REFUSED);
	assert_int_equal(judge(MAIL_HTTP, 429, "slow", &said), PROVIDER_REFUSED);
	assert_int_equal(judge(MAIL_HTTP, 500, "\xff", &said), PROVIDER_LATER);
	assert_string_equal(said, "HTTP 500");
	assert_int_equal(judge(MAIL_HTTP, 503, "", &said), PROVIDER_LATER);
}

static enum provider_verdict
judge_vonage(const char *body)
{
	const struct provider_answer answer = { .status = 200, .body = body, .body_len = strlen(body), .message_id_header = "" };
	const char *said;

	return sms_provider_judge(arena, SMS_VONAGE, &answer, &said);
}

static void
vonage_says_in_its_body_what_others_say_by_status(void **state)
{
	(void)state;
	assert_int_equal(judge_vonage("{\"messages\":[{\"status\":\"0\",\"message-id\":\"a\"}]}"), PROVIDER_TOOK_IT);
	assert_int_equal(judge_vonage("{\"messages\":[{\"status\":\"1\",\"error-text\":\"Throttled\"}]}"), PROVIDER_LATER);
	assert_int_equal(judge_vonage("{\"messages\":[{\"status\":\"4\",\"error-text\":\"Bad\"}]}"), PROVIDER_REFUSED);
	assert_int_equal(judge_vonage("{}"), PROVIDER_LATER);
}

static void
names_are_parsed_by_their_list(void **state)
{
	(void)state;
	assert_int_equal(provider_parse(mail_provider_names, "postmark"), MAIL_POSTMARK);
	assert_int_equal(provider_parse(mail_provider_names, "post"), -1);
	assert_int_equal(provider_parse(mail_provider_names, NULL), -1);
	assert_int_equal(provider_parse(sms_provider_names, "none"), SMS_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_json_body_is_json),
		TEST(a_comma_in_a_name_makes_no_second_sender),
		TEST(forms_are_percent_encoded),
		TEST(channels_have_their_own_requests),
		TEST(sigv4_signs_as_described),
		TEST(answers_are_taken_later_or_refused),
		TEST(vonage_says_in_its_body_what_others_say_by_status),
		TEST(names_are_parsed_by_their_list),
	};

	return cmocka_run_group_tests_name("providers", tests, NULL, NULL);
}
