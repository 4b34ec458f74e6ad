/*
 * Reads the command line by the table of commands, and prints the table as help.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

static bool
is_word(const char *argument)
{
	return argument[0] != '-' && argument[0] != '\0';
}

/* Does the command's name stand at argv[0..]? *ret_words: how many arguments it takes. */
static bool
name_matches(const char *name, int argc, char **argv, int *ret_words)
{
	const char *space = strchr(name, ' ');
	size_t first_len = space == NULL ? strlen(name) : (size_t)(space - name);

	if (argc < 1 || strlen(argv[0]) != first_len || strncmp(argv[0], name, first_len) != 0)
		return false;
	if (space == NULL) {
		*ret_words = 1;
		return true;
	}
	*ret_words = 2;
	return argc >= 2 && strcmp(argv[1], space + 1) == 0;
}

static const struct ctl_command *
find_command(const struct ctl_command *commands, int argc, char **argv, int *ret_words)
{
	for (const struct ctl_command *command = commands; command->name != NULL; command++) {
		if (name_matches(command->name, argc, argv, ret_words))
			return command;
	}
	return NULL;
}

static const struct ctl_option *
find_option(const struct ctl_command *command, const char *name, size_t len)
{
	for (const struct ctl_option *option = command->options; option != NULL && option->name != NULL;
	     option++) {
		if (strlen(option->name) == len && strncmp(option->name, name, len) == 0)
			return option;
	}
	return NULL;
}

static bool
is_choice(const struct ctl_option *option, const char *text)
{
	for (const char *const *choice = option->choices; *choice != NULL; choice++) {
		if (strcmp(*choice, text) == 0)
			return true;
	}
	return false;
}

static bool
add_value(struct ctl *ctl, const struct ctl_option *option, const char *text)
{
	if (ctl_option(ctl, option->name) != NULL) {
		ctl_fail("--%s is given twice", option->name);
		return false;
	}
	if (option->choices != NULL && !is_choice(option, text)) {
		ctl_fail("--%s: '%s' is none of %s", option->name, text, option->value);
		return false;
	}
	if (option->value != NULL && text[0] == '\0') {
		ctl_fail("--%s is empty", option->name);
		return false;
	}
	ctl->values[ctl->value_count++] = (struct ctl_value){ .option = option, .text = text };
	return true;
}

/* --name value, --name=value or --switch at argv[0]; *ret_taken: 1 or 2. */
static bool
take_option(struct ctl *ctl, int argc, char **argv, int *ret_taken)
{
	const char *name = argv[0] + 2;
	size_t len = strcspn(name, "=");
	const struct ctl_option *option = find_option(ctl->command, name, len);

	*ret_taken = 1;
	if (option == NULL) {
		ctl_fail("'%s' has no option --%.*s", ctl->command->name, (int)len, name);
		return false;
	}
	if (option->value == NULL) {
		if (name[len] == '=') {
			ctl_fail("--%s takes no value", option->name);
			return false;
		}
		return add_value(ctl, option, "");
	}
	if (name[len] == '=')
		return add_value(ctl, option, name + len + 1);
	if (argc < 2) {
		ctl_fail("--%s needs a value: %s", option->name, option->value);
		return false;
	}
	*ret_taken = 2;
	return add_value(ctl, option, argv[1]);
}

/* Options that stand before the command. */
static bool
take_global(struct ctl *ctl, int argc, char **argv, int *ret_taken, bool *ret_wants_help)
{
	*ret_taken = 1;
	if (strcmp(argv[0], "--json") == 0) {
		ctl->as_json = true;
	} else if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
		*ret_wants_help = true;
	} else if (strncmp(argv[0], "--config=", 9) == 0) {
		ctl->config_file = argv[0] + 9;
	} else if (strcmp(argv[0], "--config") == 0 && argc >= 2) {
		ctl->config_file = argv[1];
		*ret_taken = 2;
	} else if (strcmp(argv[0], "--config") == 0) {
		ctl_fail("--config needs a file");
		return false;
	} else {
		ctl_fail("there is no option '%s' before the command", argv[0]);
		return false;
	}
	return true;
}

