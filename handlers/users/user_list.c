/*
 * GET /users: the people of a project in several orders, filtered, or searched without reading all of them.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/user_object.h"
#include "handlers/users/user_input.h"
#include "lib/encode.h"
#include "lib/search_words.h"
#include "lib/text.h"

#define SEARCH_MIN 2
#define SEARCH_MAX 100
/* Many have what more parts than this begin with: it is looked for among so many of the next people first. */
#define COMMON_PARTS 4000
#define WINDOW_PEOPLE 4000
/* include_total counts as far as this. */
#define COUNTED_MAX INT64_C(100000)

static const char *const statuses[] = { "active", "deactivated", "banned", "deletion_pending", NULL };

enum order { NEWEST, OLDEST, BY_NAME, BY_EMAIL, BY_LAST_SIGN_IN, BY_LATEST_SIGN_IN };

/* In the order of enum order. */
static const char *const sorts[] = { "-created_at", "created_at",      "name", "email",
				     "last_sign_in_at", "-last_sign_in_at", NULL };

struct user_list_input {
	struct {
		bool search, email, status, email_verified, anonymous, workspace_id, created_after, created_before, sort;
	} has;
	const char *search;
	const char *email;
	const char *status;
	bool email_verified;
	bool anonymous;
	const char *workspace_id;
	int64_t created_after;
	int64_t created_before;
	const char *sort;
};

static const struct field user_list_input[] = {
	IN_STRING(struct user_list_input, search, .in = IN_QUERY, .min = SEARCH_MIN, .max = SEARCH_MAX,
		  .description = "Part of the e-mail address, name or username, or a whole id, external_id or phone"),
	IN_STRING(struct user_list_input, email, USER_EMAIL, .in = IN_QUERY, .description = "Exactly this address"),
	IN_ENUM(struct user_list_input, status, statuses, .in = IN_QUERY),
	IN_BOOL(struct user_list_input, email_verified, .in = IN_QUERY),
	IN_BOOL(struct user_list_input, anonymous, .in = IN_QUERY),
	IN_ID(struct user_list_input, workspace_id, ID_WORKSPACE, .in = IN_QUERY, .description = "Refused: there are no workspaces yet"),
	IN_TIME(struct user_list_input, created_after, .in = IN_QUERY),
	IN_TIME(struct user_list_input, created_before, .in = IN_QUERY),
	IN_ENUM(struct user_list_input, sort, sorts, .in = IN_QUERY,
		.description = "-created_at when absent; a search takes -created_at and created_at"),
	FIELDS_END,
};

/* What all the lists' statements ask for; each takes what it needs. */
struct listing {
	const struct request *rq;
	enum order order;
	const char *only_id;
	struct bytes email_key;
	int64_t email_verified, anonymous;
	int64_t after_at;	  /* of orders by time: the last row's; NONE: it had none */
	struct bytes after_email; /* data NULL: the last row had none */
	struct search_key key;	  /* part NULL: no search */
	const char *ascii_longer;
	struct bytes whole;
	const char *ascii_whole;
	bool is_common;		  /* many have what is searched for */
	const char *goes_on_after; /* id up to which was looked, where there may be more; NULL: the rows tell */
};

static struct bytes
octets(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, text == NULL ? 0 : strlen(text) };
}

static enum order
order_of(const struct user_list_input *in)
{
	size_t i = 0;

	while (in->has.sort && strcmp(sorts[i], in->sort) != 0)
		i++;
	return (enum order)i;
}

/* The cursor's sort key is text: a number for times, "" for nothing. */
static void
read_cursor(struct listing *list)
{
	const char *after = list->rq->page.after_sort;

	list->after_at = NONE;
	if (after == NULL || after[0] == '\0')
		return;
	list->after_email = octets(after);
	if (!int_parse(after, INT64_MIN + 1, INT64_MAX, &list->after_at))
		list->after_at = NONE;
}

/* A whole id needs no search. */
static enum verdict
read_search(struct listing *list)
{
	const struct request *rq = list->rq;
	const struct user_list_input *in = rq->input;

	if (!in->has.search)
		return go_on(rq);
	if (list->order != NEWEST && list->order != OLDEST)
		return fail_field(rq, "sort", "search", "What a search finds comes newest or oldest first.");
	if (id_is_valid(ID_USER, in->search)) {
		list->only_id = in->search;
		return go_on(rq);
	}
	if (!search_key_of(rq->arena, in->search, &list->key))
		return fail_field(rq, "search", "pattern", "A search needs two letters or digits.");
	if (list->key.longer != NULL && ascii_check(list->key.longer) == NULL)
		list->ascii_longer = list->key.longer;
	list->whole = octets(in->search);
	list->ascii_whole = ascii_check(in->search) == NULL ? in->search : NULL;
	return go_on(rq);
}

