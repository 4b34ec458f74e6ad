/*
 * From blocks to a mail's two forms. Styles stand in the elements: mail programs drop everything else.
 */
#include "lib/mail_render.h"

#include <string.h>

#include "lib/json.h"
#include "lib/mail_expand.h"
#include "lib/text.h"

#define COLUMNS_MAX	3
#define TEXT_MAX	10000
#define URL_MAX		2048
#define SPACER_DEFAULT	16
#define SPACER_MAX	96
#define IMAGE_WIDTH_MAX 600

#define PARAGRAPH_STYLE "margin:0 0 16px"

struct rendering {
	struct mail_expansion expansion;
	const struct mail_frame *frame;
	struct buffer html, text;
};

/* One block under its name in errors, "blocks[2]" or "blocks[2].columns[0][1]". */
struct block {
	const struct json *json;
	const char *place;
};

typedef void block_render(struct rendering *, const struct block *);

/* ---- members of a block ---- */

static const char *
place_of(struct rendering *r, const struct block *block, const char *member)
{
	return arena_printf(r->expansion.arena, "%s.%s", block->place, member);
}

static void
complain(struct rendering *r, const char *field, const char *rule, const char *message)
{
	field_errors_add(r->expansion.errors, r->expansion.arena, field, rule, "%s", message);
}

/* The member's text; "" when there is none, with an error when there must be. */
static const char *
text_member(struct rendering *r, const struct block *block, const char *name, bool is_required, size_t max)
{
	const struct json *member = json_member(block->json, name);

	if (member == NULL && !is_required)
		return "";
	if (member == NULL)
		complain(r, place_of(r, block, name), "required", "It is missing.");
	else if (member->type != JSON_STRING)
		complain(r, place_of(r, block, name), "type", "It must be a text.");
	else if (!text_is_clean(member->string, true))
		complain(r, place_of(r, block, name), "characters",
			 "Control characters and text direction marks aren't allowed.");
	else if (utf8_length(member->string) > max || (is_required && member->string[0] == '\0'))
		complain(r, place_of(r, block, name), "length", "It is empty or too long.");
	else
		return member->string;
	return "";
}

static int64_t
int_member(struct rendering *r, const struct block *block, const char *name, int64_t min, int64_t max,
	   int64_t fallback)
{
	const struct json *member = json_member(block->json, name);

	if (member == NULL)
		return fallback;
	if (member->type == JSON_INT && member->integer >= min && member->integer <= max)
		return member->integer;
	field_errors_add(r->expansion.errors, r->expansion.arena, place_of(r, block, name), "range",
			 "It must be a whole number from %d to %d.", (int)min, (int)max);
	return fallback;
}

static void
add_both(struct rendering *r, const struct block *block, const char *name, const char *text)
{
	const char *place = place_of(r, block, name);
	const struct field_errors before = *r->expansion.errors;

	mail_expand(&r->expansion, place, text, MAIL_PLACE_HTML, &r->html);
	/* The second form would only repeat what the first was told. */
	if (r->expansion.errors->count == before.count)
		mail_expand(&r->expansion, place, text, MAIL_PLACE_TEXT, &r->text);
}

/* ---- kinds of blocks ---- */

static void
render_heading(struct rendering *r, const struct block *block)
{
	static const int sizes[] = { 24, 20, 17 };
	int64_t level = int_member(r, block, "level", 1, (int64_t)ARRAY_LEN(sizes), 1);

	buffer_printf(&r->html, "<h%d style=\"font-size:%dpx;line-height:1.3;margin:0 0 16px\">", (int)level,
		      sizes[level - 1]);
	add_both(r, block, "text", text_member(r, block, "text", true, TEXT_MAX));
	buffer_printf(&r->html, "</h%d>", (int)level);
	buffer_text(&r->text, "\n\n");
}

