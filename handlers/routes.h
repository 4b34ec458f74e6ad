/*
 * The table of every resource; a new resource adds one line here and one in routes.c.
 */
#ifndef GATEHOUSE_HANDLERS_ROUTES_H
#define GATEHOUSE_HANDLERS_ROUTES_H

#include "fcgi/route.h"

extern const struct route analytics_routes[];
extern const struct route api_key_routes[];
extern const struct route asset_routes[];
extern const struct route audit_event_routes[];
extern const struct route audit_export_routes[];
extern const struct route audit_verify_routes[];
extern const struct route auth_request_routes[];
extern const struct route branding_routes[];
extern const struct route client_routes[];
extern const struct route connector_test_routes[];
extern const struct route event_routes[];
extern const struct route feature_check_routes[];
extern const struct route feature_routes[];
extern const struct route grant_routes[];
extern const struct route health_routes[];
extern const struct route installation_org_routes[];
extern const struct route invitation_routes[];
extern const struct route invitation_use_routes[];
extern const struct route mcp_routes[];
extern const struct route me_routes[];
extern const struct route member_routes[];
extern const struct route metrics_routes[];
extern const struct route oauth_settings_routes[];
extern const struct route initial_token_routes[];
extern const struct route org_routes[];
extern const struct route palette_routes[];
extern const struct route plan_routes[];
extern const struct route project_member_routes[];
extern const struct route project_reset_routes[];
extern const struct route project_routes[];
extern const struct route rate_limit_routes[];
extern const struct route sign_in_settings_routes[];
extern const struct route redirect_settings_routes[];
extern const struct route search_routes[];
extern const struct route setup_routes[];
extern const struct route social_provider_routes[];
extern const struct route resource_server_routes[];
extern const struct route trusted_issuer_routes[];
extern const struct route signing_key_routes[];

/* oauth/: every project's authorization server */
extern const struct route oauth_claims_preview_routes[];
extern const struct route oauth_console_resource_routes[];
extern const struct route oauth_introspect_routes[];
extern const struct route oauth_issuer_routes[];
extern const struct route oauth_register_routes[];
extern const struct route oauth_authorize_routes[];
extern const struct route oauth_site_routes[];
extern const struct route oauth_logout_routes[];
extern const struct route oauth_par_routes[];
extern const struct route oauth_device_routes[];
extern const struct route oauth_request_routes[];
extern const struct route oauth_protected_resource_routes[];
extern const struct route oauth_token_routes[];
extern const struct route oauth_userinfo_routes[];

/* licenses/: what programs ask, and those who sell them set */
extern const struct route license_bulk_routes[];
extern const struct route license_file_routes[];
extern const struct route license_export_routes[];
extern const struct route license_import_routes[];
extern const struct route license_routes[];
extern const struct route license_settings_routes[];
extern const struct route license_status_routes[];
extern const struct route validate_routes[];

/* usage/: what is counted, and how much of it may be */
extern const struct route meter_routes[];
extern const struct route usage_event_routes[];
extern const struct route usage_consume_routes[];
extern const struct route project_limit_routes[];
extern const struct route usage_report_routes[];
extern const struct route billing_routes[];
extern const struct route billing_checkout_routes[];

/* mail/: mails and texts to the people of a project */
extern const struct route mail_send_routes[];
extern const struct route mail_settings_routes[];
extern const struct route mail_template_routes[];
extern const struct route message_routes[];
extern const struct route sms_settings_routes[];

/* payments/: what a project sells, and how it is paid */
extern const struct route checkout_routes[];
extern const struct route connection_routes[];
extern const struct route hook_routes[];
extern const struct route item_routes[];
extern const struct route payment_notification_routes[];
extern const struct route payment_provider_routes[];
extern const struct route payment_routes[];
extern const struct route purchase_routes[];

/* users/: the people of a project and their sign-in */
extern const struct route account_contact_routes[];
extern const struct route account_plan_routes[];
extern const struct route account_profile_routes[];
extern const struct route account_routes[];
extern const struct route export_routes[];
extern const struct route account_factor_routes[];
extern const struct route user_claim_routes[];
extern const struct route user_factor_routes[];
extern const struct route flow_routes[];
extern const struct route impersonation_routes[];
extern const struct route public_routes[];
extern const struct route session_routes[];
extern const struct route social_callback_routes[];
extern const struct route user_import_routes[];
extern const struct route identity_routes[];
extern const struct route user_list_routes[];
extern const struct route user_mail_routes[];
extern const struct route user_password_routes[];
extern const struct route user_routes[];
extern const struct route user_session_routes[];
extern const struct route user_feature_routes[];
extern const struct route user_plan_routes[];
extern const struct route user_status_routes[];
extern const struct route sign_out_target_routes[];
extern const struct route username_routes[];

#endif
