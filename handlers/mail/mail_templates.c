/*
 * /api/v1/mail_templates (users.md section 3): the words of mails, built-in ones and a project's own.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/mail_templates.h"
#include "domain/messages.h"
#include "handlers/mail/mail.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

/* Rows of a project: each slug in each of its languages. */
#define TEMPLATES_MAX	 200
#define BODY_BYTES_MAX	 (MAIL_BYTES_MAX + 28 * (size_t)1024)
#define DATA_BYTES_MAX	 16384
#define VARIABLES_BYTES_MAX 32768

struct template_view {
	const char *slug, *locale, *category, *name, *subject, *preview_text, *blocks, *variables;
	bool builtin, customized;
	int64_t updated_at;
};

static const struct field template_fields[] = {
	OUT_STRING(struct template_view, slug),
	OUT_STRING(struct template_view, locale),
	OUT_ENUM(struct template_view, category, mail_categories),
	OUT_STRING(struct template_view, name),
	OUT_STRING(struct template_view, subject),
	OUT_STRING(struct template_view, preview_text, .flags = FIELD_NULLABLE),
	OUT_JSON(struct template_view, blocks, .description = "A list of blocks"),
	OUT_JSON(struct template_view, variables, .description = "[{name, default, required}], besides app_name and user_name"),
	OUT_BOOL(struct template_view, builtin, .description = "The platform sends it"),
	OUT_BOOL(struct template_view, customized, .description = "The project's words, not the built-in's"),
	OUT_TIME(struct template_view, updated_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	FIELDS_END,
};

struct template_list_view {
	struct field_list data;
};

static const struct field template_list_fields[] = {
	OUT_LIST(struct template_list_view, data, template_fields, struct template_view),
	FIELDS_END,
};

static struct template_view
make_view(struct arena *arena, const struct mail_template_text *text)
{
	return (struct template_view){
		.slug = text->slug,
		.locale = text->locale,
		.category = text->category,
		.name = text->name,
		.subject = text->draft.subject,
		.preview_text = text->draft.preview_text,
		.blocks = text->draft.blocks,
		.variables = mail_variables_render(arena, text->variables),
		.builtin = text->is_builtin,
		.customized = text->is_customized,
		.updated_at = text->updated_at,
	};
}

/* ---- GET /mail_templates ---- */

static bool
has_row(const struct mail_template_row *rows, size_t count, const char *slug, const char *locale)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].slug, slug) == 0 && strcmp(rows[i].locale, locale) == 0)
			return true;
	return false;
}

static size_t
add_builtins(struct arena *arena, struct template_view *views, size_t count, const struct mail_template_row *rows,
	     size_t row_count)
{
	for (size_t i = 0; i < mail_builtin_count; i++)
		for (size_t k = 0; k < ARRAY_LEN(mail_builtins[i].texts); k++) {
			const struct mail_builtin_text *words = &mail_builtins[i].texts[k];
			if (has_row(rows, row_count, mail_builtins[i].slug, words->locale))
				continue;
			const struct mail_template_text text = mail_template_of_builtin(arena, &mail_builtins[i], words);
			views[count++] = make_view(arena, &text);
		}
	return count;
}

/* All at once: how many there may be is bounded, and half of them are in the program, where no cursor points to. */
static enum verdict
template_list(const struct request *rq, struct tx *tx)
{
	struct mail_template_row *rows;
	size_t row_count, count = 0;
	enum err e = q_mail_template_list(
	    tx->db, &(struct q_mail_template_list){ .project_id = rq->project.id, .limit = TEMPLATES_MAX }, &rows, &row_count);

	if (e != OK)
		return fail_err(rq, e);
	struct template_view *views = ARENA_ARRAY(rq->arena, row_count + mail_builtin_count * 2, struct template_view);
	for (; count < row_count; count++) {
		const struct mail_template_text text = mail_template_of_row(rq->arena, &rows[count]);
		views[count] = make_view(rq->arena, &text);
	}
	count = add_builtins(rq->arena, views, count, rows, row_count);
	return reply(rq, 200, template_list_fields,
		     &(const struct template_list_view){ .data = { .items = views, .count = count } });
}

/* ---- one ---- */

struct template_path {
	struct {
		bool slug, locale;
	} has;
	const char *slug;
	const char *locale;
};

