"""Every route of every door says who may use it, and means it."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from typing import Any

import pytest
from django.test import RequestFactory, override_settings
from django.urls import URLPattern, URLResolver

from prakerja.config import callback_urls, partner_urls
from prakerja.partner_api.endpoint import ENDPOINTS, Endpoint, Route
from tests.house.source import ROOT
from tests.waiting import LIMIT

# Pages of the portal that need no sign-in. Whatever is not here belongs to the signed-in participant.
PORTAL_PUBLIC = {
    "home",
    "self_check",
    "fraud",
    "write_us",
    "case",
    "courses",
    "courses_compare",
    "course",
    "draws",
    "draw_wave",
    "draw_check",
    "draw_files",
    "draw_file",
    "draw_zip",
    "log_file",
    "draw_keys",
    "help",
    "privacy",
    "register",
    "own_data_schema",
    "licences",
    "language",
    "sign_in",
    "sign_in_code",
    "no_code",
    "lost_phone",
    "lost_phone_code",
    "lost_phone_photo",
    "lost_phone_send",
    "certificate_check",
    "sign_in_again",
    "sign_in_by_email",
    "sign_out",
    "verification",
    # OpenID Connect: what institutions call, and the way to the consent page, which is a participant's.
    "openid:configuration",
    "openid:keys",
    "openid_authorize",
    "openid:token",
    "openid:userinfo",
    "openid:revoke",
}
# The console's: to sign in and out, to choose a password by a one-time link, and to read all that in English.
CONSOLE_PUBLIC = {
    "sign_in",
    "sign_in_code",
    "sign_in_authenticator",
    "sign_out",
    "password_link",
    "password_choose",
    "console_language",
    "console_theme",
}
CONSOLE_SIGN_IN = ("/login/", "/accounts/login/")
EXTENSION_PREFIX = "/api/v1/partner/"
SIGN_IN_PREFIXES = ("/api/v1/oauth/", "/api/v1/resource/")
PARTNER_UNSIGNED = {
    ("POST", "/api/v1/oauth/token"),
    ("POST", "/api/v1/oauth/token/refresh"),
    ("GET", "/api/v1/resource/user_profile"),
}
# The developer site, in both languages. Nothing but these is unsigned at the partners' door.
PARTNER_PUBLIC = {
    "",
    "openapi.json",
    "docs",
    "docs/en",
    "docs/",
    "docs/signature",
    "docs/sign-in",
    "docs/webhooks",
    "docs/errors",
    "docs/errors.json",
    "docs/changelog",
    "docs/style.css",
    "docs/endpoints/<slug:name>",
}


# Whom a portal page is for: everybody, the signed-in person, or whoever is registering.
ALLOWED = ("anyone", "participant", "registering")


@functools.cache
def probe(door: str) -> list[dict[str, Any]]:
    """What a stranger is answered at every address of a door, without a database (door_probe.py)."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.house.door_probe", door], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT
    )
    assert result.returncode == 0, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_every_portal_page_is_declared() -> None:
    undeclared = [route["name"] for route in probe("portal") if route["allowed"] not in ALLOWED]
    assert undeclared == []


def test_the_public_pages_of_the_portal_are_these() -> None:
    public = {route["name"].removeprefix("portal:") for route in probe("portal") if route["allowed"] == "anyone"}
    assert public == PORTAL_PUBLIC


def test_a_stranger_is_sent_to_the_portal_sign_in_page_before_anything_is_read() -> None:
    visits = [
        (route["name"], method, *(route[method] if isinstance(route[method], list) else (route[method], "")))
        for route in probe("portal")
        if route["allowed"] in ("participant", "registering")
        for method in ("GET", "POST")
    ]
    assert len(visits) > 20
    assert [visit for visit in visits if visit[2] != 302 or not visit[3].startswith("/masuk")] == []


def test_the_public_pages_of_the_console_are_these() -> None:
    assert {route["name"] for route in probe("console") if route["allowed"] == "anyone"} == CONSOLE_PUBLIC


def test_every_console_page_of_ours_is_declared() -> None:
    """The browsing pages of the site declare themselves by `has_view_permission` (test_permissions.py)."""
    kinds = {"anyone", "own", "browse", "act", "reveal"}
    undeclared = [
        route["route"] for route in probe("console") if not route["in_admin"] and route["allowed"] not in kinds
    ]
    assert undeclared == []


