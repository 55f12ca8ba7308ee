"""What lies in the folder of a draw is what was signed, whoever was killed and whatever was touched."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from prakerja.access.actors import Actor
from prakerja.draw import operations as draws
from prakerja.draw.keys import played_witnesses
from prakerja.draw.models import Cosignature, Draw, LogCheckpoint
from prakerja.draw.protocol.folder import open_files
from prakerja.draw.protocol.verifying import verify
from prakerja.draw.tasks import run_files
from prakerja.draw.writing import published_folder
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.proofs.notes import COSIGNATURE, Signer
from tests.builders import operator
from tests.draw.drawing import COMMITTED, DRAWN, NAME, PUBLISHED, committed, drawn, join, listed, published, ruled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    first, second = operator("approver"), operator("authoriser")
    ruled(first, second)
    join(1)
    join(2)
    listed(first)
    return first, second


def refused(reason: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.reason == reason)


def flip(name: str) -> None:
    path = published_folder() / "g22-1" / name
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)


def holds() -> bool:
    return verify(files=open_files(published_folder() / "g22-1"), trust=draws.trust()).holds


@pytest.mark.parametrize("name", ["list/00000.txt", "results/00000.txt", "list/00001.txt"])
def test_a_publication_never_seals_a_file_that_nobody_signed(two: tuple[Actor, Actor], name: str) -> None:
    committed(*two)
    drawn(*two)
    if name == "list/00001.txt":
        # A part that the list does not have.
        (published_folder() / "g22-1" / name).write_bytes(b"x\n")
    else:
        flip(name)
    published(*two)
    assert holds()


def test_an_operator_writes_the_folder_anew(two: tuple[Actor, Actor]) -> None:
    committed(*two)
    drawn(*two)
    published(*two)
    flip("list/00000.txt")
    (published_folder() / "g22-1/manifest.note").unlink()
    assert not holds()
    with refused("not_permitted"):
        draws.rewrite_files(draw_name=NAME, actor=operator("viewer"), at=PUBLISHED)
    assert draws.rewrite_files(draw_name=NAME, actor=two[0], at=PUBLISHED) == ["list"]
    assert holds()
    assert draws.rewrite_files(draw_name=NAME, actor=two[0], at=PUBLISHED) == []


def test_the_worker_writes_what_whoever_was_killed_did_not(two: tuple[Actor, Actor]) -> None:
    """Between the commit and the files everybody can be killed; each step says that its files are due until they are there."""
    committed(*two)
    drawn(*two)
    published(*two)
    assert run_files(PUBLISHED + timedelta(days=1)) == 0
    # As it stands after the commit of the publication, before its files.
    place = published_folder()
    for gone in ("g22-1/manifest.json", "g22-1/manifest.note", "g22-1.zip"):
        (place / gone).unlink()
    Draw.objects.update(files_due_at=PUBLISHED + timedelta(minutes=1))
    assert run_files(PUBLISHED) == 0
    assert run_files(PUBLISHED + timedelta(minutes=1)) == 1
    assert holds()
    assert verify(files=open_files(place / "g22-1.zip"), trust=draws.trust()).holds
    assert run_files(PUBLISHED + timedelta(days=1)) == 0


def test_a_step_is_due_as_files_from_its_commit_on(two: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = draws.prepare_commitment(draw_name=NAME, actor=two[0], at=COMMITTED)
    # Files cannot be written where a file stands instead of the folder: as whoever is killed leaves it.
    lost = published_folder().with_name("lost")
    lost.write_text("")
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(lost))
    with pytest.raises(OSError, match="lost"):
        draws.confirm_commitment(draw_name=NAME, digest=prepared.digest, actor=two[1], at=COMMITTED)
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(lost.with_name("published")))
    assert not (published_folder() / "g22-1/commitment.json").exists()
    assert run_files(COMMITTED + timedelta(minutes=1)) == 1
    assert (published_folder() / "g22-1/commitment.note").exists()


def test_everybody_sees_who_witnessed_the_commitment(two: tuple[Actor, Actor]) -> None:
    committed(*two)
    played = list(Cosignature.objects.filter(checkpoint__size=2))
    folder = published_folder() / "g22-1"
    checkpoint = folder / "log/checkpoints/000002.note"
    checkpoint.unlink()
    # As witnesses outside do it: their lines come after the commitment.
    Cosignature.objects.filter(checkpoint__size=2).delete()
    for one in played:
        draws.add_cosignature(
            size=2, line=one.line, actor=operator("administrator"), at=COMMITTED + timedelta(minutes=5)
        )
    assert run_files(COMMITTED + timedelta(minutes=5)) == 1
    assert checkpoint.read_bytes().count("— ".encode()) == 3
    drawn(*two, at=DRAWN)


def test_a_witness_cannot_have_seen_what_was_not_signed_yet(two: tuple[Actor, Actor]) -> None:
    committed(*two)
    log = LogCheckpoint.objects.get(size=2)
    with transaction():
        _, witness = played_witnesses(at=COMMITTED)[0]
    Cosignature.objects.filter(checkpoint=log).delete()
    early = witness.cosignature(log.text, seconds=int(log.signed_at.timestamp()) - 1)
    with refused("cosignature_wrong"):
        draws.add_cosignature(size=2, line=early, actor=operator("administrator"), at=DRAWN)


def test_nobody_becomes_a_witness_while_a_list_waits_to_be_seen(two: tuple[Actor, Actor]) -> None:
    key = Signer("saksi.example/1", b"1" * 32, COSIGNATURE).verifier.spelled()
    committed(*two)
    first, second = operator("administrator"), operator("authoriser")
    with refused("witnesses_fixed"):
        draws.add_witness(key=key, actor=first, at=COMMITTED)
    drawn(*two)
    published(*two)
    # By the word of two, each of whom told the same key: one alone could be every witness.
    other = Signer("saksi.example/1", b"2" * 32, COSIGNATURE).verifier.spelled()
    for told in (key, key, other):
        assert not draws.add_witness(key=told, actor=first, at=PUBLISHED)
    assert key not in [one.spelled() for one in draws.trust().witnesses]
    assert draws.add_witness(key=key, actor=second, at=PUBLISHED)
    assert key in [one.spelled() for one in draws.trust().witnesses]
    with refused("witness_name_taken"):
        draws.add_witness(key=other, actor=second, at=PUBLISHED)
