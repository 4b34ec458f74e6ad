/*
 * What the routes of licenses share.
 */
#ifndef GATEHOUSE_HANDLERS_LICENSES_H
#define GATEHOUSE_HANDLERS_LICENSES_H

#include "domain/licenses.h"
#include "fcgi/request.h"

struct license_path {
	struct {
		bool id;
	} has;
	const char *id;
};

extern const struct field license_path[];

/* May the caller see keys? (a writer's right) */
bool license_shows_keys(const struct request *);
enum verdict license_show(const struct request *, unsigned status, const struct license *);
/* The license's row is written first, behind the caller's guard: of two who change it the second reads what the first wrote. ERR_NOT_FOUND. */
enum err license_lock(const struct request *, struct tx *, const char *id, struct license *ret) MUST_CHECK;

#endif