def test_a_stranger_sees_nothing_of_the_console() -> None:
    """The index and the sign-out lead to the front page, which leads to the sign-in page."""
    answers = {
        (route["name"], method): route[method]
        for route in probe("console")
        if route["allowed"] != "anyone"
        for method in ("GET", "POST")
    }
    assert len(answers) > 200
    open_to_strangers = {
        visit: answer
        for visit, answer in answers.items()
        # 405: the page takes no such method, from nobody.
        if not (answer[0] == 302 and (answer[1] == "/" or answer[1].startswith(CONSOLE_SIGN_IN))) and answer[0] != 405
    }
    assert open_to_strangers == {}


def test_the_console_has_one_sign_in_page() -> None:
    """Django's own knows passwords only, so it may do nothing but lead to the one that asks for the code."""
    login = next(route for route in probe("console") if route["name"] == "admin:login")
    assert login["GET"] == login["POST"] == [302, "/accounts/login/?next=/"]


def _patterns(found: list[Any], before: str = "") -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for pattern in found:
        if isinstance(pattern, URLResolver):
            flat += _patterns(pattern.url_patterns, before)
        elif isinstance(pattern, URLPattern):
            flat.append((str(pattern.pattern), pattern.callback))
    return flat


def test_every_partner_route_is_a_declared_endpoint_or_a_public_page() -> None:
    routes = _patterns(partner_urls.urlpatterns)
    assert routes[-1] == ("", partner_urls.nothing_here)
    pages = [route for route, view in routes if getattr(view, "allowed", "") == "anyone"]
    assert {page.replace("docs/en/", "docs/").replace(".en.", ".") for page in pages} == PARTNER_PUBLIC
    # Calls come first: pages must not slow them.
    routes = routes[: -1 - len(pages)]
    assert all(isinstance(view, Route) for _, view in routes)
    served = {(method, "/" + route) for route, view in routes for method in view.methods}
    assert served == {(declared.method, declared.path) for declared in ENDPOINTS}
    assert len(ENDPOINTS) == len(served)


@pytest.mark.parametrize("declared", ENDPOINTS, ids=lambda declared: f"{declared.method} {declared.path}")
def test_every_endpoint_says_who_may_use_it(declared: Endpoint) -> None:
    # Only our own calls are for both: the published contract names one kind for each.
    assert declared.kind in (
        "platform",
        "institution",
        *(["partner"] if declared.path.startswith(EXTENSION_PREFIX) else []),
    )
    # The published contract signs with SHA-1; ours never does, and its writes can be repeated safely.
    assert (declared.algorithm == "sha256") is declared.path.startswith(EXTENSION_PREFIX)
    assert declared.is_idempotent is (declared.path.startswith(EXTENSION_PREFIX) and declared.method != "GET")


@pytest.mark.parametrize("declared", ENDPOINTS, ids=lambda declared: f"{declared.method} {declared.path}")
def test_an_unsigned_call_reaches_no_endpoint(declared: Endpoint) -> None:
    """Refused by what is missing, before a client is looked up: there is no database here."""
    path = re.sub(r"<\w+:\w+>", "X", declared.path)
    names = re.findall(r"<\w+:(\w+)>", declared.path)
    request = RequestFactory().generic(declared.method, path, b"{}", content_type="application/json")
    response = Route({declared.method: declared})(request, **dict.fromkeys(names, "X"))
    is_sign_in = declared.path.startswith(SIGN_IN_PREFIXES)
    expected = (400, "ERROAUTH4024") if is_sign_in else (401, "ERRINT40190")
    assert (response.status_code, json.loads(response.content)["code"]) == expected


def test_only_these_calls_are_not_signed() -> None:
    """The published sign-in proves itself by the code or token that it brings, and signs the call that asks for one."""
    unsigned = {(declared.method, declared.path) for declared in ENDPOINTS if not declared.dialect.is_signed}
    assert unsigned == PARTNER_UNSIGNED


@pytest.mark.django_db
def test_every_call_back_is_signed() -> None:
    routes = _patterns(callback_urls.urlpatterns)
    assert routes != []
    for route, view in routes:
        with override_settings(BANK_URL="http://127.0.0.1:9", BANK_KEY="0123456789abcdef"):
            response = view(RequestFactory().post(f"/{route}", b"{}", content_type="application/json"))
        assert (route, response.status_code) == (route, 401)
