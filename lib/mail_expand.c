/*
 * {{name}}, and nothing else: no conditions, no loops, no other template language within a value.
 */
#include "lib/mail_expand.h"

#include <string.h>

#include "lib/text.h"

#define OPEN  "{{"
#define CLOSE "}}"

bool
mail_variable_name_is_valid(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len > 0 && len <= MAIL_NAME_BYTES_MAX && name[len] == '\0' && name[0] >= 'a' && name[0] <= 'z';
}

void
mail_add_html(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			buffer_text(out, "&amp;");
			break;
		case '<':
			buffer_text(out, "&lt;");
			break;
		case '>':
			buffer_text(out, "&gt;");
			break;
		case '"':
			buffer_text(out, "&quot;");
			break;
		case '\'':
			buffer_text(out, "&#39;");
			break;
		case '\n':
			buffer_text(out, "<br>");
			break;
		default:
			buffer_char(out, *text);
		}
}

/* What RFC 3986 section 2.3 calls unreserved stands for itself. */
static void
add_url_part(struct buffer *out, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text != '\0'; text++) {
		if (strchr(unreserved, *text) != NULL)
			buffer_char(out, *text);
		else
			buffer_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

static const struct mail_value *
find_value(struct mail_values values, const char *name, size_t len)
{
	for (size_t i = 0; i < values.count; i++)
		if (strlen(values.items[i].name) == len && memcmp(values.items[i].name, name, len) == 0)
			return &values.items[i];
	return NULL;
}

/*
 * The next piece: literal text up to a placeholder, and the value behind it. False at the end. What isn't a placeholder of a known name
 * is reported and left out.
 */
struct pieces {
	const struct mail_expansion *expansion;
	const char *field;
	const char *at;
};

static void
complain(const struct pieces *pieces, const char *name, size_t len)
{
	const struct mail_expansion *expansion = pieces->expansion;
	const char *shown = arena_strndup(expansion->arena, name, len > 64 ? 64 : len);

	field_errors_add(expansion->errors, expansion->arena, pieces->field, "unknown_variable",
			 "There is no variable of the name '%s'.", utf8_is_valid(shown, strlen(shown)) ? shown : "");
}

static bool
next_piece(struct pieces *pieces, const char **ret_literal, const char **ret_value)
{
	const char *open = strstr(pieces->at, OPEN);
	const char *close = open == NULL ? NULL : strstr(open, CLOSE);

	if (pieces->at[0] == '\0')
		return false;
	if (close == NULL) {
		if (open != NULL)
			field_errors_add(pieces->expansion->errors, pieces->expansion->arena, pieces->field,
					 "variable", "'{{' has no '}}' behind it.");
		*ret_literal = pieces->at;
		*ret_value = NULL;
		pieces->at += strlen(pieces->at);
		return true;
	}
	const char *name = open + strlen(OPEN);
	size_t len = (size_t)(close - name);
	const struct mail_value *value = find_value(pieces->expansion->values, name, len);
	if (value == NULL)
		complain(pieces, name, len);
	*ret_literal = arena_strndup(pieces->expansion->arena, pieces->at, (size_t)(open - pieces->at));
	*ret_value = value == NULL || value->value == NULL ? "" : value->value;
	pieces->at = close + strlen(CLOSE);
	return true;
}

static void
add_to(struct buffer *out, enum mail_place place, const char *text)
{
	if (place == MAIL_PLACE_HTML)
		mail_add_html(out, text);
	else
		buffer_text(out, text);
}

static void
drop_space(struct buffer *out)
{
	if (out->len > 0 && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

void
mail_expand(const struct mail_expansion *expansion, const char *field, const char *text, enum mail_place place,
	    struct buffer *out)
{
	struct pieces pieces = { .expansion = expansion, .field = field, .at = text };
	const char *literal, *value;

	while (next_piece(&pieces, &literal, &value)) {
		add_to(out, place, literal);
		if (value == NULL)
			break;
		if (place == MAIL_PLACE_HEADER && !text_is_clean(value, false)) {
			field_errors_add(expansion->errors, expansion->arena, field, "line_break",
					 "A value in it has a line break or another control character.");
			continue;
		}
		if (value[0] == '\0')
			drop_space(out);
		add_to(out, place, value);
	}
}

static bool
has_safe_scheme(const char *url)
{
	static const char *const schemes[] = { "https://", "mailto:" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strncmp(url, schemes[i], strlen(schemes[i])) == 0 && url[strlen(schemes[i])] != '\0')
			return true;
	return false;
}

/* What no URL holds (RFC 3986 section 2), so that none ends early wherever it stands. */
static bool
has_only_url_characters(const char *url)
{
	for (; *url != '\0'; url++)
		if (*url <= 0x20 || *url > 0x7e || strchr("\"<>\\^`{|}", *url) != NULL)
			return false;
	return true;
}

const char *
mail_expand_url(const struct mail_expansion *expansion, const char *field, const char *url)
{
	struct pieces pieces = { .expansion = expansion, .field = field, .at = url };
	struct buffer out = buffer_new(expansion->arena);
	bool begins_with_value = strncmp(url, OPEN, strlen(OPEN)) == 0;
	const char *literal, *value;

	while (next_piece(&pieces, &literal, &value)) {
		buffer_text(&out, literal);
		if (value == NULL)
			break;
		if (out.len == 0)
			buffer_text(&out, value);
		else
			add_url_part(&out, value);
	}
	const char *expanded = buffer_string(&out);
	if ((!begins_with_value && !has_safe_scheme(url)) ||
	    (expanded[0] != '\0' && !(has_safe_scheme(expanded) && has_only_url_characters(expanded)))) {
		field_errors_add(expansion->errors, expansion->arena, field, "scheme",
				 "It must be an https or mailto address.");
		return "";
	}
	return expanded;
}
