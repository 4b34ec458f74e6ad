/*
 * Mails into the outbox, in the transaction of their cause.
 */
#include "domain/mail.h"

#include <string.h>

#include "domain/mail_templates.h"
#include "domain/message_context.h"
#include "domain/outbox.h"
#include "lib/encode.h"
#include "lib/text.h"

/* Other people's names come from other people: a long one would be a letter of its own. */
#define NAME_LENGTH_MAX 120

static const char *const slugs[] = {
	[MAIL_VERIFICATION] = "verification",
	[MAIL_PASSWORD_RESET] = "password-reset",
	[MAIL_INVITATION] = "invitation",
	[MAIL_ACCOUNT_EXISTS] = "account-exists",
	[MAIL_PASSWORD_CHANGED] = "password-changed",
	[MAIL_MAGIC_LINK] = "magic-link",
	[MAIL_EMAIL_OTP] = "email-otp",
	[MAIL_WELCOME] = "welcome",
	[MAIL_EMAIL_CHANGED] = "email-changed",
	[MAIL_NEW_SIGN_IN] = "new-sign-in",
	[MAIL_MFA_CHANGED] = "mfa-changed",
	[MAIL_TEST] = "test",
};

const char *
mail_template_slug(enum mail_template template)
{
	return slugs[template];
}

/* ---- from a template to a letter ---- */

static const char *
value_in(struct mail_values values, const char *name)
{
	for (size_t i = 0; i < values.count; i++)
		if (strcmp(values.items[i].name, name) == 0)
			return values.items[i].value;
	return NULL;
}

/* The template's variables with the order's values; what has none keeps its default. */
static struct mail_values
fill(struct arena *arena, const struct mail_template_text *template, const struct mail_order *order, const char *app_name)
{
	struct mail_value *values = arena_copy(arena, template->variables.items,
					       template->variables.count * sizeof(*template->variables.items));

	for (size_t i = 0; i < template->variables.count; i++) {
		const char *value = value_in(order->data, values[i].name);
		if (strcmp(values[i].name, "app_name") == 0)
			value = app_name;
		else if (strcmp(values[i].name, "user_name") == 0 && value == NULL)
			value = order->user_name;
		if (value != NULL && value[0] != '\0')
			values[i].value = value;
	}
	return (struct mail_values){ values, template->variables.count };
}

static bool
refuse_unknown(struct arena *arena, const struct mail_template_text *template, const struct mail_order *order,
	       struct field_errors *errors)
{
	size_t before = errors->count;

	for (size_t i = 0; i < order->data.count; i++) {
		const char *name = order->data.items[i].name;
		bool is_known = strcmp(name, "app_name") == 0;
		for (size_t k = 0; k < template->variables.count && !is_known; k++)
			is_known = strcmp(template->variables.items[k].name, name) == 0;
		if (!is_known)
			field_errors_add(errors, arena, arena_printf(arena, "data.%s", utf8_cut(arena, name, 64)),
					 "unknown_variable", "The template has no such variable.");
	}
	return errors->count == before;
}

static enum err
render(struct tx *tx, const struct mail_order *order, const struct message_context *context,
       const struct mail_template_text *template, struct field_errors *errors, const char **ret_missing,
       struct mail_form *ret)
{
	struct mail_values values = fill(tx->arena, template, order, context->app_name);
	const struct mail_frame frame = { .locale = template->locale, .color = context->color };
	const char *missing = mail_missing_value(values);

	if (!refuse_unknown(tx->arena, template, order, errors))
		return ERR_VALIDATION_FAILED;
	if (missing != NULL) {
		*ret_missing = missing;
		return ERR_MISSING_VARIABLE;
	}
	return mail_render(tx->arena, &template->draft, values, &frame, errors, ret) ? OK : ERR_VALIDATION_FAILED;
}

enum err
mail_preview(struct tx *tx, const struct mail_order *order, const struct mail_template_text *draft,
	     struct field_errors *errors, const char **ret_missing, struct mail_form *ret_form)
{
	struct mail_template_text template;
	struct message_context context;

	TRY(message_context_read(tx, order->project_id, order->user_id, order->locale, &context));
	if (draft == NULL) {
		TRY(mail_template_find(tx, order->project_id, order->slug, context.locales, &template));
		draft = &template;
	}
	return render(tx, order, &context, draft, errors, ret_missing, ret_form);
}