static void
render_text(struct rendering *r, const struct block *block)
{
	buffer_text(&r->html, "<p style=\"" PARAGRAPH_STYLE "\">");
	add_both(r, block, "text", text_member(r, block, "text", true, TEXT_MAX));
	buffer_text(&r->html, "</p>");
	buffer_text(&r->text, "\n\n");
}

static const char *
url_member(struct rendering *r, const struct block *block)
{
	const char *url = text_member(r, block, "url", true, URL_MAX);

	return url[0] == '\0' ? "" : mail_expand_url(&r->expansion, place_of(r, block, "url"), url);
}

/* A link whose target came to nothing is left out of both forms. */
static void
render_link_as(struct rendering *r, const struct block *block, const char *style)
{
	const char *text = text_member(r, block, "text", true, TEXT_MAX);
	const char *url = url_member(r, block);

	buffer_text(&r->html, "<p style=\"" PARAGRAPH_STYLE "\"><a href=\"");
	mail_add_html(&r->html, url);
	buffer_printf(&r->html, "\" style=\"%s\">", style);
	add_both(r, block, "text", text);
	buffer_text(&r->html, "</a></p>");
	buffer_printf(&r->text, ":\n%s\n\n", url);
}

static void
render_button(struct rendering *r, const struct block *block)
{
	render_link_as(r, block,
		       arena_printf(r->expansion.arena,
				    "display:inline-block;background:%s;color:#fff;padding:10px 18px;"
				    "border-radius:8px;text-decoration:none",
				    r->frame->color));
}

static void
render_link(struct rendering *r, const struct block *block)
{
	render_link_as(r, block, arena_printf(r->expansion.arena, "color:%s", r->frame->color));
}

static void
render_image(struct rendering *r, const struct block *block)
{
	const char *alt = text_member(r, block, "alt", false, TEXT_MAX);
	int64_t width = int_member(r, block, "width", 1, IMAGE_WIDTH_MAX, IMAGE_WIDTH_MAX);
	const char *url = url_member(r, block);

	buffer_text(&r->html, "<p style=\"" PARAGRAPH_STYLE "\"><img src=\"");
	mail_add_html(&r->html, url);
	buffer_printf(&r->html, "\" width=\"%d\" style=\"max-width:100%%;height:auto;border:0\" alt=\"", (int)width);
	add_both(r, block, "alt", alt);
	buffer_text(&r->html, "\"></p>");
	buffer_text(&r->text, alt[0] == '\0' ? "" : "\n\n");
}

static void
render_divider(struct rendering *r, const struct block *block)
{
	(void)block;
	buffer_text(&r->html, "<hr style=\"border:0;border-top:1px solid #e5e7eb;margin:0 0 16px\">");
	buffer_text(&r->text, "----\n\n");
}

static void
render_spacer(struct rendering *r, const struct block *block)
{
	int64_t height = int_member(r, block, "height", 1, SPACER_MAX, SPACER_DEFAULT);

	buffer_printf(&r->html, "<div style=\"height:%dpx;line-height:1px\">&#8202;</div>", (int)height);
}

/* Without a code there is nothing to enter, and nobody is asked to. */
static void
render_code(struct rendering *r, const struct block *block)
{
	const char *label = text_member(r, block, "label", false, TEXT_MAX);
	const char *text = text_member(r, block, "text", true, TEXT_MAX);
	struct buffer code = buffer_new(r->expansion.arena);

	mail_expand(&r->expansion, place_of(r, block, "text"), text, MAIL_PLACE_TEXT, &code);
	if (code.len == 0)
		return;
	if (label[0] != '\0') {
		buffer_text(&r->html, "<p style=\"" PARAGRAPH_STYLE "\">");
		add_both(r, block, "label", label);
		buffer_text(&r->html, "</p>");
		buffer_text(&r->text, "\n\n");
	}
	buffer_text(&r->html, "<p style=\"font:28px/1 ui-monospace,monospace;letter-spacing:6px;margin:0 0 16px\">");
	mail_add_html(&r->html, buffer_string(&code));
	buffer_text(&r->html, "</p>");
	buffer_printf(&r->text, "    %s\n\n", buffer_string(&code));
}

