/*
 * Making and recognising invite codes.
 */
#include "lib/invite_codes.h"

#include "lib/symbols.h"

#define LENGTH 12
#define GROUP  4

/* Room for one more symbol, behind a hyphen where a group ends. */
static void
put_symbol(char *code, size_t *len, char symbol)
{
	if (*len == GROUP || *len == 2 * GROUP + 1)
		code[(*len)++] = '-';
	code[(*len)++] = symbol;
}

enum err
invite_code_make(struct arena *arena, struct secret *ret_secret)
{
	struct secret secret = { 0 };
	char *symbols = arena_alloc(arena, LENGTH);
	char *code = arena_alloc(arena, INVITE_CODE_LEN + 1);
	size_t len = 0;

	arena_wipe_later(arena, symbols, LENGTH);
	arena_wipe_later(arena, code, INVITE_CODE_LEN);
	TRY(symbols_draw(LENGTH, symbols));
	for (size_t i = 0; i < LENGTH; i++)
		put_symbol(code, &len, symbols[i]);
	secret.text = code;
	secret_digest(code, secret.digest);
	*ret_secret = secret;
	return OK;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool
invite_code_parse(struct arena *arena, const char *typed, const char **ret_code)
{
	char *code = arena_alloc(arena, INVITE_CODE_LEN + 1);
	size_t len = 0;

	arena_wipe_later(arena, code, INVITE_CODE_LEN);
	for (const char *c = typed; *c != '\0'; c++) {
		if (*c == '-' && c != typed)
			continue;
		if (len == INVITE_CODE_LEN || symbol_value(upper(*c)) == SYMBOL_COUNT)
			return false;
		put_symbol(code, &len, upper(*c));
	}
	if (len != INVITE_CODE_LEN)
		return false;
	*ret_code = code;
	return true;
}