static enum err
put(struct tx *tx, const struct mail_order *order, const struct mail_form *form, const struct mail *mail,
    const char **ret_message_id)
{
	const struct letter letter = {
		.subject = form->subject,
		.text = form->text,
		.html = form->html,
		.expires_at = mail == NULL ? NONE : mail->expires_at,
	};

	return outbox_put(tx,
			  &(struct outbox_message){
			      .channel = CHANNEL_MAIL,
			      .template = order->slug,
			      .project_id = order->project_id,
			      .user_id = order->user_id,
			      .recipient = order->recipient,
			      .letter = &letter,
			      .cause = mail == NULL ? (struct bytes){ .data = NULL } : mail->cause,
			      .is_pretence = mail != NULL && mail->is_pretence,
			  },
			  ret_message_id);
}

enum err
mail_send(struct tx *tx, const struct mail_order *order, struct field_errors *errors, const char **ret_missing,
	  const char **ret_message_id)
{
	struct mail_form form;

	TRY(mail_preview(tx, order, NULL, errors, ret_missing, &form));
	return put(tx, order, &form, NULL, ret_message_id);
}

/* ---- the platform's own mails ---- */

static const char *
bounded(struct arena *arena, const char *value)
{
	return value == NULL ? NULL : utf8_cut(arena, value, NAME_LENGTH_MAX);
}

static const char *
time_text(struct arena *arena, int64_t at_ms)
{
	char time[TIME_TEXT_SIZE];

	time_format(at_ms, time);
	return arena_printf(arena, "%.10s %.5s UTC", time, time + strlen("2026-01-15T"));
}

/* Only what the template knows: the callers may say more than its words use. */
static struct mail_values
values_of(struct tx *tx, const struct mail *mail)
{
	const struct mail_value all[] = {
		{ .name = "url", .value = mail->url },
		{ .name = "code", .value = mail->code },
		{ .name = "organization_name", .value = bounded(tx->arena, mail->organization_name) },
		{ .name = "inviter_name", .value = bounded(tx->arena, mail->inviter_name) },
		{ .name = "new_email", .value = mail->new_email },
		{ .name = "device", .value = bounded(tx->arena, mail->device) },
		{ .name = "ip", .value = mail->ip },
		{ .name = "change", .value = bounded(tx->arena, mail->change) },
		{ .name = "time", .value = time_text(tx->arena, tx->now_ms) },
	};
	const struct mail_builtin *builtin = mail_builtin_find(mail_template_slug(mail->template));
	struct mail_value names[MAIL_BUILTIN_VARIABLES_MAX + 2];
	size_t count = mail_builtin_values(builtin, names);
	struct mail_value *values = ARENA_ARRAY(tx->arena, count, struct mail_value);

	for (size_t i = 0; i < count; i++)
		values[i] = (struct mail_value){
			.name = names[i].name,
			.value = value_in((struct mail_values){ all, ARRAY_LEN(all) }, names[i].name),
		};
	return (struct mail_values){ values, count };
}

/* A project's words that don't work with these values must not lock anybody out: the built-in's do. */
static enum err
render_builtin(struct tx *tx, const struct mail_order *order, struct mail_form *ret)
{
	const struct mail_builtin *builtin = mail_builtin_find(order->slug);
	struct field_errors errors = { .count = 0 };
	struct message_context context;
	const char *missing;

	TRY(message_context_read(tx, order->project_id, order->user_id, order->locale, &context));
	const struct mail_template_text words =
	    mail_template_of_builtin(tx->arena, builtin, mail_builtin_text(builtin, context.locales.items[0]));
	return render(tx, order, &context, &words, &errors, &missing, ret);
}

enum err
mail_queue_message(struct tx *tx, const struct mail *mail, const char **ret_message_id)
{
	const struct mail_order order = {
		.project_id = mail->project_id,
		.slug = mail_template_slug(mail->template),
		.user_id = mail->user_id,
		.recipient = mail->recipient,
		.user_name = bounded(tx->arena, mail->user_name),
		.locale = mail->locale,
		.data = values_of(tx, mail),
	};
	struct field_errors errors = { .count = 0 };
	struct mail_form form;
	const char *missing;
	enum err e = mail_preview(tx, &order, NULL, &errors, &missing, &form);

	if (e == ERR_VALIDATION_FAILED)
		e = render_builtin(tx, &order, &form);
	return e == OK ? put(tx, &order, &form, mail, ret_message_id) : e;
}

enum err
mail_queue(struct tx *tx, const struct mail *mail)
{
	return mail_queue_message(tx, mail, NULL);
}
