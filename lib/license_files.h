/*
 * License files (licensing.md rule 16): an answer that a program can keep, with the machine that it holds on, so that both can be checked
 * without a network. A salt of the file's own keeps its digests from being compared with those of another file.
 */
#ifndef GATEHOUSE_LIB_LICENSE_FILES_H
#define GATEHOUSE_LIB_LICENSE_FILES_H

#include "lib/fingerprints.h"
#include "lib/license_answers.h"

#define LICENSE_FILE_NAME     "gatehouse-license-file-1"	/* what a file calls its form */
#define LICENSE_FILE_SALT_LEN 16

struct license_file_claims {
	const char *file_id;
	int64_t file_expires_at;
	const struct component_said *parts;	/* of the machine, normalised */
	size_t part_count;			/* 0: it holds on any machine */
	struct match_rules rules;
	uint8_t salt[LICENSE_FILE_SALT_LEN];
};

/* Compact JSON: the members of the answer's payload, then those of the file. */
const char *license_file_payload(struct arena *, const struct license_answer *, const struct license_file_claims *) RETURNS_NONNULL;

#endif
