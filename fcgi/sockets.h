/*
 * The listening sockets of the pools: taken from systemd when it hands them over, else made in the
 * configured directory.
 */
#ifndef GATEHOUSE_FCGI_SOCKETS_H
#define GATEHOUSE_FCGI_SOCKETS_H

#include "fcgi/route.h"
#include "lib/config.h"

/* Length of sun_path (unix(7)). */
#define SOCKET_PATH_SIZE 108

struct sockets {
	int fd[POOL_COUNT];
	/* "" for a socket that was handed over: it isn't ours to remove. */
	char path[POOL_COUNT][SOCKET_PATH_SIZE];
};

/* "request", "password": the socket's name for systemd and, with ".sock", its file. */
const char *pool_name(enum pool);

/* None of them blocks. False with a sentence on stderr. */
bool sockets_open(const struct config *, struct sockets *ret_sockets);
/* Closes, and removes the files that sockets_open() made. */
void sockets_close(struct sockets *);

#endif
