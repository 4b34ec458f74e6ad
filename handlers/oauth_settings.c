/*
 * /api/v1/oauth_settings (oauth.md section 3): how a project's OAuth server behaves.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/oauth_settings.h"
#include "fcgi/request.h"
#include "lib/signing_keys.h"
#include "lib/text.h"
#include "lib/uris.h"
#include "sql/gen/queries.h"

#define TRUSTED_DOMAINS_MAX 100
#define TOKEN_VERSION_MAX   1000000000

static const struct field oauth_settings_fields[] = {
	OUT_STRING(struct oauth_settings, issuer, .flags = FIELD_NO_DIFF, .description = "What iss is in every token, and where the metadata stands"),
	OUT_ENUM(struct oauth_settings, signing_alg, signing_alg_names, .description = "Of access tokens for a client itself"),
	OUT_INT(struct oauth_settings, access_token_ttl_s, .description = "Seconds; what new clients and resource servers begin with"),
	OUT_ENUM(struct oauth_settings, dcr, dcr_policies, .description = "Who may register a client (RFC 7591): anybody, who has an initial token, nobody"),
	OUT_ENUM(struct oauth_settings, cimd, cimd_policies,
		 .description = "Whose client may be a document at an address: anybody's, one on a trusted domain, nobody's"),
	OUT_WORDS(struct oauth_settings, cimd_trusted_domains),
	OUT_BOOL(struct oauth_settings, require_par),
	OUT_BOOL(struct oauth_settings, dpop_require_nonce),
	OUT_INT(struct oauth_settings, min_token_version, .description = "People's access tokens below it are void"),
	FIELDS_END,
};

static enum verdict
show(const struct request *rq, const struct oauth_settings *settings)
{
	/* The policies also follow the project's type, which the version doesn't count. */
	reply_etag_without_304(rq, settings->version);
	return reply(rq, 200, oauth_settings_fields, settings);
}

static enum verdict
oauth_settings_get(const struct request *rq, struct tx *tx)
{
	struct oauth_settings settings;
	enum err e = oauth_settings_read(tx, rq->project.id, &settings);

	return e == OK ? show(rq, &settings) : fail_err(rq, e);
}

/* ---- PATCH ---- */

struct settings_input {
	struct {
		bool signing_alg, access_token_ttl_s, dcr, cimd, cimd_trusted_domains, require_par, dpop_require_nonce, min_token_version;
	} has;
	const char *signing_alg;
	int64_t access_token_ttl_s;
	const char *dcr, *cimd;
	struct strings cimd_trusted_domains;
	bool require_par, dpop_require_nonce;
	int64_t min_token_version;
};

static const struct field settings_input[] = {
	IN_ENUM(struct settings_input, signing_alg, signing_alg_names),
	IN_INT(struct settings_input, access_token_ttl_s, 300, DAY_MS / SECOND_MS),
	IN_ENUM(struct settings_input, dcr, dcr_policies, .flags = FIELD_NULLABLE, .description = "null: what the project's type begins with"),
	IN_ENUM(struct settings_input, cimd, cimd_policies, .flags = FIELD_NULLABLE, .description = "null: what the project's type begins with"),
	IN_STRINGS(struct settings_input, cimd_trusted_domains, .items_max = TRUSTED_DOMAINS_MAX, .min = 1, .max = 253,
		   .check = host_name_check, .flags = FIELD_DISTINCT, .description = "In lower case; those below them are trusted too"),
	IN_BOOL(struct settings_input, require_par),
	IN_BOOL(struct settings_input, dpop_require_nonce),
	IN_INT(struct settings_input, min_token_version, 0, TOKEN_VERSION_MAX, .description = "Only rises"),
	FIELDS_END,
};

static struct oauth_settings
settings_with(struct arena *arena, const struct oauth_settings *before, const struct settings_input *in)
{
	struct oauth_settings after = *before;

	if (in->has.signing_alg)
		after.signing_alg = in->signing_alg;
	if (in->has.access_token_ttl_s)
		after.access_token_ttl_s = in->access_token_ttl_s;
	if (in->has.dcr)
		after.own_dcr = in->dcr;
	if (in->has.cimd)
		after.own_cimd = in->cimd;
	if (in->has.cimd_trusted_domains)
		after.cimd_trusted_domains = words_join(arena, in->cimd_trusted_domains);
	if (in->has.require_par)
		after.require_par = in->require_par;
	if (in->has.dpop_require_nonce)
		after.dpop_require_nonce = in->dpop_require_nonce;
	if (in->has.min_token_version)
		after.min_token_version = in->min_token_version;
	return after;
}

