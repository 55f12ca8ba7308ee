"""A wave that very many joined, as far as its draw reads them, made by statements: who they are is sealed and nobody opens it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from prakerja.access.actors import Actor
from prakerja.access.permitting import operator_by_email
from prakerja.draw import operations as draws
from prakerja.draw.models import ApplicantList
from prakerja.draw.steps import advance_draw, lock_draw
from prakerja.intake.models import Wave
from prakerja.intake.operations import open_wave
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import row, transaction
from prakerja.kernel.ids import new_id
from prakerja.sandbox.operators import make_operators

WAVE, DRAW = 19, "g19/1"
OPENS = datetime(2021, 9, 10, 12, tzinfo=WIB)
CLOSES = datetime(2021, 9, 13, tzinfo=WIB)
RULED = OPENS - timedelta(days=1)
LISTED = CLOSES + timedelta(hours=1)
COMMITTED = CLOSES + timedelta(hours=2)
DRAWN = COMMITTED + timedelta(hours=26)
PUBLISHED = DRAWN + timedelta(hours=1)
STRATA = tuple(str(number) for number in range(11, 45))
# So many stand on a family card, of whom two may win.
TO_A_CARD, CAP = 3, 2


def both() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    return operator_by_email(email="menyetujui@prakerja.example"), operator_by_email(
        email="mengesahkan@prakerja.example"
    )


def make_applicants(*, count: int, quota: int, eligible: int = 0) -> None:
    """A wave with published rules that `count` people joined, closed, with its list complete; all of them are eligible, or so many."""
    eligible = eligible or count
    make_operators()
    first, second = both()
    with transaction():
        open_wave(number=WAVE, opens_at=OPENS, closes_at=CLOSES, quota=quota)
    weights = {code: 1 + number % 7 for number, code in enumerate(STRATA)}
    prepared = draws.prepare_rules(wave_number=WAVE, weights=weights, actor=first, at=RULED)
    draws.confirm_rules(draw_name=DRAW, digest=prepared.digest, actor=second, at=RULED)
    wave = Wave.objects.get(number=WAVE)
    making = ApplicantList.objects.create(id=new_id(), wave=wave, begun_at=LISTED)
    of = {"count": count, "strata": list(STRATA), "wave": wave.id, "at": OPENS, "list": making.id}
    for statement in _SEED:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**of, "to_a_card": TO_A_CARD, "cap": CAP, "eligible": eligible})
    with transaction():
        making.rows, making.eligible = count, eligible
        making.ended_at = LISTED
        making.save(update_fields=["rows", "eligible", "ended_at"])
        advance_draw(draw=lock_draw(name=DRAW), verb="list", at=LISTED, applicants=making)


_PERSON = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_APPLICATION = "('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid"
_SEED = (
    "INSERT INTO people_person (id, name, birth_date, nik_enc, family_card_enc, family_card_index, province_code, education, "
    f"language, created_at) SELECT {_PERSON}, 'Peserta ' || n, '1990-08-17', sha256(n::text::bytea), sha256(n::text::bytea), "
    "sha256(('card ' || n / %(to_a_card)s)::bytea), (%(strata)s::text[])[1 + n %% 34], 3, 'id', %(at)s "
    "FROM generate_series(1, %(count)s) n",
    f"INSERT INTO people_nikclaim (index, person_id) SELECT sha256(('nik ' || n)::bytea), {_PERSON} "
    "FROM generate_series(1, %(count)s) n",
    "INSERT INTO intake_application (id, person_id, wave_id, status, joined_at, reason, nonce_enc) "
    f"SELECT {_APPLICATION}, {_PERSON}, %(wave)s, 'waiting', %(at)s, '', sha256(n::text::bytea) "
    "FROM generate_series(1, %(count)s) n",
    "INSERT INTO draw_entry (id, person_id, applicants_id, application_id, number, ticket, stratum, groups, family, allowance, "
    f"codes, mark) SELECT {_APPLICATION}, {_PERSON}, %(list)s, {_APPLICATION}, row_number() OVER (ORDER BY ticket) - 1, ticket, "
    "CASE WHEN is_in THEN (%(strata)s::text[])[1 + n %% 34] ELSE '' END, '', family, "
    "CASE WHEN family IS NULL THEN 0 ELSE %(cap)s END, CASE WHEN is_in THEN '' ELSE 'DTKS' END, "
    "CASE WHEN is_in THEN '' ELSE left(encode(sha256(('mark ' || n)::bytea), 'hex'), 32) END "
    "FROM (SELECT n, n <= %(eligible)s AS is_in, sha256(('ticket ' || n)::bytea) AS ticket, "
    "CASE WHEN n <= %(eligible)s AND count(*) FILTER (WHERE n <= %(eligible)s) OVER (PARTITION BY n / %(to_a_card)s) > %(cap)s "
    "THEN sha256(('family ' || n / %(to_a_card)s)::bytea) END "
    "AS family FROM generate_series(1, %(count)s) n) listed",
)


def commit() -> None:
    """Fix the list, by two operators."""
    first, second = both()
    prepared = draws.prepare_commitment(draw_name=DRAW, actor=first, at=COMMITTED)
    draws.confirm_commitment(draw_name=DRAW, digest=prepared.digest, actor=second, at=COMMITTED)


def enter() -> None:
    """The randomness of a sandbox."""
    draws.fetch_round(draw_name=DRAW, number=0, actor=both()[0], at=DRAWN)


def draw() -> None:
    """Rank, seat, write the results down, by two operators."""
    first, second = both()
    prepared = draws.prepare_result(draw_name=DRAW, actor=first, at=DRAWN)
    draws.confirm_result(draw_name=DRAW, digest=prepared.digest, actor=second, at=DRAWN)


def publish() -> None:
    """Seal the folder, by two operators."""
    first, second = both()
    prepared = draws.prepare_publication(draw_name=DRAW, actor=first, at=PUBLISHED)
    draws.confirm_publication(draw_name=DRAW, digest=prepared.digest, actor=second, at=PUBLISHED)


def size_of_database() -> float:
    """MiB."""
    found = row("SELECT pg_database_size(current_database())")
    assert found is not None
    return float(found[0]) / 2**20
