"""Very many who joined a wave, written down by COPY: sealed as `register_person` and `join_wave` would, and told nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from prakerja.intake.models import Application, Wave
from prakerja.intake.operations import seal_nonce
from prakerja.kernel.db import copy_rows, transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal
from prakerja.people.models import Person


def crowd(
    *, wave: Wave, count: int, at: datetime, provinces: tuple[str, ...] = ("31", "32"), to_a_card: int = 3
) -> None:
    """`count` applicants, some to a family card, over these provinces."""
    ids = [(new_id(), new_id()) for _ in range(count)]
    with transaction():
        copy_rows(
            Person,
            (
                "id",
                "name",
                "birth_date",
                "nik_enc",
                "family_card_enc",
                "family_card_index",
                "province_code",
                "education",
                "language",
                "created_at",
            ),
            _people([person for person, _ in ids], at=at, provinces=provinces, to_a_card=to_a_card),
        )
        copy_rows(
            Application,
            ("id", "person_id", "wave_id", "status", "joined_at", "ticket", "reason", "nonce_enc"),
            (
                (
                    application,
                    person,
                    wave.id,
                    "waiting",
                    at,
                    None,
                    "",
                    seal_nonce(application_id=application, nonce=secrets.token_bytes(32)),
                )
                for number, (person, application) in enumerate(ids)
            ),
        )


def _people(ids: list[Any], *, at: datetime, provinces: tuple[str, ...], to_a_card: int) -> Iterator[tuple[Any, ...]]:
    for number, person in enumerate(ids):
        card = f"9901{number // to_a_card:012d}"
        yield (
            person,
            f"Rekaan {number}",
            date(1990, 8, 17),
            seal(f"9902{number:012d}", table="people_person", column="nik_enc", row_id=person),
            seal(card, table="people_person", column="family_card_enc", row_id=person),
            blind_index("family_card", card),
            provinces[number % len(provinces)],
            3,
            "id",
            at,
        )
