"""Wave 20 of the world `g21`, finished before the demo begins: joined by a few invented people, drawn, published, announced.

The real operations do all of it at past instants, with the sandbox's own beacon and witnesses, which prove nothing; so everybody
can look at a published draw, and check it. Who wins is chance, as it must be.
"""

from __future__ import annotations

from datetime import timedelta

from prakerja.access.permitting import operator_by_email
from prakerja.draw import operations as draws
from prakerja.draw.tasks import run_awards, run_telling
from prakerja.kernel.clock import parse_instant
from prakerja.sandbox.demo_operators import find_demo_operator
from prakerja.sandbox.demo_registrations import DemoRegistrant, live_until_joined

WAVE, DRAW = 20, "g20/1"
DECREE = "SK-20-CONTOH"
RULED = parse_instant("2021-09-07T09:00+07:00")
JOINED = parse_instant("2021-09-09T13:00+07:00")
COMMITTED = parse_instant("2021-09-13T09:00+07:00")
DRAWN = parse_instant("2021-09-14T12:00+07:00")
ANNOUNCED = parse_instant("2021-09-15T20:00+07:00")
WEIGHTS = {"33": 2, "34": 1}
# The first three are of one family card, of whom two may be awarded.
_FAMILY = "9901010101150201"
APPLICANTS = tuple(
    DemoRegistrant(name, nik, f"+62813210002{number:02d}", "joined", province_code=province, family_card=card)
    for number, (name, nik, province, card) in enumerate(
        (
            ("Slamet Baskara", "9901011203850201", "33", _FAMILY),
            ("Yanti Baskara", "9901015407880202", "33", _FAMILY),
            ("Rizky Baskara", "9901010902010203", "33", _FAMILY),
            ("Indah Cahyani", "9901026105930204", "33", ""),
            ("Taufik Darmawan", "9901031711900205", "33", ""),
            ("Melati Effendi", "9901046808960206", "33", ""),
            ("Wahyu Adiwangsa", "9901052304870207", "33", ""),
            ("Gita Anggraini", "9901064209950208", "34", ""),
            ("Ilham Arkananta", "9901073006920209", "34", ""),
            ("Zahra Cahyani", "9901085510990210", "34", ""),
        )
    )
)


def make_drawn_wave() -> None:
    """Rules, applicants, list, commitment, randomness, result, publication, awards; whoever was not drawn is told."""
    first, second = (operator_by_email(email=_email(role)) for role in ("approver", "authoriser"))
    prepared = draws.prepare_rules(wave_number=WAVE, weights=WEIGHTS, actor=first, at=RULED)
    draws.confirm_rules(draw_name=DRAW, digest=prepared.digest, actor=second, at=RULED)
    for person in APPLICANTS:
        live_until_joined(person, wave_number=WAVE, at=JOINED)
    draws.make_list(draw_name=DRAW, actor=first, at=COMMITTED)
    prepared = draws.prepare_commitment(draw_name=DRAW, actor=first, at=COMMITTED)
    draws.confirm_commitment(draw_name=DRAW, digest=prepared.digest, actor=second, at=COMMITTED)
    draws.fetch_round(draw_name=DRAW, number=0, actor=first, at=DRAWN)
    prepared = draws.prepare_result(draw_name=DRAW, actor=first, at=DRAWN)
    draws.confirm_result(draw_name=DRAW, digest=prepared.digest, actor=second, at=DRAWN)
    published = DRAWN + timedelta(hours=1)
    prepared = draws.prepare_publication(draw_name=DRAW, actor=first, at=published)
    draws.confirm_publication(draw_name=DRAW, digest=prepared.digest, actor=second, at=published)
    prepared = draws.prepare_awards(
        draw_name=DRAW, decree_number=DECREE, announced_at=ANNOUNCED, actor=first, at=published
    )
    draws.confirm_awards(draw_name=DRAW, digest=prepared.digest, actor=second, at=published)
    run_awards(ANNOUNCED)
    run_telling(ANNOUNCED)


def _email(role: str) -> str:
    found = find_demo_operator(role)
    assert found is not None
    return found.email
