/*
 * Prints gatehouse.conf(5), man(7), from the table of configuration keys.
 */
#include "lib/config_keys.h"

static void
print_text(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '-')
			buffer_text(out, "\\-");
		else if (*text == '\\')
			buffer_text(out, "\\e");
		else if (*text == '\'')
			buffer_text(out, "\\(cq");
		else
			buffer_char(out, *text);
	}
}

static void
print_default(struct buffer *out, const struct config_key *key)
{
	if (key->is_required) {
		buffer_text(out, "Required.");
	} else if (key->type == CONFIG_INT || key->type == CONFIG_UINT32) {
		buffer_printf(out, "From %lld to %lld; default %lld.", (long long)key->min, (long long)key->max,
			      (long long)key->int_default);
	} else if (key->type == CONFIG_BOOL) {
		buffer_printf(out, "Default %s.", key->int_default ? "true" : "false");
	} else if (key->text_default[0] == '\0') {
		buffer_text(out, "Empty by default.");
	} else {
		buffer_text(out, "Default: ");
		print_text(out, key->text_default);
	}
	buffer_char(out, '\n');
}

void
config_print_manual(struct buffer *out)
{
	buffer_text(out, ".TH GATEHOUSE.CONF 5 \"\" \"Gatehouse " PACKAGE_VERSION "\" \"Gatehouse\"\n"
			 ".SH NAME\ngatehouse.conf \\- configuration of Gatehouse\n"
			 ".SH DESCRIPTION\nThe file is in the syntax of libconfig: \\fIname\\fR = \\fIvalue\\fR; where a name with a dot\n"
			 "stands in a group: database = { name = \"gatehouse\"; };. What isn\\(cqt there has its default. A key that\n"
			 "isn\\(cqt known and a value that can\\(cqt be are errors:\n"
			 ".B gatehoused \\-\\-check\\-config\nnames the line. The server reads the file at its start and on SIGHUP.\n"
			 ".SH KEYS\n");
	for (size_t i = 0; i < config_key_count; i++) {
		buffer_text(out, ".TP\n.B ");
		print_text(out, config_keys[i].path);
		buffer_char(out, '\n');
		print_text(out, config_keys[i].meaning);
		buffer_char(out, '\n');
		print_default(out, &config_keys[i]);
	}
	buffer_text(out, ".SH SEE ALSO\n.BR gatehousectl (1),\n.BR gatehoused (8)\n");
}
