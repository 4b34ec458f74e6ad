/*
 * Clients that register themselves as rows (oauth.md rules 35 to 38): by the registration endpoint, or by a document at their address.
 */
#ifndef GATEHOUSE_DOMAIN_REGISTRATIONS_H
#define GATEHOUSE_DOMAIN_REGISTRATIONS_H

#include "lib/client_metadata.h"
#include "sql/tx.h"

#define REGISTRATIONS_MAX 10000
/* A secret that came by registration; a change of the registration makes a new one. */
#define REGISTRATION_SECRET_LIFE_MS (365 * DAY_MS)

/* Whose it is and how it came. */
struct registrant {
	const char *org_id, *project_id;
	const char *source;			/* dcr, cimd */
	const char *metadata_url;		/* of a cimd client */
	struct bytes registration_digest;	/* of a dcr client */
};

/* What a client of the project may have that registers itself. */
enum err registration_limits_read(struct tx *, const char *project_id, struct registration_limits *ret) MUST_CHECK;

/* A new client, recorded as client.registered. Fills client_id, client_id_issued_at and the secret. The caller has counted. */
enum err registration_add(struct tx *, const struct registrant *, struct registration *) MUST_CHECK;
/*
 * Another registration of the same client_id, recorded as client.metadata_changed when it differs. People are asked again for a client that
 * looks otherwise or answers elsewhere; grants of one with other keys end. A new secret, if it has one. ERR_NO_ROW when the client is gone.
 */
enum err registration_replace(struct tx *, const struct registrant *, struct registration *) MUST_CHECK;
/* As it stands, without secret and token. */
enum err registration_read(struct tx *, const char *project_id, const char *client_id, struct registration *ret) MUST_CHECK;
/* The client is gone with its codes, tokens and grants (rule 36); recorded. */
enum err registration_remove(struct tx *, const struct registrant *, const struct registration *) MUST_CHECK;

#endif
