"""A published folder is checked by two programs that share nothing; whatever changes in it is seen by both."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from pathlib import Path

import msgspec
import pytest

from prakerja.cli.command import main
from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol import texts
from prakerja.draw.protocol.folder import Directory, write_file
from prakerja.draw.protocol.trust import Trust, TrustError
from prakerja.proofs.merkle import Tree
from prakerja.proofs.notes import COSIGNATURE, Checkpoint, Note, Signer, sign
from tests.draw.checking import TOOL, all_hold, all_refuse, by_stranger, checked, failed
from tests.draw.published import (
    LOG,
    OPERATORS,
    ORIGIN,
    ROUND_VALUE,
    SEEN,
    TRUST,
    TWELVE_RULES,
    WITNESSES,
    Draw,
    of,
    rows_of,
    rules_of,
    thousand_drawn,
    twelve,
    twelve_drawn,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return twelve_drawn().write(tmp_path / "draw")


@pytest.mark.parametrize("made", [twelve_drawn, thousand_drawn])
def test_both_programs_find_that_it_holds(tmp_path: Path, made: object) -> None:
    draw: Draw = made()  # type: ignore[operator]
    path = draw.write(tmp_path / "draw")
    report = checked(path)
    assert [one.number for one in report.checks] == [f"V{number}" for number in range(1, 12)]
    assert all(one.holds for one in report.checks)
    assert (report.draw, report.winners, report.unfilled) == (draw.name, draw.result.winners.count, 0)
    told = by_stranger(path)
    assert told.returncode == 0, told.stderr
    assert f"{draw.name} holds: {draw.result.winners.count} winners of {len(draw.rows)} rows" in told.stdout
    assert f"not checked here: chain {draw.sources[1].chain} round 30662982" in told.stdout


def test_more_seats_than_people_and_a_province_without_anybody(tmp_path: Path) -> None:
    rules = rules_of("g19", seats=50, weights={"31": 1, "73": 1, "94": 1}, groups=TWELVE_RULES["groups"])
    draw = Draw(rules, list(rows_of(twelve(), wave="g19").values()))
    path = draw.write(tmp_path / "draw")
    report = checked(path)
    assert (report.holds, report.winners, report.unfilled) == (True, 9, 41)
    assert "9 winners of 12 rows, 41 seats left" in by_stranger(path).stdout


def test_the_tool_is_short_and_imports_the_standard_library_alone() -> None:
    text = TOOL.read_text()
    assert len(text.splitlines()) < 200
    assert "prakerja." not in text.replace("shares nothing with the program", "")
    assert {line for line in text.splitlines() if line.startswith(("import ", "from "))} == {
        "import base64, datetime, functools, hashlib, json, re, struct, sys",
        "from array import array",
        "from pathlib import Path",
    }


def test_without_keys_it_says_what_it_did_not_look_at(folder: Path) -> None:
    report = checked(folder, trust=None)
    assert report.holds
    assert [one.number for one in report.checks if one.holds is None] == ["V2", "V6", "V8", "V11"]


def test_one_zip_is_as_good_as_a_folder(folder: Path) -> None:
    packed = folder.parent / "draw.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in Directory(folder).names():
            zipped.write(folder / name, name)
    assert checked(packed).holds


def test_every_changed_bit_is_seen(folder: Path) -> None:
    """Every bit of the small files that hang on nothing else, and a few hundred of the others; both programs at some of them."""
    chosen = random.Random(20)
    for name in Directory(folder).names():
        content = (folder / name).read_bytes()
        bits = range(len(content) * 8)
        for bit in bits if name == "manifest.note" else chosen.sample(bits, 12):
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            (folder / name).write_bytes(changed)
            assert not checked(folder).holds, (name, bit)
        if name in ("manifest.note", "results/00000.txt"):
            assert by_stranger(folder).returncode != 0, name
        (folder / name).write_bytes(content)
    assert checked(folder).holds


def test_every_changed_bit_is_seen_though_the_manifest_was_made_anew(folder: Path) -> None:
    """Somebody who can sign manifests changes a file: what the draw rests on says so all the same."""
    draw, chosen = twelve_drawn(), random.Random(21)
    # Nothing of the draw follows from the statistics; of the certificate's file only what is in the certificate.
    for name in set(Directory(folder).names()) - {"manifest.json", "manifest.note", "stats.json", "beacon/nist.pem"}:
        content = (folder / name).read_bytes()
        for bit in chosen.sample(range(len(content) * 8), 12):
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            (folder / name).write_bytes(changed)
            draw.seal(folder)
            assert not checked(folder).holds, (name, bit)
        if (name.endswith(".note") and "log" not in name) or name == "beacon/0.json":
            assert by_stranger(folder).returncode != 0, name
        (folder / name).write_bytes(content)
    draw.seal(folder)
    assert checked(folder).holds


@pytest.mark.parametrize("name", ["list/00000.txt", "results.note", "log/checkpoints/000002.note", "beacon/nist.pem"])
def test_a_missing_file_and_one_too_many_are_seen(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).unlink()
    assert failed(folder) == ["V1"]
    assert by_stranger(folder).returncode != 0
    (folder / name).write_bytes(content)
    (folder / "list/00001.txt").write_bytes(b"")
    assert failed(folder) == ["V1"]
    twelve_drawn().seal(folder)
    assert failed(folder) == ["V3"]


def test_a_list_in_parts(tmp_path: Path) -> None:
    """The second file begins at row 65,536; nothing else tells the two apart."""
    from prakerja.draw.protocol.folder import Lines, Parts

    parts = Parts(tmp_path, "list", part_rows=4)
    lines = [f"{number}\n".encode() for number in range(10)]
    for line in lines:
        parts.add(line)
    parts.close()
    assert sorted(one.name for one in (tmp_path / "list").iterdir()) == ["00000.txt", "00001.txt", "00002.txt"]
    read = Lines(Directory(tmp_path), "list", rows=10, part_rows=4)
    assert list(read) == lines
    assert (read.size, read.sha256, read.tree.root()) == (parts.size, parts.sha256, parts.tree.root())


# What a dishonest office could try, each signed and logged as it should be.


def _relogged(
    draw: Draw, folder: Path, entries: list[bytes], *, seen: int = SEEN, witnesses: list[Signer] = WITNESSES
) -> Path:
    shutil.rmtree(folder / "log")
    tree = Tree()
    for index, entry in enumerate(entries):
        write_file(folder, texts.entry_path(index), entry)
        tree.add(entry)
        text = Checkpoint(texts.log_origin(ORIGIN), tree.size, tree.root()).text()
        lines = (LOG.line(text), *(one.cosignature(text, seconds=seen) for one in witnesses))
        write_file(folder, texts.checkpoint_path(tree.size), Note(text, lines).spelled())
    return draw.seal(folder)


def test_two_commitments_of_a_draw_are_seen(folder: Path) -> None:
    draw = twelve_drawn()
    lucky = msgspec.structs.replace(draw.commitment, secret=of("another secret").hex())
    documents = [draw.rules.spelled(), draw.commitment.spelled(), draw.result.spelled()]
    _relogged(draw, folder, [documents[0], lucky.spelled(), *documents[1:]])
    all_refuse(folder, "V11")
    _relogged(draw, folder, documents)
    all_hold(folder)


def test_a_void_ends_a_draw(folder: Path) -> None:
    draw = twelve_drawn()
    void = docs.Void(draw=draw.name, commitment=draw.commitment.sha256, reason="list", voided_at="2026-07-09T05:30:00Z")
    documents = [draw.rules.spelled(), draw.commitment.spelled(), void.spelled(), draw.result.spelled()]
    _relogged(draw, folder, documents)
    all_refuse(folder, "V11")


def test_witnesses_saw_the_commitment_before_its_randomness(folder: Path) -> None:
    draw = twelve_drawn()
    documents = [draw.rules.spelled(), draw.commitment.spelled(), draw.result.spelled()]
    late = int(draw.sources[0].at.timestamp())  # type: ignore[union-attr]
    _relogged(draw, folder, documents, seen=late)
    all_refuse(folder, "V6")
    _relogged(draw, folder, documents, witnesses=WITNESSES[:1])
    all_refuse(folder, "V11")
    stranger = Signer("witness-3.example", of("witness 3"), COSIGNATURE)
    _relogged(draw, folder, documents, witnesses=[WITNESSES[0], stranger])
    all_refuse(folder, "V11")


def test_the_first_source_is_far_enough(tmp_path: Path) -> None:
    folder = twelve_drawn(committed_at="2026-07-09T11:02:01Z").write(tmp_path / "draw")
    all_refuse(folder, "V6")


def test_an_absent_pulse_is_attested(tmp_path: Path) -> None:
    draw = twelve_drawn(values=[None, ROUND_VALUE])
    folder = draw.write(tmp_path / "draw")
    all_hold(folder)
    # A day had not passed.
    text = texts.absent_text(origin=ORIGIN, draw=draw.name, number=0, source=draw.sources[0])
    early = int(draw.sources[0].at.timestamp()) + docs.ABSENT_AFTER_S - 1  # type: ignore[union-attr]
    lines = tuple(one.cosignature(text, seconds=early) for one in WITNESSES)
    write_file(folder, texts.absent_path(0), Note(text, lines).spelled())
    draw.seal(folder)
    all_refuse(folder, "V8")


def test_one_operator_is_not_two(folder: Path) -> None:
    draw = twelve_drawn()
    content = draw.result.spelled()
    text = texts.document_text(origin=ORIGIN, about=draw.name, name="result", content=content)
    write_file(folder, "result.note", sign(text, OPERATORS[:1]).spelled())
    draw.seal(folder)
    all_refuse(folder, "V2")


def test_a_winner_more_is_seen_by_whoever_computes(tmp_path: Path) -> None:
    """Both operators, the log and the witnesses sign results that do not follow from the seed."""
    draw = twelve_drawn()
    swapped = [one.words() for one in draw.outcomes]
    draw.result_lines = (
        lambda: [  # type: ignore[method-assign]
            f"{row.ticket.hex()} {words}\n".encode()
            for row, words in zip(draw.rows, [swapped[1], swapped[0], *swapped[2:]], strict=True)
        ]
    )
    folder = draw.write(tmp_path / "draw")
    all_refuse(folder, "V10")


@pytest.mark.parametrize("part", ["operators", "documents", "witnesses", "chains", "origin"])
def test_a_file_of_keys_is_read_strictly(part: str) -> None:
    assert Trust.read(TRUST.spelled()) == TRUST
    told = json.loads(TRUST.spelled())
    for wrong in (
        told | {part: "x y"},
        {name: value for name, value in told.items() if name != part},
        told | {"more": 1},
    ):
        with pytest.raises(TrustError):
            Trust.read(json.dumps(wrong).encode())
    swapped = told | {"operators": told["witnesses"]}
    with pytest.raises(TrustError):
        Trust.read(json.dumps(swapped).encode())


def test_the_command_needs_no_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere.invalid/none")
    keys = folder.parent / "keys.json"
    keys.write_bytes(TRUST.spelled())
    assert main(["draw", "verify", str(folder), "--keys", str(keys), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["draw"], told["holds"], told["winners"]) == ("g19/1", True, 5)
    assert main(["draw", "verify", str(folder)]) == 0
    assert "NOT CHECKED" in capsys.readouterr().out
    results = folder / "results/00000.txt"
    results.write_bytes(results.read_bytes().replace(b" W 94", b" W 31"))
    assert main(["draw", "verify", str(folder), "--keys", str(keys)]) == 1
    assert "DOES NOT HOLD" in capsys.readouterr().out
    assert main(["draw", "verify", str(folder / "rules.json")]) == 2
    assert main(["draw", "verify", str(folder / "nothing")]) == 2
    assert main(["draw", "verify", str(folder), "--keys", str(folder / "rules.json")]) == 2
