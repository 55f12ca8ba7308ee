"""What a file is, by its bytes; what becomes of one that is none."""

from __future__ import annotations

import base64
import codecs
import gzip
import hashlib
import io
import zipfile
import zlib

import pytest

from prakerja.kernel import ssrf_transport
from prakerja.training.file_types import type_of
from prakerja.training.files import Examined, Failed, examine_file
from tests.kernel.strangers import Visit, stranger
from tests.waiting import LIMIT, SHORT, wait_until

PATIENT = ssrf_transport.Limits(most_bytes=5000, total_seconds=LIMIT, connect_seconds=LIMIT, most_redirects=3)
HURRIED = ssrf_transport.Limits(most_bytes=5000, total_seconds=SHORT, connect_seconds=SHORT, most_redirects=3)
PDF = b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
# One white point each, as programs write them.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GIF = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")
WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////"
    "////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            # Its date is fixed (1980): the bytes name a test, and every worker must find the same name.
            archive.writestr(zipfile.ZipInfo(name), "isi")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF, "pdf"),
        # Readers look for the head in the first kilobyte.
        (b"\xef\xbb\xbf" + PDF, "pdf"),
        (b"\n" + PDF, "pdf"),
        (b"\r\n \t\r\n" + PDF, "pdf"),
        (b"X-Mailer: 1\r\n\r\n" + PDF, "pdf"),
        (PNG, "png"),
        (JPEG, "jpeg"),
        (GIF, "gif"),
        (WEBP, "webp"),
        (packed("[Content_Types].xml", "word/document.xml"), "docx"),
        (packed("tugas.txt"), "zip"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "zip"),
        (b"# Video saya\nhttps://video.id/1\n", "text"),
        ("\ufeffCatatan é 😀\r\n\tisi".encode(), "text"),
        # As editors on Windows save it.
        ("Catatan: 25 °C, “baik” – selesai".encode("cp1252"), "text"),
        ("Catatan é".encode("utf-16"), "text"),
        ("Catatan é".encode("utf-16-le"), "text"),
        (codecs.BOM_UTF16_BE + "Catatan é".encode("utf-16-be"), "text"),
        ("Catatan é".encode("utf-32"), "text"),
        (b"Catatan\r\n\x1a", "text"),
        # What looks a little like an answer in place, and is somebody's work.
        (b"<https://video.id/1>", "text"),
        (b"<Nama peserta>: Siti", "text"),
        (b"[1] Sumber: buku", "text"),
        (b"[ ] belanja\n[x] masak", "text"),
        (b"# HTML\n```html\n<html><body><form><input type=password></form></body></html>\n```\n", "text"),
        (b"500 gram tepung, 404 gram gula", "text"),
        (b"404 halaman sudah saya baca.", "text"),
        (b"Login ke toko, lalu buka pesanan.", "text"),
        (b"File tugas saya ada di https://video.id/1", "text"),
        (b"benar", "text"),
    ],
)
def test_types_are_read_from_the_bytes(content: bytes, expected: str) -> None:
    assert type_of(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><title>Masuk</title>",
        b"\xef\xbb\xbf  <HTML>",
        b"<!-- masuk --><form action=/login><input type=password></form>",
        b"<title>Masuk</title><h1>Masuk dahulu</h1>",
        b"<div class='login'>Masuk</div>",
        b"Selamat datang\n<html><body>Masuk</body></html>",
        b"Masuk\n<input name=sandi type='password'>",
        "<html>Masuk</html>".encode("utf-16"),
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
        b"<Error><Code>NoSuchKey</Code></Error>",
        b"<soap:Envelope><soap:Body/></soap:Envelope>",
        b"<svg onload=alert(1)>",
        b"<script>alert(1)</script>",
        b"<?php echo 1;",
        b"#!/bin/sh\nrm -rf /\n",
        b'{"error": "not found"}',
        b'\xef\xbb\xbf\n{"message":"Unauthenticated."}',
        b'{"success":false,"mess',
        b')]}\'\n{"error":1}',
        b"[]",
        b'[{"error":1}]',
        b"null",
        b"404 page not found\n",
        b"404: Not Found",
        b"Not Found",
        b"403 Forbidden",
        b"HTTP/1.1 401 Unauthorized",
        b"error code: 1020",
        b"Internal Server Error",
        b"default backend - 404",
        b"upstream connect error or disconnect/reset before headers",
        b"The requested URL was not found on the server.",
        b"File not found.",
        b"Access Denied",
        b"Please sign in to continue",
        b"Halaman tidak ditemukan",
        b"Berkas yang Anda cari tidak ditemukan.",
        b"Silakan masuk terlebih dahulu",
        b"Sesi Anda berakhir",
        b"Traceback (most recent call last):\n  File x",
        "404 page not found".encode("utf-16"),
        b"  \n\t ",
        "\ufeff ".encode(),
        b"MZ\x90\0",
        b"\x7fELF\x02",
        b"PK\x05\x06" + bytes(18),
        b"\x1f\x8b\x08\0",
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"teks\0dengan nol",
        b"\x1b[31m",
        bytes(range(128, 256)),
        # The head of a file is no file.
        b"%PDF-1.7\n",
        PDF[:20],
        b"%PDF-",
        b"<html>%PDF-1.7 1 0 obj %%EOF</html>",
        PNG[:24],
        b"\x89PNG\r\n\x1a\n\0",
        JPEG[:40],
        b"GIF89a\0",
        WEBP[:30],
        packed("tugas.txt")[:40],
        packed("tugas.txt")[:-22],
    ],
)
def test_what_no_assignment_is_handed_in_as(content: bytes) -> None:
    assert type_of(content) is None


