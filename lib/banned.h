/*
 * Calls that hide length errors, locale, shared state or a shell; including this header turns each use into a build error.
 * The build includes it by -include into every file of ours after the system headers it needs are known to be clean.
 */
#ifndef GATEHOUSE_LIB_BANNED_H
#define GATEHOUSE_LIB_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok strncpy strncat atoi atol atoll atof
#pragma GCC poison system popen rand srand random srandom drand48 localtime gmtime ctime asctime
#pragma GCC poison tmpnam mktemp tempnam alloca setlocale strerror

#endif
