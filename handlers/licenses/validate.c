/*
 * POST /api/v1/validate, /heartbeat and /release: a shipped program asks whether it may run, and gets a signed answer (licensing.md section 4).
 * Nobody signs in: the license key is all there is, and the project's public id says whose it is.
 */
#include "handlers/licenses/validate.h"

#include <string.h>

#include "domain/license_memory.h"
#include "domain/licenses.h"
#include "handlers/routes.h"
#include "lib/encode.h"
#include "lib/features.h"
#include "lib/secrets.h"
#include "lib/text.h"

#define BODY_MAX ((size_t)16 * 1024)

/* ---- what is asked ---- */

static const char *
component_check(const char *text)
{
	return strlen(text) > COMPONENT_VALUE_MAX ? "length" : NULL;
}

static const char *
nonce_check(const char *nonce)
{
	static const char CHARACTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

	return nonce[strspn(nonce, CHARACTERS)] == '\0' ? NULL : "pattern";
}

#define PART(name) IN_STRING(struct machine_input, name, .check = component_check, .flags = FIELD_RAW)

const struct field machine_input[] = {
	PART(bios),
	PART(cpu),
	PART(disk),
	PART(gpu),
	IN_STRINGS(struct machine_input, mac, .items_max = COMPONENT_VALUES_MAX, .check = component_check, .flags = FIELD_RAW),
	PART(motherboard),
	PART(uuid),
	IN_STRING(struct machine_input, ip, .max = 64, .description = "Taken, and never trusted: the address that asks counts"),
	FIELDS_END,
};

#define WHO                                                                                                                  \
	IN_ID(struct validate_input, client_id, ID_PUBLIC_PROJECT, .flags = FIELD_REQUIRED, .description = "The project's public id"), \
	    IN_STRING(struct validate_input, license_key, .min = 1, .max = 128, .flags = FIELD_REQUIRED | FIELD_SECRET)
#define ANSWER                                                                                                               \
	IN_STRING(struct validate_input, nonce, .min = 1, .max = 64, .check = nonce_check,                                   \
		  .description = "Comes back in the answer, so that it can't be an old one"),                                \
	    IN_KID(struct validate_input), IN_LABEL(struct validate_input)
#define MACHINE(flags_) IN_MACHINE(struct validate_input, flags_)
#define SEAT IN_ID(struct validate_input, activation_id, ID_ACTIVATION, .flags = FIELD_REQUIRED)

/* Who asks which machines there are needs no more than the key. */
static const struct field machines_input[] = { WHO, FIELDS_END };
static const struct field validate_input[] = { WHO, MACHINE(FIELD_REQUIRED), ANSWER, FIELDS_END };
static const struct field heartbeat_input[] = { WHO, MACHINE(FIELD_REQUIRED), ANSWER, SEAT, FIELDS_END };
static const struct field file_input[] = { WHO, MACHINE(FIELD_REQUIRED), ANSWER, IN_TTL_DAYS(struct validate_input), FIELDS_END };
/* A machine that is gone can't say anything any more. */
static const struct field release_input[] = { WHO, MACHINE(0), ANSWER, SEAT, FIELDS_END };

static enum verdict
say(struct validation *v, enum component component, const char *said, const char *field)
{
	const char *value;

	switch (component_normalise(v->rq->arena, component, said, &value)) {
	case COMPONENT_SAID:
		v->said[v->said_count++] = (struct component_said){ component, value };
		return go_on(v->rq);
	case COMPONENT_MALFORMED:
		return fail_field(v->rq, field, "pattern", "That isn't a MAC address.");
	case COMPONENT_ABSENT:
	default:
		return go_on(v->rq);
	}
}

static enum verdict
say_addresses(struct validation *v, struct strings mac)
{
	enum verdict verdict = go_on(v->rq);

	for (size_t i = 0; verdict == VERDICT_GO_ON && i < mac.count; i++)
		verdict = say(v, COMPONENT_MAC, mac.items[i], arena_printf(v->rq->arena, "fingerprint.mac[%zu]", i));
	return verdict;
}

