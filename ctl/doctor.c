/*
 * gatehousectl doctor: runs every check, prints one line each with the remedy.
 */
#include "ctl/doctor.h"

#include <string.h>

#include "sys/system.h"

static void
add(struct doctor *doctor, const char *result, const char *check, const char *message, const char *remedy)
{
	if (doctor->count < FINDINGS_MAX)
		doctor->findings[doctor->count++] = (struct finding){
			.check = check, .result = result, .message = message, .remedy = remedy
		};
}

void
doctor_ok(struct doctor *doctor, const char *check, const char *message)
{
	add(doctor, "ok", check, message, NULL);
}

void
doctor_warn(struct doctor *doctor, const char *check, const char *message, const char *remedy)
{
	add(doctor, "warning", check, message, remedy);
}

void
doctor_fail(struct doctor *doctor, const char *check, const char *message, const char *remedy)
{
	add(doctor, "failed", check, message, remedy);
}

static const struct field finding_fields[] = {
	OUT_STRING(struct finding, check),
	OUT_STRING(struct finding, result),
	OUT_STRING(struct finding, message),
	OUT_STRING(struct finding, remedy),
	FIELDS_END,
};

static void
print_line(const struct ctl *ctl, const struct finding *finding)
{
	ctl_say(ctl, "%-8s %-16s %s%s%s", finding->result, finding->check, finding->message,
		finding->remedy == NULL ? "" : " → ", finding->remedy == NULL ? "" : finding->remedy);
}

static enum ctl_exit
worst(const struct doctor *doctor)
{
	enum ctl_exit status = CTL_OK;

	for (size_t i = 0; i < doctor->count; i++) {
		if (strcmp(doctor->findings[i].result, "failed") == 0)
			return CTL_FAILED;
		if (strcmp(doctor->findings[i].result, "warning") == 0)
			status = CTL_WARNING;
	}
	return status;
}

enum ctl_exit
ctl_doctor(struct ctl *ctl)
{
	struct doctor doctor = { .ctl = ctl };

	doctor_check_files(&doctor);
	doctor_check_database(&doctor);
	doctor_check_network(&doctor);
	for (size_t i = 0; i < doctor.count; i++)
		print_line(ctl, &doctor.findings[i]);
	if (ctl->as_json)
		ctl_print_list(ctl, finding_fields, doctor.findings, doctor.count, sizeof(doctor.findings[0]));
	return worst(&doctor);
}