#define SLUG_IN_PATH(type) IN_STRING(type, slug, .in = IN_PATH, .min = 1, .max = 64, .check = mail_slug_check)
#define LOCALE_IN_QUERY(type)                                                                              \
	IN_STRING(type, locale, .in = IN_QUERY, .min = 2, .max = 35, .check = locale_check, .description = "en when absent")

static const struct field template_path_fields[] = {
	SLUG_IN_PATH(struct template_path),
	LOCALE_IN_QUERY(struct template_path),
	FIELDS_END,
};

static const char *
locale_or_english(const char *locale)
{
	return locale == NULL ? "en" : locale;
}

/* This very language; a built-in where the project has no words of its own. */
static enum err
find_exactly(const struct request *rq, struct tx *tx, const char *slug, const char *locale, struct mail_template_text *ret)
{
	const struct mail_builtin *builtin = mail_builtin_find(slug);
	struct mail_template_row row;
	enum err e = q_mail_template_get(
	    tx->db, &(struct q_mail_template_get){ .project_id = rq->project.id, .slug = slug, .locale = locale }, &row);

	if (e == OK)
		*ret = mail_template_of_row(rq->arena, &row);
	if (e != ERR_NO_ROW || builtin == NULL)
		return e;
	const struct mail_builtin_text *words = mail_builtin_text(builtin, locale);
	if (strcmp(words->locale, locale) != 0)
		return ERR_NO_ROW;
	*ret = mail_template_of_builtin(rq->arena, builtin, words);
	return OK;
}

static enum verdict
template_get(const struct request *rq, struct tx *tx)
{
	const struct template_path *in = rq->input;
	struct mail_template_text text;
	enum err e = find_exactly(rq, tx, in->slug, locale_or_english(in->locale), &text);

	if (e != OK)
		return fail_err(rq, e);
	const struct template_view view = make_view(rq->arena, &text);
	reply_etag(rq, text.version);
	return reply(rq, 200, template_fields, &view);
}

/* ---- PUT ---- */

struct template_put {
	struct {
		bool slug, locale, category, name, subject, preview_text, blocks, variables;
	} has;
	const char *slug;
	const char *locale;
	const char *category;
	const char *name;
	const char *subject;
	const char *preview_text;
	const char *blocks;
	const char *variables;
};

static const struct field template_put_fields[] = {
	SLUG_IN_PATH(struct template_put),
	LOCALE_IN_QUERY(struct template_put),
	IN_ENUM(struct template_put, category, mail_categories, .description = "custom when absent; a built-in's stays"),
	IN_STRING(struct template_put, name, .min = 1, .max = 200),
	IN_STRING(struct template_put, subject, .min = 1, .max = MAIL_SUBJECT_MAX, .flags = FIELD_REQUIRED),
	IN_STRING(struct template_put, preview_text, .max = MAIL_PREVIEW_MAX, .flags = FIELD_NULLABLE),
	IN_JSON(struct template_put, blocks, .max = MAIL_BYTES_MAX, .check = json_array_check, .flags = FIELD_REQUIRED),
	IN_JSON(struct template_put, variables, .max = VARIABLES_BYTES_MAX, .check = json_array_check,
		.description = "[{name, default, required}]; a built-in's are given"),
	FIELDS_END,
};

/* What was sent as a template; false with errors. */
static bool
make_text(const struct request *rq, const struct template_put *in, const char *locale, struct field_errors *errors,
	  struct mail_template_text *ret)
{
	const struct mail_builtin *builtin = mail_builtin_find(in->slug);
	struct mail_template_text text = {
		.slug = in->slug,
		.locale = locale,
		.category = in->has.category ? in->category : "custom",
		.name = in->has.name ? in->name : in->slug,
		.draft = { .subject = in->subject, .preview_text = in->preview_text, .blocks = in->blocks },
		.is_builtin = builtin != NULL,
		.is_customized = true,
	};
	struct mail_values own = { 0 };

	if (mail_variables_parse(rq->arena, in->variables, errors, &own))
		text.variables = own;
	if (builtin != NULL) {
		const struct mail_template_text given =
		    mail_template_of_builtin(rq->arena, builtin, mail_builtin_text(builtin, locale));
		text.category = given.category;
		text.name = in->has.name ? in->name : given.name;
		text.variables = given.variables;
	} else if (strcmp(text.category, "auth") == 0) {
		field_errors_add(errors, rq->arena, "category", "enum", "Only built-in templates are of category auth.");
	}
	mail_draft_check(rq->arena, &text.draft, text.variables, errors);
	*ret = text;
	return errors->count == 0;
}

