/*
 * What the checks of gatehousectl doctor share.
 */
#ifndef GATEHOUSE_CTL_DOCTOR_H
#define GATEHOUSE_CTL_DOCTOR_H

#include "ctl/ctl.h"

#define FINDINGS_MAX 32

struct finding {
	const char *check;
	const char *result;	/* ok, warning, failed */
	const char *message;
	const char *remedy;	/* NULL when all is well */
};

struct doctor {
	struct ctl *ctl;
	struct finding findings[FINDINGS_MAX];
	size_t count;
};

/* Texts may be the arena's. */
void doctor_ok(struct doctor *, const char *check, const char *message);
void doctor_warn(struct doctor *, const char *check, const char *message, const char *remedy);
void doctor_fail(struct doctor *, const char *check, const char *message, const char *remedy);

/* One family of checks a file. */
void doctor_check_files(struct doctor *);
void doctor_check_database(struct doctor *);
void doctor_check_network(struct doctor *);

#endif
