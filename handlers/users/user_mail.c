/*
 * POST /api/v1/users/{id}/mail: a mail with a link, sent to somebody by those who look after them (users.md section 3).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/mail.h"
#include "domain/mailed_link.h"
#include "domain/messages.h"
#include "domain/settings.h"
#include "handlers/users/flow.h"
#include "handlers/users/user_input.h"
#include "lib/sign_in_methods.h"

struct user_mail_input {
	struct {
		bool id, template;
	} has;
	const char *id;
	const char *template;
};

enum choice { SEND_VERIFICATION, SEND_PASSWORD_RESET, SEND_MAGIC_LINK };
static const char *const choice_names[] = { "verification", "password-reset", "magic-link", NULL };

static const struct {
	enum mail_template template;
	enum mailed_link link;
	unsigned methods; /* one of them must be on, or the link opens nothing (rule 9) */
} choices[] = {
	[SEND_VERIFICATION] = { MAIL_VERIFICATION, MAILED_LINK_VERIFICATION, METHODS_ALL },
	[SEND_PASSWORD_RESET] = { MAIL_PASSWORD_RESET, MAILED_LINK_RESET, METHOD_BIT(METHOD_PASSWORD) },
	[SEND_MAGIC_LINK] = { MAIL_MAGIC_LINK, MAILED_LINK_SIGN_IN, METHOD_BIT(METHOD_MAGIC_LINK) },
};

static const struct field user_mail_input[] = {
	IN_ID(struct user_mail_input, id, ID_USER, .in = IN_PATH),
	IN_ENUM(struct user_mail_input, template, choice_names, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static enum choice
choice_of(const char *name)
{
	enum choice choice = SEND_VERIFICATION;

	while (strcmp(choice_names[choice], name) != 0)
		choice++;
	return choice;
}

/* As long as those that people ask for themselves (rule 16). */
static int64_t
life_ms(const struct sign_in_settings *settings, enum choice choice)
{
	switch (choice) {
	case SEND_PASSWORD_RESET:
		return settings->reset_minutes * MINUTE_MS;
	case SEND_MAGIC_LINK:
		return settings->link_minutes * MINUTE_MS;
	case SEND_VERIFICATION:
		break;
	}
	return FLOW_MAIL_LIFE_MS;
}

static enum err
send_link(const struct request *rq, struct tx *tx, const struct user_row *user, enum choice choice, const char **ret_id)
{
	struct sign_in_settings settings;
	const char *url;

	TRY(sign_in_settings_read(tx, rq->project.id, &settings));
	if ((settings.methods & choices[choice].methods) == 0)
		return ERR_METHOD_DISABLED;
	TRY(mailed_link_make(tx,
			     &(struct mailed_link_order){
				 .kind = choices[choice].link,
				 .project_id = rq->project.id,
				 .user_id = user->id,
				 .email = user->email,
				 .life_ms = life_ms(&settings, choice),
			     },
			     &url));
	return mail_queue_message(tx,
				  &(struct mail){
				      .template = choices[choice].template,
				      .project_id = rq->project.id,
				      .user_id = user->id,
				      .recipient = user->email,
				      .user_name = user->name,
				      .url = url,
				      .expires_at = rq->now_ms + life_ms(&settings, choice),
				  },
				  ret_id);
}

static enum verdict
user_mail(const struct request *rq, struct tx *tx)
{
	const struct user_mail_input *in = rq->input;
	struct message_row message;
	struct user_row user;
	const char *id;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = q_user_get(tx->db, &(struct q_user_get){ .project_id = rq->project.id, .id = in->id }, &user);
	if (e == OK && user.email == NULL)
		e = ERR_NO_EMAIL;
	if (e == OK)
		e = send_link(rq, tx, &user, choice_of(in->template), &id);
	if (e == OK)
		e = message_requested(tx, rq->org.id, rq->project.id, id, &message);
	return e == OK ? reply(rq, 202, message_fields, &message) : fail_err(rq, e);
}

const struct route user_mail_routes[] = {
	{
	    .id = "user_mail",
	    .method = POST,
	    .path = "/api/v1/users/{id}/mail",
	    .summary = "Send a user a link to verify their address, choose a password or sign in",
	    .description = "How it went is in the message soon after. A verification proves the address and signs nobody in.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_WRITE,
	    .tx = TX_WRITE,
	    .status = 202,
	    INPUT(struct user_mail_input, user_mail_input),
	    .output = message_fields,
	    .errors = { ERR_NO_EMAIL, ERR_METHOD_DISABLED, ERR_RATE_LIMITED },
	    .handler = user_mail,
	},
	ROUTES_END,
};
