/*
 * The byte-level scan that json-c is guarded with.
 */
#ifndef GATEHOUSE_LIB_JSON_SCAN_H
#define GATEHOUSE_LIB_JSON_SCAN_H

#include "lib/base.h"

struct json_scan {
	const char *reason;	/* what is wrong; NULL when nothing is */
	size_t offset;		/* at which octet */
	size_t members;		/* of all objects together */
};

/* Is this one JSON text by RFC 8259 and by the limits of lib/json.h, duplicate names aside? */
bool json_scan(const char *text, size_t len, struct json_scan *ret);

#endif
