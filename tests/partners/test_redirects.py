"""Addresses that browsers are sent back to: whole web addresses only, replaced as one, kept in the history."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.kernel.errors import Refused
from prakerja.partners.models import Partner
from prakerja.partners.operations import add_partner
from prakerja.partners.policies import is_redirectable
from prakerja.partners.redirects import register_redirect_uris

AT = datetime(2023, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://lms.example/kembali", True),
        ("http://127.0.0.1:8005/rasakata/kembali?kelas=7&x=a%20b#hasil", True),
        ("http://localhost/", True),
        ("https://[2001:db8::1]:8443/x", True),
        ("https://lms.example", True),
        ("https://lms.example/a,b;c=d/(e)", True),
        ("", False),
        ("lms.example/kembali", False),
        ("//lms.example/kembali", False),
        ("ftp://lms.example/", False),
        ("javascript://lms.example/%0aalert(1)", False),
        ("https://", False),
        ("https:///kembali", False),
        ("https://siti@lms.example/", False),
        ("https://siti:rahasia@lms.example/", False),
        ("https://lms.example:0/", False),
        ("https://lms.example:65536/", False),
        ("https://lms.example:a/", False),
        ("https://[::1/", False),
        ("https://lms.example; script-src *", False),
        ("https://lms.example;x/", False),
        ("https://lms.example/a b", False),
        ("https://lms.example/\r\nSet-Cookie: a=b", False),
        ("https://lms.example/\x00", False),
        ('https://lms.example/"><script>', False),
        ("https://lms.example\\@jahat.example/", False),
        ("https://lmß.example/", False),
        ("https://lms.example/😀", False),
    ],
)
def test_what_a_browser_may_be_sent_to(uri: str, expected: bool) -> None:
    assert is_redirectable(uri) is expected


@pytest.mark.django_db
def test_filed_addresses_are_replaced_as_one() -> None:
    add_partner(actor=SYSTEM, kind="institution", code="lkp", name="LKP", at=AT, redirect_uris=("https://a.example/",))
    new = ["https://b.example/", "https://c.example/", "https://b.example/"]
    register_redirect_uris(actor=SYSTEM, code="lkp", redirect_uris=new, at=AT)
    assert Partner.objects.get().redirect_uris == new[:2]
    assert Record.objects.get(action="partner.redirect_uris_registered").data == {
        "before": ["https://a.example/"],
        "after": new[:2],
    }


@pytest.mark.django_db
def test_what_is_no_address_is_refused_with_everything_else() -> None:
    with pytest.raises(Refused, match="redirect_uri_invalid"):
        add_partner(
            actor=SYSTEM, kind="institution", code="lkp", name="LKP", at=AT, redirect_uris=("https://a.example/", "x")
        )
    assert not Partner.objects.exists()
    add_partner(actor=SYSTEM, kind="institution", code="lkp", name="LKP", at=AT, redirect_uris=("https://a.example/",))
    with pytest.raises(Refused, match="redirect_uri_invalid"):
        register_redirect_uris(
            actor=SYSTEM, code="lkp", redirect_uris=["https://b.example/", "javascript:alert(1)"], at=AT
        )
    with pytest.raises(Refused, match="partner_unknown"):
        register_redirect_uris(actor=SYSTEM, code="lain", redirect_uris=[], at=AT)
    assert Partner.objects.get().redirect_uris == ["https://a.example/"]
