/*
 * Properties, values, selectors and media conditions: the lists of what is allowed, and the writing anew.
 */
#include "lib/css_parts.h"

#include <string.h>
#include <strings.h>

#define FUNCTIONS_MAX 8 /* functions within functions */
#define COMPOUNDS_MAX 8 /* of one selector */

/* ---- what is allowed ---- */

static const char *const properties[] = {
	"accent-color", "align-content", "align-items", "align-self", "aspect-ratio",
	"backdrop-filter", "background", "background-color", "background-image",
	"background-position", "background-repeat", "background-size", "border", "border-bottom",
	"border-bottom-color", "border-bottom-left-radius", "border-bottom-right-radius",
	"border-bottom-style", "border-bottom-width", "border-color", "border-left",
	"border-left-color", "border-left-style", "border-left-width", "border-radius",
	"border-right", "border-right-color", "border-right-style", "border-right-width",
	"border-style", "border-top", "border-top-color", "border-top-left-radius",
	"border-top-right-radius", "border-top-style", "border-top-width", "border-width",
	"box-shadow", "box-sizing", "caret-color", "color", "column-gap", "cursor", "display",
	"filter", "flex", "flex-basis", "flex-direction", "flex-grow", "flex-shrink", "flex-wrap",
	"font", "font-family", "font-size", "font-style", "font-variant", "font-weight", "gap",
	"grid-column", "grid-row", "grid-template-columns", "height", "justify-content",
	"justify-items", "justify-self", "letter-spacing", "line-height", "margin",
	"margin-bottom", "margin-left", "margin-right", "margin-top", "max-height", "max-width",
	"min-height", "min-width", "object-fit", "object-position", "opacity", "order", "outline",
	"outline-color", "outline-offset", "outline-style", "outline-width", "overflow",
	"overflow-wrap", "padding", "padding-bottom", "padding-left", "padding-right",
	"padding-top", "place-content", "place-items", "place-self", "position", "row-gap",
	"text-align", "text-decoration", "text-decoration-color", "text-decoration-style",
	"text-decoration-thickness", "text-indent", "text-shadow", "text-transform",
	"text-underline-offset", "transform", "transition", "transition-delay",
	"transition-duration", "transition-property", "transition-timing-function",
	"vertical-align", "visibility", "white-space", "width", "word-break", "word-spacing", NULL,
};

static const char *const functions[] = {
	"blur", "brightness", "calc", "clamp", "color-mix", "contrast", "cubic-bezier",
	"drop-shadow", "fit-content", "grayscale", "hsl", "hsla", "hue-rotate", "light-dark",
	"linear-gradient", "max", "min", "minmax", "oklch", "opacity", "radial-gradient", "repeat",
	"rgb", "rgba", "rotate", "saturate", "scale", "skew", "steps", "translate", "translatex",
	"translatey", "var", NULL,
};

static const char *const units[] = {
	"", "%", "ch", "deg", "dvh", "dvw", "em", "ex", "fr", "lh", "ms", "px", "rad", "rem",
	"rlh", "s", "svh", "svw", "turn", "vh", "vmax", "vmin", "vw", NULL,
};

static const char *const pseudo_classes[] = {
	"active", "checked", "disabled", "empty", "enabled", "first-child", "focus",
	"focus-visible", "focus-within", "hover", "invalid", "last-child", "placeholder-shown",
	NULL,
};

static const char *const pseudo_elements[] = { "placeholder", "selection", NULL };

/* What @media may ask, and the words that answer; NULL: a length does. */
static const struct {
	const char *name;
	const char *const words[4];
} media_features[] = {
	{ "min-width", { NULL } },
	{ "max-width", { NULL } },
	{ "prefers-reduced-motion", { "reduce", "no-preference", NULL } },
	{ "prefers-contrast", { "more", "less", "no-preference", NULL } },
};

static bool
is_in(const char *const *list, const char *text, size_t len)
{
	for (; *list != NULL; list++)
		if (strlen(*list) == len && strncasecmp(*list, text, len) == 0)
			return true;
	return false;
}

static bool
ident_is_in(const struct css_token *token, const char *const *list)
{
	return token->type == CSS_IDENT && is_in(list, token->text, token->len);
}

/* ---- tokens ---- */

