"""Check that a row is in the books that are signed every night: python verify_leaf.py PROOF.json KEYS.json (draw.md 14).

It uses verify_draw.py, which lies beside it, for hashes and signatures, and the standard library; it shares nothing with the program.
KEYS.json comes from elsewhere than the proof, or the proof proves little."""

import base64
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from verify_draw import b64, need, note, sha

LINES = re.compile(r"prakerja-v1:(?:transfer\n(?:[^\n]*\n){8}|award\n(?:[^\n]*\n){6})")


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    need(b64(data) == text, "base64 in another spelling")
    return data


def under(data, spelled, origin):
    """The checkpoint's note over which `data` is leaf, and its text (RFC 6962, C2SP tlog-proof)."""
    head, _, rest = spelled.partition("\n\n")
    first, second, *path = head.split("\n")
    need(first == "c2sp.org/tlog-proof@v1" and re.fullmatch("index (0|[1-9][0-9]{0,15})", second), "this is no proof")
    text = rest.rpartition("\n\n")[0] + "\n"
    name, size, root, end = text.split("\n")
    need(name == origin and end == "" and re.fullmatch("[1-9][0-9]{0,15}", size), f"no checkpoint of {origin}")
    at, last, found = int(second[6:]), int(size) - 1, sha(b"\0", data)
    need(at <= last, "a leaf that the tree has not")
    for one in map(unbase64, path):
        need(last and len(one) == 32, "the way up is too long")
        if at % 2 or at == last:
            found = sha(b"\1", one, found)
            while at and at % 2 == 0:
                at, last = at // 2, last // 2
        else:
            found = sha(b"\1", found, one)
        at, last = at // 2, last // 2
    need(not last and b64(found) == root, "the way up does not lead to the signed root")
    return rest, text


def check(told, keys):
    """What was checked, a sentence each. Raises SystemExit by `need` where something does not hold."""
    need(told["type"] == "prakerja-ledger-proof" and told["version"] == 1, "this is no proof of a row of the books")
    need(LINES.fullmatch(told["lines"]), "these are not the lines of a leaf")
    day, text = under(told["lines"].encode(), told["proof"], keys["origin"] + "/ledger")
    need(len(note(day.encode(), keys["ledger"], text)) == 1, "the night's signature")
    yield f"the row is in the books as they were signed on {told['day']}"
    if told["log"] is None:
        yield "NOT CHECKED: that the night is in the public log, whose documents may not be read yet"
        return
    log, text = under(f"{told['day']}\n{day}".encode(), told["log"], keys["origin"] + "/documents")
    seen = note(log.encode(), keys["documents"] + keys["witnesses"], text)
    need(None in seen, "the log's signature")
    yield "that night is in the public log"
    witnesses = len(seen) - seen.count(None)
    need(witnesses >= 2, f"{witnesses} witnesses saw the log, two are needed")
    yield f"{witnesses} witnesses saw the log"


if __name__ == "__main__":
    proof, kept = (json.loads(Path(one).read_bytes()) for one in sys.argv[1:3])
    try:
        said = list(check(proof, kept))
    except (KeyError, TypeError, ValueError) as error:
        sys.exit(f"DOES NOT HOLD: this is no proof: {error!r}")
    print(*said, proof["lines"].rstrip(), sep="\n")
