# fmt: off
"""Check a published draw: python verify_draw.py FOLDER KEYS.json. It follows draw.md 3 to 11 and shares nothing with the program.
It prints "holds" only if every check does. One is left to you: that drand signed its round, which needs a pairing of curves;
round and signature are printed for another tool. KEYS.json comes from elsewhere, never from the folder. Seats that came back
and were given on are checked by verify_recall.py, beside this file."""
import base64, datetime, functools, hashlib, json, re, struct, sys
from array import array
from pathlib import Path
ROW = re.compile(rb"([0-9a-f]{64}) (?:E ([0-9]{1,8}) (-|[A-Z]+) (?:- -|([0-9a-f]{64}) ([1-9]))|X [0-9a-f]{32})\n")
sha = lambda *data: hashlib.sha256(b"".join(data)).digest(); b64 = lambda data: base64.b64encode(data).decode()
tagged = lambda tag, *data: sha(b"prakerja-v1:", tag.encode(), b"\n", *data)
seconds = lambda text: int(datetime.datetime.strptime(text + "+0000", "%Y-%m-%dT%H:%M:%SZ%z").timestamp())
spelled = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":")).encode(); hashed = lambda data: {"sha256": sha(data).hex(), "bytes": len(data)}
need = lambda holds, sentence: None if holds else sys.exit(f"DOES NOT HOLD: {sentence}")
# What a document must look like, letter by letter: its members in their order, each as a pattern.
of = lambda **members: r"\{" + ",".join(f'"{name}":{members[name]}' for name in sorted(members)) + r"\}"
many = lambda one, ends=("\\[", "\\]"): f"{ends[0]}(?:{one},?)*{ends[1]}"
H, N, AT, DRAW = '"[0-9a-f]{64}"', "(?:0|[1-9][0-9]{0,14})", '"[0-9]{4}-[0-9T:-]{14}Z"', '"[a-z0-9-]{1,32}/[1-9][0-9]{0,3}"'
NIST = of(kind='"nist-beacon-2"', chain=2, time='"[0-9T:-]{16}:00[.]000Z"', certificate='"[0-9a-f]{128}"', optional="true")
ROUND, ROWS, GROUP = of(kind='"drand"', chain=H, round="[1-9][0-9]*", optional="false"), dict(rows=N, bytes=N, sha256=H, root=H), '"(?:stratum|national)"'
VALUES = many(of(value='(?:null|"[0-9a-f]{128}")'), ("\\[", of(value=H, signature='"[0-9a-f]{96}"') + "\\]"))
SHAPES = {name: of(type=f'"prakerja-draw-{name}"', version=1, **members) for name, members in dict(
    rules=dict(wave='"[a-z0-9-]{1,32}"', seats=N, weights=many(f'"[0-9]{{1,8}}":{N}', ("\\{", "\\}")), family_cap="[1-9]", min_lead_s=N,
               groups=many(of(code='"[A-Z]"', seats=N, scope=GROUP)), released_counts="(?:true|false)", published_at=AT),
    commitment=dict(draw=DRAW, rules=H, secret=H, closed_at=AT, committed_at=AT, list=of(eligible=N, **ROWS), sources=many(NIST, ("\\[", ROUND + "\\]"))),
    result=dict(draw=DRAW, commitment=H, drawn_at=AT, values=VALUES, secret=H, seed=H, results=of(**ROWS), winners=of(count=N, sha256=H), unfilled=N),
    manifest=dict(draw=DRAW, files=many(f'"[^"]+":{of(bytes=N, sha256=H)}', ("\\{", "\\}"))),
    recall=dict(draw=DRAW, recall=N, result=H, **dict.fromkeys(("released", "declined", "awarded"), of(count=N, sha256=H))),
    void=dict(draw=DRAW, commitment=H, reason='"(?:source|secret|list)"', voided_at=AT)).items()}
def document(content, shape=""):
    value = json.loads(content, parse_float=lambda number: need(False, f"{number} is not whole"))
    looks = re.fullmatch(SHAPES.get(shape, r"[ -\[\]-~]*"), content.decode())
    return need(looks and spelled(value) == content, f"this is no {shape or 'document'}") or value
