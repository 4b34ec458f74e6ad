#!/usr/bin/env python3
"""Verifies an export of Gatehouse's audit log without Gatehouse: verify_audit.py FILE.jsonl [SEQ:HASH …]

FILE is an export of a whole chain without filters, or one that begins later: then the hash before its first row is one of the anchors.
An anchor is a head that was kept somewhere else; without one a tail that was cut off can't be noticed. Ends with 0 when all is well.
"""
import hashlib
import json
import sys


def read_row(line):
    """The members of one line; "changes" as the text that stands there, whose octets are what is hashed."""
    row, decoder, at = {}, json.JSONDecoder(), 1
    while line[at - 1] != "}":
        name, at = decoder.raw_decode(line, at)
        value, end = decoder.raw_decode(line, at + 1)
        row[name] = line[at + 1:end] if name == "changes" else value
        at = end + 1
    return row


def link_hash(previous, row):
    actor, target = row["actor"], row["target"]
    changes = hashlib.sha256(row["changes"].encode()).hexdigest()
    text = json.dumps([row["seq"], row["chain"], row["id"], row["workspace_id"], row["occurred_at"], row["action"],
                       actor["kind"], actor["id"], actor["label"], target["type"], target["id"], target["label"],
                       row["result"], row["ip"], row["user_agent"], row["request_id"], changes],
                      ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(bytes.fromhex(previous) + text.encode()).hexdigest()


def verify(lines, anchors):
    rows = sorted((row for row in map(read_row, lines) if row["seq"] is not None), key=lambda row: row["seq"])
    seq = rows[0]["seq"] - 1 if rows and rows[0]["seq"] - 1 in anchors else 0
    previous = anchors.get(seq, "0" * 64)
    for row in rows:
        seq += 1
        if row["seq"] != seq:
            return f"seq {seq} is missing"
        previous = link_hash(previous, row)
        if row["hash"] != previous:
            return f"seq {seq} was changed"
        if anchors.get(seq, previous) != previous:
            return f"seq {seq} isn't what the anchor says"
    if anchors and max(anchors) > seq:
        return f"the tail after seq {seq} was cut off"
    print(f"{len(rows)} rows are as they were sealed; the last is {seq}:{previous}")
    return None


if __name__ == "__main__":
    kept = {int(seq): digest for seq, digest in (argument.split(":") for argument in sys.argv[2:])}
    with open(sys.argv[1], encoding="utf-8", newline="\n") as file:
        try:
            problem = verify((line.rstrip("\n") for line in file), kept)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            problem = f"a line isn't an audit event: {error!r}"
    if problem:
        sys.exit(problem)
