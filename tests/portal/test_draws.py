"""The public pages of draws: what each state says, and that files are served whole, in parts, and none too early."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from prakerja.access.actors import Actor
from prakerja.draw.operations import confirm_void, prepare_void, trust
from prakerja.draw.protocol.folder import Directory, open_files
from prakerja.draw.protocol.verifying import verify
from prakerja.draw.writing import published_folder
from tests.builders import operator
from tests.draw.drawing import (
    COMMITTED,
    DRAWN,
    LISTED,
    NAME,
    PUBLISHED,
    committed,
    drawn,
    join,
    listed,
    published,
    ruled,
)
from tests.intake.joining import CLOSES, OPEN, wave

pytestmark = pytest.mark.django_db(transaction=True)
Move = Callable[[datetime], None]
FILES = "/undian/22/1/berkas"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    return operator("approver"), operator("authoriser")


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_draw_from_its_rules_to_its_files(
    portal: Client, move: Move, two: tuple[Actor, Actor], tmp_path: Path
) -> None:
    ruled(*two, quota=5)
    for number in range(12):
        join(number)
    move(OPEN)
    assert "Sedang dibuka" in portal.get("/undian/22").text
    assert "Aturan undian terbit" in portal.get("/undian/22").text
    assert portal.get(f"{FILES}/rules.json").status_code == 200
    assert portal.get(f"{FILES}/commitment.json").status_code == 404
    move(CLOSES)
    assert "Sudah ditutup, belum diundi" in portal.get("/undian").text
    listed(two[0])
    move(LISTED)
    assert "Sudah ditutup, belum diundi" in portal.get("/undian/22").text
    committed(*two)
    move(COMMITTED)
    page = portal.get("/undian/22").text
    assert "Daftar dikunci, menunggu bilangan acak" in page
    assert "apakah baris Anda ada di daftar" in page
    rows = body(portal.get(f"{FILES}/list/00000.txt"))
    assert rows == (published_folder() / "g22-1/list/00000.txt").read_bytes()
    # Whoever has a receipt looks for it in the list before there is a result.
    check = portal.get("/undian/22/1/periksa").text
    assert "2. Periksa tanda terima" in check
    assert "list/00000.txt" in check
    assert "results/00000.txt" not in check
    assert "Sedang ditunggu" not in page
    move(DRAWN)
    # The round is late, and everybody reads what the rule says about that.
    assert "ronde lain tidak pernah dipakai" in portal.get("/undian/22").text
    drawn(*two)
    assert "ronde lain tidak pernah dipakai" not in portal.get("/undian/22").text
    # The result lies there and is not said: nobody may know it before the two who publish it.
    for name in (
        "result.json",
        "result.note",
        "results/00000.txt",
        "results.note",
        "beacon/0.json",
        "log/entries/000002.json",
    ):
        assert (published_folder() / "g22-1" / name).is_file(), name
        assert portal.get(f"{FILES}/{name}").status_code == 404, name
    assert portal.get("/undian/22/1/semua.zip").status_code == 404
    assert "Sudah diundi, hasil sedang diperiksa" in portal.get("/undian/22").text
    published(*two)
    move(PUBLISHED)
    page = portal.get("/undian/22").text
    assert "Dari setiap 100 orang yang memenuhi syarat, 42 terpilih." in page
    assert "DKI Jakarta" in page
    assert "5 dari 12 orang yang memenuhi syarat terpilih." in portal.get("/undian").text
    names = Directory(published_folder() / "g22-1").names()
    listing = portal.get(FILES).text
    for name in names:
        assert f'href="{FILES}/{name}"' in listing
        assert body(portal.get(f"{FILES}/{name}")) == (published_folder() / "g22-1" / name).read_bytes()
    packed = tmp_path / "taken.zip"
    answer = portal.get("/undian/22/1/semua.zip")
    packed.write_bytes(body(answer))
    assert answer["Content-Disposition"] == 'attachment; filename="g22-1.zip"'
    assert verify(files=open_files(packed), trust=trust()).holds
    assert portal.get("/undian/kunci.json").content == trust().spelled()


def test_a_file_is_taken_in_parts_and_kept(portal: Client, two: tuple[Actor, Actor]) -> None:
    ruled(*two, quota=5)
    join(1)
    listed(two[0])
    committed(*two)
    drawn(*two)
    published(*two)
    address = f"{FILES}/commitment.json"
    whole = portal.get(address)
    content, tag = body(whole), whole["ETag"]
    assert (whole["Content-Length"], whole["Accept-Ranges"]) == (str(len(content)), "bytes")
    assert "immutable" in whole["Cache-Control"]
    assert "Content-Encoding" not in portal.get(address, headers={"Accept-Encoding": "gzip"})
    size = len(content)
    for asked, status, part in (
        ("bytes=0-9", 206, content[:10]),
        ("bytes=10-", 206, content[10:]),
        ("bytes=-7", 206, content[-7:]),
        (f"bytes=5-{size + 99}", 206, content[5:]),
        ("bytes=9-5", 200, content),
        ("bytes=0-1,3-4", 200, content),
        ("bytes=-", 200, content),
    ):
        found = portal.get(address, headers={"Range": asked})
        assert (found.status_code, body(found)) == (status, part), asked
        assert found["Content-Length"] == str(len(part))
    assert portal.get(address, headers={"Range": f"bytes={size}-"}).status_code == 416
    assert portal.get(address, headers={"If-None-Match": tag}).status_code == 304
    other = portal.get(address, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (other.status_code, body(other)) == (200, content)
    assert portal.head(address)["Content-Length"] == str(size)
    for name in ("../g22-1.zip", "../../keys/identity.json", ".", "", "list", "manifest.json.part", "/etc/passwd"):
        assert portal.get(f"{FILES}/{name}").status_code in (301, 404), name
    with zipfile.ZipFile(io.BytesIO(body(portal.get("/undian/22/1/semua.zip")))) as packed:
        assert packed.testzip() is None


def test_a_void_draw_says_why_and_what_follows(portal: Client, move: Move, two: tuple[Actor, Actor]) -> None:
    ruled(*two, quota=5)
    join(1)
    listed(two[0])
    committed(*two)
    prepared = prepare_void(draw_name=NAME, reason="list", actor=two[0], at=COMMITTED)
    confirm_void(draw_name=NAME, digest=prepared.digest, actor=two[1], at=COMMITTED)
    move(COMMITTED)
    page = portal.get("/undian/22").text
    assert "Akan diundi ulang" in page
    assert "Undian ke-1 batal." in page
    assert "ternyata ada yang keliru di daftarnya" in page
    assert portal.get(f"{FILES}/void.json").status_code == 200
    assert portal.get(f"{FILES}/commitment.json").status_code == 200


def test_a_wave_without_a_draw_and_one_that_nobody_knows(portal: Client, move: Move) -> None:
    assert "Belum ada gelombang." in portal.get("/undian").text
    made = wave()
    made.announced_at = OPEN
    made.save(update_fields=["announced_at"])
    move(PUBLISHED)
    assert "Diputuskan tanpa undian di situs ini" in portal.get("/undian").text
    for address in (
        "/undian/99",
        "/undian/99/1/berkas",
        "/undian/99/1/periksa",
        "/undian/99/1/semua.zip",
        f"{FILES}/rules.json",
    ):
        assert portal.get(address).status_code == 404
