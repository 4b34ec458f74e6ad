// A Node app (20 or later) whose people sign in with Gatehouse, without any library.
//
//   GATEHOUSE_ISSUER=https://auth.example.com/p/proj_… GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_CLIENT_SECRET=sec_… \
//   APP_URL=http://localhost:8000 node sign-in.mjs
//
// Register APP_URL/callback as a redirect URI of the client.

import { createHash, randomBytes } from "node:crypto";
import http from "node:http";

const { GATEHOUSE_ISSUER: issuer, GATEHOUSE_CLIENT_ID: clientId, GATEHOUSE_CLIENT_SECRET: secret, APP_URL: appUrl } = process.env;
const random = () => randomBytes(32).toString("base64url");
const escaped = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** What we know of each browser, by its cookie. A real app keeps this in a database. */
const browsers = new Map();

function browserOf(request, response) {
  const id = /(?:^|; )app=([\w-]{43})(?:;|$)/.exec(request.headers.cookie ?? "")?.[1];
  if (id && browsers.has(id)) return browsers.get(id);
  return renew(response, {});
}

/** A new cookie for what is known: nobody may have planted the old one. */
function renew(response, known) {
  const id = random();
  browsers.set(id, known);
  response.setHeader("Set-Cookie", `app=${id}; Path=/; HttpOnly; SameSite=Lax${appUrl.startsWith("https:") ? "; Secure" : ""}`);
  return known;
}

function redirect(response, url) {
  response.writeHead(303, { Location: url }).end();
}

function login(request, response) {
  const browser = browserOf(request, response);
  // What only this browser and we know: the answer must bring the state, and the code is worth nothing without the verifier.
  browser.state = random();
  browser.verifier = random();
  const query = new URLSearchParams({
    response_type: "code", client_id: clientId, redirect_uri: `${appUrl}/callback`, scope: "openid profile email", state: browser.state,
    code_challenge: createHash("sha256").update(browser.verifier).digest("base64url"), code_challenge_method: "S256",
  });
  redirect(response, `${issuer}/oauth/authorize?${query}`);
}

async function callback(request, response, query) {
  const browser = browserOf(request, response);
  const { state, verifier } = browser;
  delete browser.state;
  delete browser.verifier;
  if (!state || query.get("state") !== state || query.get("iss") !== issuer) throw new Error("this answer isn't for a sign-in begun here");
  if (!query.get("code")) throw new Error(query.get("error") ?? "no code");
  const answer = await fetch(`${issuer}/oauth/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)}` },
    body: new URLSearchParams({ grant_type: "authorization_code", code: query.get("code"), redirect_uri: `${appUrl}/callback`, code_verifier: verifier }),
  });
  const tokens = await answer.json();
  if (!answer.ok) throw new Error(tokens.error);
  const told = await fetch(`${issuer}/oauth/userinfo`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
  if (!told.ok) throw new Error("no user");
  renew(response, { user: await told.json() });
  redirect(response, "/");
}

function home(request, response) {
  const { user } = browserOf(request, response);
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(user ? `<p>Hello ${escaped(user.email ?? user.sub)}</p><a href="/logout">Sign out</a>` : '<a href="/login">Sign in</a>');
}

function logout(request, response) {
  renew(response, {});
  redirect(response, "/");
}

const pages = { "/": home, "/login": login, "/callback": callback, "/logout": logout };

http.createServer(async (request, response) => {
  const url = new URL(request.url, appUrl);
  try {
    await (pages[url.pathname] ?? ((_, r) => r.writeHead(404).end("Nothing here.")))(request, response, url.searchParams);
  } catch (error) {
    response.writeHead(400, { "Content-Type": "text/plain" }).end(`Sign-in failed: ${error.message}`);
  }
}).listen(new URL(appUrl).port || 80, "127.0.0.1");
