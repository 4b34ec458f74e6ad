/*
 * Authorization headers: what is accepted is "scheme credentials" and nothing around it.
 */
#include <strings.h>

#include "lib/http.h"
#include "tests/fuzz/fuzz.h"

static const char token68[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";

static enum err
parse(struct arena *arena, const char *header, enum authorization_scheme *ret_scheme,
      const char **ret_credentials)
{
	return http_parse_authorization(arena, header, ret_scheme, ret_credentials);
}

static void
check_known(struct arena *arena, const char *header, const char *name, const char *credentials)
{
	const char *canonical = arena_printf(arena, "%s %s", name, credentials);
	enum authorization_scheme scheme;
	const char *again = NULL;

	CHECK(strlen(header) == strlen(canonical) &&
	      strncasecmp(header, canonical, strlen(name) + 1) == 0);
	CHECK(credentials[0] != '\0' && credentials[0] != '=');
	CHECK(strspn(credentials, token68) == strlen(credentials));
	CHECK(parse(arena, canonical, &scheme, &again) == OK && strcmp(again, credentials) == 0);
	CHECK(parse(arena, arena_printf(arena, "%s ", header), &scheme, &again) ==
	      ERR_INVALID_HEADER);
	CHECK(parse(arena, arena_printf(arena, "%s,x", header), &scheme, &again) ==
	      ERR_INVALID_HEADER);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const char *header = fuzz_text(arena, data, len);
	enum authorization_scheme scheme = AUTHORIZATION_NONE;
	enum authorization_scheme ignored_scheme;
	const char *credentials = NULL;
	const char *ignored = NULL;

	enum err e = parse(arena, header, &scheme, &credentials);
	CHECK(e == OK || (e == ERR_INVALID_HEADER && credentials == NULL));
	if (e == OK) {
		CHECK(scheme != AUTHORIZATION_NONE && credentials != NULL);
		CHECK(parse(arena, arena_printf(arena, " %s", header), &ignored_scheme, &ignored) ==
		      ERR_INVALID_HEADER);
		if (scheme == AUTHORIZATION_BEARER)
			check_known(arena, header, "Bearer", credentials);
		else if (scheme == AUTHORIZATION_BASIC)
			check_known(arena, header, "Basic", credentials);
		else if (scheme == AUTHORIZATION_DPOP)
			check_known(arena, header, "DPoP", credentials);
		else
			CHECK(strncasecmp(header, "Bearer ", 7) != 0 &&
			      strncasecmp(header, "Basic ", 6) != 0 && strncasecmp(header, "DPoP ", 5) != 0);
	}
	arena_free(arena);
	return 0;
}
