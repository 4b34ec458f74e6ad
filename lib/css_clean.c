/*
 * Rules, blocks and lists (CSS Syntax Level 3 section 5): what css_parts.c recognises is written anew, the rest is dropped and listed.
 */
#include "lib/css_clean.h"

#include <string.h>

#include "lib/css_parts.h"
#include "lib/text.h"

#define REMOVED_TEXT_MAX 80	/* code points */
#define NESTING_MAX	 32	/* brackets within brackets; more isn't understood */

/* ---- walking over tokens ---- */

struct cleaner {
	struct arena *arena;
	const struct css_token *at;
	struct buffer out;
	struct css_removed *removed;
	size_t removed_count;
	const char *counted_to;	/* lines are counted from here on */
	int64_t line;
};

static char
closer_of(const struct css_token *token)
{
	if (token->type == CSS_FUNCTION || css_token_is_char(token, '('))
		return ')';
	if (css_token_is_char(token, '['))
		return ']';
	return css_token_is_char(token, '{') ? '}' : '\0';
}

/* Behind a token, or behind all that it opens (section 5.4.7); at the end of the text when that isn't closed. */
static const struct css_token *
skip_component(const struct css_token *at)
{
	char closers[NESTING_MAX];
	size_t depth = 0;

	for (; at->type != CSS_END; at++) {
		char closer = closer_of(at);
		if (closer != '\0' && depth < NESTING_MAX)
			closers[depth++] = closer;
		else if (depth > 0 && css_token_is_char(at, closers[depth - 1]))
			depth--;
		if (depth == 0)
			return at + 1;
	}
	return at;
}

/* The first token of these characters outside of brackets, or the end. */
static const struct css_token *
find_char(const struct css_token *at, const char *stops)
{
	while (at->type != CSS_END &&
	       !(at->type == CSS_CHAR && strchr(stops, at->text[0]) != NULL))
		at = skip_component(at);
	return at;
}

/* ---- what was dropped ---- */

/* What there is between the two, most telling first; NULL when nothing says more than that it isn't allowed. */
static const char *
telling_rule(const struct css_token *from, const struct css_token *to)
{
	for (const struct css_token *at = from; at < to; at++) {
		if (at->type == CSS_ESCAPE)
			return "escape";
		if (css_token_is(at, CSS_FUNCTION, "url") || css_token_is(at, CSS_FUNCTION, "src") ||
		    css_token_is(at, CSS_FUNCTION, "image-set"))
			return "url";
		if (css_token_is(at, CSS_FUNCTION, "expression"))
			return "expression";
		if (css_token_is(at, CSS_IDENT, "javascript"))
			return "script";
		if (css_token_is(at, CSS_IDENT, "behavior"))
			return "behavior";
		if (css_token_is(at, CSS_IDENT, "-moz-binding"))
			return "binding";
		if (css_token_is(at, CSS_AT, "import"))
			return "import";
		if (css_token_is(at, CSS_AT, "font-face"))
			return "font_face";
		if (css_token_is_char(at, '<'))
			return "markup";
	}
	return NULL;
}

