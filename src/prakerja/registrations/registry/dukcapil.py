"""The civil registry's comparison of elements (`CALL_VERIFY_BY_ELEMEN`), as its clients speak it (rules.md 3.6).

It always answers 200: what became of the question stands in the body, under names that were never agreed on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from prakerja.kernel import http
from prakerja.registrations.registry.base import Asked, Outcome, Verdict

# Its name for a field → ours.
_FIELDS: Mapping[str, str] = MappingProxyType(
    {"NIK": "nik", "NO_KK": "family_card_number", "NAMA_LGKP": "name", "TGL_LHR": "birth_date"}
)
# Its code → what it means.
_CODES: Mapping[str, Outcome] = MappingProxyType(
    {
        "03": Outcome.REFUSED,
        "04": Outcome.REFUSED,
        "05": Outcome.QUOTA,
        "06": Outcome.BUSY,
        "07": Outcome.REFUSED,
        "08": Outcome.UNKNOWN,
        "09": Outcome.REFUSED,
        "10": Outcome.REFUSED,
        "11": Outcome.DEAD,
        "12": Outcome.DOUBLE,
        "13": Outcome.UNKNOWN,
        "14": Outcome.MOVED,
        "15": Outcome.UNKNOWN,
        "16": Outcome.REFUSED,
        "17": Outcome.REFUSED,
    }
)
# Older answers have words and no code.
_WORDS: tuple[tuple[str, Outcome], ...] = (
    ("meninggal", Outcome.DEAD),
    ("data ganda", Outcome.DOUBLE),
    ("non aktif", Outcome.MOVED),
    ("kuota", Outcome.QUOTA),
    ("tidak ditemukan", Outcome.UNKNOWN),
    ("login gagal", Outcome.REFUSED),
)
_SAYS_YES = re.compile(r"sesuai\b(?:\s*\((\d{1,3})\))?$", re.IGNORECASE)
_SAYS_NO = re.compile(r"tidak\s+sesuai\b(?:\s*\((\d{1,3})\))?$", re.IGNORECASE)


class Dukcapil:
    """Client of one institution's address. `threshold` (0-100) is how alike a name must be; credentials go in the body."""

    def __init__(self, *, url: str, institution: str, user: str, password: str, address: str, threshold: int) -> None:
        if not url or not user or not password:
            raise ImproperlyConfigured("the civil registry needs an address, a user and a password")
        self._url = f"{url.rstrip('/')}/dukcapil/get_json/{quote(institution, safe='')}/CALL_VERIFY_BY_ELEMEN"
        self._signed = {"USER_ID": user, "PASSWORD": password, "IP_USER": address, "TRESHOLD": str(threshold)}

    @classmethod
    def from_settings(cls) -> Self:
        """The registry that the environment names."""
        return cls(
            url=settings.REGISTRY_URL,
            institution=settings.REGISTRY_INSTITUTION,
            user=settings.REGISTRY_USER,
            password=settings.REGISTRY_PASSWORD,
            address=settings.REGISTRY_ADDRESS,
            threshold=settings.REGISTRY_THRESHOLD,
        )

    def compare(self, asked: Asked, *, wait: float) -> Verdict:
        """See CivilRegistry."""
        question = {
            **self._signed,
            "NIK": asked.nik,
            "NO_KK": asked.family_card_number,
            "NAMA_LGKP": asked.name,
            "TGL_LHR": f"{asked.birth_date:%d-%m-%Y}",
        }
        try:
            answer = http.request("POST", self._url, json=question, connect_timeout=min(wait, 2.0), read_timeout=wait)
        except http.NetworkFailure:
            return Verdict(Outcome.SILENT, code="network")
        if answer.status != 200:
            # Only what stands before it speaks in statuses: a proxy, a broken server.
            return Verdict(
                Outcome.BUSY if answer.status in (429, 503) else Outcome.SILENT, code=f"http {answer.status}"
            )
        return read_answer(answer.json())


def read_answer(said: Any) -> Verdict:
    """What an answer means. A field that is missing says nothing, so a match needs a yes to each that was asked."""
    content = said.get("content") if isinstance(said, dict) else None
    found = content[0] if isinstance(content, list) and content and isinstance(content[0], dict) else said
    if not isinstance(found, dict):
        return Verdict(Outcome.SILENT, code="unreadable")
    # A number or a text, with or without the leading zero.
    code = str(found.get("RESPONSE_CODE") or "").strip()
    code = code.zfill(2) if code.isascii() and code.isdigit() else ""
    if code in _CODES:
        return Verdict(_CODES[code], code=code)
    words = str(found.get("RESPON") or found.get("RESPONSE") or "").lower()
    by_words = next((outcome for part, outcome in _WORDS if part in words), None)
    if by_words is not None:
        return Verdict(by_words, code=code)
    return _compared(found, code)


def _compared(found: dict[str, Any], code: str) -> Verdict:
    said = {ours: str(found.get(theirs) or "").strip() for theirs, ours in _FIELDS.items()}
    differs = tuple(name for name, words in said.items() if _SAYS_NO.fullmatch(words))
    scored = _SAYS_NO.fullmatch(said["name"]) or _SAYS_YES.fullmatch(said["name"])
    score = int(scored[1]) if scored and scored[1] else None
    if "nik" in differs:
        return Verdict(Outcome.UNKNOWN, code=code, score=score)
    if differs:
        return Verdict(Outcome.MISMATCH, fields=differs, code=code, score=score)
    if all(_SAYS_YES.fullmatch(words) for words in said.values()):
        return Verdict(Outcome.MATCH, code=code, score=score)
    return Verdict(Outcome.SILENT, code=code or "incomplete")