static enum verdict
read_listing(const struct request *rq, struct listing *list)
{
	const struct user_list_input *in = rq->input;
	const char *email_key = NULL;
	enum verdict verdict;

	*list = (struct listing){
		.rq = rq,
		.order = order_of(in),
		.email_verified = in->has.email_verified ? in->email_verified : NONE,
		.anonymous = in->has.anonymous ? in->anonymous : NONE,
	};
	if (in->has.workspace_id)
		return fail_field(rq, "workspace_id", "unavailable", "There are no workspaces yet.");
	read_cursor(list);
	verdict = user_input_email(rq, in->email, &email_key);
	list->email_key = octets(email_key);
	return verdict == VERDICT_GO_ON ? read_search(list) : verdict;
}

/* Members that every statement of this file has. */
#define FILTERS(list, in) \
	.project_id = (list)->rq->project.id, .email_key = (list)->email_key, .status = (in)->status, \
	.email_verified = (list)->email_verified, .anonymous = (list)->anonymous, \
	.created_after = (in)->created_after, .created_before = (in)->created_before
#define PAGE(list) .after_id = (list)->rq->page.after_id, .limit = (list)->rq->page.limit + 1
#define SEARCH(list) \
	.part = (list)->key.part, .whole_part = (list)->key.whole_part, .longer = (list)->key.longer, \
	.ascii_longer = (list)->ascii_longer, .whole = (list)->whole, .ascii_whole = (list)->ascii_whole

/* Do more than `most` parts begin with it? */
static enum err
probe(const struct listing *list, struct tx *tx, int64_t most, bool *ret_are_more)
{
	struct q_user_search_probe_row found;

	TRY(q_user_search_probe(tx->db,
				&(struct q_user_search_probe){
				    .project_id = list->rq->project.id,
				    .part = list->key.part,
				    .limit = most + 1,
				},
				&found));
	*ret_are_more = found.total > most;
	return OK;
}

/* The last of the people who come next; NULL when there are fewer. */
static enum err
find_window(const struct listing *list, struct tx *tx, const char **ret_last_id)
{
	const char *project_id = list->rq->project.id, *after_id = list->rq->page.after_id;
	struct user_id_row *rows;
	size_t count;

	if (list->order == OLDEST)
		TRY(q_user_window_oldest(tx->db, &(struct q_user_window_oldest){ project_id, after_id, WINDOW_PEOPLE },
					 &rows, &count));
	else
		TRY(q_user_window_newest(tx->db, &(struct q_user_window_newest){ project_id, after_id, WINDOW_PEOPLE },
					 &rows, &count));
	*ret_last_id = count == WINDOW_PEOPLE || db_rows_were_cut(tx->db) ? rows[count - 1].id : NULL;
	return OK;
}

static enum err
walk_people(const struct listing *list, struct tx *tx, const char *last_id, struct user_object_row **ret_rows, size_t *ret_count)
{
	const struct user_list_input *in = list->rq->input;

	if (list->order == OLDEST)
		return q_user_walk_oldest(
		    tx->db, &(struct q_user_walk_oldest){ FILTERS(list, in), PAGE(list), SEARCH(list), .last_id = last_id },
		    ret_rows, ret_count);
	return q_user_walk_newest(
	    tx->db, &(struct q_user_walk_newest){ FILTERS(list, in), PAGE(list), SEARCH(list), .last_id = last_id }, ret_rows,
	    ret_count);
}

static enum err
read_parts(const struct listing *list, struct tx *tx, struct user_object_row **ret_rows, size_t *ret_count)
{
	const struct user_list_input *in = list->rq->input;

	if (list->order == OLDEST)
		return q_user_search_oldest(
		    tx->db, &(struct q_user_search_oldest){ FILTERS(list, in), PAGE(list), SEARCH(list) }, ret_rows, ret_count);
	return q_user_search_newest(
	    tx->db, &(struct q_user_search_newest){ FILTERS(list, in), PAGE(list), SEARCH(list) }, ret_rows, ret_count);
}

static bool
has_filters(const struct user_list_input *in)
{
	return in->has.email || in->has.status || in->has.email_verified || in->has.anonymous || in->has.created_after ||
	       in->has.created_before;
}

/*
 * What few have is sorted. What many have fills a page among the next people in the list's order; where it doesn't (they all came long
 * ago), it is sorted after all, unless a filter would have to look at each person of many: then the page ends early and its cursor goes on.
 */
static enum err
search(struct listing *list, struct tx *tx, struct user_object_row **ret_rows, size_t *ret_count)
{
	const char *last_id = NULL;

	TRY(probe(list, tx, COMMON_PARTS, &list->is_common));
	if (list->is_common)
		TRY(find_window(list, tx, &last_id));
	if (last_id == NULL)
		return read_parts(list, tx, ret_rows, ret_count);
	TRY(walk_people(list, tx, last_id, ret_rows, ret_count));
	if (*ret_count > (size_t)list->rq->page.limit)
		return OK;
	if (!has_filters(list->rq->input))
		return read_parts(list, tx, ret_rows, ret_count);
	list->goes_on_after = last_id;
	return OK;
}

