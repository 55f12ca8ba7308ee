"""An institution asks, a participant allows, the institution exchanges the code and refreshes its tokens.

`at` is programme time for what is kept as history; `wall` is wall time for every limit (ADR 0014).
"""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.grants.models import Grant
from prakerja.grants.policies import (
    ACCESS_LIFE,
    CODE_LIFE,
    REFRESH_LIFE,
    REQUEST_LIFE,
    answers_challenge,
    is_challenge,
    is_echoable,
    known_scopes,
)
from prakerja.grants.requests import AuthorizationRequest
from prakerja.grants.tokens import Token
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.partners.queries import code_of, registered_uris
from prakerja.people.consents import end_consent, note_consent


@dataclass(frozen=True, repr=False)
class Tokens:
    """A pair of tokens. Instants are UTC wall time; the rest is what an id_token tells of the sign-in."""

    access_token: str
    refresh_token: str
    access_expires_at: datetime
    scopes: tuple[str, ...]
    person_id: uuid.UUID
    nonce: str
    signed_in_at_s: int


def consent_request(
    *,
    partner_id: uuid.UUID,
    redirect_uri: str,
    failure_uri: str,
    scope: str,
    state: str,
    wall: datetime,
    nonce: str = "",
    code_challenge: str = "",
    must_sign_in_after: int = 0,
) -> AuthorizationRequest:
    """What the consent page will show, when the institution may ask it. Writes nothing.

    Both addresses must be among those that it filed, to the letter (RFC 9700 4.1.3). Unknown scopes are ignored.
    Raises Refused: redirect_uri_unregistered, login_uri_unregistered, field_invalid (field).
    """
    filed = registered_uris(partner_id=partner_id)
    if redirect_uri not in filed:
        raise Refused("redirect_uri_unregistered")
    if failure_uri not in filed:
        raise Refused("login_uri_unregistered")
    scopes = known_scopes(scope)
    checks = {
        "scope": bool(scopes),
        "state": is_echoable(state),
        "nonce": is_echoable(nonce),
        "code_challenge": not code_challenge or is_challenge(code_challenge),
    }
    for field, is_good in checks.items():
        if not is_good:
            raise Refused("field_invalid", field=field)
    return AuthorizationRequest(
        partner_id=partner_id,
        redirect_uri=redirect_uri,
        failure_uri=failure_uri,
        scopes=scopes,
        state=state,
        nonce=nonce,
        code_challenge=code_challenge,
        asked_at=int(wall.timestamp()),
        must_sign_in_after=must_sign_in_after,
    )


def check_request(*, request: AuthorizationRequest, wall: datetime) -> None:
    """Look again before somebody is asked or sent: an institution may have taken an address back.

    Raises Refused: request_withdrawn (nobody may be sent anywhere), request_expired (back to the institution).
    """
    if not {request.redirect_uri, request.failure_uri} <= registered_uris(partner_id=request.partner_id):
        raise Refused("request_withdrawn")
    if wall.timestamp() >= request.asked_at + REQUEST_LIFE.total_seconds():
        raise Refused("request_expired")


def give_consent(
    *, person_id: uuid.UUID, request: AuthorizationRequest, signed_in_at_s: int, at: datetime, wall: datetime
) -> str:
    """The participant says yes: returns the code, good once and for 60 seconds (decisions.md 71).

    What they read is kept as a consent (rules.md 11.2). Raises Refused: request_withdrawn, request_expired.
    """
    check_request(request=request, wall=wall)
    code = Token.new("code", person_id=person_id, grant_id=new_id())
    with transaction():
        Grant.objects.create(
            id=code.grant_id,
            person_id=person_id,
            partner_id=request.partner_id,
            scopes=" ".join(request.scopes),
            redirect_uri=request.redirect_uri,
            nonce=request.nonce,
            code_challenge=request.code_challenge,
            signed_in_at_s=signed_in_at_s,
            code_hash=code.hash(),
            code_expires_at=wall + CODE_LIFE,
            allowed_at=at,
        )
        record(
            action="grant.allowed",
            at=at,
            person_id=person_id,
            actor=Actor.participant(person_id),
            subject_kind="partner",
            subject_id=request.partner_id,
            data={"scopes": list(request.scopes)},
        )
        note_consent(
            person_id=person_id,
            purpose="institution",
            about=code_of(partner_id=request.partner_id),
            page="consent",
            at=at,
        )
    return code.text


def exchange_code(
    *,
    partner_id: uuid.UUID,
    code: str,
    at: datetime,
    wall: datetime,
    redirect_uri: str | None = None,
    verifier: str | None = None,
) -> Tokens:
    """Exchange a code for the first pair of tokens.

    A second use ends the whole grant, so that neither of two who hold the code keeps anything: that write is committed
    although the call is refused. `redirect_uri` and `verifier` are None in the published call, which has neither.
    Raises Refused: grant_invalid, whatever the cause.
    """
    token = Token.parse("code", code)
    if token is None:
        raise Refused("grant_invalid")
    with transaction():
        grant = _lock(token)
        if grant is None or grant.partner_id != partner_id or not _is(grant.code_hash, token):
            raise Refused("grant_invalid")
        pair = None
        if grant.access_hash is not None:
            _end(grant, reason="code_reused", at=at)
        elif (
            grant.ended_at is None
            and wall < grant.code_expires_at
            and redirect_uri in (None, grant.redirect_uri)
            and answers_challenge(challenge=grant.code_challenge, verifier=verifier)
        ):
            pair = _issue(grant, wall=wall)
    if pair is None:
        raise Refused("grant_invalid")
    return pair


