"""What python3-requests-oauthlib does with an authorization server, as Debian has the library: nothing of it is changed.

The first argument says in JSON which server and client. For a code, a line on standard output says where to send the browser, and one on standard
input where the browser was sent back to. The last line says in JSON what came of it.
"""
import json
import os
import socket
import sys

from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError, WebApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

asked = json.loads(sys.argv[1])
os.environ["REQUESTS_CA_BUNDLE"] = asked["ca"]

# What ends in localhost is this machine, whatever its resolver knows (RFC 6761 section 6.3).
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve("127.0.0.1" if host.endswith("localhost") else host, *rest, **more)


def proof():
	"""How the client proves itself at the token endpoint."""
	if asked.get("client_secret"):
		return {"auth": HTTPBasicAuth(asked["client_id"], asked["client_secret"])}
	return {"include_client_id": True}


def sign_in(server):
	client = WebApplicationClient(asked["client_id"])
	session = OAuth2Session(client=client, redirect_uri=asked["redirect_uri"], scope=asked["scope"])
	verifier = client.create_code_verifier(64)
	challenge = client.create_code_challenge(verifier, "S256")
	url, _ = session.authorization_url(server["authorization_endpoint"], code_challenge=challenge, code_challenge_method="S256", **asked["more"])
	print(url, flush=True)
	back = sys.stdin.readline().strip()
	first = session.fetch_token(server["token_endpoint"], authorization_response=back, code_verifier=verifier, **proof())
	told = session.get(server["userinfo_endpoint"]).json() if "openid" in asked["scope"] else None
	again = {"client_id": asked["client_id"]} if "client_secret" not in asked else {"auth": proof()["auth"]}
	second = session.refresh_token(server["token_endpoint"], refresh_token=first["refresh_token"], **again)
	try:
		session.refresh_token(server["token_endpoint"], refresh_token=first["refresh_token"], **again)
		is_reuse_refused = False
	except InvalidGrantError:
		is_reuse_refused = True
	return {"first": first, "second": second, "userinfo": told, "is_reuse_refused": is_reuse_refused}


def of_program(server):
	session = OAuth2Session(client=BackendApplicationClient(asked["client_id"]))
	return {"token": session.fetch_token(server["token_endpoint"], **proof())}


server = OAuth2Session(asked["client_id"]).get(asked["metadata"], withhold_token=True).json()
assert server["issuer"] == asked["issuer"], server["issuer"]
print(json.dumps({"sign_in": sign_in, "of_program": of_program}[asked["does"]](server)))
