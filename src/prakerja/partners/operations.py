"""Partners join, and get the keys that they sign with."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel import ssrf_policy
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal
from prakerja.ledger.operations import account_for
from prakerja.partners.locking import lock_partner
from prakerja.partners.models import ApiCredential, Partner
from prakerja.partners.places import checked_place
from prakerja.partners.policies import hash_of_key
from prakerja.partners.redirects import require_redirectable


@dataclass(frozen=True)
class NewCredential:
    partner_id: uuid.UUID
    client_code: str
    sign_key: str


@permitted("partner.add")
def add_partner(
    *,
    kind: str,
    code: str,
    name: str,
    actor: Actor,
    at: datetime,
    redirect_uris: tuple[str, ...] = (),
    address: str = "",
    city: str = "",
    province_code: str = "",
    about: str = "",
    how_to_redeem: str = "",
    is_sandbox: bool = False,
    legacy_commit: bool = False,
) -> NewCredential:
    """Register a platform or institution and mint its first key. The key is shown here once and kept sealed.

    Raises Refused: not_permitted, partner_exists (the code is taken), partner_kind (neither platform nor institution),
    redirect_uri_invalid (uri), place_invalid, province_invalid.
    """
    require_redirectable(redirect_uris)
    place = checked_place(address=address, city=city, province_code=province_code)
    if kind not in ("platform", "institution"):
        raise Refused("partner_kind", kind=kind)
    with transaction():
        if Partner.objects.filter(code=code).exists():
            raise Refused("partner_exists", code=code)
        partner = Partner.objects.create(
            kind=kind,
            code=code,
            name=name,
            address=place.address,
            city=place.city,
            province_code=place.province_code,
            about=about,
            how_to_redeem=how_to_redeem,
            redirect_uris=list(redirect_uris),
            payable_id=account_for(code=f"payable:{code}") if kind == "institution" else None,
            is_sandbox=is_sandbox,
            legacy_commit=legacy_commit,
            member_from=at,
        )
        sign_key = mint_key(partner=partner, at=at)
        record(
            action="partner.added",
            at=at,
            actor=actor,
            subject_kind="partner",
            subject_id=partner.id,
            data={"kind": kind, "code": code},
        )
    return NewCredential(partner.id, partner.code, sign_key)


@permitted("partner.change")
def register_origins(*, code: str, origins: Sequence[str], actor: Actor, at: datetime) -> None:
    """Let a sandbox partner's own machine be called: its files and webhooks at these origins (`http://host:port`).

    Replaces what was registered. Raises Refused: not_permitted, partner_unknown, partner_not_sandbox, origin_invalid.
    """
    spelled = _spelled(origins)
    with transaction():
        _write_origins(lock_partner(code=code), spelled, actor=actor, at=at)


@permitted("partner.change")
def add_origins(*, code: str, origins: Sequence[str], actor: Actor, at: datetime) -> list[str]:
    """Register further origins of a sandbox partner beside those that it has; returns all of them.

    Raises Refused: not_permitted, partner_unknown, partner_not_sandbox, origin_invalid.
    """
    spelled = _spelled(origins)
    with transaction():
        partner = lock_partner(code=code)
        after = sorted({*partner.file_origins, *spelled})
        _write_origins(partner, after, actor=actor, at=at)
    return after


@permitted("partner.change")
def remove_origins(*, code: str, origins: Sequence[str], actor: Actor, at: datetime) -> list[str]:
    """Take origins off a partner's list; returns those that stay. What is on its way there is not sent any more.

    Raises Refused: not_permitted, partner_unknown, origin_invalid, origin_unknown (origin).
    """
    spelled = _spelled(origins)
    with transaction():
        partner = lock_partner(code=code)
        there: list[str] = partner.file_origins
        for origin in spelled:
            if origin not in there:
                raise Refused("origin_unknown", origin=origin)
        after = sorted(set(there) - set(spelled))
        _write_origins(partner, after, actor=actor, at=at)
    return after


def _spelled(origins: Sequence[str]) -> list[str]:
    try:
        return sorted({ssrf_policy.origin_of(origin) for origin in origins})
    except ssrf_policy.AddressRefused:
        raise Refused("origin_invalid") from None


@requires_transaction
def _write_origins(partner: Partner, after: list[str], *, actor: Actor, at: datetime) -> None:
    if after and not partner.is_sandbox:
        raise Refused("partner_not_sandbox", code=partner.code)
    before, partner.file_origins = partner.file_origins, after
    partner.save(update_fields=["file_origins"])
    record(
        action="partner.origins_registered",
        at=at,
        actor=actor,
        subject_kind="partner",
        subject_id=partner.id,
        before=before,
        after=after,
    )


@requires_transaction
def mint_key(*, partner: Partner, at: datetime) -> str:
    """Make one more live key of a partner: 32 lower-case hex characters, as published clients know them (contract.md 1.3)."""
    sign_key = secrets.token_hex(16)
    credential_id = new_id()
    ApiCredential.objects.create(
        id=credential_id,
        partner=partner,
        client_code=partner.code,
        sign_key_enc=seal(sign_key, table="partners_apicredential", column="sign_key_enc", row_id=credential_id),
        secret_hash=hash_of_key(sign_key),
        created_at=at,
    )
    return sign_key


def report_refused_signatures(*, partner_id: uuid.UUID, count: int, at: datetime) -> None:
    """Note that calls in a partner's name came with a wrong signature: `count` of them since the last note."""
    with transaction():
        record(
            action="partner.signature_refused",
            at=at,
            subject_kind="partner",
            subject_id=partner_id,
            data={"count": count},
        )


def report_wrong_codes(*, partner_id: uuid.UUID, wrong: int, of: int, at: datetime) -> None:
    """Tell the operators that most of a partner's codes within an hour were wrong: `wrong` of `of` (decisions.md 58)."""
    with transaction():
        record(
            action="partner.codes_wrong",
            at=at,
            actor=Actor.partner(partner_id),
            subject_kind="partner",
            subject_id=partner_id,
            data={"wrong": wrong, "of": of},
        )


def report_card_guessing(*, partner_id: uuid.UUID, named: int, at: datetime) -> None:
    """Tell the operators that a partner named more than `named` unknown cards within an hour (decisions.md 58)."""
    with transaction():
        record(
            action="partner.cards_guessed",
            at=at,
            actor=Actor.partner(partner_id),
            subject_kind="partner",
            subject_id=partner_id,
            data={"named": named},
        )
