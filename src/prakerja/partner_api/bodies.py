"""What each request may hold. Wrong members are refused by name; unknown members are ignored.

Where the published pages contradict themselves we accept both (contract.md 6): `invoice_code` as integer or
string, `amount` as integer or digits in a string, `sequence` left out or null. A number without a fraction is an
integer, however it is written (`250000.0`). Free text may hold any character but controls, and every kind of line end;
codes of courses, schedules and cards have a pattern, so that nothing else ever reaches a query.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta

from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_digits, normal_email, one_line
from prakerja.partner_api import json_text

# Under this word a type says how what was pasted becomes what was meant, before it is checked (`kernel.typed`).
PASTED = "pasted"


def _grouped_digits(pasted: str) -> str:
    """A card number in groups of four. A control in it is no way of writing a number, and is refused."""
    return normal_digits(pasted) if pasted.isprintable() or "\u00a0" in pasted else pasted


_TEXT = r"\A(?=\s*\S)[^\x00-\x1f\x7f-\x9f]+\Z"

# `\Z`, because `$` also matches before a line feed at the end.
Code = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._-]{1,64}\Z")]
# What people type: whatever its shape, a code that nobody was given is the published ERRTRX40020, not a wrong member.
RedeemCode = Annotated[
    str, Meta(max_length=64, pattern=r"\A(?=\s*\S)[^\x00-\x1f\x7f-\x9f]+\Z", extra={PASTED: one_line})
]
# The published ERRVOD40001 is for every transaction_code that is not the invoice's, the empty one too.
TransactionCode = Annotated[str, Meta(max_length=128, pattern=r"\A[^\x00-\x1f\x7f-\x9f]*\Z")]
CardNumber = Annotated[str, Meta(pattern=r"\A[0-9]{16}\Z", extra={PASTED: _grouped_digits})]
Otp = Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]
Word = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,39}\Z")]
Text = Annotated[str, Meta(max_length=128, pattern=_TEXT)]
# Words for people on one line; an identifier is `Text`, which is compared to the letter.
Line = Annotated[str, Meta(max_length=128, pattern=_TEXT, extra={PASTED: one_line})]
Url = Annotated[str, Meta(max_length=2000, pattern=r"\Ahttps?://[^\s\x00-\x1f\x7f-\x9f]+\Z")]
Email = Annotated[str, Meta(max_length=254, pattern=r"\A[^@\s\x00-\x20\x7f-\x9f]+@[^@\s\x00-\x20\x7f-\x9f]+\Z")]
# Compared to the letter with what the institution filed, so it may be anything.
RedirectUri = Annotated[str, Meta(max_length=2000)]
# Goes back as it came; long enough for every library, short enough for an address.
State = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"\A[^\x00-\x1f\x7f-\x9f]+\Z")]
Secret = Annotated[str, Meta(max_length=500)]
# Far above any price, far below the bounds of bigint.
Amount = Annotated[int, Meta(ge=0, le=10**12)] | Annotated[str, Meta(pattern=r"\A[0-9]{1,12}\Z")]
Invoice = Annotated[int, Meta(ge=0, le=10**18)] | Text
# An empty string is the published ERRPLT40036, so the pattern lets it through to `refusal`.
CodeOrNothing = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._-]{0,64}\Z")] | None

SEQUENCES = frozenset((*range(1, 11), 999))

B = TypeVar("B", bound="Body")


class Body(msgspec.Struct, frozen=True):
    """One request. `refusal` names a reason for what types cannot say, or None."""

    def refusal(self) -> str | None:
        return None


class CourseAndRun(Body, frozen=True):
    course_code: CodeOrNothing = None
    schedule_code: CodeOrNothing = None

    def refusal(self) -> str | None:
        return None if self.course_code and self.schedule_code else "codes_empty"


class QuotaSchedule(CourseAndRun, frozen=True):
    """payment/quota-schedule (contract.md 2.1)."""


class SendOtp(CourseAndRun, frozen=True, kw_only=True):
    """payment/send-otp (contract.md 2.2)."""

    user_platform_id: Text
    prakerja_id: CardNumber
    amount: Amount


class Authorize(Body, frozen=True):
    """payment/authorize (contract.md 2.3)."""

    otp: Otp
    invoice_url: Url
    invoice_code: Invoice


class PaymentStatus(Body, frozen=True):
    """payment/status (contract.md 2.4)."""

    invoice_code: Invoice


class Void(Body, frozen=True):
    """payment/void (contract.md 2.5)."""

    invoice_code: Invoice
    transaction_code: TransactionCode


class RedeemCodeOnly(Body, frozen=True):
    """A redeem code; the oldest clients call the member `code` (contract.md 2.10)."""

    redeem_code: RedeemCode | None = None
    code: RedeemCode | None = None

    def refusal(self) -> str | None:
        if self.redeem_code is None and self.code is None:
            raise Refused("field_invalid", field="redeem_code")
        return None


class RedeemCodeStatus(RedeemCodeOnly, frozen=True):
    """payment/redeem-code/status (contract.md 2.8)."""

    sequence: int | None = 1

    def refusal(self) -> str | None:
        reason = super().refusal()
        return reason or (None if self.sequence is None or self.sequence in SEQUENCES else "sequence_invalid")


class RedeemCodeCommit(RedeemCodeOnly, frozen=True):
    """payment/redeem-code/commit (contract.md 2.10)."""


class RedeemCodeReset(Body, frozen=True):
    """payment/redeem-code/reset (contract.md 2.9)."""

    redeem_code: RedeemCode


class UrlGenerate(Body, frozen=True):
    """oauth/url-generate (contract.md 2.6)."""

    redeem_code: RedeemCode
    redirect_uri: RedirectUri
    email: Email
    sequence: int | None = 1

    def refusal(self) -> str | None:
        if normal_email(self.email) is None:
            raise Refused("field_invalid", field="email")
        return None if self.sequence is None or self.sequence in SEQUENCES else "sequence_invalid"


class OauthAuthorize(Body, frozen=True, kw_only=True):
    """oauth/authorize (2.14 a). `client_id` appears in an example only; when it is there it must be the caller's."""

    state: State
    scope: Annotated[str, Meta(max_length=500)]
    redirect_uri: RedirectUri
    login_uri: RedirectUri
    client_id: Annotated[str, Meta(max_length=128)] | None = None


