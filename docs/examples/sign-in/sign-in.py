# A Python app (3.9 or later) whose people sign in with Gatehouse, without any library.
#
#   GATEHOUSE_ISSUER=https://auth.example.com/p/proj_… GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_CLIENT_SECRET=sec_… \
#   APP_URL=http://localhost:8000 python3 sign-in.py
#
# Register APP_URL/callback as a redirect URI of the client.

import hashlib
import html
import json
import os
import secrets
from base64 import b64encode, urlsafe_b64encode
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from urllib.request import Request, urlopen

issuer, client_id, client_secret, app_url = (
    os.environ[name] for name in ("GATEHOUSE_ISSUER", "GATEHOUSE_CLIENT_ID", "GATEHOUSE_CLIENT_SECRET", "APP_URL")
)

# What we know of each browser, by its cookie. A real app keeps this in a database.
browsers = {}


class Refused(Exception):
    pass


def ask(url, headers, form=None):
    """A request to Gatehouse from this server; its JSON."""
    body = urlencode(form).encode() if form else None
    try:
        with urlopen(Request(url, body, headers), timeout=10) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise Refused(json.load(error).get("error", "no answer")) from None


class App(BaseHTTPRequestHandler):
    def browser(self):
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("app")
        self.fresh = None
        if cookie and cookie.value in browsers:
            return browsers[cookie.value]
        return self.renew({})

    def renew(self, known):
        """A new cookie for what is known: nobody may have planted the old one."""
        self.fresh = secrets.token_urlsafe(32)
        browsers[self.fresh] = known
        return known

    def send(self, status, body="", **headers):
        self.send_response(status)
        if self.fresh:
            secure = "; Secure" if app_url.startswith("https:") else ""
            self.send_header("Set-Cookie", f"app={self.fresh}; Path=/; HttpOnly; SameSite=Lax{secure}")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def home(self, browser, query):
        user = browser.get("user")
        name = user and html.escape(user.get("email", user["sub"]))
        self.send(200, f'<p>Hello {name}</p><a href="/logout">Sign out</a>' if user else '<a href="/login">Sign in</a>')

    def login(self, browser, query):
        # What only this browser and we know: the answer must bring the state, and the code is worth nothing without the verifier.
        browser["state"] = secrets.token_urlsafe(32)
        browser["verifier"] = secrets.token_urlsafe(32)
        challenge = hashlib.sha256(browser["verifier"].encode()).digest()
        asked = {
            "response_type": "code", "client_id": client_id, "redirect_uri": f"{app_url}/callback", "scope": "openid profile email",
            "state": browser["state"], "code_challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode(), "code_challenge_method": "S256",
        }
        self.send(303, Location=f"{issuer}/oauth/authorize?{urlencode(asked)}")

    def callback(self, browser, query):
        state, verifier = browser.pop("state", ""), browser.pop("verifier", "")
        if not state or not secrets.compare_digest(query.get("state", "").encode(), state.encode()) or query.get("iss") != issuer:
            raise Refused("this answer isn't for a sign-in begun here")
        if "code" not in query:
            raise Refused(query.get("error", "no code"))
        basic = b64encode(f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}".encode()).decode()
        form = {"grant_type": "authorization_code", "code": query["code"], "redirect_uri": f"{app_url}/callback", "code_verifier": verifier}
        tokens = ask(f"{issuer}/oauth/token", {"Authorization": f"Basic {basic}"}, form)
        user = ask(f"{issuer}/oauth/userinfo", {"Authorization": f"Bearer {tokens['access_token']}"})
        self.renew({"user": user})
        self.send(303, Location="/")

    def logout(self, browser, query):
        self.renew({})
        self.send(303, Location="/")

    pages = {"/": home, "/login": login, "/callback": callback, "/logout": logout}

    def do_GET(self):
        url = urlsplit(self.path)
        browser = self.browser()
        page = self.pages.get(url.path)
        if page is None:
            self.send(404, "Nothing here.")
            return
        try:
            page(self, browser, {name: values[0] for name, values in parse_qs(url.query).items()})
        except Refused as why:
            self.send(400, html.escape(f"Sign-in failed: {why}", quote=False))


ThreadingHTTPServer(("127.0.0.1", urlsplit(app_url).port or 80), App).serve_forever()