static enum verdict
read_machine(struct validation *v)
{
	const struct machine_input *m = v->in->fingerprint;

	if (m == NULL)
		return go_on(v->rq);
	const char *parts[COMPONENT_COUNT] = {
		[COMPONENT_BIOS] = m->bios, [COMPONENT_CPU] = m->cpu,		    [COMPONENT_DISK] = m->disk,
		[COMPONENT_GPU] = m->gpu,   [COMPONENT_MOTHERBOARD] = m->motherboard, [COMPONENT_UUID] = m->uuid,
	};
	for (enum component c = 0; c < COMPONENT_COUNT; c++)
		if (parts[c] != NULL && say(v, c, parts[c], "fingerprint") != VERDICT_GO_ON)
			return VERDICT_FAIL;
	return say_addresses(v, m->mac);
}

/* Each part that the project asks for must be among those that said something. */
static enum verdict
check_parts(const struct validation *v)
{
	if (v->in->fingerprint == NULL)
		return go_on(v->rq);
	if (v->said_count == 0)
		return fail_field(v->rq, "fingerprint", "required", "Name one part of the machine at least; ip isn't one.");
	for (size_t i = 0; i < v->settings.required_components.count; i++) {
		const char *name = v->settings.required_components.items[i];
		bool is_said = false;
		for (size_t k = 0; k < v->said_count; k++)
			is_said = is_said || strcmp(component_names[v->said[k].component], name) == 0;
		if (!is_said)
			return fail_field(v->rq, arena_printf(v->rq->arena, "fingerprint.%s", name), "required",
					  "The project wants each machine to name it.");
	}
	return go_on(v->rq);
}

/* Nobody takes a file back, so that those who use a license get no longer ones than those who sell it want. */
static enum verdict
check_days(const struct validation *v)
{
	if (v->is_seller || !v->in->has.ttl_days || v->in->ttl_days <= v->settings.file_ttl_days)
		return go_on(v->rq);
	return fail_field(v->rq, "ttl_days", "max", "Files of this project hold %lld days at most.", (long long)v->settings.file_ttl_days);
}

/* ---- what is known ---- */

static enum err
digest_all(struct validation *v, const struct license_secrets *secrets)
{
	memset(&v->machine, 0, sizeof(v->machine));
	for (size_t i = 0; i < v->said_count; i++)
		TRY(fingerprint_add(&v->machine, secrets, v->said[i].component, v->said[i].value));
	TRY(fingerprint_digest(&v->machine, secrets, v->machine_digest));
	TRY(address_digest(secrets, v->rq->ip, v->ip_digest));
	return v->key == NULL ? OK : license_key_digest(secrets, v->key, v->key_digest);
}

static enum err
ask(struct validation *v, bool is_digested)
{
	bool has_key = is_digested && v->key != NULL;

	return q_validation_find(v->tx->db,
				 &(struct q_validation_find){
				     .client_id = v->in->client_id,
				     .kid = v->in->kid,
				     .key_digest = { has_key ? v->key_digest : NULL, has_key ? LICENSE_DIGEST_LEN : 0 },
				     .machine_digest = { v->machine_digest, is_digested ? LICENSE_DIGEST_LEN : 0 },
				 },
				 &v->row);
}

static enum err
learn(const struct validation *v)
{
	const struct license_secrets *secrets;

	TRY(license_secrets_open(v->rq->keyring, v->rq->arena, v->row.project_id, v->row.secret_sealed, &secrets));
	license_memory_keep(v->in->client_id, v->row.settings_version, secrets);
	return OK;
}

/* One statement where this worker remembers the project as it is, two where it doesn't. ERR_NO_ROW: no such project. */
static enum err
find(struct validation *v)
{
	for (unsigned tries = 0; tries < 4; tries++) {
		const struct license_memory *memory = license_memory_find(v->in->client_id);

		if (memory != NULL)
			TRY(digest_all(v, &memory->secrets));
		TRY(ask(v, memory != NULL));
		if (v->row.secret_sealed.data == NULL || (memory != NULL && memory->version == v->row.settings_version))
			return OK;
		TRY(learn(v));
	}
	return ERR_BUSY;	/* the settings change faster than they can be read */
}