def refresh_tokens(*, partner_id: uuid.UUID, token: str, at: datetime, wall: datetime) -> Tokens:
    """Replace both tokens. A token that was replaced before ends the whole grant: one of its two holders stole it.

    Raises Refused: grant_invalid, whatever the cause.
    """
    shown = Token.parse("refresh", token)
    if shown is None:
        raise Refused("grant_invalid")
    with transaction():
        grant = _lock(shown)
        if grant is None or grant.partner_id != partner_id or grant.refresh_expires_at is None:
            raise Refused("grant_invalid")
        pair = None
        if not _is(grant.refresh_hash, shown):
            _end(grant, reason="token_reused", at=at)
        elif grant.ended_at is None and wall < grant.refresh_expires_at:
            pair = _issue(grant, wall=wall)
    if pair is None:
        raise Refused("grant_invalid")
    return pair


def revoke_token(*, partner_id: uuid.UUID, token: str, at: datetime) -> None:
    """The institution signs its visitor out: the grant behind this access or refresh token ends (RFC 7009).

    What is no token of this institution changes nothing and is not told apart.
    """
    shown = Token.parse("refresh", token) or Token.parse("access", token)
    if shown is None:
        return
    with transaction():
        grant = _lock(shown)
        if grant is None or grant.partner_id != partner_id:
            return
        if _is(grant.refresh_hash, shown) or _is(grant.access_hash, shown):
            _end(grant, reason="institution", at=at)


def withdraw_consent(*, person_id: uuid.UUID, partner_id: uuid.UUID, at: datetime) -> None:
    """The participant takes back what was allowed to an institution: every grant ends at once."""
    with transaction():
        # In one order for all, or two who withdraw at once wait for each other.
        found = list(
            Grant.objects.select_for_update(no_key=True)
            .filter(person_id=person_id, partner_id=partner_id, ended_at=None)
            .order_by("id")
        )
        for grant in found:
            _end(grant, reason="participant", at=at)
        if found:
            about = code_of(partner_id=partner_id)
            end_consent(person_id=person_id, purpose="institution", about=about, by="connections", at=at)


@requires_transaction
def withdraw_everything(*, person_id: uuid.UUID, by: str, at: datetime) -> int:
    """End all that a person allowed to any institution, inside the work that erases their data. Returns how many grants."""
    live = Grant.objects.select_for_update(no_key=True).filter(person_id=person_id, ended_at=None).order_by("id")
    count = 0
    for grant in live:
        _end(grant, reason="participant", at=at)
        count += 1
    end_consent(person_id=person_id, purpose="institution", by=by, at=at)
    return count


def is_token_shaped(*, token: str) -> bool:
    """Whether we made this, as code, access or refresh token; asks nothing of the database."""
    return any(Token.parse(kind, token) is not None for kind in ("code", "access", "refresh"))


@requires_transaction
def _lock(token: Token) -> Grant | None:
    """The grant, locked: of two who show the same code or token, the later one sees what the first one did."""
    return Grant.objects.select_for_update(no_key=True).filter(person_id=token.person_id, id=token.grant_id).first()


def _is(stored: bytes | memoryview | None, token: Token) -> bool:
    return stored is not None and hmac.compare_digest(bytes(stored), token.hash())


@requires_transaction
def _issue(grant: Grant, *, wall: datetime) -> Tokens:
    access = Token.new("access", person_id=grant.person_id, grant_id=grant.id)
    refreshing = Token.new("refresh", person_id=grant.person_id, grant_id=grant.id)
    # Whole seconds, because that is what the institution is told.
    grant.access_expires_at = (wall + ACCESS_LIFE).replace(microsecond=0)
    grant.refresh_expires_at = (wall + REFRESH_LIFE).replace(microsecond=0)
    grant.access_hash, grant.refresh_hash = access.hash(), refreshing.hash()
    grant.save(update_fields=["access_hash", "access_expires_at", "refresh_hash", "refresh_expires_at"])
    return Tokens(
        access_token=access.text,
        refresh_token=refreshing.text,
        access_expires_at=grant.access_expires_at,
        scopes=tuple(grant.scopes.split()),
        person_id=grant.person_id,
        nonce=grant.nonce,
        signed_in_at_s=grant.signed_in_at_s,
    )


@requires_transaction
def _end(grant: Grant, *, reason: str, at: datetime) -> None:
    """End the family: its code, its access token and its refresh token. The first end stands."""
    if grant.ended_at is not None:
        return
    grant.ended_at, grant.end_reason = at, reason
    grant.save(update_fields=["ended_at", "end_reason"])
    record(
        action="grant.ended",
        at=at,
        person_id=grant.person_id,
        actor=Actor.participant(grant.person_id) if reason == "participant" else Actor.partner(grant.partner_id),
        subject_kind="partner",
        subject_id=grant.partner_id,
        data={"reason": reason},
    )