/* The text between the two on one line, without what could upset whoever shows it. */
static const char *
text_between(struct arena *arena, const struct css_token *from, const struct css_token *to)
{
	size_t len = (size_t)(to->text - from->text);
	char *text = arena_strndup(arena, from->text, len);

	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	while (len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
	return utf8_cut(arena, text, REMOVED_TEXT_MAX);
}

static int64_t
line_of(struct cleaner *c, const char *text)
{
	for (; c->counted_to < text; c->counted_to++)
		if (*c->counted_to == '\n')
			c->line++;
	return c->line;
}

static void
drop(struct cleaner *c, const struct css_token *from, const struct css_token *to, const char *rule)
{
	from = css_skip_space(from);
	if (from >= to || c->removed_count == CSS_REMOVED_MAX)
		return;
	const char *telling = telling_rule(from, to);
	c->removed[c->removed_count++] = (struct css_removed){
		.line = line_of(c, from->text),
		.text = text_between(c->arena, from, to),
		.rule = telling != NULL ? telling : rule,
	};
}

/* ---- declarations ---- */

/* One declaration between two tokens, appended behind `block`; NULL, or the rule that it breaks. */
static const char *
add_declaration(struct arena *arena, struct buffer *block, const struct css_token *from,
		const struct css_token *to)
{
	struct buffer made = buffer_new(arena);
	const char *rule = css_add_declaration(&made, from, to);

	if (rule != NULL)
		return rule;
	if (block->len > 0)
		buffer_char(block, ';');
	buffer_add(block, made.data, made.len);
	return NULL;
}

/* Where a declaration ends: before ';' or '}', or behind a block, which no allowed one has. */
static const struct css_token *
declaration_end(const struct css_token *at)
{
	for (;;) {
		if (at->type == CSS_END || css_token_is_char(at, ';') || css_token_is_char(at, '}'))
			return at;
		bool is_block = css_token_is_char(at, '{');
		at = skip_component(at);
		if (is_block)
			return at;
	}
}

/* The declarations of a block, from behind its '{' to behind its '}'. */
static void
clean_declarations(struct cleaner *c, struct buffer *block)
{
	while (c->at->type != CSS_END && !css_token_is_char(c->at, '}')) {
		if (c->at->type == CSS_SPACE || css_token_is_char(c->at, ';')) {
			c->at++;
			continue;
		}
		const struct css_token *end = declaration_end(c->at);
		const char *rule = add_declaration(c->arena, block, c->at, end);
		if (rule != NULL)
			drop(c, c->at, end, rule);
		c->at = end;
	}
	if (c->at->type != CSS_END)
		c->at++;
}

/* The selectors of a list that are allowed, joined by commas; the others are dropped one by one. */
static void
clean_selectors(struct cleaner *c, struct buffer *list, const struct css_token *end)
{
	for (const struct css_token *from = c->at; from <= end;) {
		const struct css_token *to = find_char(from, ",{");
		struct buffer made = buffer_new(c->arena);
		if (!css_add_selector(&made, from, to)) {
			drop(c, from, to, "selector");
		} else {
			if (list->len > 0)
				buffer_char(list, ',');
			buffer_add(list, made.data, made.len);
		}
		from = to + 1;
	}
}

/* ---- rules ---- */

/* Where a rule that isn't understood ends: behind its block or its ';'. */
static const struct css_token *
rule_end(const struct css_token *at)
{
	at = find_char(at, ";{");
	return at->type == CSS_END ? at : skip_component(at);
}

static void
clean_rule(struct cleaner *c, const char *stops)
{
	struct buffer selectors = buffer_new(c->arena), block = buffer_new(c->arena);
	const struct css_token *open = find_char(c->at, stops);

	if (!css_token_is_char(open, '{')) {
		drop(c, c->at, open, "syntax");
		c->at = open;
		return;
	}
	clean_selectors(c, &selectors, open);
	c->at = open + 1;
	if (selectors.len == 0) {
		c->at = skip_component(open);
		return;
	}
	clean_declarations(c, &block);
	if (block.len > 0)
		buffer_printf(&c->out, "%s{%s}\n", buffer_string(&selectors), buffer_string(&block));
}

static void
clean_rules_in_media(struct cleaner *c)
{
	for (;;) {
		c->at = css_skip_space(c->at);
		if (c->at->type == CSS_END)
			return;
		if (css_token_is_char(c->at, '}')) {
			c->at++;
			return;
		}
		if (c->at->type == CSS_AT) {
			const struct css_token *end = rule_end(c->at);
			drop(c, c->at, end, "at_rule");
			c->at = end;
		} else {
			clean_rule(c, "{}");
		}
	}
}

static void
clean_at_rule(struct cleaner *c)
{
	const struct css_token *open = find_char(c->at, ";{");
	struct buffer condition = buffer_new(c->arena), outside = c->out;

	if (!css_token_is(c->at, CSS_AT, "media") || !css_token_is_char(open, '{') ||
	    !css_add_media_condition(&condition, c->at + 1, open)) {
		const struct css_token *end = rule_end(c->at);
		drop(c, c->at, end, "at_rule");
		c->at = end;
		return;
	}
	c->out = buffer_new(c->arena);
	c->at = open + 1;
	clean_rules_in_media(c);
	if (c->out.len > 0)
		buffer_printf(&outside, "@media %s{\n%s}\n", buffer_string(&condition),
			      buffer_string(&c->out));
	c->out = outside;
}

struct css_cleaned
css_clean(struct arena *arena, const char *css)
{
	struct cleaner c = {
		.arena = arena,
		.at = css_tokens(arena, css),
		.out = buffer_new(arena),
		.removed = ARENA_ARRAY(arena, CSS_REMOVED_MAX, struct css_removed),
		.counted_to = css,
		.line = 1,
	};

	while (c.at->type != CSS_END) {
		if (c.at->type == CSS_SPACE)
			c.at++;
		else if (c.at->type == CSS_AT)
			clean_at_rule(&c);
		else
			clean_rule(&c, "{");
	}
	return (struct css_cleaned){
		.css = buffer_string(&c.out),
		.removed = c.removed,
		.removed_count = c.removed_count,
	};
}
