/*
 * License settings as JSON text that names only what was set, the secret beside it, and signing keys that take turns.
 */
#include "domain/license_settings.h"

#include <string.h>

#include <openssl/rand.h>

#include "lib/fields.h"
#include "lib/json_take.h"
#include "lib/license_answers.h"
#include "sql/gen/schema_keys.h"

/* ---- settings ---- */

static const struct component_weights DEFAULT_WEIGHTS = {
	.bios = 1,
	.cpu = 1,
	.disk = 2,
	.gpu = 1,
	.mac = 2,
	.motherboard = 3,
	.uuid = 3,
};

static const struct license_settings DEFAULTS = {
	.match_threshold = 60,
	.min_matches = 2,
	.weights = &DEFAULT_WEIGHTS,
	.offline_ttl_s = DAY_MS / SECOND_MS,
	.record_window_s = 300,
	.releases_per_30d = 3,
	.file_ttl_days = 30,
};

static const struct field weight_fields[] = {
	OUT_INT(struct component_weights, bios),
	OUT_INT(struct component_weights, cpu),
	OUT_INT(struct component_weights, disk),
	OUT_INT(struct component_weights, gpu),
	OUT_INT(struct component_weights, mac),
	OUT_INT(struct component_weights, motherboard),
	OUT_INT(struct component_weights, uuid),
	FIELDS_END,
};

const struct field license_settings_fields[] = {
	OUT_INT(struct license_settings, match_threshold,
		.description = "Per cent of what a machine's stored parts weigh: so much must be the same for it to be the same machine"),
	OUT_INT(struct license_settings, min_matches, .description = "How many parts must be the same at least"),
	OUT_OBJECT(struct license_settings, weights, weight_fields, .description = "How much each part counts"),
	OUT_STRINGS(struct license_settings, required_components, .values = component_names,
		    .description = "Parts that each machine must name"),
	OUT_BOOL(struct license_settings, require_nonce, .description = "Must each request bring a nonce?"),
	OUT_INT(struct license_settings, offline_ttl_s, .description = "How long a program may rely on an answer, in seconds"),
	OUT_INT(struct license_settings, record_window_s, .description = "A machine that asks again is recorded once in so many seconds"),
	OUT_INT(struct license_settings, releases_per_30d, .description = "How many machines the users of one license may release in 30 days"),
	OUT_INT(struct license_settings, file_ttl_days, .description = "How long a license file holds when nothing else is asked for"),
	OUT_BOOL(struct license_settings, custom_keys, .description = "May keys be chosen instead of made?"),
	FIELDS_END,
};

static void
take_weights(struct arena *arena, const struct json *object, struct license_settings *settings)
{
	const struct json *stored = json_member(object, "weights");
	struct component_weights weights = DEFAULT_WEIGHTS;

	if (stored == NULL || stored->type != JSON_OBJECT)
		return;
	json_take_int(stored, "bios", 0, 10, &weights.bios);
	json_take_int(stored, "cpu", 0, 10, &weights.cpu);
	json_take_int(stored, "disk", 0, 10, &weights.disk);
	json_take_int(stored, "gpu", 0, 10, &weights.gpu);
	json_take_int(stored, "mac", 0, 10, &weights.mac);
	json_take_int(stored, "motherboard", 0, 10, &weights.motherboard);
	json_take_int(stored, "uuid", 0, 10, &weights.uuid);
	settings->weights = arena_copy(arena, &weights, sizeof(weights));
}

struct license_settings
license_settings_parse(struct arena *arena, const char *doc)
{
	struct license_settings settings = DEFAULTS;
	struct json object;

	if (doc == NULL || json_parse(arena, doc, strlen(doc), &object, NULL) != OK || object.type != JSON_OBJECT)
		return settings;
	json_take_int(&object, "match_threshold", 1, 100, &settings.match_threshold);
	json_take_int(&object, "min_matches", 1, COMPONENT_COUNT, &settings.min_matches);
	take_weights(arena, &object, &settings);
	json_take_texts(arena, &object, "required_components", &settings.required_components);
	json_take_bool(&object, "require_nonce", &settings.require_nonce);
	json_take_int(&object, "offline_ttl_s", 0, 30 * DAY_MS / SECOND_MS, &settings.offline_ttl_s);
	json_take_int(&object, "record_window_s", 60, 3600, &settings.record_window_s);
	json_take_int(&object, "releases_per_30d", 0, 100, &settings.releases_per_30d);
	json_take_int(&object, "file_ttl_days", 1, LICENSE_FILE_DAYS_MAX, &settings.file_ttl_days);
	json_take_bool(&object, "custom_keys", &settings.custom_keys);
	return settings;
}

bool
license_settings_tell_apart(const struct license_settings *settings)
{
	const struct component_weights *w = settings->weights;

	return w->bios + w->cpu + w->disk + w->gpu + w->mac + w->motherboard + w->uuid > 0;
}

struct match_rules
license_settings_match_rules(const struct license_settings *settings)
{
	const struct component_weights *w = settings->weights;

	return (struct match_rules){
		.threshold = settings->match_threshold,
		.min_matches = settings->min_matches,
		.weights = { [COMPONENT_BIOS] = w->bios,
			     [COMPONENT_CPU] = w->cpu,
			     [COMPONENT_DISK] = w->disk,
			     [COMPONENT_GPU] = w->gpu,
			     [COMPONENT_MAC] = w->mac,
			     [COMPONENT_MOTHERBOARD] = w->motherboard,
			     [COMPONENT_UUID] = w->uuid },
	};
}

