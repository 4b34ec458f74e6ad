#!/usr/bin/env python3
"""May this program run? Asks Gatehouse about a license, and believes nothing that the project's key didn't sign.

    GATEHOUSE_URL=https://HOST GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_KID=lsk_… GATEHOUSE_PUBLIC_KEY=<64 hexadecimal digits> \\
        ./license.py XXXX-XXXX-XXXX-XXXX

In a program of yours the first four are compiled in. Needs python3-cryptography. Ends with 0 when the license counts.
"""
import base64, hashlib, json, os, pathlib, secrets, sys, urllib.request

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

URL, CLIENT_ID, KID, PUBLIC_KEY = (os.environ[f"GATEHOUSE_{name}"] for name in ("URL", "CLIENT_ID", "KID", "PUBLIC_KEY"))


def machine():
    """What tells this machine from others. Name as many parts as you can read; two should stay when one is replaced."""
    cards = [path.read_text().strip() for path in pathlib.Path("/sys/class/net").glob("*/address")]
    return {"uuid": pathlib.Path("/etc/machine-id").read_text().strip(), "mac": cards[:16]}


def ask(license_key):
    nonce = secrets.token_urlsafe(24)
    body = json.dumps({"client_id": CLIENT_ID, "license_key": license_key, "fingerprint": machine(), "nonce": nonce, "kid": KID}).encode()
    request = urllib.request.Request(f"{URL}/api/v1/validate", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return proven(json.load(reply), nonce, body)


def proven(answer, nonce, body):
    if answer["kid"] != KID:
        raise ValueError("the answer is signed with another key")
    signed = "\n".join(("gatehouse-license-v1", KID, answer["payload"])).encode()
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(PUBLIC_KEY)).verify(base64.b64decode(answer["signature"]), signed)
    payload = json.loads(answer["payload"])  # from here on nothing but the payload is looked at
    if payload["nonce"] != nonce or payload["request_hash"] != hashlib.sha256(body).hexdigest() or payload["client_id"] != CLIENT_ID:
        raise ValueError("the answer is to another question")
    return payload


if __name__ == "__main__":
    verdict = ask(sys.argv[1])
    print(f"{verdict['code']}: {verdict['product_name'] or 'no such license'}, until {verdict['valid_until']}")
    sys.exit(0 if verdict["valid"] else 1)
