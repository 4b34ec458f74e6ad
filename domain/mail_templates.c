/*
 * Templates as rows and as built-ins, under one form.
 */
#include "domain/mail_templates.h"

#include <string.h>
#include <strings.h>

#include "lib/json.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

#define VARIABLE_DEFAULT_MAX 500

/* ---- variables ---- */

static const char *
string_member(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, name);

	return member != NULL && member->type == JSON_STRING ? member->string : NULL;
}

static void
complain(struct arena *arena, struct field_errors *errors, size_t index, const char *member, const char *rule,
	 const char *message)
{
	field_errors_add(errors, arena, arena_printf(arena, "variables[%zu].%s", index, member), rule, "%s", message);
}

static void
refuse_unknown(struct arena *arena, const struct json *object, size_t index, struct field_errors *errors)
{
	for (size_t i = 0; i < object->count; i++)
		if (strcmp(object->names[i], "name") != 0 && strcmp(object->names[i], "default") != 0 &&
		    strcmp(object->names[i], "required") != 0)
			complain(arena, errors, index, utf8_cut(arena, object->names[i], 64), "unknown",
				 "There is no such member.");
}

static bool
name_is_taken(const struct mail_value *values, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(values[i].name, name) == 0)
			return true;
	return false;
}

static void
read_variable(struct arena *arena, const struct json *object, size_t index, struct field_errors *errors,
	      struct mail_value *values, size_t *count)
{
	const struct json *is_required = json_member(object, "required");
	const struct json *fallback = json_member(object, "default");
	const char *name = string_member(object, "name");

	if (object->type != JSON_OBJECT || name == NULL || !mail_variable_name_is_valid(name)) {
		complain(arena, errors, index, "name", "pattern", "It must be a lower-case word such as order_id.");
		return;
	}
	if (name_is_taken(values, *count, name)) {
		complain(arena, errors, index, "name", "duplicate", "It stands in the list twice, or is app_name or user_name.");
		return;
	}
	refuse_unknown(arena, object, index, errors);
	if (is_required != NULL && is_required->type != JSON_BOOL)
		complain(arena, errors, index, "required", "type", "It must be true or false.");
	if (fallback != NULL && fallback->type != JSON_NULL &&
	    (fallback->type != JSON_STRING || !text_is_clean(fallback->string, true) ||
	     utf8_length(fallback->string) > VARIABLE_DEFAULT_MAX))
		complain(arena, errors, index, "default", "type", "It must be a text of at most 500 characters.");
	values[(*count)++] = (struct mail_value){
		.name = name,
		.value = string_member(object, "default"),
		.is_required = is_required != NULL && is_required->type == JSON_BOOL && is_required->boolean,
	};
}

bool
mail_variables_parse(struct arena *arena, const char *json, struct field_errors *errors, struct mail_values *ret)
{
	struct mail_value *values = ARENA_ARRAY(arena, MAIL_VARIABLES_MAX + 2, struct mail_value);
	size_t count = mail_builtin_values(NULL, values);
	size_t errors_before = errors->count;
	struct json list = { .type = JSON_ARRAY };

	if (json != NULL && json_parse(arena, json, strlen(json), &list, NULL) != OK)
		list.type = JSON_NULL;
	if (list.type != JSON_ARRAY || list.count > MAIL_VARIABLES_MAX)
		field_errors_add(errors, arena, "variables", "list", "It must be a list of at most %d variables.",
				 MAIL_VARIABLES_MAX);
	else
		for (size_t i = 0; i < list.count; i++)
			read_variable(arena, &list.items[i], i, errors, values, &count);
	if (errors->count != errors_before)
		return false;
	*ret = (struct mail_values){ .items = values, .count = count };
	return true;
}

const char *
mail_variables_render(struct arena *arena, struct mail_values values)
{
	struct buffer json = buffer_new(arena);
	size_t common = mail_builtin_values(NULL, (struct mail_value[MAIL_BUILTIN_VARIABLES_MAX + 2]){ 0 });

	buffer_char(&json, '[');
	for (size_t i = common; i < values.count; i++) {
		buffer_text(&json, i == common ? "{\"name\":" : ",{\"name\":");
		buffer_json_string(&json, values.items[i].name);
		buffer_text(&json, ",\"default\":");
		buffer_json_string(&json, values.items[i].value);
		buffer_text(&json, ",\"required\":");
		buffer_json_bool(&json, values.items[i].is_required);
		buffer_char(&json, '}');
	}
	buffer_char(&json, ']');
	return buffer_string(&json);
}