static enum err
write_settings(struct tx *tx, const char *project_id, const struct oauth_settings *settings)
{
	return q_oauth_settings_update(tx->db,
				       &(struct q_oauth_settings_update){
					   .project_id = project_id,
					   .signing_alg = settings->signing_alg,
					   .access_token_ttl_s = settings->access_token_ttl_s,
					   .dcr = settings->own_dcr,
					   .cimd = settings->own_cimd,
					   .cimd_trusted_domains = settings->cimd_trusted_domains,
					   .require_par = settings->require_par,
					   .dpop_require_nonce = settings->dpop_require_nonce,
					   .min_token_version = settings->min_token_version,
				       },
				       NULL);
}

static enum err
record_change(const struct request *rq, struct tx *tx, const struct oauth_settings *before, const struct oauth_settings *after)
{
	struct record r = request_record(rq, EV_OAUTH_SETTINGS_UPDATED, rq->project.id, rq->project.name);

	r.fields = oauth_settings_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

static enum err
update(const struct request *rq, struct tx *tx, const struct oauth_settings *before, struct oauth_settings *ret_after)
{
	struct oauth_settings after = settings_with(rq->arena, before, rq->input);

	TRY(write_settings(tx, rq->project.id, &after));
	TRY(oauth_settings_read(tx, rq->project.id, ret_after));
	return record_change(rq, tx, before, ret_after);
}

static bool
lets_in(bool is_named, const char *policy)
{
	return is_named && policy != NULL && strcmp(policy, "off") != 0;
}

/* What the table can't say. */
static enum verdict
check(const struct request *rq, const struct oauth_settings *before)
{
	static const char NOT_FOR_TYPE[] = "Nobody signs in to a project of type mcp, so no client registers itself there.";
	const struct settings_input *in = rq->input;

	if (in->has.min_token_version && in->min_token_version < before->min_token_version)
		return fail_field(rq, "min_token_version", "only_rises", "It is %lld and only rises.", (long long)before->min_token_version);
	if (before->is_closed && lets_in(in->has.dcr, in->dcr))
		return fail_field(rq, "dcr", "not_for_type", "%s", NOT_FOR_TYPE);
	if (before->is_closed && lets_in(in->has.cimd, in->cimd))
		return fail_field(rq, "cimd", "not_for_type", "%s", NOT_FOR_TYPE);
	return go_on(rq);
}

static enum verdict
oauth_settings_update(const struct request *rq, struct tx *tx)
{
	struct oauth_settings before, after;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = oauth_settings_guard(tx, rq->project.id);
	if (e == OK)
		e = oauth_settings_read(tx, rq->project.id, &before);
	if (e != OK)
		return fail_err(rq, e);
	if (!precondition_holds(rq, before.version))
		return fail_err(rq, ERR_PRECONDITION_FAILED);
	enum verdict bad = check(rq, &before);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = update(rq, tx, &before, &after);
	return e == OK ? show(rq, &after) : fail_err(rq, e);
}

const struct route oauth_settings_routes[] = {
	{
	    .id = "oauth_settings_get",
	    .method = GET,
	    .path = "/api/v1/oauth_settings",
	    .summary = "Get how the OAuth server behaves",
	    .auth = AUTH_SESSION | AUTH_PERSONAL_TOKEN | AUTH_SERVICE_KEY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_OAUTH_SETTINGS_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    .output = oauth_settings_fields,
	    .handler = oauth_settings_get,
	},
	{
	    .id = "oauth_settings_update",
	    .method = PATCH,
	    .path = "/api/v1/oauth_settings",
	    .summary = "Change how the OAuth server behaves",
	    .description = "Raising min_token_version voids every access token that people have; refresh tokens give new ones.",
	    .auth = AUTH_SESSION | AUTH_PERSONAL_TOKEN | AUTH_SERVICE_KEY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_OAUTH_SETTINGS_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct settings_input, settings_input),
	    .output = oauth_settings_fields,
	    .handler = oauth_settings_update,
	},
	ROUTES_END,
};
