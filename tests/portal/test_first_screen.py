"""What a small phone shows first, the schedule of payments by name, and surveys in their order."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from prakerja.kernel.clock import WIB
from prakerja.people.models import Person
from prakerja.programmes.schemes import scheme_for_wave, survey_window
from prakerja.reporting.next_deadline import next_deadline
from prakerja.reporting.queries import dashboard
from tests.portal import world

Enter = Callable[[uuid.UUID], Client]
Move = Callable[[datetime], None]
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("before", "days", "tone", "words"),
    [
        (8 * DAY, 7, "near", "Sisa 7 hari"),
        (9 * DAY, 8, "calm", "Sisa 8 hari"),
        (DAY + timedelta(seconds=1), 1, "near", "Sisa 1 hari"),
        (DAY - timedelta(seconds=1), 0, "last", "Hari terakhir"),
    ],
)
def test_balance_deadline_and_days_left_come_first(
    enter: Enter, move: Move, before: timedelta, days: int, tone: str, words: str
) -> None:
    who = world.award(videos=3)
    at = world.DEADLINE - before
    found = next_deadline(dashboard=dashboard(person_id=who.person_id), at=at)
    assert found is not None
    assert (found.kind, found.days_left, found.tone) == ("buy", days, tone)
    move(at)
    page = enter(who.person_id).get("/dashboard").text
    first = page[page.index('class="pk-first"') : page.index("pk-next")]
    assert "Rp1.000.000" in first
    assert "21 Oktober 2021 pukul 23.59 WIB" in first
    assert words in first
    assert f'data-tone="{tone}"' in first


@pytest.mark.parametrize(
    ("province", "words"),
    [("94", "22 Oktober 2021 pukul 01.59 WIT"), ("73", "22 Oktober 2021 pukul 00.59 WITA"), ("32", "")],
)
def test_who_lives_by_another_clock_reads_the_hour_of_that_clock(enter: Enter, province: str, words: str) -> None:
    who = world.award(videos=3)
    Person.objects.filter(id=who.person_id).update(province_code=province)
    page = enter(who.person_id).get("/dashboard").text
    assert page.count(f"21 Oktober 2021 pukul 23.59 WIB ({words})") == (2 if words else 0)
    assert bool(re.search(r"\bWITA?\b", page)) is bool(words)


def test_after_the_purchase_the_nearest_date_counts(enter: Enter) -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT, balance=525_000)
    world.buy(who, world.course())
    board = dashboard(person_id=who.person_id)
    found = next_deadline(dashboard=board, at=world.BOUGHT)
    assert found is not None
    assert (found.kind, found.at) == ("redeem", board.purchases[0].redeemable_until)


def paid_once() -> world.Participant:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(), status="redeemed")
    completion = world.complete(purchase)
    world.rate(completion, purchase)
    world.link(who)
    world.plan(who, completion, status="paid", paid_at=datetime(2021, 10, 5, 10, tzinfo=WIB))
    return who


def test_payments_stand_by_name_with_their_day_and_sum(enter: Enter) -> None:
    who = paid_once()
    for number in (1, 2, 3):
        world.open_survey(who, number=number, opens=world.BOUGHT + number * DAY)
    page = enter(who.person_id).get("/insentif").text
    rows = re.findall(r'<th scope="row"[^>]*>([^<]+)<', page)
    assert rows == [
        *(f"Insentif {number} dari 4" for number in (1, 2, 3, 4)),
        *(f"Survei {number} dari 3" for number in (1, 2, 3)),
    ]
    assert "Dibayar 5 Oktober 2021<" in page
    assert "Sudah dibayar Rp600.000 dari Rp2.550.000." in page
    # Whoever waits is led to the answer, not to a page without it.
    browser = enter(who.person_id)
    [anchor] = re.findall(r'href="/bantuan#([a-z-]+)"', page)
    assert f'id="{anchor}"' in browser.get("/bantuan").text


def test_a_survey_is_offered_after_the_ones_before_it(enter: Enter, move: Move) -> None:
    who = paid_once()
    second, third = (world.open_survey(who, number=number, opens=world.BOUGHT) for number in (2, 3))
    move(world.BOUGHT + DAY)
    browser = enter(who.person_id)
    page = browser.get("/survei").text
    assert f"/survei/{second.id}" in page
    assert f"/survei/{third.id}" not in page
    assert "Dapat diisi setelah survei 2" in page
    assert browser.get(f"/survei/{third.id}").status_code == 302


def test_a_number_field_says_that_it_wants_a_number(enter: Enter, move: Move) -> None:
    from prakerja.surveys.models import Response, Survey
    from prakerja.surveys.questionnaires import QUESTIONNAIRES

    who = paid_once()
    response = world.open_survey(who, number=2, opens=world.BOUGHT)
    Survey.objects.filter(id=response.survey_id).update(questions=QUESTIONNAIRES[1]["questions"])
    move(world.BOUGHT + DAY)
    browser = enter(who.person_id)
    address = f"/survei/{response.id}"
    assert "Tulis angka saja, misalnya 0 atau 3." in browser.get(address).text
    typed = {"q_work_now": "employed", "q_skills": "agree", "q_certificate_used": "no", "consent": "yes"}
    answer = browser.post(address, typed | {"q_applications": "tiga kali"})
    assert answer.status_code == 422
    assert "Pertanyaan 4: tulis angka saja, misalnya 0 atau 3." in answer.text
    assert 'value="tiga kali"' in answer.text
    assert Response.objects.get(id=response.id).submitted_at is None


def test_no_survey_ends_in_the_middle_of_the_night() -> None:
    window = survey_window(
        scheme=scheme_for_wave(51), number=1, first_incentive_paid_at=datetime(2023, 6, 5, 10, tzinfo=WIB)
    )
    assert window is not None
    assert f"{window.closes_at.astimezone(WIB):%H:%M:%S}" == "00:00:00"
    assert window.closes_at - window.opens_at >= 30 * DAY
