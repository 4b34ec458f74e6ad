/*
 * The FastCGI side of one request, so that libfcgi's header stays in one file: parameters in, one reply out.
 */
#ifndef GATEHOUSE_FCGI_GATEWAY_H
#define GATEHOUSE_FCGI_GATEWAY_H

#include "lib/arena.h"
#include "lib/errors.h"
#include "lib/http.h"

struct gateway;

/*
 * For a listening socket that doesn't block. Installs no signal handlers of libfcgi's, provided that those of SIGTERM, SIGUSR1 and
 * SIGPIPE aren't the default. One per process; never NULL (a process that can't open it ends).
 */
struct gateway *gateway_open(int listen_fd);
void gateway_close(struct gateway *);

/* Waits for a connection; signals that are blocked are let in here and nowhere else. False when one came: look at your flags. */
bool gateway_wait(struct gateway *);
/* Takes the connection that waits and reads the request's head. False when another worker took it or it was no request. */
bool gateway_accept(struct gateway *);
/* Every parameter with its name as nginx sent it (REQUEST_URI, HTTP_X_ORG_ID …), doubled ones included, in the arena. */
struct name_values gateway_parameters(struct gateway *, struct arena *);
/* The body: ERR_BODY_TOO_LARGE above max_bytes (judged by CONTENT_LENGTH, before reading), ERR_INCOMPLETE_REQUEST when cut. */
enum err gateway_read_body(struct gateway *, struct arena *, size_t max_bytes, struct bytes *ret_body) MUST_CHECK;
/* Was the request cut or aborted? (FCGX_GetError(in)) */
bool gateway_is_cut(struct gateway *);
/*
 * Head ("Status: 200 OK\r\n…\r\n\r\n") and body; a reply that fits libfcgi's buffer is one write. Large files come in several parts, so
 * that they needn't stand in memory twice.
 */
void gateway_put(struct gateway *, const char *data, size_t len);
/* Sends what is left and ends the request. */
void gateway_finish(struct gateway *);

#endif