static void render_blocks(struct rendering *, const struct json *blocks, const char *place, bool takes_columns);

static void
render_columns(struct rendering *r, const struct block *block)
{
	const struct json *columns = json_member(block->json, "columns");
	const char *place = place_of(r, block, "columns");

	if (columns == NULL || columns->type != JSON_ARRAY || columns->count < 1 || columns->count > COLUMNS_MAX) {
		complain(r, place, "type", "It must be a list of one to three lists of blocks.");
		return;
	}
	buffer_text(&r->html, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\"><tr>");
	for (size_t i = 0; i < columns->count; i++) {
		buffer_printf(&r->html, "<td valign=\"top\" width=\"%d%%\" style=\"padding-right:12px\">",
			      (int)(100 / columns->count));
		render_blocks(r, &columns->items[i], arena_printf(r->expansion.arena, "%s[%zu]", place, i), false);
		buffer_text(&r->html, "</td>");
	}
	buffer_text(&r->html, "</tr></table>");
}

/* ---- all of them ---- */

#define MEMBERS_MAX 4

static const struct kind {
	const char *type;
	const char *members[MEMBERS_MAX];
	block_render *render;
} kinds[] = {
	{ "heading", { "text", "level" }, render_heading },
	{ "text", { "text" }, render_text },
	{ "button", { "text", "url" }, render_button },
	{ "image", { "url", "alt", "width" }, render_image },
	{ "divider", { NULL }, render_divider },
	{ "spacer", { "height" }, render_spacer },
	{ "code", { "text", "label" }, render_code },
	{ "link", { "text", "url" }, render_link },
	{ "columns", { "columns" }, render_columns },
};

static const struct kind *
kind_of(const struct json *block)
{
	const struct json *type = json_member(block, "type");

	for (size_t i = 0; type != NULL && type->type == JSON_STRING && i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].type, type->string) == 0)
			return &kinds[i];
	return NULL;
}

static bool
has_member(const struct kind *kind, const char *name)
{
	if (strcmp(name, "type") == 0)
		return true;
	for (size_t i = 0; i < MEMBERS_MAX && kind->members[i] != NULL; i++)
		if (strcmp(kind->members[i], name) == 0)
			return true;
	return false;
}

static void
render_block(struct rendering *r, const struct block *block, bool takes_columns)
{
	if (block->json->type != JSON_OBJECT) {
		complain(r, block->place, "type", "It must be an object.");
		return;
	}
	const struct kind *kind = kind_of(block->json);
	if (kind == NULL || (kind->render == render_columns && !takes_columns)) {
		complain(r, place_of(r, block, "type"), "enum",
			 "It must be one of: heading, text, button, image, divider, spacer, code, link, columns "
			 "(not within columns).");
		return;
	}
	for (size_t i = 0; i < block->json->count; i++)
		if (!has_member(kind, block->json->names[i]))
			complain(r, place_of(r, block, utf8_cut(r->expansion.arena, block->json->names[i], 64)),
				 "unknown", "There is no such member.");
	kind->render(r, block);
}

static void
render_blocks(struct rendering *r, const struct json *blocks, const char *place, bool takes_columns)
{
	if (blocks->type != JSON_ARRAY) {
		complain(r, place, "type", "It must be a list of blocks.");
		return;
	}
	if (blocks->count > MAIL_BLOCKS_MAX) {
		complain(r, place, "length", "It may have at most 100 blocks.");
		return;
	}
	for (size_t i = 0; i < blocks->count; i++) {
		const struct block block = {
			.json = &blocks->items[i],
			.place = arena_printf(r->expansion.arena, "%s[%zu]", place, i),
		};
		render_block(r, &block, takes_columns);
	}
}

/* ---- the mail ---- */

