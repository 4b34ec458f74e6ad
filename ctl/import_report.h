/*
 * What people see of an import while it runs: how far it is, which rows were refused and why, on the terminal and in a file.
 */
#ifndef GATEHOUSE_CTL_IMPORT_REPORT_H
#define GATEHOUSE_CTL_IMPORT_REPORT_H

#include <stdio.h>

#include "ctl/import_file.h"

struct import_refusal {
	int64_t row;
	const char *identifier;	/* e-mail, username, phone or external id; "" when it has none */
	const char *code;	/* validation_failed, email_taken … */
	const char *field;	/* NULL: none */
	const char *message;
};

struct import_report {
	struct ctl *ctl;
	FILE *file;		/* NULL: no --report */
	const char *path;
	int64_t started_ms;
	int64_t next_line_ms;	/* when the next line of progress is due */
	unsigned shown;		/* refusals on the terminal */
	bool is_in_line;	/* the terminal's cursor stands behind a line of progress */
	bool is_terminal;
};

/* Makes the file of --report, which must not be the input. False after a line on stderr. */
bool import_report_open(struct ctl *, const struct import_file *input, struct import_report *ret);
/* Nothing was refused yet. */
void import_report_rewind(struct import_report *);
void import_report_add(struct import_report *, const struct import_refusal *);
/* rows of which `failed` were refused. To a terminal each time, else a line every ten seconds. */
void import_report_progress(struct import_report *, const struct import_file *input, int64_t rows, int64_t failed);
/* False after a line on stderr: the file isn't whole. */
bool import_report_close(struct import_report *);

#endif