class OauthToken(Body, frozen=True):
    """oauth/token (2.14 c); an example of the published pages sends it the refresh token too."""

    code: Secret | None = None
    token: Secret | None = None


class OauthRefresh(Body, frozen=True):
    """oauth/token/refresh (2.14 d)."""

    token: Secret | None = None


class Completion(Body, frozen=True):
    """partner/completions, our own (decisions.md 13)."""

    redeem_code: RedeemCode
    certificate_number: Line
    certificate_kind: Word
    completed_date: date | None = None
    score: Annotated[int, Meta(ge=0, le=100)] | None = None


class CompletionChange(Body, frozen=True):
    """partner/completions, corrected: the whole report, as it should have been (rules.md 12.29)."""

    redeem_code: RedeemCode
    certificate_number: Line
    certificate_kind: Word
    score: Annotated[int, Meta(ge=0, le=100)] | None
    completed_date: date | None = None


class CompletionWithdrawal(Body, frozen=True):
    """partner/completions/withdraw (rules.md 12.29)."""

    redeem_code: RedeemCode
    reason: Line


class Page(Body, frozen=True):
    """The query of a list: members arrive as text."""

    cursor: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_=.-]{1,200}\Z")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


_FIELD = re.compile(r"`\$\.(\w+)|field `(\w+)`")


def read_body(*, body: bytes, kind: type[B]) -> B:
    """Read a JSON body as one of the structs. Raises Refused: body_malformed, field_invalid, its own reason."""
    try:
        members = json_text.read_object(body)
    except json_text.BrokenJson:
        raise Refused("body_malformed") from None
    return _convert(members, kind, strict=True)


def read_query(*, members: dict[str, Any], kind: type[B]) -> B:
    """Read the members of a query string, where numbers are text. Raises Refused as `read_body` does."""
    return _convert(members, kind, strict=False)


def pairs(query: str) -> dict[str, str]:
    """The members of a query or of a form, none of them twice. Raises Refused: body_malformed."""
    try:
        found = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise Refused("body_malformed") from None
    members = dict(found)
    if len(members) != len(found):
        raise Refused("body_malformed")
    return members


def read_json_form_or_query(*, body: bytes, query: str, kind: type[B]) -> B:
    """Read JSON, a form or the query, whatever the content type says: the published pages show all three (2.14 c).

    What stands in the body goes before the query. Raises Refused as `read_body` does.
    """
    sent = body.strip()
    if not sent:
        members: dict[str, Any] = {}
    elif sent.startswith(b"{"):
        try:
            members = json_text.read_object(body)
        except json_text.BrokenJson:
            raise Refused("body_malformed") from None
    else:
        try:
            members = dict(pairs(sent.decode("ascii")))
        except UnicodeDecodeError:
            raise Refused("body_malformed") from None
    return _convert(pairs(query) | members, kind, strict=True)


def text(value: str, *, field: str) -> str:
    """Check a free text that comes in the path or a header. Raises Refused: field_invalid."""
    try:
        return msgspec.convert(value, Text)
    except msgspec.ValidationError:
        raise Refused("field_invalid", field=field) from None


def redeem_code(value: str) -> str:
    """Check a redeem code that comes in the path. Raises Refused: field_invalid."""
    try:
        return msgspec.convert(one_line(value), RedeemCode)
    except msgspec.ValidationError:
        raise Refused("field_invalid", field="redeem_code") from None


def _as_meant(members: dict[str, Any], kind: type[B]) -> dict[str, Any]:
    """The members with what was pasted read as it was meant: a card number in groups, a code with a line end."""
    for name, meant in _pasted(kind).items():
        value = members.get(name)
        if isinstance(value, str):
            members[name] = meant(value)
        elif isinstance(value, list):
            members[name] = [meant(item) if isinstance(item, str) else item for item in value]
    return members


@cache
def _pasted(kind: type[Body]) -> dict[str, Callable[[str], str]]:
    """Which members of a struct are pasted, by the name on the wire, and how each is read."""
    found = {}
    for member in msgspec.structs.fields(kind):
        waiting = [member.type]
        while waiting:
            one = waiting.pop()
            waiting += get_args(one)
            for meta in getattr(one, "__metadata__", ()):
                extra = (meta.extra if isinstance(meta, Meta) else None) or {}
                if PASTED in extra:
                    found[member.encode_name] = extra[PASTED]
    return found


def _convert(members: dict[str, Any], kind: type[B], *, strict: bool) -> B:
    try:
        found = msgspec.convert(_as_meant(members, kind), kind, strict=strict)
    except msgspec.ValidationError as error:
        named = _FIELD.search(str(error))
        raise Refused("field_invalid", field=(named[1] or named[2]) if named else "-") from None
    reason = found.refusal()
    if reason is not None:
        raise Refused(reason)
    return found