const struct css_token *
css_skip_space(const struct css_token *at)
{
	return at->type == CSS_SPACE ? at + 1 : at;
}

/* The end of what stands between the two, without the space behind it. */
static const struct css_token *
before_space(const struct css_token *from, const struct css_token *to)
{
	return to > from && to[-1].type == CSS_SPACE ? to - 1 : to;
}

static void
add_name(struct buffer *out, const struct css_token *name)
{
	for (size_t i = 0; i < name->len; i++) {
		char c = name->text[i];
		buffer_char(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
}

/* ---- values ---- */

static void
add_token(struct buffer *out, const struct css_token *token)
{
	buffer_add(out, token->text, token->len);
}

static bool
is_color_hash(const struct css_token *token)
{
	size_t digits = token->len - 1;

	return (digits == 3 || digits == 4 || digits == 6 || digits == 8) &&
	       strspn(token->text + 1, "0123456789abcdefABCDEF") == digits;
}

/* The name of a font: nothing in it needs an escape in any place. */
static bool
is_plain_string(const struct css_token *token)
{
	for (size_t i = 1; i + 1 < token->len; i++) {
		char c = token->text[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == ' ' || c == '-' || c == '_'))
			return false;
	}
	return token->len > 2;
}

/* A bracket or a sign: signs of arithmetic stand in functions alone. */
static bool
char_is_allowed(char c, size_t depth)
{
	return c == ',' || c == '/' || (depth > 0 && strchr("+-*()", c) != NULL);
}

static bool
value_token_is_allowed(const struct css_token *token, size_t depth)
{
	switch (token->type) {
	case CSS_SPACE:
	case CSS_IDENT:
		return true;
	case CSS_NUMBER:
		return is_in(units, token->text + token->unit, token->len - token->unit);
	case CSS_HASH:
		return is_color_hash(token);
	case CSS_STRING:
		return is_plain_string(token);
	case CSS_FUNCTION:
		return is_in(functions, token->text, token->len - 1);
	case CSS_CHAR:
		return char_is_allowed(token->text[0], depth);
	default:
		return false;
	}
}

static void
add_value_token(struct buffer *out, const struct css_token *token)
{
	if (token->type == CSS_SPACE) {
		buffer_char(out, ' ');
	} else if (token->type == CSS_STRING) {
		buffer_char(out, '"');
		buffer_add(out, token->text + 1, token->len - 2);
		buffer_char(out, '"');
	} else {
		add_token(out, token);
	}
}

/* "!important" at the end of a value; *to moves before it. */
static bool
take_important(const struct css_token *from, const struct css_token **to)
{
	const struct css_token *at = *to;

	if (at - from < 2 || !css_token_is(at - 1, CSS_IDENT, "important"))
		return false;
	at--;
	if (at[-1].type == CSS_SPACE)
		at--;
	if (at <= from || !css_token_is_char(at - 1, '!'))
		return false;
	at--;
	*to = at > from && at[-1].type == CSS_SPACE ? at - 1 : at;
	return true;
}

/* Appends the tokens as they may stand; false, having appended some, when one of them may not. */
static bool
add_value(struct buffer *out, const struct css_token *from, const struct css_token *to)
{
	bool is_important = take_important(from, &to);
	size_t depth = 0;

	if (from == to)
		return false;
	for (const struct css_token *at = from; at < to; at++) {
		if (!value_token_is_allowed(at, depth))
			return false;
		if (at->type == CSS_FUNCTION || css_token_is_char(at, '('))
			depth++;
		else if (css_token_is_char(at, ')'))
			depth--;
		if (depth > FUNCTIONS_MAX)
			return false;
		add_value_token(out, at);
	}
	if (is_important)
		buffer_text(out, "!important");
	return depth == 0;
}

/* ---- declarations ---- */

/* position may be where the page's own flow is, and nowhere else. */
static bool
position_is_allowed(const struct css_token *value)
{
	static const char *const places[] = { "static", "relative", NULL };

	return ident_is_in(value, places);
}

const char *
css_add_declaration(struct buffer *out, const struct css_token *from, const struct css_token *to)
{
	const struct css_token *name = from, *value = css_skip_space(from + 1);

	if (name->type != CSS_IDENT || value >= to || !css_token_is_char(value, ':'))
		return "syntax";
	if (!is_in(properties, name->text, name->len))
		return "property";
	value = css_skip_space(value + 1);
	to = before_space(value, to);
	if (css_token_is(name, CSS_IDENT, "position") && !position_is_allowed(value))
		return "position";
	add_name(out, name);
	buffer_char(out, ':');
	return value < to && add_value(out, value, to) ? NULL : "value";
}

/* ---- selectors ---- */

static bool
is_own_class(const struct css_token *name)
{
	return name->type == CSS_IDENT && name->len > 3 && strncmp(name->text, "gh-", 3) == 0;
}

/* Behind ".gh-name:hover", which is appended; NULL when it isn't one. */
static const struct css_token *
add_compound(struct buffer *out, const struct css_token *at)
{
	if (!css_token_is_char(at, '.') || !is_own_class(at + 1))
		return NULL;
	for (;;) {
		const char *const *list = pseudo_classes;
		const struct css_token *from = at;
		if (css_token_is_char(at, '.')) {
			if (!is_own_class(++at))
				return NULL;
		} else if (css_token_is_char(at, ':')) {
			if (css_token_is_char(++at, ':')) {
				at++;
				list = pseudo_elements;
			}
			if (!ident_is_in(at, list))
				return NULL;
		} else {
			return at;
		}
		for (at++; from < at; from++)
			add_token(out, from);
	}
}

/* A combinator with the spaces around it, as " " or " > "; NULL when there is none. */
static const struct css_token *
add_combinator(struct buffer *out, const struct css_token *at)
{
	const struct css_token *sign = css_skip_space(at);

	if (sign->type == CSS_CHAR && strchr(">+~", sign->text[0]) != NULL) {
		buffer_char(out, ' ');
		add_token(out, sign);
		buffer_char(out, ' ');
		return css_skip_space(sign + 1);
	}
	if (sign == at)
		return NULL;
	buffer_char(out, ' ');
	return sign;
}

bool
css_add_selector(struct buffer *out, const struct css_token *from, const struct css_token *to)
{
	const struct css_token *at = css_skip_space(from);

	to = before_space(at, to);
	for (size_t compounds = 1; compounds <= COMPOUNDS_MAX; compounds++) {
		at = add_compound(out, at);
		if (at == NULL || at >= to)
			return at == to;
		at = add_combinator(out, at);
		if (at == NULL || at >= to)
			return false;
	}
	return false;
}

/* ---- media ---- */

/* Is this an answer to that question? */
static bool
media_answers(const struct css_token *name, const struct css_token *value)
{
	for (size_t i = 0; i < ARRAY_LEN(media_features); i++) {
		if (!css_token_is(name, CSS_IDENT, media_features[i].name))
			continue;
		if (media_features[i].words[0] == NULL)
			return value->type == CSS_NUMBER && value_token_is_allowed(value, 0);
		return ident_is_in(value, media_features[i].words);
	}
	return false;
}

/* Behind "(max-width:30em)", which is appended; NULL when it isn't allowed. */
static const struct css_token *
add_media_feature(struct buffer *out, const struct css_token *at)
{
	if (!css_token_is_char(at, '('))
		return NULL;
	const struct css_token *name = css_skip_space(at + 1);
	if (name->type != CSS_IDENT)
		return NULL;
	const struct css_token *colon = css_skip_space(name + 1);
	if (!css_token_is_char(colon, ':'))
		return NULL;
	const struct css_token *value = css_skip_space(colon + 1);
	if (!media_answers(name, value))
		return NULL;
	const struct css_token *close = css_skip_space(value + 1);
	if (!css_token_is_char(close, ')'))
		return NULL;
	buffer_char(out, '(');
	add_name(out, name);
	buffer_char(out, ':');
	add_token(out, value);
	buffer_char(out, ')');
	return css_skip_space(close + 1);
}

bool
css_add_media_condition(struct buffer *out, const struct css_token *at, const struct css_token *open)
{
	for (at = css_skip_space(at);;) {
		at = add_media_feature(out, at);
		if (at == NULL || at == open)
			return at == open;
		if (!css_token_is(at, CSS_IDENT, "and") || at[1].type != CSS_SPACE)
			return false;
		buffer_text(out, " and ");
		at += 2;
	}
}

