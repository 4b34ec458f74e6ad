/*
 * Cutting CSS into tokens: one pass, no token looks further ahead than two octets or its own end.
 */
#include "lib/css_tokens.h"

#include <string.h>
#include <strings.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_name(char c)
{
	return is_name_start(c) || is_digit(c) || c == '-';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
starts_ident(const char *at)
{
	return is_name_start(at[0]) || (at[0] == '-' && (is_name_start(at[1]) || at[1] == '-'));
}

static bool
starts_number(const char *at)
{
	if (at[0] == '+' || at[0] == '-')
		at++;
	return is_digit(at[0]) || (at[0] == '.' && is_digit(at[1]));
}

static size_t
span(const char *at, bool (*is_part)(char))
{
	size_t len = 0;

	while (is_part(at[len]))
		len++;
	return len;
}

/* Spaces and whole comments; one that isn't closed goes on to the end (section 4.3.2). */
static size_t
space_len(const char *at)
{
	const char *end = at;

	for (;;) {
		if (is_space(*end)) {
			end++;
		} else if (end[0] == '/' && end[1] == '*') {
			const char *close = strstr(end + 2, "*/");
			end = close == NULL ? end + strlen(end) : close + 2;
		} else {
			return (size_t)(end - at);
		}
	}
}

static size_t
number_len(const char *at)
{
	size_t len = at[0] == '+' || at[0] == '-' ? 1 : 0;

	len += span(at + len, is_digit);
	if (at[len] == '.' && is_digit(at[len + 1]))
		len += 1 + span(at + len + 1, is_digit);
	return len;
}

static struct css_token
number_token(const char *at)
{
	struct css_token token = { .type = CSS_NUMBER, .text = at, .unit = number_len(at) };
	const char *unit = at + token.unit;

	token.len = token.unit;
	if (*unit == '%')
		token.len++;
	else if (starts_ident(unit))
		token.len += span(unit, is_name);
	return token;
}

/* A string ends where it began: with its quote, on its line, without an escape. Else its quote is but a character. */
static struct css_token
string_token(const char *at)
{
	const char stops[] = { at[0], '\n', '\r', '\f', '\\', '\0' };
	size_t len = 1 + strcspn(at + 1, stops);

	if (at[len] != at[0])
		return (struct css_token){ .type = CSS_CHAR, .text = at, .len = 1 };
	return (struct css_token){ .type = CSS_STRING, .text = at, .len = len + 1 };
}

static struct css_token
ident_token(const char *at)
{
	size_t len = span(at, is_name);

	if (at[len] == '(')
		return (struct css_token){ .type = CSS_FUNCTION, .text = at, .len = len + 1 };
	return (struct css_token){ .type = CSS_IDENT, .text = at, .len = len };
}

static struct css_token
next_token(const char *at)
{
	size_t spaces = space_len(at);

	if (spaces > 0)
		return (struct css_token){ .type = CSS_SPACE, .text = at, .len = spaces };
	if (at[0] == '\0')
		return (struct css_token){ .type = CSS_END, .text = at };
	if (starts_number(at))
		return number_token(at);
	if (starts_ident(at))
		return ident_token(at);
	if (at[0] == '"' || at[0] == '\'')
		return string_token(at);
	if (at[0] == '@' && starts_ident(at + 1))
		return (struct css_token){ .type = CSS_AT, .text = at, .len = 1 + span(at + 1, is_name) };
	if (at[0] == '#' && is_name(at[1]))
		return (struct css_token){ .type = CSS_HASH, .text = at, .len = 1 + span(at + 1, is_name) };
	return (struct css_token){ .type = at[0] == '\\' ? CSS_ESCAPE : CSS_CHAR, .text = at, .len = 1 };
}

const struct css_token *
css_tokens(struct arena *arena, const char *css)
{
	struct css_token *tokens = ARENA_ARRAY(arena, strlen(css) + 1, struct css_token);
	size_t count = 0;

	do {
		tokens[count] = next_token(css);
		css += tokens[count].len;
	} while (tokens[count++].type != CSS_END);
	return tokens;
}

bool
css_token_is(const struct css_token *token, enum css_token_type type, const char *name)
{
	const char *text = type == CSS_AT ? token->text + 1 : token->text;
	size_t len = type == CSS_AT || type == CSS_FUNCTION ? token->len - 1 : token->len;

	return token->type == type && len == strlen(name) && strncasecmp(text, name, len) == 0;
}

bool
css_token_is_char(const struct css_token *token, char c)
{
	return token->type == CSS_CHAR && token->text[0] == c;
}
