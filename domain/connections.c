/*
 * Secrets of connections: what they look like, and how they are kept.
 */
#include "domain/connections.h"

#include <string.h>

const char *const connection_providers[] = { "stripe", "midtrans", NULL };

/* What keys begin with; the longest that fits says which environment they are for. */
static const struct {
	const char *provider, *prefix;
	bool is_live;
} PREFIXES[] = {
	{ "stripe", "sk_live_", true },		 { "stripe", "rk_live_", true },	    { "stripe", "sk_test_", false },
	{ "stripe", "rk_test_", false },	 { "midtrans", "Mid-server-", true },	    { "midtrans", "SB-Mid-server-", false },
};

const char *
connection_secret_rule(const char *provider, const char *secret, bool is_live)
{
	for (const char *at = secret; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~')
			return "pattern";
	for (size_t i = 0; i < ARRAY_LEN(PREFIXES); i++)
		if (strcmp(PREFIXES[i].provider, provider) == 0 && strncmp(PREFIXES[i].prefix, secret, strlen(PREFIXES[i].prefix)) == 0)
			return PREFIXES[i].is_live == is_live ? NULL : "environment";
	return "pattern";
}

bool
connection_inbound_secret_is_one(const char *text)
{
	static const char PREFIX[] = "whsec_";

	return strncmp(text, PREFIX, sizeof(PREFIX) - 1) == 0;
}

static struct seal_place
place_of(const char *project_id, const char *id, const char *column)
{
	return (struct seal_place){ .table = "connections", .column = column, .row_id = id, .project_id = project_id };
}

static enum err
seal(struct tx *tx, struct seal_place place, const char *secret, struct bytes *ret)
{
	if (secret == NULL) {
		*ret = (struct bytes){ .data = NULL };
		return OK;
	}
	return keyring_seal(tx->keyring, tx->arena, &place, (struct bytes){ (const uint8_t *)secret, strlen(secret) }, ret);
}

static enum err
open_sealed(struct tx *tx, struct seal_place place, struct bytes sealed, const char **ret)
{
	struct bytes plain;

	*ret = NULL;
	if (sealed.data == NULL)
		return OK;
	TRY(keyring_open(tx->keyring, tx->arena, &place, sealed, &plain));
	char *text = arena_strndup(tx->arena, (const char *)plain.data, plain.len);
	arena_wipe_later(tx->arena, text, plain.len);
	*ret = text;
	return OK;
}

enum err
connection_seal(struct tx *tx, const char *project_id, const char *id, const char *secret, struct bytes *ret)
{
	return seal(tx, place_of(project_id, id, "secret_sealed"), secret, ret);
}

enum err
connection_seal_inbound(struct tx *tx, const char *project_id, const char *id, const char *secret, struct bytes *ret)
{
	return seal(tx, place_of(project_id, id, "inbound_secret_sealed"), secret, ret);
}

enum err
connection_open(struct tx *tx, const char *project_id, const char *id, struct bytes sealed, const char **ret)
{
	return open_sealed(tx, place_of(project_id, id, "secret_sealed"), sealed, ret);
}

enum err
connection_open_inbound(struct tx *tx, const char *project_id, const char *id, struct bytes sealed, const char **ret)
{
	return open_sealed(tx, place_of(project_id, id, "inbound_secret_sealed"), sealed, ret);
}
