/*
 * Proofs of possession: what is taken has three parts, a thumbprint, and is refused for another method, address and time.
 */
#include "lib/dpop.h"
#include "tests/fuzz/fuzz.h"

#define ISSUED_MS (INT64_C(1562262616) * SECOND_MS)

static void
check_refused(struct arena *arena, const char *proof, struct dpop_expected expected)
{
	struct dpop_proof ret;

	CHECK(dpop_problem(arena, proof, &expected, &ret) != NULL);
}

static void
check_taken(struct arena *arena, const char *proof, struct dpop_expected expected, const struct dpop_proof *taken)
{
	CHECK(dpop_thumbprint_is_valid(taken->thumbprint) && taken->digest.len == 32);
	CHECK(strchr(proof, '.') != NULL && strrchr(proof, '.') != strchr(proof, '.'));
	check_refused(arena, arena_printf(arena, "%sA", proof), expected);
	expected.method = "GET";
	check_refused(arena, proof, expected);
	expected.method = "POST";
	expected.url = "https://elsewhere.example/token";
	check_refused(arena, proof, expected);
	expected.url = "https://server.example.com/token";
	expected.now_ms += 3 * DPOP_WINDOW_MS;
	check_refused(arena, proof, expected);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const char *proof = fuzz_text(arena, data, len);
	const struct dpop_expected expected = { .method = "POST", .url = "https://server.example.com/token", .now_ms = ISSUED_MS };
	struct dpop_proof ret;

	if (dpop_problem(arena, proof, &expected, &ret) == NULL)
		check_taken(arena, proof, expected, &ret);
	arena_free(arena);
	return 0;
}
