"""What two operators decide was prepared by one and confirmed by another (ADR 0046): checks of the proof.

The rows could be painted by whoever may write them. So each is held against the audit trail, where nobody changes anything; and what came of
it against both. Rows of before the release that asks for two have their own rules, and whoever made a sandbox is no operator.
"""

from __future__ import annotations

from prakerja.intake.states import IMPORT_STATES
from prakerja.kernel.split import NOBODY

# Acts of operators about nobody in particular; the index of the trail begins with the person.
_TRAIL = f"""
(SELECT action, actor_id, subject_id, at, data FROM audit_record
  WHERE (person_id IS NULL OR person_id = '{NOBODY}') AND actor_kind = 'operator')"""
_REAL = "EXISTS (SELECT 1 FROM kernel_installation WHERE NOT is_sandbox)"


def _since(app: str, migration: str) -> str:
    """When the release came that asks for two people: wall time, as the database was brought up to it."""
    return f"(SELECT applied FROM django_migrations WHERE app = '{app}' AND name = '{migration}')"


def _made_since(app: str, migration: str) -> str:
    """The same as the least id that a row of since then can have: an id begins with its time."""
    return (
        f"(SELECT (lpad(to_hex((extract(epoch FROM {_since(app, migration)}) * 1000)::bigint), 12, '0')"
        " || repeat('0', 20))::uuid)"
    )


def _by_two(table: str, prepared: str, confirmed: str) -> str:
    """The confirmed rows of `table` that one operator prepared and confirmed, or of which the trail tells otherwise.

    `prepared` and `confirmed`: what of the trail (`told`) is about a row (`done`).
    """
    return f"""
        SELECT done.id AS confirmed_row, done.prepared_by, done.confirmed_by FROM {table} done
         WHERE done.confirmed_at IS NOT NULL
           AND (done.prepared_by = done.confirmed_by
                OR NOT EXISTS (SELECT 1 FROM {_TRAIL} told WHERE told.actor_id = done.prepared_by AND {prepared})
                OR NOT EXISTS (SELECT 1 FROM {_TRAIL} told WHERE told.actor_id = done.confirmed_by AND {confirmed}))"""


_SAME_BUDGET = "told.subject_id = done.event_id AND told.data ->> 'digest' = done.digest"
_SAME_WAVE = "told.data ->> 'digest' = done.digest AND (told.data ->> 'wave')::integer = done.number"
_SAME_INSTANT = "told.subject_id = done.wave_id AND (told.data ->> 'announced_at')::timestamptz = done.announced_at"
_SAME_DECREE = "told.subject_id = done.wave_id AND told.data ->> 'decree' = done.decree_number"

TWO_PEOPLE_CHECKS = [
    (
        "each budget was prepared by one operator and booked by another, as it stands in the ledger",
        "programmes_fundingproposal",
        f"""
        {
            _by_two(
                "programmes_fundingproposal",
                f"told.action = 'programme.funding_proposed' AND told.at = done.prepared_at AND {_SAME_BUDGET}",
                f"told.action = 'programme.funded' AND told.at = done.confirmed_at AND {_SAME_BUDGET}",
            )
        }
         UNION ALL
        SELECT coalesce(moved.id, booked.id), booked.prepared_by, booked.confirmed_by
          FROM (SELECT * FROM ledger_transfer WHERE kind = 'programme_funding'
                   AND id >= {_made_since("programmes", "0012_a_budget_is_booked_by_two")}) moved
          FULL JOIN (SELECT * FROM programmes_fundingproposal WHERE confirmed_at IS NOT NULL) booked
            ON booked.event_id = moved.event_id AND booked.amount = moved.amount
         WHERE moved.id IS NULL OR booked.id IS NULL AND {_REAL}
        """,
    ),
    (
        "each wave was announced and changed as one operator proposed and another confirmed",
        "intake_waveproposal",
        f"""
        {
            _by_two(
                "intake_waveproposal",
                f"told.action = 'wave.proposed' AND told.subject_id = done.id AND {_SAME_WAVE}",
                f"told.action IN ('wave.opened', 'wave.changed') AND {_SAME_WAVE}",
            )
        }
         UNION ALL
        SELECT wave.id, '', '' FROM intake_wave wave
         WHERE wave.id >= {_made_since("intake", "0016_two_announce_and_change_a_wave")} AND {_REAL}
           AND NOT EXISTS (SELECT 1 FROM intake_waveproposal opened
                            WHERE opened.number = wave.number AND opened.seen = '{{}}' AND opened.confirmed_at IS NOT NULL)
        """,
    ),
    (
        "each correction of an announcement was prepared by one operator and confirmed by another",
        "intake_announcementcorrection",
        _by_two(
            "intake_announcementcorrection",
            f"told.action = 'wave.correction_prepared' AND told.at = done.prepared_at AND {_SAME_INSTANT}",
            f"told.action = 'wave.correction_confirmed' AND told.at = done.confirmed_at AND {_SAME_INSTANT}",
        ),
    ),
    (
        "each list of results that an operator imported was prepared by one and confirmed by another",
        "intake_preparedresults",
        f"""
        {
            _by_two(
                "intake_preparedresults",
                f"told.action = 'wave.results_prepared' AND told.at = done.prepared_at AND {_SAME_DECREE}",
                "told.action IN ('wave.results_begun', 'wave.results_imported') AND told.at = done.confirmed_at"
                f" AND {_SAME_DECREE}",
            )
        }
         UNION ALL
        SELECT import.id, import.begun_by, '' FROM intake_resultimport import
         WHERE import.draw = '' AND import.begun_by LIKE 'operator:%' AND import.status IN {
            IMPORT_STATES.sql("CARRIED_OUT")
        }
           AND import.begun_wall > {_since("intake", "0017_two_operators_import_results")}
           AND NOT EXISTS (SELECT 1 FROM intake_preparedresults prepared
                            WHERE prepared.wave_id = import.wave_id AND prepared.decree_number = import.decree_number
                              AND prepared.list_digest = import.list_digest AND prepared.confirmed_at IS NOT NULL)
        """,
    ),
]
