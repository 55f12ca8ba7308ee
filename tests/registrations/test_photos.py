"""The photo of a card: what is kept is never what was sent, and what cannot be read is said so."""

from __future__ import annotations

import io
import struct
import uuid
import zlib
from importlib.resources import files

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from PIL import Image, ImageFilter

from prakerja.config import portal_urls
from prakerja.config.settings import portal as door
from prakerja.kernel.errors import Refused
from prakerja.kernel.pictures import MOST_BYTES
from prakerja.portal.errors import too_large
from prakerja.portal.registration_words import step_sentence
from prakerja.registrations.models import Document
from prakerja.registrations.photos import open_photo, read_photo
from prakerja.registrations.registry.dukcapil import Dukcapil
from prakerja.serving.limits import Limits
from tests.registrations.walking import Walker, card

# The pages that send a file, each with what may stand in its address.
SENDS_FILES: dict[str, list[list[object]]] = {
    "own_case": [[uuid.UUID(int=1)]],
    "own_case_new": [[]],
    "lost_phone_photo": [["ktp"], ["kk"]],
    "registration_ask": [[]],
    "registration_step": [["foto-ktp"]],
}


def changed(how: object) -> bytes:
    """The card, after something was done to its picture."""
    picture = how(Image.open(io.BytesIO(card())))  # type: ignore[operator]
    out = io.BytesIO()
    picture.save(out, format="JPEG")
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a hundred bytes that says that it has ten thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0" * 50)) + chunk(b"IEND", b"")


REFUSED = {
    "nothing": (b"", "photo_missing"),
    "a PDF named .jpg": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "photo_kind"),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", "photo_kind"),
    "a GIF": (changed(lambda picture: picture)[:0] or card(kind="GIF"), "photo_kind"),
    "too heavy": (card() + b"\0" * MOST_BYTES, "photo_too_big"),
    "half of it": (card()[: len(card()) // 2], "photo_unreadable"),
    "a bomb": (bomb(), "photo_too_big"),
    "too small": (card((300, 190)), "photo_too_small"),
    "too dark": (changed(lambda picture: picture.point(lambda value: value // 8)), "photo_too_dark"),
    "too bright": (changed(lambda picture: picture.point(lambda value: 240 + value // 20)), "photo_too_bright"),
    "blurred": (changed(lambda picture: picture.filter(ImageFilter.GaussianBlur(6))), "photo_blurred"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused(name: str) -> None:
    content, reason = REFUSED[name]
    with pytest.raises(Refused) as refused:
        read_photo(content)
    assert refused.value.reason == reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_clear_card_is_kept_as_a_picture_and_nothing_else(kind: str) -> None:
    photo = read_photo(card((2400, 1500), kind=kind))
    kept = Image.open(io.BytesIO(photo.content))
    assert (kept.format, kept.size, (photo.width, photo.height)) == ("JPEG", (1600, 1000), (1600, 1000))


def test_position_and_camera_are_stripped_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Kamera Rahasia"
    exif[0x8825] = {1: "S", 2: (6.0, 10.0, 30.0), 3: "E", 4: (106.0, 49.0, 0.0)}
    sent = card(exif=exif)
    assert b"Kamera Rahasia" in sent
    photo = read_photo(sent)
    assert b"Kamera Rahasia" not in photo.content
    kept = Image.open(io.BytesIO(photo.content))
    assert (dict(kept.getexif()), kept.info.get("comment")) == ({}, None)
    # Turned by a quarter: what was wide is high.
    assert (photo.width, photo.height) == (570, 900)


def test_the_page_says_what_is_wrong_and_keeps_the_last_good_one(portal: Client, registry: Dukcapil) -> None:
    walker = Walker(portal)
    walker.begin()
    pdf = io.BytesIO(b"%PDF-1.7")
    pdf.name = "ktp.jpg"
    refused = walker.answer("foto-ktp", photo=pdf)
    assert refused.status_code == 422
    assert "File ini bukan foto" in refused.text
    assert walker.answer("foto-ktp").status_code == 302
    [document] = Document.objects.all()
    content = bytes(document.content_enc)
    assert b"JFIF" not in content
    opened = open_photo(registration_id=document.registration_id)
    assert opened is not None
    assert opened[:3] == b"\xff\xd8\xff"
    # Sent again without a file: the one that is there stays.
    assert portal.post("/daftar/isi/foto-ktp", {}).status_code == 302
    assert Document.objects.get().id == document.id
    assert walker.answer("foto-ktp").status_code == 302
    assert Document.objects.get().id != document.id


def test_the_door_reads_as_much_as_a_photo_may_weigh() -> None:
    assert all(most > MOST_BYTES + 64 * 1024 for most in door.LARGER_BODIES.values())
    assert max(door.LARGER_BODIES.values()) <= door.FILE_UPLOAD_MAX_MEMORY_SIZE


@pytest.mark.parametrize("name", sorted(SENDS_FILES))
def test_every_page_that_sends_a_file_may_send_one(name: str) -> None:
    limits = Limits(larger=door.LARGER_BODIES)
    for arguments in SENDS_FILES[name]:
        assert limits.body_at(reverse(f"portal:{name}", args=arguments, urlconf=portal_urls)) > MOST_BYTES


def test_these_pages_send_files() -> None:
    pages = files("prakerja.portal") / "templates" / "portal"
    assert sum("multipart/form-data" in page.read_text() for page in pages.iterdir()) == len(SENDS_FILES)


def test_what_is_wrong_with_a_family_card_names_the_family_card() -> None:
    for reason in ("photo_missing", "photo_too_small", "photo_blurred"):
        assert "KTP" in step_sentence(reason)
        said = step_sentence(reason, card="KK")
        assert "KK" in said
        assert "KTP" not in said


def test_a_file_that_is_too_large_leads_back_to_its_page(portal: Client) -> None:
    answer = too_large(RequestFactory().post("/daftar/isi/foto-ktp"))
    assert answer.status_code == 413
    assert 'href="/daftar/isi/foto-ktp">Kembali dan pilih file lain' in answer.content.decode()


def test_a_text_that_is_too_long_is_not_taken_for_a_photo(portal: Client) -> None:
    sent = RequestFactory().post("/bantuan/tulis", "words=" + "x" * 99, "application/x-www-form-urlencoded")
    answer = too_large(sent)
    assert answer.status_code == 413
    assert "Tulisan terlalu panjang" in answer.content.decode()
    assert "oto" not in answer.content.decode().partition("<main")[2].partition("</main>")[0]
