"""What somebody sees of their own row in a draw, from the tap to the proof; and who may not see it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from prakerja.access.actors import Actor
from prakerja.draw.models import Entry, Outcome
from prakerja.draw.operations import trust
from prakerja.draw.protocol.hashes import reason_mark, ticket
from prakerja.people.queries import nik_of
from prakerja.proofs.merkle import is_included, leaf_hash
from prakerja.proofs.notes import Note, from_base64
from prakerja.registrations.models import Profile
from tests.builders import operator
from tests.draw.drawing import COMMITTED, PUBLISHED, committed, drawn, join, listed, published, ruled
from tests.intake.joining import OPEN

pytestmark = pytest.mark.django_db(transaction=True)
Enter = Callable[[uuid.UUID], Client]
Move = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    return operator("approver"), operator("authoriser")


def test_the_receipt_after_joining_is_of_the_ticket_that_the_list_will_have(
    enter: Enter, move: Move, two: tuple[Actor, Actor]
) -> None:
    ruled(*two, quota=1)
    me = join(1)
    move(OPEN)
    browser = enter(me)
    page = browser.get("/gelombang/22").text
    answer = browser.get("/gelombang/22/tanda-terima.txt")
    note = Note.read(answer.content)
    [signed] = note.signatures(trust().receipts)
    kind, wave, spelled, _ = note.text.split("\n")
    assert (kind, wave, signed.by.name) == ("prakerja.example/receipt", "g22", "prakerja.example/receipt")
    own = from_base64(spelled)
    assert own.hex() in page
    assert "no-store" in answer["Cache-Control"]
    # Asked again it is the same, signed by the same key; and there is no proof of a list that is not there.
    assert browser.get("/gelombang/22/tanda-terima.txt").content == answer.content
    assert browser.get("/gelombang/22/bukti.json").status_code == 404
    listed(two[0])
    assert bytes(Entry.objects.get().ticket) == own


def test_everybody_finds_place_cut_off_reasons_and_proof(enter: Enter, move: Move, two: tuple[Actor, Actor]) -> None:
    ruled(*two, quota=3)
    people = [join(number) for number in range(8)]
    excluded = join(9)
    Profile.objects.filter(person_id=excluded).update(is_enrolled=True, holds_excluded_post=True)
    listed(two[0])
    committed(*two)
    move(COMMITTED)
    early = json.loads(enter(people[0]).get("/gelombang/22/bukti.json").content)
    assert "outcome" not in early
    assert "belum ada yang tahu urutan Anda" in enter(people[0]).get("/gelombang/22").text
    drawn(*two)
    # Ranked and not said yet: their page shows nothing that the public does not know.
    unsaid = enter(people[0]).get("/gelombang/22").text
    assert "dua petugas memeriksanya sebelum hasil diterbitkan" in unsaid
    assert "urutan" not in unsaid.replace("Urutan semua orang", "")
    assert "result" not in json.loads(enter(people[0]).get("/gelombang/22/bukti.json").content)
    published(*two)
    move(PUBLISHED)
    seen = set()
    last = max(Outcome.objects.filter(kind="W").values_list("position", flat=True))
    for person in people:
        outcome = Outcome.objects.get(number=Entry.objects.get(person_id=person).number)
        page = enter(person).get("/gelombang/22").text
        assert f"urutan {outcome.position} dari 8 orang" in page
        assert ("Anda terpilih" in page) is (outcome.kind == "W")
        board = enter(person).get("/dashboard").text
        assert f"urutan {outcome.position} dari 8 orang" in board
        assert "/gelombang/22/bukti.json" in board
        assert f"<strong>{last}</strong>" in page
        proof = json.loads(enter(person).get("/gelombang/22/bukti.json").content)
        told = json.loads(proof["commitment"]), json.loads(proof["result"])
        for line, path, root in (
            (proof["row"], proof["list_path"], told[0]["list"]["root"]),
            (proof["outcome"], proof["results_path"], told[1]["results"]["root"]),
        ):
            assert is_included(
                leaf=leaf_hash(line.encode()),
                index=proof["number"],
                size=9,
                path=[bytes.fromhex(one) for one in path],
                root=bytes.fromhex(root),
            )
        own = ticket(wave="g22", nik=nik_of(person_id=person), nonce=bytes.fromhex(proof["nonce"]))
        assert proof["row"].split()[0] == own.hex()
        assert proof["outcome"].split()[1:3] == [str(outcome.position), outcome.kind]
        seen.add(proof["number"])
    assert len(seen) == 8
    browser = enter(excluded)
    page = browser.get("/gelombang/22").text
    assert "Anda tidak ikut diundi, karena 2 alasan:" in page
    assert "Anda masih sekolah atau kuliah." in page
    assert "termasuk yang tidak boleh ikut" in page
    proof = json.loads(browser.get("/gelombang/22/bukti.json").content)
    own, mark = bytes.fromhex(proof["row"].split()[0]), proof["row"].split()[2]
    assert reason_mark(ticket=own, nonce=bytes.fromhex(proof["nonce"]), codes=proof["codes"]) == mark
    assert proof["codes"] == ["SEKOLAH", "DAFTAR_TERLARANG"]


def test_nobody_has_a_proof_of_a_wave_that_they_did_not_join(
    enter: Enter, portal: Client, two: tuple[Actor, Actor]
) -> None:
    ruled(*two, quota=3)
    join(1)
    other = join(2)
    listed(two[0])
    committed(*two)
    stranger = Client()
    for name in ("bukti.json", "tanda-terima.txt"):
        assert stranger.get(f"/gelombang/22/{name}").status_code == 302
        assert enter(other).get(f"/gelombang/21/{name}").status_code == 404
