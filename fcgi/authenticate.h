/*
 * What a handler may ask about the caller's credential beyond the request itself.
 */
#ifndef GATEHOUSE_FCGI_AUTHENTICATE_H
#define GATEHOUSE_FCGI_AUTHENTICATE_H

#include "fcgi/request.h"

/* The token that a session's state-changing requests must carry (users.md rule 5); the session's for its whole life. */
enum err csrf_token(const struct request *, const char **ret_token) MUST_CHECK;

#endif
