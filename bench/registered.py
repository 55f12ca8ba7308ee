"""People who registered, proved who they are and took the test: what stands beside every applicant's page at national size.

What is sealed nobody opens here; the indexes are as long and as random as real ones.
"""

from __future__ import annotations

import os
import uuid
from datetime import timedelta

from django.db import connection

from bench import FULL
from prakerja.kernel.clock import now
from prakerja.programmes.models import SchemeVersion

MILLION = 1_000_000
# Beside so many a small run measures.
_FEW = 20_000
_ROWS = (
    """
INSERT INTO people_person (id, name, birth_date, nik_enc, family_card_enc, family_card_index, province_code, education,
                           language, created_at)
SELECT md5('joins ' || n)::uuid, 'Pelamar Rekaan', DATE '1990-08-17' + n %% 3000, '\\x00', '\\x00',
       decode(md5('card ' || n), 'hex'), '31', 3, 'id', %(at)s FROM generate_series(1, %(count)s) n""",
    """
INSERT INTO people_nikclaim (index, person_id)
SELECT decode(md5('nik ' || n) || md5('nik' || n), 'hex'), md5('joins ' || n)::uuid FROM generate_series(1, %(count)s) n""",
    """
INSERT INTO people_contactpoint (id, person_id, kind, value_enc, verified_at)
SELECT md5('phone ' || n)::uuid, md5('joins ' || n)::uuid, 'phone', '\\x00', %(at)s FROM generate_series(1, %(count)s) n""",
    """
INSERT INTO people_contactclaim (id, kind, index, person_id)
SELECT md5('claim ' || n)::uuid, 'phone', decode(md5('phone ' || n) || md5('phone' || n), 'hex'), md5('joins ' || n)::uuid
  FROM generate_series(1, %(count)s) n""",
    """
INSERT INTO registrations_profile (id, person_id, registered_at, proven_by, regency_code, details_enc, is_enrolled, work_status,
                                   holds_excluded_post)
SELECT md5('profile ' || n)::uuid, md5('joins ' || n)::uuid, %(at)s, 'registry', '3171', '\\x00', false, 'seeking', false
  FROM generate_series(1, %(count)s) n""",
    """
INSERT INTO people_consent (id, person_id, purpose, about, version, language, page, given_at, withdrawn_by)
SELECT md5('consent ' || n)::uuid, md5('joins ' || n)::uuid, 'identity_check', '', '1', 'id', 'registration_step', %(at)s, ''
  FROM generate_series(1, %(count)s) n""",
    """
INSERT INTO registrations_declaration (id, person_id, what, version, language, page, made_at)
SELECT md5(what || n)::uuid, md5('joins ' || n)::uuid, what, '1', 'id', 'register_declarations', %(at)s
  FROM generate_series(1, %(count)s) n, unnest(ARRAY['truth', 'own', 'repay']) what""",
    """
INSERT INTO sittings_sitting (id, person_id, scheme_version_id, status, questions, has_extra_time, begun_at, ends_at)
SELECT md5('sitting ' || n)::uuid, md5('joins ' || n)::uuid, %(scheme)s, 'under_way', '[]', false, %(at)s,
       %(at)s + interval '25 minutes'
  FROM generate_series(1, %(count)s) n""",
)
# No test ends before it began, for a benchmark either.
_HANDED_IN = """
UPDATE sittings_sitting SET status = 'handed_in', ended_at = %(at)s::timestamptz + interval '9 minutes', literacy = 4, numeracy = 4,
                            motivation = 20"""


def how_many(seconds: float) -> int:
    """What was asked for by `--people`; else a million in a full run and a few in a small one."""
    return int(os.environ.get("PRAKERJA_BENCH_PEOPLE", "0")) or (MILLION if seconds >= FULL.seconds else _FEW)


def register_people(count: int, *, scheme_version_id: uuid.UUID | None = None) -> None:
    """So many people, two days ago; their test was that of this scheme (without one: of any that is there)."""
    scheme = scheme_version_id or SchemeVersion.objects.values_list("pk", flat=True).first()
    values = {"at": now() - timedelta(days=2), "count": count, "scheme": scheme}
    for sql in (*_ROWS, _HANDED_IN):
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
