/*
 * Mails into the outbox, in the transaction of their cause.
 */
#include "domain/mail.h"

#include <string.h>

#include "domain/mail_texts.h"
#include "domain/outbox.h"
#include "sql/gen/queries.h"

/* What the platform's own mails call it. */
#define CONSOLE_APP_NAME "Gatehouse"

static enum err
app_name_of(struct tx *tx, const char *project_id, const char **ret_name)
{
	struct q_user_project_row project;

	TRY(q_user_project(tx->db, &(struct q_user_project){ .project_id = project_id }, &project));
	*ret_name = strcmp(project_id, tx->console_id) == 0 ? CONSOLE_APP_NAME : project.name;
	return OK;
}

enum err
mail_queue(struct tx *tx, const struct mail *mail)
{
	const char *app_name;

	TRY(app_name_of(tx, mail->project_id, &app_name));
	const struct letter letter = mail_compose(tx->arena, mail, app_name, tx->now_ms);
	return outbox_put(tx,
			  &(struct outbox_message){
			      .channel = CHANNEL_MAIL,
			      .template = mail_template_slug(mail->template),
			      .project_id = mail->project_id,
			      .user_id = mail->user_id,
			      .recipient = mail->recipient,
			      .letter = &letter,
			      .cause = mail->cause,
			      .is_pretence = mail->is_pretence,
			  },
			  NULL);
}
