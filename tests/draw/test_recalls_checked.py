"""Seats that came back, before the three programs: one that follows the rule holds, one that was bent is refused with its check.

The walk that says who is next is written here once more, row by row, so that no program judges itself.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol import texts
from prakerja.draw.protocol.folder import open_files, write_file
from prakerja.draw.protocol.verifying import verify
from prakerja.proofs.merkle import Tree
from prakerja.proofs.notes import Checkpoint, Note, sign
from tests.draw.checking import NODE, ROOT, SCRIPTS
from tests.draw.published import LOG, OPERATORS, ORIGIN, SEEN, TRUST, WITNESSES, Draw, of, thousand_drawn
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
    from hashlib import sha256

    return sha256(content).hexdigest()


def all_refuse(recalls: Recalls, check: str) -> None:
    assert recalls.failed() == [check]
    told = recalls.by_stranger()
    assert (told.returncode, "every recall holds" in told.stdout) == (1, False), told.stdout
    page = recalls.by_page()
    assert page is None or [one for one in page if one] == [check]


def test_three_recalls_one_after_the_other_hold(tmp_path: Path) -> None:
    recalls = Recalls(thousand_drawn(), tmp_path)
    first = recalls.add()
    assert (len(first["released"]), len(first["awarded"])) == (25, 25)
    recalls.add()
    # Of the third also seats that recalls had given on.
    assert set(recalls.add()["released"]) & set(first["awarded"])
    assert recalls.failed() == []
    told = recalls.by_stranger()
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "every recall holds"), told.stderr
    page = recalls.by_page()
    assert page is None or page == ["", "", ""]


def _swap_for_a_later_one(recalls: Recalls) -> Callable[[dict[str, list[int]]], None]:
    def bend(rows: dict[str, list[int]]) -> None:
        last = next(row for row in reversed(recalls.line) if row not in recalls.pools and row not in rows["declined"])
        rows["awarded"] = sorted([*rows["awarded"][1:], last])

    return bend


def _to_a_winner(recalls: Recalls) -> Callable[[dict[str, list[int]]], None]:
    def bend(rows: dict[str, list[int]]) -> None:
        rows["awarded"] = sorted([*rows["awarded"][1:], min(recalls.winners - recalls.back)])

    return bend


def _seat_of_nobody(recalls: Recalls) -> Callable[[dict[str, list[int]]], None]:
    def bend(rows: dict[str, list[int]]) -> None:
        reserve = next(row for row in recalls.line if row not in recalls.pools)
        rows["released"] = sorted([*rows["released"], reserve])

    return bend


def _keep_one_back(rows: dict[str, list[int]]) -> None:
    rows["awarded"].pop()


def _withhold_a_seat(rows: dict[str, list[int]]) -> None:
    """It came back, says the list of awards, and the list of seats does not."""
    rows["released"].pop()


def _excluded_declines(recalls: Recalls) -> Callable[[dict[str, list[int]]], None]:
    def bend(rows: dict[str, list[int]]) -> None:
        excluded = next(row for row, one in enumerate(recalls.draw.outcomes) if one.kind == "X")
        rows["declined"] = sorted([*rows["declined"], excluded])

    return bend


@pytest.mark.parametrize(
    ("bent", "check"),
    [
        (_swap_for_a_later_one, "R6"),
        (_to_a_winner, "R6"),
        (lambda _: _keep_one_back, "R6"),
        (lambda _: _withhold_a_seat, "R6"),
        (_seat_of_nobody, "R4"),
        (_excluded_declines, "R5"),
    ],
)
def test_a_recall_that_both_operators_bent_and_signed(tmp_path: Path, bent: object, check: str) -> None:
    recalls = Recalls(thousand_drawn(), tmp_path)
    recalls.add()
    recalls.add(bend=bent(recalls))  # type: ignore[operator]
    all_refuse(recalls, check)


def test_a_seat_comes_back_once(tmp_path: Path) -> None:
    recalls = Recalls(thousand_drawn(), tmp_path)
    before = recalls.add()["released"][0]
    recalls.add(bend=lambda rows: rows["released"].append(before) or rows["released"].sort())  # type: ignore[func-returns-value]
    all_refuse(recalls, "R4")


def test_a_ticket_stands_once_in_a_list(tmp_path: Path) -> None:
    recalls = Recalls(thousand_drawn(), tmp_path)
    recalls.add(bend=lambda rows: rows["awarded"].insert(1, rows["awarded"][0]))
    all_refuse(recalls, "R1")


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"recall": 2}, "R3"),
        ({"draw": "g20/2"}, "R3"),
        ({"result": of("other").hex()}, "R3"),
        ({"logged": 0}, "R7"),
        ({"logged": 2}, "R7"),
    ],
)
def test_a_recall_is_the_next_of_this_result_and_logged_once(
    tmp_path: Path, changes: dict[str, object], check: str
) -> None:
    recalls = Recalls(thousand_drawn(), tmp_path)
    recalls.add(**changes)  # type: ignore[arg-type]
    all_refuse(recalls, check)


@pytest.mark.parametrize("name", ["recall.json", "recall.note", "released.txt", "declined.txt", "awarded.txt"])
def test_a_bit_of_a_recall_that_turned(tmp_path: Path, name: str) -> None:
    recalls = Recalls(thousand_drawn(), tmp_path)
    recalls.add()
    path = recalls.folders[0] / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (check,) = recalls.failed()
    assert check in ("R1", "R2", "R3")
    assert recalls.by_stranger().returncode == 1
    page = recalls.by_page()
    assert page is None or page[0] in ("R1", "R2", "R3")


def test_without_its_log_it_is_not_said_to_be_witnessed(tmp_path: Path) -> None:
    recalls = Recalls(thousand_drawn(), tmp_path)
    recalls.add()
    shutil.rmtree(recalls.folders[0] / "log")
    assert recalls.failed() == ["R7"]
    assert verify(files=open_files(recalls.path), trust=TRUST, recalls=[open_files(recalls.folders[0])]).holds
    told = recalls.by_stranger()
    assert (told.returncode, "not checked here" in told.stdout) == (0, True), told.stderr


def test_the_tool_imports_the_standard_library_and_the_one_beside_it_alone() -> None:
    text = TOOL.read_text()
    assert len(text.splitlines()) < 200
    assert "prakerja." not in text
    assert {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))} == {
        "json",
        "sys",
        "pathlib",
        "verify_draw",
    }
