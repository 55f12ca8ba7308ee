"""What a file is, by its bytes; what becomes of one that is none."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from prakerja.kernel import ssrf_transport
from prakerja.training.files import Examined, Failed, examine_file, type_of
from tests.kernel.strangers import Visit, stranger
from tests.waiting import LIMIT, SHORT, wait_until

PATIENT = ssrf_transport.Limits(most_bytes=5000, total_seconds=LIMIT, connect_seconds=LIMIT, most_redirects=3)
HURRIED = ssrf_transport.Limits(most_bytes=5000, total_seconds=SHORT, connect_seconds=SHORT, most_redirects=3)
PDF = b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "isi")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF, "pdf"),
        (b"\x89PNG\r\n\x1a\n\0", "png"),
        (b"\xff\xd8\xff\xe0\0", "jpeg"),
        (b"GIF89a\0", "gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (packed("[Content_Types].xml", "word/document.xml"), "docx"),
        (packed("tugas.txt"), "zip"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "zip"),
        (b"# Video saya\nhttps://video.id/1\n", "text"),
        ("\ufeffCatatan é 😀\r\n\tisi".encode(), "text"),
    ],
)
def test_types_are_read_from_the_bytes(content: bytes, expected: str) -> None:
    assert type_of(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><title>Masuk</title>",
        b"\xef\xbb\xbf  <HTML>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
        b"<svg onload=alert(1)>",
        b"<script>alert(1)</script>",
        b"<?php echo 1;",
        b"#!/bin/sh\nrm -rf /\n",
        b"MZ\x90\0",
        b"\x7fELF\x02",
        b"PK\x05\x06" + bytes(18),
        b"\x1f\x8b\x08\0",
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"teks \xff\xfe bukan utf-8",
        b"teks\0dengan nol",
        b"\x1b[31m",
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
    elif name == "moved":
        visit.say(301, Location="/tugas.pdf")
    else:
        visit.say(200, {"tugas.pdf": PDF}.get(name, b""), Content_Type="text/html")


@pytest.mark.parametrize("path", ["tugas.pdf", "moved"])
def test_a_file_is_looked_at_and_not_kept(path: str) -> None:
    with stranger(answer) as server:
        found = examine_file(url=f"{server.url}/{path}", trusted_origins=[server.url], limits=PATIENT)
    assert found == Examined(type="pdf", size=len(PDF), sha256=hashlib.sha256(PDF).digest())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("liar", Failed("type")),
        ("empty", Failed("empty")),
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