static void
begin_html(struct rendering *r, const char *subject, const char *preview_text)
{
	buffer_text(&r->html, "<!doctype html><html lang=\"");
	mail_add_html(&r->html, r->frame->locale);
	buffer_text(&r->html, "\"><head><meta charset=\"utf-8\"><title>");
	mail_add_html(&r->html, subject);
	buffer_text(&r->html, "</title></head><body style=\"margin:0;background:#fff\">");
	if (preview_text != NULL && preview_text[0] != '\0') {
		buffer_text(&r->html, "<div style=\"display:none;max-height:0;overflow:hidden\">");
		mail_expand(&r->expansion, "preview_text", preview_text, MAIL_PLACE_HTML, &r->html);
		buffer_text(&r->html, "</div>");
	}
	buffer_text(&r->html, "<div style=\"font:16px/1.5 system-ui,sans-serif;color:#1f2937;max-width:480px;"
			      "margin:32px auto;padding:0 16px\">");
}

static const char *
expand_subject(const struct mail_expansion *expansion, const char *subject)
{
	struct buffer out = buffer_new(expansion->arena);

	if (!text_is_clean(subject, false))
		field_errors_add(expansion->errors, expansion->arena, "subject", "line_break",
				 "It has a line break or another control character.");
	else
		mail_expand(expansion, "subject", subject, MAIL_PLACE_HEADER, &out);
	return buffer_string(&out);
}

/* Blocks end with an empty line; the mail doesn't. */
static const char *
end_text(struct rendering *r)
{
	while (r->text.len > 0 && r->text.data[r->text.len - 1] == '\n')
		r->text.data[--r->text.len] = '\0';
	buffer_text(&r->text, "\n");
	return buffer_string(&r->text);
}

bool
mail_render(struct arena *arena, const struct mail_draft *draft, struct mail_values values,
	    const struct mail_frame *frame, struct field_errors *errors, struct mail_form *ret)
{
	struct rendering r = {
		.expansion = { .arena = arena, .values = values, .errors = errors },
		.frame = frame,
		.html = buffer_new(arena),
		.text = buffer_new(arena),
	};
	size_t errors_before = errors->count;
	struct json blocks;

	if (json_parse(arena, draft->blocks, strlen(draft->blocks), &blocks, NULL) != OK) {
		complain(&r, "blocks", "type", "It must be a list of blocks.");
		return false;
	}
	const char *subject = expand_subject(&r.expansion, draft->subject);
	begin_html(&r, subject, draft->preview_text);
	render_blocks(&r, &blocks, "blocks", true);
	buffer_text(&r.html, "</div></body></html>\n");
	const char *text = end_text(&r);
	if (r.html.len > MAIL_BYTES_MAX || r.text.len > MAIL_BYTES_MAX)
		complain(&r, "blocks", "length", "The mail would be larger than 100 KB.");
	if (errors->count != errors_before)
		return false;
	*ret = (struct mail_form){ .subject = subject, .text = text, .html = buffer_string(&r.html) };
	return true;
}

bool
mail_draft_check(struct arena *arena, const struct mail_draft *draft, struct mail_values names,
		 struct field_errors *errors)
{
	struct mail_value *samples = ARENA_ARRAY(arena, names.count, struct mail_value);
	const struct mail_frame frame = { .locale = "en", .color = "#000000" };
	struct mail_form form;

	/* An address, since any of them may stand where a link goes to. */
	for (size_t i = 0; i < names.count; i++)
		samples[i] = (struct mail_value){ .name = names.items[i].name, .value = "https://example.com/" };
	return mail_render(arena, draft, (struct mail_values){ samples, names.count }, &frame, errors, &form);
}

const char *
mail_missing_value(struct mail_values values)
{
	for (size_t i = 0; i < values.count; i++)
		if (values.items[i].is_required && (values.items[i].value == NULL || values.items[i].value[0] == '\0'))
			return values.items[i].name;
	return NULL;
}
