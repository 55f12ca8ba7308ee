"""Partners join, and get the keys that they sign with."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal
from prakerja.ledger.operations import account_for
from prakerja.partners.models import ApiCredential, Partner


@dataclass(frozen=True)
class NewCredential:
    partner_id: uuid.UUID
    client_code: str
    sign_key: str


def add_partner(
    *,
    kind: str,
    code: str,
    name: str,
    at: datetime,
    redirect_uris: tuple[str, ...] = (),
    city: str = "",
    about: str = "",
    how_to_redeem: str = "",
    is_sandbox: bool = False,
    legacy_commit: bool = False,
) -> NewCredential:
    """Register a platform or institution and mint its first key. The key is shown here once and kept sealed.

    Raises Refused: partner_exists (the code is taken), partner_kind (neither platform nor institution).
    """
    if kind not in ("platform", "institution"):
        raise Refused("partner_kind", kind=kind)
    with transaction():
        if Partner.objects.filter(code=code).exists():
            raise Refused("partner_exists", code=code)
        partner = Partner.objects.create(
            kind=kind,
            code=code,
            name=name,
            city=city,
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
            subject_kind="partner",
            subject_id=partner.id,
            data={"kind": kind, "code": code},
        )
    return NewCredential(partner.id, partner.code, sign_key)


@requires_transaction
def mint_key(*, partner: Partner, at: datetime) -> str:
    """Make one more live key of a partner: 32 lower-case hex characters, as published clients know them (1.3)."""
    sign_key = secrets.token_hex(16)
    credential_id = new_id()
    ApiCredential.objects.create(
        id=credential_id,
        partner=partner,
        client_code=partner.code,
        sign_key_enc=seal(sign_key, table="partners_apicredential", column="sign_key_enc", row_id=credential_id),
        created_at=at,
    )
    return sign_key