/* The first program that asks makes the project's first key. */
static enum err
find_with_key(struct validation *v)
{
	TRY(find(v));
	if (v->row.kid != NULL)
		return OK;
	if (v->in->kid != NULL)
		return ERR_SIGNING_KEY_UNAVAILABLE;
	TRY(license_signing_key_ensure(v->tx, v->row.org_id, v->row.project_id));
	return find(v);
}

enum license_code
validation_standing(const struct validation *v, const char *status, int64_t ends_at, int64_t expires_at, bool ip_locked,
		    struct bytes ip_digest)
{
	int64_t now = v->rq->now_ms;

	if (strcmp(v->row.org_status, "active") != 0)
		return LICENSE_PROJECT_DISABLED;
	if (strcmp(status, "revoked") == 0)
		return LICENSE_REVOKED;
	if (strcmp(status, "suspended") == 0)
		return LICENSE_SUSPENDED;
	if (ends_at != NONE && ends_at <= now)
		return LICENSE_EXPIRED;
	if (!v->is_seller && ip_locked && ip_digest.data != NULL &&
	    (ip_digest.len != LICENSE_DIGEST_LEN || !secret_equal(ip_digest.data, v->ip_digest, LICENSE_DIGEST_LEN)))
		return LICENSE_IP_MISMATCH;
	return expires_at != NONE && expires_at <= now ? LICENSE_IN_GRACE : LICENSE_VALID;
}

/* ---- the answer ---- */

struct signed_answer {
	const char *payload, *signature, *kid;
	int64_t v;
	bool valid;
	const char *code, *client_id, *environment, *license_id, *activation_id, *product_name, *status;
	int64_t expires_at, time_left, grace_until, valid_until, heartbeat_before;
	const char *features, *nonce, *request_hash;
	int64_t signed_at;
	const struct signed_file *file;
};

#define OF(kind, member, ...) OUT_##kind(struct signed_answer, member, .flags = FIELD_NULLABLE, __VA_ARGS__)

static const struct field signed_answer_fields[] = {
	OUT_STRING(struct signed_answer, payload, .description = "Compact JSON of the members below it: the octets that are signed"),
	OUT_STRING(struct signed_answer, signature,
		   .description = "Base64 of the Ed25519 signature over gatehouse-license-v1, kid and payload, with line feeds between"),
	OUT_ID(struct signed_answer, kid, ID_LICENSE_SIGNING_KEY),
	OUT_INT(struct signed_answer, v),
	OUT_BOOL(struct signed_answer, valid),
	OUT_ENUM(struct signed_answer, code, license_code_names),
	OUT_STRING(struct signed_answer, client_id),
	OUT_STRING(struct signed_answer, environment),
	OF(STRING, license_id, .description = "null when the key isn't one"),
	OF(STRING, activation_id, .description = "The machine's seat"),
	OF(STRING, product_name, .description = "null when the key isn't one"),
	OF(STRING, status, .description = "null when the key isn't one"),
	OF(TIME, expires_at, .description = "null: never"),
	OF(INT, time_left, .description = "Seconds"),
	OF(TIME, grace_until, .description = "While it counts only by its days of grace"),
	OF(TIME, valid_until, .description = "So long the program may rely on this answer without another"),
	OF(TIME, heartbeat_before, .description = "Of a floating license: when the lease ends"),
	OF(JSON, features, .description = "What the license's plan unlocks"),
	OF(STRING, nonce, .description = "What was sent"),
	OUT_STRING(struct signed_answer, request_hash, .description = "SHA-256 of the request's body, as hexadecimal digits"),
	OUT_TIME(struct signed_answer, signed_at),
	OUT_OBJECT(struct signed_answer, file, signed_file_fields, .flags = FIELD_OPTIONAL, .description = "What was asked for, to be kept: only where it was, and the license counts"),
	FIELDS_END,
};