/* Behind the guard, so that two at once don't both find room for one. */
static enum err
write_template(const struct request *rq, struct tx *tx, const struct mail_template_text *text, bool is_new)
{
	struct q_mail_template_count_row count;

	if (is_new) {
		TRY(q_mail_template_count(tx->db, &(struct q_mail_template_count){ .project_id = rq->project.id }, &count));
		if (count.total >= TEMPLATES_MAX)
			return ERR_PLAN_LIMIT_REACHED;
	}
	return q_mail_template_put(tx->db,
				   &(struct q_mail_template_put){
				       .project_id = rq->project.id,
				       .slug = text->slug,
				       .locale = text->locale,
				       .category = text->category,
				       .name = text->name,
				       .subject = text->draft.subject,
				       .body = mail_template_body(rq->arena, &text->draft, text->variables),
				   },
				   NULL);
}

static enum err
record_template(const struct request *rq, struct tx *tx, enum event event, const struct mail_template_text *before,
		const struct mail_template_text *after)
{
	const struct mail_template_text *named = after != NULL ? after : before;
	struct record r = request_record(rq, event, rq->project.id,
					 arena_printf(rq->arena, "%s (%s)", named->slug, named->locale));
	struct template_view views[2];

	if (before != NULL)
		views[0] = make_view(rq->arena, before);
	if (after != NULL)
		views[1] = make_view(rq->arena, after);
	r.fields = template_fields;
	r.before = before == NULL ? NULL : &views[0];
	r.after = after == NULL ? NULL : &views[1];
	return record(tx, &r);
}

static enum verdict
template_put(const struct request *rq, struct tx *tx)
{
	const struct template_put *in = rq->input;
	const char *locale = locale_or_english(in->locale);
	struct field_errors errors = { .count = 0 };
	struct mail_template_text before, after;
	enum err e = request_guard(rq, tx);

	if (e != OK)
		return fail_err(rq, e);
	enum err found = find_exactly(rq, tx, in->slug, locale, &before);
	if (found != OK && found != ERR_NO_ROW)
		return fail_err(rq, found);
	bool is_new = found == ERR_NO_ROW || !before.is_customized;
	if (!precondition_holds(rq, found == OK ? before.version : 0))
		return fail_err(rq, ERR_PRECONDITION_FAILED);
	if (!make_text(rq, in, locale, &errors, &after))
		return fail_mail(rq, ERR_VALIDATION_FAILED, &errors, NULL);
	e = write_template(rq, tx, &after, is_new);
	if (e == OK)
		e = find_exactly(rq, tx, in->slug, locale, &after);
	if (e == OK)
		e = record_template(rq, tx, EV_MAIL_TEMPLATE_UPDATED, found == OK ? &before : NULL, &after);
	if (e != OK)
		return fail_err(rq, e);
	const struct template_view view = make_view(rq->arena, &after);
	reply_etag(rq, after.version);
	return reply(rq, 200, template_fields, &view);
}

/* ---- DELETE ---- */

