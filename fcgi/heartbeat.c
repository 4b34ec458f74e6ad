/*
 * The heartbeat words: starting, idle, or the monotonic time since when a worker is busy.
 */
#include "fcgi/heartbeat.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define STARTING 0
#define IDLE     1

struct heartbeats {
	struct {
		/* A cache line each: workers write theirs twice a request. */
		alignas(64) _Atomic int64_t state;
		_Atomic uint32_t kind_after_one; /* 0: nobody is there */
	} slots[HEARTBEAT_SLOTS];
};

struct heartbeats *
heartbeats_new(void)
{
	void *memory = mmap(NULL, sizeof(struct heartbeats), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void
set_state(struct heartbeats *beats, unsigned slot, int64_t state)
{
	atomic_store_explicit(&beats->slots[slot].state, state, memory_order_relaxed);
}

static int64_t
get_state(struct heartbeats *beats, unsigned slot)
{
	return atomic_load_explicit(&beats->slots[slot].state, memory_order_relaxed);
}

void
heartbeat_start(struct heartbeats *beats, unsigned slot)
{
	set_state(beats, slot, STARTING);
}

void
heartbeat_idle(struct heartbeats *beats, unsigned slot)
{
	set_state(beats, slot, IDLE);
}

void
heartbeat_busy(struct heartbeats *beats, unsigned slot, int64_t now_ms)
{
	set_state(beats, slot, now_ms > IDLE ? now_ms : IDLE + 1);
}

bool
heartbeat_is_up(struct heartbeats *beats, unsigned slot)
{
	return get_state(beats, slot) != STARTING;
}

int64_t
heartbeat_busy_ms(struct heartbeats *beats, unsigned slot, int64_t now_ms)
{
	int64_t state = get_state(beats, slot);

	return state == STARTING || state == IDLE ? 0 : now_ms - state;
}

void
heartbeat_name(struct heartbeats *beats, unsigned slot, unsigned kind)
{
	atomic_store_explicit(&beats->slots[slot].kind_after_one, kind + 1, memory_order_relaxed);
}

bool
heartbeat_look(struct heartbeats *beats, unsigned slot, unsigned *ret_kind, enum heartbeat_state *ret_state)
{
	uint32_t kind_after_one =
	    atomic_load_explicit(&beats->slots[slot].kind_after_one, memory_order_relaxed);
	int64_t state = get_state(beats, slot);

	if (kind_after_one == 0)
		return false;
	*ret_kind = kind_after_one - 1;
	*ret_state = state == STARTING ? HEARTBEAT_STARTING : state == IDLE ? HEARTBEAT_IDLE : HEARTBEAT_BUSY;
	return true;
}
