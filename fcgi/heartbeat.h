/*
 * What each worker is doing, in memory that it shares with the master: one word a worker, so that a
 * worker that hangs or dies leaves nothing unreadable.
 */
#ifndef GATEHOUSE_FCGI_HEARTBEAT_H
#define GATEHOUSE_FCGI_HEARTBEAT_H

#include "lib/base.h"

#define HEARTBEAT_SLOTS 1024

struct heartbeats;

/* NULL with errno set when there is no memory. */
struct heartbeats *heartbeats_new(void);

/* The master's: a worker is about to start in this slot. */
void heartbeat_start(struct heartbeats *, unsigned slot);
/* And what kind it is (the caller's number); NOBODY once it has ended. */
#define HEARTBEAT_NOBODY UINT32_MAX
void heartbeat_name(struct heartbeats *, unsigned slot, unsigned kind);
/*
 * The worker's: waits for work, or has begun to work (or goes on working: a job that takes long) at
 * this monotonic time.
 */
void heartbeat_idle(struct heartbeats *, unsigned slot);
void heartbeat_busy(struct heartbeats *, unsigned slot, int64_t now_ms);

/* The master's questions. Has the worker come as far as waiting for work? */
bool heartbeat_is_up(struct heartbeats *, unsigned slot);
enum heartbeat_state { HEARTBEAT_STARTING, HEARTBEAT_IDLE, HEARTBEAT_BUSY, HEARTBEAT_STATES };

/* Anybody's question. False when nobody was named for the slot, or nobody is there any more. */
bool heartbeat_look(struct heartbeats *, unsigned slot, unsigned *ret_kind, enum heartbeat_state *ret_state);
/* How long it has been busy without a sign of life; 0 when it isn't. */
int64_t heartbeat_busy_ms(struct heartbeats *, unsigned slot, int64_t now_ms);

#endif
