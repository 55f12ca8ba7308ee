"""Addresses that browsers are sent back to: whole web addresses only, replaced as one, kept in the history."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.kernel.errors import Refused
from prakerja.partners.models import Partner
from prakerja.partners.operations import add_origins, add_partner, remove_origins
from prakerja.partners.policies import is_redirectable
from prakerja.partners.redirects import add_redirect_uris, register_redirect_uris, remove_redirect_uris

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
def test_addresses_are_added_and_removed_one_by_one() -> None:
    one, two, three = (f"https://{name}.example/" for name in "abc")
    add_partner(actor=SYSTEM, kind="institution", code="lkp", name="LKP", at=AT, redirect_uris=(one,))
    about = {"actor": SYSTEM, "code": "lkp", "at": AT}
    assert add_redirect_uris(redirect_uris=[two, three, one], **about) == [one, two, three]
    assert remove_redirect_uris(redirect_uris=[one, three], **about) == [two]
    with pytest.raises(Refused, match="redirect_uri_unknown"):
        remove_redirect_uris(redirect_uris=[two, one], **about)
    with pytest.raises(Refused, match="redirect_uri_invalid"):
        add_redirect_uris(redirect_uris=["javascript:alert(1)"], **about)
    for verb in (add_redirect_uris, remove_redirect_uris):
        with pytest.raises(Refused, match="partner_unknown"):
            verb(redirect_uris=[two], **{**about, "code": "lain"})
    assert Partner.objects.get().redirect_uris == [two]
    changes = Record.objects.filter(action="partner.redirect_uris_registered").order_by("id")
    assert [change.data["after"] for change in changes] == [[one, two, three], [two]]


@pytest.mark.django_db
def test_origins_are_added_and_removed_one_by_one() -> None:
    """A second one was the end of the first."""
    one, two = "http://127.0.0.1:8005", "http://127.0.0.1:8006"
    add_partner(actor=SYSTEM, kind="platform", code="toko", name="Toko", at=AT, is_sandbox=True)
    about = {"actor": SYSTEM, "code": "toko", "at": AT}
    assert add_origins(origins=[one], **about) == [one]
    assert add_origins(origins=[two], **about) == [one, two]
    with pytest.raises(Refused, match="origin_unknown"):
        remove_origins(origins=[one, "http://127.0.0.1:9"], **about)
    assert remove_origins(origins=[one], **about) == [two]
    assert Partner.objects.get().file_origins == [two]
    for verb in (add_origins, remove_origins):
        with pytest.raises(Refused, match="partner_unknown"):
            verb(origins=[one], **{**about, "code": "lain"})
        with pytest.raises(Refused, match="origin_invalid"):
            verb(origins=["ftp://x"], **about)


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
