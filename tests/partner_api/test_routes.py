"""Every route of the door: who may use it, by which method, and what is said where none is."""

from __future__ import annotations

import re

import pytest

from prakerja.partner_api.endpoint import Endpoint
from prakerja.partner_api.urls import ENDPOINTS  # importing the URLs declares the endpoints
from tests.partner_api.partner import PAYMENT, Scene, refused


def test_every_route_says_who_may_use_it() -> None:

    assert {(e.method, e.path): (e.kind, e.algorithm) for e in ENDPOINTS} == {
        ("POST", f"{PAYMENT}/quota-schedule"): ("platform", "sha1"),
        ("POST", f"{PAYMENT}/send-otp"): ("platform", "sha1"),
        ("POST", f"{PAYMENT}/authorize"): ("platform", "sha1"),
        ("POST", f"{PAYMENT}/status"): ("platform", "sha1"),
        ("POST", f"{PAYMENT}/void"): ("platform", "sha1"),
        ("POST", f"{PAYMENT}/redeem-code/status"): ("institution", "sha1"),
        ("GET", f"{PAYMENT}/redeem-code/status/<str:redeem_code>"): ("institution", "sha1"),
        ("POST", f"{PAYMENT}/redeem-code/reset"): ("institution", "sha1"),
        ("POST", f"{PAYMENT}/redeem-code/commit"): ("institution", "sha1"),
        ("POST", "/api/v1/integration/oauth/url-generate"): ("institution", "sha1"),
        ("GET", "/api/v1/partner/test-codes"): ("institution", "sha256"),
        ("GET", "/api/v1/oauth/authorize"): ("institution", "sha1"),
        ("POST", "/api/v1/oauth/token"): ("institution", "sha1"),
        ("POST", "/api/v1/oauth/token/refresh"): ("institution", "sha1"),
        ("GET", "/api/v1/resource/user_profile"): ("institution", "sha1"),
        ("POST", "/api/v1/integration/tpm/submission"): ("institution", "sha1"),
        ("POST", "/api/v1/integration/tpm/feedback/submission"): ("institution", "sha1"),
        ("POST", "/api/v1/integration/tpm/submission/status"): ("institution", "sha1"),
        ("GET", "/api/v1/partner/listings"): ("platform", "sha256"),
        ("PUT", "/api/v1/partner/listings/<str:course_code>"): ("platform", "sha256"),
        ("GET", "/api/v1/partner/price-proposals"): ("platform", "sha256"),
        ("GET", "/api/v1/partner/transactions"): ("platform", "sha256"),
        ("GET", "/api/v1/partner/redemptions"): ("institution", "sha256"),
        ("GET", "/api/v1/partner/courses"): ("institution", "sha256"),
        ("POST", "/api/v1/partner/courses"): ("institution", "sha256"),
        ("GET", "/api/v1/partner/courses/<str:course_code>"): ("institution", "sha256"),
        ("PUT", "/api/v1/partner/courses/<str:course_code>"): ("institution", "sha256"),
        ("POST", "/api/v1/partner/courses/<str:course_code>/submit"): ("institution", "sha256"),
        ("POST", "/api/v1/partner/courses/<str:course_code>/withdraw"): ("institution", "sha256"),
        ("POST", "/api/v1/partner/course-runs"): ("institution", "sha256"),
        ("PUT", "/api/v1/partner/course-runs/<str:schedule_code>"): ("institution", "sha256"),
        ("POST", "/api/v1/partner/course-runs/<str:schedule_code>/cancel"): ("institution", "sha256"),
        ("GET", "/api/v1/partner/webhooks"): ("partner", "sha256"),
        ("PUT", "/api/v1/partner/webhooks"): ("partner", "sha256"),
        ("POST", "/api/v1/partner/webhooks/secrets"): ("partner", "sha256"),
        ("GET", "/api/v1/partner/webhooks/deliveries"): ("partner", "sha256"),
        ("POST", "/api/v1/partner/webhooks/replay"): ("partner", "sha256"),
        ("GET", "/api/v1/partner/course-runs"): ("institution", "sha256"),
        ("GET", "/api/v1/partner/transactions/<path:invoice_code>"): ("platform", "sha256"),
        ("POST", "/api/v1/partner/attendances"): ("institution", "sha256"),
        ("POST", "/api/v1/partner/completions"): ("institution", "sha256"),
        ("PUT", "/api/v1/partner/completions"): ("institution", "sha256"),
        ("POST", "/api/v1/partner/completions/withdraw"): ("institution", "sha256"),
    }


@pytest.mark.parametrize("path", ["/api", "/api/v1/integration/payment/", f"{PAYMENT}/status/", "/admin/", "/x?a"])
def test_no_such_route(scene: Scene, path: str) -> None:
    response = scene.shop.http.post(path)
    assert response.status_code == 404
    assert response.json() == {"code": "ERRINT40490", "message": "Layanan tidak ditemukan.", "success": False}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_no_such_method(scene: Scene, method: str) -> None:
    response = scene.shop.http.generic(method, f"{PAYMENT}/status")
    assert (response.status_code, response.json()["code"], response["Allow"]) == (405, "ERRINT40590", "POST")


@pytest.mark.parametrize("slashes", ["//", "///"])
def test_leading_slashes_are_one(scene: Scene, slashes: str) -> None:
    # Django's test client reads `//api` as a host, so the path is put where the server puts it.
    found = scene.shop.http.generic("POST", "/", PATH_INFO=slashes + f"{PAYMENT}/status".lstrip("/"))
    assert found.json()["code"] == "ERRINT40190"


# What stands in the path of an endpoint for these tests.
IN_PATH = {
    "invoice_code": "INV-1",
    "redeem_code": "GHOPNYXUVMT0",
    "course_code": "kursus-1",
    "schedule_code": "jadwal-1",
}


@pytest.mark.parametrize(
    "declared", [e for e in ENDPOINTS if e.kind != "partner"], ids=lambda e: f"{e.method} {e.path}"
)
def test_every_route_refuses_the_other_kind(scene: Scene, declared: Endpoint) -> None:
    other = scene.lms if declared.kind == "platform" else scene.shop
    path = re.sub(r"<\w+:(\w+)>", lambda found: IN_PATH[found[1]], declared.path)
    body = b"" if declared.method == "GET" else b"{}"
    answer = other.ask(declared.method, path, body=body, signed=body, headers={})
    assert refused(answer) == (403, "ERRINT40390", "Layanan ini tidak tersedia untuk jenis mitra Anda.")
