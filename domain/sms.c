/*
 * The two text messages there are: a code, and a test. Short enough for one SMS.
 */
#include "domain/sms.h"

#include <string.h>

#include "domain/area_settings.h"
#include "domain/message_context.h"
#include "domain/outbox.h"
#include "lib/json.h"
#include "lib/text.h"

#define TEMPLATE_PHONE_CODE "phone-otp"
#define TEMPLATE_TEST	    "test"
#define APP_NAME_MAX	    40

static const char *const via_names[] = {
	[SMS_VIA_DEFAULT] = "",
	[SMS_VIA_SMS] = "sms",
	[SMS_VIA_WHATSAPP] = "whatsapp",
	[SMS_VIA_VOICE] = "voice",
};

/* The first has the language of those whose own isn't spoken here. */
static const struct words {
	const char *locale;
	const char *code; /* between the code and the app's name */
	const char *test; /* before the app's name */
} languages[] = {
	{ "en", " is your code for ", "A test of text messages from " },
	{ "es", " es tu código para ", "Una prueba de mensajes de texto de " },
};

static const struct words *
find_words(struct mail_locales locales)
{
	for (size_t i = 0; i < ARRAY_LEN(locales.items); i++)
		for (size_t k = 0; k < ARRAY_LEN(languages); k++)
			if (locales.items[i] != NULL && locale_has_language(locales.items[i], languages[k].locale))
				return &languages[k];
	return &languages[0];
}

/* code NULL: the test. */
static enum err
put(struct tx *tx, const struct sms *sms, const char **ret_id)
{
	struct message_context context;

	TRY(message_context_read(tx, sms->project_id, sms->user_id, sms->locale, &context));
	const struct words *words = find_words(context.locales);
	const char *app_name = utf8_cut(tx->arena, context.app_name, APP_NAME_MAX);
	const struct letter letter = {
		/* A text has no subject: its place says how it travels. */
		.subject = via_names[sms->via],
		.text = sms->code != NULL ? arena_printf(tx->arena, "%s%s%s.", sms->code, words->code, app_name)
					  : arena_printf(tx->arena, "%s%s.", words->test, app_name),
		.expires_at = sms->expires_at,
	};
	return outbox_put(tx,
			  &(struct outbox_message){
			      .channel = CHANNEL_SMS,
			      .template = sms->code != NULL ? TEMPLATE_PHONE_CODE : TEMPLATE_TEST,
			      .project_id = sms->project_id,
			      .user_id = sms->user_id,
			      .recipient = sms->recipient,
			      .letter = &letter,
			      .cause = sms->cause,
			      .daily_limit = sms->daily_limit,
			      .is_pretence = sms->is_pretence,
			  },
			  ret_id);
}

enum err
sms_queue(struct tx *tx, const struct sms *sms)
{
	return put(tx, sms, NULL);
}

enum err
sms_queue_test(struct tx *tx, const char *project_id, const char *recipient, const char **ret_message_id)
{
	return put(tx, &(struct sms){ .project_id = project_id, .recipient = recipient, .expires_at = NONE },
		   ret_message_id);
}

bool
sms_names_provider(struct arena *arena, const char *settings_body)
{
	struct json object;

	if (settings_body == NULL || json_parse(arena, settings_body, strlen(settings_body), &object, NULL) != OK)
		return false;
	const struct json *provider = json_member(&object, "provider");
	return provider != NULL && provider->type == JSON_STRING && strcmp(provider->string, "none") != 0;
}

enum err
sms_has_provider(struct tx *tx, const char *project_id, bool *ret)
{
	struct area_settings sms;

	TRY(area_settings_read(tx, project_id, AREA_SMS, &sms));
	*ret = sms_names_provider(tx->arena, sms.body);
	return OK;
}
