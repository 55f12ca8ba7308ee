"""What a participant does on the pages: each rule at the level of HTTP, and that a refusal changes nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from prakerja.awards.models import Award, InductionView
from prakerja.disbursements.models import PayoutAccount
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import lapse_survey
from prakerja.kernel.clock import WIB
from prakerja.ledger.models import Account
from prakerja.people.models import Consent
from prakerja.portal.induction import films, tells_own_amounts
from prakerja.programmes.schemes import scheme_by_key
from prakerja.reporting.dashboard import Video
from prakerja.surveys.models import Response
from prakerja.training.models import Rating
from tests import builders
from tests.portal import world

Enter = Callable[[uuid.UUID], Client]
Move = Callable[[datetime], None]


def test_three_videos_in_order_and_in_their_time(enter: Enter, move: Move) -> None:
    who = world.award()
    browser = enter(who.person_id)
    now = world.BOUGHT
    assert "Sisa waktu" not in browser.get("/video").text
    early = browser.post("/video/2/mulai")
    assert early.status_code == 409
    assert "sesuai urutan" in early.text
    unstarted = browser.post("/video/1/selesai")
    assert "Mulai video ini dahulu" in unstarted.text
    for number in (1, 2, 3):
        assert browser.post(f"/video/{number}/mulai")["Location"] == f"/video#video-{number}"
        move(now + timedelta(seconds=30))
        page = browser.get("/video").text
        assert 'data-countdown="' in page
        assert f"induction-{number}.id.webm" in page
        soon = browser.post(f"/video/{number}/selesai")
        assert soon.status_code == 409
        assert "Video belum selesai. Sisa" in soon.text
        now += timedelta(seconds=70)
        move(now)
        done = browser.post(f"/video/{number}/selesai")
        assert done["Location"] == ("/dashboard" if number == 3 else "/video")
    assert InductionView.objects.filter(person_id=who.person_id, finished_at__isnull=False).count() == 3
    text = browser.get("/dashboard").text
    assert "Ketiga video selesai" in text
    assert "9360 1234 1234 1238" in text
    assert "Ketiga video selesai" not in browser.get("/dashboard").text


def counted(page: str) -> tuple[int, int]:
    """Where the film of a page stands and how many seconds the page says are left."""
    film, left = re.search(r"\.webm#t=(\d+)", page), re.search(r'data-countdown="(\d+)"', page)
    assert film is not None
    assert left is not None
    return int(film[1]), int(left[1])


def test_the_film_stands_where_the_servers_clock_says(enter: Enter, move: Move) -> None:
    """After a press that came too early, a reload, a second start and in a second tab: nothing begins anew, nothing is lost."""
    who = world.award()
    browser = enter(who.person_id)
    browser.post("/video/1/mulai")
    began = InductionView.objects.get(person_id=who.person_id).started_at
    move(began + timedelta(seconds=30))
    soon = browser.post("/video/1/selesai")
    assert soon.status_code == 409
    again = browser.post("/video/1/mulai")
    assert (again.status_code, again["Location"]) == (302, "/video#video-1")
    for page in (soon.text, browser.get("/video").text):
        at, left = counted(page)
        assert at + left == 60
        assert left in (29, 30)
    assert InductionView.objects.get(person_id=who.person_id).started_at == began
    # The second tab is a minute late: what was seen is seen, and pressing there again does no harm.
    move(began + timedelta(seconds=61))
    assert browser.post("/video/1/selesai")["Location"] == "/video"
    seen = InductionView.objects.get(person_id=who.person_id).finished_at
    assert browser.post("/video/1/selesai")["Location"] == "/video"
    assert browser.post("/video/1/mulai").status_code == 302
    assert InductionView.objects.get(person_id=who.person_id).finished_at == seen


def test_the_page_never_says_finished_before_the_server_does() -> None:
    """Less than half a second was rounded away: the page said "finished", the button was refused."""
    rules = scheme_by_key("2021")
    began = world.BOUGHT
    for passed, left, state in ((0, 60, "running"), (59.6, 1, "running"), (60, 0, "running")):
        view = Video(number=1, started_at=began, finished_at=None)
        [film, second, _] = films(views=(view,), rules=rules, language="id", at=began + timedelta(seconds=passed))
        assert (film.state, film.remaining, film.elapsed, second.state) == (state, left, 60 - left, "locked")


def test_a_script_that_asks_too_early_is_told_what_remains(enter: Enter, move: Move) -> None:
    who = world.award()
    browser = enter(who.person_id)
    browser.post("/video/1/mulai")
    move(InductionView.objects.get(person_id=who.person_id).started_at + timedelta(seconds=30))
    soon = browser.post("/video/1/selesai", headers={"X-Requested-With": "fetch"})
    assert soon.status_code == 409
    assert soon.json()["left"] in (29, 30)
    assert soon.json()["says"] == f"Video belum selesai. Sisa {soon.json()['left']} detik."
    move(InductionView.objects.get(person_id=who.person_id).started_at + timedelta(seconds=60))
    assert browser.post("/video/1/selesai", headers={"X-Requested-With": "fetch"}).status_code == 204
    assert browser.post("/video/1/selesai")["Location"] == "/video"
    assert browser.post("/video/2/selesai", headers={"X-Requested-With": "fetch"}).status_code == 409


def test_amounts_of_another_scheme_are_not_passed_off_as_ones_own() -> None:
    assert tells_own_amounts(scheme_by_key("2021"))
    assert not tells_own_amounts(scheme_by_key("2023"))


def test_a_video_that_does_not_exist(enter: Enter) -> None:
    browser = enter(world.award().person_id)
    assert browser.post("/video/4/mulai").status_code == 409
    assert browser.get("/video/1/mulai")["Location"] == "/video"


def test_a_review_needs_both_stars_and_words_and_keeps_what_was_typed(enter: Enter, move: Move) -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    completion = world.complete(world.buy(who, world.course(), status="redeemed"))
    address = f"/ulasan/{completion.id}"
    browser = enter(who.person_id)
    move(datetime(2021, 10, 6, 19, tzinfo=WIB))
    words = browser.post(address, {"review": "Bagus <b>sekali</b> 😀 '; --"})
    assert words.status_code == 422
    assert "Pilih satu sampai lima bintang." in words.text
    assert "Bagus &lt;b&gt;sekali&lt;/b&gt; 😀" in words.text
    stars = browser.post(address, {"stars": "4", "review": "  "})
    assert stars.status_code == 422
    assert "Tulis ulasan Anda." in stars.text
    assert "checked" in stars.text
    for wrong in ("0", "6", "4.5", "x", ""):
        assert browser.post(address, {"stars": wrong, "review": "Bagus"}).status_code == 422
    assert browser.post(address, {"stars": "5", "review": "a" * 2001}).status_code == 422
    assert not Rating.objects.exists()
    # A browser counts a line end as one sign and sends two.
    assert (
        browser.post(
            address, {"stars": "5", "review": "Bagus <b>sekali</b>\r\n\r\nTerima kasih." + "\r\n" * 900 + "a" * 900}
        )["Location"]
        == "/dashboard"
    )
    rating = Rating.objects.get()
    assert (rating.stars, rating.review[:34]) == (5, "Bagus <b>sekali</b>\n\nTerima kasih.")
    assert "\r" not in rating.review
    again = browser.post(address, {"stars": "1", "review": "Ganti"})
    assert again.status_code == 422
    assert "sudah memberi ulasan" in again.text


def test_a_review_waits_for_the_certificate(enter: Enter, move: Move) -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(), status="redeemed")
    completion = world.complete(purchase)
    browser = enter(who.person_id)
    move(datetime(2021, 10, 5, 12, tzinfo=WIB))
    assert "/ulasan/" not in browser.get(f"/transaksi/{purchase.id}").text
    answer = browser.post(f"/ulasan/{completion.id}", {"stars": "5", "review": "Bagus"})
    assert answer.status_code == 422
    assert "setelah sertifikat muncul" in answer.text
    assert not Rating.objects.exists()


def test_linking_asks_for_a_right_number_before_it_sends_a_code(enter: Enter) -> None:
    who = world.award(world.person(phone="+6281234500001"), videos=3)
    browser = enter(who.person_id)
    none = browser.post("/rekening", {"number": "0812"})
    assert none.status_code == 422
    assert "Pilih bank atau e-wallet." in none.text
    assert "Nomor hanya berisi angka" in none.text
    other = browser.post("/rekening", {"provider": "ovo", "number": "081299990000"})
    assert "harus sama dengan nomor ponsel" in other.text
    assert "BCA" not in other.text
    sent = browser.post("/rekening", {"provider": "ovo", "number": "(+62) 812\u00a03450\u20110001"})
    assert (sent.status_code, sent["Location"]) == (302, "/rekening/kode")
    otp = builders.otp_of(who.person_id, "otp_link_account")
    for seen in (browser.get("/rekening/kode"), browser.get("/bahasa/en", {"next": "/rekening/kode"}, follow=True)):
        assert "••••••••0001" in seen.text
        assert "081234500001" not in seen.text
        assert 'name="otp"' in seen.text
    browser.get("/bahasa/id")
    # Not before a minute has passed; and what is no code, or a wrong one, is said on the same page.
    assert "Kode baru belum dikirim" in browser.post("/rekening/kode", {"action": "again"}, follow=True).text
    assert "Kode terdiri dari 6 angka." in browser.post("/rekening/kode", {"otp": "12345"}, follow=True).text
    wrong = "000000" if otp != "000000" else "111111"
    for left in (2, 1):
        typed = browser.post("/rekening/kode", {"otp": wrong}, follow=True)
        assert f"Sisa percobaan: {left}." in typed.text
        assert f"Sisa percobaan: {left}." in browser.get("/rekening/kode").text
    browser.post("/rekening/kode", {"otp": wrong})
    locked = browser.get("/rekening/kode")
    assert "Terlalu banyak kode salah" in locked.text
    assert 'name="otp"' not in locked.text
    assert not PayoutAccount.objects.exists()


def test_unlinking_warns_near_a_payment(enter: Enter, move: Move) -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(), status="redeemed")
    completion = world.complete(purchase)
    world.link(who)
    world.plan(who, completion)
    browser = enter(who.person_id)
    move(datetime(2021, 10, 4, 23, tzinfo=WIB))
    assert "Pembayaran berikutnya" not in browser.get("/rekening/putuskan").text
    move(datetime(2021, 10, 5, 1, tzinfo=WIB))
    assert "Selasa, 12 Oktober 2021" in browser.get("/rekening/putuskan").text
    assert browser.post("/rekening/putuskan")["Location"] == "/rekening"
    assert PayoutAccount.objects.get(person_id=who.person_id).unlinked_at is not None
    assert browser.post("/rekening/putuskan").status_code == 409
    assert browser.get("/rekening/putuskan")["Location"] == "/rekening"


def test_incentives_say_what_is_missing_then_their_labels(enter: Enter, move: Move) -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(), status="redeemed")
    completion = world.complete(purchase)
    browser = enter(who.person_id)
    move(datetime(2021, 10, 6, 19, tzinfo=WIB))
    missing = browser.get("/insentif").text
    assert "Beri bintang dan ulasan" in missing
    assert "Sambungkan rekening" in missing
    assert "Sertifikat pelatihan pertama" not in missing
    world.rate(completion, purchase)
    world.link(who)
    recheck = datetime(2021, 10, 19, 0, 10, tzinfo=WIB)
    world.plan(who, completion, status="held", hold_reason="account_changed", recheck_at=recheck)
    held = browser.get("/insentif").text
    assert "Dana tertahan" in held
    assert held.count("Menunggu diproses") == 3
    move(recheck)
    assert "Dalam pengecekan" in browser.get("/insentif").text
    for status, word in (("due", "Dijadwalkan"), ("instructed", "Sedang diproses"), ("paid", "Berhasil")):
        with world.painted():
            Incentive.objects.filter(number=1).update(status=status, paid_at=recheck if status == "paid" else None)
        assert word in browser.get("/insentif").text


def test_a_survey_needs_every_answer_and_no_consent(enter: Enter, move: Move) -> None:
    who = world.award(videos=3)
    survey = world.open_survey(who, opens=world.BOUGHT)
    address = f"/survei/{survey.id}"
    browser = enter(who.person_id)
    empty = browser.post(address, {})
    assert empty.status_code == 422
    assert all(empty.text.count(f"Jawab pertanyaan {number}.") == 2 for number in (1, 2))
    assert "Setujui" not in empty.text
    partly = browser.post(address, {"consent": "yes", "q_work": "yes"})
    assert partly.status_code == 422
    assert "checked" in partly.text
    foreign = browser.post(address, {"consent": "yes", "q_work": "perhaps", "q_story": "x"})
    assert foreign.status_code == 422
    assert Response.objects.get().submitted_at is None
    sent = browser.post(address, {"consent": "yes", "q_work": "yes", "q_story": "Dapat kerja 😀"})
    assert sent["Location"] == "/survei"
    assert Response.objects.get().answers == {"consent": True, "work": "yes", "story": "Dapat kerja 😀"}
    assert "Sudah diisi" in browser.get("/survei").text
    assert browser.post(address, {"consent": "yes", "q_work": "no", "q_story": "y"})["Location"] == "/survei"
    assert Response.objects.get().answers["work"] == "yes"
    move(world.BOUGHT + timedelta(days=40))
    assert Incentive.objects.filter(person_id=who.person_id, kind="survey").count() == 1


def test_half_a_survey_is_kept_with_a_yes_and_gone_on_with_elsewhere(portal: Client, enter: Enter) -> None:
    who = world.award(videos=3)
    survey = world.open_survey(who, opens=world.BOUGHT)
    address = f"/survei/{survey.id}"
    browser = enter(who.person_id)
    half = {"q_story": "Baru mulai", "keep": "yes", "consent_version": "1"}
    unasked = browser.post(address, half)
    assert unasked.status_code == 422
    assert "centang dahulu persetujuan" in unasked.text
    assert Response.objects.values_list("half_answers", "consented_at").get() == (None, None)
    assert browser.post(address, half | {"consent": "yes"})["Location"] == "/survei"
    # Another device: a session of its own.
    portal.logout()
    elsewhere = enter(who.person_id)
    listed = elsewhere.get("/survei").text
    assert "tersimpan: 1 dari 2" in listed
    assert "Lanjutkan survei 1" in listed
    form = elsewhere.get(address).text
    assert "Baru mulai</textarea>" in form
    assert 'value="yes" checked' in form
    assert elsewhere.get("/data-saya").text.count("Cabut dan hapus jawaban survei 1") == 1
    sent = elsewhere.post(address, {"consent": "yes", "consent_version": "1", "q_work": "yes", "q_story": "Selesai"})
    assert sent.status_code == 302
    stored = Response.objects.get()
    assert (stored.half_answers, stored.answers["story"]) == (None, "Selesai")
    assert Consent.objects.filter(purpose="survey").count() == 1


@pytest.mark.parametrize("how", ["taken back", "sent without a yes", "closed"])
def test_half_a_survey_goes_with_what_kept_it(enter: Enter, how: str) -> None:
    who = world.award(videos=3)
    survey = world.open_survey(who, opens=world.BOUGHT)
    address = f"/survei/{survey.id}"
    browser = enter(who.person_id)
    browser.post(address, {"q_work": "yes", "keep": "yes", "consent": "yes", "consent_version": "1"})
    assert Response.objects.get().half_answers == {"work": "yes"}
    if how == "taken back":
        browser.post("/data-saya/survei/1/cabut")
        assert Response.objects.get().consented_at is None
        assert "Isi survei 1" in browser.get("/survei").text
    elif how == "sent without a yes":
        browser.post(address, {"q_work": "yes", "q_story": "x"})
        assert Response.objects.get().submitted_at is not None
    else:
        assert lapse_survey(person_id=who.person_id, response_id=survey.id, at=survey.closes_at)
    stored = Response.objects.get()
    assert (stored.half_answers, stored.half_saved_at, stored.answers) == (None, None, None)
    assert Consent.objects.get().withdrawn_by == {"taken back": "own_data", "sent without a yes": "survey"}.get(how, "")


def test_withdrawing_is_confirmed_and_only_before_the_first_purchase(enter: Enter) -> None:
    assert Account.objects.exists()
    who = world.award(videos=3)
    browser = enter(who.person_id)
    unsure = browser.post("/mengundurkan-diri", {})
    assert unsure.status_code == 422
    assert Award.objects.get().status == "active"
    assert browser.post("/mengundurkan-diri", {"sure": "yes"})["Location"] == "/dashboard"
    assert Award.objects.get().status == "withdrawn"
    assert "Anda mengundurkan diri" in browser.get("/dashboard").text
    bought = world.award(videos=3, first_purchase_at=world.BOUGHT)
    world.buy(bought, world.course())
    # Who cannot withdraw is told so before anything is ticked.
    for asked in (enter(bought.person_id).get("/mengundurkan-diri"), browser.get("/mengundurkan-diri")):
        assert asked.status_code == 409
        assert 'name="sure"' not in asked.text
    refused = enter(bought.person_id).post("/mengundurkan-diri", {"sure": "yes"})
    assert refused.status_code == 409
    assert "sudah membeli pelatihan" in refused.text
    assert Award.objects.get(person_id=bought.person_id).status == "active"
