"""Seats that came back, before the three programs: one that follows the rule holds, one that was bent is refused with its check."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from prakerja.draw.protocol.folder import open_files
from prakerja.draw.protocol.verifying import verify
from tests.draw.published import TRUST, of, thousand_drawn
from tests.draw.recalled import TOOL, Recalls, out_of_turn


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
        (out_of_turn, "R6"),
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
