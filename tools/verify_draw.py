# fmt: off
"""Check a published draw: python verify_draw.py FOLDER KEYS.json. It follows draw.md 3 to 11 and shares nothing with the program.
It prints "holds" only if every check does. One is left to you: that drand signed its round, which needs a pairing of curves;
round and signature are printed for another tool. KEYS.json comes from elsewhere, never from the folder."""
import base64, datetime, hashlib, json, re, struct, sys
from array import array
from pathlib import Path
ROW = re.compile(rb"([0-9a-f]{64}) (?:E ([0-9]{1,8}) (-|[A-Z]+) (?:- -|([0-9a-f]{64}) ([1-9]))|X [0-9a-f]{32})\n")
sha = lambda *data: hashlib.sha256(b"".join(data)).digest()
tagged = lambda tag, *data: sha(b"prakerja-v1:", tag.encode(), b"\n", *data)
b64 = lambda data: base64.b64encode(data).decode()
seconds = lambda text: int(datetime.datetime.strptime(text + "+0000", "%Y-%m-%dT%H:%M:%SZ%z").timestamp())
spelled = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
def need(holds, sentence):
    if not holds: sys.exit(f"DOES NOT HOLD: {sentence}")
def document(content):
    need(spelled(json.loads(content)) == content, "a document is spelled in another way")
    return json.loads(content)
class Tree:  # RFC 6962, as a stack of the roots of full trees
    def __init__(self): self.full, self.rows, self.bytes, self.hash = [], 0, 0, hashlib.sha256()
    def add(self, line, end=b"\n"):
        new, count = sha(b"\0", line.removesuffix(end)), self.rows
        while count & 1: new, count = sha(b"\1", self.full.pop(), new), count >> 1
        self.full.append(new)
        self.rows, self.bytes = self.rows + 1, self.bytes + len(line)
        self.hash.update(line)
    def root(self):
        root = self.full[-1] if self.full else sha()
        for left in self.full[-2::-1]: root = sha(b"\1", left, root)
        return root
    def told(self): return {"rows": self.rows, "bytes": self.bytes, "sha256": self.hash.hexdigest(), "root": self.root().hex()}
# Ed25519 (RFC 8032), points as (x, y).
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
def plus(p, q):
    k = D * p[0] * p[1] * q[0] * q[1]
    return (p[0] * q[1] + q[0] * p[1]) * pow(1 + k, -1, P) % P, (p[1] * q[1] + p[0] * q[0]) * pow(1 - k, -1, P) % P
def times(scalar, point, found=(0, 1)):
    while scalar: found, point, scalar = plus(found, point) if scalar & 1 else found, plus(point, point), scalar >> 1
    return found
