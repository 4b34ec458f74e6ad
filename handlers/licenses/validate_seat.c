/*
 * Which seat a machine has, and taking, keeping and giving back one (licensing.md rules 4 to 10). Whatever counts seats writes the license's
 * guard first, so that machines that ask at once stand in line, and a seat's number is unique among those taken.
 */
#include <string.h>

#include "domain/licenses.h"
#include "handlers/licenses/validate.h"
#include "sql/gen/schema_keys.h"

#define RELEASES_WINDOW_MS (30 * DAY_MS)

typedef struct q_validation_seats_row seat_row;

struct seats {
	seat_row *items;
	size_t count;
};

static bool
is_floating(const struct validation *v)
{
	return license_is_floating(v->row.mode);
}

static bool
is_taken(const struct validation *v, int64_t lease_expires_at)
{
	return lease_expires_at == NONE || lease_expires_at > v->rq->now_ms;
}

/* By the one digest of all that it says. */
static bool
has_live_seat(const struct validation *v)
{
	return v->row.activation_id != NULL && is_taken(v, v->row.lease_expires_at);
}

static enum err
read_seats(const struct validation *v, struct seats *ret)
{
	return q_validation_seats(
	    v->tx->db,
	    &(struct q_validation_seats){ .project_id = v->row.project_id, .license_id = v->row.license_id },
	    &ret->items, &ret->count);
}

/* The one that fits best, of equal ones that with the lowest number; NULL: none. */
static const seat_row *
find_machine(const struct validation *v, const struct seats *seats)
{
	struct match_rules rules = license_settings_match_rules(&v->settings);
	const seat_row *best = NULL;
	int64_t best_score = NO_MATCH;

	for (size_t i = 0; i < seats->count; i++) {
		struct fingerprint stored;
		int64_t score = NO_MATCH;

		if (is_taken(v, seats->items[i].lease_expires_at) &&
		    fingerprint_parse(v->rq->arena, seats->items[i].components, &stored))
			score = fingerprint_match(&stored, &v->machine, &rules);
		if (score > best_score) {
			best = &seats->items[i];
			best_score = score;
		}
	}
	return best;
}

static void
has_seat(struct validation *v, const char *activation_id, int64_t lease_expires_at)
{
	v->activation_id = activation_id;
	v->lease_expires_at = lease_expires_at;
}

/* ---- a machine that is known ---- */

static bool
is_lock_open(const struct validation *v)
{
	return v->row.ip_locked == 1 && v->row.ip_digest.data == NULL;
}

static enum err
write_guard(const struct validation *v, uint64_t *ret_matched)
{
	return q_license_guard(v->tx->db,
			       &(struct q_license_guard){
				   .project_id = v->row.project_id,
				   .id = v->row.license_id,
				   .ip_hint = v->is_seller ? NULL : address_hint(v->rq->arena, v->rq->ip),
				   .ip_digest = { v->is_seller ? NULL : v->ip_digest, v->is_seller ? 0 : LICENSE_DIGEST_LEN },
			       },
			       ret_matched);
}

/* What the license is now, behind its guard: whoever wrote it before may have changed everything. */
static enum err
judge_again(struct validation *v, struct license_row *ret_license)
{
	enum err e = q_license_get(v->tx->db, &(struct q_license_get){ .project_id = v->row.project_id, .id = v->row.license_id },
				   ret_license);

	if (e == ERR_NO_ROW) {
		v->code = LICENSE_NOT_FOUND;
		return OK;
	}
	TRY(e);
	v->code = validation_standing(v, ret_license->status, ret_license->ends_at, ret_license->expires_at, ret_license->ip_locked,
				      ret_license->ip_digest);
	return OK;
}

static enum err
record_machine(const struct validation *v, enum event event, const struct license_row *row)
{
	struct license license;

	TRY(license_of_row(v->tx, v->row.project_id, row, false, &license));
	return activation_record(v->tx, event, v->row.org_id, v->row.project_id, &license, v->activation_id);
}

/* Once a window: whoever writes last_seen_at first in it records, all others find it written. */
static enum err
note_seen(struct validation *v, bool closes_lock)
{
	struct license_row license;
	uint64_t matched = 0;

	TRY(db_begin(v->tx->db, TX_WRITE));
	if (closes_lock)
		TRY(write_guard(v, &matched));
	TRY(judge_again(v, &license));
	if (!license_code_is_valid(v->code)) {
		db_rollback(v->tx->db);
		return OK;
	}
	TRY(q_activation_seen(v->tx->db,
			      &(struct q_activation_seen){
				  .project_id = v->row.project_id,
				  .id = v->activation_id,
				  .country = v->country,
				  .label = v->in->label,
				  .seen_before = v->rq->now_ms - v->settings.record_window_s * SECOND_MS,
			      },
			      &matched));
	return matched == 0 ? OK : record_machine(v, EV_LICENSE_VALIDATED, &license);
}

