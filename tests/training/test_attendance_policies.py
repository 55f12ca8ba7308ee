"""Every combination of what decides about one attendance, and every address that a browser goes back to."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.catalogue.policies import spread_sessions
from prakerja.kernel.ids import new_id
from prakerja.partners.policies import origin
from prakerja.programmes.schemes import Delivery, Window
from prakerja.training import redemption
from prakerja.training.policies import CALLBACK_CODES, CodeFacts, attendance_refusal, return_address
from prakerja.training.queries import route_of_code
from prakerja.vouchers.models import Voucher
from tests.attendance import STARTS, bought_class

AT = datetime(2023, 5, 15, 2, tzinfo=UTC)
WINDOW = Window(opens_at=AT, closes_at=AT + timedelta(hours=1))
MINE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
STATUSES = (
    ("issued", ""),
    ("redeemed", ""),
    ("expired", ""),
    ("cancelled", "code_voided"),
    ("cancelled", "transaction_voided"),
    ("cancelled", "session_cancelled"),
)
# Sessions 1 and 2, and the post-test: what may have been verified.
VERIFIED = [frozenset(some) for count in range(4) for some in itertools.combinations((1, 2, 999), count)]


def expected(
    mode: str,
    sequence: int,
    is_in: bool,
    is_mine: bool,
    status: tuple[str, str],
    done: frozenset[int],
    is_on_site: bool,
) -> str:
    """The published order, one sentence after the other (contract.md 2.7, 4)."""
    if mode == ("online" if is_on_site else "onsite"):
        return "type_mismatch"
    if sequence not in (1, 2, 999):
        return "sequence_invalid"
    if status[0] == "expired":
        return "outside_window"
    if sequence not in done and not is_in:
        return "outside_window"
    if not is_mine:
        return "not_owner"
    if status == ("cancelled", "code_voided"):
        return "code_void"
    if status[0] == "cancelled":
        return "transaction_void"
    if sequence in done:
        return "code_used"
    if sequence == 2 and 1 not in done:
        return "sequence_out_of_order"
    if sequence == 999 and not {1, 2} <= done:
        return "sequence_out_of_order"
    return ""


def test_every_combination_of_what_decides() -> None:
    combinations = itertools.product(
        ("online", "blended", "onsite"),
        (1, 2, 3, 10, 999),
        (True, False),
        (True, False),
        STATUSES,
        VERIFIED,
        (True, False),
    )
    count = 0
    for mode, sequence, is_in, is_mine, status, done, is_on_site in combinations:
        facts = CodeFacts(
            institution_id=MINE if is_mine else OTHER,
            mode=mode,
            delivery=Delivery.LIVE,
            session_count=2,
            has_post_test=True,
            status=status[0],
            cancel_reason=status[1],
            verified=done,
        )
        found = attendance_refusal(
            facts=facts,
            institution_id=MINE,
            sequence=sequence,
            window=WINDOW if sequence in facts.sequences else None,
            is_on_site=is_on_site,
            at=AT if is_in else AT - timedelta(seconds=1),
        )
        assert (found or "") == expected(mode, sequence, is_in, is_mine, status, done, is_on_site)
        count += 1
    assert count == 3 * 5 * 2 * 2 * 6 * 8 * 2


@pytest.mark.django_db
@pytest.mark.parametrize("status", STATUSES, ids="-".join)
def test_the_first_sequence_is_refused_as_the_hot_call_refuses(status: tuple[str, str]) -> None:
    """url-generate tells by Python what redeem.sql tells under its lock: the two must not differ."""
    taken = bought_class()
    claim = route_of_code(code=taken.code)
    mine = taken.world.institution.partner_id
    Voucher.objects.update(
        status=status[0], cancel_reason=status[1], redeemed_at=STARTS[0] if status[0] == "redeemed" else None
    )
    for is_mine, at in itertools.product((True, False), (STARTS[0], STARTS[0] - timedelta(hours=2))):
        institution_id = mine if is_mine else OTHER
        facts = CodeFacts(
            institution_id=mine,
            mode="online",
            delivery=Delivery.LIVE,
            session_count=3,
            has_post_test=True,
            status=status[0],
            cancel_reason=status[1],
            verified=frozenset({1}) if status[0] == "redeemed" else frozenset(),
        )
        voucher = Voucher.objects.get()
        window = Window(opens_at=voucher.redeemable_from, closes_at=voucher.redeemable_until)
        told = attendance_refusal(facts=facts, institution_id=institution_id, sequence=1, window=window, at=at)
        if told is not None:
            reason, *_ = redemption._REDEEM(
                person_id=claim.person_id,
                voucher_id=claim.voucher_id,
                institution_id=institution_id,
                at=at,
                wall=at,
                attendance_id=new_id(),
                transfer_id=new_id(),
                message_id=new_id(),
                message_parameters=b"",
                audit_id=new_id(),
                method="commit",
                email_index=None,
            )
            assert told == reason


# --- the way back ---

SEGMENT = st.text("abcXYZ019-._~!$&'()*+,;=:@/", max_size=20)
QUERY = st.text("abcXYZ019-._~!$'()*+,;:@/?=&%", max_size=20)


@given(path=SEGMENT, query=QUERY, fragment=SEGMENT, reason=st.sampled_from([None, *CALLBACK_CODES]))
def test_the_way_back_keeps_everything_and_adds_its_members(
    path: str, query: str, fragment: str, reason: str | None
) -> None:
    uri = f"https://lms.example/{path}" + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    parts = urlsplit(return_address(redirect_uri=uri, state="s-_1", reason=reason))
    before = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == (
        before.scheme,
        before.netloc,
        before.path,
        before.fragment,
    )
    added = [("state", "s-_1")]
    if reason is not None:
        added += [("success", "false"), ("code", CALLBACK_CODES[reason])]
    assert parse_qsl(parts.query, keep_blank_values=True) == parse_qsl(before.query, keep_blank_values=True) + added
    assert parts.query.startswith(before.query)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://lms.example/kembali?a=b", "https://lms.example"),
        ("http://127.0.0.1:8005/x", "http://127.0.0.1:8005"),
    ],
)
def test_the_origin_is_what_a_policy_wants(uri: str, expected: str) -> None:
    assert origin(uri) == expected


# --- sessions whose dates nobody told ---


@pytest.mark.parametrize(
    ("days", "hours", "count", "every"),
    [(0, 3, 1, 0), (2, 4, 3, 1), (4, 4, 3, 2), (6, 2, 4, 2), (9, 3, 10, 1)],
)
def test_sessions_are_spread_evenly(days: int, hours: int, count: int, every: int) -> None:
    start = datetime(2023, 5, 15, 2, tzinfo=UTC)
    found = spread_sessions(starts_at=start, ends_at=start + timedelta(days=days, hours=hours), count=count)
    assert [session.number for session in found] == list(range(1, count + 1))
    assert [session.starts_at for session in found] == [start + timedelta(days=every * n) for n in range(count)]
    assert {session.ends_at - session.starts_at for session in found} == {timedelta(hours=hours)}


def test_sessions_of_one_day_are_cut_evenly() -> None:
    start = datetime(2023, 5, 15, 2, tzinfo=UTC)
    found = spread_sessions(starts_at=start, ends_at=start + timedelta(hours=6), count=3)
    assert [(s.starts_at, s.ends_at) for s in found] == [
        (start + timedelta(hours=hour), start + timedelta(hours=hour + 2)) for hour in (0, 2, 4)
    ]
