"""After a loss a participant reads what was lost, how much, why, and what can be done now; pages and rules read one fact."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from prakerja.access.actors import SYSTEM
from prakerja.awards.holding import release_held
from prakerja.awards.operations import suspend_award
from prakerja.awards.tasks import run_revocations
from prakerja.config.due import due_tasks
from prakerja.incentives.operations import lapse_unreviewed, sweep_balance
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Outage
from prakerja.purchases.class_cancelling import cancel_silent_class
from prakerja.purchases.models import Purchase
from prakerja.purchases.operations import void_purchase
from prakerja.purchases.tasks import run_expiries
from prakerja.reporting.next_action import next_action, reason_not_to_buy
from prakerja.reporting.queries import dashboard
from prakerja.training.completion import record_completion
from prakerja.training.models import Completion
from prakerja.training.operations import rate_training, redeem_code
from tests import builders as b

Enter = Callable[[uuid.UUID], Client]
Move = Callable[[datetime], None]
STARTS = datetime(2021, 10, 4, 9, 0, tzinfo=WIB)
ENDS = STARTS + timedelta(hours=3)


def bought_live(*, price: int = 475_000) -> tuple[b.World, b.Participant]:
    world = b.world()
    who = b.participant(world)
    b.buy(world, who, b.course(world, price=price, delivery="live", starts_at=STARTS, ends_at=ENDS)[1], amount=price)
    return world, who


def test_a_code_that_ended_is_told_with_its_price_and_the_way_on(portal: Client, enter: Enter, move: Move) -> None:
    _, who = bought_live()
    run_expiries(ENDS)
    move(ENDS + timedelta(hours=1))
    page = enter(who.person_id).get("/dashboard").text
    assert "Tidak ada yang perlu Anda lakukan" not in page
    assert "Kode tidak ditukar sampai Senin, 4 Oktober 2021 pukul 11.59 WIB. Rp475.000 kembali ke program" in page
    assert (
        "Sisa saldo Anda Rp525.000. Dengan itu Anda dapat membeli pelatihan lain sampai Selasa, 30 November 2021"
        in page
    )
    # The first training alone leads to the incentive: four payments and three surveys went with its code.
    assert "<strong>Rp2.550.000</strong> – Insentif dan survei. Keduanya hanya untuk pelatihan pertama" in page
    assert "Jadwal muncul setelah" not in page
    order = enter(who.person_id).get(f"/transaksi/{Purchase.objects.get().id}").text
    assert "Rp475.000 kembali ke program dan tidak ke saldo Anda." in order
    assert "Tidak diikuti" in order
    portal.cookies["portal_language"] = "en"
    assert "What you can no longer receive" in portal.get("/dashboard").text


def test_a_void_after_the_cut_off_says_on_every_page_where_the_price_is(enter: Enter, move: Move) -> None:
    world = b.world()
    who = b.participant(world)
    b.buy(world, who, b.course(world, price=400_000)[1], amount=400_000)
    cutoff = datetime(2021, 12, 1, tzinfo=WIB)
    sweep_balance(person_id=who.person_id, award_id=who.award.id, at=cutoff)
    bought = Purchase.objects.get()
    void_purchase(
        platform_id=world.platform.partner_id,
        invoice_code=bought.invoice_code,
        reference=bought.reference,
        at=cutoff + timedelta(hours=1),
    )
    move(cutoff + timedelta(hours=2))
    browser = enter(who.person_id)
    for path in ("/dashboard", f"/transaksi/{bought.id}"):
        page = browser.get(path).text
        assert "Rp400.000" in page
        assert "kas negara" in page
        assert "Uangnya sudah kembali" not in page
        assert "sudah kembali ke saldo" not in page
    assert (
        "<strong>Rp600.000</strong> – Sisa saldo pelatihan yang tidak dipakai sampai Selasa, 30 November"
        in browser.get("/dashboard").text
    )


def test_a_price_that_came_back_after_all_is_no_loss(enter: Enter, move: Move) -> None:
    """The code ended, then the class turned out never to have taken place: an operator cancels it and the price is back."""
    _, who = bought_live()
    run_expiries(ENDS)
    later = ENDS + timedelta(days=1)
    bought = Purchase.objects.get()
    cancel_silent_class(schedule_code=bought.course_run.code, reason="Tidak ada kelas", actor=SYSTEM, at=later)
    for task in due_tasks():
        task.run(later)
    move(later)
    browser = enter(who.person_id)
    page = browser.get("/dashboard").text
    assert "Rp1.000.000" in page
    assert "Yang tidak dapat Anda terima lagi" not in page
    order = browser.get(f"/transaksi/{bought.id}").text
    assert "Rp475.000 sudah kembali ke saldo pelatihan Anda." in order


def test_an_award_that_lapsed_tells_how_much_and_why(enter: Enter, move: Move) -> None:
    _, who = bought_live()
    review_cutoff = datetime(2021, 12, 11, tzinfo=WIB)
    run_expiries(ENDS)
    sweep_balance(person_id=who.person_id, award_id=who.award.id, at=datetime(2021, 12, 1, tzinfo=WIB))
    assert lapse_unreviewed(person_id=who.person_id, award_id=who.award.id, at=review_cutoff)
    move(review_cutoff + timedelta(hours=1))
    page = enter(who.person_id).get("/dashboard").text
    for amount, why in (
        ("Rp2.550.000", "Pelatihan pertama tidak selesai dan diulas sampai Jumat, 10 Desember 2021 pukul 23.59 WIB"),
        ("Rp525.000", "tidak dipakai sampai Selasa, 30 November 2021"),
        ("Rp475.000", "tidak ditukar sampai Senin, 4 Oktober 2021"),
    ):
        assert f"<strong>{amount}</strong>" in page
        assert why in page


def test_whose_revocation_is_held_reads_so_until_it_is_decided(enter: Enter, move: Move) -> None:
    who = b.participant(b.world())
    deadline = datetime(2021, 10, 22, tzinfo=WIB)
    Outage.objects.create(id=uuid.uuid4(), began_at=deadline - timedelta(days=3), ended_at=deadline)
    overdue = deadline + timedelta(minutes=5)
    move(deadline + timedelta(minutes=1))
    assert "Batas waktu sudah lewat" in enter(who.person_id).get("/dashboard").text
    assert run_revocations(overdue) == 1
    move(overdue)
    page = enter(who.person_id).get("/dashboard").text
    assert "Kepesertaan Anda sedang diputuskan" in page
    assert "belum dicabut" in page
    assert "Pilih dan beli pelatihan pertama Anda" not in page
    release_held(reason="Sudah diberi tahu lewat telepon", actor=b.operator("approver"), at=overdue)
    assert "kepesertaan Anda akan dicabut" in enter(who.person_id).get("/dashboard").text


def refusal(world: b.World, who: b.Participant, at: datetime) -> str | None:
    """What the rule answers to a purchase that everything else allows."""
    _, run = b.course(world, price=1_000, ends_at=at + timedelta(days=30), starts_at=at - timedelta(days=1))
    try:
        b.intend(world, who, run, amount=1_000, at=at)
    except Refused as refused:
        return refused.reason
    return None


def agreed(world: b.World, who: b.Participant, at: datetime) -> str | None:
    """The page's answer, which is the rule's."""
    said = reason_not_to_buy(dashboard=dashboard(person_id=who.person_id), at=at)
    assert said == refusal(world, who, at)
    return said


def test_page_and_rule_agree_on_the_way_of_2021(portal: Client) -> None:
    world = b.world()
    new, who = b.participant(world, ready=False), b.participant(world)
    deadline = datetime(2021, 10, 22, tzinfo=WIB)
    assert agreed(world, new, b.BUY_AT) == "videos_unfinished"
    assert agreed(world, who, b.BUY_AT) is None
    assert agreed(world, who, deadline) == "deadline_passed"
    b.buy(world, who, b.course(world, price=1_000_000)[1], amount=1_000_000, at=b.BUY_AT + timedelta(hours=1))
    at = b.BUY_AT + timedelta(hours=2)
    assert agreed(world, who, at) == "previous_unfinished"
    finish(world, who, at=at)
    assert agreed(world, who, at) == "balance_too_low"
    assert agreed(world, who, datetime(2021, 12, 1, tzinfo=WIB)) == "balance_expired"
    suspend_award(person_id=who.person_id, award_id=who.award.id, reason="x", actor=b.operator("approver"), at=at)
    assert agreed(world, who, at) == "award_suspended"


def finish(world: b.World, who: b.Participant, *, at: datetime) -> None:
    code = b.code_of(who.person_id)
    redeem_code(institution_id=world.institution.partner_id, code=code, at=at)
    record_completion(
        institution_id=world.institution.partner_id,
        code=code,
        completed_date=None,
        score=80,
        certificate_number=f"S-{who.person_id}",
        certificate_kind="completion",
        idempotency_key="",
        at=at,
    )


def test_in_2023_a_completed_training_blocks_until_it_is_reviewed(portal: Client, enter: Enter, move: Move) -> None:
    world = b.world(wave=51)
    announced = datetime(2023, 4, 28, 20, tzinfo=WIB)
    [who] = b.participants(world, ready=False, announced_at=announced)
    b.watch_videos(who.person_id, at=announced + timedelta(hours=1))
    at = datetime(2023, 5, 1, 10, tzinfo=WIB)
    dates = {"starts_at": at - timedelta(days=1), "ends_at": at + timedelta(days=60)}
    b.buy(world, who, b.course(world, price=1_200_000, **dates)[1], amount=1_200_000, at=at)
    finish(world, who, at=at + timedelta(hours=1))
    at += timedelta(hours=2)
    assert agreed(world, who, at) == "previous_unfinished"
    assert next_action(dashboard=dashboard(person_id=who.person_id), at=at).why == "both"
    move(at)
    page = enter(who.person_id).get("/dashboard").text
    assert "Beli pelatihan di platform digital" not in page
    assert "sebelum Anda dapat membeli pelatihan berikutnya" in page
    assert "dapat dibeli setelah Anda memberi bintang dan ulasan" in page
    rate_training(person_id=who.person_id, completion_id=Completion.objects.get().id, stars=5, review="Baik.", at=at)
    assert agreed(world, who, at) is None
    assert "Beli pelatihan di platform digital" in enter(who.person_id).get("/dashboard").text


@pytest.mark.parametrize("reason", ["no_purchase", "Akun dijual"])
def test_a_revoked_person_reads_the_reason_of_their_own(enter: Enter, reason: str) -> None:
    from tests.portal import world as painted

    who = painted.award(videos=3, status="revoked", ended_at=painted.BOUGHT, end_reason=reason)
    page = enter(who.person_id).get("/dashboard").text
    assert ("karena tidak ada pembelian pelatihan pertama" in page) is (reason == "no_purchase")
    assert "Akun dijual" not in page
