/*
 * How a passkey ceremony ends: what the browser sent is taken apart, its challenge is taken away,
 * and the answer judged.
 */
#include "domain/passkeys.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/json.h"
#include "lib/secrets.h"
#include "lib/webauthn.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

/* ---- what the browser sent (section 5.1, the JSON forms) ---- */

static bool
take_octets(struct arena *arena, const struct json *object, const char *name, struct bytes *ret)
{
	const struct json *member = json_member(object, name);

	return member != NULL && member->type == JSON_STRING &&
	       base64url_decode(arena, member->string, strlen(member->string), ret);
}

/* {"id", "type": "public-key", "response": {…}} */
static bool
open_credential(struct arena *arena, const char *text, struct bytes *ret_id,
		struct json *ret_response)
{
	const struct json *type, *response;
	struct json credential;

	if (json_parse(arena, text, strlen(text), &credential, NULL) != OK ||
	    credential.type != JSON_OBJECT)
		return false;
	type = json_member(&credential, "type");
	response = json_member(&credential, "response");
	if (type == NULL || type->type != JSON_STRING || strcmp(type->string, "public-key") != 0 ||
	    response == NULL || response->type != JSON_OBJECT)
		return false;
	*ret_response = *response;
	return take_octets(arena, &credential, "id", ret_id);
}

/* ---- the challenge ---- */

/* Of two who send one answer, and of one who sends two, one finds it. */
static enum err
take_challenge(struct tx *tx, const struct passkey_site *site, const char *purpose,
	       const char *bound_to, struct bytes client_data, struct bytes *ret_challenge)
{
	uint64_t matched = 0;

	if (!webauthn_challenge(tx->arena, client_data, ret_challenge))
		return ERR_NO_ROW;
	TRY(q_one_time_token_take(
	    tx->db,
	    &(struct q_one_time_token_take){
		.project_id = site->project_id,
		.token_digest = sha256_bytes(tx->arena, ret_challenge->data, ret_challenge->len),
		.purpose = purpose,
		.target = {(const uint8_t *)bound_to, strlen(bound_to)},
	    },
	    &matched));
	return matched == 1 ? OK : ERR_NO_ROW;
}

static struct webauthn_ceremony
ceremony_of(const struct passkey_site *site, struct bytes challenge, bool needs_verification)
{
	return (struct webauthn_ceremony){
	    .rp_id = site->rp_id,
	    .origins = site->origins,
	    .challenge = challenge,
	    .needs_user_verification = needs_verification,
	};
}

/* ---- registering ---- */

static enum err
judge_registration(struct tx *tx, const struct passkey_site *site, const char *bound_to,
		   const char *credential_json, struct webauthn_credential *ret,
		   enum webauthn_fault *ret_fault)
{
	struct webauthn_registration sent;
	struct webauthn_ceremony ceremony;
	struct json response;
	struct bytes id, challenge;

	*ret_fault = WEBAUTHN_MALFORMED;
	if (!open_credential(tx->arena, credential_json, &id, &response) ||
	    !take_octets(tx->arena, &response, "clientDataJSON", &sent.client_data_json) ||
	    !take_octets(tx->arena, &response, "attestationObject", &sent.attestation_object))
		return OK;
	enum err e =
	    take_challenge(tx, site, PASSKEY_REGISTER, bound_to, sent.client_data_json, &challenge);
	*ret_fault = WEBAUTHN_OTHER_CHALLENGE;
	if (e != OK)
		return e == ERR_NO_ROW ? OK : e;
	ceremony = ceremony_of(site, challenge, false);
	*ret_fault = webauthn_register(tx->arena, &ceremony, &sent, ret);
	if (*ret_fault == WEBAUTHN_GOOD &&
	    (id.len != ret->id.len || memcmp(id.data, ret->id.data, id.len) != 0))
		*ret_fault = WEBAUTHN_MALFORMED;
	return OK;
}

static enum err
check_count(struct tx *tx, const struct factor_owner *owner)
{
	struct q_user_factor_passkeys_row *rows = NULL;
	size_t count = 0;

	TRY(q_user_factor_passkeys(tx->db,
				   &(struct q_user_factor_passkeys){.project_id = owner->project_id,
								    .user_id = owner->user_id},
				   &rows, &count));
	return count < PASSKEYS_MAX ? OK : ERR_PLAN_LIMIT_REACHED;
}

static enum err
insert(struct tx *tx, const struct factor_owner *owner, const struct webauthn_credential *made,
       const char *name, const char **ret_id)
{
	TRY(tx_make_id(tx, ID_FACTOR, ret_id));
	enum err e = q_user_factor_passkey_insert(
	    tx->db,
	    &(struct q_user_factor_passkey_insert){
		.project_id = owner->project_id,
		.id = *ret_id,
		.user_id = owner->user_id,
		.name = name,
		.credential_id = made->id,
		.credential_digest = sha256_bytes(tx->arena, made->id.data, made->id.len),
		.public_key = made->public_key,
		.sign_count = made->sign_count,
		.is_backup_eligible = made->is_backup_eligible,
		.is_backed_up = made->is_backed_up,
	    },
	    NULL);
	return db_on_duplicate(tx->db, e, DUP_USER_FACTORS_UQ_CREDENTIAL_DIGEST,
			       ERR_PASSKEY_EXISTS);
}

enum err
passkey_register(struct tx *tx, const struct passkey_site *site, const struct factor_owner *owner,
		 const char *bound_to, const char *credential_json, const char *name,
		 struct user_factor_row *ret, const char **ret_reason)
{
	struct webauthn_credential made;
	enum webauthn_fault fault;
	const char *id;

