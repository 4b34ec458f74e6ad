/*
 * Prints gatehouse.conf.example for the installation, or with --manual gatehouse.conf(5), from the one table of configuration keys.
 */
#include <stdio.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/config.h"

int
main(int argc, char **argv)
{
	struct arena *arena = arena_new((size_t)1024 * 1024);
	struct buffer text = buffer_new(arena);

	if (argc == 2 && strcmp(argv[1], "--manual") == 0)
		config_print_manual(&text);
	else
		config_print_example(&text);
	fputs(buffer_string(&text), stdout);
	arena_free(arena);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
