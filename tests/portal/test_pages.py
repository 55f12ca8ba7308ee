"""Every page at every stage, in both languages, without JavaScript; what may not be seen is not there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from prakerja.catalogue.models import Course
from prakerja.kernel.clock import WIB
from prakerja.kernel.qr import qr_image
from prakerja.notifications.operations import queue_message
from prakerja.surveys.operations import install_surveys
from tests.portal import world

Enter = Callable[[uuid.UUID], Client]
PUBLIC = ["/", "/pelatihan", "/bantuan", "/privasi", "/lisensi", "/masuk"]
OWN = [
    "/dashboard",
    "/video",
    "/transaksi",
    "/rekening",
    "/rekening/putuskan",
    "/insentif",
    "/survei",
    "/pesan",
    "/data-saya",
    "/riwayat",
    "/akun",
    "/sertifikat",
]
INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def clean(answer: object) -> str:
    """The text of a page that is whole: well-formed enough to read, nothing inline, not indexed, with its way to skip."""
    text: str = answer.text  # type: ignore[attr-defined]
    assert not INLINE.search(text)
    assert 'href="#main-content"' in text
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert len(re.findall(r"<h1", text)) == 1
    return text


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(portal: Client, path: str, language: str) -> None:
    world.course()
    portal.cookies["portal_language"] = language
    answer = portal.get(path)
    text = clean(answer)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in text
    warning = {
        "id": "Demo, bukan situs resmi; jangan masukkan data asli.",
        "en": "Demo, not an official site; do not enter real data.",
    }
    assert warning[language] in text
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def everybody() -> list[uuid.UUID]:
    """One person at each stage."""
    run = world.course()
    starts = datetime(2021, 10, 20, 9, tzinfo=WIB)
    live = world.course(title="Kelas Langsung", delivery="live", starts=starts)
    waiting = world.person()
    world.apply(waiting)
    found = [world.person(), waiting, *(world.award(videos=n).person_id for n in range(4))]
    for status in ("issued", "redeemed", "expired"):
        who = world.award(videos=3, first_purchase_at=world.BOUGHT)
        world.buy(who, run, status=status)
        found.append(who.person_id)
    later = world.award(videos=3, first_purchase_at=world.BOUGHT)
    world.buy(later, live, redeemable_from=starts - timedelta(hours=1))
    found.append(later.person_id)
    for label in ({}, {"status": "held", "hold_reason": "nik_mismatch"}, {"status": "paid", "paid_at": world.BOUGHT}):
        who = world.award(videos=3, first_purchase_at=world.BOUGHT)
        purchase = world.buy(who, run, status="redeemed")
        completion = world.complete(purchase)
        world.rate(completion, purchase)
        world.link(who)
        world.plan(who, completion, **label)
        world.open_survey(who, opens=world.BOUGHT - timedelta(days=1))
        found.append(who.person_id)
    for status in ("revoked", "withdrawn", "lapsed", "annulled", "finished", "suspended"):
        ended = None if status == "suspended" else world.BOUGHT
        found.append(world.award(videos=3, status=status, ended_at=ended).person_id)
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_own_page_at_every_stage(enter: Enter, language: str) -> None:
    for person_id in everybody():
        browser = enter(person_id)
        browser.cookies["portal_language"] = language
        for path in OWN:
            answer = browser.get(path)
            if path == "/video" and answer.status_code == 302:
                # Who takes part no more has no films to watch; the dashboard says why.
                assert answer["Location"] == "/dashboard"
                assert "video/1/mulai" not in browser.get("/dashboard").text
                continue
            if path == "/rekening/putuskan" and answer.status_code == 302:
                # Nothing is linked; that page offers to link something.
                assert answer["Location"] == "/rekening"
                continue
            assert answer.status_code == 200, path
            text = clean(answer)
            assert "no-store" in answer["Cache-Control"]
            if language == "en":
                assert "Anda" not in text, path
        for address in re.findall(r'href="(/(?:transaksi|ulasan|survei)/[^"]+)"', browser.get("/dashboard").text):
            clean(browser.get(address))


def test_who_was_revoked_is_offered_neither_films_nor_a_schedule(enter: Enter) -> None:
    browser = enter(world.award(videos=0, status="revoked", ended_at=world.BOUGHT).person_id)
    assert browser.get("/video").status_code == 302
    text = clean(browser.get("/insentif"))
    assert "Kepesertaan Anda sudah berakhir" in text
    assert "paling lama 24 jam" not in text
    account = clean(browser.get("/rekening"))
    assert "tidak ada rekening yang perlu disambungkan" in account
    assert 'name="number"' not in account
    surveys = clean(browser.get("/survei"))
    assert "Tidak ada survei." in surveys
    assert "Rp50.000" not in surveys


@pytest.mark.parametrize(("status", "ended"), [("finished", world.BOUGHT), ("suspended", None)])
def test_who_has_seen_the_films_is_not_asked_to_see_them(enter: Enter, status: str, ended: datetime | None) -> None:
    who = world.award(videos=3, balance=325_000, status=status, ended_at=ended, first_purchase_at=world.BOUGHT)
    text = clean(enter(who.person_id).get("/dashboard"))
    assert "Rp325.000" in text
    for wrong in ("Tonton video", "9360", "tiga video selesai"):
        assert wrong not in text
    schedule = clean(enter(who.person_id).get("/insentif"))
    assert ("Tidak ada insentif yang dijadwalkan" in schedule) is (status == "finished")


def test_a_failed_payment_leads_to_the_account(enter: Enter) -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(), status="redeemed")
    completion = world.complete(purchase)
    world.rate(completion, purchase)
    world.link(who)
    world.plan(who, completion, status="due", last_problem="failed", recheck_at=world.DEADLINE)
    text = clean(enter(who.person_id).get("/dashboard"))
    assert "Pembayaran Rp600.000 gagal" in text
    assert "Jangan ganti rekening" not in text


def test_the_dashboard_names_deadline_fund_and_next_step(enter: Enter) -> None:
    text = clean(enter(world.award().person_id).get("/dashboard"))
    assert "21 Oktober 2021 pukul 23.59 WIB" in text
    assert "Rp1.000.000" in text
    assert "Tonton video ke-1 dari 3" in text


@pytest.mark.parametrize("videos", [0, 1, 2])
def test_neither_card_number_nor_balance_before_the_videos(enter: Enter, videos: int) -> None:
    browser = enter(world.award(videos=videos, balance=987_654).person_id)
    for path in OWN:
        text = browser.get(path).text
        assert not re.search(r"9360(?:\W?\d){12}", text)
        assert "987.654" not in text


def test_card_number_and_balance_after_the_videos(enter: Enter) -> None:
    text = clean(enter(world.award(videos=3, balance=987_654).person_id).get("/dashboard"))
    assert "9360 1234 1234 1238" in text
    assert "Rp987.654" in text
    assert 'href="http://127.0.0.1:8017"' in text


@pytest.mark.parametrize("status", ["revoked", "withdrawn", "annulled", "lapsed"])
def test_an_ended_card_is_not_shown(enter: Enter, status: str) -> None:
    who = world.award(videos=3, status=status, ended_at=world.BOUGHT)
    assert "9360" not in enter(who.person_id).get("/dashboard").text


def test_the_code_its_window_and_where_to_enter_it(enter: Enter) -> None:
    starts = datetime(2021, 10, 20, 9, tzinfo=WIB)
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    run = world.course(delivery="live", starts=starts)
    purchase = world.buy(who, run, redeemable_from=starts - timedelta(hours=1))
    browser = enter(who.person_id)
    text = clean(browser.get(f"/transaksi/{purchase.id}"))
    assert world.CODE in text
    assert "mulai 20 Oktober 2021 pukul 08.00 WIB sampai Rabu, 20 Oktober 2021 pukul 11.59 WIB" in text
    assert f"http://127.0.0.1:8005/akademi-satu/class/{run.course.code}/{run.code}" in text
    assert "Masuk, buka Kelas Saya, lalu ketik kode." in text


@pytest.mark.parametrize(("mode", "is_shown"), [("online", False), ("onsite", True), ("blended", True)])
def test_a_class_that_is_taught_on_site_shows_the_qr_of_its_code(enter: Enter, mode: str, is_shown: bool) -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    run = world.course()
    Course.objects.filter(id=run.course_id).update(mode=mode)
    purchase = world.buy(who, run)
    browser = enter(who.person_id)
    page = browser.get(f"/transaksi/{purchase.id}").text
    # Whoever scans it reads the code itself.
    assert (qr_image(world.CODE).replace("&", "&amp;") in page) is is_shown
    assert ("Petugas Akademi Satu mencatat kehadiran Anda." in clean(browser.get(f"/transaksi/{purchase.id}"))) is (
        mode == "onsite"
    )
    assert ("Tunjukkan kode QR Anda kepada petugas" in clean(browser.get("/dashboard"))) is (mode == "onsite")


def test_the_code_of_a_cancelled_or_expired_voucher_is_not_shown(enter: Enter) -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(), status="expired")
    text = clean(enter(who.person_id).get(f"/transaksi/{purchase.id}"))
    assert world.CODE not in text
    assert "Kode kedaluwarsa" in text


def test_what_belongs_to_somebody_else_is_not_there(enter: Enter) -> None:
    owner = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(owner, world.course(), status="redeemed")
    completion = world.complete(purchase, at=world.BOUGHT)
    survey = world.open_survey(owner, opens=world.BOUGHT)
    stranger = enter(world.award(videos=3).person_id)
    for path in (f"/transaksi/{purchase.id}", f"/ulasan/{completion.id}", f"/survei/{survey.id}"):
        answer = stranger.get(path)
        assert answer.status_code == 404
        assert world.CODE not in answer.text
    assert stranger.post(f"/ulasan/{completion.id}", {"stars": "5", "review": "x"}).status_code == 404
    assert stranger.post(f"/survei/{survey.id}", {"consent": "yes"}).status_code == 404


def test_messages_are_read_once_as_new(enter: Enter) -> None:
    who = world.award()
    with transaction.atomic():
        queue_message(
            person_id=who.person_id,
            template="result_pass",
            channels=("dashboard", "sms"),
            parameters={"name": "Siti", "wave": 21, "fund": 1_000_000, "deadline": world.DEADLINE.isoformat()},
            dedupe_key="result",
            at=world.ANNOUNCED,
        )
    browser = enter(who.person_id)
    assert "(1 belum dibaca)" in browser.get("/dashboard").text
    first = clean(browser.get("/pesan"))
    assert "21 Oktober 2021 pukul 23.59 WIB" in first
    assert "Baru" in first
    assert ">Baru<" not in browser.get("/pesan").text
    assert "belum dibaca" not in browser.get("/dashboard").text


def test_surveys_of_the_real_questionnaires_are_shown(enter: Enter) -> None:
    with transaction.atomic():
        install_surveys()
    who = world.award(videos=3)
    survey = world.open_survey(who, number=2, opens=world.BOUGHT)
    for language in ("id", "en"):
        browser = enter(who.person_id)
        browser.cookies["portal_language"] = language
        assert "<fieldset" in clean(browser.get(f"/survei/{survey.id}"))


def test_errors_say_what_to_do_next(portal: Client) -> None:
    missing = portal.get("/tidak/ada")
    assert missing.status_code == 404
    assert "Periksa alamatnya" in clean(missing)
    assert portal.get("/masuk/kode").status_code == 302
    assert portal.put("/masuk").status_code == 405


def test_whoever_hammers_the_door_is_told_to_wait(portal: Client) -> None:
    answers = {portal.post("/masuk", {"phone": "0"}, REMOTE_ADDR="2001:db8::1").status_code for _ in range(400)}
    assert answers == {422, 429}
    last = portal.post("/masuk", {"phone": "0"}, REMOTE_ADDR="2001:db8::1")
    # Slowed, not shut out: the next one is seconds away.
    assert 1 <= int(last["Retry-After"]) <= 2
    assert "Tunggu sebentar" in clean(last)


def test_a_session_of_a_lost_world_leads_to_the_sign_in_page(enter: Enter) -> None:
    answer = enter(uuid.uuid4()).get("/dashboard")
    assert answer["Location"] == "/masuk?next=%2Fdashboard"


def test_the_language_link_leads_back_to_the_same_question(portal: Client) -> None:
    world.course()
    text = portal.get("/pelatihan", {"cari": "barista & kopi", "urut": "cheapest"}).text
    [address] = re.findall(r'href="(/bahasa/en[^"]+)"', text)
    answer = portal.get(address)
    assert answer["Location"] == "/pelatihan?cari=barista+%26+kopi&urut=cheapest"
    assert answer.cookies["portal_language"].value == "en"
    assert portal.get("/bahasa/fr").status_code == 404


def test_names_and_texts_of_others_are_only_text(enter: Enter) -> None:
    who = world.award(world.person(name="<script>alert('x')</script>"), videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(title='"><img src=x>'), status="redeemed")
    world.rate(world.complete(purchase), purchase, review="</blockquote><b>tebal</b>")
    browser = enter(who.person_id)
    for path in ("/dashboard", "/transaksi", f"/transaksi/{purchase.id}", "/pelatihan"):
        text = clean(browser.get(path))
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "<b>tebal" not in text
