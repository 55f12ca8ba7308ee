"""Ask a Prakerja server for the seats of a schedule or the state of a redeem code. Standard library only."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import time
import urllib.error
import urllib.request

USAGE = "client.py HOST CLIENT_CODE SIGN_KEY (quota COURSE SCHEDULE | redeem-status CODE [SEQUENCE])"
PREFIX = "/api/v1/integration/payment"


def question(words: list[str]) -> tuple[str, dict[str, object]] | None:
    """Return path and members of the call that the words ask for."""
    match words:
        case ["quota", course, schedule]:
            return f"{PREFIX}/quota-schedule", {"schedule_code": schedule, "course_code": course}
        case ["redeem-status", code]:
            return f"{PREFIX}/redeem-code/status", {"redeem_code": code, "sequence": 1}
        case ["redeem-status", code, sequence] if sequence.isascii() and sequence.isdigit():
            return f"{PREFIX}/redeem-code/status", {"redeem_code": code, "sequence": int(sequence)}
        case _:
            return None


def ask(host: str, client_code: str, sign_key: str, path: str, members: dict[str, object]) -> tuple[int, str]:
    """Sign exactly the bytes that are sent; return HTTP status and answer."""
    body = json.dumps(members, separators=(",", ":"))
    timestamp = str(int(time.time()))
    raw = client_code + timestamp + "POST" + path + body
    signature = hmac.new(sign_key.encode(), raw.encode(), hashlib.sha1).hexdigest()
    request = urllib.request.Request(host.rstrip("/") + path, data=body.encode(), method="POST")  # noqa: S310
    request.add_header("Content-Type", "application/json")
    request.add_header("client_code", client_code)
    request.add_header("timestamp", timestamp)
    request.add_header("signature", signature)
    try:
        with urllib.request.urlopen(request, timeout=15) as response:  # noqa: S310
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def main(arguments: list[str]) -> int:
    """Print status and answer. 0: success, 1: refused, 2: nothing was asked, or no answer came."""
    asked = question(arguments[3:])
    if asked is None:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        status, answer = ask(*arguments[:3], *asked)
    except OSError as error:
        # No refusal: what became of the call is unknown.
        print(f"no answer: {error}", file=sys.stderr)
        return 2
    print(status, answer)
    return 0 if status == 200 else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
