#!/usr/bin/env python3
"""May this program run? Asks Gatehouse about a license, or reads a license file, and believes nothing that the project's key didn't sign.

    GATEHOUSE_URL=https://HOST GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_KID=lsk_… GATEHOUSE_PUBLIC_KEY=<64 hexadecimal digits> \\
        ./license.py XXXX-XXXX-XXXX-XXXX    (or, without a network: ./license.py FILE.lic)

In a program of yours the first four are compiled in. Needs python3-cryptography. Ends with 0 when the license counts.
"""
import base64, datetime, hashlib, json, os, pathlib, re, secrets, sys, urllib.request

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

URL, CLIENT_ID, KID, PUBLIC_KEY = (os.environ[f"GATEHOUSE_{name}"] for name in ("URL", "CLIENT_ID", "KID", "PUBLIC_KEY"))


def machine():
    """What tells this machine from others. Name as many parts as you can read; two should stay when one is replaced."""
    cards = [path.read_text().strip() for path in pathlib.Path("/sys/class/net").glob("*/address")]
    return {"uuid": pathlib.Path("/etc/machine-id").read_text().strip(), "mac": cards[:16]}


def opened(form, answer):
    """What is signed in an answer or a file: nothing but that is looked at."""
    if answer["kid"] != KID:
        raise ValueError("it is signed with another key")
    signed = "\n".join((form, KID, answer["payload"])).encode()
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(PUBLIC_KEY)).verify(base64.b64decode(answer["signature"]), signed)
    return json.loads(answer["payload"])


# ---- with a network


def ask(license_key):
    nonce = secrets.token_urlsafe(24)
    body = json.dumps({"client_id": CLIENT_ID, "license_key": license_key, "fingerprint": machine(), "nonce": nonce, "kid": KID}).encode()
    request = urllib.request.Request(f"{URL}/api/v1/validate", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        payload = opened("gatehouse-license-v1", json.load(reply))
    if payload["nonce"] != nonce or payload["request_hash"] != hashlib.sha256(body).hexdigest() or payload["client_id"] != CLIENT_ID:
        raise ValueError("the answer is to another question")
    return payload


# ---- without one


def compared(name, text):
    """A part of a machine in the form in which it is compared."""
    tidy = " ".join(text.split()).lower()
    return re.sub("[ :.-]", "", tidy) if name == "mac" else tidy


def fits(lock):
    """Is this the machine that the file was made for?"""
    said, salt = machine(), base64.b64decode(lock["salt"])

    def is_here(part):
        values = said.get(part["name"], [])
        for text in [values] if isinstance(values, str) else values:
            digest = hashlib.sha256(salt + f"{part['name']}\0{compared(part['name'], text)}".encode()).digest()
            if base64.b64encode(digest[:16]).decode() in part["digests"]:
                return True
        return False

    parts = lock["components"]
    fitting = [part for part in parts if is_here(part)]
    weight, all_weight = (sum(part["weight"] for part in some) for some in (fitting, parts))
    needed = min(lock["min_matches"], len(parts)) if all_weight > 0 else len(parts)
    return len(fitting) >= needed and weight * 100 >= all_weight * lock["threshold"]


def moment(seconds=0):
    """As times are written in a payload: texts that sort as they follow each other."""
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return then.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def read(path):
    payload = opened("gatehouse-license-file-v1", json.loads(pathlib.Path(path).read_text()))
    if payload["client_id"] != CLIENT_ID:
        raise ValueError("the file is another product's")
    if payload["file_expires_at"] <= moment() or payload["signed_at"] > moment(300):
        raise ValueError("the file's time is over, or this machine's clock is wrong")
    if payload["machine"] is not None and not fits(payload["machine"]):
        raise ValueError("the file is for another machine")
    return payload


if __name__ == "__main__":
    verdict = read(sys.argv[1]) if sys.argv[1].endswith(".lic") else ask(sys.argv[1])
    print(f"{verdict['code']}: {verdict['product_name'] or 'no such license'}, until {verdict['valid_until']}")
    sys.exit(0 if verdict["valid"] else 1)