class Tree:  # RFC 6962, as a stack of the roots of full trees
    def __init__(self): self.full, self.rows, self.bytes, self.hash = [], 0, 0, hashlib.sha256()
    def add(self, line, end=b"\n"):
        new, count = sha(b"\0", line.removesuffix(end)), self.rows
        while count & 1: new, count = sha(b"\1", self.full.pop(), new), count >> 1
        self.rows, self.bytes, _, _ = self.rows + 1, self.bytes + len(line), self.full.append(new), self.hash.update(line)
    def root(self): return functools.reduce(lambda root, left: sha(b"\1", left, root), self.full[::-1] or [sha()])
    def told(self): return {"rows": self.rows, "bytes": self.bytes, "sha256": self.hash.hexdigest(), "root": self.root().hex()}
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493; D = -121665 * pow(121666, -1, P) % P  # Ed25519 (RFC 8032)
def plus(p, q):
    k = D * p[0] * p[1] * q[0] * q[1]; return (p[0] * q[1] + q[0] * p[1]) * pow(1 + k, -1, P) % P, (p[1] * q[1] + p[0] * q[0]) * pow(1 - k, -1, P) % P
def times(scalar, point):
    half = times(scalar >> 1, plus(point, point)) if scalar else (0, 1); return plus(half, point) if scalar & 1 else half
