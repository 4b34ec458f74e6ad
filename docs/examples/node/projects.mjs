// Uses a service key from Node (20 or later): says who the key is, makes a project, lists all of them.
//
//   GATEHOUSE_URL=https://localhost:8443 GATEHOUSE_KEY=gsk_test_… NODE_EXTRA_CA_CERTS=var/tls/ca.pem node projects.mjs "My app"

const base = process.env.GATEHOUSE_URL;
const key = process.env.GATEHOUSE_KEY;
if (!base || !key) {
  console.error("Set GATEHOUSE_URL and GATEHOUSE_KEY.");
  process.exit(2);
}

/** One request. Waits when it is told to, and repeats; anything else that isn't a success is an Error with the code and the request id. */
async function gatehouse(method, path, body, idempotencyKey) {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...(idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {}),
      },
      body: body ? JSON.stringify(body) : undefined,
    });
    if ((response.status === 429 || response.status === 503) && attempt < 4) {
      await new Promise((wake) => setTimeout(wake, 1000 * Number(response.headers.get("retry-after") ?? 1)));
      continue;
    }
    const answer = response.status === 204 ? null : await response.json();
    if (!response.ok) throw new Error(`${answer.error.code}: ${answer.error.message} (${answer.request_id})`);
    return answer;
  }
}

/** Every object of a list, page by page. */
async function* all(path) {
  for (let cursor = null; ; ) {
    const page = await gatehouse("GET", cursor ? `${path}?cursor=${encodeURIComponent(cursor)}` : path);
    yield* page.data;
    cursor = page.next_cursor;
    if (!cursor) return;
  }
}

const me = await gatehouse("GET", "/whoami");
console.log(`${me.credential.name} (${me.credential.environment}) of ${me.org.name}`);

// The name is the key of the request here, so that running this twice makes one project.
const name = process.argv[2] ?? "Example";
const project = await gatehouse("POST", "/projects", { name, environment: me.credential.environment }, `example-${encodeURIComponent(name)}`);
console.log(`made ${project.name}: ${project.id}, client ${project.client_id}`);

for await (const each of all("/projects")) console.log(`${each.id}  ${each.environment}  ${each.slug}${each.is_default ? "  (default)" : ""}`);