static enum err
welcome_back(struct validation *v, const char *activation_id, int64_t last_seen_at, int64_t lease_expires_at)
{
	bool is_due = last_seen_at <= v->rq->now_ms - v->settings.record_window_s * SECOND_MS;

	has_seat(v, activation_id, lease_expires_at);
	return is_due || is_lock_open(v) ? note_seen(v, is_lock_open(v)) : OK;
}

/* ---- a machine that needs a seat ---- */

/* The lowest number that nobody has; 0: none is free, or as many machines as may have one already. */
static int64_t
free_seat(const struct validation *v, const struct seats *seats, int64_t max)
{
	int64_t taken = 0;

	for (size_t i = 0; i < seats->count; i++)
		taken += is_taken(v, seats->items[i].lease_expires_at);
	for (int64_t seat = 1; taken < max && seat <= max; seat++) {
		bool is_free = true;
		for (size_t i = 0; is_free && i < seats->count; i++)
			is_free = seats->items[i].seat != seat || !is_taken(v, seats->items[i].lease_expires_at);
		if (is_free)
			return seat;
	}
	return 0;
}

/* Those whose lease is over hold their numbers until somebody needs one. */
static enum err
end_leases(const struct validation *v, const struct seats *seats)
{
	bool is_any_over = false;

	for (size_t i = 0; i < seats->count; i++)
		is_any_over = is_any_over || !is_taken(v, seats->items[i].lease_expires_at);
	if (!is_any_over)
		return OK;
	return q_activation_end_leases(
	    v->tx->db,
	    &(struct q_activation_end_leases){ .project_id = v->row.project_id, .license_id = v->row.license_id }, NULL);
}

static enum err
insert_seat(struct validation *v, const struct license_row *license, int64_t seat)
{
	int64_t lease_expires_at = is_floating(v) ? v->rq->now_ms + license->lease_ttl_s * SECOND_MS : NONE;
	const char *id;

	TRY(tx_make_id(v->tx, ID_ACTIVATION, &id));
	TRY(q_activation_insert(v->tx->db,
				&(struct q_activation_insert){
				    .project_id = v->row.project_id,
				    .id = id,
				    .license_id = v->row.license_id,
				    .seat = seat,
				    .machine_digest = { v->machine_digest, LICENSE_DIGEST_LEN },
				    .components = fingerprint_text(v->rq->arena, &v->machine),
				    .label = v->in->label,
				    .country = v->country,
				    .lease_expires_at = lease_expires_at,
				},
				NULL));
	has_seat(v, id, lease_expires_at);
	return OK;
}

static enum err
take_seat(struct validation *v, struct license_row *license, const struct seats *seats)
{
	int64_t seat = free_seat(v, seats, license->max_activations);

	if (seat == 0) {
		v->code = LICENSE_ACTIVATION_LIMIT;
		return OK;
	}
	TRY(end_leases(v, seats));
	TRY(insert_seat(v, license, seat));
	license->current_activations++;
	tx_count(v->tx, &(struct stat_count){ .stat = STAT_ACTIVATIONS, .project_id = v->row.project_id });
	return record_machine(v, EV_LICENSE_ACTIVATED, license);
}

/*
 * The seats that were read before the guard count only if nobody has written it since; else they are read again, and the machine may be
 * among them by now.
 */
static enum err
bind_behind_guard(struct validation *v, struct seats *seats)
{
	struct license_row license;
	uint64_t matched = 0;

	TRY(write_guard(v, &matched));
	TRY(judge_again(v, &license));
	if (!license_code_is_valid(v->code))
		return OK;
	if (license.guard != v->row.guard + 1) {
		TRY(read_seats(v, seats));
		const seat_row *mine = find_machine(v, seats);
		if (mine != NULL) {
			has_seat(v, mine->id, mine->lease_expires_at);
			return OK;
		}
	}
	return take_seat(v, &license, seats);
}

/* A refusal leaves nothing behind, the closed lock neither. */
static enum err
bind(struct validation *v, struct seats *seats)
{
	TRY(db_begin(v->tx->db, TX_WRITE));
	TRY(bind_behind_guard(v, seats));
	if (!license_code_is_valid(v->code))
		db_rollback(v->tx->db);
	return OK;
}

enum err
validation_bind(struct validation *v, struct license_row *ret_license)
{
	struct seats seats;
	uint64_t matched = 0;

	TRY(write_guard(v, &matched));
	TRY(judge_again(v, ret_license));
	if (!license_code_is_valid(v->code) || v->said_count == 0)
		return OK;
	TRY(read_seats(v, &seats));
	const seat_row *mine = find_machine(v, &seats);
	if (mine == NULL)
		return take_seat(v, ret_license, &seats);
	has_seat(v, mine->id, mine->lease_expires_at);
	return OK;
}

