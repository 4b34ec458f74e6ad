/*
 * The least that a worker can be: libfcgi, one connection, the prepared statements of a request and at most one signature. What Gatehouse's
 * own workers are measured against.
 *
 * bare_worker SOCKET DB-SOCKET USER PASSWORD-FILE DATABASE WORKERS PLAN
 *
 * PLAN is a file that says what is done for each path, a step a line: "/path begin", "/path commit", "/path sign", "/path sign_ed25519",
 * "/path verify", or "/path NAME VALUE…" for a statement of sql/queries/, with a value for each parameter but :now:
 *
 *	=text		as it stands		#text		its SHA-256
 *	hex:1f…		those octets
 *	null past later				column:N next:N	of the row that was read last, or that and one
 *	token successor	SHA-256 of the refresh token that was posted, of the one that is given for it
 */
#include <fcgiapp.h>
#include <mysql.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sql/gen/queries.h"

#define COLUMNS_MAX  64
#define COLUMN_BYTES 4096
#define PARAMS_MAX   24
#define STEPS_MAX    40
#define BODY_MAX     4096
#define SHOWN_MAX    7		/* columns of the last row in the answer */
#define DIGEST_LEN   ((size_t)32)

static void
die(const char *what)
{
	fprintf(stderr, "bare_worker: %s\n", what);
	exit(1);
}

/* ---- signatures ---- */

static struct signer {
	EVP_PKEY *key;
	const char *digest;	/* NULL: the algorithm brings its own */
	size_t said;		/* octets that are signed: as many as an access token or the answer about a license has */
	unsigned char signature[128], text[700];
	size_t len;
} es256 = { .digest = "SHA256", .said = 450 }, ed25519 = { .said = 700 };

static void
sign(struct signer *s)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	s->len = sizeof(s->signature);
	if (EVP_DigestSignInit_ex(context, NULL, s->digest, NULL, NULL, s->key, NULL) != 1 ||
	    EVP_DigestSign(context, s->signature, &s->len, s->text, s->said) != 1)
		die("can't sign");
	EVP_MD_CTX_free(context);
}

static void
verify(const struct signer *s)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (EVP_DigestVerifyInit_ex(context, NULL, s->digest, NULL, NULL, s->key, NULL) != 1 ||
	    EVP_DigestVerify(context, s->signature, s->len, s->text, s->said) != 1)
		die("its own signature doesn't hold");
	EVP_MD_CTX_free(context);
}

/* ---- refresh tokens ---- */

static struct {
	char text[64];
	unsigned char token[DIGEST_LEN], successor[DIGEST_LEN];
} refresh;

static void
digest_of(const char *text, size_t len, unsigned char ret[DIGEST_LEN])
{
	EVP_Digest(text, len, ret, NULL, EVP_sha256(), NULL);
}

static void
read_token(FCGX_Request *rq)
{
	static const char NAME[] = "refresh_token=";
	static char body[BODY_MAX];
	unsigned char random[20];
	int len = FCGX_GetStr(body, sizeof(body) - 1, rq->in);
	const char *at;

	body[len > 0 ? len : 0] = '\0';
	at = strstr(body, NAME);
	if (at == NULL)
		return;
	at += strlen(NAME);
	digest_of(at, strcspn(at, "&"), refresh.token);
	if (RAND_bytes(random, sizeof(random)) != 1)
		die("no random octets");
	memcpy(refresh.text, "rt_", 3);
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(refresh.text + 3 + 2 * i, 3, "%02x", random[i]);
	digest_of(refresh.text, strlen(refresh.text), refresh.successor);
}

/* ---- the plan ---- */

/* The very statements that Gatehouse runs. */
struct prepared {
	const struct db_statement *query;
	MYSQL_STMT *stmt;
	MYSQL_BIND params[PARAMS_MAX], columns[COLUMNS_MAX];
	unsigned long lengths[COLUMNS_MAX];
	my_bool nulls[COLUMNS_MAX];
	char (*values)[COLUMN_BYTES];
	char digests[PARAMS_MAX][DIGEST_LEN];
	const char *counted[PARAMS_MAX];	/* the text of a number before this one; NULL for anything else */
	long long numbers[PARAMS_MAX];
};

enum kind { STEP_BEGIN, STEP_COMMIT, STEP_SIGN, STEP_SIGN_ED25519, STEP_VERIFY, STEP_STATEMENT };

static const char *const kinds[] = { "begin", "commit", "sign", "sign_ed25519", "verify", NULL };

struct step {
	char path[32];
	enum kind kind;
	struct prepared prepared;
};

static struct step steps[STEPS_MAX];
static size_t step_count;
static const struct prepared *last_read;
static MYSQL_TIME now = { .year = 2026, .month = 11, .day = 25, .time_type = MYSQL_TIMESTAMP_DATETIME };
static MYSQL_TIME past = { .year = 2026, .month = 1, .day = 1, .time_type = MYSQL_TIMESTAMP_DATETIME };
static MYSQL_TIME later = { .year = 2036, .month = 1, .day = 1, .time_type = MYSQL_TIMESTAMP_DATETIME };

