/*
 * POST /api/v1/mail/send, and what the routes about mail share.
 */
#include "handlers/mail/mail.h"

#include <string.h>

#include "domain/mail_templates.h"
#include "domain/messages.h"
#include "handlers/routes.h"
#include "lib/json.h"
#include "lib/mail_builtins.h"
#include "lib/mime.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

#define DATA_BYTES_MAX	  16384
#define DATA_VALUE_MAX	  2000
#define ADDRESS_ARENA_MAX 4096

enum verdict
reply_message(const struct request *rq, struct tx *tx, const char *message_id)
{
	struct message_row row;
	enum err e = message_requested(tx, rq->org.id, rq->project.id, message_id, &row);

	return e == OK ? reply(rq, 202, message_fields, &row) : fail_err(rq, e);
}

enum verdict
fail_mail(const struct request *rq, enum err e, const struct field_errors *errors, const char *missing)
{
	if (e == ERR_VALIDATION_FAILED)
		return fail_details(rq, e, field_errors_details(rq->arena, errors), "Some fields aren't valid.");
	if (e == ERR_MISSING_VARIABLE)
		return fail(rq, e, "The template needs a value for '%s'.", missing);
	return fail_err(rq, e);
}

/* Its own arena, since a field's check has none. */
const char *
mail_address_check(const char *address)
{
	struct arena *arena = arena_new(ADDRESS_ARENA_MAX);
	const char *ascii;
	bool is_good = mime_envelope_address(arena, address, &ascii);

	arena_free(arena);
	return is_good ? NULL : "email";
}

const char *
mail_slug_check(const char *slug)
{
	return strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(slug) ? NULL : "pattern";
}

bool
mail_data_parse(struct arena *arena, const char *text, struct field_errors *errors, struct mail_values *ret)
{
	size_t errors_before = errors->count;
	struct json object = { .type = JSON_OBJECT };

	if (text != NULL && json_parse(arena, text, strlen(text), &object, NULL) != OK)
		return false;
	struct mail_value *values = ARENA_ARRAY(arena, object.count, struct mail_value);
	for (size_t i = 0; i < object.count; i++) {
		const struct json *item = &object.items[i];
		bool is_text = item->type == JSON_STRING && text_is_clean(item->string, true) &&
			       utf8_length(item->string) <= DATA_VALUE_MAX;
		if (!is_text && item->type != JSON_INT)
			field_errors_add(errors, arena, arena_printf(arena, "data.%s", utf8_cut(arena, object.names[i], 64)),
					 "type", "It must be a whole number, or a text of at most %d characters.",
					 DATA_VALUE_MAX);
		values[i] = (struct mail_value){
			.name = object.names[i],
			.value = item->type == JSON_INT ? arena_printf(arena, "%lld", (long long)item->integer) : item->string,
		};
	}
	*ret = (struct mail_values){ values, object.count };
	return errors->count == errors_before;
}

/* ---- POST /mail/send ---- */

struct mail_send_input {
	struct {
		bool to, user_id, template, data, locale;
	} has;
	const char *to;
	const char *user_id;
	const char *template;
	const char *data;
	const char *locale;
};

static const struct field mail_send_input[] = {
	IN_STRING(struct mail_send_input, to, .min = 3, .max = 254, .check = mail_address_check,
		  .description = "An address; or user_id"),
	IN_ID(struct mail_send_input, user_id, ID_USER, .description = "A user of the project, at their stored address; or to"),
	IN_STRING(struct mail_send_input, template, .min = 1, .max = 64, .check = mail_slug_check, .flags = FIELD_REQUIRED,
		  .description = "Any but those of category auth"),
	IN_JSON(struct mail_send_input, data, .max = DATA_BYTES_MAX, .check = json_object_check,
		.description = "{variable: text}"),
	IN_STRING(struct mail_send_input, locale, .min = 2, .max = 35, .check = locale_check),
	FIELDS_END,
};

/* Sign-in mails are written by the sign-in alone: their links and codes open accounts. */
static enum err
check_category(const struct request *rq, struct tx *tx, const char *slug, struct field_errors *errors)
{
	struct mail_template_text template;
	enum err e = mail_template_find(tx, rq->project.id, slug, (struct mail_locales){ { "en" } }, &template);

	if (e == ERR_NO_ROW)
		field_errors_add(errors, rq->arena, "template", "unknown", "There is no template of that name.");
	else if (e == OK && strcmp(template.category, "auth") == 0)
		field_errors_add(errors, rq->arena, "template", "auth_template",
				 "Mails for signing in are sent by signing in alone.");
	else
		return e;
	return ERR_VALIDATION_FAILED;
}

static enum err
find_recipient(const struct request *rq, struct tx *tx, struct mail_order *order, struct field_errors *errors)
{
	const struct mail_send_input *in = rq->input;
	struct q_mail_recipient_row row;

	if (in->has.to == in->has.user_id) {
		field_errors_add(errors, rq->arena, "to", "required", "Name one of to and user_id.");
		return ERR_VALIDATION_FAILED;
	}
	order->recipient = in->to;
	if (in->has.to)
		return OK;
	enum err e = q_mail_recipient(tx->db, &(struct q_mail_recipient){ .project_id = rq->project.id, .id = in->user_id }, &row);
	if (e == ERR_NO_ROW || (e == OK && row.email == NULL)) {
		field_errors_add(errors, rq->arena, "user_id", "unknown", "There is no such user, or they have no address.");
		return ERR_VALIDATION_FAILED;
	}
	TRY(e);
	order->user_id = in->user_id;
	order->recipient = row.email;
	order->user_name = row.name;
	return OK;
}

static enum verdict
mail_send_route(const struct request *rq, struct tx *tx)
{
	const struct mail_send_input *in = rq->input;
	struct field_errors errors = { .count = 0 };
	struct mail_order order = { .project_id = rq->project.id, .slug = in->template, .locale = in->locale };
	const char *missing = NULL, *id;
	enum err e = request_guard(rq, tx);

	if (e == OK && !mail_data_parse(rq->arena, in->data, &errors, &order.data))
		e = ERR_VALIDATION_FAILED;
	if (e == OK)
		e = check_category(rq, tx, in->template, &errors);
	if (e == OK)
		e = find_recipient(rq, tx, &order, &errors);
	if (e == OK)
		e = mail_send(tx, &order, &errors, &missing, &id);
	return e == OK ? reply_message(rq, tx, id) : fail_mail(rq, e, &errors, missing);
}

const struct route mail_send_routes[] = {
	{
	    .id = "mail_send",
	    .method = POST,
	    .path = "/api/v1/mail/send",
	    .summary = "Send a mail made from a template",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_MAIL_WRITE,
	    .tx = TX_WRITE,
	    .status = 202,
	    INPUT(struct mail_send_input, mail_send_input),
	    .output = message_fields,
	    .errors = { ERR_MISSING_VARIABLE, ERR_RATE_LIMITED },
	    .handler = mail_send_route,
	},
	ROUTES_END,
};