static int64_t
earlier(int64_t a, int64_t b)
{
	return b == NONE || (a != NONE && a < b) ? a : b;
}

static int64_t
valid_until(const struct validation *v)
{
	if (!license_code_is_valid(v->code))
		return NONE;
	return earlier(earlier(v->rq->now_ms + v->settings.offline_ttl_s * SECOND_MS, v->row.ends_at), v->lease_expires_at);
}

/* {"export":true,"seats":5} of the plan's; NULL for a license of no plan. Both lists are in the order of the keys. */
static const char *
features_of_plan(struct arena *arena, const struct validation_row *row)
{
	struct buffer b = buffer_new(arena);
	char *names = arena_strdup(arena, row->feature_names == NULL ? "" : row->feature_names);
	char *values = arena_strdup(arena, row->feature_values == NULL ? "" : row->feature_values);
	const char *separator = "{";

	if (row->plan_id == NULL)
		return NULL;
	for (const char *key, *type, *text; (key = strsep(&names, " ")) != NULL && (type = strsep(&names, " ")) != NULL &&
					    (text = strsep(&values, " ")) != NULL;) {
		int64_t value = FEATURE_UNLIMITED;
		if (!int_parse(text, 0, FEATURE_LIMIT_MAX, &value))
			value = FEATURE_UNLIMITED;
		buffer_printf(&b, "%s\"%s\":", separator, key);
		feature_value_render(&b, feature_type_parse(type), value);
		separator = ",";
	}
	buffer_text(&b, separator[0] == '{' ? "{}" : "}");
	return buffer_string(&b);
}

struct license_answer
validation_answer(const struct validation *v)
{
	struct bytes body = request_body(v->rq);
	bool is_known = v->row.license_id != NULL;
	bool is_over = is_known && v->row.ends_at != NONE && v->row.ends_at <= v->rq->now_ms && strcmp(v->row.status, "active") == 0;

	return (struct license_answer){
		.code = v->code,
		.client_id = v->in->client_id,
		.environment = v->row.environment,
		.license_id = v->row.license_id,
		.activation_id = v->activation_id,
		.product_name = v->row.product_name,
		.status = is_over ? "expired" : v->row.status,
		.expires_at = v->row.expires_at,
		.grace_until = v->code == LICENSE_IN_GRACE ? v->row.ends_at : NONE,
		.valid_until = valid_until(v),
		.heartbeat_before = license_code_is_valid(v->code) ? v->lease_expires_at : NONE,
		.features = features_of_plan(v->rq->arena, &v->row),
		.nonce = v->in->nonce,
		.request_hash = hex_encode(v->rq->arena, sha256_bytes(v->rq->arena, body.data, body.len)),
		.signed_at = v->rq->now_ms,
	};
}

static enum verdict
reply_signed(const struct validation *v)
{
	struct seal_place place = license_signing_key_place(v->row.project_id, v->row.kid);
	struct license_answer answer = validation_answer(v);
	struct signed_file file;
	const char *payload = license_payload(v->rq->arena, &answer), *signature;
	enum err e = license_sign(v->rq->keyring, v->rq->arena, &place, v->row.private_sealed, LICENSE_ANSWER_FORMAT, v->row.kid,
				  payload, &signature);

	if (e == OK && v->file_id != NULL)
		e = validation_sign_file(v, &file);
	if (e != OK)
		return fail_err(v->rq, e);
	/* Strangers' guesses use up no quota. */
	tx_count(v->tx, &(struct stat_count){
			    .stat = answer.code == LICENSE_NOT_FOUND ? STAT_UNKNOWN_KEYS : STAT_VALIDATIONS,
			    .project_id = v->row.project_id,
			    .values = { license_code_names[answer.code], v->country, answer.product_name },
			});
	return reply(v->rq, 200, signed_answer_fields,
		     &(struct signed_answer){
			 .payload = payload,
			 .signature = signature,
			 .kid = v->row.kid,
			 .v = 1,
			 .valid = license_code_is_valid(answer.code),
			 .code = license_code_names[answer.code],
			 .client_id = answer.client_id,
			 .environment = answer.environment,
			 .license_id = answer.license_id,
			 .activation_id = answer.activation_id,
			 .product_name = answer.product_name,
			 .status = answer.status,
			 .expires_at = answer.expires_at,
			 .time_left = license_time_left_s(&answer),
			 .grace_until = answer.grace_until,
			 .valid_until = answer.valid_until,
			 .heartbeat_before = answer.heartbeat_before,
			 .features = answer.features,
			 .nonce = answer.nonce,
			 .request_hash = answer.request_hash,
			 .signed_at = answer.signed_at,
			 .file = v->file_id != NULL ? &file : NULL,
		     });
}