enum err
validation_seat(struct validation *v)
{
	struct seats seats;

	if (has_live_seat(v))
		return welcome_back(v, v->row.activation_id, v->row.last_seen_at, v->row.lease_expires_at);
	TRY(read_seats(v, &seats));
	const seat_row *mine = find_machine(v, &seats);
	if (mine != NULL)
		return welcome_back(v, mine->id, mine->last_seen_at, mine->lease_expires_at);
	return bind(v, &seats);
}

/* ---- heartbeats and releases ---- */

/* Had it a seat whose lease is over? Then it may have another one. */
static enum err
was_late(const struct validation *v, bool *ret)
{
	struct activation_row row;
	enum err e = q_activation_get(v->tx->db,
				      &(struct q_activation_get){
					  .project_id = v->row.project_id,
					  .license_id = v->row.license_id,
					  .id = v->in->activation_id,
				      },
				      &row);

	*ret = e == OK && row.lease_expires_at != NONE &&
	       (row.end_reason == NULL ? !is_taken(v, row.lease_expires_at) : strcmp(row.end_reason, "lease_over") == 0);
	return e == ERR_NO_ROW ? OK : e;
}

static enum err
extend(struct validation *v, int64_t lease_before)
{
	int64_t lease_expires_at = v->rq->now_ms + v->row.lease_ttl_s * SECOND_MS;
	uint64_t matched = 0;

	if (!is_floating(v))
		return OK;
	if (lease_before > lease_expires_at)
		lease_expires_at = lease_before;	/* a file holds the seat for longer */
	TRY(q_activation_extend(v->tx->db,
				&(struct q_activation_extend){
				    .project_id = v->row.project_id,
				    .license_id = v->row.license_id,
				    .id = v->activation_id,
				    .lease_expires_at = lease_expires_at,
				},
				&matched));
	if (matched == 0) {
		v->code = LICENSE_NOT_ACTIVATED;	/* released this very moment */
		v->activation_id = NULL;
		lease_expires_at = NONE;
	}
	v->lease_expires_at = lease_expires_at;
	return OK;
}

/* The machine that has the seat is the one that speaks: told at once where it says what it always said, else by its parts. */
static enum err
find_named(const struct validation *v, seat_row *ret_seat, bool *ret_has_seat)
{
	struct seats seats;
	const seat_row *mine = NULL;

	*ret_has_seat = has_live_seat(v);
	*ret_seat = (seat_row){
		.id = v->row.activation_id, .last_seen_at = v->row.last_seen_at, .lease_expires_at = v->row.lease_expires_at
	};
	if (!*ret_has_seat) {
		TRY(read_seats(v, &seats));
		mine = find_machine(v, &seats);
		*ret_has_seat = mine != NULL;
		if (mine != NULL)
			*ret_seat = *mine;
	}
	*ret_has_seat = *ret_has_seat && strcmp(ret_seat->id, v->in->activation_id) == 0;
	return OK;
}

enum err
validation_heartbeat(struct validation *v)
{
	bool is_seated = false, is_late = false;
	seat_row mine;

	TRY(find_named(v, &mine, &is_seated));
	if (is_seated) {
		TRY(welcome_back(v, mine.id, mine.last_seen_at, mine.lease_expires_at));
		return license_code_is_valid(v->code) ? extend(v, mine.lease_expires_at) : OK;
	}
	TRY(was_late(v, &is_late));
	if (is_late)
		return validation_seat(v);
	v->code = LICENSE_NOT_ACTIVATED;
	return OK;
}

static enum err
release_behind_guard(struct validation *v)
{
	struct q_activation_released_row released;
	struct license_row license;
	uint64_t matched = 0;

	TRY(write_guard(v, &matched));
	TRY(judge_again(v, &license));
	if (!license_code_is_valid(v->code))
		return OK;
	TRY(q_activation_released(v->tx->db,
				  &(struct q_activation_released){
				      .project_id = v->row.project_id,
				      .license_id = v->row.license_id,
				      .since = v->rq->now_ms - RELEASES_WINDOW_MS,
				  },
				  &released));
	TRY(q_activation_end(v->tx->db,
			     &(struct q_activation_end){
				 .project_id = v->row.project_id,
				 .license_id = v->row.license_id,
				 .id = v->in->activation_id,
				 .end_reason = "released",
			     },
			     &matched));
	v->code = matched == 0					    ? LICENSE_NOT_ACTIVATED
		  : released.total >= v->settings.releases_per_30d ? LICENSE_RELEASE_LIMIT
								   : LICENSE_RELEASED;
	if (v->code != LICENSE_RELEASED)
		return OK;
	v->activation_id = v->in->activation_id;
	license.current_activations--;
	return record_machine(v, EV_LICENSE_DEACTIVATED, &license);
}

enum err
validation_release(struct validation *v)
{
	TRY(db_begin(v->tx->db, TX_WRITE));
	TRY(release_behind_guard(v));
	if (v->code != LICENSE_RELEASED)
		db_rollback(v->tx->db);
	return OK;
}
