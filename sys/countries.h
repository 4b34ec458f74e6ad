/*
 * Which country an address is in, by a database in MaxMind's format that the admin keeps (GeoLite2 Country, DB-IP). It is mapped into memory
 * once; nobody is asked.
 */
#ifndef GATEHOUSE_SYS_COUNTRIES_H
#define GATEHOUSE_SYS_COUNTRIES_H

#include "lib/base.h"

#define COUNTRY_LEN	2
#define COUNTRY_UNKNOWN "ZZ"

/* This process uses that database from now on. False when the file isn't there or isn't one: then no country is known. */
bool countries_open(const char *file);
void countries_close(void);
/* ISO 3166-1, two capitals; COUNTRY_UNKNOWN without a database, and for addresses that it doesn't know. */
void country_of(const uint8_t ip[16], char ret_country[COUNTRY_LEN + 1]);

#endif