/* ---- the questions ---- */

typedef enum err question(struct validation *);

/* Whoever asks about keys that don't exist is trying some. */
static enum verdict
answer_unknown(struct validation *v)
{
	enum err e = request_limit(v->rq, RATE_VALIDATE_UNKNOWN, NULL);

	v->code = LICENSE_NOT_FOUND;
	return e == OK ? reply_signed(v) : fail_err(v->rq, e);
}

static enum verdict
answer(struct validation *v, question *what)
{
	const struct validation_row *row = &v->row;

	if (row->license_id == NULL)
		return answer_unknown(v);
	enum err e = request_limit(v->rq, RATE_VALIDATE_LICENSE, row->license_id);
	if (e != OK)
		return fail_err(v->rq, e);
	v->code = validation_standing(v, row->status, row->ends_at, row->expires_at, row->ip_locked == 1, row->ip_digest);
	if (license_code_is_valid(v->code))
		e = what(v);
	return e == OK ? reply_signed(v) : fail_err(v->rq, e);
}

static struct validation *
begin(const struct request *rq, struct tx *tx)
{
	struct validation *v = ARENA_NEW(rq->arena, struct validation);

	*v = (struct validation){ .rq = rq, .tx = tx, .in = rq->input, .lease_expires_at = NONE };
	country_of(rq->ip, v->country);
	const char *key = license_key_normalise(rq->arena, v->in->license_key);
	if (license_key_is_made(key) || license_key_is_custom(key))
		v->key = key;
	return v;
}

enum verdict
validation_prepare(struct validation *v)
{
	const char *details;

	if (read_machine(v) != VERDICT_GO_ON)
		return VERDICT_FAIL;
	enum err e = find_with_key(v);
	/* Who sells asks nothing that counts as a validation. */
	if (e == OK && !v->is_seller)
		e = request_quota(v->rq, v->row.project_id, v->row.meters_full_until, STAT_VALIDATIONS, &details);
	if (e == ERR_QUOTA_EXCEEDED)
		return fail_details(v->rq, e, details, "%s", error_info(e)->title);
	if (e != OK)
		return fail_err(v->rq, e);
	v->settings = license_settings_parse(v->rq->arena, v->row.doc);
	if (v->settings.require_nonce && !v->is_seller && v->in->nonce == NULL)
		return fail_field(v->rq, "nonce", "required", "The project wants each question to bring one.");
	if (check_parts(v) != VERDICT_GO_ON)
		return VERDICT_FAIL;
	return check_days(v);
}

static enum verdict
serve(const struct request *rq, struct tx *tx, question *what)
{
	struct validation *v = begin(rq, tx);

	return validation_prepare(v) == VERDICT_GO_ON ? answer(v, what) : VERDICT_FAIL;
}

static enum verdict
validate(const struct request *rq, struct tx *tx)
{
	return serve(rq, tx, validation_seat);
}

static enum verdict
heartbeat(const struct request *rq, struct tx *tx)
{
	return serve(rq, tx, validation_heartbeat);
}

static enum verdict
release(const struct request *rq, struct tx *tx)
{
	return serve(rq, tx, validation_release);
}