def answer(visit: Visit) -> None:
    """/status/n answers with n; everything else by name."""
    name = visit.path.partition("?")[0][1:]
    if name.startswith("status/"):
        visit.say(int(name.removeprefix("status/")))
    elif name == "drip":
        visit.drip()
    elif name == "loop":
        visit.say(302, Location="/loop")
    elif name == "inside":
        visit.say(302, Location="http://169.254.169.254/latest/meta-data/")
    elif name == "large":
        visit.say(200, PDF + bytes(5000))
    elif name == "liar":
        visit.say(200, b"<html>", Content_Type="application/pdf")
    elif name == "gzip":
        visit.say(200, gzip.compress(PDF), Content_Encoding="gzip")
    elif name == "deflate":
        visit.say(200, zlib.compress(PDF), Content_Encoding="deflate")
    elif name == "bomb":
        visit.say(200, gzip.compress(PDF + bytes(5000)), Content_Encoding="gzip")
    elif name == "cut":
        visit.say(200, gzip.compress(PDF)[:-9], Content_Encoding="gzip")
    elif name == "brotli":
        visit.say(200, PDF, Content_Encoding="br")
    elif name == "mislabelled":
        visit.say(200, PDF, Content_Encoding="gzip")
    elif name == "moved":
        visit.say(301, Location="/tugas.pdf")
    else:
        visit.say(200, {"tugas.pdf": PDF}.get(name, b""), Content_Type="text/html")


@pytest.mark.parametrize("path", ["tugas.pdf", "moved", "gzip", "deflate"])
def test_a_file_is_looked_at_and_not_kept(path: str) -> None:
    with stranger(answer) as server:
        found = examine_file(url=f"{server.url}/{path}", trusted_origins=[server.url], limits=PATIENT)
    assert found == Examined(type="pdf", size=len(PDF), sha256=hashlib.sha256(PDF).digest())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("liar", Failed("type")),
        ("empty", Failed("empty")),
        ("bomb", Failed("too_large")),
        ("cut", Failed("no_answer", may_pass=True)),
        ("brotli", Failed("encoding")),
        ("mislabelled", Failed("encoding")),
        ("large", Failed("too_large")),
        ("loop", Failed("address_redirects")),
        ("inside", Failed("address_private")),
        ("status/404", Failed("http_404")),
        ("status/403", Failed("http_403")),
        ("status/204", Failed("http_204")),
        ("status/429", Failed("http_429", may_pass=True)),
        ("status/500", Failed("http_500", may_pass=True)),
        ("status/503", Failed("http_503", may_pass=True)),
    ],
)
def test_every_way_to_fail(path: str, expected: Failed) -> None:
    with stranger(answer) as server:
        assert examine_file(url=f"{server.url}/{path}", trusted_origins=[server.url], limits=PATIENT) == expected


def test_who_drips_gives_no_answer() -> None:
    with stranger(answer) as server:
        url = f"{server.url}/drip"
        # On a busy machine the time may be over before the connection stands; then once more.
        wait_until(
            lambda: (
                examine_file(url=url, trusted_origins=[server.url], limits=HURRIED)
                == Failed("no_answer", may_pass=True)
            )
        )


def test_an_address_inside_is_never_called() -> None:
    with stranger(answer) as server:
        assert examine_file(url=f"{server.url}/tugas.pdf", limits=PATIENT) == Failed("address_private")
        found = examine_file(url="http://berkas.id:8080/x", limits=PATIENT, resolve=lambda host, port: ["127.0.0.1"])
    assert found == Failed("address_private")
    assert server.visits == []


def test_nobody_there() -> None:
    found = examine_file(url="http://berkas.id/x", limits=PATIENT, resolve=lambda host, port: [])
    assert found == Failed("unreachable", may_pass=True)
