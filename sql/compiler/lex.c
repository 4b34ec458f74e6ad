/*
 * Cuts SQL text into tokens; what has no token here can't be in a query.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

struct lexer {
	struct tokens *out;
	const char *source;
	size_t at;
	int line;
};

static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct place
lexer_place(const struct lexer *lexer)
{
	return (struct place){ .file = lexer->out->file, .line = lexer->line };
}

static void
add(struct lexer *lexer, enum token_kind kind, size_t start, size_t text_start, size_t text_end)
{
	struct tokens *out = lexer->out;

	out->items = grow(out->items, out->count, sizeof(*out->items));
	out->items[out->count++] = (struct token){
		.kind = kind,
		.text = text_copy(lexer->source + text_start, text_end - text_start),
		.line = lexer->line,
		.start = start,
		.end = lexer->at,
	};
}

static void
skip_name(struct lexer *lexer)
{
	while (is_name_start(lexer->source[lexer->at]) || is_digit(lexer->source[lexer->at]))
		lexer->at++;
}

static void
lex_comment(struct lexer *lexer)
{
	size_t start = lexer->at;
	size_t text;

	lexer->at += strcspn(lexer->source + start, "\n");
	text = start + 2 + strspn(lexer->source + start + 2, " \t");
	if (text > lexer->at)
		text = lexer->at;
	add(lexer, TOKEN_COMMENT, start, text, lexer->at);
}

/*
 * '' inside stands for one quote and stays two here: only literals that need no escape are of use
 * in queries.
 */
static void
lex_string(struct lexer *lexer)
{
	size_t start = lexer->at++;

	for (;;) {
		char c = lexer->source[lexer->at];

		if (c == '\0' || c == '\n')
			complain(lexer_place(lexer), "a string without its closing quote");
		lexer->at++;
		if (c != '\'')
			continue;
		if (lexer->source[lexer->at] != '\'')
			break;
		lexer->at++;
	}
	add(lexer, TOKEN_STRING, start, start + 1, lexer->at - 1);
}

static void
lex_sign(struct lexer *lexer)
{
	static const char *const signs[] = {
		"<=>", "->>", "->", "<=", ">=", "<>", "!=", "||", "&&", ":=",
		"(",   ")",   ",",  ";",  ".",  "=",  "<",  ">",  "+",  "-",
		"*",   "/",   "%",  "?",  "@",  "&",  "|",  "^",  "~",  "!",
	};
	size_t start = lexer->at;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t len = strlen(signs[i]);

		if (strncmp(lexer->source + start, signs[i], len) == 0) {
			lexer->at += len;
			add(lexer, TOKEN_SIGN, start, start, lexer->at);
			return;
		}
	}
	complain(
	    lexer_place(lexer),
	    "the character '%c' has no place in a query (names are bare, strings in single quotes)",
	    lexer->source[start]);
}

static void
lex_one(struct lexer *lexer)
{
	const char *here = lexer->source + lexer->at;
	size_t start = lexer->at;

	if (here[0] == '-' && here[1] == '-') {
		lex_comment(lexer);
	} else if (is_name_start(here[0])) {
		skip_name(lexer);
		add(lexer, TOKEN_WORD, start, start, lexer->at);
	} else if (is_digit(here[0])) {
		skip_name(lexer);
		add(lexer, TOKEN_NUMBER, start, start, lexer->at);
	} else if (here[0] == ':' && is_name_start(here[1])) {
		lexer->at++;
		skip_name(lexer);
		add(lexer, TOKEN_PARAM, start, start + 1, lexer->at);
	} else if (here[0] == '\'') {
		lex_string(lexer);
	} else {
		lex_sign(lexer);
	}
}

struct tokens
lex(const char *file, const char *source)
{
	struct tokens tokens = { .file = file, .source = source };
	struct lexer lexer = { .out = &tokens, .source = source, .line = 1 };

	while (source[lexer.at] != '\0') {
		char c = source[lexer.at];

		if (c == '\n')
			lexer.line++;
		if (c == ' ' || c == '\t' || c == '\n')
			lexer.at++;
		else
			lex_one(&lexer);
	}
	add(&lexer, TOKEN_END, lexer.at, lexer.at, lexer.at);
	return tokens;
}

const char *
annotation(const struct token *token, const char *key)
{
	size_t len = strlen(key);

	if (token->kind != TOKEN_COMMENT || strncmp(token->text, key, len) != 0 ||
	    token->text[len] != ':')
		return NULL;
	return token->text + len + 1 + strspn(token->text + len + 1, " \t");
}

bool
is_word(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && same_word(token->text, word);
}

bool
is_sign(const struct token *token, const char *sign)
{
	return token->kind == TOKEN_SIGN && strcmp(token->text, sign) == 0;
}
