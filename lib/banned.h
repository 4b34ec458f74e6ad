/*
 * Calls that hide length errors, locale, shared state or a shell; with this header each use is a build error (a deprecation warning under
 * -Werror). The build includes it by -include into every file of ours. Unlike `#pragma GCC poison`, system headers may still name a
 * parameter "rand".
 */
#ifndef GATEHOUSE_LIB_BANNED_H
#define GATEHOUSE_LIB_BANNED_H

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* clang takes no attribute where glibc has an inline definition (fortified builds); gcc does, and both compile every change. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wignored-attributes"

#define BANNED(function)                                                                           \
	extern __typeof__(function) function __attribute__((deprecated("banned, see lib/banned.h")));

BANNED(strcpy)
BANNED(strcat)
BANNED(strncpy)
BANNED(strncat)
BANNED(sprintf)
BANNED(vsprintf)
BANNED(strtok)
BANNED(strerror)
BANNED(system)
BANNED(popen)
BANNED(rand)
BANNED(srand)
BANNED(random)
BANNED(srandom)
BANNED(drand48)
BANNED(localtime)
BANNED(gmtime)
BANNED(ctime)
BANNED(asctime)
BANNED(tmpnam)
BANNED(tempnam)
BANNED(mktemp)
BANNED(setlocale)

#undef BANNED
#pragma GCC diagnostic pop

#pragma GCC poison atoi atol atoll atof

#endif
