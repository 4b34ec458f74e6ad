/*
 * One statement for all that surrounds a message's words.
 */
#include "domain/message_context.h"

#include <string.h>

#include "lib/json.h"
#include "sql/gen/queries.h"

/* What the platform's own mails call it. */
#define CONSOLE_APP_NAME "Gatehouse"
#define DEFAULT_COLOR	 "#0f766e"

static const char *
body_member(struct arena *arena, const char *body, const char *name)
{
	struct json object;

	if (body == NULL || json_parse(arena, body, strlen(body), &object, NULL) != OK || object.type != JSON_OBJECT)
		return NULL;
	const struct json *member = json_member(&object, name);
	return member != NULL && member->type == JSON_STRING && member->string[0] != '\0' ? member->string : NULL;
}

enum err
message_context_read(struct tx *tx, const char *project_id, const char *user_id, const char *locale,
		     struct message_context *ret)
{
	struct q_mail_context_row row;

	TRY(q_mail_context(tx->db, &(struct q_mail_context){ .user_id = user_id, .project_id = project_id }, &row));
	const char *app_name = body_member(tx->arena, row.branding_body, "app_name");
	const char *color = body_member(tx->arena, row.branding_body, "primary_color");
	const char *own_name = strcmp(project_id, tx->console_id) == 0 ? CONSOLE_APP_NAME : row.name;
	*ret = (struct message_context){
		.app_name = app_name != NULL ? app_name : own_name,
		.color = color != NULL ? color : DEFAULT_COLOR,
		.locales = { {
		    locale != NULL ? locale : row.user_locale,
		    body_member(tx->arena, row.mail_body, "locale"),
		    "en",
		} },
	};
	return OK;
}
