/*
 * A file of people, read record by record through a window of fixed size: CSV with a header, JSON Lines, or JSON whose array is the text or
 * its member "users".
 */
#ifndef GATEHOUSE_CTL_IMPORT_FILE_H
#define GATEHOUSE_CTL_IMPORT_FILE_H

#include "ctl/ctl.h"
#include "lib/json_split.h"

/* A longer record ends the import: somebody left a quote open. */
#define IMPORT_RECORD_MAX ((size_t)1024 * 1024)

enum import_container { CONTAINER_UNKNOWN, CONTAINER_CSV, CONTAINER_LINES, CONTAINER_JSON };

struct import_file {
	const char *path;
	int fd;
	int64_t size;			/* octets of the file */
	int64_t taken;			/* octets that records were made of */
	int64_t row;			/* of the record read last; a CSV's header is row 1, else the first record */
	enum import_container container;
	char *window;			/* window[start] to window[end] is read and not taken */
	size_t start, end;
	bool is_at_end;
	struct json_split split;
	char separator;			/* of CSV, whose columns these are */
	const char *const *columns;
	size_t column_count;
};

enum import_read {
	IMPORT_RECORD,
	IMPORT_BAD_RECORD,	/* *ret_problem says why; the next one may be good */
	IMPORT_END,
	IMPORT_BROKEN,		/* after a line on stderr: what follows can't be read */
};

/* False after a line on stderr. container: CONTAINER_UNKNOWN to look at how it begins. */
bool import_file_open(struct ctl *, const char *path, enum import_container, struct import_file *ret);
void import_file_close(struct import_file *);
/* From the beginning again. False after a line on stderr. */
bool import_file_rewind(struct ctl *, struct import_file *);
/* The record's texts are the arena's. */
enum import_read import_file_next(struct import_file *, struct arena *, struct json *ret_record, const char **ret_problem);

#endif
