/*
 * Progress and refusals of an import.
 */
#include "ctl/import_report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/csv.h"
#include "lib/text.h"
#include "sys/system.h"

#define SHOWN_MAX 20
#define LINE_EVERY_MS (10 * SECOND_MS)

static const char *const head[] = { "row", "identifier", "code", "field", "message" };

static void
write_record(struct import_report *report, const char *const *cells, size_t count)
{
	struct arena_mark mark = arena_mark(report->ctl->arena);
	struct buffer line = buffer_new(report->ctl->arena);

	csv_record(&line, cells, count);
	fwrite(line.data, 1, line.len, report->file);
	arena_rewind(report->ctl->arena, mark);
}

static bool
is_same_file(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* It names people: nobody else may read it. An old report is emptied; the input isn't. */
static bool
open_file(struct import_report *report, const struct import_file *input)
{
	int fd = open(report->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && is_same_file(fd, input->fd)) {
		close(fd);
		ctl_fail("--report: this is the file that is read");
		return false;
	}
	report->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (report->file == NULL) {
		ctl_fail("--report: %s: %s", report->path, strerrordesc_np(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	return true;
}

bool
import_report_open(struct ctl *ctl, const struct import_file *input, struct import_report *ret)
{
	*ret = (struct import_report){
		.ctl = ctl,
		.path = ctl_option(ctl, "report"),
		.started_ms = clock_monotonic_ms(),
		.next_line_ms = clock_monotonic_ms() + LINE_EVERY_MS,
		.is_terminal = isatty(STDERR_FILENO) == 1,
	};
	if (ret->path != NULL && !open_file(ret, input))
		return false;
	import_report_rewind(ret);
	return true;
}

void
import_report_rewind(struct import_report *report)
{
	report->shown = 0;
	if (report->file == NULL)
		return;
	rewind(report->file);
	if (ftruncate(fileno(report->file), 0) == 0)
		write_record(report, head, ARRAY_LEN(head));
}

static void
leave_line(struct import_report *report)
{
	if (report->is_in_line)
		fputs("\r\033[K", stderr);
	report->is_in_line = false;
}

static void
show(struct import_report *report, const struct import_refusal *refusal)
{
	/* A terminal obeys what it is shown. */
	const char *who = text_is_clean(refusal->identifier, false) ? refusal->identifier : "?";

	leave_line(report);
	if (report->shown++ < SHOWN_MAX)
		fprintf(stderr, "row %lld (%s): %s%s%s: %s\n", (long long)refusal->row, who, refusal->code,
			refusal->field == NULL ? "" : " ", refusal->field == NULL ? "" : refusal->field, refusal->message);
	else if (report->shown == SHOWN_MAX + 1)
		fprintf(stderr, "more rows were refused; %s\n",
			report->file == NULL ? "--report FILE lists all of them" : report->path);
}

void
import_report_add(struct import_report *report, const struct import_refusal *refusal)
{
	char row[24];
	const char *const cells[] = { row, refusal->identifier, refusal->code, refusal->field, refusal->message };

	snprintf(row, sizeof(row), "%lld", (long long)refusal->row);
	if (report->file != NULL)
		write_record(report, cells, ARRAY_LEN(cells));
	show(report, refusal);
}

void
import_report_progress(struct import_report *report, const struct import_file *input, int64_t rows, int64_t failed)
{
	int64_t now_ms = clock_monotonic_ms(), since_ms = now_ms - report->started_ms;
	long long percent = input->size > 0 ? (long long)(input->taken * 100 / input->size) : 100;
	long long pace = since_ms > 0 ? (long long)(rows * SECOND_MS / since_ms) : 0;

	if (!report->is_terminal && now_ms < report->next_line_ms)
		return;
	report->next_line_ms = now_ms + LINE_EVERY_MS;
	leave_line(report);
	fprintf(stderr, "%3lld %%  %lld rows, %lld refused, %lld a second%s", percent, (long long)rows, (long long)failed, pace,
		report->is_terminal ? "" : "\n");
	fflush(stderr);
	report->is_in_line = report->is_terminal;
}

bool
import_report_close(struct import_report *report)
{
	bool is_whole = true;

	leave_line(report);
	if (report->file != NULL) {
		is_whole = fflush(report->file) == 0 && ferror(report->file) == 0;
		is_whole = fclose(report->file) == 0 && is_whole;
	}
	if (!is_whole)
		ctl_fail("--report: %s: it can't be written", report->path);
	return is_whole;
}
