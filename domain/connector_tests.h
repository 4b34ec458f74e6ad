/*
 * Tests of connectors (oauth.md 4.2): a job worker plays a client of an MCP server, up to where somebody has to sign in, and from there on.
 * What it must remember meanwhile is sealed, and used once.
 */
#ifndef GATEHOUSE_DOMAIN_CONNECTOR_TESTS_H
#define GATEHOUSE_DOMAIN_CONNECTOR_TESTS_H

#include "lib/connector.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

#define CONNECTOR_CLIENT_NAME "Gatehouse connector test"

/* Where the server sends the person back, and the document that says who we are (a client id that is an address). */
const char *connector_redirect_uri(struct arena *, const struct config *) RETURNS_NONNULL;
const char *connector_client_url(struct arena *, const struct config *) RETURNS_NONNULL;

/* ERR_NO_ROW: none, or not any more. */
enum err connector_test_read(struct tx *, const char *project_id, const char *id, struct connector_test_row *ret) MUST_CHECK;
enum err connector_test_begin(struct tx *, const char *project_id, const char *url, const char **ret_id) MUST_CHECK;

/*
 * The server's answer is here, and the walk goes on with it, once. ERR_ALREADY_DECIDED: the test doesn't wait for one.
 * ERR_REQUEST_EXPIRED: what it remembered is gone. ERR_VALIDATION_FAILED: the state isn't the one that was sent there.
 */
enum err connector_test_resume(struct tx *, const char *project_id, const char *id, const char *state, const struct connector_answer *) MUST_CHECK;

/* What a test remembers while it waits: JSON text with "state" in it. */
enum err connector_memory_write(struct tx *, const char *project_id, const char *id, const char *memory) MUST_CHECK;
enum err connector_memory_read(struct tx *, const char *project_id, const char *id, struct json *ret) MUST_CHECK;
enum err connector_memory_drop(struct tx *, const char *project_id, const char *id) MUST_CHECK;

#endif
