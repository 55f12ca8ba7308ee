"""Somebody who registers, page by page, as a browser sends it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from PIL import Image, ImageDraw, ImageFont

from prakerja.kernel.secrets import unseal
from prakerja.notifications.models import StrangerMessage

# What each page is answered with, in the order of the pages; the photo is made by `card`.
ANSWERS: dict[str, dict[str, Any]] = {
    "persetujuan": {"agree_identity": "yes"},
    "nik": {"nik": "9901 0217-0890.0001"},
    "kartu-keluarga": {"family_card_number": "9901 0101 0115 0002"},
    "nama": {"name": "  Siti   Élok "},
    "tanggal-lahir": {"birth_day": "17", "birth_month": "08", "birth_year": "1990"},
    "email": {"has_email": "no"},
    "provinsi": {"province_code": "31"},
    "kabupaten": {"regency_code": "3171"},
    "alamat": {"district": "Tebet", "village": "Manggarai", "street": "Jalan Melati 5, RT 02/RW 03"},
    "pendidikan": {"education": "sma"},
    "sekolah": {"is_enrolled": "no"},
    "pekerjaan": {"work_status": "seeking"},
    "jabatan": {"holds_excluded_post": "no"},
    "foto-ktp": {},
    "kebutuhan": {},
    "pernyataan": {"declare_truth": "yes", "declare_own": "yes", "declare_repay": "yes"},
}
IDENTITY = ("persetujuan", "nik", "kartu-keluarga", "nama", "tanggal-lahir")


def card(size: tuple[int, int] = (900, 570), *, kind: str = "JPEG", **saved: Any) -> bytes:
    """A picture that could be a card: light, with lines of text."""
    picture = Image.new("RGB", size, "#cfe3f0")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=size[1] // 24)
    for line in range(12):
        pen.text(
            (40, 30 + line * size[1] // 14),
            f"PROVINSI REKAAN {line} NAMA ALAMAT 990102170890",
            fill="#102030",
            font=font,
        )
    out = io.BytesIO()
    picture.save(out, format=kind, **saved)
    return out.getvalue()


def code_to_stranger() -> str:
    """The code of the newest message to somebody who is nobody yet."""
    message = StrangerMessage.objects.order_by("-created_at", "-id").first()
    assert message is not None
    sealed = unseal(
        message.parameters_enc,
        table="notifications_strangermessage",
        column="parameters_enc",
        row_id=message.id,
    )
    return str(json.loads(sealed)["otp"])


@dataclass
class Walker:
    """A browser, and what its owner answers."""

    browser: Client
    phone: str = "081355500001"
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def begin(self) -> Any:
        """Phone and code."""
        sent = self.browser.post("/daftar", {"phone": self.phone})
        assert sent["Location"] == "/masuk/kode"
        return self.browser.post("/masuk/kode", {"otp": code_to_stranger()})

    def answer(self, slug: str, **changes: Any) -> Any:
        """One page."""
        fields = {**ANSWERS[slug], **self.answers.get(slug, {}), **changes}
        if slug == "foto-ktp" and "photo" not in fields:
            fields["photo"] = io.BytesIO(card())
            fields["photo"].name = "ktp.jpg"
        return self.browser.post(f"/daftar/isi/{slug}", fields)

    def identify(self) -> Any:
        """Up to the registry's word."""
        answers = [self.answer(slug) for slug in IDENTITY]
        return answers[-1]

    def finish(self) -> Any:
        """Everything that is left, and send it."""
        for slug in ANSWERS:
            if slug not in IDENTITY:
                assert self.answer(slug).status_code == 302, slug
        return self.browser.post("/daftar/periksa")
