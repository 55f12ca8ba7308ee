"""Read partners and their credentials.

Reads: audit_record.
"""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

from prakerja.kernel.db import rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.installation import is_sandbox
from prakerja.kernel.secrets import unseal
from prakerja.partners.models import ApiCredential, Partner
from prakerja.partners.policies import hash_of_key, is_redirectable


@dataclass(frozen=True)
class Credential:
    partner_id: uuid.UUID
    kind: str
    code: str
    name: str
    client_code: str
    # Every key that still lives, so that a partner can rotate without a gap.
    sign_keys: tuple[str, ...]
    # Whose keys those are, in the same order.
    key_ids: tuple[uuid.UUID, ...]
    is_revoked: bool
    is_sandbox: bool
    legacy_commit: bool
    rate_limit_per_minute: int
    # What it has been seen to sign where, and must sign there from then on (`keys.note_strong_form`).
    strong_forms: frozenset[str]
    accepts_weaker_forms: bool
    # Where calls may come from; empty: anywhere.
    allowed_networks: tuple[IPv4Network | IPv6Network, ...]


def credential_by_client_code(*, client_code: str) -> Credential | None:
    """The partner behind a client code with its live keys, or None when nobody has that code.

    `is_revoked` says that the client exists and no key of it lives any more.
    """
    found = list(ApiCredential.objects.filter(client_code=client_code).select_related("partner").order_by("id"))
    if not found:
        return None
    partner: Partner = found[0].partner
    live = [row for row in found if row.revoked_at is None]
    return Credential(
        partner_id=partner.id,
        kind=partner.kind,
        code=partner.code,
        name=partner.name,
        client_code=client_code,
        sign_keys=tuple(
            unseal(row.sign_key_enc, table="partners_apicredential", column="sign_key_enc", row_id=row.id)
            for row in live
        ),
        key_ids=tuple(row.id for row in live),
        is_revoked=not live,
        is_sandbox=partner.is_sandbox,
        legacy_commit=partner.legacy_commit,
        rate_limit_per_minute=partner.rate_limit_per_minute,
        strong_forms=frozenset(partner.strong_forms),
        accepts_weaker_forms=partner.accepts_weaker_forms,
        allowed_networks=tuple(ip_network(text) for text in partner.allowed_networks),
    )


@dataclass(frozen=True)
class Client:
    """Who a partner is where it is known by a client id and, maybe, a secret: nothing here signs anything."""

    partner_id: uuid.UUID
    kind: str
    client_code: str
    # Of its live keys (`policies.hash_of_key`).
    secret_hashes: tuple[bytes, ...]

    def has_secret(self, secret: str) -> bool:
        """Whether this is a live key of its."""
        found = hash_of_key(secret)
        return any(hmac.compare_digest(found, one) for one in self.secret_hashes)


def client_by_code(*, client_code: str) -> Client | None:
    """The partner behind a client code, without its keys; None when nobody has that code or no key of it lives any more."""
    found = ApiCredential.objects.filter(client_code=client_code, revoked_at=None).order_by("id")
    live = list(found.values_list("partner_id", "partner__kind", "secret_hash"))
    if not live:
        return None
    partner_id, kind, _ = live[0]
    hashes = tuple(bytes(one) for _, _, one in live if one is not None)
    return Client(partner_id=partner_id, kind=kind, client_code=client_code, secret_hashes=hashes)


@dataclass(frozen=True)
class Member:
    """A platform or an institution that takes part now."""

    partner_id: uuid.UUID
    kind: str
    code: str
    name: str
    is_sandbox: bool
    redirect_uris: tuple[str, ...]
    file_origins: tuple[str, ...]


def members() -> list[Member]:
    """Partners that have not left, in the order in which they joined."""
    return [
        Member(
            partner_id=partner.id,
            kind=partner.kind,
            code=partner.code,
            name=partner.name,
            is_sandbox=partner.is_sandbox,
            redirect_uris=tuple(partner.redirect_uris),
            file_origins=tuple(partner.file_origins),
        )
        for partner in Partner.objects.filter(member_until=None).order_by("member_from", "code")
    ]


def partner_id_of(*, code: str) -> uuid.UUID:
    """The partner with this code. Raises Refused: partner_unknown."""
    found = Partner.objects.filter(code=code).values_list("id", flat=True).first()
    if found is None:
        raise Refused("partner_unknown", code=code)
    return found


def code_of(*, partner_id: uuid.UUID) -> str:
    """Our name for this partner, as it stands in codes and addresses."""
    return Partner.objects.values_list("code", flat=True).get(id=partner_id)


def name_of(*, partner_id: uuid.UUID) -> str:
    """What this partner is called."""
    return Partner.objects.values_list("name", flat=True).get(id=partner_id)


def member_by_code(*, code: str) -> Member:
    """A partner that has not left. Raises Refused: partner_unknown."""
    found = next((member for member in members() if member.code == code), None)
    if found is None:
        raise Refused("partner_unknown", code=code)
    return found


def registered_uris(*, partner_id: uuid.UUID) -> frozenset[str]:
    """Where browsers may be sent for this partner: what it filed, as far as it is a plain web address."""
    filed = Partner.objects.values_list("redirect_uris", flat=True).get(id=partner_id)
    return frozenset(uri for uri in filed if isinstance(uri, str) and is_redirectable(uri))


def takes_codes_online(*, partner_id: uuid.UUID) -> bool:
    """Whether this institution has a way to redeem a code without its door: an address of return, or the old commit."""
    is_allowed = Partner.objects.values_list("legacy_commit", flat=True).get(id=partner_id)
    return is_allowed or bool(registered_uris(partner_id=partner_id))


def trusted_origins(*, partner_id: uuid.UUID) -> frozenset[str]:
    """Origins of this partner that may be called although they are not of the public internet (`kernel.ssrf_policy`).

    Empty unless both the partner and the database are of a sandbox: what is registered by mistake elsewhere opens nothing.
    """
    origins = Partner.objects.filter(id=partner_id, is_sandbox=True).values_list("file_origins", flat=True).first()
    if not origins or not is_sandbox():
        return frozenset()
    return frozenset(origins)


class Guessing(NamedTuple):
    partner_id: uuid.UUID
    name: str
    recorded_at: datetime


# Acts of the programme and of partners have no person: the few rows at one end of the index on (person_id, at).
_GUESSING = """
SELECT partner.id, partner.name, record.recorded_at
  FROM audit_record record JOIN partners_partner partner ON partner.id = record.subject_id
 WHERE (record.person_id IS NULL OR record.person_id = '00000000-0000-0000-0000-000000000000')
   AND record.action = 'partner.cards_guessed' AND record.recorded_at >= %s
 ORDER BY record.recorded_at DESC
 LIMIT %s"""


def partners_guessing_cards(*, since: datetime, most: int) -> list[Guessing]:
    """Which partners named too many unknown cards since this instant of wall time, the newest first, at most `most`."""
    return [Guessing(*found) for found in rows(_GUESSING, [since, most])]
