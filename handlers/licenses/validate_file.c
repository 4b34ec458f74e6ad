/*
 * Handing out license files (licensing.md rule 16): whoever does writes the license's guard first, so that of many who want the last one
 * of thirty days one gets it.
 */
#include <string.h>

#include <openssl/rand.h>

#include "domain/licenses.h"
#include "handlers/licenses/validate.h"
#include "lib/license_files.h"

#define FILES_MAX	20
#define FILES_WINDOW_MS (30 * DAY_MS)

const struct field license_file_fields[] = {
	OUT_ID(struct license_file, id, ID_LICENSE_FILE),
	OUT_ID(struct license_file, license_id, ID_LICENSE),
	OUT_ID(struct license_file, activation_id, ID_ACTIVATION, .flags = FIELD_NULLABLE, .description = "Of the machine that it is for; null: any"),
	OUT_ID(struct license_file, kid, ID_LICENSE_SIGNING_KEY),
	OUT_TIME(struct license_file, expires_at),
	OUT_TIME(struct license_file, created_at),
	FIELDS_END,
};

const struct field signed_file_fields[] = {
	OUT_STRING(struct signed_file, format),
	OUT_ID(struct signed_file, kid, ID_LICENSE_SIGNING_KEY),
	OUT_STRING(struct signed_file, payload,
		   .description = "An answer's payload with file_id, file_expires_at and machine: the octets that are signed"),
	OUT_STRING(struct signed_file, signature,
		   .description = "Base64 of the Ed25519 signature over gatehouse-license-file-v1, kid and payload, with line feeds between"),
	FIELDS_END,
};

/* ---- handing out ---- */

/* A machine that is away can't prolong its lease: it has its seat as long as its file holds. */
static enum err
hold_seat(struct validation *v)
{
	uint64_t matched = 0;

	if (v->lease_expires_at == NONE || v->lease_expires_at >= v->file_expires_at)
		return OK;
	TRY(q_activation_extend(v->tx->db,
				&(struct q_activation_extend){
				    .project_id = v->row.project_id,
				    .license_id = v->row.license_id,
				    .id = v->activation_id,
				    .lease_expires_at = v->file_expires_at,
				},
				&matched));
	if (matched == 0)
		return ERR_DB_CONFLICT;	/* released this very moment: once more */
	v->lease_expires_at = v->file_expires_at;
	return OK;
}

static enum err
record_file(const struct validation *v, const struct license_row *license)
{
	struct arena *arena = v->tx->arena;
	struct license_file file = {
		.id = v->file_id,
		.license_id = license->id,
		.activation_id = v->activation_id,
		.kid = v->row.kid,
		.expires_at = v->file_expires_at,
		.created_at = v->rq->now_ms,
	};

	return record(v->tx, &(struct record){
				 .event = EV_LICENSE_FILE_CREATED,
				 .org_id = v->row.org_id,
				 .project_id = v->row.project_id,
				 .target_id = file.id,
				 .target_label = arena_printf(arena, "%s (%s)", license->product_name,
							      license_key_hint(arena, license->key_first4, license->key_last4)),
				 .fields = license_file_fields,
				 .after = &file,
			     });
}

static enum err
insert_file(const struct validation *v)
{
	return q_license_file_insert(v->tx->db,
				     &(struct q_license_file_insert){
					 .project_id = v->row.project_id,
					 .id = v->file_id,
					 .license_id = v->row.license_id,
					 .activation_id = v->activation_id,
					 .kid = v->row.kid,
					 .file_expires_at = v->file_expires_at,
				     },
				     NULL);
}

static int64_t
file_end(const struct validation *v, const struct license_row *license)
{
	int64_t days = v->in->has.ttl_days ? v->in->ttl_days : v->settings.file_ttl_days;
	int64_t end = v->rq->now_ms + days * DAY_MS;

	return license->ends_at != NONE && license->ends_at < end ? license->ends_at : end;
}

enum err
validation_issue_file(struct validation *v, const struct license_row *license)
{
	struct q_license_file_recent_row recent;

	TRY(q_license_file_recent(v->tx->db,
				  &(struct q_license_file_recent){
				      .project_id = v->row.project_id,
				      .license_id = v->row.license_id,
				      .since = v->rq->now_ms - FILES_WINDOW_MS,
				  },
				  &recent));
	if (recent.total >= FILES_MAX)
		return ERR_FILE_LIMIT;
	/* What is signed is what holds behind the guard. */
	v->row.expires_at = license->expires_at;
	v->row.ends_at = license->ends_at;
	v->row.product_name = license->product_name;
	v->file_expires_at = file_end(v, license);
	TRY(tx_make_id(v->tx, ID_LICENSE_FILE, &v->file_id));
	TRY(hold_seat(v));
	TRY(insert_file(v));
	return record_file(v, license);
}

enum err
validation_file(struct validation *v)
{
	struct license_row license;

	TRY(db_begin(v->tx->db, TX_WRITE));
	TRY(validation_bind(v, &license));
	if (license_code_is_valid(v->code))
		return validation_issue_file(v, &license);
	db_rollback(v->tx->db);
	return OK;
}

/* ---- what it says ---- */

enum err
validation_sign_file(const struct validation *v, struct signed_file *ret)
{
	struct seal_place place = license_signing_key_place(v->row.project_id, v->row.kid);
	struct license_answer answer = validation_answer(v);
	struct license_file_claims claims = {
		.file_id = v->file_id,
		.file_expires_at = v->file_expires_at,
		.parts = v->said,
		.part_count = v->said_count,
		.rules = license_settings_match_rules(&v->settings),
	};
	const char *signature;

	if (RAND_bytes(claims.salt, sizeof(claims.salt)) != 1)
		return ERR_CRYPTO;
	answer.valid_until = v->file_expires_at;
	const char *payload = license_file_payload(v->rq->arena, &answer, &claims);
	TRY(license_sign(v->rq->keyring, v->rq->arena, &place, v->row.private_sealed, LICENSE_FILE_FORMAT, v->row.kid, payload, &signature));
	*ret = (struct signed_file){ .format = LICENSE_FILE_NAME, .kid = v->row.kid, .payload = payload, .signature = signature };
	return OK;
}
