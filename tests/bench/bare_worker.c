/*
 * The least that a worker can be: libfcgi, one connection, one prepared statement. What Gatehouse's own workers are measured against.
 *
 * bare_worker SOCKET DB-SOCKET USER PASSWORD-FILE DATABASE WORKERS KEY SESSION
 */
#include <fcgiapp.h>
#include <mysql.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sql/gen/queries.h"

#define COLUMNS_MAX 40
#define COLUMN_BYTES 4096
#define PARAMS_MAX 8

static void
die(const char *what)
{
	fprintf(stderr, "bare_worker: %s\n", what);
	exit(1);
}

struct prepared {
	MYSQL_STMT *stmt;
	MYSQL_BIND params[PARAMS_MAX];
	MYSQL_BIND columns[COLUMNS_MAX];
	unsigned long lengths[COLUMNS_MAX];
	my_bool nulls[COLUMNS_MAX];
	char (*values)[COLUMN_BYTES];
	unsigned char digest[32];
	MYSQL_TIME now, past;
};

/* The very statement that Gatehouse authenticates with. */
static const struct db_statement *
find_statement(const char *name)
{
	for (size_t i = 0; i < QUERY_COUNT; i++)
		if (strcmp(query_statements[i]->name, name) == 0)
			return query_statements[i];
	die("no such statement");
	return NULL;
}

/* Octets are the digest, :now is the present, another time lies in the past, everything else is absent. */
static void
bind_params(struct prepared *p, const struct db_statement *s)
{
	for (size_t i = 0; i < s->param_count && i < PARAMS_MAX; i++) {
		MYSQL_BIND *b = &p->params[i];

		b->buffer_type = MYSQL_TYPE_NULL;
		if (s->params[i].type == DB_BYTES) {
			b->buffer_type = MYSQL_TYPE_BLOB;
			b->buffer = p->digest;
			b->buffer_length = sizeof(p->digest);
		} else if (s->params[i].type == DB_TIME) {
			b->buffer_type = MYSQL_TYPE_DATETIME;
			b->buffer = s->params[i].offset == (size_t)-1 ? &p->now : &p->past;
		}
	}
}

static void
prepare(MYSQL *db, const char *name, const char *secret, struct prepared *p)
{
	const struct db_statement *s = find_statement(name);

	EVP_Digest(secret, strlen(secret), p->digest, NULL, EVP_sha256(), NULL);
	p->now = (MYSQL_TIME){ .year = 2026, .month = 11, .day = 25, .time_type = MYSQL_TIMESTAMP_DATETIME };
	p->past = (MYSQL_TIME){ .year = 2026, .month = 1, .day = 1, .time_type = MYSQL_TIMESTAMP_DATETIME };
	p->values = calloc(s->column_count, COLUMN_BYTES);
	p->stmt = mysql_stmt_init(db);
	if (mysql_stmt_prepare(p->stmt, s->sql, strlen(s->sql)) != 0)
		die(mysql_stmt_error(p->stmt));
	bind_params(p, s);
	for (size_t i = 0; i < s->column_count && i < COLUMNS_MAX; i++)
		p->columns[i] = (MYSQL_BIND){
			.buffer_type = MYSQL_TYPE_STRING,
			.buffer = p->values[i],
			.buffer_length = COLUMN_BYTES,
			.length = &p->lengths[i],
			.is_null = &p->nulls[i],
		};
	if (mysql_stmt_bind_param(p->stmt, p->params) != 0 || mysql_stmt_bind_result(p->stmt, p->columns) != 0)
		die(mysql_stmt_error(p->stmt));
}

/* Executes, fetches the row, and answers with its first columns. */
static int
answer_row(struct prepared *p, char *body, size_t room)
{
	int len;

	if (mysql_stmt_execute(p->stmt) != 0 || mysql_stmt_fetch(p->stmt) != 0)
		die("the statement found no row");
	len = snprintf(body, room, "{\"id\":\"%s\",\"name\":\"%s\",\"scopes\":\"%s\"}", p->values[0], p->values[2],
		       p->values[6]);
	mysql_stmt_free_result(p->stmt);
	return len;
}

static MYSQL *
open_db(char **argv)
{
	MYSQL *db = mysql_init(NULL);
	char password[256] = "";
	FILE *file = fopen(argv[4], "r");

	if (file == NULL || fgets(password, sizeof(password), file) == NULL)
		die("no password");
	fclose(file);
	password[strcspn(password, "\n")] = '\0';
	if (mysql_real_connect(db, NULL, argv[3], password, argv[5], 0, argv[2], 0) == NULL)
		die(mysql_error(db));
	return db;
}

static void
serve(int listen_fd, char **argv)
{
	static char body[2 * COLUMN_BYTES], reply[3 * COLUMN_BYTES];
	struct prepared key = { 0 }, session = { 0 };
	MYSQL *db = open_db(argv);
	FCGX_Request rq;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prepare(db, "credential_by_key", argv[7], &key);
	prepare(db, "credential_by_session", argv[8], &session);
	FCGX_Init();
	FCGX_InitRequest(&rq, listen_fd, 0);
	while (FCGX_Accept_r(&rq) == 0) {
		const char *uri = FCGX_GetParam("REQUEST_URI", rq.envp);
		int len = snprintf(body, sizeof(body), "{\"status\":\"ok\"}");

		if (strstr(uri, "/key") != NULL)
			len = answer_row(&key, body, sizeof(body));
		else if (strstr(uri, "/session") != NULL)
			len = answer_row(&session, body, sizeof(body));
		len = snprintf(reply, sizeof(reply),
			       "Status: 200\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len, body);
		FCGX_PutStr(reply, len, rq.out);
		/* All of the request is read, so nobody need wait for nginx to close the connection. */
		if (FCGX_GetChar(rq.in) == -1)
			FCGX_Detach(&rq);
		FCGX_Finish_r(&rq);
	}
}

int
main(int argc, char **argv)
{
	int listen_fd;

	if (argc != 9)
		die("SOCKET DB-SOCKET USER PASSWORD-FILE DATABASE WORKERS KEY SESSION");
	FCGX_Init();
	umask(0);
	listen_fd = FCGX_OpenSocket(argv[1], 1024);
	if (listen_fd < 0)
		die("can't listen");
	for (long i = 0; i < strtol(argv[6], NULL, 10); i++)
		if (fork() == 0) {
			serve(listen_fd, argv);
			_exit(0);
		}
	while (wait(NULL) > 0)
		continue;
	return 0;
}
