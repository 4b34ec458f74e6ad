/*
 * libfcgi behind our own four calls; the only file that includes its header.
 *
 * What it lacks is made up for here. It has no time limits, so that a connection is told apart from
 * waiting (the watchdog counts from there). It misses a signal that comes between a check and
 * accept(), so we wait ourselves, with the signals let in only during that wait. And a kept
 * connection would bind a worker to one client, so each is closed after its request.
 */
#include "fcgi/gateway.h"

#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/encode.h"
#include "sys/log.h"

struct gateway {
	FCGX_Request request;
	int epoll_fd;
};

/* A process has one. */
static struct gateway the_gateway;

static void
give_up(const char *message)
{
	log_event(LOG_ERROR, message, strerrordesc_np(errno));
	_exit(EXIT_FAILURE);
}

struct gateway *
gateway_open(int listen_fd)
{
	struct gateway *gateway = &the_gateway;
	/* Exclusive: a connection wakes one worker, not all of them. */
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };

	gateway->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (gateway->epoll_fd < 0 ||
	    epoll_ctl(gateway->epoll_fd, EPOLL_CTL_ADD, listen_fd, &event) != 0)
		give_up("can't watch the socket");
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&gateway->request, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		give_up("libfcgi doesn't start");
	return gateway;
}

void
gateway_close(struct gateway *gateway)
{
	FCGX_Free(&gateway->request, 1);
	close(gateway->epoll_fd);
}

/*
 * A wait that finds a connection ready lets no signal in: under steady load a worker would never
 * hear that it must stop, and be killed in the middle of a request when the drain is over.
 */
static bool
let_pending_signal_in(void)
{
	sigset_t pending, none, before;

	if (sigpending(&pending) != 0 || sigismember(&pending, SIGTERM) != 1)
		return false;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return true;
}

bool
gateway_wait(struct gateway *gateway)
{
	struct epoll_event event;
	sigset_t none;

	if (let_pending_signal_in())
		return false;
	sigemptyset(&none);
	return epoll_pwait(gateway->epoll_fd, &event, 1, -1, &none) == 1;
}

bool
gateway_accept(struct gateway *gateway)
{
	return FCGX_Accept_r(&gateway->request) == 0;
}

struct name_values
gateway_parameters(struct gateway *gateway, struct arena *arena)
{
	struct name_values values = { .count = 0 };

	while (gateway->request.envp[values.count] != NULL)
		values.count++;
	values.items = ARENA_ARRAY(arena, values.count, struct name_value);
	for (size_t i = 0; i < values.count; i++) {
		char *pair = arena_strdup(arena, gateway->request.envp[i]);
		char *equals = strchrnul(pair, '=');

		values.items[i] = (struct name_value){
			.name = pair,
			.value = *equals == '=' ? equals + 1 : equals,
		};
		*equals = '\0';
	}
	return values;
}

/* CONTENT_LENGTH as a number; absent or empty is 0. */
static bool
content_length(struct gateway *gateway, int64_t *ret_len)
{
	const char *text = FCGX_GetParam("CONTENT_LENGTH", gateway->request.envp);

	if (text != NULL && text[0] != '\0')
		return int_parse(text, 0, INT64_MAX, ret_len);
	*ret_len = 0;
	return true;
}

enum err
gateway_read_body(struct gateway *gateway, struct arena *arena, size_t max_bytes,
		  struct bytes *ret_body)
{
	int64_t len;

	if (!content_length(gateway, &len))
		return ERR_INCOMPLETE_REQUEST;
	if ((uint64_t)len > max_bytes || len > INT_MAX)
		return ERR_BODY_TOO_LARGE;
	char *data = arena_alloc(arena, (size_t)len + 1);
	arena_wipe_later(arena, data, (size_t)len);
	/*
	 * The octet too many must not be there: it shows a body that is longer, and reads up to the
	 * end, where a cut shows.
	 */
	if (FCGX_GetStr(data, (int)len, gateway->request.in) != (int)len ||
	    FCGX_GetChar(gateway->request.in) != -1 || gateway_is_cut(gateway))
		return ERR_INCOMPLETE_REQUEST;
	*ret_body = (struct bytes){ .data = (const uint8_t *)data, .len = (size_t)len };
	return OK;
}

bool
gateway_is_cut(struct gateway *gateway)
{
	return FCGX_GetError(gateway->request.in) != 0;
}

void
gateway_put(struct gateway *gateway, const char *data, size_t len)
{
	while (len > 0) {
		int part = len < INT_MAX ? (int)len : INT_MAX;
		if (FCGX_PutStr(data, part, gateway->request.out) != part)
			break;
		data += part;
		len -= (size_t)part;
	}
}

/* Whether nothing of the request is left in its connection. A body that wasn't wanted isn't waited for. */
static bool
is_read_whole(struct gateway *gateway)
{
	int64_t len;

	if (!content_length(gateway, &len))
		return false;
	return (len == 0 ? FCGX_GetChar(gateway->request.in) == -1 :
			   FCGX_HasSeenEOF(gateway->request.in) != 0) &&
	       !gateway_is_cut(gateway);
}

void
gateway_finish(struct gateway *gateway)
{
	/*
	 * Octets that nobody read would reset the connection under the answer, so libfcgi waits
	 * until the web server has closed it: for nothing, where all was read.
	 */
	if (is_read_whole(gateway))
		FCGX_Detach(&gateway->request);
	FCGX_Finish_r(&gateway->request);
	/*
	 * Also when the web server asked to keep the connection: nobody else could be served while
	 * it is idle.
	 */
	FCGX_Free(&gateway->request, 1);
}
