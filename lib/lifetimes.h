/*
 * How long a browser session lasts (conventions.md section 4): the request pipeline judges by it, the operations on people make it so.
 */
#ifndef GATEHOUSE_LIB_LIFETIMES_H
#define GATEHOUSE_LIB_LIFETIMES_H

#include "lib/base.h"

#define SESSION_IDLE_MS (30 * DAY_MS)
#define SESSION_MAX_MS (90 * DAY_MS)
/* Changing credentials asks for a sign-in no older than this. */
#define RECENT_SIGN_IN_MS (5 * MINUTE_MS)

#endif
