/*
 * What every connection to a server that a project names must keep to: public addresses only, whatever a name resolves to.
 */
#ifndef GATEHOUSE_SYS_OUTGOING_H
#define GATEHOUSE_SYS_OUTGOING_H

#include <curl/curl.h>

#include "lib/config.h"

/* One guarded connection; must outlive the transfer. */
struct outgoing {
	const struct config *config;
	void (*heartbeat)(void);	/* called each second; NULL: nobody waits for it */
	bool was_refused;		/* set when an address wasn't one that may be called */
	bool is_survey;			/* addresses are looked at, none is connected to */
	unsigned surveyed;		/* how many were looked at */
	struct curl_slist *detours;	/* outgoing.connect_to */
};

/*
 * Sets the guard on a new handle. The address is looked at when the socket is made, so that a name can't resolve to one address for a
 * check and to another for the connection. No proxy, no redirect, certificates checked.
 */
void outgoing_guard(struct outgoing *, CURL *);
/*
 * Looks at every address that the handle's URL resolves to, and connects to none: CURLE_OK when all of them may be called, and then the
 * transfer that follows is to one of those, for the handle remembers them. Within the handle's own time.
 */
CURLcode outgoing_survey(struct outgoing *, CURL *);
/* To be called once the handle is gone. */
void outgoing_end(struct outgoing *);

#endif
