"""Certificates by a link, and reviews that operators hide (rules.md 6.6)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from prakerja.catalogue.models import Course
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.reporting.queries import course_pages
from prakerja.training.models import Certificate, CertificateShareClaim, Rating
from prakerja.training.operations import hide_review, share_certificate, show_review
from prakerja.training.sharing import shared_certificate
from tests.builders import operator
from tests.portal import world
from tests.portal.conftest import enter, move, portal  # noqa: F401 - fixtures

AT = datetime(2021, 10, 8, 9, tzinfo=WIB)
Enter = Callable[[uuid.UUID], Client]


def certified() -> tuple[world.Participant, Certificate]:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    done = world.complete(world.buy(who, world.course(), status="redeemed"))
    return who, Certificate.objects.get(person_id=who.person_id, completion=done)


def test_a_link_shows_what_its_owner_allows_until_it_is_closed(enter: Enter, move: Callable[[datetime], None]) -> None:  # noqa: F811
    who, certificate = certified()
    move(AT)
    browser = enter(who.person_id)
    page = f"/sertifikat/{certificate.id}"
    assert page in browser.get("/sertifikat").text
    assert "Siti Rahma" in browser.get(page).text
    assert browser.post(f"{page}/bagikan", {"shows": ["name"]}).status_code == 302
    text = browser.get(page).text
    found = re.search(r"/cek-sertifikat/([A-Z2-9]{20})", text)
    assert found is not None
    assert "data:image/svg+xml" in text
    assert browser.get(f"{page}/sertifikat.pdf").content.startswith(b"%PDF-1.7")
    stranger = Client()
    shown = stranger.get(f"/cek-sertifikat/{found[1]}")
    assert shown.status_code == 200
    assert shown["X-Robots-Tag"] == "noindex, nofollow"
    assert "Siti Rahma" in shown.text
    assert "SERT-001" in shown.text
    assert ">88<" not in shown.text
    assert world.CARD not in shown.text
    # Another link ends the one before; closed, it is as if it had never been.
    browser.post(f"{page}/bagikan", {"shows": ["score"]})
    assert stranger.get(f"/cek-sertifikat/{found[1]}").status_code == 404
    second = re.search(r"/cek-sertifikat/([A-Z2-9]{20})", browser.get(page).text)
    assert second is not None
    now = stranger.get(f"/cek-sertifikat/{second[1]}").text
    assert "Siti Rahma" not in now
    assert ">88<" in now
    browser.post(f"{page}/tutup")
    assert stranger.get(f"/cek-sertifikat/{second[1]}").status_code == 404
    assert not CertificateShareClaim.objects.exists()
    assert enter(world.person()).get(page).status_code == 404


def test_nobody_shares_what_is_not_theirs_or_not_shown_yet(portal: Client) -> None:  # noqa: F811
    who, certificate = certified()
    early = datetime(2021, 10, 5, tzinfo=WIB)
    for person_id, at, reason in (
        (world.person(), AT, "certificate_unknown"),
        (who.person_id, early, "certificate_not_visible"),
    ):
        with pytest.raises(Refused, match=reason):
            share_certificate(
                person_id=person_id, certificate_id=certificate.id, shows_name=True, shows_score=True, at=at
            )
    assert shared_certificate(token="A" * 20, at=AT) is None


def test_an_operator_hides_a_review_with_the_reason(enter: Enter, move: Callable[[datetime], None]) -> None:  # noqa: F811
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    bought = world.buy(who, world.course(), status="redeemed")
    rating = world.rate(world.complete(bought), bought, review="Hubungi saya di 0812 0000 0000.")
    move(AT)
    code = Course.objects.get(id=bought.course_id).code
    curator = operator("curator")
    with pytest.raises(Refused, match="not_permitted"):
        hide_review(rating_id=rating.id, why="Memuat nomor telepon.", actor=operator("viewer"), at=AT)
    with pytest.raises(Refused, match="reason_missing"):
        hide_review(rating_id=rating.id, why="x", actor=curator, at=AT)
    assert len(course_pages(codes=[code], at=AT, reviews=5).courses[0].reviews) == 1
    hide_review(rating_id=rating.id, why="Memuat nomor telepon.", actor=curator, at=AT)
    with pytest.raises(Refused, match="review_hidden"):
        hide_review(rating_id=rating.id, why="Memuat nomor telepon.", actor=curator, at=AT)
    assert course_pages(codes=[code], at=AT, reviews=5).courses[0].reviews == ()
    browser = enter(who.person_id)
    assert "Memuat nomor telepon." in browser.get(f"/transaksi/{bought.id}").text
    assert "Ulasan Anda disembunyikan" in browser.get("/pesan").text
    show_review(rating_id=rating.id, actor=curator, at=AT)
    assert len(course_pages(codes=[code], at=AT, reviews=5).courses[0].reviews) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.filter(id=rating.id).update(status="hidden")
