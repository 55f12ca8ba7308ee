"""Sixteen rivals with one code, and with one refresh token: one is served, and then nobody keeps anything."""

from __future__ import annotations

from collections import Counter

import pytest

from prakerja.audit.models import Record
from prakerja.grants.models import Grant
from prakerja.grants.operations import (
    Tokens,
    consent_request,
    exchange_code,
    give_consent,
    refresh_tokens,
    withdraw_consent,
)
from prakerja.grants.queries import holder_of_token
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from tests import builders as b
from tests.races.barrier import SESSIONS, race

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def code_of(world: b.World, who: b.Participant) -> str:
    request = consent_request(
        partner_id=world.institution.partner_id,
        redirect_uri=b.RETURN_TO,
        failure_uri=b.RETURN_TO,
        scope="name",
        state="s",
        wall=clock.wall(),
    )
    return give_consent(person_id=who.person_id, request=request, signed_in_at_s=0, at=b.BUY_AT, wall=clock.wall())


def tally(results: list[object]) -> Counter[str]:
    return Counter(result if isinstance(result, str) else type(result).__name__ for result in results)


def test_one_code_and_sixteen_rivals() -> None:
    world = b.world()
    code, partner_id = code_of(world, b.participant(world)), world.institution.partner_id
    results = race([lambda: exchange_code(partner_id=partner_id, code=code, at=b.BUY_AT, wall=clock.wall())] * SESSIONS)
    assert tally(results) == {"Tokens": 1, "grant_invalid": SESSIONS - 1}
    [won] = [result for result in results if isinstance(result, Tokens)]
    assert Grant.objects.get().end_reason == "code_reused"
    assert Record.objects.filter(action="grant.ended").count() == 1
    with pytest.raises(Refused, match="grant_invalid"):
        holder_of_token(access_token=won.access_token, wall=clock.wall())


def test_one_refresh_token_and_sixteen_rivals() -> None:
    world = b.world()
    code, partner_id = code_of(world, b.participant(world)), world.institution.partner_id
    first = exchange_code(partner_id=partner_id, code=code, at=b.BUY_AT, wall=clock.wall())
    results = race(
        [lambda: refresh_tokens(partner_id=partner_id, token=first.refresh_token, at=b.BUY_AT, wall=clock.wall())]
        * SESSIONS
    )
    assert tally(results) == {"Tokens": 1, "grant_invalid": SESSIONS - 1}
    assert Grant.objects.get().end_reason == "token_reused"


def test_an_exchange_against_a_withdrawal() -> None:
    """Whoever comes first, no token outlives the withdrawal."""
    world = b.world()
    who = b.participant(world)
    partner_id = world.institution.partner_id
    codes = [code_of(world, who) for _ in range(SESSIONS // 2)]
    results = race(
        [lambda c=c: exchange_code(partner_id=partner_id, code=c, at=b.BUY_AT, wall=clock.wall()) for c in codes]  # type: ignore[misc]
        + [lambda: withdraw_consent(person_id=who.person_id, partner_id=partner_id, at=b.BUY_AT)] * (SESSIONS // 2)
    )
    assert Grant.objects.filter(ended_at=None).count() == 0
    for won in (result for result in results if isinstance(result, Tokens)):
        with pytest.raises(Refused, match="grant_invalid"):
            holder_of_token(access_token=won.access_token, wall=clock.wall())
