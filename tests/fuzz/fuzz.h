/*
 * What every fuzz target begins with. A target checks a property of what was accepted, not only that nothing crashed: CHECK ends the
 * process, which libFuzzer and the replay both count as a finding.
 */
#ifndef GATEHOUSE_TESTS_FUZZ_H
#define GATEHOUSE_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define FUZZ_ARENA_BYTES ((size_t)8 * 1024 * 1024)

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The input up to its first NUL as text: what a FastCGI parameter can hold. */
static inline const char *
fuzz_text(struct arena *arena, const uint8_t *data, size_t len)
{
	const void *end = memchr(data, '\0', len);

	return arena_strndup(arena, (const char *)data, end == NULL ? len : (size_t)((const uint8_t *)end - data));
}

#endif