enum err
license_settings_read(struct tx *tx, const char *project_id, struct license_settings_row *ret)
{
	enum err e =
	    q_license_settings_get(tx->db, &(struct q_license_settings_get){ .project_id = project_id }, ret);

	if (e == ERR_NO_ROW) {
		*ret = (struct license_settings_row){ .doc = NULL };
		return OK;
	}
	return e;
}

/* ---- the secret ---- */

static struct seal_place
secret_place(const char *project_id)
{
	return (struct seal_place){
		.table = "license_settings",
		.column = "secret_sealed",
		.row_id = project_id,
		.project_id = project_id,
	};
}

enum err
license_secrets_open(const struct keyring *keyring, struct arena *arena, const char *project_id, struct bytes sealed,
		     const struct license_secrets **ret)
{
	struct seal_place place = secret_place(project_id);
	struct bytes secret;

	TRY(keyring_open(keyring, arena, &place, sealed, &secret));
	return license_secrets_derive(arena, secret, ret);
}

static enum err
make_row(struct tx *tx, const char *project_id)
{
	struct seal_place place = secret_place(project_id);
	uint8_t *secret = arena_alloc(tx->arena, LICENSE_SECRET_LEN);
	struct bytes sealed;

	arena_wipe_later(tx->arena, secret, LICENSE_SECRET_LEN);
	if (RAND_priv_bytes(secret, LICENSE_SECRET_LEN) != 1)
		return ERR_CRYPTO;
	TRY(keyring_seal(tx->keyring, tx->arena, &place, (struct bytes){ secret, LICENSE_SECRET_LEN }, &sealed));
	enum err e = q_license_settings_insert(
	    tx->db, &(struct q_license_settings_insert){ .project_id = project_id, .secret_sealed = sealed }, NULL);
	/* Another request was faster: its secret is as good. */
	return db_on_duplicate(tx->db, e, DUP_LICENSE_SETTINGS_PRIMARY, OK);
}

static enum err
read_or_make(struct tx *tx, const char *project_id, struct license_settings_row *ret)
{
	TRY(license_settings_read(tx, project_id, ret));
	if (ret->doc != NULL)
		return OK;
	TRY(make_row(tx, project_id));
	return license_settings_read(tx, project_id, ret);
}

enum err
license_settings_lock(struct tx *tx, const char *project_id, struct license_settings_row *ret)
{
	struct license_settings_row row;

	TRY(read_or_make(tx, project_id, &row));
	TRY(q_license_settings_guard(tx->db, &(struct q_license_settings_guard){ .project_id = project_id }, NULL));
	TRY(license_settings_read(tx, project_id, &row));
	row.version--;
	*ret = row;
	return OK;
}

enum err
license_secrets_ensure(struct tx *tx, const char *project_id, const struct license_secrets **ret)
{
	struct license_settings_row row;

	TRY(read_or_make(tx, project_id, &row));
	return license_secrets_open(tx->keyring, tx->arena, project_id, row.secret_sealed, ret);
}

/* ---- signing keys ---- */

struct seal_place
license_signing_key_place(const char *project_id, const char *key_id)
{
	return (struct seal_place){
		.table = "license_signing_keys",
		.column = "private_sealed",
		.row_id = key_id,
		.project_id = project_id,
	};
}

static enum err
record_key(struct tx *tx, enum event event, const char *org_id, const char *project_id, const char *key_id)
{
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = key_id,
			      .target_label = key_id,
			      .changes = "{}",
		      });
}

/* The unique key on is_current says when there is one already: ERR_ROTATION_IN_PROGRESS. */
static enum err
make_key(struct tx *tx, const char *org_id, const char *project_id, const char **ret_key_id)
{
	uint8_t public_key[LICENSE_PUBLIC_KEY_LEN];
	struct bytes sealed;
	const char *key_id;

	TRY(tx_make_id(tx, ID_LICENSE_SIGNING_KEY, &key_id));
	struct seal_place place = license_signing_key_place(project_id, key_id);
	TRY(license_signing_key_make(tx->keyring, tx->arena, &place, public_key, &sealed));
	enum err e = q_license_signing_key_insert(tx->db,
						  &(struct q_license_signing_key_insert){
						      .project_id = project_id,
						      .id = key_id,
						      .public_key = { public_key, sizeof(public_key) },
						      .private_sealed = sealed,
						  },
						  NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_LICENSE_SIGNING_KEYS_UQ_IS_CURRENT, ERR_ROTATION_IN_PROGRESS));
	*ret_key_id = key_id;
	return record_key(tx, EV_LICENSE_SIGNING_KEY_ROTATED, org_id, project_id, key_id);
}

struct first_key {
	struct tx *tx;
	const char *org_id, *project_id;
};

static enum err
make_first(void *context)
{
	struct first_key *first = context;
	const char *key_id;
	enum err e = make_key(first->tx, first->org_id, first->project_id, &key_id);

	/* Another request was faster: its key is as good. */
	return e == ERR_ROTATION_IN_PROGRESS ? OK : e;
}

enum err
license_signing_key_ensure(struct tx *tx, const char *org_id, const char *project_id)
{
	struct first_key first = { .tx = tx, .org_id = org_id, .project_id = project_id };

	if (db_in_transaction(tx->db))
		return make_first(&first);
	return db_transact(tx->db, TX_WRITE, make_first, &first);
}

enum err
license_signing_key_rotate(struct tx *tx, const char *org_id, const char *project_id, const char **ret_key_id)
{
	TRY(q_license_signing_key_retire(tx->db, &(struct q_license_signing_key_retire){ .project_id = project_id }, NULL));
	return make_key(tx, org_id, project_id, ret_key_id);
}
