"""Recalls of a draw as they follow from its results, made of the protocol alone; each may be bent before it is signed.

The walk that says who is next is written here once more, row by row, so that no program judges itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol import texts
from prakerja.draw.protocol.folder import open_files, write_file
from prakerja.draw.protocol.verifying import verify
from prakerja.proofs.merkle import Tree
from prakerja.proofs.notes import Checkpoint, Note, sign
from tests.draw.checking import NODE, ROOT, SCRIPTS
from tests.draw.published import LOG, OPERATORS, ORIGIN, SEEN, TRUST, WITNESSES, Draw
from tests.waiting import LIMIT

TOOL = ROOT / "tools/verify_recall.py"
# Of the winners so many gave their seats back, of the reserves so many do not want one.
BACK, DECLINED = 25, 12


class Recalls:
    """Recalls of a draw as they follow from its results, each to be bent before it is written."""

    def __init__(self, draw: Draw, path: Path) -> None:
        self.draw, self.path = draw, draw.write(path / "draw")
        self.line = sorted(
            (row for row, one in enumerate(draw.outcomes) if one.position),
            key=lambda row: draw.outcomes[row].position or 0,
        )
        self.pools = {row: one.pool for row, one in enumerate(draw.outcomes) if one.kind == "W"}
        self.winners, self.back, self.unfilled = set(self.pools), set[int](), draw.result.unfilled
        self.entries = [path.read_bytes() for path in sorted((self.path / "log/entries").iterdir())]
        self.folders: list[Path] = []

    def next_in_line(self, released: Iterable[int], declined: Iterable[int]) -> dict[int, str]:
        """Who gets the seats, one row after the other, phase by phase."""
        self.back |= set(released)
        seats, given = Counter(self.pools[row] for row in released), dict[int, str]()
        seats["*"] += self.unfilled
        used = Counter(self.draw.rows[row].family for row in self.pools if row not in self.back)
        groups = [(one.code, one.scope == "national") for one in self.draw.rules.groups]
        for letter, is_national in [*groups, ("", False), ("", True)]:
            for row in self.line:
                told = self.draw.rows[row]
                pool = ("*" if is_national else told.stratum) + letter
                if row in self.pools or row in given or row in declined or not seats[pool] or letter not in told.groups:
                    continue
                if told.family is not None and used[told.family] >= told.allowance:
                    continue
                given[row], seats[pool] = pool, seats[pool] - 1
                used[told.family] += 1
            for pool in [one for one in seats if one[-1:] == letter or (not letter and one.isdigit())]:
                if pool.startswith("*") and not letter:
                    continue
                left, seats[pool] = seats[pool], 0
                seats[pool[:-1] if letter else "*"] += left
        self.unfilled = seats["*"]
        return given

    def add(
        self, *, bend: Callable[[dict[str, list[int]]], None] | None = None, logged: int = 1, **changes: object
    ) -> dict[str, list[int]]:
        """The next recall: some seats came back, some people declined; `bend` changes what it says."""
        holders = sorted(set(self.pools) - self.back)
        number = len(self.folders) + 1
        released = holders[number : 3 * BACK : 3]
        declined = [row for row in self.line if row not in self.pools][: DECLINED * number]
        given = self.next_in_line(released, declined)
        rows = {"released": released, "declined": sorted(declined), "awarded": sorted(given)}
        self.pools |= given
        if bend is not None:
            bend(rows)
        lists = {name: self._tickets(found) for name, found in rows.items()}
        recall = docs.Recall(
            **{
                "draw": self.draw.name,
                "recall": number,
                "result": self.draw.result.sha256,
                **{name: docs.Tickets(count=text.count(b"\n"), sha256=of_bytes(text)) for name, text in lists.items()},
                **changes,
            }
        )  # type: ignore[arg-type]
        path = self.path.with_name(f"recall-{number}")
        content = recall.spelled()
        write_file(path, "recall.json", content)
        text = texts.document_text(origin=ORIGIN, about=self.draw.name, name=f"recall-{number}", content=content)
        write_file(path, "recall.note", sign(text, OPERATORS).spelled())
        for name, told in lists.items():
            write_file(path, f"{name}.txt", told)
        self.entries += [content] * logged
        self._log(path)
        self.folders.append(path)
        return rows

    def _tickets(self, rows: list[int]) -> bytes:
        return "".join(f"{self.draw.rows[row].ticket.hex()}\n" for row in rows).encode()

    def _log(self, path: Path) -> None:
        tree = Tree()
        for index, entry in enumerate(self.entries):
            write_file(path, texts.entry_path(index), entry)
            tree.add(entry)
        text = Checkpoint(texts.log_origin(ORIGIN), tree.size, tree.root()).text()
        lines = (LOG.line(text), *(one.cosignature(text, seconds=SEEN + 40 * 86400) for one in WITNESSES))
        write_file(path, texts.checkpoint_path(tree.size), Note(text, lines).spelled())

    def failed(self) -> list[str]:
        """By the project's own program."""
        report = verify(files=open_files(self.path), trust=TRUST, recalls=[open_files(one) for one in self.folders])
        return [one.number for one in report.checks if one.holds is not True]

    def by_stranger(self) -> subprocess.CompletedProcess[str]:
        """By the two files that share nothing with it."""
        keys = self.path.with_name("keys.json")
        keys.write_bytes(TRUST.spelled())
        command = [sys.executable, "-I", TOOL, self.path, keys, *self.folders]
        return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)

    def by_page(self) -> list[str] | None:
        """By the page's scripts: the check that each recall stands at, "" for one that holds. None where nothing runs them."""
        if NODE is None:
            return None
        keys = self.path.with_name("keys.json")
        keys.write_bytes(TRUST.spelled())
        script = Path(__file__).with_name("verify_in_node.cjs")
        command = [NODE, script, SCRIPTS, self.path, keys, "--recalls", *self.folders]
        told = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=True)
        return [one["check"] for one in json.loads(told.stdout)["states"]]


def of_bytes(content: bytes) -> str:
    return sha256(content).hexdigest()


def out_of_turn(recalls: Recalls) -> Callable[[dict[str, list[int]]], None]:
    """Somebody at the end of the line gets a seat of who was next."""

    def bend(rows: dict[str, list[int]]) -> None:
        last = next(row for row in reversed(recalls.line) if row not in recalls.pools and row not in rows["declined"])
        rows["awarded"] = sorted([*rows["awarded"][1:], last])

    return bend
