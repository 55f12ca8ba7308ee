"""Signing in, one's own password and sessions, by the console's pages over Django's test client."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.core.cache import cache
from django.test import Client

from prakerja.access import operators
from prakerja.access.actors import Actor
from prakerja.access.models import SecondFactor, Session, SignInGuard, User
from prakerja.audit.models import Record
from prakerja.kernel.clock import wall
from tests.builders import BUY_AT as AT
from tests.builders import install

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD, SECRET = "siti@contoh.example", "kuda-laut-terbang-7", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36"


@pytest.fixture(autouse=True)
def _installed() -> None:
    cache.clear()
    install()
    operators.install_operator(
        email=EMAIL, name="Siti", roles=("viewer",), password=PASSWORD, totp_secret=SECRET, wall=wall()
    )


def next_code() -> str:
    """The earliest code that was not used yet and counts now."""
    present = int(wall().timestamp()) // 30
    used = SecondFactor.objects.values_list("last_counter", flat=True).first() or 0
    assert used <= present, "the two codes that count now are used up"
    return pyotp.TOTP(SECRET).generate_otp(max(used + 1, present - 1))


def entered(client: Client, agent: str = CHROME, password: str = PASSWORD) -> Client:
    asked = client.post("/accounts/login/", {"login": EMAIL, "password": password}, headers={"User-Agent": agent})
    assert (asked.status_code, asked["Location"]) == (302, "/accounts/2fa/authenticate/"), asked.content
    done = client.post("/accounts/2fa/authenticate/", {"code": next_code()}, headers={"User-Agent": agent})
    assert (done.status_code, done["Location"]) == (302, "/"), done.content
    return client


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def is_in(client: Client) -> bool:
    cache.clear()
    return bool(client.get("/payments/").status_code == 200)


def test_a_code_enters_once_whoever_brings_it() -> None:
    code = next_code()
    first, second = Client(), Client()
    for client in (first, second):
        client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    assert first.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/"
    again = second.post("/accounts/2fa/authenticate/", {"code": code}, follow=True)
    assert "Kode ini sudah dipakai" in text(again)
    assert [is_in(first), is_in(second)] == [True, False]


def test_between_password_and_code_nothing_is_open_and_the_wait_is_short() -> None:
    client = Client()
    client.post("/accounts/login/?next=/attention/", {"login": EMAIL, "password": PASSWORD, "next": "/attention/"})
    for path in ("/", "/payments/", "/access/user/", "/accounts/sessions/", "/accounts/password/change/"):
        assert client.get(path)["Location"].startswith(("/accounts/login/", "/login/")), path
    assert client.get("/accounts/login/")["Location"] == "/accounts/2fa/authenticate/"
    session = client.session
    session["pending"] = [session["pending"][0], session["pending"][1] - 600, session["pending"][2]]
    session.save()
    assert client.post("/accounts/2fa/authenticate/", {"code": next_code()})["Location"] == "/accounts/login/"


@pytest.mark.parametrize(("following", "reached"), [("/attention/", "/attention/"), ("https://asing.example/", "/")])
def test_one_is_taken_where_one_wanted_to_go_inside_this_site(following: str, reached: str) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD, "next": following})
    assert client.post("/accounts/2fa/authenticate/", {"code": next_code()})["Location"] == reached


def test_a_known_browser_is_not_locked_by_a_stranger() -> None:
    mine, stranger = entered(Client()), Client()
    mine.post("/accounts/logout/")
    statuses = [stranger.post("/accounts/login/", {"login": EMAIL, "password": "salah"}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    locked = stranger.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    assert locked.status_code == 429
    assert "Terlalu banyak percobaan masuk" in text(locked)
    assert (
        mine.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})["Location"]
        == "/accounts/2fa/authenticate/"
    )
    assert SignInGuard.objects.filter(locked_until__gt=wall()).count() == 1


def test_the_link_leads_to_a_password_an_authenticator_and_the_console() -> None:
    invited = operators.add_operator(
        email="baru@contoh.example", name="Baru", roles=("viewer",), actor=Actor.system("command"), wall=wall(), at=AT
    )
    client = Client()
    opened = client.get(f"/accounts/password/choose/{invited.token}/")
    # The token does not stay in the address.
    assert opened["Location"] == "/accounts/password/choose/"
    page = client.get("/accounts/password/choose/")
    assert "baru@contoh.example" in text(page)
    assert "Kedua kata sandi tidak sama." in text(
        client.post("/accounts/password/choose/", {"password": "a" * 12, "again": "b" * 12})
    )
    short = client.post("/accounts/password/choose/", {"password": "pendek", "again": "pendek"})
    assert "12" in text(short)
    done = client.post("/accounts/password/choose/", {"password": PASSWORD, "again": PASSWORD})
    assert done["Location"] == "/accounts/login/"
    assert "Kata sandi tersimpan" in text(client.get("/accounts/login/"))
    assert Client().get(f"/accounts/password/choose/{invited.token}/")["Location"] == "/accounts/password/choose/"
    used = Client()
    used.get(f"/accounts/password/choose/{invited.token}/")
    assert used.get("/accounts/password/choose/").status_code == 410

    asked = client.post("/accounts/login/", {"login": "baru@contoh.example", "password": PASSWORD})
    assert asked["Location"] == "/accounts/2fa/totp/activate/"
    shown = client.get("/accounts/2fa/totp/activate/")
    secret = re.search(r'class="secret">([A-Z2-7]+)<', shown.content.decode())
    assert secret is not None
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    # A reload of the page that says so sends nothing again.
    assert wrong["Location"] == "/accounts/2fa/totp/activate/"
    told = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert (secret.group(1) in told, "Kode salah." in told) == (True, True)
    assert "Kode salah." not in client.get("/accounts/2fa/totp/activate/").content.decode()
    assert client.get("/payments/").status_code == 302
    assert client.post("/accounts/2fa/totp/activate/", {"code": pyotp.TOTP(secret.group(1)).now()})["Location"] == "/"
    assert is_in(client)
    # Once it works, its secret is never shown again.
    again = Client()
    again.post("/accounts/login/", {"login": "baru@contoh.example", "password": PASSWORD})
    assert again.get("/accounts/2fa/totp/activate/")["Location"] == "/accounts/2fa/authenticate/"


def test_a_change_of_password_asks_for_the_old_one_and_ends_the_other_sessions() -> None:
    phone, desk = entered(Client()), entered(Client(), FIREFOX)
    given = {"password": "gajah-terbang-dua-8", "again": "gajah-terbang-dua-8"}
    wrong = desk.post("/accounts/password/change/", {"old": "salah", **given})
    assert "Kata sandi sekarang salah." in text(wrong)
    assert is_in(phone)
    assert desk.post("/accounts/password/change/", {"old": PASSWORD, **given})["Location"] == "/accounts/sessions/"
    assert [is_in(phone), is_in(desk)] == [False, True]
    assert Record.objects.get(action="operator.password_changed").actor_id == str(User.objects.get().id)


def test_operators_see_and_end_their_sessions() -> None:
    phone, desk = entered(Client()), entered(Client(), FIREFOX)
    page = text(desk.get("/accounts/sessions/"))
    assert "Firefox · Windows (sesi ini)" in page.replace(" (", " (").replace("Windows  (", "Windows (")
    assert "Chrome · Android" in page
    ending = Session.objects.get(device="Chrome · Android").id
    assert desk.get(f"/accounts/sessions/{ending}/end/").status_code == 405
    assert "Sesi diakhiri." in text(desk.post(f"/accounts/sessions/{ending}/end/", follow=True))
    assert [is_in(phone), is_in(desk)] == [False, True]
    assert "Sesi itu sudah berakhir." in text(desk.post(f"/accounts/sessions/{ending}/end/", follow=True))


def test_operators_end_all_their_other_sessions() -> None:
    phone, desk = entered(Client()), entered(Client(), FIREFOX)
    assert "Semua sesi lain diakhiri." in text(desk.post("/accounts/sessions/others/end/", follow=True))
    assert [is_in(phone), is_in(desk)] == [False, True]


def test_a_disabled_operator_is_out_at_once() -> None:
    client = entered(Client())
    operators.disable_operator(email=EMAIL, actor=Actor.system("command"), at=AT)
    assert not is_in(client)
    refused = Client().post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    assert "Alamat email atau kata sandi salah." in text(refused)


def test_a_working_day_ends_a_session_that_is_used() -> None:
    client = entered(Client())
    row = Session.objects.get()
    assert row.ends_at - row.used_at <= timedelta(minutes=30)
    Session.objects.update(started_at=row.started_at - timedelta(hours=10), ends_at=row.ends_at - timedelta(minutes=31))
    assert not is_in(client)


@pytest.mark.parametrize("path", ["/password_change/", "/password_change/done/"])
def test_djangos_own_change_of_password_is_not_there(path: str) -> None:
    assert entered(Client()).get(path)["Location"] == "/accounts/password/change/"


def test_its_account_pages_speak_english() -> None:
    client = entered(Client())
    client.get("/language/en/?next=/")
    for path, words in (
        ("/accounts/sessions/", "My sessions"),
        ("/accounts/password/change/", "Change password"),
        ("/accounts/logout/", "Sign out of the console?"),
    ):
        assert words in text(client.get(path)), path