def point(data):
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    x = next(x for x in (root, root * pow(2, (P - 1) // 4, P) % P) if y < P and x * x % P == square)
    return (P - x if x & 1 != data[31] >> 7 else x), y
def has_signed(key, message, signature):
    s, k = int.from_bytes(signature[32:], "little"), hashlib.sha512(signature[:32] + key + message).digest()
    right = plus(point(signature[:32]), times(int.from_bytes(k, "little") % L, point(key)))
    return s < L and times(s, point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))) == right
def note(content, keys, text):  # when each of `keys` signed the note of this text (None: no witness); every line holds, once
    found, (body, _, below) = {}, content.decode().rpartition("\n\n")
    need(body + "\n" == text and below.endswith("\n"), f"the note {text.split()[:2]} says something else")
    for dash, name, encoded in (line.split(" ") for line in below[:-1].split("\n")):
        data = base64.b64decode(encoded, validate=True)
        key = next((one for one in keys if one.split("+", 2)[:2] == [name, data[:4].hex()]), "")
        raw = base64.b64decode(key.split("+", 2)[-1])
        need(dash == "—" and b64(data) == encoded and key not in found and len(raw) == 33, f"{name} is no key that you know")
        time, head = (found_at := int.from_bytes(data[4:12], "big"), f"cosignature/v1\ntime {found_at}\n") if raw[0] == 4 else (None, "")
        need(len(data) == (76 if head else 68) and sha(name.encode(), b"\n", raw)[:4] == data[:4], f"the key of {name}")
        need(has_signed(raw[1:], (head + text).encode(), data[-64:]), f"the signature of {name}")
        found[key] = time
    return list(found.values())
def pulse(kept, source, pem):  # the value of a pulse of the NIST beacon that its certificate signed (RSA, PKCS #1 v1.5)
    message, der = b"", base64.b64decode("".join(pem.decode().split("-----")[2].split()))
    need([kept[name] for name in ("chain", "time", "status")] == [source["chain"], source["time"], 0], "another pulse")
    need(hashlib.sha512(der).hexdigest() == source["certificate"] == kept["certificate"], "another certificate")
    for name in ("uri version cipher_suite=4 period=4 certificate chain=8 number=8 time local_random external_source external_status=4 "
                 "external_value previous hour day month year precommitment status=4").split():
        name, size = f"{name}=0".split("=")[:2]
        data = kept[name].encode() if name in "uri version time" else b"" if size > "0" else bytes.fromhex(kept[name])
        message += kept[name].to_bytes(int(size), "big") if size > "0" else len(data).to_bytes(4, "big") + data
    key = der[der.index(bytes.fromhex("06092a864886f70d0101010500")) + 22:]  # the modulus, an integer of DER
    n, signature = int.from_bytes(key[4:4 + int.from_bytes(key[2:4], "big")], "big"), bytes.fromhex(kept["signature"])
    padded = b"\0\1" + b"\xff" * 426 + bytes.fromhex("003051300d060960864801650304020305000440") + hashlib.sha512(message).digest()
    need(pow(int.from_bytes(signature, "big"), 65537, n).to_bytes(512, "big") == padded, "the pulse's signature")
    return hashlib.sha512(message + signature).digest()
def lines(folder, name, rows):
    for part in range(max(1, -(-rows // 65536))):
        with (folder / f"{name}/{part:05d}.txt").open("rb") as file:
            found = 0
            for found, line in enumerate(file, 1): yield line
        need(found == min(65536, rows - part * 65536), f"the rows of {name}/{part:05d}.txt")
def apportion(total, weights):
    whole = sum(weights.values()) or 1  # what is left goes to the largest remainders, the smaller code first
    shares = {code: total * weight // whole for code, weight in weights.items()}
    for code in sorted(weights, key=lambda c: (-(total * weights[c] % whole), c))[:total - sum(shares.values())]: shares[code] += 1
    return shares
def pools_of(rules):  # the seats of every pool; and the phases: bit and letter of a group, whether its pool is for all strata
    groups = [(1 << number, group["code"], group["scope"] == "national") for number, group in enumerate(rules["groups"])]
    quotas = apportion(rules["seats"] - sum(g["seats"] for g in rules["groups"] if g["scope"] == "national"), rules["weights"])
    seats = {**quotas, "*": 0}
    for group, (_, letter, everywhere) in zip(rules["groups"], groups):
        for code, share in ({"*": group["seats"]} if everywhere else apportion(group["seats"], quotas)).items():
            seats[code + letter], seats[code] = share, seats[code] - (0 if everywhere else share)
    need(min(seats.values()) >= 0 and sum(seats.values()) == rules["seats"], "the seats are not those of the rules")
    return seats, [*groups, (0, "", False), (0, "", True)]
def outcomes(folder, told, seed, rules):
    """What the results say of each row after its ticket; last, how many seats are left. All in line, then pool by pool."""
    strata, letters, prefix = sorted(rules["weights"]), [ord(g["code"]) for g in rules["groups"]], b"prakerja-v1:rank\n" + seed
    buckets, tree, before, families = [bytearray() for _ in range(256)], Tree(), b"", {}
    for number, line in enumerate(lines(folder, "list", told["rows"])):
        row = ROW.fullmatch(line)
        need(row and before < row[1] and row[3] in (None, b"-", bytes(sorted(set(row[3] or b"")))), f"row {number} of the list")
        before, stratum, groups, label, allowance = row.groups()
        tree.add(line)
        if stratum:
            family = families.setdefault(label, [len(families) + 1, allowance, 0]) if label else [0, allowance, 0]
            need(family[1] == allowance, "a family with two allowances")
            family[2] += 1
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
    for bit, letter, everywhere in phases:
        pools = ["*" + letter if everywhere else code + letter for code in strata]
        for row, stratum, mask, family in zip(*columns):
            pool = pools[stratum]
            if seats[pool] and left[family] and mask & bit == bit and not taken[row]:
                taken[row], seats[pool], left[family] = names.index(pool), seats[pool] - 1, left[family] - (family > 0)
        for pool in set(pools): left_over, seats[pool] = seats[pool], 0; seats[pool[:-1] if letter else "*"] += left_over
    place = [array("I", bytes(4 * tree.rows)) for _ in range(2)]
    for at, (row, family) in enumerate(zip(columns[0], columns[3]), 1):
        is_reserve = not taken[row] and left[family] > 0
        place[0][row], place[1][row], reserve = at, (reserve + 1) * is_reserve, reserve + is_reserve
    for at, pool, number in zip(place[0], taken, place[1]):
        yield f"{at} W {names[pool]}" if pool else f"{at} R {number}" if number else f"{at} K" if at else "- X"
    yield seats["*"]
def main(folder, keys):
    read, origin = (lambda name: (folder / name).read_bytes()), keys["origin"]
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    raw = {name: read(f"{name}.json") for name in ("rules", "commitment", "result", "manifest")}
    rules, commitment, result, manifest = map(document, raw.values())
    need(sorted([*manifest["files"], "manifest.json", "manifest.note"]) == names, "a file is missing or one too many")
    for name, told in manifest["files"].items():
        with (folder / name).open("rb") as file: found = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        need(found == (told["sha256"], told["bytes"]), name)
    draw, listed, sources = commitment["draw"], commitment["list"], commitment["sources"]
    need(manifest["draw"] == result["draw"] == draw and draw.split("/")[0] == rules["wave"], "documents of several draws")
    texts = {name: f"{rules['wave'] if name == 'rules' else draw}\n{name}\n{b64(sha(raw[name]))}\n" for name in raw}
    trees = {"list": listed, "results": result["results"]}
    texts |= {name: f"{draw}/{name}\n{told['rows']}\n{b64(bytes.fromhex(told['root']))}\n" for name, told in trees.items()}
    for name, text in texts.items():
        need(len(note(read(f"{name}.note"), keys["operators"], f"{origin}/draw/{text}")) >= 2, f"{name}.note needs two operators")
    need(sha(raw["rules"]).hex() == commitment["rules"] and sha(raw["commitment"]).hex() == result["commitment"], "other rules or list")
    tree, roots, order, logged, seen = Tree(), {}, {}, {}, {}  # the log: one commitment, and witnesses who saw it in time
    for index in range(sum(name.startswith("log/entries/") for name in names)):
        entry = read(f"log/entries/{index:06d}.json")
        tree.add(entry, b"")
        roots[tree.rows], value = b64(tree.root()), json.loads(entry) if entry.startswith(b"{") else {}
        order |= {name: index for name in raw if raw[name] == entry}
        logged.setdefault((str(value.get("type"))[14:], value.get("draw")), []).append(value)
    (_,), (wave, number) = logged["commitment", draw], draw.split("/")  # one commitment, no more and no less
    need(("void", draw) not in logged and order["rules"] < order["commitment"] < order["result"], "the order of the log")
    for (before,), (void,) in ((logged["commitment", f"{wave}/{n}"], logged["void", f"{wave}/{n}"]) for n in range(1, int(number))):
        need(void["reason"] == "list" or all(before[x] == commitment[x] for x in ("rules", "list")), f"what became of {void['draw']}")
    at = [seconds(one["time"][:19] + "Z") if "time" in one else next(chain["genesis"] + (one["round"] - 1) * chain["period"]
          for chain in keys["chains"] if chain["hash"] == one["chain"]) for one in sources]
    times = [seconds(commitment["committed_at"]) + rules["min_lead_s"], *at, seconds(result["drawn_at"])]
    need(times == sorted(times) and sources[-1]["kind"] == "drand", "the sources' times")
    for name in (name for name in names if name.startswith("log/checkpoints/")):
        size = int(name[16:22])
        by = note(read(name), keys["documents"] + keys["witnesses"], f"{origin}/documents\n{size}\n{roots[size]}\n")
        seen[size] = [time for time in by if time is not None]
        need(2 <= len(seen[size]) < len(by), f"{name} needs the log and two witnesses")
    first = seen[min(size for size in seen if size > order["commitment"])]
    need(max(seen) == tree.rows and sum(time < at[0] for time in first) >= 2, "witnesses saw the commitment too late")
    secret, parts = bytes.fromhex(result["secret"]), [sha(raw["commitment"])]
    need(tagged("secret", draw.encode(), b"\n", secret).hex() == commitment["secret"], "the secret")
    for number, (source, told) in enumerate(zip(sources, result["values"])):
        is_round, value = source["kind"] == "drand", None
        if told["value"] is None:
            text = f"{origin}/draw/{draw}\nabsent-{number}\n{b64(sha(spelled(source)))}\n"
            by = note(read(f"beacon/{number}.absent.note"), keys["witnesses"], text)
            need(source["optional"] and sum(time >= at[number] + 86400 for time in by) >= 2, "an absent source")
        elif is_round:
            kept, value = document(read(f"beacon/{number}.json")), sha(bytes.fromhex(told["signature"]))
            need(kept == {"chain": source["chain"], "round": source["round"], "signature": told["signature"]}, "another round")
            print(f"not checked here: chain {source['chain']} round {source['round']} signature {told['signature']}")
        else: value = pulse(document(read(f"beacon/{number}.json")), source, read("beacon/nist.pem"))
        need((value and value.hex()) == told["value"], "a value is not that of its source")
        parts += [b"\0" if value is None else b"\1", value or bytes(32 if is_round else 64)]
    seed = tagged("seed", *parts, secret)
    need(seed.hex() == result["seed"], "the seed")
    tree, winners, words, count = Tree(), hashlib.sha256(), outcomes(folder, listed, seed, rules), 0
    for line, row, word in zip(lines(folder, "results", listed["rows"]), lines(folder, "list", listed["rows"]), words):
        need(line == row[:64] + f" {word}\n".encode(), f"the result of {row[:64].decode()}")
        tree.add(line)
        if " W " in word: count, _ = count + 1, winners.update(row[:64] + b"\n")
    need(tree.told() == result["results"] and next(words) == result["unfilled"], "the results as a whole")
    need({"count": count, "sha256": winners.hexdigest()} == result["winners"], "the winners as a whole")
    print(f"{draw} holds: {count} winners of {listed['rows']} rows, {result['unfilled']} seats left")
if __name__ == "__main__": main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_bytes()))
