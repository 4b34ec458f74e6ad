/*
 * Every resource's routes, for the pipeline.
 */
#include "handlers/routes.h"

const struct route *const gatehouse_routes[] = {
	health_routes,
	metrics_routes,
	setup_routes,
	installation_org_routes,
	me_routes,
	org_routes,
	search_routes,
	palette_routes,
	member_routes,
	invitation_routes,
	invitation_use_routes,
	project_routes,
	project_reset_routes,
	project_member_routes,
	api_key_routes,
	client_routes,
	audit_event_routes,
	audit_export_routes,
	audit_verify_routes,
	event_routes,
	auth_request_routes,
	social_provider_routes,
	public_routes,
	asset_routes,
	flow_routes,
	session_routes,
	rate_limit_routes,
	sign_in_settings_routes,
	account_routes,
	NULL,
};
