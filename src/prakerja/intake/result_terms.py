"""What must hold of a wave, its dates and the programme's money before a list awards anybody; and what a list brings about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prakerja.awards.policies import require_ahead
from prakerja.intake.holding import require_cards
from prakerja.intake.models import Decree, ResultImport, Wave
from prakerja.intake.prepared_results import Prepared
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.queries import holds
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, dates_that_end, full_days_left, purchase_deadline


@dataclass(frozen=True)
class ResultsAhead:
    """What confirming a list brings about, in rupiah: what it reserves for its people, what the programme holds before and after.

    The deadline is exclusive.
    """

    announced_at: datetime
    deadline: datetime
    days_left: int
    people: int
    reserved: int
    holds: int
    will_hold: int


def look_at_results(*, prepared: Prepared, at: datetime) -> ResultsAhead:
    """What confirming a list that waits would do now; nothing happens, and nothing is judged (`require_confirmable`)."""
    wave = Wave.objects.get(number=prepared.wave)
    rules = scheme(scheme_version_id=wave.scheme_version_id)
    announced_at = prepared.announced_at or wave.announced_at or at
    deadline = purchase_deadline(scheme=rules, announced_at=announced_at)
    reserved, now = prepared.people * rules.total_benefit, holds(account=Chart.PROGRAMME_FUNDS)
    return ResultsAhead(
        announced_at=announced_at,
        deadline=deadline,
        days_left=full_days_left(until=deadline, at=at),
        people=prepared.people,
        reserved=reserved,
        holds=now,
        will_hold=now - reserved,
    )


def require_confirmable(*, prepared: Prepared, at: datetime, is_short_deadline_confirmed: bool) -> None:
    """What can be known of a confirmation before the list is read again. Raises Refused: as `import_results`."""
    wave = Wave.objects.get(number=prepared.wave)
    rules = scheme(scheme_version_id=wave.scheme_version_id)
    announced_at = prepared.announced_at or wave.announced_at or at
    require_undrawn(wave=wave)
    require_fitting(
        wave=wave,
        decree_number=prepared.decree,
        announced_at=announced_at,
        rules=rules,
        at=at,
        is_confirmed=is_short_deadline_confirmed,
    )
    if prepared.people:
        require_dates_ahead(rules=rules, announced_at=announced_at, at=at, is_confirmed=is_short_deadline_confirmed)
        require_budget(people=prepared.people, rules=rules)


def require_fitting(
    *, wave: Wave, decree_number: str, announced_at: datetime, rules: Scheme, at: datetime, is_confirmed: bool
) -> None:
    """The list fits to its wave. Raises Refused: deadline_not_ahead, deadline_close, announced_differs, decree_of_other_wave."""
    if wave.announced_at is None:
        require_dates_ahead(rules=rules, announced_at=announced_at, at=at, is_confirmed=is_confirmed)
    elif wave.announced_at != announced_at:
        # The deadline is one fixed moment per wave; a second announcement would give some people another one.
        raise Refused("announced_differs", announced_at=wave.announced_at)
    if Decree.objects.filter(number=decree_number).exclude(wave=wave).exists():
        raise Refused("decree_of_other_wave", number=decree_number)


def require_undrawn(*, wave: Wave) -> None:
    """Where the rules of a draw are published, the draw says who is awarded; beside it, and after it, no list does.

    Raises Refused: draw_decides, cards_held (wave).
    """
    is_ruled = Wave.objects.filter(id=wave.id, quota_fixed_at__isnull=False).exists()
    if is_ruled or ResultImport.objects.filter(wave=wave).exclude(draw="").exists():
        raise Refused("draw_decides", wave=wave.number)
    with transaction():
        require_cards(wave_id=wave.id)


def require_dates_ahead(*, rules: Scheme, announced_at: datetime, at: datetime, is_confirmed: bool) -> None:
    """Every date that ends something for those awarded lies ahead (decisions.md 48)."""
    dates = dates_that_end(scheme=rules, announced_at=announced_at)
    require_ahead(scheme=rules, dates=dates, at=at, is_confirmed=is_confirmed)


def require_budget(*, people: int, rules: Scheme) -> None:
    """The programme promises only what it has: checked once per list (decisions.md 48). Raises Refused: budget_too_low."""
    needed, available = people * rules.total_benefit, holds(account=Chart.PROGRAMME_FUNDS)
    if needed > available:
        raise Refused("budget_too_low", needed=needed, available=available)
