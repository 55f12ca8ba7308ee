"""Persons of a list come to exist, set-based: from a temporary table whose rows a process without a database packed."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import connection

from prakerja.kernel.db import requires_transaction
from prakerja.kernel.ids import new_id, new_id_bytes
from prakerja.kernel.packing import FALSE, TRUE, Packed, packed_day, packed_small
from prakerja.kernel.secrets import blind_index, seal
from prakerja.people.policies import EDUCATION, Identity

# What a temporary table has for `register_listed`. `person_id` is whose the row is, `is_new` that nobody is that yet.
LISTED_COLUMNS = (
    ("person_id", "uuid"),
    ("is_new", "boolean"),
    ("name", "text"),
    ("birth_date", "date"),
    ("province_code", "text"),
    ("education", "smallint"),
    ("language", "text"),
    ("nik_index", "bytea"),
    ("nik_enc", "bytea"),
    ("family_index", "bytea"),
    ("family_card_enc", "bytea"),
    ("phone_index", "bytea"),
    ("phone_point_id", "uuid"),
    ("phone_claim_id", "uuid"),
    ("phone_enc", "bytea"),
    ("email_index", "bytea"),
    ("email_point_id", "uuid"),
    ("email_claim_id", "uuid"),
    ("email_enc", "bytea"),
)


def pack_listed(*, identity: Identity, known: uuid.UUID | None) -> list[Packed]:
    """The values of LISTED_COLUMNS, sealed; `known` is who the person is already, an `email` of "" none. Needs keys and no database."""
    person_id = known or new_id()
    values: list[Packed] = [
        person_id.bytes,
        FALSE if known else TRUE,
        identity.name.encode(),
        packed_day(identity.birth_date),
        identity.province_code.encode(),
        packed_small(EDUCATION[identity.education]),
        identity.language.encode(),
        blind_index("nik", identity.nik),
        seal(identity.nik, table="people_person", column="nik_enc", row_id=person_id),
        blind_index("family_card", identity.family_card_number),
        seal(identity.family_card_number, table="people_person", column="family_card_enc", row_id=person_id),
    ]
    for kind, value in (("phone", identity.phone), ("email", identity.email)):
        if not value:
            values += (None,) * 4
            continue
        point_id = new_id()
        values += (
            blind_index(kind, value),
            point_id.bytes,
            new_id_bytes(),
            seal(value, table="people_contactpoint", column="value_enc", row_id=point_id),
        )
    return values


@requires_transaction
def register_listed(*, source: str, at: datetime) -> None:
    """Make a person, contact points and claims of every row of the temporary table `source` that `is_new`.

    The caller has refused what is malformed and what is claimed already; a claim lost to a rival is an IntegrityError
    that rolls everything back, and the caller may try again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (id, name, birth_date, nik_enc, family_card_enc, family_card_index, province_code, "
            "education, language, created_at) "
            "SELECT person_id, name, birth_date, nik_enc, family_card_enc, family_index, province_code, education, language, "
            f"%s FROM {source} WHERE is_new",
            [at],
        )
        cursor.execute(
            f"INSERT INTO people_nikclaim (index, person_id) SELECT nik_index, person_id FROM {source} WHERE is_new"
        )
        cursor.execute(
            # Whose they are nobody has shown yet: a code that was sent to the phone does, when it comes back.
            "INSERT INTO people_contactpoint (id, person_id, kind, value_enc) "
            f"SELECT phone_point_id, person_id, 'phone', phone_enc FROM {source} WHERE is_new "
            f"UNION ALL SELECT email_point_id, person_id, 'email', email_enc FROM {source} "
            "WHERE is_new AND email_index IS NOT NULL",
        )
        cursor.execute(
            "INSERT INTO people_contactclaim (id, kind, index, person_id) "
            f"SELECT phone_claim_id, 'phone', phone_index, person_id FROM {source} WHERE is_new "
            f"UNION ALL SELECT email_claim_id, 'email', email_index, person_id FROM {source} "
            "WHERE is_new AND email_index IS NOT NULL"
        )