static enum verdict
template_delete(const struct request *rq, struct tx *tx)
{
	const struct template_path *in = rq->input;
	const char *locale = locale_or_english(in->locale);
	struct mail_template_text before;
	uint64_t matched = 0;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = find_exactly(rq, tx, in->slug, locale, &before);
	if (e == OK && !precondition_holds(rq, before.version))
		e = ERR_PRECONDITION_FAILED;
	if (e == OK)
		e = q_mail_template_delete(
		    tx->db,
		    &(struct q_mail_template_delete){ .project_id = rq->project.id, .slug = in->slug, .locale = locale }, &matched);
	/* A built-in that nobody changed is as restored as can be. */
	if (e == OK && matched > 0)
		e = record_template(rq, tx, EV_MAIL_TEMPLATE_DELETED, &before, NULL);
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- preview and test ---- */

struct template_draft {
	struct {
		bool subject, preview_text, blocks, variables;
	} has;
	const char *subject;
	const char *preview_text;
	const char *blocks;
	const char *variables;
};

static const struct field template_draft_fields[] = {
	IN_STRING(struct template_draft, subject, .min = 1, .max = MAIL_SUBJECT_MAX, .flags = FIELD_REQUIRED),
	IN_STRING(struct template_draft, preview_text, .max = MAIL_PREVIEW_MAX, .flags = FIELD_NULLABLE),
	IN_JSON(struct template_draft, blocks, .max = MAIL_BYTES_MAX, .check = json_array_check, .flags = FIELD_REQUIRED),
	IN_JSON(struct template_draft, variables, .max = VARIABLES_BYTES_MAX, .check = json_array_check),
	FIELDS_END,
};

struct template_preview {
	struct {
		bool slug, locale, data, draft;
	} has;
	const char *slug;
	const char *locale;
	const char *data;
	const struct template_draft *draft;
};

static const struct field template_preview_fields[] = {
	SLUG_IN_PATH(struct template_preview),
	LOCALE_IN_QUERY(struct template_preview),
	IN_JSON(struct template_preview, data, .max = DATA_BYTES_MAX, .check = json_object_check,
		.description = "{variable: text}"),
	IN_OBJECT(struct template_preview, draft, template_draft_fields, struct template_draft,
		  .description = "Words that aren't saved yet, instead of the template's"),
	FIELDS_END,
};

static const struct field mail_form_fields[] = {
	OUT_STRING(struct mail_form, subject),
	OUT_STRING(struct mail_form, html),
	OUT_STRING(struct mail_form, text),
	FIELDS_END,
};

static enum err
find_draft(const struct request *rq, struct tx *tx, struct field_errors *errors, struct mail_template_text *ret)
{
	const struct template_preview *in = rq->input;
	const char *locale = locale_or_english(in->locale);

	if (!in->has.draft)
		return find_exactly(rq, tx, in->slug, locale, ret);
	const struct template_put put = {
		.slug = in->slug,
		.subject = in->draft->subject,
		.preview_text = in->draft->preview_text,
		.blocks = in->draft->blocks,
		.variables = in->draft->variables,
	};
	return make_text(rq, &put, locale, errors, ret) ? OK : ERR_VALIDATION_FAILED;
}

static enum verdict
template_preview(const struct request *rq, struct tx *tx)
{
	const struct template_preview *in = rq->input;
	struct field_errors errors = { .count = 0 };
	struct mail_order order = { .project_id = rq->project.id, .slug = in->slug };
	struct mail_template_text draft;
	struct mail_form form;
	const char *missing = NULL;
	enum err e = find_draft(rq, tx, &errors, &draft);

	if (e == OK && !mail_data_parse(rq->arena, in->data, &errors, &order.data))
		e = ERR_VALIDATION_FAILED;
	if (e == OK)
		e = mail_preview(tx, &order, &draft, &errors, &missing, &form);
	return e == OK ? reply(rq, 200, mail_form_fields, &form) : fail_mail(rq, e, &errors, missing);
}

struct template_test {
	struct {
		bool slug, locale, to, data;
	} has;
	const char *slug;
	const char *locale;
	const char *to;
	const char *data;
};

static const struct field template_test_fields[] = {
	SLUG_IN_PATH(struct template_test),
	LOCALE_IN_QUERY(struct template_test),
	IN_STRING(struct template_test, to, .min = 3, .max = 254, .check = mail_address_check, .flags = FIELD_REQUIRED),
	IN_JSON(struct template_test, data, .max = DATA_BYTES_MAX, .check = json_object_check,
		.description = "{variable: text}; examples stand in for what isn't given"),
	FIELDS_END,
};

/* A link that opens nothing, a code that fits nowhere: a test of an auth template must not need real ones. */
static void
add_examples(struct arena *arena, const struct config *config, const struct mail_template_text *template,
	     struct mail_values *data)
{
	struct mail_value *values = ARENA_ARRAY(arena, template->variables.count, struct mail_value);

	for (size_t i = 0; i < template->variables.count; i++) {
		const char *name = template->variables.items[i].name;
		const char *value = template->variables.items[i].value;
		for (size_t k = 0; k < data->count; k++)
			if (strcmp(data->items[k].name, name) == 0)
				value = data->items[k].value;
		if (value == NULL && strcmp(name, "code") == 0)
			value = "000000";
		if (value == NULL && template->variables.items[i].is_required)
			value = strcmp(name, "url") == 0 ? config->auth_url : arena_printf(arena, "(%s)", name);
		values[i] = (struct mail_value){ .name = name, .value = value };
	}
	*data = (struct mail_values){ values, template->variables.count };
}

static bool
data_is_known(struct arena *arena, const struct mail_template_text *template, struct mail_values data,
	      struct field_errors *errors)
{
	for (size_t i = 0; i < data.count; i++) {
		bool is_known = false;
		for (size_t k = 0; k < template->variables.count; k++)
			is_known = is_known || strcmp(template->variables.items[k].name, data.items[i].name) == 0;
		if (!is_known)
			field_errors_add(errors, arena, arena_printf(arena, "data.%s", utf8_cut(arena, data.items[i].name, 64)),
					 "unknown_variable", "The template has no such variable.");
	}
	return errors->count == 0;
}

static enum verdict
template_test(const struct request *rq, struct tx *tx)
{
	const struct template_test *in = rq->input;
	const char *locale = locale_or_english(in->locale);
	struct field_errors errors = { .count = 0 };
	struct mail_order order = {
		.project_id = rq->project.id, .slug = in->slug, .recipient = in->to, .locale = locale,
	};
	struct mail_template_text template;
	const char *missing = NULL, *id;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = find_exactly(rq, tx, in->slug, locale, &template);
	if (e == OK && !(mail_data_parse(rq->arena, in->data, &errors, &order.data) &&
			 data_is_known(rq->arena, &template, order.data, &errors)))
		e = ERR_VALIDATION_FAILED;
	if (e == OK) {
		add_examples(rq->arena, rq->config, &template, &order.data);
		e = mail_send(tx, &order, &errors, &missing, &id);
	}
	return e == OK ? reply_message(rq, tx, id) : fail_mail(rq, e, &errors, missing);
}

/* ---- the table ---- */

#define TEMPLATE_ROUTE .auth = AUTH_ANY, .tenant = TENANT_PROJECT

const struct route mail_template_routes[] = {
	{
	    .id = "mail_template_list",
	    .method = GET,
	    .path = "/api/v1/mail_templates",
	    .summary = "List the mail templates of a project in all their languages",
	    TEMPLATE_ROUTE,
	    .permission = PERM_MAIL_READ,
	    .tx = TX_READ_ONE,
	    .output = template_list_fields,
	    .handler = template_list,
	},
	{
	    .id = "mail_template_get",
	    .method = GET,
	    .path = "/api/v1/mail_templates/{slug}",
	    .summary = "Get a mail template in one language",
	    TEMPLATE_ROUTE,
	    .permission = PERM_MAIL_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct template_path, template_path_fields),
	    .output = template_fields,
	    .handler = template_get,
	},
	{
	    .id = "mail_template_put",
	    .method = PUT,
	    .path = "/api/v1/mail_templates/{slug}",
	    .summary = "Word a mail template anew in one language, or make one",
	    TEMPLATE_ROUTE,
	    .permission = PERM_MAIL_WRITE,
	    .tx = TX_WRITE,
	    .body_bytes_max = BODY_BYTES_MAX,
	    INPUT(struct template_put, template_put_fields),
	    .output = template_fields,
	    .errors = { ERR_PLAN_LIMIT_REACHED },
	    .handler = template_put,
	},
	{
	    .id = "mail_template_delete",
	    .method = DELETE,
	    .path = "/api/v1/mail_templates/{slug}",
	    .summary = "Delete a mail template in one language; a built-in is as it was again",
	    TEMPLATE_ROUTE,
	    .permission = PERM_MAIL_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct template_path, template_path_fields),
	    .handler = template_delete,
	},
	{
	    .id = "mail_template_preview",
	    .method = POST,
	    .path = "/api/v1/mail_templates/{slug}/preview",
	    .summary = "See a mail template with values",
	    TEMPLATE_ROUTE,
	    .permission = PERM_MAIL_READ,
	    .tx = TX_WRITE,
	    .body_bytes_max = BODY_BYTES_MAX,
	    INPUT(struct template_preview, template_preview_fields),
	    .output = mail_form_fields,
	    .errors = { ERR_MISSING_VARIABLE },
	    .handler = template_preview,
	},
	{
	    .id = "mail_template_test",
	    .method = POST,
	    .path = "/api/v1/mail_templates/{slug}/test",
	    .summary = "Send a mail template to somebody to look at",
	    TEMPLATE_ROUTE,
	    .permission = PERM_MAIL_WRITE,
	    .tx = TX_WRITE,
	    .status = 202,
	    INPUT(struct template_test, template_test_fields),
	    .output = message_fields,
	    .errors = { ERR_MISSING_VARIABLE, ERR_RATE_LIMITED },
	    .handler = template_test,
	},
	ROUTES_END,
};