static const struct db_statement *
find_statement(const char *name)
{
	for (size_t i = 0; i < QUERY_COUNT; i++)
		if (strcmp(query_statements[i]->name, name) == 0)
			return query_statements[i];
	die(name);
	return NULL;
}

static void
bind_octets(MYSQL_BIND *b, enum enum_field_types type, void *octets, size_t len)
{
	*b = (MYSQL_BIND){ .buffer_type = type, .buffer = octets, .buffer_length = len };
}

static void
bind_time(MYSQL_BIND *b, MYSQL_TIME *time)
{
	*b = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_DATETIME, .buffer = time };
}

static void
bind_hex(MYSQL_BIND *b, const char *digits)
{
	long len = 0;
	unsigned char *octets = OPENSSL_hexstr2buf(digits, &len);

	if (octets == NULL)
		die("not hexadecimal digits");
	bind_octets(b, MYSQL_TYPE_BLOB, octets, (size_t)len);
}

/* The row stays where it is, so that binding once is enough. */
static void
bind_column(struct prepared *p, size_t i, const char *number, bool is_next)
{
	size_t column = strtoul(number, NULL, 10);

	if (last_read == NULL || column >= last_read->query->column_count)
		die("no such column");
	if (is_next) {
		p->counted[i] = last_read->values[column];
		p->params[i] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &p->numbers[i] };
		return;
	}
	bind_octets(&p->params[i], MYSQL_TYPE_STRING, last_read->values[column], 0);
	p->params[i].length = (unsigned long *)&last_read->lengths[column];
}

static void
bind_value(struct prepared *p, size_t i, const char *word)
{
	MYSQL_BIND *b = &p->params[i];

	if (word == NULL)
		die("a value is missing");
	if (word[0] == '=')
		bind_octets(b, MYSQL_TYPE_STRING, strdup(word + 1), strlen(word + 1));
	else if (word[0] == '#') {
		digest_of(word + 1, strlen(word + 1), (unsigned char *)p->digests[i]);
		bind_octets(b, MYSQL_TYPE_BLOB, p->digests[i], DIGEST_LEN);
	} else if (strcmp(word, "token") == 0)
		bind_octets(b, MYSQL_TYPE_BLOB, refresh.token, DIGEST_LEN);
	else if (strcmp(word, "successor") == 0)
		bind_octets(b, MYSQL_TYPE_BLOB, refresh.successor, DIGEST_LEN);
	else if (strcmp(word, "past") == 0)
		bind_time(b, &past);
	else if (strcmp(word, "later") == 0)
		bind_time(b, &later);
	else if (strncmp(word, "hex:", 4) == 0)
		bind_hex(b, word + 4);
	else if (strncmp(word, "column:", 7) == 0)
		bind_column(p, i, word + 7, false);
	else if (strncmp(word, "next:", 5) == 0)
		bind_column(p, i, word + 5, true);
	else
		*b = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_NULL };
}

/* The next word of a line; NULL: none is left. */
static const char *
take_word(char **at)
{
	return strtok_r(NULL, " \n", at);
}

static void
bind_params(struct prepared *p, char **words)
{
	const struct db_statement *s = p->query;

	if (s->param_count > PARAMS_MAX || s->column_count > COLUMNS_MAX)
		die("too wide a statement");
	for (size_t i = 0; i < s->param_count; i++)
		if (s->params[i].offset == (size_t)-1)
			bind_time(&p->params[i], &now);
		else
			bind_value(p, i, take_word(words));
	if (take_word(words) != NULL)
		die("a value too many");
}

static void
prepare(MYSQL *db, const char *name, char **words, struct prepared *p)
{
	const struct db_statement *s = find_statement(name);

	p->query = s;
	p->values = calloc(s->column_count + 1, COLUMN_BYTES);
	p->stmt = mysql_stmt_init(db);
	if (mysql_stmt_prepare(p->stmt, s->sql, strlen(s->sql)) != 0)
		die(mysql_stmt_error(p->stmt));
	bind_params(p, words);
	for (size_t i = 0; i < s->column_count; i++)
		p->columns[i] = (MYSQL_BIND){
			.buffer_type = MYSQL_TYPE_STRING,
			.buffer = p->values[i],
			.buffer_length = COLUMN_BYTES - 1,
			.length = &p->lengths[i],
			.is_null = &p->nulls[i],
		};
	if (mysql_stmt_bind_param(p->stmt, p->params) != 0 ||
	    (s->column_count > 0 && mysql_stmt_bind_result(p->stmt, p->columns) != 0))
		die(mysql_stmt_error(p->stmt));
	if (s->column_count > 0)
		last_read = p;
}

