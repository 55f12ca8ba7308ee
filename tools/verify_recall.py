"""Check seats of a draw that came back and were given on: python verify_recall.py FOLDER KEYS.json RECALL-1 RECALL-2 …

It checks the draw first, by verify_draw.py, which lies beside it; then each recall after those before it (draw.md 9, 11). Like that file
it uses the standard library alone and shares nothing with the program. Who declined is what the office says: it is only checked that such
a row was eligible. KEYS.json comes from elsewhere, never from a folder."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from verify_draw import Tree, b64, document, lines, main, need, note, sha, walk

LISTS = ("released", "declined", "awarded")


def check(folders, keys, read, raw, log, unfilled, seated):
    (line, names, taken, left, place), given, back = seated, {}, set()
    (rules, commitment), draw = (
        (json.loads(raw[name]) for name in ("rules", "commitment")),
        json.loads(raw["commitment"])["draw"],
    )
    lists = [[(folder / f"{name}.txt").read_bytes() for name in LISTS] for folder in folders]
    # The row of every ticket that a recall names; of the whole list nothing else is kept.
    rows = {ticket: -1 for one in lists for data in one for ticket in data.split()}
    for row, listed in enumerate(lines(read, "list", commitment["list"]["rows"])):
        if listed[:64] in rows:
            rows[listed[:64]] = row
    family = lambda row: line[0][3][place[row] - 1]
    for number, (folder, data) in enumerate(zip(folders, lists), 1):
        content = (folder / "recall.json").read_bytes()
        # The document says exactly this, and its lists are tickets that ascend.
        told = {name: {"count": len(one) // 65, "sha256": sha(one).hex()} for name, one in zip(LISTS, data)}
        told |= {
            "type": "prakerja-draw-recall",
            "version": 1,
            "draw": draw,
            "recall": number,
            "result": sha(raw["result"]).hex(),
        }
        need(document(content) == told, f"recall {number} is another one, of another result, or has other lists")
        for one in data:
            need(
                one == b"".join(ticket + b"\n" for ticket in sorted({*one.split()})),
                "a ticket twice, or out of its order",
            )
        text = f"{keys['origin']}/draw/{draw}\nrecall-{number}\n{b64(sha(content))}\n"
        need(
            len(note((folder / "recall.note").read_bytes(), keys["operators"], text)) >= 2,
            "a recall needs two operators",
        )
        released, declined, awarded = ([rows[ticket] for ticket in one.split()] for one in data)
        need(all(row >= 0 for row in (*released, *declined, *awarded)), "a ticket that the list lacks")
        need(all(place[row] for row in declined), "somebody declined who was excluded anyway")
        # The seats: each was somebody's and came back once; with them those that nobody was left for.
        seats = {**dict.fromkeys(names[1:], 0), "*": unfilled}
        for row in released:
            need((taken[row] or row in given) and row not in back, "a seat that nobody had, or that came back before")
            seats[given.get(row) or names[taken[row]]] += 1
        count = sum(seats.values())
        need(not any(taken[row] or row in given for row in awarded), "somebody who had a seat before")
        # What families have left: less by whom recalls gave seats, more by seats that came back, unless the rules count those.
        back |= {*released}
        free = list(left)
        for row in () if rules["released_counts"] else back:
            free[family(row)] += family(row) > 0
        for row in given:
            free[family(row)] = max(0, free[family(row)] - (family(row) > 0))
        is_out = bytearray(map(bool, taken))
        for row in (*given, *declined):
            is_out[row] = 1
        *fresh, (_, unfilled) = walk(*line, seats, free, is_out)
        need(sorted(row for row, _ in fresh) == awarded, "a seat was given out of turn, or somebody was passed over")
        given.update(fresh)
        print(
            f"recall {number}: {len(awarded)} of {count} seats given on{logged(folder, keys, log, content, draw, number)}"
        )


def logged(folder, keys, log, content, draw, number):
    """It stands in the log once, after all that the draw's own log has, and two witnesses saw it."""
    entries, tree = [path.read_bytes() for path in sorted(folder.glob("log/entries/*.json"))], Tree()
    notes = [path.read_bytes() for path in folder.glob("log/checkpoints/*.note")]
    known = {"recall.json", "recall.note", *(f"{name}.txt" for name in LISTS)}
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    expected = known | {f"log/entries/{index:06d}.json" for index in range(len(entries))}
    need(
        present == expected | ({f"log/checkpoints/{len(entries):06d}.note"} if notes else set()),
        "a file is missing or one too many",
    )
    if not notes:
        return "; not checked here: no two witnesses have seen it yet"
    for entry in entries:
        tree.add(entry, b"")
    others = [json.loads(one) for one in entries[len(log) :] if one.startswith(b'{"awarded"')]
    alike = [one for one in others if (one["draw"], one["recall"]) == (draw, number)]
    need(
        entries[: len(log)] == log and entries.count(content) == len(alike) == 1,
        "the log is another one, or has another such recall",
    )
    by = note(
        notes[0],
        keys["documents"] + keys["witnesses"],
        f"{keys['origin']}/documents\n{tree.rows}\n{b64(tree.root())}\n",
    )
    need(None in by and len(by) > 2, "the log's checkpoint needs the log and two witnesses")
    return ""


if __name__ == "__main__":
    trusted = json.loads(Path(sys.argv[2]).read_bytes())
    check([Path(one) for one in sys.argv[3:]], trusted, *main(Path(sys.argv[1]), trusted))
    print("every recall holds")