/* ---- one template ---- */

const char *
mail_template_body(struct arena *arena, const struct mail_draft *draft, struct mail_values variables)
{
	struct buffer json = buffer_new(arena);

	buffer_text(&json, "{\"preview_text\":");
	buffer_json_string(&json, draft->preview_text);
	buffer_printf(&json, ",\"blocks\":%s,\"variables\":%s}", draft->blocks,
		      mail_variables_render(arena, variables));
	return buffer_string(&json);
}

static const char *
render_member(struct arena *arena, const struct json *object, const char *name)
{
	struct buffer text = buffer_new(arena);
	const struct json *member = json_member(object, name);

	if (member == NULL)
		return "[]";
	json_render(&text, member);
	return buffer_string(&text);
}

static struct mail_values
builtin_variables(struct arena *arena, const struct mail_builtin *builtin)
{
	struct mail_value *values = ARENA_ARRAY(arena, MAIL_BUILTIN_VARIABLES_MAX + 2, struct mail_value);

	return (struct mail_values){ .items = values, .count = mail_builtin_values(builtin, values) };
}

struct mail_template_text
mail_template_of_row(struct arena *arena, const struct mail_template_row *row)
{
	const struct mail_builtin *builtin = mail_builtin_find(row->slug);
	struct field_errors ignored = { .count = 0 };
	struct json body = { .type = JSON_NULL };
	struct mail_template_text text = {
		.slug = row->slug,
		.locale = row->locale,
		.category = row->category,
		.name = row->name,
		.draft = { .subject = row->subject, .blocks = "[]" },
		.is_builtin = builtin != NULL,
		.is_customized = true,
		.version = row->version,
		.updated_at = row->updated_at,
	};

	if (json_parse(arena, row->body, strlen(row->body), &body, NULL) == OK && body.type == JSON_OBJECT) {
		text.draft.preview_text = string_member(&body, "preview_text");
		text.draft.blocks = render_member(arena, &body, "blocks");
	}
	if (builtin != NULL || !mail_variables_parse(arena, render_member(arena, &body, "variables"), &ignored, &text.variables))
		text.variables = builtin_variables(arena, builtin);
	return text;
}

struct mail_template_text
mail_template_of_builtin(struct arena *arena, const struct mail_builtin *builtin, const struct mail_builtin_text *words)
{
	return (struct mail_template_text){
		.slug = builtin->slug,
		.locale = words->locale,
		.category = builtin->category,
		.name = words->name,
		.draft = words->draft,
		.variables = builtin_variables(arena, builtin),
		.is_builtin = true,
		.updated_at = NONE,
	};
}

/* ---- the best language ---- */

static const struct mail_template_row *
find_row(const struct mail_template_row *rows, size_t count, const char *locale)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(rows[i].locale, locale) == 0)
			return &rows[i];
	for (size_t i = 0; i < count; i++)
		if (locale_has_language(locale, rows[i].locale))
			return &rows[i];
	return NULL;
}

static const struct mail_builtin_text *
find_builtin_text(const struct mail_builtin *builtin, const char *locale)
{
	if (builtin == NULL)
		return NULL;
	const struct mail_builtin_text *text = mail_builtin_text(builtin, locale);
	return locale_has_language(locale, text->locale) ? text : NULL;
}

enum err
mail_template_find(struct tx *tx, const char *project_id, const char *slug, struct mail_locales locales,
		   struct mail_template_text *ret)
{
	const struct mail_builtin *builtin = mail_builtin_find(slug);
	struct mail_template_row *rows;
	size_t count;

	TRY(q_mail_template_locales(
	    tx->db, &(struct q_mail_template_locales){ .project_id = project_id, .slug = slug }, &rows, &count));
	for (size_t i = 0; i < ARRAY_LEN(locales.items); i++) {
		const char *locale = locales.items[i];
		if (locale == NULL)
			continue;
		const struct mail_template_row *row = find_row(rows, count, locale);
		const struct mail_builtin_text *words = find_builtin_text(builtin, locale);
		if (row != NULL || words != NULL) {
			*ret = row != NULL ? mail_template_of_row(tx->arena, row)
					   : mail_template_of_builtin(tx->arena, builtin, words);
			return OK;
		}
	}
	if (count == 0)
		return ERR_NO_ROW;
	*ret = mail_template_of_row(tx->arena, &rows[0]);
	return OK;
}