static void
read_plan(MYSQL *db, const char *file_name)
{
	FILE *file = fopen(file_name, "r");
	char line[2048];

	if (file == NULL)
		die("no plan");
	while (fgets(line, sizeof(line), file) != NULL) {
		struct step *step = &steps[step_count++];
		char *words = line;
		const char *path = take_word(&words), *word = take_word(&words);

		if (step_count > STEPS_MAX || path == NULL || word == NULL)
			die("not a plan");
		snprintf(step->path, sizeof(step->path), "%s", path);
		while (kinds[step->kind] != NULL && strcmp(kinds[step->kind], word) != 0)
			step->kind++;
		if (step->kind == STEP_STATEMENT)
			prepare(db, word, &words, &step->prepared);
	}
	fclose(file);
}

/* ---- a request ---- */

static void
execute(struct prepared *p)
{
	for (size_t i = 0; i < p->query->param_count; i++)
		if (p->counted[i] != NULL)
			p->numbers[i] = strtoll(p->counted[i], NULL, 10) + 1;
	if (mysql_stmt_execute(p->stmt) != 0)
		die(mysql_stmt_error(p->stmt));
	if (p->query->column_count == 0) {
		if (mysql_stmt_affected_rows(p->stmt) != 1)
			die("a statement wrote nothing");
		return;
	}
	if (mysql_stmt_fetch(p->stmt) != 0)
		die("a statement found no row");
	for (size_t i = 0; i < p->query->column_count; i++)
		p->values[i][p->nulls[i] || p->lengths[i] >= COLUMN_BYTES ? 0 : p->lengths[i]] = '\0';
	mysql_stmt_free_result(p->stmt);
	last_read = p;
}

static void
take(MYSQL *db, struct step *step)
{
	switch (step->kind) {
	case STEP_BEGIN:
	case STEP_COMMIT:
		if (mysql_query(db, step->kind == STEP_BEGIN ? "START TRANSACTION" : "COMMIT") != 0)
			die(mysql_error(db));
		break;
	case STEP_SIGN: sign(&es256); break;
	case STEP_SIGN_ED25519: sign(&ed25519); break;
	case STEP_VERIFY: verify(&es256); break;
	case STEP_STATEMENT: execute(&step->prepared); break;
	}
}

/* Answers with the first columns of the last row, and with what was signed and made. */
static int
write_body(const struct signer *signer, char *body, size_t room)
{
	char signature[256] = "", text[1024] = "";
	int len = snprintf(body, room, "{\"status\":\"ok\"");

	for (size_t i = 0; last_read != NULL && i < SHOWN_MAX && i < last_read->query->column_count; i++)
		len += snprintf(body + len, room - (size_t)len, ",\"%zu\":\"%s\"", i, last_read->values[i]);
	if (signer != NULL) {
		EVP_EncodeBlock((unsigned char *)text, signer->text, (int)signer->said);
		EVP_EncodeBlock((unsigned char *)signature, signer->signature, (int)signer->len);
		len += snprintf(body + len, room - (size_t)len, ",\"access_token\":\"%s.%s\"", text, signature);
	}
	if (refresh.text[0] != '\0')
		len += snprintf(body + len, room - (size_t)len, ",\"refresh_token\":\"%s\"", refresh.text);
	return len + snprintf(body + len, room - (size_t)len, "}");
}

static int
answer(MYSQL *db, FCGX_Request *rq, char *body, size_t room)
{
	const char *uri = FCGX_GetParam("REQUEST_URI", rq->envp);
	const struct signer *signer = NULL;

	refresh.text[0] = '\0';
	last_read = NULL;
	read_token(rq);
	for (size_t i = 0; i < step_count; i++)
		if (strcmp(steps[i].path, uri) == 0) {
			take(db, &steps[i]);
			if (steps[i].kind == STEP_SIGN)
				signer = &es256;
			else if (steps[i].kind == STEP_SIGN_ED25519)
				signer = &ed25519;
		}
	return write_body(signer, body, room);
}

/* ---- the process ---- */

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
	if (mysql_real_connect(db, NULL, argv[3], password, argv[5], 0, argv[2], CLIENT_FOUND_ROWS) == NULL ||
	    mysql_query(db, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED") != 0)
		die(mysql_error(db));
	return db;
}

static void
serve(int listen_fd, char **argv)
{
	static char body[(SHOWN_MAX + 1) * COLUMN_BYTES], reply[(SHOWN_MAX + 2) * COLUMN_BYTES];
	MYSQL *db = open_db(argv);
	FCGX_Request rq;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	es256.key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	ed25519.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	sign(&es256);
	read_plan(db, argv[7]);
	FCGX_Init();
	FCGX_InitRequest(&rq, listen_fd, 0);
	while (FCGX_Accept_r(&rq) == 0) {
		int len = answer(db, &rq, body, sizeof(body));

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

	if (argc != 8)
		die("SOCKET DB-SOCKET USER PASSWORD-FILE DATABASE WORKERS PLAN");
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
