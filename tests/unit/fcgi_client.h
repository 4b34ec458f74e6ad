/*
 * A FastCGI client of one request, for tests of the processes: what nginx would send, and no more.
 */
#ifndef GATEHOUSE_TESTS_UNIT_FCGI_CLIENT_H
#define GATEHOUSE_TESTS_UNIT_FCGI_CLIENT_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* Record types and sizes of the FastCGI specification, section 8. */
enum {
	FCGI_BEGIN = 1,
	FCGI_END = 3,
	FCGI_PARAMS = 4,
	FCGI_STDIN = 5,
	FCGI_STDOUT = 6,
	FCGI_HEAD = 8
};

static inline size_t
fcgi_record(uint8_t *out, uint8_t type, const void *data, size_t len)
{
	const uint8_t head[FCGI_HEAD] = { 1, type, 0, 1, (uint8_t)(len >> 8), (uint8_t)len, 0, 0 };

	memcpy(out, head, sizeof(head));
	if (len > 0)
		memcpy(out + sizeof(head), data, len);
	return sizeof(head) + len;
}

/* A whole request for this path, without a body. keep: the connection may stay open. */
static inline size_t
fcgi_request(uint8_t *out, const char *path, int keep)
{
	const uint8_t begin[8] = { 0, 1, keep ? 1 : 0 };
	uint8_t params[256];
	size_t path_len = strlen(path);
	size_t params_len = 2 + strlen("REQUEST_URI") + path_len;
	size_t len = fcgi_record(out, FCGI_BEGIN, begin, sizeof(begin));

	params[0] = (uint8_t)strlen("REQUEST_URI");
	params[1] = (uint8_t)path_len;
	memcpy(params + 2, "REQUEST_URI", strlen("REQUEST_URI"));
	memcpy(params + 2 + strlen("REQUEST_URI"), path, path_len);
	len += fcgi_record(out + len, FCGI_PARAMS, params, params_len);
	len += fcgi_record(out + len, FCGI_PARAMS, NULL, 0);
	return len + fcgi_record(out + len, FCGI_STDIN, NULL, 0);
}

/* -1: nobody listens. A wait of more than ten seconds for anything counts as cut. */
static inline int
fcgi_connect(const char *socket_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = 10 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Reads to the end; closes. 1: a whole answer, whose text is in ret_text; 0: cut. */
static inline int
fcgi_finish(int fd, char *ret_text, size_t room)
{
	uint8_t data[8192];
	size_t len = 0, at = 0, text_len = 0;
	int is_ended = 0;

	for (ssize_t n = 1; n > 0 && len < sizeof(data);) {
		n = read(fd, data + len, sizeof(data) - len);
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	while (at + FCGI_HEAD <= len) {
		size_t body = (size_t)data[at + 4] << 8 | data[at + 5];
		if (data[at + 1] == FCGI_STDOUT && text_len + body < room) {
			memcpy(ret_text + text_len, data + at + FCGI_HEAD, body);
			text_len += body;
		}
		is_ended |= data[at + 1] == FCGI_END;
		at += FCGI_HEAD + body + data[at + 6];
	}
	ret_text[text_len] = '\0';
	return is_ended;
}

#endif
