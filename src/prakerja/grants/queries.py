"""Read grants: who an access token speaks of, and whom a participant has let in."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.grants.models import Grant
from prakerja.grants.policies import FACTS, Fact, facts_of
from prakerja.grants.tokens import Token
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import lasting_index
from prakerja.partners import queries as partners
from prakerja.people import queries as people


@dataclass(frozen=True)
class Holder:
    """Whom an access token speaks of, to whom, and what may be told."""

    person_id: uuid.UUID
    partner_id: uuid.UUID
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Connection:
    """An institution that a participant has let in: what it may know, and since when (UTC programme time)."""

    partner_id: uuid.UUID
    name: str
    facts: tuple[Fact, ...]
    since: datetime


def holder_of_token(*, access_token: str, wall: datetime, partner_id: uuid.UUID | None = None) -> Holder:
    """Look an access token up; `partner_id` says whose it must be, None whoever's it is.

    Raises Refused: grant_invalid (unknown, replaced, expired, ended, another institution's).
    """
    token = Token.parse("access", access_token)
    grant = token and Grant.objects.filter(person_id=token.person_id, id=token.grant_id).first()
    if not token or not grant or grant.access_hash is None or grant.access_expires_at is None:
        raise Refused("grant_invalid")
    is_good = (
        hmac.compare_digest(bytes(grant.access_hash), token.hash())
        and grant.ended_at is None
        and wall < grant.access_expires_at
        and partner_id in (None, grant.partner_id)
    )
    if not is_good:
        raise Refused("grant_invalid")
    return Holder(grant.person_id, grant.partner_id, tuple(grant.scopes.split()))


def connected_institutions(*, person_id: uuid.UUID, wall: datetime) -> tuple[Connection, ...]:
    """Institutions that can still ask about this person, by name."""
    living = Grant.objects.filter(person_id=person_id, ended_at=None, refresh_expires_at__gt=wall)
    found: dict[uuid.UUID, Connection] = {}
    for grant in living.select_related("partner").order_by("allowed_at"):
        before = found.get(grant.partner_id)
        known = facts_of(tuple(grant.scopes.split())) | frozenset(before.facts if before else ())
        found[grant.partner_id] = Connection(
            partner_id=grant.partner_id,
            name=grant.partner.name,
            facts=tuple(fact for fact in FACTS if fact in known),
            since=before.since if before else grant.allowed_at,
        )
    return tuple(sorted(found.values(), key=lambda connection: connection.name))


def names_of(*, partner_id: uuid.UUID, person_id: uuid.UUID) -> tuple[str, str]:
    """The institution's and the participant's name, for the consent page. Raises Refused: person_unknown."""
    return partners.name_of(partner_id=partner_id), people.name_of(person_id=person_id)


def pairwise_id(*, person_id: uuid.UUID, partner_id: uuid.UUID) -> str:
    """How one institution knows a person: the same at every sign-in, and worthless to any other (OIDC Core 8.1)."""
    return str(uuid.UUID(bytes=lasting_index("sso_user", f"{partner_id}:{person_id}")))
