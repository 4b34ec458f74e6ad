/*
 * The control of the sanitizer build: writes one octet past what it was given by the arena, so it must not live to say "alive".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

int
main(int argc, char **argv)
{
	struct arena *arena = arena_new(65536);
	size_t room = 24;
	char *text = arena_alloc(arena, room);

	/* Without an argument it stays inside: the control of the control. */
	memset(text, 'x', argc > 1 ? room + 1 : room);
	printf("alive %c\n", text[strlen(argv[0]) % room]);
	arena_free(arena);
	return EXIT_SUCCESS;
}
