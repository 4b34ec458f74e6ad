/*
 * What the table of commands needs to know of users import.
 */
#ifndef GATEHOUSE_CTL_IMPORT_H
#define GATEHOUSE_CTL_IMPORT_H

/* auto, json … in the order of --format; NULL-terminated. */
extern const char *const import_format_names[];

#endif