static enum verdict
file(const struct request *rq, struct tx *tx)
{
	return serve(rq, tx, validation_file);
}

/* ---- which machines have a seat, for the person who has the key ---- */

static const struct field machine_fields[] = {
	OUT_ID(struct activation, id, ID_ACTIVATION),
	OUT_STRING(struct activation, label, .flags = FIELD_NULLABLE),
	OUT_TIME(struct activation, last_seen_at),
	OUT_STRING(struct activation, country, .description = "ISO 3166-1; ZZ: unknown"),
	FIELDS_END,
};

struct machines_reply {
	struct field_list data;
};

static const struct field machines_reply_fields[] = {
	OUT_LIST(struct machines_reply, data, machine_fields, struct activation),
	FIELDS_END,
};

static enum verdict
machines(const struct request *rq, struct tx *tx)
{
	struct validation *v = begin(rq, tx);
	struct activation *items;
	size_t count;
	enum err e = find(v);

	if (e == OK && v->row.license_id == NULL) {
		e = request_limit(rq, RATE_VALIDATE_UNKNOWN, NULL);
		return fail_err(rq, e == OK ? ERR_NOT_FOUND : e);
	}
	if (e == OK)
		e = request_limit(rq, RATE_VALIDATE_LICENSE, v->row.license_id);
	if (e == OK)
		e = activation_page(tx, v->row.project_id, v->row.license_id, NULL, LICENSE_SEATS_MAX, &items, &count);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, machines_reply_fields, &(struct machines_reply){ { items, count } });
}

#define QUESTION(word, path_, summary_, fields, ...)                                                                         \
	{                                                                                                                    \
		.id = "license_" #word, .method = POST, .path = path_, .summary = summary_, .auth = AUTH_PUBLIC,             \
		.tx = TX_SPLIT, .flags = ROUTE_NO_IDEMPOTENCY | ROUTE_TIMED | ROUTE_SHOWS_SECRET, .rate = RATE_VALIDATE,     \
		.body_bytes_max = BODY_MAX, INPUT(struct validate_input, fields), .output = signed_answer_fields,            \
		.handler = word, __VA_ARGS__                                                                                 \
	}

#define NO_OTHER_ERRORS .errors = { ERR_QUOTA_EXCEEDED, ERR_SIGNING_KEY_UNAVAILABLE }

const struct route validate_routes[] = {
	QUESTION(validate, "/api/v1/validate", "May this program run?", validate_input, NO_OTHER_ERRORS,
		 .description = "Every verdict is 200 and signed. A machine that has no seat yet takes one, if there is a free one."),
	QUESTION(heartbeat, "/api/v1/validate/heartbeat", "The program still runs", heartbeat_input, NO_OTHER_ERRORS,
		 .description = "Prolongs the lease of a floating license. One that is over already takes a free seat."),
	QUESTION(release, "/api/v1/validate/release", "Give a machine's seat back", release_input, NO_OTHER_ERRORS,
		 .site = SITE_BOTH, .description = "So often as the project's license settings allow."),
	QUESTION(file, "/api/v1/validate/file", "A file that says that this program may run", file_input,
		 .errors = { ERR_QUOTA_EXCEEDED, ERR_SIGNING_KEY_UNAVAILABLE, ERR_FILE_LIMIT },
		 .description = "To be kept: the program checks it without a network, on that machine alone. Nobody can take it back. Twenty in "
				"thirty days for a license."),
	{
	    .id = "license_machines",
	    .method = POST,
	    .path = "/api/v1/validate/activations",
	    .summary = "Which machines does this license run on?",
	    .description = "For the person who has the key: its machines, one of which can be released.",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_BOTH,
	    .tx = TX_SPLIT,
	    .flags = ROUTE_NO_IDEMPOTENCY | ROUTE_TIMED,
	    .rate = RATE_VALIDATE,
	    .body_bytes_max = BODY_MAX,
	    INPUT(struct validate_input, machines_input),
	    .output = machines_reply_fields,
	    .handler = machines,
	},
	ROUTES_END,
};