static bool
take_rest(struct ctl *ctl, int argc, char **argv, bool *ret_wants_help)
{
	for (int i = 0, taken; i < argc && !*ret_wants_help; i += taken) {
		taken = 1;
		if (strcmp(argv[i], "--json") == 0) {
			ctl->as_json = true;
		} else if (strcmp(argv[i], "--help") == 0) {
			*ret_wants_help = true;
		} else if (strncmp(argv[i], "--", 2) == 0) {
			if (!take_option(ctl, argc - i, argv + i, &taken))
				return false;
		} else if (ctl->command->operand != NULL && ctl->operand == NULL && argv[i][0] != '\0') {
			ctl->operand = argv[i];
		} else if (ctl->command->second != NULL && ctl->second == NULL && argv[i][0] != '\0') {
			ctl->second = argv[i];
		} else {
			ctl_fail("'%s' doesn't know what to do with '%s'", ctl->command->name, argv[i]);
			return false;
		}
	}
	return true;
}

static bool
has_what_it_needs(const struct ctl *ctl)
{
	if (ctl->command->operand != NULL && ctl->command->operand[0] != '[' && ctl->operand == NULL) {
		ctl_fail("'%s' needs %s", ctl->command->name, ctl->command->operand);
		return false;
	}
	for (const struct ctl_option *option = ctl->command->options; option != NULL && option->name != NULL;
	     option++) {
		if (option->is_required && ctl_option(ctl, option->name) == NULL) {
			ctl_fail("'%s' needs --%s %s", ctl->command->name, option->name, option->value);
			return false;
		}
	}
	return true;
}

bool
ctl_parse(struct ctl *ctl, int argc, char **argv, const struct ctl_command *commands, bool *ret_wants_help)
{
	int at = 1, taken;

	*ret_wants_help = false;
	for (; at < argc && !is_word(argv[at]) && !*ret_wants_help; at += taken) {
		if (!take_global(ctl, argc - at, argv + at, &taken, ret_wants_help))
			return false;
	}
	if (*ret_wants_help)
		return true;
	if (at >= argc) {
		ctl_fail("which command? See gatehousectl --help");
		return false;
	}
	ctl->command = find_command(commands, argc - at, argv + at, &taken);
	if (ctl->command == NULL) {
		bool has_second = at + 1 < argc && is_word(argv[at + 1]);
		ctl_fail("there is no command '%s%s%s'. See gatehousectl --help", argv[at],
			 has_second ? " " : "", has_second ? argv[at + 1] : "");
		return false;
	}
	if (!take_rest(ctl, argc - at - taken, argv + at + taken, ret_wants_help))
		return false;
	return *ret_wants_help || has_what_it_needs(ctl);
}

const char *
ctl_option(const struct ctl *ctl, const char *name)
{
	for (size_t i = 0; i < ctl->value_count; i++) {
		if (strcmp(ctl->values[i].option->name, name) == 0)
			return ctl->values[i].text;
	}
	return NULL;
}

static void
print_usage(const struct ctl_command *command)
{
	printf("  %s%s%s%s%s\n      %s\n", command->name, command->operand == NULL ? "" : " ",
	       command->operand == NULL ? "" : command->operand, command->second == NULL ? "" : " ",
	       command->second == NULL ? "" : command->second, command->summary);
}

static void
print_options(const struct ctl_command *command)
{
	for (const struct ctl_option *option = command->options; option != NULL && option->name != NULL;
	     option++) {
		printf("      --%s%s%s%s\n          %s\n", option->name, option->value == NULL ? "" : " ",
		       option->value == NULL ? "" : option->value, option->is_required ? " (required)" : "",
		       option->summary);
	}
}

void
ctl_print_help(const struct ctl_command *commands)
{
	printf("Usage: gatehousectl [--config FILE] [--json] COMMAND [OPTIONS]\n\n"
	       "Sets up, looks after and repairs a Gatehouse installation. It talks to the database, not to "
	       "the server.\n\n"
	       "  --config FILE   the configuration (default %s)\n"
	       "  --json          print JSON\n"
	       "  --help          this text; after a command, that command's\n\n"
	       "Commands:\n",
	       GATEHOUSE_CONFIG_FILE);
	for (const struct ctl_command *command = commands; command->name != NULL; command++) {
		print_usage(command);
		print_options(command);
	}
	printf("\nExit status: 0 done, 1 a warning, 2 failed.\n");
}

void
ctl_print_command_help(const struct ctl_command *command)
{
	printf("Usage: gatehousectl [--config FILE] [--json]\n");
	print_usage(command);
	print_options(command);
}
