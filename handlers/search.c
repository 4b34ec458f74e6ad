/*
 * GET /api/v1/orgs/search and /people/search (tenancy.md 4.1, 4.2): the directory of organizations that let themselves be found, and the
 * people one shares an organization with.
 */
#include "handlers/routes.h"

#include <string.h>

#include "fcgi/request.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

#define PEOPLE_DEFAULT 20
#define PEOPLE_MAX 50

struct search_input {
	struct {
		bool q;
	} has;
	const char *q;
};

static const struct field search_input[] = {
	IN_STRING(struct search_input, q, .in = IN_QUERY, .flags = FIELD_REQUIRED, .min = 2, .max = 100),
	FIELDS_END,
};

/* ---- GET /orgs/search ---- */

static const struct field found_org_fields[] = {
	OUT_ID(struct found_org_row, id, ID_ORG),
	OUT_STRING(struct found_org_row, name),
	OUT_STRING(struct found_org_row, slug),
	OUT_STRING(struct found_org_row, description, .flags = FIELD_NULLABLE),
	OUT_STRING(struct found_org_row, logo_url, .flags = FIELD_NULLABLE),
	OUT_INT(struct found_org_row, member_count),
	FIELDS_END,
};

static const char *
found_org_sort(const void *row)
{
	return ((const struct found_org_row *)row)->name;
}

static enum verdict
org_search(const struct request *rq, struct tx *tx)
{
	const struct search_input *in = rq->input;
	const char *search = like_contains(rq->arena, in->q), *slug = like_contains_ascii(rq->arena, in->q);
	struct q_search_org_count_row count_row = { .total = NONE };
	struct found_org_row *rows;
	size_t count;
	enum err e = q_search_orgs(tx->db,
				   &(struct q_search_orgs){
				       .search = search,
				       .slug_search = slug,
				       .after_name = rq->page.after_sort,
				       .after_id = rq->page.after_id,
				       .limit = rq->page.limit + 1,
				   },
				   &rows, &count);

	if (e == OK && rq->page.include_total)
		e = q_search_org_count(
		    tx->db, &(struct q_search_org_count){ .search = search, .slug_search = slug }, &count_row);
	if (e != OK)
		return fail_err(rq, e);
	return reply_list(rq, &(struct list_reply){
				  .fields = found_org_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct found_org_row, id),
				  .sort = found_org_sort,
				  .total = count_row.total,
			      });
}

/* ---- GET /people/search ---- */

struct shared_org {
	const char *id;
	const char *role;
};

static const struct field shared_org_fields[] = {
	OUT_ID(struct shared_org, id, ID_ORG),
	OUT_ENUM(struct shared_org, role, org_role_names),
	FIELDS_END,
};

struct found_person {
	const char *user_id;
	const char *name;
	const char *email;
	const char *image_url;
	struct field_list orgs;
};

static const struct field found_person_fields[] = {
	OUT_ID(struct found_person, user_id, ID_USER),
	OUT_STRING(struct found_person, name),
	OUT_STRING(struct found_person, email, .flags = FIELD_NULLABLE),
	OUT_STRING(struct found_person, image_url, .flags = FIELD_NULLABLE),
	OUT_LIST(struct found_person, orgs, shared_org_fields, struct shared_org),
	FIELDS_END,
};

/* "org_… role org_… role" */
static struct field_list
split_orgs(struct arena *arena, const char *text)
{
	char *words = arena_strdup(arena, text), *rest = NULL, *word = strtok_r(words, " ", &rest);
	struct shared_org *orgs = ARENA_ARRAY(arena, strlen(text) / 2 + 1, struct shared_org);
	size_t count = 0;

	while (word != NULL) {
		orgs[count].id = word;
		orgs[count++].role = strtok_r(NULL, " ", &rest);
		word = strtok_r(NULL, " ", &rest);
	}
	return (struct field_list){ orgs, count };
}

static enum err
count_people(const struct request *rq, struct tx *tx, const struct q_search_people *filter, int64_t *ret_total)
{
	struct q_search_people_count_row row;

	if (!rq->page.include_total)
		return OK;
	TRY(q_search_people_count(tx->db,
				  &(struct q_search_people_count){
				      .console_id = filter->console_id,
				      .user_id = filter->user_id,
				      .only_id = filter->only_id,
				      .search = filter->search,
				  },
				  &row));
	*ret_total = row.total;
	return OK;
}

static enum verdict
people_search(const struct request *rq, struct tx *tx)
{
	const struct search_input *in = rq->input;
	struct q_search_people filter = {
		.console_id = rq->console_id,
		.user_id = rq->user.id,
		.only_id = request_is_session(rq) ? NULL : rq->org.id,
		.search = like_contains(rq->arena, in->q),
		.after_id = rq->page.after_id,
		.limit = rq->page.limit + 1,
	};
	struct found_person_row *rows;
	struct found_person *people;
	int64_t total = NONE;
	size_t count;
	enum err e = q_search_people(tx->db, &filter, &rows, &count);

	if (e == OK)
		e = count_people(rq, tx, &filter, &total);
	if (e != OK)
		return fail_err(rq, e);
	people = ARENA_ARRAY(rq->arena, count + 1, struct found_person);
	for (size_t i = 0; i < count; i++)
		people[i] = (struct found_person){ rows[i].user_id, rows[i].name, rows[i].email, rows[i].image_url,
						   split_orgs(rq->arena, rows[i].orgs) };
	return reply_list(rq, &(struct list_reply){
				  .fields = found_person_fields,
				  .items = people,
				  .count = count,
				  .item_size = sizeof(*people),
				  .id_offset = offsetof(struct found_person, user_id),
				  .total = total,
			      });
}

const struct route search_routes[] = {
	{
	    .id = "org_search",
	    .method = GET,
	    .path = "/api/v1/orgs/search",
	    .summary = "Search the directory of organizations",
	    .description = "Those that chose to be found (discoverable).",
	    .auth = AUTH_SESSION,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    .rate = RATE_SEARCH,
	    INPUT(struct search_input, search_input),
	    .output = found_org_fields,
	    .handler = org_search,
	},
	{
	    .id = "people_search",
	    .method = GET,
	    .path = "/api/v1/people/search",
	    .summary = "Search people one shares an organization with",
	    .description = "By name or e-mail address. A token sees its own organization's.",
	    .auth = AUTH_PERSON,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    .limit_default = PEOPLE_DEFAULT,
	    .limit_max = PEOPLE_MAX,
	    .rate = RATE_SEARCH,
	    INPUT(struct search_input, search_input),
	    .output = found_person_fields,
	    .handler = people_search,
	},
	ROUTES_END,
};
