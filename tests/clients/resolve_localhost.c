/*
 * For programs that a test preloads this into: every name under .localhost is 127.0.0.1 (RFC 6761 section 6.3), as browsers and curl have it
 * and libc doesn't.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	static const char END[] = ".localhost";
	lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
	size_t len = name != NULL ? strlen(name) : 0;

	if (len > strlen(END) && strcmp(name + len - strlen(END), END) == 0)
		name = "127.0.0.1";
	return real(name, service, hints, ret);
}