	TRY(factor_guard(tx, owner));
	TRY(judge_registration(tx, site, bound_to, credential_json, &made, &fault));
	if (fault != WEBAUTHN_GOOD) {
		*ret_reason = webauthn_fault_name(fault);
		return ERR_VALIDATION_FAILED;
	}
	TRY(check_count(tx, owner));
	TRY(insert(tx, owner, &made, name, &id));
	TRY(factor_record(tx, owner, EV_PASSKEY_ADDED, id, name, "A passkey was added"));
	return q_user_factor_get(tx->db,
				 &(struct q_user_factor_get){
				     .project_id = owner->project_id,
				     .user_id = owner->user_id,
				     .id = id,
				 },
				 ret);
}

/* ---- proving ---- */

/* An assertion on its way through. */
struct attempt {
	struct webauthn_assertion sent;
	struct q_user_factor_passkey_row known;
	struct webauthn_use use;
	enum webauthn_fault fault;
	bool needs_verification;
};

/* Whoever holds a passkey says whose it is; that must be its owner (WA-08). */
static bool
has_other_handle(struct tx *tx, const struct json *response, const struct attempt *attempt)
{
	const struct json *member = json_member(response, "userHandle");
	const struct bytes *own = &attempt->known.webauthn_handle;
	struct bytes handle;

	if (member == NULL || member->type == JSON_NULL)
		return false;
	return !take_octets(tx->arena, response, "userHandle", &handle) || handle.len != own->len ||
	       !secret_equal(handle.data, own->data, own->len);
}

static void
judge_assertion(struct tx *tx, const struct passkey_site *site, struct bytes challenge,
		struct attempt *attempt)
{
	struct webauthn_ceremony ceremony =
	    ceremony_of(site, challenge, attempt->needs_verification);
	struct webauthn_credential known = {
	    .public_key = attempt->known.public_key,
	    .sign_count = attempt->known.sign_count,
	    .is_backup_eligible = attempt->known.is_backup_eligible,
	};

	attempt->fault =
	    webauthn_authenticate(tx->arena, &ceremony, &known, &attempt->sent, &attempt->use);
}

/* ERR_NO_ROW with *ret_reason for any fault. */
static enum err
judge(struct tx *tx, const struct passkey_site *site, const char *bound_to,
      const char *credential_json, struct attempt *attempt, const char **ret_reason)
{
	struct bytes id, challenge;
	struct json response;

	*ret_reason = "malformed";
	if (!open_credential(tx->arena, credential_json, &id, &response) ||
	    !take_octets(tx->arena, &response, "clientDataJSON", &attempt->sent.client_data_json) ||
	    !take_octets(tx->arena, &response, "authenticatorData",
			 &attempt->sent.authenticator_data) ||
	    !take_octets(tx->arena, &response, "signature", &attempt->sent.signature))
		return ERR_NO_ROW;
	*ret_reason = webauthn_fault_name(WEBAUTHN_OTHER_CHALLENGE);
	TRY(take_challenge(tx, site, PASSKEY_SIGN_IN, bound_to, attempt->sent.client_data_json,
			   &challenge));
	*ret_reason = "unknown passkey";
	TRY(q_user_factor_passkey(tx->db,
				  &(struct q_user_factor_passkey){
				      .project_id = site->project_id,
				      .credential_digest = sha256_bytes(tx->arena, id.data, id.len),
				  },
				  &attempt->known));
	*ret_reason = "other user handle";
	if (has_other_handle(tx, &response, attempt))
		return ERR_NO_ROW;
	judge_assertion(tx, site, challenge, attempt);
	*ret_reason = webauthn_fault_name(attempt->fault);
	return attempt->fault == WEBAUTHN_GOOD ? OK : ERR_NO_ROW;
}

/* Its counter stands although the signature is right: a copy may be about (WA-06). */
static enum err
record_suspicion(struct tx *tx, const struct passkey_site *site, const struct attempt *attempt)
{
	return factor_record(tx,
			     &(struct factor_owner){.project_id = site->project_id,
						    .user_id = attempt->known.user_id},
			     EV_PASSKEY_SUSPICIOUS, attempt->known.id, attempt->known.name, NULL);
}

static enum err
take_use(struct tx *tx, const struct passkey_site *site, const struct attempt *attempt)
{
	uint64_t matched = 0;

	TRY(q_user_factor_passkey_use(tx->db,
				      &(struct q_user_factor_passkey_use){
					  .sign_count = attempt->use.sign_count,
					  .is_backed_up = attempt->use.is_backed_up,
					  .project_id = site->project_id,
					  .id = attempt->known.id,
				      },
				      &matched));
	return matched == 1 ? OK : ERR_INVALID_CREDENTIALS;
}

enum err
passkey_prove(struct tx *tx, const struct passkey_site *site, const char *bound_to,
	      const char *credential_json, bool needs_verification, struct passkey_proof *ret,
	      const char **ret_reason)
{
	struct attempt attempt = {.needs_verification = needs_verification};
	enum err e = judge(tx, site, bound_to, credential_json, &attempt, ret_reason);

	if (attempt.fault == WEBAUTHN_COUNTER_STANDS)
		TRY(record_suspicion(tx, site, &attempt));
	if (e != OK)
		return e == ERR_NO_ROW ? ERR_INVALID_CREDENTIALS : e;
	TRY(take_use(tx, site, &attempt));
	*ret = (struct passkey_proof){
	    .user_id = attempt.known.user_id,
	    .is_user_verified = attempt.use.is_user_verified,
	};
	return OK;
}