def point(data):
    y = int.from_bytes(data, "little") & (1 << 255) - 1; square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P; root = pow(square, (P + 3) // 8, P)
    x = next(x for x in (root, root * pow(2, (P - 1) // 4, P) % P) if y < P and x * x % P == square)
    return (P - x if x & 1 != data[31] >> 7 else x), y
def has_signed(key, message, signature):
    s, k = (int.from_bytes(one, "little") for one in (signature[32:], hashlib.sha512(signature[:32] + key + message).digest()))
    return s < L and times(s, point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))) == plus(point(signature[:32]), times(k % L, point(key)))
def note(content, keys, text):  # when each of `keys` signed the note of this text (None: no witness); every line holds, once
    found, (body, _, below), end = {}, content.decode()[:-1].rpartition("\n\n"), content[-1:]
    need(body + "\n" == text and end == b"\n", f"the note {text.split()[:2]} says something else")
    for dash, name, encoded in (line.split(" ") for line in below.split("\n")):
        data = base64.b64decode(encoded, validate=True)
        key = next((one for one in keys if one.split("+", 2)[:2] == [name, data[:4].hex()]), "")
        need(dash == "—" and b64(data) == encoded and key not in found and key, f"{name} is no key that you know")
        raw = base64.b64decode(key.split("+", 2)[-1])
        time, head = (found_at := int.from_bytes(data[4:12], "big"), f"cosignature/v1\ntime {found_at}\n") if raw[0] == 4 else (None, "")
        need(len(raw) == 33 and len(data) == (76 if head else 68) and sha(name.encode(), b"\n", raw)[:4] == data[:4], f"the key of {name}")
        found[key] = need(has_signed(raw[1:], (head + text).encode(), data[-64:]), f"the signature of {name}") or time
    return list(found.values())
SIZES = {name: int(size or 0) for name, _, size in (part.partition("=") for part in "uri version cipher_suite=4 period=4 certificate chain=8 number=8 "
    "time local_random external_source external_status=4 external_value previous hour day month year precommitment status=4".split())}
def pulse(kept, source, pem):  # the value of a pulse of the NIST beacon that its certificate signed (RSA, PKCS #1 v1.5)
    message, der = b"", base64.b64decode(pem.decode().split("-----")[2])
    asked = {"version": "2.0", "cipher_suite": 0, "status": 0, **{name: source[name] for name in ("chain", "time", "certificate")}}
    need({**kept, **asked} == kept and kept.keys() == {*SIZES, "signature", "output"}, "another pulse, or with other members")
    need(hashlib.sha512(der).hexdigest() == source["certificate"], "another certificate")
    for name, size in SIZES.items():
        data = b"" if size else kept[name].encode() if name in ("uri", "version", "time") else bytes.fromhex(kept[name])
        message += kept[name].to_bytes(size, "big") if size else len(data).to_bytes(4, "big") + data
    key = der[der.index(bytes.fromhex("06092a864886f70d0101010500")) + 22:]  # the modulus, an integer of DER
    n, signature = int.from_bytes(key[4:4 + int.from_bytes(key[2:4], "big")], "big"), bytes.fromhex(kept["signature"])
    padded = b"\0\1" + b"\xff" * 426 + bytes.fromhex("003051300d060960864801650304020305000440") + hashlib.sha512(message).digest()
    value = hashlib.sha512(message + signature).digest()
    need(pow(int.from_bytes(signature, "big"), 65537, n).to_bytes(512, "big") == padded and kept["output"] == value.hex(), "the pulse's signature")
    return value
def lines(read, name, rows):
    for part in range(max(1, -(-rows // 65536))):
        found = read(f"{name}/{part:05d}.txt").splitlines(keepends=True)
        yield from need(len(found) == min(65536, rows - part * 65536), f"the rows of {name}/{part:05d}.txt") or found
def apportion(total, weights):
    whole = sum(weights.values()) or need(total == 0, "no stratum has a weight") or 1; shares = {code: total * one // whole for code, one in weights.items()}
    for code in sorted(weights, key=lambda c: (-(total * weights[c] % whole), c))[:total - sum(shares.values())]: shares[code] += 1
    return shares
def pools_of(rules):  # the seats of every pool; and the phases: bit and letter of a group, whether its pool is for all strata
    groups = [(1 << number, group["code"], group["scope"] == "national") for number, group in enumerate(rules["groups"])]
    quotas = apportion(rules["seats"] - sum(g["seats"] for g in rules["groups"] if g["scope"] == "national"), rules["weights"]); seats = {**quotas, "*": 0}
    for group, (_, letter, everywhere) in zip(rules["groups"], groups):
        for code, share in ({"*": group["seats"]} if everywhere else apportion(group["seats"], quotas)).items():
            seats[code + letter], seats[code] = share, seats[code] - (0 if everywhere else share)
    need(min(seats.values()) >= 0 and sum(seats.values()) == rules["seats"], "the seats are not those of the rules")
    return seats, [*groups, (0, "", False), (0, "", True)]
def walk(columns, strata, phases, seats, left, is_out):  # who gets which seat, phase by phase in line; last, how many seats stay
    for bit, letter, everywhere in phases:
        pools = ["*" + letter if everywhere else code + letter for code in strata]
        for row, stratum, mask, family in zip(*columns):
            if seats[pool := pools[stratum]] and left[family] and mask & bit == bit and not is_out[row]:
                is_out[row], seats[pool], left[family], _ = 1, seats[pool] - 1, left[family] - (family > 0), (yield row, pool)
        for pool in set(pools): left_over, seats[pool] = seats[pool], 0; seats[pool[:-1] if letter else "*"] += left_over
    yield None, seats["*"]
def outcomes(read, told, seed, rules):  # what the results say of each row after its ticket, how many seats are left, and the line with its seats
    strata, letters, prefix = sorted(rules["weights"]), [ord(g["code"]) for g in rules["groups"]], b"prakerja-v1:rank\n" + seed
    buckets, tree, before, families = [bytearray() for _ in range(256)], Tree(), b"", {}
    for number, line in enumerate(lines(read, "list", told["rows"])):
        row = ROW.fullmatch(line)
        need(row and before < row[1] and row[3] in (None, b"-", bytes(sorted(set(row[3] or b"")))), f"row {number} of the list")
        (before, stratum, groups, label, allowance), _ = row.groups(), tree.add(line)
        if stratum:
            family = families.setdefault(label, [len(families) + 1, allowance, 0]) if label else [0, allowance, 0]
            family[2] += need(family[1] == allowance, "a family with two allowances") or 1
            rank, mask = sha(prefix, bytes.fromhex(before.decode())), sum(1 << letters.index(letter) for letter in groups.strip(b"-"))
            buckets[rank[0]] += struct.pack(">15sIHII", rank[1:16], number, strata.index(stratum.decode()), mask, family[0])
    eligible, left = sum(map(len, buckets)) // 29, [9, *(int(allowance) for _, allowance, _ in families.values())]
    need({**tree.told(), "eligible": eligible} == told, "another list than the one committed to")
    need(all(size > allowance <= rules["family_cap"] for (_, _, size), allowance in zip(families.values(), left[1:])), "a needless label")
    (seats, phases), columns = pools_of(rules), [array("I") for _ in range(4)]
    for found in (sorted(struct.iter_unpack(">15sIHII", buckets.pop(0))) for _ in range(256)):
        need(all(one[0] != other[0] for one, other in zip(found, found[1:])), "two ranks that agree too far")
        for column, values in zip(columns, list(zip(*found))[1:]): column.extend(values)
    names, taken, reserve = [None, *seats], array("H", bytes(2 * tree.rows)), 0
    for row, pool in walk(columns, strata, phases, seats, left, bytearray(tree.rows)):
        if row is None: unfilled = pool
        else: taken[row] = names.index(pool)
    place = [array("I", bytes(4 * tree.rows)) for _ in range(2)]
    for at, (row, family) in enumerate(zip(columns[0], columns[3]), 1):
        is_reserve = not taken[row] and left[family] > 0; place[0][row], place[1][row], reserve = at, (reserve + 1) * is_reserve, reserve + is_reserve
    words = (f"{at} W {names[pool]}" if pool else f"{at} R {number}" if number else f"{at} K" if at else "- X" for at, pool, number in zip(place[0], taken, place[1]))
    return words, unfilled, ((columns, strata, phases), names, taken, left, place[0])
def main(folder, keys):
    used, origin, read = set(), keys["origin"], lambda name: used.add(name) or (folder / name).read_bytes()
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    raw = {name: read(f"{name}.json") for name in ("rules", "commitment", "result", "manifest")}
    rules, commitment, result, manifest, _ = (document(content, name) for name, content in [*raw.items(), ("", read("stats.json"))])
    need({*manifest["files"], "manifest.json", "manifest.note"} == names, "a file is missing or one too many")
    need(all(hashed((folder / name).read_bytes()) == told for name, told in manifest["files"].items()), "a file is not that of the manifest")
    draw, listed, sources, (wave, number) = commitment["draw"], commitment["list"], commitment["sources"], commitment["draw"].split("/")
    told = [manifest["draw"], result["draw"], rules["wave"], commitment["rules"], result["commitment"]]
    need(told == [draw, draw, wave, *(sha(raw[name]).hex() for name in ("rules", "commitment"))], "documents of several draws")
    told_by = lambda name, content, about=draw: f"{origin}/draw/{about}\n{name}\n{b64(sha(content))}\n"
    texts = {name: told_by(name, raw[name], wave if name == "rules" else draw) for name in raw}
    for name, told in (("list", listed), ("results", result["results"])):
        texts[name] = f"{origin}/draw/{draw}/{name}\n{told['rows']}\n{b64(bytes.fromhex(told['root']))}\n"
    tree, roots, logged, seen = Tree(), {}, {}, {}  # the log: one commitment, and witnesses who saw it in time
    entries = [read(f"log/entries/{index:06d}.json") for index in range(sum(name.startswith("log/entries/") for name in names))]
    for index, entry in enumerate(entries):
        _, value = tree.add(entry, b""), json.loads(entry) if entry.startswith(b"{") else {}
        roots[tree.rows], kind = b64(tree.root()), str(value.get("type"))[14:]
        if kind in ("commitment", "void"): logged.setdefault((kind, document(entry, kind)["draw"]), []).append((index, value, entry))
    ((ruled,), (last,), (drawn,)) = ([at for at, entry in enumerate(entries) if entry == raw[name]] for name in ("rules", "commitment", "result"))
    need(len(logged["commitment", draw]) == 1 and ("void", draw) not in logged and ruled < last < drawn, "the order of the log")
    appear = lambda named: [seconds(one["time"][:19] + "Z") if "time" in one else next(chain["genesis"] + (one["round"] - 1) * chain["period"]
                            for chain in keys["chains"] if chain["hash"] == one["chain"]) for one in named]
    over, before = 0, -1  # draws that ended before: each by the rule, when it may, with two signatures
    for name in (f"{wave}/{n}" for n in range(1, int(number))):
        ((at, earlier, fixed),), ((ended, void, entry),) = logged["commitment", name], logged["void", name]
        times, (begun, when), reason = appear(earlier["sources"]), map(seconds, (earlier["committed_at"], void["voided_at"])), void["reason"]
        need(void["commitment"] == sha(fixed).hex() and before < at < ended < last and over <= begun <= when, f"the order of {name}")
        need(reason == "list" or [earlier["rules"], earlier["list"]] == [commitment["rules"], listed], f"a new list after {name}")
        need(when < times[0] if reason == "list" else when >= times[-1] + {"source": 604800, "secret": 259200}[reason], f"when {name} ended")
        texts[f"void-{name.split('/')[1]}"], before, over = told_by("void", entry, name), ended, when
    need(all(len(note(read(f"{name}.note"), keys["operators"], text)) >= 2 for name, text in texts.items()), "a note needs two operators")
    at, committed, parts, secret = appear(sources), seconds(commitment["committed_at"]), [sha(raw["commitment"])], bytes.fromhex(result["secret"])
    need(seconds(rules["published_at"]) < committed >= max(over, seconds(commitment["closed_at"])), "when rules or wave came")
    steps = [committed + rules["min_lead_s"] - 1, *at, seconds(result["drawn_at"]) + 1]
    need(sorted({*steps}) == steps and all(one["certificate"] in keys.get("certificates", []) for one in sources[:-1]), "the sources' times or certificates")
    for name in (name for name in names if name.startswith("log/checkpoints/")):
        size = int(name[16:22]); by = note(read(name), keys["documents"] + keys["witnesses"], f"{origin}/documents\n{size}\n{roots[size]}\n")
        seen[size] = [time for time in by if time is not None] if None in by else []
    need(min(map(len, seen.values())) >= 2 and max(seen) == tree.rows, "a checkpoint needs the log and two witnesses")
    first = seen[min(size for size in seen if size > last)]
    need(sum(time < at[0] for time in first) >= 2 and min(first) >= over, "when witnesses saw the commitment")
    for number, (source, told) in enumerate(zip(sources, result["values"], strict=True)):
        is_round, value = source["kind"] == "drand", None
        if told["value"] is None:
            by = note(read(f"beacon/{number}.absent.note"), keys["witnesses"], told_by(f"absent-{number}", spelled(source)))
            need(source["optional"] and sum(time >= at[number] + 86400 for time in by) >= 2, "an absent source")
        elif is_round:
            kept, value = {name: source.get(name, told.get(name)) for name in ("chain", "round", "signature")}, sha(bytes.fromhex(told["signature"]))
            need(spelled(kept) == read(f"beacon/{number}.json"), "another round")
            print(f"not checked here: chain {source['chain']} round {source['round']} signature {told['signature']}")
        else: value = pulse(document(read(f"beacon/{number}.json")), source, read("beacon/nist.pem"))
        need((value and value.hex()) == told["value"], "a value is not that of its source")
        parts += [b"\0" if value is None else b"\1", value or bytes(32 if is_round else 64)]
    seed, promised = tagged("seed", *parts, secret), tagged("secret", draw.encode(), b"\n", secret)
    need([seed.hex(), promised.hex()] == [result["seed"], commitment["secret"]], "the seed or the secret")
    tree, winners, (words, unfilled, seated), count = Tree(), hashlib.sha256(), outcomes(read, listed, seed, rules), 0
    for line, row, word in zip(lines(read, "results", listed["rows"]), lines(read, "list", listed["rows"]), words):
        need(line == row[:64] + f" {word}\n".encode(), f"the result of {row[:64].decode()}") or tree.add(line)
        if " W " in word: count, _ = count + 1, winners.update(row[:64] + b"\n")
    as_whole = [tree.told(), {"count": count, "sha256": winners.hexdigest()}, unfilled, names]
    need([result["results"], result["winners"], result["unfilled"], used] == as_whole, "the results as a whole, or a file that nobody needs")
    print(f"{draw} holds: {count} winners of {listed['rows']} rows, {unfilled} seats left")
    return read, raw, entries, unfilled, seated
if __name__ == "__main__": main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_bytes()))
