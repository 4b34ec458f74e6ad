/*
 * The accounts of one browser, out of its cookie and back into it.
 */
#include "handlers/users/browser.h"

#include <string.h>

#include "domain/users.h"
#include "lib/secrets.h"

static const struct q_session_in_browser_row *
row_of(const struct q_session_in_browser_row *rows, size_t count,
       const uint8_t digest[SECRET_DIGEST_LEN])
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].token_digest.len == SECRET_DIGEST_LEN &&
		    secret_equal(rows[i].token_digest.data, digest, SECRET_DIGEST_LEN))
			return &rows[i];
	return NULL;
}

enum err
browser_read(const struct request *rq, struct tx *tx, const char *project_id,
	     const struct session_policy *policy, const struct browser *browser,
	     struct browser_account ret[BROWSER_ACCOUNTS_MAX], size_t *ret_count)
{
	uint8_t digests[BROWSER_ACCOUNTS_MAX][SECRET_DIGEST_LEN];
	struct bytes asked[BROWSER_ACCOUNTS_MAX];
	struct q_session_in_browser_row *rows = NULL;
	size_t row_count = 0, count = 0;

	*ret_count = 0;
	if (browser->count == 0)
		return OK;
	for (size_t i = 0; i < BROWSER_ACCOUNTS_MAX; i++) {
		secret_digest(browser->tokens[i < browser->count ? i : 0], digests[i]);
		asked[i] = (struct bytes){ digests[i], SECRET_DIGEST_LEN };
	}
	TRY(q_session_in_browser(tx->db,
				 &(struct q_session_in_browser){
				     .project_id = project_id,
				     .digest_1 = asked[0],
				     .digest_2 = asked[1],
				     .digest_3 = asked[2],
				     .digest_4 = asked[3],
				     .digest_5 = asked[4],
				     .idle_since = rq->now_ms - policy->idle_ms,
				     .made_since = rq->now_ms - policy->max_ms,
				 },
				 &rows, &row_count));
	for (size_t i = 0; i < browser->count; i++) {
		const struct q_session_in_browser_row *row = row_of(rows, row_count, digests[i]);

		if (row != NULL)
			ret[count++] =
			    (struct browser_account){ .token = browser->tokens[i], .row = *row };
	}
	*ret_count = count;
	return OK;
}

/* Of a new session: the same person's earlier one goes, others stay as far as there is room. */
static bool
stays(const struct browser_guest *guest, const struct q_session_in_browser_row *row)
{
	if (guest->renewed_id != NULL)
		return true;
	return !guest->is_alone && strcmp(row->user_id, guest->user_id) != 0;
}

enum err
browser_make_room(const struct request *rq, struct tx *tx, const struct browser_guest *guest,
		  struct browser *browser)
{
	struct browser_account accounts[BROWSER_ACCOUNTS_MAX];
	struct browser kept = { .cookie_name = browser->cookie_name, .count = 1 };
	size_t count = 0;

	TRY(browser_read(rq, tx, guest->project_id, guest->policy, browser, accounts, &count));
	for (size_t i = 0; i < count; i++) {
		const struct q_session_in_browser_row *row = &accounts[i].row;

		if (guest->renewed_id != NULL && strcmp(row->id, guest->renewed_id) == 0)
			continue;
		if (stays(guest, row) && kept.count < BROWSER_ACCOUNTS_MAX) {
			kept.tokens[kept.count++] = accounts[i].token;
			continue;
		}
		enum err e = session_end(tx, guest->project_id, row->user_id, row->id);
		if (e != OK && e != ERR_NO_ROW)
			return e;
	}
	*browser = kept;
	return OK;
}
