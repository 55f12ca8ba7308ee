"""What a person said yes to, and took back (rules.md 11.2).

The words stand here with their version, so that a row tells what was read. Words that change get a new version, on top; the
old ones stay. A no is no row, costs nothing, and may become a yes later; a yes may be taken back at any time.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.people.models import Consent, Person


@dataclass(frozen=True)
class ConsentText:
    """`words` are what the page shows beside the box or button that says yes."""

    purpose: str
    version: str
    words: Any


# The newest version of each purpose first.
TEXTS = (
    ConsentText("survey", "1", gettext_lazy("Saya setuju jawaban saya dipakai untuk menilai program, tanpa nama.")),
    ConsentText(
        "institution",
        "1",
        gettext_lazy("Bila Anda mengizinkan, lembaga ini boleh mengetahui:"),
    ),
    ConsentText(
        "identity_check",
        "1",
        gettext_lazy(
            "Saya setuju NIK, nomor KK, nama, dan tanggal lahir saya dicocokkan dengan data Dukcapil, dan foto KTP saya disimpan "
            "untuk memeriksa pendaftaran ini."
        ),
    ),
    ConsentText(
        "special_needs",
        "1",
        gettext_lazy("Saya setuju jawaban di halaman ini disimpan supaya saya dapat dibantu sesuai kebutuhan saya."),
    ),
)


def consent_text(*, purpose: str) -> ConsentText:
    """The words that are asked with today."""
    return next(text for text in TEXTS if text.purpose == purpose)


@requires_transaction
def note_consent(
    *, person_id: uuid.UUID, purpose: str, page: str, at: datetime, about: str = "", version: str = ""
) -> None:
    """Write down a yes, in the transaction that uses it. `version` is that of the words on the page ("": today's).

    Raises Refused: consent_words_changed (the page is older than the words; it is shown again).
    """
    text = consent_text(purpose=purpose)
    if version not in ("", text.version):
        raise Refused("consent_words_changed")
    Consent.objects.create(
        person_id=person_id,
        purpose=purpose,
        about=about,
        version=text.version,
        # The language that the portal speaks to this person; the choice of language writes it there.
        language=Person.objects.values_list("language", flat=True).get(id=person_id),
        page=page,
        given_at=at,
    )


@requires_transaction
def note_said_consent(
    *, person_id: uuid.UUID, purpose: str, version: str, language: str, page: str, at: datetime
) -> None:
    """Write down a yes that was given before there was a person: `at` is when, `language` (id or en) in which words.

    A yes to the same words that stands already is one yes.
    """
    live = Consent.objects.filter(person_id=person_id, purpose=purpose, version=version, withdrawn_at=None)
    if not live.exists():
        Consent.objects.create(
            person_id=person_id, purpose=purpose, version=version, language=language, page=page, given_at=at
        )


@requires_transaction
def end_consent(*, person_id: uuid.UUID, purpose: str, by: str, at: datetime, about: str | None = None) -> int:
    """Write down that a yes was taken back; of every `about` when none is named. Returns how many rows it ended.

    `by` is the page, or "erasure". Whoever owns what the yes allowed ends that in the same transaction.
    """
    live = Consent.objects.filter(person_id=person_id, purpose=purpose, withdrawn_at=None)
    if about is not None:
        live = live.filter(about=about)
    count = live.update(withdrawn_at=at, withdrawn_by=by)
    if count:
        record(
            action="consent.withdrawn",
            at=at,
            actor=Actor.participant(person_id),
            person_id=person_id,
            subject_kind="person",
            subject_id=person_id,
            data={"purpose": purpose, "about": about, "by": by},
        )
    return count
