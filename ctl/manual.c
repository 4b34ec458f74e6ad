/*
 * gatehousectl --manual: the table of commands as a manual page, man(7).
 */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

/* A hyphen that people copy must stay one, and a line that begins with a dot or an apostrophe is no request. */
static void
print_text(const char *text)
{
	if (text[0] == '.' || text[0] == '\'')
		fputs("\\&", stdout);
	for (; *text != '\0'; text++) {
		if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '\'')
			fputs("\\(cq", stdout);
		else
			putchar(*text);
	}
}

static void
print_option(const struct ctl_option *option)
{
	fputs(".RS\n.TP\n.BI \"\\-\\-", stdout);
	print_text(option->name);
	fputs(" \" \"", stdout);
	print_text(option->value == NULL ? "" : option->value);
	fputs("\"\n", stdout);
	if (option->is_required)
		fputs("(required)\n", stdout);
	print_text(option->summary);
	fputs("\n.RE\n", stdout);
}

void
ctl_print_manual(const struct ctl_command *commands)
{
	fputs(".TH GATEHOUSECTL 1 \"\" \"Gatehouse " PACKAGE_VERSION "\" \"Gatehouse\"\n"
	      ".SH NAME\ngatehousectl \\- set up, look after and repair a Gatehouse installation\n"
	      ".SH SYNOPSIS\n.B gatehousectl\n[\\fB\\-\\-config\\fR \\fIFILE\\fR] [\\fB\\-\\-json\\fR] \\fICOMMAND\\fR "
	      "[\\fIOPTIONS\\fR]\n"
	      ".SH DESCRIPTION\nIt talks to the database with the account of the configuration file, not to the server, so it\n"
	      "works while nothing else runs. Run it as root or as the user gatehouse.\n"
	      ".SH OPTIONS\n.TP\n.BI \"\\-\\-config \" FILE\nthe configuration (default ", stdout);
	print_text(GATEHOUSE_CONFIG_FILE);
	fputs(")\n.TP\n.B \\-\\-json\nprint JSON\n.TP\n.B \\-\\-help\nall commands; after a command, that command\\(cqs\n"
	      ".TP\n.B \\-\\-manual\nthis page\n.SH COMMANDS\n", stdout);
	for (const struct ctl_command *command = commands; command->name != NULL; command++) {
		fputs(".TP\n.BI \"", stdout);
		print_text(command->name);
		printf(" \" \"%s%s%s\"\n", command->operand == NULL ? "" : command->operand, command->second == NULL ? "" : " ",
		       command->second == NULL ? "" : command->second);
		print_text(command->summary);
		putchar('\n');
		for (const struct ctl_option *option = command->options; option != NULL && option->name != NULL; option++)
			print_option(option);
	}
	fputs(".SH EXIT STATUS\n0 done, 1 a warning, 2 failed.\n"
	      ".SH SEE ALSO\n.BR gatehouse.conf (5),\n.BR gatehoused (8)\n", stdout);
}
