/*
 * Doctor: the configuration, the key file and other files on this machine.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/doctor.h"
#include "lib/passwords.h"
#include "sys/countries.h"
#include "sys/system.h"

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define OTHERS_ALL (S_IRWXO)

/* Whoever can write it decides where sign-in links point. */
static void
check_config_file(struct doctor *doctor)
{
	const char *file = doctor->ctl->config_file;
	struct stat st;

	if (stat(file, &st) != 0)
		doctor_fail(doctor, "configuration", arena_printf(doctor->ctl->arena, "%s can't be read", file),
			    "name it by --config");
	else if ((st.st_mode & OTHERS_WRITE) != 0)
		doctor_fail(doctor, "configuration",
			    arena_printf(doctor->ctl->arena, "%s can be written by others", file),
			    arena_printf(doctor->ctl->arena, "chmod go-w %s", file));
	else
		doctor_ok(doctor, "configuration", arena_printf(doctor->ctl->arena, "%s has no errors", file));
}

static void
check_addresses(struct doctor *doctor)
{
	const struct config *config = doctor->ctl->config;

	if (strcmp(config->public_url, config->auth_url) == 0)
		doctor_warn(
			doctor, "addresses",
			"public_url and auth_url are equal: tenants' pages share an origin with the dashboard",
			"give auth_url a host name of its own");
	else
		doctor_ok(doctor, "addresses",
			  arena_printf(doctor->ctl->arena, "%s and %s", config->public_url, config->auth_url));
}

static void
check_master_key(struct doctor *doctor)
{
	struct ctl *ctl = doctor->ctl;
	const char *file = ctl->config->master_key_file;
	struct stat st;

	if (stat(file, &st) != 0) {
		doctor_fail(
			doctor, "master key", arena_printf(ctl->arena, "%s: %s", file, strerrordesc_np(errno)),
			arena_printf(ctl->arena,
				     "restore it, or for a new installation: gatehousectl init-key %s", file));
		return;
	}
	if ((st.st_mode & (OTHERS_ALL | OTHERS_WRITE)) != 0) {
		doctor_fail(
			doctor, "master key",
			arena_printf(ctl->arena, "%s is open to others (mode %04o)", file, st.st_mode & 07777),
			arena_printf(ctl->arena, "chmod 0600 %s", file));
		return;
	}
	ctl->keyring = keyring_load(ctl->arena, ctl->config);
	if (ctl->keyring == NULL)
		doctor_fail(doctor, "master key", arena_printf(ctl->arena, "%s holds no usable key", file),
			    "restore it from its copy");
	else
		doctor_ok(doctor, "master key",
			  arena_printf(ctl->arena, "%s; new secrets are sealed with %s", file,
				       keyring_current_id(ctl->keyring)));
}

static void
check_breached_passwords(struct doctor *doctor)
{
	struct ctl *ctl = doctor->ctl;
	const char *file = ctl->config->passwords.breached_file;
	bool is_readable = false;

	if (file[0] == '\0') {
		doctor_warn(doctor, "breached list", "new passwords aren't compared with breached ones",
			    "set passwords.breached_file to a sorted list of SHA-1 hashes");
		return;
	}
	password_is_breached(file, "", &is_readable);
	if (is_readable)
		doctor_ok(doctor, "breached list", file);
	else
		doctor_fail(doctor, "breached list", arena_printf(ctl->arena, "%s can't be read", file),
			    "see passwords.breached_file");
}

static void
check_countries(struct doctor *doctor)
{
	const char *file = doctor->ctl->config->countries_file;

	if (file[0] == '\0')
		return;
	if (countries_open(file))
		doctor_ok(doctor, "countries", file);
	else
		doctor_fail(doctor, "countries", arena_printf(doctor->ctl->arena, "%s can't be read, or is no MaxMind database", file),
			    "see countries_file");
	countries_close();
}

void
doctor_check_files(struct doctor *doctor)
{
	check_config_file(doctor);
	check_addresses(doctor);
	check_master_key(doctor);
	check_breached_passwords(doctor);
	check_countries(doctor);
}