static enum err
list_rows(const struct listing *list, struct tx *tx, struct user_object_row **rows, size_t *count)
{
	const struct user_list_input *in = list->rq->input;

	switch (list->order) {
	case OLDEST:
		return q_user_list_oldest(tx->db,
					  &(struct q_user_list_oldest){ FILTERS(list, in), PAGE(list),
									.only_id = list->only_id,
									.after_at = list->after_at },
					  rows, count);
	case BY_NAME:
		return q_user_list_by_name(tx->db,
					   &(struct q_user_list_by_name){ FILTERS(list, in), PAGE(list),
									  .only_id = list->only_id,
									  .after_name = list->rq->page.after_sort },
					   rows, count);
	case BY_EMAIL:
		return q_user_list_by_email(tx->db,
					    &(struct q_user_list_by_email){ FILTERS(list, in), PAGE(list),
									    .only_id = list->only_id,
									    .after_email = list->after_email },
					    rows, count);
	case BY_LAST_SIGN_IN:
		return q_user_list_by_last_sign_in(tx->db,
						   &(struct q_user_list_by_last_sign_in){ FILTERS(list, in), PAGE(list),
											  .only_id = list->only_id,
											  .after_at = list->after_at },
						   rows, count);
	case BY_LATEST_SIGN_IN:
		return q_user_list_by_latest_sign_in(
		    tx->db,
		    &(struct q_user_list_by_latest_sign_in){ FILTERS(list, in), PAGE(list), .only_id = list->only_id,
							     .after_at = list->after_at },
		    rows, count);
	case NEWEST:
		break;
	}
	return q_user_list_newest(tx->db,
				  &(struct q_user_list_newest){ FILTERS(list, in), PAGE(list), .only_id = list->only_id,
								.after_at = list->after_at },
				  rows, count);
}

/* What many have is counted by its parts alone; a filter would have to look at each of those people. */
static enum err
count_found(const struct listing *list, struct tx *tx, int64_t *ret_total)
{
	const struct user_list_input *in = list->rq->input;
	struct q_user_search_count_row found;
	struct q_user_search_people_row people;
	bool are_too_many;

	if (!list->is_common) {
		TRY(q_user_search_count(tx->db, &(struct q_user_search_count){ FILTERS(list, in), SEARCH(list) }, &found));
		*ret_total = found.total;
		return OK;
	}
	TRY(probe(list, tx, COUNTED_MAX, &are_too_many));
	if (are_too_many || has_filters(in) || list->key.longer != NULL)
		return OK;
	TRY(q_user_search_people(tx->db,
				 &(struct q_user_search_people){
				     .project_id = list->rq->project.id,
				     .part = list->key.part,
				     .whole_part = list->key.whole_part,
				 },
				 &people));
	*ret_total = people.total;
	return OK;
}

/* TOTAL_MANY where counting would take long. */
static enum err
count_rows(const struct listing *list, struct tx *tx, int64_t *ret_total)
{
	const struct user_list_input *in = list->rq->input;
	struct q_user_count_row all;

	*ret_total = TOTAL_MANY;
	if (list->key.part != NULL)
		return count_found(list, tx, ret_total);
	TRY(q_user_count(tx->db,
			 &(struct q_user_count){ FILTERS(list, in), .only_id = list->only_id, .limit = COUNTED_MAX + 1 }, &all));
	if (all.total <= COUNTED_MAX)
		*ret_total = all.total;
	return OK;
}

/* What the list is sorted by, as the cursor keeps it. */
static const char *
sort_key_of(const struct listing *list, const struct user_object_row *row)
{
	struct arena *arena = list->rq->arena;
	int64_t at = list->order == NEWEST || list->order == OLDEST ? row->created_at : row->last_sign_in_at;

	if (list->order == BY_NAME)
		return row->name;
	if (list->order == BY_EMAIL)
		return row->email_key.data == NULL
			   ? ""
			   : arena_strndup(arena, (const char *)row->email_key.data, row->email_key.len);
	return at == NONE ? "" : arena_printf(arena, "%lld", (long long)at);
}

static const char *
sort_key(const void *row)
{
	return ((const struct user_object_row *)row)->sort_key;
}

static enum verdict
user_list(const struct request *rq, struct tx *tx)
{
	struct listing list;
	struct user_object_row *rows = NULL;
	size_t count = 0;
	int64_t total = NONE;
	enum verdict verdict = read_listing(rq, &list);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = list.key.part != NULL ? search(&list, tx, &rows, &count) : list_rows(&list, tx, &rows, &count);
	if (e == OK && rq->page.include_total)
		e = count_rows(&list, tx, &total);
	if (e != OK)
		return fail_err(rq, e);
	for (size_t i = 0; i < count; i++) {
		user_object_finish(tx, rq->project.id, &rows[i]);
		rows[i].sort_key = sort_key_of(&list, &rows[i]);
	}
	return reply_list(rq, &(struct list_reply){
				  .fields = user_object_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct user_object_row, id),
				  .sort = sort_key,
				  .total = total,
				  .goes_on_after = list.goes_on_after,
			      });
}

const struct route user_list_routes[] = {
	{
	    .id = "user_list",
	    .method = GET,
	    .path = "/api/v1/users",
	    .summary = "List and search users",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    INPUT(struct user_list_input, user_list_input),
	    .output = user_object_fields,
	    .handler = user_list,
	},
	ROUTES_END,
};
