/*
 * Rows of social_providers, opened.
 */
#include "domain/social_providers.h"

#include <string.h>

#include "domain/job_queue.h"
#include "sql/gen/queries.h"

enum err
social_provider_read(struct tx *tx, const char *project_id, const char *key, struct social_provider *ret)
{
	struct social_provider provider = { .version = 0 };
	struct social_provider_row row;

	TRY(q_social_provider_get(
	    tx->db, &(struct q_social_provider_get){ .project_id = project_id, .provider = key }, &row));
	if (!social_settings_parse(tx->arena, row.provider, row.body, &provider.settings))
		return ERR_NO_ROW;
	provider.is_enabled = row.is_enabled;
	provider.secret_sealed = row.secret_sealed;
	provider.version = row.version;
	*ret = provider;
	return OK;
}

struct strings
social_provider_problems(struct arena *arena, const struct social_provider *provider)
{
	struct strings missing =
	    social_settings_missing(arena, &provider->settings, provider->secret_sealed.data != NULL);
	struct strings found = provider->settings.problems;
	const char **words = ARENA_ARRAY(arena, missing.count + found.count, const char *);

	for (size_t i = 0; i < missing.count; i++)
		words[i] = missing.items[i];
	for (size_t i = 0; i < found.count; i++)
		words[missing.count + i] = found.items[i];
	return (struct strings){ words, missing.count + found.count };
}

bool
social_provider_is_ready(struct arena *arena, const struct social_provider *provider)
{
	return provider->is_enabled && social_provider_problems(arena, provider).count == 0;
}

/* ---- the secret ---- */

static struct seal_place
secret_place(const char *project_id, const char *key)
{
	return (struct seal_place){ .table = "social_providers",
				    .column = "secret_sealed",
				    .row_id = key,
				    .project_id = project_id };
}

enum err
social_secret_open(struct tx *tx, const char *project_id, const char *key, struct bytes sealed, const char **ret_secret)
{
	struct seal_place place = secret_place(project_id, key);
	struct bytes plain;

	TRY(keyring_open(tx->keyring, tx->arena, &place, sealed, &plain));
	char *secret = arena_strndup(tx->arena, (const char *)plain.data, plain.len);
	arena_wipe_later(tx->arena, secret, plain.len);
	*ret_secret = secret;
	return OK;
}

enum err
social_secret_seal(struct tx *tx, const char *project_id, const char *key, const char *secret, struct bytes *ret_sealed)
{
	struct seal_place place = secret_place(project_id, key);

	return keyring_seal(tx->keyring, tx->arena, &place, (struct bytes){ (const uint8_t *)secret, strlen(secret) },
			    ret_sealed);
}

/* ---- the rest ---- */

const char *
social_callback_url(struct tx *tx, const char *project_id)
{
	bool is_console = strcmp(project_id, tx->console_id) == 0;

	return arena_printf(tx->arena, "%s/api/v1/social/callback",
			    is_console ? tx->config->public_url : tx->config->auth_url);
}

enum err
social_provider_check_later(struct tx *tx, const char *project_id, const char *key)
{
	struct buffer payload = buffer_new(tx->arena);
	const char *job_id;

	buffer_text(&payload, "{\"provider\":");
	buffer_json_string(&payload, key);
	buffer_char(&payload, '}');
	return job_queue(tx, project_id, JOB_PROVIDER_CHECK, buffer_string(&payload), &job_id);
}
