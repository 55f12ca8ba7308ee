"""The participant's page: who is asked, what is told, and how a yes is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from prakerja.grants.models import Grant
from prakerja.kernel import clock
from prakerja.partners.models import Partner as PartnerRow
from prakerja.people.models import Person
from tests import builders as b
from tests.grants.sign_in import LOGIN, REFRESH, SCOPE, SignIn, address_of, members_of


def test_a_stranger_signs_in_by_phone_and_comes_back_to_the_question(sign_in: SignIn) -> None:
    """The whole way of a browser: question → phone → code → question → yes → institution."""
    browser, address = sign_in.browser, sign_in.asked()
    led = browser.get(address)
    assert led.status_code == 302
    assert led["Location"].startswith("/masuk?next=%2Fizin%3Fpermintaan%3D")
    following = browser.get(led["Location"]).text.split('name="next" value="')[1].split('"')[0]
    phone = "0" + sign_in.who.phone.removeprefix("+62")
    browser.post("/masuk", {"phone": phone, "next": following})
    otp = b.otp_of(sign_in.who.person_id, "otp_sign_in")
    inside = browser.post("/masuk/kode", {"phone": phone, "otp": otp, "next": following})
    assert (inside.status_code, inside["Location"]) == (302, address)
    assert browser.get(address).status_code == 200
    back = sign_in.decide(address)
    assert address_of(back) == b.RETURN_TO
    assert sign_in.exchange(members_of(back)["code"])[0] == 200


@pytest.mark.parametrize(
    ("language", "words", "yes", "no"),
    [
        ("id", "ingin mengenali Anda", "Izinkan", "Tolak"),
        ("en", "wants to know who you are", "Allow", "Decline"),
    ],
)
def test_the_page_tells_who_asks_for_what(sign_in: SignIn, language: str, words: str, yes: str, no: str) -> None:
    sign_in.enter()
    sign_in.browser.cookies["portal_language"] = language
    page = sign_in.browser.get(sign_in.asked(scope="name notelp"))
    assert page.status_code == 200
    text = page.text
    assert f"Rasa Kata {words}" in text
    assert Person.objects.get(id=sign_in.who.person_id).name in text
    assert ("nama Anda" in text) is (language == "id")
    assert ("alamat email Anda" in text, "your e-mail address" in text) == (False, False)
    assert f">{yes}</button>" in text
    assert f">{no}</button>" in text
    assert "https://lms.example" in text
    # Neither the number itself nor anything else of the person goes into the page before the yes.
    assert sign_in.who.phone not in text


def test_opening_the_page_changes_nothing(sign_in: SignIn) -> None:
    sign_in.enter()
    address = sign_in.asked()
    for _ in range(3):
        assert sign_in.browser.get(address).status_code == 200
        assert sign_in.browser.head(address).status_code == 200
    assert Grant.objects.count() == 0


def test_the_form_may_end_at_the_institution_and_nowhere_else(sign_in: SignIn) -> None:
    """Browsers hold the redirect after a form against the policy of its page."""
    sign_in.enter()
    policy = sign_in.browser.get(sign_in.asked())["Content-Security-Policy"]
    [allowed] = [part.split()[1:] for part in policy.split("; ") if part.startswith("form-action")]
    assert set(allowed) == {"'self'", "https://lms.example"}
    assert sign_in.browser.get("/dashboard")["Content-Security-Policy"].count("https://") == 0


@pytest.mark.parametrize("decision", ["", "deny", "yes", "ALLOW"])
def test_only_the_button_says_yes(sign_in: SignIn, decision: str) -> None:
    sign_in.enter()
    answer = sign_in.decide(sign_in.asked(), decision)
    assert members_of(answer)["error"] == "access_denied"
    assert Grant.objects.count() == 0


def test_a_forged_yes_needs_the_forms_token(sign_in: SignIn) -> None:
    sign_in.enter()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = sign_in.browser.cookies
    assert strict.post(sign_in.asked(), {"decision": "allow"}).status_code == 403
    assert Grant.objects.count() == 0


def test_an_address_that_we_never_made_leads_nowhere(sign_in: SignIn) -> None:
    sign_in.enter()
    good = sign_in.asked()
    for address in (
        "/izin",
        "/izin?permintaan=",
        "/izin?permintaan=abc",
        good[:-1] + "!",
        good + "A" * 13_000,
        good[:-9],
    ):
        for answer in (sign_in.browser.get(address), sign_in.decide(address)):
            assert answer.status_code == 404, address[:60]
    assert Grant.objects.count() == 0


def test_a_request_lives_for_ten_minutes(sign_in: SignIn) -> None:
    with time_machine.travel(clock.wall().replace(microsecond=0), tick=False) as travel:
        sign_in.enter()
        address = sign_in.asked()
        travel.shift(timedelta(seconds=599))
        assert sign_in.browser.get(address).status_code == 200
        travel.shift(timedelta(seconds=1))
        for answer in (sign_in.browser.get(address), sign_in.decide(address)):
            assert address_of(answer) == LOGIN
            assert members_of(answer)["error"] == "access_denied"
    assert Grant.objects.count() == 0


@pytest.mark.parametrize("kept", [(), (b.RETURN_TO,), (LOGIN,)])
def test_an_institution_that_took_an_address_back_gets_nobody(sign_in: SignIn, kept: tuple[str, ...]) -> None:
    sign_in.enter()
    address = sign_in.asked()
    PartnerRow.objects.filter(id=sign_in.world.institution.partner_id).update(redirect_uris=list(kept))
    for answer in (sign_in.browser.get(address), sign_in.decide(address), sign_in.decide(address, "deny")):
        assert answer.status_code == 404


def test_a_yes_is_taken_back(sign_in: SignIn) -> None:
    pairs = [sign_in.exchanged(sign_in.allowed()), sign_in.exchanged(sign_in.allowed(scope="name"))]
    listed = sign_in.browser.get("/izin/lembaga").text
    assert listed.count("Cabut izin Rasa Kata") == 1
    assert "nomor ponsel Anda" in listed
    partner_id = sign_in.world.institution.partner_id
    done = sign_in.browser.post(f"/izin/lembaga/{partner_id}/cabut")
    assert (done.status_code, done["Location"]) == (302, "/izin/lembaga")
    after = sign_in.browser.get("/izin/lembaga").text
    assert "Izin dicabut." in after
    assert "Tidak ada lembaga yang boleh menanyakan data Anda." in after
    for pair in pairs:
        assert sign_in.profile(pair["access_token"])[1]["code"] == "ERROAUTH4031"
        assert sign_in.call("POST", REFRESH, {"token": pair["refresh_token"]})[1]["code"] == "ERROAUTH4031"
    assert set(Grant.objects.values_list("end_reason", flat=True)) == {"participant"}


def test_nobody_takes_back_what_another_allowed(sign_in: SignIn) -> None:
    pair = sign_in.exchanged(sign_in.allowed())
    sign_in.who = b.participant(sign_in.world)
    sign_in.enter()
    sign_in.browser.post(f"/izin/lembaga/{sign_in.world.institution.partner_id}/cabut")
    assert sign_in.profile(pair["access_token"])[0] == 200
    assert "Rasa Kata" not in sign_in.browser.get("/izin/lembaga").text


def test_no_secret_is_logged(sign_in: SignIn, caplog: Any) -> None:
    with caplog.at_level("DEBUG"):
        code = sign_in.allowed()
        pair = sign_in.exchanged(code)
        sign_in.exchange(code)
        sign_in.profile(pair["access_token"])
        sign_in.decide("/izin?permintaan=" + code)
    assert not any(secret in caplog.text for secret in (code, pair["access_token"], pair["refresh_token"]))
    assert sign_in.who.phone not in caplog.text
    assert SCOPE not in caplog.text
