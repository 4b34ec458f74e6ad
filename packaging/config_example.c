/*
 * Prints gatehouse.conf.example for the installation, from the one table of configuration keys.
 */
#include <stdio.h>

#include "lib/arena.h"
#include "lib/config.h"

int
main(void)
{
	struct arena *arena = arena_new((size_t)1024 * 1024);
	struct buffer text = buffer_new(arena);

	config_print_example(&text);
	fputs(buffer_string(&text), stdout);
	arena_free(arena);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
