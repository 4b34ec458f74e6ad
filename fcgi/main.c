/*
 * gatehoused: what its command line says.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "fcgi/describe.h"
#include "fcgi/master.h"
#include "fcgi/route.h"
#include "sys/system.h"

#define CONFIG_ARENA_BYTES_MAX ((size_t)4 * 1024 * 1024)

static const char help[] =
    "Usage: gatehoused [--config FILE] [--jobs]\n"
    "       gatehoused [--config FILE] --check-config\n"
    "       gatehoused --describe | --version | --help\n"
    "\n"
    "The server process of Gatehouse: it answers requests that a web server hands over by\n"
    "FastCGI. It stays in the foreground.\n"
    "\n"
    "  --config FILE    the configuration (default " GATEHOUSE_CONFIG_FILE ")\n"
    "  --jobs           do the work that waits (mail, clean-up) instead of answering requests\n"
    "  --check-config   look for mistakes in the configuration; exit status 1 if there are any\n"
    "  --describe       print every endpoint, permission, error and event as JSON\n"
    "  --version        print the version\n"
    "  --help           print this\n"
    "\n"
    "SIGTERM finishes the requests under way and ends; SIGHUP reads the configuration and\n"
    "the key file again and replaces the workers one by one.\n";

/* What to do, apart from serving. */
enum action {
	ACTION_SERVE = 256,
	ACTION_JOBS,
	ACTION_CHECK,
	ACTION_DESCRIBE,
	ACTION_VERSION,
	ACTION_HELP,
	OPTION_CONFIG
};

static const struct option options[] = {
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "jobs", no_argument, NULL, ACTION_JOBS },
	{ "check-config", no_argument, NULL, ACTION_CHECK },
	{ "describe", no_argument, NULL, ACTION_DESCRIBE },
	{ "version", no_argument, NULL, ACTION_VERSION },
	{ "help", no_argument, NULL, ACTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
check_config(const char *path)
{
	struct arena *arena = arena_new(CONFIG_ARENA_BYTES_MAX);
	bool is_good = config_load(arena, path) != NULL;

	if (is_good)
		printf("%s: no mistakes\n", path);
	arena_free(arena);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
describe(void)
{
	if (!routes_check())
		return EXIT_FAILURE;
	describe_print(stdout);
	return EXIT_SUCCESS;
}

static int
usage_error(void)
{
	fputs("Try `gatehoused --help`.\n", stderr);
	return 2;
}

static int
act(int action, const char *config_path)
{
	switch (action) {
	case ACTION_JOBS: return master_run(config_path, UNIT_JOBS);
	case ACTION_CHECK: return check_config(config_path);
	case ACTION_DESCRIBE: return describe();
	case ACTION_VERSION: puts("gatehoused " PACKAGE_VERSION); return EXIT_SUCCESS;
	case ACTION_HELP: fputs(help, stdout); return EXIT_SUCCESS;
	default: return master_run(config_path, UNIT_REQUESTS);
	}
}

int
main(int argc, char *argv[])
{
	const char *config_path = GATEHOUSE_CONFIG_FILE;
	int action = ACTION_SERVE;

	for (int option = 0; option != -1;) {
		option = getopt_long(argc, argv, "", options, NULL);
		if (option == '?')
			return usage_error();
		if (option == OPTION_CONFIG) {
			config_path = optarg;
		} else if (option != -1) {
			if (action != ACTION_SERVE)
				return usage_error();
			action = option;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "gatehoused: unexpected argument: %s\n", argv[optind]);
		return usage_error();
	}
	int status = act(action, config_path);
	/* A full disk or a closed pipe mustn't pass for success. */
	return fflush(stdout) == 0 && ferror(stdout) == 0 ? status : EXIT_FAILURE;
}
